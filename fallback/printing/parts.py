"""The parts that every sheet is put together from: header, tags, labelled cells, the column of codes, the tear line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fallback.hospital import Hospital
from fallback.printing.codes import BAR_WIDTH, QR_SLOT, Drawing
from fallback.printing.fields import Field
from fallback.printing.labels import TEAR, Words
from fallback.printing.sheet import Align, Sheet

GUTTER = 3.0  # mm between columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Sizes in points of labels and values, and the height of a row in mm."""

    label: float
    value: float
    row: float


LARGE = Style(label=7.0, value=10.5, row=8.7)
SMALL = Style(label=6.0, value=9.0, row=7.2)


@dataclass(frozen=True, slots=True)
class Codes:
    """Both codes of a slip, and the number that stands below the bars."""

    qr: Drawing
    bars: Drawing
    number: str


def caption(
    sheet: Sheet, text: str, x: float, y: float, width: float, size: float, *, align: Align = "left", bold: bool = False
) -> None:
    """A line of our own words from y downwards: smaller when too wide, its baseline where its neighbours have it."""
    natural = sheet.wide(text, size, bold=bold)
    at = x + {"left": 0.0, "centre": width / 2, "right": width}[align]
    sheet.say(text, at, y + size * 0.31, size * min(1.0, width / natural), bold=bold, align=align)


def cell(
    sheet: Sheet,
    field: Field,
    x: float,
    y: float,
    width: float,
    style: Style,
    *,
    height: float = 0.0,
    value: float = 0.0,
    bold: bool = False,
    smallest: float = 5.5,
) -> None:
    """A label, its value below, and the line that an empty value leaves to write on."""
    height, value = height or style.row, value or style.value
    caption(sheet, field.label.both, x, y + 0.4, width, style.label)
    over = y + style.label * 0.42 + 0.4
    room = y + height - 0.5 - over
    sheet.fill_in(field.value, x, over, width, room, largest=value, smallest=smallest, bold=bold, one_line=field.solid)
    sheet.rule(x, y + height, x + width, y + height, weight=0.3)


def row(
    sheet: Sheet,
    fields: Mapping[str, Field],
    wanted: Sequence[tuple[str, float]],
    x: float,
    y: float,
    width: float,
    style: Style,
    *,
    height: float = 0.0,
    bold: Sequence[str] = (),
) -> float:
    """Cells side by side, their widths in proportion; gives the y below them."""
    room = width - GUTTER * (len(wanted) - 1)
    share = sum(part for _, part in wanted)
    for name, part in wanted:
        wide = room * part / share
        cell(sheet, fields[name], x, y, wide, style, height=height, bold=name in bold)
        x += wide + GUTTER
    return y + (height or style.row)


def header(
    sheet: Sheet, hospital: Hospital, title: Words, copy: Words, x: float, y: float, width: float, height: float
) -> None:
    """The hospital's names and address on the left, what this paper is on the right, a line below."""
    left, right = width * 0.62, width * 0.36
    far = x + width - right
    name, small = height * 0.37, height * 0.26
    sheet.fill_in(hospital.name_hindi, x, y, left, name - 0.4, largest=15, smallest=7, bold=True)
    sheet.fill_in(hospital.name, x, y + name, left, name - 0.4, largest=13, smallest=7, bold=True)
    where = " · ".join(part for part in (hospital.address_hindi, hospital.address, hospital.phone) if part)
    sheet.fill_in(where, x, y + 2 * name, left, small, largest=8, smallest=5.5)
    sheet.fill_in(title.hindi, far, y, right, name - 0.4, largest=15, smallest=8, bold=True, align="right")
    sheet.fill_in(title.english, far, y + name, right, name - 0.4, largest=13, smallest=8, bold=True, align="right")
    sheet.fill_in(copy.both, far, y + 2 * name, right, small, largest=8, smallest=6, align="right")
    sheet.rule(x, y + height + 0.8, x + width, y + height + 0.8, weight=0.9)


def short_header(
    sheet: Sheet, hospital: Hospital, title: Words, copy: Words, x: float, y: float, width: float, height: float
) -> None:
    """The header in two lines, for the copy that does not leave the house."""
    left, right = width * 0.56, width * 0.42
    far = x + width - right
    half = height / 2
    sheet.fill_in(hospital.name_hindi, x, y, left, half - 0.2, largest=9.5, smallest=6, bold=True)
    sheet.fill_in(hospital.name, x, y + half, left, half - 0.2, largest=9, smallest=6, bold=True)
    sheet.fill_in(title.both, far, y, right, half - 0.2, largest=9.5, smallest=6, bold=True, align="right")
    sheet.fill_in(copy.both, far, y + half, right, half - 0.2, largest=8.5, smallest=6, align="right")
    sheet.rule(x, y + height + 0.6, x + width, y + height + 0.6, weight=0.7)


def tags(sheet: Sheet, words: Sequence[Words], x: float, y: float, width: float, *, size: float = 8.5) -> None:
    """White words on black, side by side from the left; in English only, and then smaller, where they do not fit."""
    if not words:
        return
    gap, pad = size * 0.17, size * 0.19
    high = size * 0.5
    english = [word.english for word in words]
    texts, shrunk = [word.both for word in words], size
    widths = _tag_widths(sheet, texts, shrunk, pad)
    if sum(widths) + gap * (len(texts) - 1) > width:
        texts, widths = english, _tag_widths(sheet, english, shrunk, pad)
    natural = sum(widths) + gap * (len(texts) - 1)
    if natural > width:
        shrunk, pad, gap = (part * width / natural for part in (size, pad, gap))
        widths = _tag_widths(sheet, texts, shrunk, pad)
    for text, wide in zip(texts, widths, strict=True):
        sheet.block(x, y, wide, high)
        sheet.say(text, x + pad, y + high * 0.5 + shrunk * 0.107, shrunk, bold=True, white=True)
        x += wide + gap


def _tag_widths(sheet: Sheet, texts: Sequence[str], size: float, pad: float) -> list[float]:
    return [sheet.wide(text, size, bold=True) + 2 * pad for text in texts]


def code_column(
    sheet: Sheet, codes: Codes, again: str, notes: str, x: float, y: float, bottom: float, bars: float
) -> None:
    """The QR, the bars below it (`bars` mm high) with their number, which reprint it is, and notes down to `bottom`."""
    inset = (QR_SLOT - codes.qr.width) / 2
    sheet.code(codes.qr, x + inset, y + inset, name="qr")
    at = y + QR_SLOT + 0.5
    sheet.code(codes.bars, x + (QR_SLOT - BAR_WIDTH) / 2, at, name="bars", height=bars)
    sheet.say(codes.number, x + QR_SLOT / 2, at + bars + 3.1, 8.5, bold=True, align="centre")
    at += bars + 3.9
    if again:
        caption(sheet, again, x, at, QR_SLOT, 7, bold=True, align="centre")
        at += 3.2
    sheet.fill_in(notes, x, at, QR_SLOT, bottom - at, largest=6.5, smallest=4.5, align="centre", stand="top")


def tear_line(sheet: Sheet, y: float) -> None:
    """A dashed line across the page with a pair of scissors, and what to do."""
    words = sheet.wide(TEAR.both, 6.5) + 3
    middle = sheet.width / 2
    sheet.rule(4, y, middle - words / 2, y, weight=0.5, dash="3 2.2")
    sheet.rule(middle + words / 2, y, sheet.width - 4, y, weight=0.5, dash="3 2.2")
    sheet.say(TEAR.both, middle, y + 0.8, 6.5, align="centre")
    scissors(sheet, 9.5, y)


def scissors(sheet: Sheet, x: float, y: float) -> None:
    """Open scissors on a cutting line, their points to the right."""
    sheet.block(x - 2.9, y - 1.9, 6.6, 3.8, grey=1)
    for side in (-1, 1):
        sheet.circle(x - 1.7, y + side * 1.0, 0.75, weight=0.7)
        sheet.rule(x - 1.1, y + side * 0.6, x + 3.2, y - side * 1.1, weight=0.7)


def box(
    sheet: Sheet, x: float, y: float, words: Words, *, size: float = 7.0, side: float = 3.4, width: float = 0.0
) -> float:
    """A tick box with its words on the right, smaller when they are wider than `width`; gives what both need, in mm."""
    sheet.frame(x, y, side, side, weight=0.6)
    room = width - side - 1.0 if width else sheet.wide(words.both, size)
    caption(sheet, words.both, x + side + 1.0, y + side * 0.5 - size * 0.203, room, size)
    return side + 1.0 + room


def comb(sheet: Sheet, x: float, y: float, count: int, *, side: float = 5.0, height: float = 6.0) -> float:
    """Boxes for one letter or digit each; gives their width in mm."""
    sheet.frame(x, y, side * count, height, weight=0.5)
    for place in range(1, count):
        sheet.rule(x + place * side, y, x + place * side, y + height, weight=0.3)
    return side * count
