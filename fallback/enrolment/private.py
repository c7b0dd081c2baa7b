"""Private keys of a data folder: sealed files that are in no copy.

A desk's key and its server's open with a card; the root's and the supervisors' only with the passphrase.
"""

from functools import lru_cache
from pathlib import Path

from fallback.disk import disk_error, sync_folder, write_file
from fallback.errors import SealBroken, SecretMissing
from fallback.keys import Sign, SigningKey
from fallback.vault import Vault

SERVER = "server"  # a card opens it: at two in the morning nobody with the passphrase is there
_WHOLE, _DESK = "private keys", "desk keys"


@lru_cache(maxsize=1024)
def secret_path(folder: Path, name: str) -> Path:
    """Where a private key lies."""
    return folder / "private" / f"{name}.key"


def store_secret(vault: Vault, folder: Path, name: str, secret: bytes) -> None:
    """Seals a private key into its file. Raises DiskFull, FolderReadOnly or DiskFailed."""
    path = secret_path(folder, name)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_file(path, vault.seal(_purpose(name), secret, name.encode()))
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong


def load_secret(vault: Vault, folder: Path, name: str) -> bytes:
    """A private key of this folder. Raises SecretMissing, SealBroken for a file that was changed, PassphraseNeeded."""
    try:
        sealed = secret_path(folder, name).read_bytes()
    except OSError as wrong:
        raise SecretMissing(name=name) from wrong
    try:
        return vault.unseal(_purpose(name), sealed, name.encode())
    except SealBroken:
        if name == SERVER:
            raise
        return vault.unseal(_WHOLE, sealed, name.encode())  # a desk's key that an older version sealed


def signer(vault: Vault, folder: Path, name: str, known: dict[str, tuple[tuple[int, ...], Sign]]) -> Sign:
    """The signing function of a private key of this folder. Raises as `load_secret`.

    `known` holds those that were parsed already; a file that was replaced since, or is gone, is not taken from there.
    """
    try:
        file = secret_path(folder, name).stat()
    except OSError as wrong:
        raise SecretMissing(name=name) from wrong
    identity = (file.st_dev, file.st_ino, file.st_size, file.st_mtime_ns)
    if name not in known or known[name][0] != identity:
        known[name] = (identity, SigningKey(load_secret(vault, folder, name)).signer())
    return known[name][1]


def drop_secret(folder: Path, name: str) -> None:
    """Removes a private key's file: it was sealed, nothing in plain stays behind. Raises as `store_secret`."""
    try:
        secret_path(folder, name).unlink(missing_ok=True)
        sync_folder(secret_path(folder, name).parent)
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong


def _purpose(name: str) -> str:
    if name == SERVER:
        return "server key"
    return _DESK if name.startswith("desk-") else _WHOLE
