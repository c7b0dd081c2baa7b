"""What happens to paper between the printer and the reader, from nothing to the end of any code; lengths in mm.

Folds, stains and streaks are counted on a whole A4 page, and the patch with the code lies anywhere on it, so a larger
code meets more of them. Five grades:

- none: a flat bed, a straight sheet.
- office: the drill's office (`rehearsal.scanner.OFFICE`), and a streak of the printer or a scratch of the scanner.
- bad: carried for a week: folded and folded again, tea, streaks of half a millimetre, out of focus, a small JPEG.
- awful: all of it several times, streaks up to a millimetre wide, ink and paper come together.
- fatal: blur of half a module and more, streaks up to two millimetres wide: nobody should expect a read. On every
  fifth sheet only, as it takes the longest to say nothing.
"""

import io
from dataclasses import dataclass
from math import cos, hypot, radians, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from bench.press.printers import PATCH, Span, noise

_PAGE = (210.0, 297.0)  # mm
_FINE = 20.0  # pixels a millimetre: beyond it a scanner's sensor sees the mean of four
_OPTICS = 0.06  # mm, sigma: lens and sensor of a scanner that is in focus


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """A grade. Pairs of whole numbers count per page, both ends included; `fade` is how far ink goes towards paper."""

    name: str
    skew: float  # degrees, either way
    blur: Span  # sigma
    fade: Span = (0.0, 0.0)
    white: tuple[int, int] = (0, 0)  # streaks that printed nothing
    dark: tuple[int, int] = (0, 0)  # streaks of dirt, drum or scanner
    streak: Span = (0.1, 0.2)  # their width
    creases: tuple[int, int] = (0, 0)
    stains: tuple[int, int] = (0, 0)
    grain: int = 3
    quality: tuple[int, int] = (80, 92)
    every: int = 1  # sheets


WEARS = (
    Wear(name="none", skew=0.5, blur=(0.0, 0.02)),
    Wear(name="office", skew=2.0, blur=(0.0, 0.08), fade=(0.0, 0.2), white=(0, 1), dark=(0, 1), streak=(0.1, 0.3),
         creases=(0, 1), stains=(0, 1), grain=10, quality=(55, 85)),
    Wear(name="bad", skew=4.0, blur=(0.05, 0.16), fade=(0.1, 0.4), white=(0, 3), dark=(0, 3), streak=(0.15, 0.5),
         creases=(1, 4), stains=(1, 4), grain=25, quality=(35, 60)),
    Wear(name="awful", skew=6.0, blur=(0.12, 0.26), fade=(0.3, 0.6), white=(1, 5), dark=(1, 5), streak=(0.2, 1.0),
         creases=(3, 8), stains=(2, 8), grain=40, quality=(20, 40)),
    Wear(name="fatal", skew=8.0, blur=(0.25, 0.5), fade=(0.4, 0.8), white=(4, 10), dark=(5, 12), streak=(0.4, 2.0),
         creases=(6, 14), stains=(4, 10), grain=60, quality=(10, 25), every=5),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the patch lies on its page: pixels a millimetre, the page's size and corner in the patch's pixels."""

    scale: float
    width: float
    height: float
    left: float
    top: float

    def point(self, rng: Random) -> tuple[float, float]:
        """Any point of the page."""
        return self.left + rng.random() * self.width, self.top + rng.random() * self.height


def scanned(paper: Image.Image, scale: float, wear: Wear, rng: Random, dpi: int) -> Image.Image:
    """The patch, worn and scanned as grey JPEG. `scale` is the paper's pixels a millimetre."""
    page = paper.copy()
    wide, high = (side * scale for side in _PAGE)
    place = _Place(scale, wide, high, -rng.random() * (wide - page.width), -rng.random() * (high - page.height))
    for count, ink in ((wear.white, (235, 250)), (wear.dark, (30, 130))):
        for _ in range(rng.randint(*count)):
            _streak(page, rng.uniform(*wear.streak), rng.randint(*ink), place, rng)
    for _ in range(rng.randint(*wear.creases)):
        _crease(page, place, rng)
    for _ in range(rng.randint(*wear.stains)):
        _stain(page, place, rng)
    fade = rng.uniform(*wear.fade)
    page = page.point([round(level + (240 - level) * fade) if level < 240 else level for level in range(256)])
    if scale > _FINE:
        page, scale = page.reduce(2), scale / 2
    page = page.filter(ImageFilter.GaussianBlur(hypot(_OPTICS, rng.uniform(*wear.blur)) * scale))
    page = _fed(page, scale, rng.uniform(-wear.skew, wear.skew), dpi, rng)
    page = ImageChops.add(page, noise(page.size, rng, wear.grain), 1, -128)
    packed = io.BytesIO()
    page.save(packed, "JPEG", quality=rng.randint(*wear.quality))
    return Image.open(packed).convert("L")


def _fed(page: Image.Image, scale: float, angle: float, dpi: int, rng: Random) -> Image.Image:
    """Turned as it was fed, and sampled at the scanner's own dots, wherever these fall."""
    step = scale * 25.4 / dpi
    side = round(PATCH * dpi / 25.4)
    turn = radians(angle)
    across, down = step * cos(turn), step * sin(turn)
    middle = side / 2 + rng.random(), side / 2 + rng.random()
    x = page.width / 2 - across * middle[0] + down * middle[1]
    y = page.height / 2 - down * middle[0] - across * middle[1]
    where = (across, -down, x, down, across, y)
    fill = rng.choice((250, 235, 60))
    return page.transform((side, side), Image.Transform.AFFINE, where, Image.Resampling.BILINEAR, fillcolor=fill)


def _line(page: Image.Image, at: tuple[float, float], angle: float, level: int, width: float) -> None:
    """Right across the page through a point, at an angle in degrees; the width in pixels."""
    far = 20_000
    along = far * cos(radians(angle)), far * sin(radians(angle))
    ends = (at[0] - along[0], at[1] - along[1], at[0] + along[0], at[1] + along[1])
    ImageDraw.Draw(page).line(ends, fill=level, width=max(1, round(width)))


def _streak(page: Image.Image, width: float, level: int, place: _Place, rng: Random) -> None:
    """Along the way of the paper, or across it."""
    _line(page, place.point(rng), rng.choice((0, 90)) + rng.uniform(-0.5, 0.5), level, width * place.scale)


def _crease(page: Image.Image, place: _Place, rng: Random) -> None:
    """A fold: broken ink along it, light on one side, shadow on the other."""
    x, y = place.point(rng)
    angle, light, shadow = rng.uniform(0, 180), rng.uniform(0.1, 0.4), rng.uniform(0.1, 0.3)
    beside = (light + shadow) / 2 * place.scale
    _line(page, (x, y), angle, rng.randint(200, 245), light * place.scale)
    at = (x - beside * sin(radians(angle)), y + beside * cos(radians(angle)))
    _line(page, at, angle, rng.randint(90, 190), shadow * place.scale)


def _stain(page: Image.Image, place: _Place, rng: Random) -> None:
    """Tea: a soft-edged spot that darkens paper and ink alike."""
    size = (round(rng.uniform(8, 40) * place.scale), round(rng.uniform(8, 40) * place.scale))
    small = Image.new("L", (size[0] // 8 + 8, size[1] // 8 + 8), 255)
    ImageDraw.Draw(small).ellipse((3, 3, small.width - 4, small.height - 4), fill=rng.randint(140, 225))
    spot = small.filter(ImageFilter.BoxBlur(1)).resize(size, Image.Resampling.BILINEAR)
    x, y = place.point(rng)
    left, top = round(x - size[0] / 2), round(y - size[1] / 2)
    page.paste(ImageChops.multiply(page.crop((left, top, left + size[0], top + size[1])), spot), (left, top))
