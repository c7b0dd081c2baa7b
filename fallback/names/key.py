"""The key that finds a name however it was spelt: Hindi to Latin letters, then the sounds that spellings agree on."""

import re
import unicodedata
from functools import lru_cache

from fallback.names.text import ZWJ, ZWNJ, is_devanagari, normalise


def _table(hindi: str, latin: str) -> dict[str, str]:
    return dict(zip(hindi.split(), latin.split(), strict=True))


_CONSONANTS = _table(
    "क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल व श ष स ह ळ",
    "k kh g gh n ch chh j jh n t th d dh n t th d dh n p ph b bh m y r l v sh sh s h l",
)
_VOWELS = _table("अ आ इ ई उ ऊ ऋ ए ऐ ओ औ ऑ ऍ ऎ ऒ", "a a i i u u ri e ai o au o e e o")
_SIGNS = _table("ा ि ी ु ू ृ े ै ो ौ ॉ ॅ ॆ ॊ", "a i i u u ri e ai o au o e e o")
_DOTTED = {"क": "q", "ख": "kh", "ग": "g", "ज": "z", "ड": "r", "ढ": "rh", "फ": "f"}
_CLUSTERS = {"क्ष": "ksh", "ज्ञ": "gy"}
_NUKTA, _HALANT, _SCHWA = "़", "्", "\u0001"
_OPEN = "aeiou" + _SCHWA
_NASALS, _BREATH = "ंँ", "ः"

# Spellings that the sound rules do not bring together; all words of a line are the line's first.
_ALIAS_LINES = """
mohammad md mohd mo muhd mhd
kumar kr
kumari kum km
krishna kishan kisan kishen kishna krishnan
yashoda jasoda jashoda
yashpal jashpal jaspal
yashwant jashwant jaswant
yogendra jogendra joginder jogender
yadav jadav jadab
yamuna jamuna
yogesh jogesh
lakshman lachman lakhan lachhman lachhiman lakhman
lakshmi lachmi lachhmi lakhmi
ramchandra ramchand
chandra chand
satyendra satendra satinder satender
chaudhary chowdhury chowdary chowdhry chowdhary
thakur tagore
mukherjee mukhopadhyay mukhopadhyaya
banerjee bandyopadhyay bandopadhyay
chatterjee chattopadhyay chattopadhyaya
ganguly gangopadhyay
bhattacharya bhattacharjee bhattacharji
abdul abd
ayesha aisha aysha
ismail samail
usman uthman
mariam maryam mariyam
yusuf isuf
ibrahim abrahim
singh sinh
sheikh sk
vaishya baish vaish
munni muniya
jyoti joti
parvati parwatiya
venkatesh venkateswaran venkateshwar
subrahmanyam subramaniam subramanian subramanyan subrmanyan
narayan narayanan narain naraynan
rao rav raw
nair nayar nayyar
iyer ayyar aiyar
gowda gauda gaura gouda
jayshree jaishree jayashri jayshri jaishri
gudiya guriya
george jorj
anthony enthani antony
rosy rozi rosie
xalxo khalkho xaxa
"""
_ALIASES = {other: first for first, *others in map(str.split, _ALIAS_LINES.split("\n")[1:-1]) for other in others}
_TITLE_WORDS = (
    "mr mrs ms miss dr prof sh shri sri shree smt shrimati sushri late lt adv er haji mohtarma janab capt col maj"
)
_HINDI_TITLES = "श्री श्रीमती सुश्री डॉ डा स्व"
_TITLES = frozenset([*_TITLE_WORDS.split(), *_HINDI_TITLES.split()])

_SOUNDS = (
    *((re.compile(pattern), to) for pattern, to in (("ksh|ks|x", "X"), ("gy|gny|jn|dny", "g"), ("chh|ch|tch", "C"))),
    (re.compile("c(?=[eiy])"), "s"),
    (re.compile("ck|c"), "k"),
    (re.compile("iy(?=[aeou])"), "i"),
    (re.compile("sh"), "s"),
    (re.compile("ph"), "f"),
    (re.compile("(?<=[kgjtdbcCl])h"), ""),
    (re.compile("q"), "k"),
    (re.compile("z"), "j"),
    (re.compile("[wv]"), "b"),
    (re.compile("h"), ""),
    (re.compile("n(?=[^aeiouy])|m(?=[pb])"), ""),
    (re.compile("y(?![aeiou])"), "i"),
)
_VOWEL_RUN = re.compile("[aeiou]+")
_DOUBLES = re.compile(r"(.)\1+")


def to_latin(text: str) -> str:
    """Devanagari as a Delhi clerk would type it in Latin letters: सुनीता देवी is `Sunita Devi`.

    Words in other letters stay as they are.
    """
    words = normalise(text).split(" ")
    return " ".join(_word_to_latin(word).capitalize() if _has_hindi(word) else word for word in words)


def word_key(word: str) -> str:
    """The key of one word, in either script; empty for a word without letters."""
    return _word_key(normalise(word))


def spoken_words(name: str) -> list[str]:
    """A name's words in their order, in either script, without titles (Shri, Smt, Dr)."""
    words = [word for word in re.split(r"[^\w\u0900-\u097f\u200c\u200d']+", normalise(name)) if word]
    return [word for word in words if word not in _TITLES and _latin(word) not in _TITLES] or words


def name_key(name: str) -> str:
    """The keys of a name's words: what two spellings agree on."""
    return " ".join(key for key in map(_word_key, spoken_words(name)) if key)


def _latin(word: str) -> str:
    """A word in plain lower-case Latin letters: Hindi spelt out, accents and apostrophes gone."""
    decomposed = unicodedata.normalize("NFD", _word_to_latin(word).casefold())
    return "".join(letter for letter in decomposed if "a" <= letter <= "z")


@lru_cache(maxsize=20_000)
def _word_key(word: str) -> str:
    plain = _latin(word)
    sound = _ALIASES.get(plain, plain)
    sound = _ALIASES.get(_DOUBLES.sub(r"\1", sound), sound)
    for pattern, to in _SOUNDS:
        sound = pattern.sub(to, sound)
    sound = _DOUBLES.sub(r"\1", sound)
    if not sound:
        return "" if not plain else plain[0]
    first = _VOWEL_RUN.match(sound)
    head = ""
    if first:
        run = first[0]
        head = "i" if run[0] in "ei" else "u" if run[0] in "ou" else "a"
        sound = sound[first.end() :]
    return (head + _VOWEL_RUN.sub("", sound)).lower()


def _has_hindi(word: str) -> bool:
    return any(is_devanagari(sign) for sign in word)


def _word_to_latin(word: str) -> str:
    if not _has_hindi(word):
        return word
    sounds: list[str] = []
    signs = unicodedata.normalize("NFD", word).replace(ZWJ, "").replace(ZWNJ, "")
    at = 0
    while at < len(signs):
        sign, cluster = signs[at], signs[at : at + 3]
        if cluster in _CLUSTERS:
            sounds += [_CLUSTERS[cluster], _SCHWA]
            at += 3
            continue
        if sign in _CONSONANTS:
            dotted = signs[at + 1 : at + 2] == _NUKTA and sign in _DOTTED
            sounds += [_DOTTED[sign] if dotted else _CONSONANTS[sign], _SCHWA]
        elif sign in _SIGNS and sounds and sounds[-1] == _SCHWA:
            sounds[-1] = _SIGNS[sign]
        elif sign == _HALANT and sounds and sounds[-1] == _SCHWA:
            sounds.pop()
        elif sign in _VOWELS:
            sounds.append(_VOWELS[sign])
        elif sign in _NASALS:
            labial = signs[at + 1 : at + 2] in tuple("पफबभम")
            sounds.append("m" if labial else "n")
        elif sign == _BREATH:
            sounds.append("h")
        elif sign.isdigit():
            sounds.append(str(unicodedata.digit(sign)))
        elif not is_devanagari(sign) and sign != "॰":
            sounds.append(sign)
        at += 1
    if len(sounds) > 2 and sounds[-1] == _SCHWA and not _keeps_last(sounds):
        sounds.pop()  # राम is ram
    return "".join(_without_silent(sounds)).replace(_SCHWA, "a")


def _keeps_last(sounds: list[str]) -> bool:
    """Whether the last schwa is heard, after a cluster that could not be said without: राजेंद्र is rajendra."""
    return sounds[-3][0] not in _OPEN and (sounds[-2] == "y" or (sounds[-2] in ("r", "n", "v") and sounds[-3] != "r"))


def _without_silent(sounds: list[str]) -> list[str]:
    """Drops a schwa between vowel + consonant and consonant + vowel, from the right: ममता is mamta, कमल stays kamal."""
    kept = list(sounds)
    for at in range(len(kept) - 3, 1, -1):
        before, after = kept[at - 2 : at], kept[at + 1 : at + 3]
        open_before = before[0][0] in _OPEN and before[1][0] not in _OPEN
        open_after = after[0][0] not in _OPEN and (after[1][0] in _OPEN or after[1] == "r")
        if kept[at] == _SCHWA and open_before and open_after:
            del kept[at]
    return kept
