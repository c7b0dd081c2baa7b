"""A key as words on paper, whole or in parts of which some give it back (SLIP-39).

A part is 33 words of a list of 1,024 whose first four letters tell them apart, three of them a checksum: it finds any
three wrong words. Fewer parts than needed tell nothing of the key.
"""

import re
from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, Share, combine_mnemonics, generate_mnemonics
from shamir_mnemonic.wordlist import WORDLIST

from fallback.errors import PartMistyped, PartsMissing, PartsMixed, Sentence
from fallback.groups import KEY_SIZE

WORDS = 33
MOST_PARTS = 9
_START = 4
LIST: Sequence[str] = tuple(WORDLIST)  # also for what is read from a screen into a telephone
_BY_START = {word[:_START]: word for word in WORDLIST}
_TYPED = re.compile(r"[A-Za-z0-9\s.,:;)-]+")
_LIKELY = 20  # words, nearly all of the list: no passphrase, but a part with slips of the pen


def split(key: bytes, parts: int, needed: int) -> list[str]:
    """The 32 bytes of a key as so many parts, any `needed` of which give it back; 1 of 1 is the whole key in words.

    Raises ValueError for a number of parts that makes no sense: 2 of 3 does, 1 of 3 and 3 of 2 do not.
    """
    if len(key) != KEY_SIZE or not (parts == needed == 1 or 2 <= needed <= parts <= MOST_PARTS):
        raise ValueError(
            f"a key of 32 bytes can be split into up to {MOST_PARTS} parts, of which two or more are needed"
        )
    # No stretching: the key is random, nobody guesses it.
    return list(generate_mnemonics(1, [(needed, parts)], key, iteration_exponent=0)[0])


def read_parts(typed: str) -> list[str] | None:
    """The parts in a typed or scanned text, each 33 words, lines and numbers before words ignored; None: it is no part.

    The first four letters of a word are enough. Raises PartMistyped.
    """
    words = re.findall("[a-z]+", typed.lower()) if _TYPED.fullmatch(typed) else []
    known = [known_word(word) for word in words]
    if len(words) < _LIKELY or known.count("") > len(words) // 4:
        return None
    if "" in known:
        place = known.index("")
        raise PartMistyped(
            part=place // WORDS + 1, why=Sentence("word {place} is not in the list", place=place % WORDS + 1)
        )
    if len(words) % WORDS:
        why = Sentence("{count} words were expected, {found} came", count=WORDS, found=len(words) % WORDS)
        raise PartMistyped(part=len(words) // WORDS + 1, why=why)
    found = [" ".join(known[place : place + WORDS]) for place in range(0, len(known), WORDS)]
    for place, part in enumerate(found, 1):
        try:
            Share.from_mnemonic(part)
        except MnemonicError as wrong:
            raise PartMistyped(part=place, why="its words do not fit together") from wrong
    return list(dict.fromkeys(found))


def join(parts: Sequence[str]) -> bytes:
    """The key that parts of `read_parts` give. Raises PartsMissing; PartsMixed for those of several keys."""
    shares = {Share.from_mnemonic(part).index: part for part in parts}
    needed = Share.from_mnemonic(parts[0]).member_threshold
    if missing(parts):
        raise PartsMissing(needed=needed, given=len(shares))
    try:
        key: bytes = combine_mnemonics(list(shares.values())[:needed])  # it takes no more than are needed
    except MnemonicError as wrong:
        raise PartsMixed() from wrong
    if len(key) != KEY_SIZE:
        raise PartsMixed()
    return key


def missing(parts: Sequence[str]) -> int:
    """How many more parts are needed. Raises PartsMixed when these are not parts of one key."""
    shares = [Share.from_mnemonic(part) for part in parts]
    if len({share.group_parameters() for share in shares}) > 1 or any(share.group_threshold > 1 for share in shares):
        raise PartsMixed()
    return max(0, int(shares[0].member_threshold) - len({share.index for share in shares}))


def known_word(typed: str) -> str:
    """The word of the list that was typed, or whose beginning was; "" when there is none."""
    word = _BY_START.get(typed[:_START], "")
    return word if word.startswith(typed) else ""
