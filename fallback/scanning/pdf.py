"""PDF pages as grey pictures, through PDFium: the one module that knows it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw
from PIL import Image

from fallback.errors import PageTooLarge, ScanDamaged, ScanLocked
from fallback.scanning.kinds import PIXEL_LIMIT

RENDER_DPI = 200
_POINTS = 72  # PDF's points an inch
_COVERS = 0.85  # of the page: scanners leave a hair of margin, logos and stamps do not come near
_INVISIBLE = 3  # the text render mode of an OCR layer

# PDFium may be called by one thread at a time: two at once crash the process.
_ONE_AT_A_TIME = threading.Lock()


@contextmanager
def opened(path: Path, name: str) -> Iterator[Any]:
    """The PDF document at `path`, closed at the end. Raises ScanLocked or ScanDamaged."""
    with _ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(path)
        except pypdfium2.PdfiumError as fault:
            if fault.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
                raise ScanLocked(file=name) from fault
            raise ScanDamaged(file=name, kind="PDF") from fault
    try:
        yield document
    finally:
        with _ONE_AT_A_TIME:
            document.close()


def count(document: Any) -> int:
    """How many pages the document says it has."""
    with _ONE_AT_A_TIME:
        return len(document)


def picture(document: Any, page: int, name: str) -> tuple[Image.Image, bool]:
    """Page `page` (from 1) in grey, and whether the picture surely shows all that the page holds.

    A page that is one covering picture, as scanners make it, gives that picture as it is, unturned: ten times faster
    than drawing it. Any other page is drawn at 200 dots per inch; PDFium leaves out a picture that it cannot decode,
    so a drawn page that has pictures is not sure. Raises PageTooLarge above PIXEL_LIMIT pixels, and PDFium's errors.
    """
    with _ONE_AT_A_TIME:
        leaf = document[page - 1]
        try:
            width, height = leaf.get_size()
            if width <= 0 or height <= 0:
                raise ValueError("the page has no size")
            images, drawn = _content(leaf)
            sizes = [image.get_px_size() for image in images]
            pixels = sum(across * down for across, down in sizes)
            if any(across * down > PIXEL_LIMIT for across, down in sizes) or pixels > 2 * PIXEL_LIMIT:
                raise PageTooLarge(file=name, page=page, megapixels=pixels // 10**6, limit=PIXEL_LIMIT // 10**6)
            if len(images) == 1 and not drawn and _covers(images[0], width * height):
                return _grey(images[0].get_bitmap()), True
            scale = min(RENDER_DPI / _POINTS, (PIXEL_LIMIT / (width * height)) ** 0.5)
            return _grey(leaf.render(scale=scale, grayscale=True)), not images
        finally:
            leaf.close()


def _content(leaf: Any) -> tuple[list[Any], bool]:
    """The pictures of a page, and whether there is anything else to see: lines, text, pictures inside forms."""
    images = []
    drawn = False
    for part in leaf.get_objects():
        match part.type:
            case pypdfium2.raw.FPDF_PAGEOBJ_IMAGE:
                images.append(part)
                drawn = drawn or part.level > 0  # its place is told in the form's own coordinates
            case pypdfium2.raw.FPDF_PAGEOBJ_FORM:
                pass
            case pypdfium2.raw.FPDF_PAGEOBJ_TEXT:
                drawn = drawn or pypdfium2.raw.FPDFTextObj_GetTextRenderMode(part) != _INVISIBLE
            case _:
                drawn = True
    return images, drawn


def _covers(image: Any, area: float) -> bool:
    left, bottom, right, top = image.get_bounds()
    return bool((right - left) * (top - bottom) >= _COVERS * area)


def _grey(bitmap: Any) -> Image.Image:
    shown: Image.Image = bitmap.to_pil()  # may share PDFium's memory, which is freed with the bitmap
    return shown.copy() if shown.mode == "L" else shown.convert("L")
