"""The screens as pictures, in every language, light and dark: `python -m tests.web.screens docs/gallery`."""

import io
import sys
from functools import partial
from pathlib import Path

from PIL import Image
from selenium import webdriver

from fallback.language import LANGUAGES
from tests.web.tour import Keep, walk

LOOKS = ("light", "dark")


def write(folder: Path) -> None:
    """Writes each screen as `<name>-<language>-<look>.webp`."""
    for language in LANGUAGES:
        walk(language, partial(_keeper, folder, language))


def _keeper(folder: Path, language: str, driver: webdriver.Chrome) -> Keep:
    def keep(name: str) -> None:
        for look in LOOKS:
            driver.execute_script("document.documentElement.dataset.look = arguments[0]", look)
            shot = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
            shot.save(folder / f"{name}-{language}-{look}.webp", quality=55, method=6)
        driver.execute_script("delete document.documentElement.dataset.look")

    return keep


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery"))
