"""Draws contents by a layout: parts laid out on pages, boxes into parts, and what no layout decides (DRILL, lines)."""

import math
from collections.abc import Callable, Mapping, Sequence

from fallback.hospital import Hospital
from fallback.marks import Area, MarkBox, MarkForm, MarkKind, MarkLine
from fallback.printing import labels
from fallback.printing.codes import code128, qr
from fallback.printing.content import Content
from fallback.printing.layout import areas, cells
from fallback.printing.layout.model import Box, Layout, Part
from fallback.printing.layout.pen import Pen
from fallback.printing.sheet import Sheet, sheet

_GHOST = 45.0  # mm: a smaller part says DRILL in its tags alone
_DASH = "3 2.2"
_Ends = tuple[float, float, float, float]


def draw(page: Sheet, layout: Layout, contents: Sequence[Content | None], hospital: Hospital) -> None:
    """Draws every content on the sheet, which stands on a fresh page; a repeated part takes one content a place.

    None leaves its place empty: that sticker was used up before.
    """
    page.regular, page.bold = layout.fonts  # a file may hold sheets of several layouts
    places = max(part.repeat[0] * part.repeat[1] for part in layout.parts)
    for first in range(0, len(contents), places):
        group = contents[first : first + places]
        for number in range(1, layout.pages + 1):
            if first or number > 1:
                page.turn()
            edges: dict[_Ends, bool] = {}  # whether it is torn: two parts share the line between them
            for part in layout.parts:
                if part.page == number:
                    edges |= _lay_out(page, layout, part, group, hospital)
            for ends, torn in edges.items():
                _edge(page, ends, labels.TEAR.said(layout.language) if torn else "")


def _lay_out(
    page: Sheet, layout: Layout, part: Part, contents: Sequence[Content | None], hospital: Hospital
) -> dict[_Ends, bool]:
    edges: dict[_Ends, bool] = {}
    across = part.repeat[0]
    for place, content in enumerate(contents[: across * part.repeat[1]]):
        if content is None:
            continue
        down, right = divmod(place, across)
        left = (page.width - part.width) / 2 if part.x is None else part.x
        pen = Pen(
            page, layout, content, hospital, left + right * part.step[0], part.y + down * part.step[1], part.width,
            part.height,
        )  # fmt: skip
        if content.drill and min(part.width, part.height) >= _GHOST:
            _ghost(pen)
        edges |= _edges(pen, part)
        _corners(pen, part)
        for box in part.boxes:
            if box.when and (box.when == "void") is not content.void:
                continue
            DRAW[box.draw](pen, box)
    return edges


def form_of(layout: Layout, part: Part, content: Content, hospital: Hospital) -> MarkForm:
    """Where a machine finds what was filled in by pen on a part, for the codes of a content."""
    with sheet(part.width, part.height, "form", fonts=layout.fonts) as page:
        pen = Pen(page, layout, content, hospital, 0.0, 0.0, part.width, part.height)
        for box in part.boxes:
            if box.when != "void":
                DRAW[box.draw](pen, box)
    half = part.inset + part.corners / 2
    right, bottom = part.width - half, part.height - half
    code = next((box for box in page.boxes if box.kind == "code" and box.text == "qr"), None)
    return MarkForm(
        name=f"{layout.sheet}.{part.name}",
        width=part.width,
        height=part.height,
        side=part.corners,
        corners=((half, half), (right, half), (right, bottom), (half, bottom)),
        code=(code.left, code.top, code.right, code.bottom) if code else (0.0, 0.0, 0.0, 0.0),
        boxes=tuple(
            MarkBox(
                name=box.text,
                kind=MarkKind(box.kind),
                left=box.left,
                top=box.top,
                width=box.right - box.left,
                height=box.bottom - box.top,
            )
            for box in page.boxes
            if box.kind in tuple(MarkKind)
        ),
        lines=tuple(MarkLine(name=name, area=area) for name, area in _written(part).items()),
    )


def _written(part: Part) -> dict[str, Area]:
    """What a pen is asked for on a part, by its name; one area where a question has a line and boxes (the clinic)."""
    found: dict[str, Area] = {}
    for box in part.boxes:
        if box.draw in ("blank", "ticks", "comb") and box.fields and box.when != "void":
            name = areas.REGISTERED.get(box.fields[0][0], box.fields[0][0])
            left, top, right, bottom = found.get(name, (box.x, box.y, box.right, box.bottom))
            found[name] = min(left, box.x), min(top, box.y), max(right, box.right), max(bottom, box.bottom)
    return found


def _ghost(pen: Pen) -> None:
    """DRILL across each part, in outline: a black-and-white printer and a copier keep it, and a pen can write on it."""
    english, hindi = labels.DRILL
    angle = 42 if pen.height > pen.width else 20
    middle = pen.x + pen.width / 2
    _ghost_word(pen, english, middle, pen.y + pen.height * 0.46, pen.height * 0.8, angle)
    if pen.height > 140:
        _ghost_word(pen, hindi, middle, pen.y + pen.height * 0.82, pen.height * 0.3, 14)


def _ghost_word(pen: Pen, word: str, x: float, y: float, room: float, angle: int) -> None:
    """As large as the part's width and a height let it be, turned as it is."""
    wide, high = pen.page.wide(word, 1, bold=True), 0.27  # mm at one point
    sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
    size = min(0.92 * pen.width / (wide * cosine + high * sine), room / (wide * sine + high * cosine), 150.0)
    pen.page.ghost(word, x, y, size, turned=angle)


def _edges(pen: Pen, part: Part) -> dict[_Ends, bool]:
    """The lines along which a part is torn (True) or cut, where the page does not end there anyhow."""
    left, top, right, bottom = (round(edge, 2) for edge in (pen.x, pen.y, pen.x + pen.width, pen.y + pen.height))
    ends = {
        "top": (left, top, right, top),
        "right": (right, top, right, bottom),
        "bottom": (left, bottom, right, bottom),
        "left": (left, top, left, bottom),
    }
    page = pen.page
    return {
        ends[edge]: edge in part.torn
        for edge in sorted(part.torn | part.cut)
        if max(ends[edge][0], ends[edge][2]) > 1 and max(ends[edge][1], ends[edge][3]) > 1
        if min(ends[edge][0], ends[edge][2]) < page.width - 1 and min(ends[edge][1], ends[edge][3]) < page.height - 1
    }


def _edge(page: Sheet, ends: _Ends, words: str) -> None:
    """A dashed line; one across a page says in its middle what to do."""
    x, y, to_x, to_y = ends
    if not words or y != to_y or to_x - x < 70:
        page.rule(x, y, to_x, to_y, weight=0.4, dash=_DASH)
        return
    half, middle = page.wide(words, 6.5) / 2 + 1.5, (x + to_x) / 2
    page.rule(x + 5, y, middle - half, y, weight=0.5, dash=_DASH)
    page.rule(middle + half, y, to_x - 5, y, weight=0.5, dash=_DASH)
    page.say(words, middle, y + 0.8, 6.5, align="centre")


def _corners(pen: Pen, part: Part) -> None:
    """The marks by which a machine finds the part on a scan."""
    side, inset = part.corners, part.inset
    for x in (inset, part.width - inset - side):
        for y in (inset, part.height - inset - side):
            if side:
                pen.page.block(pen.x + x, pen.y + y, side, side)


def _qr(pen: Pen, box: Box) -> None:
    digits = pen.content.codes.get(box.code, "")
    if not digits:
        return
    drawing = qr(digits, dpi=pen.layout.dpi, slot=min(box.width, box.height))
    x = pen.x + box.x + (box.width - drawing.width) / 2
    pen.page.code(drawing, x, pen.y + box.y + (box.height - drawing.width) / 2, name="qr")


def _bars(pen: Pen, box: Box) -> None:
    digits = pen.content.codes.get(box.code, "")
    if not digits:
        return
    drawing = code128(digits, dpi=pen.layout.dpi, width=box.width)
    high = box.height - (3.6 if box.number else 0.2)
    at = pen.x + box.x + (box.width - drawing.width) / 2
    pen.page.code(drawing, at, pen.y + box.y + 0.1, name="bars", height=high)
    if box.number:
        number = pen.content.fields.get("sample") or pen.field("number")
        pen.say(number.value, box.x + box.width / 2, box.bottom - 0.6, 8.5, bold=True, align="centre")


def _frame(pen: Pen, box: Box) -> None:
    pen.frame(box.x, box.y, box.width, box.height, weight=0.6)


def _rule(pen: Pen, box: Box) -> None:
    pen.rule(box.x, box.y, box.right, box.bottom, weight=0.5)


DRAW: Mapping[str, Callable[[Pen, Box], None]] = {
    "header": cells.header,
    "hospital": cells.hospital,
    "logo": cells.picture,
    "title": cells.title,
    "tags": cells.tags,
    "row": cells.row,
    "plain": cells.plain,
    "value": cells.value,
    "where": cells.where,
    "text": cells.text,
    "qr": _qr,
    "bars": _bars,
    "again": cells.again,
    "notes": cells.notes,
    "vitals": areas.vitals,
    "history": areas.history,
    "medicines": areas.medicines,
    "ticks": areas.ticks,
    "comb": areas.comb,
    "blank": areas.blank,
    "void": cells.void,
    "table": cells.table,
    "frame": _frame,
    "rule": _rule,
}
