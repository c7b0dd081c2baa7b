"""Reads a TOML file that people write: each value is checked, and a complaint names file, line, key and what to do."""

import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Never, TypeVar

from fallback.errors import ParchiError, Sentence
from fallback.toml_lines import Place, line_of_syntax_error, lines_of

SIZE_LIMIT = 1_000_000  # bytes; the largest file we ship has 20,000
LINE_LIMIT = 10_000  # letters; a key of 100,000 dots would be read for minutes
TEXT_LIMIT = 120  # letters of one text: what fits on a slip

T = TypeVar("T")
Wrong = type[ParchiError]


@dataclass(frozen=True, slots=True)
class Tables:
    """One file's tables with the place of each value at hand, so that a complaint can name its line.

    Every check raises `wrong` with `file`, `line`, `key` and `why`.
    """

    path: Path
    lines: Mapping[Place, int]
    wrong: Wrong

    def fail(self, place: Place, why: str) -> Never:
        """Raises the error for a place in the file; a place without a line stands at its table's."""
        known = next((place[:size] for size in range(len(place), 0, -1) if place[:size] in self.lines), ())
        names = [str(part) for part in place if isinstance(part, str)]
        raise self.wrong(file=self.path.name, line=self.lines.get(known, 1), key=".".join(names) or "file", why=why)

    def only(self, at: Place, table: object, known: Collection[str]) -> dict[str, Any]:
        """Refuses anything but a table with these keys."""
        if not isinstance(table, dict):
            self.fail(at, "A table was expected here. Copy its shape from the example file.")
        for name in table:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                if near:
                    self.fail((*at, name), Sentence("The key is unknown. Did you mean {near}?", near=near[0]))
                names = ", ".join(sorted(known))
                self.fail((*at, name), Sentence("The key is unknown. Known here are: {names}.", names=names))
        return table

    def need(self, at: Place, table: dict[str, Any], name: str, check: Callable[[Place, object], T]) -> T:
        """The checked value of a key that must be there."""
        if name not in table:
            self.fail((*at, name), "The key is missing in this table. Add it, as in the example file.")
        return check((*at, name), table[name])

    def text(self, at: Place, value: object) -> str:
        """A text of one line, never empty."""
        if not isinstance(value, str):
            self.fail(at, 'A text in quotation marks was expected, like "Room 12".')
        if not value.strip() or value != value.strip() or not value.isprintable():
            self.fail(at, "The text is empty, has blanks at an end, or holds a sign that does not print.")
        if len(value) > TEXT_LIMIT:
            self.fail(at, Sentence("The text is longer than {limit} letters. Shorten it.", limit=TEXT_LIMIT))
        return value

    def whole(self, low: int, high: int) -> Callable[[Place, object], int]:
        """A check for a whole number within bounds, both included."""

        def check(at: Place, value: object) -> int:
            if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
                self.fail(at, Sentence("A whole number from {low} to {high} was expected.", low=low, high=high))
            return value

        return check

    def number(self, low: float, high: float) -> Callable[[Place, object], float]:
        """A check for a number within bounds, both included."""

        def check(at: Place, value: object) -> float:
            if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
                self.fail(at, Sentence("A number from {low} to {high} was expected.", low=f"{low:g}", high=f"{high:g}"))
            return float(value)

        return check

    def flag(self, at: Place, value: object) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.fail(at, "Either true or false was expected, without quotation marks.")
        return value

    def one_of(self, words: Collection[str]) -> Callable[[Place, object], str]:
        """A check for one of some words."""

        def check(at: Place, value: object) -> str:
            if not isinstance(value, str) or value not in words:
                self.fail(
                    at, Sentence("One of these was expected, in quotation marks: {names}.", names=", ".join(words))
                )
            return value

        return check


def document_of(path: Path, wrong: Wrong) -> tuple[dict[str, Any], Tables]:
    """A file's tables and their checks. Raises `wrong` when it cannot be read or is not TOML in UTF-8."""

    def complain(*, line: int = 1, key: str = "file", why: str) -> Never:
        raise wrong(file=path.name, line=line, key=key, why=why)

    try:
        with path.open("rb") as file:
            raw = file.read(SIZE_LIMIT + 1)
    except OSError as error:
        why = "The file cannot be read ({reason}). Check its place and its permissions."
        complain(why=Sentence(why, reason=error.strerror))
    if len(raw) > SIZE_LIMIT:
        complain(why="The file is larger than 1 MB: it cannot be one of Parchi's files.")
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        complain(line=line, why="The file is not UTF-8 text. Save it again with the encoding UTF-8.")
    for number, written in enumerate(text.split("\n"), 1):
        if len(written) > LINE_LIMIT:
            why = Sentence("The line is longer than {limit} letters: that is none of Parchi's.", limit=LINE_LIMIT)
            complain(line=number, why=why)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        complain(key="[", why="Brackets are nested too deep. Start again from the example file.")
    except ValueError as error:  # tomllib.TOMLDecodeError is one; a number of 5,000 digits is a bare ValueError
        why = Sentence("The line is not written as TOML ({reason}). Look for a missing quote or bracket.", reason=error)
        complain(line=line_of_syntax_error(str(error), text), key="TOML", why=why)
    return document, Tables(path, lines_of(text), wrong)
