"""What an admission and a casualty slip say in the places of a visit's fields: ward for clinic, bed for token. Pure.

So every layout shows them, a hospital's own as well: none has places that stay empty on nine slips of ten.
"""

from dataclasses import replace

from fallback.hospital import Hospital
from fallback.printing.content import Field
from fallback.printing.labels import FIELDS, FLAGS, Words, spoken
from fallback.slip import Kind, Slip

_STATION = spoken("PS")
_EMPTY = Field(FIELDS["name"], "")


def ward_names(number: int, hospital: Hospital) -> Words:
    """A ward in both languages as it may stand on paper; its number when the hospital's file does not know it."""
    ward = hospital.ward(number)
    if ward is not None:
        return Words(ward.shown, ward.shown_hindi)
    return Words(f"Ward {number}", f"वार्ड {number}") if number else Words("", "")


def with_beds(found: dict[str, Field], slip: Slip, hospital: Hospital, language: str) -> dict[str, Field]:
    """A slip's fields with its bed in them, where it has one, and with what casualty asked for."""
    changed = dict(found)
    if slip.kind is Kind.ADMISSION:
        changed |= _bed(slip, hospital, language)
    visit = slip.visit
    if visit.brought_by:
        changed["guardian"] = _beside(found.get("guardian", _EMPTY), "brought_by", visit.brought_by, language)
    if visit.found_at:
        changed["address"] = _beside(found.get("address", _EMPTY), "found_at", visit.found_at, language)
    if visit.police_station:
        number = found.get("medico_legal_number", _EMPTY)
        changed["medico_legal_number"] = _beside(number, "police_station", visit.police_station, language, _STATION)
    if slip.patient.identification_marks and not slip.patient.scheme_id:
        changed["scheme_id"] = Field(FIELDS["identification_marks"], slip.patient.identification_marks)
    return changed


def bed_notes(slip: Slip) -> list[str]:
    """What has no place of its own: since when the patient lies there, marks beside a scheme's number."""
    notes = []
    if slip.visit.in_bed:
        since = slip.visit.admitted_on
        day = f" {since[8:]}-{since[5:7]}-{since[:4]}" if since else ""
        notes.append(f"in bed since{day} · भर्ती{day}" if day else "in bed already · पहले से भर्ती")
    if slip.patient.identification_marks and slip.patient.scheme_id:
        notes.append(f"{FIELDS['identification_marks'].both}: {slip.patient.identification_marks}")
    return notes


def bed_flags(slip: Slip) -> tuple[Words, ...]:
    """What has to be seen at once."""
    return (FLAGS["brought_dead"],) if slip.visit.brought_dead else ()


def _bed(slip: Slip, hospital: Hospital, language: str) -> dict[str, Field]:
    visit = slip.visit
    called, clinic = ward_names(visit.ward, hospital), hospital.clinic(visit.clinic)
    department = clinic.shown_code if clinic and not clinic.discreet else ""
    ward = "\n".join(dict.fromkeys(called[::-1])) if language == "both" else called.said(language)
    return {
        "clinic": Field(FIELDS["ward"], ward),
        "token": Field(FIELDS["bed"], visit.bed, solid=True),
        "room": Field(FIELDS["ipd_number"], visit.ipd_number),
        "unit": Field(FIELDS["unit"], " · ".join(part for part in (department, visit.unit) if part)),
        "report": Field(FIELDS["name"], ""),
        "fee": Field(FIELDS["fee"], ""),
    }


def _beside(field: Field, name: str, text: str, language: str, short: Words | None = None) -> Field:
    """A field with another's text behind its own, or in its place where it has none."""
    if not field.value:
        return Field(FIELDS[name], text)
    called = (short or FIELDS[name]).said("hi" if language == "hi" else "en")
    return replace(field, value=f"{field.value} · {called}: {text}")
