"""Three days at the desks: what clerks do in a browser and over HTTP, and what breaks meanwhile."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from fallback.errors import DrillStopped
from fallback.ledger import queries
from fallback.rehearsal.clerk import Clerk
from fallback.rehearsal.morning import Counter, Desk, Morning
from fallback.rehearsal.people import Person
from fallback.rehearsal.ward import Pad, patients, written
from fallback.slip import SlipNumber
from tests.rehearsal_day.eyes import Eyes
from tests.rehearsal_day.house import House, Laptop


@dataclass(slots=True)
class Day:
    """What a day left behind: the clerks' truths and prints, pads with who is on them, the keys of its shifts.

    `alone` are slips of which paper is the only carrier, `spent` blanks on which nobody was written; `known_later` are
    the slips of people whose names were not known, with the slip of whoever they are.
    """

    day: date
    morning: Morning = field(default_factory=Morning)
    pads: list[Pad] = field(default_factory=list)
    shifts: list[str] = field(default_factory=list)
    alone: set[str] = field(default_factory=set)
    spent: list[SlipNumber] = field(default_factory=list)
    known_later: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A desk: its laptop, its series, the login of its clerk."""

    laptop: Laptop
    series: int
    login: str


class Calm(Random):
    """No chance at all: nobody returns, nothing is corrected."""

    def random(self) -> float:
        """Above every share."""
        return 0.999


class Floor:
    """The registration hall for one day: a clerk at every desk, all at once."""

    def __init__(self, house: House, day: Day, seed: int) -> None:
        self._house, self.day, self._seed = house, day, seed
        self.folder = house.folder / "printed" / str(day.day)
        self.folder.mkdir(parents=True, exist_ok=True)

    def counter(self, place: Place) -> Counter:
        """Where a clerk sits, for the clerks over HTTP."""
        return Counter(
            address=place.laptop.address,
            login=place.login,
            pin=self._house.pins[place.login],
            series=place.series,
            supervisor_pin=self._house.pins["meena"],
            day=self.day.day,
        )

    def desk(self, place: Place, chance: Random | None = None) -> Desk:
        """A clerk at a desk."""
        chance = chance or Random(f"{self._seed}/{self.day.day}/{place.series}/{len(self.day.morning.printed)}")
        ledger = place.laptop.opened().ledger
        return Desk(self.counter(place), ledger, self._house.hospital, self.folder, chance, lambda: None)

    def work(self, places: Sequence[Place], people: Sequence[Person]) -> None:
        """Every desk works through its share of the queue, and closes its shift."""
        with ThreadPoolExecutor(len(places)) as pool:
            jobs = [
                pool.submit(self.desk(place).work, people[number :: len(places)]) for number, place in enumerate(places)
            ]
            for job in jobs:
                self.day.morning.add(job.result())
        for place in places:
            self.shift_over(place)

    def until_it_dies(self, place: Place, queue: Sequence[Person], last: Sequence[Person]) -> Path:
        """A clerk works until the laptop is gone; before the `last` ones its stick was pulled out. Gives the stick.

        What was acknowledged is kept; of the last ones paper is the only carrier.
        """
        desk, calm = self.desk(place), self.desk(place, Calm())
        desk.begin()
        for person in queue:
            desk.serve(person)
        stick = place.laptop.stick.rename(place.laptop.stick.with_name("in-a-pocket"))
        calm.log_in()
        for person in last:
            calm.serve(person)
        self.day.alone |= {str(each["number"]) for each in calm.done.truths}
        self.day.morning.add(desk.done)
        self.day.morning.add(calm.done)
        place.laptop.dies()
        return stick

    def gives_up(self, place: Place) -> None:
        """A clerk whose laptop is dead closes its shift at the next one, before a shift at another desk."""
        with Clerk(place.laptop.address) as clerk:
            clerk.send(clerk.open("/").form("login", "pin"), login=place.login, pin=self._house.pins[place.login])
            form = clerk.open("/shift/close").form("counted_cash")
            clerk.send(form, counted_cash="500", note="the laptop is dead")

    def shift_over(self, place: Place) -> None:
        """Notes the desk's shifts of the day, whose sheets go into the box, each once."""
        for shift in queries.shifts(place.laptop.opened().ledger.db()):
            if shift.series == place.series and shift.closed is not None and shift.key not in self._house.sheets:
                self.day.shifts.append(shift.key)
                self._house.sheets.add(shift.key)

    def pads_of(self, place: Place, *, spare: int, seed: int) -> None:
        """A printer is dead: the supervisor has blanks printed elsewhere, patients are written on them with a pen."""
        house, day = self._house, self.day
        people = patients(Random(seed), house.hospital, day.day)
        with Clerk(place.laptop.address) as meena:
            meena.send(meena.open("/").form("login", "pin"), login="meena", pin=house.pins["meena"])
            form = meena.open("/supervisor").form("count", "issued_to", action="pads")
            form.fields |= {"desk": str(place.series), "count": str(len(people) + spare), "issued_to": "Counter"}
            pdf = meena.fetch_sent(form)
        told = _last(place.laptop, "pads_printed")
        numbers = [SlipNumber(told["series"], told["first"] + place) for place in range(told["count"])]
        day.pads += written(place.laptop.counter(), people, numbers, pdf)
        day.spent += numbers[len(people) :]


class Seat:
    """A clerk in the real browser: every flow of the desk, once."""

    def __init__(self, house: House, floor: Floor, eyes: Eyes, place: Place) -> None:
        self._house, self._floor, self._eyes, self._place = house, floor, eyes, place
        self._ledger = place.laptop.opened().ledger

    def whole_desk(self, folder: Path) -> int:
        """New, returning, corrected, reprinted, void, unidentified and known later, a newborn; how many slips."""
        eyes, place = self._eyes, self._place
        eyes.log_in(place.laptop.address, place.login, self._house.pins[place.login])
        eyes.open_shift(place.series)
        eyes.register(
            "Sunita Devi", sex="f", age="34", guardian="Ram Prasad", mobile="9810000001", locality="Devli", clinic="MED"
        )
        mother = eyes.issued()
        eyes.printed()
        told = {
            "name": "Sunita Devi", "sex": "female", "age": 34, "guardian": "Ram Prasad", "mobile": "9810000001",
            "locality": "Devli", "clinic": self._clinic("MED"),
        }  # fmt: skip
        self._remember(mother, told)
        eyes.send("/find", at="/", typed=mother.text)
        eyes.send("/register", clinic="ENT")
        self._remember(eyes.issued(), {**told, "clinic": self._clinic("ENT"), "patient_number": mother.text})
        eyes.send("/correct", at=f"/slips/{mother}/correct", name="Sunita Kumari", reason="name misheard")
        self._remember(mother, {**told, "name": "Sunita Kumari", "reason": "name misheard"})
        eyes.send("/register", at=f"/slips/{mother}/newborn", sex="female", birth_time="06:15")
        baby = eyes.issued()
        self._remember(baby, {"sex": "female"})
        eyes.send("/register", at="/unidentified", sex="male")
        nobody = eyes.issued()
        self._remember(nobody, {"sex": "male"})
        eyes.register(
            "Suresh Yadav", sex="m", age="41", guardian="Mahesh", mobile="9810000002", locality="Okhla", clinic="MED"
        )
        known = eyes.issued()
        self._remember(known, {"name": "Suresh Yadav", "sex": "male", "age": 41, "mobile": "9810000002"})
        eyes.send("/identify", at=f"/slips/{nobody}/identify", wanted=known.text, reason="his brother came")
        self._floor.day.known_later[nobody.text] = known.text
        eyes.register(
            "Lata Bai", sex="f", age="50", guardian="Gopal", mobile="9810000003", locality="Kalkaji", clinic="MED"
        )
        left = eyes.issued()
        eyes.send("/void", at=f"/slips/{left}/void", reason="left before the clinic")
        self._floor.day.morning.voided.append(left.text)
        eyes.close_shift()
        self._floor.shift_over(place)
        self._papers(folder)
        return sum(each["kind"] != "void" for each in self._floor.day.morning.truths)

    def _clinic(self, code: str) -> int:
        return next(each.number for each in self._house.hospital.clinics if each.code == code)

    def _remember(self, number: SlipNumber, told: dict[str, Any]) -> None:
        row = queries.slip(self._ledger.db(), number)
        if row is None:
            raise DrillStopped(stage="the browser", why=f"slip {number} is not in the journal")
        self._floor.day.morning.truths.append(row.slip.record() | told)

    def _papers(self, folder: Path) -> None:
        """A browser without a printer keeps no paper: each slip is reprinted, as a crumpled one is."""
        morning = self._floor.day.morning
        with Clerk(self._place.laptop.address) as clerk:
            login = self._place.login
            clerk.send(clerk.open("/").form("login", "pin"), login=login, pin=self._house.pins[login])
            for number in dict.fromkeys(str(each["number"]) for each in morning.truths):
                form = clerk.open(f"/slips/{number}").form(action="reprint")
                path = folder / f"{number}-browser.pdf"
                path.write_bytes(clerk.fetch_sent(form))
                morning.printed.append(path)


def _last(laptop: Laptop, kind: str) -> dict[str, Any]:
    """The newest fact of a kind that was written at a laptop."""
    return dict([line.content for line in laptop.opened().ledger.lines() if line.fact.value == kind][-1])
