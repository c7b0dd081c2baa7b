"""The second copy of the pages' pictures, which do not follow the journal by themselves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from fallback.disk import disk_error
from fallback.errors import CopyForeign, ParchiError, PictureDamaged, PictureMissing
from fallback.evidence import FOLDER_NAME, PageStore
from fallback.ledger import Ledger, queries
from fallback.ledger.carrier import put_header
from fallback.vault import Vault, header_key_id

_PORTION = 64  # pictures that wait for the disk together


@dataclass(slots=True)
class PagesReport:
    """What a copy of pictures did: how many are new there, how many were there, and which are damaged at the source."""

    copied: int = 0
    there: int = 0
    damaged: list[str] = field(default_factory=list)


def copy_pages(
    ledger: Ledger,
    store: PageStore,
    folder: Path,
    *,
    back: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> PagesReport:
    """Copies the pictures of pages that a second copy's folder lacks into it, sealed; with `back`, those that the store
    lacks, or has damaged, from it. Again goes on. What a rule destroyed leaves the copy too and never comes back.

    Raises CopyForeign when the folder is another vault's or has no pages, DiskFull, FolderReadOnly or DiskFailed.
    """
    beside = PageStore(folder / FOLDER_NAME, ledger.vault)
    gone = set(queries.destroyed(ledger.db()))
    if back:
        _needs_pages(ledger.vault, beside.folder)
    else:
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            put_header(ledger.vault, folder)
        except OSError as wrong:
            raise disk_error(wrong, folder) from wrong
        beside.remove(*gone)
    source, target = (beside, store) if back else (store, beside)
    report, portion = PagesReport(), list[tuple[str, bytes]]()
    pictures = [picture for picture in source.pictures() if picture not in gone]
    for done, picture in enumerate(pictures, 1):
        if _is_there(source, target, picture, thorough=back):
            report.there += 1
        else:
            try:
                portion.append((picture, source.get(picture)))
            except (PictureDamaged, PictureMissing):
                report.damaged.append(picture)
        if len(portion) == _PORTION or done == len(pictures):
            target.remove(*(picture for picture, _ in portion))  # a damaged one of the same length would stay
            target.put(portion)
            report.copied += len(portion)
            portion.clear()
        if progress:
            progress(done, len(pictures))
    return report


def _is_there(source: PageStore, target: PageStore, picture: str, *, thorough: bool) -> bool:
    """Whether the target has a picture: in its full length, or, thorough, as one that opens."""
    if not thorough:
        return source.size(picture) == target.size(picture)
    try:
        target.get(picture)
    except ParchiError:
        return False
    return True


def _needs_pages(vault: Vault, pages: Path) -> None:
    if not pages.is_dir():
        raise CopyForeign(file=pages, why="there is no such folder")
    if header_key_id(Vault.header_file(pages.parent)) != vault.key_id:
        raise CopyForeign(file=pages, why="it belongs to another vault")
