"""Two records beside each other: of every field the letters that differ, in either script, as a person sees them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from fallback.person import Person

_ALIKE = 0.5  # share of letters that two words have in common before their letters are compared, not the words
_VIRAMA = "\u094d"
_JOINERS = "\u200c\u200d"


class Mark(StrEnum):
    """How a piece of text stands to the text beside it: in both, here alone, or there alone."""

    SAME = "same"
    HERE = "here"
    THERE = "there"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some letters of a field; of `THERE`, a word that only the record beside it has."""

    text: str
    mark: Mark


def differences(text: str, beside: str) -> tuple[Piece, ...]:
    """A text in pieces, as it differs from the one beside it: word by word, in whatever order, then letter by letter.

    Large and small letters are one. Nothing is marked where there is nothing beside it. A letter of Devanagari with its
    signs is one piece: half a letter cannot be shown.
    """
    if not text or not beside:
        return (Piece(text, Mark.SAME),) if text else ()
    left = beside.split()
    pieces: list[Piece] = []
    partners = _partners(text.split(), left)
    for word, other in partners:
        if pieces:
            pieces.append(Piece(" ", Mark.SAME))
        pieces += _of_word(word, other)
    for other in left:
        pieces += [Piece(" ", Mark.SAME), Piece(other, Mark.THERE)]
    return tuple(_joined(pieces))


def compared(asked: Person, other: Person) -> Mapping[str, tuple[Piece, ...]]:
    """The texts of `other` in pieces, by field of `Person`: names, guardian, place, mobile."""
    return {
        "name": differences(other.name, asked.name),
        "name_hindi": differences(other.name_hindi, asked.name_hindi),
        "guardian": differences(other.guardian, asked.guardian),
        "locality": differences(other.locality, asked.locality),
        "mobile": _mobile(other.mobiles, asked.mobiles),
        "uhid": differences(other.uhid, asked.uhid),
        "abha": differences(other.abha, asked.abha),
    }


def _mobile(own: tuple[str, ...], beside: tuple[str, ...]) -> tuple[Piece, ...]:
    """The number that is nearest to one beside it; an index may know its last four digits alone."""
    if not own:
        return ()
    pairs = [(one, two) for one in own for two in beside]
    if not pairs:
        return (Piece(_digits(own[0]), Mark.SAME),)
    one, two = max(pairs, key=lambda pair: SequenceMatcher(None, pair[0], pair[1][-len(pair[0]) :], False).ratio())
    if len(one) < len(two):
        return (Piece("·" * (len(two) - len(one)), Mark.SAME), *differences(one, two[-len(one) :]))
    return differences(_digits(one), two)


def _digits(mobile: str) -> str:
    return f"······{mobile}" if len(mobile) == 4 else mobile


def _partners(words: list[str], left: list[str]) -> list[tuple[str, str]]:
    """Each word with the word beside it that it is likeliest, "" for none; taken out of `left`."""
    found = dict.fromkeys(range(len(words)), "")
    for sure in (True, False):
        for place, word in enumerate(words):
            if found[place] or not left:
                continue
            likest = max(left, key=lambda other: _ratio(word, other))
            ratio = _ratio(word, likest)
            if ratio == 1 or (not sure and ratio >= _ALIKE):
                found[place] = likest
                left.remove(likest)
    return [(word, found[place]) for place, word in enumerate(words)]


def _ratio(one: str, two: str) -> float:
    return 1.0 if _plain(one) == _plain(two) else SequenceMatcher(None, _plain(one), _plain(two), False).ratio() * 0.999


def _plain(word: str) -> list[str]:
    return [unicodedata.normalize("NFC", each.casefold()) for each in letters(word)]


def _of_word(word: str, other: str) -> list[Piece]:
    if not other:
        return [Piece(word, Mark.HERE)]
    own = letters(word)
    found = []
    for step, start, end, begins, ends in SequenceMatcher(None, _plain(word), _plain(other), False).get_opcodes():
        if step == "equal":
            found.append(Piece("".join(own[start:end]), Mark.SAME))
        elif end > start:
            found.append(Piece("".join(own[start:end]), Mark.HERE))
        else:
            found.append(Piece("".join(letters(other)[begins:ends]), Mark.THERE))
    return found


def letters(word: str) -> list[str]:
    """The letters of a word as they are written: a consonant with its vowel sign, or a whole conjunct, is one."""
    found: list[str] = []
    for each in word:
        joins = bool(found) and (unicodedata.category(each).startswith("M") or each in _JOINERS)
        if joins or (found and found[-1].rstrip(_JOINERS).endswith(_VIRAMA)):
            found[-1] += each
        else:
            found.append(each)
    return found


def _joined(pieces: list[Piece]) -> list[Piece]:
    found: list[Piece] = []
    for each in pieces:
        if found and found[-1].mark is each.mark and each.mark is not Mark.THERE:
            found[-1] = Piece(found[-1].text + each.text, each.mark)
        else:
            found.append(each)
    return found
