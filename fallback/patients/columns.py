"""Which column of the hospital's own file is which, and how that file writes dates and sexes: a mapping in TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from fallback.errors import IndexColumnsWrong, Sentence
from fallback.slip import Sex
from fallback.toml_lines import Place
from fallback.toml_table import Tables, document_of

DATE_ORDERS = ("dmy", "mdy", "excel")
_PLAIN = {"as_of", "dates", "encoding", "sheet", "identifier"}  # what names no column


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The headings of the file's columns by what they hold; "" for what the file does not have; several are joined.

    `age` is in years on the day of `as_of`; a date or year of birth wins over it. `former` are numbers that the patient
    had before, `merged_into` the number that counts instead of the row's. `dates` is the order of a date in digits, one
    of DATE_ORDERS, "": as the file itself shows. `encoding` and `sheet` are for a file that does not show them either,
    `sexes` its own words for a sex, `identifier` the system of the UHID in a FHIR export ("": of type MR).
    """

    uhid: str = "uhid"
    name: str | tuple[str, ...] = "name"
    name_hindi: str | tuple[str, ...] = "name_hindi"
    sex: str = "sex"
    birth: str = "birth_date"
    age: str = "age"
    guardian: str | tuple[str, ...] = "guardian"
    locality: str | tuple[str, ...] = "locality"
    district: str = "district"
    mobile: str | tuple[str, ...] = "mobile"
    abha: str = "abha"
    former: str | tuple[str, ...] = "former"
    merged_into: str = "merged_into"
    as_of: date | None = None
    dates: str = ""
    encoding: str = ""
    sheet: str = ""
    identifier: str = ""
    sexes: tuple[tuple[str, str], ...] = ()

    def headings(self, name: str) -> tuple[str, ...]:
        """The headings whose cells make what is called `name`."""
        told = getattr(self, name)
        return tuple(each for each in ((told,) if isinstance(told, str) else told) if each)

    def in_file(self, name: str) -> str:
        """What the file itself calls a column: an age makes a birth where there is no better."""
        found = self.headings(name) if name in COLUMN_NAMES else ()
        return " + ".join(found or (self.headings("age") if name == "birth" else ())) or name


COLUMN_NAMES = tuple(each.name for each in fields(Columns) if each.name not in _PLAIN | {"sexes"})
_SEVERAL = {"name", "name_hindi", "guardian", "locality", "mobile", "former"}


def read_columns(path: Path) -> Columns:
    """The tables [columns] and [sexes] of a TOML file: `uhid = "UHID No"`, `name = ["First name", "Surname"]`.

    Raises IndexColumnsWrong.
    """
    document, tables = document_of(path, IndexColumnsWrong)
    tables.only((), document, {"columns", "sexes"})
    table = tables.only(("columns",), document.get("columns"), {*COLUMN_NAMES, *_PLAIN})
    for name in ("uhid", "name"):
        tables.need(("columns",), table, name, _headings(tables, name))
    given = {name: _headings(tables, name)(("columns", name), table[name]) for name in COLUMN_NAMES if name in table}
    plain = {name: tables.text(("columns", name), table[name]) for name in _PLAIN - {"as_of"} if name in table}
    if "dates" in plain:
        tables.one_of(DATE_ORDERS)(("columns", "dates"), plain["dates"])
    as_of = table.get("as_of")
    if as_of is not None and type(as_of) is not date:
        tables.fail(("columns", "as_of"), "A date without quotation marks was expected, like 2026-11-20.")
    sexes = _sexes(tables, document.get("sexes", {}))
    nothing: dict[str, str] = dict.fromkeys(COLUMN_NAMES, "")
    told: Mapping[str, object] = nothing | given | plain
    return Columns(**told, as_of=as_of, sexes=sexes)  # type: ignore[arg-type]


def _headings(tables: Tables, name: str):  # type: ignore[no-untyped-def]
    def check(at: Place, value: object) -> str | tuple[str, ...]:
        """One heading, or a list of them where their cells are joined."""
        if isinstance(value, list) and name in _SEVERAL and value:
            return tuple(tables.text(at, each) for each in value)
        if isinstance(value, list):
            tables.fail(at, Sentence("One heading was expected here, like {like}.", like='"UHID No"'))
        return tables.text(at, value)

    return check


def _sexes(tables: Tables, value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, dict):
        tables.fail(("sexes",), "A table was expected here. Copy its shape from the example file.")
    check = tables.one_of([each.value for each in Sex])
    return tuple((str(word).strip().casefold(), check(("sexes", word), sex)) for word, sex in value.items())
