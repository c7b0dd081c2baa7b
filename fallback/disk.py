"""Files written whole or not at all, and the operating system's complaints in our sentences."""

import ctypes
import errno
import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile, mkstemp

from fallback.errors import DiskFailed, DiskFull, FileHeld, FolderReadOnly, NameUnfit, ParchiError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR}
_HELD = {32, 33}  # winerror: another program has the file open, or a piece of it locked
_UNFIT = {123, 206}  # winerror: a name, or a path, that cannot be
_NOWHERE, _SHORT_ENOUGH = 3, 240  # winerror: no such path; so Windows calls one that is too long, too
_DENIED = 5  # winerror: so Windows calls it, too, when what a rename would replace is open
_PATIENCE = 2.0  # seconds: a virus scanner lets a new file go sooner


def disk_error(wrong: OSError, folder: Path) -> ParchiError:
    """The sentence for a failure to write: DiskFull, FileHeld, NameUnfit, FolderReadOnly or DiskFailed."""
    file = wrong.filename2 or wrong.filename or folder
    if is_held(wrong):
        return FileHeld(file=file)
    code = getattr(wrong, "winerror", 0)
    if code in _UNFIT or (code == _NOWHERE and len(str(file)) > _SHORT_ENOUGH):
        return NameUnfit(file=file)
    if wrong.errno in _FULL:
        return DiskFull(folder=folder)
    if wrong.errno in _READ_ONLY:
        return FolderReadOnly(folder=folder)
    return DiskFailed(folder=folder, why=errno.errorcode.get(wrong.errno or 0, type(wrong).__name__))


def is_held(wrong: OSError) -> bool:
    """Whether Windows refuses because a program has the file open. Elsewhere open files are replaced and removed."""
    code = getattr(wrong, "winerror", 0)
    return code in _HELD or (code == _DENIED and wrong.filename2 is not None)


def put(fresh: Path, path: Path) -> None:
    """Renames a file over another. Windows refuses while any program looks into either: it is asked for two seconds.

    Raises OSError.
    """
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            fresh.replace(path)
            return
        except PermissionError as wrong:
            if not is_held(wrong) or time.monotonic() > end:
                raise
            time.sleep(0.05)


def write_file(path: Path, content: bytes) -> None:
    """Replaces a file by one that only its owner may read: after a power cut the old or the new one is there, whole.

    Raises DiskFull, FileHeld, FolderReadOnly or DiskFailed; then the old file is untouched.
    """
    write_pieces(path, (content,))


def write_pieces(path: Path, pieces: Iterable[bytes]) -> None:
    """As `write_file`, for a content that comes in pieces. What they raise is raised too; an OSError as the disk's."""
    try:
        handle, fresh_name = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        fresh = Path(fresh_name)
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            put(fresh, path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong


def write_files(files: Iterable[tuple[Path, bytes]], fresh_folder: Path) -> None:
    """Writes many files as `write_file` does, and waits for the disk twice in all, where the system can be asked so.

    Each is written in `fresh_folder`, on the same disk, then renamed; a folder that is missing is made. When it raises
    (DiskFull, FolderReadOnly, DiskFailed) none of them was renamed, but for a power cut between the renames.
    """
    fresh: list[tuple[Path, Path]] = []
    try:
        try:
            for path, content in files:
                handle, name = mkstemp(prefix=".", dir=fresh_folder)
                fresh.append((Path(name), path))
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
            sync_all([each for each, _ in fresh], fresh_folder)
            for each, path in fresh:
                path.parent.mkdir(mode=0o700, exist_ok=True)
                put(each, path)
        except BaseException:
            for each, _ in fresh:
                each.unlink(missing_ok=True)
            raise
        sync_all(sorted({fresh_folder, *(path.parent for _, path in fresh)}), fresh_folder)
    except OSError as wrong:
        raise disk_error(wrong, fresh_folder) from wrong


def sync_all(paths: list[Path], folder: Path) -> None:
    """Makes files or folders durable: Linux writes out the whole file system of `folder` once, others path by path.

    Raises OSError.
    """
    if sys.platform == "linux":
        handle = os.open(folder, os.O_RDONLY)
        try:
            if ctypes.CDLL(None, use_errno=True).syncfs(handle):
                raise OSError(ctypes.get_errno(), "syncfs", str(folder))
        finally:
            os.close(handle)
        return
    for path in paths:
        if path.is_dir():
            sync_folder(path)
            continue
        with path.open("rb+") as file:
            os.fsync(file.fileno())


def needs_room(path: Path, size: int = 0) -> None:
    """Raises as `write_file` would when a file of `size` bytes cannot be written there; nothing is left of the try."""
    try:
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
        with TemporaryFile(dir=path.parent) as file:
            file.write(bytes(size))
            file.flush()
            os.fsync(file.fileno())
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong


def sync_folder(folder: Path) -> None:
    """Makes a file's name as durable as its content. Windows does that by itself and cannot be asked to."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def take_lock(handle: int) -> bool:
    """Locks an open file for this process, unless another handle has it; it is free when the handle is closed, also by
    the death of its process.
    """
    try:
        if sys.platform == "win32":
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
