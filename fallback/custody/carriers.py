"""The journal's keeping: export, merge, verify, rebuild, restore from a copy."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from fallback.custody.pictures import PagesReport, copy_pages
from fallback.custody.printed import sheet_troubles
from fallback.custody.salvage import Salvage, salvage, take_slips
from fallback.disk import disk_error, write_file
from fallback.errors import CopyForeign, FolderTaken, LineWrong, MergeStopped
from fallback.evidence import FOLDER_NAME, PageStore
from fallback.ledger import Carrier, Head, Ledger, Line, MergeReport, VerifyReport, unmake
from fallback.ledger.carrier import DATABASE_NAME, FILE_NAME, write_export
from fallback.ledger.own_files import HOSPITAL, read_own_files
from fallback.machine import Seat, state_folder
from fallback.vault import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What an export holds: where it lies, its number of lines, and where each chain ended."""

    file: Path
    lines: int
    heads: tuple[Head, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreReport:
    """What a restore brought: lines and the heads of their chains; `chain` is the new one where writing goes on.

    `pages` are the pictures of pages that lay beside the copy. Of a damaged copy `damaged` lines were not readable, and
    `saved` slips stood after them. `hospital` says whether the hospital's file and layouts came along.
    """

    lines: int
    chains: tuple[Head, ...]
    chain: str
    pages: PagesReport
    damaged: int = 0
    saved: int = 0
    hospital: bool = False


def export(ledger: Ledger, path: Path) -> ExportReport:
    """Writes every line of every chain into a sealed file, whole or not at all, and the vault's header beside it.

    Raises CopyForeign when another vault's header lies there, DiskFull, FolderReadOnly or DiskFailed.
    """
    file = path / FILE_NAME if path.is_dir() else path
    heads: dict[str, Head] = {}

    def lines() -> Iterator[Line]:
        for line in ledger.lines():
            heads[line.chain] = Head(chain=line.chain, sequence=line.sequence, hash=line.hash)
            yield line

    count = write_export(file, ledger.vault, lines())
    return ExportReport(file=file, lines=count, heads=tuple(heads.values()))


def merge(ledger: Ledger, path: Path) -> MergeReport:
    """Takes in an export, a copy, or the folder of one. Again changes nothing; a chain that forks is reported.

    Raises CopyForeign for a file that is none of this vault's, LineWrong for a broken one: then nothing was stored;
    MergeStopped for one with a line that cannot be understood: it tells what was stored before.
    """
    carrier = _carrier(ledger.vault, path)
    return ledger.merge(carrier, place=carrier.file.name)


def verify(ledger: Ledger, path: Path | None = None, *, printed: tuple[Head, ...] = ()) -> VerifyReport:
    """Looks at every line of the journal; with a path, of that copy or export, and whether the journal has the same.

    `printed` are heads typed from paper, whole or their beginning; every shift's sheet that was read is held against
    the journal by itself. Raises CopyForeign for a file that is none of this vault's.
    """
    if path is None:
        report = ledger.verify(printed=printed)
        return replace(report, troubles=(*report.troubles, *sheet_troubles(ledger.db())))
    return ledger.verify_file(_carrier(ledger.vault, path))


def rebuild_views(ledger: Ledger) -> bool:
    """Makes every view anew from the journal, in one transaction; says whether they were as before."""
    return ledger.rebuild_views()


def restore(
    source: Path,
    folder: Path,
    secret: str,
    *,
    clock: Callable[[], datetime],
    state: Path | None = None,
    damaged: bool = False,
) -> RestoreReport:
    """Makes a data folder from a copy or export and the header beside it: its passphrase, recovery key or a card opens
    both.

    The pictures of pages that lie beside it come along, unless a card opened it, which opens no pictures; where that
    fails, the journal is restored all the same.

    The restored chains are never written again: the new folder has a chain of its own, and its desks are enrolled
    anew, for private keys are in no copy. A damaged file is refused, or with `damaged` taken as far as it goes: each
    chain up to its damage, and the slips after it as if their paper were read.

    Raises FolderTaken when the folder is not empty, CopyForeign, LineWrong, VaultDamaged, VaultLocked, DiskFull and the
    like; then the folder is as empty as before.
    """
    home = source if source.is_dir() else source.parent
    if (home / DATABASE_NAME).exists():
        raise CopyForeign(file=home, why="it is a data folder, which may have been copied while it was written")
    vault = Vault.open(home, secret)
    carrier = _carrier(vault, source)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(folder.iterdir()):
            raise FolderTaken(folder=folder)
        header = Vault.header_file(home).read_bytes()
    except OSError as wrong:
        raise disk_error(wrong, folder) from wrong
    try:
        write_file(Vault.header_file(folder), header)
        with Ledger.open(folder, Vault.open(folder, secret), clock=clock) as ledger:
            Seat.take(state or state_folder(), ledger.chain, folder)  # here the new chain may be written
            saved = salvage(carrier) if damaged else Salvage()
            merged = ledger.merge(saved.whole if damaged else carrier, place=carrier.file.name)
            slips = take_slips(ledger, saved.beyond)
            chain = ledger.chain
    except BaseException as wrong:
        unmake(folder)
        if isinstance(wrong, MergeStopped):  # what was taken over went with the folder
            raise LineWrong(place=wrong.values["place"], line=wrong.values["line"], why=wrong.values["why"]) from wrong
        raise
    pages = PagesReport()
    if vault.whole and (home / FOLDER_NAME).is_dir():
        with Ledger.open(folder, Vault.open(folder, secret), clock=clock) as ledger:
            pages = copy_pages(ledger, PageStore(folder / FOLDER_NAME, ledger.vault), home, back=True)
    hospital = bring_own_files(read_own_files(vault, home), folder)
    return RestoreReport(
        lines=merged.lines, chains=merged.chains, chain=chain, pages=pages, damaged=saved.damaged, saved=slips,
        hospital=hospital,
    )  # fmt: skip


def bring_own_files(found: Mapping[str, bytes], folder: Path) -> bool:
    """Puts the hospital's file and layouts, by their place, into a new data folder; says whether the file was there.

    Only names that a hospital's own folder has: whoever holds the passphrase must not write elsewhere with a copy.
    """
    for name, content in found.items():
        place = PurePosixPath(name)
        if len(place.parts) > 2 or place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name:
            continue
        if len(place.parts) == 1 and name != HOSPITAL:
            continue
        target = folder / place
        if target.exists():  # keys, logs, pictures: nothing that is here is replaced
            continue
        try:
            target.parent.mkdir(exist_ok=True)
        except OSError as wrong:
            raise disk_error(wrong, folder) from wrong
        write_file(target, content)
    return HOSPITAL in found


def _carrier(vault: Vault, path: Path) -> Carrier:
    carrier = Carrier(path, vault)
    if not carrier.file.is_file():
        raise CopyForeign(file=carrier.file, why="there is no such file")
    return carrier
