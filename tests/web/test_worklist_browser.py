"""A real browser in the records room: scans dropped and watched, and the worklist by keyboard alone, by two people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries.outcomes import evidence_of
from fallback.outcome import outcome_of
from fallback.web import close, create_app
from fallback.web.place import NAME
from tests import factories
from tests.web import test_browser as desk
from tests.web.paper import Box, scanned
from tests.web.test_browser import fits, focused, opened, press, press_access_key, reach, waiting

pytestmark = desk.pytestmark
browser = desk.browser


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    made = create_app(installation, factories.hospital())
    yield made
    close(made)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with opened(app) as found:
        yield found


@pytest.fixture
def box(installation: Installation, tmp_path: Path) -> Box:
    return scanned(installation, tmp_path / "box")


def log_in(browser: WebDriver, address: str, login: str) -> None:
    browser.delete_all_cookies()
    browser.get(f"{address}/login?next=/records")
    press(browser, login, Keys.TAB, factories.PIN, Keys.ENTER)
    waiting(browser).until(lambda seen: "/login" not in seen.current_url and seen.find_elements(By.ID, "main"))


def asks(browser: WebDriver, words: str) -> None:
    waiting(browser).until(lambda seen: words in seen.find_element(By.TAG_NAME, "h1").text)


def found(browser: WebDriver, words: str) -> None:
    waiting(browser).until(lambda seen: words in seen.find_element(By.ID, "found").text)


def confirms(browser: WebDriver) -> None:
    """Waits until the next Enter takes what is shown."""
    script = "return document.activeElement.hasAttribute('data-confirm')"
    waiting(browser).until(lambda seen: seen.execute_script(script))


def shown_cuts(browser: WebDriver) -> int:
    script = "return Array.from(document.images).filter((each) => each.naturalWidth).map((each) => each.src)"
    return sum("/cutouts/" in source for source in browser.execute_script(script))


def trouble(browser: WebDriver) -> list[str]:
    log = browser.execute("getLog", {"type": "browser"})["value"]
    return [entry["message"] for entry in log if entry["level"] == "SEVERE"]


def test_the_worklist_by_keyboard_alone(browser: WebDriver, address: str, installation: Installation, box: Box) -> None:
    db = installation.ledger.db
    log_in(browser, address, "ravi")
    press_access_key(browser, "w")
    asks(browser, "Nothing could be read")
    assert fits(browser), "the page, what is known and every answer without scrolling"
    assert focused(browser) == "number"

    # A mistyped number is told at once, before any Enter; the right one is shown, and taken by a second Enter.
    press(browser, "00100000115")
    found(browser, "is not a slip number")
    press(browser, Keys.BACKSPACE, "4")
    found(browser, "Sunita Devi")
    assert queries.page(db(), queries.pages(db(), open_only=True)[0].picture).decision == ""  # type: ignore[union-attr]
    press(browser, Keys.ENTER)
    confirms(browser)
    press(browser, Keys.ENTER)
    asks(browser, "Which of these boxes")
    assert [row.number for row in queries.pages(db()) if row.decision == "belongs"] == [box.torn.text]

    # Undo, by one key; and the same once more.
    press(browser, "u")
    asks(browser, "Nothing could be read")
    assert all(row.decision == "" for row in queries.pages(db()))
    press(browser, box.torn.text, Keys.ENTER)
    confirms(browser)
    press(browser, Keys.ENTER)

    # Doubtful boxes: a key each, digits for the days.
    asks(browser, "Which of these boxes")
    waiting(browser).until(lambda seen: shown_cuts(seen) == 2)
    press(browser, "t")
    press(browser, "57", Keys.ENTER)
    asks(browser, "type it in")
    said = outcome_of(evidence_of(db(), box.ticked.text))
    assert (said.seen.value, said.days) == ("seen", 57)

    # A pad: what a machine read is there, and says so; everything else is typed.
    waiting(browser).until(lambda seen: shown_cuts(seen) >= 10)
    assert browser.find_element(By.NAME, "sex").get_attribute("value") == "female"
    assert "by machine" in browser.find_element(By.CSS_SELECTOR, "label[for=sex]").text
    assert "doubtful" in browser.find_element(By.CSS_SELECTOR, "label[for=category]").text
    assert focused(browser) == "name"
    tab = Keys.TAB
    press(browser, "Laxmi Kumari", tab, tab, "Mohan Lal", tab, tab, tab, "57", tab, tab, tab, "9810305743")
    press(browser, tab, tab, tab, "Gali 7, Sangam Vihar", tab, tab, tab, "MED", tab, tab, "23-11-2026", tab, "9:40")
    press(browser, Keys.ENTER)

    # Not ours, from within the number's field, where no letter can be meant; then a page without a picture.
    asks(browser, "could not be opened")
    assert "cannot be shown" in browser.find_element(By.CLASS_NAME, "no-picture").text
    press(browser, "g")
    asks(browser, "not ours")
    press(browser, "n")
    asks(browser, "Nothing more for you")

    # The second person sees nothing of the first reading; where they differ one of both is chosen.
    log_in(browser, address, "meena")
    press_access_key(browser, "w")
    asks(browser, "Read once more")
    assert "Laxmi" not in browser.page_source
    press(browser, "Lakshmi Kumari", tab, tab, "Mohan Lal", tab, "h", tab, "f", tab, "57", tab, tab, tab, "9810305743")
    press(browser, Keys.ENTER)
    asks(browser, "Two people read this differently")
    press(browser, "1")
    confirms(browser)
    press(browser, Keys.ENTER)
    asks(browser, "The worklist is empty")
    row = queries.slip(db(), box.pad)
    assert row is not None
    patient = row.slip.patient
    assert (patient.name, patient.guardian, patient.mobile) == ("Laxmi Kumari", "Mohan Lal", "9810305743")
    assert trouble(browser) == [], "nothing was refused by our own policy"


def test_the_picture_grows_turns_and_moves_by_keys(
    browser: WebDriver, address: str, installation: Installation, box: Box
) -> None:
    log_in(browser, address, "ravi")
    press_access_key(browser, "w")
    asks(browser, "Nothing could be read")

    def size() -> tuple[float, float]:
        box = browser.find_element(By.CLASS_NAME, "viewer-holder").size
        return float(box["width"]), float(box["height"])

    waiting(browser).until(lambda _: size()[0] > 300)
    before = size()
    press(browser, "+")
    assert size()[0] > 1.3 * before[0]
    press(browser, "-", "r")
    turned = size()
    assert turned[0] / turned[1] == pytest.approx(before[1] / before[0], rel=0.02)
    press(browser, "r", "r", "r")
    script = "return document.querySelector('.viewer-pane').scrollTop"
    start = browser.execute_script(script)
    press(browser, Keys.ARROW_DOWN)
    assert browser.execute_script(script) > start
    press(browser, "f")
    assert size()[1] < before[1]
    assert browser.find_element(By.ID, "number").get_attribute("value") == "", "no key was typed into the field"
    # A fold for what needs a reason: D opens it, a digit gives the reason.
    press(browser, "d", "1")
    asks(browser, "Which of these boxes")
    assert [(row.decision, row.reason) for row in queries.pages(installation.ledger.db()) if row.decision] == [
        ("too_damaged", "torn")
    ]


def test_a_page_that_is_left_is_free_for_the_next(browser: WebDriver, address: str, app: Flask, box: Box) -> None:
    log_in(browser, address, "ravi")
    press_access_key(browser, "w")
    asks(browser, "Nothing could be read")
    browser.get(f"{address}/records")
    worklist = app.extensions[NAME].worklist
    waiting(browser).until(lambda _: not worklist.renew("ravi"))
    log_in(browser, address, "meena")
    press_access_key(browser, "w")
    asks(browser, "Nothing could be read")


def test_files_are_chosen_sent_and_watched(
    browser: WebDriver, address: str, installation: Installation, tmp_path: Path
) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for count in range(2):
        made = frontdesk.register(counter, shift.key, factories.registration(f"Sunita {'AB'[count]}"))
        (tmp_path / f"scan {count}.pdf").write_bytes(frontdesk.sheet(counter, made))
    log_in(browser, address, "ravi")
    field = browser.find_element(By.ID, "files")
    field.send_keys("\n".join(str(tmp_path / f"scan {count}.pdf") for count in range(2)))
    assert "2 files" in browser.find_element(By.CLASS_NAME, "upload-says").text
    press(browser, Keys.ENTER)
    reach(browser, "/records/batch?name=")
    waiting(browser).until(lambda seen: not seen.find_elements(By.CSS_SELECTOR, "[data-watch]"))
    read = browser.find_element(By.CSS_SELECTOR, ".state-read strong").text
    assert int(read) >= 2
    assert {page.file for page in queries.pages(installation.ledger.db())} == {"scan 0.pdf", "scan 1.pdf"}
    assert trouble(browser) == []


def test_the_phone_says_what_a_picture_was(
    browser: WebDriver, address: str, installation: Installation, tmp_path: Path
) -> None:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    made = frontdesk.register(counter, shift.key, factories.registration())
    (tmp_path / "image.pdf").write_bytes(frontdesk.sheet(counter, made))
    metrics = {"width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    log_in(browser, address, "ravi")
    browser.get(f"{address}/records/camera")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    assert browser.find_element(By.CLASS_NAME, "shutter").size["height"] >= 150, "one large button for a thumb"
    browser.find_element(By.ID, "photo").send_keys(str(tmp_path / "image.pdf"))
    waiting(browser).until(lambda seen: "001 000 001 14" in seen.find_element(By.CSS_SELECTOR, "[data-log]").text)
    assert browser.find_element(By.CSS_SELECTOR, "[data-log] li").get_attribute("class") == "good"
    assert trouble(browser) == []


def test_two_hundred_percent_needs_no_sideways_scrolling(browser: WebDriver, address: str, box: Box) -> None:
    metrics = {"width": 683, "height": 384, "deviceScaleFactor": 2, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    log_in(browser, address, "ravi")
    for path in ("/records", "/records/work", "/records/pages", "/records/batch?name=Box+1", "/records/camera"):
        browser.get(address + path)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 683, path
