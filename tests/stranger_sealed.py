"""A reader of sealed identities that has only docs/payload.md to go by: RFC 9180 by hand, nothing of Parchi."""

import hashlib
import hmac
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.stranger import SEXES, Bits

_KEM = b"KEM" + (0x0020).to_bytes(2, "big")
_SUITE = b"HPKE" + b"".join(code.to_bytes(2, "big") for code in (0x0020, 0x0001, 0x0002))


def _extract(suite: bytes, salt: bytes, label: bytes, key: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + key, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    told = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return hmac.digest(key, told + b"\x01", "sha256")[:length]


def open_sealed(secret: bytes, sealed: bytes, context: bytes) -> bytes:
    """What was sealed. Raises InvalidTag."""
    mine = X25519PrivateKey.from_private_bytes(secret)
    theirs, cipher = sealed[:32], sealed[32:]
    shared = mine.exchange(X25519PublicKey.from_public_bytes(theirs))
    both = theirs + mine.public_key().public_bytes_raw()
    shared = _expand(_KEM, _extract(_KEM, b"", b"eae_prk", shared), b"shared_secret", both, 32)
    hashes = _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", context)
    key = _extract(_SUITE, shared, b"secret", b"")
    nonce = _expand(_SUITE, key, b"base_nonce", b"\x00" + hashes, 12)
    return AESGCM(_expand(_SUITE, key, b"key", b"\x00" + hashes, 32)).decrypt(nonce, cipher, b"")


def context_of(hospital: int, number: str) -> bytes:
    """What an identity is bound to."""
    return b"Parchi identity 1\n" + hospital.to_bytes(4, "big") + number.encode()


def rest_context_of(hospital: int, number: str, sealed_field: bytes) -> bytes:
    """What a rest is bound to."""
    mark = hashlib.sha256(sealed_field).digest()[:8]
    return b"Parchi identity, the rest 1\n" + hospital.to_bytes(4, "big") + number.encode() + mark


def identity(plain: bytes) -> dict[str, Any]:
    """The forty bytes, read."""
    bits = Bits(plain)
    sex, born, has_mobile, has_uhid = bits.take(2), bits.take(2), bits.take(1), bits.take(1)
    found: dict[str, Any] = {"sex": SEXES[sex], "birth_date": None, "age": None, "age_unit": None}
    if born == 1:
        found["birth_date"] = bits.day()
    elif born == 2:
        found |= bits.age()
    found["mobile"] = bits.digits(10, 32, 6 * 10**9) if has_mobile else ""
    found["uhid"] = bits.uhid() if has_uhid else ""
    return found | {"name": bits.text()}
