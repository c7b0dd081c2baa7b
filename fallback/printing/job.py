"""What is asked of the printer: a slip with its code's text, and how it goes on paper."""

from dataclasses import dataclass
from datetime import datetime

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
    ward or counter) are not in the record.
    """

    slip: Slip
    digits: str
    reprint: Reprint | None = None
    card: bool = False
    receipt: str = ""
    desk_name: str = ""
    issued_to: str = ""
    cut: tuple[str, ...] = ()
