"""The second copy's file: what it holds, what it lacks of the journal, and how it gets that. No thread, no deadline."""

import errno
import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sqlite_utils import Database

from fallback.disk import sync_folder
from fallback.errors import CopyForeign, CopyUnfit, DiskFull, FolderReadOnly, LineWrong, ParchiError, Sentence
from fallback.ledger import chains
from fallback.ledger.carrier import (
    COPY,
    DATABASE_NAME,
    FILE_NAME,
    LONGEST_LINE,
    Carrier,
    first_line,
    kind_of,
    put_header,
)
from fallback.ledger.chains import Head
from fallback.ledger.journal import Line, open_line, seal_line
from fallback.ledger.own_files import put_own_files
from fallback.ledger.stick_id import StickId
from fallback.vault import Vault

_CHUNK = 1 << 20
_PORTION = 1 << 18  # bytes that are looked through at a time: some 20 ms
_UNSYNCED = 1 << 20  # bytes: more than is ever appended at once
_FULL, _PROTECTED = "it is full", "it is write-protected"
_WHY = dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _FULL)
_WHY |= dict.fromkeys((errno.EROFS, errno.EACCES, errno.EPERM), _PROTECTED)
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EINVAL, errno.EOPNOTSUPP}


class Stick:
    """The file in a folder that may be pulled out, put back or replaced at any moment.

    It is opened by its name each time and known again by its identity and size: what another process appended is
    read, another file is read from its beginning, a torn end is taken off, a damaged file is set aside and made anew.
    `id` is whose turn it is; a stick that has none gets one, labelled by `label`. `held` is the last sequence of each
    chain in it; `lost` are the lines of our own chain that it alone still has.
    """

    def __init__(self, folder: Path, vault: Vault, label: Callable[[Database], str]) -> None:
        self.folder = folder
        self.id: StickId | None = None
        self.held: dict[str, int] = {}
        self.lost: list[Line] = []
        self._vault = vault
        self._label = label
        self._path = folder / FILE_NAME
        self._known: tuple[int, int] | None = None
        self._size = self._header = 0
        self._looked_at = self._doubted = 0
        self._ends: dict[str, str] = {}

    def catch_up(self, db: Database, stopped: Callable[[], bool]) -> None:
        """Appends every line that the file lacks, and syncs. Raises CopyUnfit with the reason when it cannot."""
        try:
            if not self.folder.is_dir():
                raise self._unfit("it is not plugged in")
            if self.folder.resolve() == self._vault.folder.resolve() or (self.folder / DATABASE_NAME).exists():
                raise self._unfit("this folder holds a journal itself; use another folder")
            if not self._follow(db, stopped):
                self._set_aside()
                self._follow(db, stopped)
        except OSError as wrong:
            self._known = None
            name = errno.errorcode.get(wrong.errno or 0, type(wrong).__name__)
            raise self._unfit(_WHY.get(wrong.errno or 0) or Sentence("the disk says {name}", name=name)) from wrong
        except CopyUnfit:
            self._known = None
            raise
        except (DiskFull, FolderReadOnly) as wrong:
            self._known = None
            raise self._unfit(_FULL if isinstance(wrong, DiskFull) else _PROTECTED) from wrong
        except ParchiError as wrong:
            self._known = None
            raise self._unfit(Sentence(wrong.says, **wrong.values)) from wrong

    def look_through(self, db: Database) -> None:
        """Opens a portion of the lines that lay there when the stick came. One that is damaged is found while the
        journal still has it: the file is set aside, and the next `catch_up` makes it anew.
        """
        if self._known is None or self._looked_at >= self._doubted:
            return
        try:
            with self._path.open("rb") as file:
                file.seek(self._looked_at)
                lines = file.readlines(_PORTION)
            whole = all(self._is_ours(db, raw) for raw in lines if raw != first_line(COPY, self._vault.key_id))
            self._looked_at += sum(map(len, lines)) or self._doubted
            if not whole:
                self._set_aside()
        except OSError:
            self._known = None  # whatever it is, the next `catch_up` meets it, too, and has a sentence for it

    def _ends_whole(self, db: Database) -> bool:
        """Whether all that was appended last opens: a power cut tears it in any place, not only at its end."""
        with self._path.open("rb") as file:
            if self._size > _UNSYNCED:
                file.seek(self._size - _UNSYNCED)
            file.readline()  # the first line of the file, or what is left of some line
            return all(self._is_ours(db, raw) for raw in file)

    def _is_ours(self, db: Database, raw: bytes) -> bool:
        """Whether a line opens, and is what the journal has at its place, where it has one."""
        try:
            line = open_line(self._vault, COPY, raw[:-1].decode("ascii", "replace"), place=FILE_NAME, number=0)
        except LineWrong:
            return False
        return chains.hash_at(db, line.chain, line.sequence) in (None, line.hash)

    def _follow(self, db: Database, stopped: Callable[[], bool]) -> bool:
        """Looks and appends; False when the file is damaged and must be made anew."""
        # Not blocking: a pipe in the file's place would hang us, and is refused just below. A link leads off the stick.
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)
        flags |= getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        handle = os.open(self._path, flags, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise self._unfit(Sentence("{file} is not a file there", file=FILE_NAME))
            _lock(handle)
            now = os.fstat(handle)
            another = (now.st_dev, now.st_ino) != self._known or now.st_size < self._size
            if another:
                self.id = None  # whose it is must be read first: it may be a stranger's
                self.held, self._ends, self._size = {}, {}, 0
            header = Vault.header_file(self._vault.folder).stat()
            changed = another or header.st_mtime_ns != self._header
            if changed:  # a new card, or passphrase, opens the copy, too
                put_header(self._vault, self.folder)
            if (another or now.st_size != self._size) and not (self._look(handle) and self._agrees(db)):
                return False
            if another and not self._ends_whole(db):
                return False
            self._known = (now.st_dev, now.st_ino)
            self._identify(db)
            if another:
                self._looked_at, self._doubted = 0, self._size
            self._append(handle, db, stopped)
            if changed:  # after the lines: where room is left for little, they come first
                put_own_files(self._vault, self.folder)
                self._header = header.st_mtime_ns
        finally:
            os.close(handle)  # lets go of the lock, too
        return True

    def _identify(self, db: Database) -> None:
        """Which stick this is: read each time, for a label may be changed; written where it is missing or damaged."""
        found = StickId.read(self.folder)
        if found is None:
            found = self.id or StickId.new(self._label(db))
            found.write(self.folder)
        self.id = found

    def _look(self, handle: int) -> bool:
        """Reads what was added since the last look; False for a line that cannot be one of ours."""
        os.lseek(handle, self._size, os.SEEK_SET)
        rest = b""
        while chunk := os.read(handle, _CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for raw in whole:
                if self._size == 0:
                    kind = kind_of(raw + b"\n", self._vault.key_id, self._path)
                    if kind != COPY:
                        raise CopyForeign(file=self._path, why="it is an export")
                elif not self._count(raw):
                    return False
                self._size += len(raw) + 1
            if len(rest) > LONGEST_LINE:
                return False
        if rest:
            if self._size == 0 and not first_line(COPY, self._vault.key_id).startswith(rest):
                raise CopyForeign(file=self._path, why="it does not begin like one")
            os.ftruncate(handle, self._size)  # the power went while this line was written
        if self._size == 0:
            self._write(handle, first_line(COPY, self._vault.key_id))
            os.fsync(handle)
            sync_folder(self.folder)
        return True

    def _count(self, raw: bytes) -> bool:
        parts = raw.split(b" ")
        try:
            chain, sequence = parts[0].decode("ascii"), int(parts[1])
        except (ValueError, IndexError):
            return False
        if len(parts) != 3 or sequence != self.held.get(chain, 0) + 1:
            return False
        self.held[chain] = sequence
        self._ends[chain] = raw.decode("ascii", "replace")
        return True

    def _agrees(self, db: Database) -> bool:
        """Whether the last line of each chain in the file is the journal's; False when it is damaged.

        Raises CopyUnfit when the file holds more of our own chain than we do, or another history of a chain.
        """
        own, ends = chains.own_chain(db), chains.heads(db)
        for chain, sealed in self._ends.items():
            if chain not in ends:
                continue  # another desk's lines that nobody has merged yet: they stay there
            sequence = self.held[chain]
            try:
                line = open_line(self._vault, COPY, sealed, place=FILE_NAME, number=sequence)
            except LineWrong:
                return False
            if sequence > ends[chain].sequence:
                if chain == own:
                    return self._more(ends[chain])
            elif chains.hash_at(db, chain, sequence) != line.hash:
                raise self._unfit("it holds another history of this journal; keep it, and use another stick")
        self._ends = {}
        return True

    def _more(self, end: Head) -> bool:
        """The file goes on where our own chain ends: the disk lost lines, or an old image of it was put back."""
        try:
            lines = [each for each in Carrier(self._path, self._vault) if each.chain == end.chain]
        except LineWrong:
            return False
        if end.sequence and lines[end.sequence - 1].hash != end.hash:
            raise self._unfit("it holds another history of this journal; keep it, and use another stick")
        self.lost = lines[end.sequence :]
        raise self._unfit("it holds lines that this journal has lost; merge it before anything is written")

    def _append(self, handle: int, db: Database, stopped: Callable[[], bool]) -> None:
        for chain, end in chains.heads(db).items():
            while (since := self.held.get(chain, 0)) < end.sequence and not stopped():
                rows = chains.texts(db, chain, since)
                sealed = (seal_line(self._vault, COPY, chain, sequence, text) for sequence, text in rows)
                self._write(handle, "".join(sealed).encode())
                os.fsync(handle)
                self.held[chain] = rows[-1][0]

    def _write(self, handle: int, content: bytes) -> None:
        """Writes all of it; after a failure the piece that was written is taken off again, where that is possible."""
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(handle, view) :]
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, self._size)
            raise
        self._size += len(content)

    def _set_aside(self) -> None:
        """Keeps a damaged file under another name: it may hold what nothing else does."""
        place = 1
        while (aside := self.folder / f"damaged-{place}-{FILE_NAME}").exists():
            place += 1
        self._path.rename(aside)
        self._known = None

    def _unfit(self, why: str) -> CopyUnfit:
        return CopyUnfit(folder=self.folder, why=why)


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        """Keeps other processes from appending at the same time, until the file is closed. Waits up to ten seconds."""
        os.lseek(handle, 1 << 40, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        """Keeps other processes from appending at the same time, until the file is closed. Waits."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
        except OSError as wrong:
            if wrong.errno not in _NO_LOCKS:  # some network shares have no locks; their copies have one writer
                raise
