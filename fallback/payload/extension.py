"""The block that came after the first list of fields: beds, casualty and newborns, in the slip's `extension`.

The block begins with the byte 1. A reader that does not know it keeps it as it is; so does this one with what a later
version wrote behind it, or in a block that begins otherwise.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fallback.errors import FieldWrong
from fallback.payload.bits import BitReader, BitWriter
from fallback.payload.codings import put_day, take_day
from fallback.payload.text import put_text, take_text
from fallback.slip import Patient, Slip, Visit

FORM = 1  # the block's first byte
MORE_CUTTABLE = ("identification_marks", "found_at", "brought_by", "police_station")  # bits of its mask, in this order
_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the block; its place in PARTS is its presence bit, for ever."""

    name: str
    put: Callable[[BitWriter, Any], None]
    take: Callable[[BitReader], Any]
    absent: Any = ""


def _put_isoday(bits: BitWriter, text: str) -> None:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(f"{text} is not an ISO date")
    put_day(bits, day)


def _put_minute(bits: BitWriter, text: str) -> None:
    hours, minutes = int(text[:2]), int(text[3:])
    if text != f"{hours:02d}:{minutes:02d}" or not (0 <= hours < 24 and 0 <= minutes < 60):
        raise ValueError(f"{text} is not a time")
    bits.put(60 * hours + minutes, 11)


def _take_minute(bits: BitReader) -> str:
    minute = bits.take(11)
    if minute >= _MINUTES:
        raise ValueError("a day has 1440 minutes")
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _flag(name: str) -> _Part:
    """A yes, which its presence bit says already."""

    def put(_bits: BitWriter, _value: bool) -> None:
        return

    def take(_bits: BitReader) -> bool:
        return True

    return _Part(name, put, take, False)


PARTS: tuple[_Part, ...] = (
    _Part("ward", lambda bits, ward: bits.put(ward, 8), lambda bits: bits.take(8), 0),
    _Part("bed", put_text, take_text),
    _Part("unit", put_text, take_text),
    _Part("ipd_number", put_text, take_text),
    _Part("brought_by", put_text, take_text),
    _Part("found_at", put_text, take_text),
    _Part("police_station", put_text, take_text),
    _flag("brought_dead"),
    _flag("in_bed"),
    _Part("admitted_on", _put_isoday, lambda bits: take_day(bits).isoformat()),
    _Part("birth_time", _put_minute, _take_minute),
    _Part("birth_order", lambda bits, order: bits.put(order, 4), lambda bits: bits.take(4), 0),
    _Part("identification_marks", put_text, take_text),
    _Part("day", _put_isoday, lambda bits: take_day(bits).isoformat()),
)
PATIENT_PARTS = frozenset({"birth_time", "birth_order", "identification_marks"})
VISIT_PARTS = frozenset(part.name for part in PARTS) - PATIENT_PARTS


def value_of(slip: Slip, name: str) -> Any:
    """A part of the block, as the slip has it."""
    return getattr(_owner(slip, name), name)


def pack_block(slip: Slip, cut: Mapping[str, str]) -> bytes:
    """What stands in the extension: the parts that are told, with the texts in `cut`, then what later versions wrote.

    Raises FieldWrong for a value that has no place.
    """
    told = [(part, cut.get(part.name, value_of(slip, part.name))) for part in PARTS]
    if slip.extension[:1] != bytes([FORM]) and all(value == part.absent for part, value in told):
        return slip.extension
    bits = BitWriter()
    bits.put(FORM, 8)
    masked = [name in cut for name in MORE_CUTTABLE]
    bits.put(int(any(masked)), 1)
    for part, value in told:
        bits.put(int(value != part.absent), 1)
    if any(masked):
        for each in masked:
            bits.put(int(each), 1)
    for part, value in told:
        if value != part.absent:
            _put(part, bits, value)
    return bits.to_bytes() + slip.extension


def unpack_block(block: bytes) -> tuple[dict[str, Any], tuple[str, ...], bytes]:
    """The parts of an extension, the names of its cut texts, and the bytes that are for a later version.

    Raises PayloadWrong at its end, ValueError for a value that cannot be.
    """
    absent = {part.name: part.absent for part in PARTS}
    if block[:1] != bytes([FORM]):
        return absent, (), block
    bits = BitReader(block[1:])
    is_cut = bits.take(1)
    present = [bool(bits.take(1)) for _ in PARTS]
    cut = tuple(name for name in MORE_CUTTABLE if bits.take(1)) if is_cut else ()
    found = {part.name: part.take(bits) for part, there in zip(PARTS, present, strict=True) if there}
    return absent | found, cut, bits.whole_bytes()


def _put(part: _Part, bits: BitWriter, value: Any) -> None:
    try:
        part.put(bits, value)
    except (ValueError, OverflowError) as wrong:
        why = "This value does not fit into the slip's code. Correct it."
        raise FieldWrong(field=part.name, why=why) from wrong


def _owner(slip: Slip, name: str) -> Patient | Visit:
    return slip.patient if name in PATIENT_PARTS else slip.visit
