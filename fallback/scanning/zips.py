"""ZIP files: what is inside, and the bytes of one member, which goes by its place: no name becomes a path."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from lzma import LZMAError
from typing import BinaryIO

from fallback.errors import (
    ParchiError,
    ScanBomb,
    ScanDamaged,
    ScanLocked,
    ScanNotPictures,
    ScanPacked,
    ScanTooManyPages,
    ScanWithoutPages,
)
from fallback.scanning.files import by_number, is_hidden, printable
from fallback.scanning.kinds import HEAD, MEGABYTE, FileKind, kind_of

MEMBER_LIMIT = 20_000
_RATIO = 100  # times its packed size: scans are packed already, only made-up files shrink so far ...
_HARMLESS = 1000 * MEGABYTE  # ... but blank black-and-white pages do too
_PIECE = 1 << 20
_LOCKED = 0x1  # the flag of a member that needs a password

# What zipfile and its unpackers raise for damaged members, old packing methods among them.
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    OSError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inside:
    """One file inside a ZIP: its place in the ZIP's list, its name for people, its bytes, what it is or is not."""

    place: int
    name: str
    size: int
    kind: FileKind | None = None
    error: ParchiError | None = None


def archive(file: BinaryIO, name: str) -> zipfile.ZipFile:
    """The ZIP in `file`. Raises ScanDamaged."""
    try:
        return zipfile.ZipFile(file)
    except FAULTS as fault:
        raise ScanDamaged(file=name, kind="ZIP") from fault


def listing(packed: zipfile.ZipFile, size: int, name: str, *, nested: bool) -> tuple[list[Inside], ParchiError | None]:
    """The files in a ZIP of `size` bytes, page 2 before page 10, and what keeps others from being read.

    `nested` says that the ZIP lay in a ZIP itself; one in it is then refused. Raises ScanTooManyPages, ScanBomb,
    ScanNotPictures for an office document, ScanWithoutPages, ScanLocked when nothing opens without the password.
    """
    members = [
        (place, each)
        for place, each in enumerate(packed.infolist())
        if not each.is_dir() and not any(is_hidden(part) for part in _parts(each.filename))
    ]
    names = {each.filename for _, each in members}
    if "[Content_Types].xml" in names or "mimetype" in names:
        raise ScanNotPictures(file=name, what="an office document")
    if not members:
        raise ScanWithoutPages(file=name)
    if len(members) > MEMBER_LIMIT:
        raise ScanTooManyPages(file=name, pages=len(members), limit=MEMBER_LIMIT)
    if sum(each.file_size for _, each in members) > max(_HARMLESS, _RATIO * size):
        raise ScanBomb(file=name)
    locked = ScanLocked(file=name) if any(each.flag_bits & _LOCKED for _, each in members) else None
    free = [(place, each) for place, each in members if not each.flag_bits & _LOCKED]
    if locked and not free:
        raise locked
    free.sort(key=lambda member: [by_number(part) for part in _parts(member[1].filename)])
    return [_look(packed, place, member, name, nested) for place, member in free], locked


def content(packed: zipfile.ZipFile, place: int, name: str) -> Iterator[bytes]:
    """The bytes of a member in pieces, never more than the ZIP says it has. Raises ScanDamaged."""
    member = packed.infolist()[place]
    try:
        with packed.open(member) as file:
            while piece := file.read(_PIECE):
                yield piece
    except FAULTS as fault:
        raise ScanDamaged(file=name, kind="ZIP") from fault


def _look(packed: zipfile.ZipFile, place: int, member: zipfile.ZipInfo, name: str, nested: bool) -> Inside:
    label = printable(f"{name}/{member.filename}")
    try:
        if stat.S_ISLNK(member.external_attr >> 16):
            raise ScanNotPictures(file=label, what="a link")
        with packed.open(member) as file:
            kind = kind_of(file.read(HEAD), member.file_size, label)
        if kind is FileKind.ZIP and nested:
            raise ScanPacked(file=label, what="a ZIP in a ZIP in a ZIP")
    except ParchiError as error:
        return Inside(place=place, name=label, size=member.file_size, error=error)
    except FAULTS:
        return Inside(place=place, name=label, size=member.file_size, error=ScanDamaged(file=label, kind="ZIP"))
    return Inside(place=place, name=label, size=member.file_size, kind=kind)


def _parts(filename: str) -> list[str]:
    return [part for part in filename.replace("\\", "/").split("/") if part]
