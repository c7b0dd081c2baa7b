"""PDF pages as pictures to keep, through PDFium: the one module that knows it."""

import io
import re
import threading
from typing import Any, BinaryIO, cast

import pypdfium2
import pypdfium2.raw
from PIL import Image, ImageChops

from fallback.errors import PageTooLarge, ParchiError, ScanCarriesMore, ScanDamaged, ScanLocked
from fallback.scanning import rasters
from fallback.scanning.kinds import PIXEL_LIMIT

RENDER_DPI = 200
_POINTS = 72  # PDF's points an inch
_COVERS = 0.85  # of the page: scanners leave a hair of margin, logos and stamps do not come near
_INVISIBLE = 3  # the text render mode of an OCR layer
_TAIL = 4096
_PIECE = 1 << 24
_REMEMBERED = 16 << 20  # bytes of pictures: PDFium keeps all that it has shown, for as long as its document is open

# A picture's masks and its table of levels stand in plain words in the file, even where it is packed or encrypted.
_RESHAPED = re.compile(rb"/(?:S?Mask|Decode)[^A-Za-z]")
_PLAIN_COLOURS = frozenset(
    {
        pypdfium2.raw.FPDF_COLORSPACE_DEVICEGRAY,
        pypdfium2.raw.FPDF_COLORSPACE_DEVICERGB,
        pypdfium2.raw.FPDF_COLORSPACE_CALGRAY,
        pypdfium2.raw.FPDF_COLORSPACE_CALRGB,
        pypdfium2.raw.FPDF_COLORSPACE_ICCBASED,
    }
)
_SIDE = 12  # pixels of a thumbnail by which a page and its picture are compared
_ALIKE = 40  # levels of 255 that a place of it may differ

# PDFium may be called by one thread at a time: two at once crash the process.
_ONE_AT_A_TIME = threading.Lock()


class Document:
    """An opened PDF. `reshaped` says that pictures in it may be masked or inverted (see `is_reshaped`)."""

    def __init__(self, file: BinaryIO, name: str, *, reshaped: bool = True) -> None:
        """Raises ScanLocked or ScanDamaged. The file is closed with the document."""
        self._file = file
        self._reshaped = reshaped
        # A file of this disk is read by PDFium itself.
        self._given = file.name if isinstance(file, io.BufferedReader) and isinstance(file.raw, io.FileIO) else file
        self._shown = 0
        with _ONE_AT_A_TIME:
            try:
                self._pdf = pypdfium2.PdfDocument(self._given)
            except pypdfium2.PdfiumError as fault:
                if fault.err_code == pypdfium2.raw.FPDF_ERR_PASSWORD:
                    raise ScanLocked(file=name) from fault
                raise ScanDamaged(file=name, kind="PDF") from fault

    def close(self) -> None:
        """Closes the document and its file."""
        with _ONE_AT_A_TIME:
            self._pdf.close()
        self._file.close()

    def count(self) -> int:
        """How many pages the document says it has."""
        with _ONE_AT_A_TIME:
            return len(self._pdf)

    def more(self, name: str) -> ParchiError | None:
        """What the file carries that is no page, and is never opened: attached files, a program."""
        with _ONE_AT_A_TIME:
            if self._pdf.count_attachments() > 0:
                return ScanCarriesMore(file=name, what="attached files")
            if pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(self._pdf) > 0:
                return ScanCarriesMore(file=name, what="a program (JavaScript)")
        return None

    def page(self, page: int, name: str) -> tuple[bytes, bool]:
        """Page `page` (from 1) as a picture file, and whether it surely shows all that the page holds.

        A page that is one covering picture, as scanners make it, gives that picture, unturned: the JPEG itself where
        it is one. Any other page is drawn at 200 dots per inch; PDFium leaves out a picture that it cannot decode, so
        a drawn page that has pictures is not sure. Raises PageTooLarge above PIXEL_LIMIT pixels, and PDFium's errors.
        """
        with _ONE_AT_A_TIME:
            if self._shown > _REMEMBERED:
                self._pdf.close()
                self._pdf, self._shown = pypdfium2.PdfDocument(self._given), 0
            leaf = self._pdf[page - 1]
            try:
                width, height = leaf.get_size()
                if not (width > 0 and height > 0):
                    raise ValueError("the page has no size")
                images, drawn = _content(leaf)
                self._shown += sum(pypdfium2.raw.FPDFImageObj_GetImageDataRaw(image, None, 0) for image in images)
                sizes = [image.get_px_size() for image in images]
                pixels = sum(across * down for across, down in sizes)
                if any(across * down > PIXEL_LIMIT for across, down in sizes) or pixels > 2 * PIXEL_LIMIT:
                    raise PageTooLarge(file=name, page=page, megapixels=pixels // 10**6, limit=PIXEL_LIMIT // 10**6)
                if len(images) == 1 and not drawn and _covers(images[0], width * height):
                    shown = self._picture(leaf, images[0])
                    if shown is not None:
                        return shown, True
                scale = min(RENDER_DPI / _POINTS, (PIXEL_LIMIT / (width * height)) ** 0.5)
                return rasters.encoded(_grey(leaf.render(scale=scale, grayscale=True))), not images
            finally:
                leaf.close()

    def _picture(self, leaf: Any, image: Any) -> bytes | None:
        """The one picture of a page; None when the page shows it otherwise than it is stored."""
        jpeg = _jpeg(image)
        if not self._reshaped:
            return jpeg or rasters.encoded(_grey(image.get_bitmap()))
        shown = _grey(leaf.render(scale=16 * _SIDE / max(leaf.get_size()), grayscale=True))
        if jpeg:
            with Image.open(io.BytesIO(jpeg)) as stored:
                stored.draft("L", (16 * _SIDE, 16 * _SIDE))
                return jpeg if _alike(stored.convert("L"), shown) else None
        picture = _grey(image.get_bitmap())
        return rasters.encoded(picture) if _alike(picture, shown) else None


def has_end(file: BinaryIO) -> bool:
    """Whether the file's end is there. PDFium rebuilds a file without one, and nobody would miss the lost pages."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _TAIL))
    return b"%%EOF" in file.read()


def is_reshaped(file: BinaryIO) -> bool:
    """Whether any picture in the file has a mask or a table of levels: PDFium's pictures are without them."""
    file.seek(0)
    before = b""
    while piece := file.read(_PIECE):
        if _RESHAPED.search(before + piece[:16]) or _RESHAPED.search(piece):
            return True
        before = piece[-16:]
    return False


def _content(leaf: Any) -> tuple[list[Any], bool]:
    """The pictures of a page, and whether there is anything else to see: lines, text, notes, pictures inside forms."""
    images = []
    drawn = pypdfium2.raw.FPDFPage_GetAnnotCount(leaf) > 0
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


def _jpeg(image: Any) -> bytes | None:
    """The picture's own JPEG, when it is one that any program shows as the PDF does."""
    if image.get_filters() != ["DCTDecode"]:
        return None
    facts = image.get_metadata()
    if facts.colorspace not in _PLAIN_COLOURS or facts.bits_per_pixel not in (8, 24):
        return None
    content = bytes(image.get_data(decode_simple=False))
    try:
        size, mode = rasters.header(content)
    except Exception:  # PDFium is more lenient than Pillow; its picture is taken then
        return None
    return content if size == image.get_px_size() and mode == ("L" if facts.bits_per_pixel == 8 else "RGB") else None


def _alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether two grey pictures show the same, upright, as far as a thumbnail tells."""
    thumbs = [each.resize((_SIDE, _SIDE), Image.Resampling.BOX) for each in (one, other)]
    _, most = cast(tuple[int, int], ImageChops.difference(*thumbs).getextrema())
    return most <= _ALIKE


def _grey(bitmap: Any) -> Image.Image:
    shown: Image.Image = bitmap.to_pil()  # may share PDFium's memory, which is freed with the bitmap
    return shown.copy() if shown.mode == "L" else shown.convert("L")
