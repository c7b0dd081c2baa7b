"""Every screen for everybody: WCAG 2.2 AA as far as a machine can tell, by Tab alone, at 200 % zoom, without scrolling.

One walk for each language looks at all of it: in the light and in the dark, with the warnings of a bad day on top.
"""

import shutil
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache

import pytest
from flask import Flask
from selenium import webdriver

from tests.web import axe
from tests.web.ruler import measured
from tests.web.tour import NOT_SHOWN, SCREENS, walk
from tests.web.walking import SIZE, Keep

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="Debian's chromium and chromium-driver are not installed: nothing was tested",
    ),
]
LANGUAGE = "en"  # the other one is walked from a file of its own, at the same time
# Half of 1366 x 768: the same window at 200 %.
ZOOMED = {"width": SIZE[0] // 2, "height": SIZE[1] // 2, "deviceScaleFactor": 2, "mobile": False}
# Where people work all day, a page is one screen. Lists of people may be longer than one.
ONE_SCREEN = "desk", "room-", "counter", "place"


@dataclass(slots=True)
class Seen:
    """What one walk found: the page of each screen, and what is wrong, by what was looked for."""

    kept: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


@cache
def seen(language: str) -> Seen:
    """The walk in one language, once for all tests."""
    axe.script()
    found = Seen()

    def keeper(driver: webdriver.Chrome) -> Keep:
        def look(name: str, told: dict[str, list[str]]) -> None:
            for what, each in told.items():
                found.wrong[what].extend(f"{name}: {one}" for one in each)

        def keep(name: str) -> None:
            look(name, {"axe": axe.violations(driver)})
            driver.execute_script("document.documentElement.dataset.look = 'dark'")
            look(f"{name}, dark", {"axe": axe.violations(driver, rules=axe.OF_COLOUR)})
            driver.execute_script("delete document.documentElement.dataset.look")
            here = driver.execute_script("return [innerWidth, innerHeight]") == list(SIZE)
            one_screen = here and (name == "room" or name.startswith(ONE_SCREEN))
            look(name, measured(driver, "tabs", "order", "focus", *["bar"] * here, *["scrolls"] * one_screen))
            if here:
                driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", ZOOMED)
            look(name, measured(driver, "cut"))
            if here:
                driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

        return keep

    found.kept = walk(language, keeper, worst=True)
    return found


@pytest.fixture
def found(request: pytest.FixtureRequest) -> Seen:
    return seen(request.module.LANGUAGE)


def test_no_screen_has_a_violation(found: Seen) -> None:
    assert not found.wrong["axe"], "\n".join(found.wrong["axe"])


def test_every_screen_is_walked_through_and_listed(found: Seen) -> None:
    assert sorted(found.kept) == sorted(name for names in SCREENS.values() for name in names)


def test_every_page_is_on_the_walk_or_says_why_not(found: Seen, app: Flask) -> None:
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    walked = set(found.kept.values()) - {""}
    assert pages - walked == set(NOT_SHOWN)


def test_where_people_work_all_day_nothing_scrolls(found: Seen) -> None:
    assert not found.wrong["scrolls"], "\n".join(found.wrong["scrolls"])


def test_the_bar_is_one_line(found: Seen) -> None:
    assert not found.wrong["bar"], "\n".join(found.wrong["bar"])


def test_at_200_per_cent_nothing_is_cut_or_scrolls_sideways(found: Seen) -> None:
    assert not found.wrong["cut"], "\n".join(found.wrong["cut"])


def test_every_control_is_reached_by_tab_or_has_a_key(found: Seen) -> None:
    assert not found.wrong["tabs"], "\n".join(found.wrong["tabs"])


def test_the_focus_shows_and_nothing_lies_over_it(found: Seen) -> None:
    assert not found.wrong["focus"], "\n".join(found.wrong["focus"])


def test_tab_goes_as_one_reads(found: Seen) -> None:
    assert not found.wrong["order"], "\n".join(found.wrong["order"])
