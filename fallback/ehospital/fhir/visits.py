"""What became of a visit as FHIR R4 says it: its status, how it ended, and memos that no billing or diary acts upon."""

from typing import Any

from fallback.episode import Episode, Learnt, Seen, Told, learnt_of
from fallback.hospital import Hospital
from fallback.slip import INDIA, FeeStatus, Slip

# "arrived": the patient stood at the counter. Registered and not seen is not a consultation, so never "finished".
PLANNED, ARRIVED, FINISHED = "planned", "arrived", "finished"
# R4 has no "no-show" for an Encounter, and "entered-in-error" would say that nobody came: "cancelled" is "ended before
# it has begun".
LEFT_UNSEEN = "cancelled"
_OUTCOMES = {
    Told.ADMITTED: "Admitted",
    Told.REFERRED: "Referred",
    Told.INVESTIGATIONS: "Investigations ordered",
    Told.MEDICO_LEGAL: "Medico-legal case",
}
_LEFT_FOR = (Told.ADMITTED, Told.REFERRED)
# The last parts of the addresses under which our memos stand. A memo is an extension: a ChargeItem, an Invoice or a
# PaymentNotice would make the system ask for money again, an Appointment would send messages.
FEE, OUTCOME, FOLLOW_UP = "slip-fee-memo", "slip-outcome", "slip-follow-up-days"
MEMOS = frozenset({FEE, OUTCOME, FOLLOW_UP})


def visit_status(slip: Slip) -> str:
    """The status of a visit: what the hospital's papers say of it, and no more."""
    match learnt_of(slip).seen:
        case Seen.SEEN:
            return FINISHED
        case Seen.NOT_SEEN:
            return LEFT_UNSEEN
    return PLANNED if _is_for_later(slip) else ARRIVED


def visit_parts(slip: Slip, hospital: Hospital) -> dict[str, Any]:
    """The elements of an Encounter that the visit's outcome decides: status, period, hospitalization.

    When a visit ended stands on no paper, so a period has no end.
    """
    found: dict[str, Any] = {"status": visit_status(slip)}
    if _is_for_later(slip):
        found["period"] = {"start": slip.visit.day}
    elif slip.issued:
        found["period"] = {"start": slip.issued.astimezone(INDIA).isoformat()}
    elif slip.visit.day:
        found["period"] = {"start": slip.visit.day}
    if left := [each for each in _LEFT_FOR if each in learnt_of(slip).told]:
        # Where to nobody ticked: the standard's codes would say "other hospital" or "hospice".
        coding = [_coding(hospital, each) for each in left[:1]]
        text = ", ".join(_OUTCOMES[each] for each in left)
        found["hospitalization"] = {"dischargeDisposition": {"coding": coding, "text": text}}
    return found


def memos(slip: Slip, hospital: Hospital) -> list[dict[str, Any]]:
    """The extensions of an Encounter: the fee and its receipt, what the doctor ticked, the days until the follow-up."""
    learnt, base = learnt_of(slip), hospital.slip_system
    found = _fee(slip, base)
    found += [{"url": f"{base}/{OUTCOME}", "valueCoding": _coding(hospital, each)} for each in _ticked(slip, learnt)]
    if learnt.days is not None:
        found.append({"url": f"{base}/{FOLLOW_UP}", "valuePositiveInt": learnt.days})
    return found


def is_memo(extension: Any) -> bool:
    """Whether an extension in an answer is one of ours."""
    url = extension.get("url") if isinstance(extension, dict) else None
    return isinstance(url, str) and url.rpartition("/")[2] in MEMOS


def _fee(slip: Slip, base: str) -> list[dict[str, Any]]:
    receipt = slip.receipt if isinstance(slip, Episode) else ""
    paid = slip.visit.fee_status
    if not slip.visit.fee and not receipt and paid is FeeStatus.PAID:
        return []
    parts: list[dict[str, Any]] = [
        {"url": "amount", "valueMoney": {"value": slip.visit.fee, "currency": "INR"}},
        {"url": "status", "valueCode": paid.value},
    ]
    if receipt:
        parts.append({"url": "receipt", "valueString": receipt})
    return [{"url": f"{base}/{FEE}", "extension": parts}]


def _ticked(slip: Slip, learnt: Learnt) -> list[Told]:
    there = {*learnt.told, *([Told.MEDICO_LEGAL] if slip.medico_legal else [])}
    return [each for each in Told if each in there]


def _coding(hospital: Hospital, told: Told) -> dict[str, str]:
    return {"system": f"{hospital.slip_system}/outcome", "code": told.value, "display": _OUTCOMES[told]}


def _is_for_later(slip: Slip) -> bool:
    """Whether the patient was told to come on a later day than the one on which they stood at the counter."""
    if not slip.visit.day or slip.issued is None:
        return False
    return slip.visit.day > slip.issued.astimezone(INDIA).date().isoformat()
