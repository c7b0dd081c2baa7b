"""Money at a desk: ways of paying, exemptions, fees paid later, refunds against their receipt, drawers, the bank."""

from pathlib import Path
from typing import Any

import pytest

from fallback import frontdesk
from fallback.downtime import Shift
from fallback.enrolment import Installation
from fallback.errors import (
    FeeNotDue,
    FieldWrong,
    ReceiptMissing,
    ReceiptWrong,
    RefundedAlready,
    ShiftNotOpen,
    SlipIsVoid,
    SupervisorNeeded,
)
from fallback.frontdesk import Counter
from fallback.frontdesk.counter import printed
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import money
from fallback.ledger.writer import Transaction
from fallback.money import Cash, Mode, ModeSum, Payment
from fallback.slip import FeeStatus, SlipNumber
from tests import factories, journals

UPI = Payment(mode=Mode.UPI, reference="412345678901")
CARD = Payment(mode=Mode.CARD, reference="004417")


@pytest.fixture
def shift(counter: Counter) -> Shift:
    return frontdesk.open_shift(counter, series=1, login="asha", opening_float=500)


def register(counter: Counter, shift: Shift, **more: Any) -> frontdesk.Issued:
    return frontdesk.register(counter, shift.key, factories.registration(clinic="DEN", **more))


def sums(counter: Counter, shift: Shift) -> queries.ShiftSums:
    return queries.shift_sums(counter.ledger.db(), shift.key)


def test_a_drawer_is_counted_by_its_pieces() -> None:
    cash = Cash.of([(1, 3), (500, 2), (20, 0), (100, 1)])
    assert (cash.rupees, str(cash)) == (1103, "500 × 2 · 100 × 1 · 1 × 3")
    assert Cash.from_record(cash.record()) == cash
    assert Cash.from_record({}) == Cash() and not Cash().rupees


def test_each_way_of_paying_has_its_sum_and_only_cash_is_in_the_drawer(counter: Counter, shift: Shift) -> None:
    for payment in (Payment(), UPI, CARD, Payment(book="B-17")):
        register(counter, shift, payment=payment)
    found = sums(counter, shift)
    assert found.modes == (
        ModeSum(mode=Mode.CASH, receipts=2, rupees=20),
        ModeSum(mode=Mode.UPI, receipts=1, rupees=10),
        ModeSum(mode=Mode.CARD, receipts=1, rupees=10),
    )
    assert (found.paid_rupees, found.drawer) == (40, 20)
    assert money.day_modes(counter.ledger.db(), "2026-11-23") == found.modes
    assert money.drawers(counter.ledger.db(), [shift.key])[shift.key].drawer == 20


def test_the_receipt_knows_how_it_was_paid(counter: Counter, shift: Shift) -> None:
    issued = register(counter, shift, payment=Payment(mode=Mode.UPI, reference="412345678901", book="B-17"))
    found = printed(counter, issued)
    assert found.payment == Payment(mode=Mode.UPI, reference="412345678901", book="B-17")
    done = frontdesk.correct(
        counter, shift.key, issued.row.slip.number, factories.registration("Sunita Kumari", clinic="DEN"), "misheard"
    )
    assert printed(counter, done).payment == found.payment, "a correction changes nothing about the money"


@pytest.mark.parametrize(
    ("payment", "field"),
    [
        (Payment(mode=Mode.UPI), "reference"),
        (Payment(mode=Mode.CARD, reference="12"), "reference"),
        (Payment(mode=Mode.UPI, reference="4123 4567"), "reference"),
        (Payment(book="<b>"), "book"),
    ],
)
def test_a_payment_that_nobody_could_find_again_is_refused(
    counter: Counter, shift: Shift, payment: Payment, field: str
) -> None:
    with pytest.raises(FieldWrong) as caught:
        register(counter, shift, payment=payment)
    assert caught.value.values["field"] == field
    assert counter.ledger.db().execute("SELECT count(*) FROM slip").fetchone() == (0,), "no number is lost for it"
    free = factories.registration(payment=payment)
    assert not frontdesk.register(counter, shift.key, free).row.receipt, "where no fee is due, nobody asks"


def test_what_is_left_in_the_reference_of_cash_goes_nowhere(counter: Counter, shift: Shift) -> None:
    number = register(counter, shift, payment=Payment(reference="98100 00001")).row.slip.number
    found = money.receipt_of(counter.ledger.db(), number)
    assert found is not None and found.payment == Payment()


def test_an_exemption_needs_its_reason_and_is_summed_by_it(counter: Counter, shift: Shift) -> None:
    for wrong in ("", "NOBODY"):
        with pytest.raises(FieldWrong) as caught:
            register(counter, shift, fee_status=FeeStatus.EXEMPT, exemption=wrong)
        assert caught.value.values["field"] == "exemption"
    for code in ("BPL", "STAFF", "BPL"):
        assert register(counter, shift, fee_status=FeeStatus.EXEMPT, exemption=code).row.slip.visit.fee == 0
    found = sums(counter, shift)
    assert [(each.code, each.count, each.rupees) for each in found.exemptions] == [("BPL", 2, 20), ("STAFF", 1, 10)]
    assert (found.waived, found.exempt, found.paid_rupees) == (30, 3, 0)


def test_a_fee_that_is_paid_later_takes_the_next_receipt_of_the_shift_that_takes_it(
    counter: Counter, shift: Shift
) -> None:
    number = register(counter, shift, fee_status=FeeStatus.LATER).row.slip.number
    register(counter, shift)
    other = frontdesk.open_shift(counter, series=2, login="meena")
    with pytest.raises(FieldWrong):
        frontdesk.take_fee(counter, other.key, number, Payment(mode=Mode.UPI))
    assert frontdesk.take_fee(counter, other.key, number, UPI) == "002.1-1"
    with pytest.raises(FeeNotDue):
        frontdesk.take_fee(counter, shift.key, number, UPI)
    assert register(counter, other).row.receipt == "002.1-2", "no gap"
    row = queries.slip(counter.ledger.db(), number)
    assert row is not None and row.receipt == "002.1-1"
    assert frontdesk.slip_sheet(counter, number, "receipt").startswith(b"%PDF")
    found = sums(counter, other)
    assert (found.settled, found.settled_rupees, found.paid_rupees, found.drawer) == (1, 10, 20, 10)
    with pytest.raises(FeeNotDue):
        frontdesk.take_fee(counter, other.key, register(counter, other).row.slip.number, UPI)


def test_a_fee_is_given_back_once_against_its_receipt_with_a_supervisors_word(counter: Counter, shift: Shift) -> None:
    issued = register(counter, shift)
    number, receipt = issued.row.slip.number, issued.row.receipt
    free = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    with pytest.raises(ReceiptMissing):
        frontdesk.refund(counter, shift.key, free, "", "left", allowed_by="meena")
    with pytest.raises(SupervisorNeeded):
        frontdesk.refund(counter, shift.key, number, receipt, "left", allowed_by="asha")
    for shown in ("", "001.1-2", free.text, "x" * 300):
        with pytest.raises(ReceiptWrong):
            frontdesk.refund(counter, shift.key, number, shown, "left", allowed_by="meena")
    assert frontdesk.refund(counter, shift.key, number, number.grouped, "left", allowed_by="meena") == 10
    with pytest.raises(RefundedAlready):
        frontdesk.refund(counter, shift.key, number, receipt, "left", allowed_by="meena")
    found = sums(counter, shift)
    assert (found.paid_rupees, found.refunded_rupees, found.drawer) == (10, 10, 0)


def test_what_came_by_upi_goes_back_by_upi_and_not_out_of_the_drawer(counter: Counter, shift: Shift) -> None:
    register(counter, shift)
    issued = register(counter, shift, payment=Payment(mode=Mode.UPI, reference="412345678901", book="b-9"))
    frontdesk.refund(counter, shift.key, issued.row.slip.number, "B-9", "left", allowed_by="meena")
    found = sums(counter, shift)
    assert found.modes[1] == ModeSum(mode=Mode.UPI, receipts=1, rupees=10, refunded=10)
    assert found.drawer == 10


def test_a_void_without_the_original_receipt_gives_nothing_back(counter: Counter, shift: Shift) -> None:
    number = register(counter, shift).row.slip.number
    with pytest.raises(ReceiptWrong):
        frontdesk.void(counter, shift.key, number, "left", allowed_by="meena", receipt="001.1-9")
    row = queries.slip(counter.ledger.db(), number)
    assert row is not None and not row.voided, "a wrong receipt voids nothing"
    frontdesk.void(counter, shift.key, number, "left", allowed_by="meena")
    assert (sums(counter, shift).voids, sums(counter, shift).refunded_rupees) == (1, 0)
    frontdesk.refund(counter, shift.key, number, "001.1-1", "receipt found", allowed_by="meena")
    assert sums(counter, shift).refunded_rupees == 10
    with pytest.raises(SlipIsVoid):
        frontdesk.take_fee(counter, shift.key, number, UPI)


def test_a_void_of_an_older_version_gave_back_what_its_receipt_says(
    installation: Installation, counter: Counter, shift: Shift
) -> None:
    number = register(counter, shift).row.slip.number
    frontdesk.void(counter, shift.key, number, "left", allowed_by="meena")
    [line] = [each for each in counter.ledger.lines() if each.fact is FactKind.SLIP_VOIDED]
    older = {name: value for name, value in line.content.items() if name != "refunds"}

    def job(tx: Transaction) -> None:
        tx.append(line.fact, older, payload=line.payload, series=1, shift=shift.key, by="asha")

    counter.ledger.write(job)
    assert sums(counter, shift).refunded_rupees == 10
    assert installation.ledger.rebuild_views()


def test_cash_goes_to_the_bank_out_of_a_drawer_or_out_of_what_was_counted(counter: Counter, shift: Shift) -> None:
    register(counter, shift)
    with pytest.raises(FieldWrong):
        frontdesk.bank(counter, {shift.key: 511}, bank="SBI", challan="C-1", by="meena")
    with pytest.raises(FieldWrong):
        frontdesk.bank(counter, {shift.key: 0}, bank="SBI", challan="C-1", by="meena")
    frontdesk.bank(counter, {shift.key: 300}, bank="SBI", challan="C-1", by="meena")
    assert (sums(counter, shift).banked, sums(counter, shift).drawer) == (300, -290)
    counted = Cash.of([(100, 2), (10, 1)])
    frontdesk.close_shift(counter, shift.key, counted_cash=210, notes=counted, note="", by="asha")
    frontdesk.bank(counter, {shift.key: 200}, bank="SBI", challan="C-2", by="meena")
    with pytest.raises(FieldWrong):
        frontdesk.bank(counter, {shift.key: 11}, bank="SBI", challan="C-3", by="meena")
    assert sums(counter, shift).banked == 300, "what was counted is not changed by what is carried away later"
    drawer = money.drawers(counter.ledger.db(), [shift.key])[shift.key]
    assert (drawer.banked, drawer.carried) == (300, 200)
    assert [(each.challan, each.drawer) for each in money.bankings(counter.ledger.db())] == [
        ("C-1", True),
        ("C-2", False),
    ]


def test_a_drawer_goes_to_the_next_clerk_piece_by_piece_and_not_to_the_bank(counter: Counter) -> None:
    opening = Cash.of([(100, 4), (50, 2)])
    first = frontdesk.open_shift(counter, series=1, login="asha", opening_float=500, notes=opening)
    assert first.opening_notes == opening
    frontdesk.hand_over(counter, first.key, counted_cash=500, notes=opening, note="", by="asha", to="meena")
    closed = queries.shift(counter.ledger.db(), first.key)
    after = queries.open_shift(counter.ledger.db(), login="meena")
    assert closed is not None and after is not None
    assert (closed.handed_to, closed.counted_notes, after.opening_notes) == ("meena", opening, opening)
    with pytest.raises(FieldWrong):
        frontdesk.bank(counter, {first.key: 1}, bank="SBI", challan="C-1", by="meena")
    with pytest.raises(ShiftNotOpen):
        frontdesk.refund(counter, first.key, SlipNumber(1, 1), "x", "y", allowed_by="meena")


def test_desks_that_cannot_see_each_other_and_both_give_back_come_to_light(
    installation: Installation, counter: Counter, shift: Shift, tmp_path: Path
) -> None:
    number = register(counter, shift, payment=UPI).row.slip.number
    twin = register(counter, shift, payment=UPI).row.slip.number
    frontdesk.refund(counter, shift.key, number, "001.1-1", "left", allowed_by="meena")
    doubts = money.doubts(counter.ledger.db())
    assert [(each.reference, each.numbers) for each in doubts] == [("412345678901", (number, twin))]
    other = journals.sibling(installation.ledger, tmp_path / "other")
    other.merge(list(installation.ledger.lines()))

    def again(tx: Transaction) -> None:
        content = {"number": number.text, "receipt": "001.1-1", "rupees": 10, "reason": "left", "allowed_by": "meena"}
        tx.append(FactKind.FEE_REFUNDED, content, series=2, shift="002.1", by="meena")

    other.write(again)
    installation.ledger.merge(list(other.lines()))
    doubts = money.doubts(counter.ledger.db())
    assert [(each.reference, each.numbers) for each in doubts][1:] == [("", (number,))]
    before = [
        list(counter.ledger.db().execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3")) for name in ("receipt", "refund")
    ]
    assert installation.ledger.rebuild_views()
    after = [
        list(counter.ledger.db().execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3")) for name in ("receipt", "refund")
    ]
    assert before == after
    other.close()


def test_a_fee_that_two_desks_took_comes_to_light_and_each_receipt_gives_back_its_own(
    installation: Installation, counter: Counter, shift: Shift, tmp_path: Path
) -> None:
    number = register(counter, shift, fee_status=FeeStatus.LATER).row.slip.number
    other = journals.sibling(installation.ledger, tmp_path / "other")
    other.merge(list(installation.ledger.lines()))
    content = {"number": number.text, "receipt": "002.1-1", "rupees": 10, "payment": UPI.record()}
    other.write(lambda tx: tx.append(FactKind.FEE_SETTLED, content, series=2, shift="002.1", by="meena"))
    frontdesk.take_fee(counter, shift.key, number, Payment())
    assert not money.doubts(counter.ledger.db())
    installation.ledger.merge(list(other.lines()))
    other.close()
    doubts = money.doubts(counter.ledger.db())
    assert [(each.numbers, each.taken_twice) for each in doubts] == [((number,), True)]
    assert frontdesk.refund(counter, shift.key, number, "001.1-1", "paid twice", allowed_by="meena") == 10
    assert not money.doubts(counter.ledger.db())
    with pytest.raises(RefundedAlready):
        frontdesk.refund(counter, shift.key, number, "001.1-1", "again", allowed_by="meena")
    with pytest.raises(ReceiptWrong):
        frontdesk.refund(counter, shift.key, number, "001.1-9", "again", allowed_by="meena")
    left = money.receipt_of(counter.ledger.db(), number)
    assert left is not None and (left.text, left.refunded) == ("002.1-1", 0)
    assert frontdesk.refund(counter, shift.key, number, "002.1-1", "left", allowed_by="meena") == 10
    assert not money.doubts(counter.ledger.db())
    assert [(each.mode, each.refunded) for each in sums(counter, shift).modes] == [(Mode.CASH, 10), (Mode.UPI, 10)]
