"""From mm on a form to pixels of its scan, and back to a straight picture: a plane fitted to pins, in plain Python."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from fallback.marks import Area

Point = tuple[float, float]
_WHITE = 255


@dataclass(frozen=True, slots=True)
class Pin:
    """A place in mm on the form that was seen at a place in pixels of the page; a heavier one counts for more."""

    paper: Point
    pixel: Point
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Plane:
    """How a flat form lies in a picture: the 3 x 3 matrix from mm to pixels, row by row."""

    cells: tuple[float, ...]

    def at(self, x: float, y: float) -> Point:
        """The pixel of a place on the form."""
        a, b, c, d, e, f, g, h, i = self.cells
        deep = g * x + h * y + i
        return (a * x + b * y + c) / deep, (d * x + e * y + f) / deep

    def per_mm(self, x: float, y: float) -> float:
        """How many pixels a mm is at a place on the form."""
        (left, up), (right, down), (low, high) = self.at(x, y), self.at(x + 1, y), self.at(x, y + 1)
        return math.sqrt(abs((right - left) * (high - up) - (down - up) * (low - left)))

    def scaled(self, factor: float) -> "Plane":
        """The plane in a picture that is `factor` times as large."""
        return Plane(tuple(cell * factor for cell in self.cells[:6]) + self.cells[6:])

    def straight(self, picture: Image.Image, area: Area, per_mm: float, around: int = _WHITE) -> Image.Image:
        """An area of the form as if it had been scanned straight; `around` is the grey where the page ends."""
        left, top, right, bottom = area
        size = max(1, round((right - left) * per_mm)), max(1, round((bottom - top) * per_mm))
        step = 1 / per_mm
        rows = [(p * step, q * step, p * left + q * top + r) for p, q, r in _threes(self.cells)]
        deep = rows[2][2]
        data = [cell / deep for row in rows for cell in row][:8]
        return picture.transform(size, Image.Transform.PERSPECTIVE, data, Image.Resampling.BILINEAR, fillcolor=around)


def fit(pins: Sequence[Pin], *, perspective: bool = False) -> Plane | None:
    """The plane nearest to the pins (least squares): flat from three, in perspective from four. None: too few."""
    papers, pixels = _spread([pin.paper for pin in pins]), _spread([pin.pixel for pin in pins])
    if papers is None or pixels is None:
        return None
    size = 8 if perspective else 6
    sums = [[0.0] * (size + 1) for _ in range(size)]
    for pin in pins:
        x, y = _within(papers, pin.paper)
        u, v = _within(pixels, pin.pixel)
        across = [x, y, 1.0, 0.0, 0.0, 0.0, -x * u, -y * u]
        down = [0.0, 0.0, 0.0, x, y, 1.0, -x * v, -y * v]
        for row, value in ((across[:size], u), (down[:size], v)):
            full = [*row, value]
            for line, factor in enumerate(row):
                if factor:
                    for place, cell in enumerate(full):
                        sums[line][place] += pin.weight * factor * cell
    solved = _solved(sums)
    if solved is None:
        return None
    a, b, c, d, e, f, *deep = solved
    g, h = deep or (0.0, 0.0)
    x, y, wide = papers
    u, v, long = pixels
    # From mm to the spread-out pins, through the fit, and from there to pixels.
    a, b, c = long * a + u * g, long * b + u * h, long * c + u
    d, e, f = long * d + v * g, long * e + v * h, long * f + v
    rows = ((p / wide, q / wide, r - (p * x + q * y) / wide) for p, q, r in ((a, b, c), (d, e, f), (g, h, 1.0)))
    return Plane(tuple(cell for row in rows for cell in row))


def distance(one: Point, other: Point) -> float:
    """Between two points, in their own unit."""
    return math.hypot(one[0] - other[0], one[1] - other[1])


def middle(points: Sequence[Point]) -> Point:
    """The mean of some points."""
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _threes(cells: tuple[float, ...]) -> tuple[tuple[float, float, float], ...]:
    return tuple((cells[at], cells[at + 1], cells[at + 2]) for at in (0, 3, 6))


def _spread(points: Sequence[Point]) -> tuple[float, float, float] | None:
    """The middle and the mean distance from it: pins are fitted within 1 of nought, or the sums lose their digits."""
    if not points:
        return None
    x, y = middle(points)
    size = sum(distance(point, (x, y)) for point in points) / len(points)
    return (x, y, size) if size > 0 else None


def _within(spread: tuple[float, float, float], point: Point) -> Point:
    x, y, size = spread
    return (point[0] - x) / size, (point[1] - y) / size


def _solved(rows: list[list[float]]) -> list[float] | None:
    """Gauss, with the largest pivot; None when the equations hang together."""
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        if abs(rows[pivot][column]) < 1e-9:
            return None
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = rows[row][column] / rows[column][column]
            if factor:
                for place in range(column, size + 1):
                    rows[row][place] -= factor * rows[column][place]
    values = [0.0] * size
    for row in range(size - 1, -1, -1):
        known = sum(rows[row][place] * values[place] for place in range(row + 1, size))
        values[row] = (rows[row][size] - known) / rows[row][row]
    return values
