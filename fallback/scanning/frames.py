"""A camera's picture of one code: what the code says, for the one box of the desk."""

import io

import zxingcpp
from PIL import Image

from fallback.errors import ParchiError, PictureUnread
from fallback.scanning import rasters
from fallback.scanning.crew import page_fence
from fallback.scanning.kinds import HEAD, kind_of

_SIDE = 1600  # pixels of the long side that are looked at first: enough for a code that fills the picture
_LONGEST = 8200  # signs; no QR holds more


def read_frame(content: bytes) -> str | ParchiError:
    """The text of the code that a picture shows, "" for none: a QR before bars, the one in the middle before others.

    What cannot be opened is a PictureUnread, returned and not raised: it goes home to another process.
    """
    with page_fence():
        try:
            picture = _opened(content)
        except (ParchiError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return PictureUnread()
        small = picture.copy()
        small.thumbnail((_SIDE, _SIDE))
        return _look(small) or (_look(picture) if small.size != picture.size else "")


def _opened(content: bytes) -> Image.Image:
    """The picture in grey. Raises what a decoder raises, and PictureUnread for files of many pages."""
    kind = kind_of(content[:HEAD], len(content), "")
    if not kind.is_one:
        raise PictureUnread()
    with rasters.opened(io.BytesIO(content), kind, "") as image:
        return rasters.picture(image, 1, "")


def _formats() -> zxingcpp.BarcodeFormats:
    """Slips, cards, and goods, to be told that they are none: all kinds there are would take five times as long."""
    kinds = zxingcpp.BarcodeFormat
    return zxingcpp.BarcodeFormats([kinds.QRCode, kinds.Code128, kinds.EAN13])


def _look(picture: Image.Image) -> str:
    middle = picture.width / 2, picture.height / 2
    found = []
    for code in zxingcpp.read_barcodes(picture, formats=_formats(), text_mode=zxingcpp.TextMode.Plain):
        if code.valid and code.text.strip() and len(code.text) <= _LONGEST:
            where = code.position
            across = (where.top_left.x + where.bottom_right.x) / 2 - middle[0]
            down = (where.top_left.y + where.bottom_right.y) / 2 - middle[1]
            found.append((code.format != zxingcpp.BarcodeFormat.QRCode, across**2 + down**2, code.text))
    return min(found)[2] if found else ""
