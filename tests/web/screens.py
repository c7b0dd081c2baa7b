"""The screens as pictures, light and dark, and their page: `python -m tests.web.screens docs/gallery`."""

import io
import sys
from functools import partial
from pathlib import Path

from PIL import Image
from selenium import webdriver

from fallback.language import LANGUAGES
from tests.web.tour import SCREENS, walk
from tests.web.walking import Keep

LOOKS = ("light", "dark")
PAGE = "README.md"


def pictures() -> list[str]:
    """The names of all files, in the order of the page."""
    return [_file(name, language, look) for names in SCREENS.values() for name in names
            for language in LANGUAGES for look in LOOKS]  # fmt: skip


def page() -> str:
    """The page that lists them, room by room."""
    lines = [
        "# The screens",
        "",
        "Every screen and its states, from a real run of a made-up morning: `make gallery` takes them anew. What comes",
        "out of a printer is in [paper](paper/README.md); how it looks and why, in [design](../design.md).",
    ]
    for room, names in SCREENS.items():
        lines += ["", f"## {room}", "", "| | English | हिन्दी | in the dark |", "|---|---|---|---|"]
        for name in names:
            shown = [f"![{name}]({_file(name, 'en', 'light')})", f"![{name}]({_file(name, 'hi', 'light')})"]
            dark = " ".join(f"[{language}]({_file(name, language, 'dark')})" for language in LANGUAGES)
            lines.append(f"| {name} | {' | '.join(shown)} | {dark} |")
    return "\n".join(lines) + "\n"


def write(folder: Path) -> None:
    """Writes each screen as `<name>-<language>-<look>.webp`, and the page; pictures that are no longer taken go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in {each.name for each in folder.glob("*.webp")} - set(pictures()):
        (folder / old).unlink()
    for language in LANGUAGES:
        walk(language, partial(_keeper, folder, language))
    (folder / PAGE).write_text(page(), encoding="utf-8")


def _file(name: str, language: str, look: str) -> str:
    return f"{name}-{language}-{look}.webp"


def _keeper(folder: Path, language: str, driver: webdriver.Chrome) -> Keep:
    def keep(name: str) -> None:
        for look in LOOKS:
            if not driver.current_url.partition("/board/")[1]:  # the board is dark in any case
                driver.execute_script("document.documentElement.dataset.look = arguments[0]", look)
            shot = Image.open(io.BytesIO(driver.get_screenshot_as_png())).convert("RGB")
            shot.save(folder / _file(name, language, look), quality=55, method=6)
        if not driver.current_url.partition("/board/")[1]:
            driver.execute_script("delete document.documentElement.dataset.look")

    return keep


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery"))
