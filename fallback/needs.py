"""What each kind of hospital system needs of a patient, so that the desk asks while the patient still stands there."""

from collections.abc import Mapping

from fallback.slip import Patient

# What a system needs, by the kind of way into it. Name, sex and age are asked for in any case.
NEEDS: Mapping[str, frozenset[str]] = {
    "fhir": frozenset(),
    "hl7": frozenset(),
    "gnuhealth": frozenset(),
    "sheet": frozenset(),
    "web-form": frozenset(),
    "beep": frozenset(),
}
# What a hospital may name besides, for a system that insists on it; and what the desk says where it is missing.
LABELS: Mapping[str, str] = {
    "mobile": "The hospital's own system needs a mobile number. If the patient has none, write one hyphen: -",
    "guardian": "The hospital's own system needs the name of father, husband or mother. If there is none, write one "
    "hyphen: -",
    "surname": "The hospital's own system needs a second name. If the patient has one name only, write it and one "
    "hyphen: Asha -",
    "birth_date": "The hospital's own system needs a date of birth. If nobody knows it, write one hyphen after the "
    "age: 34 -",
    "locality": "The hospital's own system needs the address. If the patient has none, write one hyphen: -",
    "district": "The hospital's own system needs the district. If nobody knows it, write one hyphen: -",
    "pin_code": "The hospital's own system needs the PIN code. If nobody knows it, write one hyphen: -",
    "abha": "The hospital's own system needs the ABHA number. If the patient has none, write one hyphen: -",
}


def is_told(patient: Patient, need: str) -> bool:
    """Whether a patient's record has what is needed; `need` is a name of LABELS."""
    if need == "surname":
        return " " in patient.name
    return bool(getattr(patient, need))
