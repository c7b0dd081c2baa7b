"""What is asked of the printer: a slip with its code's text, and how it goes on paper."""

from dataclasses import dataclass
from datetime import datetime

from fallback.money import Payment
from fallback.slip import Slip


@dataclass(frozen=True, slots=True, kw_only=True)
class Reprint:
    """The how-many-th reprint of a slip (1 is the first), when and by whom (the login). A fact of the journal only."""

    count: int
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSlip:
    """A slip as it goes on paper.

    `digits` is the text of its QR (at most 512 digits), `cut` names the fields that are shorter there. `card` prints a
    registration card as well: for a patient's first registration. `receipt`, `desk_name` and a pad's `issued_to` (a
    ward or counter) are not in the record; nor are `room` and `unit`, where somebody said another one than the
    hospital's file; nor is `payment`, how the fee on the receipt was paid, None where no money was taken.
    """

    slip: Slip
    digits: str
    reprint: Reprint | None = None
    card: bool = False
    receipt: str = ""
    desk_name: str = ""
    room: str = ""
    unit: str = ""
    issued_to: str = ""
    payment: Payment | None = None
    cut: tuple[str, ...] = ()
