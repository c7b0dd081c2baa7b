"""Made-up cards of patients as their codes are: ABHA's JSON, Aadhaar's packed digits signed by a key of the test."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

AADHAAR = {
    "indicator": "3", "reference": "523420210719102233123", "name": "Sunita Devi", "birth": "05-11-1990",
    "gender": "F", "care_of": "W/O: Ram Prasad", "district": "South East Delhi", "landmark": "Near Temple",
    "house": "H.No. 14", "location": "Devli Village", "pin_code": "110062", "post_office": "Devli", "state": "Delhi",
    "street": "Gali 3", "sub_district": "Saket", "town": "Devli",
}  # fmt: skip
PHOTO = b"\xff\x4f\xff\x51" + bytes(range(256)) * 4
ABHA = {
    "hidn": "22-7225-4829-5255", "hid": "sunita@abdm", "name": "Sunita Devi", "gender": "F", "statelgd": "7",
    "distlgd": "-", "dob": "5/11/1990", "state name": "DELHI", "district_name": "SOUTH EAST DELHI",
    "mobile": "9810000001", "address": "H.No. 14, Devli Village, South East Delhi, Delhi, 110062",
}  # fmt: skip


def abha(**other: object) -> str:
    """A card's QR; None takes a key out."""
    told = {**ABHA, **other}
    return json.dumps({key: value for key, value in told.items() if value is not None}, ensure_ascii=False)


@cache
def uidai(number: int = 0) -> RSAPrivateKey:
    """The key that signs the cards of a test."""
    assert number >= 0
    return generate_private_key(65537, 2048)


def certificate(key: RSAPrivateKey, encoding: Encoding = Encoding.PEM) -> bytes:
    """Its certificate, which ended long ago, as those of real cards have."""
    called = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DS UIDAI 05")])
    day = datetime(2018, 6, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(called).issuer_name(called).public_key(key.public_key())
    made = made.serial_number(5).not_valid_before(day).not_valid_after(day + timedelta(days=700))
    return made.sign(key, SHA256()).public_bytes(encoding)


def unpacked(version: str = "V2", **other: str) -> bytes:
    """The bytes that are signed."""
    told = {**AADHAAR, **other}
    texts = [*([version] if version else []), *told.values(), *(["0001"] if version else [])]
    return b"".join(text.encode("utf-8") + b"\xff" for text in texts) + PHOTO + bytes(64)


def digits(content: bytes) -> str:
    """Bytes as the code's one number."""
    number = int.from_bytes(gzip.compress(content, mtime=0), "big")
    parts = []
    while number:
        number, rest = divmod(number, 10**1000)
        parts.append(f"{rest:01000d}")
    return "".join(reversed(parts)).lstrip("0")


def aadhaar(version: str = "V2", key: RSAPrivateKey | None = None, **other: str) -> str:
    """A secure QR."""
    content = unpacked(version, **other)
    return digits(content + (key or uidai()).sign(content, PKCS1v15(), SHA256()))
