"""The catalogues: one for screens, command line and paper alike; English is the source and the fallback.

A third language is one more file in `catalogues/`, offered when it is whole: see `third`. `python -m fallback.language
missing` lists what has no translation.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from fallback.errors import LanguageIncomplete, ParchiError, Sentence
from fallback.language.fields import LABELS
from fallback.language.third import check, messages_of

CATALOGUES = Path(__file__).parent.parent / "catalogues"
SOURCE = "en"
OWN = "hi"  # whole by our own tests; what others are measured by

_INDIA = timezone(timedelta(hours=5, minutes=30), "IST")
_SPOKEN = frozenset({"field", "why", "what", "kind"})  # values that are words of ours, and are translated as well


def translate(text: str, language: str) -> str:
    """The text in a language; the text itself when it is English or has no translation.

    A Sentence is translated with its values filled in.
    """
    if isinstance(text, Sentence):
        return _fill(translate(text.says, language), text.says, text.values, language)
    return catalogue(language).get(text, text)


def say(error: ParchiError, language: str) -> str:
    """What happened and what to do next, in a language, with its values filled in."""
    return _fill(translate(error.says, language), error.says, error.values, language)


def format_date(day: date | None) -> str:
    """A day as it is printed in India, dd-mm-yyyy; an aware time is taken to India first. Nothing for None."""
    if isinstance(day, datetime) and day.tzinfo:
        day = day.astimezone(_INDIA)
    return f"{day.day:02d}-{day.month:02d}-{day.year:04d}" if day else ""


def format_time(moment: datetime | None, *, seconds: bool = False) -> str:
    """The time of day by the 24-hour clock in India, hh:mm; an aware time is taken to India first. Nothing for None."""
    if moment is None:
        return ""
    local = moment.astimezone(_INDIA) if moment.tzinfo else moment
    return f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"


def format_moment(moment: datetime | None) -> str:
    """Date and time as printed: dd-mm-yyyy hh:mm. Nothing for None."""
    return f"{format_date(moment)} {format_time(moment)}".strip()


def rupees(amount: int) -> str:
    """Whole rupees in figures, grouped as in India: `₹1,00,000`, `-₹5`."""
    return f"{'-' if amount < 0 else ''}₹{grouped(abs(amount))}"


def grouped(count: int) -> str:
    """A number as it is printed in India, by its last three digits and then by pairs: 1,50,000."""
    digits = str(abs(count))
    head, tail = digits[:-3], digits[-3:]
    pairs = [head[max(0, at - 2) : at] for at in range(len(head), 0, -2)]
    return ("-" if count < 0 else "") + ",".join([*reversed(pairs), tail])


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """English text to text of one language; empty for English and for a language that has no catalogue."""
    if language == SOURCE or language not in LANGUAGES:
        return {}
    return _catalogue(CATALOGUES / f"{language}.po")


@cache
def _catalogue(file: Path) -> Mapping[str, str]:
    return messages_of(file)


def offered(folder: Path) -> tuple[tuple[str, ...], tuple[LanguageIncomplete, ...]]:
    """The languages of a folder of catalogues that are whole, and why each other one is left out."""
    found, refused = [SOURCE, OWN], []
    for file in sorted(folder.glob("*.po")):
        if file.stem in found:
            continue
        try:
            check(file, _catalogue(folder / f"{OWN}.po"))
            found.append(file.stem)
        except LanguageIncomplete as wrong:
            refused.append(wrong)
    return tuple(found), tuple(refused)


LANGUAGES, REFUSED = offered(CATALOGUES)


def _fill(sentence: str, source: str, values: Mapping[str, object], language: str) -> str:
    """Fills a sentence; falls back to its source when a translator's placeholder is not among the values."""
    spoken = {name: _spoken(name, value, language) for name, value in values.items()}
    try:
        return sentence.format(**spoken)
    except (KeyError, IndexError, ValueError):
        return source.format(**spoken)


def _spoken(name: str, value: object, language: str) -> object:
    if isinstance(value, Sentence):
        return translate(value, language)
    if isinstance(value, str) and name in _SPOKEN:
        return translate(LABELS.get(value, value) if name == "field" else value, language)
    if isinstance(value, str) and name in ("fields", "points"):  # several of them, in one text
        return ", ".join(translate(each, language) for each in value.split(", "))
    return value
