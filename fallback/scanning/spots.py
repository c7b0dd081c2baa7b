"""Where on a page a code may stand that was not read: squares as full of edges as a code, beside those that were."""

from collections.abc import Sequence

from PIL import Image, ImageChops, ImageFilter, ImageStat

from fallback.scanning.plane import Point, distance, middle

Spot = tuple[int, int, int, int]  # left, top, right, bottom in pixels of the view

_GRAINS = 440  # pixels of the long side in which edges are looked for: a code's module is one or two of them
_CELL = 4  # of those pixels are one in which edges are counted
_SIDE = 1 / 9  # of the long side: a code on A5 to A4, when none was read to tell its size
_ALIKE = 0.7  # times the edges of a code that was read
_SEEN = 3  # levels: less is paper
_AROUND = 1.5  # sides from a spot's middle to its edge


def spots(view: Image.Image, read: Sequence[Sequence[Point]], most: int) -> list[Spot]:
    """Up to `most` places on a grey view that are as full of edges both ways as a code is, the likeliest first.

    `read` are the corners of the QRs that were read: they are left out, and what they look like is what is looked
    for. Without any, the fullest squares are given, whatever they are. Text has fewer edges, bars and rules have them
    one way only, a stain or the scanner's lid has none.
    """
    times = max(1, round(max(view.size) / _GRAINS))
    edges = _edges(view.reduce(times) if times > 1 else view)
    times *= _CELL
    squares = [[(x / times, y / times) for x, y in corners] for corners in read]
    if squares:
        side = sum(distance(square[0], square[2]) for square in squares) / 2**0.5 / len(squares) + 1
        usual = min(ImageStat.Stat(edges.crop(_box(middle(square), 0.35 * side, edges))).mean[0] for square in squares)
        least = max(_ALIKE * usual, _SEEN)
    else:
        side, least = _SIDE * max(edges.size), _SEEN
    for square in squares:
        edges.paste(0, _box(middle(square), 0.75 * side, edges))
    dense = edges.filter(ImageFilter.BoxBlur(0.35 * side))
    found: list[Spot] = []
    while len(found) < most:
        peak = dense.getextrema()[1]
        if not isinstance(peak, int) or peak < least:
            break
        down, across = divmod(dense.tobytes().index(peak), dense.width)
        left, top, right, bottom = _box((across, down), _AROUND * side, dense)
        found.append((left * times, top * times, min(right * times, view.width), min(bottom * times, view.height)))
        dense.paste(0, _box((across, down), 0.8 * side, dense))
    return found


def _edges(small: Image.Image) -> Image.Image:
    """How much a place changes from pixel to pixel, across and down alike."""
    ways = (
        ImageChops.difference(small, ImageChops.offset(small, across, down)).reduce(_CELL)
        for across, down in ((1, 0), (0, 1))
    )
    return ImageChops.darker(*ways)


def _box(at: Point, half: float, picture: Image.Image) -> Spot:
    x, y = at
    left, top = max(0, round(x - half)), max(0, round(y - half))
    return (
        left,
        top,
        max(left + 1, min(picture.width, round(x + half))),
        max(top + 1, min(picture.height, round(y + half))),
    )
