"""Admissions on their way into a hospital system: inpatients in their beds, and what becomes of them afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fallback.ehospital.fhir import FhirConnector, resources
from fallback.episode import Episode, Learnt
from fallback.hospital import Target, Ward
from fallback.ledger.facts import FactKind
from fallback.recovery import approve, run_import
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind, Slip, Visit
from fallback.stay import Ended, Lying, Stay
from tests.backlog import HOSPITAL, SUNITA, Backlog, cleared

NAME = "test-server"
WARDS = (
    Ward(number=2, code="FMW", name="Female Medical Ward", name_hindi="महिला वार्ड", beds=("7", "8")),
    Ward(number=6, code="ICU", name="Intensive Care Unit", name_hindi="आई.सी.यू.", beds=("1",)),
)
HOUSE = replace(HOSPITAL, wards=WARDS)
LYING = Visit(clinic=1, ward=2, bed="7", unit="Unit II", ipd_number="IPD/26/104")


def admitted(**visit: Any) -> Slip:
    from tests.test_ehospital import slip

    return slip(kind=Kind.ADMISSION, visit=replace(LYING, **visit))


def test_an_inpatient_lies_in_a_bed_and_is_not_finished() -> None:
    found = resources.encounter(admitted(), HOUSE, "Patient/1")
    assert (found["class"]["code"], found["status"]) == ("IMP", "in-progress")
    assert found["period"] == {"start": "2026-11-23T10:00:00+05:30"}
    assert found["location"][0]["location"]["display"] == "Female Medical Ward, bed 7"
    assert found["location"][0]["location"]["identifier"]["value"] == "FMW/7"
    assert [each["value"] for each in found["identifier"]][1:] == ["IPD/26/104"]
    assert "hospitalization" not in found


@pytest.mark.parametrize(("told", "start"), [("2026-11-19", {"start": "2026-11-19"}), ("", {})])
def test_of_somebody_who_lay_there_already_no_moment_is_invented(told: str, start: dict[str, str]) -> None:
    found = resources.encounter(admitted(in_bed=True, admitted_on=told), HOUSE, "Patient/1")
    assert found.get("period", {}) == start


@pytest.mark.parametrize(
    ("how", "code"),
    [(Ended.DISCHARGED, None), (Ended.LAMA, "aadvice"), (Ended.ABSCONDED, "oth"), (Ended.DIED, "exp")],
)
def test_the_end_of_a_stay_finishes_it(how: Ended, code: str | None) -> None:
    slip, noon = admitted(), datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    beds = [Lying(at=slip.issued, ward=2, bed="7"), Lying(at=datetime(2026, 11, 23, 9, tzinfo=UTC), ward=6, bed="1")]
    stay = Stay(number=slip.number, beds=beds, how=how, ended=noon)
    assert Stay.from_text(slip.number, stay.text) == stay
    found = resources.encounter(Episode.of(slip, learnt=Learnt(stay=stay)), HOUSE, "Patient/1")
    assert found["status"] == "finished"
    assert found["period"]["end"] == "2026-11-24T12:00:00+05:30"
    assert [each["status"] for each in found["location"]] == ["completed", "completed"]
    assert found["location"][0]["period"] == {"end": "2026-11-23T14:30:00+05:30"}
    disposition = found["hospitalization"]["dischargeDisposition"]
    assert disposition["text"]
    assert [each["code"] for each in disposition.get("coding", [])] == ([code] if code else [])


def test_a_ward_that_is_gone_from_the_file_is_said() -> None:
    connector = FhirConnector(Target(name=NAME, url="http://127.0.0.1:9/fhir", test=True), HOUSE, "x")
    assert "has no ward 9" in str(connector.objection(admitted(ward=9)))
    assert connector.objection(admitted()) == ""
    connector.close()


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.mark.target
def test_what_becomes_of_a_stay_follows_it_into_the_system(system: TestSystem, tmp_path: Path) -> None:
    backlog = Backlog(tmp_path / "j", 741)
    cleared(backlog.ledger, NAME)
    slip = backlog.issue(SUNITA, kind=Kind.ADMISSION, visit=LYING)
    connector = FhirConnector(Target(name=NAME, url=system.url, test=True), HOUSE, system.token)

    def go() -> Any:
        approve(backlog.ledger, NAME, by="ravi")
        return run_import(backlog.ledger, connector, by="ravi")

    def there() -> dict[str, Any]:
        answer = httpx.get(
            f"{system.url}/Encounter",
            params={"identifier": f"{HOUSE.slip_system}|{slip.number}"},
            headers={"Authorization": f"Bearer {system.token}"},
            trust_env=False,
        )
        (entry,) = answer.json()["entry"]
        return dict(entry["resource"])

    def tell(fact: FactKind, **content: Any) -> None:
        backlog.ledger.write(lambda tx: tx.append(fact, {"number": slip.number.text} | content, by="lata"))

    assert go().created == 1
    assert (there()["status"], len(there()["location"])) == ("in-progress", 1)
    assert go().confirmed == 0  # nothing happened since
    tell(FactKind.STAY_MOVED, ward=6, bed="1", unit="", at="2026-11-23T09:00:00+00:00")
    assert go().updated == 1
    assert [each["location"]["identifier"]["value"] for each in there()["location"]] == ["FMW/7", "ICU/1"]
    tell(FactKind.STAY_ENDED, how="died", at="2026-11-24T06:30:00+00:00", note="")
    assert go().updated == 1
    assert there()["status"] == "finished"
    assert there()["hospitalization"]["dischargeDisposition"]["coding"][0]["code"] == "exp"
    tell(FactKind.STAY_REOPENED, reason="the wrong bed")
    backlog.correct(slip, patient=replace(SUNITA, mobile="9810012399"))
    assert go().updated == 1  # a correction and a stay that changed go together
    assert there()["status"] == "in-progress"
    assert "hospitalization" not in there()
    assert go().confirmed == 0
    backlog.void(slip)
    assert go().withdrawn == 1
    assert there()["status"] == "entered-in-error"
    connector.close()
    backlog.ledger.close()
