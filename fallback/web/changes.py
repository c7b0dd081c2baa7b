"""What a correction changed: fields of two versions of a slip, in words."""

from fallback.language import format_date, translate
from fallback.language.fields import LABELS
from fallback.language.labels import label
from fallback.slip import Slip
from fallback.states import state
from fallback.web.place import here, language

_SAID = (
    "name", "name_hindi", "sex", "birth_date", "age", "guardian", "relation", "mobile", "locality", "district", "state",
    "pin_code", "category", "scheme_id", "uhid", "abha", "clinic", "fee_status", "booking", "medico_legal_number",
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
            return label(visit.fee_status, language())
        case "booking" | "medico_legal_number":
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
