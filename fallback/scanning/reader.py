"""The second stage: kept pages are read on many workers and come back in order; no page can stop the ones after it."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from PIL import Image, ImageOps

from fallback.errors import PageStopped, PageUnreadable, ParchiError
from fallback.marks import MarkForm
from fallback.scanning.cascade import PageCodes, open_picture, read_page
from fallback.scanning.codes import ReadCode
from fallback.scanning.crew import Crew, ahead, finished, page_fence, result
from fallback.scanning.marks import MarkReading, read_marks
from fallback.scanning.pages import PageScan, placed
from fallback.scanning.plane import Plane
from fallback.scanning.unpack import Unpacking
from fallback.sealed import SealedFile

_KEPT_AT_ONCE = 16, 8 << 20  # pages and bytes that are kept by one call: it may wait for a disk
_UNDER_WAY = 32 << 20  # bytes of pages under way, however many workers there are


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadForm:
    """A form on a page whose boxes were read; `place` is that of its QR in the page's `texts`."""

    place: int
    reading: MarkReading


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page as it was read, or one file that gave none (then `error` says why).

    `file` is what a person knows the file by. `picture_hash` is the identity of the picture (see PageScan): the same
    page met again has the same. `size` is the picture's width and height in pixels, (0, 0) when there is none. `again`:
    the keeper knew it, so it was not read. A form that was asked for and is not among `forms` was not found; where one
    could not be read, the page has its codes and an error. `suggested` are the 11 digits of a printed number as a
    machine sees them, never proof.
    """

    file: str
    page: int
    picture_hash: str
    texts: tuple[ReadCode, ...] = ()
    blank: bool = False
    size: tuple[int, int] = (0, 0)
    error: ParchiError | None = None
    forms: tuple[ReadForm, ...] = ()
    again: bool = False
    suggested: str = ""

    @property
    def problem(self) -> str | None:
        """The sentence of `error` with its values still in braces: the key of its translation. None: all is well."""
        return self.error.says if self.error else None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedForm:
    """A form to read: `place` is its QR's in the page's `texts`; `forms` are tried in order until one is there."""

    place: int
    forms: tuple[MarkForm, ...]


class Keeper(Protocol):
    """What a caller does with pages on their way, in its own thread and in the order of the pages."""

    def keep(self, scans: Sequence[PageScan]) -> None:
        """Stores pages, before any of them is read. What it raises ends the reading."""

    def knows(self, identity: str) -> bool:
        """Whether a page was read before: it is then given with `again`, and not read."""

    def forms(self, page: ReadPage) -> Sequence[WantedForm]:
        """The forms to read on a page, now that its codes are known."""


def read_files(
    sources: Sequence[Path | SealedFile],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    keeper: Keeper | None = None,
) -> Iterator[ReadPage]:
    """The pages behind `sources` (files, folders, sealed files) in order, as soon as they and those before are read.

    Files are unpacked by `workers` processes of our own (as many as the machine has cores), which end with the
    iterator. Pages are read by `executor`, any `concurrent.futures.Executor`, or else by those processes too. Raises
    nothing that a file can cause: every failure is a ReadPage with its error, and the next page follows. Memory does
    not grow with the number of pages, nor with their size.
    """
    with Crew(workers, executor) as crew, Unpacking(crew) as unpacking:
        yield from read_pages(_kept(unpacking.pages(sources), keeper), crew, keeper)


def read_scans(
    scans: Iterable[PageScan],
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    keeper: Keeper | None = None,
) -> Iterator[ReadPage]:
    """As `read_files`, for pages that are stored already: `keeper.keep` is not called."""
    with Crew(workers, executor) as crew:
        yield from read_pages(scans, crew, keeper)


def count_pages(sources: Sequence[Path | SealedFile], *, workers: int | None = None) -> int:
    """How many ReadPages `read_files` will give: quick, because no page is decoded."""
    with Crew(workers, None) as crew, Unpacking(crew, deep=False) as unpacking:
        return unpacking.count(sources)


def read_pages(scans: Iterable[PageScan], crew: Crew, keeper: Keeper | None = None) -> Iterator[ReadPage]:
    """Reads pages, and then their forms, a few ahead; gives them in order.

    A page whose worker dies or hangs is read again alone; when that worker dies too, the page is a PageStopped.
    """
    window = 4 * crew.workers + 8
    things = ((scan, keeper is not None and keeper.knows(scan.identity)) for scan in scans)

    def read() -> Iterator[tuple[PageScan, ReadPage, Sequence[WantedForm]]]:
        for (scan, again), future in ahead(things, begin, window, lambda each: len(each[0].content), _UNDER_WAY):
            page = ReadPage(file=scan.file, page=scan.page, picture_hash=scan.identity, error=scan.error, again=again)
            if scan.content and not again:
                page = _page(page, scan, result(future, crew.patience) or crew.alone(read_content, scan.content))
            yield scan, page, keeper.forms(page) if keeper and page.texts else ()

    def begin(each: tuple[PageScan, bool]) -> Future[PageCodes | ParchiError]:
        scan, again = each
        return crew.submit(read_content, scan.content) if scan.content and not again else _NOTHING

    def begin_forms(each: tuple[PageScan, ReadPage, Sequence[WantedForm]]) -> Future[tuple[ReadForm, ...]]:
        task = _forms_task(*each)
        return crew.submit(read_forms, task) if task.wanted else finished(())

    for each, future in ahead(read(), begin_forms, window, lambda each: len(each[0].content), _UNDER_WAY):
        scan, page, _ = each
        forms = result(future, crew.patience)
        if forms is None:
            forms = crew.alone(read_forms, _forms_task(*each))
        if forms is None:  # its codes are read; nobody has seen its ticks
            yield replace(page, error=PageStopped(file=scan.file, page=scan.page))
        else:
            yield replace(page, forms=forms) if forms else page


def read_content(content: bytes) -> PageCodes | ParchiError:
    """Reads one picture, here and now. Raises nothing that it can cause."""
    try:
        with page_fence():
            return read_page(content)
    except ParchiError as error:
        return error
    except Exception as fault:  # a damaged picture, and out of memory in the decoder: this page alone is lost
        return PageUnreadable(file="", page=0, why=type(fault).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormsTask:
    """A picture and the forms to read on it, each with its place and the corners of its QR."""

    content: bytes
    wanted: tuple[tuple[WantedForm, tuple[tuple[int, int], ...]], ...]


def read_forms(task: FormsTask) -> tuple[ReadForm, ...]:
    """Reads the boxes of the forms on one page, here and now. Raises what a damaged picture does.

    Where no form is found, the page may have gone through the scanner as a mirror image: its codes are read all the
    same, and a decoder does not tell.
    """
    with page_fence():
        picture = open_picture(task.content)
        read = [_form(picture, wanted, corners) for wanted, corners in task.wanted]
        if not any(read):
            width, mirror = picture.width, ImageOps.mirror(picture)
            flipped = [_form(mirror, wanted, _flipped(corners, width)) for wanted, corners in task.wanted]
            read = [each and replace(each, reading=_flipped_back(each.reading, width)) for each in flipped]
    return tuple(each for each in read if each)


_NOTHING: Future[PageCodes | ParchiError] = finished(PageUnreadable(file="", page=0, why=""))


def _kept(scans: Iterable[PageScan], keeper: Keeper | None) -> Iterator[PageScan]:
    """Pages after they were kept, some at a time: a disk takes as long for one as for many."""
    if keeper is None:
        yield from scans
        return
    pages, size = _KEPT_AT_ONCE
    held: list[PageScan] = []
    for scan in scans:
        held.append(scan)
        if len(held) >= pages or sum(len(each.content) for each in held) >= size:
            keeper.keep(held)
            yield from held
            held = []
    if held:
        keeper.keep(held)
        yield from held


def _page(page: ReadPage, scan: PageScan, found: PageCodes | ParchiError | None) -> ReadPage:
    if found is None:
        return replace(page, error=PageStopped(file=scan.file, page=scan.page))
    if isinstance(found, ParchiError):
        return replace(page, error=placed(found, scan.file, scan.page))
    blank = found.blank and scan.sure
    return replace(page, texts=found.codes, blank=blank, size=found.size, suggested=found.suggested)


def _forms_task(scan: PageScan, page: ReadPage, wanted: Sequence[WantedForm]) -> FormsTask:
    return FormsTask(content=scan.content, wanted=tuple((each, page.texts[each.place].corners) for each in wanted))


def _form(picture: Image.Image, wanted: WantedForm, corners: Sequence[tuple[int, int]]) -> ReadForm | None:
    readings = (read_marks(picture, form, corners) for form in wanted.forms)
    reading = next((each for each in readings if each), None)
    return ReadForm(place=wanted.place, reading=reading) if reading else None


def _flipped(corners: Sequence[tuple[int, int]], width: int) -> list[tuple[int, int]]:
    """A code's corners in the mirrored picture, as the code itself stands there: in the order of a clock's hand."""
    flipped = [(width - x, y) for x, y in corners]
    pairs = zip(flipped, [*flipped[1:], *flipped[:1]], strict=True)
    if sum(x * down - y * right for (x, y), (right, down) in pairs) < 0:  # twice its area, negative the other way round
        flipped[1::2] = flipped[:0:-2]
    return flipped


def _flipped_back(reading: MarkReading, width: int) -> MarkReading:
    """The same reading for the picture as it is kept."""
    a, b, c, d, e, f, g, h, i = reading.plane.cells
    return replace(reading, plane=Plane((width * g - a, width * h - b, width * i - c, d, e, f, g, h, i)))
