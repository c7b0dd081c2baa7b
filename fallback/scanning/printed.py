"""The slip number in its large printed digits, read only to suggest it: where the codes are gone, a person looks."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from PIL import Image, ImageChops, ImageFilter, ImageOps

from fallback.errors import SlipNumberWrong
from fallback.scanning.plane import Point
from fallback.slip import NUMBER_LENGTH, SlipNumber

# Mukta Bold's digits, each stretched to 12 by 18 pixels of one bit, row by row; and their width as part of the height.
_DIGITS = (
    ("0f03fc3fe70e70ee07e07e07e07e07e07e07e0770e70e7fc3fc0f0", 0.79),
    ("03f1fffff7ff63f03f03f03f03f03f03f03f03f03f03f03f03f03f", 0.44),
    ("1f87fc7fe61f00f00f00f01e01e03c0780f01f03c0780ffffff7ff", 0.64),
    ("3f07fc7fe01e01e01e01e07c3f83fc03e00f00f00f01f7feffc7f0", 0.63),
    ("03c07c07c0fc0fc1dc1dc39c39c71cf1cfffffffff01c01c01c01c", 0.80),
    ("3fe3fe3fe3803807807e07fc7fe03e00f00f00f00f01effeffc7f0", 0.65),
    ("07c1fc3fc780700700f78ffcffef0ff0fe07f0770f70f7fe3fc0f8", 0.73),
    ("fffffffff00e01e01c03c0380780700f00e01e03c03c0780780100", 0.61),
    ("0f83fc7fe70e70f70f79e3fc1f83fc79ef0ff0ff0ff0f7fe3fc1f8", 0.70),
    ("1f03fc7fef0ef0ff0ff0ff0ff8f7ff3ff0ef00e00e01e7fc7f83e0", 0.71),
)
_SIZE = (12, 18)
_LONG = 1200  # pixels of the page's long side in which digits are looked for
_DIGIT_HIGH = 10, 70  # pixels then
_LETTER_HIGH = 6  # pixels: less is a dot or grain
_LARGE = 1.7  # times as high as half of the letters: a slip also shows other numbers, of its patient, in smaller digits
_NEAR = 0.65  # of the largest: where that is not read, the others are not looked at either
_DIGIT_WIDE = 0.25, 1.05  # of its height
_SPACES = (2, 5, 8)  # after these digits, counted from 0, a slip's number has a space
_GAP = 1.0  # of their height: how far one digit may stand from the next
_OFF_LINE = 0.35  # of their height: how far the next may stand above or below
_ALIKE = 0.8  # in height
_AROUND = 24  # pixels: what is around a digit, to tell its ink
_STANDS_OUT = 22  # levels that ink is darker
_DARK_PAGE = 100  # a negative is
_LIKE = 0.55  # how alike a digit must look, at least; 1 is the same
_ASPECT = 0.8  # what a wrong width costs
_MOST_BLOTS = 30_000  # a page with more is no page of print
_RUN = re.compile(rb"\xff+")


@dataclass(frozen=True, slots=True)
class _Blot:
    """Ink that hangs together: left, top, right, bottom in pixels."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def high(self) -> int:
        return self.bottom - self.top

    @property
    def at(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


def printed_number(picture: Image.Image) -> str:
    """The eleven digits that a grey page (mode L) shows in print, "" when none are sure enough.

    Upright, upside down or on its side, a few degrees askew. Both check digits hold, which one misread number in a
    hundred would pass: it is a suggestion and proves nothing.
    """
    times = max(1, round(max(picture.size) / _LONG))
    page = picture.reduce(times) if times > 1 else picture
    for view in (page, page.transpose(Image.Transpose.ROTATE_90)):
        blots = [blot for blot in _blots(_ink(view, _AROUND)) if blot.high >= _LETTER_HIGH]
        usual = sorted(blot.high for blot in blots)[len(blots) // 2] if blots else 0
        tallest = 0.0
        for line in _lines([blot for blot in blots if _is_digit(blot)]):
            high = sum(blot.high for blot in line) / len(line)
            tallest = max(tallest, high)
            if high <= _LARGE * usual or high < _NEAR * tallest:
                break
            for digits in _numbers(view, line):
                return digits
    return ""


def _ink(view: Image.Image, around: int) -> Image.Image:
    """White where there is ink: what is darker than what is `around` it, so many pixels to each side."""
    if view.resize((1, 1), Image.Resampling.BOX).tobytes()[0] < _DARK_PAGE:
        view = ImageOps.invert(view)
    smooth = view.filter(ImageFilter.BoxBlur(0.5))
    paper = view.filter(ImageFilter.BoxBlur(around))
    return ImageChops.subtract(paper, smooth).point([0] * _STANDS_OUT + [255] * (256 - _STANDS_OUT))


def _blots(ink: Image.Image) -> list[_Blot]:
    """All ink that hangs together; none on a page where it is too much to be print."""
    wide, levels = ink.width, ink.tobytes()
    parents: list[int] = []
    boxes: list[list[int]] = []

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    above: list[tuple[int, int, int]] = []
    for row in range(ink.height):
        runs: list[tuple[int, int, int]] = []
        place = 0
        for found in _RUN.finditer(levels, row * wide, (row + 1) * wide):
            start, end = found.start() - row * wide, found.end() - row * wide
            while place < len(above) and above[place][1] < start:
                place += 1
            mine, at = -1, place
            while at < len(above) and above[at][0] <= end:
                other = root(above[at][2])
                if mine < 0:
                    mine = other
                elif other != mine:
                    parents[other] = mine
                    one, two = boxes[mine], boxes[other]
                    boxes[mine] = [min(one[0], two[0]), min(one[1], two[1]), max(one[2], two[2]), max(one[3], two[3])]
                at += 1
            if mine < 0:
                mine = len(parents)
                parents.append(mine)
                boxes.append([start, row, end, row + 1])
            else:
                box = boxes[mine]
                boxes[mine] = [min(box[0], start), box[1], max(box[2], end), row + 1]
            runs.append((start, end, mine))
        above = runs
        if len(parents) > _MOST_BLOTS:
            return []
    return [_Blot(*box) for index, box in enumerate(boxes) if parents[index] == index]


def _is_digit(blot: _Blot) -> bool:
    low, high = _DIGIT_HIGH
    narrow, wide = _DIGIT_WIDE
    return low <= blot.high <= high and narrow <= (blot.right - blot.left) / blot.high <= wide


def _lines(blots: Sequence[_Blot]) -> Iterator[list[_Blot]]:
    """Rows of blots as high as each other, at least a number's worth, from left to right; the highest first."""
    blots = sorted(blots, key=lambda blot: blot.left)
    after: dict[_Blot, _Blot] = {}
    for place, blot in enumerate(blots):
        for other in blots[place + 1 :]:
            if other.left > blot.right + _GAP * blot.high:
                break
            level = abs(other.at[1] - blot.at[1]) <= _OFF_LINE * blot.high
            if level and other.at[0] > blot.right and _ALIKE < other.high / blot.high < 1 / _ALIKE:
                after[blot] = other
                break
    starts = set(after) - set(after.values())
    lines = []
    for start in starts:
        line = [start]
        while line[-1] in after:
            line.append(after[line[-1]])
        if len(line) >= NUMBER_LENGTH:
            lines.append(line)
    yield from sorted(lines, key=lambda line: (-sum(blot.high for blot in line) / len(line), line[0].top, line[0].left))


def _numbers(view: Image.Image, line: Sequence[_Blot]) -> Iterator[str]:
    """Numbers that a line may show, each with good check digits: the line is laid level first."""
    high = max(blot.high for blot in line)
    first, last = line[0].at, line[-1].at
    angle = math.degrees(math.atan2(last[1] - first[1], last[0] - first[0]))
    box = (
        line[0].left - high,
        min(blot.top for blot in line) - high,
        line[-1].right + high,
        max(blot.bottom for blot in line) + high,
    )
    strip = view.crop(box).resize((2 * (box[2] - box[0]), 2 * (box[3] - box[1])), Image.Resampling.BICUBIC)
    ink = _ink(strip.rotate(angle, Image.Resampling.BILINEAR, fillcolor=_edge_of(strip)), 2 * high)
    blots = [blot for blot in _blots(ink) if 1.4 * high < blot.high < 2.6 * high]
    blots.sort(key=lambda blot: blot.left)
    for start in range(len(blots) - NUMBER_LENGTH + 1):
        window = blots[start : start + NUMBER_LENGTH]
        gaps = [right.left - left.right for left, right in pairwise(window)]
        for turned in (False, True):
            ordered = gaps[::-1] if turned else gaps
            wide = sorted(range(len(ordered)), key=lambda at: -ordered[at])[: len(_SPACES)]
            if sorted(wide) != list(_SPACES):
                continue
            glyphs = [ink.crop((blot.left, blot.top, blot.right, blot.bottom)) for blot in window]
            if turned:
                glyphs = [glyph.transpose(Image.Transpose.ROTATE_180) for glyph in reversed(glyphs)]
            digits = "".join(_digit(glyph) for glyph in glyphs)
            try:
                yield SlipNumber.parse(digits).text
            except SlipNumberWrong:
                continue


def _digit(glyph: Image.Image) -> str:
    """The digit that a white blot on black is most like; "" when it is like none."""
    seen = glyph.resize(_SIZE, Image.Resampling.BOX).tobytes()
    mean = sum(seen) / len(seen)
    spread = math.sqrt(sum((level - mean) ** 2 for level in seen)) or 1.0
    scores = []
    for digit, (weights, aspect) in enumerate(_templates()):
        alike = sum(weight * level for weight, level in zip(weights, seen, strict=True)) / spread
        scores.append((alike - _ASPECT * abs(glyph.width / glyph.height - aspect), str(digit)))
    best = max(scores)
    return best[1] if best[0] >= _LIKE else ""


@cache
def _templates() -> tuple[tuple[tuple[float, ...], float], ...]:
    """Each digit's pixels, less their mean and of length 1, and its width as part of its height."""
    made = []
    for bits, aspect in _DIGITS:
        pixels = [float(bit) for bit in f"{int(bits, 16):0{_SIZE[0] * _SIZE[1]}b}"]
        mean = sum(pixels) / len(pixels)
        length = math.sqrt(sum((pixel - mean) ** 2 for pixel in pixels))
        made.append((tuple((pixel - mean) / length for pixel in pixels), aspect))
    return tuple(made)


def _edge_of(strip: Image.Image) -> int:
    """The paper's level around a line."""
    return sorted(strip.crop((0, 0, strip.width, 2)).tobytes())[strip.width]
