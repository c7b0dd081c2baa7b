"""Pictures destroyed by the hospital's rule: which may be, which never, and the act itself, by a supervisor."""

from collections import Counter
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from fallback.errors import PicturesKept
from fallback.evidence import PageStore
from fallback.hospital import PAPERS, Hospital
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database
from fallback.ledger.queries.keeping import PictureRow, evidence, looked_at, pictures, settled
from fallback.ledger.queries.logins import is_supervisor
from fallback.ledger.queries.proofs import proofs_before
from fallback.printing.layout import layout
from fallback.recovery.decisions import Decision

_PORTION = 1000  # pictures that one line of the journal names
_NOTHING_OURS = (Decision.NOT_OURS, Decision.BLANK)
_ASIDE = (Decision.SET_ASIDE, Decision.TOO_DAMAGED)


class Kept(StrEnum):
    """Why a picture is kept. The first that holds is told."""

    WAITS = "waits"  # a person has yet to look at it
    MEDICO_LEGAL = "medico_legal"  # it is, or may become, a case for the police or a court
    UNLOOKED = "unlooked"  # no hospital copy of its slip was read or looked at: that box may be ticked on this page
    FORGED = "forged"
    SET_ASIDE = "set_aside"  # or too damaged: the paper and this picture are all there is
    NOT_IMPORTED = "not_imported"  # no hospital system has its slip's newest revision, or another of its pages waits
    NO_SLIP = "no_slip"  # nobody said what it is: sheets, machine-read blanks
    YOUNG = "young"


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyReport:
    """What was destroyed, or in a dry run would be: `pictures` by their hashes; `kept` counts the others."""

    pictures: tuple[str, ...]
    kept: Counter[Kept] = field(default_factory=Counter)

    def record(self) -> dict[str, Any]:
        """The report as JSON values."""
        kept = {each.value: self.kept[each] for each in Kept if self.kept[each]}
        return {"destroyed": len(self.pictures), "kept": kept}


def destroyable(db: Database, before: datetime, test_targets: AbstractSet[str], *, boxes: bool = True) -> DestroyReport:
    """The pictures that may be destroyed: taken in before a time, and of slips that are settled elsewhere.

    `test_targets` are the systems that keep nothing; `boxes` says whether slips are printed with boxes to tick: then a
    page is kept until a hospital copy of its slip was read, for a torn one looks like a patient's copy to a machine.

    What is or may become medico-legal is never among them: a slip that says so in any version, was made in casualty, at
    a death, in an emergency, for somebody unknown, sealed or in custody; a page with the box ticked or doubtful; and
    every slip of that person, with all pages of each.
    """
    rows = pictures(db)
    gone = set(queries.destroyed(db))
    ticked, grave = evidence(db)
    waiting = {number for row in rows if row.waits for number in row.named}
    done, looked = settled(db, test_targets) - waiting, looked_at(db)
    found: list[str] = []
    kept: Counter[Kept] = Counter()
    for row in rows:
        if row.picture in gone:
            continue
        legal = row.picture in ticked or not grave.isdisjoint(row.named)
        unlooked = boxes and not looked >= set(row.numbers)
        if why := _why(row, before, legal=legal, unlooked=unlooked, done=done):
            kept[why] += 1
        else:
            found.append(row.picture)
    for picture, number in proofs_before(db, before.astimezone(UTC).isoformat()):
        if picture in gone or picture in found:
            continue
        if number in grave or number not in done:
            kept[Kept.MEDICO_LEGAL if number in grave else Kept.NOT_IMPORTED] += 1
        else:
            found.append(picture)
    return DestroyReport(pictures=tuple(found), kept=kept)


def destroy(
    ledger: Ledger, store: PageStore, hospital: Hospital, *, by: str, reason: str, dry_run: bool
) -> DestroyReport:
    """Destroys what may be, and finishes what a killed run began. The fact is durable before the first file goes.

    The files' space is given back, not overwritten: what is left on the disk is sealed. Raises PicturesKept when the
    hospital's file does not say after how many days, or `by` is no supervisor's login; FolderReadOnly or DiskFailed.
    """
    days = hospital.keep_pages
    if days is None:
        raise PicturesKept(why="hospital.toml does not say after how many days it may be done: [pages], keep_days")
    if not is_supervisor(ledger.db(), by):
        raise PicturesKept(why="only a supervisor may do it, by their own login")

    def job(tx: Transaction) -> DestroyReport:
        report = _due(tx.db, hospital, tx.now, days)
        for start in range(0, 0 if dry_run else len(report.pictures), _PORTION):
            content = {"pictures": list(report.pictures[start : start + _PORTION]), "reason": reason}
            tx.append(FactKind.PICTURES_DESTROYED, content, by=by)
        return report

    report = ledger.write(job)
    if not dry_run:
        store.remove(*queries.destroyed(ledger.db()))
    return report


def due_pictures(ledger: Ledger, hospital: Hospital, now: datetime) -> int:
    """How many pictures the hospital's rule lets a supervisor destroy now; 0 without a rule."""
    days = hospital.keep_pages
    return len(_due(ledger.db(), hospital, now, days).pictures) if days is not None else 0


def _due(db: Database, hospital: Hospital, now: datetime, days: int) -> DestroyReport:
    tests = frozenset(target.name for target in hospital.targets if target.test)
    boxes = any(part.corners for paper in PAPERS for part in layout(f"slip-{paper}", hospital).parts)
    return destroyable(db, now - timedelta(days=days), tests, boxes=boxes)


def _why(row: PictureRow, before: datetime, *, legal: bool, unlooked: bool, done: AbstractSet[str]) -> Kept | None:
    """Why a picture is kept, None when nothing keeps it."""
    if row.waits:
        return Kept.WAITS
    if legal:
        return Kept.MEDICO_LEGAL
    if unlooked:
        return Kept.UNLOOKED
    if row.outcome == "forged":
        return Kept.FORGED
    if row.decision in _ASIDE:
        return Kept.SET_ASIDE
    if not done >= set(row.numbers):
        return Kept.NOT_IMPORTED
    if not row.numbers and row.decision not in _NOTHING_OURS:
        return Kept.NO_SLIP
    return Kept.YOUNG if datetime.fromisoformat(row.at) > before else None
