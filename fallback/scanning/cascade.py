"""Reads one stored page by a cascade that spends time only where it is needed: a page that is well takes one look."""

import io
from dataclasses import dataclass

from PIL import Image

from fallback.scanning import rasters
from fallback.scanning.codes import ReadCode, has_all, has_room, in_order, is_number, look, read_codes
from fallback.scanning.ink import is_blank
from fallback.scanning.kinds import PIXEL_LIMIT, FileKind
from fallback.scanning.printed import printed_number

_STARTS = ((b"\xff\xd8", FileKind.JPEG), (b"RIFF", FileKind.WEBP))  # what is kept is one of these, or PNG
_SMALL = 1100  # pixels of the long side: half of it would leave a code's modules too few


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCodes:
    """What was found on one page: its codes, whether there is nothing on it, its width and height in pixels.

    `suggested` are the 11 digits of a printed number as a machine sees it, for a person to confirm: never proof.
    """

    codes: tuple[ReadCode, ...]
    blank: bool
    size: tuple[int, int]
    suggested: str = ""


def read_page(content: bytes) -> PageCodes:
    """Reads a page from the bytes that are kept: the same for the same bytes. Raises what `open_picture` does.

    A JPEG is decoded at half its size first, which takes a fifth of the time and reads as well. That is all when every
    QR that the page seems to have was read; else the whole picture is looked at (`read_codes`). What neither place nor
    bars nor room tell of, as a slip that lies with its codes covered beside one that was read, is not seen.
    """
    known: list[ReadCode] = []
    with _opened(content) as image:
        size = image.size
        if _halved(image):
            view, scale = image.convert("L"), image.width / size[0]
            known = look(view, bars=False, negative=False, scale=scale)
            if has_all(view, known, scale) and not has_room(view, known, scale):
                return PageCodes(codes=in_order(known), blank=False, size=size)
            del view
    picture = open_picture(content)
    codes = read_codes(picture, known)
    blank = not codes and is_blank(picture)
    told = blank or any(code.symbology == "qr" or is_number(code) for code in codes)
    return PageCodes(codes=codes, blank=blank, size=picture.size, suggested="" if told else printed_number(picture))


def open_picture(content: bytes) -> Image.Image:
    """The whole page in grey (mode L). Raises PageTooLarge, and whatever Pillow raises for a damaged picture."""
    with _opened(content) as image:
        return rasters.picture(image, 1, "")


def _opened(content: bytes) -> Image.Image:
    kind = next((kind for start, kind in _STARTS if content.startswith(start)), FileKind.PNG)
    return rasters.opened(io.BytesIO(content), kind, "")


def _halved(image: Image.Image) -> bool:
    """Makes a JPEG ready to be decoded at half its size, where that is enough and its size may be decoded at all."""
    width, height = image.size
    if image.format not in ("JPEG", "MPO") or max(width, height) <= _SMALL or width * height > PIXEL_LIMIT:
        return False
    image.draft("L", (width // 2, height // 2))
    return image.size != (width, height)
