"""Sets Latin and Devanagari in Mukta: shaped by HarfBuzz, measured after shaping, wrapped and shrunk by rule.

What is called a line here has been shaped once and knows its ink; every size of it is a multiplication. ReportLab
shares its fonts between threads and is not safe to use from two at a time: all that is here runs under `RENDERING`.
"""

import hashlib
import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import uharfbuzz
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont, shapeStr

from fallback.errors import Sentence

RENDERING = threading.RLock()
REGULAR = "Mukta"
BOLD = "Mukta-Bold"
FONTS = Path(__file__).parent / "fonts"
ELLIPSIS = "…"
_NEEDED = "Az09₹·…कषरज्ि"  # letters without which a font cannot set a slip
_FONT_LIMIT = 20_000_000  # bytes
_FILES = {REGULAR: "Mukta-Regular.ttf", BOLD: "Mukta-Bold.ttf"}
_DEVANAGARI = "\u0900-\u097f\u1cd0-\u1cff\u200c\u200d\ua8e0-\ua8ff\u25cc"
_RUNS = re.compile(f"[{_DEVANAGARI}]+(?: +[{_DEVANAGARI}]+)*|[^{_DEVANAGARI}]+")
_IS_DEVANAGARI = re.compile(f"[{_DEVANAGARI}]")
_JOINERS = "\u200c\u200d"
_VIRAMA = "\u094d"
_MISSING = "◌"  # shown for a letter that Mukta lacks; the text beside it stays as it was typed
_STEP = 0.5  # points by which a text is shrunk until it fits
_AIR = 0.10  # of the size, kept clear between the ink of two lines
_PITCH = 1.12  # of the size, the least distance of two baselines


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one script, lengths in ems. `shaped` is None where `shown` needs no shaping.

    `shown` differs from `text` where the font lacks a letter (`missing` counts them).
    """

    text: str
    shown: str
    shaped: Any
    width: float
    top: float
    bottom: float
    missing: int
    moves: tuple[tuple[str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A shaped line: its runs, its width and its ink above and below the baseline, in ems; glyphs the font lacks."""

    text: str
    font: str
    runs: tuple[Run, ...]
    width: float
    top: float
    bottom: float
    missing: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text in its box: lines with their baselines (points below the box's top edge), and whether it was cut."""

    lines: tuple[tuple[Line, float], ...]
    size: float
    height: float
    cut: bool


@cache
def _fonts() -> dict[str, tuple[Any, Any]]:
    """The fonts by name, registered once, as (ReportLab's, HarfBuzz's): ours, and what `add_font` adds."""
    return {name: _registered(name, FONTS / file) for name, file in _FILES.items()}


def _registered(name: str, file: Path) -> tuple[Any, Any]:
    font: Any = TTFont(name, str(file), asciiReadable=0)  # 0: only glyphs that are used
    pdfmetrics.registerFont(font)
    shaper = font.hbFont(10)
    # Glyphs without a character would get their private code in the order in which a process first meets them:
    # the same slip would then be a different file in every process.
    for glyph in range(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))).glyph_count):
        if glyph not in font.face.glyphToChar:
            font.hbAddPrivate(shaper.glyph_to_string(glyph), glyph, shaper.get_glyph_h_advance(glyph))
    return font, shaper


def add_font(file: Path) -> tuple[str, str]:
    """Makes a hospital's own font usable; gives its name here, and why it cannot be used ("" when it can).

    The name is that of its content: a changed file is another font, and is called alike in every process.
    """
    try:
        if not file.is_file():
            raise FileNotFoundError
        with file.open("rb") as opened:
            data = opened.read(_FONT_LIMIT + 1)
    except OSError:
        return "", Sentence(
            "There is no such font beside the layout file. Put the TTF file there, or leave the key out."
        )
    if len(data) > _FONT_LIMIT:
        return "", Sentence("The font is larger than {limit} MB. Choose another.", limit=_FONT_LIMIT // 1_000_000)
    name = f"Hospital-{hashlib.sha256(data).hexdigest()[:12]}"
    with RENDERING:
        if name in _fonts():
            return name, ""
        try:
            font = _registered(name, file)
            font[0].face.name = name.encode()  # two files may bear the same name inside, and one PDF may not
        except Exception:  # ReportLab and HarfBuzz raise whatever a broken file makes them meet
            return "", Sentence("The font cannot be opened: a TTF file with TrueType outlines was expected.")
        if any(ord(letter) not in font[0].face.charToGlyph for letter in _NEEDED):
            return "", Sentence(
                "The font lacks Devanagari or Latin letters: slips are printed in both. Choose one that has them."
            )
        _fonts()[name] = font
    return name, ""


def warm() -> None:
    """Loads and registers the fonts (0.2 s), so that the first patient does not wait for it."""
    with RENDERING:
        _fonts()


def clean(text: str) -> str:
    """The text without what cannot be drawn: control and direction marks go, white space becomes one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = "".join(
        " " if letter.isspace() else letter
        for letter in text
        if letter.isspace() or letter in _JOINERS or unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Cn", "Co")
    )
    return " ".join(kept.split())


def _plain(text: str, font: Any) -> Run:
    face = font.face
    # The font's own sign for a missing letter is blank: nobody would see that something is missing.
    shown = "".join(letter if ord(letter) in face.charToGlyph else _MISSING for letter in text)
    missing = sum(ord(letter) not in face.charToGlyph for letter in text)
    width = sum(face.charWidths[ord(letter)] for letter in shown) / 1000
    tops, bottoms = zip(*(_ink(font.fontName, face.charToGlyph[ord(letter)]) for letter in shown), strict=True)
    return Run(text, shown, None, width, max(tops), min(bottoms), missing)


@cache
def _ink(font: str, glyph: int) -> tuple[float, float]:
    extents = _fonts()[font][1].get_glyph_extents(glyph)
    return extents.y_bearing / 1000, (extents.y_bearing + extents.height) / 1000


def _shaped(text: str, font: Any) -> Run:
    shaped = shapeStr(text, font.fontName, 10, force=True)
    data = shaped.__shapeData__
    glyphs = [font.face.charToGlyph[ord(letter)] for letter in shaped]
    ink = [_ink(font.fontName, glyph) for glyph in glyphs]
    return Run(
        text,
        text,
        shaped,
        sum(part.x_advance for part in data) / 1000,
        max(high + part.y_offset / 1000 for (high, _), part in zip(ink, data, strict=True)),
        min(low + part.y_offset / 1000 for (_, low), part in zip(ink, data, strict=True)),
        glyphs.count(0),
        tuple(_move(part) for part in data),
    )


def _move(part: Any) -> tuple[str, str, float]:
    """What a glyph needs before and after it in a TJ (thousandths of an em, to the left), and how high it stands."""
    after = part.width - part.x_advance + part.x_offset
    before = f" {-part.x_offset:g} " if part.x_offset else ""
    return before, f" {after:g} " if after else "", part.y_offset


@lru_cache(maxsize=4096)
def shape(text: str, font: str = REGULAR) -> Line:
    """Shapes one line of any scripts. Letters that Mukta lacks become a dotted circle and are counted in `missing`."""
    with RENDERING:
        own = _fonts()[font][0]
        runs = tuple(
            _shaped(part, own) if _IS_DEVANAGARI.match(part) else _plain(part, own) for part in _RUNS.findall(text)
        )
    return Line(
        text,
        font,
        runs,
        sum(run.width for run in runs),
        max((run.top for run in runs), default=0),
        min((run.bottom for run in runs), default=0),
        sum(run.missing for run in runs),
    )


def clusters(text: str) -> list[str]:
    """The text cut where a reader would let it be cut: never before a matra, inside a conjunct or after a virama."""
    found: list[str] = []
    for letter in text:
        joins = unicodedata.category(letter) in ("Mn", "Mc", "Me") or letter in _JOINERS
        if found and (joins or found[-1].rstrip(_JOINERS).endswith(_VIRAMA)):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def _longest(parts: list[str], glue: str, font: str, ems: float) -> int:
    """How many of the parts, joined, fit in a width; the shaped width decides, found by halving."""
    low, high = 0, len(parts)
    while low < high:
        middle = (low + high + 1) // 2
        if shape(glue.join(parts[:middle]), font).width <= ems:
            low = middle
        else:
            high = middle - 1
    return low


def wrap(text: str, font: str, ems: float, most: int) -> tuple[list[str], bool]:
    """Breaks a text into at most so many lines of a width, at spaces, in a longer word between clusters.

    Returns the lines and whether all of the text is in them.
    """
    lines: list[str] = []
    words = text.split(" ")
    while words and len(lines) < most:
        count = _longest(words, " ", font, ems)
        if count:
            lines.append(" ".join(words[:count]))
            words = words[count:]
            continue
        parts = clusters(words[0])
        count = max(1, _longest(parts, "", font, ems))
        lines.append("".join(parts[:count]))
        words[0] = "".join(parts[count:])
        words = words if words[0] else words[1:]
    return lines, not words


def _stack(lines: list[str], font: str, size: float) -> tuple[tuple[tuple[Line, float], ...], float]:
    """The lines' baselines, as close as their ink allows, and the height of the whole from first to last ink."""
    placed: list[tuple[Line, float]] = []
    for text in lines:
        line = shape(text, font)
        if placed:
            above, at = placed[-1]
            placed.append((line, at + max(_PITCH, line.top - above.bottom + _AIR) * size))
        else:
            placed.append((line, line.top * size))
    return tuple(placed), placed[-1][1] - placed[-1][0].bottom * size if placed else 0.0


def fit(
    text: str, width: float, height: float, *, font: str, largest: float, smallest: float, one_line: bool = False
) -> Fitted:
    """Sets a text into a box of points. The rule, in this order:

    one line, down to three quarters of the largest size; then more lines at the largest size that holds them, broken
    at spaces; at the smallest size also within words; and what still does not fit is cut and ends in an ellipsis.
    A text never leaves its box.
    """
    text = clean(text)
    if not text:
        return Fitted((), largest, 0.0, False)
    whole = shape(text, font)
    ink = max(whole.top - whole.bottom, 0.01)  # a sign may have no ink
    size = min(largest, width / max(whole.width, 0.01), height / ink)
    if size >= max(smallest, 0.75 * largest) or (one_line and size >= smallest):
        placed, used = _stack([text], font, size)
        return Fitted(placed, size, used, False)
    size = largest
    while not one_line and size >= smallest:
        found = _broken(text, width, height, font, size, within=size < smallest + _STEP)
        if found is not None:
            return found
        size -= _STEP
    return _cut(text, width, height, font, smallest, 1 if one_line else max(1, int(height / (_PITCH * smallest))))


def _broken(text: str, width: float, height: float, font: str, size: float, *, within: bool) -> Fitted | None:
    most = int(height / (_PITCH * size)) + 1
    if shape(text, font).width * size > width * most:
        return None
    lines, whole = wrap(text, font, width / size, most)
    if not whole or (not within and " ".join(lines) != text):
        return None
    placed, used = _stack(lines, font, size)
    return Fitted(placed, size, used, False) if used <= height else None


def _cut(text: str, width: float, height: float, font: str, size: float, most: int) -> Fitted:
    while True:
        lines, whole = wrap(text, font, width / size, most)
        if not whole:
            parts = clusters(lines[-1])
            while parts and shape("".join(parts).rstrip() + ELLIPSIS, font).width > width / size:
                parts.pop()
            lines[-1] = "".join(parts).rstrip() + ELLIPSIS
        placed, used = _stack(lines, font, size)
        if used <= height:
            return Fitted(placed, size, used, not whole)
        if most == 1:  # a tall sign in a low box
            size *= height / used
            placed, used = _stack(lines, font, size)
            return Fitted(placed, size, used, not whole)
        most -= 1


def emit(line: Line, x: float, y: float, size: float, document: Any, mode: int = 0) -> str:
    """The PDF operators that show a line with its baseline at x, y (points).

    A shaped run is a span with its text beside it (ActualText), or what is copied out of the file is garbage.
    """
    font = _fonts()[line.font][0]
    out: list[str] = []
    for run in line.runs:
        spoken = run.shaped is not None or run.missing
        if spoken:
            out.append(f"/Span <</ActualText <FEFF{run.text.encode('utf-16-be').hex().upper()}>>> BDC")
        out.append(f"BT {mode} Tr 1 0 0 1 {x:.2f} {y:.2f} Tm")
        out.extend(_glyphs(run, font, size, document))
        out.append("0 Tr ET" if mode else "ET")
        if spoken:
            out.append("EMC")
        x += run.width * size
    return "\n".join(out)


def _glyphs(run: Run, font: Any, size: float, document: Any) -> list[str]:
    out: list[str] = []
    place = 0
    for subset, codes in font.splitString(run.shaped or run.shown, document):
        out.append(f"{font.getSubsetInternalName(subset, document)} {size:g} Tf")
        if run.shaped is None:
            out.append(f"<{codes.hex()}> Tj")
            continue
        rise, parts = 0.0, list[str]()
        for code, (before, after, level) in zip(codes, run.moves[place : place + len(codes)], strict=True):
            if level != rise:
                out.append(f"[{''.join(parts)}] TJ {level * size / 1000:.3f} Ts")
                rise, parts = level, []
            parts.append(f"{before}<{code:02x}>{after}")
        out.append(f"[{''.join(parts)}] TJ" + (" 0 Ts" if rise else ""))
        place += len(codes)
    return out
