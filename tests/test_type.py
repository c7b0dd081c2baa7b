"""Twelve hard names as a picture, held to one that was looked at. `python -m tests.test_type` makes it anew."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from fallback.printing.raster import rasters
from fallback.printing.sheet import sheet
from fallback.printing.typesetting import BOLD, REGULAR
from tests.test_printing import HARD_NAMES

GOLDEN = Path(__file__).parent / "golden" / "hard-names.png"
LINE = 12.0  # mm


def drawn(fonts: tuple[str, str] = (REGULAR, BOLD)) -> Image.Image:
    with sheet(120, LINE * len(HARD_NAMES), "names", fonts=fonts) as page:
        for place, name in enumerate(HARD_NAMES):
            y = place * LINE
            page.fill_in(name, 3, y + 1, 55, LINE - 2, largest=22, smallest=8)
            page.fill_in(f"{name} Kumar", 62, y + 1, 55, LINE - 2, largest=22, smallest=8, bold=True)
        pdf = page.finish()
    return next(rasters(pdf, 150))


def difference(one: Image.Image, other: Image.Image) -> float:
    """The share of pixels that are clearly another grey."""
    assert one.size == other.size
    changed = ImageChops.difference(one, other).point(lambda grey: 255 if grey > 64 else 0)
    return changed.histogram()[255] / (one.width * one.height)


def test_twelve_hard_names_look_as_they_were_looked_at() -> None:
    with Image.open(GOLDEN) as golden:
        assert difference(drawn(), golden.convert("L")) < 0.0005


def test_the_picture_would_tell_an_unshaped_name(monkeypatch: pytest.MonkeyPatch) -> None:
    import fallback.printing.typesetting as typesetting

    typesetting.shape.cache_clear()
    monkeypatch.setattr(typesetting, "_shaped", typesetting._plain)
    try:
        unshaped = drawn()
    finally:
        typesetting.shape.cache_clear()
    with Image.open(GOLDEN) as golden:
        assert difference(unshaped, golden.convert("L")) > 0.005


if __name__ == "__main__":
    drawn().save(GOLDEN, optimize=True)
