"""The monthly check in a real browser, by keyboard alone: the scan runs it, unanswered questions hold it up."""

import base64
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback import computer
from fallback.computer import Power
from fallback.enrolment import Installation
from fallback.enrolment.readiness import sheet_code
from fallback.ledger.queries import ready
from fallback.slip import INDIA
from fallback.web import close, create_app
from fallback.web.place import NAME
from tests import factories
from tests.web.test_browser import (
    browser,
    focused,
    open_desk,
    opened,
    press,
    press_access_key,
    pytestmark,
    waiting,
)

__all__ = ["browser", "pytestmark"]


@pytest.fixture
def address(installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(computer, "power", lambda: Power(mains=True, percent=90))
    (tmp_path / "stick").mkdir()
    installation.ledger.copy_to(tmp_path / "stick")
    app = create_app(installation, factories.hospital())
    app.extensions[NAME].power.now()
    with opened(app) as found:
        yield found
    close(app)


def _shot(browser: WebDriver, name: str) -> None:
    if folder := os.environ.get("CHECK_SHOTS"):
        (Path(folder) / f"{name}.png").write_bytes(base64.b64decode(browser.get_screenshot_as_base64()))


def test_a_nurse_checks_by_keyboard_alone(browser: WebDriver, address: str, installation: Installation) -> None:
    open_desk(browser, address)
    browser.get(f"{address}/check")
    assert browser.switch_to.active_element.text == "From this browser", "the first step has the focus"
    _shot(browser, "check")
    code = sheet_code(installation.root, datetime.now(INDIA).date(), lambda most: most - 1)
    press(browser, Keys.TAB, Keys.TAB, Keys.TAB)
    assert focused(browser) == "scanned"
    browser.switch_to.active_element.send_keys(code, Keys.ENTER)
    assert browser.find_elements(By.ID, "scanned"), "two questions stand open: the browser shows the first"
    assert focused(browser) == "clock"
    press(browser, Keys.SPACE, Keys.TAB, Keys.SPACE)
    press(browser, Keys.TAB)
    assert browser.find_element(By.ID, "scanned").get_attribute("value") == code
    press(browser, Keys.ENTER)
    waiting(browser).until(lambda seen: seen.find_elements(By.CSS_SELECTOR, ".checked"))
    assert "checked-green" in str(browser.find_element(By.TAG_NAME, "body").get_attribute("class"))
    green = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert green == "rgb(191, 229, 199)"
    _shot(browser, "green")
    press(browser, Keys.ENTER)  # the button to print has the focus
    assert ready.last_checks(installation.ledger.db())[computer.name()].content["points"]["test sheet"] == "green"


def test_less_paper_at_one_key_and_what_is_typed_stays(
    browser: WebDriver, address: str, installation: Installation
) -> None:
    open_desk(browser, address)
    press_access_key(browser, "n")
    press(browser, *"Sunita")
    press_access_key(browser, "0")
    waiting(browser).until(lambda _: ready.saves_paper(installation.ledger.db(), 1))
    waiting(browser).until(lambda seen: "saving" in seen.find_element(By.CSS_SELECTOR, ".saves").text)
    assert browser.find_element(By.NAME, "name").get_attribute("value") == "Sunita"
    assert focused(browser) == "name", "the cursor is where it was"
    _shot(browser, "desk")
    press_access_key(browser, "0")
    waiting(browser).until(lambda _: not ready.saves_paper(installation.ledger.db(), 1))
    waiting(browser).until(lambda seen: "usual" in seen.find_element(By.CSS_SELECTOR, ".saves").text)
