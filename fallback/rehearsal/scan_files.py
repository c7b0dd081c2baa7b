"""Writes pages into PDF, TIFF and JPEG files as scanner software does, a page at a time in memory."""

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, TiffImagePlugin

DPI = 200
_POINTS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One scanned side as the scanner sends it: JPEG bytes for grey, a group 4 TIFF for black and white."""

    data: bytes
    one_bit: bool
    size: tuple[int, int]
    dpi: int = DPI


def sheet(picture: Image.Image, *, quality: int = 75, dpi: int = DPI) -> Sheet:
    """Encodes one page; mode 1 becomes group 4, everything else a grey JPEG of `quality` (1 to 95)."""
    buffer = io.BytesIO()
    if picture.mode == "1":
        strip = -(-picture.width // 8) * picture.height  # one strip, so that a PDF can take it as it is
        picture.save(buffer, "TIFF", compression="group4", strip_size=strip, dpi=(dpi, dpi))
    else:
        picture.convert("L").save(buffer, "JPEG", quality=quality, dpi=(dpi, dpi))
    return Sheet(data=buffer.getvalue(), one_bit=picture.mode == "1", size=picture.size, dpi=dpi)


def write_pdf(sheets: Iterable[Sheet], path: Path) -> int:
    """A PDF with one covering picture a page, as scanners make it; gives the number of pages."""
    places: dict[int, int] = {}
    leaves: list[int] = []
    with path.open("wb") as file:
        file.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")

        def put(number: int, body: bytes) -> None:
            places[number] = file.tell()
            file.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))

        for page in sheets:
            leaf = 3 + 3 * len(leaves)
            leaves.append(leaf)
            width, height = (side * _POINTS / page.dpi for side in page.size)
            put(
                leaf,
                b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R"
                b"/Resources<</XObject<</Scan %d 0 R>>>>>>" % (width, height, leaf + 1, leaf + 2),
            )
            put(leaf + 1, _stream(b"", b"q %.2f 0 0 %.2f 0 0 cm /Scan Do Q" % (width, height)))
            put(leaf + 2, _picture(page))
        put(1, b"<</Type/Catalog/Pages 2 0 R>>")
        kids = b" ".join(b"%d 0 R" % leaf for leaf in leaves)
        put(2, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(leaves), kids))
        start = file.tell()
        file.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1))
        for number in sorted(places):
            file.write(b"%010d 00000 n \n" % places[number])
        file.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, start))
    return len(leaves)


def write_tiff(sheets: Iterable[Sheet], path: Path) -> int:
    """A TIFF of many pages, group 4 or JPEG inside; gives the number of pages."""
    pages = 0
    with TiffImagePlugin.AppendingTiffWriter(str(path), True) as file:
        for page in sheets:
            with Image.open(io.BytesIO(page.data)) as picture:
                picture.load()
                compression = "group4" if page.one_bit else "jpeg"
                # A copy, because Pillow mixes the encoders' settings when one picture is saved twice.
                picture.copy().save(file, "TIFF", compression=compression, dpi=(page.dpi, page.dpi))
            file.newFrame()
            pages += 1
    return pages


def write_pictures(sheets: Iterable[Sheet], folder: Path, name: str) -> list[Path]:
    """A file a page, `name` with its number: JPEG for grey, TIFF for black and white; gives the paths."""
    paths = []
    for number, page in enumerate(sheets, start=1):
        path = folder / f"{name}-{number:04d}.{'tif' if page.one_bit else 'jpg'}"
        path.write_bytes(page.data)
        paths.append(path)
    return paths


def _picture(page: Sheet) -> bytes:
    width, height = page.size
    head = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray" % page.size
    if page.one_bit:
        form = b"/BitsPerComponent 1/Filter/CCITTFaxDecode/DecodeParms<</K -1/BlackIs1 true/Columns %d/Rows %d>>"
        return _stream(head + form % (width, height), _strip(page.data))
    return _stream(head + b"/BitsPerComponent 8/Filter/DCTDecode", page.data)


def _strip(tiff: bytes) -> bytes:
    with Image.open(io.BytesIO(tiff)) as picture:
        tags = picture.getexif()  # the TIFF's own directory
        start, length = tags[TiffImagePlugin.STRIPOFFSETS], tags[TiffImagePlugin.STRIPBYTECOUNTS]
    first = start[0] if isinstance(start, tuple) else start
    size = length[0] if isinstance(length, tuple) else length
    return tiff[first : first + size]


def _stream(head: bytes, content: bytes) -> bytes:
    return b"<<%s/Length %d>>\nstream\n%s\nendstream" % (head, len(content), content)
