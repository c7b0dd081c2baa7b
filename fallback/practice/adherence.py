"""How much of what an outage asks of each role was done: steps done of steps due, counted in the real journal."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fallback.downtime import Role

WITHOUT_PRACTICE = 27.6  # per cent of 76 reports carried out properly: Larsen and others, 2018, PMC7647128
WANTED = 95  # per cent


class Duty(StrEnum):
    """What is due. Each is counted in facts that nobody writes for the count's sake."""

    CLOCK = "clock"
    COUNTED = "counted"
    CLOSED = "closed"
    PAPER = "paper"
    FOLLOWED = "followed"
    SWAPPED = "swapped"
    PADS = "pads"
    ROUND = "round"
    HOURLY = "hourly"
    SEEN = "seen"
    PAGES = "pages"
    ACCOUNT = "account"


SAYS = {
    Duty.CLOCK: "Shifts opened with date and time confirmed",
    Duty.COUNTED: "Drawers counted by notes and coins at the end",
    Duty.CLOSED: "Shifts closed, so that their sheet is there",
    Duty.PAPER: "Papers that came out, or of which somebody said what became of them",
    Duty.FOLLOWED: "Shifts that ended with a second copy up to date",
    Duty.SWAPPED: "Second copies taken away in time",
    Duty.PADS: "Desks for which pads were given out",
    Duty.ROUND: "Wards told of in the first hours",
    Duty.HOURLY: "Hours with slips in which a supervisor went round",
    Duty.SEEN: "Visits of which it is known whether the patient was seen",
    Duty.PAGES: "Scanned pages that need no eyes any more",
    Duty.ACCOUNT: "Account closed",
}
WHOSE = {
    Duty.CLOCK: Role.CLERK,
    Duty.COUNTED: Role.CLERK,
    Duty.CLOSED: Role.CLERK,
    Duty.PAPER: Role.CLERK,
    Duty.FOLLOWED: Role.SUPERVISOR,
    Duty.SWAPPED: Role.SUPERVISOR,
    Duty.PADS: Role.SUPERVISOR,
    Duty.ROUND: Role.SUPERVISOR,
    Duty.HOURLY: Role.SUPERVISOR,
    Duty.SEEN: Role.COUNTER,
    Duty.PAGES: Role.RECORDS,
    Duty.ACCOUNT: Role.RECORDS,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A duty, how often it was due and how often it was done."""

    duty: Duty
    done: int
    due: int

    @property
    def role(self) -> Role:
        """Whose duty it is."""
        return WHOSE[self.duty]

    @property
    def says(self) -> str:
        """What is counted, in English."""
        return SAYS[self.duty]


def share(kept: Iterable[Kept]) -> float | None:
    """The share of what was due, in per cent with one digit; each duty weighs alike. None where nothing was due.

    A thousand visits must not hide that no shift's clock was confirmed.
    """
    found = [each.done / each.due for each in kept if each.due]
    return round(100 * sum(found) / len(found), 1) if found else None
