"""The boxes of words: header, states, rows of labelled cells, where to go, tables, house rules."""

from collections.abc import Sequence

from fallback.printing.labels import FIELDS, VOID, Words
from fallback.printing.layout.logo import logo
from fallback.printing.layout.model import Box
from fallback.printing.layout.pen import GUTTER, Pen
from fallback.printing.sheet import MM
from fallback.printing.typesetting import clean, shape

TICK = "☐"  # a cell of a table that is a box to tick


def header(pen: Pen, box: Box) -> None:
    """The hospital's names and address on the left, what this paper is on the right, a line below."""
    three = box.count == 3
    x, y, height = box.x, box.y, box.height - 0.9
    if pen.layout.logo is not None and (sign := logo(pen.layout.logo)):
        pen.page.picture(sign, pen.x + x, pen.y + y, height, height)
        x += height + 2
    width = box.right - x
    left, right = width * 0.6, width * 0.38
    far = x + width - right
    name = height * 0.37 if three else height / 2
    language, names = pen.layout.language, _names(pen)
    title, copy = pen.content.title, pen.said(box.words)
    high = name if language == "both" else (2 * name if three else name * 1.1)
    for place, text in enumerate(names):
        largest = (15, 13)[place] if three else (9.5, 9)[place]
        pen.fill_in(text, x, y + place * name, left, high - 0.4, largest=largest, bold=True)
    titles = [title.hindi, title.english] if three and language == "both" else [pen.said(title)]
    for place, text in enumerate(titles):
        largest = (15, 13)[place] if three else 9.5
        high = name if three and language == "both" else (2 * name if three else name)
        pen.fill_in(text, far, y + place * name, right, high - 0.4, largest=largest, bold=True, align="right")
    if three:
        room = left if copy else width
        pen.fill_in(_where(pen, room, 5.5), x, y + 2 * name, room, height * 0.26, largest=8, least=5.5)
    below = 2 * name if three else name
    pen.fill_in(copy, far, y + below, right, height - below, largest=8.5, least=5.5, align="right")
    pen.rule(box.x, box.bottom, box.right, box.bottom, weight=0.9 if three else 0.7)


def _where(pen: Pen, room: float, least: float) -> str:
    """Addresses and telephone; where both addresses are too long for `room`, one: no telephone is cut for the other."""
    of, language = pen.hospital, pen.layout.language
    addresses = {"en": [of.address], "hi": [of.address_hindi]}.get(language, [of.address_hindi, of.address])
    told = [" · ".join(part for part in (*these, of.phone) if part) for these in (addresses, addresses[-1:])]
    return next((text for text in told if pen.page.wide(text, least) <= room), told[-1])


def hospital(pen: Pen, box: Box) -> None:
    """The hospital's names alone, a line each."""
    texts = _names(pen)
    each = box.height / len(texts)
    for place, text in enumerate(texts):
        y = box.y + place * each
        pen.fill_in(text, box.x, y, box.width, each - 0.3, largest=(box.type or 11) - place, least=5.5, bold=True)


def _names(pen: Pen) -> list[str]:
    english, hindi = pen.hospital.name, pen.hospital.name_hindi
    return {"en": [english], "hi": [hindi]}.get(pen.layout.language, [hindi, english])


def picture(pen: Pen, box: Box) -> None:
    """The hospital's sign."""
    if pen.layout.logo is not None and (sign := logo(pen.layout.logo)):
        pen.page.picture(sign, pen.x + box.x, pen.y + box.y, box.width, box.height)


def title(pen: Pen, box: Box) -> None:
    """What this paper is, in large letters."""
    largest = box.type or 15
    pen.fill_in(
        pen.said(pen.content.title), box.x, box.y, box.width, box.height, largest=largest, least=box.least or 7,
        bold=True, align=box.align, stand="middle",
    )  # fmt: skip


def tags(pen: Pen, box: Box) -> None:
    """The states, white words on black, side by side from the left; in English only, then smaller, where too wide."""
    flags = pen.content.flags
    if not flags:
        return
    size = min(box.type or 8.5, box.height / 0.5)
    gap, pad = size * 0.17, size * 0.19
    texts = [pen.said(word) for word in flags]
    widths = _tag_widths(pen, texts, size, pad)
    if sum(widths) + gap * (len(texts) - 1) > box.width and pen.layout.language == "both":
        texts = [word.english for word in flags]
        widths = _tag_widths(pen, texts, size, pad)
    high = size * 0.5
    natural = sum(widths) + gap * (len(texts) - 1)
    shrunk = size
    if natural > box.width:
        shrunk, pad, gap = (part * box.width / natural for part in (size, pad, gap))
        widths = _tag_widths(pen, texts, shrunk, pad)
    x, y = pen.x + box.x, pen.y + box.y
    for text, wide in zip(texts, widths, strict=True):
        pen.page.block(x, y, wide, high)
        pen.page.say(text, x + pad, y + high * 0.5 + shrunk * 0.107, shrunk, bold=True, white=True)
        x += wide + gap


def _tag_widths(pen: Pen, texts: Sequence[str], size: float, pad: float) -> list[float]:
    return [pen.page.wide(text, size, bold=True) + 2 * pad for text in texts]


def row(pen: Pen, box: Box) -> None:
    """Labelled cells side by side, their widths in proportion."""
    share = sum(part for _, part in box.fields)
    room = box.width - GUTTER * (len(box.fields) - 1)
    value = box.type or pen.layout.value
    x = box.x
    for name, part in box.fields:
        wide = room * part / share
        bold = name in box.bold or "*" in box.bold
        pen.cell(
            pen.field(name), x, box.y, wide, box.height, label=pen.label(box), value=value, bold=bold,
            least=box.least or 5.5,
        )  # fmt: skip
        x += wide + GUTTER


def plain(pen: Pen, box: Box) -> None:
    """One field's value without a label, on the line that an empty one leaves to write on."""
    field = pen.field(box.fields[0][0])
    pen.fill_in(
        field.value, box.x, box.y + 0.2, box.width, box.height - 0.7, largest=box.type or pen.layout.value,
        least=box.least or 5.5, bold=bool(box.bold), align=box.align, one_line=field.solid,
    )  # fmt: skip
    pen.rule(box.x, box.bottom, box.right, box.bottom)


def value(pen: Pen, box: Box) -> None:
    """One field's value alone, a line for each of its texts; an empty one leaves a line to write on."""
    field = pen.field(box.fields[0][0])
    texts = field.value.split("\n")
    each = box.height / len(texts)
    for place, text in enumerate(texts):
        pen.fill_in(
            text, box.x, box.y + place * each, box.width, each - 0.1, largest=box.type or pen.layout.value,
            least=box.least or 5.5, bold=bool(box.bold), align=box.align, one_line=field.solid,
            stand="middle" if box.align == "centre" else "bottom",
        )  # fmt: skip
    if not field.value:
        pen.rule(box.x, box.bottom, box.right, box.bottom)


def where(pen: Pen, box: Box) -> None:
    """Where to go, and when it is one's turn: the token as large as it can be, clinic, room, unit."""
    x, y, width, high = box.x, box.y, box.width, box.height
    label, small = pen.layout.label, pen.layout.label * 0.42 + 0.8
    pen.frame(x, y, width, high, weight=1.0)
    first, last = width * 0.29, width * 0.22
    pen.rule(x + first, y, x + first, y + high, weight=0.5)
    pen.rule(x + width - last, y, x + width - last, y + high, weight=0.5)

    def told(name: str, at: float, top: float, room: float) -> None:
        pen.caption(pen.said(pen.field(name).label), at, top + 0.7, room, label)

    report = pen.field("report").value
    foot = small + 3.4 if report else 0.0  # the time to come stands below the token, where one is told
    told("token", x + 1.5, y, first - 3)
    pen.fill_in(
        pen.field("token").value, x + 1.5, y + small, first - 3, high - small - foot - 0.8, largest=44, least=9,
        bold=True, align="centre", stand="middle", one_line=True,
    )  # fmt: skip
    if report:
        pen.rule(x, y + high - foot - 0.4, x + first, y + high - foot - 0.4, weight=0.3)
        told("report", x + 1.5, y + high - foot - 0.4, first - 3)
        pen.fill_in(
            report, x + 1.5, y + high - foot + small - 0.4, first - 3, foot - small - 0.2, largest=12, least=6,
            bold=True, align="centre", stand="middle", one_line=True,
        )  # fmt: skip
    inner, room = x + first + 1.5, width - first - last - 3
    told("clinic", inner, y, room)
    # A clinic's name is a pair of texts: its field holds both, a line each.
    texts = pen.field("clinic").value.split("\n")
    each = (high - small - 0.8) / len(texts)
    for place, text in enumerate(texts):
        top = y + small + place * each
        pen.fill_in(text, inner, top, room, each - 0.2, largest=14, least=6, bold=True, stand="middle")
    inner, room, half = x + width - last + 1.5, last - 3, (high - 1) / 2
    told("room", inner, y, room)
    pen.fill_in(
        pen.field("room").value,
        inner,
        y + small,
        room,
        half - small + 0.6,
        largest=18,
        least=6,
        bold=True,
        stand="middle",
    )
    told("unit", inner, y + half, room)
    pen.fill_in(
        pen.field("unit").value,
        inner,
        y + half + small,
        room,
        half - small,
        largest=11,
        least=5,
        bold=True,
        stand="middle",
    )


def text(pen: Pen, box: Box) -> None:
    """The hospital's own words: house rules, what to do with this paper. `lines` 2: a language above the other."""
    texts = [pen.said(box.words)]
    if box.count == 2 and pen.layout.language == "both":
        texts = [box.words.hindi, box.words.english]
    each = box.height / len(texts)
    for place, text in enumerate(texts):
        pen.fill_in(
            text, box.x, box.y + place * each, box.width, each, largest=box.type or 8, least=box.least or 5,
            bold=bool(box.bold), align=box.align, stand="middle",
        )  # fmt: skip


def again(pen: Pen, box: Box) -> None:
    """Which reprint it is, when and by whom."""
    pen.fill_in(
        pen.content.again, box.x, box.y, box.width, box.height, largest=box.type or 7, least=5, bold=True,
        align="centre", stand="middle",
    )  # fmt: skip


def notes(pen: Pen, box: Box) -> None:
    """What was replaced, who signed, what is shorter in the code."""
    pen.fill_in(
        pen.content.notes, box.x, box.y, box.width, box.height, largest=box.type or 6.5, least=4.5, align="centre",
        stand="top",
    )  # fmt: skip


def void(pen: Pen, box: Box) -> None:
    """What a void slip has in place of the area to write on: that it is void, and why."""
    pen.frame(box.x, box.y, box.width, box.height, weight=1.2)
    top, high = box.y + 1.5, box.height - 3
    left, room = box.x + box.width * 0.36, box.width * 0.64 - 3
    pen.fill_in(
        pen.said(VOID), box.x + 3, top, box.width * 0.34 - 3, high, largest=38, least=10, bold=True, stand="middle",
        one_line=True,
    )  # fmt: skip
    said = f"{pen.said(FIELDS['reason'])}: {pen.content.reason}"
    pen.fill_in(said, left, top, room, high, largest=12, least=5.5, stand="middle")


def table_head(size: float) -> float:
    """The height in mm of a table's head, its labels being of a size (points)."""
    return size * 0.42 * 2 + 1.6


def table(pen: Pen, box: Box) -> None:
    """A head and `count` rows of the content; rows that it lacks are lines to write on."""
    label, size = pen.label(box), box.type or pen.layout.value
    head = table_head(label)
    share = sum(part for _, part in box.fields)
    step = (box.height - head) / box.count
    edges = [box.x]
    for _, part in box.fields:
        edges.append(edges[-1] + box.width * part / share)
    rows = pen.content.rows
    for place, (name, _) in enumerate(box.fields):
        left, wide = edges[place] + 0.8, edges[place + 1] - edges[place] - 1.6
        _head(pen, pen.field(name).label, left, box.y, wide, head, label)
        for line in range(box.count):
            top = box.y + head + line * step
            value = rows[line].get(name, "") if line < len(rows) else ""
            if value == TICK:
                side = min(3.6, step - 1.2)
                x = left + (wide - side) / 2
                pen.tick(f"{name}.{line + 1}", Words("", ""), x, top + (step - side) / 2, side + 2, label, side=side)
            elif value:
                _entry(pen, value, left, top, wide, step, size)
    for line in range(box.count + 1):
        level = box.y + head + line * step
        pen.rule(box.x, level, box.right, level, weight=0.6 if line == 0 else 0.2)
    for edge in edges[1:-1]:
        pen.rule(edge, box.y + head, edge, box.bottom, weight=0.2)


def _entry(pen: Pen, text: str, x: float, y: float, width: float, height: float, size: float) -> None:
    """A cell's text: on the row's common baseline where it is one line there, else as it fits."""
    line = shape(clean(text), pen.page.regular)
    fitted = min(size, width * MM / max(line.width, 0.01))
    level = y + height / 2 + size * 0.122
    above, below = line.top * fitted / MM, -line.bottom * fitted / MM
    if fitted >= 0.75 * size and level - above > y + 0.2 and level + below < y + height - 0.2:
        pen.page.put_line(line, pen.x + x, pen.y + level, fitted)
    else:
        pen.fill_in(text, x, y + 0.6, width, height - 1.2, largest=size, least=4.5, stand="middle")


def _head(pen: Pen, words: Words, x: float, y: float, width: float, height: float, size: float) -> None:
    if pen.layout.language == "both":
        pen.caption(words.hindi, x, y + 0.3, width, size, bold=True)
        pen.caption(words.english, x, y + 0.3 + height / 2, width, size, bold=True)
    else:
        pen.caption(pen.said(words), x, y + height / 3, width, size, bold=True)
