"""What the command line says, in the language of PARCHI_LANGUAGE, from the same catalogues as screens and paper."""

import unicodedata
from collections.abc import Sequence
from enum import StrEnum

from fallback.errors import ParchiError, Sentence
from fallback.language import grouped, say, translate
from fallback.settings import language

OK, RED = "ok ", "RED"  # the lamps of a list: short, and what a script looks for
_NO_WIDTH = ("Mn", "Me", "Cf")  # signs that stand on the letter before them


def _(says: str, /, **values: object) -> str:
    """A sentence in that language, filled in; a whole number is a count and gets its commas, one that names is text."""
    if not values:
        return translate(says, language())
    filled = {name: grouped(value) if type(value) is int else value for name, value in values.items()}
    return translate(Sentence(says, **filled), language())


def told_again(text: str) -> str:
    """A sentence that was written down with its values, in that language."""
    from fallback.language.again import again

    return again(text, language())


def told(error: ParchiError) -> str:
    """A failure in that language."""
    return say(error, language())


def in_words(value: StrEnum) -> str:
    """What a value of the record is called in that language."""
    from fallback.language.labels import label  # it knows every list of the house: a command that serves needs none

    return label(value, language())


def table(*rows: Sequence[object]) -> list[str]:
    """Rows as lines, each column as wide as it must be: counts to the right, text to the left; all rows are as long."""
    texts = [[grouped(cell) if type(cell) is int else str(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*texts, strict=True)]
    counts = [type(cell) is int for cell in (rows[-1] if rows else ())]
    return [
        "  ".join(
            " " * (width - _width(text)) + text if count else text + " " * (width - _width(text))
            for text, width, count in zip(line, widths, counts, strict=True)
        ).rstrip()
        for line in texts
    ]


def _width(text: str) -> int:
    return sum(unicodedata.category(sign) not in _NO_WIDTH for sign in text)
