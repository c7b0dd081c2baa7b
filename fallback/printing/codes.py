"""Draws the QR and the Code 128: integer rectangles in one fill, the module a whole number of the printer's dots.

All rectangles of a code are one path and one fill, so a renderer leaves no hair between neighbours, and a printer of
the told resolution never has to round a module. The raw operators are the caller's to append: see `Sheet`.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from fallback.errors import CodeNotDigits, CodeTooLong
from fallback.printing.matrix import SIGNS, matrix

# A "203 dpi" head has eight dots a millimetre, exactly: 203.2 dpi.
_DOTS = {203: 25.4 / 203.2, 300: 25.4 / 300, 600: 25.4 / 600}  # mm
DOT = _DOTS[300]
_SLACK = 1e-6  # of a dot: a slot made of whole dots is not one dot less for rounding

QR_LIMIT = 512  # digits: what 212 bytes need, and what version 10 at level M holds
QR_SMALLEST = 8  # version; below it a slip's layout would be no smaller, only the code would
QR_SLOT = 520 * DOT  # 44.03 mm: the square a slip keeps for a QR with its quiet zone: version 10, 8 dots a module
QUIET = 4  # modules around a QR
_HOLDS = (34, 63, 101, 149, 202, 255, 293, 365, 432, QR_LIMIT)  # digits at level M, versions 1 to 10
_HOLDS_SIGNS = (20, 38, 61, 90, 122, 154, 178, 221, 262, 311)  # capital letters, digits and a few signs
_DARK = re.compile(b"\x01+")

BAR_QUIET = 10  # modules left and right
BAR_LEAST = 0.25  # mm a module; finer bars run together on thermal paper and on a worn drum
BAR_WIDTH = 112 * 4 * DOT  # 37.93 mm: a slip number's eleven digits, 4 dots of 300 dpi a module
BAR_SLOT = (112 + 2 * BAR_QUIET) * 4 * DOT  # the same with its quiet zones
_START_B, _START_C, _PAIRS = 104, 105, 99
STOP = "2331112"
BARS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)  # six widths a value, and a space


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A code ready to be drawn: `path` fills rectangles in modules; lengths in mm, `width` without the quiet zone.

    `module` is a whole number of `dot`s, and so must its place be.
    """

    path: str
    width: float
    module: float
    quiet: float
    dot: float
    version: int = 0


def dot_of(dpi: int) -> float:
    """The dot of a printer of 203, 300 or 600 dpi, in mm; raises ValueError for another."""
    if dpi not in _DOTS:
        raise ValueError(f"a printer has 203, 300 or 600 dpi, not {dpi}")
    return _DOTS[dpi]


def modules_of(version: int) -> int:
    """How many modules a QR of a version is wide, without its quiet zone."""
    return 17 + 4 * version


def qr(text: str, *, dpi: int = 300, slot: float = QR_SLOT, smallest: int = QR_SMALLEST) -> Drawing:
    """The QR of a text at level M, as large as whole dots allow it within a square of `slot` mm, quiet zone in.

    The text is digits, as all payloads are, or capital letters and signs that a scanner types: keys and cards.
    `smallest` is the least version, 1 to 10: a short text on a small sheet may go below a slip's 8.
    Raises CodeNotDigits for any other text, CodeTooLong above 512 digits or 311 signs, ValueError when the slot has no
    dot for each module.
    """
    if not text or not set(text) <= set(SIGNS):
        raise CodeNotDigits
    holds = _HOLDS if text.isdigit() else _HOLDS_SIGNS
    if len(text) > holds[-1]:
        raise CodeTooLong(size=len(text), limit=holds[-1])
    version = bisect_left(holds, len(text), smallest - 1) + 1
    size, dot = modules_of(version), dot_of(dpi)
    dots = int(slot / dot / (size + 2 * QUIET) + _SLACK)
    if dots < 1:
        raise ValueError(f"a slot of {slot:g} mm has no dot of {dpi} dpi for each module of a QR of version {version}")
    module = dots * dot
    return Drawing(
        path=_runs(text, version), width=size * module, module=module, quiet=QUIET * module, dot=dot, version=version
    )


@lru_cache(maxsize=4)  # a slip shows its code on each of its parts
def _runs(text: str, version: int) -> str:
    """The dark runs of each row, as rectangles of modules from the lower left corner, filled as one."""
    cells, size = matrix(text, version), modules_of(version)
    path = []
    for row in range(size):
        start, bottom = row * size, size - row - 1
        for run in _DARK.finditer(cells, start, start + size):
            left, right = run.span()
            path.append(f"{left - start} {bottom} {right - left} 1 re")
    path.append("f")
    return "\n".join(path)


def code128(digits: str, *, dpi: int = 300, width: float = BAR_SLOT) -> Drawing:
    """The Code 128 of a digit text, one module high (the drawing stretches it), as wide as whole dots allow it.

    `width` is in mm, quiet zones in: eleven digits are a slip number, thirteen one with a tube's suffix.
    Raises CodeNotDigits when there is anything but 0 to 9, ValueError when a module would be finer than 0.25 mm.
    """
    if not digits.isascii() or not digits.isdigit():
        raise CodeNotDigits
    dot, modules = dot_of(dpi), _bar_modules(len(digits))
    dots = int(width / dot / (modules + 2 * BAR_QUIET) + _SLACK)
    if dots < _least_dots(dot):
        least = narrowest(len(digits), dpi)
        raise ValueError(f"{width:g} mm is too narrow: bars of {len(digits)} digits at {dpi} dpi need {least:g} mm")
    # Pairs of digits are one sign in set C; the first of an odd number stands alone, in set B.
    alone = len(digits) % 2
    values = [int(digits[place : place + 2]) for place in range(alone, len(digits), 2)]
    if alone:
        values = [_START_B, ord(digits[0]) - ord(" "), *([_PAIRS, *values] if values else [])]
    else:
        values.insert(0, _START_C)
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(BARS[7 * value : 7 * value + 6] for value in [*values, check]) + STOP
    path, x = [], 0
    for place, wide in enumerate(map(int, widths)):
        if place % 2 == 0:
            path.append(f"{x} 0 {wide} 1 re")
        x += wide
    path.append("f")
    module = dots * dot
    return Drawing(path="\n".join(path), width=modules * module, module=module, quiet=BAR_QUIET * module, dot=dot)


def narrowest(digits: int, dpi: int) -> float:
    """The least width in mm, quiet zones in, that the bars of so many digits need on a printer."""
    dot = dot_of(dpi)
    return (_bar_modules(digits) + 2 * BAR_QUIET) * _least_dots(dot) * dot


def _least_dots(dot: float) -> int:
    return ceil(BAR_LEAST / dot - _SLACK)


def _bar_modules(digits: int) -> int:
    """Start, check and stop; a sign for each pair; for an odd number the first digit and, before pairs, a change."""
    signs = digits // 2 + (digits % 2) * (1 if digits == 1 else 2)
    return 11 * (2 + signs) + 13
