"""Rows of the hospital's own file of patients: which column is which, and what of a row is kept."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from pathlib import Path

from fallback import names
from fallback.errors import IndexColumnsWrong, IndexFileWrong, Sentence
from fallback.person import Person
from fallback.slip import OLDEST_YEARS, Sex, digits_of
from fallback.toml_table import document_of

_LONGEST_CELL = 10_000  # letters; a quote that is never closed would swallow the file
_UHID = re.compile(r"[A-Z0-9][A-Z0-9/.-]{0,39}")
_DATES = (
    re.compile(r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)"),
    re.compile(r"(?P<d>\d\d?)[-/.](?P<m>\d\d?)[-/.](?P<y>\d{4})"),
)
_YEAR = re.compile(r"\d{4}")
_SEXES = {
    Sex.FEMALE: ("f", "female", "w", "woman", "स्त्री", "महिला"),
    Sex.MALE: ("m", "male", "man", "पुरुष"),
    Sex.OTHER: ("o", "other", "t", "tg", "transgender", "third gender", "अन्य"),
    Sex.UNKNOWN: ("", "u", "unknown", "n"),
}


class LookField(StrEnum):
    """By what a patient is looked up."""

    UHID = "uhid"
    MOBILE = "mobile"
    NAME = "name"


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPatient:
    """What the index knows of a patient, and all it knows. `birth` is an ISO date, or a year alone, or "".

    `last4` are the last four digits of the mobile; the whole is kept as a keyed hash, which finds but never tells.
    """

    uhid: str
    name: str
    sex: Sex = Sex.UNKNOWN
    birth: str = ""
    guardian: str = ""
    locality: str = ""
    last4: str = ""

    def age_on(self, day: date) -> int | None:
        """The age in years on a day, within one year where only the year of birth is known; None when neither is."""
        if not self.birth:
            return None
        if len(self.birth) == 4:
            return day.year - int(self.birth)
        born = date.fromisoformat(self.birth)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def person(self, mobile: str = "") -> Person:
        """As a person to be compared; `mobile` is the whole one, where whoever asks knew it already."""
        mobiles = (mobile or self.last4,) if mobile or self.last4 else ()
        return Person(
            name=self.name,
            sex=self.sex,
            birth=self.birth,
            guardian=self.guardian,
            mobiles=mobiles,
            locality=self.locality,
            uhid=self.uhid,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The headings of the file's columns by what they hold; "" for what the file does not have.

    `age` is in years on the day of `as_of`; a date or year of birth wins over it.
    """

    uhid: str = "uhid"
    name: str = "name"
    sex: str = "sex"
    birth: str = "birth_date"
    age: str = "age"
    guardian: str = "guardian"
    locality: str = "locality"
    mobile: str = "mobile"
    as_of: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was left out: its line in the file, the column, and why. It holds nothing of the patient."""

    line: int
    column: str
    why: str


def read_columns(path: Path) -> Columns:
    """The table [columns] of a TOML file: `uhid = "UHID No"` and so on; `as_of = 2026-11-20`.

    Raises IndexColumnsWrong.
    """
    document, tables = document_of(path, IndexColumnsWrong)
    tables.only((), document, {"columns"})
    names_of = {each.name for each in fields(Columns)}
    table = tables.only(("columns",), document.get("columns"), names_of)
    given = {name: tables.text(("columns", name), value) for name, value in table.items() if name != "as_of"}
    for name in ("uhid", "name"):
        tables.need(("columns",), table, name, tables.text)
    as_of = table.get("as_of")
    if as_of is not None and type(as_of) is not date:
        tables.fail(("columns", "as_of"), "A date without quotation marks was expected, like 2026-11-20.")
    return Columns(**dict.fromkeys(names_of - {"as_of"}, "") | given, as_of=as_of)


def read_left_out(path: Path) -> frozenset[str]:
    """A list of UHIDs, one a line, of persons who must not stand in the index. Raises IndexFileWrong."""
    found: set[str] = set()
    for line, text in enumerate(_text(path).splitlines(), 1):
        uhid = text.strip().upper()
        if not uhid or uhid.startswith("#"):
            continue
        if not _UHID.fullmatch(uhid):
            raise IndexFileWrong(file=path.name, why=Sentence("line {line} is not a UHID.", line=line))
        found.add(uhid)
    return frozenset(found)


def unused_columns(path: Path, columns: Columns) -> tuple[str, ...]:
    """The headings of a file that nothing is taken from: one may be spelt otherwise. Raises IndexFileWrong."""
    head = _heading(path)
    taken = _places(path, head, columns).values()
    return tuple(name for place, name in enumerate(head) if place not in taken and name)


def read_rows(path: Path, columns: Columns) -> Iterator[tuple[IndexedPatient, str] | BadRow]:
    """Each row as a patient and the mobile's ten digits ("" when it has none), or as a bad row. CSV in UTF-8.

    Raises IndexFileWrong when it is no such file, or lacks the column of UHIDs or names.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, dialect=_dialect(file.readline(_LONGEST_CELL)))
            file.seek(0)
            places = _places(path, _names(next(reader, [])), columns)
            for cells in reader:
                if cells:
                    yield _row(reader.line_num, cells, places, columns)
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        why = Sentence("it cannot be read as CSV in UTF-8 ({kind}).", kind=type(wrong).__name__)
        raise IndexFileWrong(file=path.name, why=why) from wrong


def _heading(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            line = file.readline(_LONGEST_CELL)
            return _names(next(csv.reader([line], dialect=_dialect(line)), []))
    except (OSError, UnicodeDecodeError, csv.Error) as wrong:
        why = Sentence("it cannot be read as CSV in UTF-8 ({kind}).", kind=type(wrong).__name__)
        raise IndexFileWrong(file=path.name, why=why) from wrong


def _names(cells: list[str]) -> list[str]:
    return [each.strip() for each in cells]


def _dialect(heading: str) -> type[csv.Dialect]:
    class Hospital(csv.excel):
        delimiter = max(",;\t|", key=heading.count)
        strict = True

    return Hospital


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        why = Sentence("it cannot be read as text in UTF-8 ({kind}).", kind=type(wrong).__name__)
        raise IndexFileWrong(file=path.name, why=why) from wrong


def _places(path: Path, head: list[str], columns: Columns) -> dict[str, int]:
    places = {}
    lowered = [each.casefold() for each in head]
    for each in fields(Columns):
        heading = getattr(columns, each.name)
        if each.name != "as_of" and heading and heading.casefold() in lowered:
            places[each.name] = lowered.index(heading.casefold())
    for name in ("uhid", "name"):
        if name not in places:
            why = Sentence(
                "it has no column {heading}. Say in a file which column is which.", heading=getattr(columns, name)
            )
            raise IndexFileWrong(file=path.name, why=why)
    return places


def _row(line: int, cells: list[str], places: dict[str, int], columns: Columns) -> tuple[IndexedPatient, str] | BadRow:
    def cell(name: str) -> str:
        place = places.get(name)
        return names.normalise(cells[place][:_LONGEST_CELL]) if place is not None and place < len(cells) else ""

    uhid, name = cell("uhid").upper(), cell("name")[:120]
    if not _UHID.fullmatch(uhid):
        return BadRow(line=line, column="uhid", why="it is empty, or is no number of letters and digits")
    if not name:
        return BadRow(line=line, column="name", why="it is empty")
    sex = next((each for each, words in _SEXES.items() if cell("sex").casefold() in words), None)
    if sex is None:
        return BadRow(line=line, column="sex", why="it is none of M, F, O, Male, Female, Other")
    birth = _birth(cell("birth"), cell("age"), columns.as_of)
    if birth is None:
        return BadRow(
            line=line, column="birth", why="it is no date, like 1980-05-31 or 31-05-1980, and no age in years"
        )
    digits = digits_of(cell("mobile").replace("+", ""))
    mobile = digits[-10:] if digits and len(digits) in (10, 11, 12, 13) else ""
    guardian, locality = cell("guardian")[:120], cell("locality")[:120]
    last4 = mobile[-4:]
    return IndexedPatient(
        uhid=uhid, name=name, sex=sex, birth=birth, guardian=guardian, locality=locality, last4=last4
    ), mobile


def _birth(told: str, age: str, as_of: date | None) -> str | None:
    """The date or year of birth; "" when nothing is told; None for what cannot be one."""
    if _YEAR.fullmatch(told):
        return told if 1890 < int(told) < 2100 else None
    if told:
        found = next((match for pattern in _DATES if (match := pattern.match(told))), None)
        try:
            return date(int(found["y"]), int(found["m"]), int(found["d"])).isoformat() if found else None
        except ValueError:
            return None
    if not age or as_of is None:
        return ""
    return str(as_of.year - int(age)) if age.isdecimal() and int(age) <= OLDEST_YEARS else None
