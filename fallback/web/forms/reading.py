"""The registration form read: texts become a Registration here, and every wrong field gets its reason."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fallback import frontdesk, names
from fallback.errors import FieldWrong, FormWrong, SlipNumberWrong
from fallback.frontdesk import Registration
from fallback.hospital import Hospital
from fallback.slip import (
    Age,
    AgeUnit,
    Category,
    FeeStatus,
    Kind,
    Patient,
    Relation,
    Sex,
    SlipNumber,
    digits_of,
)
from fallback.states import state
from fallback.web.forms.clinics import find_clinic
from fallback.web.forms.sent import Typed

E = TypeVar("E", bound=StrEnum)

_AGE = re.compile(r"(\d{1,3})\s*([ymd]?)[a-z]*", re.IGNORECASE)
_DATE = re.compile(r"(\d{1,2})[\s\-./]+(\d{1,2})[\s\-./]+(\d{4})|(\d{2})(\d{2})(\d{4})")
_SPACED = re.compile(r"[0-9 ]+")
_UNITS = {"y": AgeUnit.YEARS, "m": AgeUnit.MONTHS, "d": AgeUnit.DAYS}
_LONGEST_NUMBER = 40  # signs; a longer one is no number of anything
_MOST_RUPEES = 9_999_999


class _Reader:
    """Reads fields of one form and keeps the reason of each that cannot be taken."""

    def __init__(self, form: Typed) -> None:
        self.form = form
        self.wrong: dict[str, FieldWrong] = {}

    def say(self, name: str, why: str) -> None:
        """Keeps the first reason of a field."""
        self.wrong.setdefault(name, FieldWrong(field=name, why=why))

    def words(self, name: str, script: str) -> str:
        """A name or an address, normalised."""
        try:
            return names.check_text(name, self.form.typed(name), script=script)
        except FieldWrong as found:
            self.wrong[name] = found
            return ""

    def digits(self, name: str, why: str) -> str:
        """A number as ASCII digits, typed in any script, with spaces or hyphens."""
        typed = self.form.typed(name).strip()
        if not typed:
            return ""
        found = digits_of(typed) if len(typed) <= _LONGEST_NUMBER else None
        if found is None:
            self.say(name, why)
        return found or ""

    def code(self, name: str) -> str:
        """A number that may hold letters; its shape is checked by the front desk."""
        typed = self.form.typed(name).strip()[: _LONGEST_NUMBER + 1]
        plain = "".join(str(unicodedata.decimal(sign, sign)) for sign in typed).upper()
        return plain.replace(" ", "") if _SPACED.fullmatch(plain) else plain

    def pick(self, name: str, kind: type[E]) -> E | None:
        """A choice of a list, None when nothing was chosen."""
        typed = self.form.typed(name)
        try:
            return kind(typed) if typed else None
        except ValueError:
            self.say(name, "Choose one from the list.")
            return None

    def slip(self, name: str) -> SlipNumber | None:
        """A slip number that the page itself put there."""
        try:
            return SlipNumber.parse(self.form.typed(name)) if self.form.typed(name) else None
        except SlipNumberWrong:
            self.say("name", "This page was changed on its way. Start again from the one box.")
            return None


def to_registration(form: Typed, hospital: Hospital, today: date, alias: Callable[[], tuple[str, str]]) -> Registration:
    """What the form asks for. `alias` names an unidentified patient, in both scripts.

    Raises FormWrong with a reason for each field that cannot be taken.
    """
    reader = _Reader(form)
    name, hindi = reader.words("name", "latin"), reader.words("name_hindi", "hindi")
    unidentified = form.ticked("alias")
    if unidentified and not form.typed("name").strip():
        name, hindi = alias()
    sex = reader.pick("sex", Sex)
    if sex is None and not unidentified:
        reader.say("sex", "Choose the sex. If it is not known, choose that.")
    born = _birth_date(reader)
    state_code = digits_of(form.typed("state")[:_LONGEST_NUMBER]) or ""
    if form.typed("state") and state(int(state_code or 0)) is None:
        reader.say("state", "Choose one from the list.")
        state_code = ""
    clinic = find_clinic(hospital, form.typed("clinic"))
    medico_legal_number = reader.code("medico_legal_number")
    registration = Registration(
        patient=Patient(
            name=name,
            name_hindi=hindi,
            sex=sex or Sex.UNKNOWN,
            birth_date=born,
            age=_age(reader),
            guardian=reader.words("guardian", "any"),
            relation=reader.pick("relation", Relation),
            mobile=_mobile(reader),
            abha=reader.digits("abha", "An ABHA number has 14 digits. Leave it empty if the patient has none."),
            state=int(state_code or 0),
            district=reader.words("district", "address"),
            pin_code=reader.digits(
                "pin_code", "A PIN code has 6 digits and does not start with 0. Leave it empty if it is not known."
            ),
            locality=reader.words("locality", "address"),
            category=reader.pick("category", Category) or Category.GENERAL,
            scheme_id=reader.code("scheme_id"),
        ),
        clinic=clinic.number if clinic else 0,
        kind=Kind.CASUALTY if clinic and clinic.casualty else Kind.OPD,
        uhid=reader.code("uhid"),
        patient_number=reader.slip("patient_number"),
        previous=reader.slip("previous"),
        fee_status=reader.pick("fee_status", FeeStatus) or FeeStatus.PAID,
        booking=reader.code("booking"),
        medico_legal_number=medico_legal_number,
        alias=unidentified,
        emergency=form.ticked("emergency"),
        medico_legal=form.ticked("medico_legal") or bool(medico_legal_number),
        confidential=form.ticked("confidential"),
        kept=form.typed("kept") == "y" and not form.ticked("confidential"),
    )
    wrong = frontdesk.check(registration, hospital, today) | reader.wrong
    for field, cause in (("age", "birth_date"), ("guardian", "relation")):
        if cause in reader.wrong and field not in reader.wrong:  # the one is missing because the other cannot be read
            wrong.pop(field, None)
    if wrong:
        raise FormWrong(fields=wrong)
    return registration


def text(field: str, typed: str, *, needed: bool = True) -> str:
    """A reason or a note, normalised. Raises FieldWrong; an empty one when it is `needed`."""
    found = names.check_text(field, typed, script="address")
    if needed and not found:
        raise FieldWrong(field=field, why="Write something here: it is kept with your name.")
    return found


def whole_rupees(field: str, typed: str) -> int:
    """An amount of money; nothing typed is 0. Raises FieldWrong."""
    found = whole_number(typed) if typed.strip() else 0
    if found is None or found > _MOST_RUPEES:
        raise FieldWrong(field=field, why="Write the amount in whole rupees, in digits only.")
    return found


def whole_number(typed: str) -> int | None:
    """A count or an amount in digits of any script, with commas or spaces in it; None for all else, as 5.50 or -5."""
    plain = typed.strip().replace(",", "").replace(" ", "")
    return int(plain) if len(plain) <= _LONGEST_NUMBER and plain.isdecimal() else None


def _mobile(reader: _Reader) -> str:
    why = "A mobile number has 10 digits and starts with 6, 7, 8 or 9. Leave it empty if there is none."
    typed = reader.form.typed("mobile").strip().removeprefix("+")
    if not typed:
        return ""
    found = digits_of(typed) if len(typed) <= _LONGEST_NUMBER else None
    if found is None:
        reader.say("mobile", why)
        return ""
    if len(found) == 12 and found.startswith("91"):
        return found[2:]
    return found[1:] if len(found) == 11 and found.startswith("0") else found


def _age(reader: _Reader) -> Age | None:
    typed = reader.form.typed("age").strip()
    if not typed:
        return None
    told = _AGE.fullmatch(typed) if len(typed) <= _LONGEST_NUMBER else None
    if told is None:
        reader.say("age", "Write the age as a number, like 34, or with its unit, like 6m or 12d.")
        return None
    unit = _UNITS.get(told[2].lower()) or reader.pick("age_unit", AgeUnit) or AgeUnit.YEARS
    try:
        return Age(value=int(told[1]), unit=unit)  # int() reads Devanagari digits
    except FieldWrong as found:
        reader.wrong["age"] = found
        return None


def to_date(typed: str) -> date | None:
    """A day typed as day-month-year, with or without what stands between; None for what is none."""
    told = _DATE.fullmatch(typed.strip()) if len(typed) <= _LONGEST_NUMBER else None
    try:
        if told is not None:
            day, month, year = (int(part) for part in told.groups() if part)
            return date(year, month, day)
    except ValueError:
        pass
    return None


def _birth_date(reader: _Reader) -> date | None:
    typed = reader.form.typed("birth_date").strip()
    found = to_date(typed)
    if typed and found is None:
        reader.say("birth_date", "This is not a date. Write it as day-month-year, like 05-11-1990.")
    return found
