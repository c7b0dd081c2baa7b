"""The return sheet: each row's UHID to exactly the slip it was given for, or held with the row named."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from fallback.ehospital import Hold
from fallback.ehospital.sheet import SheetConnector
from fallback.errors import ReturnWrong, Sentence, SlipNumberWrong, TableWrong
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, Delivery, SlipRow
from fallback.ledger.queries.recovery import UNTOLD
from fallback.patients import IndexedPatient, LookField, PatientIndex
from fallback.recovery.given import holder, is_another, person_of
from fallback.recovery.handing import as_handed
from fallback.slip import NUMBER_LENGTH, Slip, SlipNumber
from fallback.spreadsheet import HeldFile, sheet_names
from fallback.tables import Table, survey

_PORTION = 200
_MOST_ROWS = 400_000  # all of a long outage, twice; they are held while they are compared
_POINT_ZERO = re.compile(r"\d+\.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHeld:
    """A row that was not taken, and why; `number` is the slip that is held for it, "" where it names none of ours."""

    line: int
    number: str
    why: Sentence


@dataclass(slots=True, kw_only=True)
class TakenBack:
    """What a return sheet brought. `again` rows say what was known; `waiting` ones have no UHID yet."""

    confirmed: int = 0
    again: int = 0
    waiting: int = 0
    held: list[RowHeld] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    line: int
    number: SlipNumber
    uhid: str
    told: Mapping[str, str]


def take_back(
    ledger: Ledger,
    connector: SheetConnector,
    path: Path | HeldFile,
    *,
    pattern: str,
    by: str,
    index: PatientIndex | None = None,
) -> TakenBack:
    """Confirms each slip whose row came back with a UHID; the rest stays sent. The same sheet twice changes nothing.

    `pattern` is the hospital's of a UHID. With an `index`, a UHID that it knows as another person's is held. Raises
    ReturnWrong for a file that is no return sheet.
    """
    report = TakenBack()
    rows = list(_rows(path, connector, pattern, report))
    doubtful = _doubtful(ledger.db(), rows)
    if line := _shifted(ledger.db(), rows):
        raise ReturnWrong(
            file=path.name, why=Sentence("its UHIDs stand in other rows than theirs (row {line}).", line=line)
        )
    for start in range(0, len(rows), _PORTION):
        portion = rows[start : start + _PORTION]
        known = {row.uhid: _indexed(index, row.uhid) for row in portion}
        found = ledger.write(
            partial(_take, connector=connector, portion=portion, doubtful=doubtful, known=known, by=by)
        )
        for each in found:
            match each:
                case RowHeld():
                    report.held.append(each)
                case True:
                    report.confirmed += 1
                case _:
                    report.again += 1
    report.held.sort(key=lambda each: each.line)
    return report


def _rows(path: Path | HeldFile, connector: SheetConnector, pattern: str, report: TakenBack) -> Iterator[_Row]:
    """The rows that can be a slip's; what is wrong with another is told."""
    columns = connector.columns
    found = 0
    for table in _tables(path, (columns.number, columns.uhid)):
        places = {name.casefold(): place for place, name in reversed(list(enumerate(table.heading)))}
        if missing := [each for each in (columns.number, columns.uhid, *columns.same) if each.casefold() not in places]:
            why = Sentence("it has no column {heading}.", heading=missing[0])
            raise ReturnWrong(file=path.name, why=why)
        for line, cells in table.rows():
            found += 1
            if found > _MOST_ROWS:
                why = Sentence("it has more than {most} rows. Send it in parts.", most=_MOST_ROWS)
                raise ReturnWrong(file=path.name, why=why)
            if isinstance(cells, str):
                report.held.append(RowHeld(line=line, number="", why=Sentence(cells)))
                continue
            told = {
                each: cells[place].strip() if (place := places[each.casefold()]) < len(cells) else ""
                for each in (columns.number, columns.uhid, *columns.same)
            }
            try:
                number = SlipNumber.parse(_whole(_plain(told[columns.number])))
            except SlipNumberWrong:
                report.held.append(RowHeld(line=line, number="", why=_NO_NUMBER))
                continue
            if uhid := _plain(told[columns.uhid]).upper():
                yield _Row(line=line, number=number, uhid=uhid if re.fullmatch(pattern, uhid) else "", told=told)
            else:
                report.waiting += 1
    if not found:
        raise ReturnWrong(file=path.name, why="it has no rows.")


def _tables(path: Path | HeldFile, need: tuple[str, ...]) -> Iterator[Table]:
    """Each sheet that has rows of ours: what was handed over as several comes back as several."""
    try:
        sheets = sheet_names(path) or [""]
        found = [survey(path, need=need, sheet=each) for each in sheets]
    except TableWrong as wrong:
        raise ReturnWrong(file=path.name, why=wrong.values["why"]) from wrong
    ours = [each for each in found if need[0].casefold() in {name.casefold() for name in each.heading}]
    yield from ours or found[:1]


def _plain(text: str) -> str:
    """A number as it went, without what a spreadsheet puts around it."""
    plain = text.strip().removeprefix("'")
    return plain[:-2] if _POINT_ZERO.fullmatch(plain) else plain


def _whole(number: str) -> str:
    """A slip's number with the zeros before it, which a spreadsheet takes away; the check digits tell if it is one."""
    return number.zfill(NUMBER_LENGTH) if number.isdecimal() else number


def _doubtful(db: Database, rows: Iterable[_Row]) -> dict[str, Sentence]:
    """UHIDs that stand with two people, and slips that stand with two UHIDs: nobody can tell which row is right."""
    slips: dict[str, set[SlipNumber]] = {}
    uhids: dict[str, set[str]] = {}
    for each in rows:
        slips.setdefault(each.uhid, set()).add(each.number)
        uhids.setdefault(each.number.text, set()).add(each.uhid)
    found: dict[str, Sentence] = {}
    for uhid, numbers in slips.items():
        known = [queries.slip(db, number) for number in numbers] if uhid and len(numbers) > 1 else []
        if len({person_of(db, row) if row else "" for row in known} - {f"uhid:{uhid}"}) > 1:
            found[uhid] = _SHARED
    return found | {f"slip {number}": _TWICE for number, told in uhids.items() if len(told) > 1}


def _shifted(db: Database, rows: Iterable[_Row]) -> int:
    """The first row of a known patient with another UHID, where more are wrong than right: the column has slipped, and
    what it says of new patients is as wrong. Else 0.
    """
    right, wrong = 0, list[int]()
    for each in rows:
        row = queries.slip(db, each.number)
        if row is not None and row.slip.uhid and each.uhid:
            if row.slip.uhid == each.uhid:
                right += 1
            else:
                wrong.append(each.line)
    return wrong[0] if len(wrong) > max(1, right) else 0


def _take(
    tx: Transaction,
    *,
    connector: SheetConnector,
    portion: Iterable[_Row],
    doubtful: Mapping[str, Sentence],
    known: Mapping[str, IndexedPatient | None],
    by: str,
) -> list[RowHeld | bool]:
    """What became of each row: True confirmed, False known before."""
    found: list[RowHeld | bool] = []
    for each in portion:
        row = queries.slip(tx.db, each.number)
        delivery = queries.delivery(tx.db, each.number, connector.target.name)
        if row is None or delivery is None or not delivery.attempts:
            found.append(RowHeld(line=each.line, number=each.number.grouped, why=_NEVER))
            continue
        sent = delivery.air[0] if delivery.air else delivery.revision
        if delivery.stage == "confirmed" and delivery.uhid == each.uhid and delivery.confirmed >= sent:
            found.append(False)
            continue
        slip = as_handed(tx.db, row, delivery, connector.target.name)
        kind, why = _objection(tx.db, connector, slip, row, delivery, each, doubtful, known.get(each.uhid))
        content: dict[str, Any] = {"number": each.number.text, "revision": sent, "target": connector.target.name}
        if why:
            reason = Sentence("Row {line} of the return sheet: {why}", line=each.line, why=why)
            if (delivery.stage, delivery.reason) != ("held", str(reason)):
                beside = {"reason": str(reason), "hold": kind.value, "patient": "", "encounter": ""}
                tx.append(FactKind.SLIP_HELD, content | beside, series=each.number.series, by=by)
            found.append(RowHeld(line=each.line, number=each.number.grouped, why=why))
            continue
        content |= {"patient": each.uhid, "encounter": each.number.text, "uhid": each.uhid, "told": UNTOLD}
        content["created"] = not (slip.uhid or slip.patient_number or known.get(each.uhid))
        tx.append(FactKind.SLIP_CONFIRMED, content, series=each.number.series, by=by)
        found.append(True)
    return found


def _objection(
    db: Database,
    connector: SheetConnector,
    slip: Slip,
    row: SlipRow,
    delivery: Delivery,
    told: _Row,
    doubtful: Mapping[str, Sentence],
    known: IndexedPatient | None,
) -> tuple[Hold, Sentence | None]:
    """Why a row's UHID is not believed, by kind; None when it is."""
    if why := doubtful.get(f"slip {told.number.text}"):
        return Hold.DIFFERS, why
    if not told.uhid:
        return Hold.OTHER, _NO_UHID
    if why := doubtful.get(told.uhid):
        return Hold.UHID_ANOTHER, why
    if strange := connector.strangers(slip, told.told):
        return Hold.DIFFERS, Sentence("it speaks of somebody else ({columns}).", columns=", ".join(strange))
    if delivery.uhid and delivery.uhid != told.uhid and delivery.stage != "held":
        return Hold.UHID_ANOTHER, _CHANGED
    if slip.uhid and slip.uhid != told.uhid:
        return Hold.UHID_ANOTHER, _NOT_THEIRS
    if other := holder(db, connector.target.name, told.uhid, row):
        return Hold.UHID_ANOTHER, Sentence("its UHID is already that of slip {number}.", number=other.grouped)
    if known is not None and not slip.uhid and is_another(slip.patient, known):
        return Hold.UHID_ANOTHER, _INDEXED
    return Hold.OTHER, None


def _indexed(index: PatientIndex | None, uhid: str) -> IndexedPatient | None:
    if index is None or not uhid or not index.here:
        return None
    return next(iter(index.look(LookField.UHID, uhid)), None)


_NO_NUMBER = Sentence("it names no slip: the number is empty, or its check digits are wrong.")
_NEVER = Sentence("this slip was never handed over to this system.")
_NO_UHID = Sentence("what stands in the place of the UHID is no UHID of this hospital.")
_SHARED = Sentence("the sheet gives its UHID to two different patients.")
_TWICE = Sentence("the sheet gives this slip two different UHIDs.")
_CHANGED = Sentence("another UHID came back for this slip before.")
_NOT_THEIRS = Sentence("the slip's patient has another UHID.")
_INDEXED = Sentence("the patient index knows its UHID as another person's.")
