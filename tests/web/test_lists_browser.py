"""A real browser at the desk's lists, by keyboard alone: a name in Hindi, a PIN code, districts, clinics."""

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from tests import factories
from tests.web import axe, test_browser as desk
from tests.web.test_browser import focused, press, reach, waiting

pytestmark = desk.pytestmark
browser, address = desk.browser, desk.address


def value(browser: WebDriver, name: str) -> str:
    return str(browser.find_element(By.ID, name).get_property("value"))


def go(browser: WebDriver, name: str) -> None:
    """The cursor into a field, as a click or many a Tab would put it."""
    browser.execute_script("document.getElementById(arguments[0]).focus()", name)


def wipe(browser: WebDriver, name: str) -> None:
    """The cursor into a field, and everything in it gone, by hand."""
    go(browser, name)
    ActionChains(browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).send_keys(Keys.BACKSPACE).perform()


def lines(browser: WebDriver, name: str) -> list[str]:
    """What an open list offers."""
    return [line.text for line in browser.find_elements(By.CSS_SELECTOR, f"#{name}-list:not([hidden]) li")]


@pytest.fixture
def form(browser: WebDriver, address: str) -> WebDriver:
    browser.get(address)
    reach(browser, "/login")
    press(browser, "asha", Keys.TAB, factories.PIN, Keys.ENTER)
    reach(browser, "/shift/open")
    browser.find_element(By.ID, "opening_float").send_keys("500")
    browser.find_element(By.NAME, "clock").send_keys(Keys.SPACE, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "typed"))
    return browser


def test_a_name_in_hindi_is_offered_taken_with_one_key_and_never_forced(form: WebDriver) -> None:
    offered = form.find_element(By.ID, "name_hindi")
    go(form, "name")
    press(form, "Sunita Devi", Keys.TAB)
    waiting(form).until(lambda _: offered.get_attribute("placeholder") == "सुनीता देवी")
    assert value(form, "name_hindi") == "", "nothing is written before somebody takes it"
    assert "सुनीता देवी" in str(form.find_element(By.ID, "name_hindi-hint").get_attribute("textContent"))
    press(form, Keys.TAB)
    assert (value(form, "name_hindi"), focused(form)) == ("सुनीता देवी", "sex")
    go(form, "name")
    press(form, Keys.END, " Sharma", Keys.TAB)
    waiting(form).until(lambda _: value(form, "name_hindi") == "सुनीता देवी शर्मा")
    wipe(form, "name_hindi")
    wipe(form, "name")
    press(form, "Ram Lal", Keys.TAB)
    waiting(form).until(lambda _: offered.get_attribute("placeholder") == "राम लाल")
    press(form, Keys.BACKSPACE, Keys.TAB)
    assert (value(form, "name_hindi"), focused(form)) == ("", "sex"), "left is left"


def test_a_pin_code_fills_district_and_state_and_leaves_what_was_typed(form: WebDriver) -> None:
    go(form, "pin_code")
    press(form, "201301")
    waiting(form).until(lambda _: value(form, "district") == "Gautam Buddha Nagar")
    assert value(form, "state") == "9"
    wipe(form, "district")
    press(form, "purn")
    waiting(form).until(lambda _: lines(form, "district") == ["Purnia · Bihar"])
    press(form, Keys.TAB)
    assert (value(form, "district"), value(form, "state")) == ("Purnia", "10")
    wipe(form, "pin_code")
    press(form, "110017")
    go(form, "locality")
    press(form, "Gali 3, malv")
    waiting(form).until(lambda _: "Malviya Nagar" in lines(form, "locality"))
    assert value(form, "district") == "Purnia", "typed by hand, it stays"
    press(form, Keys.ARROW_DOWN, Keys.ENTER)
    assert (value(form, "locality"), focused(form)) == ("Gali 3, Malviya Nagar", "locality")


def test_a_clinic_by_first_letters_in_either_script_and_esc_closes_only_the_list(form: WebDriver) -> None:
    go(form, "clinic")
    press(form, "gen")
    waiting(form).until(lambda _: lines(form, "clinic"))
    field = form.find_element(By.ID, "clinic")
    assert field.get_attribute("aria-expanded") == "true"
    chosen = form.find_element(By.ID, str(field.get_attribute("aria-activedescendant")))
    assert chosen.get_attribute("aria-selected") == "true"
    assert axe.violations(form) == []
    press(form, Keys.ESCAPE)
    assert (lines(form, "clinic"), focused(form)) == ([], "clinic")
    press(form, Keys.ARROW_DOWN)
    waiting(form).until(lambda _: lines(form, "clinic"))
    press(form, Keys.TAB)
    assert value(form, "clinic") == "MED"


def test_a_list_finds_its_choice_by_letters_of_the_other_language(form: WebDriver) -> None:
    go(form, "state")
    press(form, "बि")
    assert value(form, "state") == "10"
    go(form, "sex")
    press(form, "म")
    assert value(form, "sex") == "female"


def test_typing_faster_than_the_list_and_enter_register_at_once(form: WebDriver) -> None:
    go(form, "name")
    press(form, "Ram Lal", Keys.TAB, Keys.TAB, "m", Keys.TAB, "40", Keys.TAB)
    for name, typed in (("guardian", "Shyam"), ("mobile", "9810000009"), ("locality", "Devli"), ("pin_code", "110062")):
        go(form, name)
        press(form, typed)
    go(form, "clinic")
    press(form, "MED", Keys.ENTER)
    reach(form, "/issued/")
