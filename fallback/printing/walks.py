"""The cross-walk on paper: which slip became which UHID, in columns for the file room, and as stickers."""

from collections.abc import Sequence
from dataclasses import dataclass

from fallback.printing.codes import code128, narrowest
from fallback.printing.labels import spoken
from fallback.printing.sheet import Sheet, sheet

PAGE = (210.0, 297.0)  # mm
_LEFT, _TOP, _BOTTOM = 12.0, 26.0, 284.0
_ACROSS, _PITCH = 3, 5.0  # columns a page; mm from row to row
_WIDE = (PAGE[0] - 2 * _LEFT) / _ACROSS
_ROWS = int((_BOTTOM - _TOP - 6) / _PITCH)
_SLIP, _UHID = spoken("Slip number"), spoken("UHID")
STICKERS = 24  # on an A4, 3 by 8, each 70 by 37 mm
_STICKER = (70.0, 37.0)
_STICKER_TOP = 0.5
_MARGIN = 4.0
_BARS = 9.0  # mm high


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A slip as it is printed (`grouped` number, the eleven digits) and the patient's UHID, or what stands for it."""

    grouped: str
    text: str
    uhid: str


def render_walk(pairs: Sequence[Pair], *, title: str, subtitle: str, by_uhid: bool = False) -> bytes:
    """The list as PDF, as many pages as it needs; what it is sorted by stands first in each column. Equal lists give
    equal bytes.
    """
    leaves = [pairs[at : at + _ACROSS * _ROWS] for at in range(0, max(len(pairs), 1), _ACROSS * _ROWS)]
    heads = (_UHID, _SLIP) if by_uhid else (_SLIP, _UHID)
    with sheet(*PAGE, title) as page:
        for place, leaf in enumerate(leaves):
            if place:
                page.turn()
            page.fill_in(title, _LEFT, 9, PAGE[0] - 2 * _LEFT, 7, largest=13, smallest=6, bold=True)
            page.fill_in(subtitle, _LEFT, 16.5, PAGE[0] - 2 * _LEFT, 5, largest=8.5, smallest=6)
            page.rule(_LEFT, _TOP - 3, PAGE[0] - _LEFT, _TOP - 3, weight=0.9)
            for column in range(_ACROSS):
                rows = leaf[column * _ROWS : (column + 1) * _ROWS]
                if rows:
                    _column(page, rows, _LEFT + column * _WIDE, [head.both for head in heads], by_uhid=by_uhid)
            page.say(f"{place + 1} / {len(leaves)}", PAGE[0] - _LEFT, 290, 8, align="right")
        return page.finish()


def _column(page: Sheet, rows: Sequence[Pair], x: float, heads: Sequence[str], *, by_uhid: bool) -> None:
    first, second = x, x + _WIDE / 2
    for at, head in zip((first, second), heads, strict=True):
        page.caption(head, at, _TOP, _WIDE / 2 - 2, 7.5, bold=True)
    for place, row in enumerate(rows):
        y = _TOP + 8.5 + place * _PITCH
        texts = (row.uhid, row.grouped) if by_uhid else (row.grouped, row.uhid)
        for at, text, bold in zip((first, second), texts, (True, False), strict=True):
            if page.wide(text, 9, bold=bold) <= _WIDE / 2 - 1.5:
                page.say(text, at, y, 9, bold=bold)
            else:
                page.fill_in(text, at, y - 3.4, _WIDE / 2 - 1.5, 4.4, largest=9, smallest=5, one_line=True)
        if place % 5 == 4:
            page.rule(x, y + 1.4, x + _WIDE - 2, y + 1.4, weight=0.2)


def render_walk_stickers(pairs: Sequence[Pair], *, hospital: str, skip: int = 0) -> bytes:
    """A sticker for each slip, 24 on an A4: the UHID large, and as bars where it is made of digits; the slip's number
    below. `skip` leaves so many places of the first sheet empty. Equal lists give equal bytes.
    """
    with sheet(*PAGE, hospital) as page:
        for place, pair in enumerate(pairs, skip):
            if place > skip and place % STICKERS == 0:
                page.turn()
            across, down = place % STICKERS % 3, place % STICKERS // 3
            _sticker(page, pair, hospital, across * _STICKER[0], _STICKER_TOP + down * _STICKER[1])
        return page.finish()


def _sticker(page: Sheet, pair: Pair, hospital: str, x: float, y: float) -> None:
    left, wide = x + _MARGIN, _STICKER[0] - 2 * _MARGIN
    page.fill_in(hospital, left, y + 2.0, wide, 3.6, largest=7, smallest=5, one_line=True)
    page.fill_in(f"{_UHID.both}", left, y + 5.6, wide, 3.4, largest=6.5, smallest=5, one_line=True)
    page.fill_in(pair.uhid, left, y + 8.4, wide, 8.4, largest=20, smallest=7, bold=True, one_line=True)
    if pair.uhid.isascii() and pair.uhid.isdigit() and narrowest(len(pair.uhid), 300) <= wide:
        bars = code128(pair.uhid, width=wide)
        page.code(bars, left + (wide - bars.width) / 2, y + 17.6, name="bars", height=_BARS)
    page.fill_in(
        f"{_SLIP.both}: {pair.grouped}", left, y + 28.4, wide, 4.6, largest=9, smallest=6, one_line=True, align="left"
    )
