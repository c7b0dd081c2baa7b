"""A person in front of a real browser: keys, forms, what stands on the page."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.ui import WebDriverWait

from fallback.slip import SlipNumber
from tests.web.test_browser import CHROMIUM, DRIVER, OPTIONS, press

_PATIENCE = 90  # seconds that a page may take; eight may share these cores
_ISSUED = re.compile(r"/issued/(\d{11})")
_NOTED = "window.print = () => { (top.printed = top.printed || []).push(location.pathname); };"


class Eyes:
    """One browser and the desk's server that it looks at."""

    def __init__(self, browser: WebDriver) -> None:
        self.browser = browser
        self.address = ""

    @property
    def here(self) -> str:
        """The page's address, without the server's."""
        return self.browser.current_url.removeprefix(self.address)

    def open(self, path: str) -> None:
        """Goes to a page."""
        self.browser.get(self.address + path)

    def until(self, what: "object", words: str) -> None:
        """Waits until a page's path holds `what` and stands, or until `what`, a question to the browser, is true."""

        def look(seen: WebDriver) -> bool:
            if callable(what):
                return bool(what(seen))
            return str(what) in seen.current_url and bool(seen.find_elements(By.ID, "main"))

        gone = (StaleElementReferenceException, WebDriverException)
        try:
            WebDriverWait(self.browser, _PATIENCE, ignored_exceptions=gone).until(look)
        except WebDriverException as wrong:
            raise RuntimeError(f"{words}: it stays at {self.here[:80]}: {self.says()[:200]}") from wrong

    def says(self) -> str:
        """The error sentences of the page."""
        found = self.browser.find_elements(By.CSS_SELECTOR, ".error, .trouble")
        return " ".join(each.text for each in found if each.text)

    def text(self) -> str:
        """Everything that can be read on the page."""
        return str(self.browser.execute_script("return document.body.innerText"))

    def has(self, css: str) -> bool:
        """Whether something is on the page."""
        return bool(self.browser.find_elements(By.CSS_SELECTOR, css))

    def start_desk(self, page: str, name: str, card: str) -> None:
        """On the page of START: the desk's name, Tab, the card as a scanner types it; the desk comes by itself."""
        self.address = page
        self.open("/")
        self.until(lambda seen: seen.find_elements(By.ID, "card"), "the start page")
        press(self.browser, name, Keys.TAB, card, Keys.ENTER)
        self.until(lambda seen: page not in seen.current_url and "/login" in seen.current_url, "the desk is opened")

    def log_in(self, address: str, login: str, pin: str) -> None:
        """Login and PIN by keyboard; whoever was here before is forgotten."""
        self.address = address
        self.open("/login")
        self.browser.delete_all_cookies()
        self.open("/login")
        self.until("/login", "the login")
        press(self.browser, login, Keys.TAB, pin, Keys.ENTER)
        self.until(lambda seen: "/login" not in seen.current_url, f"{login} logs in")

    def send(self, action: str, *, at: str = "", inside: str = "", **typed: str) -> None:
        """Fills the form whose address holds `action`, and presses its button with Enter; waits for the next page.

        `inside` is what else such a form has, as CSS, where several have the same fields.
        """
        if at:
            self.open(at)
        form = self._form(action, list(typed), inside)
        for name, value in typed.items():
            self._fill(form, name, value)
        press_at = form.find_element(By.CSS_SELECTOR, "button:not([type=button]):not([formaction]):not([name])")
        old = self.browser.find_element(By.TAG_NAME, "html")
        press_at.send_keys(Keys.ENTER)

        def is_new(seen: WebDriver) -> bool:
            return seen.find_element(By.TAG_NAME, "html") != old and bool(seen.find_elements(By.ID, "main"))

        self.until(is_new, action or at)

    def _form(self, action: str, names: Sequence[str], inside: str) -> WebElement:
        for form in self.browser.find_elements(By.TAG_NAME, "form"):
            where = form.get_attribute("action") or ""
            fields = all(form.find_elements(By.NAME, name) for name in names)
            if action in where and fields and (not inside or form.find_elements(By.CSS_SELECTOR, inside)):
                return form
        raise RuntimeError(f"no form to {action} with {', '.join(names)} on {self.here[:80]}")

    def _fill(self, form: WebElement, name: str, value: str) -> None:
        fields = form.find_elements(By.NAME, name)
        kind = fields[0].get_attribute("type")
        if fields[0].tag_name == "select":
            Select(fields[0]).select_by_value(value)
        elif kind in ("radio", "checkbox"):
            wanted = next(each for each in fields if each.get_attribute("value") == value)
            if not wanted.is_selected():
                wanted.send_keys(Keys.SPACE)
        elif kind == "file":
            fields[0].send_keys(value)
        else:
            fields[0].clear()
            fields[0].send_keys(value)

    def open_shift(self, series: int) -> None:
        """Opens a shift at a desk."""
        self.send("/shift/open", at="/shift/open", desk=str(series), opening_float="500", clock="y")
        self.until(lambda seen: seen.find_elements(By.ID, "typed"), "the desk after the shift was opened")

    def close_shift(self) -> None:
        """Counts the cash, closes the shift."""
        self.send("/shift/close", at="/shift/close", counted_cash="500", note="rehearsal")

    def register(
        self, name: str, *, sex: str, age: str, guardian: str, mobile: str, locality: str, clinic: str
    ) -> None:
        """A new patient, by keyboard alone, in the order of the form's fields."""
        self.open("/")
        self.until(lambda seen: seen.find_elements(By.ID, "typed"), "the desk")
        tab = Keys.TAB
        press(self.browser, tab, name, tab, tab, sex, tab, age, tab, "f", tab, guardian, tab, mobile, tab)
        press(self.browser, locality, tab, clinic, Keys.ENTER)

    def issued(self) -> SlipNumber:
        """The number that was just issued; its paper went to the printer."""
        self.until("/issued/", "a slip is issued")
        found = _ISSUED.search(self.browser.current_url)
        assert found
        return SlipNumber.parse(found[1])

    def printed(self) -> list[str]:
        """What this page gave to the printer; waits for the first."""
        script = "return window.printed || []"
        self.until(lambda seen: seen.execute_script(script), "the slip is printed")
        return list(self.browser.execute_script(script))

    def look_again(self, path: str, css: str, words: str) -> None:
        """Opens a page now and then until something is on it: what is counted for everybody is a little old."""
        end = time.monotonic() + _PATIENCE
        self.open(path)
        while not self.has(css):
            if time.monotonic() > end:
                left = [each.text for each in self.browser.find_elements(By.CSS_SELECTOR, ".plain-list li")]
                raise RuntimeError(f"{words}: {'; '.join(left)[:300]} {self.says()}")
            time.sleep(2)
            self.open(path)

    def watch(self, path: str, words: str, patience: float = 1800) -> None:
        """Looks at a page that follows something, until it is over."""
        self.open(path)
        end = time.monotonic() + patience
        while self.has("[data-watch]"):
            if time.monotonic() > end:
                raise RuntimeError(f"{words}: not over after {patience:g} s")
            time.sleep(1)
            self.open(path)


@contextmanager
def eyes(folder: Path) -> Iterator[Eyes]:
    """A browser with a profile of its own; its printing is noted, for a headless one has no printer."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for option in (*OPTIONS, f"--user-data-dir={folder / 'browser'}", "--window-size=1366,768"):
        options.add_argument(option)
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        driver.set_page_load_timeout(_PATIENCE)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _NOTED})
        yield Eyes(driver)
    finally:
        driver.quit()
