"""What a slip gives to a page's fields: each named value, and a recipe's texts filled with them."""

import re
import string
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from functools import lru_cache

from fallback.episode import Episode, learnt_of
from fallback.errors import SlipNumberWrong
from fallback.hospital import Hospital
from fallback.names import normalise, to_latin
from fallback.slip import INDIA, NUMBER_LENGTH, Slip, SlipNumber
from fallback.states import state

DATES = frozenset({"birth_date", "visit_date"})
NAMES = DATES | {
    "number", "person", "first_number", "uhid", "name", "given", "surname", "name_hindi", "sex", "age", "age_unit",
    "guardian", "relation", "mobile", "abha", "state", "district", "pin_code", "locality", "category", "scheme_id",
    "kind", "clinic", "clinic_name", "visit_time", "fee", "fee_status", "receipt", "token", "desk", "clerk", "seen",
}  # fmt: skip
_ODD = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "।": ".", "\u00a0": " "})
_NUMBERS = re.compile(rf"(?<![0-9])[0-9]{{{NUMBER_LENGTH}}}(?![0-9])")
_PRINTS = re.compile(r"[^\x20-\x7e]+")


@lru_cache(maxsize=1024)
def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces in a recipe's text. Raises ValueError for a brace that is not closed, or holds no name."""
    found = []
    for _, name, how, turned in string.Formatter().parse(text):
        if name is not None:
            if not name or how or turned:
                raise ValueError(text)
            found.append(name)
    return tuple(found)


def values(slip: Slip, hospital: Hospital) -> Mapping[str, str | date]:
    """All of NAMES for a slip, "" for what was not told. A day is a date, for each form writes it in its own way.

    `person` is under which the system finds a known patient: the UHID, else the first slip's number. A one-word name
    has no `surname`. A day of birth that nobody told is none: no form gets an invented one.
    """
    told, visit = slip.patient, slip.visit
    given, _, surname = told.name.rpartition(" ")
    clinic = hospital.clinic(visit.clinic)
    where = state(told.state)
    issued = slip.issued.astimezone(INDIA) if slip.issued else None
    beside = slip if isinstance(slip, Episode) else Episode.of(slip)
    first = (slip.patient_number or slip.number).text
    return {
        "number": slip.number.text,
        "person": slip.uhid or (slip.patient_number.text if slip.patient_number else ""),
        "first_number": first,
        "uhid": slip.uhid,
        "name": told.name,
        "given": given or surname,
        "surname": surname if given else "",
        "name_hindi": told.name_hindi,
        "sex": told.sex.value,
        "age": str(told.age.value) if told.age else "",
        "age_unit": told.age.unit.value if told.age else "",
        "birth_date": told.birth_date or "",
        "guardian": told.guardian,
        "relation": told.relation.value if told.relation else "",
        "mobile": told.mobile,
        "abha": told.abha,
        "state": where.name if where else "",
        "district": told.district,
        "pin_code": told.pin_code,
        "locality": told.locality,
        "category": told.category.value,
        "scheme_id": told.scheme_id,
        "kind": slip.kind.value,
        "clinic": clinic.code if clinic else "",
        "clinic_name": clinic.name if clinic else "",
        "visit_date": slip.visit_day or "",
        "visit_time": f"{issued:%H:%M}" if issued else "",
        "fee": str(visit.fee) if visit.fee else "",
        "fee_status": visit.fee_status.value,
        "receipt": beside.receipt,
        "token": slip.token_text,
        "desk": beside.desk,
        "clerk": beside.clerk,
        "seen": learnt_of(slip).seen.value,
    }


def filled(text: str, told: Mapping[str, str | date], *, day: str = "", codes: Mapping[str, str] | None = None) -> str:
    """A recipe's text with a slip's values; "" where it names some and all of them are empty.

    `day` is how a day is written, `codes` the form's words for ours. Raises KeyError for a value that has no word.
    """
    names = placeholders(text)
    found: dict[str, str] = {}
    for name in names:
        value = told[name]
        written = value.strftime(day) if isinstance(value, date | datetime) else value
        found[name] = codes[written] if codes and written else written
    if names and not any(found.values()):
        return ""
    return " ".join(text.format(**found).split())


def in_ascii(text: str) -> str:
    """A text as a scanner can type it: plain signs of the English keyboard, Hindi in Latin letters."""
    plain = to_latin(normalise(text)) if not text.isascii() else text
    plain = unicodedata.normalize("NFKD", plain.translate(_ODD))
    return " ".join(_PRINTS.sub("", plain).split())


def alike(one: str, other: str) -> bool:
    """Whether two texts of a field are the same but for capitals and blanks: many systems write all in capitals."""
    return "".join(one.casefold().split()) == "".join(other.casefold().split())


def holds(text: str, number: str) -> bool:
    """Whether a text has exactly this number in it, not a longer one: OPD-1 is not OPD-10."""
    return bool(number) and re.search(rf"(?<![0-9A-Za-z]){re.escape(number)}(?![0-9A-Za-z])", text) is not None


def is_ours(text: str) -> bool:
    """Whether a text holds the number of any slip, by its check digits."""
    for run in _NUMBERS.findall(text):
        with suppress(SlipNumberWrong):
            SlipNumber.parse(run)
            return True
    return False
