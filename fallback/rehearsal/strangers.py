"""Other people's paper, as it comes out of every box: letters, stickers, separator sheets, notes on a slip's back."""

from random import Random

from PIL import Image, ImageDraw, ImageFont

from fallback.printing.codes import modules_of
from fallback.printing.matrix import matrix
from fallback.rehearsal.pen import BLACK, BLUE, Stroke, mark
from fallback.rehearsal.scan_files import DPI

_MM = DPI / 25.4
_TEXT = (
    "please find enclosed the monthly report of the ward the pump in the second yard was repaired on monday and the "
    "bill is with the accounts section kindly send two more boxes of gloves before the weekend as the store is empty"
)


def letter(rng: Random) -> Image.Image:
    """A letter of another office: lines of type, and no code."""
    page, pen = _sheet()
    font = ImageFont.load_default(size=4 * _MM)
    for line in range(30):
        words = " ".join(rng.choices(_TEXT.split(), k=rng.randint(5, 9)))
        pen.text((20 * _MM, (30 + 7 * line) * _MM), words, fill=20, font=font)
    return page


def stranger_code(rng: Random) -> Image.Image:
    """A page with a QR that is not ours: a courier's sticker."""
    page, pen = _sheet()
    pen.text((30 * _MM, 25 * _MM), "PARCEL", fill=0, font=ImageFont.load_default(size=9 * _MM))
    page.paste(_qr("98" + "".join(rng.choices("0123456789", k=22))), (round(40 * _MM), round(60 * _MM)))
    return page


def separator(rng: Random) -> Image.Image:
    """A sheet that a scanner's own software lays between two batches: bars right across it, and its own QR."""
    page, pen = _sheet()
    for bar in range(8):
        wide = rng.choice((4, 10))
        pen.rectangle((10 * _MM, (12 + 14 * bar) * _MM, 200 * _MM, (12 + 14 * bar + wide) * _MM), fill=0)
    pen.text((20 * _MM, 140 * _MM), "SEPARATOR SHEET", fill=0, font=ImageFont.load_default(size=16 * _MM))
    page.paste(_qr("77000000000000000042"), (round(80 * _MM), round(180 * _MM)))
    return page


def written_back(size: tuple[int, int], rng: Random) -> Image.Image:
    """The back of a slip on which a doctor went on writing; `size` is width and height in pixels."""
    page, pen = Image.new("L", size, 255), rng.choice((BLUE, BLACK))
    for line in range(rng.randint(3, 6)):
        for place in range(rng.randint(8, 20)):
            left, top = 12 + 5 * place, 10 + 9 * line
            mark(page, (left, top, left + 4, top + 6), Stroke.DIGIT, pen, rng, _MM)
    return page


def _sheet() -> tuple[Image.Image, ImageDraw.ImageDraw]:
    page = Image.new("L", (round(210 * _MM), round(297 * _MM)), 255)
    return page, ImageDraw.Draw(page)


def _qr(digits: str) -> Image.Image:
    """A QR of about 28 mm."""
    size = modules_of(2)
    small = Image.frombytes("L", (size, size), bytes(0 if dark else 255 for dark in matrix(digits, 2)))
    return small.resize((9 * size, 9 * size), Image.Resampling.NEAREST)
