"""The QR's wire format (docs/payload.md): a slip or a statement to signed bytes to digits, and back.

Pure: no clock, no disk, no chance. What the paper says is decided here alone, so that paper alone is enough.
"""

import hashlib
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from fallback.errors import PayloadTooLong, PayloadWrong, SlipNumberWrong
from fallback.keys import SIGNATURE_SIZE, PublicKeys, Sign, Trust, is_genuine
from fallback.payload.record import CUTTABLE, SHORTEST_CUT, VERSION, has_cut, pack, text_of, unpack
from fallback.payload.sealed_part import (
    ELSEWHERE,
    IDENTITY_SIZE,
    MOST_MEDICO_LEGAL,
    home_of,
    identity_context,
    in_slip,
    pack_identity,
    pack_rest,
    rest_context,
    seal_id,
    sealed_in,
    unpack_identity,
    unpack_rest,
)
from fallback.payload.statements import (
    decode_statement,
    encode_certificate,
    encode_root,
    encode_statement,
    is_statement,
    pages_of,
)
from fallback.payload.transport import LONGEST_TEXT, MOST_BYTES, from_digits, looks_like_payload, to_digits
from fallback.slip import Slip, SlipNumber, number_on
from fallback.statement import (
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    Statement,
)

__all__ = [
    "CUTTABLE",
    "ELSEWHERE",
    "IDENTITY_SIZE",
    "MOST_BYTES",
    "MOST_MEDICO_LEGAL",
    "VERSION",
    "CodeOutcome",
    "Decoded",
    "Judged",
    "cut_of",
    "decode",
    "decode_statement",
    "digest",
    "encode",
    "encode_certificate",
    "encode_root",
    "encode_statement",
    "from_digits",
    "home_of",
    "identity_context",
    "in_slip",
    "is_statement",
    "judge",
    "looks_like_payload",
    "pack_identity",
    "pack_rest",
    "pages_of",
    "rest_context",
    "seal_id",
    "sealed_in",
    "to_digits",
    "unpack_identity",
    "unpack_rest",
]

MARK = "…"
_MOST_MESSAGE = MOST_BYTES - SIGNATURE_SIZE
_LONGEST_CUT = 8 * _MOST_MESSAGE // 5  # letters: no coding has fewer than five bits for one
_JOINERS = "\u200c\u200d"
_VIRAMA = 9  # the combining class of the sign that joins two consonants, in every Indian script


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What a payload holds. `cut` names texts that end in … because the QR had no room; `message` is what was signed.

    `digest` is SHA-256 of the message: the fact's identity, whoever carries it.
    """

    slip: Slip
    cut: tuple[str, ...]
    message: bytes
    signature: bytes
    digest: bytes


class CodeOutcome(StrEnum):
    """What a code on a page turned out to be."""

    GENUINE = "genuine"
    UNVERIFIED = "unverified"
    FORGED = "forged"
    UNKNOWN_DESK = "unknown_desk"
    OTHER_HOSPITAL = "other_hospital"
    DAMAGED = "damaged"
    WRONG_VERSION = "wrong_version"
    NUMBER_ONLY = "number_only"
    FOREIGN = "foreign"


_OUTCOMES = {
    Trust.GENUINE: CodeOutcome.GENUINE,
    Trust.FORGED: CodeOutcome.FORGED,
    Trust.UNKNOWN_DESK: CodeOutcome.UNKNOWN_DESK,
    Trust.OTHER_HOSPITAL: CodeOutcome.OTHER_HOSPITAL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A code's text, judged: its outcome, what it holds where it decodes, its number where one is known.

    A slip is in `decoded`, any other signed paper in `statement`; never both.
    """

    outcome: CodeOutcome
    decoded: Decoded | None = None
    number: SlipNumber | None = None
    statement: Statement | None = None


def encode(slip: Slip, sign: Sign) -> bytes:
    """The signed record, at most 212 bytes. Long texts are cut by the rule of docs/payload.md, and marked.

    Raises PayloadTooLong when it does not fit even so, FieldWrong for a value the format has no room for.
    """
    message = _fit(slip)
    return message + sign(message)


def decode(payload: bytes) -> Decoded:
    """The record of signed bytes; whose signature it is, is for `keys` to say. Raises PayloadWrong for all else."""
    if not SIGNATURE_SIZE < len(payload) <= MOST_BYTES:
        raise PayloadWrong(why="its length is not a slip's")
    message, signature = payload[:-SIGNATURE_SIZE], payload[-SIGNATURE_SIZE:]
    slip, cut = unpack(message, MARK)
    return Decoded(slip=slip, cut=cut, message=message, signature=signature, digest=hashlib.sha256(message).digest())


def cut_of(payload: bytes) -> tuple[str, ...]:
    """The names of the texts that were cut in signed bytes that `encode` made."""
    return decode(payload).cut if has_cut(payload) else ()


def digest(payload: bytes) -> bytes:
    """The identity of a signed record: SHA-256 of its bytes without the signature."""
    return hashlib.sha256(payload[:-SIGNATURE_SIZE]).digest()


def judge(text: str, keys: PublicKeys | None) -> Judged:
    """What a code's text is, without a database or a secret; never raises.

    Without keys a slip or a statement is UNVERIFIED; a poster that its own key did not sign is FORGED even then.
    """
    if len(text) > LONGEST_TEXT:  # a pasted book would hold up the queue
        return Judged(outcome=CodeOutcome.FOREIGN)
    try:
        number = number_on(text)
        return Judged(outcome=CodeOutcome.NUMBER_ONLY, number=number)
    except SlipNumberWrong:
        if not looks_like_payload(text):
            return Judged(outcome=CodeOutcome.FOREIGN)
    try:
        signed = from_digits(text)
        if is_statement(signed):
            return _judge_statement(decode_statement(signed), signed, keys)
        decoded = decode(signed)
    except PayloadWrong as wrong:
        return Judged(outcome=CodeOutcome.WRONG_VERSION if "version" in wrong.values else CodeOutcome.DAMAGED)
    slip = decoded.slip
    if keys is None:
        return Judged(outcome=CodeOutcome.UNVERIFIED, decoded=decoded, number=slip.number)
    trust = keys.trust(
        hospital=slip.hospital,
        signer=slip.signer,
        drill=slip.drill,
        message=decoded.message,
        signature=decoded.signature,
    )
    return Judged(outcome=_OUTCOMES[trust], decoded=decoded, number=slip.number)


def _judge_statement(statement: Statement, signed: bytes, keys: PublicKeys | None) -> Judged:
    message, signature = signed[:-SIGNATURE_SIZE], signed[-SIGNATURE_SIZE:]
    outcome = CodeOutcome.UNVERIFIED
    match statement:
        case RootStatement(public=public):
            if not is_genuine(public, message, signature):
                outcome = CodeOutcome.FORGED
            elif keys is not None:
                outcome = CodeOutcome.GENUINE if public == keys.root else CodeOutcome.OTHER_HOSPITAL
        case CertificateStatement(hospital=hospital, certificate=certificate) if keys is not None:
            outcome = CodeOutcome.FORGED
            if hospital != keys.hospital:
                outcome = CodeOutcome.OTHER_HOSPITAL
            elif is_genuine(keys.root, certificate.message(), signature):
                outcome = CodeOutcome.GENUINE
        case ShiftStatement() | DayStatement() | BoxStatement() if keys is not None:
            trust = keys.trust(
                hospital=statement.hospital,
                signer=statement.signer,
                drill=statement.drill,
                message=message,
                signature=signature,
            )
            outcome = _OUTCOMES[trust]
    return Judged(outcome=outcome, statement=statement)


def _fit(slip: Slip) -> bytes:
    """The message, with texts cut in the order of CUTTABLE, each to eight letters at least, until it fits.

    A sealed identity is never cut around: such a record fits, or PayloadTooLong is raised.
    """
    message = pack(slip, {})
    if len(message) <= _MOST_MESSAGE:
        return message
    cut: dict[str, str] = {}
    for name in () if slip.sealed else CUTTABLE:
        text = text_of(slip, name)
        last = min(len(text) - 1, _LONGEST_CUT)
        places = [length for length in range(SHORTEST_CUT, last + 1) if not _is_inside_syllable(text, length)]
        if not places:
            continue
        # More letters never take fewer bits, in any coding: halving finds the longest that fits, and no queue waits.
        fitting = bisect_right(places, _MOST_MESSAGE, key=partial(_size, slip, cut, name, text))
        cut[name] = text[: places[max(fitting - 1, 0)]]
        message = pack(slip, cut)
        if fitting:
            return message
    raise PayloadTooLong(size=len(message) + SIGNATURE_SIZE, limit=MOST_BYTES, field=_longest(slip))


def _size(slip: Slip, cut: dict[str, str], name: str, text: str, length: int) -> int:
    return len(pack(slip, cut | {name: text[:length]}))


def _is_inside_syllable(text: str, length: int) -> bool:
    """Whether a cut there would part a letter from its marks, or a conjunct or a joined emoji in two."""
    before, after = text[length - 1], text[length]
    return (
        unicodedata.category(after)[0] == "M"
        or after in _JOINERS
        or before in _JOINERS
        or unicodedata.combining(before) == _VIRAMA
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # the colour of the emoji before it
    )


def _longest(slip: Slip) -> str:
    texts = {name: len(text_of(slip, name)) for name in CUTTABLE}
    texts |= {"scheme_id": len(slip.patient.scheme_id), "booking": len(slip.visit.booking)}
    return max(texts, key=lambda name: texts[name])
