"""What a scanner types that works as a keyboard, and how it goes wrong: other layouts, two in one go, strange codes."""

import re
from collections.abc import Callable

from fallback.errors import SlipNumberWrong
from fallback.slip import digits_of, number_on
from fallback.wedge.foreign import of_digits, of_text
from fallback.wedge.keyboards import BY_HAND, CAPS, Undone, seems_garbled, undone

__all__ = [
    "BY_HAND",
    "CAPS",
    "Undone",
    "cleaned",
    "holds_scan",
    "of_digits",
    "of_text",
    "pieces",
    "seems_garbled",
    "undone",
]

_AROUND = " \t\r\n\x00\x02\x03\x04\x1c\x1d\x1e\ufeff\u200b\u200e\u200f"
_RUN = re.compile(r"\d{11,}")
_LONG, _FAR = 40, 2000  # digits that no hand types in a row; signs of a text that are looked at
_AIM = re.compile(r"^\][A-Za-z][0-9A-Za-z](?=.)")


def cleaned(typed: str) -> str:
    """A text without what scanners put around a code: blanks, control signs, the mark of the kind of code (`]Q1`)."""
    return _AIM.sub("", typed.strip(_AROUND)).strip(_AROUND)


def holds_scan(text: str) -> bool:
    """Whether a code was scanned into a text that a person types: a slip's number, its QR, or a card's JSON.

    A slow scanner looks like a hand, and its Enter would register what it typed as somebody's village.
    """
    for run in _RUN.findall(text[:_FAR]):
        digits = digits_of(run) or ""
        if len(digits) >= _LONG or (len(digits) in (11, 13) and _is_number(digits)):
            return True
    return '{"' in text[:_FAR]


def _is_number(digits: str) -> bool:
    try:
        number_on(digits)
    except SlipNumberWrong:
        return False
    return True


def pieces(digits: str, lengths: tuple[int, ...], known: Callable[[str], bool]) -> tuple[str, ...]:
    """The codes that ran together in a row of digits, each of one of `lengths` and `known`; () when they do not fit."""
    if not digits:
        return ()
    for length in lengths:
        head, rest = digits[:length], digits[length:]
        if len(head) == length and known(head):
            if not rest:
                return (head,)
            if others := pieces(rest, lengths, known):
                return (head, *others)
    return ()
