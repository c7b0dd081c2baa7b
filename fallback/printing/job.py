"""What is asked of the printer: a slip with its code's text, and how it goes on paper."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fallback.slip import Slip


class Paper(StrEnum):
    """A4: the patient's copy (198 mm) above the hospital's copy (99 mm). A5: a sheet for each."""

    A4 = "a4"
    A5 = "a5"


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
    registration card as well: for a patient's first registration. `receipt` and `desk_name` are not in the record.
    """

    slip: Slip
    digits: str
    reprint: Reprint | None = None
    card: bool = False
    receipt: str = ""
    desk_name: str = ""
    cut: tuple[str, ...] = ()
