"""The lock of a hospital's desk on this computer: whoever watches over a desk holds it, and loads nothing for it."""

import os
from contextlib import suppress
from pathlib import Path

from fallback.disk import disk_error, take_lock

RUNNING, LOCK = "running.json", ".lock"


def take(folder: Path) -> int | None:
    """Takes a desk's folder for this process, until its end; None when another start of it runs.

    Raises DiskFull, FolderReadOnly or DiskFailed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    if take_lock(handle):
        with suppress(OSError):
            (folder / RUNNING).unlink()
        return handle
    os.close(handle)
    return None
