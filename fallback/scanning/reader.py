"""Reads files of scans on many workers: pages come back in order, and no page can stop the ones after it."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from PIL import Image

from fallback.errors import PageStopped, PageUnreadable, ParchiError
from fallback.scanning.codes import ReadCode, read_codes
from fallback.scanning.crew import Crew, ahead, page_fence
from fallback.scanning.files import Found, find_files
from fallback.scanning.ink import is_blank
from fallback.scanning.kinds import FileKind, kind_of
from fallback.scanning.pages import PagePicture, Survey, pictures, survey

PORTION = 8  # pages a task: enough to pay for opening the file, few enough to keep the progress moving

_B = TypeVar("_B")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page as it was read, or one file that gave none (then `page` is 1 and `error` says why).

    `file` is the file's name, `path` where it was found. `picture_hash` is the SHA-256 (hex) of the grey picture, so
    the same page met in two files is known again; of the file's bytes and the page when there is no picture.
    `size` is the picture's width and height in pixels, (0, 0) when there is none.
    """

    file: str
    path: Path
    page: int
    picture_hash: str
    texts: tuple[ReadCode, ...] = ()
    blank: bool = False
    size: tuple[int, int] = (0, 0)
    error: ParchiError | None = None

    @property
    def problem(self) -> str | None:
        """The sentence of `error` with its values still in braces: the key of its translation. None: all is well."""
        return self.error.says if self.error else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some pages of one file, `first` to `last`; with an `error` it stands for what cannot be read."""

    path: Path
    name: str
    first: int = 1
    last: int = 1
    error: ParchiError | None = None


Task = Callable[[Portion], list[ReadPage]]


def read_files(
    paths: Sequence[Path], *, workers: int | None = None, executor: Executor | None = None
) -> Iterator[ReadPage]:
    """The pages behind `paths` (files, folders) in order, each as soon as it and those before it are read.

    `executor` may be any `concurrent.futures.Executor`; without one, `workers` processes are started (as many as the
    machine has cores) and ended with the iterator. Raises nothing that a file can cause: every failure is a ReadPage
    with its error, and the next page follows. Memory does not grow with the number of pages.
    """
    with Crew(workers, executor) as crew:
        yield from read_portions(_portions(paths, crew), crew, read_portion)


def count_pages(paths: Sequence[Path], *, workers: int | None = None, executor: Executor | None = None) -> int:
    """How many ReadPages `read_files` will give for these paths: quick, because no page is decoded."""
    with Crew(workers, executor) as crew:
        return sum(portion.last - portion.first + 1 for portion in _portions(paths, crew))


def read_portion(portion: Portion) -> list[ReadPage]:
    """Reads the pages of one portion, here and now. Raises nothing that the file can cause."""
    if portion.error is not None:
        return [_without_picture(portion, portion.first, portion.error)]
    read: list[ReadPage] = []
    try:
        with closing(pictures(portion.path, portion.name, portion.first, portion.last)) as source:
            for _ in range(portion.first, portion.last + 1):
                with page_fence():
                    read.append(_read(portion, next(source)))
    except Exception as fault:  # the file went away or changed under us: the rest of the portion says so
        for page in range(portion.first + len(read), portion.last + 1):
            error = PageUnreadable(file=portion.name, page=page, why=type(fault).__name__)
            read.append(_without_picture(portion, page, fault if isinstance(fault, ParchiError) else error))
    return read


def read_portions(portions: Iterable[Portion], crew: Crew, task: Task) -> Iterator[ReadPage]:
    """Runs `task` on every portion, a few ahead, and gives the pages in the portions' order.

    When a worker dies, nobody knows by which page: the portions under way are read again page by page, each alone,
    and a page that ends its worker then becomes a PageStopped.
    """
    for portion, future in ahead(portions, lambda portion: crew.submit(task, portion), 2 * crew.workers + 2):
        read = _result(future)
        if read is not None:
            yield from read
            continue
        for page in range(portion.first, portion.last + 1):
            single = replace(portion, first=page, last=page)
            stopped = PageStopped(file=portion.name, page=page)
            yield from crew.alone(task, single) or [_without_picture(single, page, stopped)]


def _portions(paths: Sequence[Path], crew: Crew) -> Iterator[Portion]:
    for found, future in ahead(find_files(paths), lambda found: _look(found, crew), 4 * crew.workers + 16):
        seen = _result(future) or crew.alone(_survey, found) or Survey(error=PageStopped(file=found.name, page=1))
        for first in range(1, seen.pages + 1, PORTION):
            last = min(first + PORTION - 1, seen.pages)
            yield Portion(path=found.path, name=found.name, first=first, last=last)
        if seen.error is not None:
            beyond = seen.pages + 1
            yield Portion(path=found.path, name=found.name, first=beyond, last=beyond, error=seen.error)


def _look(found: Found, crew: Crew) -> Future[Survey]:
    """A worker looks at a PDF, because PDFium may die of one; the other kinds are counted here, in plain Python."""
    try:
        if found.error is None and kind_of(found.path, found.name) is FileKind.PDF:
            return crew.submit(_survey, found)
        seen = Survey(error=found.error) if found.error else survey(found.path, found.name)
    except ParchiError as error:
        seen = Survey(error=error)
    done: Future[Survey] = Future()
    done.set_result(seen)
    return done


def _survey(found: Found) -> Survey:
    with page_fence():
        return survey(found.path, found.name)


def _read(portion: Portion, page: PagePicture) -> ReadPage:
    if page.picture is None:
        return _without_picture(portion, page.page, page.error)
    picture = page.picture
    try:
        codes = read_codes(picture)
    except Exception as fault:  # out of memory in the decoder: this page alone is lost
        error = PageUnreadable(file=portion.name, page=page.page, why=type(fault).__name__)
        return _without_picture(portion, page.page, error)
    return ReadPage(
        file=portion.name,
        path=portion.path,
        page=page.page,
        picture_hash=_picture_hash(picture),
        texts=codes,
        blank=page.sure and not codes and is_blank(picture),
        size=picture.size,
    )


def _without_picture(portion: Portion, page: int, error: ParchiError | None) -> ReadPage:
    content = _file_hash(portion.path)
    identity = hashlib.sha256(f"{content} page {page}".encode()).hexdigest()
    return ReadPage(file=portion.name, path=portion.path, page=page, picture_hash=identity, error=error)


def _picture_hash(picture: Image.Image) -> str:
    digest = hashlib.sha256(f"{picture.width}x{picture.height}:".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def _file_hash(path: Path) -> str:
    """The SHA-256 of a file's bytes; of its name when it is not a file or does not open (never waits on a device)."""
    try:
        if path.is_file():
            return _bytes_hash((path, path.stat().st_size, path.stat().st_mtime_ns))
    except (OSError, ValueError):  # the ReadPage that asks carries the reason
        pass
    return hashlib.sha256(os.fsencode(path)).hexdigest()


@lru_cache(maxsize=4)
def _bytes_hash(state: tuple[Path, int, int]) -> str:
    """`state` is path, size and time of change: a file that fails on every page is hashed once."""
    with state[0].open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _result(future: Future[_B]) -> _B | None:
    """What a task gave; None when its worker died, was lost, or the executor dropped it: it is then done again."""
    try:
        return future.result()
    except Exception:
        return None
