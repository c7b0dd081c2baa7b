"""Finds the codes on a page: one look at all of it, then slow ones where a code seems to stand that was not read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import zxingcpp
from PIL import Image, ImageChops, ImageFilter

from fallback.errors import SlipNumberWrong
from fallback.scanning import rescue
from fallback.scanning.ink import is_blank
from fallback.scanning.plane import Point, distance
from fallback.scanning.spots import Spot, spots
from fallback.slip import SlipNumber

_SYMBOLOGY = {zxingcpp.BarcodeFormat.QRCode: "qr", zxingcpp.BarcodeFormat.Code128: "code128"}
_MOST_SPOTS = 4  # are searched on a page: a stranger's paper must not hold up the box
_ROOM = 30  # times a QR's own area: an A5 slip takes 16 to 24, two of them on A4 42
_SPOT_SIDE = 640  # pixels, of a spot that is searched; a larger one is reduced
_SHARPER = ImageFilter.UnsharpMask(5, 300, 0)
_LIGHTEN, _DARKEN = ImageFilter.MaxFilter(3), ImageFilter.MinFilter(3)


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


def read_codes(picture: Image.Image, known: Sequence[ReadCode] = ()) -> tuple[ReadCode, ...]:
    """Every code on a grey page (mode L), from top to bottom; the same text twice when it stands twice on the paper.

    The first look finds any rotation, mirrored codes and negatives. Only where it leaves places that look like a code,
    or bars without their QR, or no QR at all on a page with ink, is there a slow search, of those places alone.
    `known` are codes that were read on this page before.
    """
    found = joined(look(picture), known)
    if not has_all(picture, found) and (_qrs(found) or not is_blank(picture)):
        found = _searched(picture, found)
    return in_order(found)


def look(
    picture: Image.Image,
    *,
    bars: bool = True,
    negative: bool = True,
    even: bool = False,
    scale: float = 1.0,
    at: tuple[int, int] = (0, 0),
) -> list[ReadCode]:
    """One look of the fast decoder at a view: `scale` is the view's to the page, `at` the view's corner on the page.

    Without `bars` it looks for QRs alone, which takes half the time; without `negative` for dark ones on light paper.
    `even`: one level parts all of the view into ink and paper, not each place its own.
    """
    # Only ours: asking for all formats costs five to ten times the time. Made anew for each page, because one that
    # outlives the interpreter makes the decoder complain on the terminal.
    formats = zxingcpp.BarcodeFormats([each for each in _SYMBOLOGY if bars or _SYMBOLOGY[each] == "qr"])
    binarizer = zxingcpp.Binarizer.GlobalHistogram if even else zxingcpp.Binarizer.LocalAverage
    codes = []
    for code in zxingcpp.read_barcodes(
        picture, formats=formats, try_invert=negative, binarizer=binarizer, text_mode=zxingcpp.TextMode.Plain
    ):
        symbology = _SYMBOLOGY.get(code.format)
        if symbology is not None and code.valid:
            where = code.position
            corners = (where.top_left, where.top_right, where.bottom_right, where.bottom_left)
            codes.append(_code(code.text, symbology, [(corner.x, corner.y) for corner in corners], scale, at))
    return codes


def has_all(view: Image.Image, found: Sequence[ReadCode], scale: float = 1.0) -> bool:
    """Whether the codes that were found are all that the page seems to have; `scale` is the view's to the page."""
    qrs = _qrs(found)
    return 0 < len(qrs) >= len(found) - len(qrs) and not spots(view, _squares(qrs, scale), 1)


def has_room(view: Image.Image, found: Sequence[ReadCode], scale: float) -> bool:
    """Whether the page is so large for the QRs that were read that a further slip may lie on it, its QR unseen.

    A4 with one QR of ours is: there, bars tell of the other slip. Small slips among others on one glass are not.
    """
    squares = _squares(_qrs(found), scale)
    return view.width * view.height > _ROOM * sum(distance(square[0], square[2]) ** 2 / 2 for square in squares)


def in_order(codes: Sequence[ReadCode]) -> tuple[ReadCode, ...]:
    """From top to bottom."""
    return tuple(sorted(codes, key=lambda code: (code.box[1], code.box[0], code.text)))


def joined(known: Sequence[ReadCode], new: Sequence[ReadCode]) -> list[ReadCode]:
    """Both; what was read of one place on the paper twice, once."""
    return [*known, *(code for code in new if not any(_same(code, other) for other in known))]


def _searched(picture: Image.Image, found: list[ReadCode]) -> list[ReadCode]:
    """Looks at the likely places one by one, in ever slower ways."""
    tried: list[Spot] = []
    while len(tried) < _MOST_SPOTS:
        # Anew after each: a code that was found tells what the others look like.
        likely = spots(picture, _squares(_qrs(found)), 2 * _MOST_SPOTS)
        spot = next((spot for spot in likely if not any(_over(spot, other) for other in tried)), None)
        if spot is None:
            break
        tried.append(spot)
        found = joined(found, _search(picture, spot))
    if not _qrs(found):  # the bars are no spot
        found = joined(found, _numbers(look(picture.filter(ImageFilter.BoxBlur(1)))))
    return found


def _search(picture: Image.Image, spot: Spot) -> list[ReadCode]:
    """A QR at a spot."""
    part = picture.crop(spot)
    base = min(1.0, _SPOT_SIDE / max(part.size))
    if base < 1:
        part = _scaled(part, base)
    for view, scale, even in _views(part):
        codes = look(view, bars=False, even=even, scale=base * scale, at=spot[:2])
        if codes:
            return codes
    # Never a whole page: on grain it once took four minutes over one.
    codes = [_code(text, "qr", corners, base, spot[:2]) for text, corners in rescue.decode(_blurred(part, 1))]
    for view, scale in () if codes else _slow_views(part):
        codes = look(view, bars=False, scale=base * scale, at=spot[:2])
        if codes:
            break
    return codes


def _views(part: Image.Image) -> Iterator[tuple[Image.Image, float, bool]]:
    """Views of a spot, their scale, whether to look evenly: those first that rescue most for their time (0020)."""
    smooth, smoother = _blurred(part, 1), _blurred(part, 2)
    yield smooth, 1.0, True
    yield smoother, 1.0, False
    yield smooth, 1.0, False
    yield smooth.filter(_SHARPER), 1.0, False
    yield part.filter(ImageFilter.GaussianBlur(1.5)), 1.0, False
    small = _blurred(_scaled(part, 0.5), 1)
    yield ImageChops.subtract(small, _blurred(small, 20), 1, 120).point([0] * 128 + [255] * 128), 0.5, False
    yield small.filter(_SHARPER), 0.5, False
    yield _blurred(part.filter(_LIGHTEN), 1), 1.0, False  # thin dark lines through the code


def _slow_views(part: Image.Image) -> Iterator[tuple[Image.Image, float]]:
    """Views that take longer than the rescue decoder does, with their scale."""
    yield _scaled(_blurred(part, 2), 2), 2.0
    yield _scaled(_blurred(part, 1), 2), 2.0
    yield _scaled(part.filter(_DARKEN), 2), 2.0  # pale dots that do not touch
    yield part.filter(_LIGHTEN).filter(_LIGHTEN).filter(_DARKEN).filter(_DARKEN), 1.0  # lines as thick as a module


def _blurred(part: Image.Image, by: int) -> Image.Image:
    return part.filter(ImageFilter.BoxBlur(by))


def _scaled(part: Image.Image, by: float) -> Image.Image:
    size = max(1, round(part.width * by)), max(1, round(part.height * by))
    return part.resize(size, Image.Resampling.BICUBIC if by > 1 else Image.Resampling.BOX)


def is_number(code: ReadCode) -> bool:
    """Whether a code's text is a slip's number, with both check digits."""
    try:
        SlipNumber.parse(code.text)
    except SlipNumberWrong:
        return False
    return True


def _numbers(codes: Sequence[ReadCode]) -> list[ReadCode]:
    """Without bars that are no slip's: on a view that was changed, noise was once read as a text of another kind."""
    return [code for code in codes if code.symbology == "qr" or is_number(code)]


def _code(text: str, symbology: str, corners: Sequence[Any], scale: float, at: tuple[int, int]) -> ReadCode:
    places = tuple((round(x / scale) + at[0], round(y / scale) + at[1]) for x, y in corners)
    across, down = [x for x, _ in places], [y for _, y in places]
    box = (min(across), min(down), max(across), max(down))
    return ReadCode(text=text, symbology=symbology, box=box, corners=places)


def _qrs(codes: Sequence[ReadCode]) -> list[ReadCode]:
    return [code for code in codes if code.symbology == "qr"]


def _squares(codes: Sequence[ReadCode], scale: float = 1.0) -> list[list[Point]]:
    return [[(x * scale, y * scale) for x, y in code.corners] for code in codes]


def _same(code: ReadCode, other: ReadCode) -> bool:
    """Whether two views read one code on the paper: the same text, and each one's middle within the other."""
    return code.text == other.text and code.symbology == other.symbology and _holds(code, other) and _holds(other, code)


def _holds(code: ReadCode, other: ReadCode) -> bool:
    left, top, right, bottom = code.box
    across, down = (other.box[0] + other.box[2]) / 2, (other.box[1] + other.box[3]) / 2
    return left <= across <= right and top <= down <= bottom


def _over(spot: Spot, other: Spot) -> bool:
    """Whether two spots' middles lie so near that one search does for both."""
    side = max(spot[2] - spot[0], spot[3] - spot[1])
    return all(abs(spot[at] + spot[at + 2] - other[at] - other[at + 2]) < 0.5 * side for at in (0, 1))
