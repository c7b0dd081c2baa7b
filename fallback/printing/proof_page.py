"""Draws the printer test: codes of rising size, thrice over; greys, fine lines, and the edges that a printer leaves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fallback.printing.codes import dot_of
from fallback.printing.proof import COPIES, ProofCode, ProofKind, dots_of, proof_drawing, standard_dots
from fallback.printing.sheet import Box, Sheet, sheet

_BAR_HIGH = 9.0  # mm, as on a slip
_EDGES = (3.0, 5.0, 8.0)  # mm
_LABEL = 3.6  # mm below each code
_GAP = 2.0
_TITLE, _HELP = 13.0, 7.5  # points
_HELP_LINE = 3.3  # mm
_GREYS = tuple(range(0, 101, 10))  # % of ink
_WEIGHTS = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0)  # points
_PATTERNS = (1, 2, 3, 4)  # dots on, as many off
_SWATCH = 5.0  # mm high
# Which sizes share a column (of a roll: a row), by their place from the smallest: so a page holds three of each.
_GROUPS = {4: ((3,), (2, 0), (1,)), 6: ((5,), (4,), (3, 0), (2, 1)), 7: ((6,), (5, 0), (4, 1), (3, 2))}

Columns = Sequence[Sequence[ProofCode]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paper:
    """Lengths in mm. A roll (height 0) is cut into a strip for each copy, so that each fits on a scanner."""

    name: str
    width: float
    height: float
    margin: float
    top: float
    arm: float  # of the corners' lines
    texts: tuple[str, ...]


_PAPERS = {
    "a4": _Paper(
        name="A4",
        width=210,
        height=297,
        margin=10,
        top=10,
        arm=8,
        texts=(
            "Print at 100 %, never “fit to page”. Scan or photograph the whole page, flat, then: "
            "python -m fallback printer read FILE",
            "100 % पर छापें, “fit to page” न चुनें। पूरा पन्ना सीधा स्कैन करें या फ़ोटो लें, फिर ऊपर की कमांड चलाएँ।",
            "Under each code: printer dots a module, width in mm. The corners’ lines are 3, 5 and 8 mm from the edge.",
        ),
    ),
    "roll": _Paper(
        name="80 mm",
        width=80,
        height=0,
        margin=4,  # a head of 72 mm
        top=13,
        arm=4,
        texts=(
            "Three strips. Print at 100 %, never “fit to page”.",
            "Scan or photograph each one, flat, then:",
            "python -m fallback printer read FILE FILE FILE",
            "100 % पर छापें। तीनों पट्टियाँ सीधी स्कैन करें या फ़ोटो लें।",
            "Under each code: printer dots a module, width.",
            "Corners’ lines: 3, 5 and 8 mm from the edge.",
        ),
    ),
}
PROOF_PAPERS = tuple(_PAPERS)


def render_proof(dpi: int, paper: str = "a4") -> bytes:
    """The test page for a printer of 203, 300 or 600 dpi, as PDF. `paper` is one of PROOF_PAPERS."""
    return draw_proof(dpi, paper)[0]


def draw_proof(dpi: int, paper: str = "a4") -> tuple[bytes, list[Box]]:
    """The test page, and what was inked where."""
    kind = _PAPERS[paper]
    wide = kind.width - 2 * kind.margin
    bands = [list(_laid(_rows(dpi, copy, paper), wide, copy)) for copy in range(1, COPIES + 1)]
    tall = max(y + _high(code) + _LABEL for band in bands for code, _, y in band) + _GAP
    height = kind.height or kind.top + 10.5 + _HELP_LINE * len(kind.texts) + tall + kind.top
    with sheet(kind.width, height, f"Printer test {dpi} dpi {kind.name}") as page:
        top = 0.0
        for copy, band in enumerate(bands, 1):
            if copy > 1 and not kind.height:
                page.turn()
            if copy == 1 or not kind.height:
                _corners(page, kind.arm)
                top = _header(page, kind, dpi, copy=0 if kind.height else copy)
            for code, x, y in band:
                _draw(page, code, kind.margin + x, top + y)
            top += tall
            if not kind.height and copy == COPIES:
                _greys(page, kind.margin, top, wide)
            elif not kind.height and copy > 1:
                _patterns(page, kind.margin, top, dot_of(dpi), wide)
        if kind.height:
            _greys(page, kind.margin, top, 0.56 * wide)
            _lines(page, kind.margin + 0.56 * wide, top, 0.44 * wide)
            _patterns(page, kind.margin, top + _SWATCH + _LABEL, dot_of(dpi), wide)
        else:
            _lines(page, kind.margin, top + _SWATCH + _LABEL, wide)
        return page.finish(), page.boxes


def _rows(dpi: int, copy: int, paper: str) -> Iterator[Columns]:
    """The copy's codes in rows of columns; each copy begins with another group, so its sizes stand elsewhere."""
    for kind in ProofKind:
        dots = dots_of(kind, dpi)
        groups = [[ProofCode(kind=kind, dpi=dpi, dots=dots[place], copy=copy) for place in group]
                  for group in _GROUPS[len(dots)]]  # fmt: skip
        groups = groups[copy - 1 :] + groups[: copy - 1]
        if copy % 2 == 0:
            groups = [group[::-1] for group in groups]
        if paper == "roll":
            yield from ([[code] for code in group] for group in groups)
        elif kind is ProofKind.QR:
            yield groups
        else:
            yield [[code] for group in groups for code in group]


def _laid(rows: Iterator[Columns], width: float, copy: int) -> Iterator[tuple[ProofCode, float, float]]:
    """Each code with the top left corner of its quiet zone; what is left of a row's width goes between its columns."""
    top = 0.0
    for columns in rows:
        wide = [max(_wide(code) for code in column) for column in columns]
        left = width - sum(wide)
        x = left * (copy - 1) / (COPIES - 1) if len(columns) == 1 else 0.0
        bottom = top
        for column, across in zip(columns, wide, strict=True):
            y = top
            for code in column:
                yield code, x, y
                y += _high(code) + _LABEL
            bottom = max(bottom, y)
            x += across + left / max(1, len(columns) - 1)
        top = bottom


def _wide(code: ProofCode) -> float:
    return code.width + 2 * code.quiet


def _high(code: ProofCode) -> float:
    return _wide(code) if code.kind is ProofKind.QR else _BAR_HIGH


def _draw(page: Sheet, code: ProofCode, x: float, y: float) -> None:
    flat = code.kind is ProofKind.BARS
    top = y if flat else y + code.quiet
    page.code(proof_drawing(code), x + code.quiet, top, name=code.kind, height=_BAR_HIGH - 0.5 if flat else None)
    standard = code.dots == standard_dots(code.kind, code.dpi)
    words = f"{code.dots} dot{'s' * (code.dots > 1)}, {code.width:.1f} mm" + (" · standard" if standard else "")
    under = y + _high(code) + (0.3 if flat else -0.4)
    page.fill_in(words, x + 0.5, under, _wide(code) - 1, _LABEL - 0.6, largest=7, smallest=4, bold=standard,
                 align="centre", one_line=True)  # fmt: skip


def _corners(page: Sheet, arm: float) -> None:
    for edge in _EDGES:
        for x, along in ((edge, arm), (page.width - edge, -arm)):
            for y, down in ((edge, arm), (page.height - edge, -arm)):
                page.rule(x, y, x + along, y, weight=0.5)
                page.rule(x, y, x, y + down, weight=0.5)


def _header(page: Sheet, paper: _Paper, dpi: int, *, copy: int) -> float:
    """The title; on the first page also what to do, and a ruler. Gives where the codes begin."""
    y = paper.top + 4.5
    page.say("Printer test · प्रिंटर जाँच", paper.margin, y, _TITLE, bold=True)
    right = f"{dpi} dpi · {copy}/{COPIES}" if copy else f"{dpi} dpi · {paper.name}"
    page.say(right, page.width - paper.margin, y, _TITLE - 2, bold=True, align="right")
    y += 1.0
    if copy > 1:
        return y + 2.0
    for text in paper.texts:
        y += _HELP_LINE
        page.say(text, paper.margin, y, _HELP)
    long = 100 if paper.height else 50
    y += 2.6
    page.rule(paper.margin, y, paper.margin + long, y, weight=0.5)
    for place in range(0, long + 1, 10):
        page.rule(paper.margin + place, y - (1.5 if place % 50 == 0 else 0.8), paper.margin + place, y, weight=0.5)
    page.say(f"{long} mm", paper.margin + long + 1.5, y, 6.5)
    return y + 2.4


# --- What a person looks at: no machine reads it, but it shows what a drum, a head or a ribbon does ------------------


def _greys(page: Sheet, x: float, y: float, width: float) -> None:
    step = width / len(_GREYS)
    for place, ink in enumerate(_GREYS):
        page.block(x + place * step, y, step, _SWATCH, grey=1 - ink / 100)
        page.say(f"{ink} %", x + (place + 0.5) * step, y + _SWATCH + 2.3, 5, align="centre")
    page.frame(x, y, width, _SWATCH, weight=0.2)


def _lines(page: Sheet, x: float, y: float, width: float) -> None:
    step = width / len(_WEIGHTS)
    for place, weight in enumerate(_WEIGHTS):
        left = x + place * step
        page.rule(left + 2, y + 1.5, left + step, y + 1.5, weight=weight)
        page.rule(left + 2, y + _SWATCH, left + step, y + 3, weight=weight)
        page.say(f"{weight:g} pt", left + step / 2 + 1, y + _SWATCH + 2.3, 5, align="centre")


def _patterns(page: Sheet, x: float, y: float, dot: float, width: float) -> None:
    """Lines of so many dots with as many between them, upright and flat."""
    step = width / (2 * len(_PATTERNS))
    for place, dots in enumerate(_PATTERNS):
        pitch = dots * dot
        upright, flat = x + 2 * place * step, x + (2 * place + 1) * step
        for line in range(int((step - 2) / (2 * pitch))):
            page.block(upright + 2 * line * pitch, y, pitch, _SWATCH)
        for line in range(int(_SWATCH / (2 * pitch))):
            page.block(flat, y + 2 * line * pitch, step - 2, pitch)
        page.say(f"{dots} on, {dots} off", upright + step - 1, y + _SWATCH + 2.3, 5, align="centre")
