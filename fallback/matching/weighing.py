"""Are these two the same person? As a desk weighs it while somebody types: a weight with its reasons, and a verdict.

A weight is in bits: how many times likelier, by powers of two, two records are one person's than two strangers'. The
figures are guesses of a careful clerk; measured, they lose little to trained ones. What no bits may overrule are the
hard rules: a merge of two people harms both, a missed one costs a minute.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fallback import names
from fallback.errors import Sentence
from fallback.person import Person, Word, places_of, words_of
from fallback.slip import Sex

ALIKE_FROM = 10.0  # bits: a common given name, the sex and the age
CLOSE = 0.9  # Jaro-Winkler similarity of two spellings of one name
AGE_SLACK = 2  # years; the NHA's rule for the same person
_FAR = 10  # years that no rounding explains
_GIVEN, _OTHER = 9.0, 7.0  # bits of a name that is as common as most

# Of a thousand people in a queue of the north, how many have this word in their name: it says that much less.
_OFTEN_LINES = """
120 devi kumar
110 singh
50 kumari mohammad
40 ram lal
30 bai begum khatun bibi kaur sharma yadav khan prasad
20 verma gupta ansari shaikh das sah
12 sunita anita geeta pooja ramesh suresh rajesh rakesh mukesh sanjay santosh rekha seema kavita
8 mamta sarita manoj vinod sunil anil ashok vijay ajay asha usha meena shanti laxmi imran salma
"""
OFTEN: Mapping[str, float] = {
    names.word_key(word): int(share) / 1000
    for share, *words in map(str.split, _OFTEN_LINES.strip().splitlines())
    for word in words
}


class Verdict(StrEnum):
    """What the hard rules allow: taken without a person, shown to one, or not."""

    SAFE = "safe"
    LOOK_ALIKE = "look_alike"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why two records are alike, or not: the field, a sentence, and its bits (negative: it speaks against)."""

    field: str
    says: Sentence
    bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    """How much two records are alike, in bits, with the reasons, and what the hard rules allow."""

    value: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def weigh(asked: Person, other: Person, often: Mapping[str, float] = OFTEN) -> Weight:
    """Weighs two records of people. `often` is the share of people who have a word (its key) in their name."""
    same_number = _numbers(asked, other)
    same_name = _name(asked, other, often)
    found = [
        same_number,
        same_name,
        _sex(asked, other),
        _birth(asked, other),
        _mobile(asked, other),
        _guardian(asked, other, often),
        _locality(asked, other),
    ]
    reasons = tuple(each for each in found if each is not None)
    value = sum(each.bits for each in reasons)
    return Weight(value=value, verdict=_verdict(asked, other, value, reasons), reasons=reasons)


def _verdict(asked: Person, other: Person, value: float, reasons: Sequence[Reason]) -> Verdict:
    """Safe is: sex equal, given name equal by its key, age within two years, and a number that only they have or a
    mobile; twins, whom a mobile and an age do not tell apart, need the very given name. The rest is for people.
    """
    bits = {each.field: each.bits for each in reasons}
    sex = asked.sex is other.sex and asked.sex is not Sex.UNKNOWN
    years = _years_apart(asked, other)
    near = years is not None and years <= AGE_SLACK
    number, mobile = bits.get("uhid", 0) > 0, bits.get("mobile", 0) > 0
    contradicted = bits.get("uhid", 0) < 0 and not mobile
    if sex and near and not contradicted:
        given = _given(asked, other)
        if number and given in (SAME, ALIKE):
            return Verdict.SAFE
        if bits.get("mobile", 0) >= _WHOLE_MOBILE and given == SAME:
            return Verdict.SAFE
    if number or value >= ALIKE_FROM:
        return Verdict.LOOK_ALIKE
    if mobile and bits.get("sex", 0) >= 0 and (years is None or years <= AGE_SLACK + 3):
        return Verdict.LOOK_ALIKE  # a nickname, perhaps: the family's list is shown, a person asks
    return Verdict.NO


def _numbers(asked: Person, other: Person) -> Reason | None:
    for field in ("uhid", "abha"):
        one, two = getattr(asked, field), getattr(other, field)
        if one and two and one == two:
            says = Sentence("same UHID") if field == "uhid" else Sentence("same ABHA number")
            return Reason("uhid", says, 30)
    if asked.uhid and other.uhid:
        return Reason("uhid", Sentence("another UHID"), -4)
    return None


SAME, ALIKE, SWAPPED, INITIAL, ANOTHER = "same", "alike", "swapped", "initial", "another"


def _given(asked: Person, other: Person) -> str:
    """How the given names stand to each other, in whichever script both have one; "" when one is missing."""
    pairs = [
        (words_of(one), words_of(two))
        for one in (asked.name, asked.name_hindi)
        for two in (other.name, other.name_hindi)
        if one and two
    ]
    found = {compared(one, two) for one, two in pairs if one and two}
    return next((each for each in (SAME, ALIKE, SWAPPED, INITIAL, ANOTHER) if each in found), "")


def compared(one: tuple[Word, ...], two: tuple[Word, ...]) -> str:
    """How two names stand to each other by their given names."""
    first, second = one[0], two[0]
    if first.key == second.key or _joined(one) == _joined(two):
        return SAME
    if len(first.text) == 1 or len(second.text) == 1:
        return INITIAL if first.text[0] == second.text[0] else ANOTHER
    if names.similarity(first.text, second.text) >= CLOSE and _one_sound_off(first.key, second.key):
        return ALIKE
    if first.key in {each.key for each in two} or second.key in {each.key for each in one}:
        return SWAPPED
    return ANOTHER


def _one_sound_off(one: str, two: str) -> bool:
    """Whether a sound is missing, or two are swapped: one for another makes another name (Ramesh, Rakesh, Rajesh)."""
    short, long = sorted((one, two), key=len)
    if len(long) == len(short):
        return sorted(long) == sorted(short) and long[0] == short[0]
    return long[0] == short[0] and any(long[:at] + long[at + 1 :] == short for at in range(len(long)))


def _joined(words: tuple[Word, ...]) -> str:
    """Ram Kumar and Ramkumar."""
    return names.word_key("".join(each.text for each in words))


def _name(asked: Person, other: Person, often: Mapping[str, float]) -> Reason | None:
    given = _given(asked, other)
    if not given:
        return None
    one = words_of(asked.name) or words_of(asked.name_hindi)
    two = words_of(other.name) or words_of(other.name_hindi)
    rest_one, rest_two = {each.key for each in one[1:]}, {each.key for each in two[1:]}
    shared = (rest_one & rest_two) - {one[0].key}
    bits = sum(_rarity(key, often, _OTHER) for key in shared)
    if rest_one and rest_two and not shared:
        bits -= 2  # a woman's surname changes, and clerks leave words out: it says little
    rare = _rarity(one[0].key, often, _GIVEN) if one[0].key == two[0].key else _GIVEN
    exact = {each.text for each in one} == {each.text for each in two}
    match given:
        case "same":
            says = Sentence("same name") if exact else Sentence("name sounds alike")
            return Reason("name", says, bits + rare + (1 if exact else 0))
        case "swapped":
            return Reason("name", Sentence("same words in the name"), bits + rare - 3)
        case "alike":
            return Reason("name", Sentence("name spelt nearly alike"), bits + 4)
        case "initial":
            return Reason("name", Sentence("same initial"), bits + 1)
        case _:
            return Reason("name", Sentence("another given name"), min(bits, 3) - 8)


def _rarity(key: str, often: Mapping[str, float], most: float) -> float:
    return min(most, -math.log2(often[key])) if key in often else most


def _sex(asked: Person, other: Person) -> Reason | None:
    if Sex.UNKNOWN in (asked.sex, other.sex):
        return None
    if asked.sex is other.sex:
        return Reason("sex", Sentence("same sex"), 1)
    return Reason("sex", Sentence("another sex"), -7)


def _years_apart(asked: Person, other: Person) -> int | None:
    """Years between two births; None when one is not known. A year told as an age may be one off."""
    return abs(asked.year - other.year) if asked.year and other.year else None


def _birth(asked: Person, other: Person) -> Reason | None:
    years = _years_apart(asked, other)
    if years is None:
        return None
    if len(asked.birth) > 4 and len(other.birth) > 4:
        one, two = date.fromisoformat(asked.birth), date.fromisoformat(other.birth)
        if one == two:
            return Reason("birth", Sentence("same date of birth"), 11)
        if (one.year, one.month, one.day) == (two.year, two.day, two.month):
            return Reason("birth", Sentence("day and month of birth swapped"), 8)
    if years <= 1:
        return Reason("birth", Sentence("same age"), 4 if years == 0 else 3.5)
    if years <= AGE_SLACK:
        return Reason("birth", Sentence("age differs by {years} years", years=years), 2)
    bits = -1 if years <= 5 else -5 if years <= _FAR else -10
    return Reason("birth", Sentence("age differs by {years} years", years=years), bits)


_WHOLE_MOBILE = 12.0


def _mobile(asked: Person, other: Person) -> Reason | None:
    if not asked.mobiles or not other.mobiles:
        return None
    pairs = [(one, two) for one in asked.mobiles for two in other.mobiles]
    if any(one == two and len(one) == 10 for one, two in pairs):
        return Reason("mobile", Sentence("same mobile"), _WHOLE_MOBILE)
    if any(one[-4:] == two[-4:] for one, two in pairs if len(one) == 4 or len(two) == 4):
        return Reason("mobile", Sentence("mobile ends alike"), 8)
    return Reason("mobile", Sentence("another mobile"), -1)


def _guardian(asked: Person, other: Person, often: Mapping[str, float]) -> Reason | None:
    one, two = words_of(asked.guardian), words_of(other.guardian)
    if not one or not two:
        return None
    match compared(one, two):
        case "same":
            return Reason("guardian", Sentence("same guardian"), _rarity(one[0].key, often, _GIVEN) - 1)
        case "alike":
            return Reason("guardian", Sentence("guardian spelt nearly alike"), 4)
        case "swapped" | "initial":
            return Reason("guardian", Sentence("guardian partly the same"), 1)
        case _:  # a father then, a husband now
            return Reason("guardian", Sentence("another guardian"), -3)


def _locality(asked: Person, other: Person) -> Reason | None:
    one, two = set(places_of(asked.locality)), set(places_of(other.locality))
    if not one or not two:
        return None
    shared = len(one & two) / min(len(one), len(two))
    if shared == 0:
        return Reason("locality", Sentence("another address"), -1)
    return Reason("locality", Sentence("same place"), 6 if shared > 0.5 else 3)
