"""The play, act by act: peace, three days without the hospital's system, and the way back to a closed account."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from fallback import enrolment
from fallback.downtime import Role
from fallback.hospital import Hospital
from fallback.ledger import queries
from fallback.rehearsal.clerk import Clerk
from fallback.rehearsal.morning import typed
from fallback.rehearsal.people import Person, people
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind, Slip, SlipNumber
from tests.rehearsal_day import after
from tests.rehearsal_day.during import Day, Floor, Place, Seat
from tests.rehearsal_day.eyes import Eyes, eyes
from tests.rehearsal_day.house import HOME, Clock, House, Laptop, no_network, own_hospital
from tests.rehearsal_day.told import Report

PASSPHRASE = "seven dry monsoon umbrellas"
CLERKS = ("asha", "kiran", "farah", "gopal", "latha")
OTHERS = {"meena": Role.SUPERVISOR, "ravi": Role.RECORDS, "sita": Role.RECORDS}
TAIL = 3  # slips that a laptop gives while its stick is out, and dies
_ALONE = "PMR"  # the clinic of those slips


def play(report: Report, folder: Path, *, patients: int, seed: int) -> None:
    """Everything, in a folder. What went wrong stands in the report; what cannot go on raises."""
    with _house(folder) as house, eyes(folder) as person:
        with report.step("peace: the hospital's own computer, its cards, its stick") as step:
            office = _peace(house)
            step.say(f"{len(house.cards)} cards sealed")
        with report.step("peace: the kit is built and looked at byte by byte") as step:
            blanks = _kit(house, office)
            step.say(f"{sum(each.stat().st_size for each in house.kit.rglob('*') if each.is_file()) / 1e6:.0f} MB")
        house.number = json.loads((house.kit / "KIT.json").read_text())["hospital_id"]
        hall = Hall(report, house, person, patients, seed)
        hall.first_day()
        hall.second_day()
        hall.third_day()
        hall.days[0].spent += blanks
        _back(report, house, hall, person, office, seed)


@contextmanager
def _house(folder: Path) -> Iterator[House]:
    clock = Clock(folder / "clock")
    clock.first_morning()
    (folder / "office").mkdir()
    system = TestSystem(folder / "system")
    system.start()
    url = system.url
    system.stop()  # it is down, and comes back on the same port
    (folder / "file").mkdir()
    made = House(folder=folder, clock=clock, system=system, hospital=own_hospital(folder / "file", url))
    try:
        yield made
    finally:
        made.close()


def _peace(house: House) -> Laptop:
    """Before anything happened: keys, users, twelve cards, and the kit."""
    home = house.folder / "laptops" / "office"
    office = Laptop(house, "office", home, home / "data", house.folder / "kit", PASSPHRASE)
    (office.home / "state").mkdir(parents=True)
    office.key.write_text(PASSPHRASE)
    house.laptops.append(office)
    office.run("init")
    (office.data / "hospital.toml").write_bytes((house.folder / "file" / "hospital.toml").read_bytes())
    made = office.opened()
    for login in (*CLERKS, *OTHERS):
        role = OTHERS.get(login, Role.CLERK)
        house.pins[login] = enrolment.set_user(made.ledger, login, f"{login.title()} Devi", role)
    house.cards += [card.text for card in enrolment.make_cards(made, 12, lambda _: None)]
    office.shut()
    office.run("desk", "enrol", "Office")
    return office


def _kit(house: House, office: Laptop) -> list[SlipNumber]:
    """The kit, built at the office and looked at byte by byte; the numbers of its blanks."""
    wheels = HOME / "build" / "wheels"  # fetched once
    wheels.mkdir(parents=True, exist_ok=True)
    (office.home / "state" / "wheels").symlink_to(wheels)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    told = json.loads(office.run("kit", "build", "--out", house.kit, "--python", python, "--pads", "4", "--json"))
    office.run("kit", "verify", house.kit)
    return [SlipNumber.parse(number) for number in told["pads"]]


class Hall:
    """The registration hall over three days: who sits where, and what each day left behind."""

    def __init__(self, report: Report, house: House, person: Eyes, patients: int, seed: int) -> None:
        self.report, self.house, self._eyes = report, house, person
        self._patients, self._seed = patients, seed
        self.days: list[Day] = []
        self.places: list[Place] = []
        self.journals: list[Path] = []

    def _floor(self) -> Floor:
        self.days.append(Day(day=self.house.clock.today))
        return Floor(self.house, self.days[-1], self._seed)

    def _queue(self, number: int) -> list[Person]:
        count = self._patients // 3 + (number < self._patients % 3)
        return people(Random(self._seed + number), self.house.hospital, count, today=self.house.clock.today)

    def _plug_in(self, laptop: Laptop, name: str) -> None:
        """A fresh laptop: START, the desk's name, a card; and somebody sits down."""
        laptop.start(name)
        self._sits(laptop)

    def _sits(self, laptop: Laptop) -> None:
        """Every desk of a laptop that has no clerk yet gets one; a supervisor says that the downtime has begun."""
        ledger = laptop.opened().ledger
        taken = {each.series for each in self.places}
        for desk in queries.desks(ledger.db()):
            if laptop.opened().may_issue(desk.series) and desk.series not in taken:
                self.places.append(Place(laptop=laptop, series=desk.series, login=self._free_clerk()))
        self._start(laptop)

    def _free_clerk(self) -> str:
        taken = {each.login for each in self.places}
        return next(each for each in CLERKS if each not in taken)

    def _start(self, laptop: Laptop) -> None:
        """A supervisor starts the downtime at a laptop that has not heard of it."""
        if queries.current_downtime(laptop.opened().ledger.db()) is None:
            with Clerk(laptop.address) as meena:
                meena.send(meena.open("/").form("login", "pin"), login="meena", pin=self.house.pins["meena"])
                form = meena.open("/supervisor").form("reason", action="downtime/start")
                meena.send(form, reason="ransom note on every screen")

    def first_day(self) -> None:
        """The sticks are plugged in; every flow in a browser; then the queue."""
        report, floor = self.report, self._floor()
        house = self.house
        with report.step("day 1: a stick is plugged in: START, a name, a card, the desk in the browser") as step:
            hall = house.laptop("hall", house.stick("hall"))
            before = time.monotonic()
            page = hall.plug_in()
            self._eyes.start_desk(page, "Counter 1", hall.secret)
            hall.opens()
            step.say(f"START to the desk: {time.monotonic() - before:.1f} s of this loaded machine")
            hall.enrol("Counter 2", house.cards.pop(0))
            self._sits(hall)
        with report.step("day 1: three more laptops, each from a stick: one on the network, two without") as step:
            more = {name: house.laptop(name, house.stick(name)) for name in ("annexe", "casualty", "women")}
            more["annexe"].start("Counter 3")
            with no_network():
                for name, desk in (("casualty", "Counter 4"), ("women", "Counter 5")):
                    more[name].start(desk)
            for each in more.values():
                self._sits(each)
            step.say(f"{len(self.places)} desks")
        with report.step("day 1: every flow of the desk in a real browser, by keys") as step:
            count = Seat(self.house, floor, self._eyes, self.places[0]).whole_desk(floor.folder)
            step.say(f"{count} slips")
        with report.step("day 1: the queue at five desks") as step:
            floor.work(self.places, self._queue(0))
            step.say(_told(floor.day))
        with report.step("night: shifts closed, the servers of two laptops stay up"):
            for each in self._laptops()[2:]:
                each.turn_off()
            self.house.clock.next_morning()
            with no_network():
                for each in self._laptops()[2:]:
                    each.start()

    def second_day(self) -> None:
        """A power cut, a dead printer, a dead laptop whose stick was out for the last slips; another takes over."""
        report, floor, queue = self.report, self._floor(), self._queue(1)
        half = len(queue) // 2
        with report.step("day 2: the queue until noon") as step:
            floor.work(self.places, queue[:half])
            step.say(_told(floor.day))
        with report.step("day 2: the power is cut at casualty; it starts again and goes on"):
            self.places[3].laptop.power_cut()
            with no_network():
                self.places[3].laptop.start()
        with report.step("day 2: the annexe's printer dies: blanks and a pen") as step:
            floor.pads_of(self.places[2], spare=1, seed=self._seed + 9)
            step.say(f"{len(floor.day.pads)} patients on paper alone")
        with report.step("day 2: a laptop dies, its stick was out: another goes on from that stick") as step:
            dying = self.places[4]
            cut = max(len(queue[half:]) // 5, 1)
            served, last = queue[half : half + cut], queue[half + cut : half + cut + TAIL]
            gone = floor.until_it_dies(dying, _but_alone(served), _alone(last))
            self.places.remove(dying)
            self._plug_in(self.house.laptop("bought-at-the-corner", gone), "Counter 6")
            floor.gives_up(self.places[-1])
            step.say(f"{len(floor.day.alone)} slips on paper alone")
        with report.step("day 2: the queue until evening, at five desks") as step:
            floor.work(self.places, _but_alone(queue[half + cut + TAIL :]))
            step.say(_told(floor.day))
        self.house.clock.next_morning()

    def third_day(self) -> None:
        """The last day; in the evening another laptop is dropped, and the system is back."""
        report, floor = self.report, self._floor()
        with report.step("day 3: the queue at five desks") as step:
            floor.work(self.places, self._queue(2))
            step.say(_told(floor.day))
        with report.step("day 3: what the annexe wrote stands in the hall's journal, too, by the network") as step:
            step.say(f"{self._heard(self.places[0].laptop, self.places[2])} slips")
        with report.step("day 3: a laptop is dropped after its shift; the others give their journals") as step:
            dropped = self.places.pop(2)
            dropped.laptop.dies()
            self.journals.append(dropped.laptop.copy)
            for each in self._laptops():
                self._end(each)
                each.turn_off()
                file = self.house.folder / f"{each.name}.parchi"
                each.run("journal", "export", file)
                self.journals.append(file)
            step.say(f"{len(self.journals)} journals and sticks")

    def _heard(self, there: Laptop, here: Place) -> int:
        """How many slips of a desk another laptop's journal has, when it has had some minutes to hear of them, and that
        the desk's shift is closed: with a shift open nobody may end the downtime.
        """
        own = _slips(here.laptop, here.series)
        ends = time.monotonic() + 300
        while (left := own - _slips(there, here.series)) or _is_open(there, here.series):
            if time.monotonic() > ends:
                self.report.none(sorted(left) or [f"shift of desk {here.series}"], "what did not come by the network")
                break
            time.sleep(1)
        return len(own - left)

    def _end(self, laptop: Laptop) -> None:
        with Clerk(laptop.address) as meena:
            meena.send(meena.open("/").form("login", "pin"), login="meena", pin=self.house.pins["meena"])
            meena.send(meena.open("/supervisor").form(action="downtime/end"))

    @property
    def alive(self) -> dict[int, Laptop]:
        """The laptops that are left, by the series of their desks."""
        return {each.series: each.laptop for each in self.places}

    def _laptops(self) -> list[Laptop]:
        return list(dict.fromkeys(each.laptop for each in self.places))


def _slips(laptop: Laptop, series: int) -> set[str]:
    numbers = (row.slip.number for row in queries.slips(laptop.opened().ledger.db()))
    return {number.text for number in numbers if number.series == series}


def _is_open(laptop: Laptop, series: int) -> bool:
    return queries.open_shift(laptop.opened().ledger.db(), series=series) is not None


def _told(day: Day) -> str:
    done = day.morning
    slips = sum(not each["revision"] and each["kind"] != "void" for each in done.truths)
    more = f"{done.returning} returned, {done.corrected} corrected, {len(done.voided)} void, {done.reprinted} reprinted"
    return f"{slips} slips since the morning, {more}, {done.sent_twice} forms sent twice"


def _alone(queue: Sequence[Person]) -> list[Person]:
    """The same people, all to a clinic that sends no box sheet."""
    return [replace(each, clinic=_ALONE) for each in queue]


def _but_alone(queue: Sequence[Person]) -> list[Person]:
    return [replace(each, clinic="MED") if each.clinic == _ALONE else each for each in queue]


def _back(report: Report, house: House, hall: Hall, person: Eyes, office: Laptop, seed: int) -> None:
    """The system is back."""
    truths = [truth for day in hall.days for truth in day.morning.truths]
    with report.step("after: everything comes together at the hospital's own computer, which was cleaned") as step:
        house.clock.next_morning()
        step.say(f"{after.merge(office, hall.journals)} lines")
    spent = [number for day in hall.days for number in day.spent]
    with report.step("after: the clinics send their boxes, the scanner takes them") as step:
        boxes = after.boxes(house, office, hall.days, hall.alive, seed + 20)
        folder = after.scan_all(house, boxes, seed + 30)
        step.say(f"{sum(len(each.laid) for each in boxes)} leaves")
    with report.step("after: read by the file of public keys alone") as step:
        step.say(f"{after.read_paper(report, office, folder, truths, hall.days[1])} slips of the second day")
    office.shut()
    office.serve()
    with report.step("after: a box handed in by browser, the rest by command, all read") as step:
        first = min(folder.glob("*.pdf"))
        person.log_in(office.address, "ravi", house.pins["ravi"])
        person.send("/records/scans", at="/records", files=str(first), batch="first box")
        person.watch("/records/batch?name=first+box", "the first box")
        first.rename(house.folder / first.name)
        told = json.loads(office.run("scan", folder, "--batch", "boxes", "--by", "ravi", "--json", expect=(0, 4)))
        step.say(f"{told['pages']} pages, {told['unread']} for a person")
        forms = after.judge_pages(report, step, office, boxes)
    with report.step("after: two officers work off what is left, and type the pads in") as step:
        step.say(f"{after.work(house, office, boxes)} answers")
        after.judge_visits(report, step, office, boxes, forms)
        if spent:
            person.send(
                "/records/declare", at="/records/account", outcome="unused",
                numbers=", ".join(each.text for each in spent), reason="came back empty",
            )  # fmt: skip
    newest = _newest(office, hall, house.hospital)
    with report.step("after: the matcher, and officers who say whose slips are") as step:
        person.send("/review/match", at="/records/review")
        person.watch("/records/review", "the matcher")
        whose = {number: Slip.from_record(dict(truth)).person for number, truth in newest.items()}
        reviewer = after.Reviewer(house, office, lambda key: whose.get(key, key))
        answers = 0
        while done := sum(reviewer.sweep(login) for login in after.OFFICERS):
            answers += done
        step.say(f"{answers} answers")
    with report.step("after: the system is back: check list, approval, the first ten, the rest"):
        house.system.start()
        after.bring_in(house, office, person, list(newest.values()))
    with report.step("after: read back out of the system, by our own eyes") as step:
        known = {each: to for day in hall.days for each, to in day.known_later.items()}
        step.say(f"{after.read_back(report, house, newest, known)} visits")
    with report.step("after: the account is closed, signed, and its signature checked") as step:
        after.close(report, step, house, office, person)
    with report.step("after: no number is missing, the journal is whole"):
        after.prove(report, office, {str(each["number"]): each for each in truths}, {each.text for each in spent})


def _newest(office: Laptop, hall: Hall, hospital: Hospital) -> dict[str, dict[str, Any]]:
    """What the system must say of every slip that stands: what clerks typed, pads as they were typed in; a later visit
    has the patient's name as it was corrected.
    """
    voided = {number for day in hall.days for number in day.morning.voided}
    found: dict[str, dict[str, Any]] = {}
    for day in hall.days:
        for truth in day.morning.truths:
            if truth["kind"] != Kind.VOID and str(truth["number"]) not in voided:
                found[str(truth["number"])] = truth
        for pad in day.pads:
            row = queries.slip(office.opened().ledger.db(), pad.number)
            if row is not None and row.slip.kind is not Kind.PAD:
                found[pad.number.text] = row.slip.record() | typed(pad.person, hospital)
    return {
        number: {**truth, "name": found.get(str(truth["patient_number"]), truth)["name"]}
        for number, truth in found.items()
    }
