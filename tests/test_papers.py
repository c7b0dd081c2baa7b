"""Sheets that are not one slip: read back from their pictures, nothing on anything else, whatever they are given."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
import zxingcpp

from fallback.errors import LayoutWrong
from fallback.hospital import Clinic, Hospital
from fallback.marks import MarkState
from fallback.printing import examples as slips
from fallback.printing.examples import HOSPITAL
from fallback.printing.layout import load
from fallback.printing.layout.file import BUNDLED
from fallback.printing.pads import draw_pads
from fallback.printing.papers import Paper, day_form, draw_paper, examples, render_paper
from fallback.rehearsal.pen import BLUE, Stroke, mark
from fallback.scanning.marks import read_marks
from fallback.slip import SlipNumber
from fallback.statement import TOKENS_A_PAGE
from tests.test_printing import DPI, codes_in, outside, overprinted, pictures, text_of

NAMES = tuple(examples.papers())
LANGUAGES = ("both", "en", "hi")
SIZES = {"register": (297.0, 210.0), "ward-census": (297.0, 210.0), "desk-card": (148.0, 210.0)}
LONG = ("Comprehensive Oto-rhino-laryngology, Head and Neck Surgery and Rehabilitation " * 2)[:120].strip()
LONG_HINDI = ("कान, नाक, गला तथा सिर व गर्दन शल्य चिकित्सा एवं पुनर्वास विभाग, विश्वेश्वरय्या भवन, " * 2)[:120].strip()


def in_language(folder: Path, name: str, language: str, hospital: Hospital = HOSPITAL) -> Hospital:
    """The hospital with a layout of its own in another language."""
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    (folder / f"{name}.toml").write_text(
        text.replace('language = "both"', f'language = "{language}"'), encoding="utf-8"
    )
    return replace(hospital, layouts=folder)


def digits_of(paper: Paper, hospital: Hospital = HOSPITAL) -> list[set[str]]:
    """The code texts of each page."""
    plan = load(BUNDLED / f"{paper.name}.toml")
    contents = paper.contents(plan, hospital)
    return [{digits for digits in each.codes.values() if digits} for each in contents for _ in range(plan.pages)]


def check(paper: Paper, hospital: Hospital = HOSPITAL, *, cut: bool = False) -> bytes:
    """Draws it: nothing on anything else, nothing off the page, nothing cut, every code read back. The PDF."""
    pdf, boxes = draw_paper(paper, hospital)
    assert overprinted(boxes) == []
    assert outside(boxes, *SIZES.get(paper.name, (210.0, 297.0))) == []
    assert cut or [box.text for box in boxes if box.cut] == []
    seen = [{text for _, text, _, _ in codes_in(page)} for page in pictures(pdf)]
    assert seen == digits_of(paper, hospital)
    return pdf


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_every_sheet_is_read_back_in_every_language(name: str, language: str, tmp_path: Path) -> None:
    hospital = in_language(tmp_path, name, language)
    text = text_of(check(examples.papers()[name], hospital))
    shown = hospital.name if language != "hi" else hospital.name_hindi
    assert shown in text
    assert ("Sarvodaya" in text) is (language != "hi")
    assert ("सर्वोदय" in text) is (language != "en")


@pytest.mark.parametrize("name", NAMES)
def test_a_drill_says_so_on_every_page(name: str) -> None:
    pdf = check(examples.papers(drill=True)[name])
    for page in range(len(pictures(pdf, 20))):
        assert text_of(pdf, page).count("DRILL") == 2, "in its tag and across the page"
    assert "DRILL" not in text_of(check(examples.papers()[name]))


@pytest.mark.parametrize("name", NAMES)
def test_texts_of_120_letters_neither_overprint_nor_hide_a_code(name: str) -> None:
    clinic = Clinic(
        number=7, code="ENT", name=LONG, name_hindi=LONG_HINDI, room="New RAK OPD 312 B", unit="Unit II and III",
        weekdays=frozenset({1}), fees=(),
    )  # fmt: skip
    hospital = replace(
        HOSPITAL, name=LONG[::-1], name_hindi=LONG_HINDI[:60] * 2, address=LONG, address_hindi=LONG, clinics=(clinic,)
    )
    paper = examples.papers()[name]
    for field in ("desk", "clerk", "note", "issued_to", "by"):
        if hasattr(paper, field):
            paper = replace(paper, **{field: LONG})  # type: ignore[type-var]
    if hasattr(paper, "certificate") and not isinstance(paper.certificate, str):
        paper = replace(paper, certificate=replace(paper.certificate, name=LONG))  # type: ignore[type-var]
    pdf = check(paper, hospital, cut=True)
    if name in ("day-sheet", "box-sheet", "register"):
        assert LONG in text_of(pdf) and LONG_HINDI in text_of(pdf), "the clinic is whole: it is what the sheet is for"


@pytest.mark.parametrize("letter", ["W", "क्ष्म्य", "ঠ", "i"])
@pytest.mark.parametrize("name", NAMES)
def test_texts_of_300_letters_never_overprint(name: str, letter: str) -> None:
    text = "".join(letter if place % 11 else " " for place in range(1, 301))
    paper = examples.papers()[name]
    for field in ("desk", "clerk", "note", "issued_to", "by"):
        if hasattr(paper, field):
            paper = replace(paper, **{field: text})  # type: ignore[type-var]
    if hasattr(paper, "entries"):
        patient = replace(slips.plain().slip.patient, name=text, name_hindi=text, guardian=text)
        entries = [replace(entry, slip=replace(entry.slip, patient=patient, uhid=text)) for entry in paper.entries]
        paper = replace(paper, entries=entries)  # type: ignore[type-var]
    check(paper, cut=True)


def test_pads_for_a_ward_of_300_letters() -> None:
    printed = replace(slips.pad(5001), issued_to="क्ष्म्य W " * 30, desk_name="W" * 300)
    _, boxes = draw_pads([printed, slips.pad(5002)], HOSPITAL)
    assert overprinted(boxes) == []
    assert outside(boxes, 210.0, 297.0) == []


@pytest.mark.parametrize("voids", [0, 1, 35, 200])
def test_every_void_of_a_shift_stands_on_its_sheet(voids: int) -> None:
    sheet = examples.shift(voids)
    pdf = check(sheet)
    pages = len(pictures(pdf, 20))
    assert pages == max(1, -(-voids // 35))
    for page, (statement, _) in enumerate(sheet.pages):
        text = text_of(pdf, page)
        assert f"{page + 1} / {pages}" in text
        assert [number.grouped for number in statement.voids if number.grouped not in text] == []
        figures = ("101.14", "OPD 1", "Asha Rani", "23-11-2026 08:05", "23-11-2026 14:01", "101 000 123 84", "1,284",
                   "₹11,900", "₹30", "₹500", "₹1,800", "₹5,320", "₹5,315", "-₹5", "500 × 6",
                   "2,741 · 9c41 d07e 5b2a 8f36")  # fmt: skip
        assert [figure for figure in figures if figure not in text] == []


def test_a_shift_that_did_nothing_has_lines_to_write_on_and_no_gap() -> None:
    sheet = replace(examples.shift(0, note=""), modes=(), banked=0)
    idle = replace(sheet.pages[0][0], issued=0, first=0, last=0, receipts_rupees=0, refunded_rupees=0, counted_cash=500)
    text = text_of(check(replace(sheet, pages=[(idle, sheet.pages[0][1])])))
    assert "None" not in text
    assert "₹500" in text
    more = replace(idle, counted_cash=507)
    assert "+₹7" in text_of(render_paper(replace(sheet, pages=[(more, sheet.pages[0][1])]), HOSPITAL))


def test_a_layout_with_less_room_for_voids_takes_more_pages_with_the_same_code(tmp_path: Path) -> None:
    text = (BUNDLED / "shift-sheet.toml").read_text(encoding="utf-8")
    (tmp_path / "shift-sheet.toml").write_text(text.replace("count = 7", "count = 2"), encoding="utf-8")
    sheet = examples.shift(30)
    pdf = render_paper(sheet, replace(HOSPITAL, layouts=tmp_path))
    pages = pictures(pdf)
    assert len(pages) == 3
    wanted = {sheet.pages[0][1], sheet.certificate}
    assert [{text for _, text, _, _ in codes_in(page)} for page in pages] == [wanted] * 3
    whole = " ".join(text_of(pdf, page) for page in range(3))
    assert [number.grouped for number in sheet.pages[0][0].voids if number.grouped not in whole] == []


@pytest.mark.parametrize("count", [0, 1, 22, 23, 1000])
def test_a_register_of_any_length_names_every_slip_once(count: int) -> None:
    pdf, boxes = draw_paper(examples.register(count), HOSPITAL)
    pages = max(1, -(-count // 22))
    assert max(box.page for box in boxes) == pages
    assert overprinted([box for box in boxes if box.page in (1, pages)]) == []
    numbers = Counter(box.text for box in boxes if box.text.startswith("101 "))
    assert numbers == {SlipNumber(101, serial).grouped: 1 for serial in range(1, count + 1)}
    last = text_of(pdf, pages - 1)
    assert f"{pages} / {pages}" in last
    assert "2,741 · 9c41 d07e" in last


def test_a_register_shows_no_whole_mobile_and_says_what_is_void() -> None:
    text = text_of(render_paper(examples.register(5), HOSPITAL))
    assert "2345" in text and "98100" not in text
    assert "VOID" in text and "EMERGENCY, ALIAS" in text
    assert "New · नया" in text and "Old · पुराना" in text


def discreet(hospital: Hospital = HOSPITAL) -> Hospital:
    """The hospital with a discreet clinic in place of its first."""
    first, *others = hospital.clinics
    return replace(hospital, clinics=(replace(first, discreet=True), *others))


@pytest.mark.parametrize("name", ["day-sheet", "box-sheet", "register"])
def test_a_discreet_clinic_is_a_room_on_its_sheets(name: str) -> None:
    text = text_of(check(examples.papers()[name], discreet()))
    assert "Room 312 B · कमरा 312 B" in text
    assert "Nose" not in text and "नाक" not in text and "Unit II" not in text


def test_a_clinic_that_the_file_does_not_know_is_its_number() -> None:
    assert "Clinic 7 · विभाग 7" in text_of(check(examples.box(), replace(HOSPITAL, clinics=())))


def test_a_day_sheet_has_25_tokens_a_page_and_knows_whom_it_can() -> None:
    pdf = check(examples.day_sheet(3, known=30))
    first, second, third = (text_of(pdf, page) for page in range(3))
    assert "CW-1 – CW-25" in first and "CW-26 – CW-50" in second and "CW-51 – CW-75" in third
    assert "101 000 025 87" in first and "101 000 026 84" in second and "Krishnakant" not in third
    assert "VOID · रद्द" in first


def test_a_day_sheet_without_a_link_is_all_lines() -> None:
    text = text_of(check(examples.day_sheet(1, known=0)))
    assert "101 000" not in text and "Krishnakant" not in text
    assert all(f"CW-{token}" in text for token in range(1, TOKENS_A_PAGE + 1))


def test_a_slip_of_another_queue_is_not_written_beside_a_token() -> None:
    sheet = examples.day_sheet(1, known=3)
    entries = [
        replace(entry, slip=replace(entry.slip, visit=replace(entry.slip.visit, token_series=5)))
        for entry in sheet.entries
    ]
    assert "Krishnakant" not in text_of(render_paper(replace(sheet, entries=entries), HOSPITAL))


@pytest.mark.parametrize("drill", [False, True])
def test_a_machine_finds_the_ticks_of_a_day_sheet_where_they_are_printed(drill: bool) -> None:
    sheet = examples.day_sheet(drill=drill)
    form = day_form(sheet, HOSPITAL)
    assert [box.name for box in form.boxes] == [f"reached.{line}" for line in range(1, TOKENS_A_PAGE + 1)]
    pdf, boxes = draw_paper(sheet, HOSPITAL)
    printed = {box.text: (box.left, box.top, box.right, box.bottom) for box in boxes if box.kind == "tick"}
    assert {box.name: box.area for box in form.boxes} == {
        name: pytest.approx(area, abs=0.001) for name, area in printed.items()
    }
    page = pictures(pdf)[0].convert("L")
    [code] = zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]))
    at = code.position
    anchor = [(point.x, point.y) for point in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)]
    came, hand = {3, 4, 25}, Random(7)
    for line, box in enumerate(form.boxes, 1):
        if line in came:
            mark(page, box.area, Stroke.TICK, BLUE, hand, DPI / 25.4)
    reading = read_marks(page, form, anchor)
    assert reading is not None and reading.sure
    assert {each.name for each in reading.marks if each.state is MarkState.TICKED} == {f"reached.{n}" for n in came}
    assert not [each.name for each in reading.marks if each.state is MarkState.DOUBTFUL]


def test_a_box_without_a_count_leaves_a_line_for_it() -> None:
    assert "143" in text_of(check(examples.box(143)))
    assert "143" not in text_of(check(examples.box(0)))
    assert "1,00,143" in text_of(check(examples.box(100_143)))


def test_the_poster_has_six_rules_in_both_languages_that_are_read_from_two_metres() -> None:
    pdf, boxes = draw_paper(examples.poster(), HOSPITAL)
    plan = load(BUNDLED / "poster.toml")
    rules = [box.words for part in plan.parts for box in part.boxes if box.draw == "text"][1:12:2]
    assert len(rules) == 6
    for rule in rules:
        for words in rule:
            [line] = [box for box in boxes if box.text == words]
            # A metre away a letter of 1.5 mm is seen by a healthy eye; twice the distance, twice the reserve.
            assert line.bottom - line.top >= 6.0, words
    text = text_of(pdf)
    assert "signed, not secret" in text and "गुप्त नहीं" in text
    assert "e3e1 6780" in text


def test_the_desk_card_shows_what_is_compared_by_eye() -> None:
    text = text_of(check(examples.desk_card()))
    assert "630d cd29 66c4 3366" in text and "1a2b 3c4d" in text and "101" in text and "CW" in text
    assert "Keep in the safe" in text and "तिजोरी में रखें" in text


@pytest.mark.parametrize("count", [1, 25, 26, 50, 51, 500])
def test_a_pad_cover_lists_every_number_with_three_boxes(count: int) -> None:
    paper = examples.pad_cover(count)
    _, boxes = draw_paper(paper, HOSPITAL)
    pages = -(-count // 50)
    assert max(box.page for box in boxes) == pages
    listed = Counter(box.text for box in boxes if box.text.startswith("101 ") and box.top > 85)
    assert listed == {number.grouped: 1 for number in paper.numbers}
    assert sum(box.kind == "tick" for box in boxes) == 3 * count
    assert overprinted([box for box in boxes if box.page == pages]) == []


def test_a_pad_comes_behind_its_cover() -> None:
    pads = [slips.pad(serial) for serial in (5001, 5002)]
    pdf, boxes = draw_pads(pads, HOSPITAL, cover=examples.pad_cover(2))
    cover, pad = pictures(pdf)
    assert {text for _, text, _, _ in codes_in(cover)} == {examples.pad_cover().digits}
    assert {text for kind, text, _, _ in codes_in(pad) if kind == "qr"} == {printed.digits for printed in pads}
    assert overprinted(boxes) == []
    assert pictures(draw_pads(pads, HOSPITAL)[0])[0].tobytes() == pad.tobytes()


@pytest.mark.parametrize(
    ("name", "change", "to", "words"),
    [
        ("shift-sheet", 'code = "qr"', 'code = "certificate"', "no box with qr"),
        ("poster", 'code = "root"', "", "One of these was expected"),
        ("desk-card", 'draw = "qr"\n  code = "certificate"', 'draw = "frame"', "no box with certificate"),
        ("pad-cover", 'draw = "qr"\n  code = "certificate"', 'draw = "frame"', "no box with certificate"),
        ("box-sheet", 'draw = "qr"\n  code = "qr"', 'draw = "frame"', "no box with qr"),
        ("day-sheet", "count = 25", "count = 24", "The table needs 25 rows"),
        ("day-sheet", '["reached", 14], ', "", "no box with reached"),
        ("register", '["journal", 230], ', "", "no box with journal"),
        ("shift-sheet", '["opening_float", ', "[", "no box with opening_float"),
    ],
)
def test_no_layout_may_leave_out_what_the_sheet_is_for(
    name: str, change: str, to: str, words: str, tmp_path: Path
) -> None:
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    assert change in text
    file = tmp_path / f"{name}.toml"
    file.write_text(text.replace(change, to, 1), encoding="utf-8")
    with pytest.raises(LayoutWrong) as caught:
        load(file)
    assert words in str(caught.value)
    assert int(str(caught.value.values["line"])) > 1


def test_equal_papers_are_equal_files() -> None:
    for name, paper in examples.papers().items():
        assert render_paper(paper, HOSPITAL) == render_paper(examples.papers()[name], HOSPITAL)
