"""A made-up phone: photographs a page on a table, by hand, in poor light."""

from random import Random

from PIL import Image, ImageChops, ImageFilter

from fallback.scanning.plane import Pin, Point, fit

_TABLE = 90  # its grey
_MARGIN = 0.06  # of the page's sides, the table around it


def photographed(page: Image.Image, rng: Random, tilt: float = 0.03) -> Image.Image:
    """The grey page in perspective, a corner moved by up to `tilt` of its sides, one side shaded, a little blurred.

    The same page and state of `rng` give the same pixels.
    """
    width, height = page.size

    def taken_from(x: int, y: int) -> Point:
        across, down = (_MARGIN + rng.uniform(-tilt, tilt) for _ in range(2))
        return (x + across * (2 * x - 1)) * width, (y + down * (2 * y - 1)) * height

    pins = [Pin((x * width, y * height), taken_from(x, y)) for x, y in ((0, 0), (0, 1), (1, 1), (1, 0))]
    plane = fit(pins, perspective=True)
    if plane is None:
        raise ValueError("the page has no size")
    seen = plane.straight(page, (0, 0, width, height), 1, around=_TABLE)
    shade = Image.linear_gradient("L").rotate(rng.choice((0, 90, 180, 270))).resize(page.size)
    shade = shade.point([round(170 + level / 3) for level in range(256)])
    return ImageChops.multiply(seen, shade).filter(ImageFilter.BoxBlur(0.6))
