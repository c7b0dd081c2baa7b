"""The runbook on paper: docs/runbook.md and its Hindi, one A4 page a role and hour, an overview before them.

Both files are the source, so what is read on a screen and what hangs at the counter cannot differ. Of Markdown they use
titles, numbered steps, commands on lines of their own, boxes (`> **Say:** ...`), **words of the screen**, nothing else.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from fallback.disk import disk_error
from fallback.hospital import Hospital
from fallback.printing.sheet import MM, Box, Sheet, sheet
from fallback.printing.typesetting import BOLD, REGULAR, shape
from fallback.settings import PROGRAM

PAGE = (210.0, 297.0)  # mm
FILES = {"en": "runbook.md", "hi": "runbook.hi.md"}
LARGEST, SMALLEST = 15.0, 9.5  # points: what a person reads standing, at arm's length
_LEFT, _RIGHT, _TEXT = 15.0, 195.0, 30.0  # mm
_BAND, _FOOT = 26.0, 284.0  # mm
_STEP = 0.25  # points
_LEADING = 1.36  # of the size: no ink of Mukta's Devanagari touches that of the next line
_AIR = 4.2  # mm between steps, at most
_INLINE = re.compile(r"\*\*(.+?)\*\*|\*(.+?)\*|`(.+?)`")

Word = tuple[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A stretch of a step: a sentence, or a command."""

    text: str
    command: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A page: whose it is and of which hour, when it begins, its steps, its boxes by their label."""

    hour: str
    role: str
    when: str
    steps: tuple[tuple[Part, ...], ...]
    boxes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """The runbook. `lines` are what a pen fills in on the first page: who is called."""

    title: str
    words: tuple[str, ...]
    lines: tuple[str, ...]
    leaves: tuple[Leaf, ...]


def read(language: str) -> Book:
    """The runbook in a language. Raises what `disk_error` makes of a file that is gone."""
    path = PROGRAM / "docs" / FILES[language]
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as wrong:
        raise disk_error(wrong, path) from wrong


def parse(text: str) -> Book:
    """A runbook's Markdown. Raises ValueError for a line that no page has a place for."""
    first, *rest = re.split(r"^## ", text.strip(), flags=re.MULTILINE)
    title, *lines = (line.strip() for line in first.splitlines() if line.strip())
    return Book(
        title=title.removeprefix("# "),
        words=tuple(line for line in lines if not line.startswith("- ")),
        lines=tuple(line.removeprefix("- ") for line in lines if line.startswith("- ")),
        leaves=tuple(_leaf(each) for each in rest),
    )


def _leaf(text: str) -> Leaf:
    head, *lines = (line.strip() for line in text.splitlines() if line.strip())
    hour, role = head.split(" · ")
    steps: list[tuple[Part, ...]] = []
    boxes: list[tuple[str, str]] = []
    when = ""
    for line in lines:
        if found := re.fullmatch(r"\d+\. (.+)", line):
            steps.append((Part(text=found[1]),))
        elif found := re.fullmatch(r"> \*\*(.+?):\*\* (.+)", line):
            boxes.append((found[1], found[2]))
        elif steps and not boxes and (found := re.fullmatch(r"`([^`]+)`", line)):
            steps[-1] += (Part(text=found[1], command=True),)
        elif steps and not boxes:
            steps[-1] += (Part(text=line),)
        elif not steps and (found := re.fullmatch(r"\*([^*]+)\*", line)):
            when = found[1]
        else:
            raise ValueError(f"the runbook has no place for: {line}")
    return Leaf(hour=hour, role=role, when=when, steps=tuple(steps), boxes=tuple(boxes))


def draw(book: Book, hospital: Hospital) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it."""
    with sheet(*PAGE, book.title) as page:
        _cover(page, book, hospital)
        _foot(page, book, hospital)
        for leaf in book.leaves:
            page.turn()
            _draw_leaf(page, leaf)
            _foot(page, book, hospital)
        return page.finish(), tuple(page.boxes)


def render(language: str, hospital: Hospital) -> bytes:
    """The runbook as PDF: an overview, then one A4 page for each role and hour; equal bytes for equal words."""
    return draw(read(language), hospital)[0]


# --- A page -------------------------------------------------------------------------------------------------------


def _draw_leaf(page: Sheet, leaf: Leaf) -> None:
    page.block(0, 0, PAGE[0], _BAND)
    wide = page.wide(leaf.role, 21, bold=True)
    page.say(leaf.role, _RIGHT, 17, 21, bold=True, align="right", white=True)
    size = min(27.0, 27.0 * (_RIGHT - _LEFT - wide - 8) / page.wide(leaf.hour, 27, bold=True))
    page.say(leaf.hour, _LEFT, 17, size, bold=True, white=True)
    size = size_of(leaf)
    over = _FOOT - 4 - _BAND - _height(leaf, size)
    air = max(0.0, min(_AIR, over / (len(leaf.steps) + 1)))
    y = _BAND + 4.0
    y = _lines(page, _wrapped(_words(leaf.when), _RIGHT - _LEFT, size), _LEFT, y, size) + 2.5 + air
    for number, step in enumerate(leaf.steps, 1):
        page.frame(_LEFT, y + 0.6, 4.6, 4.6, weight=0.9)
        page.say(str(number), _TEXT - 2.2, y + _drop(size), size, bold=True, align="right")
        for part in step:
            rows = _rows(part, size)
            if part.command:
                page.block(_TEXT, y + 0.8, _RIGHT - _TEXT, len(rows) * _pitch(size) + 1.6, grey=0.9)
                y = _lines(page, rows, _TEXT + 2.5, y + 1.4, size) + 1.8
            else:
                y = _lines(page, rows, _TEXT, y, size)
        y += 1.6 + air
    for label, text in leaf.boxes:
        rows = _wrapped(_words(text), _RIGHT - _TEXT - 10, size)
        tall = len(rows) * _pitch(size) + 2.8
        page.block(_LEFT, y, 24 - 0.4, tall)
        page.say(label, _LEFT + 11.8, y + 1.2 + _drop(size), size, bold=True, align="centre", white=True)
        page.frame(_LEFT, y, _RIGHT - _LEFT, tall, weight=0.9)
        _lines(page, rows, _TEXT + 12, y + 1.2, size)
        y += tall + 2.2


def size_of(leaf: Leaf) -> float:
    """The size of a page's type in points: the largest that keeps it on one sheet, and no smaller than SMALLEST."""
    size = LARGEST
    while size > SMALLEST and _height(leaf, size) > _FOOT - 4 - _BAND:
        size -= _STEP
    return size


def _height(leaf: Leaf, size: float) -> float:
    """How much of a page it takes in mm, set in a size and without more air than it needs."""
    pitch = _pitch(size)
    tall = 6.5 + len(_wrapped(_words(leaf.when), _RIGHT - _LEFT, size)) * pitch
    for step in leaf.steps:
        tall += 1.6 + sum(len(_rows(part, size)) * pitch + (3.2 if part.command else 0) for part in step)
    for _, text in leaf.boxes:
        tall += len(_wrapped(_words(text), _RIGHT - _TEXT - 10, size)) * pitch + 5.0
    return tall


def _rows(part: Part, size: float) -> list[list[Word]]:
    if part.command:
        return _wrapped([(word, True) for word in part.text.split()], _RIGHT - _TEXT - 5, size)
    return _wrapped(_words(part.text), _RIGHT - _TEXT, size)


# --- Words --------------------------------------------------------------------------------------------------------


def _words(text: str) -> list[Word]:
    """The words of a text, each with whether it stands in bold print."""
    found: list[Word] = []
    at = 0
    for mark in _INLINE.finditer(text):
        found += [(word, False) for word in text[at : mark.start()].split()]
        strong = [(word, mark[2] is None) for word in (mark[1] or mark[2] or mark[3]).split()]
        if found and at < mark.start() and not text[mark.start() - 1].isspace():  # "(**this**" is one word
            strong[0] = (found.pop()[0] + strong[0][0], strong[0][1])
        found += strong
        at = mark.end()
        if tail := re.match(r"[^\s*`]+", text[at:]):  # a full stop behind it belongs to its last word
            found[-1] = (found[-1][0] + tail[0], found[-1][1])
            at += tail.end()
    return [*found, *((word, False) for word in text[at:].split())]


def _wrapped(words: Sequence[Word], width: float, size: float) -> list[list[Word]]:
    """The words in lines of a width (mm)."""
    rows: list[list[Word]] = [[]]
    room = width
    space = shape(" ", REGULAR).width * size / MM
    for word, strong in words:
        wide = shape(word, BOLD if strong else REGULAR).width * size / MM
        if rows[-1] and wide > room:
            rows.append([])
            room = width
        rows[-1].append((word, strong))
        room -= wide + space
    return rows


def _pitch(size: float) -> float:
    return _LEADING * size / MM


def _drop(size: float) -> float:
    """From the top of a line to its baseline, in mm."""
    return 1.02 * size / MM


def _lines(page: Sheet, rows: Sequence[Sequence[Word]], x: float, y: float, size: float) -> float:
    """Sets lines from y downwards; gives where the next one begins."""
    space = shape(" ", REGULAR).width * size / MM
    for row in rows:
        at, start = x, 0
        while start < len(row):
            end = start
            while end < len(row) and row[end][1] == row[start][1]:
                end += 1
            words = " ".join(word for word, _ in row[start:end])
            at += page.say(words, at, y + _drop(size), size, bold=row[start][1]) + space
            start = end
        y += _pitch(size)
    return y


# --- The first page, and the foot of each ----------------------------------------------------------------------------


def _cover(page: Sheet, book: Book, hospital: Hospital) -> None:
    page.block(0, 0, PAGE[0], 62)
    page.say(hospital.name, _LEFT, 15, 13, bold=True, white=True)
    page.say(hospital.name_hindi, _RIGHT, 15, 13, bold=True, align="right", white=True)
    size = min(40.0, 40.0 * (_RIGHT - _LEFT) / page.wide(book.title, 40, bold=True))
    page.say(book.title, _LEFT, 46, size, bold=True, white=True)
    y = 68.0
    for text in book.words:
        y = _lines(page, _wrapped(_words(text), _RIGHT - _LEFT, 11), _LEFT, y, 11) + 1.8
    y = _grid(page, book, y + 3)
    wide = (_RIGHT - _LEFT - 8) / 2
    for place, text in enumerate(book.lines):
        x, top = _LEFT + (place % 2) * (wide + 8), y + 6 + (place // 2) * 13.5
        page.say(text, x, top + 4, 10, bold=True)
        page.rule(x, top + 11, x + wide, top + 11, weight=0.6)


def _grid(page: Sheet, book: Book, y: float) -> float:
    """Hours down, roles across, the page's number where they meet; gives where it ends."""
    hours = list(dict.fromkeys(leaf.hour for leaf in book.leaves))
    often = Counter(leaf.role for leaf in book.leaves)
    several = {
        leaf.hour for leaf in book.leaves if often[leaf.role] > 1
    }  # of any other hour the pages are nobody's own
    roles = list(dict.fromkeys(leaf.role for leaf in book.leaves if leaf.hour in several))
    first, row = 33.0, 8.2
    wide = (_RIGHT - _LEFT - first) / len(roles)
    page.block(_LEFT, y, _RIGHT - _LEFT, row, grey=0)
    for place, role in enumerate(roles):
        size = min(10.5, 10.5 * (wide - 2) / page.wide(role, 10.5, bold=True))
        middle = _LEFT + first + (place + 0.5) * wide
        page.say(role, middle, y + 5.6, size, bold=True, align="centre", white=True)
    for hour in hours:
        y += row
        page.say(hour, _LEFT + 1, y + 5.6, 11, bold=True)
        others = []
        for number, leaf in enumerate(book.leaves, 2):
            if leaf.hour != hour:
                continue
            if leaf.role in roles:
                middle = _LEFT + first + (roles.index(leaf.role) + 0.5) * wide
                page.say(str(number), middle, y + 5.6, 12, bold=True, align="centre")
            else:
                others.append(f"{leaf.role} {number}")
        if others:
            page.fill_in("  ·  ".join(others), _LEFT + first, y + 1.4, _RIGHT - _LEFT - first, 5.6, largest=10.5)
        page.rule(_LEFT, y + row, _RIGHT, y + row, weight=0.4)
    return y + row


def _foot(page: Sheet, book: Book, hospital: Hospital) -> None:
    page.rule(_LEFT, _FOOT, _RIGHT, _FOOT, weight=0.4)
    page.say(f"{hospital.name} · {hospital.name_hindi}", _LEFT, _FOOT + 5, 8.5)
    last = len(book.leaves) + 1
    numbers = f"Page {page.page} of {last} · पृष्ठ {page.page}/{last}"
    page.say(numbers, _RIGHT, _FOOT + 5, 8.5, bold=True, align="right")
