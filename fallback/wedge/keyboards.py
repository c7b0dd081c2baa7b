"""What a scanner typed through the wrong keyboard: the same keys as they stand on the English one, which it means."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

CAPS = "CapsLock"
BY_HAND = ""  # letters that look like digits: nobody's keyboard is wrong

# Each key of the English (US) keyboard, plain and shifted, and what the same key gives elsewhere.
_US = "`1234567890-=qwertyuiop[]\\asdfghjkl;'zxcvbnm,./" + '~!@#$%^&*()_+QWERTYUIOP{}|ASDFGHJKL:"ZXCVBNM<>?'
_ELSEWHERE: Mapping[str, str] = {
    # Windows' INSCRIPT gives several letters for the shifted 3 to 8: they stand here as one that no scanner means
    "Hindi (InScript)": "ॊ१२३४५६७८९०-ृौैाीूबहगदजड़ॉोे्िुपरकतचटॆंमनवलस,.य" + "ऒऍॅ#$%^&*()ःऋऔऐआईऊभङघधझढञऑओएअइउफऱखथछठऎँणऩऴळशष।\u095f",
    "French (AZERTY)": "²&é\"'(-è_çà)=azertyuiop^$*qsdfghjklmùwxcvbn,;:!"
    + "~1234567890°+AZERTYUIOP¨£µQSDFGHJKLM%WXCVBN?./§",
    "German (QWERTZ)": "^1234567890ß´qwertzuiopü+#asdfghjklöäyxcvbnm,.-"
    + "°!\"§$%&/()=?`QWERTZUIOPÜ*'ASDFGHJKLÖÄYXCVBNM;:_",
}
_TABLES = {name: str.maketrans(dict(zip(keys, _US, strict=True))) for name, keys in _ELSEWHERE.items()}
_DIGITS = str.maketrans("OoQDIlLiZzSsBbGg", "0000111122558866")
_LONGEST_BY_HAND = 20


@dataclass(frozen=True, slots=True)
class Undone:
    """A text as it was meant, and the keyboard that it went through."""

    text: str
    keyboard: str


def undone(text: str) -> Iterator[Undone]:
    """What a text may have been meant as: the likeliest first, each different from the text. Pure guesses."""
    if len(text) <= _LONGEST_BY_HAND and any(sign.isdigit() for sign in text):
        yield Undone(text.translate(_DIGITS), BY_HAND)
    if text.swapcase() != text:
        yield Undone(text.swapcase(), CAPS)
    for name, table in _TABLES.items():
        # a browser may give the one letter as two
        found = text.replace("\u092f\u093c", "\u095f").translate(table)
        if found != text:
            yield Undone(found, name)


def seems_garbled(text: str) -> bool:
    """Whether a text is so full of signs that neither a name nor a number has that only a scanner can have typed it."""
    odd = sum(1 for sign in text if not sign.isalnum() and sign not in " .,'-/" and not "\u0900" <= sign <= "\u097f")
    return len(text) >= 12 and odd * 6 >= len(text)
