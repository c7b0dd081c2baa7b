"""Files to pages: how many pages a file has, and each page as one grey picture, one at a time in memory."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from fallback.errors import (
    PageUnreadable,
    ParchiError,
    ScanCutShort,
    ScanDamaged,
    ScanNotAllowed,
    ScanTooManyPages,
    ScanWithoutPages,
)
from fallback.scanning import pdf, rasters
from fallback.scanning.kinds import FileKind, kind_of

PAGE_LIMIT = 20_000
_TAIL = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file holds, found out without decoding a page.

    `pages` can be read; `error` says what is wrong with the file as a whole (then `pages` is 0) or with its end.
    """

    kind: FileKind | None = None
    pages: int = 0
    error: ParchiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """One page, counted from 1: its grey picture (mode L), or the error that stands in its place.

    `sure` is False when something on the page may be missing from the picture, so white must not be called blank.
    """

    page: int
    picture: Image.Image | None = None
    sure: bool = True
    error: ParchiError | None = None


def survey(path: Path, name: str) -> Survey:
    """Looks at the file at `path`; `name` is for the sentences. Raises nothing that the file can cause."""
    try:
        kind = kind_of(path, name)
        if kind in (FileKind.JPEG, FileKind.PNG):
            return Survey(kind=kind, pages=1)
        if kind is FileKind.TIFF:
            pages, whole = rasters.count_tiff(path, PAGE_LIMIT)
        else:
            with pdf.opened(path, name) as document:
                pages = pdf.count(document)
            whole = _has_end(path)
    except ParchiError as error:
        return Survey(error=error)
    except OSError as fault:
        return Survey(error=ScanNotAllowed(file=name, why=fault.strerror or type(fault).__name__))
    if pages > PAGE_LIMIT:
        return Survey(error=ScanTooManyPages(file=name, pages=pages, limit=PAGE_LIMIT))
    if not whole:
        # PDFium rebuilds a file without an end from what is left: the lost pages would be missed by nobody.
        return Survey(kind=kind, pages=pages, error=ScanCutShort(file=name, pages=pages))
    if not pages:
        return Survey(error=ScanWithoutPages(file=name))
    return Survey(kind=kind, pages=pages)


def pictures(path: Path, name: str = "", first: int = 1, last: int | None = None) -> Generator[PagePicture]:
    """The pages `first` to `last` (all when None) of one file, in order, each decoded when it is asked for.

    A page that cannot be decoded is a PagePicture with an error; the next one follows. Raises what is wrong with the
    file as a whole: ScanEmpty, ScanLocked, ScanDamaged, ScanNotPictures and their like.
    """
    name = name or path.name
    kind = kind_of(path, name)
    if kind is FileKind.PDF:
        with pdf.opened(path, name) as document:
            for page in range(first, (last or pdf.count(document)) + 1):
                yield _pdf_page(document, page, name)
        return
    if kind is FileKind.TIFF and last is None:
        last = rasters.count_tiff(path, PAGE_LIMIT)[0]
    try:
        source = rasters.opened(path, kind, name)
    except ParchiError as error:
        yield PagePicture(page=first, error=error)
        return
    except Exception as fault:  # a header may be broken in ways that Pillow did not foresee
        raise ScanDamaged(file=name, kind=kind.value) from fault
    with source as image:
        for page in range(first, (last or 1) + 1):
            yield _raster_page(image, page, name)


def page_picture(path: Path, page: int = 1, name: str = "") -> PagePicture:
    """One page, for a screen that shows it. The pixels are those that were read: a code's box fits them."""
    with closing(pictures(path, name, page, page)) as found:
        return next(found)


def _pdf_page(document: object, page: int, name: str) -> PagePicture:
    try:
        picture, sure = pdf.picture(document, page, name)
    except ParchiError as error:
        return PagePicture(page=page, error=error)
    except Exception as fault:  # a decoder may raise anything on a hostile page, and the next page must still be read
        return PagePicture(page=page, error=_unreadable(page, name, fault))
    return PagePicture(page=page, picture=picture, sure=sure)


def _raster_page(image: Image.Image, page: int, name: str) -> PagePicture:
    try:
        picture = rasters.picture(image, page, name)
    except ParchiError as error:
        return PagePicture(page=page, error=error)
    except Exception as fault:  # as above: OSError, SyntaxError, struct.error, KeyError and MemoryError were all seen
        return PagePicture(page=page, error=_unreadable(page, name, fault))
    return PagePicture(page=page, picture=picture)


def _unreadable(page: int, name: str, fault: Exception) -> PageUnreadable:
    error = PageUnreadable(file=name, page=page, why=type(fault).__name__)
    error.__cause__ = fault
    return error


def _has_end(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        return b"%%EOF" in file.read()
