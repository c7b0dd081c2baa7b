"""A made-up town for the benches: families that share a phone and a place, and how they tell themselves again."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from fallback.person import Person
from fallback.rehearsal.name_tables import COMMUNITIES
from fallback.rehearsal.places import DISTRICTS
from fallback.slip import Sex

DAY = date(2026, 11, 23)
TAIL = 0.35  # of people whose name is in no table


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up person of the index."""

    uhid: str
    name: str
    sex: Sex
    birth: str
    guardian: str
    mobile: str
    locality: str


class Town:
    """Made-up people, the same for the same seed: families that share a phone and a place, names common and rare."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.places = self._places()
        self.tails = {sex: self._tail(sex) for sex in (Sex.FEMALE, Sex.MALE)}
        self.weights = [each.weight for each in COMMUNITIES]

    def people(self, count: int, first: int = 1) -> Iterator[Made]:
        """People one after the other; a home has one to five of them, nobody two of one name."""
        for home in self.homes(count, first):
            yield from home

    def homes(self, count: int, first: int = 1) -> Iterator[list[Made]]:
        """The same, home by home."""
        rng, done = self.rng, 0
        while done < count:
            community = rng.choices(COMMUNITIES, self.weights)[0]
            surname = "" if rng.random() < community.single else rng.choice(community.surnames)[0]
            place, mobile = self.place(), self.mobile() if rng.random() < 0.85 else ""
            head = self._given(Sex.MALE, community)
            home: list[Made] = []
            for _ in range(min(count - done, rng.choice((1, 1, 2, 3, 5)))):
                sex = rng.choice((Sex.FEMALE, Sex.MALE))
                given = self._new_given(sex, community, {each.name.split()[0] for each in home})
                year = DAY.year - int(rng.triangular(0, 90, 25))
                birth = f"{year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}" if rng.random() < 0.3 else str(year)
                done += 1
                made = Made(
                    f"{100_000_000 + first + done}",
                    f"{given} {surname}".strip(),
                    sex,
                    birth,
                    f"{head} {surname}".strip() if rng.random() < 0.9 else "",
                    (mobile if rng.random() < 0.8 else self.mobile()) if mobile else "",
                    place,
                )
                home.append(made)
            yield home

    def kin_of(self, home: list[Made], uhid: str) -> Made:
        """Somebody of the same home who is not in the index: a twin one time in twelve, of another name."""
        rng = self.rng
        like = rng.choice(home)
        surname = like.name.partition(" ")[2]
        community = next(
            (each for each in COMMUNITIES if surname in [pair[0] for pair in each.surnames]), rng.choice(COMMUNITIES)
        )
        twin = rng.random() < 1 / 12
        sex = like.sex if twin else rng.choice((Sex.FEMALE, Sex.MALE))
        given = self._new_given(sex, community, {each.name.split()[0] for each in home})
        return Made(
            uhid,
            f"{given} {surname}".strip(),
            sex,
            like.birth if twin else str(DAY.year - int(rng.triangular(0, 90, 25))),
            like.guardian if twin or rng.random() < 0.6 else like.name,
            like.mobile if rng.random() < 0.8 else self.mobile(),
            like.locality,
        )

    def _new_given(self, sex: Sex, community: Any, taken: set[str]) -> str:
        while (given := self._given(sex, community)) in taken:
            pass
        return given

    def told_again(self, made: Made) -> tuple[Person, str]:
        """The same person at the counter, as people and clerks are; and the mobile as it is typed."""
        rng = self.rng
        mobile = "" if rng.random() < 0.2 else self.mobile() if rng.random() < 0.25 else made.mobile
        year = int(made.birth[:4]) + rng.choice((0, 0, 0, 1, -1, 1, -1, 2, -2))
        return Person(
            name=self.spelt(made.name),
            sex=made.sex,
            birth=str(min(year, DAY.year)),
            guardian="" if rng.random() < 0.15 else self.spelt(made.guardian),
            mobiles=(mobile,) if mobile else (),
            locality=self.place() if rng.random() < 0.3 else made.locality,
        ), mobile

    def spelt(self, name: str) -> str:
        """A name as another clerk writes it, two times in five."""
        rng = self.rng
        if rng.random() >= 0.4 or not name:
            return name
        for old, new in rng.sample(_SPELLINGS, len(_SPELLINGS)):
            if old in name:
                return name.replace(old, new, 1)
        return name.replace(name[-1], name[-1] * 2, 1) if len(name) > 3 and rng.random() < 0.3 else name

    def place(self) -> str:
        """An address: a house, and one of some thousand villages and quarters."""
        rng = self.rng
        house = rng.choice((f"H.No. {rng.randint(1, 400)}, ", f"{rng.randint(1, 99)}, Gali {rng.randint(1, 9)}, ", ""))
        return house + rng.choice(self.places)

    def mobile(self) -> str:
        """Ten digits."""
        return f"{self.rng.choice('6789')}{self.rng.randrange(10**9):09d}"

    def _given(self, sex: Sex, community: Any) -> str:
        rng = self.rng
        if rng.random() < TAIL:
            return rng.choice(self.tails[sex])
        return str(rng.choice(community.women if sex is Sex.FEMALE else community.men)[0])

    def _tail(self, sex: Sex) -> list[str]:
        """Names that are in no table: the beginning of one and the end of another."""
        known = [pair[0] for each in COMMUNITIES for pair in (each.women if sex is Sex.FEMALE else each.men)]
        made = {one[: max(2, len(one) // 2)] + two[len(two) // 2 :].lower() for one in known for two in known}
        return self.rng.sample(sorted(made - set(known)), 4_000)

    def _places(self) -> list[str]:
        known = [place.split(" Sector")[0] for each in DISTRICTS for place in each.localities]
        ends = ("pur", "garh", "pura", "nagla", "khera", "wala", "ganj", "sarai", "patti", "kalan")
        villages = {f"{one[:4].strip().title()}{end}" for one in known for end in ends}
        return [*known, *(f"{each} Village" for each in sorted(villages))]


_SPELLINGS = [
    ("ee", "i"), ("oo", "u"), ("sh", "s"), ("v", "w"), ("th", "t"), ("ph", "f"), ("Mohammad", "Mohd"), ("Kumar", "Kr"),
    ("aa", "a"), ("y", "i"), ("ksh", "x"), ("i", "ee"), ("u", "oo"), ("a", "aa"), ("z", "j"), ("an", "en"),
]  # fmt: skip
