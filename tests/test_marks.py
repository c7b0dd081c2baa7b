"""Boxes are read as they were ticked, or not at all: hundreds of them, on worn, faxed and photographed pages."""

import io
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from PIL import Image, ImageDraw, ImageOps

from fallback.marks import Mark, MarkForm, MarkKind, MarkState
from fallback.printing import examples
from fallback.printing.pads import pad_form, render_pads
from fallback.printing.papers import day_form, examples as papers, render_paper
from fallback.printing.raster import rasters
from fallback.printing.slips import render_slips, slip_form
from fallback.rehearsal.camera import photographed
from fallback.rehearsal.pen import BLACK, BLUE, FELT, PENCIL, SAYS_YES, Pen, Stroke, mark
from fallback.rehearsal.scanner import BAD, CLEAN, OFFICE, Wear, degrade
from fallback.scanning.codes import ReadCode, read_codes
from fallback.scanning.marks import MarkReading, read_marks, snippet
from fallback.scanning.plane import Pin, fit
from tests import mark_forms
from tests.factories import hospital
from tests.mark_forms import Paper, pad
from tests.scans import digits, page

FORM = pad()
TICKED, EMPTY, DOUBTFUL = MarkState.TICKED, MarkState.EMPTY, MarkState.DOUBTFUL
UNCREASED = replace(OFFICE, creases=0, one_bit=0)
Scan = Callable[[Image.Image, Random], Image.Image]


@cache
def blank(dpi: int) -> Paper:
    return mark_forms.draw(FORM, FORM, dpi=dpi)


def fresh(dpi: int = 200) -> Paper:
    """An A4 with two empty forms."""
    paper = blank(dpi)
    return replace(paper, picture=paper.picture.copy())


def scanned(wear: Wear) -> Scan:
    return lambda picture, rng: degrade(picture, rng, wear).convert("L")


def phone(picture: Image.Image, rng: Random) -> Image.Image:
    taken = io.BytesIO()
    photographed(picture, rng).save(taken, "JPEG", quality=70)
    return Image.open(taken).convert("L")


def fill_in(paper: Paper, form: MarkForm, rng: Random, pens: Sequence[Pen], which: int = 0) -> dict[str, MarkState]:
    """Ticks about half of the boxes, with one pen, and says which."""
    pen, truth = rng.choice(pens), {}
    for box in form.boxes:
        truth[box.name] = rng.choice((TICKED, EMPTY))
        if truth[box.name] is TICKED:
            stroke = Stroke.DIGIT if box.kind is MarkKind.COMB else rng.choices(SAYS_YES, (5, 3, 2, 1))[0]
            mark(paper.picture, paper.box(box, which), stroke, pen, rng, paper.per_mm)
    return truth


def code(picture: Image.Image, text: str = "") -> ReadCode:
    return next(code for code in read_codes(picture) if code.text == (text or digits(1)))


def read(picture: Image.Image, form: MarkForm = FORM, text: str = "") -> MarkReading:
    found = read_marks(picture, form, code(picture, text).corners)
    assert found is not None
    return found


def states(reading: MarkReading) -> dict[str, MarkState]:
    return {mark.name: mark.state for mark in reading.marks}


@pytest.mark.parametrize(
    ("dpi", "pens", "scan", "pages", "doubts"),
    [
        (200, (BLUE, BLACK), scanned(OFFICE), 5, 0.03),
        (300, (BLUE, BLACK), scanned(OFFICE), 3, 0.03),
        (150, (BLUE, BLACK), scanned(UNCREASED), 4, 0.02),
        (600, (BLUE, BLACK), scanned(UNCREASED), 1, 0.02),
        (200, (BLUE, BLACK), scanned(Wear(skew=4, one_bit=1, noise=10)), 3, 0.02),
        (200, (PENCIL,), scanned(UNCREASED), 3, 0.02),
        (200, (FELT,), scanned(UNCREASED), 2, 0.15),
        (200, (BLACK,), scanned(replace(BAD, one_bit=0)), 3, 0.06),
        (300, (BLUE, BLACK), phone, 3, 0.02),
    ],
    ids=["office", "300 dpi", "150 dpi", "600 dpi", "1 bit", "pencil", "felt pen", "bad", "phone"],
)
def test_no_box_is_read_wrong_and_few_are_left_to_a_person(
    dpi: int, pens: Sequence[Pen], scan: Scan, pages: int, doubts: float
) -> None:
    seen: Counter[str] = Counter()
    for number in range(pages):
        rng, paper = Random(f"{dpi} {number}"), fresh(dpi)
        truth = fill_in(paper, FORM, rng, pens)
        reading = read(scan(paper.picture, rng))
        assert reading.sure
        for name, state in states(reading).items():
            seen["doubtful" if state is DOUBTFUL else "right" if state is truth[name] else f"wrong {name}"] += 1
    assert set(seen) <= {"right", "doubtful"}
    assert seen["right"] + seen["doubtful"] == pages * len(FORM.boxes)
    assert seen["doubtful"] <= doubts * pages * len(FORM.boxes)


@pytest.mark.parametrize("turn", [90, 180, 270])
@pytest.mark.parametrize("skew", [-4.0, 3.3])
def test_a_page_lies_as_it_likes(turn: int, skew: float) -> None:
    paper = fresh()
    truth = fill_in(paper, FORM, Random(5), (BLUE,))
    lain = paper.picture.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=255).rotate(turn, expand=True)
    reading = read(lain)
    assert reading.sure and states(reading) == truth


def test_the_code_says_how_it_stands() -> None:
    for turn in range(4):
        corners = code(page().rotate(90 * turn, expand=True)).corners
        (left, top), (right, down) = corners[0], corners[1]
        step = (right - left) // 200, (down - top) // 200
        assert step == [(1, 0), (0, -2), (-2, 0), (0, 1)][turn]


def test_two_forms_on_a_page_are_told_by_their_codes() -> None:
    paper = fresh()
    truths = [fill_in(paper, FORM, Random(7 + which), (BLACK,), which) for which in (0, 1)]
    picture = degrade(paper.picture, Random(1), UNCREASED).convert("L")
    assert truths[0] != truths[1]
    for which, truth in enumerate(truths):
        assert states(read(picture, text=digits(which + 1))) == truth


@pytest.mark.parametrize("missing", [(2,), (3,), (1, 2), (0, 2, 3), (0, 1, 2, 3)])
def test_corner_marks_that_are_torn_away(missing: tuple[int, ...]) -> None:
    paper = mark_forms.draw(FORM, without=missing)
    truth = fill_in(paper, FORM, Random(3), (BLUE,))
    reading = read(degrade(paper.picture, Random(2), Wear(skew=3, noise=10)).convert("L"))
    assert reading.sure is (len(missing) == 1)
    assert states(reading) == truth


def test_what_only_looks_like_a_mark_is_none() -> None:
    paper = mark_forms.draw(FORM, without=(2, 3))
    truth = fill_in(paper, FORM, Random(4), (BLUE,))
    for across, down in (FORM.corners[2], FORM.corners[3]):
        x, y = ((at + off) * paper.per_mm for at, off in zip((across, down), paper.places[0], strict=True))
        blot = (x - 30, y - 60, x + 4, y - 26)  # a square of a mark's size, 6 mm from where one was
        ImageDraw.Draw(paper.picture).rectangle(blot, fill=0)
    assert {name for name, state in states(read(paper.picture)).items() if state is not truth[name]} == set()


@pytest.mark.parametrize("size", [0.94, 1.06])
def test_a_code_of_another_version_is_no_hindrance(size: float) -> None:
    paper = mark_forms.draw(FORM, qr_size=size)
    truth = fill_in(paper, FORM, Random(6), (BLACK,))
    reading = read(paper.picture)
    assert reading.sure and states(reading) == truth


def test_a_negative_fax_is_read() -> None:
    paper = fresh()
    truth = fill_in(paper, FORM, Random(8), (BLACK,))
    assert states(read(ImageOps.invert(paper.picture))) == truth


def test_a_form_that_is_not_there_is_not_read() -> None:
    foreign = page()
    assert read_marks(foreign, FORM, code(foreign).corners) is None
    bare = mark_forms.draw(FORM, frames=False).picture  # the marks of a form, and another form's boxes
    assert read_marks(bare, FORM, code(bare).corners) is None
    other = pad(columns=4)
    assert read_marks(blank(200).picture, other, code(blank(200).picture).corners) is None
    corners = code(blank(200).picture).corners
    assert read_marks(blank(200).picture, FORM, ()) is None
    assert read_marks(blank(200).picture, replace(FORM, code=(0.0, 0.0, 0.0, 0.0)), corners) is None
    mirrored = ImageOps.mirror(blank(200).picture)
    assert read_marks(mirrored, FORM, [(mirrored.width - x, y) for x, y in corners]) is None
    assert read_marks(blank(200).picture, FORM, [(9, 9)] * 4) is None
    assert read_marks(Image.new("L", (900, 900), 255), FORM, [(100, 100), (300, 100), (300, 300), (100, 300)]) is None


def test_print_that_fades_in_black_and_white_proves_nothing() -> None:
    paper = fresh()
    pale = paper.picture.point([150 + level * 105 // 255 for level in range(256)])
    noise = Image.frombytes("L", pale.size, Random(1).randbytes(pale.width * pale.height))
    faded = Image.blend(pale, noise, 0.12).point([0] * 144 + [255] * 112)
    assert read_marks(faded, FORM, code(paper.picture).corners) is None


@pytest.mark.parametrize("pen", [BLUE, BLACK])
def test_a_blacked_out_box_is_for_a_person(pen: Pen) -> None:
    paper, rng = fresh(), Random(9)
    boxes = [box for box in FORM.boxes if box.kind is MarkKind.TICK]
    for box in boxes[::2]:
        mark(paper.picture, paper.box(box), Stroke.FILLED, pen, rng, paper.per_mm)
    found = states(read(degrade(paper.picture, rng, UNCREASED).convert("L")))
    assert [found[box.name] for box in boxes] == [DOUBTFUL if place % 2 == 0 else EMPTY for place in range(len(boxes))]


def test_a_line_that_only_passes_is_no_tick() -> None:
    crossed = 0
    for seed in range(4):
        paper, rng = fresh(), Random(seed)
        pen = ImageDraw.Draw(paper.picture)
        for box in [box for box in FORM.boxes if box.kind is MarkKind.TICK][seed::9]:
            left, top, right, bottom = (at * paper.per_mm for at in paper.box(box))
            x, y, slope = (left + right) / 2, (top + bottom) / 2, rng.uniform(-9, 9)
            pen.line((x - 45, y - slope * 5, x + 45, y + slope * 5), fill=60, width=4)
        found = states(read(paper.picture))
        assert not [name for name, state in found.items() if state is TICKED and not name.startswith("comb")]
        crossed += list(found.values()).count(DOUBTFUL)
    assert crossed >= 12


def test_a_pale_crease_is_followed_where_it_fades() -> None:
    for seed in range(3):
        paper = fresh()
        pen = ImageDraw.Draw(paper.picture)
        for place, box in enumerate([box for box in FORM.boxes if box.kind is MarkKind.TICK][seed::4]):
            left, top, right, bottom = (at * paper.per_mm for at in paper.box(box))
            x, y, slope = (left + right) / 2, (top + bottom) / 2, (-8, -3, 4, 7)[place % 4]
            pen.line((x - 50, y - slope * 5, x + 50, y + slope * 5), fill=218, width=3)  # outside, too pale to be ink
            pen.line((x - 11, y - slope * 1.1, x + 11, y + slope * 1.1), fill=170, width=3)
        assert [name for name, state in states(read(paper.picture)).items() if state is TICKED] == []


def test_a_stamp_over_boxes_is_hardly_ever_a_tick() -> None:
    seen = Counter[MarkState]()
    for seed in range(12):
        paper, rng = fresh(), Random(seed)
        box = rng.choice([box for box in FORM.boxes if box.name.startswith("low")])
        mark(paper.picture, paper.box(box), Stroke.STAMP, BLUE, rng, paper.per_mm)
        found = read(degrade(paper.picture, rng, UNCREASED).convert("L"))
        seen.update(each.state for each in found.marks if not each.name.startswith("comb"))
    assert seen[DOUBTFUL] > 30 and seen[TICKED] <= 0.1 * seen[DOUBTFUL]


@pytest.mark.parametrize(
    ("across", "down"), [(-9.0, -9.0), (-1.2, -9.0), (-9.0, 0.4)], ids=["corner", "tongue", "edge"]
)
def test_a_stain_that_ends_in_a_box_is_no_tick(across: float, down: float) -> None:
    paper = fresh()
    shade = Image.new("L", paper.picture.size, 255)
    for box in FORM.boxes[::7]:
        left, top, right, bottom = paper.box(box)
        x, y = (left + right) / 2, (top + bottom) / 2
        area = (x + across, y + down, x + (1.2 if across > -9 else 0), y + (9.0 if down > -9 else 0))
        ImageDraw.Draw(shade).rectangle([at * paper.per_mm for at in area], fill=130)
    soft = shade.reduce(3).resize(shade.size, Image.Resampling.BICUBIC)
    stained = Image.composite(paper.picture, Image.new("L", shade.size, 0), soft)
    assert TICKED not in states(read(stained)).values()


def test_paper_that_is_bent_is_read_within_its_frames() -> None:
    paper = fresh()
    truth = fill_in(paper, FORM, Random(11), (BLACK,))
    wide, high = paper.picture.size
    corners = (-30, -20, 20, high + 10, wide - 10, high - 30, wide + 25, 20)  # bilinear: no plane lies like that
    bent = paper.picture.transform((wide, high), Image.Transform.QUAD, corners, Image.Resampling.BICUBIC, fillcolor=255)
    wrong = [state for name, state in states(read(bent)).items() if state is not truth[name]]
    assert set(wrong) <= {DOUBTFUL} and len(wrong) <= 3


def test_a_photograph_without_corner_marks_is_held_by_its_frames() -> None:
    for seed in range(3):
        paper = mark_forms.draw(FORM, dpi=300, without=(0, 2, 3))
        truth = fill_in(paper, FORM, Random(seed), (BLACK,))
        reading = read_marks(picture := photographed(paper.picture, Random(seed), 0.01), FORM, code(picture).corners)
        assert reading is not None and not reading.sure
        assert not {name for name, state in states(reading).items() if state not in (truth[name], DOUBTFUL)}
        assert list(states(reading).values()).count(DOUBTFUL) <= 4


def test_a_crease_over_a_tick_leaves_it_ticked_or_doubtful() -> None:
    seen = Counter[MarkState]()
    for seed in range(4):
        paper, rng = fresh(), Random(seed)
        truth = fill_in(paper, FORM, rng, (BLUE,))
        found = states(read(degrade(paper.picture, rng, Wear(creases=6)).convert("L")))
        wrong = {name for name in truth if found[name] not in (truth[name], DOUBTFUL)}
        assert not {name for name in wrong if not name.startswith("comb")}
        seen.update(found.values())
    assert 0 < seen[DOUBTFUL] < 0.15 * sum(seen.values())


def test_a_snippet_is_straight_and_of_the_page() -> None:
    paper = fresh(300)
    box = FORM.boxes[0]
    lain = paper.picture.rotate(3, Image.Resampling.BICUBIC, expand=True, fillcolor=255).rotate(180)
    reading = read(lain)
    shown = snippet(lain, reading, box.area, 2.0)
    assert shown.size == pytest.approx((7.4 * paper.per_mm,) * 2, abs=1)
    frame = [round(at * paper.per_mm) for at in (2.0, 5.4)]
    for at in frame:  # the printed lines stand where they should: upright, and dark all along
        for y in (frame[0] + 3, shown.height // 2, frame[1] - 3):
            assert min(shown.crop((at - 2, y, at + 3, y + 1)).tobytes()) < 120
    words = snippet(lain, reading, (8.0, 14.0, 60.0, 22.0))
    assert words.size == pytest.approx((54 * paper.per_mm, 10 * paper.per_mm), abs=1)


def test_the_same_page_gives_the_same_reading() -> None:
    paper = fresh()
    fill_in(paper, FORM, Random(2), (BLUE,))
    first, second = read(paper.picture), read(paper.picture)
    assert first == second
    assert all(isinstance(each, Mark) and 0 <= each.fill <= 1 for each in first.marks)


# --- The sheets that are really printed -------------------------------------------------------------------------------


def test_the_printed_pad_is_read_as_it_was_ticked() -> None:
    pads = [examples.pad(1), examples.pad(2)]
    forms = [pad_form(each, hospital()) for each in pads]
    (printed,) = rasters(render_pads(pads, hospital()), 200)
    paper = Paper(printed.convert("L"), ((66.0, 0.0), (66.0, 148.5)), 200 / 25.4)
    truths = [fill_in(paper, form, Random(3 + which), (BLUE, BLACK), which) for which, form in enumerate(forms)]
    for seed, scan in enumerate((scanned(CLEAN), scanned(replace(UNCREASED, skew=3)), phone)):
        picture = scan(paper.picture, Random(seed))
        for which, form in enumerate(forms):
            reading = read(picture, form, pads[which].digits)
            found = states(reading)
            assert reading.sure
            assert not {name for name in truths[which] if found[name] not in (truths[which][name], DOUBTFUL)}
            assert list(found.values()).count(DOUBTFUL) <= 2


def test_the_hospitals_copy_is_read_and_the_patients_half_is_not() -> None:
    slip = examples.plain()
    form = slip_form(slip, hospital(), paper="a4")
    assert form is not None
    printed, *_ = rasters(render_slips([slip], hospital(), paper="a4"), 200)
    paper = Paper(printed.convert("L"), ((0.0, 198.0),), 200 / 25.4)
    truth = fill_in(paper, form, Random(1), (BLUE,))
    picture = degrade(paper.picture, Random(4), UNCREASED).convert("L")
    readings = [read_marks(picture, form, code.corners) for code in read_codes(picture) if code.symbology == "qr"]
    assert len(readings) == 2
    (reading,) = filter(None, readings)
    assert states(reading) == truth


@pytest.mark.parametrize("paper", ["a4", "a4-half", "a5", "roll"])
def test_every_slip_has_one_form_and_it_is_empty(paper: str) -> None:
    slip = examples.plain()
    form = slip_form(slip, hospital(), paper=paper)
    assert form is not None
    readings = []
    for picture in rasters(render_slips([slip], hospital(), paper=paper), 203):
        for found in read_codes(picture.convert("L")):
            if found.symbology == "qr":
                readings.append(read_marks(picture.convert("L"), form, found.corners))
    assert len(readings) > 1
    (reading,) = filter(None, readings)
    assert reading.sure and set(states(reading).values()) == {EMPTY}


def test_the_day_sheet_says_who_reached_the_clinic() -> None:
    sheet = papers.day_sheet()
    form = day_form(sheet, hospital())
    printed, *_ = rasters(render_paper(sheet, hospital()), 200)
    paper = Paper(printed.convert("L"), ((0.0, 0.0),), 200 / 25.4)
    truth = fill_in(paper, form, Random(1), (BLUE,))
    picture = degrade(paper.picture, Random(2), UNCREASED).convert("L")
    (found,) = (code for code in read_codes(picture) if code.symbology == "qr")
    reading = read_marks(picture, form, found.corners)
    assert reading is not None and reading.sure and states(reading) == truth


# --- The plane --------------------------------------------------------------------------------------------------------


def test_a_plane_goes_through_its_pins() -> None:
    truth = [((0.0, 0.0), (310.0, 95.0)), ((100.0, 0.0), (1203.0, 140.0)), ((100.0, 60.0), (1170.0, 700.0))]
    flat = fit([Pin(*each) for each in truth])
    tilted = fit([Pin(*each) for each in truth] + [Pin((0.0, 60.0), (330.0, 630.0))], perspective=True)
    assert flat is not None and tilted is not None
    for paper, pixel in truth:
        assert flat.at(*paper) == pytest.approx(pixel) and tilted.at(*paper) == pytest.approx(pixel)
    assert tilted.at(0, 60) == pytest.approx((330, 630))
    assert tilted.scaled(0.5).at(0, 60) == pytest.approx((165, 315))
    assert fit([]) is None and fit([Pin((1, 1), (2, 2))] * 5) is None
    assert fit([Pin((x, 0), (x, 0)) for x in range(5)]) is None


def test_a_heavier_pin_counts_for_more() -> None:
    square = [Pin((x, y), (x, y)) for x in (0.0, 10.0) for y in (0.0, 10.0)]
    pulled = [fit([*square, Pin((5.0, 5.0), (6.0, 5.0), weight)]) for weight in (0.1, 10.0)]
    assert pulled[0] is not None and pulled[1] is not None
    assert 5 < pulled[0].at(5, 5)[0] < pulled[1].at(5, 5)[0] < 6
