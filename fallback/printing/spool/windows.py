"""The Windows spooler, which understands no PDF: each page is drawn, dot for dot, into the printer's own driver.

Nobody has run this on Windows yet (docs/decisions/0013-printers.md); only its table of flags and its order of calls are
tested.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from PIL import ImageWin

from fallback.errors import ParchiError, PrinterOff, PrinterOutOfPaper, PrinterRefused, PrinterUnknown, PrintUncertain
from fallback.hospital import Printer
from fallback.printing.raster import page_size, rasters
from fallback.printing.spool import JobState

_MOST_DPI = 720  # a page of 1,200 would take 140 MB; twice 600 is as sharp

# winspool.h: PRINTER_STATUS_*, PRINTER_ATTRIBUTE_WORK_OFFLINE, JOB_STATUS_*.
_PRINTER_PAPER = 0x10
_PRINTER_OFF = 0x80 | 0x1000 | 0x2000000  # offline, not available, server offline
_PRINTER_JAM = 0x08 | 0x40 | 0x400000  # jam, paper problem, door open
_PRINTER_PAUSED = 0x01
_PRINTER_WRONG = 0x02 | 0x40000 | 0x100000  # error, no toner, wants a person
_WORKS_OFF_LINE = 0x400
_JOB_DONE = 0x80 | 0x1000  # printed, complete
_JOB_GONE = 0x04 | 0x100  # being deleted, deleted
_JOB_STUCK = 0x01 | 0x02 | 0x20 | 0x40 | 0x200 | 0x400  # paused, error, offline, paper out, blocked, wants a person

# winerror.h
_NO_SUCH_PRINTER = 1801
_NO_SUCH_JOB = 87

# wingdi.h: GetDeviceCaps and DEVMODE
_DPI_ACROSS, _DPI_DOWN, _LEFT_EDGE, _TOP_EDGE = 88, 90, 112, 113
_PAPER_NAMES = {(210, 297): 9, (148, 210): 11}
_USERS_PAPER = 256
_SET_ORIENTATION, _SET_PAPER, _SET_LENGTH, _SET_WIDTH, _SET_DUPLEX = 0x1, 0x2, 0x4, 0x8, 0x1000


def trouble(name: str, status: int, attributes: int = 0) -> ParchiError | None:
    """What keeps a printer from printing, from the flags that the spooler shows of it; None when nothing does."""
    if status & _PRINTER_PAPER:
        return PrinterOutOfPaper(printer=name)
    if status & _PRINTER_JAM:
        return PrinterRefused(printer=name, why="paper is jammed, or its cover is open")
    if status & _PRINTER_OFF or attributes & _WORKS_OFF_LINE:
        return PrinterOff(printer=name)
    if status & _PRINTER_PAUSED:
        return PrinterRefused(printer=name, why="its queue is stopped; start it in the computer's printer list")
    if status & _PRINTER_WRONG:
        return PrinterRefused(printer=name, why="it reports a fault: look for a jam, switch it off and on")
    return None


def state(status: int) -> JobState:
    """What became of a job, from the flags that the spooler shows of it."""
    if status & _JOB_DONE:
        return JobState.DONE
    if status & _JOB_GONE:
        return JobState.UNKNOWN
    return JobState.STUCK if status & _JOB_STUCK else JobState.PENDING


class Windows:
    """A printer of Windows, by its name there."""

    def __init__(self, printer: Printer) -> None:
        self._queue = printer.address
        self._name = printer.name

    def check(self) -> None:
        """Raises as Spooler says."""
        with self._opened() as handle:
            self._look(handle)

    def send(self, title: str, pdf: bytes) -> str:
        """Gives the job's number. Raises as Spooler says."""
        import pywintypes
        import win32gui
        import win32print

        with self._opened() as handle:
            self._look(handle)
            canvas = win32gui.CreateDC("WINSPOOL", self._queue, _settings(handle, *page_size(pdf)))
            try:
                job = win32print.StartDoc(canvas, (title, None, None, 0))
                try:
                    _draw(canvas, pdf)
                    win32print.EndDoc(canvas)
                except (pywintypes.error, OSError) as wrong:  # Windows may have begun with the first page
                    with suppress(pywintypes.error):
                        win32print.AbortDoc(canvas)
                    raise PrintUncertain(printer=self._name) from wrong
            finally:
                with suppress(pywintypes.error):
                    win32gui.DeleteDC(canvas)
        return str(job)

    def job(self, job: str) -> JobState:
        """What became of a job. Windows forgets it when it is printed, and just so when it is deleted: DONE."""
        import pywintypes
        import win32print

        with self._opened() as handle:
            try:
                return state(win32print.GetJob(handle, int(job), 1)["Status"])
            except pywintypes.error as wrong:
                if wrong.winerror == _NO_SUCH_JOB:
                    return JobState.DONE
                raise

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """The printer's handle, and Windows's complaints in our sentences."""
        import pywintypes
        import win32print

        try:
            handle = win32print.OpenPrinter(self._queue)
            try:
                yield handle
            finally:
                with suppress(pywintypes.error):
                    win32print.ClosePrinter(handle)
        except pywintypes.error as wrong:
            if wrong.winerror == _NO_SUCH_PRINTER:
                raise PrinterUnknown(printer=self._name) from wrong
            raise PrinterRefused(
                printer=self._name, why="Windows does not take it; ask the hospital's IT staff"
            ) from wrong

    def _look(self, handle: Any) -> None:
        import win32print

        shown = win32print.GetPrinter(handle, 2)
        if wrong := trouble(self._name, shown["Status"], shown["Attributes"]):
            raise wrong


def _settings(handle: Any, width: float, height: float) -> Any:
    """The driver's settings for this sheet (mm), on one side only: the hospital's copy is torn off."""
    import win32print

    settings = win32print.GetPrinter(handle, 2)["pDevMode"]
    if settings is None:
        return None
    short, long = sorted((round(width), round(height)))
    settings.PaperSize = _PAPER_NAMES.get((short, long), _USERS_PAPER)
    settings.Orientation = 2 if width > height else 1
    settings.Duplex = 1
    settings.Fields |= _SET_ORIENTATION | _SET_PAPER | _SET_DUPLEX
    if settings.PaperSize == _USERS_PAPER:
        settings.PaperWidth, settings.PaperLength = short * 10, long * 10  # tenths of a millimetre
        settings.Fields |= _SET_LENGTH | _SET_WIDTH
    return settings


def _draw(canvas: int, pdf: bytes) -> None:
    """Every page, begun at the sheet's corner, not at the corner of what the printer can reach."""
    import win32print

    across, down, left, top = (
        win32print.GetDeviceCaps(canvas, what) for what in (_DPI_ACROSS, _DPI_DOWN, _LEFT_EDGE, _TOP_EDGE)
    )
    dpi = across // -(-across // _MOST_DPI)
    for picture in rasters(pdf, dpi):
        width, height = picture.width * across // dpi, picture.height * down // dpi
        win32print.StartPage(canvas)
        ImageWin.Dib(picture).draw(canvas, (-left, -top, width - left, height - top))
        win32print.EndPage(canvas)
