"""Finds the codes on a page: a fast pass for every page, and ever slower views of those where no QR was found."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image, ImageFilter

from fallback.scanning.ink import is_blank

_SYMBOLOGY = {zxingcpp.BarcodeFormat.QRCode: "qr", zxingcpp.BarcodeFormat.Code128: "code128"}
_UPSCALE_LIMIT = 12_000_000  # pixels before doubling


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCode:
    """One code as it was read. What its text means, and whether it is genuine, is not known here.

    `symbology` is "qr" or "code128"; `box` is left, top, right, bottom in pixels of the page's picture. `corners` are
    top left, top right, bottom right, bottom left as the code itself stands, however the page lies.
    """

    text: str
    symbology: str
    box: tuple[int, int, int, int]
    corners: tuple[tuple[int, int], ...] = ()


def read_codes(picture: Image.Image) -> tuple[ReadCode, ...]:
    """Every code on a grey page (mode L), from top to bottom; the same text twice when it stands twice on the paper.

    The fast pass finds any rotation and negatives. When it finds no QR, other views of the page are tried until one
    does: only a page whose code is damaged, or that has ink and no code, costs the slow views.
    """
    found = _decode(picture)
    if not _has_qr(found) and not is_blank(picture):
        for view, scale in _views(picture):
            found = _joined(found, _decode(view, scale))
            if _has_qr(found):
                break
    return tuple(sorted(found, key=lambda code: (code.box[1], code.box[0], code.text)))


def _views(picture: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """Other views of a page with their scale, the cheapest for what it rescues first (measured: decision 0006)."""
    yield picture.reduce(2), 0.5  # coarse grain, for a seventh of the time of the next
    smooth = picture.filter(ImageFilter.BoxBlur(1))
    yield smooth, 1.0  # grain and the dither of 1-bit scans
    yield picture.filter(ImageFilter.MaxFilter(3)), 1.0  # thin dark lines through the code
    if picture.width * picture.height <= _UPSCALE_LIMIT:
        yield smooth.resize((2 * picture.width, 2 * picture.height), Image.Resampling.BICUBIC), 2.0  # small modules


def _decode(picture: Image.Image, scale: float = 1.0) -> list[ReadCode]:
    codes = []
    # Only ours: asking for all formats costs five to ten times the time. Made anew for each page, because one that
    # outlives the interpreter makes the decoder complain on the terminal.
    formats = zxingcpp.BarcodeFormats(list(_SYMBOLOGY))
    for code in zxingcpp.read_barcodes(picture, formats=formats, text_mode=zxingcpp.TextMode.Plain):
        symbology = _SYMBOLOGY.get(code.format)
        if symbology is not None and code.valid:
            corners = _corners(code.position, scale)
            codes.append(ReadCode(text=code.text, symbology=symbology, box=_box(corners), corners=corners))
    return codes


def _corners(position: Any, scale: float) -> tuple[tuple[int, int], ...]:
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return tuple((round(corner.x / scale), round(corner.y / scale)) for corner in corners)


def _box(corners: tuple[tuple[int, int], ...]) -> tuple[int, int, int, int]:
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


def _has_qr(codes: list[ReadCode]) -> bool:
    return any(code.symbology == "qr" for code in codes)


def _joined(known: list[ReadCode], more: list[ReadCode]) -> list[ReadCode]:
    """Both lists, the same code at the same place once."""
    return known + [code for code in more if not any(_same(code, other) for other in known)]


def _same(code: ReadCode, other: ReadCode) -> bool:
    return code.text == other.text and all(abs(a - b) < 40 for a, b in zip(code.box, other.box, strict=True))
