"""Sheets in a browser: who may have which, that each is a PDF, and what is said when something is wrong."""

import pytest
from flask import Flask

from tests import factories
from tests.test_printing import text_of
from tests.web.visitor import Answer, Visitor

SLIP = "/slips/00100000114"
DENTAL = next(each.number for each in factories.hospital().clinics if each.code == "DEN")
ASKED = f"clinic={DENTAL}&day=23-11-2026&desk=1"


@pytest.fixture
def boss(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("meena")
    return visitor


def sheet(visitor: Visitor, name: str, slip: str = SLIP, **typed: str) -> Answer:
    """Asks for a sheet of a slip, as no form of ours may have it."""
    guard = visitor.get("/").page.form("typed").fields["csrf_token"]
    return visitor.post(f"{slip}/sheets/{name}", {"csrf_token": guard} | typed)


def paper(answer: Answer) -> str:
    """The text of the PDF that was answered."""
    assert answer.status == 200, answer.says
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert answer.headers["Cache-Control"] == "no-store"
    return text_of(answer.content)


def test_a_supervisor_makes_every_sheet_from_one_page(desk: Visitor, boss: Visitor) -> None:
    desk.register(clinic="DEN")
    page = boss.get("/supervisor").page
    assert "/sheets" in page.links
    sheets = boss.get("/sheets").page
    form = sheets.form("clinic", "day", "desk")
    assert form.fields["day"] == "23-11-2026"
    for path in ("/sheets/poster", "/sheets/desks/1", "/sheets/desks/2"):
        assert path in sheets.links
        assert paper(boss.get(path))
    day = paper(boss.get(f"/sheets/day?{ASKED}&tokens=30"))
    assert "A-1 – A-25" in day and "1 / 2" in day and "Sunita Devi" in day
    assert "55" in paper(boss.get(f"/sheets/box?{ASKED}&box=2&count=५५")), "digits of any script"
    assert "Sunita Devi" in paper(boss.get(f"/sheets/register?{ASKED}"))
    assert "Sunita Devi" in paper(boss.get(f"/sheets/register?clinic={DENTAL}&day=2026-11-23"))


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("day?clinic=999&day=23-11-2026&desk=1&tokens=25", "Clinic: Choose one from the list."),
        ("day?clinic=x&day=23-11-2026&desk=1&tokens=25", "Clinic: Choose one from the list."),
        (f"day?clinic={DENTAL}&day=tomorrow&desk=1&tokens=25", "Write the day as 25-11-2026."),
        (f"register?clinic={DENTAL}&day=31-02-2026", "Write the day as 25-11-2026."),
        (f"day?{ASKED}", "Write a number from 1 to 2500."),
        (f"day?{ASKED}&tokens=99999", "Write a number from 1 to 2500."),
        (f"box?{ASKED}&box=0", "Write a number from 1 to 1000."),
        (f"box?{ASKED}&box=1&count={'9' * 30}", "does not fit"),
        (f"box?{ASKED}&box=1&count=5x", "Write a whole number"),
        (f"box?{ASKED}&box=1&count=-3", "Write a whole number"),
        (f"day?clinic={DENTAL}&day=23-11-2026&desk=77&tokens=25", "Desk 77"),
        ("desks/77", "never enrolled"),
        (f"desks/{'9' * 23}", "never enrolled"),
    ],
)
def test_what_cannot_be_made_is_told(boss: Visitor, asked: str, says: str) -> None:
    answer = boss.get(f"/sheets/{asked}")
    assert answer.status >= 400
    assert says in answer.says


@pytest.mark.parametrize("login", ["asha", "ravi"])
def test_clinic_sheets_poster_and_cards_are_the_supervisor_s(visitor: Visitor, login: str) -> None:
    visitor.log_in(login)
    for path in ("", f"/day?{ASKED}&tokens=25", f"/box?{ASKED}&box=1", f"/register?{ASKED}", "/poster", "/desks/1"):
        assert visitor.get(f"/sheets{path}").status == 403, path


def test_the_sheets_of_a_slip(desk: Visitor) -> None:
    desk.register(clinic="DEN")
    page = desk.get(SLIP).page
    for name in ("wristband", "token", "referral", "receipt"):
        shown = paper(desk.send(page.form(action=f"sheets/{name}")))
        assert ("Sunita Devi" in shown or name == "token") and "REPRINT" not in shown
        again = paper(desk.send(page.form(action=f"sheets/{name}")))
        assert ("REPRINT 1 (" in again) is (name != "wristband"), "a receipt is paid once"
    stickers = page.form("sheet", "skip")
    assert (stickers.fields["count"], stickers.fields["tubes"], stickers.fields["skip"]) == ("4", "", "1")
    assert "· 01" in paper(desk.send(stickers, sheet="sticker-24", count="2"))
    later = paper(desk.send(stickers, sheet="sticker-40", count="2", skip="39"))
    assert later.count("Sunita") == 2 and "· 03" in later and "· 04" in later and "· 01" not in later
    assert "· 09" in paper(desk.send(stickers, sheet="sticker-40", count="1", tubes="९"))


def test_a_slip_without_money_offers_no_receipt(desk: Visitor) -> None:
    desk.register(clinic="DEN", fee_status="exempt", exemption="BPL")
    forms = desk.get(SLIP).page.forms
    assert [form for form in forms if form.action.endswith("/receipt")] == []
    answer = sheet(desk, "receipt")
    assert answer.status == 409 and "no receipt" in answer.says


@pytest.mark.parametrize(
    ("name", "status", "says"),
    [
        ("slip-a4", 404, ""),
        ("stickers", 400, "Choose one from the list."),
        ("stickers?sheet=sticker-24&count=0&tubes=1&skip=1", 400, "Write a number from 1 to 99."),
        ("stickers?sheet=sticker-24&count=1&tubes=1&skip=25", 400, "24 stickers"),
        ("stickers?sheet=sticker-24&count=1&tubes=one&skip=1", 400, "numbered on"),
        ("..%2f..%2fcard", 404, ""),
    ],
)
def test_a_sheet_of_a_slip_that_there_is_not_is_told(desk: Visitor, name: str, status: int, says: str) -> None:
    desk.register()
    name, _, fields = name.partition("?")
    answer = sheet(desk, name, **dict(pair.split("=") for pair in fields.split("&") if pair))
    assert answer.status == status
    assert says in answer.says


def test_a_void_slip_has_no_sheets(desk: Visitor) -> None:
    desk.register()
    desk.send(desk.get(f"{SLIP}/void").page.form("reason"), reason="went home")
    assert [form for form in desk.get(SLIP).page.forms if "/sheets/" in form.action] == []
    assert sheet(desk, "token").status == 409
    assert sheet(desk, "token", slip="/slips/00100000211").status == 404
    assert desk.get(f"{SLIP}/sheets/token").status == 404


def test_records_and_auditors_print_no_sheet_of_a_slip(desk: Visitor, visitor: Visitor) -> None:
    desk.register()
    visitor.log_in("ravi")
    assert visitor.post(f"{SLIP}/sheets/token").status == 403
    assert [form for form in visitor.get(SLIP).page.forms if "/sheets/" in form.action] == []


def test_a_closed_shift_has_its_signed_sheet(desk: Visitor, app: Flask) -> None:
    desk.register(clinic="DEN")
    assert "/shifts/001.1/sheet" not in desk.get("/shifts/001.1").page.links
    assert "still open" in desk.get("/shifts/001.1/sheet").says
    desk.send(desk.get("/shift/close").page.form("counted_cash"), counted_cash="510")
    assert "/shifts/001.1/sheet" in desk.get("/shifts/001.1").page.links
    text = paper(desk.get("/shifts/001.1/sheet"))
    assert "₹510" in text and "Asha Rani" in text
    assert desk.get("/shifts/009.1/sheet").status == 404
    other = Visitor(app).at_desk("meena", series=2)
    other.send(other.get("/shift/close").page.form("counted_cash"), counted_cash="500")
    assert desk.get("/shifts/002.1/sheet").status == 403, "a clerk gets their own"
    assert other.get("/shifts/001.1/sheet").status == 200
