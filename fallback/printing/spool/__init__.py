"""Ways to a printer without a dialogue: CUPS, the Windows spooler, raw ESC/POS. PDF goes in; nothing is stored here."""

import sys
from enum import StrEnum
from typing import Protocol

from fallback.errors import PrinterRefused
from fallback.hospital import Printer, PrinterWay


class JobState(StrEnum):
    """What became of a job. UNKNOWN: the spooler has forgotten it, or cannot say; a person looks at the paper."""

    PENDING = "pending"
    DONE = "done"
    STUCK = "stuck"
    UNKNOWN = "unknown"


class Spooler(Protocol):
    """A way to one printer. It keeps nothing between calls, so a job's id is good after a restart too."""

    def check(self) -> None:
        """Raises PrinterUnknown, PrinterOff, PrinterOutOfPaper or PrinterRefused when it cannot print now."""

    def send(self, title: str, pdf: bytes) -> str:
        """Sends a PDF under a title (the slip number: no patient's data) and gives the job's id.

        Raises the same errors as `check` when nothing was printed, PrintUncertain when it broke while sending.
        """

    def job(self, job: str) -> JobState:
        """What became of a job. Raises PrinterOff when nobody answers."""


def spooler(printer: Printer) -> Spooler:
    """The way to a printer of hospital.toml. Raises PrinterRefused for a way that this computer does not have."""
    on_windows = sys.platform == "win32"
    match printer.way:
        case PrinterWay.CUPS if on_windows:
            raise PrinterRefused(printer=printer.name, why='there is no CUPS on Windows; write way = "windows"')
        case PrinterWay.WINDOWS if not on_windows:
            raise PrinterRefused(printer=printer.name, why='this computer is no Windows; write way = "cups"')
        case PrinterWay.CUPS:
            from fallback.printing.spool.cups import Cups

            return Cups(printer)
        case PrinterWay.WINDOWS:
            from fallback.printing.spool.windows import Windows

            return Windows(printer)
        case PrinterWay.ESCPOS:
            from fallback.printing.spool.escpos import EscPos

            return EscPos(printer)
