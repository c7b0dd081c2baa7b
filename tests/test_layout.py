"""Layouts: what a hospital may change, and what no layout file can do."""

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
FIRST_QR = 'draw = "qr"\n  at = [153.2, 28.5]\n  size = [44.8, 44.04]'


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
    text = SLIP.replace("at = [99, 29.3]", "at = [60, 29.3]")
    wrong = refused(tmp_path, text)
    assert wrong.values["file"] == "slip-a4.toml"
    assert "overlaps the box row of line" in str(wrong)
    place = line_of(text, "at = [60, 29.3]")
    assert abs(int(str(wrong.values["line"])) - place) <= 2


@pytest.mark.parametrize(
    ("change", "to", "words"),
    [
        (FIRST_QR, FIRST_QR.replace("[44.8, 44.04]", "[40, 40]"), "too small to be read"),
        (FIRST_QR, FIRST_QR.replace("[153.2, 28.5]", "[153.2, 12]"), "overlaps the box"),
        (FIRST_QR, FIRST_QR.replace("[153.2, 28.5]", "[180, 28.5]"), "leaves its part"),
        ("at = [153.2, 15]", "at = [153.2, 10]", "nearer than 15 mm to the edge that is torn (top)"),
        ('[[part.box]]\n  draw = "tags"\n  at = [12, 23.5]\n  size = [186, 4.4]\n', "", "no box with tags"),
        ('fields = ["name"]', 'fields = ["reason"]', "no box with name"),
        ('draw = "again"', 'draw = "notes"', "no box with again"),
        ('fields = ["name"]', 'fields = ["nmae"]', "nmae is no field of this sheet"),
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
        ('["bp"', '["pressure"', "is no field of this sheet")
        if '["bp"' in SLIP
        else ("complaint", "pain", "is no field"),
        ('field = "days"', 'field = "nights"', "is no field of this sheet"),
        ('align = "centre"', 'align = "center"', "left, centre, right"),
    ],
)
def test_what_no_layout_may_do(tmp_path: Path, change: str, to: str, words: str) -> None:
    assert change in SLIP, change
    wrong = refused(tmp_path, SLIP.replace(change, to, 1))
    assert words in str(wrong)
    assert int(str(wrong.values["line"])) >= 1


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
