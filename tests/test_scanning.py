"""Pages of every kind come back as the texts of their codes, in order, on any executor."""

import io
import multiprocessing
import os
import pickle
import time
from collections.abc import Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from fallback.errors import PageStopped, ScanLocked
from fallback.scanning import ReadPage, count_pages, page_picture, read_files
from fallback.scanning.codes import read_codes
from fallback.scanning.crew import Crew, page_fence
from fallback.scanning.ink import is_blank
from fallback.scanning.reader import Portion, read_portion, read_portions
from tests.scans import A5, NUMBER, digits, page


@pytest.fixture
def here() -> Iterator[Executor]:
    """One thread of this process: quick, and an executor that is not ours."""
    with ThreadPoolExecutor(1) as executor:
        yield executor


def texts(read: ReadPage) -> set[tuple[str, str]]:
    return {(code.symbology, code.text) for code in read.texts}


def slip(seed: int = 1) -> set[tuple[str, str]]:
    return {("qr", digits(seed)), ("code128", NUMBER)}


def save(folder: Path, name: str, *pages: Image.Image, **options: Any) -> Path:
    path = folder / name
    if len(pages) > 1:
        options |= {"save_all": True, "append_images": list(pages[1:])}
    if path.suffix == ".pdf":
        options["resolution"] = 200
    pages[0].save(path, **options)
    return path


def test_every_kind_of_file_on_our_own_processes(tmp_path: Path) -> None:
    save(tmp_path, "page10.pdf", page(1), page(2), page(3))
    save(tmp_path, "page2.tif", page(4), page(5).convert("1"), compression=None)
    save(tmp_path, "page1.png", page(6).convert("RGB"))
    inner = tmp_path / "second box"
    inner.mkdir()
    save(inner, "a.jpeg", page(7), quality=60)
    single = save(tmp_path, "z.jpg", page(8))
    paths = [single, tmp_path]
    read = list(read_files(paths, workers=2))
    assert [(each.file, each.page) for each in read] == [
        ("z.jpg", 1),
        ("page1.png", 1),
        ("page2.tif", 1),
        ("page2.tif", 2),
        ("page10.pdf", 1),
        ("page10.pdf", 2),
        ("page10.pdf", 3),
        ("second box/a.jpeg", 1),
        ("z.jpg", 1),
    ]
    assert [texts(each) for each in read] == [slip(seed) for seed in (8, 6, 4, 5, 1, 2, 3, 7, 8)]
    assert all(each.error is None and not each.blank and each.size == A5 for each in read)
    assert read[0].picture_hash == read[-1].picture_hash
    assert len({each.picture_hash for each in read}) == 8
    assert count_pages(paths, workers=1) == 9


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_any_rotation_in_a_picture_and_in_a_pdf(tmp_path: Path, here: Executor, turn: int) -> None:
    turned = page().rotate(turn, expand=True)
    paths = [save(tmp_path, "turned.png", turned), save(tmp_path, "turned.pdf", turned)]
    for read in read_files(paths, executor=here):
        assert texts(read) == slip()


def test_a_mirrored_page_gives_no_wrong_text() -> None:
    found = read_codes(page().transpose(Image.Transpose.FLIP_LEFT_RIGHT))
    assert {code.text for code in found} <= {digits(), NUMBER}


def test_a_negative_fax_is_read() -> None:
    assert "qr" in {code.symbology for code in read_codes(page().point([255 - level for level in range(256)]))}


def test_both_copies_on_a_sheet_are_told_with_their_places() -> None:
    sheet = Image.new("L", (A5[0], 2 * A5[1]), 255)
    sheet.paste(page(), (0, 0))
    sheet.paste(page(), (0, A5[1]))
    boxes = [code.box for code in read_codes(sheet) if code.symbology == "qr"]
    assert len(boxes) == 2
    left, top, right, bottom = boxes[0]
    assert 780 < left < 820 and 1040 < right < 1080 and 120 < top < 160 and 380 < bottom < 420
    assert boxes[1][1] - top == pytest.approx(A5[1], abs=3)


@pytest.mark.parametrize("harm", ["grain", "lines"])
def test_the_slower_views_read_what_the_fast_pass_cannot(harm: str) -> None:
    worn = page()
    if harm == "grain":
        noise = Image.frombytes("L", A5, Random(1).randbytes(A5[0] * A5[1]))
        worn = Image.blend(worn, noise, 0.6)
    else:
        for y in range(150, 400, 60):
            ImageDraw.Draw(worn).line((760, y, 1100, y + 40), fill=0, width=3)
    assert ("qr", digits()) in {(code.symbology, code.text) for code in read_codes(worn)}


def test_pictures_inside_a_pdf_are_taken_out_and_drawings_drawn(tmp_path: Path, here: Executor) -> None:
    path = tmp_path / "mixed.pdf"
    canvas = Canvas(str(path), pagesize=(420, 595))
    picture = ImageReader(page())
    canvas.drawImage(picture, 0, 0, 420, 595)
    hidden = canvas.beginText(20, 20)
    hidden.setTextRenderMode(3)
    hidden.textLine("the invisible words of a scanner's OCR")
    canvas.drawText(hidden)
    canvas.showPage()
    canvas.drawImage(picture, 60, 100, 340, 482)  # not covering: the page must be drawn
    canvas.drawString(20, 20, "words")
    canvas.showPage()
    canvas.drawString(50, 300, "a page with words and no picture")
    canvas.showPage()
    canvas.showPage()
    canvas.save()
    first, second, third, fourth = read_files([path], executor=here)
    assert first.size == A5 and texts(first) == slip()
    assert second.size == (1167, 1653) and ("qr", digits()) in texts(second)
    assert not third.texts and not third.blank and third.error is None
    assert fourth.blank and fourth.error is None


def test_the_same_page_is_known_again_in_another_kind_of_file(tmp_path: Path, here: Executor) -> None:
    fax = page().convert("1")
    paths = [
        save(tmp_path, "a.pdf", fax),
        save(tmp_path, "b.tif", fax, compression="group4"),
        save(tmp_path, "c.png", page(2)),
    ]
    first, second, other = read_files(paths, executor=here)
    assert first.picture_hash == second.picture_hash != other.picture_hash


def test_blank_is_said_only_of_paper_with_nothing_on_it() -> None:
    assert is_blank(Image.new("L", A5, 240))
    pencil = Image.new("L", A5, 240)
    ImageDraw.Draw(pencil).text((500, 800), "seen 14/3", fill=150, font_size=60)
    assert not is_blank(pencil)
    assert not is_blank(Image.new("L", A5, 0))  # the lid, or a negative: a person looks
    assert not is_blank(page())
    assert is_blank(Image.new("L", (1, 1), 255))


def test_a_page_is_shown_with_the_pixels_that_were_read(tmp_path: Path, here: Executor) -> None:
    path = save(tmp_path, "two.pdf", page(1), page(2))
    read = list(read_files([path], executor=here))[1]
    shown = page_picture(path, 2).picture
    assert shown is not None and shown.size == read.size


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "LA", "CMYK", "I;16"])
def test_every_depth_and_colour(tmp_path: Path, here: Executor, mode: str) -> None:
    if mode == "I;16":
        deep = page().convert("I").point(lambda level: level * 257).convert("I;16")
        path = save(tmp_path, "deep.png", deep)
    elif mode == "CMYK":
        path = save(tmp_path, "print.tif", page().convert("RGB").convert("CMYK"))
    elif mode in ("RGBA", "LA"):
        ink = Image.new("LA", A5, (0, 0))  # black ink on a transparent ground
        ink.putalpha(page().point([255 - level for level in range(256)]))
        path = save(tmp_path, "clear.png", ink.convert(mode))
    else:
        path = save(tmp_path, "page.png", page().convert(mode))
    (read,) = read_files([path], executor=here)
    assert texts(read) == slip()


def test_errors_cross_processes_with_their_values() -> None:
    error = pickle.loads(pickle.dumps(ScanLocked(file="a.pdf")))
    assert isinstance(error, ScanLocked) and str(error) == str(ScanLocked(file="a.pdf"))


# --- Workers ---------------------------------------------------------------------------------------------------------


def dies_on_three(portion: Portion) -> list[ReadPage]:
    """Reads pages; page 3 ends the process as a crashing decoder would, page 5 runs out of memory."""
    for number in range(portion.first, portion.last + 1):
        if number == 3:
            os._exit(139)
        if number == 5:
            bytearray(900 << 20)
    return [replace(each, page=portion.first + index) for index, each in enumerate(_read_same(portion))]


def hangs_on_two(portion: Portion) -> list[ReadPage]:
    with page_fence():
        if portion.first <= 2 <= portion.last:
            time.sleep(3600)
    return _read_same(portion)


def _read_same(portion: Portion) -> list[ReadPage]:
    return [
        each
        for number in range(portion.first, portion.last + 1)
        for each in read_portion(replace(portion, first=1, last=1))
        if number
    ]


def test_a_page_that_kills_its_worker_is_put_aside_alone(tmp_path: Path) -> None:
    path = save(tmp_path, "box.png", page())
    portions = [Portion(path=path, name="box.png", first=first, last=first + 1) for first in (1, 3, 5, 7)]
    with Crew(2, None) as crew:
        read = list(read_portions(portions, crew, dies_on_three))
    assert [each.page for each in read] == list(range(1, 9))
    assert [each.page for each in read if isinstance(each.error, PageStopped)] == [3, 5]
    assert all(texts(each) == slip() for each in read if each.page not in (3, 5))
    assert "Page 3 of box.png" in str(read[2].error)


def test_a_page_that_hangs_its_worker_is_put_aside_alone(tmp_path: Path) -> None:
    path = save(tmp_path, "box.png", page())
    portions = [Portion(path=path, name="box.png", first=number, last=number) for number in (1, 2, 3)]
    with Crew(1, None, page_seconds=1.5) as crew:
        read = list(read_portions(portions, crew, hangs_on_two))
    assert [isinstance(each.error, PageStopped) for each in read] == [False, True, False]


def test_an_executor_that_is_broken_is_replaced(tmp_path: Path) -> None:
    path = save(tmp_path, "box.pdf", page())
    given = ProcessPoolExecutor(1)
    given.shutdown()
    (read,) = read_files([path], workers=1, executor=given)
    assert texts(read) == slip()


def test_only_a_few_portions_are_under_way_however_many_there_are(tmp_path: Path, here: Executor) -> None:
    path = save(tmp_path, "box.png", Image.new("L", (50, 50), 255))
    drawn = 0

    def endless() -> Iterator[Portion]:
        nonlocal drawn
        while True:
            drawn += 1
            yield Portion(path=path, name="box.png")

    reading = read_portions(endless(), Crew(1, here), read_portion)
    for _ in range(20):
        next(reading)
    assert drawn < 20 + 6


def test_workers_end_with_the_reading(tmp_path: Path) -> None:
    save(tmp_path, "box.pdf", *(page(seed) for seed in range(3)))
    before = set(multiprocessing.active_children())
    reading = read_files([tmp_path], workers=1)
    assert next(iter(reading)).page == 1
    reading.close()  # type: ignore[attr-defined]
    assert set(multiprocessing.active_children()) <= before


def test_threads_may_share_pdfium(tmp_path: Path) -> None:
    paths = [save(tmp_path, f"{number}.pdf", page(number % 3)) for number in range(12)]
    with ThreadPoolExecutor(4) as executor:
        read = list(read_files(paths, workers=4, executor=executor))
    assert [texts(each) for each in read] == [slip(number % 3) for number in range(12)]


def test_a_jpeg_above_the_limit_is_read_at_a_part_of_its_size(tmp_path: Path, here: Executor) -> None:
    large = page().resize((6 * A5[0], 6 * A5[1]), Image.Resampling.NEAREST)
    (read,) = read_files([save(tmp_path, "large.jpg", large, quality=50)], executor=here)
    assert read.size == (3 * A5[0], 3 * A5[1])
    assert texts(read) == slip()
    buffer = io.BytesIO()
    large.save(buffer, "JPEG", progressive=True, quality=50)
    (tmp_path / "slow.jpg").write_bytes(buffer.getvalue())
    (refused,) = read_files([tmp_path / "slow.jpg"], executor=here)
    assert "69 million pixels" in str(refused.error)
