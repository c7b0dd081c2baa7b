"""What a correction changed: fields of two versions of a slip, in words."""

from datetime import date

from fallback.language import format_date, translate
from fallback.language.fields import LABELS
from fallback.language.labels import label
from fallback.slip import Kind, Slip
from fallback.states import state
from fallback.web.place import here, language

_SAID = (
    "name", "name_hindi", "sex", "birth_date", "age", "guardian", "relation", "mobile", "locality", "district", "state",
    "pin_code", "category", "scheme_id", "uhid", "abha", "clinic", "visit_day", "fee_status",
    "booking", "medico_legal_number", "birth_time", "birth_order", "identification_marks", "found_at", "brought_by",
    "police_station", "brought_dead",
    "ward", "bed", "unit", "ipd_number", "in_bed", "admitted_on",
)  # fmt: skip


def changes(before: Slip | None, after: Slip) -> list[tuple[str, str, str]]:
    """Field, old and new for each field that differs; nothing for a first version or a void."""
    if before is None or after.kind is not before.kind:
        return []
    pairs = ((name, said(before, name), said(after, name)) for name in _SAID)
    return [(translate(LABELS[name], language()), old, new) for name, old, new in pairs if old != new]


def said(slip: Slip, name: str) -> str:
    """A field of a slip as a person reads it; "" when it was not told."""
    patient, visit = slip.patient, slip.visit
    hindi = language() == "hi"
    match name:
        case "sex" | "category":
            return label(getattr(patient, name), language())
        case "relation":
            return label(patient.relation, language()) if patient.relation else ""
        case "birth_date":
            return format_date(patient.birth_date)
        case "age":
            return f"{patient.age.value} {label(patient.age.unit, language())}" if patient.age else ""
        case "state":
            found = state(patient.state)
            return (found.name_hindi if hindi else found.name) if found else ""
        case "clinic":
            clinic = here().hospital.clinic(visit.clinic)
            return (clinic.shown_hindi if hindi else clinic.shown) if clinic else ""
        case "fee_status":
            return label(visit.fee_status, language()) if slip.kind is not Kind.ADMISSION else ""
        case "ward":
            ward = here().hospital.ward(visit.ward)
            return (ward.shown_hindi if hindi else ward.shown) if ward else str(visit.ward or "")
        case "brought_dead" | "in_bed":
            return "✓" if getattr(visit, name) else ""
        case "admitted_on":
            return format_date(date.fromisoformat(visit.admitted_on)) if visit.admitted_on else ""
        case "visit_day":
            return format_date(slip.visit_day) if visit.day else ""
        case "birth_order":
            return str(patient.birth_order or "")
        case (
            "booking"
            | "medico_legal_number"
            | "found_at"
            | "brought_by"
            | "police_station"
            | "bed"
            | "unit"
            | "ipd_number"
        ):
            return str(getattr(visit, name))
        case "uhid":
            return slip.uhid
        case _:
            return str(getattr(patient, name))


def record(slip: Slip) -> list[tuple[str, str]]:
    """Every field of a slip that was told, with its label."""
    hidden = ("category",) if slip.sealed else ()  # what stands there was not told
    return [
        (translate(LABELS[name], language()), text)
        for name in _SAID
        if name not in hidden and (text := said(slip, name))
    ]
