"""The sealed part of a slip: an identity in exactly forty bytes, what it is bound to, and the rest for the journal.

Sealing and opening need keys and chance, so they are not done here: this is what is sealed, and under which context.
"""

import hashlib
import json
from collections.abc import Mapping

from fallback.errors import FieldWrong, ParchiError, PayloadWrong, Sentence
from fallback.identity import REST, Identity
from fallback.payload.bits import BitReader, BitWriter
from fallback.payload.codings import put_day, take_day
from fallback.payload.record import put_age, put_mobile, put_uhid, take_age, take_mobile, take_uhid
from fallback.payload.text import put_text, take_text
from fallback.slip import TEXT_LIMIT, Sex, Slip, SlipNumber

IDENTITY_SIZE = 40  # bytes, whatever the name: the length of a slip's code tells nothing about who it is
MOST_MEDICO_LEGAL = 14  # letters of a medico-legal number beside a sealed identity: so the code always has room
ELSEWHERE = b"\x00"  # what stands in a later slip: the identity is sealed in the patient's first
_HERE = b"\x01"
_SEXES = (Sex.FEMALE, Sex.MALE, Sex.OTHER, Sex.UNKNOWN)  # codes on paper, for ever
_NO_BIRTH, _BIRTH_DATE, _AGE = 0, 1, 2
_IDENTITY_PREFIX = b"Parchi identity 1\n"
_REST_PREFIX = b"Parchi identity, the rest 1\n"
_REST_STEP = 512  # bytes; a rest is made as long as the next multiple of it


def pack_identity(identity: Identity) -> bytes:
    """The identity without its rest in IDENTITY_SIZE bytes, zeros behind it.

    Raises FieldWrong when it does not fit: nothing of it is ever cut. It names what is to be shortened.
    """
    bits = BitWriter()
    bits.put(_SEXES.index(identity.sex), 2)
    born = _BIRTH_DATE if identity.birth_date else _AGE if identity.age else _NO_BIRTH
    bits.put(born, 2)
    bits.put(int(bool(identity.mobile)), 1)
    bits.put(int(bool(identity.uhid)), 1)
    try:
        if identity.birth_date:
            put_day(bits, identity.birth_date)
        elif identity.age:
            put_age(bits, identity.age)
        if identity.mobile:
            put_mobile(bits, identity.mobile)
        if identity.uhid:
            put_uhid(bits, identity.uhid)
        others = bits.length
        put_text(bits, identity.name)
    except (ValueError, OverflowError) as wrong:
        raise FieldWrong(field="name", why="This value does not fit into the slip's code. Correct it.") from wrong
    over = bits.length - 8 * IDENTITY_SIZE
    if over > 0:
        raise _too_long(identity, bits.length - others, over)
    return bits.to_bytes().ljust(IDENTITY_SIZE, b"\0")


def unpack_identity(plain: bytes) -> Identity:
    """The inverse of `pack_identity`. Raises PayloadWrong for bytes that it did not make."""
    bits = BitReader(plain)
    try:
        sex, born, has_mobile, has_uhid = _SEXES[bits.take(2)], bits.take(2), bits.take(1), bits.take(1)
        found = Identity(
            sex=sex,
            birth_date=take_day(bits) if born == _BIRTH_DATE else None,
            age=take_age(bits) if born == _AGE else None,
            mobile=take_mobile(bits) if has_mobile else "",
            uhid=take_uhid(bits) if has_uhid else "",
            name=take_text(bits),
        )
        again = pack_identity(found)
    except PayloadWrong:
        raise
    except (ParchiError, ValueError, OverflowError) as wrong:
        raise PayloadWrong(why="a value in it cannot be") from wrong
    if again != plain:
        raise PayloadWrong(why="its bits are not as Parchi writes them")
    return found


def identity_context(hospital: int, number: SlipNumber) -> bytes:
    """What an identity is sealed with: it opens as that of this hospital's slip alone."""
    return _IDENTITY_PREFIX + hospital.to_bytes(4, "big") + number.text.encode()


def in_slip(sealed: bytes) -> bytes:
    """What stands in a slip's `sealed`, of an identity that was sealed for it."""
    return _HERE + sealed


def sealed_in(slip: Slip) -> bytes:
    """The sealed identity that a slip itself carries; b"" when it is in another slip, or the form is a later one's."""
    return slip.sealed[1:] if slip.sealed[:1] == _HERE else b""


def home_of(slip: Slip) -> SlipNumber:
    """The slip in which a confidential patient's identity is sealed: this one, or the first."""
    return slip.patient_number if slip.sealed == ELSEWHERE and slip.patient_number else slip.number


def seal_id(slip: Slip) -> str:
    """Sixteen hex digits that tell one sealed identity from another, and nothing of who it is."""
    return hashlib.sha256(slip.sealed).digest()[:8].hex()


def pack_rest(rest: Mapping[str, str]) -> bytes:
    """What the journal seals besides: JSON, filled up with spaces to a multiple of 512 bytes."""
    plain = json.dumps({name: rest[name] for name in REST if rest.get(name)}, ensure_ascii=False).encode()
    return plain.ljust(-(-len(plain) // _REST_STEP) * _REST_STEP)


def unpack_rest(plain: bytes) -> dict[str, str]:
    """The inverse of `pack_rest`. Raises PayloadWrong."""
    try:
        found = json.loads(plain)
        return {name: text for name, text in found.items() if name in REST and isinstance(text, str)}
    except (ValueError, AttributeError, RecursionError) as wrong:
        raise PayloadWrong(why="its bits are not as Parchi writes them") from wrong


def rest_context(slip: Slip) -> bytes:
    """What a rest is sealed with: it belongs to this slip, and to the identity that is sealed in it."""
    place = slip.hospital.to_bytes(4, "big") + slip.number.text.encode()
    return _REST_PREFIX + place + bytes.fromhex(seal_id(slip))


def _too_long(identity: Identity, name_bits: int, over: int) -> FieldWrong:
    longest = "uhid" if identity.uhid and len(identity.uhid) > len(identity.name) else "name"
    letters = max(1, -(-over // 5)) if longest == "name" else -(-over // 5)
    if longest == "name" and name_bits >= 8 * len(identity.name.encode()):
        letters = -(-over // 8)  # a script of its own takes whole bytes
    why = Sentence(
        "A confidential slip has no room for all of it, and it is never cut. Shorten it by {letters} letters or so: "
        "leave titles out, write initials. The whole name can stand in Hindi.",
        letters=min(letters, TEXT_LIMIT),
    )
    return FieldWrong(field=longest, why=why)
