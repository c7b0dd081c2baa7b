"""A stick while it is being written: what may lie there already, each file with its SHA-256, read back, sealed last."""

import hashlib
import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from fallback.disk import disk_error, sync_all, write_file
from fallback.errors import (
    DiskFull,
    KitFileWrong,
    KitFolderTaken,
    KitForged,
    KitMissing,
    KitNotWritten,
    ParchiError,
    Sentence,
)
from fallback.kit import seal, sums
from fallback.kit.sums import SEAL, SUMS, Tell

BUILDING = "KIT.building"  # whose stick is being built here: an unfinished one may be begun again by its hospital only
FOLDERS = ("program", "wheels", "python-windows", "hospital", "papers")
_FILES = ("START.bat", "START.sh", "VERIFY.bat", "VERIFY.sh", "READ-ME.txt", SUMS, SEAL, BUILDING)
_PIECE = 1024 * 1024
_SPARE = 4 * 1024 * 1024  # bytes for what is made while building: papers, lists, the file system's own
_CLUSTER = 32 * 1024  # bytes; a small file takes as much on a large stick


class Stick:
    """One folder, usually a stick's own. Files are written at once; the disk is waited for when all of them are."""

    def __init__(self, folder: Path, root: bytes) -> None:
        self.folder = folder
        self.sums: dict[str, str] = {}
        self._root = root
        self._names: dict[str, str] = {}
        self._linked: set[str] = set()

    def begin(self, need: int, files: int) -> None:
        """Takes the folder: what an older stick of this hospital had there is removed, its copies stay.

        `need` are the bytes that will be written, in so many files. Raises KitFolderTaken, KitForeign, KitForged,
        DiskFull and the like; then nothing was changed.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._may_take()
            disk = shutil.disk_usage(self.folder)
            free = disk.free + sum(_size(each) for each in self._ours())
            if disk.total and free < need + files * _CLUSTER // 2 + _SPARE:  # some drives do not know their size
                raise DiskFull(folder=self.folder)
            write_file(self.folder / BUILDING, self._root.hex().encode())
            (self.folder / SEAL).unlink(missing_ok=True)  # first of all: half an old stick is refused
            for each in self._ours():
                if each.name == BUILDING:
                    continue
                if each.is_dir() and not each.is_symlink():
                    shutil.rmtree(each)
                else:
                    each.unlink()
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def put(self, place: str, content: bytes) -> None:
        """Writes a file. Raises KitFileWrong, DiskFull and the like."""
        self.pieces(place, (content,))

    def copy(self, place: str, source: Path) -> None:
        """Copies a file. Raises as `put`."""

        def read() -> Iterable[bytes]:
            with source.open("rb", buffering=0) as file:
                while piece := file.read(_PIECE):
                    yield piece

        self.pieces(place, read())

    def link(self, place: str, source: Path, digest: str) -> None:
        """The same file once more on the same disk, which costs no room; a copy where the disk knows no such thing."""
        target = self._place(place)
        try:
            os.link(source, target)
        except OSError:
            self._names.pop(place.lower())
            self.copy(place, source)
            return
        self.sums[place] = digest
        self._linked.add(place)

    def pieces(self, place: str, content: Iterable[bytes]) -> None:
        """Writes a file that comes in pieces. Raises as `put`."""
        target, sum_, size = self._place(place), hashlib.sha256(), 0
        try:
            with target.open("xb") as file:
                for piece in content:
                    sum_.update(piece)
                    size += len(piece)
                    if size > sums.LARGEST_FILE:
                        raise KitFileWrong(file=sums.shown(place), why="a stick holds files of up to 4 GB")
                    file.write(piece)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        if place.endswith(".sh"):
            with suppress(OSError):  # an old stick's file system knows no such thing
                target.chmod(0o755)
        self.sums[place] = sum_.hexdigest()

    def take_in(self, place: str) -> None:
        """Counts a file that somebody else wrote onto the stick while it was built. Raises as `put`."""
        target = self._place(place)
        may_be_read(target)
        try:
            self.sums[place] = sums.digest(target)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def finish(self, tell: Tell | None = None, *, read_back: bool = True) -> str:
        """Writes the list, waits for the disk and, with `read_back`, reads all of it again; the list's SHA-256.

        Raises KitNotWritten for a stick that is worn out, DiskFull and the like.
        """
        text = sums.text(self.sums).encode()
        try:
            (self.folder / SUMS).write_bytes(text)
            paths = [self.folder / place for place in (*(set(self.sums) - self._linked), SUMS)]
            sync_all([*paths, *sorted({path.parent for path in paths})], self.folder)
            (self.folder / BUILDING).unlink()
            if read_back:
                _forget(paths)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        if read_back and (faults := sums.compare(self.folder, self.sums, tell)):
            raise KitNotWritten(folder=self.folder, fault=seal.said(faults[0]))
        return sums.digest_of(text)

    def _place(self, place: str) -> Path:
        needs_portable(place)
        if other := self._names.get(place.lower()):
            raise KitFileWrong(file=sums.shown(place), why=Sentence("Windows takes it for {other}", other=other))
        self._names[place.lower()] = place
        target = self.folder / place
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        return target

    def _ours(self) -> list[Path]:
        known = {name.lower() for name in (*FOLDERS, *_FILES)}
        with suppress(ParchiError, OSError, ValueError):  # another version has other scripts beside START
            seal.read(self.folder, root=self._root)
            known |= {place.partition("/")[0].lower() for place in sums.listed(self.folder)}
        return [each for each in self.folder.iterdir() if each.name.lower() in known]

    def _may_take(self) -> None:
        ours = {each.name for each in self._ours()}
        for each in self.folder.iterdir():
            if each.name not in ours and not sums.is_not_ours(each.name):
                raise KitFolderTaken(folder=self.folder, name=sums.shown(each.name))
        if not ours:
            return
        try:
            seal.whose(self.folder, root=self._root)
        except KitMissing as wrong:
            if not self._is_begun():
                raise KitFolderTaken(folder=self.folder, name=sums.shown(min(ours))) from wrong
        except KitForged:
            if not self._is_begun():
                raise

    def _is_begun(self) -> bool:
        try:
            return sums.plain_file(self.folder / BUILDING) == self._root.hex().encode()
        except (OSError, ValueError):
            return False


def may_be_read(path: Path) -> None:
    """Lets every account of a computer read a file: whoever starts from a stick is not who built it."""
    with suppress(OSError):  # FAT knows no such thing
        path.chmod(0o644)


def needs_portable(place: str) -> None:
    """Raises KitFileWrong for a place whose name FAT or Windows cannot bear."""
    if not sums.is_portable(place):
        why = "its name has letters that Windows or an old stick cannot bear, or is too long"
        raise KitFileWrong(file=sums.shown(place), why=why)


def kept(folder: Path, root: bytes, wanted: Callable[[str], bool]) -> dict[str, bytes]:
    """Files of a finished stick of this hospital that are still as they were built; none where anything is doubtful."""
    try:
        seal.read(folder, root=root)
        listed = sums.listed(folder)
        found = {place: sums.plain_file(folder / place) for place in listed if wanted(place)}
    except (ParchiError, OSError, ValueError):
        return {}
    return found if all(sums.digest_of(content) == listed[place] for place, content in found.items()) else {}


def _size(path: Path) -> int:
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_size
    return sum(found[1] for found in sums.walk(path) if isinstance(found, tuple))


def _forget(paths: Iterable[Path]) -> None:
    """Lets the system forget what it has in memory of files: else it would read them back from there."""
    if sys.platform == "linux":
        for path in paths:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            finally:
                os.close(handle)
