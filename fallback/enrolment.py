"""init, desks, users and their keys: who may sign, and with what."""

import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from fallback.disk import disk_error, write_file
from fallback.downtime import Desk, Role, User
from fallback.errors import (
    DeskNotUsable,
    FolderEmpty,
    FolderTaken,
    LoginRefused,
    LoginWrong,
    ParchiError,
    PinTooWeak,
    SecretMissing,
    SeriesUsedUp,
    VaultDamaged,
)
from fallback.evidence import FOLDER_NAME, PageStore
from fallback.keys import PublicKeys, Sign, SigningKey, certify, hospital_id
from fallback.ledger import Ledger, queries
from fallback.ledger.carrier import DATABASE_NAME
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.payload import encode_certificate
from fallback.slip import SERIES_LIMIT
from fallback.vault import Cost, Vault

FIRST_LOGIN = "supervisor"
KEYS_FILE = "keys.json"
_PIN = re.compile(r"[0-9]{6,12}")
_LOGIN = re.compile(r"[a-z][a-z0-9]{1,19}")


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder, opened: its vault, its ledger, and whether its root is a drill's."""

    folder: Path
    vault: Vault
    ledger: Ledger
    root: bytes
    drill: bool

    @property
    def pages(self) -> PageStore:
        """The pictures of scanned pages."""
        return PageStore(self.folder / FOLDER_NAME, self.vault)

    def keys(self) -> PublicKeys:
        """The root's public key and every desk's certificate."""
        return PublicKeys.checked(self.root, queries.certificates(self.ledger.db()), "the journal")

    def sign(self, series: int) -> Sign:
        """The signing function of a desk; DeskNotUsable when its key is not here or it is retired."""
        desk = queries.desk(self.ledger.db(), series)
        if desk is None or desk.retired:
            raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
        return SigningKey(_load_secret(self.vault, self.folder, f"desk-{series:03d}")).sign

    def sign_as_hospital(self, message: bytes) -> bytes:
        """The root's own signature, for accounts. Raises SecretMissing when the root's key is not on this machine."""
        return SigningKey(_load_secret(self.vault, self.folder, "root")).sign(message)

    def close(self) -> None:
        """Ends the writer; every acknowledged fact is on the disk already."""
        self.ledger.close()


def init(
    folder: Path,
    passphrase: str,
    *,
    clock: Callable[[], datetime],
    drill: bool = False,
    cost: Cost | None = None,
) -> tuple[Installation, str, str]:
    """Makes an installation: vault, journal, root, a first supervisor.

    Returns it with the printed recovery key and the first supervisor's PIN. `cost` is how dear guessing the passphrase
    is made, the vault's default when None. Raises FolderTaken.
    """
    _clear_unfinished(folder, passphrase, clock)
    if Vault.header_file(folder).exists() or (folder / DATABASE_NAME).exists():
        # a journal without its header is saved by the second copy's header; a new one beside it would hide that
        raise FolderTaken(folder=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    vault, recovery_key = Vault.create(folder, passphrase, cost=cost)
    ledger = Ledger.open(folder, vault, clock=clock)
    root = SigningKey.new()
    _store_secret(vault, folder, "root", root.secret)
    pin = _new_pin()
    keys = PublicKeys(root=root.public)

    def job(tx: Transaction) -> None:
        content = {"hospital": f"{keys.hospital:08x}", "root": root.public.hex(), "drill": drill}
        tx.append(FactKind.INSTALLATION_MADE, content)
        tx.append(FactKind.USER_SET, _user_content(FIRST_LOGIN, "Supervisor", Role.SUPERVISOR, pin))

    ledger.write(job)
    installation = Installation(folder, vault, ledger, root.public, drill)
    write_keys(installation)
    return installation, recovery_key, pin


def _clear_unfinished(folder: Path, passphrase: str, clock: Callable[[], datetime]) -> None:
    """Removes what an `init` left that was ended before its first fact: nothing was ever issued from it.

    Only what this passphrase opens and finds empty is removed; anything else is left for FolderTaken.
    """
    if not Vault.header_file(folder).exists():
        return
    try:
        with Ledger.open(folder, Vault.open(folder, passphrase), clock=clock) as ledger:
            begun = ledger.head().sequence > 0
    except ParchiError:
        return
    if not begun:
        for name in (DATABASE_NAME, f"{DATABASE_NAME}-wal", f"{DATABASE_NAME}-shm", Vault.header_file(folder).name):
            (folder / name).unlink(missing_ok=True)


def open_installation(folder: Path, secret: str, *, clock: Callable[[], datetime]) -> Installation:
    """Opens a data folder with its passphrase or recovery key. Raises FolderEmpty, VaultDamaged or VaultLocked."""
    if not Vault.header_file(folder).exists():
        if (folder / DATABASE_NAME).exists():
            raise VaultDamaged(file=Vault.header_file(folder), why="it is not there")
        raise FolderEmpty(folder=folder)
    vault = Vault.open(folder, secret)
    ledger = Ledger.open(folder, vault, clock=clock)
    made = queries.installation(ledger.db())
    if made is None:
        ledger.close()
        raise FolderEmpty(folder=folder)
    return Installation(folder, vault, ledger, made[0], made[1])


def write_keys(installation: Installation) -> Path:
    """Writes keys.json, which is public and all that `read` needs, into the data folder; returns its path."""
    path = installation.folder / KEYS_FILE
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(installation.keys().to_json(), encoding="utf-8")
        fresh.replace(path)
    except OSError as wrong:
        raise disk_error(wrong, installation.folder) from wrong
    return path


def enrol_desk(installation: Installation, name: str) -> Desk:
    """Gives a desk a series of its own and a key certified by the root.

    Raises SeriesUsedUp, and PayloadTooLong for a name that the code of the desk's card cannot hold.
    """
    root = SigningKey(_load_secret(installation.vault, installation.folder, "root"))
    key = SigningKey.new()

    def job(tx: Transaction) -> int:
        series = max((each.series for each in queries.desks(tx.db)), default=0) + 1
        if series > SERIES_LIMIT:
            raise SeriesUsedUp(series=SERIES_LIMIT)
        certificate = certify(root, series, name, key.public, drill=installation.drill)
        encode_certificate(certificate, hospital_id(installation.root))  # a desk without a card could not be verified
        _store_secret(installation.vault, installation.folder, f"desk-{series:03d}", key.secret)
        content = {"series": series, "name": name, "certificate": certificate.record()}
        tx.append(FactKind.DESK_ENROLLED, content, series=series)
        return series

    series = installation.ledger.write(job)
    write_keys(installation)
    return Desk(series=series, name=name)


def retire_desk(installation: Installation, series: int, reason: str, login: str = "") -> None:
    """Ends a desk: what it signed stays genuine, it signs nothing more. Raises DeskNotUsable."""

    def job(tx: Transaction) -> None:
        desk = queries.desk(tx.db, series)
        if desk is None or desk.retired:
            raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
        if queries.open_shift(tx.db, series=series):
            raise DeskNotUsable(series=series, why="a shift is open there; close it first")
        tx.append(FactKind.DESK_RETIRED, {"series": series, "reason": reason}, series=series, by=login)

    installation.ledger.write(job)


def set_user(ledger: Ledger, login: str, name: str, role: Role, pin: str = "", *, by: str = "") -> str:
    """Adds a user or gives one a new name, role and PIN; returns the PIN (a random one when none was given).

    Raises LoginWrong or PinTooWeak.
    """
    if not _LOGIN.fullmatch(login):
        raise LoginWrong()
    pin = pin or _new_pin()
    content = _user_content(login, name, role, pin)
    ledger.write(lambda tx: tx.append(FactKind.USER_SET, content, by=by))
    return pin


def log_in(ledger: Ledger, login: str, pin: str) -> User:
    """The user whose login and PIN these are; raises LoginRefused."""
    user = queries.user(ledger.db(), login.strip().lower())
    stored = user.pin_hash if user else _hash_pin("000000")  # as slow for an unknown login as for a wrong PIN
    if not _is_pin(stored, pin) or user is None or not user.active:
        raise LoginRefused()
    return user


def _user_content(login: str, name: str, role: Role, pin: str) -> dict[str, object]:
    if not _PIN.fullmatch(pin) or len(set(pin)) == 1 or pin in "012345678901234567890" or pin in "98765432109876543210":
        raise PinTooWeak()
    return {"login": login, "name": name, "role": role.value, "pin_hash": _hash_pin(pin), "active": True}


def _new_pin() -> str:
    while True:
        pin = f"{secrets.randbelow(1_000_000):06d}"
        if len(set(pin)) > 2 and pin not in "01234567890" and pin not in "9876543210":
            return pin


def _hash_pin(pin: str) -> str:
    salt = os.urandom(16)
    digest = _pin_hasher(salt).derive(pin.encode())
    return f"{b64encode(salt).decode()}${b64encode(digest).decode()}"


def _pin_hasher(salt: bytes) -> Argon2id:
    # OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane.
    return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=19 * 1024)


def _is_pin(stored: str, pin: str) -> bool:
    salt, digest = (b64decode(part) for part in stored.split("$"))
    try:
        _pin_hasher(salt).verify(pin.encode(), digest)
    except InvalidKey:
        return False
    return True


def _secret_path(folder: Path, name: str) -> Path:
    return folder / "private" / f"{name}.key"


def _store_secret(vault: Vault, folder: Path, name: str, secret: bytes) -> None:
    path = _secret_path(folder, name)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_file(path, vault.seal("private keys", secret, name.encode()))
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong


def _load_secret(vault: Vault, folder: Path, name: str) -> bytes:
    try:
        sealed = _secret_path(folder, name).read_bytes()
    except OSError as wrong:
        raise SecretMissing(name=name) from wrong
    return vault.unseal("private keys", sealed, name.encode())
