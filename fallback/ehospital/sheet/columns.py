"""The hospital's own table: its columns in their order, how it writes days and words, and which of them come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fallback.ehospital.recipe import RecipeTables
from fallback.ehospital.recipe_values import DATES, placeholders
from fallback.errors import SheetColumnsWrong
from fallback.toml_lines import Place
from fallback.toml_table import document_of

FORMATS = ("xlsx", "csv")
EXCEL = "excel"  # a day as the spreadsheet itself keeps one
_COLUMN = {"heading", "value", "codes", "date", "needed", "longest"}
LONGEST = (1, 500)  # letters of a cell


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table. `value` is what stands in it, with names of recipe_values in braces.

    `codes` are the table's words for ours, `date` how it writes a day. `needed`: a slip without it cannot go. `longest`
    is the most letters that the system takes, 0 for any: what is longer is held, never cut.
    """

    heading: str
    value: str
    codes: Mapping[str, str] = field(default_factory=dict)
    date: str = ""
    needed: bool = False
    longest: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetColumns:
    """All of it. `number` and `uhid` are the headings of the slip's number and the UHID in the return sheet, `same` of
    those that must come back as they went: who was given the number.
    """

    format: str
    delimiter: str
    columns: tuple[Column, ...]
    number: str
    uhid: str
    same: tuple[str, ...]
    back_dates: bool
    unlink: tuple[str, ...]


def load_columns(path: Path) -> SheetColumns:
    """The columns of a TOML file. Raises SheetColumnsWrong with the line, the key and what to do."""
    document, tables = document_of(path, SheetColumnsWrong)
    return _Reader(tables.path, tables.lines, tables.wrong).sheet(document)


class _Reader(RecipeTables):
    """Turns a file's tables into columns."""

    __slots__ = ()

    def sheet(self, document: dict[str, Any]) -> SheetColumns:
        """The whole document."""
        self.only((), document, {"sheet", "column", "return"})
        sheet, back = self.table(document, "sheet"), self.table(document, "return")
        self.only(("sheet",), sheet, {"format", "delimiter", "unlink"})
        self.only(("return",), back, {"uhid", "same"})
        columns = self.columns(document.get("column"))
        number = next((each.heading for each in columns if each.value == "{number}"), "")
        if not number:
            self.fail(("column",), "No column carries our slip number alone ({number}): without it nothing comes back.")
        same = self.list_of(("return", "same"), back.get("same", []), self.text)
        headings = [each.heading for each in columns]
        for at, each in enumerate(same):
            self.one_of(headings)(("return", "same", at), each)
        named = {name for each in columns if each.heading in same for name in placeholders(each.value)}
        if not named & {"name", "given", "name_hindi"}:
            self.fail(("return", "same"), "Name the column of the patient's name: else swapped rows are not noticed.")
        return SheetColumns(
            format=self.one_of(FORMATS)(("sheet", "format"), sheet.get("format", "xlsx")),
            delimiter=self.one_of((",", ";", "\t", "|"))(("sheet", "delimiter"), sheet.get("delimiter", ",")),
            columns=columns,
            number=number,
            uhid=self.need(("return",), back, "uhid", self.text),
            same=same,
            back_dates=any("visit_date" in placeholders(each.value) for each in columns),
            unlink=self.list_of(("sheet", "unlink"), sheet.get("unlink", []), self.text),
        )

    def columns(self, found: object) -> tuple[Column, ...]:
        """All [[column]] tables."""
        if not isinstance(found, list) or not found:
            self.fail(("column",), "The table's columns are written as tables [[column]], in their order.")
        made: list[Column] = []
        for index, table in enumerate(found):
            at: Place = ("column", index)
            self.only(at, table, _COLUMN)
            heading = self.need(at, table, "heading", self.text)
            if any(each.heading.casefold() == heading.casefold() for each in made):
                self.fail((*at, "heading"), "Another [[column]] has this heading already. Give this one another.")
            value = self.need(at, table, "value", self.value)
            date = table.get("date", "")
            date = date if date == EXCEL else self.day((*at, "date"), date) if date else ""
            names = placeholders(value)
            if any(each in DATES for each in names) != bool(date) or (date == EXCEL and value not in _ALONE):
                self.fail(
                    (*at, "date"),
                    'A day needs the way in which the table writes it, like "%d/%m/%Y", or "excel"; nothing else does.',
                )
            codes = self.codes((*at, "codes"), table.get("codes", {}))
            if codes and len(names) != 1:
                self.fail((*at, "codes"), "The table's own words stand for one value: write one name in braces.")
            made.append(
                Column(
                    heading=heading,
                    value=value,
                    codes=codes,
                    date=date,
                    needed=self.flag((*at, "needed"), table.get("needed", False)),
                    longest=self.whole(*LONGEST)((*at, "longest"), table["longest"]) if "longest" in table else 0,
                )
            )
        return tuple(made)


_ALONE = tuple(f"{{{each}}}" for each in sorted(DATES))
