"""Where a file's bytes come from: the disk, an encrypted file, or a place inside a ZIP."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

from fallback.errors import ParchiError, ScanMissing, ScanNotAllowed
from fallback.scanning import zips
from fallback.scanning.kinds import HEAD, FileKind, kind_of
from fallback.sealed import SealedFile

_PIECE = 1 << 20

State = tuple[int, int]  # size and time of change


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a ZIP, by its place in the ZIP's own list: names there may repeat, or be traps."""

    archive: Path | SealedFile
    place: int


Source = Path | SealedFile | Member


def opened(source: Source, name: str) -> BinaryIO:
    """The bytes of a source, seekable. `name` is for the sentence.

    Raises ScanMissing, ScanNotAllowed, ScanDamaged or SealBroken.
    """
    if isinstance(source, Member):
        return io.BytesIO(b"".join(pieces(source, name)))
    try:
        return source.open() if isinstance(source, SealedFile) else source.open("rb")
    except (FileNotFoundError, NotADirectoryError, ValueError) as fault:
        raise ScanMissing(file=name) from fault
    except OSError as fault:
        raise ScanNotAllowed(file=name, why=fault.strerror or type(fault).__name__) from fault


def pieces(member: Member, name: str) -> Iterator[bytes]:
    """The bytes of a file inside a ZIP, a piece at a time. Raises as `opened`."""
    return zips.content(_archive((member.archive, state_of(member))), member.place, name)


def kind(file: BinaryIO, name: str) -> FileKind:
    """What an opened file is; it stands at its start again afterwards. Raises as `kind_of`, and ScanNotAllowed."""
    try:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        head = file.read(HEAD)
        file.seek(0)
    except OSError as fault:
        raise ScanNotAllowed(file=name, why=fault.strerror or type(fault).__name__) from fault
    return kind_of(head, size, name)


def state_of(source: Source) -> State | None:
    """The state of the file on disk, to see whether it changes; None when it cannot be asked."""
    try:
        facts = _path(source).stat()
    except (OSError, ValueError):
        return None
    return facts.st_size, facts.st_mtime_ns


def fingerprint(source: Source) -> str:
    """SHA-256 of the source's bytes; of its name when it is no file or does not open (never waits on a device)."""
    path = _path(source)
    try:
        if path.is_file():
            whole = _hashed((source.archive if isinstance(source, Member) else source, state_of(source)))
            return f"{whole} member {source.place}" if isinstance(source, Member) else whole
    except (OSError, ValueError, ParchiError):  # the page that asks carries the reason
        pass
    return hashlib.sha256(os.fsencode(path)).hexdigest()


def _path(source: Source) -> Path:
    if isinstance(source, Member):
        source = source.archive
    return source.path if isinstance(source, SealedFile) else source


@lru_cache(maxsize=4)
def _hashed(which: tuple[Path | SealedFile, State | None]) -> str:
    """`which` has the file's state: a file that fails on every page is hashed once, until it changes."""
    with opened(which[0], "") as file:
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
        return digest.hexdigest()


@lru_cache(maxsize=1)
def _archive(which: tuple[Path | SealedFile, State | None]) -> zipfile.ZipFile:
    """The ZIP that a worker reads members of: its list of ten thousand names is read once, until the file changes."""
    return zips.archive(opened(which[0], ""), "")
