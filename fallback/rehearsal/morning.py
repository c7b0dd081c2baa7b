"""The drill's morning: clerks at their desks register made-up patients through the real web app, and print."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from fallback import names
from fallback.errors import DrillStopped
from fallback.hospital import Hospital
from fallback.ledger import Ledger, queries
from fallback.rehearsal.clerk import Clerk, Page
from fallback.rehearsal.people import Person
from fallback.slip import INDIA, Kind, SlipNumber, digits_of

RETURNING, TWICE, CORRECTED, VOIDED, REPRINTED = 0.25, 0.06, 0.08, 0.05, 0.04  # shares of the patients


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

    def add(self, part: "Morning") -> None:
        """Takes in what another clerk did."""
        self.truths += part.truths
        self.printed += part.printed
        self.voided += part.voided
        self.corrected += part.corrected
        self.returning += part.returning
        self.sent_twice += part.sent_twice
        self.reprinted += part.reprinted


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A clerk's place: the address of the app, the login, the PIN, the series of the desk, a supervisor's PIN.

    `day` is the day on which the app believes itself to be, today when None.
    """

    address: str
    login: str
    pin: str
    series: int
    supervisor_pin: str
    day: date | None = None


def work(
    counters: Sequence[Counter],
    people: Sequence[Person],
    ledger: Ledger,
    hospital: Hospital,
    folder: Path,
    seed: int,
    progress: Callable[[int], None],
) -> Morning:
    """Every clerk works through a share of the queue, all at the same time. Raises DrillStopped."""
    folder.mkdir(parents=True, exist_ok=True)
    whole = Morning()
    served = count(1)
    with ThreadPoolExecutor(max_workers=len(counters)) as pool:
        jobs = []
        for place, counter in enumerate(counters):
            chance = Random(f"{seed}/{counter.series}")
            desk = Desk(counter, ledger, hospital, folder, chance, lambda: progress(next(served)))
            jobs.append(pool.submit(desk.work, people[place :: len(counters)]))
        for job in jobs:
            whole.add(job.result())
    return whole


class Desk:
    """One clerk at one desk for one morning; `done` is what became of it."""

    def __init__(
        self,
        counter: Counter,
        ledger: Ledger,
        hospital: Hospital,
        folder: Path,
        chance: Random,
        progress: Callable[[], None],
    ) -> None:
        self._counter, self._ledger, self._hospital = counter, ledger, hospital
        self._folder, self._chance, self._progress = folder, chance, progress
        self._clerk = Clerk(counter.address)
        self.done = Morning()

    def work(self, queue: Sequence[Person]) -> Morning:
        """Logs in, opens a shift, serves the queue, closes the shift."""
        with self._clerk:
            self.begin()
            for person in queue:
                self.serve(person)
            self.end()
        return self.done

    def begin(self) -> None:
        """Logs in and opens a shift."""
        self.log_in()
        page = self._clerk.open("/shift/open")
        self._clerk.send(page.form("opening_float"), desk=str(self._counter.series), opening_float="500", clock="y")

    def log_in(self) -> None:
        """Logs in; a shift that is open goes on."""
        form = self._clerk.open("/").form("login", "pin")
        self._clerk.send(form, login=self._counter.login, pin=self._counter.pin)

    def end(self) -> None:
        """Closes the shift."""
        page = self._clerk.open("/shift/close")
        self._clerk.send(page.form("counted_cash"), counted_cash="500", note="drill")

    def serve(self, person: Person) -> None:
        """A new patient, and by chance what a morning brings besides."""
        chance = self._chance
        fields = {name: value for name, value in asdict(person).items() if value}
        form = self._clerk.open("/").form("name", "form", action="register")
        page = self._clerk.send(form, **fields)
        if any("overbooked" in each.fields for each in page.forms):
            form = page.form("overbooked", "form", action="register")
            fields = {"overbooked": "the doctor agrees"}
            page = self._clerk.send(form, **fields)
        number = self._number(page)
        if chance.random() < TWICE:
            if self._number(self._clerk.send(form, **fields)) != number:
                raise DrillStopped(stage="registering", why="a form sent twice gave two slips")
            self.done.sent_twice += 1
        told = typed(person, self._hospital)
        self._print(number)
        self._remember(number, told)
        if chance.random() < REPRINTED:
            form = self._clerk.open(f"/slips/{number}").form(action="reprint")
            self._keep(f"{number}-reprint", self._clerk.fetch_sent(form))
            self.done.reprinted += 1
        if chance.random() < CORRECTED:
            told = self._correct(number, told)
        if chance.random() < VOIDED:
            self._void(number)
        elif chance.random() < RETURNING:
            self._return(number, told)
        self._progress()

    def _correct(self, number: SlipNumber, told: dict[str, Any]) -> dict[str, Any]:
        name = f"{told['name'].split()[0]} {self._chance.choice(('Kumari', 'Prasad', 'Lal', 'Bano'))}"
        form = self._clerk.open(f"/slips/{number}/correct").form("name", "reason", action="correct")
        self._clerk.send(form, name=name, reason="name misheard")
        self._print(number)
        self.done.corrected += 1
        told = told | {"name": name, "reason": "name misheard"}
        self._remember(number, told)
        return told

    def _void(self, number: SlipNumber) -> None:
        """The void is printed and goes into the box like every slip."""
        form = self._clerk.open(f"/slips/{number}/void").form("reason", action="void")
        word = {"login": "meena", "pin": self._counter.supervisor_pin} if "login" in form.fields else {}
        self._clerk.send(form, reason="left before the clinic", **word)
        self._print(number)
        self.done.voided.append(number.text)
        row = queries.slip(self._ledger.db(), number)
        slip = queries.version(self._ledger.db(), number, row.revision) if row else None
        if slip is None or slip.kind is not Kind.VOID:
            raise DrillStopped(stage="voiding", why=f"slip {number} is not void")
        self.done.truths.append(slip.record() | {"reason": "left before the clinic"})

    def _return(self, number: SlipNumber, told: dict[str, Any]) -> None:
        """The patient comes back with the slip, at the same desk: a new slip, no new patient number."""
        box = self._clerk.open("/").form("typed")
        form = self._clerk.send(box, typed=number.text).form("name", "form", action="register")
        day, same = self._counter.day or datetime.now(INDIA).date(), self._hospital.clinic(told["clinic"])
        sitting = [each for each in self._hospital.clinics if each.sits_on(day) and not each.casualty]
        clinic = self._chance.choice(sitting or [each for each in (same,) if each])  # on a Sunday only casualty sits
        again = self._number(self._clerk.send(form, clinic=clinic.code))
        self._print(again)
        own = None if told["uhid"] else number.text
        visit = {"clinic": clinic.number, "previous": number.text, "patient_number": own, "reason": ""}
        self._remember(again, told | visit)
        self.done.returning += 1

    def _number(self, page: Page) -> SlipNumber:
        found = re.search(r"/issued/(\d{11})", page.url)
        if found is None:
            raise DrillStopped(stage="registering", why=" ".join(page.says) or "no slip was issued")
        return SlipNumber.parse(found[1])

    def _print(self, number: SlipNumber) -> None:
        self._keep(f"{number}-{len(self.done.printed)}", self._clerk.fetch(f"/slips/{number}/print"))

    def _keep(self, name: str, pdf: bytes) -> None:
        path = self._folder / f"{name}.pdf"
        path.write_bytes(pdf)
        self.done.printed.append(path)

    def _remember(self, number: SlipNumber, told: dict[str, Any]) -> None:
        """The truth of one printed version: what the clerk typed, over what the system itself gave."""
        row = queries.slip(self._ledger.db(), number)
        if row is None:
            raise DrillStopped(stage="registering", why=f"slip {number} is not in the journal")
        given = row.slip.record()
        unknown = set(told) - set(given)
        if unknown:
            raise DrillStopped(stage="registering", why=f"a slip's record has no {', '.join(unknown)}")
        self.done.truths.append(given | told)


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
