"""The signed bytes as one row of digits, for a QR in numeric mode and a scanner that types only digits."""

from fallback.errors import PayloadWrong
from fallback.slip import digits_of

MOST_BYTES = 212  # QR version 10, level M, numeric mode
_SENTINEL = "1"
_SHORTEST, _LONGEST = 200, 512  # digits: no record is shorter than its signature and its first fields
LONGEST_TEXT = 2 * _LONGEST  # letters, with the spaces and hyphens that a scanner or a hand puts between the digits


def to_digits(payload: bytes) -> str:
    """`1`, then the bytes as one number of base 256, with zeros before it up to the width that their count can need."""
    return _SENTINEL + str(int.from_bytes(payload, "big")).zfill(_width(len(payload)))


def _width(size: int) -> int:
    return len(str(256**size - 1))


def from_digits(text: str) -> bytes:
    """The bytes of a code's digits (in any script, as a keyboard in Hindi types them). Raises PayloadWrong."""
    digits = digits_of(text) if len(text) <= LONGEST_TEXT else None
    if digits is None or not _is_row(digits):
        raise PayloadWrong(why="it is not a slip's row of digits")
    size = (len(digits) - 1) * 332193 // 100000 // 8
    number = int(digits[1:])
    if len(digits) - 1 != _width(size) or number >= 256**size:
        raise PayloadWrong(why="digits are missing or changed")
    return number.to_bytes(size, "big")


def looks_like_payload(text: str) -> bool:
    """Whether a text is a long row of digits that begins as a slip's QR does, whole or not."""
    digits = digits_of(text) if len(text) <= LONGEST_TEXT else None
    return digits is not None and _is_row(digits)


def _is_row(digits: str) -> bool:
    return _SHORTEST <= len(digits) <= _LONGEST and digits[0] == _SENTINEL
