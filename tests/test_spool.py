"""Paper without a dialogue: thermal printers over a wire, the Windows spooler's flags, and pages as dots."""

import os
import socket
import socketserver
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageWin
from qrcode.main import QRCode
from reportlab.pdfgen.canvas import Canvas

from fallback.errors import (
    ParchiError,
    PrinterOff,
    PrinterOutOfPaper,
    PrinterRefused,
    PrinterUnknown,
    PrintUncertain,
)
from fallback.hospital import Printer, PrinterWay
from fallback.printing.examples import plain
from fallback.printing.raster import dots, page_size, rasters
from fallback.printing.spool import JobState, escpos, line, spooler
from fallback.printing.spool.windows import Windows, state, trouble
from tests.thermal import Thermal, plugged_in

MM = 72 / 25.4
DOT = 72 / 203.2  # points: a thermal printer has eight dots a millimetre


def roll(*, pages: int = 1, width: float = 72, height: float = 90) -> bytes:
    """A slip for a thermal roll (mm): a QR of 4 dots a module, its corner on a whole dot from the page's top left."""
    code = QRCode(version=10, border=4)
    code.add_data(plain().digits)
    code.make()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(width * MM, height * MM), invariant=1)
    for _ in range(pages):
        path = canvas.beginPath()  # one path, as our codes are: PDFium widens a rectangle that stands alone
        for row, modules in enumerate(code.get_matrix()):
            for column, dark in enumerate(modules):
                if dark:
                    left, top = (40 + column * 4) * DOT, height * MM - (40 + row * 4) * DOT
                    path.rect(left, top - 4 * DOT, 4 * DOT, 4 * DOT)
        canvas.drawPath(path, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def thermal(address: str) -> Printer:
    return Printer(name="casualty", way=PrinterWay.ESCPOS, address=address, paper="roll", dpi=203)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for half a minute in a test."""
    monkeypatch.setattr(escpos, "ANSWER_SECONDS", 0.2)
    monkeypatch.setattr(escpos, "PRINT_SECONDS", 0.3)
    monkeypatch.setattr(line, "SEND_SECONDS", 0.3)


def reads(slip: Image.Image) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(slip)]


# --- thermal printers -------------------------------------------------------------------------------------------------


def test_a_slip_comes_out_of_a_thermal_printer_and_its_code_is_read() -> None:
    with plugged_in(Thermal()) as printer:
        way = spooler(thermal(printer.address))
        way.check()
        assert way.job(way.send("10100070018", roll(pages=2))) is JobState.DONE
    assert [slip.size for slip in printer.slips] == [(576, 720)] * 2
    assert [reads(slip) for slip in printer.slips] == [[plain().digits]] * 2
    assert printer.rubbish == b""


def test_every_module_is_the_same_whole_number_of_dots() -> None:
    with plugged_in(Thermal()) as printer:
        spooler(thermal(printer.address)).send("1", roll())
    slip = printer.slips[0]
    assert set(slip.tobytes()) == {0, 255}
    code = slip.crop((40, 40, 40 + 65 * 4, 40 + 65 * 4))
    assert code.resize((65, 65), Image.Resampling.NEAREST).resize(code.size, Image.Resampling.NEAREST) == code


def test_grey_is_black_or_white_on_a_roll() -> None:
    file = BytesIO()
    canvas = Canvas(file, pagesize=(72 * MM, 20 * MM))
    for left, grey in ((0, 0.3), (36, 0.7)):
        canvas.setFillGray(grey)
        canvas.rect(left * MM, 0, 36 * MM, 20 * MM, stroke=0, fill=1)
    canvas.save()
    with plugged_in(Thermal()) as printer:
        spooler(thermal(printer.address)).send("1", file.getvalue())
    assert set(printer.slips[0].crop((2, 2, 286, 158)).tobytes()) == {0}
    assert set(printer.slips[0].crop((290, 2, 574, 158)).tobytes()) == {255}


def test_a_narrow_sheet_stands_in_the_middle_and_a_wide_one_is_refused() -> None:
    with plugged_in(Thermal()) as printer:
        way = spooler(thermal(printer.address))
        way.send("1", roll(width=62))
        assert reads(printer.slips[0]) == [plain().digits]
        with pytest.raises(PrinterRefused, match="wider than the roll"):
            way.send("2", roll(width=210))
        way.send("3", roll(width=80))  # its margins hang over, its ink does not
    assert len(printer.slips) == 2


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize(
    ("insides", "error", "words"),
    [
        ({"paper": 0}, PrinterOutOfPaper, "no paper"),
        ({"cover_open": True}, PrinterRefused, "cover is open"),
        ({"fault": True}, PrinterRefused, "reports a fault"),
        ({"off_line": True}, PrinterRefused, "off line"),
        ({"hangs_up_after": 0}, PrinterOff, "does not answer"),
    ],
)
def test_a_printer_that_cannot_print_says_why_and_nothing_comes_out(
    insides: dict[str, Any], error: type[ParchiError], words: str
) -> None:
    with plugged_in(Thermal(**insides)) as printer:
        way = spooler(thermal(printer.address))
        with pytest.raises(error, match=words):
            way.check()
        with pytest.raises(error, match=words):
            way.send("1", roll())
    assert printer.slips == []


def test_a_printer_that_is_off() -> None:
    with plugged_in(Thermal()) as printer:
        pass
    way = spooler(thermal(printer.address))
    for call in (way.check, lambda: way.send("1", roll())):
        with pytest.raises(PrinterOff):
            call()


@pytest.mark.parametrize(("code", "error"), [(socket.EAI_NONAME, PrinterUnknown), (socket.EAI_AGAIN, PrinterOff)])
def test_a_name_that_is_unknown_and_a_server_of_names_that_is_down(
    monkeypatch: pytest.MonkeyPatch, code: int, error: type[ParchiError]
) -> None:
    def nowhere(*_: object) -> None:
        raise socket.gaierror(code, "no such name")

    monkeypatch.setattr(socket, "create_connection", nowhere)
    with pytest.raises(error):
        spooler(thermal("tcp://casualty.hospital.lan")).check()


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("insides", [{"answers": False, "in_turn": False}, {"in_turn": False}])
def test_a_printer_of_few_words_prints_all_the_same(insides: dict[str, Any]) -> None:
    with plugged_in(Thermal(**insides)) as printer:
        way = spooler(thermal(printer.address))
        way.check()
        way.send("1", roll())
    assert reads(printer.slips[0]) == [plain().digits]


@pytest.mark.usefixtures("hasty")
def test_a_connection_that_breaks_in_the_midst_is_uncertain_and_the_next_slip_is_whole() -> None:
    with plugged_in(Thermal(hangs_up_after=30_000)) as printer:
        way = spooler(thermal(printer.address))
        with pytest.raises(PrintUncertain):
            way.send("1", roll())
        printer.hangs_up_after = None
        way.send("2", roll())
    assert len(printer.slips) == 1  # with the torn half before it
    assert reads(printer.slips[0].crop((0, printer.slips[0].height - 720, 576, printer.slips[0].height))) == [
        plain().digits
    ]
    assert printer.rubbish == b""


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("in_turn", [True, False])
def test_paper_that_ends_in_the_midst_is_uncertain(in_turn: bool) -> None:
    with plugged_in(Thermal(paper=200, in_turn=in_turn)) as printer, pytest.raises(PrintUncertain):
        spooler(thermal(printer.address)).send("1", roll())
    assert printer.slips == []


@pytest.mark.usefixtures("hasty")
def test_a_printer_that_talks_for_ever_holds_up_nobody() -> None:
    class Chatter(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):
                while True:
                    self.request.sendall(b"\xff" * 64)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Chatter) as server:
        threading.Thread(target=server.handle_request).start()
        spooler(thermal(f"tcp://127.0.0.1:{server.server_address[1]}")).check()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no device files")
def test_a_printer_on_a_cable(tmp_path: Path) -> None:
    with on_a_cable(printer := Thermal()) as device:
        way = spooler(thermal(device))
        way.check()
        way.send("1", roll())
    assert reads(printer.slips[0]) == [plain().digits]
    with pytest.raises(PrinterOff):
        spooler(thermal(str(tmp_path / "lp0"))).check()
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear sir")
    with pytest.raises(PrinterUnknown):
        spooler(thermal(str(letter))).send("1", roll())
    assert letter.read_text() == "Dear sir"


@contextmanager
def on_a_cable(printer: Thermal) -> Iterator[str]:
    far, near = os.openpty()
    tty.setraw(near)

    def serve() -> None:
        with suppress(OSError):  # the cable is pulled
            while came := os.read(far, 4096):
                os.write(far, printer.takes(came))

    thread = threading.Thread(target=serve)
    thread.start()
    yield os.ttyname(near)
    os.close(near)
    thread.join()
    os.close(far)


# --- pages as dots ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dpi", "size"), [(203, (576, 720)), (300, (850, 1063)), (600, (1701, 2126)), (96, (272, 340))]
)
def test_a_page_is_as_many_dots_as_its_millimetres(dpi: int, size: tuple[int, int]) -> None:
    assert [(page.mode, page.size) for page in rasters(roll(), dpi)] == [("L", size)]
    assert (dots(72, dpi), dots(90, dpi)) == size


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_a_stripe_of_one_dot_is_one_dot_from_edge_to_edge(dpi: int) -> None:
    file, count, dot = BytesIO(), dots(72, dpi), DOT if dpi == 203 else 72 / dpi
    canvas = Canvas(file, pagesize=(72 * MM, 10 * MM))
    path = canvas.beginPath()
    for column in range(0, count, 2):
        path.rect(column * dot, 0, dot, 10 * MM)
    canvas.drawPath(path, stroke=0, fill=1)
    canvas.save()
    (page,) = rasters(file.getvalue(), dpi)
    row = page.crop((0, 20, count - 1, 21)).tobytes()
    assert max(row[0::2]) < 8
    assert min(row[1::2]) > 247


def test_the_size_of_a_sheet() -> None:
    assert page_size(roll(width=148, height=210)) == pytest.approx((148, 210), abs=0.01)


def test_pages_are_drawn_from_many_threads() -> None:
    pdf, found = roll(pages=3), list[bytes]()

    def draw() -> None:
        found.extend(page.tobytes() for page in rasters(pdf, 203))

    threads = [threading.Thread(target=draw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 12
    assert len(set(found)) == 1


def test_an_iterator_that_is_left_alone_locks_nobody_out() -> None:
    pages = rasters(roll(pages=2), 203)
    next(pages)
    assert len(list(rasters(roll(), 203))) == 1
    del pages
    assert len(list(rasters(roll(), 203))) == 1


# --- Windows: its flags, and the order in which it is called ----------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "attributes", "error", "words"),
    [
        (0x10, 0, PrinterOutOfPaper, "no paper"),
        (0x10 | 0x80, 0, PrinterOutOfPaper, "no paper"),
        (0x08, 0, PrinterRefused, "jammed"),
        (0x400000, 0, PrinterRefused, "cover"),
        (0x80, 0, PrinterOff, "does not answer"),
        (0x1000, 0, PrinterOff, "does not answer"),
        (0, 0x400, PrinterOff, "does not answer"),
        (0x01, 0, PrinterRefused, "queue is stopped"),
        (0x02, 0, PrinterRefused, "fault"),
        (0x100000, 0, PrinterRefused, "fault"),
    ],
)
def test_the_flags_of_a_windows_printer(status: int, attributes: int, error: type[ParchiError], words: str) -> None:
    found = trouble("office", status, attributes)
    assert isinstance(found, error)
    assert words in str(found)


@pytest.mark.parametrize("status", [0, 0x200, 0x400, 0x4000, 0x10000, 0x20000, 0x1000000])
def test_a_windows_printer_that_is_busy_or_low_on_toner_is_well(status: int) -> None:
    assert trouble("office", status) is None


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (0, JobState.PENDING),
        (0x08, JobState.PENDING),
        (0x10, JobState.PENDING),
        (0x80, JobState.DONE),
        (0x1000, JobState.DONE),
        (0x80 | 0x04, JobState.DONE),
        (0x04, JobState.UNKNOWN),
        (0x100, JobState.UNKNOWN),
        (0x01, JobState.STUCK),
        (0x10 | 0x40, JobState.STUCK),
        (0x20, JobState.STUCK),
        (0x400, JobState.STUCK),
    ],
)
def test_the_flags_of_a_windows_job(status: int, found: JobState) -> None:
    assert state(status) is found


class WindowsError(Exception):
    """What pywin32 raises."""

    def __init__(self, winerror: int) -> None:
        super().__init__(winerror)
        self.winerror = winerror


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Where Windows would be: it notes what it is told; `breaks` names a call that fails."""
    noted = SimpleNamespace(calls=list[str](), drawn=list[tuple[object, ...]](), status=0, breaks="", code=6)
    noted.paper = SimpleNamespace(PaperSize=1, Orientation=0, Duplex=2, Fields=0, PaperWidth=0, PaperLength=0)

    def call(name: str, value: object = None) -> Any:
        def called(*_: object) -> object:
            noted.calls.append(name)
            if name == noted.breaks:
                raise WindowsError(noted.code)
            return value

        return called

    def get_printer(*_: object) -> dict[str, object]:
        return {"Status": noted.status, "Attributes": 0, "pDevMode": noted.paper}

    names = "ClosePrinter", "StartPage", "EndPage", "EndDoc", "AbortDoc"
    spool = {name: call(name) for name in names} | {"OpenPrinter": call("OpenPrinter", 5), "GetPrinter": get_printer}
    spool |= {"StartDoc": call("StartDoc", 17), "GetJob": call("GetJob", {"Status": 0x10})}
    spool["GetDeviceCaps"] = lambda _, what: {88: 1200, 90: 1200, 112: 100, 113: 80}[what]
    gui = {"CreateDC": call("CreateDC", 9), "DeleteDC": call("DeleteDC")}
    for name, content in {"win32print": spool, "win32gui": gui, "pywintypes": {"error": WindowsError}}.items():
        module = ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setattr(
        ImageWin,
        "Dib",
        lambda picture: SimpleNamespace(draw=lambda canvas, box: noted.drawn.append((picture.size, canvas, box))),
    )
    return noted


@pytest.fixture
def office() -> Windows:
    address = r"\\front-office\Brother"
    return Windows(Printer(name="office", way=PrinterWay.WINDOWS, address=address, paper="a5", dpi=600))


def test_a_sheet_is_drawn_from_its_corner_dot_for_dot(desk: SimpleNamespace, office: Windows) -> None:
    office.check()
    assert office.send("10100070018", roll(width=148, height=210)) == "17"
    assert desk.calls[2:] == [
        "OpenPrinter", "CreateDC", "StartDoc", "StartPage", "EndPage", "EndDoc", "DeleteDC", "ClosePrinter",
    ]  # fmt: skip
    width, height = dots(148, 600), dots(210, 600)
    assert desk.drawn == [((width, height), 9, (-100, -80, 2 * width - 100, 2 * height - 80))]
    assert (desk.paper.PaperSize, desk.paper.Orientation, desk.paper.Duplex) == (11, 1, 1)
    office.send("1", roll(width=50, height=25))
    assert (desk.paper.PaperSize, desk.paper.PaperWidth, desk.paper.Orientation) == (256, 250, 2)
    assert office.job("17") is JobState.PENDING


@pytest.mark.parametrize(
    ("breaks", "code", "error"),
    [
        ("OpenPrinter", 1801, PrinterUnknown),
        ("OpenPrinter", 1722, PrinterRefused),
        ("StartDoc", 5, PrinterRefused),
        ("EndPage", 6, PrintUncertain),
        ("EndDoc", 6, PrintUncertain),
    ],
)
def test_what_windows_complains_of(
    desk: SimpleNamespace, office: Windows, breaks: str, code: int, error: type[ParchiError]
) -> None:
    desk.breaks, desk.code = breaks, code
    with pytest.raises(error):
        office.send("1", roll())
    assert ("AbortDoc" in desk.calls) == (error is PrintUncertain)


@pytest.mark.parametrize(
    ("platform", "way", "words"), [("linux", PrinterWay.WINDOWS, "no Windows"), ("win32", PrinterWay.CUPS, "no CUPS")]
)
def test_a_way_that_this_computer_does_not_have(
    monkeypatch: pytest.MonkeyPatch, platform: str, way: PrinterWay, words: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    with pytest.raises(PrinterRefused, match=words):
        spooler(Printer(name="office", way=way, address="office", paper="a4"))


def test_nothing_is_sent_to_a_windows_printer_without_paper(desk: SimpleNamespace, office: Windows) -> None:
    desk.status = 0x10
    with pytest.raises(PrinterOutOfPaper):
        office.send("1", roll())
    assert "StartDoc" not in desk.calls


def test_a_job_that_windows_has_forgotten_is_printed(desk: SimpleNamespace, office: Windows) -> None:
    desk.breaks, desk.code = "GetJob", 87
    assert office.job("17") is JobState.DONE
    desk.code = 5
    with pytest.raises(PrinterRefused):
        office.job("17")
