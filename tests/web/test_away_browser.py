"""A thin desk in a real browser: the server goes, the form stays; the server comes back, the form can be sent."""

from collections.abc import Callable
from contextlib import ExitStack
from wsgiref.types import WSGIApplication

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.serving import served
from fallback.web import close, create_app
from tests import factories
from tests.lan_desks import free_port
from tests.web.test_browser import browser, focused, open_desk, press, pytestmark, reach, waiting
from tests.web.walking import elsewhere

__all__ = ["browser", "pytestmark"]


def test_the_server_goes_and_comes_back_while_a_form_is_typed(browser: WebDriver, installation: Installation) -> None:
    app = create_app(installation, factories.hospital())
    port = free_port()
    with ExitStack() as stack:
        address = stack.enter_context(served(elsewhere(app), port=port))
        open_desk(browser, address)
        name = browser.find_element(By.NAME, "name")
        name.send_keys("Sunita Devi")
        band = browser.find_element(By.ID, "away")
        assert not band.is_displayed()
        stack.close()
        waiting(browser).until(lambda _: band.is_displayed())
        assert "pads" in band.text
        before = browser.current_url
        name.submit()
        browser.execute_script("document.querySelector('.bar a[href]').click()")
        assert browser.current_url == before
        assert browser.find_element(By.NAME, "name").get_attribute("value") == "Sunita Devi"
    with served(elsewhere(app), port=port):
        waiting(browser).until(lambda _: not band.is_displayed())
        assert browser.find_element(By.ID, "away-back").is_displayed()
        assert browser.find_element(By.NAME, "name").get_attribute("value") == "Sunita Devi"
        browser.execute_script("document.querySelector('#away-back').scrollIntoView()")
        assert not list(queries.slips(installation.ledger.db()))
    close(app)


def test_a_link_in_the_second_in_which_the_program_died_keeps_the_form(
    browser: WebDriver, installation: Installation
) -> None:
    app = create_app(installation, factories.hospital())
    with ExitStack() as stack:
        address = stack.enter_context(served(app))
        open_desk(browser, address)
        browser.find_element(By.ID, "name").send_keys("Sunita Devi")
        browser.find_element(By.CSS_SELECTOR, "a[accesskey=k]").click()
        reach(browser, "/keys")  # the program lives: the link leads on
        browser.get(address)
        browser.find_element(By.ID, "name").send_keys("Sunita Devi")
        stack.close()
        browser.find_element(By.CSS_SELECTOR, "a[accesskey=k]").click()
        waiting(browser).until(lambda _: browser.find_element(By.ID, "away").is_displayed())
        assert browser.current_url.rstrip("/") == address
        assert browser.find_element(By.ID, "name").get_attribute("value") == "Sunita Devi"
    close(app)


@pytest.mark.parametrize("way", [elsewhere, lambda app: app], ids=["thin", "full"])
def test_enter_in_the_second_in_which_the_program_died_keeps_the_form(
    browser: WebDriver, installation: Installation, way: Callable[[WSGIApplication], WSGIApplication]
) -> None:
    app = create_app(installation, factories.hospital())
    port = free_port()
    with ExitStack() as stack:
        address = stack.enter_context(served(way(app), port=port))
        open_desk(browser, address)
        typed = {"name": "Sunita Devi", "sex": "f", "age": "34", "clinic": "MED"}
        for name, text in typed.items():
            browser.find_element(By.ID, name).send_keys(text)
        stack.close()
        press(browser, Keys.ENTER)  # nobody has noticed yet
        band = browser.find_element(By.ID, "away")
        waiting(browser).until(lambda _: band.is_displayed())
        assert browser.find_element(By.ID, "name").get_attribute("value") == "Sunita Devi"
    with served(way(app), port=port):
        waiting(browser).until(lambda _: not band.is_displayed())
        assert focused(browser) == "clinic", "where the clerk was"
        press(browser, Keys.ENTER, Keys.ENTER)
        reach(browser, "/issued/")
    assert len(list(queries.slips(installation.ledger.db()))) == 1
    close(app)
