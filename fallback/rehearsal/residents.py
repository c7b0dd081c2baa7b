"""The hospital's own patients in a test system: whoever shows a UHID in a drill was registered there once."""

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from fallback.ehospital.fhir.resources import patient, search_token
from fallback.errors import DrillStopped
from fallback.hospital import Hospital, Target
from fallback.slip import Slip


def settle(target: Target, token: str, hospital: Hospital, slips: Iterable[Slip]) -> int:
    """Makes every patient with a UHID in a test system, as their first slip tells of them; twice makes nobody twice.

    Returns how many have one. Raises DrillStopped: no other system is given patients by us.
    """
    if not target.test:
        raise DrillStopped(stage="the import", why="the target is not marked as a test system")
    first: dict[str, Slip] = {}
    for slip in slips:
        if slip.uhid:
            first.setdefault(slip.uhid, slip)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with httpx.Client(headers=headers, timeout=60.0, trust_env=False) as client:
        for uhid, slip in first.items():
            condition = {"If-None-Exist": f"identifier={search_token(hospital.uhid_system, uhid)}"}
            made = client.post(f"{target.url}/Patient", json=_own(slip, hospital), headers=condition)
            if not made.is_success:
                raise DrillStopped(stage="the import", why=f"the target answered {made.status_code}")
    return len(first)


def _own(slip: Slip, hospital: Hospital) -> Mapping[str, Any]:
    """A patient as the hospital registered them itself: without our numbers and marks."""
    found = patient(slip, hospital)
    numbers = [each for each in found["identifier"] if each.get("system") != hospital.patient_system]
    return {name: value for name, value in found.items() if name != "meta"} | {"identifier": numbers}
