"""The index's own database: encrypted under a key that only the hospital's passphrase opens, and in no copy."""

import hashlib
import json
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher

from fallback.disk import disk_error, put, sync_folder
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
from fallback.patients.columns import Columns
from fallback.patients.filing import PART_BITS
from fallback.patients.loading import Load, Told, drop
from fallback.patients.reading import MOST_PEOPLE, Found, IndexReader, ReaderKey, is_today
from fallback.patients.rows import BadRow, IndexedPatient, is_number, number_of
from fallback.patients.sources import source_of, text_lines
from fallback.person import Person
from fallback.slip import Sex
from fallback.vault import Vault

PURPOSE = "index"
FILE_NAME = "index.db"
MOST = 20  # candidates that one look shows
_BAD_TOLD = 1_000


class LookField(StrEnum):
    """By what a patient is looked up."""

    UHID = "uhid"
    MOBILE = "mobile"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexStatus:
    """What this machine holds: the id of the load, how many patients, and bytes on the disk."""

    index: str
    rows: int
    left_out: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a load brought. `bad` names the first rows, and the cells, that were left out because of what they hold.

    `double` counts rows whose UHID an earlier row had, `other_person` those of them that are another person's; the
    first row of a UHID counts. `merged` counts numbers that were merged into another. `lost` counts cells left out of
    rows that were kept, `kinds` all of that by column and reason, the most frequent first. `passed_over` are files of a
    folder that hold no patients, `unused` headings that nothing was taken from.
    """

    index: str
    source: str
    rows: int = 0
    left_out: int = 0
    double: int = 0
    other_person: int = 0
    merged: int = 0
    bad_rows: int = 0
    lost: int = 0
    bad: tuple[BadRow, ...] = ()
    kinds: tuple[tuple[str, str, int], ...] = ()
    passed_over: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


class PatientIndex:
    """The index of one data folder. Any thread may look. Raises PassphraseNeeded where only a card opened the vault."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault
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
        index, told = self._about()
        return IndexStatus(index=index, rows=told.patients, left_out=told.left_out, size=self.path.stat().st_size)

    def reader_key(self) -> ReaderKey:
        """What opens it in another process, for `IndexReader`. Raises IndexMissing or IndexDamaged."""
        self.status()
        return self._reader_key()

    def load(
        self,
        source: Path,
        columns: Columns,
        *,
        left_out: Collection[str] = frozenset(),
        progress: Callable[[int, int], None] | None = None,
        filing: Callable[[int, int], None] | None = None,
    ) -> LoadReport:
        """Loads a file, or a folder of files, into a new index, which takes the old one's place when it is whole.

        Stopped at any moment, the same files go on where they were. `progress` is told rows done, and an estimate of
        all; `filing` steps of the sorting after that. Raises IndexFileWrong, DiskFull and the like; then the old index
        is as before.
        """
        files = source_of(source, columns)
        mark = hashlib.sha256(repr((files.mark, columns, sorted(left_out))).encode()).hexdigest()
        fresh = self.folder / f".{FILE_NAME}.new"
        key = self._reader_key()
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            load = Load(fresh, key.key, mark, files)
            with self._told(), load.opened():
                if not load.told.read:
                    load.read(columns, left_out, key.hash_key, progress)
                load.file(filing)
            self._forget()
            put(fresh, self.path)
            load.finish()
            sync_folder(self.folder)
        except IndexFileWrong:
            self._drop_unfinished()
            raise
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        told = load.told
        return LoadReport(
            index=load.index,
            source=mark,
            rows=told.patients,
            left_out=told.left_out,
            double=told.double,
            other_person=told.other,
            merged=told.merged,
            bad_rows=told.bad,
            lost=told.lost,
            bad=tuple(self.troubles(_BAD_TOLD)),
            kinds=tuple((column, why, count) for column, why, count in told.kinds),
            passed_over=files.passed_over,
            unused=files.unused(),
        )

    def troubles(self, most: int = -1) -> Iterator[BadRow]:
        """The rows and cells that the load left out, in their order, at most `most` (-1: all that were kept)."""
        _, told = self._about()
        with self._told():
            rows = self._reader().db.execute("SELECT id, col, why, kept FROM trouble ORDER BY id LIMIT ?", (most,))
            for at, column, why, kept in rows:
                part, line = at >> PART_BITS, at & ((1 << PART_BITS) - 1)
                yield BadRow(line=line, column=column, why=why, file=told.files[part], kept=bool(kept))

    def destroy(self) -> None:
        """Removes the index from this machine. Raises IndexMissing or FolderReadOnly."""
        if not self.here:
            raise IndexMissing()
        self._forget()
        try:
            drop(self.path)
            self._drop_unfinished()
            sync_folder(self.folder)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def look(
        self, by: LookField, value: str, *, sex: Sex | None = None, age: int | None = None, today: date | None = None
    ) -> tuple[IndexedPatient, ...]:
        """Who fits: the one UHID (or who had it formerly), everybody with the mobile, or with all words of the name.

        `sex` and `age` (on `today`, within two years) narrow names. Raises IndexMissing, or LookTooWide for a name that
        fits more than MOST: then nobody is shown.
        """
        with self._told():
            reader = self._reader()
            found: list[IndexedPatient] | None
            match by:
                case LookField.UHID:
                    one = reader.patient(value)
                    found = [one] if one else []
                case LookField.MOBILE:
                    found = reader.with_mobile(value, MOST + 1)
                case LookField.NAME:
                    found = reader.named(value, MOST + 1, sex=sex, age=age, today=today)
        if found is None or len(found) > MOST:
            raise LookTooWide(most=MOST)
        return tuple(found)

    def candidates(self, asked: Person, most: int = MOST_PEOPLE) -> list[tuple[IndexedPatient, Person]]:
        """People who may be the one that is asked for, at most `most` and in no order, as they are shown and weighed.

        Raises as `look`. Whoever asks writes down that it was asked, before anybody is shown.
        """
        return list(self.search(asked, most).people)

    def search(self, asked: Person, most: int = MOST_PEOPLE) -> Found:
        """As `candidates`, and which keys more people have than were looked at."""
        with self._told():
            return self._reader().search(asked, most)

    def _drop_unfinished(self) -> None:
        for name in (f".{FILE_NAME}.new", f".{FILE_NAME}.new-keys"):
            drop(self.folder / name)

    def _reader_key(self) -> ReaderKey:
        return ReaderKey(path=self.path, key=self._vault.key(PURPOSE), hash_key=self._vault.key("index mobile"))

    def _about(self) -> tuple[str, Told]:
        with self._told():
            index, told = self._reader().db.execute("SELECT index_id, told FROM about").fetchone()
        return index, Told(**json.loads(told))

    def _reader(self) -> IndexReader:
        """This thread's connection, of the file that lies there now."""
        try:
            now = self.path.stat()
        except OSError as wrong:
            raise IndexMissing() from wrong
        if getattr(self._local, "known", None) != (now.st_ino, now.st_mtime_ns):
            self._forget()
            reader = IndexReader(self._reader_key())
            if not is_today(reader.db):
                reader.close()
                raise IndexOld(folder=self.folder)
            self._local.reader, self._local.known = reader, (now.st_ino, now.st_mtime_ns)
        found: IndexReader = self._local.reader
        return found

    def _forget(self) -> None:
        reader = getattr(self._local, "reader", None)
        if reader is not None:
            reader.close()
        self._local.reader = self._local.known = None

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


def read_left_out(path: Path) -> frozenset[str]:
    """A list of UHIDs, one a line, of persons who must not stand in the index. Raises IndexFileWrong."""
    found: set[str] = set()
    for line, text in enumerate(text_lines(path), 1):
        uhid = number_of(text)
        if not uhid or uhid.startswith("#"):
            continue
        if not is_number(uhid):
            raise IndexFileWrong(file=path.name, why=Sentence("line {line} is not a UHID.", line=line))
        found.add(uhid)
    return frozenset(found)
