"""A record put back into the form: for a next visit, a correction, or a look-alike taken over."""

from typing import Any

from fallback.hospital import Hospital
from fallback.language import format_date
from fallback.slip import Slip
from fallback.web.forms.fields import RegistrationForm


def blank(hospital: Hospital, **typed: str) -> RegistrationForm:
    """An empty form that opens with the hospital's own state and district, and with what is known already."""
    home = {"state": str(hospital.state), "district": hospital.district}
    return RegistrationForm(formdata=None, data=home | typed)


def fill(hospital: Hospital, slip: Slip, *, visit: bool = False) -> RegistrationForm:
    """The form with a slip's patient in it; with `visit` also with what the slip was for, to correct it."""
    patient = slip.patient
    data: dict[str, Any] = {
        "name": patient.name,
        "name_hindi": patient.name_hindi,
        "sex": patient.sex.value,
        "age": str(patient.age.value) if patient.age else "",
        "age_unit": patient.age.unit.value if patient.age else "years",
        "birth_date": format_date(patient.birth_date),
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
        "alias": slip.alias,
        "kept": "y" if slip.sealed else "",
    }
    if visit:
        clinic = hospital.clinic(slip.visit.clinic)
        data |= {
            "clinic": clinic.code if clinic else "",
            "fee_status": slip.visit.fee_status.value,
            "booking": slip.visit.booking,
            "medico_legal_number": slip.visit.medico_legal_number,
            "emergency": slip.emergency,
            "medico_legal": slip.medico_legal,
        }
    return RegistrationForm(formdata=None, data=data)
