"""What every way into a system asks of a slip before it is sent, and whether the system's patient can be the slip's."""

from collections.abc import Collection, Mapping
from typing import Any

from fallback.ehospital.fhir.compare import strangers
from fallback.ehospital.fhir.stays import ward_unknown
from fallback.episode import Episode, Known
from fallback.errors import Sentence
from fallback.hospital import Hospital, Target
from fallback.language.fields import LABELS
from fallback.needs import is_told
from fallback.slip import Kind, Slip


def objection(slip: Slip, target: Target, hospital: Hospital, kinds: Collection[Kind]) -> str:
    """Why a slip cannot be sent as it is, in a sentence; "" when it can. `kinds` are those that the way takes."""
    if slip.kind not in kinds:
        return Sentence("This way takes no slip of the kind {kind}. Enter it by hand.", kind=slip.kind.value)
    if not slip.patient.name and not slip.patient.name_hindi:
        return Sentence("The system wants a name and the slip has none. Correct the slip.")
    for need in sorted(target.needed):
        if not is_told(slip.patient, need):
            why = "The system needs what the slip does not have: {field}. Correct the slip."
            return Sentence(why, field=LABELS[need])
    if slip.visit.clinic and hospital.clinic(slip.visit.clinic) is None:
        return Sentence("hospital.toml has no clinic {number}. Add it again.", number=slip.visit.clinic)
    if ward := ward_unknown(slip, hospital):
        return Sentence("hospital.toml has no ward {number}. Add it again.", number=ward)
    return ""


def known_by(slip: Slip) -> Known:
    """Who says which of the system's patients this is."""
    return slip.known if isinstance(slip, Episode) else Known.NOBODY


def cannot_be(slip: Slip, gender: str, born: str, *names: str) -> tuple[str, ...]:
    """The fields in which a patient of the system cannot be the slip's; the words are as FHIR has them.

    A person who looked may have accepted one of them, but never another sex and another age together.
    """
    there: Mapping[str, Any] = {"gender": gender, "birthDate": born, "name": [{"text": each} for each in names]}
    wrong = strangers(slip, there)
    if known_by(slip) is Known.PERSON and not {"Patient.gender", "Patient.birthDate"} <= set(wrong):
        return ()
    return wrong
