"""Mode, Payment, Cash, ModeSum: how money changes hands at a desk, in whole rupees."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

NOTES = (500, 200, 100, 50, 20, 10, 5, 2, 1)  # rupees: notes and coins as they are counted, the largest first
MOST_PIECES = 99_999  # of one denomination in a drawer
REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9/\-]{3,34}")  # a UPI reference has 12 digits, a card's approval 6


class Mode(StrEnum):
    """How a fee was paid."""

    CASH = "cash"
    UPI = "upi"
    CARD = "card"


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """How a fee was paid: `reference` is what the app or the card machine shows, "" for cash.

    `book` is the number in the hospital's own receipt book, where it keeps one: "" else.
    """

    mode: Mode = Mode.CASH
    reference: str = ""
    book: str = ""

    def record(self) -> dict[str, str]:
        """As a journal line holds it."""
        return {"mode": self.mode.value, "reference": self.reference, "book": self.book}

    @classmethod
    def from_record(cls, told: Mapping[str, str]) -> Self:
        """From a line's content; one that names no mode is older, when there was only cash."""
        return cls(mode=Mode(told.get("mode") or Mode.CASH), reference=told["reference"], book=told["book"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Cash:
    """A drawer counted: how many pieces of each denomination, the largest first. None: only its sum is known."""

    pieces: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, counted: Iterable[tuple[int, int]]) -> Self:
        """From (denomination, count), whatever the order; what there is none of is left out."""
        return cls(pieces=tuple((worth, count) for worth, count in sorted(counted, reverse=True) if count))

    @classmethod
    def from_record(cls, told: Mapping[str, Any]) -> Self:
        """From a line's content, `{"500": 3}`."""
        return cls.of((int(worth), int(count)) for worth, count in told.items())

    def record(self) -> dict[str, int]:
        """As a journal line holds it."""
        return {str(worth): count for worth, count in self.pieces}

    @property
    def rupees(self) -> int:
        """What it is worth."""
        return sum(worth * count for worth, count in self.pieces)

    def __str__(self) -> str:
        return " · ".join(f"{worth} × {count}" for worth, count in self.pieces)


NOT_COUNTED = Cash()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSum:
    """What one way of paying brought: how many receipts, their rupees, and what of it was given back."""

    mode: Mode
    receipts: int = 0
    rupees: int = 0
    refunded: int = 0
