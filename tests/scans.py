"""Made-up pages for the scanning tests: a slip's codes on paper, and PDFs built object by object."""

import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from random import Random

import qrcode
import zxingcpp
from PIL import Image, ImageDraw
from qrcode.util import QRData

from fallback.scanning import PageScan, ReadPage
from fallback.scanning.crew import Crew
from fallback.scanning.reader import read_pages
from fallback.scanning.unpack import Unpacking
from fallback.sealed import SealedFile

A5 = (1165, 1654)  # at 200 dots per inch
NUMBER = "10100012345"


def digits(seed: int = 1) -> str:
    """450 digits, as many as a slip's QR has."""
    rng = Random(seed)
    return "1" + "".join(rng.choice("0123456789") for _ in range(449))


@cache
def _page(seed: int) -> Image.Image:
    page = Image.new("L", A5, 255)
    pen = ImageDraw.Draw(page)
    for line in range(30):
        pen.text((90, 500 + 30 * line), f"Field {line}: made-up text of a slip", fill=0)
    page.paste(qr_picture(digits(seed)).resize((300, 300), Image.Resampling.LANCZOS), (780, 120))
    bars = zxingcpp.create_barcode(NUMBER, zxingcpp.BarcodeFormat.Code128)
    page.paste(Image.fromarray(bars.to_image(scale=3)), (80, 120))
    return page


def page(seed: int = 1) -> Image.Image:
    """An A5 page in grey with one QR of 38 mm and the Code 128 of NUMBER."""
    return _page(seed).copy()


def qr_picture(text: str) -> Image.Image:
    """A QR of level M, 4 pixels a module, in mode L."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4, box_size=4, mask_pattern=3)
    code.add_data(QRData(text))  # digits alone: it picks the numeric mode itself
    code.make(fit=True)
    modules = code.get_matrix()
    small = Image.new("L", (len(modules), len(modules)), 255)
    small.putdata([0 if dark else 255 for row in modules for dark in row])
    return small.resize((4 * small.width, 4 * small.height), Image.Resampling.NEAREST)


def pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the catalog."""
    body = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        len(body),
    )


def picture_pdf(head: bytes, data: bytes, width: int, height: int, *, mask: bytes = b"") -> bytes:
    """A PDF of one A5 page that one picture covers; `head` has its filter and colour space, object 6 is a grey mask."""
    draw = b"q 420 0 0 595 0 0 cm /Scan Do Q"
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 420 595]/Contents 4 0 R/Resources<</XObject<</Scan 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(draw), draw),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d%s/Length %d>>\nstream\n%s\nendstream"
        % (width, height, head, len(data), data),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray/Length %d>>\n"
        b"stream\n%s\nendstream" % (width, height, len(mask), mask),
    )


def scans_of(sources: Sequence[Path | SealedFile], crew: Crew) -> list[PageScan]:
    """The pages of files as they are kept."""
    with Unpacking(crew) as unpacking:
        return list(unpacking.pages(sources))


def read_with(sources: Sequence[Path | SealedFile], crew: Crew) -> list[ReadPage]:
    """As `read_files`, with a crew that stays: starting a process takes longer than reading twenty pages."""
    with Unpacking(crew) as unpacking:
        return list(read_pages(unpacking.pages(sources), crew))


def bomb_pdf() -> bytes:
    """900 million black pixels in 110 KB."""
    squeeze = zlib.compressobj(9)
    row = bytes(30_000 // 8)
    data = b"".join(squeeze.compress(row) for _ in range(30_000)) + squeeze.flush()
    return picture_pdf(b"/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/FlateDecode", data, 30_000, 30_000)
