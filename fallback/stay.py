"""A stay in hospital: in which beds a patient lay, and how it ended."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from fallback.slip import SlipNumber

BED_LETTERS = 12
UNIT_LETTERS = 30


class Ended(StrEnum):
    """How a stay ended. `lama`: left against medical advice."""

    DISCHARGED = "discharged"
    LAMA = "lama"
    ABSCONDED = "absconded"
    DIED = "died"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """From when on a patient lay in a bed of a ward. `at` None: since before anybody here knew of it."""

    at: datetime | None
    ward: int
    bed: str
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The stay of an admission slip. `beds` are in the order of time, the admission's own first.

    `how` and `ended` say when it ended (None: it lasts), `note` what was written down of it.
    """

    number: SlipNumber
    beds: Sequence[Lying]
    how: Ended | None = None
    ended: datetime | None = None
    note: str = ""

    @property
    def now(self) -> Lying:
        """Where the patient lies, or lay last."""
        return self.beds[-1]

    @property
    def text(self) -> str:
        """The stay as one line of JSON: equal stays give equal texts."""
        beds = [[each.at.isoformat() if each.at else "", each.ward, each.bed, each.unit] for each in self.beds]
        end = [self.how.value, self.ended.isoformat() if self.ended else ""] if self.how else []
        return json.dumps([beds, end], ensure_ascii=False)

    @classmethod
    def from_text(cls, number: SlipNumber, text: str) -> Self:
        """The inverse of `text`, without the note. Raises ValueError for a text that is none."""
        beds, end = json.loads(text)
        lying = [
            Lying(at=datetime.fromisoformat(at) if at else None, ward=ward, bed=bed, unit=unit)
            for at, ward, bed, unit in beds
        ]
        ended = datetime.fromisoformat(end[1]) if end and end[1] else None
        return cls(number=number, beds=lying, how=Ended(end[0]) if end else None, ended=ended)
