"""Which runs are alive: each holds a lock of the operating system on a file of its own, which a kill lets go.

So a slip that a dead run was sending is anybody's, and one that a living run is sending is nobody else's.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from fallback.disk import disk_error, take_lock

_FOLDER = "runs"


class Lease:
    """A run of this process, from `with` to its end. `run` is its name."""

    def __init__(self, folder: Path) -> None:
        self.run = secrets.token_hex(8)
        self._path = _file(folder, self.run)
        self._handle = -1

    def __enter__(self) -> Self:
        """Raises DiskFull and its like."""
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as wrong:
            raise disk_error(wrong, self._path.parent) from wrong
        take_lock(self._handle)
        return self

    def __exit__(self, kind: type[BaseException] | None, wrong: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._handle)  # and with it the lock
        with suppress(OSError):
            self._path.unlink()


@contextmanager
def only(folder: Path, name: str) -> Iterator[bool]:
    """Whether no other run of this name goes on at this computer; as long as the block, none begins. Raises DiskFull
    and its like.
    """
    path = _file(folder, name)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)  # it stays: a file that comes and goes has two locks
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong
    try:
        yield take_lock(handle)
    finally:
        os.close(handle)


def is_alive(folder: Path, run: str) -> bool:
    """Whether a run of any process on this computer goes on; False for one that was killed, or is elsewhere."""
    if not run:
        return False
    path = _file(folder, run)
    try:
        handle = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        dead = take_lock(handle)
    finally:
        os.close(handle)
    if dead:
        with suppress(OSError):
            path.unlink()
    return not dead


def _file(folder: Path, run: str) -> Path:
    """A run's name comes from a journal, which may be another's: nothing of it leads out of the folder."""
    return folder / _FOLDER / f"{''.join(sign for sign in run if sign.isalnum())[:32]}.lock"
