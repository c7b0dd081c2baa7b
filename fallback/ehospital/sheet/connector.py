"""CSV or XLSX in the hospital's own columns: what a slip is there, and who a row of its return sheet speaks of."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from fallback import names
from fallback.ehospital import Abilities
from fallback.ehospital.asked import objection
from fallback.ehospital.no_run import NoRun
from fallback.ehospital.recipe_values import alike, filled, placeholders, values
from fallback.ehospital.sheet.columns import EXCEL, Column, SheetColumns, load_columns
from fallback.errors import SentByTable, Sentence, SheetColumnsMissing
from fallback.hospital import Hospital, Target
from fallback.slip import Kind, Slip
from fallback.spreadsheet import Cell

_KINDS = (Kind.OPD, Kind.CASUALTY, Kind.ADMISSION)
_NAMES = frozenset({"name", "given", "surname", "name_hindi", "guardian"})


class SheetConnector(NoRun):
    """The way in by a table: it says what stands in a row; people carry the table there, and its return sheet back."""

    instead = SentByTable

    def __init__(self, target: Target, hospital: Hospital) -> None:
        """Raises SheetColumnsMissing or SheetColumnsWrong."""
        if not target.file:
            raise SheetColumnsMissing(target=target.name)
        self._target, self._hospital = target, hospital
        self.columns: SheetColumns = load_columns(Path(target.file))

    @property
    def target(self) -> Target:
        """The system, as hospital.toml names it."""
        return self._target

    @property
    def abilities(self) -> Abilities:
        """It can look for nothing by itself; the true day goes with a visit where a column has it."""
        unlink = tuple(Sentence(each) for each in self.columns.unlink)
        back = self.columns.back_dates
        return Abilities(finds=False, outcome=False, back_dates=back, operator=True, unlink=unlink)

    @property
    def heading(self) -> tuple[str, ...]:
        """The headings, in their order."""
        return tuple(each.heading for each in self.columns.columns)

    def objection(self, slip: Slip) -> str:
        """Why this slip cannot stand in the table; "" when it can."""
        if why := objection(slip, self._target, self._hospital, _KINDS):
            return why
        told = values(slip, self._hospital)
        for each in self.columns.columns:
            try:
                text = _written(each, told)
            except KeyError:
                return Sentence("The table has no word of its own for this: {field}.", field=each.heading)
            if each.needed and not text:
                why = "The system needs what the slip does not have: {field}. Correct the slip."
                return Sentence(why, field=each.heading)
            if each.longest and len(text) > each.longest:
                why = "It is longer than the {limit} letters that the table takes: {field}. Correct the slip."
                return Sentence(why, limit=each.longest, field=each.heading)
        return ""

    def preview(self, slip: Slip) -> Mapping[str, Any]:
        """What would stand in which column."""
        told = values(slip, self._hospital)
        return {each.heading: _written(each, told) for each in self.columns.columns}

    def row(self, slip: Slip) -> list[Cell]:
        """A row of the table: texts, and days where the table wants them as a spreadsheet keeps them."""
        told = values(slip, self._hospital)
        return [_cell(each, told) for each in self.columns.columns]

    def strangers(self, slip: Slip, told: Mapping[str, str]) -> tuple[str, ...]:
        """The columns in which a row that came back (cells by heading) is not of this slip's patient."""
        ours = values(slip, self._hospital)
        return tuple(
            each.heading
            for each in self.columns.columns
            if each.heading in self.columns.same and not _same(each, ours, told.get(each.heading, ""))
        )


def _written(column: Column, told: Mapping[str, str | date]) -> str:
    """A cell as text. Raises KeyError for a value that the table has no word for."""
    return filled(column.value, told, day="%Y-%m-%d" if column.date == EXCEL else column.date, codes=column.codes)


def _cell(column: Column, told: Mapping[str, str | date]) -> Cell:
    if column.date == EXCEL:
        day = told[placeholders(column.value)[0]]
        return day if isinstance(day, date) else None
    return _written(column, told)


def _same(column: Column, ours: Mapping[str, str | date], theirs: str) -> bool:
    """Whether a cell came back as it went: systems change capitals, blanks and the order of a day; names are heard."""
    theirs, own = theirs.removeprefix("'"), _written(column, ours)
    if alike(own, theirs):
        return True
    told = placeholders(column.value)
    if column.date:
        day = ours[told[0]]
        return isinstance(day, date) and any(alike(f"{day:{way}}", theirs) for way in _DAYS)
    if _NAMES.isdisjoint(told):
        return False
    return sorted(names.name_key(own).split()) == sorted(names.name_key(theirs).split()) != []


_DAYS: Sequence[str] = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%d-%b-%Y", "%d/%m/%y", "%d-%m-%y")
