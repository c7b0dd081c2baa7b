"""Files to pages: how many pages a file has, and each page as the picture that is kept and read."""

import hashlib
import io
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

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
from fallback.scanning import pdf, rasters, zips
from fallback.scanning.cascade import open_picture
from fallback.scanning.crew import page_fence
from fallback.scanning.kinds import FileKind
from fallback.scanning.sources import Source, fingerprint, kind, opened

PAGE_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageScan:
    """One page as it is kept: `content` is a picture file (JPEG, PNG or WebP), `identity` its SHA-256 (hex).

    `page` counts from 1. A page that gives no picture has an `error`, no content, and an identity from its file's bytes
    and its place. `sure` is False when something on the page may be missing from the picture: white is not blank then.
    """

    file: str
    page: int
    identity: str
    content: bytes = b""
    sure: bool = True
    error: ParchiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a file holds, found out without decoding a page.

    `pages` can be read; `error` says what is wrong with the file as a whole (then `pages` is 0) or with its end.
    `size` are the bytes of a file that is one page. Of a ZIP, `inside` are its files. `reshaped`: see `pdf.Document`.
    """

    pages: int = 0
    size: int = 0
    inside: tuple[zips.Inside, ...] = ()
    reshaped: bool = True
    error: ParchiError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """One page, counted from 1: its grey picture (mode L), or the error that stands in its place."""

    page: int
    picture: Image.Image | None = None
    error: ParchiError | None = None


class Pages(Protocol):
    """An opened file: its pages one by one, in any order; nearly all of them are asked for in order."""

    def page(self, page: int, name: str) -> tuple[bytes, bool]:
        """The picture that is kept of a page, and whether it is sure. Raises anything for a damaged page."""

    def close(self) -> None:
        """Closes the file."""


def survey(source: Source, name: str, *, nested: bool = False, deep: bool = True) -> Survey:
    """Looks at a file; `name` is for the sentences. Raises nothing that the file can cause.

    `nested`: it lay in a ZIP. `deep` looks through the whole of a PDF for what `reshaped` says.
    """
    try:
        with opened(source, name) as file:
            return _surveyed(file, name, nested, deep)
    except ParchiError as error:
        return Survey(error=error)
    except OSError as fault:
        return Survey(error=ScanNotAllowed(file=name, why=fault.strerror or type(fault).__name__))


def open_pages(source: Source, name: str, *, reshaped: bool = True) -> Pages:
    """Opens a file for its pages. Raises what is wrong with it as a whole: ScanEmpty, ScanLocked, ScanDamaged, ..."""
    file = opened(source, name)
    try:
        what = kind(file, name)
        if what is FileKind.PDF:
            return pdf.Document(file, name, reshaped=reshaped)
        if what is FileKind.ZIP:
            raise ScanDamaged(file=name, kind="ZIP")  # it became one after it was looked at
        return _Pictures(file, what, name)
    except BaseException:
        file.close()
        raise


def scan_of(pages: Pages, source: Source, page: int, name: str) -> PageScan:
    """One page, read here and now. Raises nothing that the file can cause."""
    try:
        with page_fence():
            content, sure = pages.page(page, name)
    except Exception as fault:  # a decoder may raise anything on a hostile page, and the next page must still be read
        return without_picture(source, page, name, fault)
    identity = hashlib.sha256(content).hexdigest()
    return PageScan(file=name, page=page, identity=identity, content=content, sure=sure)


def without_picture(source: Source, page: int, name: str, fault: Exception) -> PageScan:
    """What stands for a page that gives no picture; `fault` becomes its error."""
    error = fault if isinstance(fault, ParchiError) else PageUnreadable(file=name, page=page, why=type(fault).__name__)
    identity = hashlib.sha256(f"{fingerprint(source)} page {page}".encode()).hexdigest()
    return PageScan(file=name, page=page, identity=identity, error=error)


def placed(error: ParchiError, file: str, page: int) -> ParchiError:
    """A page's error with the page's name: who reads a picture by its bytes does not know it."""
    return type(error)(**(error.values | {"file": file, "page": page}))


def page_picture(path: Path, page: int = 1, name: str = "") -> PagePicture:
    """One page of a file, for a screen that shows it. The pixels are those that are read: a code's box fits them.

    Raises what is wrong with the file as a whole.
    """
    name = name or path.name
    with closing(open_pages(path, name)) as pages:
        scan = scan_of(pages, path, page, name)
    if scan.error:
        return PagePicture(page=page, error=scan.error)
    try:
        return PagePicture(page=page, picture=open_picture(scan.content))
    except ParchiError as error:
        return PagePicture(page=page, error=placed(error, name, page))
    except Exception as fault:
        return PagePicture(page=page, error=PageUnreadable(file=name, page=page, why=type(fault).__name__))


class _Pictures:
    """A picture file of one page or many. What scanners and phones make, and browsers show, is kept as it is."""

    def __init__(self, file: BinaryIO, what: FileKind, name: str) -> None:
        """Raises ScanDamaged, PageTooLarge, ScanNeedsMore."""
        self._file = file
        self._what = what
        try:
            self._image = rasters.opened(file, what, name)
        except ParchiError:
            raise
        except Exception as fault:  # a header may be broken in ways that Pillow did not foresee
            raise ScanDamaged(file=name, kind=what.value) from fault

    def page(self, page: int, name: str) -> tuple[bytes, bool]:
        if self._what is FileKind.TIFF:
            return rasters.encoded(rasters.picture(self._image, page, name)), True
        if page > 1:
            raise EOFError("a picture has one page")
        if self._what is FileKind.HEIC:
            return rasters.photo(self._image, name), True
        rasters.check(self._image, name)
        self._file.seek(0)
        return self._file.read(), True

    def close(self) -> None:
        self._image.close()
        self._file.close()


def _surveyed(file: BinaryIO, name: str, nested: bool, deep: bool) -> Survey:
    what = kind(file, name)
    size = file.seek(0, io.SEEK_END)
    if what.is_one:
        return Survey(pages=1, size=size)
    # Outside of the fence: a slow stick gives 4 GB in two minutes.
    reshaped = what is FileKind.PDF and deep and pdf.is_reshaped(file)
    with page_fence():
        if what is FileKind.ZIP:
            inside, error = zips.listing(zips.archive(file, name), size, name, nested=nested)
            return Survey(inside=tuple(inside), error=error)
        if what is FileKind.TIFF:
            pages, whole = rasters.count_tiff(file, PAGE_LIMIT)
            seen = Survey(pages=pages)
        else:
            whole = pdf.has_end(file)
            with closing(pdf.Document(file, name)) as document:
                seen = Survey(pages=document.count(), reshaped=reshaped, error=document.more(name))
    if seen.pages > PAGE_LIMIT:
        return Survey(error=ScanTooManyPages(file=name, pages=seen.pages, limit=PAGE_LIMIT))
    if not whole:
        seen = replace(seen, error=ScanCutShort(file=name, pages=seen.pages))
    elif not seen.pages:
        seen = Survey(error=ScanWithoutPages(file=name))
    return seen
