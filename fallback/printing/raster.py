"""A PDF's pages as grey pictures in a printer's own dots: for thermal rolls, the Windows spooler and previews."""

import threading
from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw
from PIL import Image

_POINTS = 72  # PDF's points an inch
_TRUE_DPI = {203: 203.2}  # what is sold as 203 dpi has eight dots a millimetre, exactly

# PDFium may be called by one thread at a time: two at once crash the process. Scanning has it in processes of its own.
_ONE_AT_A_TIME = threading.RLock()  # reentrant: a forgotten iterator may be closed in the midst of another's page


def dots(length: float, dpi: int) -> int:
    """A length in mm as whole dots."""
    return round(length * _TRUE_DPI.get(dpi, dpi) / 25.4)


def page_size(pdf: bytes) -> tuple[float, float]:
    """Width and height of the first page, in mm."""
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            width, height = document.get_page_size(0)
        finally:
            document.close()
    return width * 25.4 / _POINTS, height * 25.4 / _POINTS


def rasters(pdf: bytes, dpi: int) -> Iterator[Image.Image]:
    """Each page in grey (mode L), `dpi` dots an inch (203: eight a millimetre), its size rounded to whole dots.

    Nothing is stretched to fill the last dot: a module that is whole dots in the PDF is whole dots here.
    """
    with _ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        pages = len(document)
    try:
        for page in range(pages):
            with _ONE_AT_A_TIME:
                picture = _drawn(document, page, _TRUE_DPI.get(dpi, dpi) / _POINTS)
            yield picture
    finally:
        with _ONE_AT_A_TIME:
            document.close()


def _drawn(document: Any, page: int, scale: float) -> Image.Image:
    leaf = document[page]
    try:
        width, height = (max(1, round(points * scale)) for points in leaf.get_size())
        bitmap = pypdfium2.PdfBitmap.new_native(width, height, pypdfium2.raw.FPDFBitmap_Gray)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        matrix = pypdfium2.raw.FS_MATRIX(scale, 0, 0, scale, 0, 0)
        whole = pypdfium2.raw.FS_RECTF(0, 0, width, height)
        flags = pypdfium2.raw.FPDF_GRAYSCALE
        pypdfium2.raw.FPDF_RenderPageBitmapWithMatrix(bitmap, leaf, matrix, whole, flags)
        shown: Image.Image = bitmap.to_pil()  # shares memory that is freed with the bitmap
        return shown.copy()
    finally:
        leaf.close()
