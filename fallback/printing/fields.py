"""A slip as the texts that are printed: every field of the record, its label, and how it is written for eyes. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from fallback.hospital import Hospital
from fallback.printing.job import PrintedSlip
from fallback.printing.labels import (
    AGE,
    AGE_ONE,
    CATEGORY,
    CUT_FIELDS,
    FEE_STATUS,
    FIELDS,
    FLAGS,
    FREE,
    RELATION,
    SEX,
    Words,
)
from fallback.slip import INDIA, FeeStatus, Kind, Patient, Slip
from fallback.states import state


@dataclass(frozen=True, slots=True)
class Field:
    """A label and its value; an empty value is a line to write on. `solid`: a number, never broken over lines."""

    label: Words
    value: str
    solid: bool = False


_SOLID = frozenset({"number", "issued", "token", "mobile", "abha", "patient_number", "previous", "mother", "receipt"})


def moment(at: datetime) -> str:
    """A time as it is printed, in India: `23-11-2026 09:41`."""
    return at.astimezone(INDIA).strftime("%d-%m-%Y %H:%M")


def day(on: date) -> str:
    """A date as it is printed: `23-11-2026`."""
    return on.strftime("%d-%m-%Y")


def grouped(digits: str, *sizes: int) -> str:
    """Digits in groups of these sizes; as they are when their number is another."""
    if len(digits) != sum(sizes) or not digits.isdigit():
        return digits
    parts, at = [], 0
    for size in sizes:
        parts.append(digits[at : at + size])
        at += size
    return " ".join(parts)


def _age_and_sex(patient: Patient) -> Field:
    sex = SEX[patient.sex]
    if patient.birth_date is not None:
        return Field(FIELDS["birth"], f"{day(patient.birth_date)} · {sex.english} {sex.hindi}")
    if patient.age is None:
        return Field(FIELDS["sex"], "" if patient == Patient() else f"{sex.english} {sex.hindi}")
    value, unit = patient.age.value, patient.age.unit
    english = AGE_ONE[unit] if value == 1 else AGE[unit].english
    return Field(FIELDS["sex"], f"{value} {english} {AGE[unit].hindi} · {sex.english} {sex.hindi}")


def _address(patient: Patient) -> str:
    where = state(patient.state)
    named = f"{where.name} {where.name_hindi}" if where else f"State {patient.state}" if patient.state else ""
    return ", ".join(part for part in (patient.locality, patient.district, named, patient.pin_code) if part)


def fields_of(printed: PrintedSlip, hospital: Hospital) -> dict[str, Field]:
    """Every field by its name; `clinic` is in `clinic_names`, and `name_hindi` has the label of `name`."""
    slip, patient, visit = printed.slip, printed.slip.patient, printed.slip.visit
    clinic = hospital.clinic(visit.clinic)
    free = visit.fee == 0 and visit.fee_status is FeeStatus.PAID
    status = FREE if free else FEE_STATUS[visit.fee_status]
    stranger = slip.kind in (Kind.PAD, Kind.SHIFT)
    values = {
        "number": slip.number.grouped,
        "issued": moment(slip.issued) if slip.issued else "",
        "token": slip.token_text,
        "room": clinic.room if clinic else "",
        "unit": clinic.unit if clinic else "",
        "name": patient.name,
        "name_hindi": patient.name_hindi,
        "mobile": grouped(patient.mobile, 5, 5),
        "address": _address(patient),
        "category": "" if stranger else CATEGORY[patient.category].both,
        "scheme_id": patient.scheme_id,
        "abha": grouped(patient.abha, 2, 4, 4, 4).replace(" ", "-"),
        "uhid": slip.uhid,
        "patient_number": (slip.patient_number or slip.number).grouped if slip.patient_number or not slip.uhid else "",
        "fee": "" if stranger else f"₹{visit.fee} · {status.both}",
        "receipt": printed.receipt,
        "booking": visit.booking,
        "medico_legal_number": visit.medico_legal_number,
        "previous": slip.previous.grouped if slip.previous else "",
        "mother": slip.mother.grouped if slip.mother else "",
        "desk": printed.desk_name,
        "reason": slip.reason,
    }
    found = {name: Field(FIELDS.get(name, FIELDS["name"]), value, name in _SOLID) for name, value in values.items()}
    found["sex"] = _age_and_sex(patient)
    relation = RELATION[patient.relation] if patient.relation else FIELDS["guardian"]
    found["guardian"] = Field(relation, patient.guardian)
    return found


def clinic_names(slip: Slip, hospital: Hospital) -> Words:
    """The clinic in both languages; its number when the hospital's file does not know it, empty when there is none."""
    clinic = hospital.clinic(slip.visit.clinic)
    if clinic is not None:
        return Words(clinic.name, clinic.name_hindi)
    number = slip.visit.clinic
    return Words(f"Clinic {number}", f"विभाग {number}") if number else Words("", "")


def flags_of(slip: Slip) -> tuple[Words, ...]:
    """What has to be seen at once, in white on black."""
    shown = {
        "drill": slip.drill,
        "void": slip.kind is Kind.VOID,
        "emergency": slip.emergency,
        "medico_legal": slip.medico_legal,
        "alias": slip.alias,
        "sealed": bool(slip.sealed),
        "provisional": slip.provisional,
    }
    found = [FLAGS[name] for name, is_set in shown.items() if is_set]
    if slip.revision and slip.kind is not Kind.VOID:
        found.append(Words(f"{FLAGS['corrected'].english} r{slip.revision}", FLAGS["corrected"].hindi))
    return tuple(found)


def again_of(printed: PrintedSlip) -> str:
    """`REPRINT n (time, by)`, empty for the first print."""
    again = printed.reprint
    return f"REPRINT {again.count} ({moment(again.at)}, {again.by})" if again else ""


def notes_of(printed: PrintedSlip, *, reason: bool = False) -> str:
    """What stands small below the codes: what was replaced (and why), who signed, what is shorter in the code."""
    slip = printed.slip
    notes = []
    if slip.revision:
        notes.append(f"r{slip.revision} replaces {slip.replaces.hex()}".rstrip())
    if slip.signer not in (0, slip.number.series):
        notes.append(f"signed by desk series {slip.signer}")
    if slip.issued is None:
        notes.append("clock not set: write the date · दिनांक लिखें")
    if printed.cut:
        named = ", ".join(CUT_FIELDS[name].english if name in CUT_FIELDS else name for name in printed.cut)
        notes.append(f"… shorter in the code: {named}")
    if reason and slip.reason:
        notes.append(f"{FIELDS['reason'].both}: {slip.reason}")
    return "; ".join(notes)
