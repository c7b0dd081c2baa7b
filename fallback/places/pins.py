"""PIN codes: the districts that each lies in, the post offices it serves, and the sub-districts of a district."""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path

from fallback.places.districts import District, find_district

_FILE = Path(__file__).with_name("pins.txt")
# India Post's directory as of this day; it is told on the page of keys, so that nobody takes it for today's.
DATED = "21-02-2026"
_DIGITS = 6
_DISTRICT = re.compile(r"^\[(\d+)\] (.+)$", re.MULTILINE)
_PIN = re.compile(r"^(\d{6})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """A PIN code within a district: its post offices by name, towns first. A few PIN codes lie in several districts."""

    district: District
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Directory:
    """The file as it is, and where to look in it: split into 160,000 names it would hold seven times as much.

    `pins` are sorted; `starts` says where the line of each begins, `homes` in which district, `bounds` which part of
    the text is a district's.
    """

    text: str
    pins: "array[int]"
    starts: "array[int]"
    homes: "array[int]"
    districts: tuple[District, ...]
    bounds: Mapping[District, tuple[int, int]]

    def lines(self, district: District) -> Iterator[str]:
        """What the file says of a district."""
        start, end = self.bounds.get(district, (0, 0))
        return iter(self.text[start:end].splitlines())


@cache
def _directory() -> _Directory:
    text = _FILE.read_text(encoding="utf-8")
    found: list[District] = []
    bounds: dict[District, tuple[int, int]] = {}
    rows: list[tuple[int, int, int]] = []
    for head in _DISTRICT.finditer(text):
        if district := find_district(head[2], int(head[1])):
            end = text.find("\n[", head.end())
            bounds[district] = (head.end(), end if end >= 0 else len(text))
            rows += [(int(line[1]), line.start(), len(found)) for line in _PIN.finditer(text, *bounds[district])]
            found.append(district)
    rows.sort(key=itemgetter(0))  # those of one PIN code stay in the file's order
    pins, starts, homes = (array("I", map(itemgetter(each), rows)) for each in range(3))
    return _Directory(text, pins, starts, homes, tuple(found), bounds)


def places_of_pin(pin: str) -> tuple[Place, ...]:
    """The districts of a PIN code, the one with most of its post offices first; nothing for an unknown one."""
    if not (len(pin) == _DIGITS and pin.isascii() and pin.isdigit()):
        return ()
    here = _directory()
    known = range(bisect_left(here.pins, int(pin)), bisect_right(here.pins, int(pin)))
    found = [Place(here.districts[here.homes[at]], _split(_offices(here.text, here.starts[at]))) for at in known]
    return tuple(sorted(found, key=lambda place: -len(place.offices)))


def sub_districts(district: District) -> tuple[str, ...]:
    """The sub-districts (tehsil, taluk, block, circle) of a district; nothing where the directory names none."""
    named = next((line for line in _directory().lines(district) if line.startswith("= ")), "")
    return _split(named[2:])


def localities(district: District) -> tuple[tuple[str, str], ...]:
    """The post offices of a district, of all its PIN codes: each with its PIN code."""
    rows = (line for line in _directory().lines(district) if line[:_DIGITS].isdigit())
    return tuple((name, line[:_DIGITS]) for line in rows for name in _split(line[_DIGITS + 1 :]))


def _offices(text: str, start: int) -> str:
    return text[start + _DIGITS + 1 : text.index("\n", start)]


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
