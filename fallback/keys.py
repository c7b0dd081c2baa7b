"""The hospital's root, the desks' certificates, sign and verify (Ed25519, RFC 8032); the supervisors' key (HPKE)."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from fallback.errors import KeysWrong, SealBroken, Sentence

SIGNATURE_SIZE = 64
KEY_SIZE = 32
SEAL_OVERHEAD = 48  # an ephemeral public key and a tag
_HPKE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_CERTIFICATE_PREFIX = b"Parchi certificate 1\n"
_KEYS_FORMAT = "parchi-keys-1"

Sign = Callable[[bytes], bytes]


class HospitalKey(StrEnum):
    """The private keys that can be printed: what opens the vault, what certifies desks, what opens identities."""

    RECOVERY = "recovery"
    ROOT = "root"
    SUPERVISORS = "supervisors"


class Trust(StrEnum):
    """What a signature turned out to be worth."""

    GENUINE = "genuine"
    FORGED = "forged"
    UNKNOWN_DESK = "unknown_desk"
    OTHER_HOSPITAL = "other_hospital"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key: the root's or a desk's. Never printed, never in a copy."""

    secret: bytes

    @classmethod
    def new(cls) -> Self:
        """A fresh key from the operating system's random source."""
        return cls(Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of the signature."""
        return self.signer()(message)

    def signer(self) -> Sign:
        """`sign` for many messages: the key is parsed once."""
        return Ed25519PrivateKey.from_private_bytes(self.secret).sign

    def __repr__(self) -> str:
        return "SigningKey(...)"


@dataclass(frozen=True, slots=True)
class SealingKey:
    """The supervisors' private key: it opens what anyone may seal. Never printed whole, never in a copy."""

    secret: bytes

    @classmethod
    def new(cls) -> Self:
        """A fresh key from the operating system's random source."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> bytes:
        """The 32 bytes of the public key."""
        return X25519PrivateKey.from_private_bytes(self.secret).public_key().public_bytes_raw()

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """The inverse of `seal_to`; raises SealBroken."""
        try:
            return _HPKE.decrypt(sealed, X25519PrivateKey.from_private_bytes(self.secret), context)
        except (InvalidTag, ValueError) as wrong:
            raise SealBroken() from wrong

    def __repr__(self) -> str:
        return "SealingKey(...)"


def seal_to(public: bytes, plain: bytes, context: bytes) -> bytes:
    """Encrypts and authenticates to a sealing key's public half (HPKE, RFC 9180): SEAL_OVERHEAD bytes longer.

    It opens only with the same context. It does not tell who sealed it. Raises KeysWrong for a key that is none.
    """
    try:
        return _HPKE.encrypt(plain, X25519PublicKey.from_public_bytes(public), context)
    except ValueError as wrong:
        raise KeysWrong(place="the journal", why="the supervisors' key is none") from wrong


def hospital_id(root_public: bytes) -> int:
    """The hospital's 32-bit id: the first four bytes of SHA-256 of its root's public key."""
    return int.from_bytes(hashlib.sha256(root_public).digest()[:4], "big")


def is_genuine(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature over the message is the key's."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The root's word that a desk's key may sign slips of a series. `drill` desks may sign drill slips only."""

    series: int
    name: str
    public: bytes
    drill: bool
    signature: bytes = b""

    def message(self) -> bytes:
        """The bytes that the root signs."""
        body = [self.series, self.name, self.public.hex(), self.drill]
        return _CERTIFICATE_PREFIX + json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @property
    def fingerprint(self) -> str:
        """The first 8 bytes of SHA-256 of the public key, in hex: short enough to be compared by eye."""
        return hashlib.sha256(self.public).digest()[:8].hex()

    def record(self) -> dict[str, Any]:
        """The certificate as JSON values."""
        return {
            "series": self.series,
            "name": self.name,
            "public": self.public.hex(),
            "drill": self.drill,
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The inverse of `record`; KeyError, TypeError or ValueError for anything else."""
        series, name, drill = record["series"], record["name"], record["drill"]
        if type(series) is not int or type(name) is not str or type(drill) is not bool:
            raise ValueError("series, name and drill must be a number, a text and a yes or no")
        public, signature = bytes.fromhex(record["public"]), bytes.fromhex(record["signature"])
        return cls(series=series, name=name, public=public, drill=drill, signature=signature)


def certify(root: SigningKey, series: int, name: str, public: bytes, *, drill: bool) -> Certificate:
    """A certificate signed by the root."""
    bare = Certificate(series=series, name=name, public=public, drill=drill)
    return Certificate(series=series, name=name, public=public, drill=drill, signature=root.sign(bare.message()))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKeys:
    """What anyone may know: the root's public key and the certificates of every desk. It is all that `read` needs."""

    root: bytes
    certificates: tuple[Certificate, ...] = ()

    @property
    def hospital(self) -> int:
        """The hospital's 32-bit id."""
        return hospital_id(self.root)

    def trust(self, *, hospital: int, signer: int, drill: bool, message: bytes, signature: bytes) -> Trust:
        """What a signature over a slip is worth: the desk must be certified by this root, and for this kind of slip."""
        if hospital != self.hospital:
            return Trust.OTHER_HOSPITAL
        certificates = [each for each in self.certificates if each.series == signer and each.drill == drill]
        if not certificates:
            return Trust.UNKNOWN_DESK
        if any(is_genuine(each.public, message, signature) for each in certificates):
            return Trust.GENUINE
        return Trust.FORGED

    def with_certificate(self, certificate: Certificate) -> Self:
        """The same keys and one certificate more. Raises KeysWrong when the root did not sign it."""
        return type(self).checked(self.root, (*self.certificates, certificate), "the certificate")

    @classmethod
    def checked(cls, root: bytes, certificates: Iterable[Certificate], place: str) -> Self:
        """Keys whose every certificate was signed by the root; raises KeysWrong otherwise."""
        kept = tuple(dict.fromkeys(certificates))
        for each in kept:
            if len(each.public) != KEY_SIZE or not is_genuine(root, each.message(), each.signature):
                why = Sentence("the certificate of series {series} is not signed by this root", series=each.series)
                raise KeysWrong(place=place, why=why)
        return cls(root=root, certificates=kept)

    def to_json(self) -> str:
        """The text of keys.json."""
        record = {
            "format": _KEYS_FORMAT,
            "hospital": f"{self.hospital:08x}",
            "root": self.root.hex(),
            "certificates": [each.record() for each in self.certificates],
        }
        return json.dumps(record, ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str, place: str) -> Self:
        """Reads keys.json; raises KeysWrong with the place (a file's name) when it is not one."""
        try:
            record = json.loads(text)
            if record["format"] != _KEYS_FORMAT:
                raise ValueError("its format is not known")
            root = bytes.fromhex(record["root"])
            certificates = [Certificate.from_record(each) for each in record["certificates"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
            why = Sentence("it cannot be parsed ({fault})", fault=type(wrong).__name__)
            raise KeysWrong(place=place, why=why) from wrong
        return cls.checked(root, certificates, place)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Reads the file; raises KeysWrong when it is missing, too large or not one."""
        try:
            if path.stat().st_size > 10_000_000:
                raise KeysWrong(place=path.name, why="it is larger than 10 MB")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as wrong:
            raise KeysWrong(place=path.name, why="it cannot be opened") from wrong
        return cls.from_json(text, path.name)
