"""Ink that only passes over a box: a crease, a stray line, a stamp. It is not empty, and it is no tick."""

import math

from PIL import Image

from fallback.scanning.plane import Point, distance

_RING = 10  # pixels outside the inside of a box: a ring 0.45 mm from the frame, which no print touches
_GAP = 3  # pixels of the ring: crossings nearer to each other are one stroke
_MANY = 5  # crossings of the ring: a cross has four, a stamp has more
_DEEP = 16  # pixels beyond the ring that are looked at on each side
_AMID = 0.12  # of the paper on every side is inked: the box lies in the middle of something
_FAR = 9, 18  # pixels beyond the ring, where a stray line goes on and a tick has ended
_UNBROKEN = 0.7  # of a line is ink: a pencil leaves gaps
_ASIDE = -4, -2, 0, 2, 4  # pixels that a line may be bent to a side
_BAND, _REST = 7, 0.02  # pixels beside a passing line are its own; what else is inked makes a tick from this share on

Span = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Line = tuple[Point, Point]


class Inked:
    """A flattened picture of 10 pixels a mm and the level from which on it is ink."""

    def __init__(self, picture: Image.Image, level: float) -> None:
        self.level = level
        self._picture = picture
        self._wide, self._high = picture.size
        self._levels = picture.tobytes()

    def at(self, x: float, y: float) -> bool:
        """Whether there is ink at a pixel; the edge stands for what is beyond it."""
        across = min(max(0, round(x)), self._wide - 1)
        down = min(max(0, round(y)), self._high - 1)
        return self._levels[down * self._wide + across] >= self.level

    def share(self, area: Span) -> float:
        """How much of an area is ink, from 0 to 1."""
        counts = self._picture.crop(area).histogram()
        return sum(counts[math.ceil(self.level) :]) / max(1, sum(counts))


def lies_amid(ink: Inked, inside: Span) -> bool:
    """Whether a box lies in the middle of other ink, as under a stamp."""
    left, top, right, bottom = inside
    near, far = _RING, _RING + _DEEP
    sides = (
        (left - far, top, left - near, bottom),
        (right + near, top, right + far, bottom),
        (left, top - far, right, top - near),
        (left, bottom + near, right, bottom + far),
    )
    return len(_crossings(ink, inside)) >= _MANY or all(ink.share(side) >= _AMID for side in sides)


def only_passes(ink: Inked, inside: Span, *, comb: bool) -> bool:
    """Whether what is in a box are straight lines that come from beyond it and go on beyond it, and little else."""
    crossings = _crossings(ink, inside)
    lines = [
        (one, other)
        for place, one in enumerate(crossings)
        for other in crossings[place + 1 :]
        if _goes_through(ink, inside, one, other, comb=comb)
    ]
    if not lines:
        return False
    left, top, right, bottom = inside
    rest = sum(
        ink.at(x, y) and all(_off(line, (x, y)) > _BAND for line in lines)
        for y in range(top, bottom)
        for x in range(left, right)
    )
    return rest < _REST * (right - left) * (bottom - top)


def _crossings(ink: Inked, inside: Span) -> list[Point]:
    """Where ink crosses a ring just outside the frame: nearer than its words, and than the frame of the next box."""
    left, top, right, bottom = inside[0] - _RING, inside[1] - _RING, inside[2] + _RING - 1, inside[3] + _RING - 1
    ring = [(x, top) for x in range(left, right)] + [(right, y) for y in range(top, bottom)]
    ring += [(x, bottom) for x in range(right, left, -1)] + [(left, y) for y in range(bottom, top, -1)]
    runs: list[list[int]] = []
    for place, (x, y) in enumerate(ring):
        if not ink.at(x, y):
            continue
        if runs and place - runs[-1][-1] <= _GAP:
            runs[-1].append(place)
        else:
            runs.append([place])
    if len(runs) > 1 and runs[0][0] + len(ring) - runs[-1][-1] <= _GAP:  # the ring closes
        runs[0] = [place - len(ring) for place in runs.pop()] + runs[0]
    return [ring[run[len(run) // 2]] for run in runs]


def _goes_through(ink: Inked, inside: Span, one: Point, other: Point, *, comb: bool) -> bool:
    """Whether a line of ink runs from one crossing to the other, and on beyond both."""
    left, top, right, bottom = inside
    within = left <= (one[0] + other[0]) / 2 < right and top <= (one[1] + other[1]) / 2 < bottom
    if comb and not within:  # the comb's own long line
        return False
    long = distance(one, other)
    beyond = [1 + far / long for far in _FAR] if long else []
    return bool(beyond) and (
        _runs_on(ink, one, other, 0, 1)
        and _runs_on(ink, one, other, beyond[0], beyond[1])
        and _runs_on(ink, other, one, beyond[0], beyond[1])
    )


def _runs_on(ink: Inked, start: Point, end: Point, first: float, last: float) -> bool:
    """Whether there is ink along a part of the line between two points (from 0 to 1; above 1 is beyond the end)."""
    across, down = end[0] - start[0], end[1] - start[1]
    long = math.hypot(across, down)
    steps = max(2, round(long * (last - first)))
    seen = 0
    for step in range(steps + 1):
        part = first + (last - first) * step / steps
        x, y = start[0] + part * across, start[1] + part * down
        seen += any(ink.at(x - aside * down / long, y + aside * across / long) for aside in _ASIDE)
    return seen >= _UNBROKEN * (steps + 1)


def _off(line: Line, point: Point) -> float:
    """How far a point lies beside a line."""
    (x, y), (u, v) = line
    return abs((u - x) * (point[1] - y) - (v - y) * (point[0] - x)) / math.hypot(u - x, v - y)
