"""Places by their first letters, typed in either script: what a list offers while somebody types."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate

from fallback.names import is_devanagari, name_key
from fallback.places.districts import District, districts, find_district, plain
from fallback.places.pins import localities, places_of_pin, sub_districts
from fallback.states import STATES

MOST = 8  # more nobody reads while typing
_LONGEST = 80
_SOUNDED = 2000  # offices whose sounds are worked out while somebody types
_NEAR, _HOME = 8, 4  # what a PIN code's own offices count beside their name, and those of the district


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of a list: what is written into the field, what is shown, and the place that it fills in with it.

    `state` is an LGD code. A post office's PIN code is told where its name stands once in the district.
    """

    value: str
    shown: str
    state: int = 0
    district: str = ""
    pin: str = ""


@dataclass(frozen=True, slots=True)
class _Office:
    """A post office, or a sub-district (without a PIN code), as it is looked through."""

    name: str
    plain: str
    pin: str
    district: District

    @property
    def sound(self) -> str:
        """The key of its name."""
        return name_key(self.name)


def begins(typed: str, names: Iterable[str]) -> int:
    """How well what was typed fits: 3 a whole name, 2 the beginning of one, 1 of a later word, 0 not at all.

    Both are `plain` already.
    """
    best = 0
    for bare in names:
        if bare == typed:
            return 3
        if bare.startswith(typed):
            best = 2
        elif not best and f" {typed}" in f" {bare}":
            best = 1
    return best


def district_choices(typed: str, state: int = 0, *, home: int = 0, hindi: bool = False) -> tuple[Choice, ...]:
    """Districts that begin so: those of the state (LGD code) when there are any, else the nearest to `home` first.

    What begins no name is looked for by its sound. Two states are the nearer, the nearer the first digits of their PIN
    codes are: 1 is Delhi and Punjab, 2 Uttar Pradesh, 6 the south.
    """
    wanted = plain(typed[:_LONGEST])
    if not wanted:
        return ()
    found = [(fit, each) for each in districts() if (fit := begins(wanted, each.plain_names))]
    if not found and len(sound := name_key(wanted)) > 1:
        found = [(2, each) for each in districts() if each.sound.startswith(sound)]
    chosen = [(fit, each) for fit, each in found if each.state == state]
    far = _zone(home)
    ranked = sorted(
        chosen or found,
        key=lambda pair: (-pair[0], pair[1].state != home, abs(_zone(pair[1].state) - far), pair[1].name),
    )
    return tuple(place_choice(each, hindi=hindi, whole=not chosen) for _, each in ranked[:MOST])


def place_choice(district: District, *, hindi: bool = False, whole: bool = True) -> Choice:
    """A district as a line of a list, in Hindi or in Latin letters, with its state where that is not plain already.

    Its name in Latin letters is what is written.
    """
    shown = district.name_hindi if hindi else district.name
    if whole:
        state = STATES[district.state]
        shown += f" · {state.name_hindi if hindi else state.name}"
    return Choice(value=district.name, shown=shown, state=district.state, district=district.name)


def locality_choices(typed: str, *, pin: str = "", district: str = "", state: int = 0) -> tuple[Choice, ...]:
    """Post offices and sub-districts that begin so: the PIN code's, then the district's; without both, the state's.

    Typed in Hindi they are found by their sound; their names are in Latin letters.
    """
    wanted = plain(typed[:_LONGEST])
    if len(wanted) < 2:
        return ()
    homes = _homes(pin, district, state)
    best: dict[tuple[str, District], int] = {}
    pins: dict[tuple[str, District], set[str]] = {}
    near = tuple(_Office(name, plain(name), pin, each.district) for each in places_of_pin(pin) for name in each.offices)
    for heap, bonus in ((_Heap(near), _NEAR), (_heap(homes), _HOME)):
        for office, fit in heap.find(wanted):
            key = (office.name, office.district)
            if best.get(key, 0) < _NEAR:
                best.setdefault(key, fit + bonus)
                pins.setdefault(key, set()).add(office.pin)
    several = len(homes) > 1
    ranked = sorted(best, key=lambda key: (-best[key], len(key[0]), key[0], key[1].name))[:MOST]
    return tuple(
        Choice(
            value=name,
            shown=f"{name} · {home.name}" if several else name,
            state=home.state,
            district=home.name,
            pin=min(pins[name, home]) if len(pins[name, home]) == 1 else "",
        )
        for name, home in ranked
    )


def _homes(pin: str, district: str, state: int) -> tuple[District, ...]:
    """The district that is meant, the PIN code's, or all of the state."""
    home = find_district(district, state) if district else None
    if home is None and (places := places_of_pin(pin)):
        home = places[0].district
    return (home,) if home else tuple(each for each in districts() if each.state == state)


class _Heap:
    """Post offices looked through at once: a whole state has 18,000, and a clerk types on."""

    def __init__(self, offices: tuple[_Office, ...]) -> None:
        self._offices = offices
        self._text = "".join(f"\n{office.plain}" for office in offices) + "\n"
        self._starts = list(accumulate((len(office.plain) + 1 for office in offices), initial=0))

    def find(self, wanted: str) -> Iterator[tuple[_Office, int]]:
        """Those that begin so, and how well they fit, as `begins` says; Hindi is looked for by its sound."""
        if any(map(is_devanagari, wanted)):
            sound = name_key(wanted)
            some = self._offices if len(self._offices) <= _SOUNDED else ()
            yield from ((office, 2) for office in some if sound and office.sound.startswith(sound))
            return
        for mark, fit in (("\n", 2), (" ", 1)):
            at = self._text.find(mark + wanted)
            while at >= 0:
                office = self._offices[bisect_right(self._starts, at) - 1]
                yield office, 3 if office.plain == wanted else fit
                at = self._text.find(mark + wanted, at + 1)


@lru_cache(maxsize=64)
def _heap(homes: tuple[District, ...]) -> _Heap:
    found = []
    for home in homes:
        rows = [*((name, "") for name in sub_districts(home)), *localities(home)]
        found += [_Office(name, plain(name), pin, home) for name, pin in rows]
    return _Heap(tuple(found))


@cache
def _zone(state: int) -> int:
    """The first digit of a state's PIN codes."""
    pins = (pin for each in districts() if each.state == state for _, pin in localities(each))
    return int(next(pins, "1")[0])
