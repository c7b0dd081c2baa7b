"""TIFF, JPEG and PNG pages as grey pictures, through Pillow, within a limit of pixels."""

import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from fallback.errors import PageTooLarge
from fallback.scanning.kinds import PIXEL_LIMIT, FileKind

_DEEP = ("I", "I;16", "I;16B", "I;16L")  # Pillow's names for 16 bits a pixel


def count_tiff(path: Path, most: int) -> tuple[int, bool]:
    """The pages of a TIFF file by its chain of directories, and whether the chain ends as it should.

    Only the directories are touched, so a file of thousands of pages takes milliseconds. Stops above `most`. Raises
    OSError.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
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


def opened(path: Path, kind: FileKind, name: str) -> Image.Image:
    """The picture file at `path`, opened by the decoder of `kind` alone. Raises PageTooLarge and Pillow's errors."""
    with _no_bombs(1, name):
        return Image.open(path, formats=[kind.value])


def picture(image: Image.Image, page: int, name: str) -> Image.Image:
    """Page `page` (from 1) in grey. A JPEG above the limit is decoded at half, a quarter or an eighth of its size.

    Raises PageTooLarge above PIXEL_LIMIT pixels, and whatever Pillow raises for a damaged picture.
    """
    with _no_bombs(page, name):
        if page > 1:
            image.seek(page - 1)
        if image.format == "JPEG":
            width, height = image.size
            parts = 1
            if not image.info.get("progressive"):  # a progressive one needs the memory of its full size all the same
                while width * height // parts**2 > PIXEL_LIMIT and parts < 8:
                    parts *= 2
            image.draft("L", (width // parts, height // parts))
        pixels = image.size[0] * image.size[1]
        if pixels > PIXEL_LIMIT:
            raise PageTooLarge(file=name, page=page, megapixels=pixels // 10**6, limit=PIXEL_LIMIT // 10**6)
        image.load()
        return _grey(image)


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
