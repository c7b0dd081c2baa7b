"""The record as bits: every field of a Slip in the order of docs/payload.md, version 1."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fallback.errors import FieldWrong, ParchiError, PayloadWrong, Sentence
from fallback.payload.bits import BitReader, BitWriter
from fallback.payload.codings import (
    put_day,
    put_moment,
    put_number,
    put_series,
    take_day,
    take_moment,
    take_number,
    take_series,
)
from fallback.payload.extension import (
    MORE_CUTTABLE,
    PATIENT_PARTS,
    VISIT_PARTS,
    pack_block,
    unpack_block,
    value_of,
)
from fallback.payload.text import put_text, take_text
from fallback.slip import (
    Age,
    AgeUnit,
    Category,
    FeeStatus,
    Kind,
    Patient,
    Relation,
    Sex,
    Slip,
    Visit,
)

VERSION = 1
# The place of a word in its list is its code on paper, for ever: add at the end, never reorder.
_KINDS = (Kind.OPD, Kind.CASUALTY, Kind.ADMISSION, Kind.TRANSFER, Kind.DISCHARGE, Kind.DEATH, Kind.VOID, Kind.PAD,
          Kind.SHIFT)  # fmt: skip
_SEXES = (Sex.FEMALE, Sex.MALE, Sex.OTHER, Sex.UNKNOWN)
_UNITS = (AgeUnit.YEARS, AgeUnit.MONTHS, AgeUnit.DAYS)
_RELATIONS = (Relation.FATHER, Relation.HUSBAND, Relation.MOTHER, Relation.WIFE, Relation.SON, Relation.DAUGHTER,
              Relation.GUARDIAN)  # fmt: skip
_CATEGORIES = (Category.GENERAL, Category.BPL, Category.PMJAY, Category.CGHS, Category.ECHS, Category.ESI,
               Category.SENIOR_CITIZEN, Category.DISABLED, Category.PREGNANT, Category.FREEDOM_FIGHTER, Category.STAFF,
               Category.STUDENT, Category.PRISONER, Category.OTHER)  # fmt: skip
_FEE_STATUSES = (FeeStatus.PAID, FeeStatus.EXEMPT, FeeStatus.LATER)
_FLAGS = ("drill", "alias", "emergency", "medico_legal", "provisional")

# What may be cut when a record is too long: the mask has a bit for each of these; CUTTABLE is the order of the cutting.
_MASKED = ("reason", "locality", "guardian", "district", "name_hindi", "name")
CUTTABLE = (*_MASKED[:4], *MORE_CUTTABLE, *_MASKED[4:])  # the extension has a mask of its own
_IN_PATIENT = frozenset(_MASKED) - {"reason"}
SHORTEST_CUT = 8  # letters that a cut text keeps, whatever happens


@dataclass(frozen=True, slots=True, kw_only=True)
class _Optional:
    """A part that is there or not: its presence bit stands in a row with the others', its bits follow in that order."""

    name: str
    get: Callable[[Slip], Any]
    put: Callable[[BitWriter, Any], None]
    take: Callable[[BitReader], Any]
    absent: Any = field(default="")


def put_age(bits: BitWriter, age: Age) -> None:
    """Appends an age with its unit."""
    bits.put(_UNITS.index(age.unit), 2)
    bits.put(age.value, 7)


def take_age(bits: BitReader) -> Age:
    """The inverse of `put_age`. Raises PayloadWrong or FieldWrong."""
    unit = _pick(_UNITS, bits.take(2), "age unit")
    return Age(unit=unit, value=bits.take(7))


def _put_digits(length: int, width: int, least: int = 0) -> Callable[[BitWriter, str], None]:
    """Digits of a fixed length as a number above `least`, after a bit 0; anything else as text after a bit 1."""

    def put(bits: BitWriter, text: str) -> None:
        fits = len(text) == length and text.isascii() and text.isdigit() and 0 <= int(text) - least < 1 << width
        bits.put(int(not fits), 1)
        if fits:
            bits.put(int(text) - least, width)
        else:
            put_text(bits, text)

    return put


def _take_digits(length: int, width: int, least: int = 0) -> Callable[[BitReader], str]:
    def take(bits: BitReader) -> str:
        return take_text(bits) if bits.take(1) else f"{bits.take(width) + least:0{length}d}"

    return take


put_mobile, take_mobile = _put_digits(10, 32, 6 * 10**9), _take_digits(10, 32, 6 * 10**9)


def put_uhid(bits: BitWriter, uhid: str) -> None:
    """Appends a UHID: up to fifteen digits as a number, anything else as a text. Raises ValueError."""
    digits = len(uhid) < 16 and uhid.isascii() and uhid.isdigit()
    bits.put(int(not digits), 1)
    if digits:
        bits.put(len(uhid), 4)
        bits.put(int(uhid), _width(len(uhid)))
    else:
        put_text(bits, uhid)


def take_uhid(bits: BitReader) -> str:
    """The inverse of `put_uhid`. Raises PayloadWrong."""
    if bits.take(1):
        return take_text(bits)
    length = bits.take(4)
    return f"{bits.take(_width(length)):0{length}d}"


def _width(digits: int) -> int:
    return int("9" * digits or "0").bit_length()


def _text(name: str) -> _Optional:
    def get(slip: Slip) -> Any:
        return getattr(slip.patient if name in _IN_PATIENT else slip, name)

    return _Optional(name=name, get=get, put=put_text, take=take_text)


def _bytes(name: str) -> _Optional:
    return _Optional(
        name=name,
        get=lambda slip: getattr(slip, name),
        put=BitWriter.put_bytes,
        take=BitReader.take_bytes,
        absent=b"",
    )


def _number(name: str) -> _Optional:
    return _Optional(name=name, get=lambda slip: getattr(slip, name), put=put_number, take=take_number, absent=None)


def _patient(
    name: str, put: Callable[[BitWriter, Any], None], take: Callable[[BitReader], Any], absent: Any
) -> _Optional:
    return _Optional(name=name, get=lambda slip: getattr(slip.patient, name), put=put, take=take, absent=absent)


def _visit(
    name: str, put: Callable[[BitWriter, Any], None], take: Callable[[BitReader], Any], absent: Any
) -> _Optional:
    return _Optional(name=name, get=lambda slip: getattr(slip.visit, name), put=put, take=take, absent=absent)


def _pick(words: tuple[Any, ...], code: int, what: str) -> Any:
    if code >= len(words):
        raise PayloadWrong(why=Sentence("its {field} is not known", field=what))
    return words[code]


OPTIONAL: tuple[_Optional, ...] = (
    _Optional(
        name="signer",
        get=lambda slip: None if slip.signer == slip.number.series else slip.signer,
        put=put_series,
        take=take_series,
        absent=None,
    ),
    _number("patient_number"),
    _Optional(name="uhid", get=lambda slip: slip.uhid, put=put_uhid, take=take_uhid),
    _number("previous"),
    _number("mother"),
    _patient(
        "birth_date",
        put_day,
        take_day,
        None,
    ),
    _patient("age", put_age, take_age, None),
    _patient(
        "relation",
        lambda bits, relation: bits.put(_RELATIONS.index(relation), 3),
        lambda bits: _pick(_RELATIONS, bits.take(3), "relation"),
        None,
    ),
    _patient("mobile", put_mobile, take_mobile, ""),
    _patient("abha", _put_digits(14, 47), _take_digits(14, 47), ""),
    _patient("state", lambda bits, state: bits.put(state, 6), lambda bits: bits.take(6), 0),
    _patient("pin_code", _put_digits(6, 20), _take_digits(6, 20), ""),
    _visit("token", BitWriter.put_count, BitReader.take_count, 0),
    _Optional(
        name="token_series",
        get=lambda slip: None
        if slip.visit.token_series == (slip.number.series if slip.visit.token else 0)
        else slip.visit.token_series,
        put=put_series,
        take=take_series,
        absent=None,
    ),
    _visit("fee", BitWriter.put_count, BitReader.take_count, 0),
    _visit("booking", put_text, take_text, ""),
    _visit("medico_legal_number", put_text, take_text, ""),
    _patient("scheme_id", put_text, take_text, ""),
    _text("name"),
    _text("name_hindi"),
    _text("guardian"),
    _text("district"),
    _text("locality"),
    _text("reason"),
    _bytes("sealed"),
    _bytes("extension"),
)  # fmt: skip
_PATIENT_PARTS = ("birth_date", "age", "relation", "mobile", "abha", "state", "pin_code", "scheme_id", "name",
                  "name_hindi", "guardian", "district", "locality")  # fmt: skip
_VISIT_PARTS = ("token", "fee", "booking", "medico_legal_number")
_SLIP_PARTS = ("patient_number", "uhid", "previous", "mother", "reason", "sealed", "extension")


def _put_bits(width: int) -> Callable[[BitWriter, int], None]:
    return lambda bits, value: bits.put(value, width)


_put_hospital, _put_revision, _put_clinic = _put_bits(32), _put_bits(4), _put_bits(8)


def _put(name: str, act: Callable[[BitWriter, Any], None], bits: BitWriter, value: Any) -> None:
    try:
        act(bits, value)
    except (ValueError, OverflowError) as wrong:
        raise FieldWrong(field=name, why="This value does not fit into the slip's code. Correct it.") from wrong


def pack(slip: Slip, cut: dict[str, str]) -> bytes:
    """The message that is signed: the slip's bits, with the texts in `cut` in place of its own.

    Raises FieldWrong for a value that the format has no room for.
    """
    bits = BitWriter()
    bits.put(VERSION, 4)
    bits.put(_KINDS.index(slip.kind), 5)
    for flag in _FLAGS:
        bits.put(int(getattr(slip, flag)), 1)
    masked = [name in cut for name in _MASKED]
    bits.put(int(any(masked)), 1)
    bits.put(0, 1)
    _put("hospital", _put_hospital, bits, slip.hospital)
    put_number(bits, slip.number)
    _put("revision", _put_revision, bits, slip.revision)
    if len(slip.replaces) != (4 if slip.revision else 0):
        raise FieldWrong(field="replaces", why="This value does not fit into the slip's code. Correct it.")
    if slip.revision:
        bits.put(int.from_bytes(slip.replaces, "big"), 32)
    _put("issued", put_moment, bits, slip.issued)
    bits.put(_SEXES.index(slip.patient.sex), 2)
    bits.put(_CATEGORIES.index(slip.patient.category), 5)
    _put("clinic", _put_clinic, bits, slip.visit.clinic)
    bits.put(_FEE_STATUSES.index(slip.visit.fee_status), 2)
    values = [(part, cut.get(part.name, part.get(slip))) for part in OPTIONAL[:-1]]
    values.append((OPTIONAL[-1], pack_block(slip, cut)))
    for part, value in values:
        bits.put(int(value != part.absent), 1)
    if any(masked):
        for each in masked:
            bits.put(int(each), 1)
    for part, value in values:
        if value != part.absent:
            _put(part.name, part.put, bits, value)
    return bits.to_bytes()


def has_cut(message: bytes) -> bool:
    """Whether a text may have been cut in a message that `pack` made: one in an extension is not looked for here."""
    place = 128 + len(OPTIONAL) + (32 if message[9] & 0b11 or message[10] & 0b11000000 else 0)  # of a revision above 0
    has_block = message[(place - 1) // 8] >> (-place % 8) & 1
    return bool(message[1] & 0b10 or has_block)  # the bit after version, kind and flags


def unpack(message: bytes, mark: str) -> tuple[Slip, tuple[str, ...]]:
    """The slip of a message and the names of its cut texts, which get `mark` at their end.

    Raises PayloadWrong, and only that, for any bytes that `pack` did not make.
    """
    try:
        slip, cut = _unpack(BitReader(message), mark)
        texts = {name: text_of(slip, name).removesuffix(mark) for name in cut}
        again = pack(slip, texts)
    except PayloadWrong:
        raise
    except (ParchiError, ValueError, OverflowError) as wrong:
        raise PayloadWrong(why="a value in it cannot be") from wrong
    cut_wrongly = any(len(text) < SHORTEST_CUT for text in texts.values()) or (cut and slip.sealed)
    if again != message or cut_wrongly:
        raise PayloadWrong(why="its bits are not as Parchi writes them")
    return slip, cut


def text_of(slip: Slip, name: str) -> str:
    """One of the texts that may be cut, as a slip has it."""
    if name in MORE_CUTTABLE:
        return str(value_of(slip, name))
    return str(getattr(slip.patient if name in _IN_PATIENT else slip, name))


def _unpack(bits: BitReader, mark: str) -> tuple[Slip, tuple[str, ...]]:
    if (version := bits.take(4)) != VERSION:
        why = Sentence("it is of version {version}, which this program does not know", version=version)
        raise PayloadWrong(why=why, version=version)
    kind = _pick(_KINDS, bits.take(5), "kind")
    flags: dict[str, Any] = {flag: bool(bits.take(1)) for flag in _FLAGS}
    has_cut = bits.take(1)
    if bits.take(1):
        raise PayloadWrong(why="a bit that is kept for later is set")
    hospital, number, revision = bits.take(32), take_number(bits), bits.take(4)
    replaces = bits.take(32).to_bytes(4, "big") if revision else b""
    issued = take_moment(bits)
    sex = _SEXES[bits.take(2)]
    category = _pick(_CATEGORIES, bits.take(5), "category")
    clinic = bits.take(8)
    fee_status = _pick(_FEE_STATUSES, bits.take(2), "fee status")
    present = [bool(bits.take(1)) for _ in OPTIONAL]
    cut = tuple(name for name in _MASKED if bits.take(1)) if has_cut else ()
    values: dict[str, Any] = {}
    for part, there in zip(OPTIONAL, present, strict=True):
        value = part.take(bits) if there else part.absent
        values[part.name] = value + mark if part.name in cut else value
    more, cut_more, values["extension"] = unpack_block(values["extension"])
    more |= {name: more[name] + mark for name in cut_more}
    signer, token_series = values["signer"], values["token_series"]
    own_token = number.series if values["token"] else 0
    return (
        Slip(
            number=number,
            kind=kind,
            revision=revision,
            replaces=replaces,
            hospital=hospital,
            signer=number.series if signer is None else signer,
            issued=issued,
            patient=Patient(
                sex=sex,
                category=category,
                **{name: values[name] for name in _PATIENT_PARTS},
                **{name: more[name] for name in PATIENT_PARTS},
            ),
            visit=Visit(
                clinic=clinic,
                fee_status=fee_status,
                token_series=own_token if token_series is None else token_series,
                **{name: values[name] for name in _VISIT_PARTS},
                **{name: more[name] for name in VISIT_PARTS},
            ),
            **{name: values[name] for name in _SLIP_PARTS},
            **flags,
        ),
        tuple(name for name in CUTTABLE if name in cut + cut_more),
    )
