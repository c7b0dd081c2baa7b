"""Scans that were handed in through the browser: read on a thread of their own, watched on a page."""

import logging
import secrets
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from threading import Lock, Thread

from werkzeug.datastructures import FileStorage

from fallback import recovery
from fallback.disk import disk_error
from fallback.enrolment import Installation
from fallback.errors import ParchiError
from fallback.recovery import ScanReport
from fallback.scanning import count_pages, read_files

_log = logging.getLogger(__name__)
_KEPT = 50  # scans that can be looked at; their pages are in the journal


@dataclass(slots=True)
class Scan:
    """One handing-in. When it is `over` it has a `report`, or an `error` when it could not be finished."""

    key: str
    files: tuple[str, ...]
    done: int = 0
    total: int = 0
    started: float = field(default_factory=time.monotonic)
    seconds: float = 0.0
    report: ScanReport | None = None
    error: ParchiError | None = None
    over: bool = False

    @property
    def speed(self) -> float:
        """Pages a second."""
        return self.done / max(0.001, self.seconds or time.monotonic() - self.started)

    @property
    def seconds_left(self) -> int | None:
        """How long the rest will take, None while nobody can know."""
        return round((self.total - self.done) / self.speed) if self.done else None


class Scans:
    """The scans of one app. Pages are read by processes of their own; the pictures leave the disk when all are read."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._lock = Lock()
        self._scans: OrderedDict[str, Scan] = OrderedDict()

    def hand_in(self, files: Iterable[FileStorage], *, by: str) -> Scan | None:
        """Stores the files and begins to read them; None when there are none. Raises DiskFull and its like."""
        key = secrets.token_urlsafe(9)
        folder = self._installation.folder / "incoming" / key
        paths: list[Path] = []
        try:
            for count, file in enumerate(each for each in files if each.filename):
                place = folder / f"{count:04d}"
                place.mkdir(parents=True, mode=0o700)
                paths.append(place / _name(file.filename or ""))
                file.save(paths[-1])
        except OSError as wrong:
            shutil.rmtree(folder, ignore_errors=True)
            raise disk_error(wrong, folder) from wrong
        if not paths:
            return None
        scan = Scan(key=key, files=tuple(path.name for path in paths))
        with self._lock:
            self._scans[key] = scan
            while len(self._scans) > _KEPT:
                self._scans.popitem(last=False)
        Thread(target=self._read, args=(scan, folder, paths, by), name=f"scan-{key}", daemon=True).start()
        return scan

    def get(self, key: str) -> Scan | None:
        """A scan by its key."""
        return self._scans.get(key)

    def latest(self) -> list[Scan]:
        """The scans since the start of the program, newest first."""
        return list(reversed(self._scans.values()))

    def _read(self, scan: Scan, folder: Path, paths: list[Path], by: str) -> None:
        def progress(done: int, total: int) -> None:
            scan.done, scan.total = done, total

        try:
            scan.total = count_pages(paths)
            scan.report = recovery.accept_scan(
                self._installation.ledger,
                read_files(paths),
                self._installation.keys(),
                drill=self._installation.drill,
                by=by,
                total=scan.total,
                progress=progress,
            )
        except ParchiError as error:
            scan.error = error
        except Exception as error:
            _log.exception("a scan stopped")
            scan.error = ParchiError()
            scan.error.__cause__ = error
        finally:
            scan.seconds = time.monotonic() - scan.started
            shutil.rmtree(folder, ignore_errors=True)
            scan.over = True


def _name(given: str) -> str:
    """The file's own name, without a path, as far as a disk takes it."""
    name = "".join(sign for sign in PurePosixPath(given.replace("\\", "/")).name if sign.isprintable())
    return name.encode()[:150].decode(errors="ignore") if name.strip(". ") else "scan"
