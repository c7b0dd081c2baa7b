"""A made-up hand: ticks, crosses, dots and blacked-out boxes with several pens, and lines and stamps that go astray."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

_FINER = 3  # strokes are drawn so many times larger, and shrunk: their edges are soft

Point = tuple[float, float]
Lines = list[list[Point]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """`wide` is the stroke in mm, `level` its grey of 255, `grain` the share that the paper's tooth leaves out."""

    name: str
    wide: float
    level: int
    grain: float = 0.0


BLUE = Pen(name="blue ballpoint", wide=0.4, level=95)
BLACK = Pen(name="black ballpoint", wide=0.45, level=55)
PENCIL = Pen(name="pale pencil", wide=0.5, level=140, grain=0.25)
FELT = Pen(name="felt pen", wide=1.1, level=25)


class Stroke(StrEnum):
    """What a hand does to a box. Of the last four nobody can say from the box alone what was meant."""

    TICK = "tick"
    CROSS = "cross"
    SLASH = "slash"
    DOT = "dot"
    DIGIT = "digit"  # in a comb
    FILLED = "filled box"
    LINE = "stray line"
    STAMP = "stamp"
    RING = "ring around it"


SAYS_YES = (Stroke.TICK, Stroke.CROSS, Stroke.SLASH, Stroke.DOT)


def mark(
    picture: Image.Image,
    box: tuple[float, float, float, float],
    stroke: Stroke,
    pen: Pen,
    rng: Random,
    per_mm: float,
) -> None:
    """Draws a stroke at a box (left, top, right, bottom in mm) on a grey picture of `per_mm` pixels a mm.

    The same picture, box, stroke, pen and state of `rng` give the same pixels.
    """
    left, top, right, bottom = box
    x, y = (left + right) / 2 + rng.uniform(-0.35, 0.35), (top + bottom) / 2 + rng.uniform(-0.35, 0.35)
    lines, wide = _lines(stroke, x, y, right - left, bottom - top, pen.wide * rng.uniform(0.85, 1.2), rng)
    _ink(picture, lines, wide, pen, rng, per_mm)


def _lines(
    stroke: Stroke, x: float, y: float, wide: float, high: float, nib: float, rng: Random
) -> tuple[Lines, float]:
    def jitter(spread: float) -> float:
        return rng.uniform(-spread, spread)

    size = min(wide, high)
    if stroke is Stroke.TICK:
        big = size * rng.uniform(0.75, 1.35)
        low = x - 0.12 * big + jitter(0.2), y + 0.42 * big + jitter(0.2)
        first = x - 0.45 * big + jitter(0.2), y + 0.02 * big + jitter(0.25)
        last = x + 0.6 * big + jitter(0.3), y - 0.62 * big + jitter(0.3)
        return [_bent(first, low, 0.08, rng) + _bent(low, last, 0.1, rng)], nib
    if stroke is Stroke.CROSS:
        arm = size * rng.uniform(0.36, 0.62)
        ends = [
            ((x - arm + jitter(0.2), y - arm + jitter(0.2)), (x + arm + jitter(0.2), y + arm + jitter(0.2))),
            ((x + arm + jitter(0.2), y - arm + jitter(0.2)), (x - arm + jitter(0.2), y + arm + jitter(0.2))),
        ]
        return [_bent(start, end, 0.08, rng) for start, end in ends], nib
    if stroke is Stroke.SLASH:
        arm = size * rng.uniform(0.36, 0.62)
        return [_bent((x - arm + jitter(0.3), y + arm), (x + arm + jitter(0.3), y - arm), 0.08, rng)], nib
    if stroke is Stroke.DOT:
        radius = max(0.0, rng.uniform(0.45, 0.8) - nib / 2)
        return [[_round(x, y, radius * (1 - turn / 40), turn * 0.8) for turn in range(24)]], nib
    if stroke is Stroke.DIGIT:
        return _digit(x, y, 0.3 * wide, 0.36 * high, rng), nib
    if stroke is Stroke.FILLED:
        rows = 12
        edge = [(x + (-1) ** row * wide * 0.5, y + high * (row / rows - 0.5)) for row in range(rows + 1)]
        return [edge], max(nib, 0.42)
    if stroke is Stroke.LINE:
        angle, off = rng.uniform(0, math.pi), jitter(0.25 * size)
        reach = rng.uniform(6, 25)
        step = math.cos(angle), math.sin(angle)
        middle = x - step[1] * off, y + step[0] * off
        start, end = ((middle[0] + far * step[0], middle[1] + far * step[1]) for far in (-reach, reach))
        return [_bent(start, end, 0.02, rng)], nib
    if stroke is Stroke.RING:
        return [[_round(x, y, size * 0.95, turn * math.tau / 40, 0.85) for turn in range(44)]], nib
    return _stamp(x + jitter(6), y + jitter(6), rng), rng.uniform(0.3, 0.6)


def _digit(x: float, y: float, wide: float, high: float, rng: Random) -> Lines:
    corners = [(x + across * wide, y + down * high) for down in (-1, 0, 1) for across in (-1, 1)]
    corners += [(x, y - high), (x, y + high)]
    shapes = (
        (0, 1, 4),
        (0, 1, 2, 3, 5, 4),
        (1, 0, 2, 3, 5, 4),
        (6, 7),
        (0, 1, 5, 4, 0),
        (0, 2, 3, 1, 5),
        (0, 1, 3, 2, 0),
    )
    places = [corners[at] for at in rng.choice(shapes)]
    return [[point for start, end in pairwise(places) for point in _bent(start, end, 0.15, rng)]]


def _stamp(x: float, y: float, rng: Random) -> Lines:
    """Two rings of 30 mm and letters between and within them, pressed anywhere about the box."""
    x, y = x + rng.uniform(-7, 7), y + rng.uniform(-7, 7)
    rings = [[_round(x, y, radius, turn * math.tau / 90) for turn in range(91)] for radius in (15.0, 10.5)]
    letters: Lines = []
    for place in range(26):
        middle = _round(x, y, 12.7, place * math.tau / 26)
        letters += _digit(middle[0], middle[1], 0.8, 1.2, rng)
    for row in range(-2, 3):
        for place in range(-3, 4):
            letters += _digit(x + place * 2.5, y + row * 3.4, 0.8, 1.1, rng)
    return rings + letters


def _bent(start: Point, end: Point, bend: float, rng: Random) -> list[Point]:
    """From one place to another as a hand goes: a little to one side."""
    aside = rng.uniform(-bend, bend)
    across, down = end[0] - start[0], end[1] - start[1]
    via = (start[0] + end[0]) / 2 - aside * down, (start[1] + end[1]) / 2 + aside * across
    points = []
    for step in range(13):
        t = step / 12
        near, mid, far = (1 - t) ** 2, 2 * t * (1 - t), t * t
        points.append((near * start[0] + mid * via[0] + far * end[0], near * start[1] + mid * via[1] + far * end[1]))
    return points


def _round(x: float, y: float, radius: float, turn: float, squeeze: float = 1.0) -> Point:
    return x + radius * math.cos(turn), y + squeeze * radius * math.sin(turn)


def _ink(
    picture: Image.Image, lines: Sequence[Sequence[Point]], wide: float, pen: Pen, rng: Random, per_mm: float
) -> None:
    """Puts the lines on the paper: where ink lies on print, the darker of the two stays."""
    across = [x for line in lines for x, _ in line]
    down = [y for line in lines for _, y in line]
    left, top = (math.floor((min(values) - wide) * per_mm) - 1 for values in (across, down))
    right, bottom = (math.ceil((max(values) + wide) * per_mm) + 1 for values in (across, down))
    mask = Image.new("L", ((right - left) * _FINER, (bottom - top) * _FINER), 0)
    draw = ImageDraw.Draw(mask)
    thick = max(1.0, wide * per_mm * _FINER)
    for line in lines:
        points = [((x * per_mm - left) * _FINER, (y * per_mm - top) * _FINER) for x, y in line]
        draw.line(points, fill=255, width=round(thick), joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=255)
    mask = mask.reduce(_FINER)
    if pen.grain:
        tooth = Image.frombytes("L", mask.size, rng.randbytes(mask.width * mask.height)).filter(
            ImageFilter.BoxBlur(0.7)
        )
        gaps = tooth.point([0 if level < 128 - 90 * (0.5 - pen.grain) else 255 for level in range(256)])
        mask = ImageChops.multiply(mask, gaps)
    ink = mask.point([255 - level * (255 - pen.level) // 255 for level in range(256)])
    area = (left, top, right, bottom)
    picture.paste(ImageChops.darker(picture.crop(area), ink), area)
