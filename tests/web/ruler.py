"""Measures a page as it stands in the browser: what scrolls, what is cut, what Tab reaches, where the focus shows."""

from pathlib import Path
from typing import Any

from selenium import webdriver

_SCRIPT = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def measured(driver: webdriver.Chrome, *what: str) -> dict[str, list[str]]:
    """What is wrong with the page, by the names of ruler.js's functions: scrolls, bar, cut, tabs, focus, order."""
    asked = ", ".join(f"{name}: ruler.{name}()" for name in what)
    told: Any = driver.execute_script(f"{_SCRIPT} return {{{asked}}};")
    return {name: [str(each) for each in told[name]] for name in what}
