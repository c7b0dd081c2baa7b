"""What a pen left on a form is cut out small and straight, by name, so that a person can judge it or type from it."""

import io
from dataclasses import replace
from random import Random

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageOps

from fallback.marks import MarkForm
from fallback.printing import examples
from fallback.printing.pads import pad_form, render_pads
from fallback.printing.papers import day_form, examples as papers
from fallback.printing.raster import rasters
from fallback.printing.slips import render_slips, slip_form
from fallback.rehearsal.pen import BLUE, Stroke, mark
from fallback.rehearsal.scanner import OFFICE, degrade
from fallback.scanning.snippets import snippets
from tests.factories import hospital

PAD = examples.pad(1)
_ORIGIN = 66.0, 0.0  # mm: the pad's slip beside its stub


def stored(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def shown(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    assert (picture.format, picture.mode) == ("PNG", "L")
    return picture


def printed(dpi: int) -> tuple[Image.Image, MarkForm]:
    (page,) = rasters(render_pads([PAD, examples.pad(2)], hospital()), dpi)
    return page.convert("L"), pad_form(PAD, hospital())


def names(form: MarkForm) -> set[str]:
    return {box.name for box in form.boxes} | {line.name for line in form.lines}


def ink(picture: Image.Image) -> float:
    """The share of a picture that is dark."""
    counts = picture.histogram()
    return sum(counts[:160]) / sum(counts)


def write(page: Image.Image, form: MarkForm, name: str, dpi: int) -> None:
    """A thick stroke along the middle of a line."""
    left, _, right, bottom = next(line.area for line in form.lines if line.name == name)
    x, y = _ORIGIN
    at = [mm * dpi / 25.4 for mm in (left + 9 + x, bottom - 4 + y, right - 9 + x, bottom - 3 + y)]
    ImageDraw.Draw(page).rectangle(at, fill=30)


def test_a_pad_says_where_each_thing_is_written_by_the_names_of_the_registration() -> None:
    form = pad_form(PAD, hospital())
    lines = [line.name for line in form.lines]
    assert len(set(lines)) == len(lines)
    assert set(lines) == {
        "name", "name_hindi", "sex", "age", "unit", "guardian", "relation", "mobile", "locality", "pin_code", "clinic",
        "category", "flag", "when",
    }  # fmt: skip
    for box in form.boxes:  # a box lies in what is shown of its group
        left, top, right, bottom = next(line.area for line in form.lines if line.name == box.name.partition(".")[0])
        assert left <= box.left and top <= box.top and box.area[2] <= right and box.area[3] <= bottom


def test_the_hospitals_copy_and_the_day_sheet_have_their_lines() -> None:
    copy = slip_form(examples.plain(), hospital(), paper="a4")
    assert copy is not None
    assert {line.name for line in copy.lines} == {"outcome", "days", "remark", "signature"}
    assert day_form(papers.day_sheet(), hospital()).lines == ()


@pytest.mark.parametrize("dpi", [150, 200, 300])
@pytest.mark.parametrize("turn", [0, 180])
def test_what_is_written_is_in_its_own_snippet_and_in_no_other(dpi: int, turn: int) -> None:
    page, form = printed(dpi)

    def read() -> dict[str, bytes]:
        lain = page.rotate(2, Image.Resampling.BICUBIC, expand=True, fillcolor=255).rotate(turn)
        return snippets(stored(lain), [form], PAD.digits)

    before = read()
    write(page, form, "guardian", dpi)
    rng, box = Random(1), next(box for box in form.boxes if box.name == "sex.female")
    x, y = _ORIGIN
    place = box.area[0] + x, box.area[1] + y, box.area[2] + x, box.area[3] + y
    mark(page, place, Stroke.TICK, BLUE, rng, dpi / 25.4)
    after = read()
    assert set(before) == set(after) == names(form)
    more = {name for name in before if ink(shown(after[name])) > ink(shown(before[name])) + 0.02}
    assert more == {"guardian", "sex.female"} | (more & {"sex"})
    assert max(shown(each).height for each in after.values()) <= 30 * 8
    assert shown(after["guardian"]).height <= 13 * 8 + 1
    assert shown(after["sex.female"]).size == pytest.approx((9.4 * min(dpi / 25.4, 8),) * 2, abs=1)


def test_they_are_small() -> None:
    page, form = printed(300)
    worn = degrade(page, Random(2), replace(OFFICE, one_bit=0))
    found = snippets(stored(worn), [form], PAD.digits)
    assert len(found) == len(form.boxes) + len(form.lines)
    assert max(map(len, found.values())) < 100_000 and sum(map(len, found.values())) < 600_000


def test_a_negative_is_shown_as_paper_is() -> None:
    page, form = printed(200)
    found = snippets(stored(ImageOps.invert(page)), [form], PAD.digits)
    assert ink(shown(found["name"])) < 0.2


def test_a_mirrored_page_is_shown_as_it_was_written() -> None:
    page, form = printed(200)
    write(page, form, "name", 200)
    straight, mirrored = (snippets(stored(each), [form], PAD.digits) for each in (page, ImageOps.mirror(page)))
    assert set(mirrored) == names(form)
    one, other = shown(straight["name"]), shown(mirrored["name"])
    assert abs(one.width - other.width) <= 2
    difference = ImageChops.difference(one, other.resize(one.size))
    assert ink(ImageOps.invert(difference)) < ink(ImageOps.invert(ImageChops.difference(one, ImageOps.mirror(one)))) / 3


def test_of_two_copies_the_one_with_the_form_is_shown() -> None:
    slip = examples.plain()
    copy = slip_form(slip, hospital(), paper="a4")
    assert copy is not None
    page, *_ = rasters(render_slips([slip], hospital(), paper="a4"), 200)
    other = pad_form(PAD, hospital())
    found = snippets(stored(page.convert("L")), [other, copy], slip.digits)
    assert set(found) == names(copy)


def test_what_is_not_there_is_not_shown() -> None:
    page, form = printed(200)
    assert snippets(stored(page), [], PAD.digits) == {}
    assert snippets(stored(page), [form], examples.digits(211, 77)) == {}
    assert snippets(stored(page), [form], PAD.slip.number.text) == {}
    assert snippets(stored(Image.new("L", (400, 400), 255)), [form], PAD.digits) == {}
