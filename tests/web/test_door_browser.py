"""A real browser at the door: the screen locks with the form kept, and a desk changes hands, by keyboard alone."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.slip import SlipNumber
from tests import factories
from tests.web import test_browser
from tests.web.test_browser import focused, open_desk, press, press_access_key, reach, waiting

pytestmark = test_browser.pytestmark
address, browser = test_browser.address, test_browser.browser

FIRST = SlipNumber(1, 1)
LATER = "const real = Date.now; Date.now = () => real() + arguments[0] * 1000;"


def nobody_touches_it(browser: WebDriver) -> None:
    """Six minutes go by for the page, without a key."""
    browser.execute_script(LATER, 360)


def severe(browser: WebDriver) -> list[str]:
    found = browser.execute("getLog", {"type": "browser"})["value"]
    return [entry["message"] for entry in found if entry["level"] == "SEVERE"]


def test_the_screen_locks_with_the_form_kept_and_it_stands_there_again(
    browser: WebDriver, address: str, installation: Installation
) -> None:
    open_desk(browser, address)
    press(browser, Keys.TAB, "Sunita Devi", Keys.TAB, "सुनीता देवी", Keys.TAB, "f", Keys.TAB, "34")
    for name, typed in (("guardian", "Ram Prasad"), ("relation", "h"), ("pin_code", "110017"), ("clinic", "MED")):
        browser.find_element(By.ID, name).send_keys(typed)
    nobody_touches_it(browser)
    reach(browser, "/lock")
    assert "Sunita" not in browser.page_source
    assert "Asha Rani" in browser.find_element(By.ID, "main").text
    assert focused(browser) == "pin"
    press(browser, factories.PIN, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "registration"))
    values = {
        name: browser.find_element(By.ID, name).get_attribute("value") for name in ("name", "name_hindi", "clinic")
    }
    assert values == {"name": "Sunita Devi", "name_hindi": "सुनीता देवी", "clinic": "MED"}
    browser.find_element(By.ID, "clinic").send_keys(Keys.ENTER)
    reach(browser, f"/issued/{FIRST}")
    row = queries.slip(installation.ledger.db(), FIRST)
    assert row is not None
    assert row.slip.patient.guardian == "Ram Prasad"
    assert severe(browser) == [], "nothing was refused by our own policy"
    nobody_touches_it(browser)
    reach(browser, "/lock")
    browser.back()
    reach(browser, "/login")
    assert "Sunita" not in browser.page_source, "back shows nothing of what stood there"


def test_a_key_locks_at_once_and_a_form_with_a_mistake_is_kept_too(browser: WebDriver, address: str) -> None:
    open_desk(browser, address)
    press(browser, Keys.TAB, "Sunita Devi", Keys.TAB, Keys.TAB, "f", Keys.TAB, "150", Keys.ENTER)
    reach(browser, "/register")
    press_access_key(browser, "o")
    reach(browser, "/lock")
    press(browser, factories.PIN, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "registration"))
    assert browser.find_element(By.ID, "age").get_attribute("value") == "150"
    assert browser.find_element(By.ID, "name").get_attribute("value") == "Sunita Devi"


def test_somebody_who_types_in_one_tab_keeps_the_other_open(browser: WebDriver, address: str) -> None:
    open_desk(browser, address)
    first = browser.current_window_handle
    browser.switch_to.new_window("tab")
    browser.get(f"{address}/keys")
    reach(browser, "/keys")
    second = browser.current_window_handle
    browser.execute_script(LATER, 200)
    browser.switch_to.window(first)
    browser.execute_script(LATER, 200)
    press(browser, "x")
    browser.switch_to.window(second)
    browser.execute_script("const now = Date.now; Date.now = () => now() + 200000;")
    browser.switch_to.window(first)
    browser.execute_async_script("window.setTimeout(arguments[0], 1500)")
    assert focused(browser) == "typed"
    browser.switch_to.window(second)
    assert "/keys" in browser.current_url, "400 seconds after its own last key, 200 after the other tab's"
    browser.execute_script("const now = Date.now; Date.now = () => now() + 200000;")
    reach(browser, "/lock")
    browser.switch_to.window(first)
    browser.execute_script("const now = Date.now; Date.now = () => now() + 400000;")
    reach(browser, "/lock")


def test_a_desk_changes_hands_by_keyboard_alone_in_hindi(
    browser: WebDriver, address: str, installation: Installation
) -> None:
    enrolment.set_user(installation.ledger, "kiran", "Kiran Bala", Role.CLERK, factories.PIN)
    open_desk(browser, address)
    press_access_key(browser, "l")
    waiting(browser).until(lambda seen: seen.find_element(By.TAG_NAME, "html").get_attribute("lang") == "hi")
    waiting(browser).until(lambda seen: seen.execute_script("return document.readyState") == "complete")
    press_access_key(browser, "t")
    reach(browser, "/desks/1/hand-over")
    assert "काउंटर सौंपें" in browser.find_element(By.TAG_NAME, "h1").text
    assert focused(browser) == "n500", "the drawer, note by note"
    press(browser, *[Keys.TAB] * 9, "500", Keys.TAB, Keys.TAB, "kiran", Keys.TAB, "000001", Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.CLASS_NAME, "trouble"))
    assert browser.find_element(By.ID, "login").get_attribute("value") == "kiran"
    browser.find_element(By.ID, "pin").send_keys(factories.PIN, Keys.ENTER)
    reach(browser, "/shifts/001.1")
    shift = queries.open_shift(installation.ledger.db(), series=1)
    assert shift is not None
    assert (shift.login, shift.opening_float) == ("kiran", 500)
    press_access_key(browser, "o")
    reach(browser, "/lock")
    assert "स्क्रीन पर ताला है" in browser.find_element(By.TAG_NAME, "h1").text
    assert "Kiran Bala" in browser.find_element(By.ID, "main").text
