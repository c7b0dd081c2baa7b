"""The print queue: a thread for each printer, which prints what its desks issue, and follows each job to its end.

The journal is the queue. What waits there outlives a power cut; what was handed over is never handed over again.
"""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Self

from fallback.errors import (
    ParchiError,
    PrinterOff,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterUnknown,
    PrintSettled,
    PrintUncertain,
)
from fallback.frontdesk import prints
from fallback.frontdesk.counter import Counter, Issued, sheet
from fallback.hospital import Printer
from fallback.ledger import queries
from fallback.ledger.queries.prints import PrintRow, handed_to, waiting_for
from fallback.printing.spool import JobState, Spooler

AHEAD = 3  # jobs that a spooler gets at once: what waits here is still an original when the printer breaks down
LONGEST_PAUSE = 15.0  # seconds between two looks at a printer
LONGEST_REFUSAL = 300.0  # seconds before a sheet that was refused is tried again: each try is two lines of the journal
UNSETTLED = (
    2  # sheets that broke off in sending before a person is asked: a printer that hangs up on each would eat all
)
PATIENCE = 120.0  # seconds that a job may be on its way before a person is asked to look
_NOTHING_LEFT = (PrinterUnknown, PrinterOff, PrinterOutOfPaper, PrinterRefused)
_log = logging.getLogger(__name__)


class PrintQueue:
    """The queues of all printers that serve desks. A context manager: stopped at its end, and nothing is forgotten."""

    def __init__(self, counter: Counter, spooler: Callable[[Printer], Spooler]) -> None:
        """`spooler` makes the way to a printer; see `fallback.printing.spool`."""
        self._counter = counter
        self._feeders = {
            printer.name: _Feeder(counter, printer, spooler) for printer in counter.hospital.printers if printer.desks
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.stop()

    def start(self) -> None:
        """Goes on with whatever waits."""
        for feeder in self._feeders.values():
            feeder.thread.start()

    def stop(self, patience: float = 40.0) -> None:
        """Ends every thread: after the sheet that it is sending, or after `patience` seconds without it."""
        for feeder in self._feeders.values():
            feeder.stopping.set()
            feeder.woken.set()
        for feeder in self._feeders.values():
            if feeder.thread.is_alive():
                feeder.thread.join(patience)

    def wake(self) -> None:
        """Something was issued, or settled: look at once."""
        for feeder in self._feeders.values():
            feeder.woken.set()

    def printer_of(self, series: int) -> str:
        """The name of the printer that serves a desk, "" for none: it prints from its browser."""
        desk = queries.desk(self._counter.ledger.db(), series)
        printer = self._counter.hospital.printer_of(desk.name) if desk else None
        return printer.name if printer else ""

    def why(self, row: PrintRow, printer: str) -> ParchiError | None:
        """Why a print still waits for a printer; None when its turn comes by itself, without anybody's help."""
        feeder = self._feeders.get(printer)
        if feeder is None:
            return PrinterUnknown(printer=printer)
        refused = feeder.refused.get(row.key)
        return refused.why if refused else feeder.trouble

    def moving(self, row: PrintRow) -> bool:
        """Whether what was handed over is on its way. If it is not, nobody but a person knows what became of it."""
        feeder = self._feeders.get(row.printer)
        if feeder is None:
            return False
        job = feeder.jobs.get(row.key)
        on_its_way = job is not None and job.state is JobState.PENDING and time.monotonic() - job.seen < PATIENCE
        return on_its_way or feeder.sending == row.key

    def holds(self, row: PrintRow) -> bool:
        """Whether the printer's spooler still has it: it may come out yet, once somebody has helped the printer."""
        feeder = self._feeders.get(row.printer)
        job = feeder.jobs.get(row.key) if feeder else None
        return job is not None and job.state is not JobState.UNKNOWN


@dataclass(frozen=True, slots=True)
class _Job:
    """What a spooler says of a job, and since when we follow it (monotonic seconds)."""

    state: JobState
    seen: float


@dataclass(frozen=True, slots=True)
class _Refused:
    """A sheet that the printer refused, how often, why, and when it is tried again (monotonic seconds)."""

    times: int
    why: ParchiError
    until: float


class _Feeder:
    """One printer's thread. What it knows besides the journal are the spooler's own words, asked for again and again.

    `trouble` is why the printer does not print now; `jobs` what the spooler has, by the key of the print; `refused` the
    sheets that it did not take; `sending` the key of the one that is being sent; `unsettled` those that broke off.
    """

    def __init__(self, counter: Counter, printer: Printer, spooler: Callable[[Printer], Spooler]) -> None:
        self._counter = replace(counter, hospital=replace(counter.hospital, paper=printer.paper))
        self._printer, self._make = printer, spooler
        self.trouble: ParchiError | None = None
        self.jobs: dict[str, _Job] = {}
        self.refused: dict[str, _Refused] = {}
        self.sending = ""
        self.unsettled = 0
        self.woken, self.stopping = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"printer {printer.name}", daemon=True)

    def _run(self) -> None:
        quiet = 0  # turns in a row in which nothing moved
        while not self.stopping.is_set():
            try:
                moved = self._turn()
            except ParchiError as wrong:  # the disk is full, the journal busy, no way to this printer
                moved, self.trouble = False, wrong
            except Exception as wrong:  # a fault of ours or of a driver: later slips shall not wait for ever
                moved, self.trouble = False, ParchiError()
                _log.error("%s at printer %s", type(wrong).__name__, self._printer.name)  # its text could hold a name
            if moved:
                quiet = 0
            elif self.woken.wait(min(2.0**quiet, LONGEST_PAUSE)):
                quiet = 0
                self.woken.clear()
            else:
                quiet = min(quiet + 1, 10)

    def _turn(self) -> bool:
        """Asks after the jobs, then sends one sheet. Says whether anything moved."""
        spooler = self._make(self._printer)
        finished = self._follow(spooler)
        return self._feed(spooler) or finished

    def _follow(self, spooler: Spooler) -> bool:
        found: dict[str, _Job] = {}
        finished, self.unsettled = False, 0
        for row in handed_to(self._counter.ledger.db(), self._printer.name):
            if not row.job:  # it broke while it was sent: no spooler can tell
                self.unsettled += 1
                continue
            before = self.jobs.get(row.key, _Job(JobState.PENDING, time.monotonic()))
            try:
                state = spooler.job(row.job)
            except _NOTHING_LEFT:
                state = before.state
            if state is JobState.DONE:
                with suppress(PrintSettled):
                    prints.done(self._counter, row)
                finished = True
            else:
                found[row.key] = _Job(state, before.seen)
        self.jobs = found
        return finished

    def _feed(self, spooler: Spooler) -> bool:
        states = [job.state for job in self.jobs.values()]
        if JobState.STUCK in states:
            self.trouble = _trouble(spooler) or PrintUncertain(printer=self._printer.name)
            return False
        if self.unsettled >= UNSETTLED:
            self.trouble = PrintUncertain(printer=self._printer.name)
            return False
        db, name, desks = self._counter.ledger.db(), self._printer.name, self._desks()
        skip = [key for key, refused in self.refused.items() if time.monotonic() < refused.until]
        row = waiting_for(db, name, desks, skip)
        if row is None or states.count(JobState.PENDING) >= AHEAD:
            self.trouble = None
            return False
        self.trouble = _trouble(spooler)
        if self.trouble:
            return False
        self.sending = row.key  # before the journal says that it is handed over, or it would look stuck for a moment
        try:
            taken = prints.take_next(self._counter, name, desks, skip)
            if taken is not None:
                self.sending = taken[0].key
                return self._send(spooler, *taken)
            return False
        finally:
            self.sending = ""

    def _send(self, spooler: Spooler, row: PrintRow, issued: Issued) -> bool:
        """Sends what was just handed over. What is not certain leaves it handed over, for a person to look."""
        name, nothing_left = self._printer.name, True
        try:
            pdf = sheet(self._counter, issued)
            nothing_left = False
            job = spooler.send(_title(row), pdf)
        except Exception as wrong:
            why = wrong if isinstance(wrong, ParchiError) else ParchiError()
            refused = nothing_left or isinstance(wrong, PrinterRefused)
            if not isinstance(wrong, ParchiError):
                _log.error("%s at printer %s", type(wrong).__name__, name)
            if nothing_left or isinstance(wrong, _NOTHING_LEFT):
                prints.give_back(self._counter, row, name, str(why))
            if refused:  # the fault may be this sheet's: the others go first
                times = self.refused[row.key].times + 1 if row.key in self.refused else 0
                pause = min(2.0**times, LONGEST_REFUSAL)
                self.refused[row.key] = _Refused(min(times, 10), why, time.monotonic() + pause)
            else:
                self.trouble = why
            return refused
        prints.sent(self._counter, row, name, job)
        self.jobs[row.key] = _Job(JobState.PENDING, time.monotonic())
        self.refused.pop(row.key, None)
        self.trouble = None
        return True

    def _desks(self) -> list[int]:
        desks = queries.desks(self._counter.ledger.db())
        return [desk.series for desk in desks if desk.name in self._printer.desks]


def _trouble(spooler: Spooler) -> ParchiError | None:
    try:
        spooler.check()
    except _NOTHING_LEFT as wrong:
        return wrong
    return None


def _title(row: PrintRow) -> str:
    """What the spooler's own list shows: the number alone, no patient's data."""
    return f"{row.number.text} reprint {row.reprint}" if row.reprint else row.number.text
