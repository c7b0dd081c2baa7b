"""The hospital's sign: a picture that is checked before it is trusted, and made small, grey and opaque for paper."""

from functools import lru_cache
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from fallback.errors import Sentence

MOST_BYTES = 2_000_000
_MOST_PIXELS = 16_000_000
_SIDE = 600  # pixels: 600 dpi at an inch, and a slip stays small


def check_logo(path: Path) -> str:
    """Why a picture cannot be a logo, "" when it can."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            why = "The picture has {size} MB; at most {limit} MB can be used. Save it smaller."
            return Sentence(why, size=round(size / 1e6), limit=MOST_BYTES // 1_000_000)
        with Image.open(path) as picture:
            if picture.format not in ("PNG", "JPEG") or picture.width * picture.height > _MOST_PIXELS:
                return Sentence(
                    "The picture must be a PNG or a JPEG of at most 16 million pixels. Save it again as one."
                )
            picture.load()
    except FileNotFoundError:
        return Sentence("There is no such picture beside the layout file. Put it there, or leave the key out.")
    except (OSError, UnidentifiedImageError, ValueError, SyntaxError, Image.DecompressionBombError):
        return Sentence("The picture cannot be opened: it is broken. Save it again as a PNG.")
    return ""


def logo(path: Path) -> Image.Image:
    """The picture in grey on white, at most 600 pixels on a side. Raises OSError when it went away meanwhile."""
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Image.Image:
    with Image.open(path) as picture:
        opaque = Image.new("RGBA", picture.size, "white")
        opaque.alpha_composite(picture.convert("RGBA"))
    grey = opaque.convert("L")
    grey.thumbnail((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return grey
