"""The data key and its slots: it opens encrypted databases and seals blobs.

One random data key per hospital encrypts everything; `vault.json` holds it wrapped, once for the passphrase and once
for the printed recovery key, and goes onto every copy. A new passphrase rewrites a slot, never the data: an old copy of
the header still opens with the old passphrase.
"""

import hashlib
import json
import os
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import sqlcipher3.dbapi2 as sqlcipher
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fallback.disk import write_file
from fallback.errors import (
    FolderTaken,
    PassphraseEmpty,
    RecoveryKeyMistyped,
    SealBroken,
    Sentence,
    VaultDamaged,
    VaultLocked,
)

HEADER_NAME = "vault.json"
KEY_SIZE = 32
_FORMAT = "parchi-vault-1"
_SEAL_VERSION = b"\x01"
_NONCE_SIZE = 12
_LARGEST_HEADER = 100_000
# A header comes with any stick that is found: its costs may not be used to exhaust the machine.
_LARGEST_COST = {"passes": 16, "lanes": 16, "memory_kib": 1024 * 1024}
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U
_MISREAD = str.maketrans("ILO", "110", " -\t\r\n.·")
_GROUPS = 13  # of four signs and a check sign: 260 bits, the last four are zero


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a guess at the passphrase costs (argon2id, RFC 9106): passes, lanes, memory in KiB."""

    passes: int = 3
    lanes: int = 4
    memory_kib: int = 64 * 1024


class Vault:
    """An unlocked data key. Keep it in memory only; its repr shows nothing."""

    def __init__(self, folder: Path, data_key: bytes, header: dict[str, Any]) -> None:
        self.folder = folder
        self._data_key = data_key
        self._header = header
        self._ciphers: dict[str, AESGCM] = {}

    def __repr__(self) -> str:
        return f"Vault({self.key_id})"

    @staticmethod
    def header_file(folder: Path) -> Path:
        """Where a folder's header lies."""
        return folder / HEADER_NAME

    @classmethod
    def create(cls, folder: Path, passphrase: str, *, cost: Cost | None = None) -> tuple[Self, str]:
        """Makes a data key and its header; returns the vault and the recovery key, to be printed and locked away.

        Raises FolderTaken when there is a header, PassphraseEmpty, and DiskFull, FolderReadOnly or DiskFailed.
        """
        if cls.header_file(folder).exists():
            raise FolderTaken(folder=folder)
        data_key, recovery_key = os.urandom(KEY_SIZE), os.urandom(KEY_SIZE)
        header: dict[str, Any] = {"format": _FORMAT, "key_id": _key_id(data_key)}
        header["slots"] = [
            _passphrase_slot(header["key_id"], data_key, passphrase, cost or Cost()),
            _recovery_slot(header["key_id"], data_key, recovery_key),
        ]
        _write_header(folder, header)
        return cls(folder, data_key, header), _print_recovery_key(recovery_key)

    @classmethod
    def open(cls, folder: Path, secret: str) -> Self:
        """Unlocks a folder's header with its passphrase or its recovery key.

        Raises VaultDamaged for a header that cannot be used, RecoveryKeyMistyped or VaultLocked for a wrong secret.
        """
        header = _read_header(cls.header_file(folder))
        typed_key, wrong_group = _read_recovery_key(secret)
        for slot in header["slots"]:
            if slot["kind"] == "recovery":
                wrapping_key = _stretch(typed_key, slot) if typed_key else None
            else:
                wrapping_key = _derive(secret, slot)
            data_key = _unwrap(wrapping_key, header["key_id"], slot) if wrapping_key else None
            if data_key is not None:
                return cls(folder, data_key, header)
        if wrong_group:
            raise RecoveryKeyMistyped(group=wrong_group)
        raise VaultLocked(folder=folder)

    @property
    def key_id(self) -> str:
        """Sixteen hex digits that tell data keys apart and say nothing about them."""
        return str(self._header["key_id"])

    def key(self, purpose: str) -> bytes:
        """The 32 bytes of the sub-key of a purpose (HKDF-SHA-256)."""
        return HKDF(SHA256(), KEY_SIZE, None, b"parchi sub-key 1: " + purpose.encode()).derive(self._data_key)

    def seal(self, purpose: str, plain: bytes, context: bytes = b"") -> bytes:
        """Encrypts and authenticates (AES-256-GCM); it opens only for the same purpose and context."""
        nonce = os.urandom(_NONCE_SIZE)
        return _SEAL_VERSION + nonce + self._cipher(purpose).encrypt(nonce, plain, context)

    def unseal(self, purpose: str, sealed: bytes, context: bytes = b"") -> bytes:
        """The inverse of `seal`; raises SealBroken."""
        nonce, body = sealed[1 : 1 + _NONCE_SIZE], sealed[1 + _NONCE_SIZE :]
        if sealed[:1] != _SEAL_VERSION or len(body) < 16:
            raise SealBroken()
        try:
            return self._cipher(purpose).decrypt(nonce, body, context)
        except InvalidTag as wrong:
            raise SealBroken() from wrong

    def change_passphrase(self, new: str, *, cost: Cost | None = None) -> None:
        """Rewrites the passphrase's slot; the data and the recovery key stay as they are. Raises as `create`."""
        header = _read_header(self.header_file(self.folder))
        slot = _passphrase_slot(self.key_id, self._data_key, new, cost or Cost())
        others = [each for each in header["slots"] if each["kind"] != "passphrase"]
        header["slots"] = [slot, *others]
        _write_header(self.folder, header)
        self._header = header

    def connect(self, path: Path, purpose: str = "journal") -> Any:
        """A SQLCipher connection with the purpose's raw key set, in autocommit mode, usable from any one thread.

        Raises sqlcipher3's errors, which the room that owns the database translates.
        """
        connection = sqlcipher.connect(str(path), isolation_level=None, check_same_thread=False)
        connection.execute(f"PRAGMA key = \"x'{self.key(purpose).hex()}'\"")
        connection.execute("PRAGMA cipher_log_level = NONE")  # else every wrong key writes to the terminal
        connection.execute("PRAGMA temp_store = MEMORY")  # nothing of ours lies in a temporary file in plain
        return connection

    def _cipher(self, purpose: str) -> AESGCM:
        if purpose not in self._ciphers:
            self._ciphers[purpose] = AESGCM(self.key(purpose))
        return self._ciphers[purpose]


def header_key_id(path: Path) -> str:
    """The id of the data key that a header wraps; raises VaultDamaged."""
    return str(_read_header(path)["key_id"])


def _key_id(data_key: bytes) -> str:
    return HKDF(SHA256(), 8, None, b"parchi key id 1").derive(data_key).hex()


def _write_header(folder: Path, header: dict[str, Any]) -> None:
    write_file(Vault.header_file(folder), (json.dumps(header, indent=1) + "\n").encode())


def _read_header(path: Path) -> dict[str, Any]:
    """The header, every field of it checked, so that nothing later can stumble over it."""
    try:
        with path.open("rb") as file:
            text = file.read(_LARGEST_HEADER)
        header = json.loads(text)
        if header["format"] != _FORMAT:
            raise ValueError("its version is not known")
        if type(header["key_id"]) is not str or not header["slots"]:
            raise ValueError("it has no slots")
        for slot in header["slots"]:
            _check_slot(slot)
    except OSError as wrong:
        raise VaultDamaged(file=path, why="it cannot be read") from wrong
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise VaultDamaged(
            file=path, why=Sentence("it cannot be parsed ({kind})", kind=type(wrong).__name__)
        ) from wrong
    return dict(header)


def _check_slot(slot: dict[str, Any]) -> None:
    sizes = {"salt": 16, "nonce": _NONCE_SIZE, "wrapped": KEY_SIZE + 16}
    for name, size in sizes.items():
        if len(b64decode(slot[name], validate=True)) != size:
            raise ValueError(f"{name} has a wrong size")
    if slot["kind"] == "passphrase":
        for name, limit in _LARGEST_COST.items():
            if type(slot[name]) is not int or not 1 <= slot[name] <= limit:
                raise ValueError(f"{name} is out of bounds")
        if slot["memory_kib"] < 8 * slot["lanes"]:
            raise ValueError("memory_kib is out of bounds")
    elif slot["kind"] != "recovery":
        raise ValueError("a slot's kind is not known")


def _passphrase_slot(key_id: str, data_key: bytes, passphrase: str, cost: Cost) -> dict[str, Any]:
    if not passphrase.strip():
        raise PassphraseEmpty()
    slot: dict[str, Any] = {"kind": "passphrase", "salt": b64encode(os.urandom(16)).decode()}
    slot |= {"passes": cost.passes, "lanes": cost.lanes, "memory_kib": cost.memory_kib}
    return slot | _wrap(_derive(passphrase, slot), key_id, slot, data_key)


def _recovery_slot(key_id: str, data_key: bytes, recovery_key: bytes) -> dict[str, Any]:
    slot: dict[str, Any] = {"kind": "recovery", "salt": b64encode(os.urandom(16)).decode()}
    return slot | _wrap(_stretch(recovery_key, slot), key_id, slot, data_key)


def _derive(passphrase: str, slot: dict[str, Any]) -> bytes:
    """Argon2id over the passphrase as any keyboard types it: NFKC, without spaces around it."""
    typed = unicodedata.normalize("NFKC", passphrase.strip()).encode("utf-8", "surrogatepass")
    return Argon2id(
        salt=b64decode(slot["salt"]),
        length=KEY_SIZE,
        iterations=slot["passes"],
        lanes=slot["lanes"],
        memory_cost=slot["memory_kib"],
    ).derive(typed)


def _stretch(recovery_key: bytes, slot: dict[str, Any]) -> bytes:
    """HKDF is enough: a recovery key has 256 bits, nobody guesses it."""
    return HKDF(SHA256(), KEY_SIZE, b64decode(slot["salt"]), b"parchi recovery 1").derive(recovery_key)


def _bound(key_id: str, slot: dict[str, Any]) -> bytes:
    """What a wrapped key is bound to: a slot whose costs or kind are changed does not open."""
    told = {name: value for name, value in slot.items() if name not in ("nonce", "wrapped")}
    return json.dumps([_FORMAT, key_id, told], sort_keys=True).encode()


def _wrap(wrapping_key: bytes, key_id: str, slot: dict[str, Any], data_key: bytes) -> dict[str, str]:
    nonce = os.urandom(_NONCE_SIZE)
    wrapped = AESGCM(wrapping_key).encrypt(nonce, data_key, _bound(key_id, slot))
    return {"nonce": b64encode(nonce).decode(), "wrapped": b64encode(wrapped).decode()}


def _unwrap(wrapping_key: bytes, key_id: str, slot: dict[str, Any]) -> bytes | None:
    try:
        return AESGCM(wrapping_key).decrypt(b64decode(slot["nonce"]), b64decode(slot["wrapped"]), _bound(key_id, slot))
    except InvalidTag:
        return None


def _check_sign(group: int, signs: str) -> str:
    return _ALPHABET[hashlib.sha256(f"{group} {signs}".encode()).digest()[0] & 31]


def _print_recovery_key(recovery_key: bytes) -> str:
    """Thirteen groups of four signs and a check sign, which tells the group that was mistyped."""
    bits = int.from_bytes(recovery_key, "big") << 4
    signs = "".join(_ALPHABET[bits >> shift & 31] for shift in range(5 * (4 * _GROUPS - 1), -1, -5))
    groups = [signs[start : start + 4] for start in range(0, len(signs), 4)]
    return "-".join(group + _check_sign(place, group) for place, group in enumerate(groups, 1))


def _read_recovery_key(typed: str) -> tuple[bytes | None, int]:
    """The key that was typed in any case, with any spaces; else None and the first wrong group (0: no such key)."""
    signs = typed.upper().translate(_MISREAD)
    if len(signs) != 5 * _GROUPS or not set(signs) <= set(_ALPHABET):
        return None, 0
    bits = 0
    for place in range(1, _GROUPS + 1):
        group = signs[5 * (place - 1) : 5 * place]
        if group[4] != _check_sign(place, group[:4]):
            return None, place
        for sign in group[:4]:
            bits = bits << 5 | _ALPHABET.index(sign)
    if bits & 15:
        return None, _GROUPS
    return (bits >> 4).to_bytes(KEY_SIZE, "big"), 0
