"""A slip as the texts that are printed: every field of the record, its label, and how it is written for eyes. Pure."""

from dataclasses import replace
from datetime import date, datetime

from fallback import names
from fallback.hospital import Clinic, Hospital
from fallback.printing.beds import bed_flags, bed_notes, with_beds
from fallback.printing.content import Content, Field
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
    TITLES,
    Words,
)
from fallback.roster import reports_at
from fallback.slip import INDIA, FeeStatus, Kind, Patient, Slip
from fallback.states import state
from fallback.stream import Stream, stream_of

_SEALED = ("guardian", "mobile", "address", "category", "scheme_id", "abha", "uhid")
HIDDEN = "–"  # what stands for a field that is sealed
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


def last_four(mobile: str) -> str:
    """A mobile number as it may lie about on paper: its last four digits."""
    return f"XXXXXX{mobile[-4:]}" if len(mobile) > 4 else mobile


def _pair(words: Words, language: str) -> str:
    return words.said(language) if language != "both" else f"{words.english} {words.hindi}"


def _age_and_sex(patient: Patient, language: str) -> Field:
    sex = _pair(SEX[patient.sex], language)
    if patient.birth_date is not None:
        return Field(FIELDS["birth"], f"{day(patient.birth_date)} · {sex}")
    if patient.age is None:
        return Field(FIELDS["sex"], "" if patient == Patient() else sex)
    value, unit = patient.age.value, patient.age.unit
    words = Words(AGE_ONE[unit] if value == 1 else AGE[unit].english, AGE[unit].hindi)
    return Field(FIELDS["sex"], f"{value} {_pair(words, language)} · {sex}")


def hindi_name(patient: Patient) -> str:
    """The name in Devanagari: of a confidential patient's alias the twin of the Latin one, which the code has alone."""
    return patient.name_hindi or names.alias_in_hindi(patient.name)


def names_of(patient: Patient, language: str) -> tuple[str, str]:
    """The name in the sheet's script first, for where there is room for one; in the other second."""
    found = [patient.name, hindi_name(patient)]
    if language == "hi":
        found.reverse()
    first, second = sorted(found, key=lambda name: not name)
    return first, second


def age_sex(patient: Patient) -> str:
    """Age and sex as a laboratory's sticker has room for: `42 Y M`, `3 D F`; of a birth date its year."""
    letter = patient.sex.value[0].upper()
    if patient.age is not None:
        return f"{patient.age.value} {patient.age.unit.value[0].upper()} {letter}"
    return f"*{patient.birth_date.year} {letter}" if patient.birth_date else letter


def _address(patient: Patient, language: str) -> str:
    where = state(patient.state)
    named = ""
    if where is not None:
        named = _pair(Words(where.name, where.name_hindi), language)
    elif patient.state:
        named = f"State {patient.state}"
    return ", ".join(part for part in (patient.locality, patient.district, named, patient.pin_code) if part)


def fields_of(
    printed: PrintedSlip, hospital: Hospital, *, language: str = "both", whole_mobile: bool = False
) -> dict[str, Field]:
    """Every field by its name, in a sheet's language. The clinic has a line for each language.

    A mobile number is its last four digits, unless the layout wants it whole and the clinic is not discreet.
    """
    slip, patient, visit = printed.slip, printed.slip.patient, printed.slip.visit
    clinic = hospital.clinic(visit.clinic)
    free = visit.fee == 0 and visit.fee_status is FeeStatus.PAID
    status = FREE if free else FEE_STATUS[visit.fee_status]
    stranger = slip.kind in (
        Kind.PAD,
        Kind.SHIFT,
        Kind.VOID,
    )  # a void tells of no fee: "free" beside its receipt is a lie
    called, visits = clinic_names(visit.clinic, hospital), slip.visit_day
    whole_mobile = whole_mobile and not _is_discreet(clinic)
    values = {
        "number": slip.number.grouped,
        "issued": moment(slip.issued) if slip.issued else "",
        "token": slip.token_text,
        "clinic": "\n".join(dict.fromkeys(called[::-1])) if language == "both" else called.said(language),
        "room": printed.room or (clinic.room_on(visits) if clinic and visits else clinic.room if clinic else ""),
        "unit": _unit(printed, clinic),
        "report": _report(slip, clinic),
        "name": patient.name,
        "name_hindi": hindi_name(patient),
        "mobile": grouped(patient.mobile, 5, 5) if whole_mobile else last_four(patient.mobile),
        "address": _address(patient, language),
        "category": "" if stranger else CATEGORY[patient.category].said(language),
        "scheme_id": patient.scheme_id,
        "abha": grouped(patient.abha, 2, 4, 4, 4).replace(" ", "-"),
        "uhid": slip.uhid,
        "patient_number": (slip.patient_number or slip.number).grouped if slip.patient_number or not slip.uhid else "",
        "fee": "" if stranger else f"₹{visit.fee} · {status.said(language)}",
        "receipt": printed.receipt,
        "booking": visit.booking,
        "medico_legal_number": visit.medico_legal_number,
        "previous": slip.previous.grouped if slip.previous else "",
        "mother": slip.mother.grouped if slip.mother else "",
        "desk": printed.desk_name,
        "reason": slip.reason,
        "age_sex": age_sex(patient),
        "day": day(visits) if visits else "",
        "issued_to": printed.issued_to,
    }
    found = {name: Field(FIELDS.get(name, FIELDS["name"]), value, name in _SOLID) for name, value in values.items()}
    found["sex"] = _age_and_sex(patient, language)
    relation = RELATION[patient.relation] if patient.relation else FIELDS["guardian"]
    found["guardian"] = Field(relation, patient.guardian)
    if slip.sealed:  # an empty line would be filled in by pen, with what is sealed
        found |= {name: replace(found[name], value=HIDDEN) for name in _SEALED}
    return with_beds(found, slip, hospital, language)


def _unit(printed: PrintedSlip, clinic: Clinic | None) -> str:
    """The unit; of a discreet clinic none: its name would tell what the clinic's must not."""
    if clinic is None or clinic.discreet:
        return ""
    on = printed.slip.visit_day
    return printed.unit or (clinic.unit_on(on) if on else clinic.unit)


def _report(slip: Slip, clinic: Clinic | None) -> str:
    """When to be at the room: a time, with the date before it where it is another day's; "" where nothing is said."""
    at, issued = reports_at(slip, clinic), slip.issued.astimezone(INDIA).date() if slip.issued else None
    if slip.visit_day not in (None, issued):
        return day(slip.visit_day) + (f" {at:%H:%M}" if at else "") if slip.visit_day else ""
    return f"{at:%H:%M}" if at else ""


def _is_discreet(clinic: Clinic | None) -> bool:
    return clinic is not None and clinic.discreet


def content_of(
    printed: PrintedSlip,
    hospital: Hospital,
    *,
    language: str = "both",
    whole_mobile: bool = False,
    title: Words | None = None,
) -> Content:
    """A slip as a sheet's content; `title` where the sheet is not the slip itself."""
    slip = printed.slip
    return Content(
        title=title or TITLES[slip.kind],
        fields=fields_of(printed, hospital, language=language, whole_mobile=whole_mobile),
        codes={"qr": printed.digits, "bars": slip.number.text},
        flags=flags_of(slip),
        again=again_of(printed),
        notes=notes_of(printed),
        drill=slip.drill,
        void=slip.kind is Kind.VOID,
        reason=slip.reason,
    )


def clinic_names(number: int, hospital: Hospital) -> Words:
    """A clinic in both languages as it may stand on paper; its number when the hospital's file does not know it."""
    clinic = hospital.clinic(number)
    if clinic is not None:
        return Words(clinic.shown, clinic.shown_hindi)
    return Words(f"Clinic {number}", f"विभाग {number}") if number else Words("", "")


def flags_of(slip: Slip) -> tuple[Words, ...]:
    """What has to be seen at once, in white on black."""
    shown = {
        "drill": slip.drill,
        "void": slip.kind is Kind.VOID,
        "emergency": slip.emergency,
        "priority": stream_of(slip) is Stream.PRIORITY and slip.kind is not Kind.VOID,
        "medico_legal": slip.medico_legal,
        "alias": slip.alias,
        "sealed": bool(slip.sealed),
        "provisional": slip.provisional,
    }
    found = [FLAGS[name] for name, is_set in shown.items() if is_set]
    found += bed_flags(slip)
    if slip.revision and slip.kind is not Kind.VOID:
        english, hindi = FLAGS["corrected"]
        found.append(Words(f"{english} r{slip.revision}", f"{hindi} r{slip.revision}"))
    return tuple(found)


def again_of(printed: PrintedSlip) -> str:
    """`REPRINT n (time, by)`, empty for the first print."""
    again = printed.reprint
    return f"REPRINT {again.count} ({moment(again.at)}, {again.by})" if again else ""


def notes_of(printed: PrintedSlip) -> str:
    """What stands small below the codes: what was replaced (and why), who signed, what is shorter in the code."""
    slip = printed.slip
    notes = []
    if slip.revision:
        notes.append(f"r{slip.revision} replaces {slip.replaces.hex()}".rstrip())
    if slip.signer not in (0, slip.number.series):
        notes.append(f"signed by desk series {slip.signer}")
    notes += bed_notes(slip)
    if slip.issued is None:
        notes.append("clock not set: write the date · दिनांक लिखें")
    if printed.cut:
        named = ", ".join(CUT_FIELDS[name].english if name in CUT_FIELDS else name for name in printed.cut)
        notes.append(f"… shorter in the code: {named}")
    if slip.reason and slip.kind is not Kind.VOID:
        notes.append(f"{FIELDS['reason'].both}: {slip.reason}")
    return "; ".join(notes)
