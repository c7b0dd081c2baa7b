"""A folder for files out of ZIPs while they are read: encrypted, with keys that nobody keeps."""

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from fallback.disk import disk_error
from fallback.sealed import KEY_SIZE, SealedFile


class Spool:
    """Makes its folder when it is needed; `close` takes it away. What a killed program leaves opens for nobody."""

    def __init__(self) -> None:
        self._folder: TemporaryDirectory[str] | None = None
        self._count = 0

    def close(self) -> None:
        """Takes the folder away."""
        if self._folder is not None:
            self._folder.cleanup()

    def place(self, name: str) -> SealedFile:
        """Where the next file may be written. Raises DiskFull, FolderReadOnly or DiskFailed."""
        if self._folder is None:
            try:
                self._folder = TemporaryDirectory(prefix="parchi-scans-", ignore_cleanup_errors=True)
            except OSError as wrong:
                raise disk_error(wrong, Path(gettempdir())) from wrong
        self._count += 1
        return SealedFile(path=Path(self._folder.name) / str(self._count), key=os.urandom(KEY_SIZE), name=name)

    def remove(self, source: object) -> None:
        """A file of this folder that has been read goes at once, others need its room; anything else stays."""
        if self._folder and isinstance(source, SealedFile) and source.path.parent == Path(self._folder.name):
            with suppress(OSError):  # Windows, while a worker holds it open
                source.path.unlink()
