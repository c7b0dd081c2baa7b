"""The addresses at which desks of the hospital were: where no beacon comes through, they are asked in turn."""

import ipaddress
import json
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from fallback.disk import write_file
from fallback.errors import ParchiError

_MOST = 64
_LARGEST = 10_000  # bytes of the file

Place = tuple[str, int]


class KnownAddresses:
    """Addresses and ports, the newest first, kept in the data folder. Nobody is believed for standing here."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "private" / "lan.json"
        self._lock = threading.Lock()
        self._places = self._read()
        self._kept = list(self._places)
        self._turn = 0

    def add(self, places: Iterable[Place], *, first: bool = False) -> None:
        """Remembers places that desks told of; `first`: it is the next one that is tried."""
        wanted = [place for place in places if _is_place(place)]
        with self._lock:
            new = [place for place in wanted if place not in self._places]
            self._places = [*new, *self._places][:_MOST]
            if first and wanted:
                self._turn = self._places.index(wanted[0]) if wanted[0] in self._places else 0
        if new:
            self.keep()

    def next(self, met: Iterable[Place], own_port: int, own: Iterable[str]) -> Place | None:
        """The next one to be tried, other than those that are met already, and ourselves."""
        ours = {(address, own_port) for address in own}
        with self._lock:
            left = [place for place in self._places if place not in ours and place not in set(met)]
            if not left:
                return None
            here = self._places[self._turn % len(self._places)]
            self._turn += 1
            return here if here in left else left[self._turn % len(left)]

    def keep(self) -> None:
        """Writes them down; a disk that is full keeps the older ones."""
        with self._lock:
            if self._places == self._kept:
                return
            self._kept = list(self._places)
            told = json.dumps(self._kept).encode()
        with suppress(ParchiError, OSError):
            self._file.parent.mkdir(mode=0o700, exist_ok=True)
            write_file(self._file, told)

    def _read(self) -> list[Place]:
        try:
            with self._file.open("rb") as file:
                told = json.loads(file.read(_LARGEST))
            return [place for host, port in told[:_MOST] if _is_place(place := (host, port))]
        except (OSError, ValueError, TypeError, RecursionError):
            return []


def _is_place(place: Place) -> bool:
    host, port = place
    try:
        found = ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return type(port) is int and 0 < port < 1 << 16 and not (found.is_multicast or found.is_unspecified)
