"""The Aadhaar secure QR: a number of some thousand digits, packed; who it is about, and never the Aadhaar itself.

The digits are one whole number whose bytes are gzip; unpacked, texts stand there with a byte 255 after each, then a
photo, hashes of mobile and e-mail, and UIDAI's signature of 256 bytes over all before it. Of the Aadhaar number only
the last four digits are in it, at the start of the reference id. From version 2 on `V2` stands before the first text.
"""

import re
import zlib

from fallback.errors import IdCardUnread, Sentence
from fallback.idcards import words
from fallback.idcards.card import CardKind, Check, IdCard
from fallback.idcards.signers import Signers
from fallback.slip import Relation

SHORTEST, LONGEST = 620, 8000  # digits: the signature alone needs more than the one; a QR holds 7,089
_SIGNATURE = 256
_UNPACKED = 64 << 10  # bytes; the photo has some two thousand
_FIELDS = (
    "indicator", "reference", "name", "birth", "gender", "care_of", "district", "landmark", "house", "location",
    "pin_code", "post_office", "state", "street", "sub_district", "town",
)  # fmt: skip
_CARE_OF = re.compile(r"\s*([SDWHC])\s*/?\s*O\b\s*[:.,-]*\s*(.*)", re.IGNORECASE | re.DOTALL)
_RELATIONS = {
    "S": Relation.FATHER,
    "D": Relation.FATHER,
    "W": Relation.HUSBAND,
    "H": Relation.WIFE,
    "C": Relation.GUARDIAN,
}
_DAMAGED = Sentence("it is damaged, or only a part of it was scanned. Scan the Aadhaar once more, slowly and flat.")
_PIECE = 4000  # digits that Python turns into a number at once


def looks_like_secure_qr(digits: str) -> bool:
    """Whether a row of ASCII digits is as long as a secure QR's."""
    return SHORTEST <= len(digits) <= LONGEST


def is_old_qr(text: str) -> bool:
    """Whether a text begins as the XML of cards from before 2018, which hold the whole Aadhaar number, do."""
    return re.search(r"<\?xml|<PrintLetterBarcodeData|<Q[DP][AB]\b|<QPDB\b", text[:200], re.IGNORECASE) is not None


def read_card(digits: str, signers: Signers) -> IdCard:
    """Who a secure QR is about. Neither the reference id nor the photo leaves this function. Raises IdCardUnread."""
    content = _unpacked(digits)
    if len(content) <= _SIGNATURE:
        raise IdCardUnread(why=_DAMAGED)
    signed, signature = content[:-_SIGNATURE], content[-_SIGNATURE:]
    texts = signed.split(b"\xff", len(_FIELDS) + 1)
    if re.fullmatch(rb"V\d{1,2}", texts[0]):
        texts = texts[1:]
    if len(texts) <= len(_FIELDS):
        raise IdCardUnread(why=_DAMAGED)
    told = {name: _text(text) for name, text in zip(_FIELDS, texts, strict=False)}
    latin, hindi = words.name(told["name"])
    last4 = told["reference"][:4]
    if not latin or not re.fullmatch(r"[0-9]{4}", last4):
        raise IdCardUnread(why=_DAMAGED)
    born, year = words.birth(told["birth"])
    guardian, relation = _care_of(told["care_of"])
    lines = (told[name] for name in ("house", "street", "landmark", "location", "town", "sub_district"))
    return IdCard(
        kind=CardKind.AADHAAR,
        name=latin,
        name_hindi=hindi,
        sex=words.sex(told["gender"]),
        birth_date=born,
        birth_year=year,
        guardian=guardian,
        relation=relation,
        state=words.state("", told["state"]),
        district=words.calm(words.place([told["district"]])),
        pin_code=words.pin_code(told["pin_code"]),
        locality=words.place(lines),
        last4=last4,
        check=_checked(signers, signed, signature),
    )


def _unpacked(digits: str) -> bytes:
    """The bytes behind the digits. What would unpack into more than a card has is refused, not unpacked."""
    number = 0
    for at in range(0, len(digits), _PIECE):
        piece = digits[at : at + _PIECE]
        number = number * 10 ** len(piece) + int(piece)
    packed = number.to_bytes((number.bit_length() + 7) // 8, "big")
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # gzip, as UIDAI writes it, or zlib
    try:
        content = unpacker.decompress(packed, _UNPACKED)
    except zlib.error as wrong:
        raise IdCardUnread(why=_DAMAGED) from wrong
    if not unpacker.eof:
        raise IdCardUnread(why=_DAMAGED)
    return content


def _text(field: bytes) -> str:
    try:
        return field.decode("utf-8").strip()
    except UnicodeDecodeError:
        return field.decode("iso-8859-1").strip()


def _care_of(told: str) -> tuple[str, Relation | None]:
    """`S/O: Ram Prasad` as the guardian and the relation; what names no relation is a guardian."""
    found = _CARE_OF.fullmatch(told)
    name = words.person(found[2] if found else told)
    if not name:
        return "", None
    return name, _RELATIONS[found[1].upper()] if found else Relation.GUARDIAN


def _checked(signers: Signers, signed: bytes, signature: bytes) -> Check:
    if not signers:
        return Check.UNCHECKED
    return Check.GENUINE if signers.signed(signed, signature) else Check.DOUBTFUL
