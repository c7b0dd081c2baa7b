"""The gallery is what the program prints: every sheet, in both languages and in each, and no picture more."""

from pathlib import Path

import pytest
from PIL import Image

from fallback.printing.layout import names
from fallback.rehearsal.gallery import Shot, shots
from tests.test_type import difference

GALLERY = Path(__file__).parent.parent / "docs" / "gallery" / "paper"


@pytest.fixture(scope="module")
def taken() -> dict[str, Shot]:
    return {shot.name: shot for shot in shots()}


def test_every_sheet_is_shown_in_every_language(taken: dict[str, Shot]) -> None:
    assert {path.stem for path in GALLERY.glob("*.png")} == set(taken), "run: make gallery"
    for name in names():
        assert {name, f"{name}-en", f"{name}-hi"} <= set(taken)
    page = (GALLERY / "README.md").read_text(encoding="utf-8")
    assert [name for name in taken if f"({name}.png)" not in page] == []


def test_every_picture_is_what_is_printed_today(taken: dict[str, Shot]) -> None:
    changed = []
    for name, shot in taken.items():
        with Image.open(GALLERY / f"{name}.png") as golden:
            if golden.size != shot.picture.size or difference(golden.convert("L"), shot.picture.convert("L")) > 0.001:
                changed.append(name)
    assert changed == [], "look at them, then run: make gallery"
