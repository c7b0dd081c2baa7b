"""What no layout may do: overlap, leave its part or page, crowd or shrink a code, drop what the account needs."""

from itertools import combinations
from math import ceil

from fallback.errors import Sentence
from fallback.printing.codes import QUIET, dot_of, modules_of, narrowest
from fallback.printing.layout.kinds import BELOW, NAMING, SHEETS
from fallback.printing.layout.model import Box, Layout, Part
from fallback.toml_table import Tables

QR_LEAST = 35.0  # mm of code at version 10: the knee of the curve in docs/benchmarks.md
FROM_TEAR = 15.0  # mm between a QR's slot and a line that is torn: a torn edge takes the quiet zone first
_VERSION = 10  # what the longest record needs
_NEAR = 0.011  # mm that two boxes may share, for rounding


def check(layout: Layout, tables: Tables) -> None:
    """Raises LayoutWrong for the first thing that the sheet may not do, with the line of the box or part."""
    kind = SHEETS[layout.sheet]
    there = {part.name for part in layout.parts}
    for name, needs in kind.parts.items():
        if name not in there and name not in kind.free:
            _fail(tables, 1, "part", Sentence("The part {name} is missing, and this sheet needs it.", name=name))
        for part in layout.parts:
            if part.name == name:
                _check_part(layout, part, needs, tables)
    for one, other in combinations(layout.parts, 2):
        if one.page == other.page and _parts_meet(one, other):
            why = Sentence("It lies on the part {name}. Move one of them.", name=one.name)
            _fail(tables, other.line, other.name, why)


def _check_part(layout: Layout, part: Part, needs: frozenset[str], tables: Tables) -> None:
    if layout.size is not None:
        across, down = part.repeat
        right = (part.x or 0.0) + part.width + (across - 1) * part.step[0]
        bottom = part.y + part.height + (down - 1) * part.step[1]
        if right > layout.size[0] + _NEAR or bottom > layout.size[1] + _NEAR:
            why = Sentence(
                "The part is wider or higher than the page of {width} by {height} mm.",
                width=f"{layout.size[0]:g}",
                height=f"{layout.size[1]:g}",
            )
            _fail(tables, part.line, part.name, why)
    if (part.repeat[0] > 1 and part.step[0] < part.width) or (part.repeat[1] > 1 and part.step[1] < part.height):
        _fail(tables, part.line, part.name, "The step is smaller than the part: its copies would overlap.")
    for box in part.boxes:
        if box.right > part.width + _NEAR or box.bottom > part.height + _NEAR:
            why = Sentence(
                "The box leaves its part of {width} by {height} mm.", width=f"{part.width:g}", height=f"{part.height:g}"
            )
            _fail(tables, box.line, box.draw, why)
        if box.draw == "qr":
            _check_qr(layout, part, box, tables)
        elif box.draw == "bars":
            _check_bars(layout, box, tables)
        elif box.draw == "table" and box.count != (SHEETS[layout.sheet].rows or box.count):
            rows = SHEETS[layout.sheet].rows
            why = Sentence("The table needs {rows} rows: as many as the code of this sheet speaks of.", rows=rows)
            _fail(tables, box.line, box.draw, why)
    solid = [box for box in part.boxes if box.draw not in BELOW]
    for box in solid:
        if any(_meet(box, corner) for corner in _corners(part)):
            covers = "It covers a corner mark, by which a machine finds the form on a scan. Move it away from there."
            _fail(tables, box.line, box.draw, covers)
    for one, other in combinations(solid, 2):
        if _meet(one, other):
            why = Sentence("It overlaps the box {draw} of line {line}. Move one of them.", draw=one.draw, line=one.line)
            _fail(tables, other.line, other.draw, why)
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


def _check_qr(layout: Layout, part: Part, box: Box, tables: Tables) -> None:
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
    away = {"top": box.y, "left": box.x, "bottom": part.height - box.bottom, "right": part.width - box.right}
    for edge in sorted(part.torn):
        if away[edge] < FROM_TEAR - _NEAR:
            why = Sentence(
                "The code is nearer than {least} mm to the edge that is torn ({edge}). Move it away from there.",
                least=f"{FROM_TEAR:g}",
                edge=edge,
            )
            _fail(tables, box.line, box.draw, why)


def _check_bars(layout: Layout, box: Box, tables: Tables) -> None:
    digits = 13 if layout.sheet == "label" else 11
    least = narrowest(digits, layout.dpi)
    if box.width < least - _NEAR:
        why = Sentence(
            "The bars would be too narrow to be read: at {dpi} dpi they need {least} mm, their white border included. "
            "Make the box wider.",
            dpi=layout.dpi,
            least=f"{ceil(least * 100) / 100:g}",
        )
        _fail(tables, box.line, box.draw, why)


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


def _parts_meet(one: Part, other: Part) -> bool:
    def edges(part: Part) -> tuple[float, float, float, float]:
        left = part.x if part.x is not None else 0.0
        right = left + part.width + (part.repeat[0] - 1) * part.step[0]
        return left, part.y, right, part.y + part.height + (part.repeat[1] - 1) * part.step[1]

    if one.repeat != (1, 1) or other.repeat != (1, 1):  # repeated parts are laid into each other on purpose
        one_edges = (one.x or 0.0, one.y, (one.x or 0.0) + one.width, one.y + one.height)
        other_edges = (other.x or 0.0, other.y, (other.x or 0.0) + other.width, other.y + other.height)
    else:
        one_edges, other_edges = edges(one), edges(other)
    return (
        one_edges[0] < other_edges[2] - _NEAR
        and other_edges[0] < one_edges[2] - _NEAR
        and one_edges[1] < other_edges[3] - _NEAR
        and other_edges[1] < one_edges[3] - _NEAR
    )


def _fail(tables: Tables, line: int, key: str, why: str) -> None:
    raise tables.wrong(file=tables.path.name, line=line, key=key, why=why)
