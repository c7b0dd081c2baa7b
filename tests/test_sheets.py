"""Sheets of one slip, as they come out: read back from the picture, in every language, with every kind of slip."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from fallback.errors import FieldWrong, LayoutWrong, SlipNumberWrong, SlipUnknown
from fallback.hospital import Hospital
from fallback.language import rupees
from fallback.payload import CodeOutcome, judge
from fallback.printing import PrintedSlip, examples, render_sheet
from fallback.printing.examples import HOSPITAL
from fallback.printing.layout import layout, load
from fallback.printing.layout.file import BUNDLED
from fallback.printing.money import rupees_in_words
from fallback.printing.raster import rasters
from fallback.printing.sheet import Box
from fallback.printing.sheets import draw_sheet
from fallback.printing.slips import slip_form
from fallback.slip import FeeStatus, Sample, SlipNumber, number_on
from fallback.web import onebox
from tests.backlog import HOSPITAL as BACKLOG_HOSPITAL, Backlog

SHEETS = examples.sheets()
LABELS = ("sticker-24", "sticker-40", "label-50x25")
MINE = ("slip-roll", *LABELS, "wristband", "receipt", "token", "referral")
LANGUAGES = ("both", "en", "hi")
EDGES = {"label-50x25": 1.5, "wristband": 1.3, "token": 2.4}  # mm
FORMATS = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])


def pictures(pdf: bytes, dpi: int = 203) -> Iterator[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            yield page.render(scale=dpi / 72, grayscale=True).to_pil()


def codes_in(pdf: bytes) -> list[str]:
    """The text of every code, as often as it stands there."""
    return sorted(code.text for picture in pictures(pdf) for code in zxingcpp.read_barcodes(picture, formats=FORMATS))


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        texts = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(texts).replace("\ufffe", "").split())


def overprinted(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    solid = [box for box in boxes if box.kind != "code"]
    return [(one, other) for one, other in itertools.combinations(solid, 2) if one.meets(other)]


def size_of(name: str) -> tuple[float, float]:
    return layout(name, HOSPITAL).size or (210.0, 297.0)


def outside(name: str, boxes: Sequence[Box]) -> list[Box]:
    """What was inked nearer to the paper's edge than the printer of such paper can print."""
    width, height = size_of(name)
    edge = EDGES.get(name, 3.0)
    ink = [box for box in boxes if box.kind != "slot"]
    return [
        box for box in ink if min(box.left, box.top) < edge or box.right > width - edge or box.bottom > height - edge
    ]


def wanted_codes(name: str, printed: PrintedSlip) -> list[str]:
    number = printed.slip.number
    match name:
        case "token":
            return []
        case "sticker-24" | "sticker-40" | "label-50x25":
            return [Sample(number, 1).text]
        case "wristband" | "receipt":
            return [number.text]
        case "card" | "referral" | "slip-a5-one":
            return sorted([printed.digits, number.text])
        case "pad":
            return sorted([printed.digits, number.text, number.text])
        case _:
            return sorted([printed.digits, number.text] * 2)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", MINE)
def test_codes_are_read_back_and_nothing_lies_on_anything(name: str, language: str) -> None:
    for example, printed in SHEETS[name].items():
        pdf, boxes = draw_sheet(name, [printed], HOSPITAL, language=language)
        assert codes_in(pdf) == wanted_codes(name, printed), example
        assert overprinted(boxes) == [], example
        assert outside(name, boxes) == [], example
        cut = [box.text for box in boxes if box.cut]
        assert not cut or (example == "full" and name in LABELS), "a name of 108 letters is too long for a tube"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(set(SHEETS) - set(MINE)))
def test_the_other_sheets_in_every_language_too(name: str, language: str) -> None:
    for example, printed in SHEETS[name].items():
        pdf, boxes = draw_sheet(name, [printed], HOSPITAL, language=language)
        assert overprinted(boxes) == [], example
        assert outside(name, boxes) == [], example
        if language == "both":
            assert codes_in(pdf) == wanted_codes(name, printed), example


@pytest.mark.parametrize("letter", ["W", "क्ष्म्य", "i"])
@pytest.mark.parametrize("name", MINE)
def test_texts_of_300_letters_never_overprint(name: str, letter: str) -> None:
    text = "".join(letter if place % 11 else " " for place in range(1, 301))
    full = SHEETS["slip-roll"]["full"]
    patient = replace(full.slip.patient, name=text, name_hindi=text, guardian=text, locality=text, district=text)
    visit = replace(full.slip.visit, medico_legal_number=text, clinic=9)
    slip = replace(full.slip, patient=patient, visit=visit, reason=text, uhid=text, sealed=b"\x01", drill=True)
    printed = replace(full, slip=slip, desk_name=text, receipt=text)
    pdf, boxes = draw_sheet(name, [printed], HOSPITAL)
    assert overprinted(boxes) == []
    assert outside(name, boxes) == []
    assert codes_in(pdf) == wanted_codes(name, printed)


def test_texts_are_copied_out() -> None:
    plain, full = SHEETS["token"]["plain"], SHEETS["token"]["full"]
    roll = text_of(render_sheet("slip-roll", [full], HOSPITAL))
    for wanted in (
        full.slip.patient.name, full.slip.patient.name_hindi, "999 999 999 96", "ZZ-1947", "कान, नाक व गला रोग",
        "312 B",
        "28-02-1951 · Female महिला", "XXXXXX2345", "106543217", "101 000 123 84", "A-000123", "MLC/2026/11/00417",
        "CORRECTED r2", "REPRINT 3 (23-11-2026 14:15, asha)", "r2 replaces 9c41d07e", "This paper fades",
        "यह काग़ज़ फीका पड़ता है",
        "Seen · देखा", "tear here · यहाँ से फाड़ें", "Patient's copy", "अस्पताल की प्रति",
    ):  # fmt: skip
        assert wanted in roll, wanted
    receipt = text_of(render_sheet("receipt", [plain], HOSPITAL))
    for wanted in ("A-000123", "101 000 123 84", "₹10", "Rupees ten only · दस रुपये मात्र", "Paid", "OPD 1", "लिपिक"):
        assert wanted in receipt, wanted
    token = text_of(render_sheet("token", [full], HOSPITAL))
    for wanted in (
        "ZZ-1947",
        "312 B",
        "Ear, Nose and Throat",
        "999 999 999 96",
        "REPRINT 3",
        "CORRECTED r2",
        "Come at",
    ):
        assert wanted in token, wanted
    band = text_of(render_sheet("wristband", [full], HOSPITAL))
    for wanted in (full.slip.patient.name, "*1951 F", "999 999 999 96", "106543217", "MLC", "ALIAS", "EMERGENCY"):
        assert wanted in band, wanted
    referral = text_of(render_sheet("referral", [plain], HOSPITAL))
    for wanted in (
        "From clinic",
        "कान, नाक व गला रोग · Ear, Nose and Throat",
        "To department",
        "Urgent · तुरंत",
        "Doctor's name",
    ):
        assert wanted in referral, wanted


@pytest.mark.parametrize("name", MINE)
def test_states_are_seen_in_every_language(name: str) -> None:
    for language, word in (("both", "DRILL"), ("en", "DRILL"), ("hi", "अभ्यास")):
        assert word in text_of(render_sheet(name, [SHEETS[name]["drill"]], HOSPITAL, language=language))
        plain = text_of(render_sheet(name, [SHEETS[name]["plain"]], HOSPITAL, language=language))
        assert "DRILL" not in plain and "अभ्यास" not in plain and "REPRINT" not in plain


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(SHEETS))
def test_a_discreet_clinic_and_a_mobile_stay_unsaid(name: str, language: str) -> None:
    discreet = replace(HOSPITAL, clinics=tuple(replace(clinic, discreet=True) for clinic in HOSPITAL.clinics))
    for printed in SHEETS[name].values():
        text = text_of(render_sheet(name, [printed], discreet, language=language))
        for unsaid in ("Nose", "Throat", "नाक", "गला", "ENT ", "Unit II", "Casualty", "CAS", "आपात विभाग"):
            assert unsaid not in text.replace("Casualty slip", "").replace("आपात विभाग पर्ची", ""), unsaid
        digits = printed.slip.patient.mobile
        assert not digits or (digits not in re.sub(r"[\s-]", "", text) and digits not in text)
        assert not re.search(r"(?<!\d)\d{4}[ -]?\d{4}[ -]?\d{4}(?!\d)", text.replace("91-2345-6789-0123", ""))
        bars = {Sample(printed.slip.number, 1).text, printed.slip.number.text, printed.digits}
        assert set(wanted_codes(name, printed)) <= bars


def test_stickers_begin_where_the_sheet_is_free_and_go_on() -> None:
    plain = SHEETS["sticker-24"]["plain"]
    pdf, boxes = draw_sheet("sticker-24", [plain], HOSPITAL, tubes=range(3, 7), skip=22)
    number = plain.slip.number
    assert codes_in(pdf) == [Sample(number, tube).text for tube in (3, 4, 5, 6)]
    bars = [box for box in boxes if box.kind == "code"]
    assert [box.page for box in bars] == [1, 1, 2, 2]
    assert bars[0].left > 70 and bars[0].top > 259 and bars[1].left > 140 and bars[2].left < 70 and bars[2].top < 37
    pdf, boxes = draw_sheet("sticker-40", [plain], HOSPITAL, tubes=range(1, 41))
    assert codes_in(pdf) == [Sample(number, tube).text for tube in range(1, 41)]
    assert {box.page for box in boxes} == {1}
    labels = render_sheet("label-50x25", [plain, SHEETS["sticker-24"]["full"]], HOSPITAL, tubes=(1, 2))
    assert len(list(pictures(labels, 40))) == 4


def test_the_telephone_is_on_every_sheet_however_long_the_addresses() -> None:
    hospital = replace(
        HOSPITAL,
        address="Hospital Marg, Kasturba Nagar, New Delhi 110003",
        address_hindi="अस्पताल मार्ग, कस्तूरबा नगर, नई दिल्ली 110003",
    )
    for name in ("receipt", "referral"):
        assert hospital.phone in text_of(render_sheet(name, [SHEETS[name]["plain"]], hospital)), name


def test_a_sticker_and_a_tube_that_there_is_not() -> None:
    plain = [SHEETS["sticker-24"]["plain"]]
    for wrong in ({"skip": 24}, {"skip": -1}, {"tubes": [0]}, {"tubes": [100]}):
        with pytest.raises(FieldWrong):
            render_sheet("sticker-24", plain, HOSPITAL, **wrong)
    with pytest.raises(ValueError, match="no slip"):
        render_sheet("sticker-24", [], HOSPITAL)


@pytest.mark.parametrize(("name", "pitch"), [("sticker-24", (3, 8, 70, 37)), ("sticker-40", (4, 10, 52.5, 29.7))])
def test_a_sticker_s_ink_keeps_to_its_sticker(name: str, pitch: tuple[int, int, float, float]) -> None:
    across, down, wide, high = pitch
    slips = [SHEETS[name]["full"]] * (across * down)
    _, boxes = draw_sheet(name, slips, HOSPITAL)
    top = (297 - down * high) / 2
    seen = set()
    for box in boxes:
        if box.kind != "slot":
            place = (int(box.left // wide), int((box.top - top) // high))
            assert place == (int(box.right // wide), int((box.bottom - top) // high)), box
            assert box.left % wide >= 4 and box.right % wide <= wide - 4
            seen.add(place)
    assert len(seen) == across * down


@pytest.mark.parametrize(
    ("name", "wide", "least"), [("sticker-24", 70, 0.33), ("sticker-40", 52.5, 0.25), ("label-50x25", 50, 0.25)]
)
def test_the_bars_of_a_tube_are_what_the_strictest_analyser_wants(name: str, wide: float, least: float) -> None:
    _, boxes = draw_sheet(name, [SHEETS[name]["plain"]], HOSPITAL)
    code = next(box for box in boxes if box.kind == "code")
    assert (code.right - code.left) / 123 >= least
    assert code.bottom - code.top >= 10
    assert code.left >= 5 and code.right <= wide - 5
    beside = [box for box in boxes if box.kind == "text" and box.bottom > code.top and box.top < code.bottom]
    assert beside == []


def test_a_wristband_s_ends_stay_clear() -> None:
    for printed in SHEETS["wristband"].values():
        _, boxes = draw_sheet("wristband", [printed], HOSPITAL)
        assert min(box.left for box in boxes) >= 75 and max(box.right for box in boxes) <= 205
        name = next(box for box in boxes if box.text.startswith(printed.slip.patient.name[:8]))
        assert name.bottom - name.top >= 2


def test_the_roll_prints_72_mm_and_its_code_is_far_from_the_torn_line() -> None:
    _, boxes = draw_sheet("slip-roll", [SHEETS["slip-roll"]["full"]], HOSPITAL)
    assert min(box.left for box in boxes) >= 4 and max(box.right for box in boxes) <= 76
    tear = 150.4
    codes = [box for box in boxes if box.kind == "code" and box.text == "qr"]
    assert len(codes) == 2
    assert all(box.right - box.left >= 35 and abs(tear - (box.top + box.bottom) / 2) > 15 + 20 for box in codes)
    form = slip_form(SHEETS["slip-roll"]["plain"], HOSPITAL, paper="roll")
    assert form is not None and {"outcome.seen", "days.3"} <= {box.name for box in form.boxes}


def test_a_void_on_the_roll_says_so_in_both_parts_and_sends_nobody_anywhere() -> None:
    text = text_of(render_sheet("slip-roll", [SHEETS["slip-roll"]["void"]], HOSPITAL))
    assert text.count("Reason · कारण: गलत विभाग: wrong clinic") == 2
    assert "Not seen" not in text


def test_a_receipt_says_what_was_received() -> None:
    plain = SHEETS["receipt"]["plain"]
    for status, rupees_paid, words in (
        (FeeStatus.PAID, 1250, "Rupees one thousand two hundred and fifty only"),
        (FeeStatus.EXEMPT, 0, "Rupees zero only"),
        (FeeStatus.LATER, 0, "Rupees zero only"),
    ):
        visit = replace(plain.slip.visit, fee=1250, fee_status=status)
        printed = replace(plain, slip=replace(plain.slip, visit=visit), payment=None)
        text = text_of(render_sheet("receipt", [printed], HOSPITAL, language="en"))
        assert words in text and f" {rupees(rupees_paid)} " in f" {text} "
    later = replace(
        plain, slip=replace(plain.slip, visit=replace(plain.slip.visit, fee=1250, fee_status=FeeStatus.LATER))
    )
    text = text_of(render_sheet("receipt", [later], HOSPITAL, language="en"))
    assert "₹1250 · Paid" in text and "Card · 482913" in text and "B-0471" in text, "it was paid since"


@pytest.mark.parametrize(
    ("amount", "figures", "english", "hindi"),
    [
        (0, "₹0", "Rupees zero only", "शून्य रुपये मात्र"),
        (1, "₹1", "Rupee one only", "एक रुपया मात्र"),
        (19, "₹19", "Rupees nineteen only", "उन्नीस रुपये मात्र"),
        (42, "₹42", "Rupees forty-two only", "बयालीस रुपये मात्र"),
        (100, "₹100", "Rupees one hundred only", "एक सौ रुपये मात्र"),
        (209, "₹209", "Rupees two hundred and nine only", "दो सौ नौ रुपये मात्र"),
        (1_000, "₹1,000", "Rupees one thousand only", "एक हज़ार रुपये मात्र"),
        (20_005, "₹20,005", "Rupees twenty thousand and five only", "बीस हज़ार पाँच रुपये मात्र"),
        (
            99_999,
            "₹99,999",
            "Rupees ninety-nine thousand nine hundred and ninety-nine only",
            "निन्यानवे हज़ार नौ सौ निन्यानवे रुपये मात्र",
        ),
        (1_00_000, "₹1,00,000", "Rupees one lakh only", "एक लाख रुपये मात्र"),
    ],
)
def test_rupees(amount: int, figures: str, english: str, hindi: str) -> None:
    assert rupees(amount) == figures
    assert rupees_in_words(amount) == (english, hindi)


def test_every_amount_has_words_of_its_own() -> None:
    said = [rupees_in_words(amount) for amount in range(100_001)]
    for language in (0, 1):
        assert len({words[language] for words in said}) == 100_001
    for wrong in (-1, 99_99_999 + 1):
        with pytest.raises(ValueError, match="no words"):
            rupees_in_words(wrong)


def test_a_sample_s_number_and_back() -> None:
    number = SlipNumber(101, 123)
    sample = Sample(number, 2)
    assert sample.text == "1010001238402" and sample.grouped == "101 000 123 84 · 02"
    assert Sample.parse(sample.text) == Sample.parse("101 000 123 84 - ०२") == Sample.parse(sample.grouped) == sample
    assert number_on(sample.text) == number_on(number.text) == number
    for wrong in ("1010001238400", "1010001238502", "10100012384", "10100012384021", "", "101000123840a", "１" * 13):
        with pytest.raises(SlipNumberWrong):
            Sample.parse(wrong)
    for tube in (0, 100, -1):
        with pytest.raises(SlipNumberWrong):
            Sample(number, tube)


def test_a_scanned_sticker_leads_to_its_slip() -> None:
    number = SlipNumber(101, 123)
    for tube in (1, 42, 99):
        judged = judge(Sample(number, tube).text, None)
        assert (judged.outcome, judged.number) == (CodeOutcome.NUMBER_ONLY, number)
    for foreign in (number.text + "00", "1010001238502", "4006381333931", number.text + "012"):
        assert judge(foreign, None).outcome is CodeOutcome.FOREIGN


def test_a_sticker_in_the_one_box(tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "data", 1)

    def look(typed: str, hospital: Hospital = BACKLOG_HOSPITAL) -> onebox.Found:
        return onebox.Box(backlog.ledger.db(), hospital, backlog.keys).look(typed).found

    slip = backlog.issue()
    scanned = Sample(slip.number, 7).text
    assert look(scanned) == onebox.Known(slip.number)
    unknown = Sample(SlipNumber(7, 77), 1)
    with pytest.raises(SlipUnknown, match="007 000 077"):
        look(unknown.text)
    thirteen = replace(BACKLOG_HOSPITAL, uhid_pattern="[0-9]{13}")
    assert look(scanned, thirteen) == onebox.Known(slip.number)
    assert look(unknown.text, thirteen) == onebox.Nobody("uhid", unknown.text)
    with pytest.raises(FieldWrong):
        look("4006381333931")
    backlog.ledger.close()


def test_large_print_is_large_and_a_good_layout() -> None:
    found = load(BUNDLED / "examples" / "large-print" / "slip-a4.toml")
    assert found.label >= 9 and found.value >= 13
    for box in next(part for part in found.parts if part.name == "patient").boxes:
        if box.draw in ("row", "plain", "value"):
            assert (box.type or found.value) >= 13 and (box.label or found.label) >= 9
    mine = replace(HOSPITAL, layouts=BUNDLED / "examples" / "large-print")
    for printed in SHEETS["slip-a4"].values():
        pdf, boxes = draw_sheet("slip-a4", [printed], mine)
        assert overprinted(boxes) == []
        assert [box.text for box in boxes if box.cut] == []
        assert codes_in(pdf) == wanted_codes("slip-a4", printed)


def test_the_bars_of_an_a4_have_the_five_dots_a_module_that_a_dot_matrix_needs() -> None:
    _, boxes = draw_sheet("slip-a4", [examples.plain()], HOSPITAL)
    for box in boxes:
        if box.kind == "code" and box.text == "bars" and box.page == 1:
            assert box.right - box.left == pytest.approx(112 * 5 * 25.4 / 300)


@pytest.mark.parametrize(
    ("name", "drop", "need"),
    [
        ("receipt", 'draw = "again"', "again"),
        ("receipt", 'field = "amount"', "amount"),
        ("receipt", 'fields = ["receipt"]', "receipt"),
        ("token", 'draw = "tags"', "tags"),
        ("sticker-24", 'field = "age_sex"', "age_sex"),
        ("sticker-40", "number = true", "number"),
        ("wristband", 'draw = "bars"', "bars"),
        ("referral", 'draw = "qr"', "qr"),
    ],
)
def test_what_the_account_needs_cannot_be_left_out(tmp_path: Path, name: str, drop: str, need: str) -> None:
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    assert drop in text
    head, *boxes = text.replace("number = true", "").split("  [[part.box]]\n")
    file = tmp_path / f"{name}.toml"
    file.write_text("  [[part.box]]\n".join([head, *(box for box in boxes if drop not in box)]), encoding="utf-8")
    with pytest.raises(LayoutWrong, match=f"no box with {need}"):
        load(file)


def test_bars_that_are_too_narrow_for_13_digits_are_refused(tmp_path: Path) -> None:
    text = (BUNDLED / "label-50x25.toml").read_text(encoding="utf-8")
    file = tmp_path / "label-50x25.toml"
    file.write_text(text.replace("size = [45, 13.8]", "size = [34, 13.8]"), encoding="utf-8")
    with pytest.raises(LayoutWrong, match=r"needs 35\.8 by 13\.8 mm"):
        load(file)


@pytest.mark.parametrize("example", ["plain", "full", "drill", "unknown", "void"])
def test_a_slip_for_the_roll_has_no_ink_beyond_the_576_dots_of_its_printer(example: str) -> None:
    pdf = render_sheet("slip-roll", [examples.sheets()["slip-roll"][example]], HOSPITAL)
    for page in rasters(pdf, 203):
        ink = page.point(lambda grey: 255 if grey < 128 else 0).getbbox()
        assert ink is not None and ink[2] - ink[0] <= 576
