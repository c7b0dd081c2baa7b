"""The made-up scanner: repeatable, as harmful as it is told to be, and its files are read by the real reader."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from fallback.rehearsal.scan_files import sheet, write_pdf, write_pictures, write_tiff
from fallback.rehearsal.scanner import AWFUL, BAD, CLEAN, OFFICE, Wear, blank_page, degrade, torn
from fallback.scanning import read_files
from fallback.scanning.codes import look, read_codes
from fallback.scanning.ink import is_blank
from tests.scans import A5, digits, page


def has_qr(picture: Image.Image, seed: int = 1) -> bool:
    """Whether the fast decoder sees it at the first look: what more patient ones still read is not asked here."""
    return ("qr", digits(seed)) in {(code.symbology, code.text) for code in look(picture.convert("L"))}


@pytest.mark.parametrize("wear", [CLEAN, OFFICE, BAD, AWFUL], ids=["clean", "office", "bad", "awful"])
def test_the_same_chance_gives_the_same_pixels(wear: Wear) -> None:
    before = page()
    first, second, other = (degrade(before, Random(seed), wear) for seed in (5, 5, 6))
    assert first.mode == second.mode and first.tobytes() == second.tobytes()
    assert (wear == CLEAN) == (other.tobytes() == first.tobytes())
    assert before.tobytes() == page().tobytes()
    assert first.size == A5


def test_office_paper_is_read_and_awful_paper_often_is_not() -> None:
    read = {wear: sum(has_qr(degrade(page(), Random(seed), wear)) for seed in range(20)) for wear in (OFFICE, AWFUL)}
    assert read[OFFICE] == 20
    assert read[AWFUL] < 20


def test_each_harm_alone_shows() -> None:
    plain = page()
    harms = [
        Wear(skew=2),
        Wear(noise=10),
        Wear(grey=40),
        Wear(blur=1, blurred=1),
        Wear(creases=3),
        Wear(stains=3),
        Wear(upside_down=1),
        Wear(one_bit=1),
    ]
    for harm in harms:
        seen = degrade(plain, Random(3), harm)
        assert seen.mode == ("1" if harm.one_bit else "L")
        assert seen.convert("L").tobytes() != plain.tobytes(), harm
        assert has_qr(seen), harm
    assert degrade(plain, Random(3), Wear(upside_down=1)).rotate(180).tobytes() == plain.tobytes()


@pytest.mark.parametrize("seed", range(8))
def test_a_torn_page_has_no_code_left(seed: int) -> None:
    both = Image.new("L", (A5[0], 2 * A5[1]), 255)
    both.paste(page(), (0, 0))
    both.paste(page(), (0, A5[1]))
    ripped = torn(both, Random(seed))
    assert not read_codes(ripped)
    assert not is_blank(ripped)
    assert not read_codes(degrade(ripped, Random(seed), OFFICE).convert("L"))


def test_a_blank_side_is_blank_after_the_scanner() -> None:
    wear = replace(OFFICE, creases=0, stains=0)
    for seed in range(8):
        assert is_blank(degrade(blank_page((1654, 2339), Random(seed)), Random(seed), wear).convert("L"))


def test_files_as_scanners_make_them_are_read_back(tmp_path: Path) -> None:
    sheets = [sheet(page(1)), sheet(page(2).convert("1")), sheet(page(3), quality=40)]
    assert write_pdf(iter(sheets), tmp_path / "a.pdf") == 3
    assert write_tiff(iter(sheets), tmp_path / "b.tif") == 3
    assert [path.name for path in write_pictures(iter(sheets), tmp_path, "c")] == [
        "c-0001.jpg",
        "c-0002.tif",
        "c-0003.jpg",
    ]
    with ThreadPoolExecutor(1) as executor:
        read = list(read_files([tmp_path], executor=executor))
    assert [(each.file, each.page) for each in read] == [
        *(("a.pdf", number) for number in (1, 2, 3)),
        *(("b.tif", number) for number in (1, 2, 3)),
        ("c-0001.jpg", 1),
        ("c-0002.tif", 1),
        ("c-0003.jpg", 1),
    ]
    assert all(each.size == A5 and each.error is None for each in read)
    assert [
        ("qr", digits(seed)) in {(code.symbology, code.text) for code in each.texts}
        for each, seed in zip(read, [1, 2, 3] * 3, strict=True)
    ] == [True] * 9
    assert read[1].picture_hash == read[4].picture_hash == read[7].picture_hash  # group 4 loses nothing on its way
