"""Where a sheet is filled in by pen: boxes to tick and combs to write in, so that a scanned page can be registered."""

from dataclasses import dataclass
from enum import StrEnum

Area = tuple[float, float, float, float]  # left, top, right, bottom in mm from the form's top left corner


class MarkKind(StrEnum):
    """A box to tick, or one place of a comb: a box for one digit, of which a machine only says whether it is inked."""

    TICK = "tick"
    COMB = "comb"


class MarkState(StrEnum):
    """What a machine says of a box. DOUBTFUL is for a person: nothing was guessed."""

    EMPTY = "empty"
    TICKED = "ticked"  # of a comb's place: inked
    DOUBTFUL = "doubtful"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkBox:
    """A box on paper, in mm from the form's top left corner, to the middle of its printed lines.

    `name` is `outcome.seen`, `sex.female`, or of a comb `days.1`, its places counted from 1.
    """

    name: str
    kind: MarkKind
    left: float
    top: float
    width: float
    height: float

    @property
    def area(self) -> Area:
        """The box as left, top, right, bottom."""
        return self.left, self.top, self.left + self.width, self.top + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkLine:
    """What belongs together on paper under one name, to be shown to a person: a line to write on, boxes with their
    words, a comb with its label; `area` in mm from the form's top left corner.

    `name` is that of its boxes up to the dot, or of what is written: the registration's own name where it has one.
    """

    name: str
    area: Area


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkForm:
    """A form on a page: its size in mm, its four corner marks, its code, its boxes, and its lines, each name once.

    `corners` are the centres of the black squares (`side` mm), top left, top right, bottom right, bottom left, in mm
    from the form's top left corner. `code` is where the QR stands, without its quiet zone; its middle must be exact,
    its size may be 6 % off (versions differ). A page that holds two forms (two pads on an A4) has two MarkForms.
    """

    name: str
    width: float
    height: float
    side: float
    corners: tuple[tuple[float, float], ...]
    code: Area
    boxes: tuple[MarkBox, ...]
    lines: tuple[MarkLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One box as it was read: `fill` is the share of its inside that has ink, from 0 to 1."""

    name: str
    fill: float
    state: MarkState
