"""A name typed in Latin letters, as it is written in Hindi: out of a table of names, else letter by letter.

What no table holds is spelt by what the table teaches: every Latin letter of its names is laid beside the Hindi that
stands for it, and a new name takes for each letter what most names have between the same neighbours.
"""

import math
import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from fallback.names.text import normalise

_FILE = Path(__file__).with_name("hindi.txt")
_HALANT = "्"
# Every piece of a Latin name that is one sound, and what may stand for it in Hindi; consonants also joined to the next.
_CONSONANTS = (
    "kh:ख gh:घ,ग chh:छ,च्छ ch:च,छ jh:झ th:थ,ठ,त dh:ध,ढ,ढ़,द ph:फ bh:भ sh:श,ष,स ksh:क्ष,क्श zh:झ ck:क ng:ंग,न "
    "k:क,ख,क़,क्ख g:ग,ग़,ज्ञ,ज c:क,स,च j:ज,ज़ t:त,ट,ठ,त्त d:द,ड,ड़,द्द n:न,ण,ं,ँ,न्न,ञ p:प,प्प b:ब,व,ब्ब m:म,ं,म्म "
    "r:र,ड़,र्र,ृ,ऋ l:ल,ळ,ल्ल v:व w:व,व्ह s:स,श,ष,स्स,ज़ h:ह,,ः f:फ,फ़ q:क,क़ z:ज,ज़ x:क्स,क्ष,क्ष्म kk:क्क,क gg:ग्ग,ग "
    "cch:च्च,च्छ jj:ज्ज tt:ट्ट,त्त,ट,त dd:ड्ड,द्द,ड nn:न्न,न pp:प्प,प bb:ब्ब,ब mm:म्म,म rr:र्र,र ll:ल्ल,ल ss:स्स,स "
    "ff:फ्फ,फ,फ़ zz:ज्ज kkh:क्ख ddh:द्ध,ड्ढ tth:त्थ,ट्ठ"
)
_VOWELS = (
    "a:,ा,अ,आ,े,ै,ॉ aa:ा,आ e:े,ए,ै,ऐ,ी,ि,ई,ये, ee:ी,ई,ि i:ि,ी,इ,ई,े,,िय,य o:ो,ओ,ॉ,ऑ,ु,औ,ौ, oo:ू,ऊ,ु,ो u:ु,ू,उ,ऊ,ा,अ,ो,व, "
    "ai:ै,ऐ,ाई,ाइ,ए,े,य,अय,आय,ाय au:ौ,औ,ाऊ,ो ou:ौ,औ,ो,ू ei:े,ै ey:े,ई ie:ी y:य,ी,ि,ई,इय,िय,य्य,,ै yy:य्य,य iy:िय,अय,अय्य,ीय"
)


def _spelt(text: str) -> dict[str, tuple[str, ...]]:
    return {latin: tuple(hindi.split(",")) for latin, _, hindi in (pair.partition(":") for pair in text.split())}


_SOUNDS: Mapping[str, tuple[str, ...]] = {
    latin: tuple(dict.fromkeys([*hindi, *(f"{each}{_HALANT}" for each in hindi if each and each not in "ंँःई")]))
    for latin, hindi in _spelt(_CONSONANTS).items()
} | _spelt(_VOWELS)
_LONGEST = max(map(len, _SOUNDS))
_NEAR = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        ("ee|ii|ie$|y$", "i"), ("oo|uu|ou", "u"), ("aa", "a"), ("w", "v"), ("ph", "f"), ("q", "k"), ("z", "j"),
        ("ck", "k"), ("x", "ks"), ("th", "t"), ("sh", "s"), (r"(.)\1", r"\1"),
    )
)  # fmt: skip
_KNOWN_WORD = re.compile(r"[A-Za-z]+")
_Letters = tuple[str, ...]
# A number for each piece of a name in either script: a letter between its neighbours is one number made of theirs.
_HINDI = tuple(dict.fromkeys(["^", *(sign for signs in _SOUNDS.values() for sign in signs)]))
_OF_HINDI: Mapping[str, int] = {piece: number for number, piece in enumerate(_HINDI)}
_OF_LATIN: Mapping[str, int] = {piece: number for number, piece in enumerate(["^", "$", *_SOUNDS])}
_BITS = 8
_KEPT, _DOUBT = 12, 1.0
_LETTER_NAMES = "ए बी सी डी ई एफ जी एच आई जे के एल एम एन ओ पी क्यू आर एस टी यू वी डब्ल्यू एक्स वाई जेड"
_INITIALS = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
_SHORTEST = 3  # letters of a name within a name


def to_hindi(name: str) -> str:
    """A name in Devanagari as it is likely written: `Sunita Devi` is सुनीता देवी; "" when it holds no Latin word.

    It is a suggestion: of names that the table lacks, about two of three are right.
    """
    words = [word for word in normalise(name).split(" ") if word]
    if not words or len(words) > 8 or not all(_readable(word) for word in words):
        return ""
    return " ".join(_word(word) for word in words)


def known(word: str) -> str:
    """A Latin word's Hindi out of the table alone, also when it is spelt nearly so; "" for one that it lacks."""
    plain = _plain(word)
    return _table().get(plain) or _near().get(_sound(plain), "")


def spell(word: str, taught: "Taught | None" = None) -> str:
    """A Latin word letter by letter, without looking it up."""
    letters = _letters(_plain(word))
    rules = taught or _teaching()
    best: list[tuple[float, str, str]] = [(0.0, "", "^")]  # how likely, what it spells, what its last piece was
    for at, sound in enumerate(letters):
        further: dict[tuple[str, str], float] = {}
        shares = {before: _shares(rules, letters, at, before, sound) for before in {last for _, _, last in best}}
        for weight, spelt, before in best:
            for sign, share in shares[before].items():
                if _fits(spelt, before, sign):
                    key = (spelt + sign, sign)
                    further[key] = max(further.get(key, -1e9), weight + math.log(share))
        ranked = sorted(((weight, spelt, last) for (spelt, last), weight in further.items()), reverse=True)
        best = ranked[:_KEPT] or best  # a letter that fits nowhere is left out
    return best[0][1].removesuffix(_HALANT) if best else ""


def _shares(rules: "Taught", letters: _Letters, at: int, before: str, sound: str) -> dict[str, float]:
    """How likely each Hindi piece is here: the narrowest views count most, wider ones fill in (Witten and Bell)."""
    shares = {sign: 1 / len(_SOUNDS[sound]) for sign in _SOUNDS[sound]}
    for key in _contexts(letters, at, before):
        if found := rules.of(key):
            total, kinds = sum(found.values()), len(found)
            trust = total / (total + _DOUBT * kinds)
            shares = {sign: trust * found.get(sign, 0) / total + (1 - trust) * share for sign, share in shares.items()}
    return shares


def _fits(spelt: str, before: str, sign: str) -> bool:
    """Whether a piece can stand behind what is spelt: a vowel sign needs a consonant, a vowel none that is joined."""
    bare = bool(spelt) and ("क" <= spelt[-1] <= "ह" or spelt[-1] == "़")
    if not sign:
        return bool(spelt) and not spelt.endswith(_HALANT)
    if "ा" <= sign[0] <= "ौ":
        return bare and before != ""
    if "अ" <= sign[0] <= "औ":
        return not spelt.endswith(_HALANT) and not (bare and before)
    return sign[0] not in "ंँः" or (bool(spelt) and not spelt.endswith(_HALANT))


def pairs() -> tuple[tuple[str, str], ...]:
    """The table: each Latin spelling, in small letters, and its Hindi."""
    return tuple(_table().items())


@dataclass(frozen=True, slots=True)
class Taught:
    """What a table teaches, in two rows of numbers: what stands for a letter there, sorted, and how often it does."""

    rows: "array[int]"
    counts: "array[int]"

    def of(self, context: int) -> dict[str, int]:
        """How often each Hindi piece stands for a letter between these neighbours."""
        found: dict[str, int] = {}
        at, end = bisect_left(self.rows, context << _BITS), context + 1 << _BITS
        while at < len(self.rows) and self.rows[at] < end:
            found[_HINDI[self.rows[at] & (1 << _BITS) - 1]] = self.counts[at]
            at += 1
        return found


def teach(names: Iterable[tuple[str, str]]) -> Taught:
    """What pairs of a Latin word and its Hindi teach: for each letter between its neighbours, what stands for it."""
    counts: Counter[int] = Counter()
    for latin, hindi in names:
        letters = _letters(latin)
        before = "^"
        for at, sign in enumerate(_laid(letters, hindi) or ()):
            counts.update(key << _BITS | _OF_HINDI[sign] for key in _contexts(letters, at, before))
            before = sign
    rows = array("Q", sorted(counts))
    return Taught(rows, array("I", (counts[row] for row in rows)))


@lru_cache(maxsize=10_000)
def _word(word: str) -> str:
    if letter := _INITIALS.get(word.casefold().removesuffix(".")):
        return f"{letter}." if word.endswith(".") else letter
    return "-".join(known(part) or _joined(part) or spell(part) for part in word.split("-") if _plain(part))


def _joined(word: str) -> str:
    """A name that is two names of the table without a space between them, as Ramdulari; "" for another."""
    plain = _plain(word)
    for at in range(len(plain) - _SHORTEST, _SHORTEST - 1, -1):
        first, second = _table().get(plain[:at]), _table().get(plain[at:])
        if first and second:
            return first + second
    return ""


def _readable(word: str) -> bool:
    return bool(_plain(word)) and len(word) <= 30 and word.isascii() and not any(sign.isdigit() for sign in word)


def _plain(word: str) -> str:
    return "".join(_KNOWN_WORD.findall(word)).casefold()


@cache
def _table() -> Mapping[str, str]:
    lines = (line.split() for line in _FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    return {latin: hindi for hindi, *spellings in lines for latin in spellings}


@cache
def _near() -> Mapping[str, str]:
    """By how a word sounds, where all spellings that sound so are one name."""
    found: dict[str, set[str]] = defaultdict(set)
    for latin, hindi in _table().items():
        found[_sound(latin)].add(hindi)
    return {sound: hindi.pop() for sound, hindi in found.items() if len(hindi) == 1}


def _sound(plain: str) -> str:
    for pattern, to in _NEAR:
        plain = pattern.sub(to, plain)
    return plain


@cache
def _teaching() -> Taught:
    return teach(_table().items())


@lru_cache(maxsize=10_000)
def _letters(word: str) -> _Letters:
    """A word cut into what is one sound each, the longest first."""
    found: list[str] = []
    at = 0
    while at < len(word):
        size = next(size for size in range(min(_LONGEST, len(word) - at), 0, -1) if word[at : at + size] in _SOUNDS)
        found.append(word[at : at + size])
        at += size
    return tuple(found)


def _contexts(letters: _Letters, at: int, before: str) -> Iterable[int]:
    """A letter between its neighbours, the narrowest view first."""
    row = ("^", "^", *letters, "$", "$")
    two, one, here, after, last = (_OF_LATIN[piece] for piece in row[at : at + 5])
    joined, said = int(before[-1:] == _HALANT), _OF_HINDI[before]
    yield _key(0, here)
    yield _key(1, joined, here, after)
    yield _key(2, said, here, after)
    yield _key(3, said, one, here, after, last)
    yield _key(4, said, two, one, here, after, last)


def _key(view: int, *pieces: int) -> int:
    for piece in pieces:
        view = view << _BITS | piece
    return view


def _laid(letters: _Letters, hindi: str) -> tuple[str, ...] | None:
    """Hindi cut so that each piece can stand for its Latin letters; None where it cannot be."""

    @cache
    def rest(at: int, place: int) -> tuple[str, ...] | None:
        if at == len(letters):
            return () if place == len(hindi) else None
        for sign in sorted(_SOUNDS[letters[at]], key=len, reverse=True):
            if hindi.startswith(sign, place) and (tail := rest(at + 1, place + len(sign))) is not None:
                return (sign, *tail)
        return None

    return rest(0, 0)
