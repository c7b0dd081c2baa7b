"""Whole slips as a scanner's files: real layouts, their codes laid by a simulated printer, worn."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random

import zxingcpp
from PIL import Image

from bench.press.printers import PATCH, Mark, Press, printed
from fallback.marks import Area
from fallback.printing import examples
from fallback.printing.job import PrintedSlip
from fallback.printing.raster import rasters
from fallback.printing.slips import render_slips
from fallback.rehearsal.scanner import Wear, degrade
from fallback.slip import SlipNumber

PAPERS = ("a5", "a4")
ROLL = 203  # dpi: whoever prints on a roll has no other paper
_LENGTHS = (338, 420, 470, 512)  # digits: versions 8 to 10
_FINE = 600  # dpi, of the drawing that a printer lays
_MARGIN = 3.0  # mm around a code that the printer lays with it
_COVER = 225  # the grey of what lies over a code
_FORMATS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A page's file, what may be read on it, and how often its QR stands there."""

    content: bytes
    digits: str
    number: str
    copies: int


def slip(seed: int) -> PrintedSlip:
    """A made-up slip, every third with all that a slip may hold; its code says nothing."""
    printed_slip = examples.full() if seed % 3 == 2 else examples.plain()
    number = SlipNumber(101 + seed % 7, 1000 + 977 * seed)
    digits = examples.digits(_LENGTHS[seed % len(_LENGTHS)], seed)
    return replace(printed_slip, slip=replace(printed_slip.slip, number=number), digits=digits)


def paper_of(press: Press | None, seed: int) -> str:
    """The paper a printer takes."""
    return "roll" if press is not None and press.drawn_for == ROLL else PAPERS[seed % len(PAPERS)]


@lru_cache(maxsize=16)
def _drawn(seed: int, paper: str, dpi: int) -> Image.Image:
    return next(rasters(render_slips([slip(seed)], examples.HOSPITAL, paper=paper), dpi)).convert("L")


def _pixels(box: Area, scale: float) -> tuple[int, int, int, int]:
    left, top, right, bottom = (round(side * scale) for side in box)
    return left, top, right, bottom


@lru_cache(maxsize=16)
def _parts(seed: int, paper: str) -> tuple[int, Sequence[Area]]:
    """How many QRs a slip has, and left, top, right, bottom in mm of each code with its margin."""
    fine = _drawn(seed, paper, _FINE)
    found = zxingcpp.read_barcodes(fine.reduce(2), formats=zxingcpp.BarcodeFormats(list(_FORMATS)))
    boxes = []
    for code in found:
        at = code.position
        corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
        mm = [(2 * 25.4 / _FINE * corner.x, 2 * 25.4 / _FINE * corner.y) for corner in corners]
        left, top = (max(0.0, min(sides) - _MARGIN) for sides in zip(*mm, strict=True))
        right, bottom = (max(sides) + _MARGIN for sides in zip(*mm, strict=True))
        boxes.append((left, top, min(right, left + PATCH), min(bottom, top + PATCH)))
    return sum(code.format != zxingcpp.BarcodeFormat.Code128 for code in found), tuple(boxes)


@lru_cache(maxsize=8)
def on_paper(seed: int, press: Press | None, dpi: int) -> tuple[Image.Image, int]:
    """The page as it leaves the printer, seen at `dpi`, and how many QRs it has.

    The printer lays the codes; of what is around them it has the ink and the paper.
    """
    paper = paper_of(press, seed)
    page = _drawn(seed, paper, dpi)
    copies, boxes = _parts(seed, paper)
    if press is None:
        return page, copies
    rng, fine, coarse = Random(f"print {press.name} {seed}"), _FINE / 25.4, dpi / 25.4
    laid = []
    for box in boxes:
        part = _drawn(seed, paper, _FINE).crop(_pixels(box, fine))
        bits = part.point([255 if level < 128 else 0 for level in range(256)])
        patch, scale = printed(press, [Mark(bits=bits, across=1 / fine, down=1 / fine, left=0, top=0)], rng)
        wide, high = box[2] - box[0], box[3] - box[1]
        patch = patch.crop((0, 0, round(wide * scale), round(high * scale)))
        patch = patch.resize((round(wide * coarse), round(high * coarse)), Image.Resampling.BOX)
        laid.append((patch, (round(box[0] * coarse), round(box[1] * coarse))))
    levels = sorted(laid[0][0].tobytes())
    ink, white = levels[len(levels) // 20], levels[-len(levels) // 20]
    page = page.point([ink + level * (white - ink) // 255 for level in range(256)])
    for patch, place in laid:
        page.paste(patch, place)
    return page, copies


def scan(seed: int, press: Press | None, wear: Wear, dpi: int, name: str, *, covered: bool = False) -> Scan:
    """One page of one grade, in a scanner's own file: grey JPEG, or PNG where it scanned in black and white.

    `covered`: something lies over its codes, so that only print is left.
    """
    page, copies = on_paper(seed, press, dpi)
    if covered:
        page = page.copy()
        for box in _parts(seed, paper_of(press, seed))[1]:
            page.paste(_COVER, _pixels(box, dpi / 25.4))
    rng = Random(f"{name} {press and press.name} {seed} {dpi}")
    worn = degrade(page, rng, wear)
    packed = io.BytesIO()
    if worn.mode == "1":
        worn.save(packed, "PNG")
    else:
        worn.save(packed, "JPEG", quality=rng.randint(*wear.quality))
    made = slip(seed)
    return Scan(content=packed.getvalue(), digits=made.digits, number=made.slip.number.text, copies=copies)
