"""Statements as bits: poster, certificate, shift sheet, day sheet, box sheet, in the order of docs/payload.md."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import partial
from itertools import pairwise
from typing import Any

from fallback.errors import FieldWrong, ParchiError, PayloadTooLong, PayloadWrong, Sentence
from fallback.keys import KEY_SIZE, SIGNATURE_SIZE, Certificate, Sign
from fallback.payload.bits import BitReader, BitWriter
from fallback.payload.codings import put_day, put_moment, put_series, take_day, take_moment, take_series
from fallback.payload.text import put_text, take_text
from fallback.payload.transport import MOST_BYTES
from fallback.slip import SERIAL_LIMIT, SlipNumber
from fallback.statement import (
    HEAD_SIZE,
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    SignedByDesk,
    Statement,
)

MARK_BITS = 15  # the first four bits, where a slip has its version
FORMAT = 1
_MOST_MESSAGE = MOST_BYTES - SIGNATURE_SIZE
_LEAST_MESSAGE = 20  # bytes: as short as the shortest slip's, so that a row of digits is told from a typed number
_VOIDS_BITS, _PAGE_BITS = 6, 8


@dataclass(frozen=True, slots=True)
class _Part:
    """One field and how its bits are written and read."""

    name: str
    put: Callable[[BitWriter, Any], None]
    take: Callable[[BitReader], Any]


def _bits(name: str, width: int, least: int = 0, most: int | None = None) -> _Part:
    def put(bits: BitWriter, value: int) -> None:
        _within(value, least, most)
        bits.put(int(value), width)

    return _Part(name, put, lambda bits: bits.take(width))


def _count(name: str, least: int = 0) -> _Part:
    def put(bits: BitWriter, value: int) -> None:
        _within(value, least, None)
        bits.put_count(value)

    return _Part(name, put, BitReader.take_count)


def _within(value: int, least: int, most: int | None) -> None:
    if value < least or (most is not None and value > most):
        raise ValueError(f"{value} has no place")


def _bytes(name: str, size: int) -> _Part:
    def put(bits: BitWriter, data: bytes) -> None:
        if len(data) != size:
            raise ValueError(f"not {size} bytes")
        bits.put(int.from_bytes(data, "big"), 8 * size)

    return _Part(name, put, lambda bits: bits.take(8 * size).to_bytes(size, "big"))


def _put_voids(bits: BitWriter, voids: tuple[SlipNumber, ...]) -> None:
    if any(first >= second for first, second in pairwise(voids)):
        raise ValueError("the voids do not ascend")
    bits.put(len(voids), _VOIDS_BITS)
    series = None
    for number in voids:
        bits.put(int(number.series != series), 1)
        if number.series != series:
            series = number.series
            put_series(bits, series)
        bits.put(number.serial, 20)


def _take_voids(bits: BitReader) -> tuple[SlipNumber, ...]:
    voids: list[SlipNumber] = []
    for _ in range(bits.take(_VOIDS_BITS)):
        if bits.take(1):
            series = take_series(bits)
        elif voids:
            series = voids[-1].series
        else:
            raise PayloadWrong(why="a value in it cannot be")
        voids.append(SlipNumber(series, bits.take(20)))
    return tuple(voids)


_HOSPITAL = _bits("hospital", 32)
_DRILL = _Part("drill", lambda bits, drill: bits.put(int(drill), 1), lambda bits: bool(bits.take(1)))
_NAME = _Part("name", put_text, take_text)
_PUBLIC = _bytes("public", KEY_SIZE)
_CLINIC = _bits("clinic", 8)
_DAY = _Part("day", put_day, take_day)


def _series(name: str) -> _Part:
    return _Part(name, put_series, take_series)


def _moment(name: str) -> _Part:
    return _Part(name, put_moment, take_moment)


# The place of a type in this list is its code on paper, for ever: add at the end, never reorder.
_TYPES: tuple[tuple[type[Statement], tuple[_Part, ...]], ...] = (
    (RootStatement, (_PUBLIC, _NAME)),
    (CertificateStatement, (_HOSPITAL, _DRILL, _series("series"), _PUBLIC, _NAME)),
    (
        ShiftStatement,
        (
            _HOSPITAL,
            _DRILL,
            _series("series"),
            _count("ordinal", 1),
            _bits("page", _PAGE_BITS, 1),
            _bits("pages", _PAGE_BITS, 1),
            _moment("opened"),
            _moment("closed"),
            _count("issued"),
            _bits("first", 20, 0, SERIAL_LIMIT),
            _bits("last", 20, 0, SERIAL_LIMIT),
            _count("corrections"),
            _count("reprints"),
            _count("receipts"),
            _count("receipts_rupees"),
            _count("refunded_rupees"),
            _count("exempt"),
            _count("later"),
            _count("opening_float"),
            _count("counted_cash"),
            _count("head_sequence"),
            _bytes("head", HEAD_SIZE),
            _Part("voids", _put_voids, _take_voids),
        ),
    ),
    (DayStatement, (_HOSPITAL, _DRILL, _series("signer"), _CLINIC, _DAY, _series("token_series"), _count("first", 1))),
    (BoxStatement, (_HOSPITAL, _DRILL, _series("signer"), _CLINIC, _DAY, _count("box", 1), _count("count"))),
)


def encode_statement(statement: SignedByDesk, sign: Sign) -> bytes:
    """The signed bytes of a shift sheet, day sheet or box sheet; `sign` is its desk's. A long shift: see `pages_of`.

    Raises FieldWrong for a value the format has no room for, PayloadTooLong for more voids than one page holds.
    """
    message = _fitting(statement)
    return message + sign(message)


def encode_root(statement: RootStatement, sign: Sign) -> bytes:
    """The signed bytes of the poster; `sign` is the root's own. Raises PayloadTooLong when the name is too long."""
    message = _fitting(statement)
    return message + sign(message)


def encode_certificate(certificate: Certificate, hospital: int) -> bytes:
    """The bytes of a desk's certificate with the root's signature that is in it; `hospital` is that root's id.

    The signature is over `Certificate.message()`, not over these bytes. Raises PayloadTooLong when the desk's name is
    too long, FieldWrong for a certificate that is not signed.
    """
    message = _fitting(CertificateStatement(hospital=hospital, certificate=certificate))
    if len(certificate.signature) != SIGNATURE_SIZE:
        raise _no_room("signature")
    return message + certificate.signature


def is_statement(payload: bytes) -> bool:
    """Whether bytes claim to be a statement, of this or of a later format, and not a slip."""
    return bool(payload) and payload[0] >> 4 == MARK_BITS


def decode_statement(payload: bytes) -> Statement:
    """The statement of signed bytes; whose signature it is, is for `judge` to say. Raises PayloadWrong for all else."""
    if not SIGNATURE_SIZE < len(payload) <= MOST_BYTES:
        raise PayloadWrong(why="its length is not a slip's")
    message, signature = payload[:-SIGNATURE_SIZE], payload[-SIGNATURE_SIZE:]
    try:
        statement = _unpack(BitReader(message), signature)
        again = _pack(statement)
    except PayloadWrong:
        raise
    except (ParchiError, ValueError, OverflowError) as wrong:
        raise PayloadWrong(why="a value in it cannot be") from wrong
    if again != message:
        raise PayloadWrong(why="its bits are not as Parchi writes them")
    return statement


def pages_of(statement: ShiftStatement) -> tuple[ShiftStatement, ...]:
    """The shift's statement as pages that each fit into a code: all sums on every page, the voids split over them.

    The voids may be given in any order. Raises FieldWrong for a value the format has no room for.
    """
    left = tuple(sorted(set(statement.voids)))
    chunks: list[tuple[SlipNumber, ...]] = []
    while left or not chunks:
        counts = range(1, min(len(left), (1 << _VOIDS_BITS) - 1) + 1)
        fitting = bisect_right(counts, _MOST_MESSAGE, key=partial(_size, statement, left))
        chunks.append(left[:fitting])
        left = left[fitting:]
    return tuple(
        replace(statement, voids=chunk, page=page, pages=len(chunks)) for page, chunk in enumerate(chunks, start=1)
    )


def _size(statement: ShiftStatement, voids: tuple[SlipNumber, ...], count: int) -> int:
    return len(_pack(replace(statement, voids=voids[:count], page=1, pages=1)))


def _fitting(statement: Statement) -> bytes:
    message = _pack(statement)
    if len(message) > _MOST_MESSAGE:  # a name is signed as it is, so none is ever cut
        field = "voids" if isinstance(statement, ShiftStatement) else "name"
        raise PayloadTooLong(size=len(message) + SIGNATURE_SIZE, limit=MOST_BYTES, field=field)
    return message


def _no_room(name: str) -> FieldWrong:
    return FieldWrong(field=name, why="This value does not fit into the sheet's code. Correct it.")


def _pack(statement: Statement) -> bytes:
    """The message: mark, type and format in four bits each, the type's parts, zero bits up to the least length."""
    code = next(code for code, (kind, _) in enumerate(_TYPES) if kind is type(statement))
    if isinstance(statement, ShiftStatement):
        _check(statement)
    values = _values(statement)
    bits = BitWriter()
    for value in (MARK_BITS, code, FORMAT):
        bits.put(value, 4)
    for part in _TYPES[code][1]:
        try:
            part.put(bits, values[part.name])
        except (ValueError, OverflowError) as wrong:
            raise _no_room(part.name) from wrong
    return bits.to_bytes().ljust(_LEAST_MESSAGE, b"\0")


def _check(statement: ShiftStatement) -> None:
    """Refuses a shift whose first and last serials, or whose page and pages, contradict each other."""
    if statement.first > statement.last or (statement.last and not statement.first):
        raise _no_room("last")
    if statement.page > statement.pages:
        raise _no_room("page")


def _values(statement: Statement) -> dict[str, Any]:
    if isinstance(statement, CertificateStatement):
        certificate = statement.certificate
        return {"hospital": statement.hospital} | {
            each.name: getattr(certificate, each.name) for each in fields(certificate)
        }
    return {each.name: getattr(statement, each.name) for each in fields(statement)}


def _unpack(bits: BitReader, signature: bytes) -> Statement:
    mark, code, form = bits.take(4), bits.take(4), bits.take(4)
    if mark != MARK_BITS or code >= len(_TYPES) or form != FORMAT:
        version = f"{mark}.{code}.{form}"
        why = Sentence("it is of version {version}, which this program does not know", version=version)
        raise PayloadWrong(why=why, version=version)
    kind, parts = _TYPES[code]
    values = {part.name: part.take(bits) for part in parts}
    if kind is CertificateStatement:
        hospital = values.pop("hospital")
        return CertificateStatement(hospital=hospital, certificate=Certificate(**values, signature=signature))
    return kind(**values)
