"""Finds the files to read among what a person gave: folders opened, sorted, and nothing that could hang a read."""

import errno
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fallback.errors import ParchiError, ScanFolderEmpty, ScanFolderLoop, ScanMissing, ScanNotAFile, ScanNotAllowed
from fallback.sealed import SealedFile

_DIGITS = re.compile(r"(\d+)")
_HIDDEN = frozenset({"thumbs.db", "desktop.ini", "__macosx", "$recycle.bin", "system volume information"})
_ODD = (
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a disk device"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One file to read, or the reason why a path gives none.

    `name` is what a person sees: the file's own name, or its place below the folder that was given; always printable.
    """

    source: Path | SealedFile
    name: str
    error: ParchiError | None = None


def find_files(sources: Sequence[Path | SealedFile]) -> Iterator[Found]:
    """The files behind `sources`: these in the order given, a folder's content by name (page 2 before page 10).

    Hidden files and the systems' own droppings inside a folder are passed over; given by name they are read. A folder
    that was met already is not read again. Raises nothing: what cannot be read is a Found with its error.
    """
    seen: set[tuple[int, int]] = set()
    for source in sources:
        if isinstance(source, SealedFile):
            yield Found(source=source, name=printable(source.name))
            continue
        # (path, name, the folders above it): a stack, because a hostile tree may be deeper than Python's recursion.
        waiting: list[tuple[Path, str, frozenset[tuple[int, int]]]] = [
            (source, source.name or str(source), frozenset())
        ]
        while waiting:
            here, name, above = waiting.pop()
            label = printable(name)
            try:
                facts = here.stat()
            except (OSError, ValueError) as fault:
                yield Found(source=here, name=label, error=_not_reached(fault, label))
                continue
            if not stat.S_ISDIR(facts.st_mode):
                yield Found(source=here, name=label, error=_odd(facts.st_mode, label))
                continue
            place = (facts.st_dev, facts.st_ino)
            if place in above:
                yield Found(source=here, name=label, error=ScanFolderLoop(file=label))
                continue
            if place in seen:
                continue
            seen.add(place)
            try:
                inside = sorted((entry.name for entry in here.iterdir() if not is_hidden(entry.name)), key=by_number)
            except OSError as fault:
                yield Found(source=here, name=label, error=_not_reached(fault, label))
                continue
            if not inside:
                yield Found(source=here, name=label, error=ScanFolderEmpty(file=label))
            top = not above
            for entry in reversed(inside):
                waiting.append((here / entry, entry if top else f"{name}/{entry}", above | {place}))


def printable(name: str) -> str:
    """A file's name with everything a screen or a log cannot show replaced by `?`; at most 200 letters."""
    return "".join(letter if letter.isprintable() else "?" for letter in name)[-200:]


def is_hidden(entry: str) -> bool:
    """Whether a name in a folder is hidden, or a system's own dropping that no person put there."""
    return (entry.startswith((".", "~$")) and entry not in (".", "..")) or entry.lower() in _HIDDEN


def by_number(entry: str) -> tuple[list[tuple[int, str]], str]:
    """The key that sorts names as people count: page 2 before page 10."""
    parts = _DIGITS.split(entry.lower())
    return [(int(part[-18:]), "") if part.isdecimal() else (-1, part) for part in parts if part], entry


def _odd(mode: int, label: str) -> ParchiError | None:
    if stat.S_ISREG(mode):
        return None
    what = next((word for test, word in _ODD if test(mode)), "something else")
    return ScanNotAFile(file=label, what=what)


def _not_reached(fault: OSError | ValueError, label: str) -> ParchiError:
    if isinstance(fault, ValueError | FileNotFoundError | NotADirectoryError):
        return ScanMissing(file=label)
    if fault.errno == errno.ELOOP:  # a link to itself
        return ScanFolderLoop(file=label)
    return ScanNotAllowed(file=label, why=fault.strerror or type(fault).__name__)
