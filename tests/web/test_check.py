"""The monthly check in a browser without JavaScript: printed, scanned, answered; green or red, kept, printed again."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from fallback import computer
from fallback.computer import Power
from fallback.enrolment import Installation
from fallback.enrolment.readiness import Finding, Level
from fallback.errors import PrinterOff
from fallback.hospital import DowntimeComputer, Printer, PrinterWay, Ready
from fallback.ledger.queries import ready
from fallback.printing.spool import JobState
from fallback.scanning import read_files
from fallback.web import close, create_app
from fallback.web.frontdesk import check
from fallback.web.place import NAME
from tests import factories
from tests.web.visitor import Answer, Visitor

HALL = Printer(name="hall", way=PrinterWay.CUPS, address="lp", paper="a4", desks=("Counter 1",), laser=True)
KEPT = Ready(visits_a_day=900, computers=(DowntimeComputer(name="DOWNTIME-7", place="steel cupboard"),))


class Room:
    """A printer that keeps what it printed, or is off."""

    def __init__(self) -> None:
        self.off = False
        self.pdfs: list[bytes] = []

    def check(self) -> None:
        if self.off:
            raise PrinterOff(printer="hall")

    def send(self, _title: str, pdf: bytes) -> str:
        self.check()
        self.pdfs.append(pdf)
        return "1"

    def job(self, _job: str) -> JobState:
        return JobState.DONE


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    made = Room()
    monkeypatch.setattr(check, "spooler", lambda _: made)
    monkeypatch.setattr("fallback.enrolment.readiness.paper.spooler", lambda _: made)
    monkeypatch.setattr(computer, "power", lambda: Power(mains=True, percent=90))
    return made


@pytest.fixture
def app(installation: Installation, room: Room, tmp_path: Path) -> Iterator[Flask]:
    hospital = replace(factories.hospital(), printers=(HALL,), ready=KEPT)
    (tmp_path / "stick").mkdir()
    installation.ledger.copy_to(tmp_path / "stick")
    made = create_app(installation, hospital, clock=factories.clock(), stick=lambda _: ([STICK], "5" * 64))
    yield made
    close(made)


STICK = Finding(what="stick", level=Level.GREEN, words="every byte as it was built")


def code_of(pdf: bytes, folder: Path) -> str:
    (folder / "sheet.pdf").write_bytes(BytesIO(pdf).getvalue())
    return next(code.text for page in read_files([folder / "sheet.pdf"], workers=1) for code in page.texts)


def run(visitor: Visitor, **typed: str) -> Answer:
    return visitor.send(visitor.get("/check").page.form("scanned"), **typed)


def test_a_nurse_prints_scans_and_sees_one_green_page(
    visitor: Visitor, installation: Installation, room: Room, tmp_path: Path
) -> None:
    visitor.log_in("asha")
    page = visitor.get("/check")
    assert "steel cupboard" in page.text
    assert "due now" in page.text
    sent = visitor.send(page.page.form(action="check/sheet"), printer="hall")
    assert "Sent to the printer hall." in sent.text
    scanned = code_of(room.pdfs[0], tmp_path)
    done = run(visitor, scanned=scanned + "\r", clock="yes", pads="yes", mains="yes")
    assert done.path == "/check/result"
    assert "checked-green" in done.text
    assert "read by the hand-held scanner" in done.text
    assert "READY" in done.text
    last = ready.last_checks(installation.ledger.db())[computer.name()]
    assert (last.login, last.content["kit"]) == ("asha", "5" * 64)
    assert last.content["points"]["test sheet"] == last.content["points"]["stick"] == "green"
    assert visitor.get("/check/result").text == done.text.replace("\r", ""), "it can be opened and printed again"
    assert computer.name() in visitor.get("/check").text


@pytest.mark.parametrize(
    ("typed", "red"),
    [
        ({"clock": "yes", "pads": "yes", "mains": "yes"}, "test sheet"),
        ({"scanned": "12345", "clock": "yes", "pads": "yes", "mains": "yes"}, "test sheet"),
        ({"clock": "no", "pads": "yes", "mains": "yes"}, "clock"),
        ({"clock": "yes", "pads": "no", "mains": "yes"}, "blank slips"),
        ({"clock": "yes", "pads": "yes", "mains": "no"}, "lasers"),
        ({"scanned": "<script>alert(1)</script>" * 400, "clock": "maybe"}, "test sheet"),
    ],
)
def test_whatever_fails_makes_the_whole_page_red(
    typed: dict[str, str], red: str, visitor: Visitor, installation: Installation
) -> None:
    visitor.log_in("asha")
    done = run(visitor, **typed)
    assert "checked-red" in done.text
    assert "NOT READY" in done.text
    assert "<script>alert" not in done.text
    assert ready.last_checks(installation.ledger.db())[computer.name()].content["points"][red] == "red"


def test_a_printer_that_is_off_is_told_and_nothing_typed_is_lost(visitor: Visitor, room: Room) -> None:
    visitor.log_in("asha")
    room.off = True
    told = visitor.send(visitor.get("/check").page.form(action="check/sheet"), printer="hall")
    assert "hall" in told.says
    assert visitor.send(visitor.get("/check").page.form(action="check/sheet"), printer="nobody's").says
    assert "hall" in run(visitor, clock="yes").text


def test_the_sheet_of_a_browser_is_a_pdf_that_differs_each_time(visitor: Visitor) -> None:
    visitor.log_in("asha")
    form = visitor.get("/check").page.form(action="check/sheet")
    one, two = (visitor.send(form, printer="").content for _ in range(2))
    assert one.startswith(b"%PDF")
    assert one != two


def test_two_checks_at_once_take_turns(visitor: Visitor, app: Flask, installation: Installation) -> None:
    visitor.log_in("asha")
    form = visitor.get("/check").page.form("scanned")
    with app.extensions[NAME].checks.running:
        answer = visitor.send(form, scanned="77", clock="yes")
    assert "running on this computer already" in answer.says
    assert 'value="yes" required checked' in answer.text, "the answers stand there as they were"
    assert not ready.last_checks(installation.ledger.db())


def test_the_check_speaks_hindi(visitor: Visitor) -> None:
    visitor.log_in("asha")
    visitor.client.post("/language", data={})
    with visitor.client.session_transaction() as session:
        session["language"] = "hi"
    assert "मासिक जाँच" in visitor.get("/check").text
    done = run(visitor, clock="yes")
    assert "तैयार नहीं" in done.text
    assert "कोई पत्रक स्कैन नहीं हुआ" in done.text


def test_before_the_first_check_the_result_leads_to_the_steps(visitor: Visitor) -> None:
    visitor.log_in("asha")
    assert visitor.get("/check/result").path == "/check"


def test_the_stock_list_is_a_pdf(visitor: Visitor) -> None:
    visitor.log_in("meena")
    assert "due at 1 computers" in visitor.get("/supervisor").text
    answer = visitor.get("/check/stock")
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Type"] == "application/pdf"


def test_the_bar_counts_sheets_down_and_saves_paper_at_one_key(visitor: Visitor, installation: Installation) -> None:
    desk = visitor.at_desk()
    page = desk.get("/")
    assert 'accesskey="0"' in page.text
    assert "≈" not in page.text.split("</dl>")[0]
    told = desk.send(desk.get("/prints/sheets").page.form("sheets"), sheets="26")
    assert told.path == "/"
    assert "≈ 26" in told.text
    for wrong in ("-3", "many", "", "60000"):
        assert desk.send(desk.get("/prints/sheets").page.form("sheets"), sheets=wrong).says, wrong
    issued = desk.register()
    number = next(iter(installation.ledger.db().execute("SELECT number FROM slip")))[0]
    desk.get(f"/slips/{number}/print")
    bar = desk.get("/").text.split("</dl>")[0]
    assert "≈ 24" in bar, issued.says
    assert 'class="act"><dt>Paper' in bar, "a person must fetch paper"
    form = desk.get("/").page.form(action="saving")
    assert desk.send(form, on="yes").path == "/"
    assert ready.saves_paper(installation.ledger.db(), 1)
    desk.send(desk.get("/").page.form(action="saving"), on="no")
    assert not ready.saves_paper(installation.ledger.db(), 1)


def test_nobody_tells_of_paper_without_a_desk(visitor: Visitor) -> None:
    visitor.log_in("meena")
    assert "Paper</dt>" not in visitor.get("/supervisor").text
    answer = visitor.get("/prints/sheets")
    assert answer.status == 409 or answer.path != "/prints/sheets", answer.status


@pytest.mark.parametrize(
    ("power", "says", "act"),
    [
        (None, "", False),
        (Power(mains=True, percent=None), "", False),
        (Power(mains=True, percent=77), "77 %", False),
        (Power(mains=False, percent=77), "77 %, no mains: the laser hall stops", True),
        (Power(mains=False, percent=None), "no mains: the laser hall stops", True),
    ],
)
def test_the_bar_tells_of_the_battery(
    power: Power | None, says: str, act: bool, app: Flask, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.extensions[NAME].power), "now", lambda _: power)
    bar = visitor.at_desk().get("/").text.split("</dl>")[0]
    assert (f"<dd>{says}</dd>" in bar) is bool(says)
    assert ("Battery</dt>" in bar) is bool(says)
    assert ('class="act"><dt>Battery' in bar) is act


def test_a_check_needs_a_login(visitor: Visitor) -> None:
    assert visitor.get("/check").path == "/login"
