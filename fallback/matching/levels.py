"""How two records of people stand to each other, field by field, in levels that can be counted over many pairs."""

import math
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from fallback import names
from fallback.matching.weighing import ALIKE, ANOTHER, CLOSE, INITIAL, OFTEN, SAME, SWAPPED, compared
from fallback.person import Person, Word, places_of, words_of
from fallback.slip import Sex

EXACT, SOUNDS, PARTLY, LACKING, ENDS, DATE, FAR = "exact", "sounds", "partly", "lacking", "ends", "date", "far"
_NOT_KNOWN = ""
# The levels of each field; the first one, of all fields, is "": one of the two does not tell it.
LEVELS: Mapping[str, tuple[str, ...]] = {
    "given": (_NOT_KNOWN, EXACT, SAME, SOUNDS, ALIKE, SWAPPED, INITIAL, ANOTHER),
    "rest": (_NOT_KNOWN, SAME, PARTLY, LACKING, ANOTHER),
    "sex": (_NOT_KNOWN, SAME, ANOTHER),
    "birth": (_NOT_KNOWN, DATE, SWAPPED, "0", "1", "2", "5", "10", FAR),
    "mobile": (_NOT_KNOWN, SAME, ENDS, ANOTHER),
    "guardian": (_NOT_KNOWN, EXACT, SAME, SOUNDS, ALIKE, PARTLY, ANOTHER),
    "place": (_NOT_KNOWN, SAME, PARTLY, ANOTHER),
    "house": (_NOT_KNOWN, SAME, ANOTHER),
    "abha": (_NOT_KNOWN, SAME, ANOTHER),
}
FIELDS = tuple(LEVELS)
# Where two agree in a word, it says as much as the word is rare: two called Devi are likelier strangers than two
# called Shirazi.
RARE: Mapping[str, tuple[str, ...]] = {
    "given": (EXACT, SAME, SOUNDS), "rest": (SAME, PARTLY), "guardian": (EXACT, SAME, SOUNDS), "place": (SAME, PARTLY),
}  # fmt: skip
_RAREST = {"given": 9.0, "rest": 7.0, "guardian": 9.0, "place": 10.0}  # bits of a word of which nothing is known
_MOST_BITS = 16.0  # of one field: a spelling that nobody else has proves nothing
_TRUST = 300.0  # records for which the guess of a word's share counts
_BESIDE = ("rest", "guardian")  # what goes with the given name
_TRUST_BESIDE = 10.0  # the same of a word among people of one given name
_NUMBER = re.compile(r"\d+")

Levels = tuple[str, ...]  # one for each of FIELDS


@dataclass(frozen=True, slots=True)
class Told:
    """A person made ready to be compared often."""

    person: Person
    names: tuple[tuple[Word, ...], ...]
    rest: frozenset[str]
    guardian: tuple[Word, ...]
    places: tuple[str, ...]
    house: frozenset[str]

    @classmethod
    def of(cls, person: Person) -> "Told":
        """A person's record, taken apart."""
        both = tuple(words for words in map(words_of, (person.name, person.name_hindi)) if words)
        return cls(
            person=person,
            names=both,
            rest=frozenset(each.key for each in both[0][1:]) if both else frozenset(),
            guardian=words_of(person.guardian),
            places=places_of(person.locality),
            house=frozenset(_NUMBER.findall(person.locality)),
        )


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records compared: `levels`, and in how many bits each of RARE's agreements is rare, in their order."""

    levels: Levels
    rare: tuple[float, float, float, float]


@dataclass(slots=True)
class Shares:
    """How often words stand in names and addresses, counted over the records that are there.

    Surname and father's name go with the given name: among those who are called Sunita, half may be Devi, and no Imran
    has a father called Ramesh. So these are counted among people of the same given name, as far as there are enough.
    """

    people: int = 0
    counts: dict[str, dict[str, int]] = field(default_factory=lambda: {name: {} for name in RARE})
    beside: dict[str, int] = field(default_factory=dict)

    def add(self, told: Told) -> None:
        """Counts one record."""
        self.people += 1
        for where, keys in _words_of(told).items():
            for key in keys:
                self.counts[where][key] = self.counts[where].get(key, 0) + 1
        if told.names:
            for where in _BESIDE:
                for key in _words_of(told)[where]:
                    both = f"{where} {told.names[0][0].key} {key}"
                    self.beside[both] = self.beside.get(both, 0) + 1

    def of(self, told: Told) -> dict[str, float]:
        """In how many bits each word of a record that was counted is rare among the others, by field and word."""
        given = told.names[0][0].key if told.names else ""
        return {
            f"{where} {key}": self._bits(where, key, given) for where, keys in _words_of(told).items() for key in keys
        }

    def _bits(self, where: str, key: str, given: str) -> float:
        guess = OFTEN.get(key, 2.0 ** -_RAREST[where])
        people = max(0, self.people - 1)  # without the record itself
        share = (max(0, self.counts[where].get(key, 0) - 1) + _TRUST * guess) / (people + _TRUST)
        if where in _BESIDE and given:
            both = max(0, self.beside.get(f"{where} {given} {key}", 0) - 1)
            alike = max(0, self.counts["given"].get(given, 0) - 1)
            share = (both + _TRUST_BESIDE * share) / (alike + _TRUST_BESIDE)
        return min(_MOST_BITS, -math.log2(share))


def _words_of(told: Told) -> dict[str, Collection[str]]:
    """The words of RARE's fields."""
    return {
        "given": [each[0].key for each in told.names[:1]],
        "rest": told.rest,
        "guardian": [each.key for each in told.guardian[:1]],
        "place": told.places,
    }


def compare(one: Told, two: Told, rare: Mapping[str, float]) -> Pair:
    """Compares two records; `rare` has the bits of the first one's words (see `Shares.of`)."""
    given = _given(one, two)
    rest, shared = _words(one.rest, two.rest)
    if not rest and (one.rest or two.rest):
        rest = LACKING
    guardian = _spelt(one.guardian, two.guardian) if one.guardian and two.guardian else _NOT_KNOWN
    place, common = _words(one.places, two.places)
    house = _NOT_KNOWN
    if place == SAME and one.house and two.house:  # the same number in another village says nothing
        house = SAME if one.house == two.house else ANOTHER
    levels = (
        given,
        rest,
        _equal(_sex(one.person), _sex(two.person)),
        _birth(one.person, two.person),
        _mobile(one.person, two.person),
        PARTLY if guardian in (SWAPPED, INITIAL) else guardian,
        place,
        house,
        _equal(one.person.abha, two.person.abha),
    )
    own = one.names[0][0].key if one.names else ""
    return Pair(
        levels,
        (
            rare.get(f"given {own}", _RAREST["given"]) if given in RARE["given"] else 0.0,
            min(_MOST_BITS, sum(rare.get(f"rest {key}", 0.0) for key in shared)),
            rare.get(f"guardian {one.guardian[0].key}", 0.0) if guardian in RARE["guardian"] else 0.0,
            min(_MOST_BITS, sum(rare.get(f"place {key}", 0.0) for key in common)),
        ),
    )


def _given(one: Told, two: Told) -> str:
    if len(one.names) == 1 == len(two.names):
        return _spelt(one.names[0], two.names[0])
    found = {_spelt(first, second) for first in one.names for second in two.names}
    return next((each for each in LEVELS["given"] if each in found), _NOT_KNOWN)


def _spelt(one: tuple[Word, ...], two: tuple[Word, ...]) -> str:
    """As `compared`; those that sound the same by how they are written: Meena and Munni have one key, too."""
    first, second = one[0].text, two[0].text
    if first == second:
        return EXACT
    level = compared(one, two)
    return SOUNDS if level == SAME and names.similarity(first, second) < CLOSE else level


def _words(one: Collection[str], two: Collection[str]) -> tuple[str, set[str]]:
    """How two sets of words stand to each other, and which they share."""
    if not one or not two:
        return _NOT_KNOWN, set()
    shared = set(one) & set(two)
    if not shared:
        return ANOTHER, shared
    return (SAME if len(shared) * 2 > max(len(one), len(two)) else PARTLY), shared


def _sex(person: Person) -> str:
    return "" if person.sex is Sex.UNKNOWN else person.sex.value


def _equal(one: str, two: str) -> str:
    return _NOT_KNOWN if not one or not two else SAME if one == two else ANOTHER


def _birth(one: Person, two: Person) -> str:
    if not one.birth or not two.birth:
        return _NOT_KNOWN
    if len(one.birth) > 4 and len(two.birth) > 4:
        if one.birth == two.birth:
            return DATE
        first, second = date.fromisoformat(one.birth), date.fromisoformat(two.birth)
        if (first.year, first.month, first.day) == (second.year, second.day, second.month):
            return SWAPPED
    years = abs(one.year - two.year)
    return next((level for level in ("0", "1", "2", "5", "10") if years <= int(level)), FAR)


def _mobile(one: Person, two: Person) -> str:
    """The index shows the end of a number alone, and the whole one to whoever told it: another end is another number,
    and the same end is no more than that.
    """
    if not one.mobiles or not two.mobiles:
        return _NOT_KNOWN
    pairs = [(first, second) for first in one.mobiles for second in two.mobiles]
    if any(first == second and len(first) == 10 for first, second in pairs):
        return SAME
    if any(len(first) == 4 and first == second[-4:] for first, second in pairs):
        return ENDS
    return ANOTHER
