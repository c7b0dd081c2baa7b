"""A look into the hospital's patient index: a fact before anybody is shown, with clerk and reason, and limited."""

from collections.abc import Callable, Collection
from datetime import date, timedelta
from pathlib import Path

from fallback.downtime import LookReason
from fallback.errors import IndexDamaged, LooksUsedUp
from fallback.frontdesk.counter import Counter
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.looks import looks_since
from fallback.ledger.writer import Transaction
from fallback.patients import Columns, IndexedPatient, LoadReport, LookField, PatientIndex
from fallback.slip import Sex

_HOUR = timedelta(hours=1)


def look_up(
    counter: Counter,
    index: PatientIndex,
    by: LookField,
    value: str,
    reason: LookReason,
    *,
    login: str,
    today: date,
    series: int = 0,
    shift: str = "",
    sex: Sex | None = None,
    age: int | None = None,
) -> tuple[IndexedPatient, ...]:
    """Who fits; the look is durable before it is answered. The journal keeps how many were shown, never who.

    Raises IndexMissing, LooksUsedUp for more looks an hour than the hospital allows, LookTooWide (also a fact, with
    nobody shown).
    """
    held = index.status().index
    found: tuple[IndexedPatient, ...] = ()
    try:
        found = index.look(by, value, sex=sex, age=age, today=today)
    finally:
        write_look(counter, held, by, len(found), reason, login=login, series=series, shift=shift)
    return found


def write_look(
    counter: Counter, index: str, by: LookField, found: int, reason: LookReason, *, login: str, series: int, shift: str
) -> None:
    """Journals a look into the index of this id, which would show so many. Raises LooksUsedUp."""
    limit = counter.hospital.looks_an_hour

    def ask(tx: Transaction) -> None:
        if looks_since(tx.db, login, tx.now - _HOUR) >= limit:
            raise LooksUsedUp(login=login, limit=limit)
        content = {"index": index, "field": by.value, "found": found, "reason": reason.value}
        tx.append(FactKind.PATIENT_LOOKED_UP, content, series=series, shift=shift, by=login)

    counter.ledger.write(ask)


def load_index(
    ledger: Ledger,
    index: PatientIndex,
    source: Path,
    columns: Columns,
    *,
    left_out: Collection[str] = frozenset(),
    by: str = "",
    progress: Callable[[int, int], None] | None = None,
    filing: Callable[[int, int], None] | None = None,
) -> LoadReport:
    """Loads the hospital's file of patients into the index of this machine; a fact. Raises as `PatientIndex.load`."""
    report = index.load(source, columns, left_out=left_out, progress=progress, filing=filing)
    content = {"index": report.index, "rows": report.rows, "left_out": report.left_out, "file": report.source}
    ledger.write(lambda tx: tx.append(FactKind.INDEX_LOADED, content, by=by))
    return report


def destroy_index(ledger: Ledger, index: PatientIndex, reason: str, *, by: str = "") -> None:
    """Removes the index from this machine; the fact is written before. Raises IndexMissing or FolderReadOnly."""
    try:
        held = index.status().index
    except IndexDamaged:  # what is damaged must be destroyed, too
        held = ""
    content = {"index": held, "reason": reason}
    ledger.write(lambda tx: tx.append(FactKind.INDEX_DESTROYED, content, by=by))
    index.destroy()
