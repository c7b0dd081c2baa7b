"""Names and addresses as text: which letters may be typed where, and how what was typed is normalised."""

import re
import unicodedata
from enum import StrEnum
from typing import Never

from fallback.errors import FieldWrong, Sentence
from fallback.slip import TEXT_LIMIT

ZWNJ, ZWJ = "\u200c", "\u200d"

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_INVISIBLE = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b\u2060\u2061\u2062\u2063\u2064\u3164\ufeff\uffa0"
)
_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})
_SPACES = re.compile(r"[\s\u00a0]+")
_NAME_SIGNS = frozenset(" .'-/,()&")
_HINDI_SIGNS = frozenset(" .-॰")
_DIGIT_IN_WORD = re.compile(r"(?<=[^\W\d_])\d|\d(?=[^\W\d_])")
_MARKS_IN_A_ROW = 4  # more are a drawing, not a syllable


class Script(StrEnum):
    """Which letters a field takes: a name in Latin or in Devanagari or in either, or an address."""

    LATIN = "latin"
    HINDI = "hindi"
    ANY = "any"
    ADDRESS = "address"


# Nearly all that is typed: whole words, single spaces, nothing that `check_text` would say or change.
_HINDI_WORD = "(?:[\u0904-\u0939\u0960\u0961\u0972-\u097f][\u0900-\u0903\u093a-\u093c\u093e-\u094f]{0,4}|[.-])+"
_PLAIN = {
    Script.LATIN: re.compile(r"(?=.*[A-Za-z])[A-Za-z.'/,()&-]+(?: [A-Za-z.'/,()&-]+)*"),
    Script.HINDI: re.compile(f"(?=.*[\u0904-\u0939]){_HINDI_WORD}(?: {_HINDI_WORD})*"),
    Script.ADDRESS: re.compile(r"[!-~]+(?: [!-~]+)*"),
}
_PLAIN[Script.ANY] = _PLAIN[Script.LATIN]


def normalise(text: str) -> str:
    """NFC; straight quotes and hyphens; no control, bidi or invisible letters; single spaces, none at the ends.

    Zero-width joiners stay after a Devanagari letter, where they shape it. Twice is the same as once.
    """
    if text.isascii() and text.isprintable():  # nearly all that is typed: a list of patients has millions of them
        return " ".join(text.split())
    straight = unicodedata.normalize("NFC", text).translate(_STRAIGHT)
    kept = [sign for at, sign in enumerate(straight) if not _hidden(straight, at) or sign.isspace()]
    joined = "".join(sign for at, sign in enumerate(kept) if sign not in (ZWJ, ZWNJ) or _joins(kept, at))
    return unicodedata.normalize("NFC", _SPACES.sub(" ", joined).strip())


def check_text(field: str, text: str, *, script: str) -> str:
    """The normalised text of a field as it was typed; `script` is a Script. Empty text is fine.

    Give it the text before `normalise`, which would hide what was wrong with it. Raises FieldWrong, which says which
    sign is wrong, where, and what to do.
    """
    kind = Script(script)
    if not text or _is_plain(text, kind):
        return text
    typed = unicodedata.normalize("NFC", text).translate(_STRAIGHT).strip(" \t\r\n\u00a0")
    if len(typed) > TEXT_LIMIT:
        why = "The text has {count} letters; at most {limit} are taken. Shorten it."
        raise FieldWrong(field=field, why=Sentence(why, count=len(typed), limit=TEXT_LIMIT))
    marks = 0
    for at, sign in enumerate(typed):
        if _hidden(typed, at):
            _refuse_hidden(field, sign, at + 1)
        marks = marks + 1 if unicodedata.category(sign) in ("Mn", "Mc", "Me") else 0
        if marks > _MARKS_IN_A_ROW or (marks == 1 and (at == 0 or typed[at - 1] == " ")):
            why = "The vowel sign or accent at place {place} has no letter to stand on. Type the text again."
            raise FieldWrong(field=field, why=Sentence(why, place=at + 1))
        if not _allowed(sign, kind):
            _refuse(field, sign, at + 1, kind)
    if kind is not Script.ADDRESS and (digit := _DIGIT_IN_WORD.search(typed)):
        why = "A digit stands inside a word at place {place}. Correct the word."
        raise FieldWrong(field=field, why=Sentence(why, place=digit.start() + 1))
    found = normalise(typed)
    if found and kind is not Script.ADDRESS and not any(sign.isalpha() for sign in found):
        raise FieldWrong(field=field, why="There is no letter in it. Write the name.")
    return found


def _is_plain(text: str, kind: Script) -> bool:
    fits = len(text) <= TEXT_LIMIT and _PLAIN[kind].fullmatch(text) is not None
    return fits and unicodedata.is_normalized("NFC", text)


def is_devanagari(sign: str) -> bool:
    """Whether a letter, vowel sign or digit belongs to the Devanagari block; not its punctuation."""
    return "\u0900" <= sign <= "\u097f" and sign not in "।॥॰"


def _is_latin(sign: str) -> bool:
    return sign.isalpha() and (sign <= "\u024f" or "\u1e00" <= sign <= "\u1eff") and sign not in "ªº"


def _joins(signs: list[str], at: int) -> bool:
    """Whether a zero-width joiner stands where it shapes Devanagari: straight after one of its letters."""
    return at > 0 and is_devanagari(signs[at - 1])


def _hidden(text: str, at: int) -> bool:
    """Whether the sign at a place prints nothing and is not a plain space or a joiner that Devanagari needs."""
    sign = text[at]
    if sign in (ZWNJ, ZWJ):
        return not (at > 0 and is_devanagari(text[at - 1]))
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") or sign in _INVISIBLE


def _allowed(sign: str, kind: Script) -> bool:
    if sign in (ZWNJ, ZWJ, "\u00a0"):
        return True
    mark = unicodedata.category(sign) == "Mn" and "\u0300" <= sign <= "\u036f"
    latin = _is_latin(sign) or mark
    hindi = is_devanagari(sign) and (kind is Script.ADDRESS or not sign.isdigit())
    match kind:
        case Script.LATIN:
            return latin or sign in _NAME_SIGNS or "0" <= sign <= "9"
        case Script.HINDI:
            return hindi or sign in _HINDI_SIGNS
        case Script.ANY:
            return latin or hindi or sign in _NAME_SIGNS or sign == "॰" or "0" <= sign <= "9"
        case Script.ADDRESS:
            return latin or hindi or sign in "।॰" or " " <= sign <= "~"


def _refuse_hidden(field: str, sign: str, place: int) -> Never:
    code = f"U+{ord(sign):04X}"
    if sign in _BIDI:
        why = (
            "An invisible mark for right-to-left writing ({code}) stands at place {place}. Delete it; type it by hand."
        )
    elif unicodedata.category(sign) == "Cc":
        why = "A control character ({code}) stands at place {place}. Delete it; type the text by hand."
    else:
        why = "An invisible sign ({code}) stands at place {place}. Delete it; type the text by hand."
    raise FieldWrong(field=field, why=Sentence(why, code=code, place=place))


def _refuse(field: str, sign: str, place: int, kind: Script) -> Never:
    if not sign.isalpha() and not unicodedata.category(sign).startswith("M"):
        why = "The sign {sign} at place {place} cannot stand here. Leave it out."
    elif kind is Script.LATIN:
        why = "The letter {sign} at place {place} is not a Latin letter. Write the name in English letters here."
    elif kind is Script.HINDI:
        why = (
            "The letter {sign} at place {place} is not a Hindi letter. Write the name in Hindi here, or leave it empty."
        )
    else:
        why = "The letter {sign} at place {place} is neither English nor Hindi. Write it in English or Hindi letters."
    shown = sign if sign.isprintable() and not unicodedata.combining(sign) else f"U+{ord(sign):04X}"
    raise FieldWrong(field=field, why=Sentence(why, sign=shown, place=place))
