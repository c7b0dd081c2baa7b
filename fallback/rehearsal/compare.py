"""Field by field: what was typed, what the paper says, what the target gives back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from fallback.errors import DrillStopped
from fallback.hospital import Hospital
from fallback.payload import Decoded
from fallback.slip import Slip

_PAGE = 500
MARK = "…"


def paper_differences(truths: Mapping[tuple[str, int], dict[str, Any]], read: Iterable[Decoded]) -> list[str]:
    """The fields in which a slip read from paper differs from what was typed: `number revision field`.

    A text that the QR's rule cut must be the start of what was typed, with the mark.
    """
    found = []
    for decoded in read:
        slip = decoded.slip
        truth = truths.get((slip.number.text, slip.revision))
        if truth is None:
            found.append(f"{slip.number} {slip.revision} unknown")
            continue
        for name, value in slip.record().items():
            told = truth[name]
            if name in decoded.cut:
                same = value.endswith(MARK) and str(told).startswith(value.removesuffix(MARK))
            else:
                same = value == told
            if not same:
                found.append(f"{slip.number} {slip.revision} {name}")
    return found


class Target:
    """The FHIR server, read by the drill's own eyes and not through the connector that wrote to it."""

    def __init__(self, url: str, token: str, hospital: Hospital) -> None:
        self._http = httpx.Client(headers={"Authorization": f"Bearer {token}"} if token else {}, timeout=60.0)
        self._url = url.rstrip("/")
        self._hospital = hospital

    def close(self) -> None:
        """Ends the connection."""
        self._http.close()

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Every resource of a kind, page by page. Raises DrillStopped."""
        found: dict[str, dict[str, Any]] = {}
        url: str | None = f"{self._url}/{kind}?_count={_PAGE}"
        while url:
            response = self._http.get(url)
            if response.status_code != httpx.codes.OK:
                raise DrillStopped(stage="reading back", why=f"the target answered {response.status_code}")
            bundle = response.json()
            entries = [entry["resource"] for entry in bundle.get("entry", [])]
            before = len(found)
            found |= {entry["id"]: entry for entry in entries}
            links = {link["relation"]: link["url"] for link in bundle.get("link", [])}
            url = links.get("next") if len(found) > before else None
        return list(found.values())

    def differences(self, truths: Mapping[str, dict[str, Any]]) -> tuple[list[str], int]:
        """What differs on the target from the newest truth of each slip; how many patients or visits are doubled."""
        hospital = self._hospital
        patients = {each["id"]: each for each in self.all("Patient")}
        visits = [each for each in self.all("Encounter") if _values(each, hospital.slip_system)]
        numbers = Counter(value for each in visits for value in _values(each, hospital.slip_system))
        persons = Counter(
            (system, value)
            for each in patients.values()
            for system in (hospital.patient_system, hospital.uhid_system)
            for value in _values(each, system)
        )
        doubled = sum(count - 1 for counter in (numbers, persons) for count in counter.values())
        by_number = {value: each for each in visits for value in _values(each, hospital.slip_system)}
        wrong = [f"{number} not typed by anybody" for number in by_number if number not in truths]
        for number, truth in truths.items():
            visit = by_number.get(number)
            if visit is None:
                wrong.append(f"{number} not on the target")
                continue
            patient = patients.get(visit["subject"]["reference"].rpartition("/")[2])
            if patient is None:
                wrong.append(f"{number} patient")
                continue
            wrong += [f"{number} {name}" for name in _differing(truth, patient, visit, hospital)]
        return wrong, doubled


def _values(resource: Mapping[str, Any], system: str) -> list[str]:
    return [each["value"] for each in resource.get("identifier", []) if each.get("system") == system]


def _differing(
    truth: Mapping[str, Any], patient: Mapping[str, Any], visit: Mapping[str, Any], hospital: Hospital
) -> list[str]:
    person = Slip.from_record(dict(truth)).person
    uhid = truth["uhid"]
    names = [each.get("text", "") for each in patient.get("name", [])]
    phones = [each.get("value", "") for each in patient.get("telecom", [])]
    address = (patient.get("address") or [{}])[0]
    pairs: dict[str, bool] = {
        "person": person.removeprefix("uhid:")
        in _values(patient, hospital.uhid_system if uhid else hospital.patient_system),
        "name": truth["name"] in names,
        "name_hindi": not truth["name_hindi"] or truth["name_hindi"] in names,
        "sex": patient.get("gender") == truth["sex"],
        "mobile": not truth["mobile"] or any(phone.endswith(truth["mobile"]) for phone in phones),
        "district": address.get("district", "") == truth["district"],
        "pin_code": address.get("postalCode", "") == truth["pin_code"],
        "issued": visit.get("period", {}).get("start", "") == truth["issued"],
    }
    if truth["birth_date"]:
        pairs["birth_date"] = patient.get("birthDate") == truth["birth_date"]
    elif truth["age_unit"] == "years":
        born = int(str(truth["issued"])[:4]) - int(truth["age"])
        pairs["age"] = int(str(patient.get("birthDate", "0"))[:4]) in (born, born - 1)
    return [name for name, same in pairs.items() if not same]
