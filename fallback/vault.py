"""The data key and its slots: it opens encrypted databases and seals blobs.

One random data key per hospital encrypts everything; `vault.json` holds it wrapped, once for the passphrase and once
for the printed recovery key, and goes onto every copy. A new passphrase rewrites a slot, never the data: an old copy of
the header still opens with the old passphrase.

A desk's card has a slot, too. It opens the keys of the desk's purposes only, which the header holds once for all cards:
enough to register and print, not for pages, index, root and identities.
"""

import json
import os
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
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
    CardMistyped,
    CardRefused,
    FolderTaken,
    ParchiError,
    PartMistyped,
    PassphraseEmpty,
    PassphraseNeeded,
    PassphrasePrinted,
    RecoveryKeyMistyped,
    SealBroken,
    Sentence,
    VaultDamaged,
    VaultLocked,
)
from fallback.groups import CARD_LIMIT, CARD_SECRET_SIZE, read_card, read_recovery, recovery_text
from fallback.parts import join, read_parts

HEADER_NAME = "vault.json"
KEY_SIZE = 32
_FORMAT = "parchi-vault-1"
_SEAL_VERSION = b"\x01"
_NONCE_SIZE = 12
_LARGEST_HEADER = 400_000  # with a slot for each of 999 cards
# A header comes with any stick that is found: its costs may not be used to exhaust the machine.
_LARGEST_COST = {"passes": 16, "lanes": 16, "memory_kib": 1024 * 1024}

_CARDS = "cards"  # the purpose of the key that the cards' slots wrap
_DESK: Mapping[str, Any] = {"kind": "desk"}
# What a desk's card opens. Pictures of pages, the patients' index, the root's and the supervisors' keys are not here.
DESK_PURPOSES = ("journal", "copy", "desk keys", "web session", "web draft", "server key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a guess at the passphrase costs (argon2id, RFC 9106): passes, lanes, memory in KiB."""

    passes: int = 3
    lanes: int = 4
    memory_kib: int = 64 * 1024


class Vault:
    """An unlocked data key, or what a card unlocks of it. Keep it in memory only; its repr shows nothing."""

    def __init__(
        self, folder: Path, data_key: bytes, header: dict[str, Any], *, desk_keys: dict[str, bytes] | None = None
    ) -> None:
        self.folder = folder
        self._data_key = data_key
        self._header = header
        self._desk_keys = desk_keys
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
        return cls(folder, data_key, header), recovery_text(recovery_key)

    @classmethod
    def open(cls, folder: Path, secret: str) -> Self:
        """Unlocks a folder's header with its passphrase, its recovery key (signs, words or parts), or a card's text.

        Raises VaultDamaged for a header that cannot be used; CardMistyped, CardRefused, RecoveryKeyMistyped,
        PartMistyped, PartsMissing, PartsMixed or VaultLocked for a wrong secret.
        """
        header = _read_header(cls.header_file(folder))
        mistyped: ParchiError | None = None
        typed_key: bytes | None = None
        try:
            if card := read_card(secret):
                return cls(folder, b"", header, desk_keys=_open_by_card(folder, header, *card))
            typed_key = read_recovery(secret)
            if typed_key is None and (parts := read_parts(secret)):
                typed_key = join(parts)
        except (CardMistyped, RecoveryKeyMistyped, PartMistyped) as wrong:
            mistyped = wrong  # it may still be somebody's passphrase
        for slot in header["slots"]:
            if slot["kind"] == "card":
                continue
            if slot["kind"] == "recovery":
                wrapping_key = _stretch(typed_key, slot) if typed_key else None
            else:
                wrapping_key = _derive(secret, slot)
            data_key = _unwrap(wrapping_key, header["key_id"], slot) if wrapping_key else None
            if data_key is not None:
                return cls(folder, data_key, header)
        raise mistyped or VaultLocked(folder=folder)

    @property
    def key_id(self) -> str:
        """Sixteen hex digits that tell data keys apart and say nothing about them."""
        return str(self._header["key_id"])

    @property
    def whole(self) -> bool:
        """Whether a passphrase or the recovery key opened it: a card opens the desk's purposes only."""
        return self._desk_keys is None

    def needs_whole(self) -> None:
        """Raises PassphraseNeeded when a card opened it."""
        if not self.whole:
            raise PassphraseNeeded()

    def key(self, purpose: str) -> bytes:
        """The 32 bytes of the sub-key of a purpose (HKDF-SHA-256). Raises PassphraseNeeded, as seal and unseal do."""
        if self._desk_keys is None:
            return _sub_key(self._data_key, purpose)
        if purpose not in self._desk_keys:
            raise PassphraseNeeded()
        return self._desk_keys[purpose]

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
        """Rewrites the passphrase's slot; the data and the recovery key stay as they are.

        As all that rewrites the header, it belongs into a job of the ledger, for two programs at once would undo each
        other's slots. Raises PassphraseNeeded, and what `create` raises.
        """
        self.needs_whole()
        self._replace("passphrase", _passphrase_slot(self.key_id, self._data_key, new, cost or Cost()))

    def change_recovery_key(self, recovery_key: bytes) -> None:
        """Rewrites the recovery key's slot for another 32 random bytes. Raises as `change_passphrase`."""
        self.needs_whole()
        self._replace("recovery", _recovery_slot(self.key_id, self._data_key, recovery_key))

    @property
    def cards(self) -> int:
        """How many cards open it."""
        return sum(slot["kind"] == "card" for slot in self._header["slots"])

    def add_cards(self, cards: Iterable[tuple[int, bytes]]) -> None:
        """Slots for cards, each by its number (1 to 999) and its 16 bytes, the header written once.

        A slot of the same number is replaced. Raises as `change_passphrase`.
        """
        self.needs_whole()
        header = _read_header(self.header_file(self.folder))
        slots = {card: _card_slot(self.key_id, self._data_key, card, secret) for card, secret in cards}
        kept = [each for each in header["slots"] if each.get("card") not in slots]
        header["desk"] = _desk_bundle(self.key_id, self._data_key)
        self._write(header | {"slots": [*kept, *slots.values()]})

    def drop_card(self, card: int) -> None:
        """Takes a card's slot away; an old copy of the header still opens with it. Raises as `change_passphrase`."""
        self.needs_whole()
        header = _read_header(self.header_file(self.folder))
        self._write(header | {"slots": [each for each in header["slots"] if each.get("card") != card]})

    def _replace(self, kind: str, slot: dict[str, Any]) -> None:
        header = _read_header(self.header_file(self.folder))
        others = [each for each in header["slots"] if each["kind"] != kind]
        self._write(header | {"slots": [*others[: kind == "recovery"], slot, *others[kind == "recovery" :]]})

    def _write(self, header: dict[str, Any]) -> None:
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


def _looks_printed(secret: str) -> bool:
    """Whether a text is that of a card, a recovery key or a part of a key, also one that was mistyped."""
    try:
        return bool(read_card(secret) or read_recovery(secret) or read_parts(secret))
    except (CardMistyped, RecoveryKeyMistyped, PartMistyped):
        return True


def header_key_id(path: Path) -> str:
    """The id of the data key that a header wraps; raises VaultDamaged."""
    return str(_read_header(path)["key_id"])


def _sub_key(data_key: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, None, b"parchi sub-key 1: " + purpose.encode()).derive(data_key)


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
        # one passphrase's slot: a header that is found with a thousand would take hours to refuse a wrong one
        if len({_check_slot(slot) for slot in header["slots"]}) != len(header["slots"]):
            raise ValueError("two slots are for one secret")
        if "desk" in header or any(slot["kind"] == "card" for slot in header["slots"]):
            _sized(header["desk"], "nonce", _NONCE_SIZE)
            b64decode(header["desk"]["wrapped"], validate=True)
    except OSError as wrong:
        raise VaultDamaged(file=path, why="it cannot be read") from wrong
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise VaultDamaged(
            file=path, why=Sentence("it cannot be parsed ({kind})", kind=type(wrong).__name__)
        ) from wrong
    return dict(header)


def _check_slot(slot: dict[str, Any]) -> tuple[str, int]:
    """Which secret a slot is for: its kind, and a card's number."""
    _sized(slot, "nonce", _NONCE_SIZE)
    _sized(slot, "wrapped", KEY_SIZE + 16)
    match slot["kind"]:
        case "passphrase":
            _sized(slot, "salt", 16)
            for name, limit in _LARGEST_COST.items():
                if type(slot[name]) is not int or not 1 <= slot[name] <= limit:
                    raise ValueError(f"{name} is out of bounds")
            if slot["memory_kib"] < 8 * slot["lanes"]:
                raise ValueError("memory_kib is out of bounds")
        case "recovery":
            _sized(slot, "salt", 16)
        case "card":
            if type(slot["card"]) is not int or not 1 <= slot["card"] <= CARD_LIMIT:
                raise ValueError("a card's number is out of bounds")
        case _:
            raise ValueError("a slot's kind is not known")
    return slot["kind"], slot["card"] if slot["kind"] == "card" else 0


def _sized(slot: dict[str, Any], name: str, size: int) -> None:
    if len(b64decode(slot[name], validate=True)) != size:
        raise ValueError(f"{name} has a wrong size")


def _passphrase_slot(key_id: str, data_key: bytes, passphrase: str, cost: Cost) -> dict[str, Any]:
    if not passphrase.strip():
        raise PassphraseEmpty()
    if _looks_printed(passphrase):
        raise PassphrasePrinted()  # a card that was scanned at the wrong prompt: it would open a desk only
    slot: dict[str, Any] = {"kind": "passphrase", "salt": b64encode(os.urandom(16)).decode()}
    slot |= {"passes": cost.passes, "lanes": cost.lanes, "memory_kib": cost.memory_kib}
    return slot | _wrap(_derive(passphrase, slot), key_id, slot, data_key)


def _recovery_slot(key_id: str, data_key: bytes, recovery_key: bytes) -> dict[str, Any]:
    slot: dict[str, Any] = {"kind": "recovery", "salt": b64encode(os.urandom(16)).decode()}
    return slot | _wrap(_stretch(recovery_key, slot), key_id, slot, data_key)


def _card_slot(key_id: str, data_key: bytes, card: int, secret: bytes) -> dict[str, Any]:
    if not 1 <= card <= CARD_LIMIT or len(secret) != CARD_SECRET_SIZE:
        raise ValueError("a card has a number from 1 to 999 and a secret of 16 bytes")
    slot: dict[str, Any] = {"kind": "card", "card": card}
    return slot | _wrap(_card_key(card, secret), key_id, slot, _sub_key(data_key, _CARDS))


def _desk_bundle(key_id: str, data_key: bytes) -> dict[str, str]:
    """The keys of the desk's purposes, under the key that every card's slot wraps."""
    keys = {purpose: _sub_key(data_key, purpose).hex() for purpose in DESK_PURPOSES}
    return _wrap(_sub_key(data_key, _CARDS), key_id, _DESK, json.dumps(keys).encode())


def _open_by_card(folder: Path, header: dict[str, Any], card: int, secret: bytes) -> dict[str, bytes]:
    slot = next((each for each in header["slots"] if each.get("card") == card), None)
    desk_key = _unwrap(_card_key(card, secret), header["key_id"], slot) if slot else None
    if desk_key is None:
        raise CardRefused(card=card, folder=folder)
    bundle = _unwrap(desk_key, header["key_id"], {**header["desk"], **_DESK})
    if bundle is None:
        raise VaultDamaged(file=Vault.header_file(folder), why="the keys of its desks were changed")
    return {purpose: bytes.fromhex(key) for purpose, key in json.loads(bundle).items()}


def _card_key(card: int, secret: bytes) -> bytes:
    return HKDF(SHA256(), KEY_SIZE, None, f"parchi card {card} 1".encode()).derive(secret)


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


def _bound(key_id: str, slot: Mapping[str, Any]) -> bytes:
    """What a wrapped key is bound to: a slot whose costs or kind are changed does not open."""
    told = {name: value for name, value in slot.items() if name not in ("nonce", "wrapped")}
    return json.dumps([_FORMAT, key_id, told], sort_keys=True).encode()


def _wrap(wrapping_key: bytes, key_id: str, slot: Mapping[str, Any], data_key: bytes) -> dict[str, str]:
    nonce = os.urandom(_NONCE_SIZE)
    wrapped = AESGCM(wrapping_key).encrypt(nonce, data_key, _bound(key_id, slot))
    return {"nonce": b64encode(nonce).decode(), "wrapped": b64encode(wrapped).decode()}


def _unwrap(wrapping_key: bytes, key_id: str, slot: Mapping[str, Any]) -> bytes | None:
    try:
        return AESGCM(wrapping_key).decrypt(b64decode(slot["nonce"]), b64decode(slot["wrapped"]), _bound(key_id, slot))
    except InvalidTag:
        return None
