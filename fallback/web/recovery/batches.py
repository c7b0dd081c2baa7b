"""Batches in a browser: how far each is, what became of its pages; stopped and let go on."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback.errors import PageUnknown
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import PageRow
from fallback.reconcile import PageState, page_state
from fallback.recovery import BatchState
from fallback.web.access import reader, records
from fallback.web.bar import duration
from fallback.web.place import _, db, here, language, once
from fallback.web.recovery.blueprint import blueprint

_TROUBLES_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch as it is shown: its pages by state as far as the journal has them, `waiting` are stored and not read,
    `open` are those that still need a person.

    `running` are its hand-ins that are not over; one scanned from the command line has none. `why` says what failed,
    by key.
    """

    name: str
    pages: int
    waiting: int
    open: int
    states: Counter[PageState]
    running: list[BatchState]
    why: dict[str, str]

    @property
    def moves(self) -> bool:
        """Whether it goes on by itself."""
        return any(each.state in ("waiting", "reading") for each in self.running)


@once
def batches() -> list[Batch]:
    """Every batch, the newest first; also those of the command line, and those of which no page is stored yet."""
    states = here().intake.states()
    rows = {row.batch: row.outcomes for row in queries.batches(db())}
    fresh = [state.batch for state in states if state.batch not in rows and state.state != "done"]
    names = [*dict.fromkeys(fresh), *reversed(rows)]
    left = queries.open_by_batch(db())
    return [_batch(name, rows.get(name, Counter()), states, left[name]) for name in names]


def _batch(name: str, outcomes: Counter[str], states: list[BatchState], left: int) -> Batch:
    running = [state for state in states if state.batch == name and state.state != "done"]
    found: Counter[PageState] = Counter()
    for outcome, count in outcomes.items():
        if outcome != "waiting":
            found[page_state(outcome)] += count
    return Batch(
        name=name,
        pages=outcomes.total(),
        waiting=outcomes["waiting"],
        open=left,
        states=found,
        running=running,
        why={state.key: say(state.error, language()) for state in running if state.error},
    )


def _one(name: str) -> Batch:
    rows = queries.batches(db(), name) if name else []
    states = here().intake.states()
    if not rows and all(state.batch != name for state in states):
        raise PageUnknown()
    return _batch(name, rows[0].outcomes if rows else Counter(), states, queries.open_by_batch(db())[name])


def _left(seconds: int) -> str:
    return duration(timedelta(seconds=seconds)) if seconds >= 60 else _("{seconds} s").format(seconds=seconds)


@blueprint.get("/records/batches")
@reader
def batch_list() -> ResponseReturnValue:
    """Every batch."""
    return render_template("recovery/batches.html", batches=batches(), states=list(PageState))


@blueprint.get("/records/batch")
@reader
def batch() -> ResponseReturnValue:
    """How far a batch is; the page comes again by itself until it is over."""
    found = _one(request.args.get("name", ""))
    troubles: list[PageRow] = queries.batch_pages(db(), found.name, trouble=True, most=_TROUBLES_SHOWN)
    return render_template(
        "recovery/batch.html", batch=found, troubles=troubles, states=list(PageState), duration=_left
    )


@blueprint.post("/records/scans/<key>/stop")
@records
def stop_batch(key: str) -> ResponseReturnValue:
    """Stops after the page that is being read."""
    here().intake.stop(key)
    return redirect(url_for("recovery.batch", name=here().intake.state(key).batch))


@blueprint.post("/records/scans/<key>/go-on")
@records
def go_on(key: str) -> ResponseReturnValue:
    """Goes on with what was stopped, or failed."""
    here().intake.go_on(key)
    return redirect(url_for("recovery.batch", name=here().intake.state(key).batch))
