"""Where a sheet is filled in by pen: boxes to tick and combs to write in, so that a scanned page can be registered."""

from dataclasses import dataclass
from enum import StrEnum


class MarkKind(StrEnum):
    """A box to tick, or one place of a comb: a box for one digit, of which a machine only says whether it is inked."""

    TICK = "tick"
    COMB = "comb"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkBox:
    """A box on paper, in mm from the form's top left corner.

    `name` is `outcome.seen`, `sex.female`, or of a comb `days.1`, its places counted from 1.
    """

    name: str
    kind: MarkKind
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkForm:
    """A form on a page: its size in mm, its four corner marks, its boxes.

    `corners` are the centres of the black squares (`side` mm), top left, top right, bottom right, bottom left, in mm
    from the form's top left corner. A page that holds two forms (two pads on an A4) has two MarkForms.
    """

    name: str
    width: float
    height: float
    side: float
    corners: tuple[tuple[float, float], ...]
    boxes: tuple[MarkBox, ...]
