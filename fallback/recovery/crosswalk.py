"""The cross-walk: which slip became which UHID, for the file room and for each department, again after late decisions.

A file holds numbers alone, no name. A department is told everything since the last file that it confirmed: one that was
lost on the way is told again, and so is whatever changed since.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from fallback.ehospital.hl7 import text as hl7
from fallback.ehospital.hl7.messages import AUTHORITY, uhid_authority
from fallback.errors import CrosswalkEmpty, CrosswalkUnknown, DepartmentUnknown, FieldWrong
from fallback.hospital import Hospital, Target
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, after
from fallback.ledger.queries.after import Given, WalkRow
from fallback.printing.walks import Pair, render_walk
from fallback.spreadsheet import Cell, Sheet, csv_of, xlsx_of

# Besides the counters of hospital.toml: whoever wrote a slip's number onto something of its own.
DEPARTMENTS = ("Laboratory", "X-ray", "Blood bank", "Pharmacy")
_HEADER = ("slip_number", "slip_number_printed", "uhid", "former_uhid", "change", "visit_date")
_SEALED = "CONFIDENTIAL"  # in place of a UHID that must not travel


class Form(StrEnum):
    """As what a department takes the cross-walk."""

    CSV = "csv"
    XLSX = "xlsx"
    HL7 = "hl7"


class Change(StrEnum):
    """What is new about a slip for a department."""

    NEW = "new"
    CHANGED = "changed"
    VOID = "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One slip as a department is told it. `former` is the UHID that it was told before, "" where none."""

    row: WalkRow
    change: Change
    former: str = ""

    @property
    def uhid(self) -> str:
        """The number under which the patient is now, as it may travel."""
        return travelling(self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What a department gets: its bytes, its name, how many slips it tells of, its SHA-256 (hex)."""

    content: bytes
    name: str
    count: int

    @property
    def sha256(self) -> str:
        """What stands on the receipt."""
        return hashlib.sha256(self.content).hexdigest()


def departments(hospital: Hospital) -> tuple[str, ...]:
    """Whom the cross-walk goes to: the hospital's counters, and those that every hospital has."""
    return tuple(dict.fromkeys((*(each.name for each in hospital.counters), *DEPARTMENTS)))


def travelling(row: WalkRow) -> str:
    """The patient's number as it may leave the records room: of a confidential patient it stays here."""
    return _SEALED if row.sealed else row.uhid or row.patient


def changes(db: Database, target: str, department: str) -> list[Told]:
    """What a department does not know yet: all, or what changed since the newest file that it confirmed."""
    base = next((each for each in after.given(db, target) if each.department == department and each.receipts), None)
    if base is None:
        return [Told(row=row, change=Change.NEW) for row in after.walk(db, target) if not row.void]
    before = after.walk_before(db, target, base.until)
    return [told for row in after.walk_since(db, target, base.until) if (told := _told(row, before))]


def _told(row: WalkRow, before: Mapping[str, tuple[str, bool]]) -> Told | None:
    known, void = before.get(row.number.text, ("", True))
    if row.void:
        return None if void else Told(row=row, change=Change.VOID, former=_SEALED if row.sealed else known)
    if void:
        return Told(row=row, change=Change.NEW)
    if known == row.state[0]:
        return None
    return Told(row=row, change=Change.CHANGED, former=_SEALED if row.sealed else known)


def give(
    ledger: Ledger, hospital: Hospital, target: str, department: str, form: Form, *, by: str, now: datetime
) -> File:
    """Makes the file for a department and writes down that it was given. Until they confirm it, it is given again.

    Raises DepartmentUnknown, and CrosswalkEmpty where they know everything.
    """
    if department not in departments(hospital):
        known = ", ".join(departments(hospital))
        raise DepartmentUnknown(department=department[:60] if department.isprintable() else "?", known=known)
    # First where the chains end, then the slips: what is written in between is told twice, never not at all.
    until = {head.chain: head.sequence for head in ledger.heads().values()}
    found = changes(ledger.db(), target, department)
    if not found:
        raise CrosswalkEmpty(department=department)
    named = next((each for each in hospital.targets if each.name == target), Target(name=target, url="", test=False))
    file = _file(found, named, form, now=now, drill=_drill(ledger.db()))
    content = {
        "department": department,
        "target": target,
        "form": form.value,
        "count": file.count,
        "sha256": file.sha256,
        "until": until,
    }
    ledger.write(lambda tx: tx.append(FactKind.CROSSWALK_GIVEN, content, by=by))
    return file


def receive(ledger: Ledger, target: str, department: str, sha256: str, receipt: str, *, by: str) -> None:
    """Writes down that a department has a file: `sha256` may be its beginning, 8 signs at least; `receipt` says who.

    Raises CrosswalkUnknown, and FieldWrong for an empty receipt or a mark that fits several files.
    """
    if not receipt.strip():
        raise FieldWrong(field="receipt", why="Write who has it, and the number of their receipt if it has one.")
    mark = sha256.replace(" ", "").lower()

    def job(tx: Transaction) -> None:
        ours = (each.sha256 for each in after.given(tx.db, target) if each.department == department)
        fits = {each for each in ours if len(mark) >= 8 and each.startswith(mark)}
        if len(fits) != 1:
            raise CrosswalkUnknown(department=department)
        content = {"department": department, "sha256": fits.pop(), "receipt": receipt}
        tx.append(FactKind.CROSSWALK_RECEIVED, content, by=by)

    ledger.write(job)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a department stands: the newest file it was given, the newest that it confirmed, and how many slips have a
    newer line than that one (at most so many are told next time).
    """

    department: str
    given: Given | None
    received: Given | None
    waiting: int


def standings(db: Database, hospital: Hospital, target: str) -> list[Standing]:
    """How every department stands."""
    files = after.given(db, target)
    known: dict[tuple[tuple[str, int], ...], int] = {}  # most departments stand alike
    found = []
    for name in departments(hospital):
        ours = [each for each in files if each.department == name]
        received = next((each for each in ours if each.receipts), None)
        until = received.until if received else {}
        ends = tuple(sorted(until.items()))
        if ends not in known:
            known[ends] = after.walk_changes(db, target, until)
        waiting = known[ends]
        found.append(Standing(department=name, given=ours[0] if ours else None, received=received, waiting=waiting))
    return found


def listed(
    db: Database,
    hospital: Hospital,
    target: str,
    *,
    by_uhid: bool = False,
    clinic: int = 0,
    day: str = "",
    words: str = "",
) -> bytes:
    """The list for the file room as PDF, by slip number or by UHID; `words` stand below its title."""
    pairs = pairs_of(after.walk(db, target, by_uhid=by_uhid, clinic=clinic, day=day))
    return render_walk(pairs, title=f"{hospital.name}: UHID", subtitle=words, by_uhid=by_uhid)


def pairs_of(rows: Iterable[WalkRow]) -> list[Pair]:
    """What is printed of each slip that is not void."""
    return [
        Pair(grouped=row.number.grouped, text=row.number.text, uhid=travelling(row)) for row in rows if not row.void
    ]


def table(found: Iterable[Told]) -> Sheet:
    """The rows of a file, for spreadsheets and programs: numbers stay texts, so that no nought is lost."""
    rows: list[list[Cell]] = [
        [
            each.row.number.text,
            each.row.number.grouped,
            "" if each.change is Change.VOID else each.uhid,
            each.former,
            each.change.value,
            date.fromisoformat(each.row.day) if each.row.day else None,
        ]
        for each in found
    ]
    return Sheet(title="crosswalk", header=_HEADER, rows=rows)


def _file(found: list[Told], target: Target, form: Form, *, now: datetime, drill: bool) -> File:
    match form:
        case Form.CSV:
            content = csv_of(table(found))
        case Form.XLSX:
            content = xlsx_of([table(found)])
        case Form.HL7:
            content = messages(found, target, now=now, drill=drill).encode()
    mark = hashlib.sha256(content).hexdigest()[:8]  # in its name: a department confirms by it, and works nothing out
    return File(content=content, name=f"crosswalk-{mark}.{form.value}", count=len(found))


def messages(found: Iterable[Told], target: Target, *, now: datetime, drill: bool = False) -> str:
    """HL7 v2.5, one message after the other. What was filed under the slip's number goes to the patient (A47); a visit
    that was told under another patient is moved (A45), and one that was taken back is cancelled (A11).

    A message of the same slip under the same patient has the same id, whenever it is sent. Confidential ones are left
    out: a person tells the department, or nobody does. Nobody is named: the name is of the kind that stands for none.
    """
    heads = {change: _head(change, target, now, drill=drill) for change in Change}
    authority = hl7.clean(uhid_authority(target))
    written = []
    for each in found:
        if each.row.sealed:
            continue
        before, after_it = heads[each.change]
        number = each.row.number.text
        uhid, former = hl7.clean(each.uhid), hl7.clean(each.former)
        ours = f"{number}^^^{AUTHORITY}^VN"
        visit = f"PV1||U|||||||||||||||||{ours}"
        match each.change:
            case Change.NEW:
                rest = [f"MRG|{ours}"]
            case Change.CHANGED:
                rest = [f"MRG|{former}^^^{authority}^MR||||{ours}", visit]
            case _:
                uhid, rest = former, [visit]
        patient = f"PID|||{uhid}^^^{authority}^MR||^^^^^^U"
        written.append(hl7.message([f"{before}{control(each)}{after_it}", patient, *rest]))
    return "".join(written)


_EVENTS = {Change.NEW: ("A47", "ADT_A30"), Change.CHANGED: ("A45", "ADT_A45"), Change.VOID: ("A11", "ADT_A09")}


def _head(change: Change, target: Target, now: datetime, *, drill: bool) -> tuple[str, str]:
    """What stands before and after a message's id: only that differs between the messages of a kind."""
    (event, structure), mark = _EVENTS[change], "\N{OBJECT REPLACEMENT CHARACTER}"
    at = hl7.moment(now)
    head = hl7.header(
        event,
        structure,
        mark,
        at,
        drill=drill,
        facility=AUTHORITY,
        to_application="",
        to_facility=target.organisation,
    )
    before, _mark, rest = head.partition(mark)
    return before, f"{rest}{hl7.END}{hl7.segment('EVN', {1: event, 2: at})}"


def control(told: Told) -> str:
    """The id of a message: the slip's number, and a mark of what is said of it."""
    what = "\n".join((told.change.value, told.uhid, told.former))
    return told.row.number.text + hashlib.sha256(what.encode()).hexdigest()[:8].upper()


def _drill(db: Database) -> bool:
    made = queries.installation(db)
    return made is not None and made[1]
