"""Is a page blank? Only when nearly nothing stands out from the paper: a page with faint pencil is not."""

from PIL import Image

_SHRINK = 4  # averages dust and the dither of 1-bit scans away
_EDGE = 0.03  # of each side, where scanners leave shadows
_DARKER = 40  # levels of 255 below the paper
_SHARE = 0.0002  # of the page: 12 square millimetres of A4, less than one handwritten word
_PAPER = 100  # darker than this is no paper but a negative, or the scanner's lid


def is_blank(picture: Image.Image) -> bool:
    """Whether a grey picture (mode L) shows paper with almost no ink on it."""
    small = picture.reduce(_SHRINK)
    width, height = small.size
    across, down = round(width * _EDGE), round(height * _EDGE)
    counts = small.crop((across, down, max(width - across, across + 1), max(height - down, down + 1))).histogram()
    total = sum(counts)
    paper = _middle(counts, total)
    if paper < _PAPER:
        return False
    ink = sum(counts[: max(0, paper - _DARKER)])
    return ink <= _SHARE * total


def _middle(counts: list[int], total: int) -> int:
    """The level that half of the pixels are below."""
    below = 0
    for level, count in enumerate(counts):
        below += count
        if 2 * below >= total:
            return level
    return len(counts) - 1
