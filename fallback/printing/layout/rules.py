"""What no layout may do: overlap, leave its part or page, crowd or shrink a code, drop what the account needs."""

from dataclasses import dataclass, replace
from itertools import combinations, product
from math import ceil

from fallback.errors import Sentence
from fallback.printing.codes import QUIET, dot_of, modules_of
from fallback.printing.layout.kinds import BELOW, NAMING, SHEETS
from fallback.printing.layout.legible import too_small
from fallback.printing.layout.model import Box, Layout, Part
from fallback.toml_table import Tables

QR_LEAST = 35.0  # mm of code at version 10: the knee of the curve in docs/benchmarks.md
FROM_TEAR = 15.0  # mm between a QR's slot and a line that is torn: a torn edge takes the quiet zone first
_TEAR_WORDS = 1.4  # mm on either side of a line that is torn across: what its words take
FROM_EDGE = 4.0  # mm between a QR's slot and the page's edge: no printer at a counter prints nearer
_VERSION = 10  # what the longest record needs
_NEAR = 0.011  # mm that two boxes may share, for rounding
_SLIP_PAGES = ((148.0, 210.0), (210.0, 297.0), (297.0, 210.0))  # mm: what a card is printed on, behind its slip


def check(layout: Layout, tables: Tables) -> None:
    """Raises LayoutWrong for the first thing that the sheet may not do, with the line of the box or part."""
    kind = SHEETS[layout.sheet]
    there = {part.name for part in layout.parts}
    for page in _pages(layout):
        _check_page(layout, page, tables)
    _check_tables(layout, tables)
    for name, needs in kind.parts.items():
        if name not in there and name not in kind.free:
            _fail(tables, 1, "part", Sentence("The part {name} is missing, and this sheet needs it.", name=name))
        for part in layout.parts:
            if part.name == name:
                _check_part(layout, part, needs, tables)


def _pages(layout: Layout) -> tuple[tuple[float, float], ...]:
    """The sizes that its page may have."""
    return (layout.size,) if layout.size else _SLIP_PAGES


def _check_tables(layout: Layout, tables: Tables) -> None:
    """What stands in no row of the table is in no row of the paper: one table, with every numbered column in turn."""
    found = [box for part in layout.parts for box in part.boxes if box.draw == "table"]
    for other in found[1:]:
        _fail(tables, other.line, other.draw, "A sheet has one table, or rows would be left out. Take the other away.")
    for box in found:
        names = [name for name, _ in box.fields]
        for stem in ("void", "number"):
            numbered = [name for name in names if name.startswith(f"{stem}_")]
            if sorted(numbered) != [f"{stem}_{place}" for place in range(1, len(numbered) + 1)]:
                why = (
                    "The columns {stem}_1, {stem}_2 and so on must all be there, each once: what has no column is lost."
                )
                _fail(tables, box.line, box.draw, Sentence(why, stem=stem))


@dataclass(frozen=True, slots=True)
class _Area:
    """A rectangle of a page, and how often it comes again at which distance, across and down."""

    x: float
    y: float
    width: float
    height: float
    repeat: tuple[int, int]
    step: tuple[float, float]

    @property
    def last(self) -> tuple[float, float]:
        """The right and the lower edge of its last copy."""
        right, bottom = (count - 1 for count in self.repeat)
        return self.x + self.width + right * self.step[0], self.y + self.height + bottom * self.step[1]

    def meets(self, other: "_Area") -> bool:
        """Whether any copy of the one lies on any copy of the other. They stand in rows: each axis decides alone."""
        mine, its = ((self.x, self.width), (self.y, self.height)), ((other.x, other.width), (other.y, other.height))
        return all(
            any(
                low + here * self.step[axis] < its_low + there * other.step[axis] + its_long - _NEAR
                and its_low + there * other.step[axis] < low + here * self.step[axis] + long - _NEAR
                for here, there in product(range(self.repeat[axis]), range(other.repeat[axis]))
            )
            for axis, ((low, long), (its_low, its_long)) in enumerate(zip(mine, its, strict=True))
        )


def _area(part: Part, page: tuple[float, float], inner: Box | None = None) -> _Area:
    """Where a part, or one of its boxes, stands on its page."""
    left = (page[0] - part.width) / 2 if part.x is None else part.x
    if inner is None:
        return _Area(left, part.y, part.width, part.height, part.repeat, part.step)
    return _Area(left + inner.x, part.y + inner.y, inner.width, inner.height, part.repeat, part.step)


def _check_page(layout: Layout, page: tuple[float, float], tables: Tables) -> None:
    """The parts on their pages: inside, alike, apart from each other."""
    for part in layout.parts:
        area = _area(part, page)
        if area.x < -_NEAR or area.last[0] > page[0] + _NEAR or area.last[1] > page[1] + _NEAR:
            why = Sentence(
                "The part is wider or higher than the page of {width} by {height} mm.",
                width=f"{page[0]:g}",
                height=f"{page[1]:g}",
            )
            _fail(tables, part.line, part.name, why)
        if part.repeat != layout.parts[0].repeat:  # or a slip would come out on one of its parts and not on the other
            alike = "All parts of a sheet are repeated alike: give them the same repeat."
            _fail(tables, part.line, part.name, alike)
    for one, other in combinations(layout.parts, 2):
        if one.page == other.page and _area(one, page).meets(_area(other, page)):
            why = Sentence("It lies on the part {name}. Move one of them.", name=one.name)
            _fail(tables, other.line, other.name, why)


def _check_place(layout: Layout, part: Part, box: Box, page: tuple[float, float], tables: Tables) -> None:
    """A box on its page: a code away from the edges, everything away from what is torn."""
    area, code = _area(part, page, box), box.draw == "qr"
    if code and min(area.x, area.y, page[0] - area.last[0], page[1] - area.last[1]) < FROM_EDGE - _NEAR:
        why = Sentence(
            "The code is nearer than {least} mm to the page's edge, where printers print nothing. Move it inwards.",
            least=f"{FROM_EDGE:g}",
        )
        _fail(tables, box.line, box.draw, why)
    near = FROM_TEAR if code else _TEAR_WORDS
    # A line that is torn belongs to both of its sides, whichever part names it.
    for other in (part, *(each for each in layout.parts if each is not part)):
        for edge in sorted(other.torn) if other.page == part.page else ():
            if (code or edge in ("top", "bottom")) and area.meets(_area(other, page, _torn(other, edge, near))):
                why = Sentence(
                    "It is nearer than {least} mm to the edge that is torn ({edge}). Move it away from there.",
                    least=f"{near:g}",
                    edge=edge,
                )
                _fail(tables, box.line, box.draw, why)


def _torn(part: Part, edge: str, near: float) -> Box:
    """Where nothing may stand for the sake of a torn edge."""
    along = edge in ("top", "bottom")
    x = part.width if edge == "right" else 0.0
    y = part.height if edge == "bottom" else 0.0
    return Box(
        draw="frame",
        line=part.line,
        x=x if along else x - near,
        y=y - near if along else y,
        width=part.width if along else 2 * near,
        height=2 * near if along else part.height,
    )


def _check_part(layout: Layout, part: Part, needs: frozenset[str], tables: Tables) -> None:
    if (part.repeat[0] > 1 and part.step[0] < part.width) or (part.repeat[1] > 1 and part.step[1] < part.height):
        _fail(tables, part.line, part.name, "The step is smaller than the part: its copies would overlap.")
    for box in part.boxes:
        if box.right > part.width + _NEAR or box.bottom > part.height + _NEAR:
            why = Sentence(
                "The box leaves its part of {width} by {height} mm.", width=f"{part.width:g}", height=f"{part.height:g}"
            )
            _fail(tables, box.line, box.draw, why)
        if box.draw == "qr":
            _check_qr(layout, box, tables)
        elif small := too_small(layout, box):
            _fail(tables, box.line, box.draw, small)
        elif box.draw == "table" and box.count != (SHEETS[layout.sheet].rows or box.count):
            rows = SHEETS[layout.sheet].rows
            why = Sentence("The table needs {rows} rows: as many as the code of this sheet speaks of.", rows=rows)
            _fail(tables, box.line, box.draw, why)
        for page in _pages(layout) if box.draw not in BELOW else ():
            _check_place(layout, part, box, page, tables)
    if part.corners and 2 * (part.corners + part.inset) > min(part.width, part.height):
        _fail(
            tables, part.line, part.name, "The corner marks do not fit on the part. Make them or their inset smaller."
        )
    solid = [box for box in part.boxes if box.draw not in BELOW]
    for box in solid:
        if any(_meet(box, corner) for corner in _corners(part)):
            covers = "It covers a corner mark, by which a machine finds the form on a scan. Move it away from there."
            _fail(tables, box.line, box.draw, covers)
    for one, other in combinations(solid, 2):
        if _meet(one, other):
            why = Sentence("It overlaps the box {draw} of line {line}. Move one of them.", draw=one.draw, line=one.line)
            _fail(tables, other.line, other.draw, why)
    lines = [line for box in part.boxes if box.draw in BELOW for line in _strokes(box)]
    for code in solid:
        for line in lines if code.draw in ("qr", "bars") else ():
            if _meet(code, line):
                crosses = "Its line runs through a code or its white border, which could not be read. Move it away."
                _fail(tables, line.line, line.draw, crosses)
    held = {box.code or box.draw for box in part.boxes if not box.when}
    held |= {name for box in part.boxes if box.draw in NAMING and not box.when for name, _ in box.fields}
    held |= {"number" for box in part.boxes if box.draw == "bars" and box.number}
    if "where" in held:
        held |= {"token", "clinic", "room", "unit"}
    for need in sorted(needs - held):
        why = Sentence(
            "The part {part} has no box with {need}, which must not be left out: without it paper could not be "
            "accounted for. Put it back.",
            part=part.name,
            need=need,
        )
        _fail(tables, part.line, part.name, why)


def _check_qr(layout: Layout, box: Box, tables: Tables) -> None:
    dot, size = dot_of(layout.dpi), modules_of(_VERSION)
    slot = min(box.width, box.height)
    dots = int(slot / dot / (size + 2 * QUIET) + 1e-6)
    if dots * dot * size < QR_LEAST:
        dots = ceil(QR_LEAST / dot / size)
        least = dots * dot * (size + 2 * QUIET)
        why = Sentence(
            "The code would be too small to be read from worn paper: at {dpi} dpi it needs a square of {least} mm, its "
            "white border included. Make the box larger.",
            dpi=layout.dpi,
            least=f"{ceil(least * 100) / 100:g}",
        )
        _fail(tables, box.line, box.draw, why)


def _strokes(box: Box) -> list[Box]:
    """What is inked of a frame or a rule."""
    if box.draw == "rule":
        return [box]
    across, down = replace(box, height=0.0), replace(box, width=0.0)
    return [across, replace(across, y=box.bottom), down, replace(down, x=box.right)]


def _corners(part: Part) -> list[Box]:
    side, inset = part.corners, part.inset
    return [
        Box(draw="frame", line=part.line, x=x, y=y, width=side, height=side)
        for x in (inset, part.width - inset - side)
        for y in (inset, part.height - inset - side)
        if side
    ]


def _meet(one: Box, other: Box) -> bool:
    if one.when and other.when and one.when != other.when:
        return False
    return (
        one.x < other.right - _NEAR
        and other.x < one.right - _NEAR
        and one.y < other.bottom - _NEAR
        and other.y < one.bottom - _NEAR
    )


def _fail(tables: Tables, line: int, key: str, why: str) -> None:
    raise tables.wrong(file=tables.path.name, line=line, key=key, why=why)
