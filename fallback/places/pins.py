"""PIN codes: the districts that each lies in, the post offices it serves, and the sub-districts of a district."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fallback.places.districts import District, find_district

_FILE = Path(__file__).with_name("pins.txt")
# India Post's directory as of this day; it is told on the page of keys, so that nobody takes it for today's.
DATED = "21-02-2026"


@dataclass(frozen=True, slots=True)
class Place:
    """A PIN code within a district: its post offices by name, towns first. A few PIN codes lie in several districts."""

    district: District
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Directory:
    """`pins` holds offices as they stand in the file: they are split when somebody asks, not 20,000 times at once."""

    pins: Mapping[str, list[tuple[District, str]]]
    sub_districts: Mapping[District, tuple[str, ...]]
    offices: Mapping[District, list[tuple[str, str]]]


@cache
def _directory() -> _Directory:
    pins: dict[str, list[tuple[District, str]]] = {}
    subs: dict[District, tuple[str, ...]] = {}
    offices: dict[District, list[tuple[str, str]]] = {}
    district: District | None = None
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            state, _, name = line[1:].partition("] ")
            district = find_district(name, int(state))
        elif district and line.startswith("= "):
            subs[district] = tuple(line[2:].split(";"))
        elif district and line[:6].isdigit():
            pins.setdefault(line[:6], []).append((district, line[7:]))
            offices.setdefault(district, []).append((line[:6], line[7:]))
    return _Directory(pins, subs, offices)


def places_of_pin(pin: str) -> tuple[Place, ...]:
    """The districts of a PIN code, the one with most of its post offices first; nothing for an unknown one."""
    found = [Place(district, _split(text)) for district, text in _directory().pins.get(pin, ())]
    return tuple(sorted(found, key=lambda place: -len(place.offices)))


def sub_districts(district: District) -> tuple[str, ...]:
    """The sub-districts (tehsil, taluk, block, circle) of a district; nothing where the directory names none."""
    return _directory().sub_districts.get(district, ())


def localities(district: District) -> tuple[tuple[str, str], ...]:
    """The post offices of a district, of all its PIN codes: each with its PIN code."""
    found = _directory().offices.get(district, ())
    return tuple((name, pin) for pin, text in found for name in _split(text))


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split(";")) if text else ()
