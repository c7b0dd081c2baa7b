"""Layouts: what a hospital may change, and what no layout file can do."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fallback.errors import LayoutUnknown, LayoutWrong
from fallback.printing import examples, render_slips
from fallback.printing.examples import HOSPITAL
from fallback.printing.layout import layout, load, names
from fallback.printing.layout.file import BUNDLED
from fallback.printing.pads import pad_form
from fallback.printing.slips import draw_slips, slip_form
from tests.test_printing import overprinted, text_of

SLIP = (BUNDLED / "slip-a4.toml").read_text(encoding="utf-8")
FIRST_QR = 'draw = "qr"\n  at = [142, 28.5]\n  size = [56, 44.04]'


def write(folder: Path, text: str, name: str = "slip-a4.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(folder: Path, text: str) -> LayoutWrong:
    with pytest.raises(LayoutWrong) as caught:
        load(write(folder, text))
    return caught.value


def line_of(text: str, wanted: str) -> int:
    return text[: text.index(wanted)].count("\n") + 1


@pytest.mark.parametrize("name", names())
def test_every_bundled_layout_is_good_and_explains_itself(name: str) -> None:
    found = load(BUNDLED / f"{name}.toml")
    assert found.parts
    assert (BUNDLED / f"{name}.toml").read_text(encoding="utf-8").startswith("# ")


def test_every_paper_has_its_slip() -> None:
    from fallback.hospital import PAPERS

    assert {f"slip-{paper}" for paper in PAPERS} <= set(names())


def test_a_sheet_that_is_not_there() -> None:
    with pytest.raises(LayoutUnknown) as caught:
        layout("../../etc/passwd", HOSPITAL)
    assert "slip-a4" in str(caught.value)


def test_a_hospital_moves_a_field_in_a_file_of_its_own(tmp_path: Path) -> None:
    mine = replace(HOSPITAL, layouts=tmp_path)
    before = render_slips([examples.plain()], mine, paper="a4")
    write(tmp_path, SLIP.replace('english = "Keep this slip and bring it every time"', 'english = "House rule 7"'))
    after = render_slips([examples.plain()], mine, paper="a4")
    assert "House rule 7" in text_of(after) and "House rule 7" not in text_of(before)
    write(tmp_path, SLIP.replace('english = "Keep this slip and bring it every time"', 'english = "House rule 18"'))
    assert "House rule 18" in text_of(render_slips([examples.plain()], mine, paper="a4")), (
        "a changed file is read again"
    )


def test_boxes_that_overlap_are_refused_with_both_lines(tmp_path: Path) -> None:
    text = SLIP.replace("at = [91.49, 29.3]", "at = [60, 29.3]")
    wrong = refused(tmp_path, text)
    assert wrong.values["file"] == "slip-a4.toml"
    assert "overlaps the box row of line" in str(wrong)
    place = line_of(text, "at = [60, 29.3]")
    assert abs(int(str(wrong.values["line"])) - place) <= 2


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        (FIRST_QR, FIRST_QR.replace("[56, 44.04]", "[40, 40]"), "too small to be read"),
        (FIRST_QR, FIRST_QR.replace("[142, 28.5]", "[142, 12]"), "overlaps the box"),
        (FIRST_QR, FIRST_QR.replace("[142, 28.5]", "[180, 28.5]"), "leaves its part"),
        ("at = [142, 15]", "at = [142, 10]", "nearer than 15 mm to the edge that is torn (top)"),
        ('[[part.box]]\n  draw = "tags"\n  at = [12, 23.5]\n  size = [186, 4.4]\n', "", "no box with tags"),
        ('fields = ["name"]', 'fields = ["reason"]', "no box with name"),
        ('draw = "again"', 'draw = "text"', "no box with again"),
        ('fields = ["name"]', 'fields = ["nmae"]', "nmae cannot stand in this box"),
        ('draw = "vitals"', 'draw = "vitls"', "One of these was expected"),
        ("dpi = 300", "dpi = 200", "203, 300 or 600"),
        ('language = "both"', 'language = "fr"', "both, en, hi"),
        ('font = "Mukta" ', 'font = "Nirmala.ttf"', "no such font beside the layout file"),
        ('logo = ""', 'logo = "sign.png"', "no such picture beside the layout file"),
        ("size = [210, 198]", "size = [250, 198]", "wider or higher than the page"),
        ("at = [0, 198]", "at = [0, 190]", "lies on the part patient"),
        ('sheet = "slip"', 'sheet = "slipp"', "One of these was expected"),
        ('name = "patient"', 'name = "guest"', "One of these was expected"),
        ("at = [12, 82.8]", "at = [4, 88.5]", "corner mark"),
        ("[210, 297]", '"A4"', "Two numbers in brackets"),
        ("columns = 6", "columns = 0", "A whole number from 1 to 20"),
        ("dpi = 300", "dpi 300", "not written as TOML"),
        ('"not_seen"', '"notseen"', "One of these was expected"),
        ('["bp"', '["pressure"', "cannot stand in this box")
        if '["bp"' in SLIP
        else ("complaint", "pain", "cannot stand in this box"),
        ('field = "days"', 'field = "nights"', "cannot stand in this box"),
        ('align = "centre"', 'align = "center"', "left, centre, right"),
    ],
)
def test_what_no_layout_may_do(tmp_path: Path, change: str, to: str, words: str) -> None:
    assert change in SLIP, change
    wrong = refused(tmp_path, SLIP.replace(change, to, 1))
    assert words in str(wrong)
    assert int(str(wrong.values["line"])) >= 1


PATIENT_TEAR = 'size = [210, 198]\ntorn = ["bottom"]'
HOSPITAL_PART = 'name = "hospital"\nat = [0, 198]\nsize = [210, 99]\ntorn = ["top"]'
NAMED = 'fields = ["name"]'
SMALL = "too small to be read"


def box_of(text: str, draw: str) -> str:
    """The first box of a kind, as its file has it."""
    start = text.index(f'  [[part.box]]\n  draw = "{draw}"')
    return text[start : text.index("[[", start + 6)].rstrip() + "\n"


def with_box(text: str, before: str, box: str) -> str:
    return text.replace(
        f'  [[part.box]]\n  draw = "{before}"', f'  [[part.box]]\n{box}\n  [[part.box]]\n  draw = "{before}"', 1
    )


def sized(text: str, draw: str, width: float, height: float) -> str:
    box = box_of(text, draw)
    return text.replace(box, re.sub(r"size = \[.*\]", f"size = [{width}, {height}]", box), 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (SLIP.replace(FIRST_QR, FIRST_QR + '\n  when = "live"'), "no box with qr"),
        (SLIP.replace('draw = "tags"', 'draw = "tags"\n  when = "void"', 1), "no box with tags"),
        (SLIP.replace(NAMED, NAMED + '\n  when = "live"', 1), "no box with name"),
        (SLIP.replace(FIRST_QR, FIRST_QR.replace('"qr"', '"bars"') + '\n  code = "qr"'), "One of these was expected"),
        (SLIP.replace(FIRST_QR, FIRST_QR + '\n  code = "bars"'), "One of these was expected"),
        (with_box(SLIP, "tags", '  draw = "rule"\n  at = [100, 50]\n  size = [90, 0]'), "runs through a code"),
        (with_box(SLIP, "tags", '  draw = "rule"\n  at = [154, 20]\n  size = [0, 90]'), "runs through a code"),
        (with_box(SLIP, "tags", '  draw = "frame"\n  at = [154, 29]\n  size = [43, 43]'), "runs through a code"),
        (with_box(SLIP, "tags", '  draw = "frame"\n  at = [150, 75]\n  size = [50, 60]'), "runs through a code"),
        (with_box(SLIP, "tags", '  draw = "rule"\n  at = [1, 293.9]\n  size = [20, 0]'), "leaves its part"),
        (SLIP.replace("at = [12, 190.4]", "at = [12, 192.5]"), "nearer than 1.4 mm to the edge that is torn (bottom)"),
        (sized(SLIP, "header", 186, 9), SMALL),
        (SLIP.replace("size = [68.8, 44.3]", "size = [68.8, 14]"), SMALL),
        (sized(SLIP, "tags", 186, 0.1), SMALL),
        (sized(SLIP, "tags", 3, 4.4), SMALL),
        (sized(SLIP, "again", 0, 0), SMALL),
        (sized(SLIP, "notes", 56, 1), SMALL),
        (sized(SLIP, "bars", 56, 3), SMALL),
        (sized(SLIP, "row", 84, 2), SMALL),
        (sized(SLIP, "row", 0.1, 12), SMALL),
        (SLIP.replace('fields = ["name"]', 'fields = [["name", 0.1], ["fee", 100]]', 1), SMALL),
        (SLIP.replace('fields = ["name"]', 'fields = [["name", nan], ["fee", 1]]', 1), "A number from"),
        (SLIP.replace('fields = ["name"]', 'fields = [["name", 1], ["fee", inf]]', 1), "A number from"),
        (SLIP.replace("at = [0, 0]", "at = [nan, 0]", 1), "A number from"),
        (SLIP.replace("size = [210, 198]", "size = [inf, 198]", 1), "A number from"),
        (SLIP.replace("value = 10.5", "value = 0.1", 1), "A number from 6"),
        (SLIP.replace("label = 7 ", "label = 1 ", 1), "A number from 5"),
        (SLIP.replace(PATIENT_TEAR, PATIENT_TEAR + "\nrepeat = [1, 2]\nstep = [0, 198]"), "higher than the page"),
        (SLIP.replace("size = [210, 99]", "size = [210, 49]\nrepeat = [1, 2]"), "repeated alike"),
        (SLIP.replace("corners = 4", "corners = 0.1"), "A number from 3 to 10"),
        (SLIP.replace("corners = 4", "corners = false"), "A number from 0 to 10"),
        (SLIP.replace("dpi = 300 ", "dpi = 300.5 "), "203, 300 or 600"),
        (SLIP.replace("dpi = 300 ", "dpi = [300] "), "203, 300 or 600"),
        (SLIP.replace("page = [210, 297]", "page = [5, 297]"), "A number from 10 to 1200"),
        (SLIP.replace("corners = 4", "corners = 10"), "corner mark"),
        (SLIP.replace("page = [210, 297]", 'page = "slip"'), "Two numbers in brackets"),
        (SLIP.replace("page = [210, 297]", "page = [420, 594]"), "larger than its paper of 210 by 297 mm"),
        (SLIP.replace('logo = ""', 'logo = "../sign.png"'), "without any folder"),
        (SLIP.replace('logo = ""', 'logo = "/dev/zero"'), "without any folder"),
        (SLIP.replace('logo = ""', 'logo = "sign\\u0000.png"'), "does not print"),
        (SLIP.replace('font = "Mukta" ', "font = 'C:\\House.ttf' "), "without any folder"),
        (SLIP + "\n# " + "x" * 20_000, "longer than"),
        (SLIP + '\n[[part]]\nname = "patient"\nsize = [10, 10]\n' * 20, "more than 20"),
    ],
)  # fmt: skip
def test_the_ways_around_the_rules_are_closed(tmp_path: Path, text: str, words: str) -> None:
    assert text != SLIP
    assert words in str(refused(tmp_path, text))


def test_a_frame_may_stand_around_a_code_and_a_rule_beside_it(tmp_path: Path) -> None:
    text = with_box(SLIP, "tags", '  draw = "frame"\n  at = [141.8, 28.4]\n  size = [56.4, 44.3]')
    load(write(tmp_path, with_box(text, "tags", '  draw = "rule"\n  at = [140.5, 20]\n  size = [0, 90]')))


def test_a_line_that_is_torn_belongs_to_both_its_sides(tmp_path: Path) -> None:
    """Whichever of the two parts names it, no code may stand near it."""
    moved = SLIP.replace("at = [142, 15]", "at = [142, 8]").replace(
        HOSPITAL_PART, HOSPITAL_PART.replace('["top"]', "[]")
    )
    assert "torn (bottom)" in str(refused(tmp_path, moved))


def test_the_copies_of_a_repeated_part_may_not_lie_on_another_part(tmp_path: Path) -> None:
    text = (BUNDLED / "pad.toml").read_text(encoding="utf-8")
    second = text.replace("at = [66, 0]", "at = [66, 10]", 1)
    assert second != text
    with pytest.raises(LayoutWrong, match="higher than the page"):
        load(write(tmp_path, second, "pad.toml"))
    wide = text.replace("size = [66, 148.5]", "size = [67, 148.5]", 1)
    assert wide != text
    with pytest.raises(LayoutWrong, match="lies on the part"):
        load(write(tmp_path, wide, "pad.toml"))
    below = text.replace("step = [144, 148.5]", "step = [144, 148.4]", 1)
    assert below != text
    with pytest.raises(LayoutWrong, match="copies would overlap"):
        load(write(tmp_path, below, "pad.toml"))


def test_a_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    assert load(write(tmp_path, SLIP.replace("dpi = 300 ", "dpi = 300.0 "))).dpi == 300


def test_a_card_fits_on_every_slip(tmp_path: Path) -> None:
    text = (BUNDLED / "card.toml").read_text(encoding="utf-8")
    for old, new in (("size = [92, 70]", "size = [150, 70]"), ('at = ["middle", 84]', 'at = ["middle", 184]')):
        assert old in text
        with pytest.raises(LayoutWrong, match="wider or higher than the page"):
            load(write(tmp_path, text.replace(old, new, 1), "card.toml"))


@pytest.mark.parametrize(
    ("name", "change", "to", "words"),
    [
        ("register", '"token"', '"remarks"', "no box with token"),
        ("register", 'draw = "table"', 'draw = "row"', "unknown"),
        ("shift-sheet", '"void_2"', '"void_3"', "each once"),
        ("shift-sheet", '"void_1", "void_2"', '"void_2", "void_1", "void_1"', "each once"),
        ("day-sheet", "count = 25", "count = 24", "needs 25 rows"),
        ("poster", 'code = "root"', 'code = "qr"', "One of these was expected"),
    ],
)
def test_no_row_of_a_list_gets_lost(tmp_path: Path, name: str, change: str, to: str, words: str) -> None:
    text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
    assert change in text
    with pytest.raises(LayoutWrong, match=words):
        load(write(tmp_path, text.replace(change, to, 1), f"{name}.toml"))


def test_a_column_stands_in_the_table_only_and_there_is_one_table(tmp_path: Path) -> None:
    text = (BUNDLED / "register.toml").read_text(encoding="utf-8")
    beside = text.replace('fields = [["journal", 230]', 'fields = [["token", 20], ["journal", 210]', 1)
    with pytest.raises(LayoutWrong, match="token cannot stand in this box"):
        load(write(tmp_path, beside, "register.toml"))
    small = '  [[part.box]]\n  draw = "table"\n  at = [12, 4]\n  size = [273, 20]\n  fields = ["token"]\n  count = 2\n'
    with pytest.raises(LayoutWrong, match="one table"):
        load(write(tmp_path, text.rstrip() + "\n" + small, "register.toml"))


def test_what_is_no_file_is_no_logo_and_no_font(tmp_path: Path) -> None:
    """A pipe would be read for ever."""
    os.mkfifo(tmp_path / "pipe")
    assert "no such picture" in str(refused(tmp_path, SLIP.replace('logo = ""', 'logo = "pipe"')))
    assert "no such font" in str(refused(tmp_path, SLIP.replace('font = "Mukta" ', 'font = "pipe" ')))
    with (tmp_path / "large.ttf").open("wb") as file:
        file.truncate(1_000_000_000)
    assert "larger than 20 MB" in str(refused(tmp_path, SLIP.replace('font = "Mukta" ', 'font = "large.ttf" ')))


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "RGB", "RGBA", "LA"])
def test_a_logo_of_any_depth_is_printed(tmp_path: Path, mode: str) -> None:
    Image.new(mode, (90, 60)).save(tmp_path / "sign.png")
    write(tmp_path, SLIP.replace('logo = ""', 'logo = "sign.png"'))
    try:
        plan = layout("slip-a4", replace(HOSPITAL, layouts=tmp_path))
    except LayoutWrong as wrong:
        assert "broken" in str(wrong)
        return
    assert plan.logo is not None
    _, boxes = draw_slips([examples.plain()], replace(HOSPITAL, layouts=tmp_path), paper="a4")
    assert any(box.kind == "picture" for box in boxes)


def test_a_slip_does_not_wait_for_a_logo_that_was_lost(tmp_path: Path) -> None:
    Image.new("L", (90, 60)).save(tmp_path / "sign.png")
    write(tmp_path, SLIP.replace('logo = ""', 'logo = "sign.png"'))
    mine = replace(HOSPITAL, layouts=tmp_path)
    assert any(box.kind == "picture" for box in draw_slips([examples.plain()], mine, paper="a4")[1])
    Image.new("L", (5000, 5000)).save(tmp_path / "sign.png")
    assert not any(box.kind == "picture" for box in draw_slips([examples.plain()], mine, paper="a4")[1])
    (tmp_path / "sign.png").unlink()
    assert not any(box.kind == "picture" for box in draw_slips([examples.plain()], mine, paper="a4")[1])


def test_a_missing_part_and_an_empty_file_are_told(tmp_path: Path) -> None:
    assert "missing" in str(refused(tmp_path, ""))
    assert "no [[part]]" in str(refused(tmp_path, 'sheet = "slip"\npage = [210, 297]\n'))
    only_hospital = re.sub(r"# What goes home\..*?(?=# What stays)", "", SLIP, flags=re.DOTALL)
    assert "The part patient is missing" in str(refused(tmp_path, only_hospital))
    with pytest.raises(LayoutWrong, match="cannot be read"):
        load(tmp_path / "no.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(LayoutWrong, match="not UTF-8"):
        load(tmp_path / "bytes.toml")
    (tmp_path / "huge.toml").write_bytes(b"#" * 2_000_000)
    with pytest.raises(LayoutWrong, match="larger than 1 MB"):
        load(tmp_path / "huge.toml")


def test_a_logo_is_printed_and_a_bad_one_refused(tmp_path: Path) -> None:
    text = SLIP.replace('logo = ""', 'logo = "sign.png"')
    Image.new("RGBA", (900, 600), (10, 80, 40, 128)).save(tmp_path / "sign.png")
    write(tmp_path, text)
    mine = replace(HOSPITAL, layouts=tmp_path)
    for example in (examples.plain(), examples.full()):
        pdf, boxes = draw_slips([example], mine, paper="a4")
        assert any(box.kind == "picture" for box in boxes)
        assert overprinted(boxes) == []
    assert pdf == draw_slips([examples.full()], mine, paper="a4")[0]
    (tmp_path / "sign.png").write_bytes((tmp_path / "sign.png").read_bytes()[:200])
    assert "broken" in str(refused(tmp_path, text))
    (tmp_path / "sign.png").write_bytes(b"GIF89a" + bytes(100))
    assert "broken" in str(refused(tmp_path, text))
    with (tmp_path / "sign.png").open("wb") as file:
        file.truncate(80_000_000)
    assert "80 MB" in str(refused(tmp_path, text))


def test_a_font_of_ones_own(tmp_path: Path) -> None:
    bundled = Path(render_slips.__code__.co_filename).parent / "fonts" / "Mukta-Bold.ttf"
    (tmp_path / "House.ttf").write_bytes(bundled.read_bytes())
    write(tmp_path, SLIP.replace('font = "Mukta" ', 'font = "House.ttf" '))
    mine = replace(HOSPITAL, layouts=tmp_path)
    own, ours = (render_slips([examples.plain()], one, paper="a4") for one in (mine, HOSPITAL))
    assert own != ours
    assert "कृष्णकांत रामप्रसाद चतुर्वेदी" in text_of(own)
    (tmp_path / "Broken.ttf").write_bytes(b"not a font")
    assert "cannot be opened" in str(refused(tmp_path, SLIP.replace('font = "Mukta" ', 'font = "Broken.ttf" ')))


def test_a_card_is_set_in_its_own_font_behind_whatever_slip(tmp_path: Path) -> None:
    bundled = Path(render_slips.__code__.co_filename).parent / "fonts" / "Mukta-Bold.ttf"
    (tmp_path / "House.ttf").write_bytes(bundled.read_bytes())
    card = (BUNDLED / "card.toml").read_text(encoding="utf-8")
    write(tmp_path, card.replace('font_bold = "Mukta-Bold"', 'font_bold = "House.ttf"'), "card.toml")
    mine = replace(HOSPITAL, layouts=tmp_path)
    with_card, without = (render_slips([replace(examples.plain(), card=card)], mine) for card in (True, False))
    assert b"+Hospital" in with_card and b"+Hospital" not in without


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("paper", ["a4", "a5", "a5-one", "a4-half"])
def test_a_slip_in_one_language(tmp_path: Path, language: str, paper: str) -> None:
    text = (BUNDLED / f"slip-{paper}.toml").read_text(encoding="utf-8")
    write(tmp_path, text.replace('language = "both"', f'language = "{language}"'), f"slip-{paper}.toml")
    mine = replace(HOSPITAL, layouts=tmp_path)
    for example in (examples.plain(), examples.full(), examples.void()):
        pdf, boxes = draw_slips([replace(example, card=False)], mine, paper=paper)
        assert overprinted(boxes) == []
        assert [box.text for box in boxes if box.cut] == []
    copied = text_of(pdf)
    assert ("Slip number" in copied) is (language == "en")
    assert ("पर्ची संख्या" in copied) is (language == "hi")


def test_a_mobile_is_whole_only_where_the_layout_says_so_and_the_clinic_is_not_discreet(tmp_path: Path) -> None:
    assert "98100 12345" not in text_of(render_slips([examples.plain()], HOSPITAL))
    write(tmp_path, SLIP.replace('mobile = "last4"', 'mobile = "whole"'))
    mine = replace(HOSPITAL, layouts=tmp_path)
    assert "98100 12345" in text_of(render_slips([examples.plain()], mine))
    discreet = replace(mine, clinics=tuple(replace(clinic, discreet=True) for clinic in mine.clinics))
    shown = text_of(render_slips([examples.plain()], discreet))
    assert "98100 12345" not in shown and "XXXXXX2345" in shown
    assert "Ear, Nose" not in shown and "गला" not in shown and "ENT" not in shown and "Unit II" not in shown
    assert "Room 312 B" in shown and "कमरा 312 B" in shown


def test_forms_name_their_boxes() -> None:
    form = slip_form(examples.plain(), HOSPITAL, paper="a4")
    assert form is not None
    assert {"outcome.seen", "outcome.not_seen", "outcome.admitted", "outcome.referred", "outcome.investigations",
            "outcome.medico_legal", "days.1", "days.2", "days.3"} == {box.name for box in form.boxes}  # fmt: skip
    assert slip_form(examples.plain(), HOSPITAL, paper="a5-one") is None
    pad = pad_form(examples.pad(1), HOSPITAL)
    assert {"sex.female", "age.1", "unit.years", "mobile.10", "pin_code.6", "category.bpl", "flag.emergency",
            "relation.father", "clinic.ENT", "clinic.other"} <= {box.name for box in pad.boxes}  # fmt: skip
    for found in (form, pad):
        for box in found.boxes:
            assert box.left > 0 and box.left + box.width < found.width
            assert box.top > 0 and box.top + box.height < found.height
