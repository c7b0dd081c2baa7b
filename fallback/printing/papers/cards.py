"""The enrolment cards on paper: each alone enrols one desk, once, so each goes into a sealed envelope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.printing.content import Content
from fallback.printing.fields import day as said_day
from fallback.printing.layout import Layout
from fallback.printing.papers.labels import ENROLMENT_CARD
from fallback.printing.papers.paper import content, in_fours


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCards:
    """Cards, each its number and its text, which is secret: the code holds it, and the groups are the same to type."""

    name: ClassVar[str] = "enrolment-card"
    cards: Sequence[tuple[int, str]]
    hospital_id: int
    day: date
    drill: bool = False

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """One for each card."""
        shared = {"day": said_day(self.day), "hospital_id": in_fours(f"{self.hospital_id:08x}")}
        made = []
        for series, text in self.cards:
            groups = text.split("-")
            half = (len(groups) + 1) // 2
            lines = {"card_1": " ".join(groups[:half]), "card_2": " ".join(groups[half:])}
            values = shared | lines | {"series": f"{series:03d}"}
            made.append(content(plan, ENROLMENT_CARD, values, codes={"card": text}, drill=self.drill))
        return made
