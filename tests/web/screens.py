"""The screens as pictures, from a real run in a real browser: `python -m tests.web.screens docs/gallery`."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.ui import WebDriverWait

from fallback import enrolment, frontdesk, printing
from fallback.authority import Authority
from fallback.patients import Columns, PatientIndex
from fallback.rehearsal.people import people
from fallback.serving import served
from fallback.slip import Age, Sex
from fallback.web import close, create_app
from tests import factories
from tests.web.paper import scanned

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


def write(folder: Path) -> None:
    """Writes every screen, in English and in Hindi."""
    with tempfile.TemporaryDirectory() as place, browser() as driver, ExitStack() as stack:
        made = factories.installation(Path(place) / "data")
        made.ledger.copy_to(Path(place))
        counter = factories.counter(made)
        printing.warm()
        app = create_app(
            made, factories.hospital(), authority=Authority.new("Hospital", [], datetime.now(UTC)).certificate
        )
        address = stack.enter_context(served(app))

        def keep(name: str) -> None:
            file = folder / f"{name}.png"
            driver.save_screenshot(str(file))
            Image.open(file).convert("RGB").quantize(128).save(file, optimize=True)

        driver.get(address)
        keep("login")
        driver.find_element(By.NAME, "login").send_keys("meena")
        driver.find_element(By.NAME, "pin").send_keys(factories.PIN, Keys.ENTER)
        driver.get(f"{address}/shift/open")
        keep("open-shift")
        shift = frontdesk.open_shift(counter, series=1, login="meena", opening_float=500)
        queue = people(Random(4), factories.hospital(), 40, today=datetime.now(UTC).date())
        for person in [each for each in queue if each.age and each.age_unit == "years"][:6]:
            asked = factories.registration(clinic=person.clinic)
            told = factories.patient(
                person.name, name_hindi=person.name_hindi, sex=Sex(person.sex), age=Age(value=int(person.age)),
                guardian="", relation=None, mobile=person.mobile,
            )  # fmt: skip
            frontdesk.register(counter, shift.key, replace(asked, patient=told))
        driver.get(address)
        for name, typed in (
            ("name", "Asha Rani"), ("name_hindi", "आशा रानी"), ("age", "27"), ("guardian", "Mahesh Kumar"),
            ("mobile", "9810000002"), ("locality", "Gali 3, Chhalera"), ("clinic", "ENT"),
        ):  # fmt: skip
            driver.find_element(By.NAME, name).send_keys(typed)
        keep("desk")
        for path, name in (("/slips/00100000114", "slip-page"), ("/supervisor", "supervisor"), ("/keys", "keys")):
            driver.get(address + path)
            keep(name)
        hidden = frontdesk.register(counter, shift.key, replace(asked, patient=told, confidential=True)).row.slip.number
        driver.get(f"{address}/slips/{hidden}/next")
        keep("confidential-visit")
        driver.get(f"{address}/slips/{hidden}/identity")
        driver.find_element(By.NAME, "reason").send_keys("the police ask, letter 417", Keys.ENTER)
        WebDriverWait(driver, 20).until(presence_of_element_located((By.CSS_SELECTOR, ".opened")))
        keep("confidential-opened")
        enrolment.make_cards(made, 3, lambda _: None, by="meena")
        index = PatientIndex(made.folder, made.vault)
        known = Path(place) / "patients.csv"
        known.write_text(PATIENTS, encoding="utf-8")
        frontdesk.load_index(made.ledger, index, known, Columns(), by="meena")
        for path, name in (
            ("/users", "users"), ("/supervisor/cards", "cards"), ("/shift/close", "close-shift"), ("/trust", "trust"),
            ("/index", "index"),
        ):  # fmt: skip
            driver.get(address + path)
            keep(name)
        driver.get(address)
        ActionChains(driver).key_down(Keys.ALT).send_keys("o").key_up(Keys.ALT).perform()
        WebDriverWait(driver, 20).until(presence_of_element_located((By.CSS_SELECTOR, ".locked-who")))
        keep("locked")
        log_in(driver, address, "asha")
        driver.get(f"{address}/desks/1/hand-over")
        keep("hand-over")
        log_in(driver, address, "meena")
        driver.get(address)
        switch(driver, "hi")
        driver.get(address)
        keep("desk-hindi")
        switch(driver, "en")
        papers = scanned(made, Path(place) / "box", series=2)
        log_in(driver, address, "ravi")
        for path, name in (("/records", "records"), ("/records/batch?name=Box+1", "records-batch")):
            driver.get(address + path)
            keep(name)
        driver.get(f"{address}/records/work")
        asks(driver, "Nothing could be read")
        press(driver, papers.torn.text, Keys.ENTER)
        confirms(driver)
        keep("records-number")
        press(driver, Keys.ENTER)
        asks(driver, "Which of these boxes")
        keep("records-ticks")
        press(driver, "t", "15", Keys.ENTER)
        asks(driver, "type it in")
        keep("records-pad")
        read(driver, "Laxmi Kumari")
        for name, typed in (("locality", "Gali 7, Sangam Vihar"), ("clinic", "MED"), ("day", "23-11-2026")):
            driver.find_element(By.NAME, name).send_keys(typed)
        press(driver, Keys.ENTER)
        asks(driver, "could not be opened")
        log_in(driver, address, "meena")
        driver.get(f"{address}/records/work")
        asks(driver, "Read once more")
        read(driver, "Lakshmi Kumari")
        driver.find_element(By.NAME, "name").send_keys(Keys.ENTER)
        asks(driver, "Two people read this differently")
        keep("records-readings")
        switch(driver, "hi")
        driver.get(f"{address}/records/work")
        asks(driver, "")
        keep("records-readings-hindi")
        phone = {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
        switch(driver, "en")
        driver.get(f"{address}/records/camera")
        driver.find_element(By.ID, "photo").send_keys(str(Path(place) / "box" / "2 ticks.png"))
        WebDriverWait(driver, 20).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, "li.look, li.good"))
        keep("records-phone")
        stack.close()
        close(app)
        made.close()


def log_in(driver: webdriver.Chrome, address: str, login: str) -> None:
    """Another person at this browser."""
    driver.delete_all_cookies()
    driver.get(address)
    driver.find_element(By.NAME, "login").send_keys(login)
    driver.find_element(By.NAME, "pin").send_keys(factories.PIN, Keys.ENTER)
    WebDriverWait(driver, 20).until(lambda seen: "/login" not in seen.current_url)


def switch(driver: webdriver.Chrome, language: str) -> None:
    """The other language, by its button."""
    shown = driver.find_elements(By.CSS_SELECTOR, f"button[name=language][value={language}]")
    next(each for each in shown if each.is_displayed()).click()
    spoken = (By.CSS_SELECTOR, f"html[lang={language}] main")
    WebDriverWait(driver, 20).until(presence_of_element_located(spoken))


def press(driver: webdriver.Chrome, *keys: str) -> None:
    """Keys to whatever has the focus."""
    for key in keys:
        ActionChains(driver).send_keys(key).perform()


def asks(driver: webdriver.Chrome, words: str) -> None:
    """Waits for a page of the worklist with all its pictures."""
    there = (
        "return Array.from(document.images).every((each) => each.complete) && document.querySelector('h1').innerText"
    )
    WebDriverWait(driver, 30).until(lambda seen: words in str(seen.execute_script(there)))


def confirms(driver: webdriver.Chrome) -> None:
    """Waits until the next Enter takes what was looked up."""
    there = "return document.activeElement.hasAttribute('data-confirm')"
    WebDriverWait(driver, 30).until(lambda seen: seen.execute_script(there))


def read(driver: webdriver.Chrome, name: str) -> None:
    """Who a pad is about, as one person reads it."""
    for field, typed in (("name", name), ("guardian", "Mohan Lal"), ("age", "57"), ("mobile", "9810305743")):
        driver.find_element(By.NAME, field).send_keys(typed)
    for field, typed in (("sex", "F"), ("relation", "H")):
        driver.find_element(By.NAME, field).send_keys(typed)


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery"))
