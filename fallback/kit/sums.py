"""The list of a stick's files by SHA-256, written and checked with the standard library alone."""

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SUMS, SEAL = "SHA256SUMS", "KIT.json"
FREE = ("copies", "data")  # what desks write on a stick: it is in no list, and nothing of it is ever run
MOST_FAULTS = 50  # told of one stick: a foreign disk may hold a million files
LARGEST_FILE = 4 * 1024**3 - 1  # bytes; FAT32 holds no more
_MOST_FILES = 100_000  # of a kit: a foreign disk may hold more than memory does
_LARGEST_LIST = 16 * 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64}) [ *](.+)")
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
_PORTABLE = re.compile(r"[A-Za-z0-9_+=@,~()\[\] .-]{1,120}")  # what FAT, every code page and a .bat file can say
_LONGEST_PATH = 200  # letters; Windows gives 260 for all, the drive and what is unpacked beside it included
# What Windows, Linux and a Mac leave on every stick that is plugged in; nothing of it is ever run.
_SYSTEMS_OWN = {
    "system volume information", "$recycle.bin", "lost+found", "lost.dir", ".trashes", ".fseventsd",
    ".spotlight-v100", ".ds_store",
}  # fmt: skip
_REPARSE = 0x400  # FILE_ATTRIBUTE_REPARSE_POINT: a junction, which is_symlink does not see
_PIECE = 1024 * 1024

Tell = Callable[[int, int], None]
"""Told the bytes that were read and the bytes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is not as it was built: `kind` is missing, changed, unlisted, link, case, unreadable or list."""

    kind: str
    path: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.path}"


def is_portable(path: str) -> bool:
    """Whether a file of that path (with `/`) can lie on FAT, be opened by Windows, and be named in a plain list."""
    parts = path.split("/")
    return len(path) <= _LONGEST_PATH and all(
        _PORTABLE.fullmatch(part)
        and not part.endswith((".", " "))
        and not part.startswith(" ")
        and part.split(".")[0].rstrip().lower() not in _RESERVED
        for part in parts
    )


def text(sums: dict[str, str]) -> str:
    """The list as `sha256sum -c` reads it, by path."""
    return "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))


def digest(file: Path, read: Callable[[int], None] | None = None) -> str:
    """The SHA-256 of a file, in hex; `read` is told of each piece's bytes. Raises OSError."""
    sum_ = hashlib.sha256()
    with file.open("rb", buffering=0) as stream:
        while piece := stream.read(_PIECE):
            sum_.update(piece)
            if read is not None:
                read(len(piece))
    return sum_.hexdigest()


def digest_of(content: bytes) -> str:
    """The SHA-256 of what is in memory, in hex."""
    return hashlib.sha256(content).hexdigest()


def listed(folder: Path) -> dict[str, str]:
    """The SHA-256 (hex) of each file that the list names, by its path with `/`.

    Raises OSError where it cannot be read, ValueError where it is not a list that we write: then nothing of it counts.
    """
    found: dict[str, str] = {}
    for line in plain_file(folder / SUMS).decode("ascii").splitlines():  # UnicodeDecodeError is a ValueError
        told = _LINE.fullmatch(line)
        if told is None or not is_portable(told[2]) or told[2] in (SUMS, SEAL) or told[2].split("/")[0].lower() in FREE:
            raise ValueError("a line of it names no file of a kit")
        if told[2] in found:
            raise ValueError("it names a file twice")
        found[told[2]] = told[1]
    if len({path.lower() for path in found}) != len(found):
        raise ValueError("it names two files that Windows takes for one")
    if not found:
        raise ValueError("it is empty")
    return found


def plain_file(file: Path) -> bytes:
    """A small file of a stick. Raises OSError; ValueError for a link, a pipe without an end, or too much."""
    state = file.lstat()
    if not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST_LIST:
        raise ValueError("it is no file of a kit")
    with file.open("rb") as stream:
        return stream.read(_LARGEST_LIST)


def check(folder: Path, tell: Tell | None = None) -> list[Fault]:
    """Everything on a stick that is not as it was built, at most MOST_FAULTS; an empty list when all of it is.

    Says nothing of who built it: `seal.verify` does. Never raises for what lies on the stick.
    """
    try:
        sums = listed(folder)
        sealed = json.loads(plain_file(folder / SEAL))["sums"]
        if digest(folder / SUMS) != sealed:
            return [Fault(kind="changed", path=SUMS)]
    except FileNotFoundError as wrong:
        return [Fault(kind="missing", path=Path(str(wrong.filename)).name)]
    except OSError as wrong:
        return [Fault(kind="unreadable", path=Path(str(wrong.filename or SUMS)).name)]
    except (ValueError, KeyError, TypeError, RecursionError):
        return [Fault(kind="list", path=f"{SUMS}, {SEAL}")]
    return compare(folder, sums, tell)


def compare(folder: Path, sums: dict[str, str], tell: Tell | None = None) -> list[Fault]:
    """Everything in a folder that is not as a list says, at most MOST_FAULTS."""
    return list(islice(_faults(folder, sums, tell), MOST_FAULTS))


def _faults(folder: Path, sums: dict[str, str], tell: Tell | None) -> Iterator[Fault]:
    """Names first, which costs no reading; then every byte of what is there."""
    there: dict[str, int] = {}
    for fault_or_file in walk(folder):
        if isinstance(fault_or_file, Fault):
            yield fault_or_file
        elif fault_or_file[0] not in (SUMS, SEAL):
            there[fault_or_file[0]] = fault_or_file[1]
        if len(there) > _MOST_FILES:
            yield Fault(kind="unlisted", path=shown(fault_or_file[0] if isinstance(fault_or_file, tuple) else "."))
            return
    folded: dict[str, str] = {}
    for path in there:
        if (other := folded.setdefault(path.lower(), path)) != path:
            yield Fault(kind="case", path=f"{other}, {path}")
    wanted = {path.lower(): path for path in sums}
    for path in there:
        if path in sums:
            continue
        if (meant := wanted.get(path.lower())) is None:
            yield Fault(kind="unlisted", path=shown(path))
        elif not (folder / meant).is_file():  # an old driver may show START.BAT as start.bat and open both
            yield Fault(kind="case", path=f"{path}, {meant}")
    total, done = sum(there.get(folded.get(path.lower(), ""), 0) for path in sums), 0

    def read(count: int) -> None:
        nonlocal done
        done += count
        if tell is not None:
            tell(done, total)

    for path, expected in sums.items():
        if path.lower() not in folded:
            yield Fault(kind="missing", path=path)
            continue
        try:
            if digest(folder / path, read) != expected:
                yield Fault(kind="changed", path=path)
        except OSError:
            yield Fault(kind="unreadable", path=path)


def walk(folder: Path) -> Iterator[tuple[str, int] | Fault]:
    """Every file's path and size in bytes, but what desks and operating systems write; a Fault for what is no file.

    Links and junctions are never followed: one could lead out of the stick, or round in a circle.
    """
    waiting = [""]
    while waiting:
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(folder / here), key=lambda entry: entry.name)
        except OSError:
            yield Fault(kind="unreadable", path=shown(here) or ".")
            continue
        for entry in entries:
            path = f"{here}/{entry.name}" if here else entry.name
            if not here and is_not_ours(entry.name):
                continue
            try:
                state = entry.stat(follow_symlinks=False)
            except OSError:
                yield Fault(kind="unreadable", path=shown(path))
                continue
            if stat.S_ISLNK(state.st_mode) or getattr(state, "st_file_attributes", 0) & _REPARSE:
                yield Fault(kind="link", path=shown(path))
            elif stat.S_ISDIR(state.st_mode):
                waiting.append(path)
            elif stat.S_ISREG(state.st_mode):
                yield path, state.st_size
            else:
                yield Fault(kind="link", path=shown(path))


def shown(path: str) -> str:
    """A path as it may be said: a found stick's names may hold anything, and be as long as a page."""
    return "".join(sign if sign.isprintable() else "?" for sign in path)[:_LONGEST_PATH]


def is_not_ours(name: str) -> bool:
    """Whether a name at the top of a stick is a desk's or an operating system's, and so in no list."""
    return name.lower() in (*FREE, *_SYSTEMS_OWN) or name.lower().startswith(".trash-")
