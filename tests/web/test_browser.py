"""A real browser at the desk: from the login to the printed PDF, by keyboard alone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.expected_conditions import number_of_windows_to_be, url_contains
from selenium.webdriver.support.ui import WebDriverWait

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.serving import served
from fallback.slip import Relation, Sex, SlipNumber
from fallback.web import create_app
from tests import factories, printers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
FIRST = SlipNumber(1, 1)
OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--kiosk-printing",
)  # fmt: skip

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver are not installed: nothing was tested"
    ),
]


@pytest.fixture
def address(installation: Installation) -> Iterator[str]:
    """The desk, served as it is for a clerk, on a free port."""
    with opened(create_app(installation, factories.hospital())) as found:
        yield found


@contextmanager
def opened(app: Flask) -> Iterator[str]:
    """An app on a free port; its address."""
    with served(app) as address:
        yield address


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[WebDriver]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1366,768"):
        options.add_argument(option)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": 1366, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    )
    # A headless browser hangs in its printing: each call is noted instead, with what stood in the frame.
    noted = "window.print = () => { (top.printed = top.printed || []).push(location.pathname); };"
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": noted})
    yield driver
    driver.quit()


def press_access_key(browser: WebDriver, key: str) -> None:
    ActionChains(browser).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()


def printed(browser: WebDriver) -> list[str]:
    """What this page gave to the printer."""
    return list(browser.execute_script("return window.printed || []"))


def press(browser: WebDriver, *keys: str) -> None:
    """Keys into whatever has the focus, as a keyboard gives them."""
    ActionChains(browser).send_keys(*keys).perform()


def waiting(browser: WebDriver) -> WebDriverWait[WebDriver]:
    """Waits up to 20 seconds; an element that the next page has taken away meanwhile is looked for again."""
    gone = (NoSuchElementException, StaleElementReferenceException)
    return WebDriverWait(browser, 20, ignored_exceptions=gone)


def reach(browser: WebDriver, path: str) -> None:
    waiting(browser).until(lambda seen: path in seen.current_url and seen.find_elements(By.ID, "main"))


def focused(browser: WebDriver) -> str:
    return str(browser.execute_script("return document.activeElement.id || document.activeElement.name"))


def open_desk(browser: WebDriver, address: str) -> None:
    browser.get(address)
    reach(browser, "/login")
    press(browser, "asha", Keys.TAB, factories.PIN, Keys.ENTER)
    reach(browser, "/shift/open")
    browser.find_element(By.NAME, "clock").send_keys(Keys.SPACE, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "typed"))


def fits(browser: WebDriver) -> bool:
    script = "const page = document.documentElement; return [page.scrollHeight, page.scrollWidth]"
    height, width = browser.execute_script(script)
    return bool(height <= 640 and width <= 1366)


def test_from_login_to_paper_by_keyboard_alone(browser: WebDriver, address: str, installation: Installation) -> None:
    open_desk(browser, address)
    assert focused(browser) == "typed", "the one box has the focus"
    assert fits(browser), "one screen without scrolling, in a browser window on 1366 x 768"
    tab = Keys.TAB
    press(browser, tab, "Sunita Devi", tab, tab, "f", tab, "34", tab)
    assert browser.find_element(By.ID, "relation").get_attribute("value") == "husband", (
        "the likeliest, one key changes it"
    )
    press(browser, "h", tab, "ram prasad", tab, "9810000001", tab, "Devli Village", tab, "MED")
    says = browser.find_element(By.ID, "clinic-says").text
    assert "General Medicine" in says
    press(browser, Keys.ENTER)
    reach(browser, f"/issued/{FIRST}")
    assert "001 000 001 14" in browser.find_element(By.CLASS_NAME, "just-number").text
    waiting(browser).until(lambda seen: seen.find_element(By.CLASS_NAME, "print-says").text)
    assert printed(browser) == [f"/slips/{FIRST}/print"]
    assert focused(browser) == "typed", "ready for the next patient"
    assert fits(browser)
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    patient = row.slip.patient
    assert (patient.name, patient.sex, patient.guardian, patient.relation) == (
        "Sunita Devi", Sex.FEMALE, "Ram Prasad", Relation.HUSBAND,
    )  # fmt: skip
    assert (patient.mobile, patient.locality, row.slip.visit.clinic) == ("9810000001", "Devli Village", 1)
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in browser.get_cookies())
    again = httpx.get(f"{address}/slips/{FIRST}/print", headers={"Cookie": cookie})
    assert again.status_code == httpx.codes.CONFLICT, "the browser took the first print: there is no second original"
    press_access_key(browser, "1")
    waiting(browser).until(lambda seen: len(printed(seen)) == 2)
    assert printed(browser)[1] == f"/slips/{FIRST}/reprint"
    assert focused(browser) == "typed"
    severe = [
        entry["message"]
        for entry in browser.execute("getLog", {"type": "browser"})["value"]
        if entry["level"] == "SEVERE"
    ]
    assert severe == [], "nothing was refused by our own policy"


def test_a_returning_patient_by_keyboard_alone(browser: WebDriver, address: str, installation: Installation) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=2, login="meena")
    number = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    open_desk(browser, address)
    press(browser, number.text, Keys.ENTER)
    reach(browser, "/next")
    assert focused(browser) == "clinic"
    press(browser, "ENT", Keys.ENTER)
    reach(browser, f"/issued/{FIRST}")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.patient_number == number


def test_a_mistake_and_the_other_language_lose_nothing(browser: WebDriver, address: str) -> None:
    open_desk(browser, address)
    press(browser, Keys.TAB, "Sunita Devi", Keys.TAB, "सुनीता", Keys.TAB, "f", Keys.TAB, "150", Keys.ENTER)
    reach(browser, "/register")
    assert focused(browser) == "age"
    assert browser.find_element(By.ID, "age-error").text
    language = browser.find_element(By.CSS_SELECTOR, "button[form=registration][name=language]")
    language.send_keys(Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_element(By.TAG_NAME, "html").get_attribute("lang") == "hi")
    assert browser.find_element(By.ID, "name").get_attribute("value") == "Sunita Devi"
    assert browser.find_element(By.ID, "age").get_attribute("value") == "150"
    press(browser, Keys.ESCAPE)
    assert focused(browser) == "typed"
    press(browser, "?")
    reach(browser, "/keys")


def test_a_desk_with_a_printer_prints_without_the_browser(browser: WebDriver, installation: Installation) -> None:
    printer = printers.RoomPrinter("off")
    with (
        printers.queue(factories.counter(installation), printer) as running,
        opened(create_app(installation, printers.hospital(), queue=running)) as address,
    ):
        open_desk(browser, address)
        tab = Keys.TAB
        press(browser, tab, "Sunita Devi", tab, tab, "f", tab, "34", tab, tab, tab, tab, tab, "MED", Keys.ENTER)
        reach(browser, f"/issued/{FIRST}")

        def frame_says(words: str) -> None:
            def look(seen: WebDriver) -> bool:
                script = "return document.querySelector('.paper-frame-says').contentDocument.body.textContent"
                return words in str(seen.execute_script(script))

            waiting(browser).until(look)

        frame_says("does not answer")
        assert focused(browser) == "typed", "the frame takes no focus"
        assert fits(browser)
        press(browser, "sun")
        printer.way = "on"
        running.wake()
        frame_says("Printed on lp-1")  # it looks again by itself
        press_access_key(browser, "1")
        waiting(browser).until(lambda seen: "REPRINT 1" in seen.find_element(By.CLASS_NAME, "print-says").text)
        printers.until(lambda: printer.titles == [FIRST.text, f"{FIRST.text} reprint 1"])
        assert printed(browser) == [], "the browser's own printer got nothing"
        assert browser.find_element(By.ID, "typed").get_attribute("value") == "sun", "what was typed is still there"


def test_enter_makes_the_sheet_whose_field_has_the_focus(browser: WebDriver, address: str) -> None:
    browser.get(address)
    reach(browser, "/login")
    press(browser, "meena", Keys.TAB, factories.PIN, Keys.ENTER)
    waiting(browser).until(lambda seen: "/login" not in seen.current_url)
    for field, path in (("box", "/sheets/box?"), ("tokens", "/sheets/day?")):
        browser.get(f"{address}/sheets")
        shown = browser.window_handles
        browser.find_element(By.NAME, field).send_keys(Keys.ENTER)
        waiting(browser).until(number_of_windows_to_be(len(shown) + 1))
        browser.switch_to.window(next(each for each in browser.window_handles if each not in shown))
        waiting(browser).until(url_contains(path))


def test_nothing_is_kept_by_the_browser(browser: WebDriver, address: str) -> None:
    open_desk(browser, address)
    script = "return [localStorage.length, sessionStorage.length, document.cookie]"
    assert browser.execute_script(script) == [0, 0, ""]


def test_a_name_typed_into_the_one_box_begins_the_form(
    browser: WebDriver, address: str, installation: Installation
) -> None:
    open_desk(browser, address)
    tab = Keys.TAB
    press(browser, "asha rani", tab)
    assert focused(browser) == "name_hindi"
    press(browser, tab, "f", tab, "05111990")
    assert browser.find_element(By.ID, "age-says").text.endswith("years")
    press(browser, tab, tab, tab, tab, tab, "MED", tab, tab, "g", Keys.ENTER)
    reach(browser, f"/issued/{FIRST}")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert (row.slip.patient.name, row.slip.patient.relation) == ("Asha Rani", None)
    assert str(row.slip.patient.birth_date) == "1990-11-05"


def test_what_was_typed_comes_back_after_the_browser_was_killed(browser: WebDriver, address: str) -> None:
    open_desk(browser, address)
    press(browser, Keys.TAB, "Sunita Devi", Keys.TAB, Keys.TAB, "f", Keys.TAB, "34")
    asked = "return performance.getEntriesByType('resource').some((each) => each.name.endsWith('/typed'))"
    waiting(browser).until(lambda seen: seen.execute_script(asked))
    browser.get("about:blank")
    browser.get(address)
    waiting(browser).until(lambda seen: seen.find_elements(By.CLASS_NAME, "unsent"))
    press_access_key(browser, "z")
    reach(browser, "/typed/back")
    told = {name: browser.find_element(By.ID, name).get_attribute("value") for name in ("name", "sex", "age")}
    assert told == {"name": "Sunita Devi", "sex": "female", "age": "34"}
    assert fits(browser)


def test_every_form_of_the_desk_fits(browser: WebDriver, address: str, installation: Installation) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=2, login="meena")
    number = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    open_desk(browser, address)
    for path in ("/", "/unidentified", f"/slips/{number}/newborn", f"/slips/{number}/next"):
        browser.get(address + path)
        assert fits(browser), path


def test_enter_in_a_list_sends_the_form(browser: WebDriver, address: str, installation: Installation) -> None:
    frontdesk.admit(
        factories.counter(installation),
        frontdesk.open_shift(factories.counter(installation), series=2, login="meena").key,
        frontdesk.Admission(registration=factories.registration(clinic="MED"), ward=2, bed="7"),
    )
    open_desk(browser, address)
    browser.get(f"{address}/wards/2")
    waiting(browser).until(lambda seen: focused(seen) == "bed")
    press(browser, "7", Keys.TAB, "d", Keys.ENTER)
    waiting(browser).until(lambda seen: "Sunita Devi" not in seen.page_source)
