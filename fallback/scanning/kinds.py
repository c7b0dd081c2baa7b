"""Tells what a file is by its content, never by its name, and refuses what is not a scan or is too big to be one."""

from enum import StrEnum
from pathlib import Path

from fallback.errors import (
    ParchiError,
    ScanEmpty,
    ScanMissing,
    ScanNotAllowed,
    ScanNotPictures,
    ScanPacked,
    ScanTooBig,
)

PIXEL_LIMIT = 40_000_000  # A4 at 600 dots per inch is 35 million; decoding the limit in colour stays below 350 MB
MEGABYTE = 1_000_000
_HEAD = 4096


class FileKind(StrEnum):
    """The four kinds of file that scanners make."""

    PDF = "PDF"
    TIFF = "TIFF"
    JPEG = "JPEG"
    PNG = "PNG"

    @property
    def limit(self) -> int:
        """The most megabytes a file of this kind may have: thousands of pages, or one picture."""
        return 4000 if self in (FileKind.PDF, FileKind.TIFF) else 200


_STARTS = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"II+\x00", FileKind.TIFF),
    (b"MM\x00+", FileKind.TIFF),
)
_PACKED = (
    (b"PK\x03\x04", "ZIP or an office document"),
    (b"PK\x05\x06", "ZIP"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\xd0\xcf\x11\xe0", "an old office document"),
)
_OTHERS = (
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a WebP picture, a sound or a film"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)


def kind_of(path: Path, name: str) -> FileKind:
    """What the file at `path` is. `name` is for the sentence.

    Raises ScanEmpty, ScanTooBig, ScanPacked, ScanNotPictures, ScanMissing or ScanNotAllowed.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except FileNotFoundError as fault:
        raise ScanMissing(file=name) from fault
    except OSError as fault:
        raise ScanNotAllowed(file=name, why=fault.strerror or type(fault).__name__) from fault
    if not head:
        raise ScanEmpty(file=name)
    kind = next((kind for start, kind in _STARTS if head.startswith(start)), None)
    if kind is None and b"%PDF-" in head[:1024]:
        kind = FileKind.PDF  # the standard lets other bytes stand before it, and mail gateways put some there
    if kind is None:
        raise _refusal(head, name)
    if size > kind.limit * MEGABYTE:
        raise ScanTooBig(file=name, megabytes=size // MEGABYTE, kind=kind.value, limit=kind.limit)
    return kind


def _refusal(head: bytes, name: str) -> ParchiError:
    for start, what in _PACKED:
        if head.startswith(start):
            return ScanPacked(file=name, what=what)
    for start, what in _OTHERS:
        if head.startswith(start):
            return ScanNotPictures(file=name, what=what)
    if head[4:8] == b"ftyp":
        return ScanNotPictures(file=name, what="a HEIC photo or a film")
    if b"\x00" not in head and _is_text(head):
        return ScanNotPictures(file=name, what="a text file")
    return ScanNotPictures(file=name, what="a file of an unknown kind")


def _is_text(head: bytes) -> bool:
    try:
        head[:-3].decode("utf-8") if len(head) == _HEAD else head.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.start > len(head) - 8  # a letter cut by the end of what was looked at
    return True
