"""WCAG 2.2 AA, as far as a machine can tell: axe-core on every screen, in every language, light and dark."""

import shutil

import pytest
from selenium import webdriver

from fallback.language import LANGUAGES
from tests.web import axe
from tests.web.tour import Keep, walk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not (shutil.which("chromium") and shutil.which("chromedriver")),
        reason="Debian's chromium and chromium-driver are not installed: nothing was tested",
    ),
]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_screen_has_a_violation(language: str) -> None:
    axe.script()
    found: list[str] = []

    def keeper(driver: webdriver.Chrome) -> Keep:
        def keep(name: str) -> None:
            for look in ("light", "dark"):
                driver.execute_script("document.documentElement.dataset.look = arguments[0]", look)
                found.extend(f"{name}, {look}: {each}" for each in axe.violations(driver))
            driver.execute_script("delete document.documentElement.dataset.look")

        return keep

    walk(language, keeper)
    assert not found, "\n".join(found)
