"""Somebody who walks through the screens in a real browser, and the morning whose screens they are."""

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import Flask
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.ui import Select, WebDriverWait
from werkzeug.exceptions import HTTPException

from fallback.enrolment import Installation
from fallback.frontdesk import Counter
from fallback.language import translate
from tests import factories

SIZE = (1366, 768)
START = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)  # a Monday, 09:00 in India
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip

# The browser, too, believes that it is the walk's day: what a script says of ages is then the same every time.
_SAME_DAY = """
const gone = %d - Date.now(), Real = Date;
Date = class extends Real {
  constructor(...told) { if (told.length) super(...told); else super(Real.now() + gone); }
  static now() { return Real.now() + gone; }
};
"""
Keep = Callable[[str], None]


class Clock:
    """The walk's own time: it stands nearly still, and is moved on."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    def go_on(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


def _milliseconds() -> int:
    return int(START.timestamp() * 1000)


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
            driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": _SAME_DAY % _milliseconds()})
            yield driver
        finally:
            driver.quit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tour:
    """Where the walk stands: the installation, the browser, its language, whom to call at each screen.

    `kept` says of each screen by its name which page of ours it was: the endpoint, "" where a form answered.
    """

    made: Installation
    counter: Counter
    app: Flask
    driver: webdriver.Chrome
    address: str
    language: str
    keeper: Keep
    place: Path
    clock: Clock
    kept: dict[str, str] = field(default_factory=dict)

    def keep(self, name: str) -> None:
        """This is a screen of the gallery."""
        assert name not in self.kept, name
        self.kept[name] = self.endpoint()
        self.keeper(name)

    def endpoint(self) -> str:
        """Which page the browser stands on."""
        path = urlsplit(self.driver.current_url).path
        try:
            found, _values = self.app.url_map.bind("localhost").match(path, method="GET")
        except HTTPException:
            return ""
        return str(found)

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
        self.type(login=login, pin=factories.PIN + Keys.ENTER)
        self.wait(lambda seen: "/login" not in seen.current_url)

    def switch(self) -> None:
        """The tour's language, by the button of the page."""
        if self.driver.find_element(By.TAG_NAME, "html").get_attribute("lang") == self.language:
            return
        shown = self.driver.find_elements(By.CSS_SELECTOR, f"button[name=language][value={self.language}]")
        next(each for each in shown if each.is_displayed()).click()
        self.there(f"html[lang={self.language}] main")

    def wait(self, until: Callable[[webdriver.Chrome], object]) -> None:
        """Waits, with a limit that only a broken program meets."""
        WebDriverWait(self.driver, 30, poll_frequency=0.05).until(until)

    def there(self, selector: str) -> None:
        """Waits for something on the page."""
        self.wait(presence_of_element_located((By.CSS_SELECTOR, selector)))

    def at(self, part: str) -> None:
        """Waits for a page whose address has this in it."""
        self.wait(
            lambda seen: part in seen.current_url and seen.execute_script("return document.readyState") != "loading"
        )

    def type(self, **fields: str) -> None:
        """Types into fields by their names; `__` stands for a dash."""
        for name, typed in fields.items():
            shown = f"[name='{name.replace('__', '-')}']:not([type=hidden])"
            self.driver.find_element(By.CSS_SELECTOR, shown).send_keys(typed)

    def find(self, typed: str) -> None:
        """What a scanner or a clerk types into the one box."""
        box = self.driver.find_element(By.ID, "typed")
        box.clear()
        box.send_keys(typed)
        self.leave(lambda: box.send_keys(Keys.ENTER))

    def choose(self, name: str, value: str) -> None:
        """A line of a list."""
        Select(self.driver.find_element(By.NAME, name)).select_by_value(value)

    def click(self, selector: str) -> None:
        """A button or a link of the page that leads to another one."""
        self.leave(lambda: self.driver.find_element(By.CSS_SELECTOR, selector).click())

    def leave(self, act: Callable[[], None]) -> None:
        """Does something that leads to another page, and waits for that."""
        self.driver.execute_script("window.old = true")
        act()
        self.wait(lambda seen: seen.execute_script("return !window.old && document.readyState === 'complete'"))

    def enter(self) -> None:
        """Enter, where the cursor stands: the form goes, a page comes."""
        self.leave(lambda: self.press(Keys.ENTER))

    def press(self, *keys: str) -> None:
        """Keys to whatever has the focus."""
        for key in keys:
            ActionChains(self.driver).send_keys(key).perform()

    def press_alt(self, key: str) -> None:
        """A key of the page's own."""
        ActionChains(self.driver).key_down(Keys.ALT).send_keys(key).key_up(Keys.ALT).perform()

    @contextmanager
    def screen(self, width: int, height: int, *, scale: float = 1, mobile: bool = False) -> Iterator[None]:
        """Another screen than the desk's: a television, a phone."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        yield
        self.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def asks(self, words: str) -> None:
        """Waits for a page with all its pictures, whose heading begins with these words in the tour's language."""
        wanted = re.split(r"[{]", translate(words, self.language))[0]
        script = (
            "return Array.from(document.images).every((each) => each.complete)"
            " && document.querySelector('h1').innerText"
        )
        self.wait(lambda seen: wanted in str(seen.execute_script(script)))


def elsewhere(app: WSGIApplication) -> WSGIApplication:
    """The app as a browser of another computer has it."""

    def asked(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return app({**environ, "REMOTE_ADDR": "10.0.0.9"}, start)

    return asked
