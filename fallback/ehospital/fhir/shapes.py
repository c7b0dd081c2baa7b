"""Local validation: what we send has the shapes of India's NRCeS profiles, before a lenient server takes anything.

A server's 201 proves little: one took `Encounter.status=not-a-status`, a dangling subject and `gender=lady`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

_STATUSES = MappingProxyType(
    {
        "Encounter": frozenset(
            {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error"}
        ),
        "DocumentReference": frozenset({"current", "superseded", "entered-in-error"}),
        "Composition": frozenset({"preliminary", "final", "amended", "entered-in-error"}),
    }
)
_GENDERS = frozenset({"male", "female", "other", "unknown"})
_NEEDED = MappingProxyType(
    {
        "Patient": ("identifier", "name", "gender"),
        "Encounter": ("identifier", "status", "class", "subject"),
        "Provenance": ("target", "recorded", "agent"),
        "DocumentReference": ("status", "type", "subject", "content"),
        "Binary": ("contentType", "data"),
        "Composition": ("identifier", "status", "type", "subject", "encounter", "date", "author", "title", "section"),
        "Organization": ("identifier", "name"),
        "Bundle": ("type", "entry"),
    }
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_MOMENTS = frozenset({"start", "end", "date", "occurredDateTime"})
_INSTANTS = frozenset({"recorded", "timestamp"})
_CODE = re.compile(r"[^\s]+(\s[^\s]+)*")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


def faults(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """The places that have the wrong shape, as `Patient.name`; none for what may be sent. A Bundle's entries are looked
    at one by one, and its references must lead somewhere.
    """
    found = list(dict.fromkeys(_faults(resource)))
    if resource.get("resourceType") == "Bundle":
        entries = resource.get("entry", [])
        known = {each.get("fullUrl") for each in entries}
        for each in entries:
            found += faults(each["resource"])
            found += [
                f"{each['resource']['resourceType']}.reference"
                for reference in _references(each["resource"])
                if reference.startswith("urn:") and reference not in known
            ]
        if resource.get("type") == "document" and entries[0]["resource"]["resourceType"] != "Composition":
            found.append("Bundle.entry")
    return tuple(dict.fromkeys(found))


def _faults(resource: Mapping[str, Any]) -> Iterator[str]:
    kind = str(resource.get("resourceType"))
    for name in _NEEDED.get(kind, ()):
        if not resource.get(name):
            yield f"{kind}.{name}"
    if kind in _STATUSES and resource.get("status") not in _STATUSES[kind]:
        yield f"{kind}.status"
    if "id" in resource and not _ID.fullmatch(str(resource["id"])):
        yield f"{kind}.id"
    if kind == "Patient":
        yield from _patient(resource)
    for name, value in resource.items():
        if name != "entry" and not _is_sound(name, value):
            yield f"{kind}.{name}"


def _patient(patient: Mapping[str, Any]) -> Iterator[str]:
    if patient.get("gender") not in _GENDERS:
        yield "Patient.gender"
    if not all(each.get("text") for each in patient.get("name", [])):
        yield "Patient.name"
    if not all(each.get("value") and each.get("type", {}).get("coding") for each in patient.get("identifier", [])):
        yield "Patient.identifier"
    if not all(each.get("value") for each in patient.get("telecom", [])):
        yield "Patient.telecom"
    if "birthDate" in patient and not _is_date(str(patient["birthDate"])):
        yield "Patient.birthDate"


def _is_sound(name: str, value: Any) -> bool:
    """Whether nothing in it is empty, every coding is whole, and every time says in which zone."""
    if isinstance(value, str):
        return _is_text(name, value)
    if isinstance(value, list):
        return bool(value) and all(_is_sound(name, each) for each in value)
    if isinstance(value, dict):
        return bool(value) and _is_whole(name, value) and all(_is_sound(of, each) for of, each in value.items())
    return value is not None


def _is_whole(name: str, value: Mapping[str, Any]) -> bool:
    if name in ("coding", "class", "valueCoding"):
        return all(value.get(part) for part in ("system", "code", "display")) and _is_code(value["code"])
    if name == "period" and {"start", "end"} <= set(value) and len(value["start"]) == len(value["end"]):
        return bool(value["start"] <= value["end"])
    return True


def _is_text(name: str, text: str) -> bool:
    if not text.strip() or _CONTROL.search(text):
        return False
    if name in _INSTANTS:
        return _is_moment(text)
    return _is_moment(text) or _is_date(text) if name in _MOMENTS else True


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text))


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        datetime.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        if isinstance(value.get("reference"), str):
            yield value["reference"]
        for name, each in value.items():
            if name != "entry" or value.get("resourceType") != "Bundle":
                yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
