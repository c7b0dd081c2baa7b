"""A ward's sheets: the round sheet for a pen, bed by bed, and the census of all wards at midnight."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.language import grouped
from fallback.printing.beds import ward_names
from fallback.printing.content import Content
from fallback.printing.fields import age_sex, day as said_day, moment, names_of
from fallback.printing.labels import FLAGS, Words
from fallback.printing.layout import Layout
from fallback.printing.papers.labels import CENSUS, ROUND_SHEET, TOTAL
from fallback.printing.papers.paper import content, journal, room, split
from fallback.slip import Slip

COUNTS = ("before", "admitted", "moved_in", "moved_out", "discharged", "lama", "absconded", "died", "now")


@dataclass(frozen=True, slots=True, kw_only=True)
class BedRow:
    """A bed, and who lies in it; nobody where the slip is None: then the row is for a pen."""

    bed: str
    slip: Slip | None = None
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundSheet:
    """A ward, bed by bed, as it is known at a moment; what is not known is a line to write on."""

    name: ClassVar[str] = "round-sheet"
    ward: int
    at: datetime
    beds: Sequence[BedRow]
    drill: bool = False

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """As many pages as the beds need."""
        values = {
            "ward": ward_names(self.ward, hospital).said(plan.language),
            "made": moment(self.at),
            "beds": grouped(len(self.beds)),
        }
        leaves = split([_bed(row, plan.language) for row in self.beds], room(plan))
        return [
            content(plan, ROUND_SHEET, values | {"page": f"{place} / {len(leaves)}"}, rows=rows, drill=self.drill)
            for place, rows in enumerate(leaves, 1)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class WardCensus:
    """The census of a day, ward by ward, each count by its name in COUNTS; `total` is of all wards.

    `beds` are how many a ward has, 0 where the hospital's file does not know it. `head` is where the journal stood.
    """

    name: ClassVar[str] = "ward-census"
    day: date
    until: datetime
    wards: Sequence[tuple[int, int, Mapping[str, int]]]
    total: tuple[int, Mapping[str, int]]
    head: tuple[str, int, str]
    drill: bool = False

    def contents(self, plan: Layout, hospital: Hospital) -> list[Content]:
        """As many pages as the wards need; the sum stands at the end."""
        values = {"day": said_day(self.day), "until": moment(self.until), "journal": journal(*self.head)}
        rows = [
            _counts(ward_names(ward, hospital).said(plan.language), beds, counts) for ward, beds, counts in self.wards
        ]
        rows.append(_counts(TOTAL.said(plan.language), *self.total))
        leaves = split(rows, room(plan))
        return [
            content(plan, CENSUS, values | {"page": f"{place} / {len(leaves)}"}, rows=leaf, drill=self.drill)
            for place, leaf in enumerate(leaves, 1)
        ]


def _bed(row: BedRow, language: str) -> dict[str, str]:
    slip = row.slip
    if slip is None:
        return {"bed": row.bed}
    flags: tuple[Words, ...] = (FLAGS["medico_legal"],) if slip.medico_legal else ()
    return {
        "bed": row.bed,
        "name": names_of(slip.patient, language)[0],
        "age_sex": age_sex(slip.patient),
        "uhid": slip.uhid,
        "ipd_number": slip.visit.ipd_number,
        "number": slip.number.grouped,
        "unit": row.unit,
        "remarks": ", ".join(words.hindi if language == "hi" else words.english for words in flags),
    }


def _counts(name: str, beds: int, counts: Mapping[str, int]) -> dict[str, str]:
    free = beds - counts["now"]
    found = {each: grouped(counts[each]) if counts[each] else "–" for each in COUNTS}
    return found | {
        "ward": name,
        "beds": grouped(beds) if beds else "",
        "free": grouped(free) if beds and free > 0 else "–",
    }
