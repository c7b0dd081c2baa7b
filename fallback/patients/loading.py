"""Loads an index: rows are made ready beside each other, written in their order, then filed key by key, sorted."""

import json
import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher

from fallback.errors import IndexBusy, IndexFileWrong, Sentence
from fallback.patients import filing
from fallback.patients.columns import Columns
from fallback.patients.filing import BUCKETS, PART_BITS, Chunk, Filed, Filer, chunk_of, pairs
from fallback.patients.reading import FORMAT, is_today, open_database
from fallback.patients.rows import BadRow
from fallback.patients.sources import Source
from fallback.person import words_of

BATCH = 50_000  # rows of one transaction
_CHUNK = 2_500  # rows of one task
_FEW = 20_000  # rows that are not worth a process
BAD_KEPT = 100_000  # bad rows that are named; more are counted
_AHEAD = 6  # chunks under way
LOCK_SECONDS = 5  # that another load is waited for
_CACHE = 65_536  # KiB
_AGE_SLACK = 2
_LEFT_OVER = ("", "-journal", "-wal", "-shm")
_SCHEMA = f"""
CREATE TABLE about (index_id TEXT NOT NULL, source TEXT NOT NULL, told TEXT NOT NULL) STRICT;
CREATE TABLE patient (id INTEGER PRIMARY KEY, uhid TEXT NOT NULL, name TEXT NOT NULL, name_hindi TEXT NOT NULL,
    sex TEXT NOT NULL, birth TEXT NOT NULL, guardian TEXT NOT NULL, locality TEXT NOT NULL, district TEXT NOT NULL,
    last4 TEXT NOT NULL) STRICT;
CREATE TABLE seek (key INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (key, id)) STRICT, WITHOUT ROWID;
CREATE TABLE former (uhid TEXT PRIMARY KEY, now TEXT NOT NULL, id INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE trouble (id INTEGER NOT NULL, col TEXT NOT NULL, why TEXT NOT NULL, kept INTEGER NOT NULL) STRICT;
CREATE TABLE gone (id INTEGER PRIMARY KEY) STRICT;
PRAGMA user_version = {FORMAT};
"""
_RAW = "".join(
    f"CREATE TABLE {name}{at} (key INTEGER NOT NULL, id INTEGER NOT NULL) STRICT;"
    for name in ("own", "other")
    for at in range(BUCKETS)
)
SAME_PERSON = Sentence("an earlier row has this number for the same person, and counts")
OTHER_PERSON = Sentence("an earlier row has this number for another person, and counts")

Progress = Callable[[int, int], None]


@dataclass(slots=True, kw_only=True)
class Told:
    """How far a load is, and what it brought; kept in the file. `sorted` are buckets."""

    part: int = 0
    rows: int = 0
    in_part: int = 0
    last: int = -1
    left_out: int = 0
    merged: int = 0
    double: int = 0
    other: int = 0
    bad: int = 0
    lost: int = 0
    kinds: list[list[Any]] = field(default_factory=list)  # column, why, how many
    files: list[str] = field(default_factory=list)
    read: bool = False
    doubles_gone: bool = False
    sorted: int = 0
    patients: int = 0
    whole: bool = False


class Load:
    """The unfinished files of one load, in a folder; the same load goes on where it was. Raises sqlcipher3's errors."""

    def __init__(self, fresh: Path, key: bytes, mark: str, source: Source) -> None:
        self.source, self._fresh, self._raw_path = source, fresh, fresh.with_name(f"{fresh.name}-keys")
        self._key, self._mark = key, mark
        self.index = ""
        self.told = Told()
        self._kinds: Counter[tuple[str, str]] = Counter()

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Opens the files, or begins them anew when they are of another load."""
        self._open()
        try:
            yield
        finally:
            self._db.close()
            self._raw.close()

    def finish(self) -> None:
        """Removes what only the load needed."""
        drop(self._raw_path)

    def _open(self) -> None:
        known: Any
        try:
            self._connect()
            known = self._db.execute("SELECT index_id, source, told FROM about").fetchone()
            known = known if is_today(self._db) else None
            beside = self._raw.execute("SELECT told FROM about").fetchone()
        except sqlcipher.Error as wrong:
            if (getattr(wrong, "sqlite_errorcode", None) or 0) & 0xFF == sqlcipher.SQLITE_BUSY:
                self._db.close()  # or Windows would not let whoever is at it put its index in place
                self._raw.close()
                raise IndexBusy(folder=self._fresh.parent) from wrong
            known = beside = None
        if not known or known[1] != self._mark or not beside:
            self._db.close()
            self._raw.close()
            drop(self._fresh)
            drop(self._raw_path)
            self._connect()
            self.index = os.urandom(8).hex()
            self._db.executescript(_SCHEMA)
            self._raw.executescript(f"{_RAW} CREATE TABLE about (told TEXT NOT NULL) STRICT;")
            self.told = Told(files=[part.path.name for part in self.source.parts])
            empty = json.dumps(asdict(self.told))
            self._db.execute("INSERT INTO about VALUES (?, ?, ?)", (self.index, self._mark, empty))
            self._raw.execute("INSERT INTO about VALUES (?)", (empty,))
            return
        self.index = known[0]
        self.told = Told(**json.loads(known[2]))
        ahead = Told(**json.loads(beside[0]))
        if not self.told.read and ahead.last != self.told.last:  # the power went between the two
            self._even_out(min(self.told, ahead, key=lambda each: each.last))
        self._kinds = Counter({(column, why): count for column, why, count in self.told.kinds})

    def _connect(self) -> None:
        for path in (self._fresh, self._raw_path):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        self._db, self._raw = open_database(self._fresh, self._key), open_database(self._raw_path, self._key)
        for db in (self._db, self._raw):
            db.execute(f"PRAGMA cache_size = -{_CACHE}")
            db.execute(f"PRAGMA busy_timeout = {LOCK_SECONDS * 1000}")
            db.execute("PRAGMA journal_mode = TRUNCATE").fetchall()
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA locking_mode = EXCLUSIVE").fetchall()

    def _even_out(self, behind: Told) -> None:
        self.told = behind
        for db, names in ((self._db, ("patient", "former", "trouble")), (self._raw, _raw_names())):
            with _written(db):
                for name in names:
                    db.execute(f"DELETE FROM {name} WHERE id > ?", (behind.last,))
                db.execute("UPDATE about SET told = ?", (json.dumps(asdict(behind)),))

    # --- Reading ---------------------------------------------------------------------------------------------------

    def read(self, columns: Columns, left_out: Collection[str], hash_key: bytes, progress: Progress | None) -> None:
        """Writes all rows that are not there yet. Raises IndexFileWrong, and what `progress` raises to stop."""
        total = self.source.lines
        with _workers(columns, frozenset(left_out), hash_key) as submit:
            waiting: list[Filed] = []
            rows = 0
            for filed in self._filed(submit):
                waiting.append(filed)
                rows += filed.done
                if rows >= BATCH:
                    self._write(waiting)
                    waiting, rows = [], 0
                    if progress:
                        progress(self.told.rows, max(total, self.told.rows))
            self._write(waiting, last=True)
        if progress:
            progress(self.told.rows, self.told.rows)

    def _filed(self, submit: Callable[[Chunk], Future[Filed]]) -> Iterator[Filed]:
        """The chunks that are not written yet, in order; some more are under way meanwhile."""
        under_way: deque[Future[Filed]] = deque()
        for number, part in enumerate(self.source.parts):
            if number < self.told.part:
                continue
            rows = part.rows()
            if number == self.told.part:
                for _ in islice(rows, self.told.in_part):
                    pass
            while some := list(islice(rows, _CHUNK)):
                under_way.append(submit(chunk_of(part, number, some)))
                if len(under_way) >= _AHEAD:
                    yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()

    def _write(self, some: list[Filed], *, last: bool = False) -> None:
        """Writes chunks in two transactions, keys first; both files know how far they are."""
        told = self.told
        for filed in some:
            told.rows += filed.done
            at = filed.last >> PART_BITS
            told.in_part = filed.done + (told.in_part if at == told.part else 0)
            told.part, told.last = at, filed.last
            told.left_out += filed.left_out
            told.merged += filed.merged
        told.read = last
        troubles = [(filed.last >> PART_BITS << PART_BITS, each) for filed in some for each in filed.bad]
        named = self._count(troubles)
        text = json.dumps(asdict(told))
        with _written(self._raw):
            for name, lists in (("own", [each.own for each in some]), ("other", [each.keys for each in some])):
                for bucket in range(BUCKETS):
                    for keys in lists:
                        self._raw.executemany(f"INSERT INTO {name}{bucket} VALUES (?, ?)", pairs(keys[bucket]))
            self._raw.execute("UPDATE about SET told = ?", (text,))
        with _written(self._db):
            for filed in some:
                self._db.executemany(f"INSERT INTO patient VALUES ({', '.join('?' * 10)})", filed.patients)
                self._db.executemany("INSERT OR IGNORE INTO former VALUES (?, ?, ?)", filed.former)
            self._db.executemany("INSERT INTO trouble VALUES (?, ?, ?, ?)", named)
            self._db.execute("UPDATE about SET told = ?", (text,))

    def _count(self, troubles: Iterable[tuple[int, BadRow]]) -> list[tuple[int, str, str, bool]]:
        """Counts bad rows and cells by their kind; gives the ones that are named."""
        named = []
        for first, each in troubles:
            self.told.lost += each.kept
            self.told.bad += not each.kept
            self._kinds[each.column, each.why] += 1
            if self.told.lost + self.told.bad + self.told.double <= BAD_KEPT:
                named.append((first + each.line, each.column, each.why, each.kept))
        self.told.kinds = [[*kind, count] for kind, count in self._kinds.most_common()]
        return named

    # --- Filing ----------------------------------------------------------------------------------------------------

    def file(self, progress: Progress | None) -> None:
        """Files each patient under their keys, in the keys' order: kept in order all along, a large one takes hours.

        The first row of a UHID counts. Raises IndexFileWrong when nobody is left, and what `progress` raises.
        """
        steps = 2 * BUCKETS
        self._raw.close()
        self._db.execute("ATTACH ? AS raw KEY ?", (str(self._raw_path), f"x'{self._key.hex()}'"))
        if not self.told.doubles_gone:
            with _written(self._db):
                for bucket in range(BUCKETS):
                    self._take_doubles(bucket)
                    if progress:
                        progress(bucket, steps)
                self._db.execute("DELETE FROM patient WHERE id IN (SELECT id FROM gone)")
                self.told.patients = self._db.execute("SELECT count(*) FROM patient").fetchone()[0]
                self.told.doubles_gone = True
                self._tell()
        if not self.told.patients:
            raise IndexFileWrong(file=self.source.parts[0].path.name, why="no row of it is a patient.")
        without = "WHERE id NOT IN (SELECT id FROM gone)" if self.told.double else ""
        for bucket in range(self.told.sorted, BUCKETS):
            every = f"SELECT key, id FROM raw.own{bucket} UNION ALL SELECT key, id FROM raw.other{bucket}"
            with _written(self._db):
                self._db.execute(f"INSERT OR IGNORE INTO seek SELECT key, id FROM ({every}) {without} ORDER BY key, id")
                self.told.sorted = bucket + 1
                self._tell()
            if progress:
                progress(BUCKETS + bucket + 1, steps)
        with _written(self._db):
            self._db.execute("DELETE FROM gone")
            self.told.whole = True
            self._tell()
        self._db.execute("DETACH raw")
        self._db.execute("PRAGMA journal_mode = DELETE").fetchall()

    def _take_doubles(self, bucket: int) -> None:
        """Marks the later rows of a UHID that several rows of this bucket have."""
        same = f"SELECT key FROM raw.own{bucket} GROUP BY key HAVING count(*) > 1"
        first: dict[str, tuple[Any, ...]] = {}
        last = None
        for key, at in self._db.execute(f"SELECT key, id FROM raw.own{bucket} WHERE key IN ({same}) ORDER BY key, id"):
            if key != last:
                first, last = {}, key
            row = self._db.execute("SELECT uhid, name, sex, birth FROM patient WHERE id = ?", (at,)).fetchone()
            known = first.setdefault(row[0], row)
            if known is row:
                continue
            self.told.double += 1
            another = not _same_person(known, row)
            self.told.other += another
            self._db.execute("INSERT INTO gone VALUES (?)", (at,))
            why = OTHER_PERSON if another else SAME_PERSON
            self._kinds["uhid", why] += 1
            if self.told.lost + self.told.bad + self.told.double <= BAD_KEPT:
                self._db.execute("INSERT INTO trouble VALUES (?, 'uhid', ?, 0)", (at, why))
        self.told.kinds = [[*kind, count] for kind, count in self._kinds.most_common()]

    def _tell(self) -> None:
        self._db.execute("UPDATE about SET told = ?", (json.dumps(asdict(self.told)),))


def drop(path: Path) -> None:
    """Removes a database and what belongs to it. Raises OSError."""
    for end in _LEFT_OVER:
        path.with_name(path.name + end).unlink(missing_ok=True)


def _raw_names() -> list[str]:
    return [f"{name}{at}" for name in ("own", "other") for at in range(BUCKETS)]


def _same_person(one: tuple[Any, ...], two: tuple[Any, ...]) -> bool:
    """Whether two rows with one number are the same person's, as far as a clerk would say so at once."""
    given = [next((word.key for word in words_of(row[1])), "") for row in (one, two)]
    years = abs(int(one[3][:4]) - int(two[3][:4])) if one[3] and two[3] else 0
    return given[0] == given[1] and (one[2] == two[2] or "unknown" in (one[2], two[2])) and years <= _AGE_SLACK


@contextmanager
def _written(db: Any) -> Iterator[None]:
    """One transaction, whole or not at all."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


@contextmanager
def _workers(columns: Columns, left_out: frozenset[str], hash_key: bytes) -> Iterator[Callable[[Chunk], Future[Filed]]]:
    """Who makes rows ready: this process the first ones, then as many processes more as the machine has cores."""
    own, pool, done = Filer(columns, left_out, hash_key), None, 0

    def submit(chunk: Chunk) -> Future[Filed]:
        nonlocal pool, done
        done += len(chunk.rows)
        if done < _FEW:
            finished: Future[Filed] = Future()
            finished.set_result(own.file(chunk))
            return finished
        if pool is None:
            spawn = multiprocessing.get_context("spawn")
            told = (columns, left_out, hash_key)
            pool = ProcessPoolExecutor(os.cpu_count() or 1, spawn, initializer=filing.begin, initargs=told)
        return pool.submit(filing.work, chunk)

    try:
        yield submit
    finally:
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
