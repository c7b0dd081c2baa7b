"""A disk as it may stand after a power cut: what a process wrote, and what of it was synced by then.

A process is recorded by `strace`: every write with its content, every sync, every name made, moved or removed, and
every answer that it gave, in one order. `Disk` plays the record up to any place. What was synced is there; of the rest
`after_cut` keeps nothing, or a beginning with a torn end, or any sectors (512 or 4096 bytes) in any order, a file's
size grown over sectors that never came (zeros), as disks and file systems do. A sync counts for what was written before
it began, never for more, and not for the file's name: that takes a sync of its folder. Names are kept in order, as
every journalling file system does. Files that only live in memory maps (SQLite's -shm) are left out: SQLite makes them
anew.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

CALLS = (
    "openat,open,creat,lseek,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,fsync,fdatasync,"
    "rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,copy_file_range,sendfile"
)
_UNKNOWN = {"writev", "pwritev", "pwritev2", "truncate", "link", "linkat", "symlink", "symlinkat"} | {
    "copy_file_range", "sendfile", "fallocate",
}  # fmt: skip
_LINE = re.compile(rb"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)", re.DOTALL)
_HANDLE = re.compile(rb"^(\d+)<((?:\\x[0-9a-f]{2})*)>")
_NUMBER = re.compile(rb", (-?\d+)(?=[,)])")


class Kind(StrEnum):
    """What an event did."""

    ANSWER = "answer"
    MAKE = "make"
    WRITE = "write"
    SIZE = "size"
    SYNC_BEGUN = "sync begun"
    SYNC = "sync"
    MOVE = "move"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Event:
    """One call. `offset` is -1 for a write at the file's end; for SIZE it is the new size."""

    kind: Kind
    path: str = ""
    data: bytes = b""
    offset: int = -1
    to: str = ""
    by: int = 0


def command(trace: Path) -> list[str]:
    """What records the command that follows it."""
    return ["strace", "-f", "-y", "-xx", "-s", "4000000", "--seccomp-bpf", "-o", str(trace), "-e", f"trace={CALLS}"]


def events(trace: Path, root: Path) -> Iterator[Event]:
    """What happened below a folder, and the answers on standard output."""
    begun: dict[int, bytes] = {}
    places: dict[int, int] = {}  # where each handle writes next; -1: always at the end
    inside = f"{root}/"
    with trace.open("rb") as file:
        for raw in file:
            found = _LINE.match(raw)
            if found is None:
                continue
            by, name, rest = int(found[1]), (found[2] or found[3]).decode(), found[4]
            if found[2]:
                rest = begun.pop(by, b"") + rest
            elif b"<unfinished ...>" in rest[-20:]:
                begun[by] = rest.removesuffix(b" <unfinished ...>\n")
                if name in ("fsync", "fdatasync"):
                    yield Event(Kind.SYNC_BEGUN, _handle(rest)[1], by=by)
                continue
            elif name in ("fsync", "fdatasync"):
                yield Event(Kind.SYNC_BEGUN, _handle(rest)[1], by=by)
            result = re.search(rb"\) += (-?\d+)", rest)
            if result is None or int(result[1]) < 0:
                continue
            for event in _event(name, rest, int(result[1]), by, places):
                if event.kind is Kind.ANSWER or event.path.startswith(inside) or event.path == str(root):
                    yield event


def _event(name: str, rest: bytes, result: int, by: int, places: dict[int, int]) -> Iterator[Event]:
    texts = [bytes.fromhex(each.decode().replace("\\x", "")) for each in rest.split(b'"')[1::2]]
    if name in ("write", "pwrite64"):
        handle, path = _handle(rest)
        offset = int(_NUMBER.findall(rest[-100:])[-1]) if name == "pwrite64" else places.get(handle, -1)
        if name == "write" and offset >= 0:
            places[handle] = offset + result
        kind = Kind.ANSWER if handle == 1 else Kind.WRITE
        yield Event(kind, path, texts[0][:result], offset)
    elif name == "lseek":
        if places.get(_handle(rest)[0], -1) >= 0:
            places[_handle(rest)[0]] = result
    elif name == "ftruncate":
        yield Event(Kind.SIZE, _handle(rest)[1], offset=int(_NUMBER.findall(rest)[0]))
    elif name in ("fsync", "fdatasync"):
        yield Event(Kind.SYNC, _handle(rest)[1], by=by)
    elif name in ("open", "openat", "creat"):
        places[result] = -1 if b"O_APPEND" in rest else 0
        if b"O_CREAT" in rest or name == "creat":
            yield Event(Kind.MAKE, texts[0].decode())
        if b"O_TRUNC" in rest or name == "creat":
            yield Event(Kind.SIZE, texts[0].decode(), offset=0)
    elif name in ("rename", "renameat", "renameat2"):
        yield Event(Kind.MOVE, texts[0].decode(), to=texts[1].decode())
    elif name in ("unlink", "unlinkat"):
        yield Event(Kind.REMOVE, texts[0].decode())
    elif name in _UNKNOWN and _HANDLE.match(rest):
        path = _handle(rest)[1]
        if not path.endswith("-shm"):
            yield Event(Kind.WRITE, path, b"", -2)  # refused when it is ours: the record would lie


def _handle(rest: bytes) -> tuple[int, str]:
    found = _HANDLE.match(rest)
    return (int(found[1]), bytes.fromhex(found[2].decode().replace("\\x", "")).decode()) if found else (-1, "")


@dataclass(slots=True)
class _File:
    """A file's synced content, what was written since (offset and content, or a new size), and its present size."""

    synced: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)
    size: int = 0

    def settle(self, count: int) -> None:
        for offset, data in self.since[:count]:
            _apply(self.synced, offset, data)
        del self.since[:count]


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
    else:
        content.extend(bytes(max(0, offset - len(content))))
        content[offset : offset + len(data)] = data


class Disk:
    """The files below a folder, which are all synced at the beginning."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._live: dict[str, _File] = {}
        for path in root.rglob("*"):
            if path.is_file() and not path.name.endswith("-shm"):
                content = bytearray(path.read_bytes())
                self._live[str(path)] = _File(synced=content, size=len(content))
        self._folders = [path for path in root.rglob("*") if path.is_dir()]
        self._names = dict(self._live)
        self._moved: list[Event] = []  # names changed and not synced
        self._made: dict[int, _File] = {}
        self._syncing: dict[int, tuple[_File | None, int]] = {}

    def play(self, event: Event) -> None:
        """Does what the event did. Raises ValueError for one that cannot be played."""
        path = event.path
        if path.endswith(("-shm", " (deleted)")):
            return
        file = self._live.get(path)
        match event.kind:
            case Kind.MAKE if file is None:
                self._live[path] = self._made[len(self._moved)] = _File()
                self._moved.append(event)
            case Kind.WRITE if file is not None:
                if event.offset == -2:
                    raise ValueError(f"a call that is not understood wrote into {path}")
                offset = file.size if event.offset == -1 else event.offset
                file.since.append((offset, event.data))
                file.size = max(file.size, offset + len(event.data))
            case Kind.SIZE if file is not None:
                file.since.append((event.offset, None))
                file.size = event.offset
            case Kind.SYNC_BEGUN:
                self._syncing[event.by] = (file, len(file.since) if file else len(self._moved))
            case Kind.SYNC:
                begun, count = self._syncing.pop(event.by)
                if begun is not None:
                    self._settle(begun, count)
                else:
                    self._settle_names(path, count)
            case Kind.MOVE if file is not None:
                self._live[event.to] = self._live.pop(path)
                self._moved.append(event)
            case Kind.REMOVE if file is not None:
                del self._live[path]
                self._moved.append(event)

    def _settle(self, file: _File, count: int) -> None:
        file.settle(count)
        self._syncing = {
            by: (each, max(0, most - count) if each is file else most) for by, (each, most) in self._syncing.items()
        }

    def _settle_names(self, folder: str, count: int) -> None:
        """A folder's sync settles its own names, in order, and with them all that came before: there is one journal."""
        last = max(
            (
                place
                for place, each in enumerate(self._moved[:count])
                if str(Path(each.to or each.path).parent) == folder
            ),
            default=-1,
        )
        for place, each in enumerate(self._moved[: last + 1]):
            _rename(self._names, each, self._made.get(place))
        done = last + 1
        del self._moved[:done]
        self._made = {place - done: file for place, file in self._made.items() if place >= done}
        self._syncing = {
            by: (file, most if file is not None else max(0, most - done)) for by, (file, most) in self._syncing.items()
        }

    def after_cut(self, chance: Random, into: Path) -> str:
        """Puts the files as a power cut at this moment may leave them in the folder's place; says what was kept."""
        how = chance.choice(("nothing", "torn", "512", "4096", "everything"))
        names = dict(self._names)
        kept = {"nothing": 0, "everything": len(self._moved)}.get(how, chance.randint(0, len(self._moved)))
        for place, each in enumerate(self._moved[:kept]):
            _rename(names, each, self._made.get(place))
        shutil.rmtree(into)
        into.mkdir()
        for folder in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
        for path, file in names.items():
            Path(path).write_bytes(_survived(file, how, chance))
        return how


def _rename(names: dict[str, _File], event: Event, made: _File | None) -> None:
    if event.kind is Kind.MAKE:
        names[event.path] = made or _File()
    elif event.kind is Kind.MOVE and event.path in names:
        names[event.to] = names.pop(event.path)
    elif event.kind is Kind.REMOVE:
        names.pop(event.path, None)


def _survived(file: _File, how: str, chance: Random) -> bytes:
    """What of a file is there after the cut."""
    content = bytearray(file.synced)
    if how == "nothing" or not file.since:
        return bytes(content)
    if how in ("torn", "everything"):
        kept = len(file.since) if how == "everything" else chance.randint(0, len(file.since))
        for offset, data in file.since[:kept]:
            _apply(content, offset, data)
        if kept < len(file.since) and (torn := file.since[kept])[1]:
            offset, data = torn
            ends = range(512 - offset % 512, len(data or b""), 512)
            _apply(content, offset, (data or b"")[: chance.choice((0, *ends))])
        return bytes(content)
    return _scattered(file, int(how), chance)


def _scattered(file: _File, size: int, chance: Random) -> bytes:
    """Each sector as it was at some moment since the last sync, independent of all the others."""
    content, share, most = bytearray(file.synced), chance.random(), len(file.synced)
    sectors: dict[int, list[tuple[int, bytes]]] = {}
    shortest = len(content)
    for offset, data in file.since:
        if data is None:
            shortest, most = min(shortest, offset), max(most, offset)
            continue
        most = max(most, offset + len(data))
        for sector in range(offset // size, (offset + len(data) - 1) // size + 1):
            start, end = max(offset, sector * size), min(offset + len(data), (sector + 1) * size)
            sectors.setdefault(sector, []).append((start, data[start - offset : end - offset]))
    for writes in sectors.values():
        kept = len(writes) if chance.random() < share else chance.randint(0, len(writes) - 1)
        for start, piece in writes[:kept]:
            _apply(content, start, piece)
    grown = chance.choice((len(content), most, chance.randint(min(shortest, most), most)))
    _apply(content, max(grown, min(len(file.synced), shortest)), None)
    return bytes(content)
