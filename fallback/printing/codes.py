"""Draws the QR and the Code 128: integer rectangles in one fill, the module a whole number of 300 dpi dots.

All rectangles of a code are one path and one fill, so a renderer leaves no hair between neighbours, and a printer of
300 or 600 dpi never has to round a module. The raw operators are the caller's to append: see `Sheet`.
"""

from dataclasses import dataclass
from typing import Literal

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from fallback.errors import CodeNotDigits, CodeTooLong

DOT = 25.4 / 300  # mm
QR_LIMIT = 512  # digits: what 212 bytes need, and what version 10 at level M holds
QR_SMALLEST, QR_LARGEST = 8, 10  # versions; below 8 the layout would be no smaller, only the code would
QR_SLOT_DOTS = 520  # the square the layout keeps for a QR with its quiet zone: version 10, 8 dots a module
QR_SLOT = QR_SLOT_DOTS * DOT  # 44.03 mm
QUIET = 4  # modules around a QR
_NUMERIC: Literal[1] = 1  # the mode indicator of ISO/IEC 18004: three digits in ten bits
_MASK = 3  # choosing the best mask takes 80 to 90 % of the time and no reader needs it

BAR_DOTS = 4  # dots a module of the Code 128: 0.339 mm
BAR_MODULES = 112  # start, one digit, change to pairs, five pairs, check, stop
BAR_QUIET = 10  # modules left and right
BAR_WIDTH = BAR_MODULES * BAR_DOTS * DOT  # 37.93 mm
_START_B, _PAIRS = 104, 99
_STOP = "2331112"
_BARS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232"
)  # six widths a value, and a space


@dataclass(frozen=True, slots=True)
class Drawing:
    """A code ready to be drawn: `path` fills rectangles in modules; sizes in mm, without the quiet zone."""

    path: str
    width: float
    module: float
    quiet: float
    version: int = 0


def qr(digits: str) -> Drawing:
    """The QR of a digit text at level M, at least 35 mm wide, its quiet zone within `QR_SLOT`.

    Raises CodeNotDigits when there is anything but 0 to 9, CodeTooLong above 512 digits.
    """
    if not digits.isascii() or not digits.isdigit():
        raise CodeNotDigits
    if len(digits) > QR_LIMIT:
        raise CodeTooLong(size=len(digits), limit=QR_LIMIT)
    code = QRCode(version=QR_SMALLEST, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(QRData(digits.encode("ascii"), mode=_NUMERIC))
    code.make(fit=True)
    rows = code.modules
    size = len(rows)
    dots = QR_SLOT_DOTS // (size + 2 * QUIET)
    path = []
    for top, row in enumerate(rows):
        left = None
        for column in range(size + 1):
            dark = column < size and row[column]
            if dark and left is None:
                left = column
            elif not dark and left is not None:
                path.append(f"{left} {size - top - 1} {column - left} 1 re")
                left = None
    path.append("f")
    return Drawing("\n".join(path), size * dots * DOT, dots * DOT, QUIET * dots * DOT, code.version)


def code128(digits: str) -> Drawing:
    """The Code 128 of an eleven-digit slip number, one module high (the drawing stretches it)."""
    if len(digits) != 11 or not digits.isascii() or not digits.isdigit():
        raise CodeNotDigits
    values = [_START_B, ord(digits[0]) - 32, _PAIRS, *(int(digits[place : place + 2]) for place in range(1, 11, 2))]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(_BARS[7 * value : 7 * value + 6] for value in [*values, check]) + _STOP
    path, x = [], 0
    for place, width in enumerate(map(int, widths)):
        if place % 2 == 0:
            path.append(f"{x} 0 {width} 1 re")
        x += width
    path.append("f")
    return Drawing("\n".join(path), BAR_WIDTH, BAR_DOTS * DOT, BAR_QUIET * BAR_DOTS * DOT)
