"""What was sent is changed, taken back, or linked: at the version that was read, never over the staff's own."""

from collections.abc import Mapping
from typing import Any

from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import subject_of, version_of
from fallback.ehospital.fhir.compare import contains, differences, items, made_by, merged, values
from fallback.ehospital.fhir.confirm import LINKED, answer, confirm, is_linked
from fallback.ehospital.fhir.papers import pictures_of, take_back, take_document_back
from fallback.ehospital.fhir.persons import check_same
from fallback.ehospital.fhir.resources import (
    WITHDRAWN,
    Resource,
    encounter,
    patient,
    status_of,
    temporary_identifier,
    temporary_number,
    visit_identifier,
)
from fallback.ehospital.fhir.system import Held, System
from fallback.episode import Episode, Known
from fallback.errors import Sentence
from fallback.slip import Slip

_MEMOS = "Encounter.extension"  # ours alone, and a receipt's number may be known better by now


def update(system: System, slip: Slip, before: Slip) -> Acknowledgement:
    """Changes what this slip made for an earlier revision, or before it was known what became of the visit."""
    if (slip.uhid, slip.person) != (before.uhid, before.person):
        raise Held(why="The correction says that it is another patient. Change it in the system by hand.")
    found, visit, person = system.own(slip)
    if is_linked(slip, system, visit):
        return _update_linked(system, slip, before, found, person)
    changes: list[tuple[Resource, str | None]] = []
    subject = f"Patient/{found.patient}"
    for current, old, new in (
        (visit, *(encounter(each, system.hospital, subject) for each in (before, slip))),
        (person, *(patient(each, system.hospital) for each in (before, slip))),
    ):
        if not differences(new, current) or not differences(new, old):
            continue
        if not made_by(slip, system.hospital, current):
            if fields := [each for each in differences(new, old) if not _is_there(each, new, old, current)]:
                why = Sentence(
                    "The correction changes what this slip did not make: {fields}. "
                    "Put it right there, then approve the slip once more.",
                    fields=in_words(fields),
                )
                raise Held(why, found)
            continue
        if since := [each for each in differences(old, current) if each != _MEMOS]:
            why = Sentence("It was changed in the system since: {fields}", fields=in_words(since))
            raise Held(why, found, Hold.CHANGED_THERE)
        changes.append((merged(current, old, new), version_of(current)))
    return system.replace(changes, found) or confirm(system, slip, found, before=before)


def _is_there(field: str, new: Mapping[str, Any], old: Mapping[str, Any], current: Mapping[str, Any]) -> bool:
    """Whether the hospital's own staff have put a correction right themselves, whatever else they keep there."""
    name = field.partition(".")[2]
    if name in new:
        return contains(new[name], current.get(name))
    return not contains(old[name], current.get(name))


def withdraw(system: System, slip: Slip) -> Acknowledgement:
    """Marks the visit of a voided slip, its pages and its document as entered in error; its patient stays."""
    if system.find(slip) is None:
        return Acknowledgement(outcome=Outcome.ALREADY_THERE)
    found, visit, _ = system.own(slip)
    gone = Acknowledgement(outcome=Outcome.CREATED, patient=found.patient, encounter=found.encounter)
    if is_linked(slip, system, visit):
        return _unlink(system, slip, found, visit) or gone
    if visit.get("status") != WITHDRAWN:
        if visit.get("status") != status_of(slip) or not made_by(slip, system.hospital, visit):
            why = "The slip is void, but the visit was changed in the system. Take it back there by hand."
            raise Held(why, found, Hold.CHANGED_THERE)
        if refusal := system.replace([(dict(visit) | {"status": WITHDRAWN}, version_of(visit))], found):
            return refusal
        if system.read("Encounter", found.encounter, found).get("status") != WITHDRAWN:
            why = "The slip is void and the system did not take its visit back. Take it back by hand."
            raise Held(why, found, Hold.DIFFERS)
    for page in pictures_of(system, slip):
        if refusal := take_back(system, slip, page, found):
            return refusal
    return take_document_back(system, slip, found) or gone


def link(system: System, slip: Slip, found: Found) -> Acknowledgement:
    """Puts our number onto a visit that a person says is this slip's, and creates nothing."""
    there = system.find(slip)
    if there is not None and (there.doubled or there.encounter != found.encounter):
        why = "The system has this slip's number on another visit already. Look at both there."
        raise Held(why, there, Hold.TWO_MATCHES)
    visit = system.read("Encounter", found.encounter, found)
    found = Found(patient=subject_of(visit), encounter=found.encounter)
    if any(each != slip.number.text for each in values(visit, system.hospital.slip_system)):
        why = "This visit is another slip's already. Look at both there."
        raise Held(why, found, Hold.TWO_MATCHES)
    person = system.read("Patient", found.patient, found)
    check_same(Episode.of(slip, known=Known.PERSON), person, found)
    changes: list[tuple[Resource, str | None]] = []
    if there is None:
        number = visit_identifier(slip, system.hospital) | {"use": LINKED}
        changes.append((_with_number(visit, number), version_of(visit)))
    changes += _patient_numbered(system, slip, found, person)
    if refusal := system.replace(changes, found):
        return refusal
    person = system.read("Patient", found.patient, found)
    if not is_linked(slip, system, system.read("Encounter", found.encounter, found)):
        why = "The system did not take the slip's number onto the visit. Write it there by hand."
        raise Held(why, found, Hold.DIFFERS)
    return answer(system, found, person, Outcome.ALREADY_THERE)


def _patient_numbered(
    system: System, slip: Slip, found: Found, person: Mapping[str, Any]
) -> list[tuple[Resource, str | None]]:
    """The patient with the number under which later slips will look for them, where it is not there yet."""
    if slip.uhid:
        if slip.uhid in values(person, system.hospital.uhid_system):
            return []
        why = "The visit is of a patient with another UHID than the slip's. Look at both in the system."
        raise Held(why, found, Hold.UHID_ANOTHER)
    key = (system.hospital.patient_system, temporary_number(slip))
    others = [each for each in system.numbered("Patient", key) if each.get("id") != found.patient]
    if others:
        why = "The system has two patients with the slip's number. Join them there, then approve it again."
        raise Held(why, found, Hold.TWO_MATCHES)
    if key[1] in values(person, key[0]):
        return []
    return [(_with_number(person, temporary_identifier(slip, system.hospital)), version_of(person))]


def _with_number(resource: Mapping[str, Any], number: Resource) -> Resource:
    return dict(resource) | {"identifier": [*items(resource, "identifier"), number]}


def _unlink(system: System, slip: Slip, found: Found, visit: Mapping[str, Any]) -> Acknowledgement | None:
    """Takes our number off a visit that the hospital's staff typed in: it is theirs and stays."""
    kept = [each for each in items(visit, "identifier") if each.get("value") != slip.number.text]
    without = {name: value for name, value in visit.items() if name != "identifier"}
    return system.replace([(without | ({"identifier": kept} if kept else {}), version_of(visit))], found)


def _update_linked(
    system: System, slip: Slip, before: Slip, found: Found, person: Mapping[str, Any]
) -> Acknowledgement:
    """A visit that the hospital's staff typed in: what became of it is theirs to say, and a correction a person's."""
    if (slip.patient, slip.visit, slip.kind) != (before.patient, before.visit, before.kind):
        why = "The slip was corrected, and its visit was typed in by hand in the system. Correct it there by hand."
        raise Held(why, found, Hold.CHANGED_THERE)
    return answer(system, found, person, Outcome.ALREADY_THERE)
