"""Thermal printers without a driver: ESC/POS over TCP or a device file, each page sent as dots."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from escpos.constants import GS, HW_INIT, RT_STATUS, RT_STATUS_ONLINE, RT_STATUS_PAPER
from escpos.image import EscposImage
from PIL import Image, ImageOps

from fallback.errors import PrinterOff, PrinterOutOfPaper, PrinterRefused, PrinterUnknown, PrintUncertain
from fallback.hospital import Printer
from fallback.printing.raster import dots, rasters
from fallback.printing.spool import JobState
from fallback.printing.spool.line import Line, open_line

PRINTABLE = 72  # mm of an 80 mm roll
BAND = 64  # rows a picture: what an old printer's memory holds
ANSWER_SECONDS = 2.0
PRINT_SECONDS = 30.0

_DARK = 128  # a dot is black or white, never a raster of greys: a code's edge must stay an edge
_CUT = GS + b"VB\0"  # feeds to the knife and cuts all but a point, so that the slip does not fall
_STATUS_CAUSE = RT_STATUS + b"\x02"
_PROCESSED = GS + b"r\x01"  # answered in its turn: once all before it is on paper

# The bits of an answer that never change, by which it is told from other bytes: (mask, value).
_NOW = (0x93, 0x12)  # to DLE EOT
_IN_TURN = (0x90, 0x00)  # to GS r

_OFFLINE = 0x08
_CAUSE_COVER, _CAUSE_PAPER, _CAUSE_ERROR = 0x04, 0x20, 0x40
_PAPER_END = 0x60


class EscPos:
    """A thermal printer of 80 mm. `send` returns when the paper is out, as far as the printer can tell."""

    def __init__(self, printer: Printer) -> None:
        self._printer = printer
        self._name = printer.name

    def check(self) -> None:
        """Asks the printer how it is; one that does not answer questions is well. Raises as Spooler says."""
        with self._line(printing=False) as line:
            self._look(line)

    def send(self, title: str, pdf: bytes) -> str:  # noqa: ARG002
        """Prints every page and cuts it off. Raises as Spooler says."""
        bands = [band for picture in rasters(pdf, self._printer.dpi) for band in self._bands(picture)]
        with self._line(printing=True) as line:
            answers = self._look(line)
            in_turn = answers and _ask(line, _PROCESSED, _IN_TURN) is not None
            try:
                # A break in the midst of a band leaves the printer waiting for its rest. These blanks are that rest;
                # a printer that waits for nothing skips them.
                line.send(bytes(BAND * self._width // 8) + HW_INIT)
                for band in bands:
                    line.send(band)
                if in_turn:
                    well = _ask(line, _PROCESSED, _IN_TURN, PRINT_SECONDS) is not None
                else:
                    well = not answers or self._look(line)
            except (OSError, PrinterOutOfPaper, PrinterRefused) as wrong:
                raise PrintUncertain(printer=self._name) from wrong
            if not well:
                raise PrintUncertain(printer=self._name)
        return "printed"

    def job(self, job: str) -> JobState:  # noqa: ARG002
        """A job that was sent is printed: `send` waits for it."""
        return JobState.DONE

    @contextmanager
    def _line(self, *, printing: bool) -> Iterator[Line]:
        try:
            line = open_line(self._printer.address)
        except ValueError:
            raise PrinterUnknown(printer=self._name) from None
        except socket.gaierror as wrong:
            known = wrong.errno != socket.EAI_NONAME  # the server of names may be down, too
            raise (PrinterOff if known else PrinterUnknown)(printer=self._name) from wrong
        except PermissionError as wrong:
            raise PrinterRefused(
                printer=self._name, why="its device file may not be opened; ask the hospital's IT staff"
            ) from wrong
        except OSError as wrong:
            raise PrinterOff(printer=self._name) from wrong
        try:
            yield line
        except OSError as wrong:  # before the first dot was sent
            raise PrinterOff(printer=self._name) from wrong
        finally:
            line.close(printed=printing)

    def _look(self, line: Line) -> bool:
        """Whether the printer answers questions. Raises what keeps it from printing."""
        online = _ask(line, RT_STATUS_ONLINE)
        if online is None:
            return False
        cause = _ask(line, _STATUS_CAUSE) or 0
        paper = _ask(line, RT_STATUS_PAPER) or 0
        if paper & _PAPER_END or cause & _CAUSE_PAPER:
            raise PrinterOutOfPaper(printer=self._name)
        if cause & _CAUSE_COVER:
            raise PrinterRefused(printer=self._name, why="its cover is open")
        if cause & _CAUSE_ERROR:
            raise PrinterRefused(printer=self._name, why="it reports a fault: look for a jam, switch it off and on")
        if online & _OFFLINE:
            raise PrinterRefused(printer=self._name, why="it is off line: press its button")
        return True

    @property
    def _width(self) -> int:
        """Dots a row: the roll's, filled up to whole bytes."""
        return (dots(PRINTABLE, self._printer.dpi) + 7) // 8 * 8

    def _bands(self, picture: Image.Image) -> Iterator[bytes]:
        """A page as commands, its middle in the roll's middle. Raises PrinterRefused when ink would be cut off."""
        left = (self._width - picture.width) // 2
        ink = ImageOps.invert(picture).getbbox()
        if ink and (ink[0] + left < 0 or ink[2] + left > self._width):
            raise PrinterRefused(
                printer=self._name, why="the sheet is wider than the roll; print it on a larger printer"
            )
        sheet = Image.new("L", (self._width, picture.height), 255)
        sheet.paste(picture, (left, 0))
        sheet = sheet.point([0] * _DARK + [255] * (256 - _DARK))
        for top in range(0, sheet.height, BAND):
            band = EscposImage(sheet.crop((0, top, sheet.width, min(top + BAND, sheet.height))))
            size = band.width_bytes.to_bytes(2, "little") + band.height.to_bytes(2, "little")
            yield GS + b"v0\0" + size + band.to_raster_format()
        yield _CUT


def _ask(line: Line, question: bytes, shape: tuple[int, int] = _NOW, seconds: float | None = None) -> int | None:
    """The byte that answers a question; None when none comes in time. Bytes of another shape are passed over."""
    mask, value = shape
    line.send(question)
    until = time.monotonic() + (seconds or ANSWER_SECONDS)
    while (left := until - time.monotonic()) > 0 and (came := line.receive(left)):
        for byte in came:
            if byte & mask == value:
                return byte
    return None
