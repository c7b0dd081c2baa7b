"""Money at a desk: fees that are not due, receipts that do not fit, money that was given back before."""

from fallback.errors.sentence import ParchiError


class FeeNotDue(ParchiError):
    """A fee is to be taken for a slip of which none is open; `why` is a part of a sentence."""

    says = "Nothing is to be paid for slip {number}: {why}. Take no money."
    http_status = 409
    exit_code = 3


class ReceiptWrong(ParchiError):
    """What was read from a receipt is not the receipt of this slip."""

    says = (
        "This is not the receipt of slip {number}. Read the number from the original receipt, or scan its bars; "
        "without it no money is given back."
    )
    http_status = 409
    exit_code = 3


class RefundedAlready(ParchiError):
    """Money is to be given back twice."""

    says = "₹{rupees} were given back for slip {number} already. Give nothing more, and keep the receipt."
    http_status = 409
    exit_code = 3
