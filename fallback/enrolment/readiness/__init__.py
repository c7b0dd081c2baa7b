"""Whether a downtime could begin today: everything is tried, people are asked, and the journal keeps what was found."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fallback import computer
from fallback.computer import Power
from fallback.enrolment.installation import Installation
from fallback.enrolment.readiness.alone import OLD, made_stick, of_installation, of_machine, pads
from fallback.enrolment.readiness.asked import Told, of_people
from fallback.enrolment.readiness.finding import Finding, Level, Trouble, tried, worst
from fallback.enrolment.readiness.paper import of_paper
from fallback.enrolment.readiness.proof import sheet_code
from fallback.enrolment.readiness.stock import Stock, StockLine, headline, stock, stock_report
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.ledger.facts import FactKind

__all__ = [
    "OLD",
    "Check",
    "Finding",
    "Level",
    "Stick",
    "Stock",
    "StockLine",
    "Told",
    "Trouble",
    "headline",
    "hospital_file",
    "look",
    "of_machine",
    "of_paper",
    "of_people",
    "sheet_code",
    "stock",
    "stock_report",
    "tried",
    "worst",
    "write_check",
]

Stick = Callable[[datetime], tuple[list[Finding], str]]
"""Looks at the stick that the program came from: its points, and its sums ("" where it is not as it was built)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What was found, point by point; `kit` marks the stick, "" for none or one that is not as it was built."""

    points: Sequence[Finding]
    kit: str = ""

    @property
    def level(self) -> Level:
        """How all of it stands: as the worst."""
        return worst(self.points)


def look(
    installation: Installation,
    hospital: Hospital,
    now: datetime,
    *,
    stick: Stick | None = None,
    power: Callable[[], Power | None] | None = None,
) -> Check:
    """All that a machine can try by itself in an installation.

    It takes seconds: every line of the journal is read, every byte of the stick; a slip is drawn and read back.
    """
    of_stick, kit = stick(now) if stick else ([made_stick(installation, now)], "")
    desks = [desk.name for desk in queries.desks(installation.ledger.db()) if not desk.retired]
    points = [
        hospital_file(hospital),
        *of_installation(installation, now),
        *of_stick,
        *of_machine(installation.folder, hospital, now, power or computer.power, installation),
        pads(installation, hospital),
        *of_paper(hospital, desks),
    ]
    return Check(points=points, kit=kit)


def hospital_file(hospital: Hospital) -> Finding:
    """That the hospital's file could be read: whoever holds a Hospital has read it."""
    says = Sentence("{name}: {count} clinics", name=hospital.name, count=len(hospital.clinics))
    return Finding(what="hospital file", level=Level.GREEN, words=says)


def write_check(installation: Installation, check: Check, *, by: str) -> None:
    """Writes down that this computer was checked, how each point stood, and with which stick."""
    points = {each.what: each.level.value for each in check.points}
    content = {"points": points, "computer": computer.name(), "kit": check.kit}
    installation.ledger.write(lambda tx: tx.append(FactKind.SELF_CHECKED, content, by=by))
