"""Downtime, Desk, User, Shift: who was registering where, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fallback.money import NOT_COUNTED, Cash


class Role(StrEnum):
    """What a user may do. A supervisor may do all that a clerk may; a records officer works on the paper.

    `counter`: a room, laboratory, pharmacy or ward, which reads slips and says what was done there; it issues none.
    """

    CLERK = "clerk"
    SUPERVISOR = "supervisor"
    RECORDS = "records"
    AUDITOR = "auditor"
    COUNTER = "counter"


class LookReason(StrEnum):
    """Why somebody looks a patient up in the hospital's index. `typing`: a registration was being typed; `review`: it
    was asked of a backlog's slip whose patient it is.
    """

    CARD = "card"
    CARD_LOST = "card_lost"
    CHECK = "check"
    TYPING = "typing"
    REVIEW = "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody with a PIN. `login` is short and typed; `name` is printed.

    `temporary`: the PIN was given by somebody else, and lets its owner do nothing but choose their own.
    """

    login: str
    name: str
    role: Role
    pin_hash: str
    active: bool = True
    temporary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """An enrolled desk: it owns a series of numbers and a certified key. Retired desks sign nothing more."""

    series: int
    name: str
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Downtime:
    """An outage, or a drill of one: from its start to its end (None: it lasts)."""

    key: str
    started: datetime
    ended: datetime | None
    reason: str
    drill: bool


def shift_key(series: int, ordinal: int) -> str:
    """What a shift is called: the desk's series, and the shift's place among that desk's shifts, from 1."""
    return f"{series:03d}.{ordinal}"


def shift_ordinal(key: str) -> int:
    """A shift's place among its desk's shifts, from its key."""
    return int(key.rpartition(".")[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A clerk's stretch at a desk. `opening_float` and `counted_cash` are whole rupees.

    `opening_notes` and `counted_notes` are the same by denomination, empty where only the sum was told. `handed_to` is
    the login that took the desk and its cash over, "" where the shift was closed for good.
    """

    key: str
    series: int
    login: str
    opened: datetime
    closed: datetime | None
    opening_float: int
    counted_cash: int | None = None
    note: str = ""
    opening_notes: Cash = NOT_COUNTED
    counted_notes: Cash = NOT_COUNTED
    handed_to: str = ""
