"""Rows of the hospital's own file of patients: what of a row is kept, and why one is left out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fallback import names
from fallback.patients.columns import COLUMN_NAMES, Columns
from fallback.patients.dates import birth_of
from fallback.person import Person
from fallback.slip import Sex, digits_of

LONGEST = 120  # letters of a name or an address
_UHID = re.compile(r"[A-Z0-9][A-Z0-9/.-]{0,39}")
_ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+\d+|\d\.\d+[eE]\d+")
_POINT_ZERO = re.compile(r"\d+\.0")
_MOBILE = re.compile(r"(?<!\d)(?:\+?0{0,2}91|0)?([6-9]\d{9})(?!\d)")
_NO_NUMBERS = frozenset({"", "0", "-", "na", "n/a", "nil", "none", "null"})
_EXCEL_ERRORS = frozenset({"#n/a", "#ref!", "#value!", "#name?", "#div/0!", "#null!", "#num!"})
_IN_A_ROW = frozenset({"9876543210", "9123456789"})
_SEXES = {
    word: sex
    for sex, words in {
        Sex.FEMALE: ("f", "female", "w", "woman", "स्त्री", "महिला"),
        Sex.MALE: ("m", "male", "man", "पुरुष"),
        Sex.OTHER: ("o", "other", "t", "tg", "transgender", "third gender", "अन्य"),
        Sex.UNKNOWN: ("", "u", "unknown", "n"),
    }.items()
    for word in words
}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedPatient:
    """What the index knows of a patient, and all it knows. `birth` is an ISO date, or a year alone, or "".

    `last4` are the last four digits of the mobile; the whole is kept as a keyed hash, which finds but never tells.
    """

    uhid: str
    name: str
    name_hindi: str = ""
    sex: Sex = Sex.UNKNOWN
    birth: str = ""
    guardian: str = ""
    locality: str = ""
    district: str = ""
    last4: str = ""

    def age_on(self, day: date) -> int | None:
        """The age in years on a day, within one year where only the year of birth is known; None when neither is."""
        if not self.birth:
            return None
        if len(self.birth) == 4:
            return day.year - int(self.birth)
        born = date.fromisoformat(self.birth)
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def person(self, mobile: str = "", abha: str = "") -> Person:
        """As a person to be compared; `mobile` and `abha` are whole, where whoever asks knew them already."""
        mobiles = (mobile or self.last4,) if mobile or self.last4 else ()
        return Person(
            name=self.name,
            name_hindi=self.name_hindi,
            sex=self.sex,
            birth=self.birth,
            guardian=self.guardian,
            mobiles=mobiles,
            locality=self.locality,
            uhid=self.uhid,
            abha=abha,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A row that was left out, or (`kept`) a cell of it that was: file, line, column, why. Nothing of the patient."""

    line: int
    column: str
    why: str
    file: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A row of a patient: what is kept, what it is found by besides, and the cells that were left out of it."""

    patient: IndexedPatient
    mobiles: tuple[str, ...] = ()
    abha: str = ""
    former: tuple[str, ...] = ()
    merged_into: str = ""
    lost: tuple[BadRow, ...] = ()


class Reader:
    """Makes patients of the rows of one file. `order` is that of its dates in digits, "" when it shows none."""

    def __init__(self, columns: Columns, places: Mapping[str, tuple[int, ...]], order: str) -> None:
        self._places = tuple(places.items())
        self._columns = columns
        self._order = order
        self._as_of = columns.as_of.year if columns.as_of else 0
        self._sexes = _SEXES | {word: Sex(sex) for word, sex in columns.sexes}

    def read(self, line: int, cells: Sequence[str]) -> Kept | BadRow:
        """A row of a table."""
        told: dict[str, str] = {}
        end = len(cells)
        for name, places in self._places:
            if len(places) == 1:
                told[name] = names.normalise(cells[places[0]]) if places[0] < end else ""
            else:
                parts = [names.normalise(cells[place]) for place in places if place < end]
                told[name] = _JOINED.get(name, " ").join(part for part in parts if part)
        return self.kept(line, told)

    def kept(self, line: int, told: Mapping[str, str]) -> Kept | BadRow:
        """A patient, of texts by the names of `Columns`."""
        for name, text in told.items():
            if text[:1] in ("=", "#") and (text[0] == "=" or text.casefold() in _EXCEL_ERRORS):
                return BadRow(line=line, column=name, why="it holds a formula or its error, and not a value")
        uhid = number_of(told.get("uhid", ""))
        if _ROUNDED.fullmatch(uhid):
            return BadRow(line=line, column="uhid", why="a spreadsheet has rounded it: save the column as text")
        if not _UHID.fullmatch(uhid):
            return BadRow(line=line, column="uhid", why="it is empty, or is no number of letters and digits")
        name = told.get("name", "")[:LONGEST] or told.get("name_hindi", "")[:LONGEST]
        if not name:
            return BadRow(line=line, column="name", why="it is empty")
        if not any(map(str.isalpha, name)):
            return BadRow(line=line, column="name", why="there is no letter in it")
        sex = self._sexes.get(told.get("sex", "").casefold())
        if sex is None:
            return BadRow(line=line, column="sex", why="it is none of M, F, O, Male, Female, Other")
        birth, trouble = birth_of(told.get("birth", ""), told.get("age", ""), self._order, self._as_of)
        if birth is None:
            return BadRow(line=line, column="birth", why=trouble)
        lost = [BadRow(line=line, column="birth", why=trouble, kept=True)] if trouble else []
        mobiles = self._mobiles(line, told.get("mobile", ""), lost)
        abha = self._abha(line, told.get("abha", ""), lost)
        former = tuple(each for part in re.split(r"[,;|\s]+", told.get("former", "")) if (each := number_of(part)))
        return Kept(
            patient=IndexedPatient(
                uhid=uhid,
                name=name,
                name_hindi=told.get("name_hindi", "")[:LONGEST],
                sex=sex,
                birth=birth,
                guardian=told.get("guardian", "")[:LONGEST],
                locality=told.get("locality", "")[:LONGEST],
                district=told.get("district", "")[:LONGEST],
                last4=mobiles[0][-4:] if mobiles else "",
            ),
            mobiles=mobiles,
            abha=abha,
            former=tuple(each for each in former if _UHID.fullmatch(each) and each != uhid),
            merged_into=self._merged(line, uhid, told.get("merged_into", ""), lost),
            lost=tuple(lost),
        )

    def _mobiles(self, line: int, text: str, lost: list[BadRow]) -> tuple[str, ...]:
        if len(text) == 10 and text.isdecimal() and text.isascii() and text[0] in "6789" and not _made_up(text):
            return (text,)
        if text.casefold() in _NO_NUMBERS:
            return ()
        if not text.isascii():
            text = "".join(str(unicodedata.digit(each)) if each.isdecimal() else each for each in text)
        plain = text[:-2] if _POINT_ZERO.fullmatch(text) else text.replace(" ", "").replace("-", "")
        found = tuple(dict.fromkeys(each for each in _MOBILE.findall(plain) if not _made_up(each)))
        if not found:
            why = "a spreadsheet has rounded it" if _ROUNDED.fullmatch(text) else "it is no mobile number"
            lost.append(BadRow(line=line, column="mobile", why=why, kept=True))
        return found

    def _abha(self, line: int, text: str, lost: list[BadRow]) -> str:
        if text.casefold() in _NO_NUMBERS:
            return ""
        digits = digits_of(text[:-2] if _POINT_ZERO.fullmatch(text) else text)
        if digits and len(digits) == 14:
            return digits
        lost.append(BadRow(line=line, column="abha", why="it is no ABHA number of 14 digits", kept=True))
        return ""

    def _merged(self, line: int, uhid: str, text: str, lost: list[BadRow]) -> str:
        number = number_of(text)
        if not number or text.casefold() in _NO_NUMBERS or number == uhid:
            return ""
        if _UHID.fullmatch(number):
            return number
        why = "it is no number of letters and digits"
        lost.append(BadRow(line=line, column="merged_into", why=why, kept=True))
        return ""


_JOINED = {"locality": ", ", "mobile": "/", "former": ","}


def number_of(text: str) -> str:
    """A hospital's number as it is compared: capital letters, without what spreadsheets put around it."""
    plain = text.strip().removeprefix("'").upper()
    return plain[:-2] if _POINT_ZERO.fullmatch(plain) else plain


def is_number(text: str) -> bool:
    """Whether a text can be a hospital's number, as `number_of` gives it."""
    return _UHID.fullmatch(text) is not None


def places_of(heading: Sequence[str], columns: Columns) -> dict[str, tuple[int, ...]]:
    """Where in a row the columns stand: the first of a heading counts. What is not there is left out."""
    lowered: dict[str, int] = {}
    for place, each in enumerate(heading):
        lowered.setdefault(each.casefold(), place)
    found = {
        name: tuple(lowered[each.casefold()] for each in columns.headings(name) if each.casefold() in lowered)
        for name in COLUMN_NAMES
    }
    return {name: places for name, places in found.items() if places}


def _made_up(number: str) -> bool:
    """A number that a clerk types to get on: half the town would share it."""
    return len(set(number)) == 1 or number in _IN_A_ROW
