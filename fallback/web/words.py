"""What templates may say: words in the language of the request, numbers and dates as printed in India."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from flask import session

from fallback.downtime import Role
from fallback.hospital import Clinic, Hospital, Ward
from fallback.language import LANGUAGES, format_date, format_moment, format_time, grouped, rupees, say
from fallback.language.again import again
from fallback.language.labels import label
from fallback.ledger.queries import PageRow
from fallback.money import NOTES
from fallback.slip import Slip
from fallback.web.bar import bar
from fallback.web.changes import record, said
from fallback.web.labels import called
from fallback.web.place import _, here, is_thin, language, visitor

OWN_NAMES = {"en": "English", "hi": "हिन्दी"}


def in_words(value: StrEnum) -> str:
    """A choice of a list in the language of this request."""
    return label(value, language())


def named(thing: Clinic | Hospital | Ward) -> str:
    """The name of a clinic, ward or the hospital in the language of this request; of a discreet clinic its room.

    A screen at a counter is read from both sides.
    """
    hindi = language() == "hi"
    if isinstance(thing, Clinic | Ward):
        return thing.shown_hindi if hindi else thing.shown
    return thing.name_hindi if hindi else thing.name


def told_again(text: str) -> str:
    """A sentence that was written down with its values, in the language of this request."""
    return again(text, language())


def day(text: str) -> str:
    """A day as printed in India, from its ISO text or that of a moment, which is India's day; "" for none."""
    return format_date(datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)) if text else ""


def problem(page: PageRow) -> str:
    """Why a page could not be read, in the language of this request; as it was written down where that is all."""
    return say(page.error, language()) if page.error else page.problem


def brief(slip: Slip) -> str:
    """Sex and age in a few letters, as clerks read them: F 34, M 6 months."""
    patient = slip.patient
    parts = [in_words(patient.sex), said(slip, "age") or said(slip, "birth_date")]
    return " · ".join(part for part in parts if part)


GLOBALS: dict[str, Any] = {
    "_": _,
    "called": called,
    "again": told_again,
    "bar": bar,
    "Role": Role,
    "NOTES": NOTES,
    "record": record,
    "said": said,
}
FILTERS: dict[str, Callable[..., Any]] = {
    "date": format_date,
    "day": day,
    "time": format_time,
    "moment": format_moment,
    "in_words": in_words,
    "named": named,
    "rupees": rupees,
    "grouped": grouped,
    "brief": brief,
    "problem": problem,
}


def of_request() -> dict[str, Any]:
    """The names that every template has."""
    spoken = language()
    other = LANGUAGES[(LANGUAGES.index(spoken) + 1) % len(LANGUAGES)]
    return {
        "language": spoken,
        "look": session.get("look", ""),
        "other_language": other,
        "other_language_name": OWN_NAMES.get(other, other),
        "hospital": here().hospital,
        "drill": here().installation.drill,
        "visitor": visitor(),
        "thin": is_thin(),
        "index_door": here().index.here or bool(here().index_address),
    }
