"""The import: approved slips into the hospital's system, each once, resumable at any moment, the right system only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fallback.ehospital import Connector
from fallback.ehospital.ways import connect
from fallback.errors import Sentence
from fallback.hospital import Hospital, Target
from fallback.ledger import Ledger
from fallback.ledger.queries import stages as asked
from fallback.ledger.queries.stages import Standing
from fallback.recovery.batches import House
from fallback.recovery.episodes import sent_as
from fallback.recovery.gates import enter
from fallback.recovery.import_report import ImportReport
from fallback.recovery.leases import Lease
from fallback.recovery.objections import reason_to_hold
from fallback.recovery.pace import Pace
from fallback.recovery.pictures import keeper, picture
from fallback.recovery.runs import Progress, Run
from fallback.recovery.sealed_slips import Reveal, goes_as_itself
from fallback.recovery.stages import WAITING, Choice, Step, work_at, work_of
from fallback.slip import SlipNumber

_UNDECIDED = ("read", "matched")
_NOBODY_SAID = Sentence("Nobody has said yet who the patient is.")
_STANDS_WRONG = Sentence("A repair is open, or nobody has said yet who the patient is.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What an import would do with a slip, and what it would send (empty for a hold, whose reason is said)."""

    number: SlipNumber
    revision: int
    step: Step
    stage: str
    reason: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> str:
        """The step by its name, "wait" while nobody has said whose the slip is."""
        return "wait" if self.stage in _UNDECIDED else self.step.value

    def record(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "number": self.number.text,
            "revision": self.revision,
            "step": self.shown,
            "stage": self.stage,
            "reason": self.reason,
            "content": dict(self.content),
        }


def open_way(
    house: House, hospital: Hospital, target: Target, secret: str = "", *, authority: Path | None = None
) -> Connector:
    """The way into a target, with the pages' pictures at hand. Whoever asked closes it. Raises as `ways.connect`."""
    return connect(
        target,
        hospital,
        secret,
        authority=authority,
        picture=lambda digest: picture(house.ledger, house.pages, digest),
        keep=keeper(house.pages),
    )


def plan(
    ledger: Ledger,
    connector: Connector,
    choice: Choice | None = None,
    *,
    limit: int | None = None,
    where: Standing | None = None,
) -> list[Planned]:
    """The dry run: what would be sent, approved or not, in its order. Asks the target nothing and writes nothing.

    With `where`, what is known already of how the target's slips stand, the first by number come in no time.
    """
    db, found = ledger.db(), []
    if where is None:
        works = work_at(db, connector.target.name, choice, limit=limit)
    else:
        wanted = choice or Choice()
        waiting = replace(wanted, stages=frozenset(WAITING) & (wanted.stages or frozenset(WAITING))).filter
        works = work_of(db, where, asked.rows(db, where, waiting, most=limit))
    for work in works:
        slip = sent_as(db, work.row, connector.target.name)
        veiled = goes_as_itself(db, slip)  # who it is is shown to nobody here
        held = None
        if not veiled or connector.objection(slip):
            held = reason_to_hold(db, work.row, connector, slip, work.step, None)
        reason = held[1] if held else work.doubt if work.stage == "held" else ""
        if work.stage in _UNDECIDED and not reason:
            reason = _NOBODY_SAID if work.step is Step.SEND else _STANDS_WRONG
        shown = work.step is not Step.WITHDRAW and not reason and not veiled
        found.append(
            Planned(
                number=work.number,
                revision=work.row.revision,
                step=work.step,
                stage=work.stage,
                reason=reason,
                content=connector.preview(slip) if shown else {},
            )
        )
    return found


def run_import(
    ledger: Ledger,
    connector: Connector,
    *,
    by: str,
    choice: Choice | None = None,
    limit: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    reveal: Reveal | None = None,
    pace: Pace | None = None,
) -> ImportReport:
    """Sends what is approved of a choice, at most `limit` slips, until `stop` says so. Run twice, at once or one after
    the other, or killed and run again, the target has each patient and visit once. `reveal` tells who a confidential
    patient is, for those who go as such. Of what was never sent only the first ten go until a person has looked.

    A target that cannot be worked with, and a pause, end the run, as the report's `stopped`. Raises what `gates.enter`
    raises, before the first slip.
    """
    enter(ledger, connector, by=by)
    with Lease(ledger.folder) as lease:
        run = Run(ledger, connector, lease, pace or Pace(connector.target.speed), by=by, reveal=reveal)
        return run.go(choice or Choice(), limit, stop, progress)
