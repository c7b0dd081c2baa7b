"""The first stage: files become pages to keep, in order, by workers of our own that a hostile file may kill."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from fallback.errors import PageStopped, ParchiError, ScanChanged
from fallback.scanning import sources
from fallback.scanning.crew import Crew, ahead, finished, page_fence, result
from fallback.scanning.files import Found, find_files
from fallback.scanning.kinds import FileKind
from fallback.scanning.pages import Pages, PageScan, Survey, open_pages, scan_of, survey, without_picture
from fallback.scanning.sources import Member, Source, State, state_of
from fallback.scanning.spool import Spool
from fallback.scanning.zips import Inside
from fallback.sealed import SealedFile, write_sealed

PORTION = 8  # pages a task: enough to pay for its way to a worker, few enough to keep the progress moving
_ENOUGH = 3 << 20  # bytes of pages a task: then it comes home, so that memory does not depend on how large pages are
_TASKS = 25  # for which a worker keeps a file open
_UNDER_WAY = 48 << 20  # bytes of pages under way and waiting, however many workers there are


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some pages of one file, `first` to `last`; `size` is about how many bytes they have, 0 when unknown."""

    source: Source
    name: str
    first: int = 1
    last: int = 1
    size: int = 0
    reshaped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a file after its `pages`: what is wrong with it, and its state before it was looked at."""

    source: Source
    name: str
    pages: int
    error: ParchiError | None = None
    state: State | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """A file for a worker to look at. With an `archive` it is in there, and is first laid where `source` says.

    A file of many pages is asked for here and there, and a ZIP can only be read from its start.
    """

    source: Source
    name: str
    deep: bool
    archive: Member | None = None


class Unpacking:
    """Unpacks files with a crew. Use it in a `with` block. Without `deep` it is good for counting only."""

    def __init__(self, crew: Crew, *, deep: bool = True) -> None:
        self._crew = crew
        self._deep = deep
        self._spool = Spool()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spool.close()

    def pages(self, given: Sequence[Path | SealedFile]) -> Iterator[PageScan]:
        """The pages of all files behind `given`, in order. Raises nothing that a file can cause."""
        window = 2 * self._crew.workers + 2
        for part, future in ahead(self._parts(given), self._begin, window, _weight, _UNDER_WAY):
            yield from self._ended(part) if isinstance(part, End) else come_home(part, future, self._crew)

    def count(self, given: Sequence[Path | SealedFile]) -> int:
        """How many pages `pages` gives, errors included, when no file changes: no page is decoded."""
        total = 0
        for part in self._parts(given):
            if isinstance(part, Portion):
                total += part.last - part.first + 1
            else:
                total += part.error is not None
                self._spool.remove(part.source)
        return total

    def _parts(self, given: Sequence[Path | SealedFile]) -> Iterator[Portion | End]:
        """All files in portions, each file with its end."""
        # The state is asked for before the look: what is written from then on is seen.
        files = ((found, state_of(found.source)) for found in find_files(given))
        for (found, state), future in ahead(files, lambda each: self._look(each[0]), 4 * self._crew.workers + 16):
            look = _Look(source=found.source, name=found.name, deep=self._deep)
            yield from self._file(found.source, found.name, self._seen(look, future), state)

    def _file(
        self, source: Path | SealedFile, name: str, seen: Survey, state: State | None = None
    ) -> Iterator[Portion | End]:
        looks = ((each, self._look_inside(source, each)) for each in seen.inside)
        # A few ahead: each of them may be a copy of thousands of pages.
        for (inside, look), future in ahead(looks, self._take_out, self._crew.workers + 1):
            found = self._seen(look, future)
            if isinstance(look.source, Member):
                yield from _portions(look.source, inside.name, found)
            else:
                yield from self._file(look.source, inside.name, found)
        yield from _portions(source, name, seen, state)

    def _begin(self, part: Portion | End) -> Future[list[PageScan]]:
        return finished([]) if isinstance(part, End) else self._crew.fenced(unpack, part)

    def _look(self, found: Found) -> Future[Survey]:
        """A worker looks at PDF and ZIP, which may be its end; the other kinds are counted here, in plain Python."""
        if found.error:
            return finished(Survey(error=found.error))
        try:
            with sources.opened(found.source, found.name) as file:
                plain = sources.kind(file, found.name) not in (FileKind.PDF, FileKind.ZIP)
        except ParchiError as error:
            return finished(Survey(error=error))
        if plain:
            return finished(survey(found.source, found.name))
        return self._crew.fenced(_surveyed, _Look(source=found.source, name=found.name, deep=self._deep))

    def _look_inside(self, archive: Path | SealedFile, inside: Inside) -> _Look:
        member = Member(archive, inside.place)
        if inside.kind is None or inside.kind.is_one:
            return _Look(source=member, name=inside.name, deep=False)
        return _Look(source=self._spool.place(inside.name), name=inside.name, deep=self._deep, archive=member)

    def _take_out(self, each: tuple[Inside, _Look]) -> Future[Survey]:
        inside, look = each
        if inside.error:
            return finished(Survey(error=inside.error))
        return self._crew.fenced(_surveyed, look) if look.archive else finished(Survey(pages=1, size=inside.size))

    def _seen(self, look: _Look, future: Future[Survey]) -> Survey:
        stopped = Survey(error=PageStopped(file=look.name, page=1))
        return result(future) or self._crew.alone(_surveyed, look) or stopped

    def _ended(self, end: End) -> Iterator[PageScan]:
        now = state_of(end.source)
        error = end.error
        if end.state and now and now != end.state:
            error = ScanChanged(file=end.name)
        if error is not None:
            yield without_picture(end.source, end.pages + 1, end.name, error)
        self._spool.remove(end.source)


def come_home(portion: Portion, future: Future[list[PageScan]], crew: Crew) -> Iterator[PageScan]:
    """The pages of one portion, as its worker gives them; what did not come home is done again.

    When a worker dies, nobody knows by which page: those under way are unpacked again page by page, each alone, and a
    page that ends its worker then becomes a PageStopped.
    """
    rest = portion
    while (scans := result(future)) is not None:
        yield from scans
        rest = replace(rest, first=rest.first + len(scans))
        if rest.first > rest.last:
            return
        future = crew.fenced(unpack, rest)
    for page in range(rest.first, rest.last + 1):
        stopped = PageStopped(file=rest.name, page=page)
        alone = crew.alone(unpack, replace(rest, first=page, last=page))
        yield from alone or [without_picture(rest.source, page, rest.name, stopped)]


def unpack(portion: Portion) -> list[PageScan]:
    """The pages of one portion, here and now; fewer when they are large. Raises nothing that the file can cause."""
    scans: list[PageScan] = []
    wanted = range(portion.first, portion.last + 1)
    try:
        pages = _opened(portion)
    except Exception as fault:  # the file went away or changed since it was looked at
        return [without_picture(portion.source, page, portion.name, fault) for page in wanted]
    for page in wanted:
        scans.append(scan_of(pages, portion.source, page, portion.name))
        if sum(len(scan.content) for scan in scans) >= _ENOUGH:
            break
    return scans


@dataclass(slots=True)
class _Kept:
    """The file that a worker opened last."""

    which: tuple[Source, bool, State | None]
    pages: Pages
    tasks: int = 0


_kept: _Kept | None = None


def _opened(portion: Portion) -> Pages:
    """The portion's file, opened. A worker keeps it for a while: finding page 9000 takes as long as giving 50 pages.

    Only for a while, because PDFium keeps in memory what it has read of a file.
    """
    global _kept
    which = portion.source, portion.reshaped, state_of(portion.source)
    if _kept is None or _kept.which != which or _kept.tasks >= _TASKS:
        if _kept is not None:
            _kept.pages.close()
            _kept = None
        with page_fence():
            _kept = _Kept(which, open_pages(portion.source, portion.name, reshaped=portion.reshaped))
    _kept.tasks += 1
    return _kept.pages


def _surveyed(look: _Look) -> Survey:
    if look.archive and isinstance(look.source, SealedFile):
        try:
            pieces = sources.pieces(look.archive, look.name)
            write_sealed(look.source.path, look.source.key, look.source.name, pieces)
        except ParchiError as error:
            return Survey(error=error)
    return survey(look.source, look.name, nested=look.archive is not None, deep=look.deep)


def _weight(part: Portion | End) -> int:
    return 0 if isinstance(part, End) else part.size or _ENOUGH


def _portions(source: Source, name: str, seen: Survey, state: State | None = None) -> Iterator[Portion | End]:
    for first in range(1, seen.pages + 1, PORTION):
        last = min(first + PORTION - 1, seen.pages)
        yield Portion(source=source, name=name, first=first, last=last, size=seen.size, reshaped=seen.reshaped)
    yield End(source=source, name=name, pages=seen.pages, error=seen.error, state=state)
