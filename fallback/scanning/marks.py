"""Reads the boxes of a form by machine: empty, ticked, or for a person to say. Never handwriting."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageFilter, ImageOps

from fallback.marks import Area, Mark, MarkBox, MarkForm, MarkKind, MarkState
from fallback.scanning.corners import Place, is_negative, places
from fallback.scanning.plane import Pin, Plane, Point, distance, fit
from fallback.scanning.stray import Inked, Span, lies_amid, only_passes

_GRAIN = 10  # pixels a mm in which boxes are looked at: 250 dpi
_EDGE = 26  # pixels looked at around a box
_INSET = 5  # pixels from the middle of a printed line to where the inside of a box begins

# A box's printed frame, seen in profile. Levels are parts of the way from paper to print.
_LINE = 0.2  # a line is darker than what is beside it by at least this
_HALF = 0.25  # of the clearer of two lines the other has at least so much
_REACHES = 12, 5  # pixels that a frame may stand from where it is expected: at first, and when all have been seen
_FRAME_WEIGHT = 0.3  # a corner mark's is 1
_FRAMES = 0.8  # of the boxes to tick show theirs: else it is another form, or print fades and ink was lost before it

# What is in a box.
_DARK = 0.16  # from here on it is ink; the palest pencil is at 0.3
_FAINT = 0.09  # from here on it may be a part of a line
_LITTLE = 0.012  # of the inside is inked: below, a box is EMPTY
_ENOUGH = {MarkKind.TICK: 0.07, MarkKind.COMB: 0.09}  # from here TICKED; a dot has 0.08, a thin "1" 0.1
_FULL = 0.9  # above: blacked out. Some fill a box to choose it, others to take a choice back
_SHADE = 4  # the paper's own shade is looked at so many times coarser ...
_WIDEST = 11  # ... and whatever is narrower than so many of those pixels (4.4 mm) is no shade but print or ink
_BROAD = 5  # of those pixels (2 mm): no pen's stroke is as wide
_ZERO = 64  # the paper's level in a flattened picture; ink is above


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkReading:
    """What the boxes of one form say, and how it lies on its page.

    `sure` is False when fewer than three corner marks held the form. Each box was then still read within its own
    printed frame, or is DOUBTFUL, but the page is torn, covered or bent: a person should see it.
    """

    form: MarkForm
    marks: tuple[Mark, ...]
    plane: Plane
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A box in a straight picture: how far its frame stands from where it was expected, in pixels; None: not seen."""

    box: MarkBox
    patch: Image.Image
    shift: tuple[int, int] | None

    def inside(self) -> Span:
        """Where in the picture the inside of the box is."""
        across, down = self.shift or (0, 0)
        left, top = _EDGE + across, _EDGE + down
        right, bottom = left + round(self.box.width * _GRAIN), top + round(self.box.height * _GRAIN)
        return left + _INSET, top + _INSET, right - _INSET, bottom - _INSET


def read_marks(picture: Image.Image, form: MarkForm, anchor: Sequence[Point]) -> MarkReading | None:
    """Reads a form's boxes on a grey page (mode L) of 150 to 600 dpi, skewed, turned, negative, or taken by a phone.

    `anchor` is the `corners` of the form's own QR on this page (ReadCode). None: the form is not on this page (another
    form, the patient's half of a sheet, print so faded that an empty box would prove nothing).
    """
    long = distance(form.code[:2], form.code[2:])
    if len(anchor) != 4 or not long:
        return None
    times = max(1, int(distance(anchor[0], anchor[2]) / long / _GRAIN))
    page = picture.reduce(times) if times > 1 else picture
    near = [(x / times, y / times) for x, y in anchor]
    if is_negative(page, form, near):
        page = ImageOps.invert(page)
    for place in places(page, form, near):
        plane, seen = place.plane, list[_Seen]()
        for reach in _REACHES:
            seen = [_look(page, plane, box, place.black, reach) for box in form.boxes]
            plane = _held(place, plane, seen)
        if _shows(seen):
            marks = tuple(_judged(each, place.black) for each in seen)
            return MarkReading(form=form, marks=marks, plane=plane.scaled(times), sure=place.marks >= 3)
    return None


def snippet(picture: Image.Image, reading: MarkReading, area: Area, margin: float = 1.0) -> Image.Image:
    """A straight picture of an area of the form (in mm; of a box, its `area`) with a margin in mm, for a person."""
    left, top, right, bottom = area
    around = left - margin, top - margin, right + margin, bottom + margin
    per_mm = reading.plane.per_mm((left + right) / 2, (top + bottom) / 2)
    return reading.plane.straight(picture, around, per_mm)


def _look(page: Image.Image, plane: Plane, box: MarkBox, black: float, reach: int) -> _Seen:
    """Straightens a box with what is around it, and looks for its frame."""
    left, top, right, bottom = box.area
    edge = _EDGE / _GRAIN
    patch = plane.straight(page, (left - edge, top - edge, right + edge, bottom + edge), _GRAIN)
    wide, high = round(box.width * _GRAIN), round(box.height * _GRAIN)
    first, last = _EDGE + _INSET, _EDGE - _INSET
    columns = patch.crop((0, first, patch.width, last + high)).resize((patch.width, 1), Image.Resampling.BOX)
    rows = patch.crop((first, 0, last + wide, patch.height)).resize((1, patch.height), Image.Resampling.BOX)
    across, clear = _pair(columns.tobytes(), _EDGE, _EDGE + wide, reach)
    down, clean = _pair(rows.tobytes(), _EDGE, _EDGE + high, reach)
    found = min(clear, clean) >= _LINE * _contrast(patch, black)
    return _Seen(box=box, patch=patch, shift=(across, down) if found else None)


def _shows(seen: Sequence[_Seen]) -> bool:
    """Whether nearly all boxes show their frames, so that this is the form, and is printed clearly."""
    counted = [each for each in seen if each.box.kind is MarkKind.TICK] or seen  # a comb's lines are thin
    return bool(counted) and sum(each.shift is not None for each in counted) >= _FRAMES * len(counted)


def _pair(profile: bytes, first: int, second: int, reach: int) -> tuple[int, float]:
    """How far two parallel lines stand from where they are expected, in pixels, and how clearly both stand out."""
    best, clearest, found = 0, -1.0e9, 0.0
    for shift in sorted(range(-reach, reach + 1), key=abs):
        one, other = _ridge(profile, first + shift), _ridge(profile, second + shift)
        if one + other > clearest:
            best, clearest = shift, one + other
            found = clearest / 2 if min(one, other) > _HALF * max(one, other) else 0.0
    # At the end of the reach the lines may stand still farther away: that is not seeing them.
    return best, found if abs(best) < reach else 0.0


def _ridge(profile: bytes, at: int) -> float:
    """How much darker a line of 0.2 mm is than what is beside it."""
    return (profile[at - 5] + profile[at + 4]) / 2 - (profile[at - 1] + profile[at]) / 2


def _held(place: Place, plane: Plane, seen: Sequence[_Seen]) -> Plane:
    """The plane again, held by the frames that were seen as well: they are many, and near to what is read."""
    pins = list(place.pins)
    for each in seen:
        if each.shift is not None:
            left, top, right, bottom = each.box.area
            x, y = (left + right) / 2, (top + bottom) / 2
            across, down = each.shift
            pins.append(Pin((x, y), plane.at(x + across / _GRAIN, y + down / _GRAIN), _FRAME_WEIGHT))
    return fit(pins, perspective=place.marks == 4) or plane


def _judged(seen: _Seen, black: float) -> Mark:
    """Empty, ticked, or doubtful: no frame, too little ink, blacked out, or ink that only passes."""
    dark = _flat(seen.patch)
    paper, noise = _paper(dark)
    contrast = _contrast(seen.patch, black)
    ink = Inked(dark, paper + max(_DARK * contrast, 3 * noise))
    faint = Inked(dark, paper + max(_FAINT * contrast, 2 * noise))  # a crease must be followed all along
    inside, tick = seen.inside(), seen.box.kind is MarkKind.TICK
    fill, enough = ink.share(inside), _ENOUGH[seen.box.kind]
    state = MarkState.DOUBTFUL
    if tick and (seen.shift is None or fill > _FULL):
        pass
    elif fill < _LITTLE:
        state = MarkState.EMPTY
    elif (
        fill >= enough
        and Inked(_narrow(dark), ink.level).share(inside) >= enough / 2
        and not (tick and lies_amid(ink, inside))
        and not any(only_passes(each, inside, comb=not tick) for each in (ink, faint))
    ):
        state = MarkState.TICKED
    return Mark(name=seen.box.name, fill=round(fill, 3), state=state)


def _contrast(patch: Image.Image, black: float) -> float:
    """How far this place's paper is from print, in levels; never so little that grain counts as ink."""
    counts = patch.histogram()
    return max(20.0, _share(counts, 0.7 * sum(counts)) - black)


def _flat(patch: Image.Image) -> Image.Image:
    """How much darker than its paper each place is, slightly smoothed: the edge of a stain is no stroke."""
    small = patch.reduce(_SHADE)
    paper = small.filter(ImageFilter.MaxFilter(_WIDEST)).filter(ImageFilter.MinFilter(_WIDEST))
    paper = paper.resize(patch.size, Image.Resampling.BILINEAR)
    return ImageChops.subtract(paper, patch, 1, _ZERO).filter(ImageFilter.BoxBlur(1))


def _narrow(dark: Image.Image) -> Image.Image:
    """What is no wider than a pen's stroke: where a stain ends within a box, its edge is left out."""
    small = dark.reduce(_SHADE)
    broad = small.filter(ImageFilter.MinFilter(_BROAD)).filter(ImageFilter.MaxFilter(_BROAD))
    return ImageChops.subtract(dark, broad.resize(dark.size, Image.Resampling.BILINEAR), 1, _ZERO)


def _paper(dark: Image.Image) -> tuple[float, float]:
    """The level of bare paper in a flattened picture, and its grain: most of what is around a box is paper."""
    counts = dark.histogram()
    total = sum(counts)
    paper = _share(counts, 0.4 * total)
    return paper, max(0.0, paper - _share(counts, 0.08 * total)) / 1.15


def _share(counts: list[int], wanted: float) -> float:
    """The level that so many pixels are below."""
    below = 0
    for level, count in enumerate(counts):
        if below + count >= wanted:
            return level + (wanted - below) / count - 0.5
        below += count
    return 255.0
