"""The registration form read: texts become a Registration here, and every wrong field gets its reason."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from fallback import frontdesk, names, wedge
from fallback.errors import FieldWrong, FormWrong, SlipNumberWrong
from fallback.frontdesk import Registration
from fallback.hospital import Hospital
from fallback.idcards import Check
from fallback.money import Mode, Payment
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

_AGE = re.compile(r"(\d{1,3})\s*([^\d\s]*)")
_DATE = re.compile(r"(\d{1,2})[\s\-./]+(\d{1,2})[\s\-./]+(\d{4})|(\d{2})(\d{2})(\d{4})")
_SHOWN = re.compile(f"([0-9]{{4}}) ({'|'.join(Check)})", re.ASCII)
_FREE = ("name", "guardian", "district", "locality", "found_at", "brought_by", "scheme_id", "uhid", "booking")
_SPACED = re.compile(r"[0-9 ]+")
_TIME = re.compile(r"(\d{1,2})[:.\s]?(\d{2})")
_LOOKS_BORN = re.compile(r"\d+[\s\-./]+\d+[\s\-./]+\d*|\d{4,}")
# The words of a unit and their beginnings: 34y, 6 mo, 12 दिन. A week is counted as days, never taken for a year.
_UNITS: Mapping[str, tuple[AgeUnit, int]] = {
    "years": (AgeUnit.YEARS, 1),
    "yrs": (AgeUnit.YEARS, 1),
    "months": (AgeUnit.MONTHS, 1),
    "days": (AgeUnit.DAYS, 1),
    "weeks": (AgeUnit.DAYS, 7),
    "wks": (AgeUnit.DAYS, 7),
    "वर्ष": (AgeUnit.YEARS, 1),
    "साल": (AgeUnit.YEARS, 1),
    "माह": (AgeUnit.MONTHS, 1),
    "महीने": (AgeUnit.MONTHS, 1),
    "महीना": (AgeUnit.MONTHS, 1),
    "दिन": (AgeUnit.DAYS, 1),
    "हफ़्ते": (AgeUnit.DAYS, 7),
    "हफ्ते": (AgeUnit.DAYS, 7),
    "सप्ताह": (AgeUnit.DAYS, 7),
}
# Typed in small letters alone, these stand on paper with capitals: a clerk saves the Shift key.
_TITLED = frozenset({"name", "guardian", "district", "locality", "found_at", "brought_by", "police_station"})
_BEGINS = re.compile(r"(?:^|(?<=[\s.(,-]))[a-z]")
_NONE = "-"  # typed where the patient has none of what is asked for
_NONES = frozenset({_NONE, "–", "—", "‐", "‑"})  # as telephones and word processors write it
_LONGEST_NUMBER = 40  # signs; a longer one is no number of anything
_MOST_BABIES = 9
_MOST_RUPEES = 9_999_999


class _Reader:
    """Reads fields of one form and keeps the reason of each that cannot be taken."""

    def __init__(self, form: Typed) -> None:
        self.form = form
        self.wrong: dict[str, FieldWrong] = {}
        self.none: set[str] = set()

    def typed(self, name: str) -> str:
        """What stands in a field; nothing where somebody said that there is none."""
        found = self.form.typed(name).strip()
        if found in _NONES:
            self.none.add(name)
            return ""
        return found

    def say(self, name: str, why: str) -> None:
        """Keeps the first reason of a field."""
        self.wrong.setdefault(name, FieldWrong(field=name, why=why))

    def words(self, name: str, script: str) -> str:
        """A name or an address, normalised."""
        try:
            found = names.check_text(name, self.typed(name), script=script)
        except FieldWrong as wrong:
            self.wrong[name] = wrong
            return ""
        return _BEGINS.sub(lambda sign: sign[0].upper(), found) if found.islower() and name in _TITLED else found

    def digits(self, name: str, why: str) -> str:
        """A number as ASCII digits, typed in any script, with spaces or hyphens."""
        typed = self.typed(name)
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


def to_registration(
    form: Typed,
    hospital: Hospital,
    today: date,
    alias: Callable[[], tuple[str, str]],
    *,
    baby: Callable[[SlipNumber, Sex, int], tuple[str, str]] | None = None,
    kind: Kind | None = None,
) -> Registration:
    """What the form asks for. `alias` names somebody whom nobody knows, `baby` a newborn after its mother.

    `kind` is what the slip records; None: a visit, by its clinic.
    With `baby` it is a desk's form, and what the hospital's own system needs must stand in it.
    Raises FormWrong with a reason for each field that cannot be taken.
    """
    reader = _Reader(form)
    name, hindi = _name(reader), reader.words("name_hindi", "hindi")
    unidentified = form.ticked("alias")
    if unidentified and not form.typed("name").strip():
        name, hindi = alias()
    sex = reader.pick("sex", Sex)
    if sex is None and not unidentified:
        reader.say("sex", "Choose the sex. If it is not known, choose that.")
    age, born = _age(reader)
    if (told := _birth_date(reader)) is not None:
        born = told
    order, mother = _order(reader), reader.slip("mother")
    if mother is not None and baby is not None and not name and "name" not in reader.wrong:
        name, hindi = baby(mother, sex or Sex.UNKNOWN, order)
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
            age=age,
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
            birth_time=_birth_time(reader),
            birth_order=order,
            identification_marks=reader.words("identification_marks", "address"),
        ),
        clinic=clinic.number if clinic else 0,
        kind=kind or (Kind.CASUALTY if clinic and clinic.casualty else Kind.OPD),
        uhid=reader.code("uhid"),
        patient_number=reader.slip("patient_number"),
        previous=reader.slip("previous"),
        mother=mother,
        fee_status=reader.pick("fee_status", FeeStatus) or FeeStatus.PAID,
        payment=to_payment(form, hospital),
        exemption=form.typed("exemption")[:_LONGEST_NUMBER],
        booking=reader.code("booking"),
        medico_legal_number=medico_legal_number,
        found_at=reader.words("found_at", "address"),
        brought_by=reader.words("brought_by", "address"),
        police_station=reader.words("police_station", "address"),
        brought_dead=form.ticked("brought_dead"),
        alias=unidentified,
        emergency=form.ticked("emergency"),
        medico_legal=form.ticked("medico_legal") or bool(medico_legal_number),
        confidential=form.ticked("confidential"),
        kept=form.typed("kept") == "y" and not form.ticked("confidential"),
        none=frozenset(reader.none),
        day=_visit_day(reader),
        overbooked=reader.words("overbooked", "address"),
        shown=_shown(form.typed("shown")),
    )
    for field in _FREE:
        if wedge.holds_scan(form.typed(field)):
            why = "A code was scanned into this field. Take it out, and scan it into the box at the top."
            reader.wrong[field] = FieldWrong(field=field, why=why)
    needed = frontdesk.missing(registration, hospital) if baby is not None else {}
    wrong = needed | frontdesk.check(registration, hospital, today) | reader.wrong
    if not form.typed("birth_date") and "birth_date" in wrong:  # a desk's form has one field for both
        wrong.setdefault("age", FieldWrong(field="age", why=wrong.pop("birth_date").values["why"]))
    if "surname" in wrong:
        wrong.setdefault("name", FieldWrong(field="name", why=wrong.pop("surname").values["why"]))
    for field, cause in (("age", "birth_date"), ("guardian", "relation")):
        if cause in reader.wrong and field not in reader.wrong:  # the one is missing because the other cannot be read
            wrong.pop(field, None)
    if wrong:
        raise FormWrong(fields=wrong)
    return registration


def _shown(told: str) -> tuple[str, str] | None:
    """The card that was scanned, as the page itself put it there."""
    found = _SHOWN.fullmatch(told)
    return (found[1], found[2]) if found else None


def to_payment(form: Typed, hospital: Hospital) -> Payment:
    """How a fee is paid, as a form says it; what it does not say is the usual. The front desk checks the numbers."""
    try:
        mode = Mode(form.typed("mode")) if form.typed("mode") else hospital.modes[0]
    except ValueError:
        raise FieldWrong(field="mode", why="Choose one from the list.") from None
    told = ("".join(form.typed(name).upper().split())[:_LONGEST_NUMBER] for name in ("reference", "book"))
    reference, book = ("".join(str(unicodedata.decimal(sign, sign)) for sign in each) for each in told)
    return Payment(mode=mode, reference=reference, book=book)


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


def _visit_day(reader: _Reader) -> date | None:
    """The day of the visit; None: today, or of a correction as it was."""
    typed = reader.form.typed("visit_day").strip()
    found = to_date(typed)
    if typed and found is None:
        reader.say("visit_day", "Choose one from the list.")
    return found


def _name(reader: _Reader) -> str:
    """The name, and whether somebody said that there is no second one: `Asha -`."""
    name = reader.words("name", "latin")
    if name.endswith(" " + _NONE):
        reader.none.add("surname")
        return name.removesuffix(_NONE).strip()
    return name


def _order(reader: _Reader) -> int:
    typed = reader.typed("birth_order")
    found = whole_number(typed) if typed else 0
    if found is None or found > _MOST_BABIES:
        reader.say("birth_order", "Write which baby of this birth it is: 1, or of twins 1 and 2.")
        return 0
    return found


def _birth_time(reader: _Reader) -> str:
    found = to_time(reader.typed("birth_time"))
    if found is None:
        reader.say("birth_time", "Write the time in hours and minutes, like 9:40, or leave it empty.")
    return found or ""


def _mobile(reader: _Reader) -> str:
    why = "A mobile number has 10 digits and starts with 6, 7, 8 or 9. Leave it empty if there is none."
    typed = reader.typed("mobile").removeprefix("+")
    if not typed:
        return ""
    found = digits_of(typed) if len(typed) <= _LONGEST_NUMBER else None
    if found is None:
        reader.say("mobile", why)
        return ""
    if len(found) == 12 and found.startswith("91"):
        return found[2:]
    return found[1:] if len(found) == 11 and found.startswith("0") else found


def _age(reader: _Reader) -> tuple[Age | None, date | None]:
    """What the field of the age says: an age, or a date of birth."""
    typed = reader.form.typed("age").strip()
    if len(typed) <= _LONGEST_NUMBER and (known := typed.removesuffix(_NONE).strip()) != typed:
        reader.none.add("birth_date")
        typed = known
    if not typed:
        return None, None
    if len(typed) <= _LONGEST_NUMBER and _LOOKS_BORN.fullmatch(typed):
        born = to_date(typed)
        if born is None:
            reader.say("age", "This is not a date. Write it as day-month-year, like 05-11-1990.")
        return None, born
    told = _AGE.fullmatch(typed) if len(typed) <= _LONGEST_NUMBER else None
    unit = _unit(reader, told[2]) if told else None
    if told is None or unit is None:
        reader.say("age", "Write an age, like 34, 6m or 12d, or a date of birth, like 05-11-1990.")
        return None, None
    try:
        return Age(value=int(told[1]) * unit[1], unit=unit[0]), None  # int() reads Devanagari digits
    except FieldWrong as found:
        reader.wrong["age"] = found
        return None, None


def _unit(reader: _Reader, word: str) -> tuple[AgeUnit, int] | None:
    """The unit that a word begins, with how many of it the word means; what was picked where there is none."""
    if not word:
        return reader.pick("age_unit", AgeUnit) or AgeUnit.YEARS, 1
    return next((unit for name, unit in _UNITS.items() if name.startswith(word.casefold())), None)


def to_time(typed: str) -> str | None:
    """A time of day as hh:mm from 9:40, 0940 or 9.40; "" for nothing, None for what is none."""
    told = _TIME.fullmatch(typed.strip())
    if not typed.strip():
        return ""
    if told is None or int(told[1]) > 23 or int(told[2]) > 59:
        return None
    return f"{int(told[1]):02d}:{int(told[2]):02d}"


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
