"""This computer, as the right to issue knows it: its traits, and the seat of each chain that is written on it.

The right to issue lies with the machine, not with the data folder: a folder can be copied, and its numbers would be
given twice. So a chain's seat lies outside the folder, in the machine's own state folder. The data folder only names
that state folder, for whoever opens it here with another one.
"""

import hashlib
import json
import os
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

from fallback.disk import disk_error, write_file
from fallback.errors import SeatOfAnotherAccount

_FORMAT = "parchi-seat-1"
_NAME_FORMAT = "parchi-seat-is-in-1"
_NAME = Path("private", "seat")  # in the data folder: in no copy, and only its owner reads it
_DIGITS, _HASH = 20, 32
_MARK = _DIGITS + 1 + 2 * _HASH + 1  # bytes of the first line: it is written over in place, and is one disk sector
_LONGEST = 100_000
_CAREFUL = getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
_OPEN = os.O_RDWR | _CAREFUL
_DAMAGED = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)


def state_folder(environment: Mapping[str, str] | None = None) -> Path:
    """Where this machine keeps its seats: PARCHI_STATE, else the user's own folder for a program's state."""
    given = os.environ if environment is None else environment
    if told := given.get("PARCHI_STATE", "").strip():
        return Path(told).expanduser().absolute()
    if sys.platform == "win32":
        return Path(given.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Parchi"
    return Path(given.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "parchi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What tells this computer from others, hashed: the id of its system, and the serials of what is built in."""

    system: str
    parts: frozenset[str]

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits for people and for the journal; they say nothing about the computer."""
        return hashlib.sha256(" ".join([self.system, *sorted(self.parts)]).encode()).hexdigest()[:16]

    def is_same(self, other: Self) -> bool:
        """Whether both are one computer: the same system on hardware of which most parts, where any are known, are too.

        A disk's image on another laptop has the same system on strange parts; a docking station adds parts.
        """
        fewer = min(len(self.parts), len(other.parts))
        return self.system == other.system and (not fewer or 2 * len(self.parts & other.parts) > fewer)


@cache
def this_machine() -> Machine:
    """The computer that we run on."""
    return Machine(system=_hashed(_system()), parts=frozenset(_hashed(part) for part in _parts()))


class Seat:
    """The right to write a chain here: on this machine, in this folder, after this line.

    Its file is no secret, but whoever takes it away takes the right away: the chain then goes on in none.
    """

    def __init__(self, path: Path, machine: Machine, folder: str, sequence: int, line: bytes) -> None:
        self.machine = machine
        self.folder = folder
        self.sequence = sequence
        self.line = line
        self._path = path
        self._handle: int | None = None

    @classmethod
    def find(cls, state: Path, chain: str) -> Self | None:
        """The seat of a chain on this machine; None where there is none, or its file is damaged.

        Raises SeatOfAnotherAccount when this account may not look.
        """
        path = state / f"{chain}.seat"
        try:
            mark, _, rest = _plain(path).partition(b"\n")
            record = json.loads(rest)
            sequence, _, line = mark.decode("ascii").partition(" ")
            if record["format"] != _FORMAT or len(mark) + 1 != _MARK or int(sequence) not in range(1 << 63):
                return None
            return cls(path, _machine(record), str(record["folder"]), int(sequence), bytes.fromhex(line))
        except PermissionError as wrong:
            raise _of_another(state) from wrong
        except _DAMAGED:
            return None

    @classmethod
    def take(cls, state: Path, chain: str, folder: Path) -> Self:
        """A seat for a chain that this machine begins in a folder. Raises DiskFull, FolderReadOnly or DiskFailed."""
        try:
            state.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as wrong:
            raise disk_error(wrong, state) from wrong
        seat = cls(state / f"{chain}.seat", this_machine(), _place(folder), 0, bytes(_HASH))
        write_file(seat._path, seat._mark() + _record(_FORMAT, seat.machine, seat.folder))
        return seat

    @property
    def state(self) -> Path:
        """The state folder that it lies in."""
        return self._path.parent.absolute()

    def is_here(self, folder: Path) -> bool:
        """Whether this is its machine, and the folder is its folder."""
        return self.machine.is_same(this_machine()) and self.folder == _place(folder)

    def hold(self) -> None:
        """Opens its file, to be raised from now on: one that cannot be written would let an old image issue again.

        Raises SeatOfAnotherAccount, FolderReadOnly or DiskFailed.
        """
        try:
            self._handle = os.open(self._path, _OPEN)
        except PermissionError as wrong:
            raise _of_another(self.state) from wrong
        except OSError as wrong:
            raise disk_error(wrong, self._path.parent) from wrong

    def raise_to(self, sequence: int, line: bytes) -> None:
        """Tells that the chain has a line (its hash), unless a later one is told; no wait for the disk, no failure.

        After a power cut the mark may be older than the journal, never newer than what was committed.
        """
        with suppress(OSError, ValueError):
            if self._handle is None:
                self._handle = os.open(self._path, _OPEN)
            os.lseek(self._handle, 0, os.SEEK_SET)
            if sequence <= int(os.read(self._handle, _DIGITS)):  # another process of ours was further
                return
            self.sequence, self.line = sequence, line
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, self._mark())

    def give_up(self) -> None:
        """Takes the right to go on with the chain away from here: the next start begins another one."""
        self.close()
        with suppress(OSError):  # emptied first, which is no seat: Windows removes no file that somebody has open
            os.truncate(self._path, 0)
        with suppress(OSError):
            self._path.unlink()

    def close(self) -> None:
        """Lets go of its file."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    def _mark(self) -> bytes:
        return f"{self.sequence:0{_DIGITS}d} {self.line.hex()}\n".encode()


def named_state(folder: Path) -> Path | None:
    """The state folder that a data folder names as that of its seat on this machine; None where it names none.

    What a copy brought along from another machine or place names nothing here. Raises SeatOfAnotherAccount when this
    account may not look.
    """
    try:
        record = json.loads(_plain(folder / _NAME))
        state, text = Path(record["state"]), record["state"]
        if record["format"] != _NAME_FORMAT or not state.is_absolute() or text.startswith(("//", "\\\\")):
            return None  # with two strokes it is another computer's disk: nothing asks the network
        here = _machine(record).is_same(this_machine()) and record["folder"] == _place(folder)
        return state if here else None
    except PermissionError as wrong:
        raise _of_another(folder / _NAME.parent) from wrong
    except _DAMAGED:
        return None


def name_state(folder: Path, state: Path) -> None:
    """Lets a data folder name a state folder: else a command with another one, by sudo perhaps, would begin a new chain
    under the desks that are at work. Raises DiskFull, FolderReadOnly or DiskFailed.
    """
    path = folder / _NAME
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    write_file(path, _record(_NAME_FORMAT, this_machine(), _place(folder), state=str(state)))


def _record(kind: str, machine: Machine, folder: str, **more: str) -> bytes:
    record = {"format": kind, "folder": folder, **more, "system": machine.system, "parts": sorted(machine.parts)}
    return json.dumps(record, indent=1).encode() + b"\n"


def _machine(record: Any) -> Machine:
    return Machine(system=str(record["system"]), parts=frozenset(map(str, record["parts"])))


def _plain(path: Path) -> bytes:
    """A small file, no link, no pipe: a stranger's data folder may name anything. Raises OSError or ValueError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise ValueError("it is no file")
    with os.fdopen(os.open(path, os.O_RDONLY | _CAREFUL), "rb") as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError("it is too long")
    return content


def _of_another(state: Path) -> SeatOfAnotherAccount:
    return SeatOfAnotherAccount(folder="".join(sign if sign.isprintable() else "?" for sign in str(state)))


def _place(folder: Path) -> str:
    return os.path.normcase(folder.resolve())


def _hashed(trait: str) -> str:
    return hashlib.sha256(b"parchi machine 1: " + trait.encode("utf-8", "replace")).hexdigest()[:16]


if sys.platform == "win32":
    import ctypes
    import winreg

    def _system() -> str:
        with suppress(OSError), winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        return ""

    def _parts() -> Iterator[str]:
        """The board's own UUID, out of the firmware's tables."""
        ask, provider = ctypes.windll.kernel32.GetSystemFirmwareTable, int.from_bytes(b"RSMB", "big")
        size = ask(provider, 0, None, 0)
        table = ctypes.create_string_buffer(size)
        if size and ask(provider, 0, table, size) == size:
            yield from board_uuid(table.raw[8:])
else:

    def _system() -> str:
        return next(filter(None, (_text(Path(name)) for name in ("/etc/machine-id", "/var/lib/dbus/machine-id"))), "")

    def _parts() -> Iterator[str]:
        """Serials of built-in disks, addresses of built-in network cards, a board's serial: what any user may read."""
        for disk in _built_in(Path("/sys/block")):
            serials = (_text(disk / name) for name in ("device/serial", "device/wwid", "serial", "wwid"))
            yield from (f"disk {serial}" for serial in list(filter(None, serials))[:1])
        for card in _built_in(Path("/sys/class/net")):
            if _text(card / "addr_assign_type") == "0":  # else it is made up, anew at each start
                yield f"card {_text(card / 'address')}"
        if serial := _text(Path("/proc/device-tree/serial-number")):
            yield f"board {serial}"


def board_uuid(tables: bytes) -> Iterator[str]:
    """The UUID of the system (structure 1) in a computer's SMBIOS tables, unless it is an empty one."""
    start = 0
    while start + 4 <= len(tables):
        kind, length = tables[start], tables[start + 1]
        uuid = tables[start + 8 : start + 24]
        if kind == 1 and length >= 24 and len(set(uuid)) > 1:
            yield f"board {uuid.hex()}"
        end = tables.find(b"\0\0", start + length)  # the structure's texts end with an empty one
        if length < 4 or end < 0:
            return
        start = end + 2


def _built_in(folder: Path) -> Iterator[Path]:
    """The devices of a kind that are soldered or screwed in: what hangs on USB goes from laptop to laptop."""
    with suppress(OSError):
        for each in sorted(folder.iterdir()):
            where = each.resolve().as_posix()
            if (each / "device").exists() and "/usb" not in where and "/virtual/" not in where:
                yield each


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip("\0 \r\n\t")
    except OSError:
        return ""
