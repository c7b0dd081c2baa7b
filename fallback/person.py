"""A person as far as two records can be compared, and the keys by which records of the same person find each other."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, Self

from fallback import names
from fallback.slip import AgeUnit, Patient, Sex

YEAR_BITS = 12
_SPANS = ((1, 0), (3, 2))  # years before and after, the likely ones first: an age is in whole years, and wrong by two
_DAYS = {AgeUnit.YEARS: 365, AgeUnit.MONTHS: 30, AgeUnit.DAYS: 1}
_LAST4 = 4
# Words that stand before or in the place of a given name: two records of one person have them, or not.
_LEADING_WORDS = "mohammad sheikh syed mir mirza kumari baby master miss of bo wo so do co"
_LEADING = frozenset(map(names.word_key, _LEADING_WORDS.split()))
# Words of an address that name no place.
_NO_PLACE_WORDS = (
    "house hno number plot flat door near behind opp opposite gali galli street road lane block sector phase ward "
    "floor room shop post office thana tehsil teh dist district village vill gaon gram mohalla mohlla colony nagar "
    "vihar bagh basti chowk bazar bazaar market east west north south new old the delhi india"
)
_NO_PLACE_HINDI = (
    "मकान नंबर नम्बर प्लॉट फ्लैट पास पीछे सामने गली सड़क रोड ब्लॉक सेक्टर वार्ड दुकान डाकघर थाना तहसील जिला ज़िला गाँव गांव ग्राम "
    "मोहल्ला कॉलोनी कालोनी नगर विहार बाग बस्ती चौक बाज़ार बाजार पूर्व पश्चिम उत्तर दक्षिण नई नया पुरानी पुराना दिल्ली भारत"
)
_NO_PLACE = frozenset([*_NO_PLACE_WORDS.split(), *names.to_latin(_NO_PLACE_HINDI).casefold().split()])
_PLACE_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What is known of somebody; empty text: not known.

    `birth` is an ISO date, or a year alone where only an age was told. `mobiles` are ten digits each, or the last four
    where a record tells no more. `uhid` and `abha` are numbers that one person has alone.
    """

    name: str = ""
    name_hindi: str = ""
    sex: Sex = Sex.UNKNOWN
    birth: str = ""
    guardian: str = ""
    mobiles: tuple[str, ...] = ()
    locality: str = ""
    uhid: str = ""
    abha: str = ""

    @property
    def year(self) -> int:
        """The year of birth; 0 when it is not known."""
        return int(self.birth[:4]) if self.birth else 0

    @classmethod
    def of(cls, patient: Patient, on: date, *, uhid: str = "") -> Self:
        """A patient as told on a day."""
        if patient.birth_date is not None:
            birth = patient.birth_date.isoformat()
        elif patient.age is not None:
            birth = birth_year(on, patient.age.value, patient.age.unit)
        else:
            birth = ""
        return cls(
            name=patient.name,
            name_hindi=patient.name_hindi,
            sex=patient.sex,
            birth=birth,
            guardian=patient.guardian,
            mobiles=(patient.mobile,) if patient.mobile else (),
            locality=patient.locality,
            uhid=uhid,
            abha=patient.abha,
        )

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Self:
        """The patient of a slip's record (see `Slip.record`), without making a slip of it."""
        birth = record["birth_date"] or ""
        if not birth and record["age"] is not None and record["issued"]:
            on = date.fromisoformat(record["issued"][:10])
            birth = birth_year(on, record["age"], AgeUnit(record["age_unit"]))
        return cls(
            name=record["name"],
            name_hindi=record["name_hindi"],
            sex=Sex(record["sex"]),
            birth=birth,
            guardian=record["guardian"],
            mobiles=(record["mobile"],) if record["mobile"] else (),
            locality=record["locality"],
            uhid=record["uhid"],
            abha=record["abha"],
        )

    def answered(self, field: str, answer: str) -> Self:
        """The same person with one answer more; an older mobile stands beside the one of today."""
        if not answer:
            return self
        match field:
            case "mobile":
                return replace(self, mobiles=(*self.mobiles, answer))
            case "guardian":
                return replace(self, guardian=answer)
            case "locality":
                return replace(self, locality=answer)
            case "birth":
                return replace(self, birth=answer)
            case "uhid":
                return replace(self, uhid=answer)
        return self


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a name: in small Latin letters, and its key."""

    text: str
    key: str


def birth_year(on: date, age: int, unit: AgeUnit = AgeUnit.YEARS) -> str:
    """The year of birth of somebody who was so old on a day; it may be one less."""
    return str(on.year - age) if unit is AgeUnit.YEARS else str((on - timedelta(days=age * _DAYS[unit])).year)


@lru_cache(maxsize=50_000)
def words_of(name: str) -> tuple[Word, ...]:
    """The words of a name in either script, the given name first, titles left out."""
    found = [Word(names.to_latin(each).casefold(), names.word_key(each)) for each in names.spoken_words(name)]
    found = [each for each in found if each.key]
    first = next((at for at, each in enumerate(found) if each.key not in _LEADING), 0)
    return tuple(found[first:] + found[:first])


@lru_cache(maxsize=50_000)
def places_of(locality: str) -> tuple[str, ...]:
    """The keys of the words in an address that name a place, the village's or quarter's first."""
    parts = [part for part in re.split(r"[,;/\n]", names.normalise(locality)) if part.strip()]
    found: list[str] = []
    for part in reversed(parts):
        plain = names.to_latin(part).casefold()
        found += [names.word_key(each) for each in _PLACE_WORD.findall(plain) if each not in _NO_PLACE]
    return tuple(dict.fromkeys(key for key in found if len(key) > 1))


def seek_keys(person: Person) -> tuple[int | None, ...]:
    """The numbers under which a record is filed, one for each of SEEKS; None where it lacks what the key is made of."""
    return tuple(None if each is None else each << YEAR_BITS | person.year for each in _stems(person))


def seek_ranges(person: Person) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Where records of this person may be filed: for each of SEEKS, ranges of numbers, both ends within.

    With a year of birth only those born about then, and those of whom none is known.
    """
    year, every = person.year, (1 << YEAR_BITS) - 1
    spans = (*((year - before, year + after) for before, after in _SPANS), (0, 0)) if year else ((0, every),)
    return tuple(
        () if each is None else tuple((each << YEAR_BITS | low, each << YEAR_BITS | high) for low, high in spans)
        for each in _stems(person)
    )


# What each key is made of; the mobile is a key besides. The first ones say most.
SEEKS = ("given and guardian", "given and place", "guardian and place", "given and last", "given")


def _stems(person: Person) -> tuple[int | None, ...]:
    own = words_of(person.name) or words_of(person.name_hindi)
    given = own[0].key if own else ""
    last = own[-1].key if len(own) > 1 else ""
    guardian = next((each.key for each in words_of(person.guardian)), "")
    place = next(iter(places_of(person.locality)), "")
    return (
        stem("gg", given, guardian),
        stem("gp", given, place),
        stem("fp", guardian, place),
        stem("gl", given, last),
        stem("g", given),
    )


@lru_cache(maxsize=50_000)
def stem(kind: str, *parts: str) -> int | None:
    """The upper bits of a key: never changed, for they lie in files."""
    if not all(parts):
        return None
    text = " ".join((kind, *parts))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) >> (YEAR_BITS + 2)
