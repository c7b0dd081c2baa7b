"""The pen: one part of one sheet being drawn, with its corner, its content and its language."""

from dataclasses import dataclass
from typing import Literal

from fallback.hospital import Hospital
from fallback.printing.content import Content, Field
from fallback.printing.labels import Words
from fallback.printing.layout.model import Align, Box, Layout
from fallback.printing.sheet import Sheet

GUTTER = 3.0  # mm between columns
TICK_SIDE = 3.4  # mm of a box to tick


@dataclass(slots=True)
class Pen:
    """Draws in millimetres of the part whose top left corner is at `x`, `y` of the page."""

    page: Sheet
    layout: Layout
    content: Content
    hospital: Hospital
    x: float
    y: float
    width: float
    height: float

    def said(self, words: Words) -> str:
        """Our words in the sheet's language."""
        return words.said(self.layout.language)

    def field(self, name: str) -> Field:
        """A field of the content; one that it lacks is an empty line to write on."""
        return self.content.fields.get(name) or Field(Words("", ""), "")

    def label(self, box: Box) -> float:
        """The size of a box's labels in points."""
        return box.label or self.layout.label

    # --- What every kind of box is put together from; x and y are the part's

    def rule(self, x: float, y: float, to_x: float, to_y: float, *, weight: float = 0.3, dash: str = "") -> None:
        """A line."""
        self.page.rule(self.x + x, self.y + y, self.x + to_x, self.y + to_y, weight=weight, dash=dash)

    def frame(self, x: float, y: float, width: float, height: float, *, weight: float = 0.4) -> None:
        """An empty rectangle."""
        self.page.frame(self.x + x, self.y + y, width, height, weight=weight)

    def fill_in(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        largest: float,
        least: float = 6.0,
        bold: bool = False,
        align: Align = "left",
        stand: Literal["top", "middle", "bottom"] = "bottom",
        one_line: bool = False,
    ) -> None:
        """A text of any length into a box, smaller, wrapped, at last cut."""
        self.page.fill_in(
            text, self.x + x, self.y + y, width, height, largest=largest, smallest=min(least, largest), bold=bold,
            align=align, stand=stand, one_line=one_line,
        )  # fmt: skip

    def say(self, text: str, x: float, y: float, size: float, *, bold: bool = False, align: Align = "left") -> float:
        """One line of our own words with its baseline at y; gives its width."""
        return self.page.say(text, self.x + x, self.y + y, size, bold=bold, align=align)

    def caption(
        self, text: str, x: float, y: float, width: float, size: float, *, align: Align = "left", bold: bool = False
    ) -> float:
        """A line of our own words from y downwards, smaller when too wide; gives its width."""
        return self.page.caption(text, self.x + x, self.y + y, width, size, align=align, bold=bold)

    def cell(
        self,
        field: Field,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        label: float,
        value: float,
        bold: bool = False,
        least: float = 5.5,
    ) -> None:
        """A label, its value below, and the line that an empty value leaves to write on."""
        words = self.said(field.label)
        over = y + 0.4
        if words:
            self.caption(words, x, y + 0.4, width, label)
            over += label * 0.42
        room = y + height - 0.5 - over
        self.fill_in(field.value, x, over, width, room, largest=value, least=least, bold=bold, one_line=field.solid)
        self.rule(x, y + height, x + width, y + height)

    def tick(
        self,
        name: str,
        words: Words,
        x: float,
        y: float,
        width: float,
        size: float,
        *,
        side: float = TICK_SIDE,
        high: float = 0.0,
    ) -> None:
        """A box to tick with its words on the right; `name` is what a machine calls it.

        Words that are too wide go on over lines within `high` mm, where that is told, else they are set smaller.
        """
        self._clear(x, y, side, side)
        self.frame(x, y, side, side, weight=0.6)
        self.page.mark("tick", name, self.x + x, self.y + y, side, side)
        room, text = width - side - 1.0, self.said(words)
        if high and self.page.wide(text, size) > room:
            top = y + (side - high) / 2
            self.fill_in(text, x + side + 1.0, top, room, high, largest=size, least=4.0, stand="middle")
        else:
            self.caption(text, x + side + 1.0, y + side * 0.5 - size * 0.203, room, size)

    def comb(self, name: str, x: float, y: float, count: int, side: float, height: float) -> None:
        """Boxes for one digit each, `name.1` and so on."""
        self._clear(x, y, side * count, height)
        self.frame(x, y, side * count, height, weight=0.5)
        for place in range(count):
            if place:
                self.rule(x + place * side, y, x + place * side, y + height)
            self.page.mark("comb", f"{name}.{place + 1}", self.x + x + place * side, self.y + y, side, height)

    def _clear(self, x: float, y: float, width: float, height: float) -> None:
        """No outline of DRILL may run through a box: a machine would take it for a pen's stroke."""
        if self.content.drill:
            self.page.block(self.x + x, self.y + y, width, height, grey=1)
