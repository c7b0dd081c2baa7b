"""A slip under a UHID that the matcher chose, corrected after it was sent, and put right in the system by hand too."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from fallback.ehospital.fhir import FhirConnector
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.recovery import Choice, approve, run_import
from fallback.rehearsal.target import TestSystem
from fallback.slip import Slip
from tests.backlog import HOSPITAL, Backlog, cleared, has_patient
from tests.matched import content_of, matched
from tests.test_ehospital import connect, put, there

pytestmark = pytest.mark.target
UHID, TARGET = "398100200", "test-server"
SERIES = itertools.count(496)  # the tests share one system: each has a desk of its own


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "desk", next(SERIES))
    cleared(made.ledger, TARGET)
    yield made
    made.ledger.close()


def go(backlog: Backlog, connector: FhirConnector, *, again: bool = False) -> None:
    approve(backlog.ledger, TARGET, Choice(again=again), by="ravi")
    run_import(backlog.ledger, connector, by="ravi")


def stands(backlog: Backlog, slip: Slip) -> tuple[str, str, int]:
    found = queries.delivery(backlog.ledger.db(), slip.number, TARGET)
    assert found is not None
    return found.stage, found.reason, found.confirmed


@pytest.mark.parametrize("person", [False, True], ids=["the matcher", "a person"])
def test_a_mobile_put_right_here_and_there_is_confirmed(backlog: Backlog, system: TestSystem, person: bool) -> None:
    number, connector = f"{UHID[:-1]}{int(person)}", connect(system)
    has_patient(system, number)
    slip = backlog.issue()
    if person:
        told = {"decision": "same", "to": f"uhid:{number}", "reason": "", "shown": []}
        told |= {"number": slip.number.text, "digest": content_of(backlog.ledger, slip.number)}
        backlog.ledger.write(lambda tx: tx.append(FactKind.MATCH_DECIDED, told, by="meena"))
    else:
        matched(backlog.ledger, slip.number, "same", f"uhid:{number}")
    go(backlog, connector)
    assert stands(backlog, slip) == ("confirmed", "", 0)

    now = replace(slip.patient, mobile="9899912345")
    backlog.correct(slip, patient=now)
    go(backlog, connector)
    stage, reason, _ = stands(backlog, slip)
    assert stage == "held" and "Put it right there" in reason, "the patient was there before: Parchi changes nothing"

    (patient,) = there(system, "Patient", f"{HOSPITAL.uhid_system}|{number}")
    put(system, patient | {"telecom": [{"system": "phone", "value": now.mobile, "use": "mobile"}]})
    go(backlog, connector, again=True)
    assert stands(backlog, slip) == ("confirmed", "", 1)
    assert len(there(system, "Encounter", f"{HOSPITAL.slip_system}|{slip.number}")) == 1
    (after,) = there(system, "Patient", f"{HOSPITAL.uhid_system}|{number}")
    assert after["identifier"] == patient["identifier"], "no number was put onto a patient who has one"
