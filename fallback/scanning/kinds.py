"""Tells what a file is by its content, never by its name, and refuses what is not a scan or is too big to be one."""

from enum import StrEnum

from fallback.errors import ParchiError, ScanEmpty, ScanNotPictures, ScanPacked, ScanTooBig

PIXEL_LIMIT = 40_000_000  # A4 at 600 dots per inch is 35 million; decoding the limit in colour stays below 350 MB
MEGABYTE = 1_000_000
HEAD = 4096  # bytes that are enough to tell


class FileKind(StrEnum):
    """The kinds of file that scanners and phones make, and people pack."""

    PDF = "PDF"
    TIFF = "TIFF"
    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    HEIC = "HEIC"
    ZIP = "ZIP"

    @property
    def limit(self) -> int:
        """The most megabytes a file of this kind may have: thousands of pages, or one picture, which is held whole."""
        return 100 if self.is_one else 4000

    @property
    def is_one(self) -> bool:
        """Whether the whole file is one page."""
        return self in (FileKind.JPEG, FileKind.PNG, FileKind.WEBP, FileKind.HEIC)


_STARTS = (
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"II*\x00", FileKind.TIFF),
    (b"MM\x00*", FileKind.TIFF),
    (b"II+\x00", FileKind.TIFF),
    (b"MM\x00+", FileKind.TIFF),
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
)
_PHOTOS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
_PACKED = (
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
)
_OTHERS = (
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"GIF8", "a GIF picture"),
    (b"BM", "a BMP picture"),
    (b"RIFF", "a sound or a film"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
)


def kind_of(head: bytes, size: int, name: str) -> FileKind:
    """What a file of `size` bytes is that begins with `head` (HEAD bytes of it). `name` is for the sentence.

    Raises ScanEmpty, ScanTooBig, ScanPacked or ScanNotPictures.
    """
    if not size or not head:
        raise ScanEmpty(file=name)
    kind = next((kind for start, kind in _STARTS if head.startswith(start)), None)
    if kind is None and head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        kind = FileKind.WEBP
    if kind is None and head[4:8] == b"ftyp" and head[8:12] in _PHOTOS and b"avif" not in head[8:40]:
        kind = FileKind.HEIC
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
        return ScanNotPictures(file=name, what="an AVIF photo or a film")
    if b"\x00" not in head and _is_text(head):
        return ScanNotPictures(file=name, what="a text file")
    return ScanNotPictures(file=name, what="a file of an unknown kind")


def _is_text(head: bytes) -> bool:
    try:
        head[:-3].decode("utf-8") if len(head) == HEAD else head.decode("utf-8")
    except UnicodeDecodeError as fault:
        return fault.start > len(head) - 8  # a letter cut by the end of what was looked at
    return True
