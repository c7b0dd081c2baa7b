"""A stay as FHIR R4 says it: where the patient lay and when, whether it lasts, how it ended."""

from datetime import datetime
from types import MappingProxyType
from typing import Any

from fallback.episode import learnt_of
from fallback.hospital import Hospital
from fallback.slip import INDIA, Kind, Slip
from fallback.stay import Ended, Lying, Stay

LASTS, OVER = "in-progress", "finished"
_PLACES = "http://terminology.hl7.org/CodeSystem/location-physical-type"
_DISPOSITIONS = "http://terminology.hl7.org/CodeSystem/discharge-disposition"
# Nobody knows where somebody went who was discharged, unless they say so: it is not told as "home".
_ENDS = MappingProxyType(
    {
        Ended.DISCHARGED: None,
        Ended.LAMA: ("aadvice", "Left against advice"),
        Ended.ABSCONDED: ("oth", "Other"),
        Ended.DIED: ("exp", "Expired"),
    }
)
_WORDS = MappingProxyType(
    {
        Ended.DISCHARGED: "Discharged",
        Ended.LAMA: "Left against medical advice",
        Ended.ABSCONDED: "Absconded",
        Ended.DIED: "Died",
    }
)


def stay_of(slip: Slip) -> Stay | None:
    """The stay of a slip: what became of it where that is known, else what the slip itself says; None for a visit."""
    if slip.kind is not Kind.ADMISSION:
        return None
    if stay := learnt_of(slip).stay:
        return stay
    visit = slip.visit
    since = slip.issued if not visit.in_bed else None
    if visit.admitted_on:
        since = datetime.fromisoformat(visit.admitted_on).replace(tzinfo=INDIA)
    return Stay(number=slip.number, beds=[Lying(at=since, ward=visit.ward, bed=visit.bed, unit=visit.unit)])


def stay_parts(slip: Slip, stay: Stay, hospital: Hospital) -> dict[str, Any]:
    """The elements of an Encounter that a stay decides: status, period, location, hospitalization."""
    found: dict[str, Any] = {"status": OVER if stay.how else LASTS}
    period = {"start": _start(slip, stay), "end": stay.ended.astimezone(INDIA).isoformat() if stay.ended else ""}
    if told := {name: text for name, text in period.items() if text}:
        found["period"] = told
    found["location"] = [_location(stay, place, hospital) for place in range(len(stay.beds))]
    if stay.how:
        code = _ENDS[stay.how]
        disposition: dict[str, Any] = {"text": _WORDS[stay.how]}
        if code:
            disposition["coding"] = [{"system": _DISPOSITIONS, "code": code[0], "display": code[1]}]
        found["hospitalization"] = {"dischargeDisposition": disposition}
    return found


def ward_unknown(slip: Slip, hospital: Hospital) -> int:
    """A ward in which the patient lay and which hospital.toml does not know; 0 where it knows all."""
    stay = stay_of(slip)
    beds = stay.beds if stay else ()
    return next((each.ward for each in beds if each.ward and hospital.ward(each.ward) is None), 0)


def _start(slip: Slip, stay: Stay) -> str:
    """When the stay began, as exactly as it was told: of somebody who lay there already a day, or nothing."""
    if slip.visit.in_bed:
        return slip.visit.admitted_on
    at = stay.beds[0].at
    return at.astimezone(INDIA).isoformat() if at else ""


def _location(stay: Stay, place: int, hospital: Hospital) -> dict[str, Any]:
    here = stay.beds[place]
    ward = hospital.ward(here.ward)
    named = ward.name if ward else f"Ward {here.ward}"
    value = f"{ward.code if ward else here.ward}/{here.bed}"
    last = place == len(stay.beds) - 1
    until = stay.ended if last else stay.beds[place + 1].at
    found: dict[str, Any] = {
        "location": {
            "identifier": {"system": f"{hospital.slip_system}/bed", "value": value},
            "display": f"{named}, bed {here.bed}",
        },
        "status": "active" if last and not stay.how else "completed",
        "physicalType": {"coding": [{"system": _PLACES, "code": "bd", "display": "Bed"}], "text": "Bed"},
    }
    moments = {"start": here.at if place else None, "end": until if stay.how or not last else None}
    if period := {name: at.astimezone(INDIA).isoformat() for name, at in moments.items() if at}:
        found["period"] = period
    return found
