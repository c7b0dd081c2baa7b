"""What tests start from: an installation in a folder of its own, a small queue of made-up patients, a counter."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from fallback import enrolment, frontdesk, hospital_file
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.hospital import Hospital
from fallback.keys import hospital_id
from fallback.slip import Age, Patient, Relation, Sex
from fallback.vault import Cost

PASSPHRASE = "monsoon ward seven"
CHEAP = Cost(passes=1, lanes=1, memory_kib=64)
START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, 09:30 in India
PIN = "739164"


def clock(start: datetime = START) -> Callable[[], datetime]:
    """A clock that goes on by a second each time it is asked."""
    ticks = iter(range(10_000_000))
    return lambda: start + timedelta(seconds=next(ticks))


@cache
def hospital() -> Hospital:
    """The example hospital."""
    return hospital_file.load(Path(__file__).parent.parent / "hospital.toml")


def installation(
    folder: Path,
    *,
    desks: int = 2,
    drill: bool = False,
    lasting: bool = True,
    ticking: Callable[[], datetime] | None = None,
) -> Installation:
    """A new installation with desks, a clerk `asha`, a supervisor `meena`, a records officer `ravi`, all of one PIN."""
    made, _, _ = enrolment.init(folder, PASSPHRASE, clock=ticking or clock(), drill=drill, cost=CHEAP)
    for number in range(1, desks + 1):
        enrolment.enrol_desk(made, f"Counter {number}")
    for login, name, role in (
        ("asha", "Asha Rani", Role.CLERK),
        ("meena", "Meena Joshi", Role.SUPERVISOR),
        ("ravi", "Ravi Das", Role.RECORDS),
    ):
        enrolment.set_user(made.ledger, login, name, role, PIN)
    if lasting:
        frontdesk.start_downtime(counter(made), "the servers are down")
    return made


def counter(made: Installation) -> frontdesk.Counter:
    """The counter of an installation."""
    return frontdesk.Counter(
        ledger=made.ledger,
        hospital=hospital(),
        hospital_id=hospital_id(made.root),
        drill=made.drill,
        sign=made.sign,
    )


def patient(name: str = "Sunita Devi", **other: object) -> Patient:
    """A made-up patient; any field can be given."""
    made = Patient(
        name=name,
        name_hindi="सुनीता देवी",
        sex=Sex.FEMALE,
        age=Age(value=34),
        guardian="Ram Prasad",
        relation=Relation.HUSBAND,
        mobile="9810000001",
        state=7,
        district="South Delhi",
        pin_code="110017",
        locality="H.No. 14, Devli Village",
    )
    return replace(made, **other)  # type: ignore[arg-type]


def registration(name: str = "Sunita Devi", *, clinic: str = "MED", **other: object) -> frontdesk.Registration:
    """A registration for a clinic, by its code."""
    number = next(each.number for each in hospital().clinics if each.code == clinic)
    return frontdesk.Registration(patient=patient(name), clinic=number, **other)  # type: ignore[arg-type]
