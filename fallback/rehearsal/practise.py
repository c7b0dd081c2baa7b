"""The guided drill for staff: a throw-away installation with a root and series of its own, served on this computer."""

import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from fallback import enrolment, frontdesk
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.frontdesk.practising import Practising
from fallback.hospital import Clinic, Hospital
from fallback.keys import hospital_id
from fallback.practice import Setting, Visitor
from fallback.practice.scenes import needed
from fallback.rehearsal.people import Person, people
from fallback.serving import served
from fallback.slip import INDIA, AgeUnit
from fallback.vault import Cost
from fallback.web import close, create_app

_CHEAP = Cost(passes=1, lanes=1, memory_kib=8 * 1024)  # the folder is thrown away: its passphrase need not be dear
_PADS = 5
_EVERY_DAY = frozenset(range(1, 8))
USERS = (
    ("asha", "Asha Rani", Role.CLERK),
    ("bina", "Bina Kumari", Role.CLERK),
    ("meena", "Meena Joshi", Role.SUPERVISOR),
    ("ravi", "Ravi Das", Role.RECORDS),
)
DESKS = ("Counter 1", "Spare laptop")


@dataclass(frozen=True, slots=True)
class Practice:
    """A drill that stands open: the address of its first page, where its data lies, and what happens in it."""

    address: str
    folder: Path
    drill: Practising


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def practise(
    hospital: Hospital,
    *,
    port: int = 0,
    language: str = "en",
    clock: Callable[[], datetime] = _now,
    seed: int | None = None,
) -> Iterator[Practice]:
    """A guided drill while the context lasts; at its end nothing of it is left. Several may stand open at once.

    It needs no data folder, no key and no network; nothing of it can get into the hospital's journal but the code of
    its certificate. `port` 0 takes a free one. `seed` makes the same patients. Raises PortTaken.
    """
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="parchi-practise-", ignore_cleanup_errors=True))
        )
        mine = everyday(hospital)
        installation, _, _ = enrolment.init(
            folder / "data", secrets.token_urlsafe(24), clock=clock, drill=True, cost=_CHEAP, state=folder / "state"
        )
        stack.callback(installation.close)
        _second_copy(installation, folder)
        drill = furnish(installation, mine, clock, Random(seed))
        app = create_app(installation, mine, clock=clock, language=language, practising=drill)
        stack.callback(close, app)
        address = stack.enter_context(served(app, port=port))
        yield Practice(f"{address}/practise", folder, drill)


def everyday(hospital: Hospital) -> Hospital:
    """The hospital as it is in a drill: every clinic sits and has room, nothing leads to a real system or printer."""
    clinics = tuple(
        replace(clinic, weekdays=_EVERY_DAY, units=(), cap=None, starts=None) for clinic in hospital.clinics
    )
    return replace(hospital, clinics=clinics, targets=(), printers=(), layouts=hospital.layouts)


def _second_copy(installation: Installation, folder: Path) -> None:
    stick = folder / "stick"
    stick.mkdir()
    installation.ledger.copy_to(stick)


def furnish(installation: Installation, hospital: Hospital, clock: Callable[[], datetime], rng: Random) -> Practising:
    """Desks, logins of one PIN, a downtime, and a pad that lies at the counter already."""
    series = [enrolment.enrol_desk(installation, name).series for name in DESKS]
    pin = ""
    for login, name, role in USERS:
        pin = enrolment.set_user(installation.ledger, login, name, role, pin)
    counter = frontdesk.Counter(
        ledger=installation.ledger,
        hospital=hospital,
        hospital_id=hospital_id(installation.root),
        drill=True,
        sign=installation.sign,
    )
    frontdesk.start_downtime(counter, "practice")
    pads, _ = frontdesk.print_pads(counter, series=series[0], count=_PADS, issued_to=DESKS[0], by=USERS[2][0])

    def setting(whole: bool) -> Setting:
        today = clock().astimezone(INDIA).date()
        return Setting(
            whole=whole, month=today, desk=series[0], desk_name=DESKS[0], spare=series[1], spare_name=DESKS[1],
            clerk=USERS[0][0], second=USERS[1][0], supervisor=USERS[2][0], records=USERS[3][0],
            pads=(pads[0].text, pads[1].text), clinic_code=_ordinary(hospital)[0].code,
            visitors=visitors(hospital, rng, needed(whole=whole)),
        )  # fmt: skip

    return Practising(counter, setting, pin=pin, mark=secrets.token_hex(8), clock=clock)


def _ordinary(hospital: Hospital) -> list[Clinic]:
    """The clinics whose names may stand on a screen that both sides see."""
    return [clinic for clinic in hospital.clinics if not clinic.casualty and not clinic.discreet] or list(
        hospital.clinics
    )


def visitors(hospital: Hospital, rng: Random, count: int) -> list[Visitor]:
    """Made-up patients whose card can be typed as it stands: an age in years, no UHID, no two of one name."""
    clinics = {clinic.code: clinic for clinic in _ordinary(hospital)}
    found: dict[str, Visitor] = {}
    while len(found) < count:
        plain = [person for person in people(rng, hospital, 4 * count) if _is_plain(person)]
        for person in plain:
            clinic = clinics.get(person.clinic) or rng.choice(list(clinics.values()))
            found.setdefault(person.name.casefold(), _visitor(person, clinic))
    return list(found.values())[:count]


def _is_plain(person: Person) -> bool:
    return (
        person.age_unit == AgeUnit.YEARS
        and person.sex in ("female", "male")
        and not person.uhid
        and person.name.isascii()
        and 0 < len(person.name) <= 30
    )


def _visitor(person: Person, clinic: Clinic) -> Visitor:
    return Visitor(
        name=person.name,
        sex=person.sex,
        age=int(person.age),
        guardian=person.guardian,
        relation=person.relation,
        mobile=person.mobile,
        locality=person.locality,
        clinic=clinic.number,
        clinic_code=clinic.code,
    )
