"""The printed pages as pictures, with made-up patients: `python -m fallback.rehearsal.gallery docs/gallery [all]`."""

import sys
import tempfile
from pathlib import Path

from PIL import Image

from fallback.printing.examples import pages
from fallback.scanning.pages import pictures

SHOWN = frozenset({"slip", "pad"})  # what docs/gallery holds; `all` is every example
SCALE = 0.58  # of the 200 dpi at which a page is read: 116 dpi, small enough for a README and still legible


def write(folder: Path, only: frozenset[str] = SHOWN) -> None:
    """Writes each page of the named examples as a grey PNG; a second page of an example ends in -2."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        for name, content in pages().items():
            if not {name, "all"} & only:
                continue
            file = Path(place) / f"{name}.pdf"
            file.write_bytes(content)
            for page in pictures(file):
                if page.error is not None:
                    raise page.error
                assert page.picture is not None
                _save(page.picture, folder / (f"{name}-{page.page}.png" if page.page > 1 else f"{name}.png"))


def _save(picture: Image.Image, file: Path) -> None:
    size = (round(picture.width * SCALE), round(picture.height * SCALE))
    picture.resize(size, Image.Resampling.LANCZOS).quantize(16).save(file, optimize=True)


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery"), frozenset(sys.argv[2:]) or SHOWN)
