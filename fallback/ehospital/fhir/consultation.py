"""A visit's clinical page as a document: NRCeS' OPConsultRecord, only of a patient who was seen and with the page."""

import hashlib
import json
import uuid

from fallback.ehospital.fhir.documents import media_type, page_documents
from fallback.ehospital.fhir.resources import DRILL_TAG, PROFILE, RESTRICTED, Resource, encounter, patient, stable_id
from fallback.ehospital.fhir.system import System
from fallback.episode import Seen, learnt_of
from fallback.slip import INDIA, Kind, Slip

FINAL = "final"
_REPORT = {"system": "http://snomed.info/sct", "code": "371530004", "display": "Clinical consultation report"}
_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"


def is_due(system: System, slip: Slip) -> bool:
    """Whether a document is made of a visit: without a clinical page, or of somebody whom nobody saw, none is."""
    learnt = learnt_of(slip)
    wanted = system.target.documents and system.picture is not None and slip.kind is Kind.OPD
    return bool(wanted and learnt.pages and learnt.seen is Seen.SEEN and (slip.issued or slip.visit.day))


def consultation(system: System, slip: Slip, *, status: str = FINAL) -> Resource:
    """The document Bundle of a visit. Its id stays for ever, its identifier names these contents. Raises as `pages`."""
    hospital = system.hospital
    urns = {name: _urn(slip, system, name) for name in ("composition", "patient", "encounter", "organization")}
    when = slip.issued.astimezone(INDIA).isoformat() if slip.issued else slip.visit.day
    who, visit = {"reference": urns["patient"]}, {"reference": urns["encounter"]}
    pages: list[tuple[str, Resource]] = []
    for page in learnt_of(slip).pages:
        content = system.page(page)
        bytes_of, told = page_documents(page, content, media_type(content), slip, hospital)
        told |= {"subject": who, "context": {**told["context"], "encounter": [visit]}}
        where = _urn(slip, system, f"binary/{page}")
        told["content"][0]["attachment"]["url"] = where
        pages += [(_urn(slip, system, f"page/{page}"), told), (where, bytes_of)]
    report = {"coding": [dict(_REPORT)], "text": _REPORT["display"]}
    organization = {"reference": urns["organization"], "display": hospital.name}
    composition: Resource = {
        "resourceType": "Composition",
        "meta": {"profile": [f"{PROFILE}OPConsultRecord"]},
        "identifier": {"system": f"{hospital.slip_system}/document", "value": slip.number.text},
        "status": status,
        "type": report,
        "subject": who,
        "encounter": visit,
        "date": when,
        "author": [organization],
        "custodian": organization,
        "title": "Consultation report",
        "section": [
            {
                "title": _REPORT["display"],
                "code": report,
                "entry": [{"reference": urn} for urn, each in pages if each["resourceType"] == "DocumentReference"],
            }
        ],
    }
    house: Resource = {
        "resourceType": "Organization",
        "meta": {"profile": [f"{PROFILE}Organization"]},
        "identifier": [
            {
                "type": {"coding": [{"system": _TYPES, "code": "PRN", "display": "Provider number"}]},
                **_organisation(system),
            }
        ],
        "name": hospital.name,
    }
    entries = [
        (urns["composition"], composition),
        (urns["patient"], patient(slip, hospital)),
        (urns["encounter"], encounter(slip, hospital, urns["patient"])),
        (urns["organization"], house),
        *pages,
    ]
    contents = [{"fullUrl": urn, "resource": each} for urn, each in entries]
    digest = hashlib.sha256(json.dumps(contents, sort_keys=True).encode()).hexdigest()[:16]
    found: Resource = {
        "resourceType": "Bundle",
        "id": stable_id(slip, hospital, "document"),
        "meta": {"profile": [f"{PROFILE}DocumentBundle"]},
        "identifier": {"system": f"{hospital.slip_system}/document", "value": f"{slip.number}.{digest}"},
        "type": "document",
        "timestamp": system.now().isoformat(timespec="seconds"),
        "entry": contents,
    }
    if slip.drill:
        found["meta"]["tag"] = [dict(DRILL_TAG)]
    if any("securityLabel" in each for _, each in pages):
        found["meta"]["security"] = [dict(RESTRICTED)]
    return found


def _organisation(system: System) -> dict[str, str]:
    """The hospital's identifier: as hospital.toml has it for the target, else the hospital's own name space."""
    where, _, value = system.target.organisation.rpartition("|")
    if not value:
        return {"system": system.hospital.slip_system, "value": system.hospital.name}
    return {"value": value} | ({"system": where} if where else {})


def _urn(slip: Slip, system: System, name: str) -> str:
    return uuid.UUID(stable_id(slip, system.hospital, f"document/{name}")).urn
