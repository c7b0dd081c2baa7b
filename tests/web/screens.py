"""The screens as pictures, from a real run in a real browser: `python -m tests.web.screens docs/gallery`."""

import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from waitress.server import create_server

from fallback import frontdesk, printing
from fallback.rehearsal.people import people
from fallback.slip import Age, Sex
from fallback.web import create_app
from tests import factories

SIZE = (1366, 768)
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
    with tempfile.TemporaryDirectory() as place, browser() as driver:
        made = factories.installation(Path(place) / "data")
        made.ledger.copy_to(Path(place))
        counter = factories.counter(made)
        printing.warm()
        app = create_app(made, factories.hospital())
        server = create_server(app, host="127.0.0.1", port=0, threads=8)
        threading.Thread(target=server.run, daemon=True).start()
        address = f"http://127.0.0.1:{server.effective_port}"

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
        driver.get(address)
        shown = driver.find_elements(By.CSS_SELECTOR, "button[name=language][value=hi]")
        next(each for each in shown if each.is_displayed()).click()
        driver.get(address)
        keep("desk-hindi")
        server.close()
        made.close()


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery"))
