"""The made-up pile of paper: what a records room meets is in it, and what is said of each leaf is what stands on it."""

from pathlib import Path
from random import Random

import pytest
from PIL import Image

from fallback import frontdesk, payload
from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from fallback.rehearsal import strangers
from fallback.rehearsal.box import Leaf, scan_box
from fallback.rehearsal.pile import Pile, pile
from fallback.rehearsal.ward import fill_pads, patients
from fallback.scanning import read_files
from fallback.scanning.codes import read_codes
from fallback.scanning.ink import is_blank
from fallback.scanning.marks import read_marks
from fallback.slip import INDIA
from tests import factories

DAY = factories.START.astimezone(INDIA).date()
SLIPS = 20


@pytest.fixture
def made(counter: Counter, tmp_path: Path) -> Pile:
    """The pile of a morning at one desk, with a void slip and pads."""
    shift = frontdesk.open_shift(counter, series=1, login="asha", opening_float=0)
    files = []
    for number in range(SLIPS):
        issued = frontdesk.register(counter, shift.key, factories.registration(f"Sunita {number}"))
        files.append((issued.row.slip.number.text, frontdesk.sheet(counter, issued)))
    last = issued.row.slip.number
    void = frontdesk.void(counter, shift.key, last, "left before the clinic", allowed_by="meena")
    files.append((last.text, frontdesk.sheet(counter, void)))
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    paths = [tmp_path / f"{number}-{place}.pdf" for place, (number, _) in enumerate(files)]
    for path, (_, pdf) in zip(paths, files, strict=True):
        path.write_bytes(pdf)
    pads, unused = fill_pads(counter, patients(Random(2), counter.hospital, DAY), series=1, spare=1)
    assert len(pads) == 3 and len(unused) == 1
    return pile(paths, pads, counter, [1], DAY, Random(3))


def test_what_a_records_room_meets_is_there(made: Pile) -> None:
    assert {leaf.kind for leaf in made.leaves} == {
        "copy",
        "copy without ticks",
        "torn copy",
        "mirrored copy",
        "two copies on one glass",
        "patient's copy",
        "written back",
        "blank back",
        "the same picture",
        "the same paper",
        "forged slip",
        "pad",
        "two pads on one glass",
        "box sheet",
        "day sheet",
        "shift sheet",
        "separator",
        "letter",
        "stranger's code",
    }
    assert len(made.visits) == SLIPS - 1  # the void is no visit
    assert made.boxes and all(said >= found for said, found in made.boxes.values())
    assert any(said > found for said, found in made.boxes.values())
    assert {visit.came for visit in made.visits.values()} == {True, False}
    assert any(visit.days for visit in made.visits.values())


def test_what_is_said_of_a_leaf_stands_on_it(made: Pile, installation: Installation) -> None:
    keys, forms = installation.keys(), 0
    for leaf in made.leaves:
        picture = leaf.draw(Random(1)).convert("L")
        judged = [(code, payload.judge(code.text, keys)) for code in read_codes(picture)]
        genuine = [(code, each) for code, each in judged if each.outcome is payload.CodeOutcome.GENUINE]
        if leaf.outcomes & {"read", "pad"}:
            assert genuine, leaf.kind
            assert {each.number.text for _, each in genuine if each.number} == set(leaf.numbers), leaf.kind
        else:
            assert not genuine, leaf.kind
        if "blank" in leaf.outcomes:
            assert is_blank(picture)
        for code, each in genuine:
            visit = made.visits.get(each.number.text) if each.number else None
            if leaf.kind == "copy" and visit and visit.form and not visit.strays and picture.height < 1000:
                reading = read_marks(picture, visit.form, code.corners)
                assert reading is not None
                assert {each.name: each.state == "ticked" for each in reading.marks} == dict(visit.boxes)
                forms += 1
    assert forms > 3


def test_the_scanner_says_where_each_leaf_is(tmp_path: Path) -> None:
    def numbered(number: int) -> Leaf:
        def draw(_: Random) -> Image.Image:
            return strangers.stranger_code(Random(number))

        return Leaf(kind=str(number), draw=draw, outcomes=frozenset({"foreign"}))

    first = numbered(1)
    leaves = [first, *(numbered(number) for number in range(2, 42)), numbered(42), first]
    leaves[-1] = Leaf(kind="1", draw=first.draw, outcomes=first.outcomes, again=first)
    laid = scan_box(leaves, tmp_path / "scans", Random(5))
    assert [each.leaf for each in laid] == leaves
    codes = {
        number: code.text for number in range(1, 43) for code in read_codes(strangers.stranger_code(Random(number)))
    }
    read = {(page.file, page.page): page for page in read_files([tmp_path / "scans"], workers=1)}
    assert len(read) == len(laid)
    for each in laid:
        assert codes[int(each.leaf.kind)] in {code.text for code in read[each.file, each.page].texts}
    again = scan_box(leaves, tmp_path / "again", Random(5))
    assert [(each.file, each.page) for each in again] == [(each.file, each.page) for each in laid]


def test_other_peoples_paper_is_not_ours_and_not_blank() -> None:
    back = strangers.written_back((1654, 780), Random(1))
    for picture, codes in (
        (strangers.letter(Random(1)), 0),
        (strangers.stranger_code(Random(1)), 1),
        (strangers.separator(Random(1)), 1),
        (back, 0),
    ):
        assert len(read_codes(picture)) == codes
        assert not is_blank(picture)
    assert back.tobytes() == strangers.written_back((1654, 780), Random(1)).tobytes()
