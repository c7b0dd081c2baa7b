"""A walk through every screen in a real browser: what the gallery is made from, and what axe looks at."""

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.ui import WebDriverWait

from fallback import enrolment, frontdesk, printing
from fallback.authority import Authority
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.language import translate
from fallback.patients import Columns, PatientIndex
from fallback.rehearsal.people import people
from fallback.serving import served
from fallback.slip import Age, Sex
from fallback.web import close, create_app
from tests import factories
from tests.web.paper import Box, scanned

SIZE = (1366, 768)
PATIENTS = (
    "uhid,name,sex,birth_date,guardian,mobile,locality\n"
    "100000000001,Sunita Devi,F,1984-05-31,Ramesh Kumar,9810000001,Okhla\n"
)
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip

Keep = Callable[[str], None]


@contextmanager
def browser() -> Iterator[webdriver.Chrome]:
    """A fresh Chromium whose page is 1366 x 768."""
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        options.binary_location = str(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={profile}", "--window-size=1366,768"):
            options.add_argument(flag)
        driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
        try:
            inner = driver.execute_script("return innerHeight")
            driver.set_window_size(SIZE[0], SIZE[1] + SIZE[1] - inner)
            yield driver
        finally:
            driver.quit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Where the walk stands: an installation with a morning's slips, the browser, its language, whom to call."""

    made: Installation
    driver: webdriver.Chrome
    address: str
    language: str
    keep: Keep
    place: Path

    def see(self, path: str, name: str = "") -> None:
        """Opens a page, and keeps it where it has a name."""
        self.driver.get(self.address + path)
        if name:
            self.keep(name)

    def log_in(self, login: str) -> None:
        """Another person at this browser, in the tour's language."""
        self.driver.delete_all_cookies()
        self.driver.get(self.address)
        self.switch()
        self.driver.find_element(By.NAME, "login").send_keys(login)
        self.driver.find_element(By.NAME, "pin").send_keys(factories.PIN, Keys.ENTER)
        self.wait(lambda seen: "/login" not in seen.current_url)

    def switch(self) -> None:
        """The tour's language, by the button of the page."""
        if self.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == self.language:
            return
        shown = self.driver.find_elements(By.CSS_SELECTOR, f"button[name=language][value={self.language}]")
        next(each for each in shown if each.is_displayed()).click()
        self.wait(presence_of_element_located((By.CSS_SELECTOR, f"html[lang={self.language}] main")))

    def wait(self, until: Callable[[webdriver.Chrome], object]) -> None:
        """Waits, with a limit that only a broken program meets."""
        WebDriverWait(self.driver, 30).until(until)

    def there(self, selector: str) -> None:
        """Waits for something on the page."""
        self.wait(presence_of_element_located((By.CSS_SELECTOR, selector)))

    def type(self, **fields: str) -> None:
        """Types into fields by their names."""
        for name, typed in fields.items():
            self.driver.find_element(By.NAME, name).send_keys(typed)

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def press_alt(self, key: str) -> None:
        """A key of the page's own."""
        ActionChains(self.driver).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()

    def asks(self, words: str) -> None:
        """Waits for a page with all its pictures, whose heading begins with these words in the tour's language."""
        wanted = re.split(r"[{]", translate(words, self.language))[0]
        script = (
            "return Array.from(document.images).every((each) => each.complete)"
            " && document.querySelector('h1').innerText"
        )
        self.wait(lambda seen: wanted in str(seen.execute_script(script)))


def walk(language: str, keeper: Callable[[webdriver.Chrome], Keep]) -> None:
    """Every screen in one language; `keeper` gets the browser and says what to do at each."""
    with tempfile.TemporaryDirectory() as place, browser() as driver, ExitStack() as stack:
        made = factories.installation(Path(place) / "data")
        enrolment.set_user(made.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
        made.ledger.copy_to(Path(place))
        printing.warm()
        authority = Authority.new("Hospital", [], datetime.now(UTC)).certificate
        app = create_app(made, factories.hospital(), authority=authority, language=language)
        address = stack.enter_context(served(app))
        tour = Tour(
            made=made, driver=driver, address=address, language=language, keep=keeper(driver), place=Path(place)
        )
        for room in ROOMS:
            room(tour)
        stack.close()
        close(app)
        made.close()


def door(tour: Tour) -> None:
    """Before the first slip."""
    tour.see("/", "login")
    tour.type(login="meena", pin="1")
    tour.press(Keys.ENTER)
    tour.there(".trouble")
    tour.keep("login-refused")
    tour.log_in("meena")
    tour.see("/shift/open", "open-shift")


def desk(tour: Tour) -> None:
    """A morning at the desk."""
    counter = factories.counter(tour.made)
    shift = frontdesk.open_shift(counter, series=1, login="meena", opening_float=500)
    tour.see("/", "desk-empty")
    queue = people(Random(4), factories.hospital(), 40, today=datetime.now(UTC).date())
    for person in [each for each in queue if each.age and each.age_unit == "years"][:6]:
        asked = factories.registration(clinic=person.clinic)
        told = factories.patient(
            person.name, name_hindi=person.name_hindi, sex=Sex(person.sex), age=Age(value=int(person.age)),
            guardian="", relation=None, mobile=person.mobile,
        )  # fmt: skip
        frontdesk.register(counter, shift.key, replace(asked, patient=told))
    tour.see("/")
    tour.type(
        name="Asha Rani", name_hindi="आशा रानी", age="27", guardian="Mahesh Kumar", mobile="9810000002",
        locality="Gali 3, Chhalera", clinic="ENT",
    )  # fmt: skip
    tour.keep("desk")
    tour.see("/slips/00100000114", "slip-page")
    for path in ("supervisor", "keys", "prints", "sheets"):
        tour.see(f"/{path}", path)
    hidden = frontdesk.register(counter, shift.key, replace(asked, patient=told, confidential=True)).row.slip.number
    tour.see(f"/slips/{hidden}/next", "confidential-visit")
    tour.see(f"/slips/{hidden}/identity")
    tour.type(reason="the police ask, letter 417")
    tour.press(Keys.ENTER)
    tour.there(".opened")
    tour.keep("confidential-opened")


def office(tour: Tour) -> None:
    """What a supervisor decides."""
    enrolment.make_cards(tour.made, 3, lambda _: None, by="meena")
    index = PatientIndex(tour.made.folder, tour.made.vault)
    known = tour.place / "patients.csv"
    known.write_text(PATIENTS, encoding="utf-8")
    frontdesk.load_index(tour.made.ledger, index, known, Columns(), by="meena")
    for path, name in (
        ("/users", "users"), ("/supervisor/cards", "cards"), ("/shift/close", "close-shift"), ("/trust", "trust"),
        ("/index", "index"),
    ):  # fmt: skip
        tour.see(path, name)
    tour.see("/")
    tour.press_alt("o")
    tour.there(".locked-who")
    tour.keep("locked")
    tour.log_in("asha")
    tour.see("/desks/1/hand-over", "hand-over")


def records(tour: Tour) -> None:
    """The records room, with a box of paper."""
    tour.log_in("ravi")
    tour.see("/records", "records-empty")
    papers = scanned(tour.made, tour.place / "box", series=2)
    tour.see("/records", "records")
    tour.see("/records/batch?name=Box+1", "records-batch")
    _work(tour, papers)
    phone = {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    tour.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    tour.see("/records/camera")
    tour.driver.find_element(By.ID, "photo").send_keys(str(tour.place / "box" / "2 ticks.png"))
    tour.there("li.look, li.good")
    tour.keep("records-phone")
    tour.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def _work(tour: Tour, papers: Box) -> None:
    tour.see("/records/work")
    tour.asks("Nothing could be read: whose page is it?")
    tour.press(papers.torn.text, Keys.ENTER)
    confirmed = "return document.activeElement.hasAttribute('data-confirm')"
    tour.wait(lambda seen: seen.execute_script(confirmed))
    tour.keep("records-number")
    tour.press(Keys.ENTER)
    tour.asks("Which of these boxes are ticked?")
    tour.keep("records-ticks")
    tour.press("t", "15", Keys.ENTER)
    tour.there("[name=day]")
    tour.keep("records-pad")
    _read(tour, "Laxmi Kumari")
    tour.type(locality="Gali 7, Sangam Vihar", clinic="MED", day="23-11-2026")
    tour.press(Keys.ENTER)
    tour.wait(lambda seen: not seen.find_elements(By.NAME, "day"))
    tour.log_in("meena")
    tour.see("/records/work")
    tour.there("[name=name]")
    _read(tour, "Lakshmi Kumari")
    tour.driver.find_element(By.NAME, "name").send_keys(Keys.ENTER)
    tour.asks("Two people read this differently: which is right?")
    tour.keep("records-readings")


def _read(tour: Tour, name: str) -> None:
    """Who a pad is about, as one person reads it."""
    tour.type(name=name, guardian="Mohan Lal", age="57", mobile="9810305743", sex="F", relation="H")


ROOMS: tuple[Callable[[Tour], None], ...] = (door, desk, office, records)
