"""Money at a desk: how a fee is paid, taken later, given back against its receipt, and carried to the bank."""

from collections.abc import Mapping
from dataclasses import dataclass

from fallback.downtime import Shift
from fallback.errors import (
    FeeNotDue,
    FieldWrong,
    ReceiptMissing,
    ReceiptWrong,
    RefundedAlready,
    Sentence,
    ShiftUnknown,
    SlipNumberWrong,
    SlipUnknown,
    SupervisorNeeded,
)
from fallback.frontdesk.counter import Counter, needs_shift, needs_slip
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.logins import is_supervisor
from fallback.ledger.queries.money import Drawer, Receipt, drawers, receipts_of
from fallback.ledger.writer import Transaction
from fallback.money import REFERENCE, Mode, Payment
from fallback.slip import FeeStatus, SlipNumber, number_on

Wrong = Mapping[str, str]
_NO_REFERENCE = "Write the number that the payment app or the card machine shows: 4 to 35 letters and digits."


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a slip does to the drawer: the fee asked, the receipt ("" for none), and what its line says of it."""

    fee: int
    receipt: str
    content: dict[str, object]


def wrong_payment(hospital: Hospital, payment: Payment) -> Wrong:
    """What is wrong with how a fee is paid, by field."""
    wrong: dict[str, str] = {}
    if payment.mode not in hospital.modes:
        wrong["mode"] = "This hospital takes no money in this way. Choose another one."
    elif payment.mode is not Mode.CASH and not REFERENCE.fullmatch(payment.reference):
        wrong["reference"] = _NO_REFERENCE
    if hospital.receipt_book and not payment.book:
        wrong["book"] = "Write the number of the receipt from the receipt book."
    if payment.book and not REFERENCE.fullmatch(payment.book.rjust(4, "0")):
        wrong["book"] = "Use at most 35 letters and digits, with - or / between them."
    return wrong


def wrong_fee(hospital: Hospital, due: int, status: FeeStatus, payment: Payment, exemption: str) -> Wrong:
    """What is wrong with a registration's fee, by field; nothing where no fee is due."""
    if not due:
        return {}
    if status is FeeStatus.PAID:
        return wrong_payment(hospital, payment)
    if status is FeeStatus.EXEMPT and hospital.exemptions and hospital.exemption(exemption) is None:
        return {"exemption": "Choose why no fee is asked."}
    return {}


def taken(
    tx: Transaction, counter: Counter, shift_key: str, due: int, status: FeeStatus, payment: Payment, exemption: str
) -> Taken:
    """The money of a new slip, whose fee by the schedule is `due`. Raises FieldWrong."""
    for field, why in wrong_fee(counter.hospital, due, status, payment, exemption).items():
        raise FieldWrong(field=field, why=why)
    if due and status is FeeStatus.EXEMPT:
        return Taken(fee=0, receipt="", content={"exemption": exemption, "waived": due})
    if not due or status is not FeeStatus.PAID:
        return Taken(fee=due, receipt="", content={})
    return Taken(fee=due, receipt=next_receipt(tx, shift_key), content={"payment": _plain(payment).record()})


def next_receipt(tx: Transaction, shift_key: str) -> str:
    """The number of a shift's next receipt: no number is left out, and none stands twice."""
    return f"{shift_key}-{queries.receipts(tx.db, shift_key) + 1}"


def take_fee(counter: Counter, shift_key: str, number: SlipNumber, payment: Payment) -> str:
    """Takes the fee of a slip that was to be paid later, and returns the receipt's number.

    Raises FieldWrong, FeeNotDue, ShiftNotOpen, SlipUnknown, SlipIsVoid.
    """
    for field, why in wrong_payment(counter.hospital, payment).items():
        raise FieldWrong(field=field, why=why)

    def job(tx: Transaction) -> str:
        shift = needs_shift(tx, shift_key)
        row = needs_slip(tx, number)
        if row.receipt:
            raise FeeNotDue(number=number.grouped, why=Sentence("its receipt is {receipt}", receipt=row.receipt))
        if row.slip.visit.fee_status is not FeeStatus.LATER or not row.slip.visit.fee:
            raise FeeNotDue(number=number.grouped, why="no fee was left open")
        receipt = next_receipt(tx, shift_key)
        content = {"number": number.text, "receipt": receipt, "rupees": row.slip.visit.fee}
        content |= {"payment": _plain(payment).record()}
        tx.append(FactKind.FEE_SETTLED, content, series=shift.series, shift=shift.key, by=shift.login)
        return receipt

    return counter.ledger.write(job)


def refund(counter: Counter, shift_key: str, number: SlipNumber, shown: str, reason: str, *, allowed_by: str) -> int:
    """Gives a fee back, out of this shift, against the original receipt; returns the rupees.

    `shown` is what was read from the receipt: its number, its number in the receipt book, or what its bars scan as.
    `allowed_by` is the supervisor's login. Raises SlipUnknown, ReceiptMissing, ReceiptWrong, RefundedAlready,
    SupervisorNeeded, ShiftNotOpen.
    """

    def job(tx: Transaction) -> int:
        needs_shift(tx, shift_key)
        if queries.slip(tx.db, number) is None:
            raise SlipUnknown(number=number.grouped)
        return give_back(tx, shift_key, number, shown, reason, allowed_by=allowed_by)

    return counter.ledger.write(job)


def give_back(tx: Transaction, shift_key: str, number: SlipNumber, shown: str, reason: str, *, allowed_by: str) -> int:
    """As `refund`, inside a transaction: a void gives back in the same breath."""
    shift, receipts = needs_shift(tx, shift_key), receipts_of(tx.db, number)
    if not receipts:
        raise ReceiptMissing(number=number.grouped)
    if not is_supervisor(tx.db, allowed_by):
        raise SupervisorNeeded(number=number.grouped)
    meant = [each for each in receipts if _is_of(each, shown)]
    found = next((each for each in meant if not each.refunded), None)
    if not meant and not all(each.refunded for each in receipts):
        raise ReceiptWrong(number=number.grouped)
    if found is None:
        raise RefundedAlready(number=number.grouped, rupees=(meant or receipts)[0].refunded)
    content = {"number": number.text, "receipt": found.text, "rupees": found.rupees}
    content |= {"reason": reason, "allowed_by": allowed_by}
    tx.append(FactKind.FEE_REFUNDED, content, series=shift.series, shift=shift.key, by=shift.login)
    return found.rupees


def _is_of(found: Receipt, shown: str) -> bool:
    """Whether what was read belongs to a receipt: one of its numbers, or its bars, which have the slip's."""
    plain = shown.strip().replace(" ", "").upper()
    if plain in {found.text, found.text.replace(".", "").replace("-", ""), found.payment.book.upper()} - {""}:
        return True
    try:
        return number_on(plain) == found.number
    except SlipNumberWrong:
        return False


def bank(counter: Counter, parts: Mapping[str, int], *, bank: str, challan: str, by: str) -> None:
    """Cash of shifts that goes to the bank with one challan: rupees by the shift's key.

    Of an open shift it leaves the drawer; of a closed one it is part of what was counted. Raises ShiftUnknown, and
    FieldWrong for more than there is, or nothing at all.
    """
    given = {key: rupees for key, rupees in parts.items() if rupees}
    if not given:
        raise FieldWrong(field="rupees", why="Write what goes to the bank, at least for one shift.")

    def job(tx: Transaction) -> None:
        for key, rupees in given.items():
            shift = queries.shift(tx.db, key)
            if shift is None:
                raise ShiftUnknown(shift=key[:12] if key.isprintable() else "?")
            if rupees > bankable(shift, drawers(tx.db, [key]).get(key, Drawer())):
                why = Sentence("Shift {shift} has less cash than that. Write at most what is there.", shift=key)
                raise FieldWrong(field="rupees", why=why)
            content = {"shift": key, "rupees": rupees, "drawer": shift.closed is None, "bank": bank, "challan": challan}
            tx.append(FactKind.CASH_BANKED, content, series=shift.series, shift=key, by=by)

    counter.ledger.write(job)


def bankable(shift: Shift, money: Drawer) -> int:
    """The cash of a shift that can go to the bank: what should be in its drawer, or what was counted and is still here.

    What was handed to the next clerk is in that shift's drawer.
    """
    if shift.closed is None:
        return max(0, shift.opening_float + money.drawer)
    return 0 if shift.handed_to else max(0, (shift.counted_cash or 0) - money.carried)


def _plain(payment: Payment) -> Payment:
    """Cash has no reference, whatever was left standing in its field."""
    return payment if payment.mode is not Mode.CASH else Payment(book=payment.book)
