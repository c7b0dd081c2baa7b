"""Slips that go into a hospital's system as a table: each once, and the same table as often as it is lost."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from fallback.ehospital.sheet import SheetConnector
from fallback.episode import Episode
from fallback.errors import CanaryWaits, CheckListOpen, NothingToHandOver, TableUnknown
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, Delivery, SlipRow, gates as words, matches, stages as asked, typing
from fallback.ledger.queries.recovery import UNTOLD
from fallback.recovery import gates
from fallback.recovery.episodes import all_learnt, sent_as, sent_before
from fallback.recovery.given import person_of, with_uhid
from fallback.recovery.objections import reason_to_hold
from fallback.recovery.stages import Choice, Step, in_order, standing, standing_of, step_of
from fallback.slip import INDIA, SlipNumber
from fallback.spreadsheet import Cell, Sheet, csv_of, xlsx_of

_PORTION = 200  # slips of one transaction
NEW, AGAIN, CHANGED, WITHDRAWN = "New", "Look first", "Changed", "Withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver:
    """A table, as its files by name: XLSX with a sheet for what is new, what may be there already (whoever enters it
    looks first), what changed and what is withdrawn; of CSV a file for each. `counts` are slips by sheet.

    `held` slips need a person first; `waiting` ones are of a patient whose first slip is not back yet.
    """

    run: str
    files: Mapping[str, bytes]
    counts: Mapping[str, int]
    held: int = 0
    waiting: int = 0


@dataclass(slots=True)
class _Tally:
    taken: int = 0
    held: int = 0
    waiting: int = 0
    canary: int = 0  # slips that wait until a person has looked at the first ones


def hand_over(
    ledger: Ledger, connector: SheetConnector, choice: Choice | None = None, *, by: str, limit: int | None = None
) -> HandedOver:
    """Makes a table of the approved slips of a choice, each written down as sent before the table exists.

    Raises CheckListOpen, ImportPaused, CanaryWaits (of a new target ten slips go first), NothingToHandOver.
    """
    db, target = ledger.db(), connector.target.name
    if word := gates.paused(db, target):
        raise word
    if left := gates.open_points(db, connector.target, connector.abilities):
        raise CheckListOpen(target=target, points=gates.in_words(left))
    wanted = replace(choice or Choice(), stages=frozenset({"approved"}))
    known = all_learnt(db)
    rows = in_order(db, asked.rows(db, standing(db, target, known), wanted.filter), known)
    tally, run = _Tally(), ""
    most = len(rows) if limit is None else limit
    for start in range(0, len(rows), _PORTION):
        portion = [each.number for each in rows[start : start + _PORTION]]
        run = ledger.write(partial(_mark, connector=connector, portion=portion, run=run, most=most, tally=tally, by=by))
        if tally.taken >= most:
            break
    if not tally.taken and tally.canary:
        raise CanaryWaits(target=target, count=words.went(db, target))
    if not tally.taken:
        raise NothingToHandOver(target=target)
    return replace(handed_over(ledger, connector, run), held=tally.held, waiting=tally.waiting)


def handed_over(ledger: Ledger, connector: SheetConnector, run: str) -> HandedOver:
    """A table once more, as far as its slips are not back: it was lost, or the power went. Raises TableUnknown."""
    db, target = ledger.db(), connector.target.name
    rows: dict[str, list[list[Cell]]] = {}
    for delivery in queries.in_the_air(db, target):
        row = queries.slip(db, delivery.number)
        if delivery.run == run and row is not None:
            slip = as_handed(db, row, delivery, target)
            rows.setdefault(_sheet_of(row, delivery), []).append(connector.row(slip))
    if not rows:
        raise TableUnknown(target=target, run=run)
    heading = connector.heading
    sheets = [
        Sheet(title=each, header=heading, rows=rows[each]) for each in (NEW, AGAIN, CHANGED, WITHDRAWN) if each in rows
    ]
    return HandedOver(
        run=run, files=_files(connector, run, sheets), counts={each.title: len(each.rows) for each in sheets}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTable:
    """A table that was handed over, with how many of its slips are not back, and since when (ISO, UTC)."""

    run: str
    count: int
    at: str


def open_tables(db: Database, target: str) -> list[OpenTable]:
    """The tables whose slips are not all back, the oldest first."""
    return [OpenTable(run=run, count=count, at=at) for run, count, at in typing.open_runs(db, target)]


def as_handed(db: Database, row: SlipRow, delivery: Delivery, target: str) -> Episode:
    """A slip as its table tells it: a void by what it was before, a later visit under the UHID of the first one, a
    change under its own.
    """
    slip = sent_before(db, row, row.slip, delivery) if row.voided else sent_as(db, row)
    if not slip.uhid and delivery.uhid:
        slip = replace(slip, uhid=delivery.uhid)
    return with_uhid(db, target, slip)


def _mark(
    tx: Transaction,
    *,
    connector: SheetConnector,
    portion: Iterable[SlipNumber],
    run: str,
    most: int,
    tally: _Tally,
    by: str,
) -> str:
    """Writes down which slips the table has, before it exists; returns its name."""
    target = connector.target.name
    run = run or f"{target}-{tx.now.astimezone(INDIA):%d%m-%H%M}-{secrets.token_hex(2)}"
    done = replace(tally)  # the transaction may be done twice
    left = gates.canary_left(tx.db, target)
    for number in portion:
        if done.taken >= most:
            break
        row, delivery = queries.slip(tx.db, number), queries.delivery(tx.db, number, target)
        if row is None or delivery is None:
            continue
        step = step_of(row, delivery)
        stands = asked.one(tx.db, standing_of(tx.db, target, row, delivery, ""), number)
        if step is Step.NOTHING or stands is None or stands.stage != "approved":
            continue
        if not delivery.attempts and left == 0:
            done.canary += 1
            continue
        slip, person = as_handed(tx.db, row, delivery, target), person_of(tx.db, row)
        unsettled = step is not Step.WITHDRAW and not matches.whom(tx.db, number).settled
        if unsettled or (
            not slip.uhid and (slip.patient_number or words.busy_person(tx.db, target, person, number.text))
        ):
            done.waiting += 1
            continue
        content: dict[str, Any] = {"number": number.text, "revision": row.revision, "target": target}
        if held := reason_to_hold(tx.db, row, connector, slip, step, None):
            kind, reason = held
            content |= {"reason": reason, "hold": kind.value, "patient": "", "encounter": ""}
            tx.append(FactKind.SLIP_HELD, content, series=number.series, by=by)
            done.held += 1
            continue
        content |= {"run": run, "person": person, "told": UNTOLD}
        tx.append(FactKind.SLIP_SENDING, content, series=number.series, by=by)
        done.taken += 1
        if left and not delivery.attempts:
            left -= 1
    tally.taken, tally.held, tally.waiting, tally.canary = done.taken, done.held, done.waiting, done.canary
    return run


def _sheet_of(row: SlipRow, delivery: Delivery) -> str:
    if row.voided:
        return WITHDRAWN
    if delivery.confirmed >= 0:
        return CHANGED
    return AGAIN if delivery.attempts > 1 else NEW


def _files(connector: SheetConnector, run: str, sheets: Sequence[Sheet]) -> dict[str, bytes]:
    if connector.columns.format == "xlsx":
        return {f"{run}.xlsx": xlsx_of(sheets)}
    files: dict[str, bytes] = {}
    for each in sheets:
        files[f"{run}-{each.title.lower().replace(' ', '-')}.csv"] = csv_of(each, connector.columns.delimiter)
    return files
