"""The walk through the records room: a box of paper, its pages, the account, a phone's camera."""

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.web.paper import Box, scanned
from tests.web.walking import Tour

RECORDS = (
    "records-empty", "records", "records-wrong", "records-batches", "records-batch", "records-pages",
    "records-account", "records-account-wrong", "records-number", "records-number-wrong", "records-ticks",
    "records-pad", "records-pad-wrong", "records-readings", "records-phone",
)  # fmt: skip


def records(tour: Tour) -> None:
    """The records room, with a box of paper."""
    tour.log_in("ravi")
    tour.see("/records", "records-empty")
    papers = scanned(tour.made, tour.place / "box", series=2)
    tour.see("/records", "records")
    tour.see("/records/batch?name=Box+1", "records-batch")
    for path in ("batches", "pages", "account"):
        tour.see(f"/records/{path}", f"records-{path}")
    tour.type(numbers="12")
    tour.enter()
    tour.keep("records-account-wrong")
    tour.see("/records")
    tour.click("main button.main")
    tour.keep("records-wrong")
    _work(tour, papers)
    with tour.screen(360, 640, scale=2, mobile=True):
        tour.see("/records/camera")
        tour.driver.find_element(By.ID, "photo").send_keys(str(tour.place / "box" / "2 ticks.png"))
        tour.there("li.look, li.good")
        tour.keep("records-phone")


def _work(tour: Tour, papers: Box) -> None:
    tour.see("/records/work")
    tour.asks("Nothing could be read: whose page is it?")
    tour.press("123", Keys.ENTER)
    tour.there(".work-panel .error")
    tour.keep("records-number-wrong")
    box = tour.driver.find_element(By.CSS_SELECTOR, ".look-up input")
    box.clear()
    box.send_keys(papers.torn.text, Keys.ENTER)
    confirmed = "return document.activeElement.hasAttribute('data-confirm')"
    tour.wait(lambda seen: seen.execute_script(confirmed))
    tour.keep("records-number")
    tour.press(Keys.ENTER)
    tour.asks("Which of these boxes are ticked?")
    tour.keep("records-ticks")
    tour.press("t", "15", Keys.ENTER)
    tour.there("[name=day]")
    tour.keep("records-pad")
    tour.press(Keys.ENTER)
    tour.there(".pad-form .error")
    tour.keep("records-pad-wrong")
    _read(tour, "Laxmi Kumari")
    tour.type(locality="Gali 7, Sangam Vihar", clinic="MED", day="23-11-2026")
    tour.press(Keys.ENTER)
    tour.wait(lambda seen: not seen.find_elements(By.NAME, "day"))
    tour.log_in("meena")
    tour.see("/records/work")
    tour.there("[name=name]")
    _read(tour, "Lakshmi Kumari")
    tour.driver.find_element(By.NAME, "name").send_keys(Keys.ENTER)
    tour.asks("Two people read this differently: which is right?")
    tour.keep("records-readings")


def _read(tour: Tour, name: str) -> None:
    """Who a pad is about, as one person reads it."""
    tour.type(name=name, guardian="Mohan Lal", age="57", mobile="9810305743", sex="F", relation="H")
