"""The HL7 way against a real bridge in front of a real FHIR server, and every message against hl7apy's strict rules."""

import itertools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from fallback.ehospital import Acknowledgement, Outcome
from fallback.ehospital.hl7 import Hl7Connector, messages
from fallback.episode import Episode, Known, Learnt, Seen, Told
from fallback.errors import TargetUnreachable
from fallback.hospital import Target
from fallback.rehearsal.target import TestSystem
from fallback.slip import Age, Kind, Patient, SlipNumber, Visit
from tests import backlog
from tests.factories import hospital
from tests.targets.bridge import PATIENTS, Bridge
from tests.targets.install import PYTHON, installed

pytestmark = [
    pytest.mark.systems,
    pytest.mark.skipif(not installed(), reason="the HL7 bridge is not installed: run make targets"),
]
ISSUED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SERIALS = itertools.count(1)
SUNITA = replace(backlog.SUNITA, locality="Tajganj | house ^ 7")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestSystem]:
    with TestSystem(tmp_path_factory.mktemp("fhir"), lets_all_in=True) as running:
        yield running


@pytest.fixture(scope="module")
def bridge(behind: TestSystem, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    with Bridge(tmp_path_factory.mktemp("bridge"), behind.url) as running:
        yield running


def slip(patient: Patient = SUNITA, **more: Any) -> Episode:
    number = more.pop("number", SlipNumber(502, next(SERIALS)))
    return Episode(
        **({"number": number, "issued": ISSUED, "patient": patient, "visit": Visit(clinic=1, fee=10)} | more)
    )


def way(bridge: Bridge, **more: Any) -> Hl7Connector:
    return Hl7Connector(bridge.target, hospital(), **({"pauses": (0.1, 0.1)} | more))


def there(behind: TestSystem, kind: str, number: str) -> list[dict[str, Any]]:
    """What the server behind the bridge has, read past it."""
    answer = httpx.get(f"{behind.url}/{kind}", params={"identifier": f"{PATIENTS}|{number}"}, trust_env=False)
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def ok(answer: Acknowledgement, outcome: Outcome = Outcome.CREATED) -> Acknowledgement:
    assert answer.outcome is outcome, answer
    return answer


def test_five_sends_of_one_slip_make_one_visit(bridge: Bridge, behind: TestSystem) -> None:
    one = slip()
    connector = way(bridge)
    ok(connector.send(one))
    for _ in range(4):
        ok(connector.send(one), Outcome.ALREADY_THERE)
    connector.close()
    (patient,), (visit,) = (there(behind, kind, one.number.text) for kind in ("Patient", "Encounter"))
    assert [each["family"] for each in patient["name"]] == ["Devi", "देवी"]
    assert (patient["gender"], patient["birthDate"]) == ("female", "1992")
    assert patient["address"][0]["line"] == ["Tajganj | house ^ 7"]
    assert visit["period"] == {"start": "2026-11-23T10:00:00+05:30"}
    assert visit["status"] == "in-progress"


def test_a_bridge_that_forgot_everything_makes_no_second_visit(
    bridge: Bridge, behind: TestSystem, tmp_path: Path
) -> None:
    one = slip()
    ok(way(bridge).send(one))
    with Bridge(tmp_path, behind.url) as another:
        ok(way(another).send(one))
    assert len(there(behind, "Encounter", one.number.text)) == len(there(behind, "Patient", one.number.text)) == 1


def test_a_second_visit_is_no_second_patient(bridge: Bridge, behind: TestSystem) -> None:
    first = slip()
    ok(way(bridge).send(first))
    ok(way(bridge).send(slip(patient_number=first.number)))
    (patient,) = there(behind, "Patient", first.number.text)
    reference = f"Patient/{patient['id']}"
    visits = httpx.get(f"{behind.url}/Encounter", params={"subject": reference}, trust_env=False).json()
    assert len(visits["entry"]) == 2


def test_seen_and_joined_as_a_person_decided(bridge: Bridge, behind: TestSystem) -> None:
    connector, first = way(bridge), slip()
    ok(connector.send(first))
    seen = replace(first, learnt=Learnt(seen=Seen.SEEN, told=(Told.REFERRED,), days=7))
    ok(connector.update(seen, first))
    assert there(behind, "Encounter", first.number.text)[0]["status"] == "finished"
    ok(connector.update(replace(seen, uhid="412345678", known=Known.PERSON), seen))
    patients = there(behind, "Patient", first.number.text)
    assert sorted(each["active"] for each in patients) == [False, True]
    (visit,) = there(behind, "Encounter", first.number.text)
    survivor = next(each for each in patients if each["active"])
    assert visit["subject"]["reference"].endswith(survivor["id"])


def test_what_the_bridge_ignores_is_not_taken_for_done(bridge: Bridge) -> None:
    connector, one = way(bridge), slip()
    ok(connector.send(one))
    assert "by hand" in ok(connector.withdraw(one), Outcome.HELD).reason


def test_a_server_that_is_down_behind_a_bridge_that_is_up(bridge: Bridge, behind: TestSystem) -> None:
    one = slip()
    behind.stop()
    try:
        stopped = ok(way(bridge, pauses=(0.1,)).send(one), Outcome.UNREACHABLE)
        assert isinstance(stopped.error, TargetUnreachable)
    finally:
        behind.start()
    ok(way(bridge).send(one))
    assert len(there(behind, "Encounter", one.number.text)) == 1


_STRICT = """
import json, sys
from hl7apy.consts import VALIDATION_LEVEL
from hl7apy.parser import parse_message
for text in json.load(sys.stdin):
    parse_message(text, validation_level=VALIDATION_LEVEL.STRICT).validate()
"""


def test_every_message_is_one_by_strict_rules() -> None:
    target = Target(name="x", url="mllp://h:1", test=True, kind="hl7", organisation="DH1", database="HIS")
    seen = Learnt(seen=Seen.SEEN, told=(Told.ADMITTED, Told.MEDICO_LEGAL), days=7)
    all_told = slip(receipt="5", desk="Counter 1", clerk="Asha Rani", learnt=seen, uhid="412345678", emergency=True)
    bare = slip(Patient(name="Asha", age=Age(value=3)), kind=Kind.CASUALTY, visit=Visit())
    admitted = slip(kind=Kind.ADMISSION, visit=Visit(ward=hospital().wards[0].number, bed="7"))
    texts = [messages.register(each, hospital(), target) for each in (all_told, bare, admitted)]
    texts += [messages.change(all_told, hospital(), target), messages.cancel(all_told, hospital(), target)]
    texts.append(messages.join(all_told, target))
    run = subprocess.run(
        [str(PYTHON), "-c", _STRICT], input=json.dumps(texts), capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr[-600:]
