"""Codes on a screen are read back by a real decoder, sign for sign, Tab and Enter too."""

import re

import pytest
import zxingcpp
from hypothesis import given, settings, strategies
from PIL import Image, ImageDraw

from fallback.errors import CodeTooLong
from fallback.printing.on_screen import Shape, bars_shape, qr_shape

_SIGNS = "".join(map(chr, range(32, 127))) + "\t\r"
_PIECE = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)")


def read(shape: Shape, scale: int = 4) -> str:
    picture = Image.new("L", (shape.width * scale, shape.height * scale), 255)
    pen = ImageDraw.Draw(picture)
    for piece in _PIECE.findall(shape.path):
        left, top, wide, high = (int(each) * scale for each in piece)
        pen.rectangle((left, top, left + wide - 1, top + high - 1), fill=0)
    found = zxingcpp.read_barcodes(picture)
    assert len(found) == 1
    return found[0].bytes.decode("ascii")


@settings(max_examples=30, deadline=None)
@given(strategies.text(_SIGNS, min_size=1, max_size=600))
def test_a_qr_gives_back_every_sign(text: str) -> None:
    assert read(qr_shape(text)) == text


@pytest.mark.parametrize("size", [1, 14, 15, 106, 213, 214, 412, 413, 666])
def test_every_size_finds_its_version(size: int) -> None:
    text = ("Asha Rani\t34\r" * 60)[:size]
    assert read(qr_shape(text)) == text


@settings(max_examples=30, deadline=None)
@given(strategies.text(_SIGNS, min_size=1, max_size=30))
def test_bars_give_back_every_sign(text: str) -> None:
    assert read(bars_shape(text)) == text


def test_what_no_scanner_types_is_refused() -> None:
    with pytest.raises(CodeTooLong):
        qr_shape("a" * 667)
    for make in (qr_shape, bars_shape):
        with pytest.raises(ValueError, match="ASCII"):
            make("आशा")
