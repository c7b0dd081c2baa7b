"""The ledger: an encrypted, hash-chained, append-only journal with one writer, its views, and its second copies."""

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar
from weakref import WeakSet

from sqlite_utils import Database

from fallback.disk import disk_error
from fallback.errors import JournalBusy, JournalDamaged, JournalLocked, JournalNewer, LedgerClosed
from fallback.ledger import chains, verifying, views
from fallback.ledger.carrier import DATABASE_NAME, Carrier
from fallback.ledger.chains import Head
from fallback.ledger.complaints import BUSY_SECONDS, JournalDatabase, told
from fallback.ledger.copies import Copies, all_sticks
from fallback.ledger.copy import FIRST_LOOK, CopyStatus
from fallback.ledger.journal import Line
from fallback.ledger.merging import BESIDE_DESKS, Fork, MergeReport, attest, merge, unvouched
from fallback.ledger.migrations import KNOWN, fold_again, migrations
from fallback.ledger.verifying import Trouble, TroubleKind, VerifyReport
from fallback.ledger.writer import Transaction, Writer
from fallback.vault import Vault

__all__ = [
    "Carrier",
    "CopyStatus",
    "Fork",
    "Head",
    "Ledger",
    "Line",
    "MergeReport",
    "Transaction",
    "Trouble",
    "TroubleKind",
    "VerifyReport",
    "lines_of",
    "unmake",
]

T = TypeVar("T")
_OPTIONS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "cache_size = -32768")


class Ledger:
    """The journal of one data folder. Use `open`; any thread may use it."""

    def __init__(self, folder: Path, vault: Vault, chain: str, clock: Callable[[], datetime]) -> None:
        self.folder = folder
        self.vault = vault
        self.chain = chain
        self._path = folder / DATABASE_NAME
        self._local = threading.local()
        self._readers: WeakSet[Database] = WeakSet()
        self._closed = False
        self._writer = Writer(lambda: _connect(vault, self._path), self._path, chain, clock)

    @classmethod
    def open(cls, folder: Path, vault: Vault, *, clock: Callable[[], datetime]) -> Self:
        """Opens the journal of a data folder, which must exist; makes it, and this installation's chain, if need be.

        `clock` says the time with its zone; it is used for nothing but the times on the lines. Raises FolderReadOnly,
        DiskFull, DiskFailed, JournalLocked, JournalDamaged or JournalBusy.
        """
        path = folder / DATABASE_NAME
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # for its owner's eyes only, as its -wal will be
        except OSError as wrong:
            raise disk_error(wrong, folder) from wrong
        new = path.stat().st_size == 0
        end = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                return cls(folder, vault, _prepare(vault, path), clock)
            except (JournalBusy, JournalLocked) as wrong:  # another process makes it at this moment
                if time.monotonic() > end or (isinstance(wrong, JournalLocked) and not new):
                    raise
                time.sleep(0.01)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *wrong: object) -> None:
        self.close()

    def close(self) -> None:
        """Finishes what is waiting, lets go of the copy and of every connection. Again does nothing."""
        self._closed = True
        self._writer.close()
        copies, self._writer.copies = self._writer.copies, None
        if copies is not None:
            copies.stop()
        for db in list(self._readers):
            db.conn.close()

    def write(self, job: Callable[[Transaction], T]) -> T:
        """Runs the job in a transaction on the writer's thread; returns its result when it is durable.

        Durable means: committed and synced, and in the second copy where one is set and answering. Whatever the job
        raises undoes the job alone and is raised here. Raises DiskFull and its like; then nothing of it was stored.
        """
        return self._writer.write(job)

    def db(self) -> Database:
        """This thread's connection for reading. It refuses to write."""
        if self._closed:
            raise LedgerClosed()
        db: Database | None = getattr(self._local, "db", None)
        if db is None:
            db = self._local.db = self._reader()
            self._readers.add(db)
        return db

    def head(self) -> Head:
        """Where this installation's chain ends: printed on paper, it proves the file."""
        return chains.head(self.db(), self.chain)

    def heads(self) -> dict[str, Head]:
        """Where every chain ends, by its id."""
        return chains.heads(self.db())

    def lines(self, chain: str | None = None, since: int = 0) -> Iterator[Line]:
        """The lines of a chain, or of all in the order of their arrival, whose sequence is above `since`."""
        return chains.lines(self.db(), chain, since)

    def copy_to(self, *folders: Path | None, deadline: float | None = None) -> None:
        """Sets the second copies' folders (None: none), and brings them up to date: by the deadline (at first
        FIRST_LOOK seconds), else in the background.

        A folder that cannot be used raises nothing: `copies` says why, and the journal that it is behind. Lines that
        the journal has lost and a copy still has come home first: set the copies before anything is written.
        """
        old, self._writer.copies = self._writer.copies, None
        if old is not None:
            old.stop()
        wanted = list(dict.fromkeys(folder for folder in folders if folder is not None))
        if not wanted:
            return
        first = FIRST_LOOK if deadline is None else deadline
        copies = self._followers(wanted, deadline)
        copies.follow(first)
        for _ in wanted:
            if not (lost := copies.lost()):
                break
            for folder, lines in lost:  # before a new line takes their place, and their numbers are given out again
                self.merge(lines, place=str(folder))
            copies.stop()
            copies = self._followers(wanted, deadline)
            copies.follow(first)
        self._writer.copies = copies
        self.write(lambda _: None)

    def copies(self, now: datetime, db: Database | None = None) -> tuple[CopyStatus, ...]:
        """Every second copy that is known, plugged in or not, by its label, and the folders where none was ever seen.

        `now` tells the age of those that only the journal remembers; `db` is a job's own connection.
        """
        copies = self._writer.copies
        return all_sticks(db or self.db(), self.chain, copies.status() if copies else (), now)

    def copy_status(self) -> CopyStatus:
        """How the best of the folders stands: one that follows, where there is one."""
        copies = self._writer.copies
        if copies is None:
            return CopyStatus(folder=None, age_seconds=None, behind=False, sequence=0)
        return min(copies.status(), key=lambda each: each.behind)

    def mark_with(self, mark: Callable[[int, bytes], None]) -> None:
        """Calls `mark` with the end of our own chain, sequence and hash, after each commit: outside the folder it tells
        whether an older image of the folder was put back. It must be quick and raise nothing."""
        self._writer.mark = mark
        self.write(lambda _: None)

    def begin_again(self) -> None:
        """Goes on in a new chain: somewhere else this one may have gone on, and two ends of one chain cannot be merged.

        Call it before anything is written. The new chain says first what it found here, as after a restore.
        """

        def job(tx: Transaction) -> str:  # in one: power that goes in between must not leave a chain that heard nothing
            chain = chains.begin_again(tx.db)
            attest(Transaction(tx.db, chain, tx.now), chain, list(chains.heads(tx.db)))
            return chain

        self.chain = self._writer.chain = self.write(job)

    def merge(self, lines: Iterable[Line], *, place: str = "the foreign journal") -> MergeReport:
        """Takes in foreign chains, verbatim. Again changes nothing; a chain that forks is reported and left out.

        Raises LineWrong, naming place and line, for a broken one; then nothing was stored. MergeStopped where a line
        cannot be understood: it tells how many lines before it were stored.
        """
        return merge(lines, place, self.db(), self.chain, self.write)

    def take(self, lines: Iterable[Line], *, place: str) -> MergeReport:
        """As `merge`, beside desks at work: a few lines at a time, and without a word of it in our own chain."""
        return merge(lines, place, self.db(), self.chain, self.write, batch=BESIDE_DESKS, vouching=False, resting=True)

    def vouch(self) -> int:
        """Says in our own chain where the others stand, for what was taken without a word; returns of how many."""
        db = self.db()
        wanted = unvouched(db, self.chain)
        for chain in wanted:  # one each: no clerk waits for sixty
            self.write(lambda tx, chain=chain: attest(tx, self.chain, [chain]))  # type: ignore[misc]
        return len(wanted)

    def verify(self, *, printed: tuple[Head, ...] = ()) -> VerifyReport:
        """Looks at every page and line; `printed` are heads that paper shows. Desks go on meanwhile."""
        return verifying.verify_journal(self.db(), printed=printed)

    def verify_file(self, carrier: Carrier) -> VerifyReport:
        """Looks at a copy or export, and whether this journal holds the same. Raises CopyForeign."""
        return verifying.verify_file(carrier, self.db())

    def rebuild_views(self) -> bool:
        """Makes all views anew from the lines, in one transaction; says whether they were as before. Desks wait."""

        def job(tx: Transaction) -> bool:
            before = _content(tx.db)
            fold_again(tx.db)
            return _content(tx.db) == before

        return self.write(job)

    def _followers(self, folders: list[Path], deadline: float | None) -> Copies:
        return Copies(folders, self.vault, self.chain, self._reader, self._writer.nudge, deadline=deadline)

    def _reader(self) -> Database:
        with told(self._path):
            db = JournalDatabase(self.vault.connect(self._path), self._path)
            db.execute("PRAGMA busy_timeout = 5000")
            db.execute("PRAGMA query_only = ON")
        return db


def lines_of(folder: Path, vault: Vault) -> Iterator[Line]:
    """The lines of a data folder that is not opened otherwise: nothing is written into it, whatever its version.

    Raises JournalLocked, JournalDamaged and their like, LineWrong.
    """
    path = folder / DATABASE_NAME
    with told(path):
        db = JournalDatabase(vault.connect(path), path)
        try:
            db.execute("PRAGMA query_only = ON")
            yield from chains.lines(db)
        finally:
            db.conn.close()


def unmake(folder: Path) -> None:
    """Removes the journal and the header of a data folder from which nothing was ever issued."""
    for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", Vault.header_file(folder).name):
        (folder / name).unlink(missing_ok=True)


def _connect(vault: Vault, path: Path) -> Database:
    """A connection that may write. Its own busy handler is off: the writer waits in shorter steps."""
    with told(path):
        db = JournalDatabase(vault.connect(path), path)
        try:
            db.execute("PRAGMA busy_timeout = 0")
            for option in _OPTIONS:
                db.execute(f"PRAGMA {option}").fetchall()
            if db.execute("PRAGMA journal_mode").fetchone() != ("wal",):
                raise JournalDamaged(folder=path.parent, why="it cannot keep a write-ahead log")
        except BaseException:
            db.conn.close()
            raise
    return db


def _prepare(vault: Vault, path: Path) -> str:
    """The tables of this version, and this installation's chain. Raises ParchiError."""
    db = _connect(vault, path)
    try:
        with told(path):
            if {each.name for each in migrations.applied(db)} - KNOWN:  # its new facts would be missing in our views
                raise JournalNewer(folder=path.parent)
            chain = None if migrations.pending(db) else chains.own_chain(db)
            if chain is None:
                db.execute("BEGIN IMMEDIATE")
                migrations.apply(db)
                chain = chains.own_chain(db) or chains.begin_chain(db)
                db.execute("COMMIT")
            return chain
    finally:
        db.conn.close()


def _content(db: Database) -> dict[str, str]:
    """The schema and a hash of the rows of every view."""
    found: dict[str, str] = {}
    for name in views.VIEWS:
        row = db.execute("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
        if row is None:
            found[name] = "absent"
            continue
        columns = ", ".join(
            str(place) for place in range(1, len(db.execute(f"PRAGMA table_info({name})").fetchall()) + 1)
        )
        content = hashlib.sha256(repr(row[0]).encode())
        for each in db.execute(f"SELECT * FROM {name} ORDER BY {columns}"):
            content.update(repr(each).encode())
        found[name] = content.hexdigest()
    return found
