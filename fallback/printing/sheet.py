"""The drawing surface: millimetres from the top left corner, and a record of every box that was inked.

The layout rooms say where; this module alone speaks PDF. Its operators go to ReportLab's private `_code`, as its
public calls cost a third of the time of a slip: reportlab is pinned to 5.1.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from PIL import Image
from reportlab import rl_config
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fallback.printing.codes import Drawing
from fallback.printing.typesetting import BOLD, REGULAR, RENDERING, Line, clean, emit, fit, shape

rl_config.useA85 = 0  # text-safe streams cost a fifth more bytes and 3 ms a slip; nothing has needed them since e-mail
MM = 72 / 25.4
Align = Literal["left", "centre", "right"]
_BETWEEN = 0.02  # mm by which a box is taken smaller, for rounding


@dataclass(frozen=True, slots=True)
class Box:
    """What was inked where, in mm from the page's top left corner.

    `kind` is text, code, slot (code and quiet zone), picture, or a box for the pen: tick, comb.

    `cut` says that the text was longer than its place and ends in an ellipsis.
    """

    page: int
    kind: str
    text: str
    left: float
    top: float
    right: float
    bottom: float
    cut: bool = False

    def meets(self, other: "Box") -> bool:
        """Whether the two overlap on one page."""
        return (
            self.page == other.page
            and self.left < other.right - _BETWEEN
            and other.left < self.right - _BETWEEN
            and self.top < other.bottom - _BETWEEN
            and other.top < self.bottom - _BETWEEN
        )


class Sheet:
    """Pages of one PDF. Equal calls give equal bytes, in every process. Use it under `RENDERING` only."""

    def __init__(self, width: float, height: float, title: str, fonts: tuple[str, str] = (REGULAR, BOLD)) -> None:
        self.width, self.height = width, height
        self.regular, self.bold = fonts
        self.boxes: list[Box] = []
        self.page = 1
        self._buffer = io.BytesIO()
        self._canvas: Any = Canvas(self._buffer, pagesize=(width * MM, height * MM), invariant=1, pageCompression=1)
        self._canvas.setTitle(title)
        self._canvas.setCreator("Parchi")
        self._forms: dict[str, str] = {}
        self._ghosted = False  # an outline lies on the page: text is set on white, so that it stays easy to read

    def turn(self, width: float = 0.0, height: float = 0.0) -> None:
        """Ends the page and begins the next, of another size (mm) where one is given."""
        self._canvas.showPage()
        if width and height:
            self.width, self.height = width, height
            self._canvas.setPageSize((width * MM, height * MM))
        self.page += 1
        self._ghosted = False

    def finish(self) -> bytes:
        """Ends the last page; the PDF."""
        self._canvas.showPage()
        self._canvas.save()
        return self._buffer.getvalue()

    def _put(self, operators: str) -> None:
        self._canvas._code.append(operators)

    def _y(self, y: float) -> float:
        return (self.height - y) * MM

    # --- Text ---------------------------------------------------------------------------------------------------

    def wide(self, text: str, size: float, *, bold: bool = False) -> float:
        """How wide a line would be, in mm."""
        return shape(clean(text), self.bold if bold else self.regular).width * size / MM

    def put_line(
        self,
        line: Line,
        x: float,
        y: float,
        size: float,
        *,
        align: Align = "left",
        cut: bool = False,
        white: bool = False,
    ) -> float:
        """A shaped line with its baseline at y; gives its width in mm."""
        width = line.width * size / MM
        left = x - {"left": 0.0, "centre": width / 2, "right": width}[align]
        top, bottom = y - line.top * size / MM, y - line.bottom * size / MM
        if self._ghosted and not white:
            self.block(left - 0.4, top - 0.05, width + 0.8, bottom - top + 0.1, grey=1)
        shown = emit(line, left * MM, self._y(y), size, self._canvas._doc)
        self._put(f"1 g\n{shown}\n0 g" if white else shown)
        if line.text.strip():
            self.boxes.append(Box(self.page, "text", line.text, left, top, left + width, bottom, cut))
        return width

    def say(
        self,
        text: str,
        x: float,
        y: float,
        size: float,
        *,
        bold: bool = False,
        align: Align = "left",
        white: bool = False,
    ) -> float:
        """One line of our own words with its baseline at y; gives its width in mm."""
        return self.put_line(
            shape(clean(text), self.bold if bold else self.regular), x, y, size, align=align, white=white
        )

    def caption(
        self, text: str, x: float, y: float, width: float, size: float, *, align: Align = "left", bold: bool = False
    ) -> float:
        """A line of our own words from y downwards, smaller when too wide; gives its width in mm.

        Its baseline is where its neighbours of the same size have theirs.
        """
        natural = self.wide(text, size, bold=bold)
        at = x + {"left": 0.0, "centre": width / 2, "right": width}[align]
        fitted = size * min(1.0, width / natural) if natural else size
        return self.say(text, at, y + size * 0.31, fitted, bold=bold, align=align)

    def fill_in(
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        largest: float,
        smallest: float = 6.0,
        bold: bool = False,
        align: Align = "left",
        stand: Literal["top", "middle", "bottom"] = "bottom",
        one_line: bool = False,
    ) -> bool:
        """A text of any length into a box: shrunk, wrapped, at last cut. Gives whether it was cut."""
        font = self.bold if bold else self.regular
        found = fit(text, width * MM, height * MM, font=font, largest=largest, smallest=smallest, one_line=one_line)
        over = height - found.height / MM
        if stand == "bottom" and found.lines:
            # Letters without a descender stand on the same line as letters with one, where there is room for it.
            over = min(over, height - found.lines[-1][1] / MM - min(0.30 * found.size / MM, over))
        top = y + {"top": 0.0, "middle": over / 2, "bottom": over}[stand]
        at = x + {"left": 0.0, "centre": width / 2, "right": width}[align]
        for line, down in found.lines:
            self.put_line(line, at, top + down / MM, found.size, align=align, cut=found.cut)
        return found.cut

    # --- Lines and boxes ----------------------------------------------------------------------------------------

    def rule(self, x: float, y: float, to_x: float, to_y: float, *, weight: float = 0.25, dash: str = "") -> None:
        """A line, `weight` in points; `dash` is a PDF dash pattern in points (`3 2`)."""
        dashed, solid = (f"[{dash}] 0 d ", " [] 0 d") if dash else ("", "")
        ends = f"{x * MM:.2f} {self._y(y):.2f} m {to_x * MM:.2f} {self._y(to_y):.2f} l S"
        self._put(f"{weight} w {dashed}{ends}{solid}")

    def frame(self, x: float, y: float, width: float, height: float, *, weight: float = 0.4) -> None:
        """An empty rectangle."""
        self._put(f"{weight} w {self._rectangle(x, y, width, height)} S")

    def block(self, x: float, y: float, width: float, height: float, *, grey: float = 0.0) -> None:
        """A filled rectangle; `grey` is 0 for black to 1 for white."""
        self._put(f"{grey} g {self._rectangle(x, y, width, height)} f 0 g")

    def _rectangle(self, x: float, y: float, width: float, height: float) -> str:
        return f"{x * MM:.2f} {self._y(y + height):.2f} {width * MM:.2f} {height * MM:.2f} re"

    def circle(self, x: float, y: float, radius: float, *, weight: float = 0.4) -> None:
        """An empty circle around x, y."""
        self._canvas.setLineWidth(weight)
        self._canvas.circle(x * MM, self._y(y), radius * MM, stroke=1, fill=0)

    def mark(self, kind: str, name: str, x: float, y: float, width: float, height: float) -> None:
        """Notes a box that a pen fills in and a machine reads: kind `tick` or `comb`."""
        self.boxes.append(Box(self.page, kind, name, x, y, x + width, y + height))

    def picture(self, picture: Image.Image, x: float, y: float, width: float, height: float) -> None:
        """A grey picture, as large as its place allows without being stretched, in the middle of it."""
        scale = min(width / picture.width, height / picture.height)
        wide, high = picture.width * scale, picture.height * scale
        left, top = x + (width - wide) / 2, y + (height - high) / 2
        self._canvas.drawImage(ImageReader(picture), left * MM, self._y(top + high), wide * MM, high * MM)
        self.boxes.append(Box(self.page, "picture", "logo", left, top, left + wide, top + high))

    def ghost(self, text: str, x: float, y: float, size: float, *, turned: float) -> None:
        """A large word in thin outline, centred and turned (degrees): drawn first, so that all else lies on it."""
        self._ghosted = True
        line = shape(text, self.bold)
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(x * MM, self._y(y))
        canvas.rotate(turned)
        self._put("0.45 w 1 j")
        self._put(emit(line, -line.width * size / 2, -0.3 * size, size, canvas._doc, mode=1))
        canvas.restoreState()

    # --- Codes --------------------------------------------------------------------------------------------------

    def code(self, drawing: Drawing, x: float, y: float, *, name: str, height: float | None = None) -> None:
        """A QR or (with a height) a Code 128, its top left dark module near x, y, moved to a whole dot of its printer.

        A code is stored once in a file, however often it is shown. Its quiet zone is painted white.
        """
        dot = drawing.dot
        tall = drawing.width if height is None else round(height / dot) * dot
        left = round(x / dot) * dot
        bottom = round((self.height - y - tall) / dot) * dot
        up = 0.0 if height is None else dot  # a Code 128 needs its quiet zone on the left and right only
        upright = drawing.quiet if height is None else up
        top = self.height - bottom - tall
        self.block(left - drawing.quiet, top - upright, drawing.width + 2 * drawing.quiet, tall + 2 * upright, grey=1)
        # Points to six digits: a module that is rounded to a hundredth of a point is no longer a whole dot.
        form = self._form(drawing)
        across = drawing.module * MM
        down = (tall if height is not None else drawing.module) * MM
        self._put(f"q {across:.6f} 0 0 {down:.6f} {left * MM:.6f} {bottom * MM:.6f} cm")
        self._canvas.doForm(form)
        self._put("Q")
        right = left + drawing.width
        self.boxes.append(Box(self.page, "code", name, left, top, right, top + tall))
        outer = (left - drawing.quiet, top - upright, right + drawing.quiet, top + tall + upright)
        self.boxes.append(Box(self.page, "slot", name, *outer))

    def _form(self, drawing: Drawing) -> str:
        if drawing.path not in self._forms:
            name = f"code{len(self._forms) + 1}"
            canvas = self._canvas
            modules = round(drawing.width / drawing.module)
            canvas.beginForm(name, 0, 0, modules, modules)
            self._put(drawing.path)
            canvas.endForm()
            self._forms[drawing.path] = name
        return self._forms[drawing.path]


@contextmanager
def sheet(width: float, height: float, title: str, *, fonts: tuple[str, str] = (REGULAR, BOLD)) -> Iterator[Sheet]:
    """A new sheet, with the lock that all drawing needs. `fonts` are the names of the regular and the bold type."""
    with RENDERING:
        yield Sheet(width, height, title, fonts)
