"""The forms of the wards, and how they are read: an admission, what becomes of a stay, a round bed by bed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from wtforms import BooleanField, SelectField, StringField

from fallback.errors import FieldWrong, FormWrong
from fallback.frontdesk import Admission, Registration, check_admission
from fallback.hospital import Hospital, Ward
from fallback.language.fields import LABELS
from fallback.language.labels import label
from fallback.names import check_text
from fallback.slip import INDIA, Kind, Slip
from fallback.stay import Ended
from fallback.web.forms.fields import RegistrationForm, Typed
from fallback.web.forms.filling import fill
from fallback.web.forms.reading import to_date, to_registration, to_time
from fallback.web.forms.sent import Typed as Texts
from fallback.web.place import _, language

MOVED = "moved"
_OF_BED = ("ward", "bed", "unit", "ipd_number", "admitted_on")
_LONGEST = 120  # signs
ROW = ("bed", "name", "sex", "age", "uhid", "ipd_number", "admitted_on", "number")
_ASKED = ("name", "sex", "age", "uhid", "ipd_number", "number")  # a row with none of these is an empty bed


class AdmissionForm(RegistrationForm):
    """An admission as it is typed: the patient, and the bed."""

    ward = StringField(LABELS["ward"])
    bed = StringField(LABELS["bed"])
    unit = StringField(LABELS["unit"])
    ipd_number = StringField(LABELS["ipd_number"])
    in_bed = BooleanField(LABELS["in_bed"])
    admitted_on = StringField(LABELS["admitted_on"])


class StayForm(Typed):
    """What became of a patient in a bed: by the bed or the slip number; where to, or how the stay ended, and when."""

    bed = StringField(LABELS["bed"])
    what = SelectField(LABELS["what"], validate_choice=False)
    to_ward = StringField(LABELS["to_ward"])
    to_bed = StringField(LABELS["to_bed"])
    unit = StringField(LABELS["unit"])
    at = StringField(LABELS["at"])
    note = StringField(LABELS["note"])

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        keys = {Ended.DISCHARGED: "D", Ended.LAMA: "L", Ended.ABSCONDED: "A", Ended.DIED: "X"}
        ends = [(str(each.value), f"{keys[each]} {label(each, language())}") for each in Ended]
        self.what.choices = [("", "–"), (MOVED, f"M {_('Moved to another bed')}"), *ends]


class CensusForm(Typed):
    """Of which day."""

    day = StringField(LABELS["day"])


class SetsForm(Typed):
    """How many sets for patients whom nobody knows."""

    count = StringField(LABELS["count"])


@dataclass(frozen=True, slots=True)
class _RowTexts:
    """One row of a round as the registration's reader wants it."""

    texts: Mapping[str, str]
    row: int

    def typed(self, name: str) -> str:
        """What stands in the row's field; nothing in those that a round does not ask for."""
        return self.texts.get(f"{name}-{self.row}", "") if name in ROW else ""

    def ticked(self, name: str) -> bool:
        """A round has nothing to tick: somebody without a name is given one."""
        return name == "alias" and not self.typed("name").strip()


def find_ward(hospital: Hospital, typed: str) -> Ward | None:
    """The one ward that is meant by its code, its name in either language, or the beginning of one; else None."""
    wanted = " ".join(typed.partition("·")[0].casefold().split())
    if not wanted or len(wanted) > _LONGEST:
        return None
    if by_code := [each for each in hospital.wards if each.code.casefold() == wanted]:
        return by_code[0]
    named = [(each, (each.name.casefold(), each.name_hindi.casefold())) for each in hospital.wards]
    found = [each for each, names in named if wanted in names]
    found = found or [each for each, names in named if any(name.startswith(wanted) for name in names)]
    return found[0] if len(found) == 1 else None


def to_admission(form: Texts, hospital: Hospital, today: date, alias: Callable[[], tuple[str, str]]) -> Admission:
    """What an admission's form asks for. Raises FormWrong with a reason for each field that cannot be taken."""
    wrong: dict[str, FieldWrong] = {}
    registration = _person(form, hospital, today, alias, wrong)
    ward, day = find_ward(hospital, form.typed("ward")), _day(form, "admitted_on", wrong)
    admission = Admission(
        registration=registration,
        ward=ward.number if ward else 0,
        bed=_short(form, "bed", wrong),
        unit=_short(form, "unit", wrong),
        ipd_number=form.typed("ipd_number").strip().upper(),
        in_bed=form.ticked("in_bed") or day is not None,
        admitted_on=day,
    )
    if form.typed("clinic").strip() and not registration.clinic:
        why = "Choose a clinic from the list, by its code or its name."
        wrong.setdefault("clinic", FieldWrong(field="clinic", why=why))
    return _checked(admission, hospital, today, wrong)


def to_round(
    texts: Mapping[str, str],
    row: int,
    ward: Ward,
    hospital: Hospital,
    today: date,
    alias: Callable[[], tuple[str, str]],
    known: Callable[[str], Slip],
) -> Admission | None:
    """What a row of a round says; None for an empty bed. `known` is the slip of a number that was typed.

    Raises FormWrong.
    """
    form, wrong = _RowTexts(texts, row), dict[str, FieldWrong]()
    if not any(form.typed(name).strip() for name in _ASKED):
        return None
    if number := form.typed("number").strip():
        try:
            registration = registration_of(known(number))
        except FieldWrong as found:
            registration, wrong["number"] = Registration(kind=Kind.ADMISSION), found
    else:
        registration = _person(form, hospital, today, alias, wrong)
    admission = Admission(
        registration=registration,
        ward=ward.number,
        bed=_short(form, "bed", wrong),
        ipd_number=form.typed("ipd_number").strip().upper(),
        in_bed=True,
        admitted_on=_day(form, "admitted_on", wrong),
    )
    return _checked(admission, hospital, today, wrong)


def registration_of(slip: Slip) -> Registration:
    """Who a slip is of, to be admitted by it."""
    return Registration(
        patient=slip.patient,
        clinic=slip.visit.clinic,
        kind=Kind.ADMISSION,
        uhid=slip.uhid,
        patient_number=slip.patient_number or slip.number,
        previous=slip.number,
        medico_legal_number=slip.visit.medico_legal_number,
        alias=slip.alias,
        emergency=slip.emergency,
        medico_legal=slip.medico_legal,
        kept=bool(slip.sealed),
    )


def fill_admission(hospital: Hospital, slip: Slip) -> AdmissionForm:
    """The form with a slip's patient in it; of an admission also the bed, to correct it."""
    visit, ward = slip.visit, hospital.ward(slip.visit.ward)
    since = visit.admitted_on
    told = {field.name: field.data for field in fill(hospital, slip, visit=True) if field.name not in ("form", "kept")}
    told |= {
        "kept": "y" if slip.sealed else "",
        "ward": ward.code if ward else "",
        "bed": visit.bed,
        "unit": visit.unit,
        "ipd_number": visit.ipd_number,
        "in_bed": visit.in_bed,
        "admitted_on": f"{since[8:]}-{since[5:7]}-{since[:4]}" if since else "",
    }
    return AdmissionForm(formdata=None, data=told)


def to_moment(field: str, typed: str, now: datetime) -> datetime | None:
    """When it was: `9:40` is today, `25-11-2026 23:50` another day; None for nothing typed. Raises FieldWrong."""
    words = typed.split()
    if not words:
        return None
    day = to_date(words[0]) if len(words) == 2 else now.astimezone(INDIA).date()
    told = to_time(words[-1]) if len(words) <= 2 else None
    if day is None or not told:
        raise FieldWrong(field=field, why="Write the time as 9:40, or with its day as 25-11-2026 23:50. Empty is now.")
    return datetime.combine(day, time.fromisoformat(told), INDIA)


def _person(
    form: Texts,
    hospital: Hospital,
    today: date,
    alias: Callable[[], tuple[str, str]],
    wrong: dict[str, FieldWrong],
) -> Registration:
    try:
        return to_registration(form, hospital, today, alias, kind=Kind.ADMISSION)
    except FormWrong as found:
        wrong |= found.fields
        return Registration(kind=Kind.ADMISSION)


def _checked(admission: Admission, hospital: Hospital, today: date, wrong: dict[str, FieldWrong]) -> Admission:
    """The admission, or FormWrong with everything that is wrong; who could not be read is not judged twice."""
    found = check_admission(admission, hospital, today)
    if wrong:
        found = {name: each for name, each in found.items() if name in _OF_BED}
    if wrong := found | wrong:
        raise FormWrong(fields=wrong)
    return admission


def _short(form: Texts, name: str, wrong: dict[str, FieldWrong]) -> str:
    try:
        return check_text(name, form.typed(name), script="address")
    except FieldWrong as found:
        wrong[name] = found
        return ""


def _day(form: Texts, name: str, wrong: dict[str, FieldWrong]) -> date | None:
    typed = form.typed(name).strip()
    found = to_date(typed)
    if typed and found is None:
        why = "Write the day of the admission as 25-11-2026; it is not after today."
        wrong[name] = FieldWrong(field=name, why=why)
    return found
