"""Resources as they were sent and as they came back: what differs, who made them, whether it is the same person."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from fallback import names
from fallback.ehospital.fhir.resources import Resource, birth_date, provenance_tag, year_of
from fallback.ehospital.fhir.visits import is_memo
from fallback.hospital import Hospital
from fallback.slip import Sex, Slip

_OURS = {
    "Patient": ("identifier", "name", "gender", "telecom", "birthDate", "address", "contact", "link"),
    "Encounter": (
        "identifier", "status", "class", "subject", "serviceType", "priority", "period", "appointment",
        "serviceProvider", "location", "hospitalization", "extension",
    ),
    "Provenance": ("target", "occurredDateTime", "location", "activity", "agent", "entity"),
    "DocumentReference": (
        "masterIdentifier", "identifier", "status", "type", "subject", "custodian", "content", "context",
        "securityLabel",
    ),
    "Binary": ("contentType", "data"),
    "Bundle": ("type", "identifier", "entry"),
}  # fmt: skip
_MAY_GROW = ("identifier", "link")  # a target files its own numbers beside ours
_YEARS_APART = 5  # a told age is off by a few years; more is another person


def differences(sent: Mapping[str, Any], back: Mapping[str, Any]) -> tuple[str, ...]:
    """The elements in which a resource read back differs from what was sent, as `Patient.birthDate`.

    A target may add what we never send, and numbers of its own; it may not change, drop or invent the rest.
    """
    kind = sent["resourceType"]
    wrong = []
    for name in _OURS[kind]:
        if name == "extension":
            same = _same_memos(sent.get(name), back.get(name))
        elif name in sent:
            same = contains(sent[name], back.get(name))
            if same and isinstance(sent[name], list) and name not in _MAY_GROW:
                same = len(sent[name]) == len(back[name])
        else:
            same = not back.get(name) or name in _MAY_GROW
        if not same:
            wrong.append(f"{kind}.{name}")
    return tuple(wrong)


def contains(sent: Any, back: Any) -> bool:
    """Whether everything that was sent is in what came back, at its place; times are compared as moments."""
    if isinstance(sent, Mapping):
        return isinstance(back, Mapping) and all(
            _tail(value) == _tail(back.get(name)) if name == "reference" else contains(value, back.get(name))
            for name, value in sent.items()
        )
    if isinstance(sent, list):
        return isinstance(back, list) and all(any(contains(each, other) for other in back) for each in sent)
    if type(sent) is int and type(back) is float:
        return sent == back  # a decimal, as some systems write it
    return type(sent) is type(back) and (sent == back or _same_moment(sent, back))


def merged(current: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]) -> Resource:
    """`current` with our part of it changed from `before` to `after`; what others added stays."""
    found = dict(current)
    for name in _OURS[after["resourceType"]]:
        new = after.get(name)
        if name == "extension":  # which of them are ours is said by their address, whatever they held before
            theirs = [each for each in items(current, name) if not is_memo(each)]
            new = [*(new or []), *theirs]
        elif name not in before and new is None:
            continue  # never ours
        elif isinstance(before.get(name), list) or isinstance(new, list):
            theirs = [
                each for each in current.get(name) or [] if not any(contains(old, each) for old in before.get(name, []))
            ]
            new = [*(new or []), *theirs]
        if new:
            found[name] = new
        else:
            found.pop(name, None)
    stays = {name: value for name, value in current.get("meta", {}).items() if name not in ("versionId", "lastUpdated")}
    return found | {"meta": stays}


def made_by(slip: Slip, hospital: Hospital, resource: Mapping[str, Any]) -> bool:
    """Whether this slip made the resource, as its tag on the target says."""
    return any(contains(provenance_tag(slip, hospital), tag) for tag in items(resource.get("meta"), "tag"))


def values(resource: Mapping[str, Any], system: str) -> list[str]:
    """The values of a resource's identifiers of one system, compared exactly."""
    return [
        each["value"]
        for each in items(resource, "identifier")
        if each.get("system") == system and isinstance(each.get("value"), str)
    ]


def strangers(slip: Slip, patient: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which a patient who was there before cannot be the slip's: sex, birth year, all of the name, death.

    A safety stop and no matching: it finds the card of another and a UHID given out twice, and leaves the rest.
    """
    told, wrong = slip.patient, []
    gender = patient.get("gender")
    sure = (Sex.FEMALE.value, Sex.MALE.value)
    if gender in sure and told.sex.value in sure and gender != told.sex.value:
        wrong.append("gender")
    born, there = year_of(birth_date(slip)), year_of(str(patient.get("birthDate", "")))
    if born is not None and there is not None and abs(born - there) > _YEARS_APART:
        wrong.append("birthDate")
    ours = set(names.name_key(f"{told.name} {told.name_hindi}").split())
    theirs = {key for text in _spoken(patient) for key in names.name_key(text).split()}
    if ours and theirs and not ours & theirs:
        wrong.append("name")
    if slip.visit_day and _died(patient) < slip.visit_day.isoformat():
        wrong.append("deceased")
    return tuple(f"Patient.{name}" for name in wrong)


def _died(patient: Mapping[str, Any]) -> str:
    """The day of a patient's death, as exactly as it is known; later than all days of somebody who lives."""
    if patient.get("deceasedBoolean") is True:
        return ""
    when = patient.get("deceasedDateTime")
    return when[:10] if isinstance(when, str) else "9999"


def _same_memos(sent: Any, back: Any) -> bool:
    """Whether our memos came back: all of them, and no others of ours. What a system adds of its own is its own."""
    ours = [each for each in back if is_memo(each)] if isinstance(back, list) else []
    return len(ours) == len(sent or ()) and contains(list(sent or ()), ours)


def _spoken(patient: Mapping[str, Any]) -> Iterator[str]:
    for name in items(patient, "name"):
        given = name.get("given")
        parts = [name.get("text"), name.get("family"), *(given if isinstance(given, list) else [])]
        yield " ".join(part for part in parts if isinstance(part, str))


def items(resource: Any, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list in an answer that may be anything."""
    found = resource.get(name) if isinstance(resource, Mapping) else None
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _tail(reference: Any) -> str:
    """`Patient/7` of any spelling of that reference: relative, absolute, with a version."""
    parts = str(reference).partition("/_history/")[0].split("/")
    return "/".join(parts[-2:])


def _same_moment(sent: Any, back: Any) -> bool:
    try:
        first, second = datetime.fromisoformat(sent), datetime.fromisoformat(back)
    except (TypeError, ValueError):
        return False
    return first.tzinfo is not None and second.tzinfo is not None and first == second
