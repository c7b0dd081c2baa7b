"""Who is called first: the stream of a slip, worked out from the slip alone, so that every room calls alike. Pure."""

from enum import StrEnum

from fallback.slip import AgeUnit, Category, Kind, Slip

PRIORITY_YEARS = 60
_FIRST = frozenset({Category.SENIOR_CITIZEN, Category.DISABLED, Category.PREGNANT})


class Stream(StrEnum):
    """In the order in which a room calls; within one, by the time that is printed on the slip."""

    EMERGENCY = "emergency"
    PRIORITY = "priority"
    GENERAL = "general"


def stream_of(slip: Slip) -> Stream:
    """The stream. What is sealed in a confidential slip cannot tell of an age: its category and emergency still do."""
    if slip.emergency or slip.kind is Kind.CASUALTY:
        return Stream.EMERGENCY
    if slip.patient.category in _FIRST or _years(slip) >= PRIORITY_YEARS:
        return Stream.PRIORITY
    return Stream.GENERAL


def _years(slip: Slip) -> int:
    """The age in whole years on the day of issue; 0 where nobody told it."""
    age, born = slip.patient.age, slip.patient.birth_date
    day = slip.visit_day
    if age is not None:
        return age.value if age.unit is AgeUnit.YEARS else 0
    if born is None or day is None:
        return 0
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
