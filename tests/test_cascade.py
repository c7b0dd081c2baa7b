"""One page through the cascade: cheap where it may be, no slip on it lost, nothing made up, nothing endless."""

import io
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageFont, ImageOps

from fallback import printing
from fallback.errors import PageTooLarge
from fallback.printing import examples
from fallback.printing.job import PrintedSlip
from fallback.printing.raster import rasters
from fallback.printing.slips import render_slips
from fallback.rehearsal.scanner import OFFICE, degrade
from fallback.scanning import cascade, codes, printed, rescue
from fallback.scanning.cascade import PageCodes, open_picture, read_page
from fallback.scanning.codes import ReadCode, read_codes
from fallback.scanning.marks import read_marks
from fallback.scanning.spots import spots
from fallback.slip import SlipNumber
from tests import mark_forms
from tests.scans import A5, NUMBER, digits, page

SLIP = SlipNumber(104, 31_207)
BOLD = Path(printing.__file__).parent / "fonts" / "Mukta-Bold.ttf"


def jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, "JPEG", quality=quality)
    return packed.getvalue()


def png(picture: Image.Image) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, "PNG")
    return packed.getvalue()


def qrs(read: PageCodes) -> list[str]:
    return [code.text for code in read.codes if code.symbology == "qr"]


def glass(*pages: Image.Image) -> Image.Image:
    """Slips side by side, two in a row, as they lie on a scanner's glass."""
    rows = -(-len(pages) // 2)
    whole = Image.new("L", (2 * A5[0], rows * A5[1]), 255)
    for place, each in enumerate(pages):
        whole.paste(each, (place % 2 * A5[0], place // 2 * A5[1]))
    return whole


def crossed(picture: Image.Image) -> Image.Image:
    """The page with its QR crossed out with a thick pen: no look at the whole page reads it."""
    hurt = picture.copy()
    pen = ImageDraw.Draw(hurt)
    for y in range(130, 410, 20):
        pen.line((770, y, 1090, y + 25), fill=0, width=9)
    return hurt


@pytest.fixture
def no_rescue(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rescue, "decode", lambda _: [])


@pytest.fixture
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fails when more than the first look is taken."""

    def too_much(_: bytes) -> Image.Image:
        raise AssertionError("the whole picture was decoded")

    monkeypatch.setattr(cascade, "open_picture", too_much)


# --- The first look ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("one_look")
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_page_that_is_well_takes_one_look_at_half_its_size(turn: int) -> None:
    turned = page().rotate(turn, expand=True)
    read = read_page(jpeg(turned))
    assert qrs(read) == [digits()] and read.size == turned.size and not read.blank and not read.suggested
    (exact,) = (code for code in read_codes(turned) if code.symbology == "qr")
    for (x, y), (u, v) in zip(read.codes[0].corners, exact.corners, strict=True):
        assert abs(x - u) <= 3 and abs(y - v) <= 3


@pytest.mark.usefixtures("one_look")
def test_all_codes_of_a_page_are_found_in_one_look() -> None:
    read = read_page(jpeg(glass(page(1), page(2), page(3), page(3))))
    assert sorted(qrs(read)) == sorted(digits(seed) for seed in (1, 2, 3, 3))
    assert len({code.corners for code in read.codes}) == 4


@pytest.mark.usefixtures("one_look")
def test_ticks_are_read_by_the_corners_of_the_first_look() -> None:
    form = mark_forms.pad()
    paper = mark_forms.draw(form, form)
    scan = jpeg(degrade(paper.picture, Random(3), replace(OFFICE, one_bit=0, creases=0)).convert("L"))
    found = read_page(scan).codes
    assert len(found) == 2
    picture = Image.open(io.BytesIO(scan)).convert("L")
    readings = [read_marks(picture, form, code.corners) for code in found]
    assert all(reading is not None and reading.sure for reading in readings)


def test_what_is_read_can_go_to_another_process() -> None:
    read = read_page(jpeg(page()))
    assert pickle.loads(pickle.dumps(read)) == read


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "1 bit", "colour", "progressive"])
def test_every_kind_of_picture_that_is_kept(kind: str) -> None:
    packed = io.BytesIO()
    match kind:
        case "1 bit":
            page().convert("1").save(packed, "PNG")
        case "colour":
            page().convert("RGB").save(packed, "JPEG")
        case "progressive":
            page().save(packed, "JPEG", progressive=True)
        case _:
            page().save(packed, kind, lossless=True)
    read = read_page(packed.getvalue())
    assert qrs(read) == [digits()] and read.size == A5 and open_picture(packed.getvalue()).size == A5


def test_a_page_above_the_limit_is_said_to_be() -> None:
    with pytest.raises(PageTooLarge):
        read_page(png(Image.new("1", (9000, 9000))))


# --- More than one slip -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_rescue")
def test_a_second_slip_that_is_hurt_is_looked_for_when_the_first_was_read() -> None:
    hurt = page(2)
    pen = ImageDraw.Draw(hurt)
    for y in range(150, 400, 60):
        pen.line((760, y, 1100, y + 40), fill=0, width=3)
    assert sorted(qrs(read_page(jpeg(glass(page(1), hurt))))) == sorted([digits(1), digits(2)])


@pytest.mark.usefixtures("no_rescue")
def test_a_second_slip_whose_qr_is_lost_leaves_its_number_beside_the_first() -> None:
    read = read_page(jpeg(glass(page(1), crossed(page(2)))))
    assert qrs(read) == [digits(1)]
    assert [code.text for code in read.codes if code.symbology == "code128"] == [NUMBER, NUMBER]


def test_a_code_that_was_read_is_no_spot_and_one_that_was_not_is_the_first() -> None:
    whole = glass(page(1), page(2))
    first, second = sorted((code for code in read_codes(whole) if code.symbology == "qr"), key=lambda code: code.box)
    assert spots(whole, [first.corners, second.corners], 4) == []
    left, top, right, bottom = spots(whole, [first.corners], 4)[0]
    assert left <= second.box[0] < second.box[2] <= right and top <= second.box[1] < second.box[3] <= bottom


# --- Slow ways --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("no_rescue")
@pytest.mark.parametrize("kind", ["mirrored", "negative", "dark", "small", "perspective"])
def test_pages_that_lie_or_look_otherwise(kind: str) -> None:
    match kind:
        case "mirrored":
            seen = ImageOps.mirror(page())
        case "negative":
            seen = ImageOps.invert(page())
        case "dark":
            seen = page().point([40 + level // 8 for level in range(256)])
        case "small":
            seen = page().resize((A5[0] // 2, A5[1] // 2), Image.Resampling.BOX)
        case _:
            across, down = A5
            corners = (-60, -90, 40, down + 130, across + 90, down - 10, across - 20, 70)
            seen = page().transform(A5, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR, fillcolor=90)
    read = read_page(jpeg(seen))
    assert qrs(read) == [digits()] and {code.text for code in read.codes} <= {digits(), NUMBER}


def test_a_blank_page_is_told_before_anything_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codes, "_searched", None)
    monkeypatch.setattr(cascade, "printed_number", None)
    grain = Image.frombytes("L", A5, Random(1).randbytes(A5[0] * A5[1])).point([240 + at // 20 for at in range(256)])
    assert read_page(jpeg(grain)) == PageCodes(codes=(), blank=True, size=A5)


@pytest.mark.parametrize("kind", ["text", "noise"])
def test_other_peoples_paper_ends_after_a_bounded_number_of_looks(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    looks, rescues = list[int](), list[int]()
    look = codes.look

    def counted(picture: Image.Image, **where: object) -> list[ReadCode]:
        looks.append(picture.width * picture.height)
        return look(picture, **where)  # type: ignore[arg-type]

    monkeypatch.setattr(codes, "look", counted)

    def nothing(part: Image.Image) -> list[object]:
        rescues.append(part.width * part.height)
        return []

    monkeypatch.setattr(rescue, "decode", nothing)
    if kind == "noise":
        seen = Image.frombytes("L", A5, Random(1).randbytes(A5[0] * A5[1]))
    else:
        seen = Image.new("L", A5, 255)
        for line in range(60):
            ImageDraw.Draw(seen).text((60, 25 * line), "A discharge summary of another hospital " * 4, fill=0)
    read = read_page(jpeg(seen))
    assert not read.codes and not read.blank and not read.suggested
    assert len(looks) < 60 and sum(looks) < 25 * A5[0] * A5[1]
    assert len(rescues) <= 4 and max(rescues) <= 640 * 640


# --- The rescue decoder -----------------------------------------------------------------------------------------------


def test_what_the_rescue_decoder_finds_is_told_in_the_pages_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = page()
    gone.paste(Image.effect_noise((300, 300), 120), (780, 120))

    def found(part: Image.Image) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
        asked.append(part.size)
        return [("a text", ((0.0, 0.0), (9.6, 0.0), (9.6, 9.6), (0.0, 9.6)))] if len(asked) == 1 else []

    asked: list[tuple[int, int]] = []
    monkeypatch.setattr(rescue, "decode", found)
    read = read_page(png(gone))
    (code,) = (code for code in read.codes if code.symbology == "qr")
    first = spots(gone, [], 1)[0]
    assert code.text == "a text" and code.corners[0] == first[:2]
    assert code.corners[2][0] - code.corners[0][0] in (10, 11)


def test_without_its_models_the_rescue_decoder_is_never_made(monkeypatch: pytest.MonkeyPatch) -> None:
    rescue._detector.cache_clear()
    monkeypatch.setattr(rescue, "_models", lambda: None)
    loaded = "cv2" in sys.modules
    assert rescue.decode(page()) == [] and not rescue.installed()
    assert ("cv2" in sys.modules) == loaded
    rescue._detector.cache_clear()


def test_a_rescue_decoder_that_fails_leaves_the_page_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def detectAndDecode(self, _: object) -> None:
            raise MemoryError

    monkeypatch.setattr(rescue, "_detector", Broken)
    assert rescue.decode(page()) == []


@pytest.mark.skipif(not rescue.installed(), reason="requirements-rescue.txt is not installed")
def test_the_rescue_decoder_reads_a_code_that_was_crossed_out() -> None:
    hurt = page()
    pen = ImageDraw.Draw(hurt)
    for y in (170, 240, 310, 380):
        pen.line((770, y, 1090, y + 12), fill=30, width=5)
    assert qrs(read_page(jpeg(hurt))) == [digits()]


# --- Bars and the printed number --------------------------------------------------------------------------------------


def test_on_views_that_were_changed_bars_count_only_as_a_slips_number() -> None:
    box = (0, 0, 10, 10)
    seen = [ReadCode(text=text, symbology="code128", box=box) for text in ("U0700686281", SLIP.text, "10100012345")]
    qr = ReadCode(text="https://example.org", symbology="qr", box=box)
    assert codes._numbers([*seen, qr]) == [seen[1], qr]


def test_digits_are_those_of_the_font_that_slips_are_printed_in() -> None:
    font = ImageFont.truetype(str(BOLD), 200)
    for digit in range(10):
        glyph = Image.new("L", (300, 300))
        ImageDraw.Draw(glyph).text((60, 20), str(digit), fill=255, font=font)
        assert printed._digit(glyph.crop(glyph.getbbox())) == str(digit)


def bare(slip: PrintedSlip, paper: str = "a5", dpi: int = 200) -> Image.Image:
    """A slip as it is printed, its codes covered by something pale."""
    seen = next(rasters(render_slips([slip], examples.HOSPITAL, paper=paper), dpi)).convert("L")
    for code in read_codes(seen):
        left, top, right, bottom = code.box
        seen.paste(225, (left - 8, top - 8, right + 8, bottom + 8))
    return seen


@pytest.fixture(scope="module")
def numbered() -> Iterator[Image.Image]:
    plain = examples.plain()
    yield bare(replace(plain, slip=replace(plain.slip, number=SLIP)))


@pytest.mark.parametrize("turn", [0, 2, 90, 177, 180, 270])
def test_where_the_codes_are_gone_the_printed_number_is_suggested(numbered: Image.Image, turn: int) -> None:
    read = read_page(jpeg(numbered.rotate(turn, Image.Resampling.BILINEAR, expand=turn % 90 == 0, fillcolor=255)))
    assert read.suggested == SLIP.text and not read.codes and not read.blank


def test_no_other_number_of_a_slip_is_suggested() -> None:
    full = examples.full()
    seen = bare(replace(full, slip=replace(full.slip, number=SLIP)))
    assert read_page(jpeg(seen)).suggested == SLIP.text
    ImageDraw.Draw(seen).rectangle((0, 0, seen.width, seen.height * 2 // 5), fill=255)
    assert read_page(jpeg(seen)).suggested == ""


def test_a_number_whose_check_digits_are_off_is_not_suggested() -> None:
    seen = Image.new("L", A5, 255)
    font = ImageFont.truetype(str(BOLD), 64)
    for at, text in enumerate(("101 000 123 45", "10400003120731", "104 0000312 07 31", "98100 12345 9")):
        ImageDraw.Draw(seen).text((90, 200 + 200 * at), text, fill=0, font=font)
    assert read_page(jpeg(seen)).suggested == ""


def test_a_read_number_needs_no_suggestion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cascade, "printed_number", None)
    monkeypatch.setattr(cascade, "is_number", lambda code: code.text == NUMBER)
    gone = page()
    gone.paste(255, (760, 100, 1100, 440))
    assert [code.text for code in read_page(jpeg(gone)).codes] == [NUMBER]
