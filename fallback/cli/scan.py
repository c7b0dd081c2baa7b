"""The command that takes scans in: files, folders, a watched folder, on this machine's cores or a cluster's."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Any

import click

from fallback import recovery
from fallback.cli.data import Data, Words, json_option, show
from fallback.cli.read import LABELS
from fallback.cli.recover import by_option
from fallback.cli.spoken import _
from fallback.cli.watch import finished
from fallback.enrolment import Installation
from fallback.errors import ClusterUnreachable, DaskMissing, ScanMissing, ScanStopped
from fallback.hospital import Hospital
from fallback.language import grouped
from fallback.reconcile import PageState
from fallback.recovery import Progress, ScanReport

_EVERY = 0.5  # seconds between two lines of progress
_REACH = 10  # seconds that a cluster has to answer
_STOPS = "Stopping after the pages that are being read."
STATE_LABELS = {
    PageState.READ: "read",
    PageState.REPEAT: "repeats",
    PageState.BLANK: "blank",
    PageState.FOREIGN: "foreign",
    PageState.FORGED: "forged",
    PageState.NEEDS_EYES: "need eyes",
}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--batch", type=Words(empty=True), default="", help="A name for this scan; its time when left out.")
@click.option("--watch", is_flag=True, help="Stay, and take in every file that comes into these folders, until Ctrl-C.")
@click.option("--workers", type=click.IntRange(1), help="How many processes read; as many as there are cores.")
@click.option("--dask", default="", help="Read on the cluster of this Dask scheduler, as tcp://10.0.0.5:8786.")
@by_option
@json_option
@click.pass_context
def scan(
    context: click.Context,
    paths: tuple[Path, ...],
    batch: str,
    watch: bool,
    workers: int | None,
    dask: str,
    by: str,
    as_json: bool,
) -> None:
    """Reads scans (files, folders, ZIPs) into the journal; the same page twice changes nothing.

    Ctrl-C stops it after a page. The same again, under its --batch, goes on; with more files, it adds them to the
    batch; without files, it reads what a run that was killed had stored. Exits 4 when pages need a person: they stop
    nothing.

    Example: python -m fallback scan scans/ --batch "box 7"
    """
    if not paths and (watch or not batch):
        raise click.UsageError(_("Say which files or folders hold the scans."))
    data: Data = context.obj
    hospital = data.hospital()
    with data.installation() as installation, cluster(dask) as executor, ctrl_c(_STOPS) as stop:
        batch = batch or recovery.batch_name(installation.ledger)
        run = _Run(installation, hospital, batch, by, workers, executor, stop)
        report = run.watch(list(paths)) if watch else run.scan(list(paths))
    counts = {"pages": report.pages, "read": report.read, "repeats": report.repeats, "unread": report.unread}
    words = [_("{pages} pages: {read} read, {repeats} seen before, {unread} need a person.", **counts)]
    for item in report.work:
        why = _(item.problem) or _(LABELS.get(item.outcome, item.outcome))
        words.append("  " + _("{file} page {page}: {outcome}", file=item.file, page=item.page, outcome=why))
    show(report.record(), as_json=as_json, text="\n".join(words))
    if report.stopped and not watch:
        raise ScanStopped(batch=batch)
    if report.work:
        context.exit(4)


class _Run:
    """The scans of one command."""

    def __init__(
        self,
        installation: Installation,
        hospital: Hospital,
        batch: str,
        by: str,
        workers: int | None,
        executor: Executor | None,
        stop: Callable[[], bool],
    ) -> None:
        self._installation, self._hospital, self._batch, self._by = installation, hospital, batch, by
        self._workers, self._executor, self._stop = workers, executor, stop

    def scan(self, paths: list[Path]) -> ScanReport:
        """Reads these files and folders."""
        return recovery.scan(
            self._installation,
            self._hospital,
            paths,
            batch=self._batch,
            by=self._by,
            workers=self._workers,
            executor=self._executor,
            stop=self._stop,
            progress=progress(),
        )

    def watch(self, folders: list[Path]) -> ScanReport:
        """Reads every file that comes into the folders and is finished, until it is stopped."""
        whole = ScanReport(batch=self._batch)
        if missing := next((folder for folder in folders if not folder.is_dir()), None):
            raise ScanMissing(file=missing.name)
        click.echo(_("Waiting for files. Ctrl-C ends it."), err=True)
        for paths in finished(folders, self._stop):
            whole.add(self.scan(paths))
        return whole


@contextmanager
def ctrl_c(says: str) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed, which is answered so; the second time it ends the command as it does everywhere."""
    pressed = Event()

    def note(_signal: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        pressed.set()
        click.echo("\n" + _(says), err=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield pressed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def cluster(address: str) -> Iterator[Executor | None]:
    """The executor of a Dask cluster, None without an address. Raises DaskMissing, ClusterUnreachable."""
    if not address:
        yield None
        return
    try:
        distributed: Any = import_module("distributed")  # it takes a second to load, and few have it
    except ImportError as wrong:
        raise DaskMissing() from wrong
    try:
        client = distributed.Client(address, timeout=_REACH, set_as_default=False)
    except (OSError, ValueError) as wrong:
        raise ClusterUnreachable(address=address) from wrong
    with client:
        yield client.get_executor(pure=False)


def progress() -> Callable[[Progress], None]:
    """Tells on stderr how far it is, how fast, how long it will take and what came of the pages, twice a second."""
    last = 0.0

    def tell(far: Progress) -> None:
        nonlocal last
        now, over = time.monotonic(), 0 < far.total <= far.done
        if (now - last < _EVERY and not over) or not far.total:
            return
        last = now
        counts = ", ".join(
            f"{grouped(far.states[state])} {_(STATE_LABELS[state])}" for state in STATE_LABELS if far.states[state]
        )
        words = [_("{done} of {total} pages", done=far.done, total=far.total)]
        if far.pages_a_second:
            words.append(_("{speed} a second", speed=f"{far.pages_a_second:.1f}"))
        if far.seconds_left is not None:
            words.append(_("{time} left", time=time_left(far.seconds_left)))
        line = f"{', '.join(words)}: {counts}"
        sys.stderr.write(f"\r{line:<110}" + ("\n" if over else ""))
        sys.stderr.flush()

    return tell


def time_left(seconds: int) -> str:
    """Hours and minutes, or seconds where it is less than a minute."""
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return _("{minutes} min", minutes=minutes) if minutes else _("{seconds} s", seconds=seconds)
