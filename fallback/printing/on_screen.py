"""Codes on a screen, for a hand scanner that types what they hold: a QR of a whole form, bars for one field."""

from bisect import bisect_left
from dataclasses import dataclass

from fallback.errors import CodeTooLong
from fallback.printing.codes import BAR_QUIET, BARS, QUIET, STOP, modules_of
from fallback.printing.matrix import matrix

# Signs of ASCII at level M, versions 1 to 20: finer codes no hand scanner reads off a screen at arm's length.
_HOLDS = (14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666)
_START_B, _SHIFT, _SPACE, _CONTROLS = 104, 98, 32, 64
BAR_HEIGHT = 40  # modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A code as an SVG: `path` in modules, quiet zone within `width` and `height`."""

    width: int
    height: int
    path: str


def qr_shape(text: str) -> Shape:
    """The QR of a text of ASCII, Tab and Enter among it. Raises CodeTooLong above 666 signs, ValueError for others."""
    if not text.isascii():
        raise ValueError("a scanner types ASCII alone")
    if len(text) > _HOLDS[-1]:
        raise CodeTooLong(size=len(text), limit=_HOLDS[-1])
    version = bisect_left(_HOLDS, len(text)) + 1
    size, cells = modules_of(version), matrix(text, version)
    path = [
        f"M{QUIET + column} {QUIET + row}h1v1h-1z"
        for row in range(size)
        for column in range(size)
        if cells[row * size + column]
    ]
    return Shape(width=size + 2 * QUIET, height=size + 2 * QUIET, path="".join(path))


def bars_shape(text: str) -> Shape:
    """The Code 128 of a short text of ASCII: set B, and for Tab and Enter one sign of set A each."""
    if not text or not text.isascii():
        raise ValueError("a scanner types ASCII alone")
    values = [_START_B]
    for sign in text:
        values += [ord(sign) - _SPACE] if sign >= " " else [_SHIFT, ord(sign) + _CONTROLS]
    check = (values[0] + sum(place * value for place, value in enumerate(values))) % 103
    widths = "".join(BARS[7 * value : 7 * value + 6] for value in [*values, check]) + STOP
    path, x = [], BAR_QUIET
    for place, wide in enumerate(map(int, widths)):
        if place % 2 == 0:
            path.append(f"M{x} 0h{wide}v{BAR_HEIGHT}h-{wide}z")
        x += wide
    return Shape(width=x + BAR_QUIET, height=BAR_HEIGHT, path="".join(path))
