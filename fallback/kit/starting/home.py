"""A hospital's desk on this computer: its folder in the machine's state folder, and what lies beside its data."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from fallback import __version__
from fallback.disk import disk_error, sync_folder, write_file
from fallback.errors import FolderTaken, ProgramOlder, VaultDamaged
from fallback.kit.start import READY, number
from fallback.kit.starting.locked import RUNNING, take
from fallback.ledger.carrier import DATABASE_NAME
from fallback.settings import PROGRAM
from fallback.vault import Vault

_MAKING, _PROGRAM = "making", "program.json"


def unpacked() -> Path | None:
    """The folder into which this program was unpacked from a stick; None where it came another way.

    `start.py` cannot say it: what is imported of it lies two folders deeper than what was started.
    """
    folder = PROGRAM.parent
    return folder if (folder / READY).is_file() else None


@dataclass(frozen=True, slots=True)
class Home:
    """`state_folder()/desk-<hospital id>`: the data folder, and the marks of whoever makes or runs it."""

    folder: Path

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def has_desk(self) -> bool:
        """Whether a data folder is here that was made to its end."""
        return Vault.header_file(self.data).is_file() and not (self.folder / _MAKING).exists()

    def begin(self) -> None:
        """Marks that a data folder is being made. Raises VaultDamaged for a journal that lost its header, FolderTaken,
        DiskFull, FolderReadOnly or DiskFailed.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.data.exists() and any(self.data.iterdir()):  # whatever is marked here, `clear` takes away
                if (self.data / DATABASE_NAME).exists():
                    raise VaultDamaged(file=Vault.header_file(self.data), why="it is not there")
                raise FolderTaken(folder=self.data)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong
        write_file(self.folder / _MAKING, b"")

    def finished(self) -> None:
        """The data folder is whole: from now on nothing takes it away."""
        try:
            (self.folder / _MAKING).unlink()
            sync_folder(self.folder)
        except OSError as wrong:
            raise disk_error(wrong, self.folder) from wrong

    def clear(self) -> None:
        """Takes away what a start that was cut off had begun to make: it was never served, so nothing was issued."""
        if (self.folder / _MAKING).exists():
            try:
                if self.data.exists():
                    shutil.rmtree(self.data)
                self.finished()
            except OSError as wrong:
                raise disk_error(wrong, self.folder) from wrong

    def note_program(self) -> None:
        """Writes down which program opens the journal now. Raises ProgramOlder when a newer one did: this one would not
        understand what that one wrote.
        """
        try:
            here = str(json.loads((self.folder / _PROGRAM).read_text(encoding="utf-8"))["version"])
        except (OSError, ValueError, KeyError, TypeError):
            here = ""
        if number(here) > number(__version__):
            raise ProgramOlder(here=here[:20], version=__version__)
        folder = unpacked()
        program = folder.name if folder else ""
        write_file(self.folder / _PROGRAM, json.dumps({"version": __version__, "program": program}).encode())

    def take(self) -> int | None:
        """Takes the desk for this process, until its end; None when another start of it runs."""
        return take(self.folder)

    def tell_address(self, address: str) -> None:
        """Where the start that runs can be reached: a second double click leads there."""
        write_file(self.folder / RUNNING, json.dumps({"address": address}).encode())

    def address(self) -> str:
        """The same; "" while it is not told yet."""
        try:
            address = str(json.loads((self.folder / RUNNING).read_text(encoding="utf-8"))["address"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return address if address.startswith("http://127.0.0.1:") else ""


def homes(state: Path) -> list[Home]:
    """Every hospital's desk on this computer that has data."""
    return [found for each in sorted(state.glob("desk-*")) if (found := Home(each)).has_desk]
