"""Tables for other programs: CSV and XLSX, in which no text ever becomes a formula; and the cells of their XLSX."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from fallback.errors import Sentence, TableWrong

Cell = str | int | date | None

# A spreadsheet takes a text that begins so for a formula, and a patient's name is whatever somebody typed.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_LETTERS = 32_767  # of one cell
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_WIDEST = 40  # letters of a column
_MOST_WORDS = 400_000_000  # bytes of an XLSX file's own list of texts, which is held in memory
_MOST_ROWS = 1 << 20  # that a sheet can have
# Of a file that was sent: the library holds rows, texts and styles whole, and a small file may unpack to any size.
_MOST_AT_ONCE, _MOST_TOGETHER, _MOST_PARTS = 1 << 22, 1_000_000, 20_000_000
_EXACT = 10**15  # a larger number of a spreadsheet lost its last digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: its title, what its columns are called, its rows. Numbers stay numbers, days stay days."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file that was sent and is held in memory: it must not lie on a disk in plain. It is read as a Path is, after
    `sheet_names`, which refuses what would fill the memory.
    """

    name: str
    content: bytes

    def open(self, _mode: str = "rb") -> io.BytesIO:
        """Its bytes, to be read."""
        return io.BytesIO(self.content)


def csv_of(sheet: Sheet, delimiter: str = ",") -> bytes:
    """The sheet as CSV, in UTF-8 with the mark that Excel needs to see it. A text like a formula gets a ' before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n", delimiter=delimiter)
    writer.writerow([_inert(name) for name in sheet.header])
    writer.writerows([_inert(cell) if isinstance(cell, str) else _written(cell) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def xlsx_of(sheets: Sequence[Sheet], *, made_by: str = "Parchi") -> bytes:
    """The sheets as one XLSX file: a head that stays in sight, texts that are texts."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    book.properties.creator = made_by
    for sheet in sheets:
        _write(book.create_sheet(_NO_TITLE.sub(" ", sheet.title)[:31] or "1"), sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx_rows(path: Path | HeldFile, sheet: str = "") -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet (the first that has any when none is named), each with its line, cells as texts.

    A formula counts as what it last came to. Raises TableWrong.
    """
    from openpyxl import load_workbook

    try:
        with path.open("rb") as file:
            with zipfile.ZipFile(file) as archive:
                if any(each.file_size > _MOST_WORDS for each in archive.infolist() if "sharedStrings" in each.filename):
                    raise _too_large(path)
            book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
            for name in [sheet] if sheet else book.sheetnames:
                if name not in book.sheetnames:
                    raise TableWrong(file=path.name, why=Sentence("it has no sheet {name}.", name=name))
                some, page = False, book[name]
                page.reset_dimensions()  # some programs write a smaller size than the sheet has, and its rows get lost
                for line, row in enumerate(page.iter_rows(values_only=True), 1):
                    if line > _MOST_ROWS:
                        raise _too_large(path)
                    cells = [cell_text(cell) for cell in row]
                    while cells and not cells[-1]:
                        cells.pop()
                    some = some or bool(cells)
                    yield line, cells
                if some:
                    break
    except TableWrong:
        raise
    except Exception as wrong:  # whatever a file that is none makes the library raise
        raise _unreadable(path, wrong) from wrong


def sheet_names(path: Path | HeldFile) -> list[str]:
    """The names of an XLSX file's sheets; none for any other file. Raises TableWrong."""
    from openpyxl import load_workbook

    try:
        with path.open("rb") as file:
            if not zipfile.is_zipfile(file):
                return []
            with zipfile.ZipFile(file) as archive:
                if isinstance(path, HeldFile) and not _bearable(archive):
                    raise _too_large(path)
            return list(load_workbook(file, read_only=True, keep_links=False).sheetnames)
    except TableWrong:
        raise
    except Exception as wrong:
        raise _unreadable(path, wrong) from wrong


def _bearable(archive: zipfile.ZipFile) -> bool:
    """Whether a file can be held as the library holds it. Looks it through, and keeps nothing. Raises expat's error."""
    parts = 0
    for each in archive.infolist():
        if each.filename.endswith((".xml", ".rels")):
            with archive.open(each) as file:
                found = _parts(file)
            parts += found or 0
            if found is None or parts > _MOST_PARTS:
                return False
    return True


def _parts(file: IO[bytes]) -> int | None:
    """How many elements a document has; None when too much of it belongs together, as in a row without an end."""
    parts = read = last = since = 0

    def begin(_name: str, _attributes: object) -> None:
        nonlocal parts, since, last
        parts, since, last = parts + 1, since + 1, read

    def end(name: str) -> None:
        nonlocal since
        if name.rpartition(":")[2] in ("row", "si"):
            since = 0

    look = expat.ParserCreate()
    look.StartElementHandler, look.EndElementHandler = begin, end
    while chunk := file.read(1 << 16):
        read += len(chunk)
        look.Parse(chunk)
        if read - last > _MOST_AT_ONCE or since > _MOST_TOGETHER or parts > _MOST_PARTS:
            return None
    return parts


def _too_large(path: Path | HeldFile) -> TableWrong:
    return TableWrong(file=path.name, why="it is too large for a spreadsheet. Save it as CSV.")


def cell_text(cell: object) -> str:
    """A cell as text: whole numbers without a point, days as 1980-05-31; what lost digits shows it (1.23E+18)."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case bool():
            return "1" if cell else "0"
        case int():
            return str(cell) if abs(cell) < _EXACT else f"{cell:.6E}"
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else f"{cell:.15G}"
        case datetime():
            return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
        case date():
            return cell.isoformat()
        case _:
            return str(cell)


def _unreadable(path: Path | HeldFile, wrong: Exception) -> TableWrong:
    why = Sentence(
        "it cannot be read as a spreadsheet ({kind}). Open it in Excel, save it as XLSX, and take that file.",
        kind=type(wrong).__name__,
    )
    return TableWrong(file=path.name, why=why)


def _write(page: Any, sheet: Sheet) -> None:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    def text(value: str) -> Any:
        plain = _UNSEEN.sub("\ufffd", value)[:_MOST_LETTERS]
        if not plain.startswith(("=", "#")):
            return plain or None
        cell = WriteOnlyCell(page, value=plain)
        cell.data_type = "s"  # a text, whatever it looks like
        return cell

    page.freeze_panes = "A2"
    for place, name in enumerate(sheet.header):
        longest = max([len(name), *(len(_written(row[place])) for row in sheet.rows[:200])])
        page.column_dimensions[get_column_letter(place + 1)].width = min(longest, _WIDEST) + 2
    head = [WriteOnlyCell(page, value=name) for name in sheet.header]
    for cell in head:
        cell.font, cell.data_type = Font(bold=True), "s"
    page.append(head)
    for row in sheet.rows:
        page.append([text(cell) if isinstance(cell, str) else cell for cell in row])


def _inert(text: str) -> str:
    plain = _UNSEEN.sub("\ufffd", text)
    return f"'{plain}" if plain.startswith(_FORMULA) else plain


def _written(cell: Cell) -> str:
    return "" if cell is None else cell.isoformat() if isinstance(cell, date) else str(cell)
