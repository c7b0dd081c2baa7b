"""A real browser: look-alikes appear while one types, a digit takes one, an answer decides, and Enter registers."""

import time
from dataclasses import replace

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.slip import SlipNumber
from tests import factories
from tests.web import test_browser as desk
from tests.web.test_browser import focused, press, press_access_key, reach, waiting

pytestmark = desk.pytestmark
address = desk.address
browser = desk.browser
BOTH = [SlipNumber(2, 1).text, SlipNumber(2, 2).text]


def open_desk(browser: WebDriver, address: str) -> None:
    browser.get(address)
    reach(browser, "/login")
    press(browser, "asha", Keys.TAB, factories.PIN, Keys.ENTER)
    reach(browser, "/shift/open")
    browser.find_element(By.NAME, "clock").click()
    browser.find_element(By.CSS_SELECTOR, "main button.main").click()
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "typed"))


def known(installation: Installation) -> None:
    """A morning at another desk: a mother and her neighbour of one name."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=2, login="meena", opening_float=0)
    frontdesk.register(counter, shift.key, factories.registration("Zubeda Khatoon"))
    other = factories.registration("Zubaida Khatun")
    other = replace(other, patient=replace(other.patient, guardian="Abdul Karim"))
    frontdesk.register(counter, shift.key, other)


def people(seen: WebDriver) -> list[str]:
    return [each.text for each in seen.find_elements(By.CSS_SELECTOR, "#alike button.take")]


def typed(browser: WebDriver, name: str, text: str) -> None:
    browser.find_element(By.NAME, name).send_keys(text)


def test_look_alikes_appear_and_a_digit_takes_one(browser: WebDriver, address: str, installation: Installation) -> None:
    known(installation)
    open_desk(browser, address)
    typed(browser, "name", "Zubeida Khatun")
    typed(browser, "sex", "f")
    assert people(browser) == []
    typed(browser, "age", "34")
    waiting(browser).until(lambda seen: len(people(seen)) == 2)
    before = people(browser)
    typed(browser, "clinic", "ENT")
    typed(browser, "guardian", "Ram Prasad")
    waiting(browser).until(lambda seen: "same guardian" in seen.find_element(By.ID, "alike").text)
    assert people(browser) == before, "nothing moves under the finger"
    assert focused(browser) == "guardian", "the cursor stays where one types"
    assert browser.find_element(By.CLASS_NAME, "alike-says").text or browser.find_element(
        By.CLASS_NAME, "alike-says").get_attribute("textContent"), "a screen reader is told"  # fmt: skip
    assert not browser.find_elements(By.CSS_SELECTOR, ".last [accesskey='1']"), "a digit means one thing"
    time.sleep(0.5)  # a row that has just come is not taken
    press_access_key(browser, "1")
    reach(browser, "/alike/take")
    fields = {
        name: browser.find_element(By.NAME, name).get_attribute("value") or ""
        for name in ("name", "clinic", "previous")
    }
    assert fields["clinic"] == "ENT" and fields["previous"] in BOTH, fields
    assert fields["name"] in before[0]


def test_an_answer_decides_and_registers_nobody(browser: WebDriver, address: str, installation: Installation) -> None:
    known(installation)
    open_desk(browser, address)
    for name, text in (("name", "Zubeda Khatun"), ("sex", "f"), ("age", "34"), ("clinic", "MED")):
        typed(browser, name, text)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "asked_answer"))
    press_access_key(browser, "a")
    assert focused(browser) == "asked_answer"
    press(browser, "Mukesh", Keys.ENTER)
    waiting(browser).until(lambda seen: "another guardian" in seen.find_element(By.ID, "alike").text)
    assert focused(browser) == "asked_answer" and browser.current_url.rstrip("/") == address.rstrip("/")
    browser.find_element(By.NAME, "age").send_keys(Keys.ENTER)
    reach(browser, "/issued/")
    content = [line.content for line in installation.ledger.lines() if line.fact is FactKind.SLIP_ISSUED][-1]
    assert content["asked"] == {"field": "guardian", "answer": "Mukesh"}
    assert sorted(content["alike"]) == BOTH
    row = queries.slip(installation.ledger.db(), SlipNumber(1, 1))
    assert row is not None and row.slip.patient_number is None, "Enter registers and takes nobody"
