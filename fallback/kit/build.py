"""Builds a stick: what the day needs, every file's SHA-256, and the hospital's seal last of all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import fallback
from fallback import custody
from fallback.disk import disk_error
from fallback.enrolment import KEYS_FILE, Installation
from fallback.errors import KitFileWrong, NoCardOpens
from fallback.frontdesk import Counter
from fallback.kit import papers, program, seal, wheels
from fallback.kit.embedded import EmbeddedPython
from fallback.kit.seal import Kit
from fallback.kit.stick import Stick, kept, needs_portable
from fallback.ledger.carrier import DATABASE_NAME
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import cards
from fallback.patients import PatientIndex
from fallback.slip import SlipNumber

_EXPORTED = ("journal.parchi", "vault.json", "hospital.parchi")
_PAD_BYTES = 10_000  # of one blank in the PDF, at most

Tell = Callable[[str, int, int], None]
"""Told what is being done (writing, reading), the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What is the same on every stick of a version: files by their place, from this disk or from memory.

    `sums` are known SHA-256; a file that has one is linked instead of copied, where the disk can.
    """

    files: dict[str, Path] = field(default_factory=dict)
    made: dict[str, bytes] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished stick: its seal, how many files and bytes, the numbers of its pads (none when an older stick's were
    kept, `pads_kept` says how many files), and how many unused cards open it.
    """

    kit: Kit
    files: int
    size: int
    cards: int
    pads: tuple[SlipNumber, ...] = ()
    pads_kept: int = 0


def shared(found: Sequence[Path], python: EmbeddedPython | None) -> Shared:
    """The program, these wheels, and the Python for Windows. Raises the disk's errors."""
    try:
        files = dict(program.program_files()) | {f"wheels/{path.name}": path for path in found}
        made = dict(program.scripts())
    except OSError as wrong:
        raise disk_error(wrong, program.REQUIREMENTS.parent) from wrong
    if python is not None:
        made |= {f"python-windows/{name}": content for name, content in python.files.items()}
    return Shared(files=files, made=made)


def opening_cards(counter: Counter, *, needed: bool) -> int:
    """How many unused enrolment cards would open a stick. Raises NoCardOpens for none where one is `needed`."""
    opening = sum(not card.uses and not card.revoked for card in cards.cards(counter.ledger.db()))
    if needed and not opening:
        raise NoCardOpens()
    return opening


def build(
    installation: Installation, counter: Counter, hospital_file: Path, folder: Path, same: Shared, *,
    clock: Callable[[], datetime], index: bool = False, pads: int = 0, own_pads: Mapping[str, bytes] | None = None,
    needs_card: bool = True, tell: Tell | None = None, read_back: bool = True,
) -> Built:  # fmt: skip
    """Makes a stick in a folder. Until the last step it has no seal, and no computer uses it.

    `pads` blanks are numbered for it, unless an older stick of this hospital has some in the same folder: those stay.
    `own_pads` are pads that were numbered for it already, by their place.
    Raises PassphraseNeeded, SecretMissing where the root's key is not here, NoCardOpens, NoDeskSigns, KitFolderTaken,
    KitForeign, KitFileWrong, KitNotWritten, IndexMissing, DiskFull and the like.
    """
    installation.vault.needs_whole()
    now, opening = clock(), opening_cards(counter, needed=needs_card)
    own = hospital_files(counter, hospital_file)
    found = PatientIndex(installation.folder, installation.vault) if index else None
    marked = found.status().index if found else ""
    if found:
        own["hospital/" + found.path.name] = found.path
    made = {
        "papers/poster.pdf": papers.poster(counter, installation),
        "hospital/" + KEYS_FILE: installation.keys().to_json().encode(),
        "READ-ME.txt": papers.read_me(counter, fallback.__version__, now),
    } | papers.runbooks(counter.hospital)
    old_pads = dict(own_pads or {}) or kept(folder, installation.root, papers.is_pads)
    desk = papers.pad_desk(counter, installation) if pads and not old_pads else 0

    stick = Stick(folder, installation.root)
    sizes = [_size(path) for place, path in (same.files | own).items() if place not in same.sums]
    sizes += map(len, (*same.made.values(), *made.values(), *old_pads.values()))
    sizes.append(2 * _size(installation.folder / DATABASE_NAME) + pads * _PAD_BYTES)
    total, done = sum(sizes), 0

    def wrote(place: str) -> None:
        nonlocal done
        done += _size(folder / place)
        if tell:
            tell("writing", min(done, total), total)

    stick.begin(total, len(sizes))
    for place, path in (same.files | own).items():
        if place in same.sums:
            stick.link(place, path, same.sums[place])
        else:
            stick.copy(place, path)
        wrote(place)
    for place, content in (same.made | made | old_pads).items():
        stick.put(place, content)
        wrote(place)
    numbers: list[SlipNumber] = []
    if desk:  # after all that is large: a number that was taken for a sheet that is not there is missed in the account
        numbers, place, pdf = papers.pads(counter, desk, pads, now)
        stick.put(place, pdf)
    custody.export(counter.ledger, folder / "hospital")  # after the pads: what starts from it must know their numbers
    for name in _EXPORTED:
        if (folder / "hospital" / name).is_file():
            stick.take_in(f"hospital/{name}")
    digest = stick.finish((lambda read, of: tell("reading", read, of)) if tell else None, read_back=read_back)
    kit = Kit(
        version=fallback.__version__, hospital=counter.hospital.name, hospital_id=f"{counter.hospital_id:08x}",
        root=installation.root, made=now, drill=installation.drill, sums=digest,
    ).sealed(installation.sign_as_hospital)  # fmt: skip
    fact = {"sums": digest, "version": fallback.__version__, "index": marked}
    installation.ledger.write(lambda tx: tx.append(FactKind.KIT_BUILT, fact))
    seal.seal(folder, kit)
    return Built(
        kit=kit, files=len(stick.sums), size=sum(_size(folder / place) for place in stick.sums), cards=opening,
        pads=tuple(numbers), pads_kept=len(old_pads),
    )  # fmt: skip


def hospital_files(counter: Counter, hospital_file: Path) -> dict[str, Path]:
    """The hospital's file, its layouts' folder and its ways' files, by their places. Raises KitFileWrong."""
    files = {"hospital/hospital.toml": hospital_file}
    layouts = counter.hospital.layouts
    try:
        if layouts:
            for path in sorted(layouts.iterdir()):
                if path.is_file():
                    files[f"hospital/{layouts.name}/{path.name}"] = path
    except OSError as wrong:
        raise disk_error(wrong, layouts or hospital_file.parent) from wrong
    for beside in sorted({target.file for target in counter.hospital.targets if target.file}):
        files[f"hospital/{Path(beside).name}"] = Path(beside)
    for place, path in files.items():
        needs_portable(place)
        if not path.is_file():
            raise KitFileWrong(file=path.name, why="it is not there")
    return files


def needed_wheels(
    pythons: Sequence[str], source: Path | None, cache: Path, tell: Callable[[str], None] | None = None
) -> list[Path]:
    """The wheels of a stick: see `wheels.gather`."""
    wanted = wheels.pins(program.REQUIREMENTS)
    return wheels.gather(wanted, wheels.targets(pythons), source=source, cache=cache, tell=tell)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as wrong:
        raise disk_error(wrong, path.parent) from wrong
