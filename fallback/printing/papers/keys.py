"""Papers that carry keys: the poster with the hospital's root, the desk's card, the cover of a pad."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.keys import Certificate
from fallback.printing.content import Content
from fallback.printing.fields import day as said_day
from fallback.printing.layout import Layout
from fallback.printing.layout.cells import TICK
from fallback.printing.money import grouped
from fallback.printing.papers.labels import DESK_CARD, PAD_COVER, POSTER
from fallback.printing.papers.paper import columns, content, in_fours, room, split
from fallback.slip import SlipNumber, letters
from fallback.statement import RootStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The rules of the downtime for the wall, with the hospital's root key as a code and its id for the eye."""

    name: ClassVar[str] = "poster"
    root: RootStatement
    digits: str
    drill: bool = False

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """One page."""
        values = {"hospital_id": in_fours(f"{self.root.hospital:08x}"), "hospital": self.root.name}
        return [content(plan, POSTER, values, codes={"root": self.digits}, drill=self.drill)]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCard:
    """A desk's card: its name, series, the letters of its tokens, and its certificate as a code. Nothing secret."""

    name: ClassVar[str] = "desk-card"
    certificate: Certificate
    digits: str
    hospital_id: int
    day: date

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """One page."""
        desk = self.certificate
        values = {
            "desk": desk.name,
            "series": f"{desk.series:03d}",
            "letters": letters(desk.series),
            "day": said_day(self.day),
            "fingerprint": in_fours(desk.fingerprint),
            "hospital_id": in_fours(f"{self.hospital_id:08x}"),
        }
        return [content(plan, DESK_CARD, values, codes={"certificate": self.digits}, drill=desk.drill)]


@dataclass(frozen=True, slots=True, kw_only=True)
class PadCover:
    """The first page of a pad: its numbers, who gets it, and what became of each. `digits` are the certificate's."""

    name: ClassVar[str] = "pad-cover"
    numbers: Sequence[SlipNumber]
    certificate: Certificate
    digits: str
    issued_to: str
    by: str
    day: date

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """As many pages as the numbers need; they go down the columns."""
        across, down = columns(plan, "number"), room(plan)
        values = {
            "first": self.numbers[0].grouped,
            "last": self.numbers[-1].grouped,
            "count": grouped(len(self.numbers)),
            "issued_to": self.issued_to,
            "by": self.by,
            "day": said_day(self.day),
            "desk": self.certificate.name,
            "series": f"{self.certificate.series:03d}",
        }
        leaves = split(self.numbers, across * down)
        return [
            content(
                plan, PAD_COVER, values | {"page": f"{place} / {len(leaves)}"}, codes={"certificate": self.digits},
                rows=_pad_rows(numbers, across, down), drill=self.certificate.drill,
            )
            for place, numbers in enumerate(leaves, 1)
        ]  # fmt: skip


def _pad_rows(numbers: Sequence[SlipNumber], across: int, down: int) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = [{} for _ in range(min(len(numbers), down))]
    for column, part in enumerate(split(numbers, down)[:across], 1):
        for row, number in zip(rows, part, strict=False):
            row[f"number_{column}"] = number.grouped
            row |= {f"{word}_{column}": TICK for word in ("used", "spoiled", "unused")}
    return rows
