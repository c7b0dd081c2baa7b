"""Eight printers, each a small physical model: from the bits of a code to grey paper, in millimetres.

A page printer (laser, inkjet, thermal) lays square dots of its own pitch; the edge of what is dark then moves outwards
or inwards (dot gain) and gets rough. An impact printer strikes round pins of their true diameter on their true grid,
band by band as the head is high, the bands a little beside each other, through a ribbon; its under-copy is the same
blow, spread by the upper sheet and pale. The grid of an impact printer is its driver's, not ours: modules are no whole
number of its dots, and the code's corner falls anywhere between two of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from math import hypot
from random import Random
from statistics import NormalDist

from PIL import Image, ImageChops, ImageFilter

PATCH = 66.0  # mm: the piece of paper that is printed and scanned, the same for every size of code
_NOISE = 2400  # pixels of the noise's side

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A code on the patch: its bits (mode L, 255 is dark), the size of one in mm, its top left corner in mm."""

    bits: Image.Image
    across: float
    down: float
    left: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A printer. Lengths in mm, levels of grey from 0 (black) to 255; a span is drawn anew for every sheet.

    `drawn_for` is the dpi for which the code's module is a whole number of dots; `dead` the likelihood that a column of
    dots (a heater, a nozzle) or, of an impact printer, one pin prints nothing.
    """

    name: str
    drawn_for: int
    dpi: tuple[float, float]
    ink: Span
    paper: Span = (232, 252)
    gain: Span = (0.0, 0.0)
    spread: float = 0.045  # sigma of the field that is then fixed as dark or light: at least as much as the gain
    rough: int = 12
    dead: float = 0.0
    drift: float = 0.0  # how much paler one side is than the other, as a share of the ink
    pin: float = 0.0  # diameter; 0: no pins
    pins: int = 0  # in the head, one below another
    beside: float = 0.0  # how far the bands may stand beside each other
    through: Span = (0.0, 0.0)  # sigma of the blow's spread through the upper sheet


PRESSES = (
    Press(name="laser 600 dpi", drawn_for=600, dpi=(600, 600), ink=(15, 50), gain=(-0.005, 0.03)),
    Press(name="laser 300 dpi", drawn_for=300, dpi=(300, 300), ink=(20, 60), gain=(-0.01, 0.04)),
    Press(name="thermal 203 dpi, fresh", drawn_for=203, dpi=(203.2, 203.2), ink=(30, 75), gain=(-0.03, 0.06), dead=0.2,
          drift=0.1),
    Press(name="thermal 203 dpi, faded", drawn_for=203, dpi=(203.2, 203.2), ink=(125, 190), paper=(222, 245),
          gain=(-0.05, 0.04), rough=25, dead=0.5, drift=0.4),
    Press(name="inkjet, copier paper", drawn_for=600, dpi=(600, 600), ink=(45, 100), gain=(0.03, 0.08), spread=0.08,
          rough=35, dead=0.3, drift=0.1),
    Press(name="24-pin dot matrix", drawn_for=300, dpi=(180, 180), ink=(60, 120), paper=(225, 245), rough=40, dead=0.1,
          pin=0.2, pins=24, beside=0.08),
    Press(name="9-pin, worn ribbon", drawn_for=300, dpi=(120, 72), ink=(115, 170), paper=(225, 245), rough=50,
          dead=0.2, drift=0.2, pin=0.35, pins=9, beside=0.15),
    Press(name="24-pin, under-copy", drawn_for=300, dpi=(180, 180), ink=(140, 185), paper=(215, 238), rough=60,
          dead=0.1, drift=0.2, pin=0.2, pins=24, beside=0.08, through=(0.08, 0.15)),
)  # fmt: skip


def printed(press: Press, marks: Sequence[Mark], rng: Random) -> tuple[Image.Image, float]:
    """The patch as it leaves the printer (mode L), and how many of its pixels make a millimetre."""
    raster = _rastered(press, marks, rng)
    dark, scale = _struck(press, raster, rng) if press.pin else _laid(press, raster, rng)
    ink, paper = rng.uniform(*press.ink), rng.uniform(*press.paper)
    if press.drift:
        dark = _drifted(dark, rng.uniform(0, press.drift), rng)
    return dark.point([round(paper + (ink - paper) * level / 255) for level in range(256)]), scale


def _rastered(press: Press, marks: Sequence[Mark], rng: Random) -> Image.Image:
    """The printer's own dots, 255 where one is set: the dot's middle decides, as in most drivers."""
    pitch = tuple(25.4 / dpi for dpi in press.dpi)
    raster = Image.new("L", (round(PATCH / pitch[0]), round(PATCH / pitch[1])))
    off = (rng.random(), rng.random()) if press.pin else (0.0, 0.0)  # of a dot: our grid is not the driver's
    for mark in marks:
        size = (round(mark.bits.width * mark.across / pitch[0]), round(mark.bits.height * mark.down / pitch[1]))
        across, down = pitch[0] / mark.across, pitch[1] / mark.down
        where = (
            across,
            0,
            (off[0] - 0.5) * across if press.pin else 0,
            0,
            down,
            (off[1] - 0.5) * down if press.pin else 0,
        )
        dots = mark.bits.transform(size, Image.Transform.AFFINE, where, Image.Resampling.NEAREST)
        raster.paste(dots, (round(mark.left / pitch[0]), round(mark.top / pitch[1])))
    if not press.pin and rng.random() < press.dead:
        column = rng.randrange(raster.width)
        raster.paste(0, (column, 0, column + 1, raster.height))
    if press.pin and rng.random() < press.dead:
        for row in range(rng.randrange(press.pins), raster.height, press.pins):
            raster.paste(0, (0, row, raster.width, row + 1))
    return raster


def _laid(press: Press, raster: Image.Image, rng: Random) -> tuple[Image.Image, float]:
    """Square dots, then the edge: a soft field, roughened, fixed at the level that moves the edge by the gain."""
    scale = 600 / 25.4
    side = round(PATCH * scale)
    field = raster.resize((side, side), Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(press.spread * scale))
    field = ImageChops.add(field, noise((side, side), rng, press.rough, coarse=2), 1, -128)
    level = 255 * NormalDist().cdf(-rng.uniform(*press.gain) / press.spread)
    return field.point([max(0, min(255, round((each - level) * 4 + 128))) for each in range(256)]), scale


def _struck(press: Press, raster: Image.Image, rng: Random) -> tuple[Image.Image, float]:
    """Round pins: a point for every dot, spread by a disc of the pin's size."""
    steps = (3, 3) if press.dpi[0] == press.dpi[1] else (3, 5)
    scale = press.dpi[0] * steps[0] / 25.4
    size = (raster.width * steps[0], raster.height * steps[1])
    points = ImageChops.multiply(raster.resize(size, Image.Resampling.NEAREST), _points(size, steps))
    tall = press.pins * steps[1]
    for number, top in enumerate(range(0, size[1], tall)):
        if number % 2:  # the head prints both ways
            band = points.crop((0, top, size[0], min(size[1], top + tall)))
            points.paste(band, (round(rng.uniform(-press.beside, press.beside) * scale), top))
    dark = points.filter(_disc(press.pin * scale))
    sigma = max(0.02, rng.uniform(*press.through)) * scale
    dark = dark.filter(ImageFilter.GaussianBlur(sigma))
    if press.through[1]:
        dark = dark.point([min(255, round(1.3 * each)) for each in range(256)])
    weave = noise(size, rng, press.rough, coarse=3).point(
        [min(255, 255 - press.rough // 2 + each - 128) for each in range(256)]
    )
    return ImageChops.multiply(dark, weave), scale


@cache
def _points(size: tuple[int, int], steps: tuple[int, int]) -> Image.Image:
    cell = Image.new("L", steps)
    cell.putpixel((steps[0] // 2, steps[1] // 2), 255)
    grid = Image.new("L", size)
    row = Image.new("L", (size[0], steps[1]))
    for left in range(0, size[0], steps[0]):
        row.paste(cell, (left, 0))
    for top in range(0, size[1], steps[1]):
        grid.paste(row, (0, top))
    return grid


@cache
def _disc(diameter: float) -> ImageFilter.Kernel:
    """How much of each of 5 x 5 pixels a disc covers (diameter in pixels, at most 5.2)."""
    fine = 16
    shares = []
    for place in range(25):
        inside = 0
        for sub in range(fine * fine):
            x = place % 5 - 2.5 + (sub % fine + 0.5) / fine
            y = place // 5 - 2.5 + (sub // fine + 0.5) / fine
            inside += hypot(x, y) <= diameter / 2
        shares.append(inside / fine**2)
    return ImageFilter.Kernel((5, 5), shares, scale=1)


def _drifted(dark: Image.Image, share: float, rng: Random) -> Image.Image:
    """One side paler than the other: a worn platen, a ribbon that runs dry."""
    slope = Image.linear_gradient("L").point([round(255 - share * each) for each in range(256)])
    return ImageChops.multiply(dark, slope.rotate(rng.choice((0, 90, 180, 270))).resize(dark.size))


@cache
def _sand() -> Image.Image:
    """Noise that is the same in every process."""
    return Image.frombytes("L", (_NOISE, _NOISE), Random(0).randbytes(_NOISE * _NOISE))


def noise(size: tuple[int, int], rng: Random, strength: float, *, coarse: int = 1) -> Image.Image:
    """Grain around 128, at most `strength` either way; `coarse` is the size of a grain in pixels."""
    wide, high = size[0] // coarse + 1, size[1] // coarse + 1
    left, top = rng.randrange(_NOISE - wide), rng.randrange(_NOISE - high)
    grain = _sand().crop((left, top, left + wide, top + high))
    grain = grain.point([round(128 + (level - 128) * strength / 128) for level in range(256)])
    return grain if coarse == 1 else grain.resize(size, Image.Resampling.BILINEAR)
