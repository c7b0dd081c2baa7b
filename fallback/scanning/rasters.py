"""Picture files through Pillow, within a limit of pixels: their pages in grey, and grey pictures as files to keep."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from PIL import Image

from fallback.errors import PageTooLarge, ScanNeedsMore
from fallback.scanning.kinds import PIXEL_LIMIT, FileKind

_FORMATS = {FileKind.WEBP: "WEBP", FileKind.HEIC: "HEIF"}  # where Pillow's name is another
_TWO_LEVELS = {0, 255}
_HEIC_QUALITY = 95
_DEEP = ("I", "I;16", "I;16B", "I;16L")  # Pillow's names for 16 bits a pixel


def count_tiff(file: BinaryIO, most: int) -> tuple[int, bool]:
    """The pages of a TIFF by its chain of directories, and whether the chain ends as it should.

    Only the directories are touched, so a file of thousands of pages takes milliseconds. Stops above `most`. Raises
    OSError.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\x00", b"\x00+")
    entry, counter, pointer = (20, "Q", "Q") if big else (12, "H", "I")
    start = 8 if big else 4
    seen: set[int] = set()
    try:
        (place,) = struct.unpack_from(order + pointer, head, start)
        while place:
            if place in seen or place + 2 > size:
                return len(seen), False
            seen.add(place)
            file.seek(place)
            (entries,) = struct.unpack(order + counter, file.read(struct.calcsize(counter)))
            file.seek(place + struct.calcsize(counter) + entries * entry)
            (place,) = struct.unpack(order + pointer, file.read(struct.calcsize(pointer)))
            if len(seen) > most:
                break
    except (struct.error, OverflowError, OSError):  # the directory lies beyond the end of the file
        return len(seen), False
    return len(seen), True


def opened(file: BinaryIO, kind: FileKind, name: str) -> Image.Image:
    """The picture file, opened by the decoder of `kind` alone.

    Raises PageTooLarge, ScanNeedsMore for a HEIC where its decoder is not installed, and Pillow's errors.
    """
    if kind is FileKind.HEIC:
        _learn_heic(name)
    if kind is FileKind.WEBP:
        _check_webp(file, name)
    with _no_bombs(1, name):
        return Image.open(file, formats=[_FORMATS.get(kind, kind.value)])


def check(image: Image.Image, name: str) -> None:
    """Raises PageTooLarge when a picture that is kept as it is could not be decoded later."""
    _fitted(image, 1, name)


def header(content: bytes) -> tuple[tuple[int, int], str]:
    """Size and mode of a JPEG by its first bytes. Raises PageTooLarge and Pillow's errors."""
    with _no_bombs(1, ""), Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        return image.size, image.mode


def encoded(picture: Image.Image) -> bytes:
    """A grey picture (mode L) as the PNG that is kept, of 1 bit a pixel where that is all; same pixels, same bytes.

    Packed lightly: packing hard takes four times as long as reading the page, for a tenth of its size.
    """
    levels = picture.getcolors(2)
    buffer = io.BytesIO()
    if levels is not None and {level for _, level in levels} <= _TWO_LEVELS:
        picture.convert("1", dither=Image.Dither.NONE).save(buffer, "PNG", compress_level=3)
    else:
        picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def photo(image: Image.Image, name: str) -> bytes:
    """A HEIC photo as the JPEG that is kept, in its colours. Raises as `picture`."""
    with _no_bombs(1, name):
        _fitted(image, 1, name)
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "JPEG", quality=_HEIC_QUALITY)
    return buffer.getvalue()


def picture(image: Image.Image, page: int, name: str) -> Image.Image:
    """Page `page` (from 1) in grey. A JPEG above the limit is decoded at half, a quarter or an eighth of its size.

    Raises PageTooLarge above PIXEL_LIMIT pixels, and whatever Pillow raises for a damaged picture.
    """
    with _no_bombs(page, name):
        if page > 1:
            image.seek(page - 1)
        _fitted(image, page, name)
        image.load()
        return _grey(image)


def _fitted(image: Image.Image, page: int, name: str) -> None:
    """Tells a large JPEG to decode at a part of its size; raises PageTooLarge when that is not enough."""
    if image.format in ("JPEG", "MPO"):
        width, height = image.size
        parts = 1
        if not image.info.get("progressive"):  # a progressive one needs the memory of its full size all the same
            while width * height // parts**2 > PIXEL_LIMIT and parts < 8:
                parts *= 2
        image.draft("L", (width // parts, height // parts))
    pixels = image.size[0] * image.size[1]
    if pixels > PIXEL_LIMIT:
        raise PageTooLarge(file=name, page=page, megapixels=pixels // 10**6, limit=PIXEL_LIMIT // 10**6)


def _learn_heic(name: str) -> None:
    try:
        import pillow_heif
    except ImportError as fault:
        raise ScanNeedsMore(file=name, package="pillow-heif") from fault
    pillow_heif.register_heif_opener(thumbnails=False)


def _check_webp(file: BinaryIO, name: str) -> None:
    """Pillow takes memory for two whole canvases before it tells how large they are."""
    head = file.read(30)
    file.seek(0)
    if head[12:16] == b"VP8X" and len(head) == 30:
        width, height = (1 + int.from_bytes(head[at : at + 3], "little") for at in (24, 27))
        if width * height > PIXEL_LIMIT:
            raise PageTooLarge(file=name, page=1, megapixels=width * height // 10**6, limit=PIXEL_LIMIT // 10**6)


@contextmanager
def _no_bombs(page: int, name: str) -> Iterator[None]:
    """Turns Pillow's refusal, and its mere warning, of very many pixels into our sentence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd tags and the like: they would stand on the terminal between our lines
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            yield
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
            most = f"over {(Image.MAX_IMAGE_PIXELS or 0) // 10**6}"
            raise PageTooLarge(file=name, page=page, megapixels=most, limit=PIXEL_LIMIT // 10**6) from fault


def _grey(image: Image.Image) -> Image.Image:
    if image.mode == "L":
        return image.copy()
    if image.mode in _DEEP:
        return image.point(lambda level: level * (255 / 65535)).convert("L")
    if image.has_transparency_data:
        # Ink drawn on a transparent ground would turn into black on black.
        layered = image.convert("LA")
        paper = Image.new("L", image.size, 255)
        paper.paste(layered.getchannel("L"), mask=layered.getchannel("A"))
        return paper
    return image.convert("L")
