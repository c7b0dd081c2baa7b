"""Made-up forms for the tests of marks: drawn as the pads are, in any resolution."""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFont

from fallback.marks import MarkBox, MarkForm, MarkKind
from tests.scans import digits, qr_picture

MM = 25.4
SIDE = 4.0
HIGH = 148.5  # mm of one form; two stand on an A4


def pad(name: str = "pad", columns: int = 3, wide: float = 131.0) -> MarkForm:
    """A form like the pad's right part: the QR at the upper right, three columns of boxes, two combs."""
    right, bottom = wide + 4 - SIDE / 2, HIGH - 9 - SIDE / 2 + 4
    left = SIDE / 2
    boxes = []
    step = 80 / columns
    for group, (top, rows) in enumerate(((34, 2), (50, 3))):
        for row in range(rows):
            for column in range(columns):
                boxes.append(_tick(f"group{group}.{row}{column}", 8 + column * step, top + row * 4.8))
    for row in range(4):
        for column in range(4):
            boxes.append(_tick(f"low.{row}{column}", 8 + column * 29.5, 100 + row * 4.8))
    for comb, (count, x, y) in enumerate(((3, 19.5, 70.0), (10, 30.0, 80.0))):
        for place in range(count):
            boxes.append(
                MarkBox(
                    name=f"comb{comb}.{place + 1}",
                    kind=MarkKind.COMB,
                    left=x + 5 * place,
                    top=y,
                    width=5.0,
                    height=6.0,
                )
            )
    above = SIDE / 2
    qr_left = wide - 42.0
    return MarkForm(
        name=name,
        width=wide + 8,
        height=HIGH,
        side=SIDE,
        corners=((left, above), (right, above), (right, bottom), (left, bottom)),
        code=(qr_left, 21.0, qr_left + 37.3, 58.3),
        boxes=tuple(boxes),
    )


def _tick(name: str, left: float, top: float) -> MarkBox:
    return MarkBox(name=name, kind=MarkKind.TICK, left=left, top=top, width=3.4, height=3.4)


@dataclass(frozen=True)
class Paper:
    """Two forms on an A4, or as many as there are places: the picture, and where each form's corner lies in mm."""

    picture: Image.Image
    places: tuple[tuple[float, float], ...]
    per_mm: float

    def box(self, box: MarkBox, which: int = 0) -> tuple[float, float, float, float]:
        """A box in mm of the page."""
        x, y = self.places[which]
        left, top, right, bottom = box.area
        return left + x, top + y, right + x, bottom + y


def draw(
    *forms: MarkForm, dpi: int = 200, without: tuple[int, ...] = (), qr_size: float = 1.0, frames: bool = True
) -> Paper:
    """The forms printed one below the other on a page; `without` leaves corner marks away on the first."""
    per_mm = dpi / MM
    size = round(210 * per_mm), round(HIGH * max(2, len(forms)) * per_mm)
    page = Image.new("L", size, 255)
    places = []
    for which, form in enumerate(forms):
        x, y = 70.0, 4.0 + which * HIGH
        places.append((x, y))
        _draw(page, form, x, y, per_mm, digits(which + 1), without if which == 0 else (), qr_size, frames)
    return Paper(page, tuple(places), per_mm)


def _draw(
    page: Image.Image,
    form: MarkForm,
    x: float,
    y: float,
    per_mm: float,
    text: str,
    without: tuple[int, ...],
    qr_size: float,
    frames: bool,
) -> None:
    pen = ImageDraw.Draw(page)
    font = ImageFont.load_default(size=2.4 * per_mm)

    def block(left: float, top: float, right: float, bottom: float) -> None:
        """Filled with soft edges: a line of a fifth of a mm is no whole number of pixels."""
        _soft(page, (left + x) * per_mm, (top + y) * per_mm, (right + x) * per_mm, (bottom + y) * per_mm)

    def frame(left: float, top: float, right: float, bottom: float, line: float) -> None:
        half = line / 2
        for edge in (left, right):
            block(edge - half, top - half, edge + half, bottom + half)
        for edge in (top, bottom):
            block(left - half, edge - half, right + half, edge + half)

    for index, (across, down) in enumerate(form.corners):
        if index not in without:
            block(across - SIDE / 2, down - SIDE / 2, across + SIDE / 2, down + SIDE / 2)
    left, top, right, bottom = form.code
    wide = (right - left) * qr_size
    code = qr_picture(text)
    code = code.crop((16, 16, code.width - 16, code.height - 16))
    pixels = round(wide * per_mm)
    code = code.resize((pixels, pixels), Image.Resampling.LANCZOS if pixels < code.width else Image.Resampling.NEAREST)
    page.paste(code, (round(((left + right - wide) / 2 + x) * per_mm), round(((top + bottom - wide) / 2 + y) * per_mm)))
    pen.text(((8 + x) * per_mm, (14 + y) * per_mm), "Name in capital letters", fill=0, font=font)
    pen.text(((8 + x) * per_mm, (24 + y) * per_mm), "Name in Hindi", fill=0, font=font)
    for line in (22, 32, 66, 92, 128):
        block(8, line, 80, line + 0.12)
    for box in form.boxes if frames else ():
        if box.kind is MarkKind.TICK:
            frame(*box.area, 0.21)
            words = ((box.left + 4.4 + x) * per_mm, (box.top + 0.2 + y) * per_mm)
            pen.text(words, f"Choice {box.name[-2:]} / वि", fill=0, font=font)
        else:
            frame(*box.area, 0.13)


def _soft(page: Image.Image, left: float, top: float, right: float, bottom: float) -> None:
    finer = 8
    area = int(left) - 1, int(top) - 1, int(right) + 2, int(bottom) + 2
    patch = Image.new("L", ((area[2] - area[0]) * finer, (area[3] - area[1]) * finer), 255)
    inside = [
        round((value - origin) * finer) for value, origin in zip((left, top, right, bottom), area[:2] * 2, strict=True)
    ]
    ImageDraw.Draw(patch).rectangle((inside[0], inside[1], inside[2] - 1, inside[3] - 1), fill=0)
    page.paste(ImageChops.darker(page.crop(area), patch.reduce(finer)), area)
