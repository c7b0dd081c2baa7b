"""Files written whole or not at all, and the operating system's complaints in our sentences."""

import errno
import os
import sys
from pathlib import Path
from tempfile import TemporaryFile, mkstemp

from fallback.errors import DiskFailed, DiskFull, FolderReadOnly, ParchiError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR}


def disk_error(wrong: OSError, folder: Path) -> ParchiError:
    """The sentence for a failure to write: DiskFull, FolderReadOnly or DiskFailed."""
    if wrong.errno in _FULL:
        return DiskFull(folder=folder)
    if wrong.errno in _READ_ONLY:
        return FolderReadOnly(folder=folder)
    return DiskFailed(folder=folder, why=errno.errorcode.get(wrong.errno or 0, type(wrong).__name__))


def write_file(path: Path, content: bytes) -> None:
    """Replaces a file by one that only its owner may read: after a power cut the old or the new one is there, whole.

    Raises DiskFull, FolderReadOnly or DiskFailed; then the old file is untouched.
    """
    try:
        handle, fresh_name = mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mode 0600
        fresh = Path(fresh_name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong


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
