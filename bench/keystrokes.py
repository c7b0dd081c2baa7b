"""Keys and seconds at the desk: a real browser registers made-up patients by keyboard events alone.

`python bench/keystrokes.py [--quick] [--json]`. Four kinds: new, from an ABHA card's code, returning by mobile, and a
follow-up by the slip's code. Seconds are those of the keystroke-level model (Card, Moran and Newell): 0.28 s a key,
1.2 s of thought a field, 1.5 s to hold a card before the scanner, and what the machine took, measured: from Enter until
the next page had the cursor. The keys themselves are sent without pauses; some patients are typed at the model's pace
to check it. Beside the keys: the fewest possible, which are the letters of the data, one for each choice of a list, and
Enter. Names are typed in small letters, as clerks do.
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import enrolment, frontdesk, hospital_file  # noqa: E402
from fallback.downtime import Role  # noqa: E402
from fallback.hospital import Hospital  # noqa: E402
from fallback.keys import hospital_id  # noqa: E402
from fallback.ledger import queries  # noqa: E402
from fallback.payload import to_digits  # noqa: E402
from fallback.rehearsal.people import Person, people  # noqa: E402
from fallback.serving import served  # noqa: E402
from fallback.slip import SlipNumber  # noqa: E402
from fallback.web import close, create_app  # noqa: E402

KEY, THOUGHT, SCAN = 0.28, 1.2, 1.5  # seconds
AIMS = {"new": 45.0, "abha": 12.0, "returning": 15.0, "follow-up": 15.0}
MOST_KEYS = 1.25  # times the fewest possible
PACED = 2  # patients of each kind that are typed at the model's pace, where there is time
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--window-size=1366,768",
)  # fmt: skip
PRINTS = "window.print = () => { top.printed = (top.printed || 0) + 1; };"  # a headless browser hangs in its printing
UNITS = {"years": "", "months": "m", "days": "d"}
TAB, ENTER = Keys.TAB, Keys.ENTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One patient: keys struck, the fewest possible, fields thought of, scans, and seconds that the machine took."""

    keys: int
    fewest: int
    fields: int
    scans: int
    machine: float

    @property
    def seconds(self) -> float:
        """By the keystroke-level model."""
        return self.keys * KEY + self.fields * THOUGHT + self.scans * SCAN + self.machine


class Desk:
    """A browser at an open desk; every key is counted, what a scanner types is not."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver, self.address = driver, address
        self.keys = self.pauses = 0
        self.machine = self.pace = 0.0

    def type(self, *texts: str) -> None:
        """Strikes keys, one event each; at the model's pace where one is set."""
        for text in texts:
            self.keys += len(text)
            if self.pace:
                time.sleep(THOUGHT if text not in (TAB, ENTER) else 0)
                for sign in text:
                    time.sleep(self.pace)
                    ActionChains(self.driver, duration=0).send_keys(sign).perform()
        if not self.pace:
            ActionChains(self.driver, duration=0).send_keys(*texts).perform()

    def alt(self, key: str) -> None:
        """A chord: two keys."""
        self.keys += 2
        ActionChains(self.driver, duration=0).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()

    def scan(self, text: str) -> None:
        """A hand-held scanner: a burst that ends in Enter."""
        self.wait(lambda: ActionChains(self.driver, duration=0).send_keys(text, ENTER).perform())

    def enter(self) -> None:
        """Enter, and the wait for the next page with its cursor."""
        self.keys += 1
        self.wait(lambda: ActionChains(self.driver, duration=0).send_keys(ENTER).perform())

    def wait(self, act: Callable[[], None]) -> None:
        """Does what leads to another page and measures until that has its cursor."""
        self.driver.execute_script("document.documentElement.dataset.old = 'yes'")
        start = time.perf_counter()
        act()
        ready = (
            "return document.readyState === 'complete' && !document.documentElement.dataset.old"
            " && document.activeElement !== document.body"
        )
        WebDriverWait(self.driver, 30, poll_frequency=0.005).until(lambda seen: seen.execute_script(ready))
        self.machine += time.perf_counter() - start

    def issued(self) -> SlipNumber:
        """The slip that the page shows. Ends the bench when there is none."""
        path = self.driver.current_url
        if "/issued/" not in path:
            shown = self.driver.find_elements("css selector", ".error")
            raise SystemExit(f"no slip came: {path}: {' | '.join(each.text for each in shown)}")
        return SlipNumber.parse(path.rpartition("/")[2])

    def measured(self, fewest: int, fields: int, scans: int, act: Callable[[], None]) -> Taken:
        """What one patient took."""
        self.keys, self.machine = 0, 0.0
        act()
        self.issued()
        return Taken(keys=self.keys, fewest=fewest, fields=fields, scans=scans, machine=self.machine)


def age_of(person: Person) -> str:
    """An age or a date of birth as it is typed."""
    return person.birth_date.replace("-", "") or person.age + UNITS[person.age_unit]


def new(desk: Desk, person: Person) -> Taken:
    """Name, sex, age, relation and guardian, mobile, locality, clinic."""
    sex = {"female": "f", "male": "m", "other": "o"}.get(person.sex, "n")
    name, guardian, locality = person.name.lower(), person.guardian.lower(), person.locality.lower()
    told = [name, sex, age_of(person), guardian, person.mobile, locality, person.clinic.lower()]
    if guardian:
        told.append(person.relation[0])
    fewest = sum(map(len, told)) + 1

    def act() -> None:
        desk.type(name, TAB, TAB, sex, TAB, age_of(person), TAB)
        shown = desk.driver.execute_script("return document.getElementById('relation').value")
        if guardian and shown != person.relation:
            desk.type(person.relation[0])
        desk.type(TAB, guardian, TAB, person.mobile, TAB, locality, TAB, person.clinic.lower())
        desk.enter()

    return desk.measured(fewest, sum(map(bool, told)), 0, act)


def abha(desk: Desk, person: Person) -> Taken:
    """The card's code fills the form; what it does not hold is left, the clinic is typed."""
    told = {
        "hidn": f"{Random(person.name).randrange(10**13, 10**14)}", "hid": "someone@abdm", "name": person.name,
        "gender": person.sex[0].upper(), "statelgd": person.state, "distlgd": "-",
        "dob": person.birth_date.replace("-", "/") or f"1/1/{datetime.now(UTC).year - int(person.age)}",
        "district_name": person.district, "mobile": person.mobile, "address": person.locality,
    }  # fmt: skip

    def act() -> None:
        desk.scan(json.dumps(told))
        if desk.driver.execute_script("return document.activeElement.id") != "clinic":
            desk.alt("v")
        desk.type(person.clinic.lower())
        desk.enter()

    return desk.measured(len(person.clinic) + 1, 2, 1, act)


def returning(desk: Desk, person: Person) -> Taken:
    """By mobile: a list of who has it, the first is taken, the clinic is typed."""
    told = [person.mobile, "1", person.clinic.lower()]

    def act() -> None:
        desk.type(person.mobile)
        desk.enter()
        desk.enter()  # the first of the list has the cursor
        desk.type(person.clinic.lower())
        desk.enter()

    return desk.measured(sum(map(len, told)) + 1, 3, 0, act)


def follow_up(desk: Desk, code: str) -> Taken:
    """The slip's own code; the clinic is the same again."""

    def act() -> None:
        desk.scan(code)
        desk.enter()

    return desk.measured(1, 1, 1, act)


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A fresh Chromium of 1366 x 768."""
    with tempfile.TemporaryDirectory() as profile:
        chosen = webdriver.ChromeOptions()
        chosen.binary_location = "/usr/bin/chromium"
        for flag in (*FLAGS, f"--user-data-dir={profile}"):
            chosen.add_argument(flag)
        driver = webdriver.Chrome(options=chosen, service=Service("/usr/bin/chromedriver"))
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": PRINTS})
        try:
            yield driver
        finally:
            driver.quit()


def measure(count: int, paced: int) -> tuple[dict[str, list[Taken]], list[float]]:
    """`count` patients of each kind; and for those typed at the model's pace, real seconds over the model's."""
    hospital = hospital_file.load(HOME / "hospital.toml")
    today = datetime.now(UTC).date()
    found: dict[str, list[Taken]] = {kind: [] for kind in AIMS}
    real: list[float] = []
    with tempfile.TemporaryDirectory() as name, browser() as driver:
        folder = Path(name)
        made, _, _ = enrolment.init(
            folder / "data", "bench bench bench", clock=lambda: datetime.now(UTC), state=folder / "state"
        )
        (folder / "copy").mkdir()
        made.ledger.copy_to(folder / "copy")
        enrolment.enrol_desk(made, "Counter 1")
        enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, "739164")
        counter = frontdesk.Counter(
            ledger=made.ledger, hospital=hospital, hospital_id=hospital_id(made.root), drill=False, sign=made.sign
        )
        frontdesk.start_downtime(counter, "bench")
        frontdesk.open_shift(counter, series=1, login="asha", opening_float=0)
        app = create_app(made, hospital)
        with served(app) as address:
            desk = Desk(driver, address)
            driver.get(address)
            desk.type("asha", TAB, "739164")
            desk.enter()
            queue = _queue(hospital, count + 1, today)
            new(desk, queue[0])  # the first one warms up
            for person in queue[1:]:
                found["new"].append(new(desk, person))
                number = desk.issued()
                found["returning"].append(returning(desk, person))
                row = queries.slip(made.ledger.db(), number)
                assert row is not None
                found["follow-up"].append(follow_up(desk, to_digits(row.payload)))
                found["abha"].append(abha(desk, person))
            for person in _queue(hospital, count + 1 + paced, today)[count + 1 :]:
                desk.pace = KEY
                start = time.perf_counter()
                taken = new(desk, person)
                real.append((time.perf_counter() - start) / taken.seconds)
                desk.pace = 0
        close(app)
        made.close()
    return found, real


def _queue(hospital: Hospital, count: int, today: Any) -> list[Person]:
    """Patients with a mobile of their own and a guardian; of casualty nobody comes back by a follow-up."""
    casualty = {clinic.code for clinic in hospital.clinics if clinic.casualty}
    met: set[str] = set()
    found: list[Person] = []
    for person in people(Random(7), hospital, count * 3 + 20, today=today):
        told = person.mobile and person.guardian and person.mobile not in met
        if told and person.clinic not in casualty and len(found) < count:
            met.add(person.mobile)
            found.append(person)
    return found


def rows(found: dict[str, list[Taken]], real: Sequence[float]) -> tuple[list[dict[str, Any]], bool]:
    """The figures, and whether the aims are met."""
    made: list[dict[str, Any]] = []
    ok = True
    for kind, taken in found.items():
        seconds = statistics.median(each.seconds for each in taken)
        more = statistics.median(each.keys / each.fewest for each in taken)
        keys, fewest = (statistics.median(getattr(each, name) for each in taken) for name in ("keys", "fewest"))
        machine = sorted(round(1000 * each.machine) for each in taken)
        ok = ok and seconds <= AIMS[kind] and (kind != "new" or more <= MOST_KEYS)
        beside = {"fewest possible": fewest, "times": round(more, 2)}
        made += [
            _row(f"{kind}, median of {len(taken)}", round(seconds, 1), "s", {"aim": AIMS[kind]}),
            _row(f"{kind}, keys", keys, "keys", beside),
            _row(f"{kind}, the machine's part, median", statistics.median(machine), "ms", {"longest": machine[-1]}),
        ]
    if real:
        made.append(_row("typed at that pace, over the model", round(statistics.mean(real), 2), "x", {}))
    return made, ok


def _row(what: str, ours: float, unit: str, peers: dict[str, float]) -> dict[str, Any]:
    return {"what": what, "ours": ours, "peers": peers, "unit": unit}


def main() -> None:
    """Measures and prints."""
    given = options(__doc__, "6 patients of each kind instead of 200").parse_args()
    figures, ok = rows(*measure(6 if given.quick else 200, 0 if given.quick else PACED))
    tell(figures, ok, as_json=given.json)


if __name__ == "__main__":
    main()
