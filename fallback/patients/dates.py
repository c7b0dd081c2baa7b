"""Dates of birth as hospitals' files write them: what is sure of one, and which order of day and month a file shows."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from fallback.errors import Sentence
from fallback.slip import OLDEST_YEARS

_ISO = re.compile(r"(\d{4})[-/.](\d\d?)[-/.](\d\d?)")
_DIGITS = re.compile(r"(\d\d?)[-/. ](\d\d?)[-/. ](\d{4}|\d\d)")
_NAMED = re.compile(r"(\d\d?)[-/. ]*([a-z]{3,9})[-/., ]*(\d{4}|\d\d)")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})[-/. ]*(\d\d?),?[-/. ]+(\d{4})")
_COMPACT = re.compile(r"\d{8}")
_YEAR = re.compile(r"(\d{4})(?:-\d\d?)?")
_SERIAL = re.compile(r"\d{1,5}(\.0)?")
_TIME = re.compile(r"[t ]\d\d?:\d\d.*", re.DOTALL)
_AGE = re.compile(r"(\d{1,3})\s*(y|yr|yrs|years?|m|mon|months?|d|days?)?\b.*", re.DOTALL)
_MONTH_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec"
_MONTHS = {name: at for at, name in enumerate(_MONTH_NAMES.split(), 1)}
_EXCEL_DAY = date(1899, 12, 30)
_OLDEST, _NEWEST = 1890, 2100

_NO_DATE = Sentence("it is no date, like 1980-05-31 or 31-05-1980, and no age in years")
_NO_AS_OF = Sentence("the file does not say on which day the ages were told: set as_of; kept without it")
_EITHER = Sentence("day and month are not told apart: set dates in the columns file; kept with the year only")
_SWAPPED = Sentence("day and month stand the other way round than in the rest; kept with the year only")
_CENTURY = Sentence("its year has two digits, and the century is not known: set as_of; kept without it")
_NUMBER = Sentence('it is a spreadsheet\'s number of a day: set dates = "excel" if it is; kept without it')


def order_of(dates: Iterable[str]) -> str:
    """The order that dates in digits show: "dmy", "mdy", or "" when none shows it, or both are there."""
    first = second = False
    for told in dates:
        if found := _DIGITS.match(told):
            first = first or int(found[1]) > 12
            second = second or int(found[2]) > 12
    return "" if first == second else "dmy" if first else "mdy"


@lru_cache(maxsize=100_000)
def birth_of(told: str, age: str, order: str, as_of: int) -> tuple[str | None, str]:
    """The date or year of birth, "" when none is told, None for what cannot be one; and what is wrong with it, or "".

    `as_of` is the year in which ages were told, 0 when nobody says.
    """
    if told:
        return _told(_TIME.sub("", told.casefold()).strip(" ,"), order, as_of)
    if not age:
        return "", ""
    found = _AGE.fullmatch(age.casefold())
    if not found or (not (found[2] or "").startswith(("m", "d")) and int(found[1]) > OLDEST_YEARS):
        return None, _NO_DATE
    if not as_of:
        return "", _NO_AS_OF
    unit = found[2] or "y"
    years = int(found[1]) if unit[0] == "y" else int(found[1]) // 12 if unit[0] == "m" else int(found[1]) // 365
    return str(as_of - years), ""


def _told(text: str, order: str, as_of: int) -> tuple[str | None, str]:
    if found := _YEAR.fullmatch(text):
        return _within(found[1])
    if order == "excel" and _SERIAL.fullmatch(text):
        return _day(*(_EXCEL_DAY + timedelta(days=int(float(text)))).timetuple()[:3])
    if _SERIAL.fullmatch(text) and len(text) >= 5:
        return "", _NUMBER
    if found := _ISO.fullmatch(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if _COMPACT.fullmatch(text):
        ours, day = _day(int(text[:4]), int(text[4:6]), int(text[6:])), text[:2]
        return ours if ours[0] else _day(int(text[4:]), int(text[2:4]), int(day))
    if found := _NAMED.fullmatch(text):
        return _full(found[3], _MONTHS.get(found[2][:3], 0), int(found[1]), as_of)
    if found := _NAMED_FIRST.fullmatch(text):
        return _full(found[3], _MONTHS.get(found[1][:3], 0), int(found[2]), as_of)
    if found := _DIGITS.fullmatch(text):
        return _digits(int(found[1]), int(found[2]), found[3], order, as_of)
    return None, _NO_DATE


def _digits(one: int, two: int, year: str, order: str, as_of: int) -> tuple[str | None, str]:
    as_dmy, as_mdy = _full(year, two, one, as_of), _full(year, one, two, as_of)
    if as_dmy == as_mdy:
        return as_dmy
    told = {"dmy": as_dmy, "mdy": as_mdy}.get(order)
    if told is not None and told[0]:
        return told
    if told is not None:
        other = as_mdy if order == "dmy" else as_dmy
        return (other[0][:4], _SWAPPED) if other[0] else told
    if as_dmy[0] and as_mdy[0]:
        return as_dmy[0][:4], _EITHER
    return as_dmy if as_dmy[0] else as_mdy


def _full(year: str, month: int, day: int, as_of: int) -> tuple[str | None, str]:
    if len(year) == 4:
        return _day(int(year), month, day)
    if not as_of:
        return "", _CENTURY
    short = as_of - (as_of - int(year)) % 100  # of the two the one within a hundred years
    return _day(short, month, day)


def _day(year: int, month: int, day: int) -> tuple[str | None, str]:
    try:
        found = date(year, month, day)
    except ValueError:
        return None, _NO_DATE
    return (found.isoformat(), "") if _OLDEST < year < _NEWEST else (None, _NO_DATE)


def _within(year: str) -> tuple[str | None, str]:
    return (year, "") if _OLDEST < int(year) < _NEWEST else (None, _NO_DATE)
