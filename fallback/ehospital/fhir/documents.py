"""Pictures of pages as FHIR R4 resources: a DocumentReference says whose page it is, a Binary holds its bytes."""

import base64
import hashlib
from collections.abc import Sequence
from types import MappingProxyType

from fallback.ehospital.fhir.resources import DRILL_TAG, RESTRICTED, WITHDRAWN, Resource, person_key, stable_id
from fallback.episode import Told, learnt_of
from fallback.hospital import Hospital
from fallback.slip import INDIA, Kind, Slip, SlipNumber

# LOINC's document ontology (https://loinc.org/34108-1, /34111-5), as the binding of DocumentReference.type prefers:
# the setting alone, for nobody has read what the doctor wrote. Other kinds are told by their words.
_TYPES = MappingProxyType(
    {Kind.OPD: ("34108-1", "Outpatient Note"), Kind.CASUALTY: ("34111-5", "Emergency department Note")}
)
_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"RIFF", "image/webp"))
_LOINC = "http://loinc.org"
_WORDS = "Scanned page of a registration slip"


def document(
    picture: str,
    content: bytes,
    media_type: str,
    numbers: Sequence[SlipNumber],
    slips: Sequence[Slip],
    hospital: Hospital,
    *,
    at: str,
    void: bool = False,
    medico_legal: bool = False,
    drill: bool = False,
) -> Resource:
    """The DocumentReference of a page. `at` is when it was taken in (an ISO instant), `numbers` says whose page it is,
    `slips` are those of them that have content.

    A page of two persons has no subject: nobody may find one in the other's record without a person's word.
    `medico_legal`: a box on it says so; `void`: every slip on it is.
    """
    system = hospital.slip_system
    persons = {person_key(slip, hospital) for slip in slips}
    kinds = {slip.kind for slip in slips}
    found: Resource = {
        "resourceType": "DocumentReference",
        "id": picture,
        "masterIdentifier": {"use": "official", "system": f"{system}/picture", "value": picture},
        "identifier": [{"use": "usual", "system": system, "value": number.text} for number in numbers],
        "status": WITHDRAWN if void else "current",
        "type": _type(kinds.pop()) if len(kinds) == 1 else {"text": _WORDS},
        "date": at,
        "custodian": {"display": hospital.name},
        "content": [
            {
                "attachment": {
                    "contentType": media_type,
                    "url": f"Binary/{picture}",
                    "size": len(content),
                    "hash": base64.b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode(),
                }
            }
        ],
    }
    if not numbers:
        del found["identifier"]
    if drill:
        found["meta"] = {"tag": [dict(DRILL_TAG)]}
    if len(persons) == 1 and len(slips) == len(numbers):
        found["subject"] = {"type": "Patient", "identifier": _identifier(*persons.pop())}
    if medico_legal or any(_is_restricted(slip, hospital) for slip in slips):
        found["securityLabel"] = [{"coding": [dict(RESTRICTED)]}]
    if numbers:
        visits = [{"type": "Encounter", "identifier": _identifier(system, number.text)} for number in numbers]
        found["context"] = {"encounter": visits}
        if len(numbers) == len(slips) == 1 and (issued := slips[0].issued):
            found["context"]["period"] = {"start": issued.astimezone(INDIA).isoformat()}
    return found


def page_documents(
    picture: str, content: bytes, media_type: str, slip: Slip, hospital: Hospital
) -> tuple[Resource, Resource]:
    """The Binary and the DocumentReference of a page of one visit, at ids that only this slip has: a page may turn out
    to be another's. Whoever sends them says where patient and visit are.
    """
    told = document(
        picture,
        content,
        media_type,
        [slip.number],
        [slip],
        hospital,
        at="",
        medico_legal=Told.MEDICO_LEGAL in learnt_of(slip).told,
        drill=slip.drill,
    )
    del told["date"]  # when it was scanned says nothing of the visit
    told["id"] = page_id(picture, slip, hospital)
    told["content"][0]["attachment"]["url"] = f"Binary/{told['id']}"
    held = binary(picture, content, media_type)
    held |= {"id": told["id"], "securityContext": {"reference": f"DocumentReference/{told['id']}"}}
    return held, told


def page_id(picture: str, slip: Slip, hospital: Hospital) -> str:
    """The id of a visit's page on every server."""
    return stable_id(slip, hospital, f"page/{picture}")


def media_type(content: bytes) -> str:
    """What a picture is, by its first bytes."""
    return next((kind for sign, kind in _KINDS if content.startswith(sign)), "application/octet-stream")


def binary(picture: str, content: bytes, media_type: str) -> Resource:
    """The Binary of a page: who may see it is as with its DocumentReference."""
    return {
        "resourceType": "Binary",
        "id": picture,
        "contentType": media_type,
        "securityContext": {"reference": f"DocumentReference/{picture}"},
        "data": base64.b64encode(content).decode(),
    }


def _type(kind: Kind) -> Resource:
    if kind not in _TYPES:
        return {"text": f"{_WORDS} ({kind.value})"}
    code, display = _TYPES[kind]
    return {"coding": [{"system": _LOINC, "code": code, "display": display}], "text": _WORDS}


def _identifier(system: str, value: str) -> Resource:
    return {"system": system, "value": value}


def _is_restricted(slip: Slip, hospital: Hospital) -> bool:
    """Whether not everybody who works on records may see it: a legal case, a hidden identity, a discreet clinic."""
    clinic = hospital.clinic(slip.visit.clinic)
    legal = slip.medico_legal or slip.visit.medico_legal_number != ""
    return legal or slip.sealed != b"" or (clinic is not None and clinic.discreet)
