"""The index's own database: encrypted under a key that only the hospital's passphrase opens, and in no copy."""

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from fallback import names
from fallback.disk import disk_error, sync_folder
from fallback.errors import (
    DiskFull,
    FolderReadOnly,
    IndexDamaged,
    IndexFileWrong,
    IndexMissing,
    IndexOld,
    LookTooWide,
    Sentence,
)
from fallback.patients.candidates import INDEXES, KEYS, MOST_PEOPLE, SELECT, candidates, patient_of
from fallback.patients.rows import BadRow, Columns, IndexedPatient, LookField, read_rows
from fallback.person import Person, seek_keys
from fallback.slip import Sex
from fallback.vault import Vault

PURPOSE = "index"
FILE_NAME = "index.db"
MOST = 20  # candidates that one look shows
_BATCH = 50_000  # rows; a smaller one writes the same pages of words again and again
_BAD_KEPT = 1_000
_CACHE = 16_384  # KiB; each thread that looks has its own
_AGE_SLACK = 2  # years; the NHA's rule for the same person
_FORMAT = 2  # of the file; 1 had no keys of likely people
_SCHEMA = f"""
CREATE TABLE about (index_id TEXT NOT NULL, source TEXT NOT NULL, done INTEGER NOT NULL, whole INTEGER NOT NULL,
    rows INTEGER NOT NULL, left_out INTEGER NOT NULL, bad INTEGER NOT NULL, double INTEGER NOT NULL) STRICT;
CREATE TABLE patient (id INTEGER PRIMARY KEY, uhid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, sex TEXT NOT NULL,
    birth TEXT NOT NULL, guardian TEXT NOT NULL, locality TEXT NOT NULL, mobile BLOB, last4 TEXT NOT NULL,
    {", ".join(f"{key} INTEGER" for key in KEYS)}) STRICT;
CREATE TABLE word (key TEXT NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)) STRICT, WITHOUT ROWID;
PRAGMA user_version = {_FORMAT};
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What this machine holds: the id of the load and how many patients."""

    index: str
    rows: int
    left_out: int
    size: int


@dataclass(slots=True, kw_only=True)
class LoadReport:
    """What a load brought. `bad` names the first rows that were left out because of what stands in them.

    `double` counts rows whose UHID an earlier row had; the first row of a UHID counts.
    """

    index: str
    source: str
    rows: int = 0
    left_out: int = 0
    double: int = 0
    bad_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)


class PatientIndex:
    """The index of one data folder. Any thread may look. Raises PassphraseNeeded where only a card opened the vault."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault
        self._hash_key = b""
        self._local = threading.local()

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / FILE_NAME

    @property
    def here(self) -> bool:
        """Whether this machine holds an index."""
        return self.path.is_file()

    def status(self) -> IndexStatus:
        """What it holds. Raises IndexMissing or IndexDamaged."""
        with self._told():
            index, rows, left_out = self._db().execute("SELECT index_id, rows, left_out FROM about").fetchone()
        return IndexStatus(index=index, rows=rows, left_out=left_out, size=self.path.stat().st_size)

    def load(
        self,
        source: Path,
        columns: Columns,
        *,
        left_out: Collection[str] = frozenset(),
        progress: Callable[[int, int], None] | None = None,
    ) -> LoadReport:
        """Loads a CSV file into a new index, which takes the old one's place when it is whole.

        Stopped at any moment, the same file goes on where it was. `progress` is told rows done, and an estimate of all.
        Raises IndexFileWrong, DiskFull and the like; then the old index is as before.
        """
        fresh = self.folder / f".{FILE_NAME}.new"
        total, digest = _measure(source)
        mark = hashlib.sha256(repr((digest, columns, sorted(left_out))).encode()).hexdigest()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        with self._told():
            db = self._begin(fresh, mark)
            try:
                report = self._fill(db, source, columns, left_out, mark, total, progress)
                for index in INDEXES:  # sorted at the end: kept in order all along, a large one takes hours
                    db.execute(index)
                db.execute("UPDATE about SET whole = 1, rows = ?", (report.rows,))
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
                db.execute("PRAGMA journal_mode = DELETE").fetchall()
            finally:
                db.close()
        self._forget()
        try:
            fresh.replace(self.path)
            sync_folder(self.folder)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        return report

    def destroy(self) -> None:
        """Removes the index from this machine. Raises IndexMissing or FolderReadOnly."""
        if not self.here:
            raise IndexMissing()
        self._forget()
        try:
            for name in (FILE_NAME, f".{FILE_NAME}.new", f".{FILE_NAME}.new-wal", f".{FILE_NAME}.new-shm"):
                (self.folder / name).unlink(missing_ok=True)
            sync_folder(self.folder)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def look(
        self, by: LookField, value: str, *, sex: Sex | None = None, age: int | None = None, today: date | None = None
    ) -> tuple[IndexedPatient, ...]:
        """Who fits: the one UHID, everybody with the mobile, or everybody with all words of the name, at most MOST.

        `sex` and `age` (on `today`, within two years) narrow names. Raises IndexMissing, or LookTooWide for a name that
        fits more than MOST: then nobody is shown.
        """
        with self._told():
            db = self._db()
            match by:
                case LookField.UHID:
                    rows = db.execute(f"{SELECT} WHERE uhid = ?", (value.strip().upper(),)).fetchall()
                case LookField.MOBILE:
                    rows = db.execute(f"{SELECT} WHERE mobile = ? LIMIT ?", (self._hash(value), MOST + 1)).fetchall()
                case LookField.NAME:
                    rows = self._named(db, value, sex, age, today)
        if len(rows) > MOST:
            raise LookTooWide(most=MOST)
        return tuple(patient_of(row) for row in rows)

    def candidates(self, asked: Person, most: int = MOST_PEOPLE) -> list[tuple[IndexedPatient, Person]]:
        """People who may be the one that is asked for, at most `most` and in no order, as they are shown and weighed.

        Raises as `look`. Whoever asks writes down that it was asked, before anybody is shown.
        """
        with self._told():
            return candidates(self._db(), asked, self._hash, most)

    def _named(
        self, db: Any, value: str, sex: Sex | None, age: int | None, today: date | None
    ) -> list[tuple[Any, ...]]:
        keys = list(dict.fromkeys(names.name_key(value).split()))[:6]
        if not keys:
            return []
        words = " AND ".join("id IN (SELECT id FROM word WHERE key = ?)" for _ in keys)
        wanted, given = f"{SELECT} WHERE {words}", list(keys)
        if sex is not None and sex is not Sex.UNKNOWN:
            wanted, given = f"{wanted} AND sex IN (?, 'unknown')", [*given, sex.value]
        if age is not None and today is not None:
            born = today.year - age
            wanted += " AND (birth = '' OR CAST(substr(birth, 1, 4) AS INTEGER) BETWEEN ? AND ?)"
            given = [*given, str(born - _AGE_SLACK - 1), str(born + _AGE_SLACK)]
        found: list[tuple[Any, ...]] = db.execute(f"{wanted} LIMIT {MOST + 1}", given).fetchall()
        return found

    def _hash(self, mobile: str) -> bytes:
        self._hash_key = self._hash_key or self._vault.key("index mobile")
        return hmac.digest(self._hash_key, mobile.encode(), "sha256")[:16]

    def _begin(self, fresh: Path, mark: str) -> Any:
        """The unfinished database of this very load, or an empty one."""
        db = self._open(fresh)
        try:
            known = db.execute("SELECT source FROM about").fetchone()
            known = known if _is_today(db) else None
        except sqlcipher.Error:
            known = None
        if known is None or known[0] != mark:
            db.close()
            for name in ("", "-wal", "-shm"):
                fresh.with_name(fresh.name + name).unlink(missing_ok=True)
            os.close(os.open(fresh, os.O_RDWR | os.O_CREAT, 0o600))
            db = self._open(fresh)
            db.execute("PRAGMA journal_mode = WAL").fetchall()
            db.executescript(_SCHEMA)
            db.execute("INSERT INTO about VALUES (?, ?, 0, 0, 0, 0, 0, 0)", (os.urandom(8).hex(), mark))
        return db

    def _fill(
        self,
        db: Any,
        source: Path,
        columns: Columns,
        left_out: Collection[str],
        mark: str,
        total: int,
        progress: Callable[[int, int], None] | None,
    ) -> LoadReport:
        index, done, out, bad, double = db.execute("SELECT index_id, done, left_out, bad, double FROM about").fetchone()
        report = LoadReport(index=index, source=mark, left_out=out, bad_rows=bad, double=double)
        rows = read_rows(source, columns)
        for _ in islice(rows, done):
            pass
        while batch := list(islice(rows, _BATCH)):
            db.execute("BEGIN IMMEDIATE")
            for row in batch:
                self._put(db, row, left_out, report)
            done += len(batch)
            told = (done, report.left_out, report.bad_rows, report.double)
            db.execute("UPDATE about SET done = ?, left_out = ?, bad = ?, double = ?", told)
            db.execute("COMMIT")
            if progress:
                progress(done, max(total, done))
        report.rows = db.execute("SELECT count(*) FROM patient").fetchone()[0]
        if not report.rows:
            raise IndexFileWrong(file=source.name, why="no row of it is a patient.")
        if progress:
            progress(done, done)
        return report

    def _put(
        self, db: Any, row: tuple[IndexedPatient, str] | BadRow, left_out: Collection[str], report: LoadReport
    ) -> None:
        if isinstance(row, BadRow):
            report.bad_rows += 1
            if len(report.bad) < _BAD_KEPT:
                report.bad.append(row)
            return
        person, mobile = row
        if person.uhid in left_out:
            report.left_out += 1
            return
        told = (person.uhid, person.name, person.sex.value, person.birth, person.guardian, person.locality)
        known = (self._hash(mobile) if mobile else None, person.last4, *seek_keys(person.person()))
        cursor = db.execute(_INSERT, (*told, *known))
        if not cursor.rowcount:
            report.double += 1
            return
        for key in set(names.name_key(person.name).split()):
            db.execute("INSERT OR IGNORE INTO word VALUES (?, ?)", (key, cursor.lastrowid))

    def _db(self) -> Any:
        """This thread's connection, of the file that lies there now."""
        try:
            now = self.path.stat()
        except OSError as wrong:
            raise IndexMissing() from wrong
        known = getattr(self._local, "known", None)
        if known != (now.st_ino, now.st_mtime_ns):
            self._forget()
            self._local.db = self._open(self.path)
            self._local.db.execute("PRAGMA query_only = ON")
            self._local.db.execute(f"PRAGMA cache_size = -{_CACHE}")
            if not _is_today(self._local.db):
                self._forget()
                raise IndexOld(folder=self.folder)
            self._local.known = (now.st_ino, now.st_mtime_ns)
        return self._local.db

    def _open(self, path: Path) -> Any:
        db = self._vault.connect(path, PURPOSE)
        db.execute("PRAGMA cache_size = -262144")
        return db

    def _forget(self) -> None:
        db = getattr(self._local, "db", None)
        if db is not None:
            db.close()
        self._local.db = self._local.known = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlcipher.Error as wrong:
            match (getattr(wrong, "sqlite_errorcode", None) or 0) & 0xFF:
                case sqlcipher.SQLITE_FULL:
                    raise DiskFull(folder=self.folder) from wrong
                case sqlcipher.SQLITE_READONLY | sqlcipher.SQLITE_CANTOPEN:
                    raise FolderReadOnly(folder=self.folder) from wrong
            name = getattr(wrong, "sqlite_errorname", None) or type(wrong).__name__
            raise IndexDamaged(folder=self.folder, why=name) from wrong


_INSERT = (
    f"INSERT OR IGNORE INTO patient (uhid, name, sex, birth, guardian, locality, mobile, last4, {', '.join(KEYS)}) "
    f"VALUES ({', '.join('?' * (8 + len(KEYS)))})"
)


def _is_today(db: Any) -> bool:
    """Whether the file is of this version."""
    return bool(db.execute("PRAGMA user_version").fetchone()[0] == _FORMAT)


def _measure(source: Path) -> tuple[int, str]:
    """How many lines a file has, and its SHA-256. Raises IndexFileWrong."""
    count, digest = 0, hashlib.sha256()
    try:
        with source.open("rb") as file:
            while chunk := file.read(1 << 20):
                count += chunk.count(b"\n")
                digest.update(chunk)
    except OSError as wrong:
        why = Sentence("it cannot be opened ({kind}).", kind=wrong.strerror or type(wrong).__name__)
        raise IndexFileWrong(file=source.name, why=why) from wrong
    return count, digest.hexdigest()
