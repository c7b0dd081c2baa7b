"""Private keys of a data folder: sealed files that are in no copy."""

from pathlib import Path

from fallback.disk import disk_error, write_file
from fallback.errors import SecretMissing
from fallback.vault import Vault


def secret_path(folder: Path, name: str) -> Path:
    """Where a private key lies."""
    return folder / "private" / f"{name}.key"


def store_secret(vault: Vault, folder: Path, name: str, secret: bytes) -> None:
    """Seals a private key into its file. Raises DiskFull, FolderReadOnly or DiskFailed."""
    path = secret_path(folder, name)
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_file(path, vault.seal("private keys", secret, name.encode()))
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong


def load_secret(vault: Vault, folder: Path, name: str) -> bytes:
    """A private key of this folder. Raises SecretMissing, or SealBroken for a file that was changed."""
    try:
        sealed = secret_path(folder, name).read_bytes()
    except OSError as wrong:
        raise SecretMissing(name=name) from wrong
    return vault.unseal("private keys", sealed, name.encode())
