"""Texts in few bits: per text the shortest of three codings, each of which gives back the very same string.

Coding 0, Latin: five bits a letter; words begin with a capital (style 0) or are all capitals (style 1); a letter of the
other case follows the sign *flip*; digits and signs follow the sign *shift*. Coding 1, Devanagari: seven bits a code
point of U+0900 to U+097F, whose rarest places stand for the space, joiners, signs and ASCII digits. Coding 2: UTF-8.
"""

from collections.abc import Sequence

from fallback.errors import PayloadWrong
from fallback.payload.bits import BitReader, BitWriter

_LATIN, _DEVANAGARI, _UTF8 = 0, 1, 2
_FLIP, _SHIFT = 27, 28
_MOST_LETTERS = 1024  # many times what the QR holds: without an end, one pasted book would stop the desk
_LETTERS = {chr(ord(first) + place): place + 1 for first in "aA" for place in range(26)}
_DIRECT = {" ": 0, ",": 29, ".": 30, "-": 31}
_DIRECT_SIGNS = {code: sign for sign, code in _DIRECT.items()}
_SHIFTED = "0123456789'/()&#:;+_@*!?\"%=[]<>$"  # 32 signs, by code
_SHIFTED_CODES = {sign: code for code, sign in enumerate(_SHIFTED)}

_BLOCK = 0x0900
_PLACES = {
    "\u0900": " ", "\u0904": ".", "\u093a": "-", "\u093b": "\u200d", "\u0955": "\u200c", "\u0956": ",", "\u0957": "(",
    "\u0973": ")", "\u0974": "/", "\u0975": "'",
} | {chr(0x0976 + digit): str(digit) for digit in range(10)}  # fmt: skip
_DEVANAGARI_SIGNS = [_PLACES.get(chr(_BLOCK + code), chr(_BLOCK + code)) for code in range(128)]
_DEVANAGARI_CODES = {sign: code for code, sign in enumerate(_DEVANAGARI_SIGNS)}


def put_text(bits: BitWriter, text: str) -> None:
    """Appends a text: two bits of coding, then what the coding needs.

    Raises ValueError for lone surrogates, and for a text that no reader would take.
    """
    if len(text) > _MOST_LETTERS:
        raise ValueError("too long")
    latin, style = _latin(text, 0), 0
    if latin is not None and _FLIP in latin:
        capitals = _latin(text, 1)
        if capitals is not None and len(capitals) < len(latin):
            latin, style = capitals, 1
    devanagari, raw = _devanagari(text), text.encode()
    sizes = {_UTF8: _count_bits(len(raw)) + 8 * len(raw)}
    if latin is not None:
        sizes[_LATIN] = 1 + _count_bits(len(latin)) + 5 * len(latin)
    if devanagari is not None:
        sizes[_DEVANAGARI] = _count_bits(len(devanagari)) + 7 * len(devanagari)
    coding = min(sizes, key=lambda each: (sizes[each], each))
    bits.put(coding, 2)
    if coding == _LATIN and latin is not None:
        bits.put(style, 1)
        _put_codes(bits, latin, 5)
    elif coding == _DEVANAGARI and devanagari is not None:
        _put_codes(bits, devanagari, 7)
    else:
        bits.put_bytes(raw)


def take_text(bits: BitReader) -> str:
    """The inverse of `put_text`. Raises PayloadWrong."""
    match bits.take(2):
        case 0:
            style = bits.take(1)
            return _from_latin([bits.take(5) for _ in range(_limit(bits.take_count()))], style)
        case 1:
            return "".join(_DEVANAGARI_SIGNS[bits.take(7)] for _ in range(_limit(bits.take_count())))
        case 2:
            try:
                return bits.take_bytes().decode()
            except UnicodeDecodeError as wrong:
                raise PayloadWrong(why="a text in it is not UTF-8") from wrong
        case _:
            raise PayloadWrong(why="a text in it has a coding that is not known")


def _limit(count: int) -> int:
    if count > _MOST_LETTERS:
        raise PayloadWrong(why="a length in it is too large")
    return count


def _count_bits(count: int) -> int:
    return 5 * max(1, -(-count.bit_length() // 4))


def _put_codes(bits: BitWriter, codes: Sequence[int], width: int) -> None:
    bits.put_count(len(codes))
    value = 0
    for code in codes:
        value = value << width | code
    bits.put(value, width * len(codes))


def _latin(text: str, style: int) -> list[int] | None:
    codes: list[int] = []
    start = True
    for sign in text:
        if letter := _LETTERS.get(sign):
            if (sign <= "Z") != (start or style == 1):
                codes.append(_FLIP)
            codes.append(letter)
            start = False
            continue
        start = True
        if sign in _DIRECT:
            codes.append(_DIRECT[sign])
        elif sign in _SHIFTED_CODES:
            codes += (_SHIFT, _SHIFTED_CODES[sign])
        else:
            return None
    return codes


def _from_latin(codes: Sequence[int], style: int) -> str:
    text: list[str] = []
    start, flip = True, False
    waiting = iter(codes)
    for code in waiting:
        if 1 <= code <= 26:
            letter = chr(ord("a") + code - 1)
            text.append(letter.upper() if (start or style == 1) != flip else letter)
            start = flip = False
        elif flip:
            raise PayloadWrong(why="a sign in it stands where a letter must be")
        elif code == _FLIP:
            flip = True
        else:
            start = True
            shifted = next(waiting, None) if code == _SHIFT else None
            if code == _SHIFT and shifted is None:
                raise PayloadWrong(why="a text in it ends too early")
            text.append(_DIRECT_SIGNS[code] if shifted is None else _SHIFTED[shifted])
    if flip:
        raise PayloadWrong(why="a text in it ends too early")
    return "".join(text)


def _devanagari(text: str) -> list[int] | None:
    try:
        return [_DEVANAGARI_CODES[sign] for sign in text]
    except KeyError:
        return None
