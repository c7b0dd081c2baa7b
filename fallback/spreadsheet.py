"""Tables for other programs: CSV and XLSX, in which no text ever becomes a formula."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

Cell = str | int | date | None

# A spreadsheet takes a text that begins so for a formula, and a patient's name is whatever somebody typed.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_LETTERS = 32_767  # of one cell
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NO_TITLE = re.compile(r"[\[\]:*?/\\]")
_WIDEST = 40  # letters of a column


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: its title, what its columns are called, its rows. Numbers stay numbers, days stay days."""

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def csv_of(sheet: Sheet) -> bytes:
    """The sheet as CSV, in UTF-8 with the mark that Excel needs to see it. A text like a formula gets a ' before it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
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
