"""Where a second copy can lie: another stick that is plugged in, else the kit's own where it can be written."""

import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from fallback.ledger.carrier import FILE_NAME
from fallback.vault import Vault

if sys.platform == "win32":
    import ctypes

_COPIES = "copies"
_REMOVABLE = 2  # DRIVE_REMOVABLE
_MOST = 40  # copies that are taken in: a stick may be a disk of anything
_MOUNTED = ("/media/", "/run/media/")


@dataclass(frozen=True, slots=True)
class CopyPlace:
    """A folder for the second copy; `name` is what people call the stick, `own` says that it is the kit's own."""

    folder: Path
    name: str
    own: bool

    @property
    def key(self) -> str:
        """What a form calls it."""
        return self.folder.as_posix()


def places(kit: Path | None, hospital_id: str, computer: str, roots: Iterable[Path] | None = None) -> list[CopyPlace]:
    """Where this computer's copy may be written: where it lies already first, then other sticks, then the kit."""
    found = []
    for root in mounted() if roots is None else roots:
        if not (kit and _is_same(root, kit)) and _is_writable(root):
            found.append(CopyPlace(root / f"parchi-{hospital_id}" / computer, root.name or str(root), own=False))
    if kit and _is_writable(kit):
        found.append(CopyPlace(kit / _COPIES / computer, kit.name or str(kit), own=True))
    return sorted(found, key=lambda place: not (place.folder / FILE_NAME).is_file())


def folder_of(name: str, fingerprint: str) -> str:
    """What a computer's own folder is called on a stick: by its name, as people know it, and what tells it apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower(), flags=re.ASCII).strip("-")[:20]
    return f"{plain or 'computer'}-{fingerprint[:4]}"


def copies(kit: Path | None, hospital_id: str, roots: Iterable[Path] | None = None) -> list[Path]:
    """The folders of second copies that lie on what is plugged in: other desks', and an earlier one of this computer.

    Only what their header says is of this hospital's vault opens; whoever takes them in tells that.
    """
    within = [root / f"parchi-{hospital_id}" for root in (mounted() if roots is None else roots)]
    if kit:
        within.append(kit / _COPIES)
    found = []
    for folder in within:
        try:
            found += [each for each in sorted(folder.iterdir()) if Vault.header_file(each).is_file()]
        except OSError:  # there are none
            continue
    return found[:_MOST]


def mounted() -> list[Path]:
    """The sticks that are plugged in, by their top folders."""
    return sorted(_mounted(), key=str)


if sys.platform == "win32":

    def _mounted() -> Iterator[Path]:
        known = ctypes.windll.kernel32.GetLogicalDrives()
        for place in range(26):
            drive = f"{chr(ord('A') + place)}:\\"
            if place > 1 and known >> place & 1 and ctypes.windll.kernel32.GetDriveTypeW(drive) == _REMOVABLE:
                yield Path(drive)
else:

    def _mounted() -> Iterator[Path]:
        try:
            lines = Path("/proc/mounts").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        except OSError:
            return
        for line in lines:
            where = line.split(" ")[1].encode("latin-1", "replace").decode("unicode_escape")
            if where.startswith(_MOUNTED):
                yield Path(where)


def _is_same(root: Path, kit: Path) -> bool:
    try:
        return kit.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        return True


def _is_writable(folder: Path) -> bool:
    try:
        if not os.access(folder, os.W_OK):
            return False
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False
