"""A slip as HL7 v2.5: A04 registers, A08 changes, A11 takes back, A40 joins what a person decided is one patient."""

import hashlib
from datetime import datetime
from types import MappingProxyType

from fallback.ehospital.fhir.resources import birth_date, temporary_number
from fallback.ehospital.fhir.stays import stay_of
from fallback.ehospital.hl7 import text as hl7
from fallback.ehospital.hl7.text import Field, Part, day, moment, segment
from fallback.episode import Episode, Seen, Told, learnt_of
from fallback.hospital import Hospital, Target
from fallback.slip import FeeStatus, Kind, Relation, Sex, Slip
from fallback.states import state
from fallback.stay import Ended, Stay

AUTHORITY = "PARCHI"  # who gave our numbers
REGISTER, CHANGE, CANCEL, JOIN = "A04", "A08", "A11", "A40"
CLASSES = MappingProxyType({Kind.OPD: "O", Kind.CASUALTY: "E", Kind.ADMISSION: "I"})
_STRUCTURES = MappingProxyType({REGISTER: "ADT_A01", CHANGE: "ADT_A01", CANCEL: "ADT_A09", JOIN: "ADT_A39"})
_SEXES = MappingProxyType({Sex.FEMALE: "F", Sex.MALE: "M", Sex.OTHER: "O", Sex.UNKNOWN: "U"})
_RELATIONS = MappingProxyType(
    {
        Relation.FATHER: ("FTH", "Father"),
        Relation.MOTHER: ("MTH", "Mother"),
        Relation.HUSBAND: ("SPO", "Spouse"),
        Relation.WIFE: ("SPO", "Spouse"),
        Relation.SON: ("CHD", "Child"),
        Relation.DAUGHTER: ("CHD", "Child"),
        Relation.GUARDIAN: ("GRD", "Guardian"),
    }
)
# HL7 table 0112. Nobody knows where somebody went who was discharged, unless they say so.
_ENDS = MappingProxyType({Ended.DISCHARGED: "", Ended.LAMA: "07", Ended.ABSCONDED: "07", Ended.DIED: "20"})


def uhid_authority(target: Target) -> str:
    """Who gives UHIDs, as PID-3 names them."""
    return target.organisation or "HOSPITAL"


def register(slip: Slip, hospital: Hospital, target: Target) -> str:
    """ADT^A04 of a slip."""
    return _visit_message(REGISTER, slip, hospital, target)


def change(slip: Slip, hospital: Hospital, target: Target) -> str:
    """ADT^A08: the slip as it is now."""
    return _visit_message(CHANGE, slip, hospital, target)


def cancel(slip: Slip, hospital: Hospital, target: Target) -> str:
    """ADT^A11: the registration of a voided slip is taken back; `slip` is its content before the void."""
    segments = [_event(CANCEL, slip), _patient(slip, target), _visit(slip, hospital)]
    return _message(CANCEL, slip, target, segments)


def join(slip: Slip, target: Target) -> str:
    """ADT^A40: the patient under our temporary number is the one of the slip's UHID, as a person decided."""
    old = ((temporary_number(slip), "", "", AUTHORITY, "MR"),)
    merged = segment("MRG", {1: list(old)})
    return _message(JOIN, slip, target, [_event(JOIN, slip), _patient(slip, target), merged])


def time_of(slip: Slip) -> str:
    """When the patient came, as exactly as it is known; "" where nobody knows the day."""
    if slip.issued is not None:
        return moment(slip.issued)
    return day(slip.visit_day) if slip.visit_day else ""


def _visit_message(event: str, slip: Slip, hospital: Hospital, target: Target) -> str:
    segments = [_event(event, slip), _patient(slip, target)]
    if slip.patient.guardian:
        relation: Field = (*_RELATIONS[slip.patient.relation], "HL70063") if slip.patient.relation else ""
        segments.append(segment("NK1", {1: "1", 2: _name(slip.patient.guardian), 3: relation}))
    segments.append(_visit(slip, hospital))
    return _message(event, slip, target, segments + _memos(slip))


def _message(event: str, slip: Slip, target: Target, segments: list[str]) -> str:
    """With a control id that is the same for the same content, and another for any other: a repetition is one."""
    digest = hashlib.sha256("\r".join([event, *segments]).encode()).hexdigest()[:8].upper()
    head = hl7.header(
        event,
        _STRUCTURES[event],
        f"{slip.number}{digest}",
        time_of(slip),
        drill=slip.drill,
        facility=AUTHORITY,
        to_application=target.database,
        to_facility=target.organisation,
    )
    return hl7.message([head, *segments])


def _event(event: str, slip: Slip) -> str:
    clerk = slip.clerk if isinstance(slip, Episode) else ""
    return segment("EVN", {1: event, 2: time_of(slip), 5: ("", *_name(clerk)) if clerk else "", 6: time_of(slip)})


def _patient(slip: Slip, target: Target) -> str:
    told = slip.patient
    names: list[Part] = [(*_name(told.name), *_as("L", _name(told.name)))] if told.name else []
    if told.name_hindi:
        names.append((*_name(told.name_hindi), *_as("L" if not names else "D", _name(told.name_hindi))))
    where = state(told.state)
    address = (told.locality, "", told.district, where.name if where else "", told.pin_code)
    fields: dict[int, Field] = {
        1: "1",
        3: numbers(slip, target),
        5: names,
        7: day(birth_date(slip)),
        8: _SEXES[told.sex],
        11: (*address, "IND", "H") if any(address) else "",
        13: (told.mobile, "PRN", "CP") if told.mobile else "",
    }
    return segment("PID", fields)


def numbers(slip: Slip, target: Target) -> list[Part]:
    """PID-3. The first, of the type MR, is what the patient is filed under: the UHID, else our temporary number."""
    ours = temporary_number(slip)
    found: list[Part] = [(ours, "", "", AUTHORITY, "MR")]
    if slip.uhid:
        found = [(slip.uhid, "", "", uhid_authority(target), "MR"), (ours, "", "", AUTHORITY, "PI")]
    if slip.patient.abha:
        found.append((slip.patient.abha, "", "", "ABDM", "NI"))
    return found


def _visit(slip: Slip, hospital: Hospital) -> str:
    clinic, stay = hospital.clinic(slip.visit.clinic), stay_of(slip)
    fields: dict[int, Field] = {
        1: "1",
        2: CLASSES[slip.kind],
        3: (clinic.code, clinic.room) if clinic else "",
        4: "E" if slip.emergency or slip.kind is Kind.CASUALTY else "R",
        10: clinic.code if clinic else "",
        19: (slip.number.text, "", "", AUTHORITY, "VN"),
        44: time_of(slip),
    }
    if stay:
        return segment("PV1", fields | _stay(slip, stay, hospital))
    learnt = learnt_of(slip)
    if learnt.seen is Seen.SEEN and slip.visit_day:
        fields[36] = "09" if Told.ADMITTED in learnt.told else ""
        fields[45] = day(slip.visit_day)  # the hour is on no paper
    return segment("PV1", fields)


def _stay(slip: Slip, stay: Stay, hospital: Hospital) -> dict[int, Field]:
    ward = hospital.ward(stay.now.ward)
    since: datetime | None = stay.beds[0].at
    return {
        3: (ward.code if ward else str(stay.now.ward), "", stay.now.bed),
        10: stay.now.unit,
        36: _ENDS[stay.how] if stay.how else "",
        44: day(slip.visit.admitted_on) if slip.visit.in_bed else moment(since) if since else "",
        45: moment(stay.ended) if stay.ended else "",
    }


def _memos(slip: Slip) -> list[str]:
    """What a visit has and no field of PV1 is sure to take, as notes: a fee among them is a memo, never a demand."""
    learnt, visit = learnt_of(slip), slip.visit
    told = slip if isinstance(slip, Episode) else None
    found = {
        ("FEE", "Fee taken in the outage, rupees"): str(visit.fee) if visit.fee_status is FeeStatus.PAID else "",
        ("FEE-STATUS", "Fee"): visit.fee_status.value,
        ("RECEIPT", "Receipt of the outage"): told.receipt if told else "",
        ("DESK", "Desk"): told.desk if told else "",
        ("MLC", "Medico-legal case number"): visit.medico_legal_number,
        ("SEEN", "Seen by a doctor"): learnt.seen.value if learnt.seen is not Seen.UNKNOWN else "",
        ("OUTCOME", "Ticked on the hospital's copy"): ", ".join(sorted(each.value for each in learnt.told)),
        ("FOLLOW-UP", "Follow-up in days"): "" if learnt.days is None else str(learnt.days),
        ("CONFIDENTIAL", "Confidential"): "yes" if slip.sealed else "",
    }
    kept = [(code, value) for code, value in found.items() if value]
    return [
        segment("OBX", {1: str(place), 2: "ST", 3: (*code, f"99{AUTHORITY}"), 5: value, 11: "F"})
        for place, (code, value) in enumerate(kept, 1)
    ]


def _name(text: str) -> tuple[str, ...]:
    """A name as family and given names: the last word is the family's, of one word the whole."""
    *given, family = text.split() or [""]
    return (family, " ".join(given)) if given else (family,)


def _as(use: str, name: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a name up to its use (the seventh)."""
    return (*[""] * (6 - len(name)), use)
