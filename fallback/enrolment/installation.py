"""A data folder: made, opened, and what an open one can do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fallback.disk import disk_error
from fallback.downtime import Role
from fallback.enrolment.private import load_secret, store_secret
from fallback.enrolment.users import new_pin, user_content
from fallback.errors import DeskNotUsable, FolderEmpty, FolderTaken, ParchiError, VaultDamaged
from fallback.evidence import FOLDER_NAME, PageStore
from fallback.keys import PublicKeys, Sign, SigningKey
from fallback.ledger import Ledger, queries
from fallback.ledger.carrier import DATABASE_NAME
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.vault import Cost, Vault

FIRST_LOGIN = "supervisor"
KEYS_FILE = "keys.json"


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
        return SigningKey(load_secret(self.vault, self.folder, f"desk-{series:03d}")).sign

    def sign_as_hospital(self, message: bytes) -> bytes:
        """The root's own signature, for accounts. Raises SecretMissing when the root's key is not on this machine."""
        return SigningKey(load_secret(self.vault, self.folder, "root")).sign(message)

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
    store_secret(vault, folder, "root", root.secret)
    pin = new_pin()
    keys = PublicKeys(root=root.public)

    def job(tx: Transaction) -> None:
        content = {"hospital": f"{keys.hospital:08x}", "root": root.public.hex(), "drill": drill}
        tx.append(FactKind.INSTALLATION_MADE, content)
        tx.append(FactKind.USER_SET, user_content(FIRST_LOGIN, "Supervisor", Role.SUPERVISOR, pin))

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
