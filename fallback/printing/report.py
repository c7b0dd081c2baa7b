"""Plain titled tables over A4 pages: the account, the shift sheet. Page n of m, and codes at the end where wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from fallback.printing.codes import QR_SLOT, qr
from fallback.printing.sheet import MM, Align, Box, Sheet, sheet
from fallback.printing.typesetting import BOLD, REGULAR, clean, wrap

PAGE = (210.0, 297.0)  # mm
_LEFT, _TOP, _BOTTOM = 14.0, 12.0, 280.0
_WIDTH = PAGE[0] - 2 * _LEFT
_SIZE = 8.5  # points
_PITCH = 4.3  # mm from line to line in a cell: nothing in Mukta at 8.5 points is higher
_LINES = 8  # of one cell; what is longer is cut, and marked
_PAD = 1.6  # mm


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its title, its share of the width, its alignment (figures stand right)."""

    title: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A titled table. A row in bold (a sum, say) has its index in `strong`."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    strong: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report: title, lines below it, tables, a footer on each page, codes (caption, digits) after the last table."""

    title: str
    subtitle: Sequence[str] = ()
    tables: Sequence[Table] = ()
    footer: str = ""
    codes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Something of a height (mm) that is not broken over pages; `head` is repeated when its table goes on overleaf."""

    height: float
    kind: str
    table: Table | None = None
    row: int = 0
    codes: Sequence[tuple[str, str]] = ()


def draw_report(report: Report) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it. Raises CodeTooLong, CodeNotDigits."""
    with sheet(*PAGE, report.title) as page:
        leaves = _leaves(report)
        for place, pieces in enumerate(leaves):
            if place:
                page.turn()
            y = _title(page, report, small=place > 0)
            for piece in pieces:
                _draw(page, piece, y)
                y += piece.height
            _footer(page, report.footer, place + 1, len(leaves))
        return page.finish(), tuple(page.boxes)


def render_report(report: Report) -> bytes:
    """The report as PDF; equal reports give equal bytes. Raises CodeTooLong, CodeNotDigits."""
    return draw_report(report)[0]


def _leaves(report: Report) -> list[list[_Piece]]:
    leaves: list[list[_Piece]] = [[]]
    room = _BOTTOM - _after_title(report, small=False)

    def turn() -> None:
        nonlocal room
        leaves.append([])
        room = _BOTTOM - _after_title(report, small=True)

    def put(piece: _Piece) -> None:
        nonlocal room
        leaves[-1].append(piece)
        room -= piece.height

    for table in report.tables:
        head = [
            _Piece(9.0, "title", table),
            _Piece(_height(table, [c.title for c in table.columns], BOLD), "head", table),
        ]
        rows = [
            _Piece(_height(table, row, BOLD if place in table.strong else REGULAR), "row", table, place)
            for place, row in enumerate(table.rows)
        ]
        if room < sum(piece.height for piece in [*head, *rows[:1]]):
            turn()
        for piece in head:
            put(piece)
        for piece in rows:
            if room < piece.height:
                turn()
                put(head[1])
            put(piece)
    for first in range(0, len(report.codes), 4):
        strip = _Piece(QR_SLOT + 9, "codes", codes=report.codes[first : first + 4])
        if room < strip.height:
            turn()
        put(strip)
    return leaves


def _widths(table: Table) -> list[float]:
    share = sum(column.share for column in table.columns)
    return [_WIDTH * column.share / share for column in table.columns]


def _height(table: Table, row: Sequence[str], font: str) -> float:
    most = 1
    for text, width in zip(row, _widths(table), strict=True):
        if text.strip():
            lines, _ = wrap(clean(text), font, (width - 2 * _PAD) * MM / _SIZE, _LINES)
            most = max(most, len(lines))
    return most * _PITCH + 1.4


def _after_title(report: Report, *, small: bool) -> float:
    return _TOP + 9.0 if small else _TOP + 12.0 + 5.0 * len(report.subtitle)


def _title(page: Sheet, report: Report, *, small: bool) -> float:
    size = 9.0 if small else 16.0
    page.fill_in(report.title, _LEFT, _TOP, _WIDTH, 4.5 if small else 8.5, largest=size, smallest=6, bold=True)
    end = _after_title(report, small=small)
    if not small:
        for place, line in enumerate(report.subtitle):
            page.fill_in(line, _LEFT, _TOP + 9.2 + 5 * place, _WIDTH, 4.6, largest=9.5, smallest=6)
    page.rule(_LEFT, end - 1.5, _LEFT + _WIDTH, end - 1.5, weight=0.9)
    return end


def _draw(page: Sheet, piece: _Piece, y: float) -> None:
    if piece.kind == "codes":
        for place, (words, digits) in enumerate(piece.codes):
            drawing = qr(digits)
            inset = (QR_SLOT - drawing.width) / 2
            x = _LEFT + place * (_WIDTH / 4)
            page.code(drawing, x + inset, y + 2 + inset, name="qr")
            page.caption(words, x, y + 3 + QR_SLOT, QR_SLOT, 8, align="centre")
        return
    table = piece.table
    assert table is not None
    if piece.kind == "title":
        page.fill_in(table.title, _LEFT, y + 2, _WIDTH, 6, largest=11, smallest=6, bold=True)
        return
    strong = piece.kind == "head" or piece.row in table.strong
    row = [column.title for column in table.columns] if piece.kind == "head" else table.rows[piece.row]
    x = _LEFT
    for text, width, column in zip(row, _widths(table), table.columns, strict=True):
        _text(page, text, x, y, width, piece.height, column.align, strong)
        x += width
    below = y + piece.height
    page.rule(_LEFT, below, _LEFT + _WIDTH, below, weight=0.6 if strong else 0.2)


def _text(page: Sheet, text: str, x: float, y: float, width: float, height: float, align: Align, strong: bool) -> None:
    """A cell's lines on the baselines of its row; at last smaller, and cut."""
    room = width - 2 * _PAD
    lines, whole = wrap(clean(text), BOLD if strong else REGULAR, room * MM / _SIZE, _LINES)
    if not whole:
        page.fill_in(text, x + _PAD, y + 0.7, room, height - 1.2, largest=_SIZE, smallest=6, bold=strong, stand="top")
        return
    at = x + _PAD + {"left": 0.0, "centre": room / 2, "right": room}[align]
    for place, line in enumerate(lines):
        page.say(line, at, y + 3.6 + place * _PITCH, _SIZE, bold=strong, align=align)


def _footer(page: Sheet, text: str, number: int, of: int) -> None:
    page.rule(_LEFT, 284, _LEFT + _WIDTH, 284, weight=0.3)
    page.fill_in(text, _LEFT, 284.6, _WIDTH - 40, 4, largest=7.5, smallest=5)
    page.say(f"Page {number} of {of} · पृष्ठ {number}/{of}", _LEFT + _WIDTH, 287.8, 7.5, align="right")
