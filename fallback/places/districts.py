"""The districts of India: by state, in both scripts, with the older names that people still say."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fallback.names import name_key

_FILE = Path(__file__).with_name("districts.txt")


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """A district. `state` is the LGD code of its state; `also` are other names that it is asked or filed under."""

    state: int
    name: str
    name_hindi: str
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All names that it answers to."""
        return (self.name, self.name_hindi, *self.also)

    @property
    def plain_names(self) -> tuple[str, ...]:
        """The same as they are compared."""
        return _plain_names(self)

    @property
    def sound(self) -> str:
        """The key of its name, which other spellings share."""
        return _sound(self)


def plain(text: str) -> str:
    """A name as it is compared: no case, no dots or hyphens, a dotted Hindi letter as the one without its dot."""
    bare = unicodedata.normalize("NFD", text.casefold()).replace("\u093c", "").replace("\u0901", "\u0902")
    return " ".join("".join(sign if sign.isalnum() or _is_mark(sign) else " " for sign in bare).split())


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in ("Mn", "Mc") and not "\u0300" <= sign <= "\u036f"


@cache
def _plain_names(district: District) -> tuple[str, ...]:
    return tuple(map(plain, district.names))


@cache
def _sound(district: District) -> str:
    return name_key(district.name)


@cache
def districts() -> tuple[District, ...]:
    """All districts, by state and name."""
    found: list[District] = []
    state = 0
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            state = int(line[1:-1])
        elif line and not line.startswith("#"):
            name, hindi, *rest = line.split("|")
            also = tuple(rest[0].split(", ")) if rest else ()
            found.append(District(state=state, name=name, name_hindi=hindi, also=also))
    return tuple(found)


@cache
def _by_name() -> Mapping[tuple[int, str], District]:
    """By state and name, and under state 0 by name alone where only one state has it."""
    found: dict[tuple[int, str], District] = {}
    states: dict[str, set[int]] = {}
    for each in districts():
        for name in each.plain_names:
            found.setdefault((each.state, name), each)
            states.setdefault(name, set()).add(each.state)
    for name, holding in states.items():
        if len(holding) == 1:
            found[0, name] = found[next(iter(holding)), name]
    return found


def find_district(name: str, state: int = 0) -> District | None:
    """The district of a name in either script, in a state (LGD code); without one, where only one state has it."""
    return _by_name().get((state, plain(name)))
