"""A visit's outcome on its way into a FHIR server: status both ways, memos, who registered it, never over staff."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from fallback.ehospital import Acknowledgement, Hold, Outcome
from fallback.ehospital.fhir import resources
from fallback.ehospital.fhir.shapes import faults
from fallback.episode import Episode, Learnt, Seen, Told
from fallback.rehearsal.target import TestSystem
from fallback.slip import Age, AgeUnit, Category, FeeStatus, Kind, Patient, Sex, Slip, Visit
from tests.backlog import HOSPITAL, SUNITA
from tests.proxy import Proxy, Trouble, changed, drop_reply, say
from tests.test_ehospital import connect, lie, ok, put, slip, there, visits

pytestmark = pytest.mark.target


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def proxy(system: TestSystem) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


def episode(of: Slip | None = None, **learnt: Any) -> Episode:
    beside = {"receipt": "0042", "desk": "Counter 1", "clerk": "Asha Rani"}
    return Episode.of(of or slip(visit=Visit(clinic=1, fee=10)), **beside, learnt=Learnt(**learnt))


def visit_of(sent: Slip) -> dict[str, Any]:
    return resources.encounter(sent, HOSPITAL, "Patient/1")


def memo(visit: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return [each for each in visit.get("extension", []) if each["url"] == f"{HOSPITAL.slip_system}/{name}"]


def provenances(system: TestSystem, answer: Acknowledgement) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {system.token}"}
    asked = {"target": f"Encounter/{answer.encounter}"}
    found = httpx.get(f"{system.url}/Provenance", params=asked, headers=headers, trust_env=False).json()
    return [entry["resource"] for entry in found.get("entry", [])]


# --- shapes


@pytest.mark.parametrize(
    ("seen", "status"), [(Seen.UNKNOWN, "arrived"), (Seen.SEEN, "finished"), (Seen.NOT_SEEN, "cancelled")]
)
def test_registered_is_no_consultation_until_somebody_says_so(seen: Seen, status: str) -> None:
    found = visit_of(episode(seen=seen))
    assert found["status"] == status
    assert found["period"] == {"start": "2026-11-23T10:00:00+05:30"}, "when it ended stands on no paper"


def test_a_visit_for_a_later_day_is_planned_for_that_day() -> None:
    later = slip(visit=Visit(clinic=1, day="2026-11-25"))
    assert (visit_of(later)["status"], visit_of(later)["period"]) == ("planned", {"start": "2026-11-25"})
    assert visit_of(episode(later, seen=Seen.SEEN))["status"] == "finished"
    same = slip(visit=Visit(clinic=1, day="2026-11-23"))
    assert visit_of(same)["status"] == "arrived"
    no_clock = visit_of(slip(issued=None, visit=Visit(clinic=1, day="2026-11-25")))
    assert (no_clock["status"], no_clock["period"]) == ("arrived", {"start": "2026-11-25"})


def test_the_fee_is_a_memo_and_nothing_that_asks_for_money() -> None:
    bundle = resources.transaction(episode(), HOSPITAL)
    kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
    assert not kinds & {"ChargeItem", "Invoice", "PaymentNotice", "Claim", "Account", "Appointment"}
    (fee,) = memo(bundle["entry"][1]["resource"], "slip-fee-memo")
    assert {each["url"]: each for each in fee["extension"]} == {
        "amount": {"url": "amount", "valueMoney": {"value": 10, "currency": "INR"}},
        "status": {"url": "status", "valueCode": "paid"},
        "receipt": {"url": "receipt", "valueString": "0042"},
    }
    assert memo(visit_of(slip()), "slip-fee-memo") == []
    (exempt,) = memo(visit_of(slip(visit=Visit(clinic=1, fee_status=FeeStatus.EXEMPT))), "slip-fee-memo")
    assert exempt["extension"][1]["valueCode"] == "exempt"


def test_what_the_doctor_ticked_goes_with_it() -> None:
    told = (Told.REFERRED, Told.ADMITTED, Told.INVESTIGATIONS)
    found = visit_of(episode(slip(medico_legal=True), seen=Seen.SEEN, told=told, days=14))
    assert [each["valueCoding"]["code"] for each in memo(found, "slip-outcome")] == [
        "admitted", "referred", "investigations", "medico_legal",
    ]  # fmt: skip
    assert memo(found, "slip-follow-up-days")[0]["valuePositiveInt"] == 14
    assert found["hospitalization"]["dischargeDisposition"]["text"] == "Admitted, Referred"
    assert "hospitalization" not in visit_of(episode(seen=Seen.SEEN, told=(Told.INVESTIGATIONS,)))


EVERYBODY = [
    slip(),
    episode(seen=Seen.SEEN, told=tuple(Told), days=7),
    slip(Patient(name="Asha"), issued=None, medico_legal=True, emergency=True, kind=Kind.CASUALTY),
    slip(Patient(name_hindi="आशा", age=Age(value=3, unit=AgeUnit.DAYS), category=Category.PMJAY, scheme_id="P 1")),
    slip(uhid="123456789", visit=Visit(clinic=2, booking="B-1", medico_legal_number="MLC/1"), sealed=b"x", drill=True),
    slip(kind=Kind.ADMISSION, visit=Visit(clinic=1, ward=2, bed="7", ipd_number="I/1")),
]


@pytest.mark.parametrize("sent", EVERYBODY)
def test_what_we_send_is_sound_by_our_own_rules_and_by_those_of_the_standard(system: TestSystem, sent: Slip) -> None:
    validation = pytest.importorskip("sekmet.fhir.validation")
    bundle = connect(system).preview(sent)
    assert faults(bundle) == ()
    for entry in bundle["entry"]:
        assert validation.structural_issues(entry["resource"]) == []


def broken(**changes: Any) -> dict[str, Any]:
    found = resources.patient(slip(), HOSPITAL)
    return found | changes


@pytest.mark.parametrize(
    ("resource", "place"),
    [
        (broken(gender="lady"), "Patient.gender"),
        (broken(name=[{"use": "official"}]), "Patient.name"),
        (broken(name=[]), "Patient.name"),
        (broken(identifier=[{"value": "1"}]), "Patient.identifier"),
        (broken(telecom=[{"system": "phone"}]), "Patient.telecom"),
        (broken(birthDate="1992-13"), "Patient.birthDate"),
        (broken(birthDate="23.11.1992"), "Patient.birthDate"),
        (broken(name=[{"text": "Asha\x00"}]), "Patient.name"),
        (broken(address=[{"line": [""]}]), "Patient.address"),
        (visit_of(slip()) | {"status": "not-a-status"}, "Encounter.status"),
        (visit_of(slip()) | {"period": {"start": "2026-11-23T10:00:00"}}, "Encounter.period"),
        (visit_of(slip()) | {"period": {"start": "2026-11-23", "end": "2026-11-22"}}, "Encounter.period"),
        (visit_of(slip()) | {"class": {"code": "AMB"}}, "Encounter.class"),
        (visit_of(slip()) | {"subject": {}}, "Encounter.subject"),
    ],
)
def test_a_wrong_shape_is_found_before_a_lenient_server_takes_it(resource: dict[str, Any], place: str) -> None:
    assert place in faults(resource)


def test_a_reference_that_leads_nowhere_is_found() -> None:
    bundle = resources.transaction(slip(), HOSPITAL)
    bundle["entry"] = bundle["entry"][1:]
    assert faults(bundle) == ("Encounter.reference",)


def test_a_slip_that_would_be_misshapen_is_held_with_a_sentence(system: TestSystem) -> None:
    wrong = slip(replace(SUNITA, locality="\x07"))
    answer = ok(connect(system).send(wrong), Outcome.HELD)
    assert (answer.hold, "Address" in answer.reason) == (Hold.LACKS, True)
    assert visits(system, wrong) == []


# --- against a server


def test_the_outcome_follows_the_visit_both_ways(system: TestSystem) -> None:
    connector, arrived = connect(system), episode()
    made = ok(connector.send(arrived))
    seen = replace(arrived, learnt=Learnt(seen=Seen.SEEN, told=(Told.ADMITTED,), days=14))
    unseen = replace(arrived, learnt=Learnt(seen=Seen.NOT_SEEN))
    steps = [(seen, arrived, "finished"), (unseen, seen, "cancelled"), (arrived, unseen, "arrived")]
    for after, before, status in steps:
        done = ok(connector.update(after, before), Outcome.ALREADY_THERE)
        assert (done.patient, done.encounter) == (made.patient, made.encounter)
        (visit,) = visits(system, arrived)
        assert visit["status"] == status
        assert len(memo(visit, "slip-follow-up-days")) == (1 if after is seen else 0)
        assert ("hospitalization" in visit) == (after is seen)
        assert len(memo(visit, "slip-fee-memo")) == 1
    version = visits(system, arrived)[0]["meta"]["versionId"]
    ok(connector.update(arrived, unseen), Outcome.ALREADY_THERE)
    assert visits(system, arrived)[0]["meta"]["versionId"] == version, "an outcome was written twice"


def test_what_staff_made_of_a_visit_stays(system: TestSystem) -> None:
    connector, arrived = connect(system), episode()
    ok(connector.send(arrived))
    (visit,) = visits(system, arrived)
    own = {"url": "https://his.example/ward-round", "valueString": "seen by Dr Rao"}
    put(system, visit | {"extension": [*visit["extension"], own], "diagnosis": []})
    seen = replace(arrived, learnt=Learnt(seen=Seen.SEEN))
    ok(connector.update(seen, arrived), Outcome.ALREADY_THERE)
    (visit,) = visits(system, arrived)
    assert (visit["status"], own in visit["extension"]) == ("finished", True)
    put(system, visit | {"status": "in-progress"})
    answer = ok(connector.update(replace(arrived, learnt=Learnt(seen=Seen.NOT_SEEN)), seen), Outcome.HELD)
    assert (answer.hold, "State of the visit" in answer.reason) == (Hold.CHANGED_THERE, True)
    assert visits(system, arrived)[0]["status"] == "in-progress"


def test_what_staff_did_already_as_the_paper_says_is_no_conflict(system: TestSystem) -> None:
    connector, arrived = connect(system), episode()
    ok(connector.send(arrived))
    (visit,) = visits(system, arrived)
    put(system, visit | {"status": "finished"})
    ok(connector.update(replace(arrived, learnt=Learnt(seen=Seen.SEEN)), arrived), Outcome.ALREADY_THERE)


def test_a_receipt_that_became_known_later_is_no_change_of_the_staffs(system: TestSystem) -> None:
    connector = connect(system)
    arrived = replace(episode(), receipt="")
    ok(connector.send(arrived))
    known = replace(arrived, receipt="0042", clerk="Ravi Das")
    seen = replace(known, learnt=Learnt(seen=Seen.SEEN))
    ok(connector.update(seen, known), Outcome.ALREADY_THERE)
    (visit,) = visits(system, arrived)
    (fee,) = memo(visit, "slip-fee-memo")
    assert fee["extension"][2]["valueString"] == "0042"


def test_who_registered_it_is_there_once(system: TestSystem, proxy: Proxy) -> None:
    one = episode()
    proxy.trouble("POST", "", drop_reply)
    answer = ok(connect(system, proxy.url).send(one), Outcome.ALREADY_THERE)
    (found,) = provenances(system, answer)
    roles = {each["type"]["text"]: each["who"]["display"] for each in found["agent"]}
    assert roles == {"Enterer": "Asha Rani", "Assembler": "Parchi"}
    assert found["location"]["display"] == "Counter 1"
    assert found["recorded"] == found["occurredDateTime"] == "2026-11-23T10:00:00+05:30"
    assert found["entity"][0]["what"]["identifier"]["value"] == one.number.text


def test_a_request_that_arrives_twice_makes_nothing_twice(system: TestSystem, proxy: Proxy) -> None:
    one = episode()

    def twice(request: Any, forward: Any) -> Any:
        forward(request)
        return forward(request)

    proxy.trouble("POST", "", twice)
    answer = connect(system, proxy.url).send(one)
    assert answer.outcome in (Outcome.CREATED, Outcome.ALREADY_THERE)
    assert (len(visits(system, one)), len(provenances(system, answer))) == (1, 1)


@pytest.mark.parametrize(
    ("trouble", "words", "hold"),
    [
        (lie(target=[{"reference": "Encounter/another"}]), "Who registered the visit", Hold.DIFFERS),
        (lie(agent=[]), "Who registered the visit", Hold.DIFFERS),
    ],
)
def test_a_provenance_that_came_back_otherwise_is_held(
    system: TestSystem, proxy: Proxy, trouble: Trouble, words: str, hold: Hold
) -> None:
    proxy.trouble("GET", "/Provenance/", trouble)
    answer = ok(connect(system, proxy.url).send(episode()), Outcome.HELD)
    assert (answer.hold, words in answer.reason) == (hold, True)


def test_a_provenance_that_is_missing_is_put_there_and_one_that_never_comes_is_held(
    system: TestSystem, proxy: Proxy
) -> None:
    one, other = episode(), episode()
    proxy.trouble("GET", "/Provenance/", say(404))
    answer = ok(connect(system, proxy.url).send(one))
    assert len(provenances(system, answer)) == 1
    proxy.trouble("GET", "/Provenance/", say(404), say(404))
    proxy.trouble("PUT", "/Provenance/", say(201, b'{"resourceType":"Provenance","id":"x"}'))
    answer = ok(connect(system, proxy.url).send(other), Outcome.HELD)
    assert (answer.hold, "this: Who registered the visit" in answer.reason) == (Hold.NOT_THERE, True)


def test_a_system_that_drops_our_memos_is_held(system: TestSystem, proxy: Proxy) -> None:
    proxy.trouble("GET", "/Encounter/", lie(extension=[]))
    assert "Memo of fee" in ok(connect(system, proxy.url).send(episode()), Outcome.HELD).reason


def test_a_decimal_is_read_as_the_number_that_was_sent(system: TestSystem, proxy: Proxy) -> None:
    def decimal(body: bytes) -> bytes:
        return body.replace(b'"value":10,', b'"value":10.00,')

    proxy.trouble("GET", "/Encounter/", changed(decimal))
    ok(connect(system, proxy.url).send(episode()))


def test_a_void_of_a_visit_that_was_seen_takes_it_back(system: TestSystem) -> None:
    connector, seen = connect(system), episode(seen=Seen.SEEN, days=3)
    ok(connector.send(seen))
    ok(connector.withdraw(seen))
    assert visits(system, seen)[0]["status"] == "entered-in-error"
    assert there(system, "Patient", f"{HOSPITAL.patient_system}|{seen.number}"), "the patient stays"


def test_a_newborn_and_an_unidentified_patient_are_sent_as_they_are(system: TestSystem) -> None:
    unknown = slip(Patient(name="Unidentified 4", sex=Sex.UNKNOWN, age=Age(value=40)), kind=Kind.CASUALTY)
    assert ok(connect(system).send(unknown)).created
