"""The walk through the monthly check, and past the paper that lies at a desk."""

from unittest.mock import patch

from selenium.webdriver.common.by import By

from fallback import computer
from fallback.computer import Power
from fallback.enrolment.readiness import Check, Finding, Level
from fallback.errors import Sentence
from fallback.web.checks import Checks, Result
from fallback.web.place import NAME
from tests.web.walking import Tour

CHECK = ("check", "check-green", "check-red", "paper-left", "paper-left-saving")
POINTS = (
    Finding(what="test sheet", level=Level.GREEN, words="printed today, and read by the hand-held scanner"),
    Finding(what="clock", level=Level.GREEN, words="a phone shows the same time"),
    Finding(what="second copy", level=Level.RED, words="none follows",
            do="Plug a stick in again, or set another folder."),
    Finding(what="blank slips", level=Level.AMBER,
            words=Sentence("none were printed for: {counters}", counters="Counter 2"),
            do="Look whether they lie at every counter."),
)  # fmt: skip


def check(tour: Tour) -> None:
    """The steps, the green page and the red one; then how much paper lies at a desk."""
    tour.log_in("meena")
    checks: Checks = tour.app.extensions[NAME].checks
    with patch.object(computer, "name", lambda: "DOWNTIME-1"):
        tour.see("/check", "check")
        for name, points in (("check-green", POINTS[:2]), ("check-red", POINTS[::-1])):
            made = Check(points=points)
            checks.last = Result(check=made, by="Meena Joshi", at=tour.clock(), computer="DOWNTIME-1")
            tour.see("/check/result", name)
    tour.log_in("asha")
    tour.see("/prints/sheets", "paper-left")
    tour.type(sheets="60")
    tour.enter()
    with patch.object(tour.app.extensions[NAME].power, "now", lambda: Power(mains=False, percent=18)):
        tour.see("/prints/sheets")
        tour.press_alt("0")
        tour.wait(lambda seen: seen.find_element(By.CSS_SELECTOR, ".saves").get_attribute("aria-pressed") == "true")
        tour.see("/prints/sheets", "paper-left-saving")
        tour.press_alt("0")
        tour.wait(lambda seen: seen.find_element(By.CSS_SELECTOR, ".saves").get_attribute("aria-pressed") == "false")
