"""Reads the boxes of a form by machine: empty, ticked, or for a person to say. Never handwriting."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter

from fallback.marks import Area, Mark, MarkBox, MarkForm, MarkKind, MarkState
from fallback.scanning.corners import Place, find_form
from fallback.scanning.plane import Pin, Plane, Point, distance, fit
from fallback.scanning.stray import Inked, lies_amid, only_passes

_GRAIN = 10  # pixels a mm in which boxes are looked at: 250 dpi
_AROUND = 2.6  # mm looked at around a box
_INSET = 0.5  # mm from the middle of a printed line to where the inside begins
_DARK = 0.16  # of the way from paper to print: from here on it is ink. The palest pencil is at 0.3
_FAINT = 0.09  # from here on it may be a part of a line
_LITTLE, _ENOUGH = 0.012, 0.07  # shares of the inside that are inked: below EMPTY, from there TICKED, between DOUBTFUL
_FULL = 0.9  # above: blacked out. Some fill a box to choose it, others to take a choice back
_FRAMES = (
    0.8  # of the boxes to tick must show their frame: else it is another form, or print is fading, and ink was lost
)
_LINE = 0.2  # a printed line's darkness above its surroundings, of the way from paper to print
_HALF = 0.25  # of the clearer of two lines the other has at least so much
_REACHES = (1.2, 0.5)  # mm that a frame may stand from where it is expected: first, and when all have been seen
_FRAME_WEIGHT = 0.3
_STRAY = 0.6  # mm: a frame seen farther than this from where the others say it is was none
_SHADE = 4  # the paper's own shade is looked at so many times coarser ...
_WIDEST = 11  # ... and whatever is narrower than so many of those pixels (4.4 mm) is no shade but print or ink
_BROAD = 5  # of those pixels (2 mm): no pen's stroke is as wide
_ZERO = 64  # the paper's level in a flattened picture; ink is above


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReading:
    """What the boxes of one form say. `sure` is False when fewer than three corner marks held the form.

    Each box was then still read within its own printed frame, or is DOUBTFUL; but the page is torn, covered or bent.
    """

    form: MarkForm
    marks: tuple[Mark, ...]
    plane: Plane
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A box as it was seen: its darkness above the paper (mode L), where in it the inside is, from where on it is ink."""

    box: MarkBox
    dark: Image.Image
    inside: tuple[int, int, int, int]
    ink: float
    faint: float
    framed: bool
    clear: float
    middle: Point


def read_marks(picture: Image.Image, form: MarkForm, anchor: Sequence[Point]) -> MarkReading | None:
    """Reads a form's boxes on a grey page (mode L) of 150 to 600 dpi, skewed, turned, or taken by a phone.

    `anchor` is the `corners` of the form's own QR on this page. None: the form is not on this page (another form, the
    other half of a sheet, a page of which too little is left).
    """
    if len(anchor) != 4:
        return None
    per_mm = distance(anchor[0], anchor[2]) / distance(form.code[:2], form.code[2:])
    times = max(1, int(per_mm / _GRAIN))
    page = picture.reduce(times) if times > 1 else picture
    place = find_form(page, form, [(x / times, y / times) for x, y in anchor])
    if place is None:
        return None
    plane = place.plane
    views: list[_View] = []
    for reach in _REACHES:
        views = [_look(page, plane, box, place.black, reach) for box in form.boxes]
        plane = _held(place, plane, views)
    shown = [view for view in views if view.box.kind is MarkKind.TICK] or views  # a comb's lines are thin
    if sum(view.framed for view in shown) < _FRAMES * len(shown) or (not shown and place.marks < 3):
        return None
    marks = tuple(_judged(view) for view in views)
    return MarkReading(form=form, marks=marks, plane=plane.scaled(times), sure=place.marks >= 3)


def snippet(picture: Image.Image, reading: MarkReading, area: Area, margin: float = 1.0) -> Image.Image:
    """A straight picture of an area of the form (in mm; of a box, its `area`) with a margin in mm, for a person."""
    left, top, right, bottom = area
    around = left - margin, top - margin, right + margin, bottom + margin
    per_mm = reading.plane.per_mm((left + right) / 2, (top + bottom) / 2)
    return reading.plane.straight(picture, around, per_mm)


def _look(page: Image.Image, plane: Plane, box: MarkBox, black: float, reach: float) -> _View:
    left, top, right, bottom = box.area
    around = left - _AROUND, top - _AROUND, right + _AROUND, bottom + _AROUND
    patch = plane.straight(page, around, _GRAIN)
    shade = _shade(patch)
    # The paper's shade is taken away, so that the edge of a stain is no stroke.
    flat = ImageChops.subtract(shade, patch, 1, _ZERO)
    smooth = flat.filter(ImageFilter.BoxBlur(1))
    paper, noise = _paper(smooth)
    contrast = max(20.0, _level(shade) - black)
    wide, high = round(box.width * _GRAIN), round(box.height * _GRAIN)
    edge, most = round(_AROUND * _GRAIN), round(reach * _GRAIN)
    inset = round(_INSET * _GRAIN)
    columns = flat.crop((0, edge + inset, flat.width, edge + high - inset)).resize(
        (flat.width, 1), Image.Resampling.BOX
    )
    rows = flat.crop((edge + inset, 0, edge + wide - inset, flat.height)).resize((1, flat.height), Image.Resampling.BOX)
    across, strong = _pair(columns.tobytes(), edge, edge + wide, most)
    down, firm = _pair(rows.tobytes(), edge, edge + high, most)
    framed = min(strong, firm) >= _LINE * contrast
    if not framed:
        across = down = 0
    inside = (
        edge + across + inset,
        edge + down + inset,
        edge + across + wide - inset,
        edge + down + high - inset,
    )
    return _View(
        box=box,
        dark=smooth,
        inside=inside,
        ink=paper + max(_DARK * contrast, 3 * noise),
        faint=paper + max(_FAINT * contrast, 2 * noise),
        framed=framed,
        clear=min(strong, firm) / contrast,
        middle=((left + right) / 2 + across / _GRAIN, (top + bottom) / 2 + down / _GRAIN),
    )


def _shade(patch: Image.Image) -> Image.Image:
    """The paper without what is printed and written on it: dark things narrower than `_WIDEST` are closed."""
    small = patch.reduce(_SHADE)
    closed = small.filter(ImageFilter.MaxFilter(_WIDEST)).filter(ImageFilter.MinFilter(_WIDEST))
    return closed.resize(patch.size, Image.Resampling.BILINEAR)


def _level(shade: Image.Image) -> float:
    middle = shade.width // 2, shade.height // 2
    level = shade.getpixel(middle)
    return float(level) if isinstance(level, (int, float)) else 0.0


def _paper(smooth: Image.Image) -> tuple[float, float]:
    """The level of bare paper in a flattened picture, and its noise: most of what is around a box is paper."""
    counts = smooth.histogram()
    total = sum(counts)
    return _share(counts, 0.4 * total), max(0.0, _share(counts, 0.4 * total) - _share(counts, 0.08 * total)) / 1.15


def _share(counts: list[int], wanted: float) -> float:
    below = 0
    for level, count in enumerate(counts):
        if below + count >= wanted:
            return level + (wanted - below) / count - 0.5
        below += count
    return 255.0


def _pair(profile: bytes, first: int, second: int, most: int) -> tuple[int, float]:
    """How far two parallel lines stand from where they are expected, in pixels, and how clearly both stand out."""
    best, clearest, found = 0, -1.0e9, 0.0
    for shift in sorted(range(-most, most + 1), key=abs):
        one, other = _ridge(profile, first + shift), _ridge(profile, second + shift)
        if one + other > clearest:
            best, clearest = shift, one + other
            found = clearest / 2 if min(one, other) > _HALF * max(one, other) else 0.0
    # At the end of the reach the lines may stand still farther away: that is not seeing them.
    return best, found if abs(best) < most else 0.0


def _ridge(profile: bytes, at: int) -> float:
    return (profile[at - 1] + profile[at]) / 2 - (profile[at - 5] + profile[at + 4]) / 2


def _held(place: Place, plane: Plane, views: Sequence[_View]) -> Plane:
    """The plane again, held by the frames that were seen as well: they are many, and near to what is read."""
    pins = list(place.pins)
    for view in views:
        if view.framed:
            left, top, right, bottom = view.box.area
            pins.append(Pin(((left + right) / 2, (top + bottom) / 2), plane.at(*view.middle), _FRAME_WEIGHT))
    perspective = place.marks == 4
    for _ in range(2):
        better = fit(pins, perspective=perspective)
        if better is None:
            return plane
        plane = better
        limit = _STRAY * plane.per_mm(*place.pins[0].paper)
        pins = [pin for pin in pins if distance(plane.at(*pin.paper), pin.pixel) <= limit or pin in place.pins]
    return plane


def _judged(view: _View) -> Mark:
    """Empty, ticked, or doubtful: no frame, too little ink, blacked out, or ink that only passes."""
    ink, tick = Inked(view.dark, view.ink), view.box.kind is MarkKind.TICK
    fill = ink.share(view.inside)
    state = MarkState.DOUBTFUL
    if tick and not view.framed:
        pass
    elif fill < _LITTLE:
        state = MarkState.EMPTY
    elif fill >= _ENOUGH and _is_stroke(view) and not (tick and (fill > _FULL or lies_amid(ink, view.inside))):
        # A crease is half as dark as a pen, and must be followed all along.
        if not any(only_passes(seen, view.inside, comb=not tick) for seen in (ink, Inked(view.dark, view.faint))):
            state = MarkState.TICKED
    return Mark(name=view.box.name, fill=round(fill, 3), state=state)


def _is_stroke(view: _View) -> bool:
    """Whether some of the ink is as narrow as a pen's stroke: the edge of a stain is not."""
    small = view.dark.reduce(_SHADE)
    broad = small.filter(ImageFilter.MinFilter(_BROAD)).filter(ImageFilter.MaxFilter(_BROAD))
    narrow = ImageChops.subtract(view.dark, broad.resize(view.dark.size, Image.Resampling.BILINEAR), 1, _ZERO)
    return Inked(narrow, view.ink).share(view.inside) >= _ENOUGH / 2
