"""A slip as GNU Health 5 has it: a party who is a patient, and an appointment; what differs when they are read back."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fallback.ehospital.fhir.resources import temporary_number
from fallback.episode import Episode, Seen, learnt_of
from fallback.hospital import Hospital
from fallback.slip import INDIA, AgeUnit, FeeStatus, Kind, Sex, Slip
from fallback.states import state

Record = dict[str, Any]

KINDS = (Kind.OPD, Kind.CASUALTY)  # a stay in a bed is of another module of theirs
MARK = "Parchi slip"
WITHDRAWN = "center_cancelled"
SEXES = MappingProxyType({Sex.FEMALE: "f", Sex.MALE: "m", Sex.OTHER: "other", Sex.UNKNOWN: "u"})
GENDERS = MappingProxyType({"f": "female", "m": "male", "nb": "other", "other": "other"})  # as FHIR says them
_STATES = MappingProxyType({Seen.SEEN: "done", Seen.NOT_SEEN: "no_show", Seen.UNKNOWN: "checked_in"})
# What is read back of an appointment: its own fields, and through its patient the party's.
VISIT = (
    "name", "appointment_date", "state", "urgency", "appointment_type", "visit_type", "speciality", "comments",
)  # fmt: skip
PARTY = ("name", "lastname", "gender", "dob", "est_dob", "est_years")
BESIDE = ("code", "ref")
_CHILDREN = MappingProxyType(
    {
        "contact_mechanisms": ("type", "value"),
        "addresses": ("street", "city", "postal_code"),
        "alternative_ids": ("alternative_id_type", "code"),
    }
)
_THROUGH = "patient.party"
FIELDS = [
    *VISIT, "_timestamp", "patient", _THROUGH,
    *(f"{_THROUGH}.{name}" for name in (*PARTY, *BESIDE, "_timestamp")),
    *(f"{_THROUGH}.{name}.{part}" for name, parts in _CHILDREN.items() for part in parts),
]  # fmt: skip


def code(slip: Slip, hospital: Hospital) -> str:
    """The party's code, unique there: our temporary number under our own name. Their own number stays theirs."""
    return f"{hospital.patient_system}|{temporary_number(slip)}"


def mark(slip: Slip) -> str:
    """The line in a visit's comments by which it is found, also where somebody else made the visit."""
    return f"{MARK} {slip.number.text}"


def bears(visit: Mapping[str, Any], slip: Slip) -> bool:
    """Whether a visit has the slip's number, as its own or in a line of its comments."""
    lines = str(visit.get("comments") or "").splitlines()
    return visit.get("name") == slip.number.text or mark(slip) in map(str.strip, lines)


def party(slip: Slip, hospital: Hospital) -> Record:
    """The party of a slip, as their `create` takes it. What was not told is not there; no day of birth is invented."""
    told = slip.patient
    found: Record = person(slip) | {
        "code": code(slip, hospital),
        "is_person": True,
        "is_patient": True,
        "create_target": False,  # the patient is made together with the visit, or not at all
        "fed_country": "IND",
    }
    if slip.visit_day:
        found["activation_date"] = slip.visit_day
    numbers = [{"alternative_id_type": "medical_record", "code": temporary_number(slip)}]
    if told.abha:
        numbers.append({"alternative_id_type": "other", "other_alternative_id_type": "ABHA", "code": told.abha})
    found["alternative_ids"] = [["create", numbers]]
    for name, value in (("contact_mechanisms", mobile(slip)), ("addresses", address(slip))):
        if value:
            found[name] = [["create", [value]]]
    return found


def person(slip: Slip) -> Record:
    """The fields that say who it is."""
    told = slip.patient
    *given, family = (told.name or told.name_hindi).split() or [""]
    found: Record = {
        "name": " ".join(given) or family,
        "lastname": family if given else None,
        "gender": SEXES[told.sex],
        "dob": told.birth_date,
        "est_dob": False,
        "est_years": None,
    }
    if told.age is not None:
        years = told.age.value if told.age.unit is AgeUnit.YEARS else told.age.value // 12
        found |= {"est_dob": True, "est_years": years if told.age.unit is not AgeUnit.DAYS else 0}
    return found


def mobile(slip: Slip) -> Record:
    """The mobile number, {} without one."""
    return {"type": "mobile", "value": slip.patient.mobile} if slip.patient.mobile else {}


def address(slip: Slip) -> Record:
    """Where the patient lives, {} when nobody told."""
    told = slip.patient
    where = state(told.state)
    parts = {
        "street": told.locality,
        "city": ", ".join(each for each in (told.district, where.name if where else "") if each),
    }
    return {name: value for name, value in (parts | {"postal_code": told.pin_code}).items() if value}


def visit(slip: Slip, hospital: Hospital, speciality: int | None) -> Record:
    """The appointment of a slip. `speciality` is their id of the clinic, None where they have none of its name."""
    return {
        "name": slip.number.text,
        "appointment_date": slip.issued,
        "checked_in_date": slip.issued,
        "state": status(slip),
        "urgency": "c" if slip.emergency else "a",
        "appointment_type": "outpatient",
        "visit_type": "followup" if slip.previous else "new",
        "speciality": speciality,
        "healthprof": None,
        "comments": "\n".join(comments(slip, hospital)),
    }


def status(slip: Slip) -> str:
    """Checked in until the hospital's copy says more: registered and not seen is no consultation."""
    return _STATES[learnt_of(slip).seen]


def comments(slip: Slip, hospital: Hospital) -> list[str]:
    """What the appointment has no field for, a line each. A fee among them is a memo: nothing is demanded by it."""
    told, learnt = slip.visit, learnt_of(slip)
    beside = slip if isinstance(slip, Episode) else None
    clinic = hospital.clinic(told.clinic)
    age, who = slip.patient.age, slip.patient
    paid = f"Fee {told.fee} rupees {told.fee_status.value}" if told.fee or told.fee_status is FeeStatus.EXEMPT else ""
    if paid and beside and beside.receipt:
        paid += f", receipt {beside.receipt}"
    seen = [learnt.seen.value.replace("_", " "), *sorted(each.value.replace("_", " ") for each in learnt.told)]
    if learnt.days is not None:
        seen.append(f"follow-up in {learnt.days} days")
    day = slip.visit_day
    lines = [
        mark(slip),
        f"Clinic: {clinic.code} {clinic.name}" if clinic else "",
        f"Came: {slip.issued.astimezone(INDIA):%d.%m.%Y %H:%M}"
        if slip.issued
        else f"Came: {day:%d.%m.%Y}"
        if day
        else "",
        f"Registered by: {', '.join(each for each in (beside.clerk, beside.desk) if each)}"
        if beside and (beside.clerk or beside.desk)
        else "",
        f"Age told: {age.value} {age.unit.value}" if age else "",
        f"Name in Hindi: {who.name_hindi}" if who.name and who.name_hindi else "",
        f"{who.relation.value.capitalize() if who.relation else 'Guardian'}: {who.guardian}" if who.guardian else "",
        paid,
        f"Medico-legal case: {told.medico_legal_number or 'yes'}" if slip.medico_legal else "",
        f"Mother's slip: {slip.mother.text}" if slip.mother else "",
        "Confidential" if slip.sealed else "",
        "Drill: no real patient" if slip.drill else "",
        f"On the hospital's copy: {', '.join(seen)}" if learnt.seen is not Seen.UNKNOWN else "",
    ]
    return [" ".join(line.split()) for line in lines if line]


def differences(sent: Mapping[str, Any], back: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields of `names` in which a record read back differs. Comments may have lines of others beside ours."""
    wrong = []
    for name in names:
        there = back.get(name)
        if name == "comments":
            same = set(str(sent[name]).splitlines()) <= {line.strip() for line in str(there or "").splitlines()}
        else:
            same = (sent.get(name) or None) == (there or None)
        if not same:
            wrong.append(name)
    return tuple(wrong)


def is_as(new: Mapping[str, Any], old: Mapping[str, Any], back: Mapping[str, Any]) -> bool:
    """Whether a visit read back is `new` already, with no line left in its comments that only `old` had."""
    gone = set(str(old["comments"]).splitlines()) - set(str(new["comments"]).splitlines())
    left = gone & {line.strip() for line in str(back.get("comments") or "").splitlines()}
    return not left and not differences(new, back, VISIT)


def comments_with(visit: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """The comments with our lines changed from `old` to `new`; what others wrote stays."""
    ours = set(str(old["comments"]).splitlines())
    theirs = [line for line in str(visit.get("comments") or "").splitlines() if line.strip() not in ours]
    return "\n".join([str(new["comments"]), *theirs])


def person_differences(slip: Slip, party: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which the party that a slip made differs from it."""
    wrong = list(differences(person(slip), party, PARTY))
    wrong += [name for name, value in _beside(slip).items() if value and child(value, party, name) is None]
    return tuple(wrong)


def person_changes(slip: Slip, before: Slip, party: Mapping[str, Any]) -> Record:
    """What to write into the party so that it is `slip` where it was `before`; {} for nothing."""
    new, old = person(slip), person(before)
    changes: Record = {name: new[name] for name in differences(new, old, PARTY) if differences(new, party, (name,))}
    now, then = _beside(slip), _beside(before)
    for name, value in now.items():
        if value == then[name] or (value and child(value, party, name) is not None):
            continue
        key = child(then[name], party, name) if then[name] else None
        acts: list[list[Any]] = [] if key is None else [["delete", [key]]]
        changes[name] = [*acts, ["create", [value]]] if value else acts
    return {name: value for name, value in changes.items() if value != []}


def _beside(slip: Slip) -> Mapping[str, Record]:
    return {"contact_mechanisms": mobile(slip), "addresses": address(slip)}


def child(value: Mapping[str, Any], back: Mapping[str, Any], name: str) -> int | None:
    """The id of a telephone or an address among those of a party; None where it is not."""
    found = back.get(f"{name}.")
    for each in found if isinstance(found, list) else []:
        if isinstance(each, Mapping) and all(each.get(part) == told for part, told in value.items()):
            return key if isinstance(key := each.get("id"), int) else None
    return None


def party_of(appointment: Mapping[str, Any]) -> Mapping[str, Any]:
    """The party that was read through an appointment, {} where there is none."""
    patient = appointment.get("patient.")
    found = patient.get("party.") if isinstance(patient, Mapping) else None
    return found if isinstance(found, Mapping) else {}
