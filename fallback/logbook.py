"""The access log: who asked what of this installation, when, from where. A CSV file a day, without patient data.

CERT-In's directions of 28 April 2022 (No. 20(3)/2022-CERT-In, iv) ask for logs of all systems, kept for 180 days in
India; its FAQ of 18 May 2022 for local time and UTC apart. No value of a path, a form or a query is ever written.
"""

import csv
import hashlib
import io
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from fallback.disk import take_lock
from fallback.slip import INDIA

FOLDER_NAME = "logs"
COLUMNS = (
    "sequence", "utc", "local", "clock_offset_seconds", "event", "address", "login", "role", "method", "endpoint",
    "status", "milliseconds", "bytes",
)  # fmt: skip
REQUEST = "request"
REFUSED_HOST = "refused_host"
REFUSED_LOGIN = "refused_login"
_HEAD = ",".join(COLUMNS) + "\n"
_NAME = re.compile(r"\d{4}-\d{2}-\d{2}(\.\d{1,4})?")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
_LOCK = ".lock"
_PATIENCE = 0.2  # seconds that a request waits for another process; then its line is given up and counted
_TAIL = 4096  # bytes; no line is as long
_WORDS = 80  # letters of a cell
_FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20")  # some spreadsheets take the signs in full width, too


@dataclass(frozen=True, slots=True, kw_only=True)
class LogDay:
    """A file of the log: its name (the day in India, `.2` for a second file of it), its lines, its first and last
    sequence, its SHA-256 in hex, and the names of what is wrong with it: torn lines, and sequences that do not follow.
    """

    day: str
    lines: int
    first: int
    last: int
    sha256: str
    torn: int
    gaps: tuple[int, ...]
    closed: bool


class Logbook:
    """The log in a folder, for any thread and several processes. What it cannot write it counts, and says when it can.

    `clock` says the time with its zone, `offset` how many seconds the computer's clock is off, where that is known.
    Nothing that it does raises: a log that cannot be written never stops a registration.
    """

    def __init__(
        self,
        folder: Path,
        clock: Callable[[], datetime],
        offset: Callable[[], int | None] = lambda: None,
        on_new_day: Callable[[], None] | None = None,
    ) -> None:
        self.folder = folder
        self.lost = 0  # lines not written since the last one that was
        self._clock, self._offset, self._on_new_day = clock, offset, on_new_day
        self._gate = threading.Lock()
        self._day, self._size, self._last = "", -1, 0

    def write(
        self,
        event: str,
        endpoint: str = "",
        *,
        address: str = "",
        login: str = "",
        role: str = "",
        method: str = "",
        status: int = 0,
        milliseconds: int = 0,
        size: int = 0,
    ) -> bool:
        """Adds a line, in the operating system's hands when it returns; says whether it was written."""
        try:
            offset = self._offset()
        except Exception:  # the journal cannot be read at this moment: the line is worth more than its offset
            offset = None
        cells = (
            "" if offset is None else str(offset), _words(event), _address(address), _words(login), _words(role),
            method if method in _METHODS else "other" if method else "", _words(endpoint), str(status or ""),
            str(milliseconds), str(size),
        )  # fmt: skip
        turned = False
        with self._gate:
            try:
                with held(self.folder):
                    turned = self._add(cells)
            except OSError:
                self.lost += 1
                return False
        if turned and self._on_new_day:
            self._on_new_day()
        return True

    def _add(self, cells: tuple[str, ...]) -> bool:
        """Writes under the lock of all processes; says whether a file came to its end by that."""
        now = self._clock()
        day = self._open_day(now)
        path = self.folder / f"{day}.csv"
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = False
            if (day, size) != (self._day, self._size):
                tail = _tail(handle, size)
                torn = size > 0 and not tail.endswith(b"\n")
                known = self._day == day and _last_of(tail)
                self._last = known or max(_lasts(self.folder), default=0)
            text = "" if size else _HEAD
            text += "\n" if torn else ""  # a crash tore the last line: it is closed, never gone on with
            rows = [cells]
            if self.lost:
                rows = [("", "lines_lost", "", "", "", "", f"{self.lost} lines", "", "0", "0"), cells]
            for place, row in enumerate(rows, 1):
                text += _line(self._last + place, now, row)
            content = text.encode()
            written = os.write(handle, content)
            if written != len(content):  # the disk was full in the middle: the torn line is closed by the next
                self._size = -1
                raise OSError("the disk is full")
            turned = bool(self._day) and day != self._day
            self._day, self._size, self._last, self.lost = day, size + written, self._last + len(rows), 0
        finally:
            os.close(handle)
        return turned

    def _open_day(self, now: datetime) -> str:
        """The file to write in: the day's, or its next one where that is closed: the clock was set back."""
        day = now.astimezone(INDIA).date().isoformat()
        name, count = day, 1
        while _is_closed(self.folder / f"{name}.csv"):
            count += 1
            name = f"{day}.{count}"
        return name


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keeps every other process from writing the log, for a moment. Raises OSError, also when one holds it for long."""
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        end = time.monotonic() + _PATIENCE
        while not take_lock(handle):
            if time.monotonic() > end:
                raise OSError("another process holds the log")
            time.sleep(0.002)
        yield
    finally:
        os.close(handle)  # and with it the lock


def days(folder: Path) -> list[str]:
    """The names of the log's files, oldest first. Raises OSError."""
    if not folder.is_dir():
        return []
    return sorted(
        (path.stem for path in folder.glob("*.csv") if _NAME.fullmatch(path.stem)),
        key=lambda name: (name[:10], int(name[11:] or 1)),
    )


def look(folder: Path, day: str) -> LogDay:
    """A file of the log, read to its end. Raises OSError."""
    path = folder / f"{day}.csv"
    digest, lines, torn, first, last, gaps = hashlib.sha256(), 0, 0, 0, 0, list[int]()
    with path.open("rb") as file:
        for place, line in enumerate(file):
            digest.update(line)
            if place == 0 and line == _HEAD.encode():
                continue
            sequence = _sequence(line)
            if not line.endswith(b"\n") or line.count(b",") != len(COLUMNS) - 1 or not sequence:
                torn += 1
                continue
            lines += 1
            if last and sequence != last + 1:
                gaps.append(sequence)
            first, last = first or sequence, sequence
    return LogDay(
        day=day, lines=lines, first=first, last=last, sha256=digest.hexdigest(), torn=torn, gaps=tuple(gaps),
        closed=_is_closed(path),
    )  # fmt: skip


def rows(folder: Path, day: str) -> Iterator[dict[str, str]]:
    """The whole lines of a file, by the names of their columns. Raises OSError."""
    with (folder / f"{day}.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        for line in file:  # no cell has a comma or a quotation mark: a torn line hides none after it
            row = line.rstrip("\n").split(",")
            if len(row) == len(COLUMNS) and row[0].isdigit():
                yield dict(zip(COLUMNS, row, strict=True))


def close(folder: Path, day: str) -> LogDay:
    """Ends a file: no process writes it any more, and its hash is final. Raises OSError."""
    with held(folder):
        (folder / f"{day}.csv").chmod(0o400)
    return look(folder, day)


def _is_closed(path: Path) -> bool:
    try:
        return not path.stat().st_mode & 0o200
    except FileNotFoundError:
        return False


def _line(sequence: int, now: datetime, cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    utc = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    local = now.astimezone(INDIA).isoformat(timespec="milliseconds")
    csv.writer(out, lineterminator="\n").writerow((sequence, utc, local, *cells))
    return out.getvalue()


def _words(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, without comma or line break: all lines have as many commas."""
    plain = "".join(each if each.isprintable() and each not in ',"' else " " for each in text[:_WORDS]).strip()
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _address(text: str) -> str:
    try:
        return str(ip_address(text.partition("%")[0])) if text else ""
    except ValueError:
        return "?"


def _tail(handle: int, size: int) -> bytes:
    os.lseek(handle, max(0, size - _TAIL), os.SEEK_SET)
    found = b""
    while piece := os.read(handle, _TAIL):
        found += piece
    return found


def _last_of(tail: bytes) -> int:
    """The greatest sequence at the end of a file: of a torn line too, where its number is whole."""
    return max((_sequence(line) for line in tail.split(b"\n")[-3:]), default=0)


def _sequence(line: bytes) -> int:
    number, comma, _ = line.partition(b",")
    return int(number) if comma and number.isdigit() and len(number) < 16 else 0


def _lasts(folder: Path) -> Iterator[int]:
    """The last sequence of every file: where the clock jumped, the newest lines are not in the latest day."""
    for day in days(folder):
        handle = os.open(folder / f"{day}.csv", os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            last = _last_of(_tail(handle, os.fstat(handle).st_size))
        finally:
            os.close(handle)
        yield last or look(folder, day).last  # a power cut left a long end of zeros
