"""Money in a browser: the fee fields of the form, a fee taken later, a refund, a drawer by its pieces, the challans."""

import pytest

from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import money
from fallback.money import Mode
from fallback.slip import SlipNumber
from tests import factories
from tests.web.visitor import Visitor

SLIP = "/slips/00100000114"
NUMBER = SlipNumber.parse("00100000114")
REFERENCE = "412345678901"


@pytest.fixture
def chief(desk: Visitor) -> Visitor:
    visitor = Visitor(desk.client.application)
    visitor.log_in("meena")
    return visitor


def test_the_form_asks_how_a_fee_is_paid(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    assert form.fields["mode"] == "cash", "the usual way needs no key"
    answer = desk.register(clinic="DEN", mode="upi")
    assert "payment app" in answer.says
    assert answer.page.form("name", "form", action="register").fields["mode"] == "upi", "nothing typed is lost"
    assert desk.register(clinic="DEN", mode="upi", reference="4123 4567 8901").path == "/issued/00100000114"
    found = money.receipt_of(installation.ledger.db(), NUMBER)
    assert found is not None
    assert (found.payment.mode, found.payment.reference) == (Mode.UPI, REFERENCE)
    assert REFERENCE in desk.get(SLIP).text
    assert "Choose one from the list" in desk.register(clinic="DEN", mode="gold", name="Rekha").says


def test_the_form_asks_why_no_fee_is_asked(desk: Visitor, installation: Installation) -> None:
    answer = desk.register(clinic="DEN", fee_status="exempt")
    assert "Choose why no fee is asked" in answer.says
    assert desk.register(clinic="DEN", fee_status="exempt", exemption="BPL").path.startswith("/issued/")
    assert "BPL 1 (₹10)" in desk.get("/shift/close").text


def test_a_fee_is_taken_later(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN", fee_status="later")
    assert f"{SLIP}/fee" in desk.get(SLIP).page.links
    form = desk.get(f"{SLIP}/fee").page.form("mode")
    answer = desk.send(form, mode="card", reference="")
    assert "payment app" in answer.says and answer.page.form("mode").fields["mode"] == "card"
    assert desk.send(form, mode="card", reference="004417").path == SLIP
    page = desk.get(SLIP)
    assert f"{SLIP}/fee" not in page.page.links and "001.1-1" in page.text
    again = desk.send(form, mode="cash")
    assert again.status == 409 and "Take no money" in again.says
    receipt = next(form for form in page.page.forms if form.action.endswith("/receipt"))
    assert desk.send(receipt).content.startswith(b"%PDF")


def test_a_refund_needs_the_receipt_and_a_supervisor(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    form = desk.get(f"{SLIP}/refund").page.form("receipt")
    assert "001.1-1" not in desk.get(f"{SLIP}/refund").text, "the number is read from the paper, not from the screen"
    word = {"login": "meena", "pin": factories.PIN}
    assert "Read it from the original receipt" in desk.send(form, reason="left", **word).says
    assert "supervisor" in desk.send(form, receipt="001.1-1", reason="left").says.lower()
    wrong = desk.send(form, receipt="001.1-2", reason="left", **word)
    assert wrong.status == 409 and "not the receipt" in wrong.says
    assert wrong.page.form("receipt").fields["reason"] == "left"
    assert desk.send(form, receipt="001.1-1", reason="left", **word).path == SLIP
    assert "given back" in desk.get(SLIP).text
    assert "already" in desk.send(form, receipt="001.1-1", reason="left", **word).says
    assert "₹500" in desk.get("/shift/close").text


def test_a_void_gives_back_only_what_its_receipt_was_shown_for(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    form = desk.get(f"{SLIP}/void").page.form("receipt")
    desk.send(form, reason="left", receipt="001.1-1", login="meena", pin=factories.PIN)
    sums = queries.shift_sums(installation.ledger.db(), "001.1")
    assert (sums.voids, sums.refunded_rupees, sums.drawer) == (1, 10, 0)


def test_a_slip_without_money_has_nothing_to_give_back(desk: Visitor) -> None:
    desk.register()
    assert desk.get(f"{SLIP}/refund").status == 409
    assert "receipt" not in desk.get(f"{SLIP}/void").page.form("reason").fields


def test_a_drawer_is_counted_by_its_pieces(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in()
    form = visitor.get("/shift/open").page.form("opening_float")
    answer = visitor.send(form, desk="1", clock="y", n100="४", n50="2", opening_float="400")
    assert "come to ₹500" in answer.says
    assert answer.page.form("opening_float").fields["n100"] == "४"
    assert "how many pieces of ₹50" in visitor.send(form, desk="1", clock="y", n50="two").says
    assert "how many pieces of ₹50" in visitor.send(form, desk="1", clock="y", n50="100000").says
    assert visitor.send(form, desk="1", clock="y", n100="4", n50="2").path == "/"
    shift = queries.open_shift(installation.ledger.db(), login="asha")
    assert shift is not None and shift.opening_float == 500 and str(shift.opening_notes) == "100 × 4 · 50 × 2"
    form = visitor.get("/shift/close").page.form("counted_cash")
    sheet = visitor.send(form, n100="5")
    assert sheet.path == "/shifts/001.1" and "100 × 5" in sheet.text
    assert "100 × 5" in visitor.get("/shifts/001.1").text
    assert visitor.get("/shifts/001.1/sheet").content.startswith(b"%PDF")


def test_a_challan_carries_cash_of_shifts_to_the_bank(
    desk: Visitor, chief: Visitor, installation: Installation
) -> None:
    desk.register(clinic="DEN")
    page = chief.get("/money")
    assert "₹510" in page.text
    form = page.page.form("challan")
    assert "at least for one shift" in chief.send(form, bank="SBI", challan="C-7").says
    too_much = chief.send(form, bank="SBI", challan="C-7", **{"cash-001.1": "511"})
    assert "less cash than that" in too_much.says
    assert too_much.page.form("challan").fields["cash-001.1"] == "511"
    assert "whole rupees" in chief.send(form, bank="SBI", challan="C-7", **{"cash-001.1": "lots"}).says
    assert "kept with your name" in chief.send(form, bank="SBI", challan="", **{"cash-001.1": "5"}).says
    assert "There is no shift" in chief.send(form, bank="SBI", challan="C-7", **{"cash-x": "5"}).says
    assert chief.send(form, bank="SBI", challan="C-7", **{"cash-001.1": "५००"}).path == "/money"
    assert "C-7" in chief.get("/money").text
    assert queries.shift_sums(installation.ledger.db(), "001.1").drawer == -490


def test_one_payment_on_two_receipts_is_shown_to_the_supervisor(desk: Visitor, chief: Visitor) -> None:
    for name in ("Sunita Devi", "Rekha Kumari"):
        desk.register(clinic="DEN", name=name, mode="upi", reference=REFERENCE)
    text = chief.get("/money").text
    assert f"The payment {REFERENCE} stands on more than one receipt" in text
