"""The start page: forms of its own run only, both languages, and a real browser from the stick to the desk by keys."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from selenium.webdriver import Chrome
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from fallback.enrolment.readiness import Finding, Level
from fallback.errors import CardMissing, CardUsed, CopiesUnread, LanWordsWrong, ParchiError, Sentence
from fallback.serving import served
from fallback.web.starting import CopyChoice, Looked, Shown, create_start_app
from tests import factories, kits
from tests.web.axe import violations
from tests.web.test_browser import CHROMIUM, DRIVER, browser, press, reach, waiting

__all__ = ["browser"]
HOME = Path(__file__).parent.parent.parent
HERE = "http://127.0.0.1:5000"
RED = Finding(what="clock", level=Level.RED, words=Sentence("it is {count} years late", count=9), do="Set the clock.")


@dataclass
class Told:
    """A start that only notes what it was asked."""

    now: Shown = field(default_factory=Shown)
    asked: list[tuple[str, ...]] = field(default_factory=list)
    wrong: ParchiError | None = None
    running: str = ""
    looked: Looked = field(default_factory=lambda: Looked(findings=(RED,)))

    def shown(self) -> Shown:
        return self.now

    def begin(self, *, name: str, secret: str, copy: str) -> None:
        if self.wrong:
            raise self.wrong
        self.asked.append((name, secret, copy))

    def join(self, *, words: str, name: str, copy: str) -> None:
        self.asked.append(("join", words, name, copy))

    def practise(self) -> str:
        self.asked.append(("practise",))
        return self.running

    def check(self, *, again: bool) -> Looked:
        return self.looked


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def page(told: Told) -> FlaskClient:
    app = create_start_app(
        told, factories.hospital(), hospital_id="ab12cd34", made=factories.START, version="1.0.0", drill=False
    )
    return app.test_client()


def token(page: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get("/", base_url=HERE).text)
    assert found
    return found[1]


def test_who_it_is_stands_there_in_both_languages(page: FlaskClient) -> None:
    text = page.get("/", base_url=HERE).text
    for words in (factories.hospital().name, factories.hospital().name_hindi, "ab12cd34", "version 1.0.0"):
        assert words in text
    answer = page.post("/language", data={"csrf_token": token(page), "language": "hi", "back": "/join"}, base_url=HERE)
    assert answer.headers["Location"] == "/join"
    text = page.get("/join", base_url=HERE).text
    assert 'lang="hi"' in text
    assert "जुड़ें" in text
    answer = page.post("/language", data={"csrf_token": token(page), "language": "xx", "back": "//evil"}, base_url=HERE)
    assert answer.headers["Location"] == "/"


def test_a_form_of_another_page_or_another_name_changes_nothing(page: FlaskClient, told: Told) -> None:
    for form in ({}, {"csrf_token": "x"}, {"csrf_token": "हाँ"}):
        assert page.post("/begin", data={"name": "a", "card": "b", **form}, base_url=HERE).status_code == 400
    good = {"csrf_token": token(page), "name": "a", "card": "b"}
    for host in ("http://evil.example", "http://evil.example:5000", "http://192.168.1.5:5000"):
        assert page.post("/begin", data=good, base_url=host).status_code >= 400
        assert "csrf_token" not in page.get("/", base_url=host).text
    assert page.post("/begin", data={**good, "name": "x" * 70_000}, base_url=HERE).status_code >= 400
    assert page.get("/begin", base_url=HERE).status_code == 404
    assert told.asked == []
    headers = page.get("/", base_url=HERE).headers
    assert "script-src 'self'" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_what_was_typed_is_handed_on_once_and_no_secret_comes_back(page: FlaskClient, told: Told) -> None:
    told.now = Shown(places=[CopyChoice(key="/a", name="a", own=True), CopyChoice(key="/b", name="BLUE", own=False)])
    text = page.get("/", base_url=HERE).text
    assert 'value="/a" checked' in text
    assert "on the other stick, BLUE" in text
    form = {"csrf_token": token(page), "name": " Casualty ", "card": "C002X", "copy": "/b"}
    assert page.post("/begin", data=form, base_url=HERE).status_code == 303
    assert told.asked == [("Casualty", "C002X", "/b")]
    told.now = Shown(has_desk=True)
    told.wrong = CardMissing()
    answer = page.post("/begin", data={**form, "card": "", "passphrase": "monsoon"}, base_url=HERE)
    assert (answer.status_code, "monsoon" in answer.text, "Scan the card" in answer.text) == (400, False, True)


def test_every_state_has_its_page(page: FlaskClient, told: Told) -> None:
    told.now = Shown(step=Sentence("{done} of {total} lines have come.", done=3, total=9))
    text = page.get("/", base_url=HERE).text
    assert "3 of 9 lines" in text
    assert 'http-equiv="refresh"' in text
    told.now = Shown(desk="http://127.0.0.1:8000", notices=[CopiesUnread(count=2)])
    text = page.get("/", base_url=HERE).text
    assert 'content="0;url=http://127.0.0.1:8000"' in text
    assert "2 second copies" in text
    assert page.get("/join", base_url=HERE).status_code == 303
    told.now = Shown(error=CardUsed(card="002", desk="<Counter>"), typed={"name": "Casualty", "card": ""}, others=1)
    text = page.get("/", base_url=HERE).text
    assert "&lt;Counter&gt;" in text
    assert 'value="Casualty"' in text
    assert "desk of another hospital" in text
    told.now = Shown(has_desk=True, unnamed=True)
    assert "its card was used elsewhere" in page.get("/", base_url=HERE).text
    told.now = Shown(stick=False)
    assert 'name="card"' not in page.get("/", base_url=HERE).text
    told.now = Shown(stick=False, has_desk=True)
    assert 'name="passphrase"' in page.get("/", base_url=HERE).text


def test_words_that_led_nowhere_are_asked_for_again_where_words_are_typed(page: FlaskClient, told: Told) -> None:
    """Whoever is led to the card's field types six words into it, and uses up a card's patience."""
    typed = {"name": "Counter 1", "words": "academic nylon amazing coding order soldier"}
    told.now = Shown(error=LanWordsWrong(why="its code was not read to its end"), typed=typed)
    text = page.get("/", base_url=HERE).text
    assert 'name="card"' not in text
    assert f'value="{typed["words"]}"' in text
    assert "not the words of a computer" in text
    back = re.search(r'href="([^"]+)" accesskey="b"', text)
    assert back
    text = page.get(back[1], base_url=HERE).text
    assert 'name="card"' in text, "there is a way out of it"
    assert "not the words of a computer" not in text


def test_check_and_practice(page: FlaskClient, told: Told) -> None:
    text = page.get("/check", base_url=HERE).text
    for words in ("Somebody must act now", "it is 9 years late", "Set the clock."):
        assert words in text
    assert page.post("/practise", data={"csrf_token": token(page)}, base_url=HERE).status_code == 200
    assert told.asked == [("practise",)]
    told.running = "http://127.0.0.1:5100/practise"
    again = page.post("/practise", data={"csrf_token": token(page)}, base_url=HERE)
    assert 'href="http://127.0.0.1:5100/practise"' in again.text, "the one that runs, not a second one"
    assert page.get("/check?again=1", base_url=HERE).headers["Location"] == "/check"
    told.looked = Looked(
        step=Sentence("Looking at the stick: {done} of {all} MB, {left} seconds left.", done=3, all=120, left=9)
    )
    text = page.get("/check", base_url=HERE).text
    assert "3 of 120 MB, 9 seconds left" in text and "data-step" in text
    page.post("/language", data={"csrf_token": token(page), "language": "hi"}, base_url=HERE)
    assert "पेन ड्राइव की जाँच: 120 में से 3 MB" in page.get("/check", base_url=HERE).text
    assert page.get("/nowhere", base_url=HERE).status_code == 404


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[str, kits.Stick]]:
    """`kit start` as START runs it, on a free port; the start page's address."""
    stick = kits.bare(tmp_path / "stick", tmp_path, lasting=True)
    environment = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")}
    environment |= {"PARCHI_STATE": str(tmp_path / "state"), "PARCHI_PORT": "18765"}
    words = ["kit", "start", "--no-browser", "--kit", str(stick.folder), "--sticks", str(tmp_path / "stick")]
    process = subprocess.Popen(
        [sys.executable, "-m", "fallback", *words], cwd=HOME, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found
    yield found[0], stick
    process.send_signal(signal.SIGINT)
    assert process.wait(60) in (0, 130)  # 130: no desk was open yet


def arrive(browser: WebDriver, path: str) -> None:
    """Waits longer than for a page: a desk is being made, perhaps on a computer that is busy."""
    WebDriverWait(browser, 120).until(lambda seen: path in seen.current_url)
    reach(browser, path)


@pytest.mark.browser
@pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver are not installed")
def test_from_the_stick_to_the_desk_by_keys_alone(browser: Chrome, started: tuple[str, kits.Stick]) -> None:
    address, stick = started
    browser.get(address)
    waiting(browser).until(lambda seen: seen.find_elements(By.ID, "name"))
    press(browser, "Casualty", Keys.ENTER)  # nothing is sent: the card's field takes the focus
    waiting(browser).until(lambda seen: seen.execute_script("return document.activeElement.id") == "card")
    card = stick.cards[0]
    press(browser, card[:-2] + ("0" if card[-2] != "0" else "1") + card[-1], Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, ".trouble"))
    field_ = browser.find_element(By.ID, "card")
    assert browser.find_element(By.ID, "name").get_attribute("value") == "Casualty"
    assert browser.switch_to.active_element == field_
    ActionChains(browser).key_down(Keys.CONTROL).send_keys("a").key_up(Keys.CONTROL).perform()
    press(browser, card, Keys.ENTER)  # as a scanner types it, with its Enter
    arrive(browser, "/login")
    assert not browser.current_url.startswith(address)
    press(browser, "asha", Keys.TAB, factories.PIN, Keys.ENTER)
    reach(browser, "/shift/open")
    assert "Casualty" in browser.find_element(By.ID, "main").text
    browser.get(address)  # a second double click
    reach(browser, "/shift/open")
    said = [each for each in browser.get_log("browser") if each["level"] == "SEVERE" and "403" not in each["message"]]  # type: ignore[no-untyped-call]
    assert said == []


@pytest.mark.browser
@pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver are not installed")
def test_every_start_page_is_for_everybody(browser: Chrome, told: Told) -> None:
    """axe finds nothing, in both languages; nothing is cut, and the focus stands where the work is."""
    app = create_start_app(
        told, factories.hospital(), hospital_id="ab12cd34", made=factories.START, version="1.0.0", drill=True
    )
    two = [CopyChoice(key="/a", name="KIT", own=True), CopyChoice(key="/b", name="BLUE", own=False)]
    states = {
        "/": [
            (Shown(places=two), "name"),
            (Shown(has_desk=True, error=CardMissing(), others=1), "card"),
            (Shown(has_desk=True, unnamed=True, typed={"name": "Casualty"}, places=two[:1]), "card"),
        ],
        "/join": [(Shown(places=two[1:]), "name")],
        "/check": [(Shown(), "")],
    }
    with served(app) as address:
        for turn in range(2):
            for path, ways in states.items():
                for shown, focus in ways:
                    told.now = shown
                    browser.get(address + path)
                    assert violations(browser) == [], (turn, path, shown)
                    where = browser.execute_script("return document.activeElement.id")
                    assert where == focus
                    wide = browser.execute_script("return document.documentElement.scrollWidth")
                    assert wide <= 1366
            if not turn:
                browser.get(address)
                browser.find_element(By.NAME, "language").send_keys(Keys.ENTER)
                waiting(browser).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, "html[lang=hi]"))
