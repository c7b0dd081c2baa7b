"""Finds a form on a page: from its QR to its four corner marks, the nearest first, each one making the next surer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from PIL import Image, ImageChops, ImageFilter

from fallback.marks import MarkForm
from fallback.scanning.plane import Pin, Plane, Point, distance, fit, middle

_COARSE = 4.0  # pixels a mm, to look for a mark
_FINE = 10.0  # to measure it
_REACH = 2.5  # mm around where a mark is expected
_STRAY = 0.07  # and mm more for every mm from the nearest place that is known: the QR's size, a tilted camera
_CODE_WEIGHT = 0.2  # a code's corners are seen to half a module, a mark's middle to a tenth of a mm
_OFF = 2.5  # mm that the QR's middle may be off; beyond, one of the marks is none
_TRIES = 3  # dark things looked at for each mark
_ALIKE = (0.75, 1.3)  # a mark's measured sides, in sides
_SOLID = 0.8  # of a mark is ink


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A form that was found: its plane, the pins that hold it, how many of them are corner marks, print's level."""

    plane: Plane
    pins: tuple[Pin, ...]
    marks: int
    black: float


def places(picture: Image.Image, form: MarkForm, anchor: Sequence[Point]) -> Iterator[Place]:
    """Where the form may lie in a grey picture, from the corners of its code, the likeliest first.

    With four marks a plane in perspective, with three a flat one; then from the code and one or two, or alone.
    """
    papers = _square(form)
    code = _code_pins(form, anchor)
    plane = fit(code)
    if plane is None or _mirrored(plane):
        return
    black, white = _levels(picture, form, plane)
    centre, seen = middle(papers), middle(anchor)
    marks: dict[int, list[Pin]] = {}
    for _ in range(2):  # what was missed from afar may be found from nearer by
        for index in sorted(range(len(form.corners)), key=lambda index: distance(form.corners[index], centre)):
            if index in marks:
                continue
            corner = form.corners[index]
            known = [*code, *(pins[0] for pins in marks.values())]
            reach = _REACH + _STRAY * min(distance(corner, pin.paper) for pin in known)
            found = _find_marks(picture, plane, corner, form.side, reach, (black, white))
            if found:
                marks[index] = [Pin(corner, pixel) for pixel in found]
                plane = fit([*known, marks[index][0]]) or plane
    for choice in _choices(list(marks.values())):
        best, off = None, _OFF
        for pins in product(*choice):
            held = fit(pins, perspective=len(pins) == 4)
            if held is None:
                continue
            missed = distance(held.at(*centre), seen) / held.per_mm(*centre)
            if missed <= off:
                best, off = Place(plane=held, pins=pins, marks=len(pins), black=black), missed
        if best is not None:
            yield best
    near = [pins[0] for pins in marks.values()]
    for few in [near, []] if 0 < len(near) < 3 else [[]]:
        held = fit([*code, *few])
        if held is not None:
            yield Place(plane=held, pins=(*code, *few), marks=len(few), black=black)


def is_negative(picture: Image.Image, form: MarkForm, anchor: Sequence[Point]) -> bool:
    """Whether the page is white on black, as some fax machines send it: seen at its code."""
    plane = fit(_code_pins(form, anchor))
    if plane is None:
        return False
    black, white = _levels(picture, form, plane)
    return black > white


def _square(form: MarkForm) -> tuple[Point, ...]:
    left, top, right, bottom = form.code
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _code_pins(form: MarkForm, anchor: Sequence[Point]) -> list[Pin]:
    return [Pin(paper, pixel, _CODE_WEIGHT) for paper, pixel in zip(_square(form), anchor, strict=True)]


def _choices(marks: list[list[Pin]]) -> list[list[list[Pin]]]:
    """All the marks, then all but one: a punched hole or a blot may have passed for one."""
    if len(marks) < 3:
        return []
    fewer = [marks[:index] + marks[index + 1 :] for index in range(4)] if len(marks) == 4 else []
    return [marks, *fewer]


def _mirrored(plane: Plane) -> bool:
    a, b, _, d, e = plane.cells[:5]
    return a * e - b * d <= 0


def _levels(picture: Image.Image, form: MarkForm, plane: Plane) -> tuple[float, float]:
    """How dark this page's print is and how light its paper, seen at the code: the finders' cores, the quiet zone."""
    left, top, right, bottom = form.code
    wide, high = right - left, bottom - top
    core = 2.7 / 55 * wide, 4.3 / 55 * wide  # within the 3 x 3 modules, whatever the version
    cores = [
        (left + core[0], top + core[0], left + core[1], top + core[1]),
        (right - core[1], top + core[0], right - core[0], top + core[1]),
        (left + core[0], bottom - core[1], left + core[1], bottom - core[0]),
    ]
    edge = wide / 55
    quiet = [
        (left - 3 * edge, top, left - 1.5 * edge, bottom),
        (right + 1.5 * edge, top, right + 3 * edge, top + high),
        (left, top - 3 * edge, right, top - 1.5 * edge),
    ]
    dark, light = (sorted(_mean(plane.straight(picture, area, _COARSE)) for area in areas) for areas in (cores, quiet))
    return dark[1], light[1]


def _mean(picture: Image.Image) -> float:
    counts = picture.histogram()
    return sum(level * count for level, count in enumerate(counts)) / sum(counts)


def _find_marks(
    picture: Image.Image, plane: Plane, corner: Point, side: float, reach: float, levels: tuple[float, float]
) -> list[Point]:
    """The pixels of the middles of black squares within `reach` mm of where one is expected, the nearest first."""
    x, y = corner
    half = reach + 1.5 * side
    window = plane.straight(picture, (x - half, y - half, x + half, y + half), _COARSE)
    pixels = side * _COARSE
    inner = window.filter(ImageFilter.BoxBlur((pixels - 1) / 2))
    outer = window.filter(ImageFilter.BoxBlur(pixels - 0.5))
    # A square of ink within paper: solid black around it (the scanner's lid) or text darkens both alike.
    answer = ImageChops.subtract(outer, inner)
    edge = round(1.5 * side * _COARSE)
    answer = answer.crop((edge, edge, answer.width - edge, answer.height - edge))
    least = 0.3 * (levels[1] - levels[0])
    found: list[Point] = []
    for _ in range(_TRIES):
        answers = answer.tobytes()
        most = max(answers)
        if most < least:
            break
        down, across = divmod(answers.index(most), answer.width)
        place = x - reach + (across + 0.5) / _COARSE, y - reach + (down + 0.5) / _COARSE
        exact = _measured(picture, plane, place, side, levels)
        if exact is not None:
            found.append(exact)
        wide = round(pixels / 2)
        answer.paste(0, (across - wide, down - wide, across + wide, down + wide))
    return [plane.at(*place) for place in sorted(found, key=lambda place: distance(place, corner))]


def _measured(
    picture: Image.Image, plane: Plane, place: Point, side: float, levels: tuple[float, float]
) -> Point | None:
    """The middle of the mark at about this place, in mm; None when what is there is no square of its size."""
    x, y = place
    half = 0.75 * side  # what is printed beside a mark stays out of most of it
    patch = plane.straight(picture, (x - half, y - half, x + half, y + half), _FINE).filter(ImageFilter.BoxBlur(1))
    between = _between(patch, levels)
    ink = patch.point([255 if level < between else 0 for level in range(256)])
    across, down = (
        _run(ink.resize((ink.width, 1), Image.Resampling.BOX)),
        _run(ink.resize((1, ink.height), Image.Resampling.BOX)),
    )
    if across is None or down is None:
        return None
    low, high = (limit * side * _FINE for limit in _ALIKE)
    box = across[0], down[0], across[1], down[1]
    if not all(low <= end - start <= high for start, end in (across, down)):
        return None
    if _mean(ink.crop(box)) < _SOLID * 255:
        return None
    return x - half + _centre(ink.crop(box), 0, across[0]) / _FINE, y - half + _centre(
        ink.crop(box), 1, down[0]
    ) / _FINE


def _between(patch: Image.Image, levels: tuple[float, float]) -> float:
    """The level between ink and paper here: a stain has its own paper."""
    counts = patch.histogram()
    total, seen = sum(counts), 0
    for level in range(255, -1, -1):
        seen += counts[level]
        if seen >= 0.25 * total:
            return min((levels[0] + level) / 2, (levels[0] + levels[1]) / 2)
    return sum(levels) / 2


def _run(profile: Image.Image) -> tuple[int, int] | None:
    """The stretch around the middle of a profile where at least half is ink."""
    shares = profile.tobytes()
    at = len(shares) // 2
    if shares[at] < 128:
        return None
    start, end = at, at + 1
    while start > 0 and shares[start - 1] >= 128:
        start -= 1
    while end < len(shares) and shares[end] >= 128:
        end += 1
    return start, end


def _centre(ink: Image.Image, axis: int, start: int) -> float:
    profile = ink.resize((ink.width, 1) if axis == 0 else (1, ink.height), Image.Resampling.BOX).tobytes()
    return start + sum((place + 0.5) * share for place, share in enumerate(profile)) / max(1, sum(profile))
