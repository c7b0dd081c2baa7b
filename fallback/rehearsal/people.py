"""Made-up patients as a clerk would type them: the same people for the same seed, and no real person among them."""

import random
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fallback.hospital import Clinic, Hospital
from fallback.rehearsal.name_tables import COMMUNITIES, Community, NamePair
from fallback.rehearsal.places import DISTRICTS, District
from fallback.slip import INDIA, AgeUnit, Category, Relation, Sex

_WOMEN = re.compile(r"gyn|obstet|antenatal|family planning|infertility|breast|labour|maternity", re.IGNORECASE)
_CHILDREN = re.compile(r"p(a)?ediatric|child|newborn|neonat|immunis", re.IGNORECASE)
_BABIES = re.compile(r"newborn|neonat|immunis", re.IGNORECASE)
_OLD = re.compile(r"geriatric|elder", re.IGNORECASE)
_GROWN = re.compile(
    r"addict|staff|art centre|dental|infertil|rheumat|pre-ana|yellow|oncology|homoeo|ayur|pain|cardiothoracic",
    re.IGNORECASE,
)
_BIRTH_GIVING = re.compile(r"obstet|antenatal|labour|maternity|infertility|family planning", re.IGNORECASE)
_UHID_LENGTHS = (9, 8, 10, 12, 7, 6)
_FAVOURED = 6  # a child goes to the children's clinic six times as often as to another

# Years from (inclusive) to (exclusive), and the share in a hundred of an Indian outpatient queue.
_AGES = (
    (0, 1, 5),
    (1, 5, 8),
    (5, 15, 11),
    (15, 25, 15),
    (25, 45, 29),
    (45, 60, 18),
    (60, 75, 11),
    (75, 90, 2.6),
    (90, 104, 0.4),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What a clerk types into the form for one patient: all texts, empty where nothing is typed.

    Either `birth_date` (dd-mm-yyyy) or `age` with `age_unit`. `clinic` is the clinic's code, `state` the LGD code.
    """

    name: str
    name_hindi: str
    sex: str
    birth_date: str
    age: str
    age_unit: str
    guardian: str
    relation: str
    mobile: str
    abha: str
    state: str
    district: str
    pin_code: str
    locality: str
    category: str
    scheme_id: str
    clinic: str
    uhid: str


def people(rng: random.Random, hospital: Hospital, count: int, *, today: date | None = None) -> list[Person]:
    """`count` made-up patients of a hospital, in the order they come; clinics are those that sit `today`.

    `today` is India's own when not given; with it, the same `rng` state gives the same people.
    """
    day = today or datetime.now(INDIA).date()
    homes = _Homes(rng)
    return [_person(rng, hospital, homes, day, index) for index in range(count)]


class _Homes:
    """Families at one place that may share a surname's community, an address and a mobile."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.known: list[tuple[Community, District, str, str, str]] = []
        self.taken: set[tuple[str, str, str]] = set()

    def pick(self) -> tuple[Community, District, str, str, str]:
        """Community, district, PIN code, locality, mobile: of a family seen before, one time in eight."""
        if self.known and self.rng.random() < 0.12:
            return self.rng.choice(self.known)
        rng = self.rng
        district = rng.choices(DISTRICTS, [each.weight for each in DISTRICTS])[0]
        shares = [each.weight * (8 if district.state in each.states else 1) for each in COMMUNITIES]
        community = rng.choices(COMMUNITIES, shares)[0]
        pin = district.pin + (f"{rng.randint(1, 96):03d}" if district.pin == "110" else f"{rng.randint(1, 309):03d}")
        house = rng.choice(("H.No. {n}", "{n}/{m}", "Gali No. {m}, {n}", "Plot {n}-B", "C/o Shop #{n}", "", "", ""))
        rest = house.format(n=rng.randint(1, 950), m=rng.randint(1, 20))
        locality = ", ".join(part for part in (rest, rng.choice(district.localities)) if part)
        mobile = f"{rng.choice('66778899')}{rng.randint(0, 999_999_999):09d}" if rng.random() < 0.86 else ""
        home = (community, district, pin, locality, mobile)
        self.known.append(home)
        return home


def _person(rng: random.Random, hospital: Hospital, homes: _Homes, day: date, index: int) -> Person:
    community, district, pin, locality, mobile = homes.pick()
    sex = rng.choices((Sex.FEMALE, Sex.MALE, Sex.OTHER), (505, 490, 5))[0]
    born, years = _born(rng, day)
    clinic = _clinic(rng, hospital, day, sex, years)
    name, hindi = _full_name(rng, community, sex, years, long=index % 40 == 39)
    while (mobile, locality, name.lower()) in homes.taken:  # two of one name in one home would count as one person
        name, hindi = _full_name(rng, community, sex, years, long=True)
    homes.taken.add((mobile, locality, name.lower()))
    guardian, relation = _guardian(rng, community, sex, years, name)
    category = _category(rng, clinic, sex, years)
    birth_date, age, unit = _told(rng, day, born, years)
    return Person(
        name=name,
        name_hindi=hindi if rng.random() < 0.3 else "",
        sex=sex.value,
        birth_date=birth_date,
        age=age,
        age_unit=unit,
        guardian=guardian,
        relation=relation,
        mobile=mobile,
        abha=_abha(rng) if rng.random() < 0.12 else "",
        state=str(district.state),
        district=district.name,
        pin_code=pin if rng.random() < 0.6 else "",
        locality=locality,
        category=category.value,
        scheme_id=_scheme(rng, category),
        clinic=clinic.code,
        uhid=_uhid(rng, hospital) if rng.random() < 0.18 else "",
    )


def _born(rng: random.Random, day: date) -> tuple[date, int]:
    """A day of birth and the age in whole years, spread as in an outpatient queue; babies mostly in the first weeks."""
    low, high, _ = rng.choices(_AGES, [share for *_, share in _AGES])[0]
    if low == 0:
        days = rng.choice((rng.randint(0, 7), rng.randint(0, 60), rng.randint(0, 364)))
    else:
        days = rng.randint(int(low * 365.25) + 1, int(high * 365.25) - 1)
    born = day - timedelta(days=days)
    return born, day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _told(rng: random.Random, day: date, born: date, years: int) -> tuple[str, str, str]:
    """Date of birth, or age and unit, as people tell it: grown people's ages in round fives and tens, often."""
    if rng.random() < 0.3:
        return f"{born:%d-%m-}{born.year:04d}", "", ""
    days = (day - born).days
    if days <= 28:
        return "", str(days), AgeUnit.DAYS.value
    if years < 2:
        return "", str(max(1, days * 12 // 365)), AgeUnit.MONTHS.value
    told = years if years < 25 or rng.random() < 0.6 else round(years / 5) * 5
    return "", str(told), AgeUnit.YEARS.value


def _clinic(rng: random.Random, hospital: Hospital, day: date, sex: Sex, years: int) -> Clinic:
    sitting = [clinic for clinic in hospital.clinics if clinic.sits_on(day)] or list(hospital.clinics)
    fit = [clinic for clinic in sitting if _suits(clinic, sex, years)] or sitting
    return rng.choices(fit, [_pull(clinic, years) for clinic in fit])[0]


def _suits(clinic: Clinic, sex: Sex, years: int) -> bool:
    """Whether a patient of this sex and age is sent to a clinic: no man to gynaecology, no child to geriatrics."""
    if _WOMEN.search(clinic.name):
        low, high = (15, 50) if _BIRTH_GIVING.search(clinic.name) else (12, 110)
        return sex is Sex.FEMALE and low <= years < high
    if _CHILDREN.search(clinic.name):
        return years < (2 if _BABIES.search(clinic.name) else 14)
    if _OLD.search(clinic.name):
        return years >= 60
    return years >= (15 if _GROWN.search(clinic.name) else 2)


def _pull(clinic: Clinic, years: int) -> float:
    if clinic.casualty:
        return 0.5
    return (
        _FAVOURED if _CHILDREN.search(clinic.name) and years < 14 else 3 if clinic.unit.endswith(("II", "III")) else 1
    )


def _full_name(rng: random.Random, community: Community, sex: Sex, years: int, *, long: bool) -> NamePair:
    woman = sex is Sex.FEMALE or (sex is Sex.OTHER and rng.random() < 0.7)
    given = community.women if woman else community.men
    middle = community.women_middle if woman else community.men_middle
    parts = [rng.choice(given)]
    if years < 1 and rng.random() < 0.25:
        parts = [("Baby of " + rng.choice(community.women)[0], "")]
        return parts[0]
    before = middle and middle[0][0] == "Mohammad"
    if middle and rng.random() < (0.9 if "sikh" in community.name else 0.5):
        parts.insert(0 if before else 1, rng.choice(middle))
    if long:
        parts += [each for each in (rng.choice(given), rng.choice(community.surnames)) if each not in parts]
    if rng.random() >= community.single or (len(parts) == 1 and rng.random() < 0.5):
        parts.append(rng.choice(community.surnames))
    if len(parts) == 3 and rng.random() < 0.05:
        return f"{parts[0][0]} {parts[1][0]}-{parts[2][0]}", f"{parts[0][1]} {parts[1][1]}-{parts[2][1]}"
    latin = " ".join(part[0] for part in parts)
    return (latin.upper() if rng.random() < 0.06 else latin), " ".join(part[1] for part in parts)


def _guardian(rng: random.Random, community: Community, sex: Sex, years: int, name: str) -> tuple[str, str]:
    if rng.random() < 0.08 and years >= 18:
        return "", ""
    if years < 18:
        relation = rng.choices((Relation.FATHER, Relation.MOTHER, Relation.GUARDIAN), (75, 22, 3))[0]
    elif sex is Sex.FEMALE and years >= 21:
        relation = rng.choices((Relation.HUSBAND, Relation.FATHER, Relation.SON), (75, 20, 5 if years > 45 else 0))[0]
    else:
        shares = (85, 8 if sex is Sex.MALE and years >= 21 else 0, 7 if years > 45 else 0)
        relation = rng.choices((Relation.FATHER, Relation.WIFE, Relation.SON), shares)[0]
    woman = relation in (Relation.MOTHER, Relation.WIFE)
    first = rng.choice(community.women if woman else community.men)[0]
    last = name.split()[-1].title() if "'" not in name else name.split()[-1]
    known = {surname for surname, _ in community.surnames}
    return (f"{first} {last}" if last in known else first), relation.value


def _category(rng: random.Random, clinic: Clinic, sex: Sex, years: int) -> Category:
    if clinic.name.startswith("Staff"):
        return Category.STAFF
    if sex is Sex.FEMALE and re.search("antenatal|labour", clinic.name, re.IGNORECASE):
        return Category.PREGNANT
    if years >= 60 and rng.random() < 0.5:
        return Category.SENIOR_CITIZEN
    choices = [Category.GENERAL, Category.BPL, Category.PMJAY, Category.DISABLED, Category.OTHER]
    shares = [62, 14, 14, 2, 1]
    if years >= 21:
        choices += [Category.CGHS, Category.ECHS, Category.ESI, Category.PRISONER]
        shares += [3, 1, 2, 1]
    if 16 <= years < 25:
        choices.append(Category.STUDENT)
        shares.append(6)
    return rng.choices(choices, shares)[0]


def _scheme(rng: random.Random, category: Category) -> str:
    """The number on the scheme's card, in the scheme's shape."""
    match category:
        case Category.PMJAY:
            return "P" + "".join(rng.choices("ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", k=8))
        case Category.CGHS:
            return f"{rng.randint(1_000_000, 9_999_999)}"
        case Category.ECHS:
            return f"DL{rng.randint(100_000, 999_999)}"
        case Category.ESI:
            return f"{rng.randint(1_000_000_000, 9_999_999_999)}"
        case _:
            return ""


def _abha(rng: random.Random) -> str:
    """Fourteen digits that pass Luhn; 91-0000 shows that it is made up."""
    body = f"910000{rng.randint(0, 9_999_999):07d}"
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """The digit that makes `body` + digit pass the Luhn check."""
    doubled = (int(digit) * (2 if at % 2 == 0 else 1) for at, digit in enumerate(reversed(body)))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _uhid(rng: random.Random, hospital: Hospital) -> str:
    """A number of the hospital's shape; none when its pattern is stranger than lengths of digits."""
    for length in _UHID_LENGTHS:
        candidate = str(rng.randint(10 ** (length - 1), 10**length - 1))
        if re.fullmatch(hospital.uhid_pattern, candidate, re.ASCII):
            return candidate
    return ""
