"""A record put back into the form: for a next visit, a correction, or a look-alike taken over."""

from typing import Any

from fallback.hospital import Hospital
from fallback.language import format_date
from fallback.slip import AgeUnit, Patient, Slip
from fallback.web.forms.fields import RegistrationForm


def blank(hospital: Hospital, **typed: str) -> RegistrationForm:
    """An empty form that opens with the hospital's own state and district, and with what is known already."""
    home = {"state": str(hospital.state), "district": hospital.district}
    if born := typed.pop("birth_date", ""):
        typed["age"] = born  # the desk's form has one field for both
    return RegistrationForm(formdata=None, data=home | typed)


def fill(hospital: Hospital, slip: Slip, *, visit: bool = False) -> RegistrationForm:
    """The form with a slip's patient in it; with `visit` also with what the slip was for, to correct it."""
    patient = slip.patient
    data: dict[str, Any] = {
        "name": patient.name,
        "name_hindi": patient.name_hindi,
        "sex": patient.sex.value,
        "age": age_text(patient),
        "guardian": patient.guardian,
        "relation": patient.relation.value if patient.relation else "",
        "mobile": patient.mobile,
        "locality": patient.locality,
        "district": patient.district,
        "state": str(patient.state or ""),
        "pin_code": patient.pin_code,
        "category": patient.category.value,
        "scheme_id": patient.scheme_id,
        "uhid": slip.uhid,
        "abha": patient.abha,
        "identification_marks": patient.identification_marks,
        "birth_time": patient.birth_time,
        "birth_order": str(patient.birth_order or ""),
        "mother": slip.mother.text if slip.mother else "",
        "alias": slip.alias,
        "kept": "y" if slip.sealed else "",
    }
    if visit:
        clinic = hospital.clinic(slip.visit.clinic)
        data |= {
            "clinic": clinic.code if clinic else "",
            "fee_status": slip.visit.fee_status.value,
            "visit_day": format_date(slip.visit_day) if slip.visit.day else "",
            "booking": slip.visit.booking,
            "medico_legal_number": slip.visit.medico_legal_number,
            "found_at": slip.visit.found_at,
            "brought_by": slip.visit.brought_by,
            "police_station": slip.visit.police_station,
            "brought_dead": slip.visit.brought_dead,
            "emergency": slip.emergency,
            "medico_legal": slip.medico_legal,
        }
    return RegistrationForm(formdata=None, data=data)


def age_text(patient: Patient) -> str:
    """Age or date of birth as the form's one field takes it: 34, 6m, 05-11-1990."""
    if patient.age is None:
        return format_date(patient.birth_date)
    unit = "" if patient.age.unit is AgeUnit.YEARS else patient.age.unit.value[0]
    return f"{patient.age.value}{unit}"
