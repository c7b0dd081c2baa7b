"""The hospital's sign: a picture that is checked before it is trusted, and made small, grey and opaque for paper."""

import logging
import warnings
from functools import lru_cache
from pathlib import Path

from PIL import Image

from fallback.errors import Sentence

_log = logging.getLogger(__name__)
MOST_BYTES = 2_000_000
_MOST_PIXELS = 16_000_000
_BROKEN = (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError)  # what Pillow raises
_SIDE = 600  # pixels: 600 dpi at an inch, and a slip stays small


def check_logo(path: Path) -> str:
    """Why a picture cannot be a logo, "" when it can."""
    return _found(path)[1]


def logo(path: Path) -> Image.Image | None:
    """The picture in grey on white, at most 600 pixels on a side; None when it was lost or spoilt since it was checked.

    A patient's slip does not wait for a picture.
    """
    picture, why = _found(path)
    if why:
        _log.warning("The logo %s is left out. %s", path.name, why)
    return picture


def _found(path: Path) -> tuple[Image.Image | None, str]:
    try:
        if path.is_file():  # a device or a pipe could be read for ever
            state = path.stat()
            return _read(path, state.st_size, state.st_mtime_ns)
    except OSError:
        pass
    return None, Sentence("There is no such picture beside the layout file. Put it there, or leave the key out.")


@lru_cache(maxsize=8)
def _read(path: Path, size: int, _changed: int) -> tuple[Image.Image | None, str]:
    if size > MOST_BYTES:
        why = "The picture has {size} MB; at most {limit} MB can be used. Save it smaller."
        return None, Sentence(why, size=round(size / 1e6), limit=MOST_BYTES // 1_000_000)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # said below, in a sentence
            opened = Image.open(path)
        with opened as picture:
            if picture.format not in ("PNG", "JPEG") or picture.width * picture.height > _MOST_PIXELS:
                return None, Sentence(
                    "The picture must be a PNG or a JPEG of at most 16 million pixels. Save it again as one."
                )
            opaque = Image.new("RGBA", picture.size, "white")
            opaque.alpha_composite(picture.convert("RGBA"))
    except _BROKEN:
        return None, Sentence("The picture cannot be opened: it is broken. Save it again as a PNG.")
    grey = opaque.convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return grey, ""
