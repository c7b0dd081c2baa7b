"""Where each key of a TOML text stands: the standard reader gives the values but not their lines."""

import re
from collections.abc import Mapping

Place = tuple[str | int, ...]  # ("clinic", 3, "code"): the key `code` of the fourth [[clinic]]

_TABLE = re.compile(r"\s*(\[\[?)\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*\]")
_KEY = re.compile(r"\s*((?:[\w-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[\w-]+|\"[^\"]*\"|'[^']*'))*)\s*=")
_PART = re.compile(r"[\w-]+|\"[^\"]*\"|'[^']*'")
_AT_LINE = re.compile(r"at line (\d+)")
_WORD = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}' + r"|'''(?:[^']|'(?!''))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"' + r"|'[^'\n]*'" + r"|#[^\n]*|[\[\]{}\n]|[^\[\]{}\n#\"']+",
    re.DOTALL,
)


def line_of_syntax_error(message: str, text: str) -> int:
    """The line that the standard reader's message names; the last one when it says that the text ended too soon."""
    found = _AT_LINE.search(message)
    return int(found[1]) if found else text.count("\n", 0, len(text.rstrip())) + 1


def lines_of(text: str) -> Mapping[Place, int]:
    """The line (from 1) of every table and key of a valid TOML text, except of keys inside inline tables."""
    lines: dict[Place, int] = {}
    counts: dict[Place, int] = {}
    table: Place = ()
    for number, line in _statements(text):
        if header := _TABLE.match(line):
            names = _parts(header[2])
            path: Place = ()
            for name in names[:-1]:  # [[part.box]] belongs to the last [[part]] before it
                path = (*path, name)
                path = (*path, counts[path]) if path in counts else path
            path = (*path, names[-1])
            if header[1] == "[[":
                lines.setdefault(path, number)
                counts[path] = counts.get(path, -1) + 1
                table = (*path, counts[path])
            else:
                table = path
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            place: Place = (*table, *_parts(key[1]))
            for size in range(len(table) + 1, len(place) + 1):
                lines.setdefault(place[:size], number)
    return lines


def _parts(dotted: str) -> Place:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _statements(text: str) -> list[tuple[int, str]]:
    """The statements of a text with the line that each begins on: a value of many lines belongs to its key's line."""
    found: list[tuple[int, str]] = []
    number, first, depth, statement = 1, 1, 0, ""
    for word in _WORD.findall(text + "\n"):
        if word == "\n" and depth == 0:
            found.append((first, statement))
            statement = ""
        elif not word.startswith("#"):
            if not statement.strip():
                first = number
            depth += (word in "[{") - (word in "]}")
            statement += word
        number += word.count("\n")
    return found
