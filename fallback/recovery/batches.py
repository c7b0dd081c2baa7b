"""A batch of scans, from files to facts: every page stored before it is read, stopped, killed and gone on with."""

import time
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Protocol

from fallback.errors import DiskFailed, DiskFull, FolderReadOnly, ParchiError
from fallback.evidence import PageStore
from fallback.hospital import Hospital
from fallback.keys import PublicKeys
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.reconcile import PageState
from fallback.recovery.accept import ScanReport, accept_scan, batch_name
from fallback.recovery.forms import PageForms
from fallback.scanning import PageScan, ReadPage, WantedForm, count_pages, read_files, read_scans
from fallback.sealed import SealedFile
from fallback.vault import Vault

_SPEED_OVER = 60.0  # seconds: pages that were known before go by in no time, and say nothing of those to come


class House(Protocol):
    """What scans need of an installation."""

    @property
    def folder(self) -> Path:
        """Where its data lies."""

    @property
    def vault(self) -> Vault:
        """What seals."""

    @property
    def ledger(self) -> Ledger:
        """The journal."""

    @property
    def pages(self) -> PageStore:
        """The pictures of pages."""

    @property
    def drill(self) -> bool:
        """Whether it is a drill's: a drill's slips stay out of a real one and the reverse."""

    def keys(self) -> PublicKeys:
        """Whose signatures are genuine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a batch is: pages that are read and durable, of how many (0: not known yet), by state.

    `stage` is "unpacking" while files are looked through, then "reading". `seconds_left` is None while nobody can know.
    """

    done: int = 0
    total: int = 0
    states: Counter[PageState] = field(default_factory=Counter)
    pages_a_second: float = 0.0
    seconds_left: int | None = None
    stage: str = "unpacking"


def scan(
    installation: House,
    hospital: Hospital,
    sources: Sequence[Path | SealedFile],
    *,
    batch: str = "",
    by: str = "",
    workers: int | None = None,
    executor: Executor | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ScanReport:
    """Takes the pages of files and folders into the journal, and each page's picture into the store before it is read.

    It may end at any moment, by `stop` or a power cut: the same again goes on, and the facts are those of a run that
    nothing disturbed. The same again after that changes nothing; other sources under the same `batch` extend it, and
    without sources what a killed run stored is read from the store. `executor` reads; files are unpacked here.

    A file or page that cannot be read is a page with a problem, and stops nothing. Raises DiskFull and its like,
    LayoutWrong for a layout of the hospital's own: what was told by `progress` is kept then, too.
    """
    batch = batch or batch_name(installation.ledger)
    meter = _Meter(progress)
    keeper = _Keeper(installation, hospital, batch, by)
    waiting = len(queries.unread(installation.ledger.db(), batch))
    meter.total = count_pages(sources, workers=workers) if sources else waiting

    def pages() -> Generator[ReadPage]:
        """What a killed run stored comes again with its file, in its turn; what no file brings again comes last."""
        yield from read_files(sources, workers=workers, executor=executor, keeper=keeper)
        yield from read_scans(keeper.left(), workers=workers, executor=executor, keeper=keeper)

    with closing(pages()) as found:
        return accept_scan(
            installation.ledger,
            found,
            installation.keys(),
            drill=installation.drill,
            batch=batch,
            by=by,
            stop=stop,
            told=meter.tell,
        )


class _Keeper:
    """What becomes of a batch's pages on their way (scanning's Keeper): stored and journalled, known again, asked for
    their forms.
    """

    def __init__(self, installation: House, hospital: Hospital, batch: str, by: str) -> None:
        self._ledger, self._store = installation.ledger, installation.pages
        self._forms = PageForms(hospital, installation.keys(), drill=installation.drill)
        self._batch, self._by = batch, by
        self._met: set[str] = set()

    def keep(self, scans: Sequence[PageScan]) -> None:
        for scan in scans:
            if isinstance(scan.error, DiskFull | DiskFailed | FolderReadOnly):  # this machine's trouble, not the file's
                raise scan.error
        db = self._ledger.db()
        self._met.update(scan.identity for scan in scans)
        # A page that was read before is stored again where the store lost it, but not what was destroyed by rule.
        self._store.put(
            (scan.identity, scan.content)
            for scan in scans
            if scan.content and not queries.is_destroyed(db, scan.identity)
        )
        self._ledger.write(lambda tx: self._journal(tx, scans))

    def knows(self, identity: str) -> bool:
        db = self._ledger.db()
        return queries.has_page(db, identity) and not queries.may_read_now(db, identity)

    def forms(self, page: ReadPage) -> Sequence[WantedForm]:
        return self._forms.wanted(page)

    def left(self) -> Iterator[PageScan]:
        """The pages that a run before stored and did not read. One without a picture comes again with its file only."""
        for file, page, picture in queries.unread(self._ledger.db(), self._batch):
            if picture in self._met or not self._store.has(picture):
                continue
            try:
                yield PageScan(file=file, page=page, identity=picture, content=self._store.get(picture))
            except ParchiError as error:
                yield PageScan(file=file, page=page, identity=picture, error=error)

    def _journal(self, tx: Transaction, scans: Sequence[PageScan]) -> None:
        fresh = [
            scan for scan in scans if not queries.is_stored(tx.db, self._batch, scan.file, scan.page, scan.identity)
        ]
        for file, pages in groupby(fresh, key=lambda scan: scan.file):
            content = {"batch": self._batch, "file": file, "pages": [[each.page, each.identity] for each in pages]}
            tx.append(FactKind.PAGES_STORED, content, by=self._by)


class _Meter:
    """Turns reports into progress; its speed is that of the last minute."""

    def __init__(self, progress: Callable[[Progress], None]) -> None:
        self.total = 0
        self._progress = progress
        self._samples: deque[tuple[float, int]] = deque()  # from the first page on: to look files through is no reading
        progress(Progress())

    def tell(self, report: ScanReport) -> None:
        """Tells how far the report is."""
        now = time.monotonic()
        self._samples.append((now, report.pages))
        while now - self._samples[0][0] > _SPEED_OVER and len(self._samples) > 2:
            self._samples.popleft()
        since, before = self._samples[0]
        speed = (report.pages - before) / max(now - since, 0.001)  # 0 at the first
        total = max(self.total, report.pages)
        left = round((total - report.pages) / speed) if speed else None
        self._progress(
            Progress(
                done=report.pages,
                total=total,
                states=report.states,
                pages_a_second=speed,
                seconds_left=left,
                stage="reading",
            )
        )
