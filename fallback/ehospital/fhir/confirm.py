"""A visit read back: compared with the slip, field by field, with all that goes beside it."""

from collections.abc import Mapping
from typing import Any

from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import subject_of
from fallback.ehospital.fhir.compare import differences, items, made_by, values
from fallback.ehospital.fhir.papers import complete
from fallback.ehospital.fhir.persons import not_same
from fallback.ehospital.fhir.resources import encounter, patient, person_key, stable_id
from fallback.ehospital.fhir.system import Held, System
from fallback.errors import Sentence
from fallback.slip import Slip

LINKED = "secondary"  # the use of our number on a visit that the hospital's own staff typed in


def confirm(
    system: System,
    slip: Slip,
    found: Found,
    *,
    before: Slip | None = None,
    created: bool = False,
    own: bool = False,
) -> Acknowledgement:
    """Compares what is there with the slip; of a patient whom another made, only that it can be the same person.

    `created`: this slip made the visit just now; `own`: and the patient; `before`: what it was changed from. Raises
    Held.
    """
    system.once_only(found)
    paper = ("Provenance", stable_id(slip, system.hospital, "provenance"))
    with system.ahead(("Encounter", found.encounter), ("Patient", found.patient), paper):
        return _compared(system, slip, found, before, created=created, own=own)


def _compared(
    system: System, slip: Slip, found: Found, before: Slip | None, *, created: bool, own: bool
) -> Acknowledgement:
    visit = system.read("Encounter", found.encounter, found)
    there = subject_of(visit)
    if not there or (found.patient and there != found.patient):
        why = "The system has filed this visit under another patient. Look at both there."
        raise Held(why, found, Hold.DIFFERS)
    found = Found(patient=there, encounter=found.encounter)
    person = system.read("Patient", there, found)
    own = own or made_by(slip, system.hospital, person)
    linked = is_linked(slip, system, visit)
    wrong = () if linked else differences(encounter(slip, system.hospital, f"Patient/{there}"), visit)
    if own:
        wrong += differences(patient(slip, system.hospital, mother=system.mother(slip)), person)
    else:
        of, value = person_key(slip, system.hospital)
        wrong += () if value in values(person, of) else ("Patient.identifier",)
        wrong += not_same(slip, person)
    if wrong:
        why = Sentence("The system has the visit, but differs from the slip: {fields}", fields=in_words(wrong))
        raise Held(why, found, Hold.DIFFERS)
    if not linked and (refusal := complete(system, slip, found, before, fresh=created)):
        return refusal
    return answer(system, found, person, Outcome.CREATED if created else Outcome.ALREADY_THERE, own=own)


def answer(
    system: System, found: Found, person: Mapping[str, Any], outcome: Outcome, *, own: bool = False
) -> Acknowledgement:
    """What the target has, by its own ids."""
    return Acknowledgement(
        outcome=outcome,
        patient=found.patient,
        encounter=found.encounter,
        uhid=next(iter(values(person, system.hospital.uhid_system)), ""),
        created=own,
    )


def is_linked(slip: Slip, system: System, visit: Mapping[str, Any]) -> bool:
    """Whether the hospital's own staff typed this visit in, and a person put our number onto it."""
    return any(
        each.get("system") == system.hospital.slip_system
        and each.get("value") == slip.number.text
        and each.get("use") == LINKED
        for each in items(visit, "identifier")
    )
