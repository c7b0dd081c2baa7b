"""What makes a laptop this hospital's, sealed beside a copy: its hospital.toml and the folder of its layouts."""

import json
from base64 import b64decode, b64encode
from pathlib import Path

from fallback.disk import write_file
from fallback.errors import SealBroken
from fallback.ledger.journal import PURPOSE
from fallback.vault import Vault

FILE_NAME = "hospital.parchi"
HOSPITAL = "hospital.toml"
_CONTEXT = b"own files 1"
_LARGEST = 32 * 1024 * 1024  # bytes, sealed; a found stick's file may be a disk long


def put_own_files(vault: Vault, folder: Path) -> None:
    """Brings the sealed file beside a copy up to date; it is left alone where it holds the same. Raises OSError.

    Without it a restored laptop would print the example hospital's name, clinics and fees.
    """
    own = own_files(vault.folder)
    if HOSPITAL in own and sum(map(len, own.values())) < _LARGEST // 2 and read_own_files(vault, folder) != own:
        told = json.dumps({name: b64encode(content).decode() for name, content in own.items()})
        write_file(folder / FILE_NAME, vault.seal(PURPOSE, told.encode(), _CONTEXT))


def read_own_files(vault: Vault, folder: Path) -> dict[str, bytes]:
    """The files by their place in a data folder, at most one folder deep; none where they are lost or damaged."""
    file = folder / FILE_NAME
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return {}
        told = json.loads(vault.unseal(PURPOSE, file.read_bytes(), _CONTEXT))
        return {name: b64decode(content) for name, content in told.items()}
    except (OSError, SealBroken, ValueError):
        return {}


def own_files(folder: Path) -> dict[str, bytes]:
    """The hospital's file, and every file of a folder that holds layouts: a logo and a font lie beside them."""
    if not (folder / HOSPITAL).is_file():
        return {}
    found = [folder / HOSPITAL]
    for layouts in sorted({each.parent for each in folder.glob("*/*.toml")}):
        found += sorted(each for each in layouts.iterdir() if each.is_file())
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in found}
