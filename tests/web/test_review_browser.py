"""A real browser at the review of matches: by keyboard alone, the slip's page beside, two people, nothing to scroll."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from PIL import Image
from selenium.webdriver.remote.webdriver import WebDriver

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger.queries import matches
from fallback.slip import Age, SlipNumber
from fallback.web import close, create_app
from tests import factories
from tests.matched import matched
from tests.web import test_browser as desk
from tests.web.paper import png
from tests.web.test_browser import fits, opened, press, press_access_key, waiting
from tests.web.test_worklist_browser import asks, log_in, trouble
from tests.worked import accept, page

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
def numbers(installation: Installation) -> list[SlipNumber]:
    """Six of what may be one woman: the first is new, of the others the matcher is not sure; a page of the second."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    asked = factories.registration()
    found: list[SlipNumber] = []
    spellings = ("Sunita Devi", "Suneeta Devi", "Sunitha Devi", "Sunita Rani", "Sunita Kumari", "Suneta Devi")
    for place, name in enumerate(spellings):
        told = factories.patient(name, age=Age(value=34 + place % 2))
        slip = frontdesk.register(counter, shift.key, replace(asked, patient=told)).row.slip
        outcome, others = ("ask", [[found[0].text, 0.83]]) if place else ("new", [])
        matched(installation.ledger, slip.number, outcome, index="", others=others)
        found.append(slip.number)
    scan = png(Image.new("RGB", (1240, 1754), (250, 250, 245)))
    picture = hashlib.sha256(scan).hexdigest()
    installation.pages.put([(picture, scan)])
    accept(installation.ledger, page(picture, "read", ("genuine", found[1])))
    return found


def stands(installation: Installation, number: SlipNumber) -> tuple[str, str]:
    row = matches.matched(installation.ledger.db(), number)
    assert row is not None
    return row.outcome, row.person


def at(browser: WebDriver, number: SlipNumber) -> None:
    waiting(browser).until(lambda seen: seen.current_url.endswith(f"/records/review/{number}"))
    waiting(browser).until(lambda seen: seen.execute_script("return document.readyState") == "complete")


def test_the_review_by_keyboard_alone(
    browser: WebDriver, address: str, installation: Installation, numbers: list[SlipNumber]
) -> None:
    log_in(browser, address, "ravi")
    browser.get(f"{address}/records/review")
    press_access_key(browser, "w")
    asks(browser, "Whose slip is this?")
    at(browser, numbers[1])
    assert fits(browser), "the slip, its page, everybody beside it and every answer without scrolling"
    shown = "return Array.from(document.images).some((each) => each.naturalWidth === 1240)"
    waiting(browser).until(lambda seen: seen.execute_script(shown))
    marks = "return Array.from(document.querySelectorAll('.beside-table mark')).map((each) => each.textContent)"
    assert browser.execute_script(marks), "what differs is marked"

    press(browser, "s")  # the same as the first of them
    at(browser, numbers[2])
    assert stands(installation, numbers[1]) == ("same", numbers[0].text)
    press(browser, "u")  # no: taken back, and the slip is here again
    at(browser, numbers[1])
    assert stands(installation, numbers[1]) == ("ask", "")
    press(browser, "1")
    at(browser, numbers[2])
    press(browser, "k")  # later
    at(browser, numbers[3])
    press(browser, "a")  # only she can tell
    at(browser, numbers[4])
    press(browser, "n")  # a new person beside a sure match: a second person must look
    at(browser, numbers[5])
    press(browser, "s")
    at(browser, numbers[2])
    press(browser, "s")
    asks(browser, "Nothing more for you")
    assert [stands(installation, each)[0] for each in numbers] == ["new", "same", "same", "ask", "ask", "same"]

    log_in(browser, address, "meena")
    browser.get(f"{address}/records/review/next")
    asks(browser, "Look once more")
    at(browser, numbers[4])
    assert "ravi" not in browser.page_source
    press(browser, "n")
    asks(browser, "Nothing more for you")
    assert stands(installation, numbers[4]) == ("new", "")
    assert trouble(browser) == []
