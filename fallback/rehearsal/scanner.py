"""Makes a printed page look as an office scanner would see it: worn paper, fed askew, in grey or in 1 bit."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from fallback.scanning.codes import read_codes

_NOISE_MIDDLE = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """How badly a box of paper was treated. Shares are from 0 to 1, of the pages; the rest are upper bounds.

    `skew` is in degrees either way, `noise` and `grey` in levels of 255 (grey: how far paper and ink come together),
    `blur` in pixels; `creases` and `stains` count per page; `quality` is the range of JPEG quality.
    """

    skew: float = 0.0
    noise: int = 0
    grey: int = 0
    blur: float = 0.0
    blurred: float = 0.0
    creases: int = 0
    stains: int = 0
    upside_down: float = 0.0
    one_bit: float = 0.0
    quality: tuple[int, int] = (85, 92)


CLEAN = Wear()
OFFICE = Wear(
    skew=2.0,
    noise=10,
    grey=30,
    blur=0.6,
    blurred=0.3,
    creases=1,
    stains=1,
    upside_down=0.3,
    one_bit=0.15,
    quality=(55, 85),
)
BAD = Wear(
    skew=4.0,
    noise=30,
    grey=70,
    blur=1.2,
    blurred=0.7,
    creases=4,
    stains=4,
    upside_down=0.5,
    one_bit=0.3,
    quality=(30, 60),
)
AWFUL = Wear(
    skew=8.0,
    noise=60,
    grey=110,
    blur=2.0,
    blurred=0.9,
    creases=8,
    stains=8,
    upside_down=0.5,
    one_bit=0.5,
    quality=(15, 35),
)


def degrade(picture: Image.Image, rng: Random, wear: Wear = OFFICE) -> Image.Image:
    """The page as scanned: grey (mode L), or black and white (mode 1) for a share of the pages.

    The same picture, state of `rng` and wear give the same result, pixel for pixel.
    """
    page = picture.convert("L")
    for _ in range(_up_to(rng, wear.creases)):
        page = _creased(page, rng)
    for _ in range(_up_to(rng, wear.stains)):
        page = _stained(page, rng)
    ink, paper = _up_to(rng, wear.grey), 255 - _up_to(rng, wear.grey)
    page = page.point([ink + level * (paper - ink) // 255 for level in range(256)])
    if rng.random() < wear.upside_down:
        page = page.transpose(Image.Transpose.ROTATE_180)
    angle = rng.uniform(-wear.skew, wear.skew)
    if abs(angle) > 0.05:
        page = page.rotate(angle, Image.Resampling.BILINEAR, fillcolor=rng.choice((paper, 235, 60)))
    if rng.random() < wear.blurred:
        page = page.filter(ImageFilter.BoxBlur(rng.uniform(0.2, max(wear.blur, 0.2))))
    if wear.noise:
        page = _noisy(page, rng, rng.randint(1, wear.noise))
    if rng.random() < wear.one_bit:
        page = _in_one_bit(page, (ink + paper) // 2 + rng.randint(-15, 25))
    return page


def torn(picture: Image.Image, rng: Random) -> Image.Image:
    """The page with a part torn away on a side for every code it has, so that none of them can be read any more."""
    page = picture.convert("L")
    behind = rng.choice((40, 235))
    for code in read_codes(page):
        left, top, right, bottom = code.box
        margin = (bottom - top) // 4 + 4
        from_right = left + right > page.width
        edge = page.width if from_right else 0
        # Past the middle of the code: what is left of it has too few modules for any error correction.
        depth = (left if from_right else right) + (right - left) // 8 * (1 if from_right else -1)
        ragged = [(edge, top - margin)]
        for step in range(top - margin, bottom + margin, 9):
            ragged.append((depth + rng.randint(-6, 6), step))
        ImageDraw.Draw(page).polygon([*ragged, (edge, bottom + margin)], fill=behind)
    return page


def blank_page(size: tuple[int, int], rng: Random) -> Image.Image:
    """The back of a sheet: paper, and nothing on it. `size` is width and height in pixels."""
    return Image.new("L", size, rng.randint(235, 255))


def _up_to(rng: Random, most: int) -> int:
    return rng.randint(0, most)


def _creased(page: Image.Image, rng: Random) -> Image.Image:
    """A fold right across the page: a dark line with the light of the lamp beside it."""
    page = page.copy()
    draw = ImageDraw.Draw(page)
    width, height = page.size
    if rng.random() < 0.5:
        start, end = (0, rng.randrange(height)), (width, rng.randrange(height))
    else:
        start, end = (rng.randrange(width), 0), (rng.randrange(width), height)
    thick = rng.randint(1, 3)
    draw.line((start[0] + thick, start[1] + thick, end[0] + thick, end[1] + thick), fill=240, width=thick)
    draw.line((*start, *end), fill=rng.randint(90, 190), width=thick)
    return page


def _stained(page: Image.Image, rng: Random) -> Image.Image:
    """Tea: a soft-edged patch that darkens paper and ink alike."""
    across = rng.randint(page.width // 20, page.width // 4)
    down = rng.randint(page.width // 20, page.width // 4)
    small = Image.new("L", (across // 8 + 8, down // 8 + 8), 255)
    level = rng.randint(150, 225)
    ImageDraw.Draw(small).ellipse((3, 3, small.width - 4, small.height - 4), fill=level)
    patch = small.filter(ImageFilter.BoxBlur(1)).resize((across, down), Image.Resampling.BILINEAR)
    left, top = rng.randrange(page.width - across + 1), rng.randrange(page.height - down + 1)
    box = (left, top, left + across, top + down)
    page = page.copy()
    page.paste(ImageChops.multiply(page.crop(box), patch), box)
    return page


def _noisy(page: Image.Image, rng: Random, strength: int) -> Image.Image:
    """Grain of at most `strength` levels either way on every pixel."""
    grain = Image.frombytes("L", page.size, rng.randbytes(page.width * page.height))
    grain = grain.point([_NOISE_MIDDLE + (level - 128) * strength // 128 for level in range(256)])
    return ImageChops.add(page, grain, 1, -_NOISE_MIDDLE)


def _in_one_bit(page: Image.Image, threshold: int) -> Image.Image:
    return page.point([0] * threshold + [255] * (256 - threshold), "1")
