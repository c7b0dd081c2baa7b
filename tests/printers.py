"""A printer for the tests, and the process that is killed: `python -m tests.printers FOLDER` dies while it prints."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from fallback.enrolment import open_installation
from fallback.errors import ParchiError, PrinterOff, PrinterOutOfPaper, PrinterRefused, PrintUncertain
from fallback.frontdesk import Counter, PrintQueue
from fallback.hospital import Hospital, Printer, PrinterWay
from fallback.printing.spool import JobState, Spooler
from tests import factories

NAME = "lp-1"
PRINTER = Printer(name=NAME, way=PrinterWay.CUPS, address="lp-1", paper="a4", desks=("Counter 1",))


class RoomPrinter:
    """A printer in a room: it keeps what it printed and can be off, out of paper, picky, jammed or cut off.

    `way` is on, off, empty, refuses (every sheet), picky (refuses the next title that holds `picked`), breaks (the
    connection, while it sends), jams (takes a job, and no paper comes out) or slow (takes a job, and is not done yet).
    """

    def __init__(self, way: str = "on") -> None:
        self.way = way
        self.picked = ""
        self.titles: list[str] = []
        self.pdfs: list[bytes] = []
        self.looked = 0
        self.states: dict[str, JobState] = {}
        self.lock = threading.Lock()

    def check(self) -> None:
        """Off or out of paper is told."""
        self.looked += 1
        if self.way == "off":
            raise PrinterOff(printer=NAME)
        if self.way == "empty":
            raise PrinterOutOfPaper(printer=NAME)

    def send(self, title: str, pdf: bytes) -> str:
        """Takes a sheet, in its way."""
        if self.way == "refuses" or (self.picked and self.picked in title):
            raise PrinterRefused(printer=NAME, why="it does not like it")
        with self.lock:
            self.titles.append(title)
            self.pdfs.append(pdf)
        if self.way == "breaks":
            raise PrintUncertain(printer=NAME)
        job = str(len(self.titles))
        self.states[job] = {"jams": JobState.STUCK, "slow": JobState.PENDING}.get(self.way, JobState.DONE)
        return job

    def job(self, job: str) -> JobState:
        """What became of a job."""
        return self.states.get(job, JobState.UNKNOWN)


class Fatal(RoomPrinter):
    """The power goes while the sheet is on its way."""

    def send(self, title: str, pdf: bytes) -> str:
        """Kills this very process."""
        os.kill(os.getpid(), signal.SIGKILL)
        return super().send(title, pdf)


def hospital() -> Hospital:
    """The example hospital with a printer for desk 1; desk 2 prints from its browser."""
    return replace(factories.hospital(), printers=(PRINTER,))


def served(counter: Counter) -> Counter:
    """A counter of that hospital."""
    return replace(counter, hospital=hospital())


def queue(counter: Counter, printer: Spooler) -> PrintQueue:
    """A print queue, not started."""
    return PrintQueue(served(counter), lambda _: printer)


def until(true: Callable[[], object], what: str = "") -> None:
    """Waits for a thread to get there; fails after 20 seconds."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, what or "it never happened"
        time.sleep(0.01)


def _die(folder: Path) -> None:
    installation = open_installation(folder, factories.PASSPHRASE, clock=lambda: datetime.now(UTC))
    with queue(factories.counter(installation), Fatal()):
        time.sleep(20)
    raise ParchiError


if __name__ == "__main__":
    _die(Path(sys.argv[1]))
