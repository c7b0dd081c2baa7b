"""Who a slip's patient is in the system: known there, another person, missing there, or typed in by hand already."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from fallback.ehospital import Found, Hold
from fallback.ehospital.elements import in_words
from fallback.ehospital.fhir.answers import ID, subject_of
from fallback.ehospital.fhir.compare import items, strangers, values
from fallback.ehospital.fhir.resources import CLASSES, WITHDRAWN, person_key, temporary_number
from fallback.ehospital.fhir.system import Held, System
from fallback.ehospital.fhir.visits import LEFT_UNSEEN
from fallback.episode import Episode, Known
from fallback.errors import Sentence
from fallback.slip import INDIA, Slip

# More people than this under one mobile: it is an office's, or a row of zeros, and says nothing of anybody.
_MOST_OF_A_MOBILE = 20
_A_DAY = timedelta(days=1)
_MISSING = {
    Known.NOBODY: Sentence(
        "The system does not have the UHID on the slip. It came back older than the card, or the number was read "
        "wrongly: the hospital's team puts it right there, then approve the slip again."
    ),
    Known.RULE: Sentence(
        "The system does not have the UHID under which the matcher knows this patient. It came back older than the "
        "copy of the patient index: the hospital's team puts it right there, then approve the slip again."
    ),
    Known.PERSON: Sentence(
        "The system does not have the UHID that a person chose for this patient. It came back older than the copy of "
        "the patient index: the hospital's team puts it right there, then approve the slip again."
    ),
}
_BOTH = ("Patient.gender", "Patient.birthDate")


def known_patient(system: System, slip: Slip) -> str:
    """The target's id of a returning patient, "" when there is none yet. Raises Held where a person must look.

    Nobody is made there with a UHID: a system that does not know the number is older than the card, and would give it
    out again.
    """
    if not slip.uhid and not slip.patient_number:
        return ""
    key, other = person_key(slip, system.hospital), (system.hospital.patient_system, temporary_number(slip))
    people = system.numbered("Patient", key, *([other] if other != key else []))
    by_key, by_number = ([each for each in people if value in values(each, of)] for of, value in (key, other))
    if len(by_key) > 1 or len(by_number) > 1:
        why = "The system has two patients with the slip's number. Join them there, then approve it again."
        raise Held(why, hold=Hold.TWO_MATCHES)
    if by_number and by_number != by_key:
        why = (
            "The system has this patient under the temporary number and not under the UHID. Join the two there, then "
            "approve the slip again."
        )
        raise Held(why, hold=Hold.UHID_ANOTHER if by_key else Hold.UHID_MISSING)
    if not by_key:
        if slip.uhid:
            known = slip.known if isinstance(slip, Episode) else Known.NOBODY
            raise Held(_MISSING[known], hold=Hold.UHID_MISSING)
        return ""
    check_same(slip, by_key[0])
    return checked_id(by_key[0])


def check_same(slip: Slip, patient: Mapping[str, Any], found: Found | None = None) -> None:
    """Raises Held where a patient who is there cannot be the slip's, or is no more."""
    if any(link.get("type") == "replaced-by" for link in items(patient, "link")) or patient.get("active") is False:
        why = "The system has joined this patient to another. Give the slip the number that counts there now."
        raise Held(why, found, Hold.UHID_ANOTHER)
    if wrong := not_same(slip, patient):
        why = Sentence("The number on the slip is another person's in the system: {fields}", fields=in_words(wrong))
        raise Held(why, found, Hold.UHID_ANOTHER if slip.uhid else Hold.DIFFERS)


def not_same(slip: Slip, patient: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which a patient cannot be the slip's. What a person accepted who compared the two is accepted; but
    somebody of another sex and another age is another, whoever says so.
    """
    wrong = strangers(slip, patient)
    if isinstance(slip, Episode) and slip.known is Known.PERSON and not set(_BOTH) <= set(wrong):
        return ()
    return wrong


def typed_by_hand(system: System, slip: Slip) -> tuple[Found, ...]:
    """Visits of the same person, clinic and date (a day more or less) without any slip's number."""
    day = slip.visit_day
    if day is None or slip.kind not in CLASSES:
        return ()
    found = []
    for key in _who_it_may_be(system, slip):
        days = [f"ge{(day - _A_DAY).isoformat()}", f"le{(day + _A_DAY).isoformat()}"]
        visits, more = system.search("Encounter", {"subject": f"Patient/{key}", "date": days})
        if more:
            raise system.wire.not_fhir(why="searching a patient's visits of three days finds everything")
        found += [
            Found(patient=key, encounter=str(each["id"]))
            for each in visits
            if subject_of(each) == key and ID.fullmatch(str(each.get("id"))) and _may_be_it(system, slip, day, each)
        ]
    return tuple(found)


def checked_id(resource: Mapping[str, Any]) -> str:
    """The id of a resource in an answer. Raises Held where it is none that can be used."""
    key = str(resource.get("id", ""))
    if not ID.fullmatch(key):
        raise Held(why="The system answered with a record that has no usable id. Ask its maker before going on.")
    return key


def _who_it_may_be(system: System, slip: Slip) -> list[str]:
    """The patients there who may be the slip's: by its numbers; else by mobile, whom the hospital's own staff made."""
    hospital = system.hospital
    numbers = [(hospital.patient_system, temporary_number(slip))]
    if slip.uhid:
        numbers.append((hospital.uhid_system, slip.uhid))
    if slip.uhid or slip.patient_number:
        return [checked_id(each) for each in system.numbered("Patient", *numbers)]
    mobile = slip.patient.mobile
    if not mobile:
        return []
    people, more = system.search("Patient", {"phone": mobile})
    theirs = [each for each in people if _has_mobile(each, mobile)]
    if more or len(theirs) > _MOST_OF_A_MOBILE:
        return []
    return [
        checked_id(each)
        for each in theirs
        if not any(of.get("system") == hospital.patient_system for of in items(each, "identifier"))
        and not strangers(slip, each)
    ]


def _has_mobile(patient: Mapping[str, Any], mobile: str) -> bool:
    told = [str(each.get("value", "")) for each in items(patient, "telecom")]
    return any("".join(sign for sign in text if sign.isdigit())[-10:] == mobile[-10:] for text in told)


def _may_be_it(system: System, slip: Slip, day: date, visit: Mapping[str, Any]) -> bool:
    ours = any(each.get("system") == system.hospital.slip_system for each in items(visit, "identifier"))
    if ours or visit.get("status") in (WITHDRAWN, LEFT_UNSEEN):
        return False
    there = _day_of(visit)
    return (there is None or abs(there - day) <= _A_DAY) and _clinic_fits(system, slip, visit)


def _day_of(visit: Mapping[str, Any]) -> date | None:
    """The day in India on which a visit began, None when it does not say."""
    period = visit.get("period")
    text = period.get("start") if isinstance(period, Mapping) else None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return moment.astimezone(INDIA).date() if moment.tzinfo else moment.date()


def _clinic_fits(system: System, slip: Slip, visit: Mapping[str, Any]) -> bool:
    """Whether a visit may be of the slip's clinic: unless it names another one of ours, a person looks."""
    told = visit.get("serviceType")
    words = {str(told.get("text", "")).casefold()} if isinstance(told, Mapping) else set()
    for each in items(told, "coding"):
        words |= {str(each.get(name, "")).casefold() for name in ("code", "display")}
    named = [each.number for each in system.hospital.clinics if {each.code.casefold(), each.name.casefold()} & words]
    return not named or slip.visit.clinic in named
