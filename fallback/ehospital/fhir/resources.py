"""A slip as FHIR R4 resources in the shapes of India's NRCeS: Patient, Encounter, and the transaction for both."""

import uuid
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from fallback.ehospital.fhir.stays import LASTS, OVER, stay_of, stay_parts
from fallback.ehospital.fhir.visits import memos, visit_parts, visit_status
from fallback.hospital import Hospital
from fallback.slip import INDIA, AgeUnit, Category, Kind, Relation, Slip
from fallback.states import state

Resource = dict[str, Any]
Papers = Callable[[str, str], list[Resource]]

PROFILE = "https://nrces.in/ndhm/fhir/r4/StructureDefinition/"
_INDIAN_TYPES = "https://nrces.in/ndhm/fhir/r4/CodeSystem/ndhm-identifier-type-code"
_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
_ACT_CODES = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
_ROLES = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
_ABHA_SYSTEM = "https://healthid.ndhm.gov.in"
_LANGUAGE = "http://hl7.org/fhir/StructureDefinition/language"
DRILL_TAG = MappingProxyType(
    {
        "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
        "code": "HTEST",
        "display": "test health data",
    }
)
RESTRICTED = MappingProxyType(
    {
        "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality",
        "code": "R",
        "display": "restricted",
    }
)
WITHDRAWN = "entered-in-error"

CLASSES = MappingProxyType(
    {
        Kind.OPD: ("AMB", "ambulatory"),
        Kind.CASUALTY: ("EMER", "emergency"),
        Kind.ADMISSION: ("IMP", "inpatient encounter"),
    }
)
_RELATIONS = {
    Relation.FATHER: ("FTH", "father"),
    Relation.HUSBAND: ("HUSB", "husband"),
    Relation.MOTHER: ("MTH", "mother"),
    Relation.WIFE: ("WIFE", "wife"),
    Relation.SON: ("SONC", "son"),
    Relation.DAUGHTER: ("DAUC", "Daughter"),
    Relation.GUARDIAN: ("GUARD", "guardian"),
}
_SCHEMES = {
    Category.PMJAY: ("PMJAY", "Pradhan Mantri Jan Aarogya Yojana (PMJAY) ID"),
    Category.CGHS: ("CGHS", "Central Government Health Scheme (CGHS) ID"),
    Category.ECHS: ("ECHS", "Ex-servicemen Contributory Health Scheme (ECHS) ID"),
    Category.BPL: ("BPL", "BPL Card Number"),
    Category.SENIOR_CITIZEN: ("SCC", "Senior Citizen Card"),
    Category.FREEDOM_FIGHTER: ("FF", "Freedom Fighter Card having photo"),
    Category.STUDENT: ("SID", "Student ID card"),
}
_OTHER_SCHEME = ("OIN", "Other identifier")


def person_key(slip: Slip, hospital: Hospital) -> tuple[str, str]:
    """The system and value under which the target files this person: the UHID, else the temporary number."""
    if slip.uhid:
        return hospital.uhid_system, slip.uhid
    return hospital.patient_system, slip.person


def temporary_number(slip: Slip) -> str:
    """The number that the patient has with us: the first slip's. A later slip may know them by nothing else."""
    return (slip.patient_number or slip.number).text


def stable_id(slip: Slip, hospital: Hospital, what: str) -> str:
    """The id that something beside a slip's visit has on every server, for ever."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{hospital.slip_system}/{slip.number}/{what}"))


def search_token(system: str, value: str) -> str:
    """An identifier as a FHIR search value; the signs that mean something there are escaped."""
    for sign in "\\,$|":
        value = value.replace(sign, "\\" + sign)
    return f"{system}|{value}"


def patient(slip: Slip, hospital: Hospital, *, mother: str = "") -> Resource:
    """The Patient of a slip. What was not told is not there. `mother` is the target's id of a newborn's mother."""
    told = slip.patient
    found: Resource = {
        "resourceType": "Patient",
        "meta": _meta("Patient", slip, hospital),
        "identifier": _patient_identifiers(slip, hospital),
        "name": _names(slip),
        "gender": told.sex.value,
    }
    if told.mobile:
        found["telecom"] = [{"system": "phone", "value": told.mobile, "use": "mobile"}]
    if born := birth_date(slip):
        found["birthDate"] = born
    if address := _address(slip):
        found["address"] = [address]
    if told.guardian:
        contact: Resource = {"name": {"text": told.guardian}}
        if told.relation:
            contact["relationship"] = [_concept(_ROLES, *_RELATIONS[told.relation])]
        found["contact"] = [contact]
    if mother:
        found["link"] = [{"other": {"reference": f"Patient/{mother}"}, "type": "seealso"}]
    return found


def status_of(slip: Slip) -> str:
    """The status that the Encounter of a slip has, while nobody else changed it."""
    stay = stay_of(slip)
    return visit_status(slip) if stay is None else OVER if stay.how else LASTS


def encounter(slip: Slip, hospital: Hospital, subject: str) -> Resource:
    """The Encounter of a slip; `subject` is a reference to the patient."""
    code, display = CLASSES[slip.kind]
    identifiers = [visit_identifier(slip, hospital)]
    if slip.visit.medico_legal_number:
        text = {"text": "Medico-legal case number"}
        system = f"{hospital.slip_system}/medico-legal"
        identifiers.append(
            {"use": "secondary", "type": text, "system": system, "value": slip.visit.medico_legal_number}
        )
    found: Resource = {
        "resourceType": "Encounter",
        "meta": _meta("Encounter", slip, hospital),
        "identifier": identifiers,
        "class": {"system": _ACT_CODES, "code": code, "display": display},
        "subject": {"reference": subject},
        "serviceProvider": {"display": hospital.name},
    }
    if clinic := hospital.clinic(slip.visit.clinic):
        found["serviceType"] = _concept(f"{hospital.slip_system}/clinic", clinic.code, clinic.name)
    if slip.emergency:
        priority = "http://terminology.hl7.org/CodeSystem/v3-ActPriority"
        found["priority"] = _concept(priority, "EM", "emergency")
    if slip.visit.ipd_number:
        text = {"text": "Inpatient number"}
        system = f"{hospital.slip_system}/ipd"
        identifiers.append({"use": "secondary", "type": text, "system": system, "value": slip.visit.ipd_number})
    stay = stay_of(slip)
    found |= stay_parts(slip, stay, hospital) if stay else visit_parts(slip, hospital)
    if beside := memos(slip, hospital):
        found["extension"] = beside
    if slip.visit.booking:
        found["appointment"] = [{"identifier": {"value": slip.visit.booking}}]
    return found


def visit_identifier(slip: Slip, hospital: Hospital) -> Resource:
    """The slip's number, on its visit."""
    return _identifier("official", _TYPES, ("VN", "Visit number"), hospital.slip_system, slip.number.text)


def temporary_identifier(slip: Slip, hospital: Hospital) -> Resource:
    """The number that the patient has with us, on the patient."""
    kind = ("MRT", "Temporary Medical Record Number")
    return _identifier("temp", _TYPES, kind, hospital.patient_system, temporary_number(slip))


def transaction(
    slip: Slip, hospital: Hospital, *, known: str = "", mother: str = "", papers: Papers = lambda _who, _visit: []
) -> Resource:
    """One slip, one transaction, each entry created only where it is not yet. `known` is the id of a patient there.

    `papers` gives what goes beside the visit, from the references to patient and visit: each is put at an id of its own
    that never changes, so that a repetition makes nothing twice. Only patient and visit are conditional: strict servers
    take eight such entries at most.
    """
    entries = []
    subject = f"Patient/{known}"
    if not known:
        subject = uuid.uuid5(uuid.NAMESPACE_URL, f"{hospital.slip_system}/{slip.number}/{slip.revision}/patient").urn
        who = search_token(*person_key(slip, hospital))
        entries.append(_create("Patient", patient(slip, hospital, mother=mother), who, subject))
    visit = uuid.uuid5(uuid.NAMESPACE_URL, f"{hospital.slip_system}/{slip.number}/{slip.revision}/encounter").urn
    token = search_token(hospital.slip_system, slip.number.text)
    entries.append(_create("Encounter", encounter(slip, hospital, subject), token, visit))
    entries += [_put(each, None) for each in papers(subject, visit)]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def replacement(resources: list[tuple[Resource, str | None]]) -> Resource:
    """A transaction that puts resources, each only if its version is still the one that was read; None: it is new."""
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [_put(each, version) for each, version in resources],
    }


def batch(places: list[tuple[str, str]]) -> Resource:
    """A batch that reads resources by kind and id."""
    entries = [{"request": {"method": "GET", "url": f"{kind}/{key}"}} for kind, key in places]
    return {"resourceType": "Bundle", "type": "batch", "entry": entries}


def provenance_tag(slip: Slip, hospital: Hospital) -> dict[str, str]:
    """The tag that says which slip made a resource, on the target itself: only that slip may change it."""
    return {"system": hospital.slip_system, "code": slip.number.text}


def birth_date(slip: Slip) -> str:
    """A FHIR date as exact as what was told: a full date, a year and month, a year; "" for nothing. Never a day more.

    An age is counted back from the day the slip was issued; without a trusted clock it says nothing.
    """
    told = slip.patient
    if told.birth_date:
        return told.birth_date.isoformat()
    if told.age is None or slip.issued is None:
        return ""
    today = slip.issued.astimezone(INDIA).date()
    match told.age.unit:
        case AgeUnit.YEARS:
            return f"{today.year - told.age.value:04d}"
        case AgeUnit.MONTHS:
            months = today.year * 12 + today.month - 1 - told.age.value
            return f"{months // 12:04d}-{months % 12 + 1:02d}"
        case AgeUnit.DAYS:
            return f"{today - timedelta(days=told.age.value):%Y-%m}"


def year_of(fhir_date: str) -> int | None:
    """The year of a FHIR date, None when it has none."""
    try:
        return date(int(fhir_date[:4]), 1, 1).year
    except ValueError:
        return None


def _put(resource: Resource, version: str | None) -> Resource:
    request = {"method": "PUT", "url": f"{resource['resourceType']}/{resource['id']}"}
    return {"resource": resource, "request": request | ({} if version is None else {"ifMatch": f'W/"{version}"'})}


def _create(kind: str, resource: Resource, token: str, urn: str) -> Resource:
    request = {"method": "POST", "url": kind, "ifNoneExist": f"identifier={quote(token, safe='')}"}
    return {"fullUrl": urn, "resource": resource, "request": request}


def _meta(kind: str, slip: Slip, hospital: Hospital) -> Resource:
    tags = [provenance_tag(slip, hospital)]
    if slip.drill:
        tags.append(dict(DRILL_TAG))
    found: Resource = {"profile": [PROFILE + kind], "tag": tags}
    if slip.sealed:
        found["security"] = [dict(RESTRICTED)]
    return found


def _concept(system: str, code: str, display: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def _identifier(use: str, types: str, kind: tuple[str, str], system: str, value: str) -> Resource:
    found: Resource = {"use": use, "type": _concept(types, *kind), "value": value}
    return found | ({"system": system} if system else {})


def _patient_identifiers(slip: Slip, hospital: Hospital) -> list[Resource]:
    told = slip.patient
    found = []
    if slip.uhid:
        found.append(_identifier("official", _TYPES, ("MR", "Medical record number"), hospital.uhid_system, slip.uhid))
    found.append(temporary_identifier(slip, hospital))
    if told.abha:
        grouped = "-".join((told.abha[:2], told.abha[2:6], told.abha[6:10], told.abha[10:]))
        kind = ("HIN", "Health ID issued by NDHM")
        found.append(_identifier("official", _INDIAN_TYPES, kind, _ABHA_SYSTEM, grouped))
    if told.scheme_id:
        kind = _SCHEMES.get(told.category, _OTHER_SCHEME)
        found.append(_identifier("secondary", _INDIAN_TYPES, kind, "", told.scheme_id))
    return found


def _names(slip: Slip) -> list[Resource]:
    names: list[Resource] = [{"use": "official", "text": slip.patient.name}] if slip.patient.name else []
    if slip.patient.name_hindi:
        names.append({"text": slip.patient.name_hindi, "extension": [{"url": _LANGUAGE, "valueCode": "hi"}]})
    return names


def _address(slip: Slip) -> Mapping[str, Any]:
    told = slip.patient
    where = state(told.state)
    parts = {
        "district": told.district,
        "state": where.name if where else "",
        "postalCode": told.pin_code,
    }
    found: Resource = {name: value for name, value in parts.items() if value}
    if told.locality:
        found["line"] = [told.locality]
    if not found:
        return {}
    text = ", ".join(part for part in (told.locality, told.district, parts["state"], told.pin_code) if part)
    return {"use": "home", "text": text, "country": "IN"} | found
