"""The five-minute drill in a real browser, by keyboard alone, from its first page to the certificate."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback.practice import Scene, Visitor as Card
from fallback.rehearsal.practise import Practice, practise
from tests import factories
from tests.web import axe
from tests.web.test_browser import browser, fits, press, press_access_key, pytestmark, reach, waiting

__all__ = ["browser", "pytestmark"]

TAB, ENTER, SPACE = Keys.TAB, Keys.ENTER, Keys.SPACE
NOVEMBER, DECEMBER = datetime(2026, 11, 24, 5, tzinfo=UTC), datetime(2026, 12, 24, 5, tzinfo=UTC)


@pytest.fixture(params=[NOVEMBER, DECEMBER], ids=["laptop and power", "printer and nobody known"])
def practice(request: pytest.FixtureRequest) -> Iterator[Practice]:
    with practise(factories.hospital(), clock=factories.clock(request.param), seed=7) as opened:
        yield opened


class Hands:
    """Somebody's hands on the keyboard of the drill."""

    def __init__(self, browser: WebDriver, practice: Practice) -> None:
        self.browser, self.practice, self.drill = browser, practice, practice.drill

    def keys(self, *keys: str) -> None:
        press(self.browser, *keys)

    def counts(self) -> tuple[int, int]:
        standing = self.drill.standing()
        assert standing
        return standing.now.counts

    def on(self) -> None:
        before = self.browser.find_element(By.TAG_NAME, "html")
        press_access_key(self.browser, "9")
        waiting(self.browser).until(lambda seen: seen.find_element(By.TAG_NAME, "html") != before)

    def enter(self, login: str) -> None:
        reach(self.browser, "/login")
        self.browser.execute_script("document.getElementById('login').focus()")
        self.keys(login, TAB, self.drill.pin, ENTER)
        waiting(self.browser).until(lambda seen: "/login" not in seen.current_url)

    def open_shift(self) -> None:
        reach(self.browser, "/shift/open")
        self.browser.find_element(By.NAME, "clock").send_keys(SPACE, ENTER)
        waiting(self.browser).until(lambda seen: seen.find_elements(By.ID, "typed"))

    def fill(self, card: Card) -> None:
        """The form of a new patient, from its name on, until it is stored."""
        self.browser.execute_script("document.getElementById('name').focus()")
        self.keys(card.name, TAB, TAB, card.sex[0], TAB, str(card.age), TAB, card.relation[0], TAB, card.guardian)
        self.keys(TAB, card.mobile, TAB, "Devli")
        clinic = self.browser.find_element(By.ID, "clinic")
        clinic.send_keys(card.clinic_code, ENTER)
        waiting(self.browser).until(lambda seen: "/issued/" in seen.current_url and seen.find_elements(By.ID, "typed"))

    def register(self, card: Card) -> None:
        self.browser.get(self.practice.address.replace("/practise", "/"))
        waiting(self.browser).until(lambda seen: seen.find_elements(By.ID, "name"))
        assert fits(self.browser), "the panel leaves the whole form in sight"
        self.fill(card)

    def scene(self) -> str:
        return self.browser.find_element(By.CSS_SELECTOR, "#scene h2").text


def test_five_minutes_by_keyboard_alone(browser: Chrome, practice: Practice) -> None:
    one = Hands(browser, practice)
    browser.get(practice.address)
    reach(browser, "/practise")
    assert axe.violations(browser) == []
    one.keys("Asha Rani, Ravi Das", TAB, "Counter 3", ENTER)
    reach(browser, "/login")
    assert one.scene() == "The computers are down"
    assert one.drill.pin in browser.find_element(By.ID, "scene").text
    one.enter("asha")
    one.open_shift()
    assert one.counts() == (2, 2)
    one.on()
    assert one.drill.setting
    cards = one.drill.setting.visitors
    for card in cards[:2]:
        one.register(card)
    assert one.counts() == (2, 2)
    assert axe.violations(browser) == []
    steps = browser.find_elements(By.CSS_SELECTOR, "#scene .done")
    assert len(steps) == 2 and str(steps[0].get_attribute("textContent")).startswith("✓")
    one.on()
    while (standing := one.drill.standing()) and standing.now.scene is not Scene.RETURN:
        match standing.now.scene:
            case Scene.PRINTER:
                browser.get(practice.address.replace("/practise", "/"))
                reach(browser, "/")
                one.keys(one.drill.setting.pads[0], ENTER)
                waiting(browser).until(lambda seen: seen.find_elements(By.ID, "name"))
                reach(browser, "/pads/" if "/pads/" in browser.current_url else "/")
                one.fill(cards[2])
                press_access_key(browser, "1")
                waiting(browser).until(lambda _: one.counts() == (2, 2))
            case Scene.LAPTOP:
                one.enter("bina")
                one.open_shift()
                one.register(cards[3])
            case Scene.UNIDENTIFIED:
                press_access_key(browser, "u")
                reach(browser, "/unidentified")
                browser.find_element(By.ID, "sex").send_keys("m")
                browser.find_element(By.ID, "age").send_keys("40")
                press_access_key(browser, "m")
                browser.find_element(By.ID, "age").send_keys(ENTER)
                reach(browser, "/issued/")
            case _:
                one.enter("bina")
                waiting(browser).until(lambda seen: seen.find_elements(By.ID, "typed"))
                one.keys(one.drill.setting.pads[1], ENTER)
                waiting(browser).until(lambda seen: "/pads/" in seen.current_url or "fill" in seen.current_url)
                one.fill(cards[4])
        done, due = one.counts()
        assert done == due, standing.now.scene
        one.on()
    press_access_key(browser, "c")
    reach(browser, "/shift/close")
    one.keys("1")
    browser.find_element(By.ID, "note").send_keys("one pad is used", ENTER)
    reach(browser, "/shifts/")
    assert one.counts() == (2, 2)
    one.on()
    reach(browser, "/practise")
    assert "100 %" in browser.find_element(By.CLASS_NAME, "scene-score").text
    assert browser.execute_script("return document.activeElement.pathname") == "/practise/certificate.pdf"
    assert axe.violations(browser) == []
    logs = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry for entry in logs if entry["level"] == "SEVERE"] == []
