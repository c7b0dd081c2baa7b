"""Papers that carry keys: the poster with the root's public half, the desk's card, a secret key, a pad's cover."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.keys import Certificate, HospitalKey
from fallback.language import grouped
from fallback.printing.content import Content
from fallback.printing.fields import day as said_day
from fallback.printing.labels import Words
from fallback.printing.layout import Layout
from fallback.printing.layout.cells import TICK
from fallback.printing.papers.labels import DESK_CARD, KEY_SHEET, KEY_USES, KEYS, PAD_COVER, POSTER, WHOLE
from fallback.printing.papers.paper import columns, content, in_fours, room, split
from fallback.slip import SlipNumber, letters
from fallback.statement import RootStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The rules of the downtime for the wall, with the hospital's root key as a code and its id for the eye."""

    name: ClassVar[str] = "poster"
    root: RootStatement
    digits: str
    authority: str = ""
    drill: bool = False

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """One page; the fingerprint of the authority, sixteen groups of four, goes on two lines."""
        groups = self.authority.split(" ")
        values = {
            "hospital_id": in_fours(f"{self.root.hospital:08x}"),
            "hospital": self.root.name,
            "authority": " ".join(groups[:8]),
            "authority_2": " ".join(groups[8:]),
        }
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
class KeySheet:
    """A key as code and words, a page for each part. It is secret: whoever has enough of the pages has the key.

    `groups` are the recovery key's signs, where it is printed whole; its code then holds these, else a part's words.
    """

    name: ClassVar[str] = "key-sheet"
    key: HospitalKey
    parts: Sequence[str]
    needed: int
    hospital_id: int
    day: date
    groups: str = ""
    drill: bool = False

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """A page for each part."""
        across, down = columns(plan, "word"), room(plan)
        shared = {
            "key_name": KEYS[self.key].said(plan.language),
            "day": said_day(self.day),
            "hospital_id": in_fours(f"{self.hospital_id:08x}"),
            "groups": self.groups or "—",
            "use": KEY_USES[self.key].said(plan.language),
        }
        return [
            content(
                plan, KEY_SHEET, shared | {"part": self._part(place).said(plan.language)},
                codes={"key": self.groups or words.upper()}, rows=_word_rows(words, across, down), drill=self.drill,
            )
            for place, words in enumerate(self.parts, 1)
        ]  # fmt: skip

    def _part(self, place: int) -> Words:
        if len(self.parts) == 1:
            return WHOLE
        count, needed = len(self.parts), self.needed
        return Words(
            f"{place} of {count}: any {needed} of them are enough", f"{count} में से {place}: कोई भी {needed} काफ़ी हैं"
        )


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


def _word_rows(words: str, across: int, down: int) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = [{} for _ in range(down)]
    for column, part in enumerate(split(list(enumerate(words.split(), 1)), down)[:across], 1):
        for row, (place, word) in zip(rows, part, strict=False):
            row[f"word_{column}"] = f"{place}  {word}"
    return rows


def _pad_rows(numbers: Sequence[SlipNumber], across: int, down: int) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = [{} for _ in range(min(len(numbers), down))]
    for column, part in enumerate(split(numbers, down)[:across], 1):
        for row, number in zip(rows, part, strict=False):
            row[f"number_{column}"] = number.grouped
            row |= {f"{word}_{column}": TICK for word in ("used", "spoiled", "unused")}
    return rows
