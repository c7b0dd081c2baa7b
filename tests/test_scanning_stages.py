"""Pages are kept, then read, then their forms, in order on any executor; one that ends its worker ends nothing else."""

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageOps

from fallback.errors import DiskFull, PageStopped, ParchiError
from fallback.marks import MarkForm, MarkState
from fallback.rehearsal.pen import BLUE, Stroke, mark
from fallback.rehearsal.scan_files import sheet, write_pdf
from fallback.scanning import (
    PageScan,
    ReadPage,
    WantedForm,
    count_pages,
    open_picture,
    read_files,
    read_scans,
    reader,
    snippet,
)
from fallback.scanning.cascade import PageCodes, read_page
from fallback.scanning.crew import Crew, ahead, finished, page_fence
from fallback.scanning.reader import FormsTask, ReadForm, read_pages
from fallback.scanning.unpack import Portion, come_home, unpack
from tests import mark_forms
from tests.scans import digits, page, scans_of


@pytest.fixture(scope="module")
def here() -> Iterator[Crew]:
    with Crew(1, None) as crew:
        yield crew


@pytest.fixture
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def box(folder: Path, pages: int, name: str = "box.pdf") -> Path:
    write_pdf((sheet(page(number % 5)) for number in range(pages)), folder / name)
    return folder / name


def qr(read: ReadPage) -> str:
    return next((code.text for code in read.texts if code.symbology == "qr"), "")


@dataclass
class Shelf:
    """Keeps pages in memory, and remembers what it was asked."""

    known: frozenset[str] = frozenset()
    wanted: tuple[MarkForm, ...] = ()
    full_after: int = 10**9
    kept: list[PageScan] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def keep(self, scans: Sequence[PageScan]) -> None:
        assert threading.current_thread() is threading.main_thread()
        self.kept += scans
        if len(self.kept) > self.full_after:
            raise DiskFull(folder="pages")

    def knows(self, identity: str) -> bool:
        assert identity in {scan.identity for scan in self.kept}, "it was asked for before it was kept"
        return identity in self.known

    def forms(self, page: ReadPage) -> Sequence[WantedForm]:
        self.asked.append(page.picture_hash)
        return [
            WantedForm(place=place, forms=self.wanted)
            for place, code in enumerate(page.texts)
            if code.symbology == "qr" and self.wanted
        ]


# --- The keeper ------------------------------------------------------------------------------------------------------


def test_a_page_is_kept_before_it_is_read_and_read_from_what_is_kept(tmp_path: Path) -> None:
    (tmp_path / "a empty.pdf").write_bytes(b"")
    box(tmp_path, 3)
    shelf = Shelf()
    read = list(read_files([tmp_path], workers=1, keeper=shelf))
    assert [(scan.file, scan.page) for scan in shelf.kept] == [(each.file, each.page) for each in read]
    assert [scan.identity for scan in shelf.kept] == [each.picture_hash for each in read]
    assert [bool(scan.content) for scan in shelf.kept] == [False, True, True, True]
    assert shelf.asked == [each.picture_hash for each in read[1:]]
    again = list(read_scans(shelf.kept, workers=1))
    assert again == read


def test_a_page_that_is_known_is_told_and_not_read_again(tmp_path: Path, threads: Executor) -> None:
    path = box(tmp_path, 5)
    first = list(read_files([path], workers=1, executor=threads))
    shelf = Shelf(known=frozenset(each.picture_hash for each in first[:3]))
    second = list(read_files([path], workers=1, executor=threads, keeper=shelf))
    assert [each.again for each in second] == [True] * 3 + [False] * 2
    assert [each.picture_hash for each in second] == [each.picture_hash for each in first]
    assert not any(each.texts for each in second[:3]) and second[3:] == first[3:]


def test_a_store_that_is_full_ends_the_reading_before_a_page_is_read_that_was_not_kept(tmp_path: Path) -> None:
    path = box(tmp_path, 40)
    shelf = Shelf(full_after=20)
    read = []
    with pytest.raises(DiskFull):
        for each in read_files([path], workers=1, keeper=shelf):
            read.append(each)
    assert len(read) <= 20


# --- Forms -----------------------------------------------------------------------------------------------------------


def ticked() -> tuple[Image.Image, MarkForm]:
    form = mark_forms.pad()
    paper = mark_forms.draw(form, form, dpi=200)
    picture = paper.picture.copy()
    mark(picture, paper.box(form.boxes[0], 0), Stroke.TICK, BLUE, Random(1), paper.per_mm)
    return picture, form


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turn", [0, 90, 180])
def test_the_forms_that_are_asked_for_are_read_on_a_mirrored_page_too(
    tmp_path: Path, mirrored: bool, turn: int
) -> None:
    picture, form = ticked()
    turned = picture.rotate(turn, expand=True)
    (ImageOps.mirror(turned) if mirrored else turned).save(tmp_path / "a.png")
    other = replace(form, name="other", boxes=(), corners=tuple((x / 3, y / 3) for x, y in form.corners))
    shelf = Shelf(wanted=(other, form))
    (read,) = read_files([tmp_path / "a.png"], workers=1, keeper=shelf)
    assert [each.place for each in read.forms] == [
        place for place, code in enumerate(read.texts) if code.symbology == "qr"
    ]
    one = next(each.reading for each in read.forms if each.reading.marks[0].state is MarkState.TICKED)
    assert one.form == form
    assert sum(each.state is MarkState.TICKED for each in one.marks) == 1
    # The snippet is cut out of the picture as it is kept, and is upright.
    kept = open_picture(shelf.kept[0].content)
    shown = snippet(kept, one, form.boxes[0].area)
    straight = next(iter(read_forms_of(picture, form)))
    expected = snippet(picture, straight.reading, form.boxes[0].area)
    assert abs(shown.width - expected.width) <= 1
    difference = ImageOps.autocontrast(shown.resize(expected.size)).tobytes()
    same = sum(abs(a - b) < 96 for a, b in zip(difference, ImageOps.autocontrast(expected).tobytes(), strict=True))
    assert same > 0.9 * len(difference)


def read_forms_of(picture: Image.Image, form: MarkForm) -> Iterator[ReadForm]:
    """The forms of a picture as it is, ticked ones first."""
    codes = [code for code in read_page(png(picture)).codes if code.symbology == "qr"]
    wanted = tuple((WantedForm(place=place, forms=(form,)), code.corners) for place, code in enumerate(codes))
    found = reader.read_forms(FormsTask(content=png(picture), wanted=wanted))
    return iter(sorted(found, key=lambda each: each.reading.marks[0].state is not MarkState.TICKED))


def png(picture: Image.Image) -> bytes:
    import io

    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


# --- Workers that die or hang ----------------------------------------------------------------------------------------

DIES, HANGS, GREEDY = b"this page ends its worker", b"this page hangs", b"this page wants all memory"


def harmed(content: bytes) -> PageCodes | ParchiError:
    """Reads a page; some end the process as a crashing decoder would, hang, or run out of memory."""
    with page_fence():
        if content == DIES:
            os._exit(139)
        if content == HANGS:
            time.sleep(3600)
        if content == GREEDY:
            bytearray(900 << 20)
        return read_page(content)


def scans(*contents: bytes) -> list[PageScan]:
    return [
        PageScan(file="box.pdf", page=number, identity=f"{number}", content=content)
        for number, content in enumerate(contents, start=1)
    ]


@pytest.mark.parametrize("bad", [DIES, HANGS, GREEDY])
def test_a_page_that_ends_its_worker_is_put_aside_alone(bad: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "read_content", harmed)
    good = sheet(page()).data
    with Crew(2, None, page_seconds=2.0) as crew:
        read = list(read_pages(scans(good, bad, good, good), crew))
    assert [each.page for each in read] == [1, 2, 3, 4]
    assert [isinstance(each.error, PageStopped) for each in read] == [False, True, False, False]
    assert [qr(each) for each in read] == [digits(), "", digits(), digits()]
    assert read[1].picture_hash == "2" and "Page 2 of box.pdf" in str(read[1].error)


def harmed_forms(_: FormsTask) -> tuple[ReadForm, ...]:
    os._exit(139)


def test_a_page_whose_forms_end_their_worker_is_for_a_person_and_its_codes_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "read_forms", harmed_forms)
    kept = scans(sheet(page()).data)
    with Crew(1, None) as crew:
        (read,) = read_pages(kept, crew, Shelf(wanted=(mark_forms.pad(),), kept=kept))
    assert isinstance(read.error, PageStopped)
    assert qr(read) == digits()


def harmed_unpack(portion: Portion) -> list[PageScan]:
    if portion.first <= 3 <= portion.last:
        os._exit(139)
    return unpack(portion)


def test_a_page_that_ends_its_unpacker_is_put_aside_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fallback.scanning.unpack.unpack", harmed_unpack)
    path = box(tmp_path, 5)
    with Crew(1, None) as crew:
        found = scans_of([path], crew)
    assert [scan.page for scan in found] == [1, 2, 3, 4, 5]
    assert [isinstance(scan.error, PageStopped) for scan in found] == [False, False, True, False, False]
    assert len({scan.identity for scan in found}) == 5


def test_large_pages_come_home_a_few_at_a_time(tmp_path: Path, here: Crew) -> None:
    noise = Image.frombytes("L", (1600, 1200), Random(1).randbytes(1600 * 1200))
    noise.save(tmp_path / "a.tif", save_all=True, append_images=[noise] * 6)
    portion = Portion(source=tmp_path / "a.tif", name="a.tif", last=7)
    assert 1 <= len(unpack(portion)) < 7
    came = list(come_home(portion, here.fenced(unpack, portion), here))
    assert [scan.page for scan in came] == list(range(1, 8))


def test_an_executor_that_is_broken_is_replaced(tmp_path: Path) -> None:
    given = ProcessPoolExecutor(1)
    given.shutdown()
    (read,) = read_files([box(tmp_path, 1)], workers=1, executor=given)
    assert qr(read) == digits(0)


class Loses(Executor):
    """An executor that loses every third task, as a cluster loses a worker."""

    def __init__(self) -> None:
        self.count = 0

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.count += 1
        future: Future[Any] = Future()
        if self.count % 3:
            future.set_result(fn(*args, **kwargs))
        else:
            future.cancel()
        return future


def test_what_an_executor_loses_is_read_here(tmp_path: Path) -> None:
    read = list(read_files([box(tmp_path, 7)], workers=1, executor=Loses()))
    assert [qr(each) for each in read] == [digits(number % 5) for number in range(7)]


# --- Order and memory ------------------------------------------------------------------------------------------------


def test_threads_give_the_pages_in_order(tmp_path: Path, threads: Executor) -> None:
    for number in range(6):
        box(tmp_path, 2 + number % 2, f"{number}.pdf")
    read = list(read_files([tmp_path], workers=2, executor=threads))
    assert [(each.file, each.page) for each in read] == [
        (f"{number}.pdf", leaf) for number in range(6) for leaf in range(1, 3 + number % 2)
    ]
    assert all(qr(each) == digits(each.page - 1) for each in read)
    assert count_pages([tmp_path], workers=1) == 15


def test_only_so_much_is_under_way_by_count_and_by_weight() -> None:
    drawn = 0

    def endless() -> Iterator[int]:
        nonlocal drawn
        while True:
            drawn += 1
            yield drawn

    def submit(thing: int) -> Future[int]:
        return finished(thing)

    for window, weight, most, under_way in ((7, 1, 100, 7), (100, 30, 100, 3), (100, 500, 100, 1)):
        drawn = 0
        going = ahead(endless(), submit, window, lambda thing, weight=weight: weight, most)  # type: ignore[misc]
        assert [next(going)[0] for _ in range(20)] == list(range(1, 21))
        assert drawn <= 20 + under_way


def test_only_a_few_pages_are_read_ahead_however_many_there_are(threads: Executor) -> None:
    drawn = 0
    small = png(Image.new("L", (50, 50), 255))

    def endless() -> Iterator[PageScan]:
        nonlocal drawn
        while True:
            drawn += 1
            yield PageScan(file="box.pdf", page=drawn, identity=f"{drawn}", content=small)

    reading = read_scans(endless(), workers=1, executor=threads)
    assert [next(reading).page for _ in range(50)] == list(range(1, 51))
    assert drawn < 50 + 30
    reading.close()  # type: ignore[attr-defined]


def test_workers_end_with_the_reading(tmp_path: Path) -> None:
    before = set(multiprocessing.active_children())
    reading = read_files([box(tmp_path, 3)], workers=1)
    assert next(iter(reading)).page == 1
    deque(reading, maxlen=0)
    assert set(multiprocessing.active_children()) <= before
    reading = read_files([box(tmp_path, 3)], workers=1)
    next(iter(reading))
    reading.close()  # type: ignore[attr-defined]
    assert set(multiprocessing.active_children()) <= before
