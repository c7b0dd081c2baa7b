"""Pictures of pages on their way out: shown, or exported as a folder by slip number or as FHIR documents."""

import csv
import hashlib
import io
import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from fallback.disk import disk_error, put, sync_folder, write_file, write_files
from fallback.ehospital.fhir.documents import binary, document
from fallback.errors import ExportPlaceWrong, PictureDamaged, PictureMissing, Sentence
from fallback.evidence import PageStore, media_type
from fallback.hospital import Hospital
from fallback.language import format_date
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.keeping import PictureRow, evidence, pictures
from fallback.recovery.episodes import sent_as
from fallback.slip import SlipNumber

Progress = Callable[[int, int], None]
INDEX = "index.csv"
UNASSIGNED = "unassigned"
DOCUMENTS, BINARIES = "DocumentReference.ndjson", "Binary.ndjson"
_PORTION = 64  # pictures that wait for the disk together
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}
_HEAD = re.compile(rb'\{"resourceType": "[A-Za-z]+", "id": "([0-9a-f]{64})",')
_FORMULA = tuple(
    "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"
)  # a file's name that a spreadsheet would calculate; some in full width


@dataclass(slots=True)
class ExportReport:
    """What an export did: `pages` were asked for; `written` files or documents are new, `there` were there, whole.

    `missing` and `damaged` are pictures that the store has lost; `destroyed` counts those that a rule took away.
    """

    pages: int = 0
    written: int = 0
    there: int = 0
    destroyed: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """The report as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def keeper(store: PageStore) -> Callable[[bytes], str]:
    """What keeps a picture of the hospital system's own page as evidence, sealed, and gives its SHA-256 (hex)."""

    def keep(content: bytes) -> str:
        digest = hashlib.sha256(content).hexdigest()
        store.put([(digest, content)])
        return digest

    return keep


def picture(ledger: Ledger, store: PageStore, picture: str) -> bytes:
    """A page's picture. Raises PictureMissing, which says so where a rule destroyed it, or PictureDamaged."""
    if day := queries.destroyed_on(ledger.db(), picture):
        when = format_date(date.fromisoformat(day))
        raise PictureMissing(why=Sentence("it was destroyed by the hospital's rule on {day}", day=when))
    return store.get(picture)


def export_folder(
    ledger: Ledger,
    store: PageStore,
    to: Path,
    *,
    batch: str = "",
    number: SlipNumber | None = None,
    by: str,
    progress: Progress | None = None,
) -> ExportReport:
    """Writes pictures as files, `001-000017-44/page-1.jpg`, and index.csv, which says whose each is; again goes on.

    A page of two slips is in both folders, one of none in `unassigned`. Nothing in the folder is encrypted. Raises
    ExportPlaceWrong, DiskFull, FolderReadOnly or DiskFailed; what was written until then is whole.
    """
    report = ExportReport()
    rows = _begin(ledger, to, report, batch, number, "folder", by)
    places = _places(pictures(ledger.db()))
    portion: list[tuple[Path, bytes]] = []
    index: list[tuple[object, ...]] = []
    for row, content in _contents(ledger, store, rows, report, progress):
        suffix = _SUFFIXES.get(media_type(content), ".bin") if content else ""
        for of, place in places[row.picture]:
            name = place + suffix if content else ""
            index.append((row.picture, name, of, row.batch, row.file, row.page, row.outcome, row.decision))
            if not content:
                continue
            if _holds(to / name, content):
                report.there += 1
            else:
                portion.append((to / name, content))
        if len(portion) >= _PORTION:
            _write(portion, to, report)
    _write(portion, to, report)
    write_file(to / INDEX, _csv(index))
    return report


def export_fhir(
    ledger: Ledger,
    store: PageStore,
    hospital: Hospital,
    to: Path,
    *,
    batch: str = "",
    number: SlipNumber | None = None,
    by: str,
    progress: Progress | None = None,
) -> ExportReport:
    """Writes pictures as FHIR R4 resources, one a line: DocumentReference.ndjson and Binary.ndjson; again goes on.

    Documents are written anew each time, since a page may have found its slip; those of pages that are not asked for
    now stay. Raises as `export_folder`.
    """
    report = ExportReport()
    rows = _begin(ledger, to, report, batch, number, "fhir", by)
    db = ledger.db()
    ticked, _ = evidence(db)
    drill = (queries.installation(db) or (b"", False))[1]
    fresh = to / f".{DOCUMENTS}.new"
    try:
        there = _whole_lines(to / BINARIES)
        with _open(to / BINARIES, os.O_APPEND) as binaries, _open(fresh, os.O_TRUNC) as documents:
            for row, content in _contents(ledger, store, rows, report, progress):
                if not content:
                    continue
                kind = media_type(content)
                if row.picture in there:
                    report.there += 1
                else:
                    binaries.write(_line(binary(row.picture, content, kind)))
                    report.written += 1
                documents.write(_line(_document(db, hospital, row, content, row.picture in ticked, drill)))
            asked = {row.picture for row in rows}
            documents.writelines(line for key, line in _lines(to / DOCUMENTS) if key not in asked)
            for file in (binaries, documents):
                file.flush()
                os.fsync(file.fileno())
        put(fresh, to / DOCUMENTS)
        sync_folder(to)
    except OSError as wrong:
        raise disk_error(wrong, to) from wrong
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
    return report


def _begin(
    ledger: Ledger,
    to: Path,
    report: ExportReport,
    batch: str,
    number: SlipNumber | None,
    form: str,
    by: str,
) -> list[PictureRow]:
    """The pages that are asked for. The fact is written before any picture leaves."""
    home, there = ledger.folder.resolve(), to.resolve()
    if there == home or home in there.parents:
        raise ExportPlaceWrong(folder=to, why="it lies in the data folder, where nothing is kept in plain")
    if to.exists() and not to.is_dir():
        raise ExportPlaceWrong(folder=to, why="it is a file")
    try:
        to.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as wrong:
        raise disk_error(wrong, to) from wrong
    rows = pictures(ledger.db(), batch=batch, number=number.text if number else "")
    report.pages = len(rows)
    if rows:
        content = {"count": len(rows), "form": form}
        ledger.write(lambda tx: tx.append(FactKind.PICTURES_EXPORTED, content, by=by))
    return rows


def _contents(
    ledger: Ledger, store: PageStore, rows: Sequence[PictureRow], report: ExportReport, progress: Progress | None
) -> Iterator[tuple[PictureRow, bytes]]:
    """Each page with its picture, b"" where there is none: a page that could not be decoded never had one."""
    gone = set(queries.destroyed(ledger.db()))
    for done, row in enumerate(rows, 1):
        content = b""
        if row.picture in gone:
            report.destroyed += 1
        else:
            try:
                content = store.get(row.picture)
            except PictureMissing:
                if row.outcome != "problem":
                    report.missing.append(row.picture)
            except PictureDamaged:
                report.damaged.append(row.picture)
        yield row, content
        if progress:
            progress(done, len(rows))


def _places(rows: Sequence[PictureRow]) -> dict[str, list[tuple[str, str]]]:
    """Each page's slips, and its name there without the suffix: counted over all pages, whatever is asked for now."""
    counts: dict[str, int] = {}
    found: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        places = found.setdefault(row.picture, [])
        for number in row.numbers:
            counts[number] = counts.get(number, 0) + 1
            places.append((number, f"{number[:3]}-{number[3:9]}-{number[9:]}/page-{counts[number]}"))
        if not places:
            places.append(("", f"{UNASSIGNED}/{row.picture[:16]}"))
    return found


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except OSError:
        return False


def _write(portion: list[tuple[Path, bytes]], to: Path, report: ExportReport) -> None:
    write_files(portion, to)
    report.written += len(portion)
    portion.clear()


def _csv(rows: Sequence[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("picture", "name", "number", "batch", "file", "page", "outcome", "decision"))
    for row in rows:
        writer.writerow(f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row)
    return text.getvalue().encode("utf-8-sig", "backslashreplace")


def _document(
    db: queries.Database, hospital: Hospital, row: PictureRow, content: bytes, ticked: bool, drill: bool
) -> dict[str, Any]:
    numbers = [SlipNumber.parse(number) for number in row.numbers]
    known = [found for number in numbers if (found := queries.slip(db, number)) is not None]
    return document(
        row.picture,
        content,
        media_type(content),
        numbers,
        [sent_as(db, each) for each in known],
        hospital,
        at=row.at,
        void=bool(known) and all(each.voided for each in known),
        medico_legal=ticked,
        drill=drill,
    )


def _line(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource, ensure_ascii=False).encode() + b"\n"


def _open(path: Path, how: int) -> io.BufferedWriter:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600), "wb")


def _lines(path: Path) -> Iterator[tuple[str, bytes]]:
    """The whole lines of a file, each with its id, up to the first that is none."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for line in file:
            head = _HEAD.match(line)
            if head is None or not line.endswith(b"}\n"):
                return
            yield head[1].decode(), line


def _whole_lines(path: Path) -> set[str]:
    """The ids in a file that only grows; what a killed run left after its last whole line is cut off."""
    found: set[str] = set()
    size = 0
    for key, line in _lines(path):
        found.add(key)
        size += len(line)
    if path.exists():
        os.truncate(path, size)
    return found
