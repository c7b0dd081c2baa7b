"""The drill's morning: clerks at their desks register made-up patients through the real web app, and print."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from fallback import names
from fallback.enrolment import Installation
from fallback.errors import DrillStopped
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.rehearsal.clerk import Clerk, Page
from fallback.rehearsal.people import Person
from fallback.slip import SlipNumber, digits_of

RETURNING, TWICE, CORRECTED, VOIDED, REPRINTED = 0.12, 0.03, 0.05, 0.03, 0.02  # shares of the patients


@dataclass(slots=True)
class Morning:
    """What the clerks did: a truth record per printed version, the printed files, and counts."""

    truths: list[dict[str, Any]] = field(default_factory=list)
    printed: list[Path] = field(default_factory=list)
    voided: list[str] = field(default_factory=list)
    corrected: int = 0
    returning: int = 0
    sent_twice: int = 0
    reprinted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A clerk's place: the address of the app, the login, the PIN, the series of the desk."""

    address: str
    login: str
    pin: str
    series: int


def work(
    counters: Sequence[Counter],
    people: Sequence[Person],
    installation: Installation,
    hospital: Hospital,
    folder: Path,
    seed: int,
    progress: Callable[[int], None],
) -> Morning:
    """Every clerk works through a share of the queue, all at the same time. Raises DrillStopped."""
    folder.mkdir(parents=True, exist_ok=True)
    done = Morning()
    shares = [list(people[place :: len(counters)]) for place in range(len(counters))]
    with ThreadPoolExecutor(max_workers=len(counters)) as pool:
        jobs = [
            pool.submit(
                _Desk(counter, installation, hospital, folder, Random(f"{seed}/{counter.series}"), progress).work, share
            )
            for counter, share in zip(counters, shares, strict=True)
        ]
        for job in jobs:
            part = job.result()
            done.truths += part.truths
            done.printed += part.printed
            done.voided += part.voided
            done.corrected += part.corrected
            done.returning += part.returning
            done.sent_twice += part.sent_twice
            done.reprinted += part.reprinted
    return done


def typed(person: Person, hospital: Hospital) -> dict[str, Any]:
    """The fields of a slip's record that the clerk typed, as they must come back from paper and target."""
    clinic = next(each for each in hospital.clinics if each.code == person.clinic)
    born = datetime.strptime(person.birth_date, "%d-%m-%Y").date().isoformat() if person.birth_date else None  # noqa: DTZ007
    return {
        "name": names.normalise(person.name),
        "name_hindi": names.normalise(person.name_hindi),
        "sex": person.sex,
        "birth_date": born,
        "age": int(person.age) if person.age else None,
        "age_unit": person.age_unit if person.age else None,
        "guardian": names.normalise(person.guardian),
        "relation": person.relation or None,
        "mobile": person.mobile,
        "abha": digits_of(person.abha) or "",
        "state": int(person.state or 0),
        "district": names.normalise(person.district),
        "pin_code": person.pin_code,
        "locality": names.normalise(person.locality),
        "category": person.category,
        "scheme_id": person.scheme_id,
        "uhid": person.uhid,
        "clinic": clinic.number,
    }
