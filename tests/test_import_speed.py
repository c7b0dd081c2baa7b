"""What makes an import fast keeps what makes it safe: answers written together, questions asked together, and a target
that writes its changes to the second.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from fallback.ehospital import Acknowledgement, Found, Outcome
from fallback.ehospital.fhir import FhirConnector
from fallback.ehospital.fhir.papers import provenance
from fallback.ehospital.fhir.resources import encounter, patient
from fallback.ehospital.fhir.wire import Reply, Wire
from fallback.hospital import Target
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.recovery import approve, run_import
from fallback.recovery.last_answer import LastAnswer
from fallback.recovery.pace import Pace
from fallback.slip import Slip
from tests.backlog import HOSPITAL, Backlog, cleared
from tests.fake_target import NAME, FakeTarget
from tests.test_imports import go, stage


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 7)
    cleared(found.ledger, NAME)
    yield found
    found.ledger.close()


# --- answers written together


def answered(slip: Slip) -> dict[str, Any]:
    ids = {"patient": "p1", "encounter": "e1", "uhid": "", "created": True, "told": ""}
    return {"number": slip.number.text, "revision": 0, "target": NAME} | ids


def facts(backlog: Backlog) -> list[str]:
    return [str(fact) for (fact,) in backlog.ledger.db().execute("SELECT fact FROM line ORDER BY place")]


def test_an_answer_is_written_with_the_next_word_and_before_it(backlog: Backlog) -> None:
    slip, last = backlog.issue(), LastAnswer(backlog.ledger, by="ravi")
    last.keep(FactKind.SLIP_CONFIRMED, answered(slip), series=7)
    assert facts(backlog)[-1] != "slip_confirmed"

    def seen(tx: Transaction) -> str:
        delivery = queries.delivery(tx.db, slip.number, NAME)
        return delivery.stage if delivery else ""

    assert last.write(seen) == "confirmed"
    assert facts(backlog)[-1] == "slip_confirmed"
    before = facts(backlog)
    last.settle()
    assert facts(backlog) == before


def test_an_answer_outlives_a_next_word_that_is_not_said(backlog: Backlog) -> None:
    slip, last = backlog.issue(), LastAnswer(backlog.ledger, by="ravi")
    last.keep(FactKind.SLIP_CONFIRMED, answered(slip), series=7)

    def refuse(_tx: Transaction) -> None:
        raise KeyError("another run has this patient")

    with pytest.raises(KeyError):
        last.write(refuse)
    assert facts(backlog)[-1] != "slip_confirmed"
    last.settle()
    assert facts(backlog)[-1] == "slip_confirmed"


def test_whatever_ends_a_run_the_last_answer_is_written(backlog: Backlog) -> None:
    class Dies(FakeTarget):
        def send(self, slip: Slip) -> Acknowledgement:
            if slip.number.serial == 2:
                raise KeyboardInterrupt
            return super().send(slip)

    slips = [backlog.issue() for _ in range(3)]
    with pytest.raises(KeyboardInterrupt):
        go(backlog, Dies())
    assert [stage(backlog, each).stage for each in slips] == ["confirmed", "sending", "approved"]


# --- a target that writes the time of a change to the second only


def test_two_slips_of_a_patient_go_apart_and_others_between_them(backlog: Backlog) -> None:
    first = backlog.issue()
    again, other = backlog.issue(patient_number=first.number), backlog.issue()
    now = [0.0]
    target = FakeTarget(apart=2.0)
    approve(backlog.ledger, NAME, by="ravi")
    pace = Pace(0, sleep=lambda seconds: now.append(now[-1] + seconds), clock=lambda: now[-1])
    report = run_import(backlog.ledger, target, by="ravi", pace=pace)
    sent = [number for act, number in target.asked if act == "send"]
    assert sent == [each.number.text for each in (first, other, again)]
    assert (report.created, report.left) == (3, 0)
    assert now[-1] >= 2.0


# --- questions asked together


class Batches(Wire):
    """Has one visit and one patient; answers a batch with what it is told to, and counts what it is asked."""

    def __init__(self, slip: Slip, batch: Callable[[dict[str, Any], dict[str, Any]], Any]) -> None:
        super().__init__("http://127.0.0.1:9/fhir", "token", pauses=())
        self.patient = patient(slip, HOSPITAL) | {"id": "p1"}
        self.visit = encounter(slip, HOSPITAL, "Patient/p1") | {"id": "e1"}
        self.paper = provenance(slip, HOSPITAL, "Encounter/e1", at="2026-11-23T09:00:00+05:30")
        self.batch, self.asked = batch, list[str]()

    def once(self, method: str, path: str, **more: Any) -> Reply:
        kind = path.partition("/")[0]
        self.asked.append(kind or more["resource"]["type"])
        there = {"Encounter": self.visit, "Patient": self.patient, "Provenance": self.paper}
        if path:
            return Reply(status=200, body=there[kind])
        entries = [{"response": {"status": "200"}, "resource": each} for each in there.values()]
        body = {"resourceType": "Bundle", "type": "batch-response", "entry": self.batch(entries[0], entries[1])}
        return Reply(status=200, body=body)


def confirmed(backlog: Backlog, batch: Callable[[dict[str, Any], dict[str, Any]], Any]) -> tuple[Acknowledgement, Any]:
    slip = backlog.issue()
    way = FhirConnector(Target(name=NAME, url="http://127.0.0.1:9/fhir", test=True), HOSPITAL, "token")
    way._wire.close()
    wire = Batches(slip, batch)
    way._system.wire, way._system.batches = wire, True
    answer = way.confirm(slip, Found(patient="p1", encounter="e1"))
    wire.close()
    return answer, wire.asked


def test_what_is_read_back_is_read_in_one_request(backlog: Backlog) -> None:
    answer, asked = confirmed(backlog, lambda visit, person: [visit, person])
    assert (answer.outcome, asked) == (Outcome.ALREADY_THERE, ["batch", "Provenance"])


@pytest.mark.parametrize(
    "batch",
    [
        lambda _visit, _person: None,
        lambda _visit, _person: [{}, 7, {"resource": []}, {"resource": {"resourceType": "Encounter", "id": "e1"}}],
        lambda visit, _person: [visit | {"resource": visit["resource"] | {"id": "e2", "status": "cancelled"}}],
        lambda visit, _person: [visit | {"response": {"status": "404"}}],
    ],
)
def test_what_a_batch_does_not_bring_is_read_by_itself(backlog: Backlog, batch: Any) -> None:
    answer, asked = confirmed(backlog, batch)
    assert answer.outcome is Outcome.ALREADY_THERE
    assert asked == ["batch", "Encounter", "Patient", "Provenance"]


def test_what_a_batch_brings_is_compared(backlog: Backlog) -> None:
    def lies(visit: dict[str, Any], person: dict[str, Any]) -> Any:
        return [visit, person | {"resource": person["resource"] | {"gender": "male", "birthDate": "1900"}}]

    answer, _asked = confirmed(backlog, lies)
    assert answer.outcome is Outcome.HELD
