"""A layout as it was read: a page, its parts, their boxes; millimetres from the top left, sizes of type in points."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from fallback.printing.labels import Words

Align = Literal["left", "centre", "right"]
SIDES: Mapping[str, Align] = {"left": "left", "centre": "centre", "right": "right"}
LANGUAGES = ("both", "en", "hi")
NO_WORDS = Words("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A place on a part, from `x`, `y` of the part's corner; `line` is where the file says so.

    `draw` says what stands there (see `kinds.KINDS`), `when` whether always (""), on a void slip only ("void") or on
    all others ("live"). The rest is what some kinds need: fields with their shares of the width, words, sizes.
    """

    draw: str
    line: int
    x: float
    y: float
    width: float
    height: float
    when: str = ""
    fields: tuple[tuple[str, float], ...] = ()
    words: Words = NO_WORDS
    code: str = ""
    type: float = 0.0
    least: float = 0.0
    label: float = 0.0
    bold: frozenset[str] = frozenset()
    align: Align = "left"
    columns: int = 0
    count: int = 0
    choices: tuple[str, ...] = ()
    number: bool = False

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A copy, a card, a sticker: boxes with a common corner. `x` is None for the middle of the page.

    `repeat` (across, down) and `step` (mm) lay it out again, each time for the next content. `torn` names the edges
    (`top`, `right`, `bottom`, `left`) that are torn, `cut` those that are cut with scissors or a knife. `corners` is
    the side of the four marks of a form that a machine reads, 0 for none; they stand `inset` mm from the edges.
    """

    name: str
    line: int
    page: int
    x: float | None
    y: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    repeat: tuple[int, int] = (1, 1)
    step: tuple[float, float] = (0.0, 0.0)
    torn: frozenset[str] = frozenset()
    cut: frozenset[str] = frozenset()
    corners: float = 0.0
    inset: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A sheet's layout. `sheet` says what it is for, `dpi` is the printer's, `mobile` is `last4` or `whole`.

    `size` is the page's width and height in mm, None: that of the slip that it is printed with. `fonts` are the names
    of the regular and the bold type. `label` and `value` are the sizes of type where a box names none.
    """

    file: str
    sheet: str
    size: tuple[float, float] | None
    parts: tuple[Part, ...]
    dpi: int = 300
    language: str = "both"
    fonts: tuple[str, str] = ("Mukta", "Mukta-Bold")
    logo: Path | None = None
    mobile: str = "last4"
    label: float = 7.0
    value: float = 10.5

    @property
    def page(self) -> tuple[float, float]:
        """The page's width and height in mm where it is drawn alone."""
        return self.size or (210.0, 297.0)

    @property
    def pages(self) -> int:
        """How many pages one content takes."""
        return max(part.page for part in self.parts)
