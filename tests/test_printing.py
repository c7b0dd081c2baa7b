"""The paper going out: what is printed is read back from the rendered picture, and nothing lies on anything else."""

import hashlib
import itertools
import random
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from hypothesis import given, settings, strategies as st
from PIL import Image

from fallback.errors import CodeNotDigits, CodeTooLong
from fallback.hospital import Hospital
from fallback.printing import Column, PrintedSlip, Report, Reprint, Table, examples, render_report, render_slips
from fallback.printing.codes import DOT, QR_LIMIT, QR_SLOT, code128, qr
from fallback.printing.examples import HOSPITAL
from fallback.printing.layout import names
from fallback.printing.layout.file import BUNDLED
from fallback.printing.layout.rules import FROM_TEAR
from fallback.printing.pads import draw_pads
from fallback.printing.report import draw_report
from fallback.printing.sheet import Box
from fallback.printing.slips import draw_slips, slip_form
from fallback.printing.typesetting import BOLD, REGULAR, clean, clusters, fit, shape
from fallback.slip import Kind, Patient, SlipNumber
from fallback.states import STATES, state

SIZES = {"a4": (210.0, 297.0), "a4-half": (297.0, 210.0), "a5": (148.0, 210.0), "a5-one": (148.0, 210.0)}
PAPERS = tuple(SIZES)
TEAR = 198.0  # mm from the top of an A4: the patient's copy above it
STUB, PAD_HIGH = 66.0, 148.5  # mm: where a pad is torn
ROOT = Path(__file__).parent.parent
DPI = 200
HARD_NAMES = (
    "क्षत्रिय",
    "श्रीमती",
    "प्रार्थना",
    "राष्ट्रीय",
    "ज्ञानेश्वर",
    "दुर्गाप्रसाद",
    "लक्ष्मीनारायण",
    "कृष्णमूर्ति",
    "विश्वेश्वरय्या",
    "सिद्धार्थ",
    "ऋत्विक",
    "उज्ज्वला",
)
EXAMPLES = (examples.plain, examples.full, examples.drill, examples.empty, examples.void)


def pictures(pdf: bytes, dpi: int = DPI) -> list[Image.Image]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [document[place].render(scale=dpi / 72).to_pil() for place in range(len(document))]


def text_of(pdf: bytes, page: int = 0, *, bottom: float | None = None, top: float | None = None) -> str:
    """The page's text as it is copied out, between two heights in points from the bottom; white space made one."""
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[page].get_textpage().get_text_bounded(bottom=bottom, top=top)
    return " ".join(text.replace("\ufffe", "").split())


def codes_in(picture: Image.Image) -> list[tuple[str, str, float, float]]:
    """(symbology, text, top, bottom) of every code, the heights in mm from the top edge."""
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
    found = []
    for code in zxingcpp.read_barcodes(picture, formats=formats):
        place = code.position
        heights = [point.y for point in (place.top_left, place.top_right, place.bottom_left, place.bottom_right)]
        scale = 25.4 / DPI
        kind = "qr" if code.format == zxingcpp.BarcodeFormat.QRCode else "bars"
        found.append((kind, code.text, min(heights) * scale, max(heights) * scale))
    return sorted(found, key=lambda one: one[2])


def overprinted(boxes: Sequence[Box]) -> list[tuple[Box, Box]]:
    """Pairs of texts, or a text and a code's quiet zone, that lie on each other."""
    solid = [box for box in boxes if box.kind != "code"]
    return [(one, other) for one, other in itertools.combinations(solid, 2) if one.meets(other)]


def outside(boxes: Sequence[Box], width: float, height: float, edge: float = 3.0) -> list[Box]:
    return [
        box
        for box in boxes
        if box.left < edge or box.top < edge or box.right > width - edge or box.bottom > height - edge
    ]


@pytest.mark.parametrize("example", EXAMPLES)
def test_both_halves_of_an_a4_are_read_exactly(example: object) -> None:
    printed = example()  # type: ignore[operator]
    found = codes_in(pictures(render_slips([printed], HOSPITAL))[0])
    upper = {(kind, text) for kind, text, _, bottom in found if bottom < TEAR}
    lower = {(kind, text) for kind, text, top, _ in found if top > TEAR}
    assert upper == lower == {("qr", printed.digits), ("bars", printed.slip.number.text)}
    for _, _, top, bottom in found:
        assert bottom <= TEAR - 15 or top >= TEAR + 15


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_page_of_an_a5_and_every_card_is_read_exactly(example: object) -> None:
    printed = example()  # type: ignore[operator]
    pages = pictures(render_slips([printed], HOSPITAL, paper="a5"))
    assert len(pages) == 2 + printed.card
    for page in pages:
        assert {code[:2] for code in codes_in(page)} == {("qr", printed.digits), ("bars", printed.slip.number.text)}


@pytest.mark.parametrize("example", EXAMPLES)
def test_codes_keep_their_distance_from_the_tear_line_and_their_size(example: object) -> None:
    _, boxes = draw_slips([example()], HOSPITAL)  # type: ignore[operator]
    codes = [box for box in boxes if box.page == 1 and box.kind == "slot"]
    assert len(codes) == 4
    for box in codes:
        assert box.bottom <= TEAR - 15 or box.top >= TEAR + 15 - 0.1
    squares = [box for box in boxes if box.kind == "code" and box.text == "qr"]
    assert all(min(box.right - box.left, box.bottom - box.top) >= 35 for box in squares)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_is_overprinted_or_off_the_page(example: object, paper: str) -> None:
    _, boxes = draw_slips([example()], HOSPITAL, paper=paper)  # type: ignore[operator]
    assert overprinted(boxes) == []
    assert outside(boxes, *SIZES[paper]) == []
    assert [box.text for box in boxes if box.cut] == []


def monster(letter: str, count: int) -> PrintedSlip:
    """A slip whose every text is as long as `count`, of words of ten letters (or one word without a space)."""
    text = "".join(letter if place % 11 else " " for place in range(1, count + 1))
    full = examples.full()
    patient = replace(
        full.slip.patient, name=text, name_hindi=text, guardian=text, locality=text, district=text, scheme_id=text
    )
    visit = replace(full.slip.visit, booking=text, medico_legal_number=text, clinic=9)
    slip = replace(full.slip, patient=patient, visit=visit, reason=text, uhid=text, sealed=b"\x01", drill=True)
    return replace(full, slip=slip, desk_name=text, receipt=text)


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("letter", ["W", "क्ष्म्य", "ठ्ठू", "ট", "i", "र्ऐं"])
def test_texts_of_300_letters_never_overprint(letter: str, paper: str) -> None:
    for kind in (Kind.OPD, Kind.VOID):
        printed = monster(letter, 300)
        printed = replace(printed, slip=replace(printed.slip, kind=kind))
        pdf, boxes = draw_slips([printed], HOSPITAL, paper=paper)
        assert overprinted(boxes) == []
        assert outside(boxes, *SIZES[paper]) == []
        assert any(box.cut and box.text.endswith("…") for box in boxes)
        assert {code[1] for code in codes_in(pictures(pdf)[0])} == {printed.digits, printed.slip.number.text}


def test_names_of_120_letters_are_whole() -> None:
    name = ("Venkatanarasimharajuvaripeta " * 5)[:120]
    hindi = ("वेंकटनरसिंहराजुवारिपेटा " * 6)[:120]
    patient = replace(examples.plain().slip.patient, name=name, name_hindi=hindi, guardian=name, locality=name)
    printed = replace(examples.plain(), slip=replace(examples.plain().slip, patient=patient))
    for paper in PAPERS:
        pdf, boxes = draw_slips([printed], HOSPITAL, paper=paper)
        assert [box.text for box in boxes if box.cut and box.page == 1] == []
        assert clean(name) in text_of(pdf) and clean(hindi) in text_of(pdf)


SHOWN = (
    "सर्वोदय आयुर्विज्ञान संस्थान, नई दिल्ली",
    "Sarvodaya Institute of Medical Sciences, New Delhi",
    "999 999 999 96",
    "ZZ-1947",
    "23-11-2026 09:41",
    "Ear, Nose and Throat",
    "कान, नाक व गला रोग",
    "312 B",
    "Unit II",
    "28-02-1951 · Female महिला",
    "Husband · पति",
    "ज्ञानेश्वर Lakshminarayanan",
    "XXXXXX2345",
    "राष्ट्रीय राजमार्ग के पास",
    "दादरा और नगर हवेली तथा दमन और दीव, 201301",
    "PM-JAY · आयुष्मान भारत",
    "P4QX7K2LM",
    "91-2345-6789-0123",
    "106543217",
    "101 000 123 84",
    "ORS-2026-448812",
    "MLC/2026/11/00417",
    "101 007 001 14",
    "103 000 088 27",
    "₹10 · Exempt · शुल्क माफ़",
    "A-000123",
    "OPD 1",
    "EMERGENCY",
    "MLC",
    "ALIAS",
    "PROVISIONAL",
    "CORRECTED r2",
    "REPRINT 3 (23-11-2026 14:15, asha)",
    "r2 replaces 9c41d07e",
    "signed by desk series 102",
    "… shorter in the code: Name, Name in Hindi, Father / husband, Locality",
    "OPD slip",
    "बाह्य रोगी पर्ची",
)


def test_every_field_is_copied_out_of_both_halves_exactly() -> None:
    printed = examples.full()
    pdf = render_slips([printed], HOSPITAL)
    tear = (297 - TEAR) * 72 / 25.4
    patient = printed.slip.patient
    for half in (text_of(pdf, bottom=tear), text_of(pdf, top=tear)):
        for wanted in (*SHOWN, patient.name, patient.name_hindi, patient.district):
            assert wanted in half, wanted
    for half in (text_of(pdf, bottom=tear), text_of(pdf, top=tear)):
        assert "The name was spelt wrongly" in half
    a5 = render_slips([printed], HOSPITAL, paper="a5")
    for page in (0, 1):
        for wanted in (*SHOWN, patient.name, patient.name_hindi, patient.district):
            assert wanted in text_of(a5, page), wanted


@pytest.mark.parametrize("name", HARD_NAMES)
@pytest.mark.parametrize("font", [REGULAR, BOLD])
def test_hard_names_are_shaped_and_copied_out(name: str, font: str) -> None:
    line = shape(name, font)
    assert line.missing == 0
    assert len(line.runs) == 1
    patient = Patient(name="Kumar", name_hindi=f"{name} कुमार")
    printed = replace(examples.plain(), slip=replace(examples.plain().slip, patient=patient))
    assert f"{name} कुमार" in text_of(render_slips([printed], HOSPITAL))


def test_conjuncts_take_fewer_glyphs_and_less_room_than_their_letters() -> None:
    for name in ("क्षत्रिय", "श्रीमती", "राष्ट्रीय", "ज्ञानेश्वर"):
        run = shape(name).runs[0]
        assert len(run.shaped) < len(name)
        assert run.width < sum(shape(letter).width for letter in name)


def test_a_letter_that_the_font_lacks_is_seen_as_missing_and_still_copied_out() -> None:
    assert shape("রহিম 😀").missing == 5
    patient = Patient(name="রহিম Khan")
    printed = replace(examples.plain(), slip=replace(examples.plain().slip, patient=patient))
    assert "রহিম Khan" in text_of(render_slips([printed], HOSPITAL))


def test_control_and_direction_marks_are_not_drawn() -> None:
    assert clean("Ra\u202eme\x00sh\u200f\tKu\nmar\ufeff ") == "Ramesh Ku mar"
    assert clean("क्\u200dष") == "क्\u200dष"
    assert clusters("क्षत्रिय") == ["क्ष", "त्रि", "य"]


_LETTERS = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from("कखर्ा़िीुेंः्  WMij")), max_size=80)


@settings(max_examples=150, deadline=None)
@given(text=_LETTERS, width=st.floats(30, 300), height=st.floats(14, 60), largest=st.floats(8, 40))
def test_a_text_never_leaves_its_box(text: str, width: float, height: float, largest: float) -> None:
    found = fit(text, width, height, font=REGULAR, largest=largest, smallest=6)
    for line, down in found.lines:
        assert line.width * found.size <= width + 0.01 or len(clusters(line.text)) <= 2
        assert down - line.top * found.size >= -0.01
        assert down - line.bottom * found.size <= height + 0.01
    if not found.cut:
        assert "".join(line.text for line, _ in found.lines).replace(" ", "") == clean(text).replace(" ", "")


_PROGRAM = """
import hashlib, sys
from dataclasses import replace
from pathlib import Path
from fallback.printing import examples, render_paper, render_sheet
from fallback.printing.layout import names
from fallback.printing.papers import examples as papers
from fallback.printing.typesetting import shape
mine = replace(examples.HOSPITAL, layouts=Path(sys.argv[2]))
made = {}
for place, hospital in enumerate((examples.HOSPITAL, mine)):
    for name, slips in examples.sheets().items():
        for each, printed in slips.items():
            made[f"{place} {name} {each}"] = lambda n=name, p=printed, h=hospital: render_sheet(n, [p], h)
    for name, paper in papers.papers(drill=bool(place)).items():
        made[f"{place} {name}"] = lambda p=paper, h=hospital: render_paper(p, h)
order = list(made)
if sys.argv[1] == "b":
    for name in ("उज्ज्वला", "ठ्ठ", "सिद्धार्थ", "क्ष्म्य"): shape(name, "Mukta-Bold"); shape(name)
    order.reverse()
hashes = {name: hashlib.sha256(made[name]()).hexdigest() for name in order}
assert {name.split()[1] for name in hashes} == set(names())
for name in made: print(name, hashes[name])
for name, pdf in examples.pages().items(): print(name, hashlib.sha256(pdf).hexdigest())
"""


def with_sign(folder: Path) -> Hospital:
    """A hospital with its sign and two types of its own on every sheet, now the one regular, now the other."""
    Image.effect_noise((300, 200), 40).save(folder / "sign.png")
    fonts = Path(render_slips.__code__.co_filename).parent / "fonts"
    for own, bundled in (("One.ttf", "Mukta-Regular.ttf"), ("Two.ttf", "Mukta-Bold.ttf")):
        (folder / own).write_bytes((fonts / bundled).read_bytes())
    for place, name in enumerate(names()):
        text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8").replace('logo = ""', 'logo = "sign.png"')
        first, second = ("One.ttf", "Two.ttf") if place % 2 else ("Two.ttf", "One.ttf")
        text = text.replace('font = "Mukta"', f'font = "{first}"').replace('"Mukta-Bold"', f'"{second}"')
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return replace(HOSPITAL, layouts=folder)


def test_two_processes_make_the_same_bytes_of_every_sheet(tmp_path: Path) -> None:
    """In whatever order a process meets sheets, letters and the hospital's own fonts; with its sign and without."""
    with_sign(tmp_path)
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, word, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={"PYTHONHASHSEED": seed, "PATH": "/usr/bin"},
        )
        for word, seed in (("a", "1"), ("b", "2"))
    ]  # fmt: skip
    outputs = [each.communicate()[0] for each in running]
    assert [each.returncode for each in running] == [0, 0]
    assert outputs[0].splitlines() == outputs[1].splitlines()
    hashes = dict(line.rsplit(" ", 1) for line in outputs[0].splitlines())
    assert len(hashes) > 2 * len(names()) + len(examples.pages())
    assert hashes["0 slip-a4 plain"] != hashes["1 slip-a4 plain"]


def test_eight_threads_draw_a_sign_and_forms_as_one_does(tmp_path: Path) -> None:
    mine = with_sign(tmp_path)
    numbers = [
        replace(examples.plain(), slip=replace(examples.plain().slip, number=SlipNumber(101, serial)))
        for serial in range(1, 17)
    ]

    def made(printed: PrintedSlip) -> tuple[bytes, object]:
        return hashlib.sha256(render_slips([printed], mine)).digest(), slip_form(printed, mine)

    alone = [made(printed) for printed in numbers]
    with ThreadPoolExecutor(8) as threads:
        assert alone == list(threads.map(made, numbers))


def test_eight_threads_at_once_make_what_one_makes() -> None:
    slips = [
        replace(make(), slip=replace(make().slip, number=SlipNumber(101, serial)))
        for serial, make in zip(range(1, 25), itertools.cycle(EXAMPLES), strict=False)
    ]
    alone = [hashlib.sha256(render_slips([printed], HOSPITAL)).digest() for printed in slips]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda one: hashlib.sha256(render_slips([one], HOSPITAL)).digest(), slips))
    assert alone == together


def test_drill_stands_across_every_page_and_changes_no_code() -> None:
    printed = examples.drill()
    for paper in PAPERS:
        pdf = render_slips([printed], HOSPITAL, paper=paper)
        for page in range(len(pictures(pdf, 20))):
            assert text_of(pdf, page).count("DRILL") >= 2
        for picture in pictures(pdf):
            assert ("qr", printed.digits) in {code[:2] for code in codes_in(picture)}
    assert "DRILL" not in text_of(render_slips([examples.plain()], HOSPITAL))


def test_empty_fields_leave_a_line_and_an_unset_clock_is_said() -> None:
    text = text_of(render_slips([examples.empty()], HOSPITAL))
    assert "Unknown-M-Lotus-27" in text and "3 days दिन · Male पुरुष" in text and "₹0 · Free · निःशुल्क" in text
    assert "clock not set: write the date · दिनांक लिखें" in text
    assert "State" not in text and "None" not in text


def test_a_void_gives_its_reason_on_both_halves_and_nothing_to_fill_in() -> None:
    text = text_of(render_slips([examples.void()], HOSPITAL))
    assert text.count("Reason · कारण: गलत विभाग: wrong clinic") == 2
    assert "Complaint" not in text and "Not seen" not in text
    assert "Keep this slip" not in text and "₹0" not in text and "Free" not in text, "money may have been given back"


def test_many_slips_are_one_file_in_their_order() -> None:
    slips = [replace(examples.plain(), card=False, slip=replace(examples.plain().slip, number=SlipNumber(5, n)))
             for n in (3, 1, 2)]  # fmt: skip
    pdf = render_slips(slips, HOSPITAL)
    for page, printed in enumerate(slips):
        assert printed.slip.number.grouped in text_of(pdf, page)
    with pytest.raises(ValueError, match="no slip"):
        render_slips([], HOSPITAL)


def test_a_reprint_has_the_same_code_and_says_that_it_is_one() -> None:
    first = examples.plain()
    again = replace(first, reprint=Reprint(count=1, at=datetime(2026, 11, 23, 6, 0, tzinfo=UTC), by="ravi"))
    pdf = render_slips([again], HOSPITAL)
    assert text_of(pdf).count("REPRINT 1 (23-11-2026 11:30, ravi)") == 2
    codes = [[code[:2] for code in codes_in(pictures(render_slips([one], HOSPITAL))[0])] for one in (first, again)]
    assert codes[0] == codes[1]


def test_the_card_carries_the_number_and_both_codes() -> None:
    pdf, boxes = draw_slips([examples.plain()], HOSPITAL)
    card = text_of(pdf, 1)
    for wanted in ("Registration card · पंजीकरण कार्ड", "Temporary number", "101 000 123 84", "कृष्णकांत रामप्रसाद चतुर्वेदी"):
        assert wanted in card
    assert len(codes_in(pictures(pdf)[1])) == 2
    assert overprinted([box for box in boxes if box.page == 2]) == []


def test_pads_are_read_and_keep_their_distance_from_every_torn_edge() -> None:
    for drill in (False, True):
        pads = [examples.pad(serial, drill=drill) for serial in (1, 2, 999_999)]
        pdf, boxes = draw_pads(pads, HOSPITAL)
        pages = pictures(pdf)
        assert len(pages) == 2
        found = [code[1] for page in pages for code in codes_in(page)]
        for printed in pads:
            assert found.count(printed.digits) == 1
            assert found.count(printed.slip.number.text) == 2  # the stub's and the slip's
        assert overprinted(boxes) == []
        assert outside(boxes, 210, 297) == []
        for box in boxes:
            if box.kind == "code":
                assert box.right <= STUB - FROM_TEAR or box.left >= STUB + FROM_TEAR
                assert box.bottom <= PAD_HIGH - FROM_TEAR or box.top >= PAD_HIGH + FROM_TEAR
        assert ("DRILL" in text_of(pdf)) is drill


def test_a_report_goes_over_pages_with_its_heads() -> None:
    rows = [
        [f"10{serial}", "कान, नाक व गला रोग / Ear, Nose and Throat " * (serial % 4), str(serial)]
        for serial in range(150)
    ]
    table = Table(
        title="Registrations · पंजीकरण",
        columns=(Column("Number"), Column("Clinic · विभाग", 3), Column("Count", 0.6, "right")),
        rows=[*rows, ["Sum", "", "11175"]],
        strong=frozenset({150}),
    )
    report = Report(
        title="Account of the downtime",
        subtitle=("23-11-2026", "सर्वोदय आयुर्विज्ञान संस्थान"),
        tables=(table, table),
        footer="Signed by asha",
        codes=[(f"Code {place}", examples.plain().digits) for place in range(5)],
    )
    pdf, boxes = draw_report(report)
    assert pdf == render_report(report)
    pages = pictures(pdf, DPI)
    for place in range(len(pages)):
        text = text_of(pdf, place)
        assert f"Page {place + 1} of {len(pages)}" in text and "Signed by asha" in text
    assert "Number Clinic · विभाग Count" in text_of(pdf, 1)
    assert overprinted(boxes) == []
    assert outside(boxes, 210, 297) == []
    assert not any(box.cut for box in boxes)
    assert sum(code[1] == examples.plain().digits for page in pages for code in codes_in(page)) == 5


def test_an_empty_report_is_a_page() -> None:
    assert "Page 1 of 1" in text_of(render_report(Report(title="Nothing")))


def test_the_qr_refuses_what_it_cannot_hold() -> None:
    assert qr("9" * QR_LIMIT).version <= 10
    with pytest.raises(CodeTooLong):
        qr("9" * (QR_LIMIT + 1))
    for wrong in ("", "12a", "१२३", "1_2"):  # capitals and a few signs are a key's or a card's
        with pytest.raises(CodeNotDigits):
            qr(wrong)
    for wrong in ("", "12a", "१२३", "1 2", "-1"):
        with pytest.raises(CodeNotDigits):
            code128(wrong)
    with pytest.raises(CodeTooLong):
        render_slips([replace(examples.plain(), digits="1" * 600)], HOSPITAL)
    render_slips([examples.plain()], HOSPITAL)  # the room is none the worse for it


@pytest.mark.parametrize("length", [1, 150, 365, 366, 432, 433, 512])
def test_a_qr_is_large_enough_and_its_module_a_whole_dot(length: int) -> None:
    drawing = qr("7" * length)
    assert drawing.width >= 35
    assert drawing.width + 2 * drawing.quiet <= QR_SLOT + 0.001
    assert abs(drawing.module / DOT - round(drawing.module / DOT)) < 1e-9
    assert drawing.quiet == pytest.approx(4 * drawing.module)


def test_code_128_of_many_numbers() -> None:
    chance = random.Random(4)
    numbers = ["00000000000", "99999999999"] + [f"{chance.randrange(10**11):011d}" for _ in range(40)]
    numbers += [
        f"{first}{pair:02d}{99 - pair:02d}000000" for first, pair in zip(itertools.cycle(range(10)), range(100))
    ]
    for number in numbers:
        drawing = code128(number)
        picture = Image.new("L", (320, 30), 255)
        for line in drawing.path.splitlines()[:-1]:
            x, _, width, _, _ = line.split()
            picture.paste(0, (32 + 2 * int(x), 5, 32 + 2 * (int(x) + int(width)), 25))
        assert [code[1] for code in codes_in(picture)] == [number]


def test_states() -> None:
    assert len(STATES) == 36
    assert state(9) is not None and state(9) == STATES[9] and STATES[9].name_hindi == "उत्तर प्रदेश"
    assert state(0) is None and state(25) is None and state(99) is None
    assert all(shape(one.name_hindi).missing == 0 for one in STATES.values())
