"""The modules of a QR at level M: what `qrcode` makes, in a quarter of its time, from tables that it gives us once.

A text of digits is numeric, as all payloads are; one of capital letters alphanumeric, as keys that a scanner types; any
other text of ASCII goes byte by byte.
The library draws each version empty and full, which tells where the bits stand; and it gives the check bytes of single
bytes, from which those of any text follow, as they are a remainder. `tests/test_printing_codes.py` holds both equal.
"""

from dataclasses import dataclass
from functools import cache
from itertools import zip_longest

from qrcode.base import RSBlock, rs_blocks
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import BitBuffer, create_bytes

_MASK = 3  # choosing the best mask takes 80 to 90 % of the time and no reader needs it
_NUMERIC = "0001"  # the mode indicator of ISO/IEC 18004: three digits in ten bits
_WIDTHS = {1: "04b", 2: "07b", 3: "010b"}  # of one, two, three digits
_TEXT = "0010"  # two signs in eleven bits, the last of an odd number in six
SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # what such a text may hold
_BYTES = "0100"  # eight bits a sign
_FILL = "1110110000010001"  # what follows a text that is shorter than its code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """A version: its modules with every bit 0, where its bits stand, and its blocks as (data bytes, check bytes)."""

    empty: bytes
    places: tuple[int, ...]
    blocks: tuple[tuple[int, int], ...]


def matrix(text: str, version: int) -> bytearray:
    """A byte for each module, 1 for dark, row by row from the top. Raises ValueError when the version is too small."""
    plan = _plan(version)
    cells = bytearray(plan.empty)
    for place, bit in zip(plan.places, _bits(text, version, plan.blocks), strict=True):
        if bit == "1":
            cells[place] ^= 1
    return cells


@cache
def _plan(version: int) -> _Plan:
    blocks = rs_blocks(version, ERROR_CORRECT_M)
    total = sum(block.total_count for block in blocks)
    code = QRCode(version=version, error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    drawn = []
    for byte in (0x00, 0xFF):
        code.data_cache = [byte] * total
        code.makeImpl(False, _MASK)
        drawn.append(bytes(bool(dark) for row in code.modules for dark in row))
    empty, full = drawn
    size, places = len(code.modules), []
    # Two columns at a time from the right, upwards and downwards by turns, stepping over the timing column.
    for turn, right in enumerate(range(size - 1, 0, -2)):
        pair = (right, right - 1) if right > 6 else (right - 1, right - 2)
        for row in range(size) if turn % 2 else reversed(range(size)):
            places += [row * size + column for column in pair]
    return _Plan(
        empty=empty,
        places=tuple(place for place in places if empty[place] != full[place]),
        blocks=tuple((block.data_count, block.total_count - block.data_count) for block in blocks),
    )


def _bits(text: str, version: int, blocks: tuple[tuple[int, int], ...]) -> str:
    """The text as it stands in the code: filled up, cut into blocks with check bytes, the blocks mixed byte by byte."""
    room = 8 * sum(data for data, _ in blocks)
    make = _digit_bits if text.isdigit() else _sign_bits if set(text) <= set(SIGNS) else _byte_bits
    bits = make(text, version)
    if len(bits) > room:
        raise ValueError(f"{len(text)} signs do not fit in version {version}")
    bits += "0" * min(4, room - len(bits))
    bits += "0" * (-len(bits) % 8)
    rest = int((bits + _FILL * (room // 16 + 1))[:room], 2).to_bytes(room // 8)
    held, checks = [], []
    for data, count in blocks:
        held.append(rest[:data])
        checks.append(_check(rest[:data], count))
        rest = rest[data:]
    mixed = [byte for column in zip_longest(*held) for byte in column if byte is not None]
    mixed += [byte for column in zip(*checks, strict=True) for byte in column]
    return "".join(format(byte, "08b") for byte in mixed)


def _digit_bits(digits: str, version: int) -> str:
    parts = (digits[place : place + 3] for place in range(0, len(digits), 3))
    bits = _NUMERIC + format(len(digits), "010b" if version < 10 else "012b")
    return bits + "".join(format(int(part), _WIDTHS[len(part)]) for part in parts)


def _sign_bits(text: str, version: int) -> str:
    values = [SIGNS.index(sign) for sign in text]
    bits = _TEXT + format(len(text), "09b" if version < 10 else "011b")
    bits += "".join(format(45 * one + two, "011b") for one, two in zip(values[::2], values[1::2], strict=False))
    return bits + (format(values[-1], "06b") if len(values) % 2 else "")


def _byte_bits(text: str, version: int) -> str:
    return (
        _BYTES
        + format(len(text), "08b" if version < 10 else "016b")
        + "".join(format(each, "08b") for each in text.encode("ascii"))
    )


def _check(block: bytes, count: int) -> bytes:
    """The check bytes of a block: a remainder, carried on byte by byte."""
    table, top = _checks_of_bytes(count), 8 * (count - 1)
    rest, kept = 0, (1 << top) - 1
    for byte in block:
        rest = (rest & kept) << 8 ^ table[rest >> top ^ byte]
    return rest.to_bytes(count)


@cache
def _checks_of_bytes(count: int) -> tuple[int, ...]:
    buffer = BitBuffer()
    found = [0]  # of a zero byte, which stops the library's own division
    for byte in range(1, 256):
        buffer.buffer = [byte]
        found.append(int.from_bytes(create_bytes(buffer, [RSBlock(count + 1, 1)])[1:]))
    return tuple(found)
