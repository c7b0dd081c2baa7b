"""Both codes on every printer: whole dots, no grey edge at the printer's own resolution, and read back."""

import random
from collections.abc import Sequence

import pypdfium2
import pytest
import zxingcpp
from hypothesis import assume, given, settings, strategies as st
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import QRData

from fallback.errors import CodeNotDigits, CodeTooLong
from fallback.hospital import DPIS
from fallback.printing.codes import (
    BAR_LEAST,
    BAR_QUIET,
    BAR_SLOT,
    BAR_WIDTH,
    QR_LIMIT,
    QR_SLOT,
    QUIET,
    Drawing,
    code128,
    dot_of,
    modules_of,
    narrowest,
    qr,
)
from fallback.printing.matrix import SIGNS, matrix
from fallback.printing.sheet import sheet

FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
LENGTHS = (1, 34, 35, 63, 64, 149, 150, 255, 293, 294, 365, 366, 432, 433, QR_LIMIT)
SIDE = 2032  # dots: 720 points at 203 dpi, 487.68 at 300, 243.84 at 600: sizes that a PDF writes without rounding


def digits(count: int, seed: int = 1) -> str:
    return "".join(random.Random(seed).choices("0123456789", k=count))


def in_dots(length: float, drawing: Drawing) -> int:
    """A length that must be a whole number of dots, as that number."""
    count = round(length / drawing.dot)
    assert length / drawing.dot == pytest.approx(count, abs=1e-6)
    return count


def rendered(
    dpi: int, drawings: Sequence[tuple[Drawing, float, float, float | None]], width: float, height: float
) -> Image.Image:
    """A page with the drawings at their places, as grey as a printer of that resolution would be told."""
    with sheet(width, height, "codes") as page:
        for drawing, x, y, tall in drawings:
            page.code(drawing, x, y, name="code", height=tall)
        pdf = page.finish()
    with pypdfium2.PdfDocument(pdf) as document:
        scale = 25.4 / dot_of(dpi) / 72
        # A hair less, or rounding up makes 2033 pixels of 2032 dots.
        picture: Image.Image = document[0].render(scale=scale * (1 - 1e-7), grayscale=True).to_pil()
    return picture


def greys(picture: Image.Image) -> int:
    """How many pixels are neither black nor white; 1 and 254 are the last bit of the renderer's arithmetic."""
    return sum(picture.histogram()[2:254])


def read(picture: Image.Image) -> set[str]:
    return {code.text for code in zxingcpp.read_barcodes(picture, formats=FORMATS)}


@pytest.mark.parametrize("dpi", DPIS)
@pytest.mark.parametrize("length", LENGTHS)
def test_a_qr_is_as_large_as_whole_dots_allow(dpi: int, length: int) -> None:
    for slot in (QR_SLOT, 38.0, 31.7):
        drawing = qr(digits(length), dpi=dpi, slot=slot)
        dots, all_modules = in_dots(drawing.module, drawing), modules_of(drawing.version) + 2 * QUIET
        assert 8 <= drawing.version <= 10
        assert drawing.width == pytest.approx(modules_of(drawing.version) * drawing.module)
        assert drawing.width + 2 * drawing.quiet <= slot + 1e-6
        assert (dots + 1) * all_modules * drawing.dot > slot
        assert drawing.quiet == pytest.approx(QUIET * drawing.module)


def test_a_203_dpi_head_has_eight_dots_a_millimetre() -> None:
    assert dot_of(203) == pytest.approx(0.125)
    for wrong in (0, 200, 1200):
        with pytest.raises(ValueError, match="dpi"):
            qr("1", dpi=wrong)


def test_a_slot_that_is_too_small_is_refused() -> None:
    least = 57 * dot_of(300)
    assert in_dots(qr("1", slot=least).module, qr("1", slot=least)) == 1
    with pytest.raises(ValueError, match="no dot"):
        qr("1", slot=least - 0.01)
    with pytest.raises(CodeTooLong):
        qr("1" * (QR_LIMIT + 1), slot=1)


def librarys(text: str, smallest: int) -> tuple[int, list[list[bool]]]:
    """The version and the modules that `qrcode` itself makes."""
    made = QRCode(version=smallest, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=3)
    made.add_data(QRData(text, mode=1 if text.isdigit() else 2))
    made.make(fit=True)
    return made.version, [[bool(dark) for dark in row] for row in made.modules]


@pytest.mark.parametrize("smallest", [1, 5, 8, 9, 10])
@pytest.mark.parametrize("length", [*LENGTHS, 2, 3, 101, 102, 202, 203, 256])
def test_the_drawing_is_the_librarys_own(length: int, smallest: int) -> None:
    for text in (digits(length, smallest), "9" * length):
        version, modules = librarys(text, smallest)
        drawing = qr(text, smallest=smallest)
        assert drawing.version == version
        size = modules_of(version)
        drawn = [[False] * size for _ in range(size)]
        for line in drawing.path.splitlines()[:-1]:
            x, y, wide, high, _ = line.split()
            assert high == "1"
            for column in range(int(x), int(x) + int(wide)):
                drawn[size - 1 - int(y)][column] = True
        assert drawn == modules


@settings(max_examples=300, deadline=None)
@given(text=st.text("0123456789", min_size=1, max_size=QR_LIMIT), smallest=st.integers(1, 10))
def test_our_way_to_the_modules_gives_what_the_library_gives(text: str, smallest: int) -> None:
    assume("0" * 60 not in text)  # a block of nothing but zeros stops the library: ValueError, glog(0)
    version, modules = librarys(text, smallest)
    assert list(matrix(text, version)) == [int(dark) for row in modules for dark in row]


@settings(max_examples=100, deadline=None)
@given(text=st.text(SIGNS, min_size=1, max_size=311), smallest=st.integers(1, 10))
def test_a_text_that_a_scanner_types_is_drawn_as_the_library_draws_it(text: str, smallest: int) -> None:
    assume(not text.isdigit() and "0" * 40 not in text)
    version, modules = librarys(text, smallest)
    drawing = qr(text, smallest=smallest)
    assert drawing.version == version
    assert list(matrix(text, version)) == [int(dark) for row in modules for dark in row]


def test_what_no_scanner_types_is_no_code() -> None:
    for wrong in ("", "abc", "Ä", "٣", "A\n", "A" * 312):
        with pytest.raises(CodeTooLong if len(wrong) > 311 else CodeNotDigits):
            qr(wrong)


def test_a_text_of_zeros_which_the_library_cannot_draw_is_read() -> None:
    with pytest.raises(ValueError, match="glog"):
        librarys("0" * 400, 8)
    for length in (149, 400, QR_LIMIT):
        code = qr("0" * length)
        picture = rendered(300, [(code, 10, 10, None)], 60, 60)
        assert read(picture) == {"0" * length}


def test_a_version_that_is_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        matrix("1" * 366, 8)


@pytest.mark.parametrize("dpi", DPIS)
def test_at_the_printers_resolution_no_edge_is_grey_and_all_is_read(dpi: int) -> None:
    """The places are no whole dots: the sheet moves them there."""
    dot = dot_of(dpi)
    texts = [digits(360, 1), digits(420, 2), digits(QR_LIMIT, 3), digits(60, 4)]
    slot = min(QR_SLOT, 1000 * dot)
    codes = [qr(text, dpi=dpi, slot=slot, smallest=2) for text in texts]
    half = SIDE * dot / 2
    places = [(3.031, 2.517), (half + 1.013, 2.517), (3.031, half + 1.471), (half + 1.013, half + 1.471)]
    placed = [(code, x + code.quiet, y + code.quiet, None) for code, (x, y) in zip(codes, places, strict=True)]
    picture = rendered(dpi, placed, SIDE * dot, SIDE * dot)
    assert picture.size == (SIDE, SIDE)
    assert greys(picture) == 0
    assert read(picture) == set(texts)


@pytest.mark.parametrize("dpi", DPIS)
def test_bars_of_a_slip_and_of_a_tube_have_no_grey_edge_and_are_read(dpi: int) -> None:
    dot = dot_of(dpi)
    texts = [digits(11, 1), digits(13, 2), digits(13, 3), digits(12, 4)]
    codes = [code128(text, dpi=dpi) for text in texts]
    codes[2] = code128(texts[2], dpi=dpi, width=narrowest(13, dpi))
    placed = [(code, 4.0 + code.quiet + 0.013, 3.0 + 12 * row, 8.3) for row, code in enumerate(codes)]
    for code in codes:
        in_dots(code.module, code)
        assert code.module >= BAR_LEAST - 1e-9
        assert code.quiet == pytest.approx(BAR_QUIET * code.module)
    picture = rendered(dpi, placed, SIDE * dot, SIDE * dot)
    assert greys(picture) == 0
    assert read(picture) == set(texts)


def test_a_code_is_stored_once_however_often_and_large_it_is_shown() -> None:
    with sheet(200, 200, "codes") as page:
        for place, slot in enumerate((QR_SLOT, 30.0, QR_SLOT)):
            page.code(qr(digits(300), slot=slot), 10 + 60 * place, 10, name="code")
        page.turn()
        page.code(qr(digits(300)), 10, 10, name="code")
        assert page.finish().count(b"/Subtype /Form") == 1


@pytest.mark.parametrize("dpi", DPIS)
def test_a_page_that_is_no_whole_number_of_dots_costs_a_code_one_dot_at_most(dpi: int) -> None:
    """An A4 at 300 and 600 dpi: the renderer stretches the page to whole dots, by less than one."""
    text = digits(364)
    code = qr(text, dpi=dpi)
    picture = rendered(dpi, [(code, 150.2, 30.3, None)], 210, 297)
    bilevel = picture.point(lambda grey: 255 if grey > 127 else 0)
    assert read(bilevel) == {text}
    wide = in_dots(code.module, code) * modules_of(code.version)
    left, top, right, bottom = Image.eval(bilevel, lambda grey: 255 - grey).getbbox() or (0, 0, 0, 0)
    assert right - left in (wide, wide + 1) and bottom - top in (wide, wide + 1)


def test_bars_of_any_length_are_read_and_none_are_wider_than_said() -> None:
    for length in range(1, 25):
        for seed in range(4):
            text = digits(length, seed)
            for dpi in DPIS:
                least = narrowest(length, dpi)
                drawing = code128(text, dpi=dpi, width=least)
                assert drawing.width + 2 * drawing.quiet == pytest.approx(least)
                with pytest.raises(ValueError, match="too narrow"):
                    code128(text, dpi=dpi, width=least - 0.01)
            modules = round(drawing.width / drawing.module)
            picture = Image.new("L", (2 * modules + 60, 40), 255)
            for line in drawing.path.splitlines()[:-1]:
                x, _, wide, _, _ = line.split()
                picture.paste(0, (30 + 2 * int(x), 5, 30 + 2 * (int(x) + int(wide)), 35))
                last = int(x) + int(wide)
            assert last == modules
            assert read(picture) == {text}


def test_a_slip_numbers_bars_are_what_they_were() -> None:
    drawing = code128("00100004527")
    assert (drawing.width, drawing.width + 2 * drawing.quiet) == pytest.approx((BAR_WIDTH, BAR_SLOT))
    assert round(drawing.width / drawing.module) == 112
    assert in_dots(drawing.module, drawing) == 4
    for wrong in ("", "12a", "१२३", "1 2", "-1"):
        with pytest.raises(CodeNotDigits):
            code128(wrong, width=500)
