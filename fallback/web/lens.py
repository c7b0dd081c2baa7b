"""The eye of the one box: pictures of codes, read one after the other in a fenced process, and never kept."""

from threading import Lock

from fallback.errors import ParchiError, PictureWaits
from fallback.scanning.crew import Crew
from fallback.scanning.frames import read_frame

_SECONDS = 10.0  # of one picture
_PATIENCE = 3.0  # seconds that a picture waits for those before it


class Lens:
    """Reads pictures in one process: what ends or hangs it takes nothing with it. Whoever makes one closes it."""

    def __init__(self, *, seconds: float = _SECONDS, patience: float = _PATIENCE) -> None:
        self._crew = Crew(1, None, page_seconds=seconds)
        self._patience = patience
        self._lock = Lock()

    def read(self, content: bytes) -> str:
        """What the code in a picture says, "" for none. Raises PictureWaits or PictureUnread."""
        if not self._lock.acquire(timeout=self._patience):
            raise PictureWaits()
        try:
            found = self._crew.alone(read_frame, content)
        finally:
            self._lock.release()
        if isinstance(found, ParchiError):
            raise found
        return found or ""

    def close(self) -> None:
        """Ends the process."""
        with self._lock:
            self._crew.__exit__()
