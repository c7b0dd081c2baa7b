"""The access log's keeping: finished days closed into the journal, proved, exported, and destroyed by the rule."""

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from fallback import logbook
from fallback.disk import disk_error, write_file
from fallback.errors import LogsKept, LogUnreadable, Sentence
from fallback.hospital import Hospital
from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import Event, clock_state, events
from fallback.ledger.queries.logins import is_supervisor
from fallback.logbook import LogDay
from fallback.slip import INDIA

HASHES = "hashes.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTrouble:
    """One thing that is wrong with a file of the log. `why` is English; a Sentence where it has values."""

    day: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogsReport:
    """The files of the log, those that the rule destroyed, and what is wrong.

    A day that is not closed yet is proved by nothing but the order of its lines.
    """

    days: tuple[LogDay, ...]
    destroyed: int
    troubles: tuple[LogTrouble, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


def close_logs(ledger: Ledger, folder: Path, now: datetime) -> list[str]:
    """Closes every file of the log but the one of today, each by a fact that holds its hash; gives their names.

    Doing it again closes nothing twice. Raises LogUnreadable, DiskFull and the like.
    """
    today = now.astimezone(INDIA).date().isoformat()
    known, hashes = set(closed_logs(ledger)), _hashes(ledger)
    done = []
    for day in _days(folder):
        if day[:10] == today and not _look(folder, day).closed:
            continue
        if day in known:
            continue
        try:
            looked = logbook.close(folder, day)
        except OSError as wrong:
            raise _unreadable(folder, wrong) from wrong
        if looked.sha256 in hashes:  # this folder goes on in a new chain: the old one closed it
            continue

        def job(tx: Transaction, looked: LogDay = looked) -> bool:
            if any(
                event.content["day"] == looked.day for event in events(tx.db, FactKind.LOGS_CLOSED, chain=ledger.chain)
            ):
                return False  # another process was first
            content = {"day": looked.day, "sha256": looked.sha256, "lines": looked.lines}
            tx.append(FactKind.LOGS_CLOSED, content)
            return True

        if ledger.write(job):
            done.append(day)
    return done


def verify_logs(ledger: Ledger, folder: Path) -> LogsReport:
    """Holds the files of the log against the journal, and the order of their lines. Raises LogUnreadable."""
    closed, hashes = closed_logs(ledger), _hashes(ledger)
    until = _destroyed_until(ledger)
    found = [_look(folder, day) for day in _days(folder)]
    there = {each.day for each in found}
    troubles = []
    for day in closed:
        if day not in there and day[:10] > until:
            troubles.append(LogTrouble(day=day, why="the file is missing: the journal says that it was closed"))
    for each in found:
        told = closed.get(each.day)
        if told and told.content["sha256"] != each.sha256:
            troubles.append(LogTrouble(day=each.day, why="it was changed after it was closed"))
        elif told is None and each.closed and each.sha256 not in hashes:
            troubles.append(LogTrouble(day=each.day, why="it was closed, and the journal does not know it"))
        for sequence in each.gaps:
            why = Sentence("line {sequence} does not follow the one before it", sequence=sequence)
            troubles.append(LogTrouble(day=each.day, why=why))
    before: LogDay | None = None
    for each in sorted((each for each in found if each.lines), key=lambda each: each.first):
        if before is not None and each.first != before.last + 1:
            why = Sentence("it does not follow {day}: lines are missing, or there twice", day=before.day)
            troubles.append(LogTrouble(day=each.day, why=why))
        before = each
    gone = sum(1 for day in closed if day not in there and day[:10] <= until)
    return LogsReport(days=tuple(found), destroyed=gone, troubles=tuple(troubles))


def export_logs(ledger: Ledger, folder: Path, out: Path, first: date, last: date) -> list[LogDay]:
    """Copies the days from `first` to `last` into a folder, with a list of their hashes and where the journal has them.

    Raises LogUnreadable, DiskFull, FolderReadOnly or DiskFailed.
    """
    closed = closed_logs(ledger)
    wanted = [day for day in _days(folder) if first.isoformat() <= day[:10] <= last.isoformat()]
    found = []
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    for day in wanted:
        try:
            content = (folder / f"{day}.csv").read_bytes()
        except OSError as wrong:
            raise _unreadable(folder, wrong) from wrong
        write_file(out / f"{day}.csv", content)
        found.append(_look(out, day))  # what was copied, while today's goes on
    write_file(out / HASHES, hash_list(found, closed).encode())
    return found


def hash_list(found: list[LogDay], closed: dict[str, Event]) -> str:
    """The files with their hashes as CSV, each with the journal's line that closed it, where one did."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("file", "lines", "first_sequence", "last_sequence", "sha256", "closed_in_journal"))
    for each in found:
        event = closed.get(each.day)
        where = f"{event.chain}:{event.sequence}" if event and event.content["sha256"] == each.sha256 else ""
        writer.writerow((f"{each.day}.csv", each.lines, each.first, each.last, each.sha256, where))
    return text.getvalue()


def closed_logs(ledger: Ledger) -> dict[str, Event]:
    """The facts that closed this machine's days, by the name of the day.

    A restored folder has a chain of its own, and the log of the lost machine is not in it.
    """
    closed = events(ledger.db(), FactKind.LOGS_CLOSED, chain=ledger.chain)
    return {event.content["day"]: event for event in closed}


def due_logs(ledger: Ledger, folder: Path, hospital: Hospital, now: datetime) -> list[str]:
    """The closed days that are older than the hospital's rule says, oldest first. Raises LogUnreadable."""
    before = (now.astimezone(INDIA).date() - timedelta(days=hospital.keep_logs)).isoformat()
    known = closed_logs(ledger)
    return [day for day in _days(folder) if day[:10] < before and day in known]


def destroy_logs(
    ledger: Ledger, folder: Path, hospital: Hospital, now: datetime, *, by: str, dry_run: bool = False
) -> list[str]:
    """Destroys the days that are due; the fact is durable before the first file goes. Gives their names.

    Raises LogsKept when `by` is no supervisor or the clock is not believed: a clock a year ahead would end every day.
    """
    if not is_supervisor(ledger.db(), by):
        raise LogsKept(why="only a supervisor may do it, by their own login")
    if clock_state(ledger.db(), ledger.chain, now).trouble:
        raise LogsKept(why="this computer's clock is not right, and the rule counts days. Correct it first")
    newest = max((day[:10] for day in _days(folder)), default="")
    due = [day for day in due_logs(ledger, folder, hospital, now) if day[:10] < newest]
    if not due or dry_run:
        return due
    content = {"until": due[-1][:10], "days": len(due)}
    ledger.write(lambda tx: tx.append(FactKind.LOGS_DESTROYED, content, by=by))
    for day in due:
        path = folder / f"{day}.csv"
        try:
            path.chmod(0o600)  # Windows removes no file that is read-only
            path.unlink(missing_ok=True)
        except OSError as wrong:
            raise disk_error(wrong, folder) from wrong
    return due


def _hashes(ledger: Ledger) -> set[str]:
    """The hashes of all days that any chain closed."""
    return {str(event.content["sha256"]) for event in events(ledger.db(), FactKind.LOGS_CLOSED)}


def _destroyed_until(ledger: Ledger) -> str:
    told = events(ledger.db(), FactKind.LOGS_DESTROYED, chain=ledger.chain)
    return max((str(event.content["until"]) for event in told), default="")


def _days(folder: Path) -> list[str]:
    try:
        return logbook.days(folder)
    except OSError as wrong:
        raise _unreadable(folder, wrong) from wrong


def _look(folder: Path, day: str) -> LogDay:
    try:
        return logbook.look(folder, day)
    except OSError as wrong:
        raise _unreadable(folder, wrong) from wrong


def _unreadable(folder: Path, wrong: OSError) -> LogUnreadable:
    return LogUnreadable(folder=folder, why=wrong.strerror or str(wrong))
