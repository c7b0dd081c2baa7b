"""SQLCipher's complaints as our sentences: the only place that reads its error codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as sqlcipher
from sqlite_utils import Database

from fallback.disk import disk_error
from fallback.errors import (
    DiskFailed,
    DiskFull,
    FactRefused,
    FolderReadOnly,
    JournalBusy,
    JournalDamaged,
    JournalLocked,
    ParchiError,
)

Complaint = sqlcipher.Error
BUSY_SECONDS = 8.0
_ROOM_NEEDED = 256 * 1024


def code(wrong: BaseException) -> int:
    """SQLite's primary result code of a complaint; 0 when it has none."""
    return (getattr(wrong, "sqlite_errorcode", None) or 0) & 0xFF


def is_busy(wrong: BaseException) -> bool:
    """Whether another connection holds what we need, so that trying again will help."""
    return code(wrong) in (sqlcipher.SQLITE_BUSY, sqlcipher.SQLITE_LOCKED)


def translate(wrong: BaseException, path: Path) -> ParchiError:
    """The sentence for a complaint about the database at `path`."""
    folder, name = path.parent, getattr(wrong, "sqlite_errorname", None) or type(wrong).__name__
    match code(wrong):
        case sqlcipher.SQLITE_FULL:
            return DiskFull(folder=folder)
        case sqlcipher.SQLITE_READONLY | sqlcipher.SQLITE_CANTOPEN | sqlcipher.SQLITE_PERM | sqlcipher.SQLITE_AUTH:
            return FolderReadOnly(folder=folder)
        case sqlcipher.SQLITE_BUSY | sqlcipher.SQLITE_LOCKED:
            return JournalBusy(seconds=int(BUSY_SECONDS))
        case sqlcipher.SQLITE_NOTADB:
            return JournalLocked(file=path)
        case sqlcipher.SQLITE_CONSTRAINT | sqlcipher.SQLITE_MISMATCH | sqlcipher.SQLITE_TOOBIG:
            return FactRefused(why=name)
        case sqlcipher.SQLITE_IOERR:
            return _disk_says(folder, name)
        case 0:  # not SQLite's but its driver's: a value that no column takes
            return FactRefused(why=type(wrong).__name__)
        case _:
            return JournalDamaged(folder=folder, why=name)


def _disk_says(folder: Path, name: str) -> ParchiError:
    """SQLite says IOERR for a quota that is used up or a disk gone read-only; a write of our own says which it is."""
    probe = folder / ".parchi-room"
    try:
        try:
            probe.write_bytes(bytes(_ROOM_NEEDED))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as wrong:
        return disk_error(wrong, folder)
    return DiskFailed(folder=folder, why=name)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Lets no complaint of the database out, only sentences."""
    try:
        yield
    except Complaint as wrong:
        raise translate(wrong, path) from wrong


class JournalDatabase(Database):
    """A sqlite-utils database over SQLCipher whose failures are sentences."""

    def __init__(self, connection: Any, path: Path) -> None:
        self.path = path
        super().__init__(connection, execute_plugins=False)

    def execute(self, sql: str, parameters: Any = None) -> Any:
        """As sqlite-utils'; raises ParchiError for what SQLite refuses."""
        try:
            return self.conn.execute(sql) if parameters is None else self.conn.execute(sql, parameters)
        except Complaint as wrong:
            raise translate(wrong, self.path) from wrong
