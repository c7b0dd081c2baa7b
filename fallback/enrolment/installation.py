"""A data folder: made, opened, and what an open one can do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fallback.disk import disk_error, put
from fallback.downtime import Role
from fallback.enrolment.pins import new_pin
from fallback.enrolment.private import load_secret, signer, store_secret
from fallback.enrolment.seating import seat_of
from fallback.enrolment.users import user_content
from fallback.errors import (
    CardInTwoPlaces,
    DeskNotHere,
    DeskNotUsable,
    FolderEmpty,
    FolderTaken,
    ParchiError,
    VaultDamaged,
)
from fallback.evidence import FOLDER_NAME, PageStore
from fallback.keys import HospitalKey, PublicKeys, SealingKey, Sign, SigningKey
from fallback.ledger import Ledger, queries, unmake
from fallback.ledger.carrier import DATABASE_NAME
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import cards
from fallback.ledger.writer import Transaction
from fallback.machine import Seat, state_folder
from fallback.vault import Cost, Vault

FIRST_LOGIN = "supervisor"
KEYS_FILE = "keys.json"


@dataclass(frozen=True, slots=True)
class Installation:
    """A data folder, opened: its vault, its ledger, its seat on this machine, and whether its root is a drill's."""

    folder: Path
    vault: Vault
    ledger: Ledger
    root: bytes
    drill: bool
    seat: Seat
    _signers: dict[str, tuple[tuple[int, ...], Sign]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def pages(self) -> PageStore:
        """The pictures of scanned pages."""
        return PageStore(self.folder / FOLDER_NAME, self.vault)

    def keys(self) -> PublicKeys:
        """The root's public key and the certificates of every desk and card."""
        return PublicKeys.checked(self.root, cards.certificates(self.ledger.db()), "the journal")

    def sign(self, series: int) -> Sign:
        """The signing function of a desk that was enrolled here, and nowhere else as far as is known.

        Raises DeskNotUsable when it is retired or was never enrolled, DeskNotHere when its right to issue lies with
        another machine, folder or history, CardInTwoPlaces, and SecretMissing.
        """
        desk = queries.desk(self.ledger.db(), series)
        if desk is None or desk.retired:
            raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
        uses = cards.uses_of(self.ledger.db(), series)
        if not any(use.chain == self.ledger.chain for use in uses):
            raise DeskNotHere(series=series)
        if any(use.machine and use.chain != self.ledger.chain for use in uses):
            raise CardInTwoPlaces(series=series)
        return signer(self.vault, self.folder, f"desk-{series:03d}", self._signers)

    def may_issue(self, series: int) -> bool:
        """Whether a desk may issue here and now."""
        try:
            self.sign(series)
        except ParchiError:
            return False
        return True

    def sign_as_hospital(self, message: bytes) -> bytes:
        """The root's own signature, for accounts. Raises SecretMissing when the root's key is not on this machine."""
        return SigningKey(load_secret(self.vault, self.folder, HospitalKey.ROOT)).sign(message)

    def supervisors_key(self) -> SealingKey:
        """What opens confidential identities. Raises SecretMissing when it is not on this machine, PassphraseNeeded."""
        return SealingKey(load_secret(self.vault, self.folder, HospitalKey.SUPERVISORS))

    def close(self) -> None:
        """Ends the writer; every acknowledged fact is on the disk already."""
        self.ledger.close()
        self.seat.close()


def init(
    folder: Path,
    passphrase: str,
    *,
    clock: Callable[[], datetime],
    drill: bool = False,
    cost: Cost | None = None,
    state: Path | None = None,
) -> tuple[Installation, str, str]:
    """Makes an installation: vault, journal, root, a first supervisor.

    Returns it with the printed recovery key and the first supervisor's PIN. `cost` is how dear guessing the passphrase
    is made, the vault's default when None; `state` is the machine's state folder, that of the environment when None.
    Raises FolderTaken.
    """
    vault, recovery_key, ledger = fresh(folder, passphrase, clock=clock, cost=cost)
    seat = seat_of(ledger, state or state_folder())
    root = SigningKey.new()
    supervisors = SealingKey.new()
    store_secret(vault, folder, HospitalKey.ROOT, root.secret)
    store_secret(vault, folder, HospitalKey.SUPERVISORS, supervisors.secret)
    pin = new_pin()
    keys = PublicKeys(root=root.public)

    def job(tx: Transaction) -> None:
        content = {"hospital": f"{keys.hospital:08x}", "root": root.public.hex(), "drill": drill}
        content["supervisors"] = supervisors.public.hex()
        tx.append(FactKind.INSTALLATION_MADE, content)
        tx.append(FactKind.USER_SET, user_content(FIRST_LOGIN, "Supervisor", Role.SUPERVISOR, pin, temporary=True))

    ledger.write(job)
    installation = Installation(folder, vault, ledger, root.public, drill, seat)
    write_keys(installation)
    return installation, recovery_key, pin


def fresh(
    folder: Path, passphrase: str, *, clock: Callable[[], datetime], cost: Cost | None
) -> tuple[Vault, str, Ledger]:
    """An empty data folder's vault, its recovery key, and its journal without a line. Raises FolderTaken."""
    _clear_unfinished(folder, passphrase, clock)
    if Vault.header_file(folder).exists() or (folder / DATABASE_NAME).exists():
        # a journal without its header is saved by the second copy's header; a new one beside it would hide that
        raise FolderTaken(folder=folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    vault, recovery_key = Vault.create(folder, passphrase, cost=cost)
    return vault, recovery_key, Ledger.open(folder, vault, clock=clock)


def _clear_unfinished(folder: Path, passphrase: str, clock: Callable[[], datetime]) -> None:
    """Removes what an `init` left that was ended before its first fact: nothing was ever issued from it.

    Only what this passphrase opens and finds empty is removed; anything else is left for FolderTaken.
    """
    if not Vault.header_file(folder).exists() or any(folder.glob("*.parchi")):  # a stick: its header opens the copy
        return
    try:
        with Ledger.open(folder, Vault.open(folder, passphrase), clock=clock) as ledger:
            begun = any(head.sequence for head in ledger.heads().values())  # a chain that has just begun has none
    except ParchiError:
        return
    if not begun:
        unmake(folder)


def open_installation(
    folder: Path,
    secret: str,
    *,
    clock: Callable[[], datetime],
    state: Path | None = None,
    copies: Sequence[Path] = (),
) -> Installation:
    """Opens a data folder with its passphrase, its recovery key, or a desk's card.

    `state` is the machine's state folder, that of the environment when None; `copies` are the second copies' folders,
    where lines are looked for that the journal has lost. Raises FolderEmpty, VaultDamaged, what `Vault.open` raises for
    a wrong secret, and the disk's errors.
    """
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
    try:
        seat = seat_of(ledger, state or state_folder(), copies)
    except BaseException:
        ledger.close()
        raise
    return Installation(folder, vault, ledger, made[0], made[1], seat)


def write_keys(installation: Installation) -> Path:
    """Writes keys.json, which is public and all that `read` needs, into the data folder; returns its path."""
    path = installation.folder / KEYS_FILE
    fresh = path.with_suffix(".new")
    try:
        fresh.write_text(installation.keys().to_json(), encoding="utf-8")
        put(fresh, path)
    except OSError as wrong:
        raise disk_error(wrong, installation.folder) from wrong
    return path
