"""The pictures of a visit's pages, and the document that is made of them: there once, taken back, never somebody's."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from fallback.ehospital import Hold, Outcome
from fallback.ehospital.fhir import FhirConnector
from fallback.ehospital.fhir.consultation import consultation
from fallback.ehospital.fhir.resources import stable_id
from fallback.ehospital.fhir.shapes import faults
from fallback.ehospital.fhir.system import System
from fallback.ehospital.fhir.wire import Wire
from fallback.episode import Episode, Learnt, Seen, Told
from fallback.errors import PictureMissing
from fallback.hospital import Target
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind, Slip
from tests.backlog import HOSPITAL, ISSUED, SUNITA
from tests.proxy import Proxy, changed, drop_reply, say
from tests.test_ehospital import QUICK, lie, ok, slip, visits

pytestmark = pytest.mark.target
STORE = {
    hashlib.sha256(content).hexdigest(): content
    for content in (b"\xff\xd8\xffone page", b"\xff\xd8\xffanother page", b"\x89PNG\r\n\x1a\na drawing")
}
ONE, TWO, THREE = STORE


def picture(digest: str) -> bytes:
    if digest not in STORE:
        raise PictureMissing(why="it is not in the store")
    return STORE[digest]


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def proxy(system: TestSystem) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


def connect(system: TestSystem, url: str = "", *, pictures: bool = True, documents: bool = False) -> FhirConnector:
    target = Target(name="test-server", url=url or system.url, test=True, pictures=pictures, documents=documents)
    return FhirConnector(target, HOSPITAL, system.token, picture=picture, pauses=QUICK, timeout=10.0)


def episode(of: Slip | None = None, *pages: str, **learnt: Any) -> Episode:
    return Episode.of(of or slip(), learnt=Learnt(pages=pages, **{"seen": Seen.SEEN} | learnt))


def read(system: TestSystem, path: str, **asked: str) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {system.token}", "Accept": "application/fhir+json"}
    found: dict[str, Any] = httpx.get(f"{system.url}/{path}", params=asked, headers=headers, trust_env=False).json()
    return found


def documents(system: TestSystem, sent: Slip) -> list[dict[str, Any]]:
    token = f"{HOSPITAL.slip_system}|{sent.number}"
    return [entry["resource"] for entry in read(system, "DocumentReference", identifier=token).get("entry", [])]


def consult(system: TestSystem, sent: Slip) -> dict[str, Any]:
    return read(system, f"Bundle/{stable_id(sent, HOSPITAL, 'document')}")


# --- pictures


def test_pages_go_with_their_visit_and_can_be_read_there(system: TestSystem) -> None:
    one = episode(None, ONE, THREE)
    answer = ok(connect(system).send(one))
    found = documents(system, one)
    assert {each["masterIdentifier"]["value"] for each in found} == {ONE, THREE}
    for each in found:
        assert each["subject"]["reference"].endswith(f"Patient/{answer.patient}")
        assert each["context"]["encounter"][0]["reference"].endswith(f"Encounter/{answer.encounter}")
        attachment = each["content"][0]["attachment"]
        held = read(system, attachment["url"])
        content = base64.b64decode(held["data"])
        assert hashlib.sha256(content).hexdigest() == each["masterIdentifier"]["value"]
        assert (attachment["size"], attachment["contentType"]) == (len(content), held["contentType"])


def test_pages_after_a_lost_reply_are_there_once(system: TestSystem, proxy: Proxy) -> None:
    one = episode(None, ONE)
    proxy.trouble("POST", "", drop_reply)
    ok(connect(system, proxy.url).send(one), Outcome.ALREADY_THERE)
    ok(connect(system).send(one), Outcome.ALREADY_THERE)
    assert len(documents(system, one)) == 1


def test_a_target_that_takes_no_pictures_gets_none(system: TestSystem) -> None:
    one = episode(None, ONE)
    ok(connect(system, pictures=False).send(one))
    assert documents(system, one) == []


def test_pages_come_later_and_are_taken_back(system: TestSystem) -> None:
    connector, arrived = connect(system), slip()
    ok(connector.send(arrived))
    with_one, with_two = episode(arrived, ONE), episode(arrived, TWO)
    ok(connector.update(with_one, Episode.of(arrived)), Outcome.ALREADY_THERE)
    assert [each["status"] for each in documents(system, arrived)] == ["current"]
    for _ in range(2):
        ok(connector.update(with_two, with_one), Outcome.ALREADY_THERE)
        status = {each["masterIdentifier"]["value"]: each["status"] for each in documents(system, arrived)}
        assert status == {ONE: "entered-in-error", TWO: "current"}
    ok(connector.update(with_one, with_two), Outcome.ALREADY_THERE)
    status = {each["masterIdentifier"]["value"]: each["status"] for each in documents(system, arrived)}
    assert status == {ONE: "current", TWO: "entered-in-error"}


def test_a_page_that_turned_out_to_be_anothers_moves(system: TestSystem) -> None:
    connector, first, second = connect(system), slip(), slip()
    ok(connector.send(episode(first, ONE)))
    ok(connector.send(episode(second)))
    ok(connector.update(episode(first), episode(first, ONE)), Outcome.ALREADY_THERE)
    ok(connector.update(episode(second, ONE), episode(second)), Outcome.ALREADY_THERE)
    assert [each["status"] for each in documents(system, first)] == ["entered-in-error"]
    assert [each["status"] for each in documents(system, second)] == ["current"]


def test_a_page_that_staff_changed_is_theirs(system: TestSystem) -> None:
    connector, one = connect(system), episode(None, ONE)
    ok(connector.send(one))
    (found,) = documents(system, one)
    headers = {"Authorization": f"Bearer {system.token}"}
    httpx.put(
        f"{system.url}/DocumentReference/{found['id']}",
        json=found | {"status": "superseded"},
        headers=headers,
        trust_env=False,
    )
    answer = ok(connector.update(replace(one, learnt=Learnt(seen=Seen.SEEN)), one), Outcome.HELD)
    assert answer.hold is Hold.CHANGED_THERE
    assert documents(system, one)[0]["status"] == "superseded"


def test_a_page_that_is_lost_here_holds_its_slip_alone(system: TestSystem) -> None:
    lost = episode(None, "0" * 64)
    answer = ok(connect(system).send(lost), Outcome.HELD)
    assert "picture" in answer.reason
    assert visits(system, lost) == []


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("/Binary/", lie(data=base64.b64encode(b"half").decode()), "Picture of the page"),
        ("/DocumentReference/", lie(subject={"reference": "Patient/other"}), "Picture of the page"),
        ("/DocumentReference/", lie(content=[]), "Picture of the page"),
    ],
)
def test_a_page_that_came_back_otherwise_is_held(
    system: TestSystem, proxy: Proxy, path: str, change: Any, words: str
) -> None:
    proxy.trouble("GET", path, change)
    answer = ok(connect(system, proxy.url).send(episode(None, ONE)), Outcome.HELD)
    assert (words in answer.reason, answer.hold) == (True, Hold.DIFFERS)


def test_a_medico_legal_page_is_restricted_there(system: TestSystem) -> None:
    one = episode(None, ONE, told=(Told.MEDICO_LEGAL,))
    ok(connect(system).send(one))
    assert documents(system, one)[0]["securityLabel"][0]["coding"][0]["code"] == "R"


# --- the document


def test_a_visit_that_was_seen_and_has_its_page_becomes_a_document(system: TestSystem) -> None:
    one = episode(None, ONE)
    connector = connect(system, documents=True)
    ok(connector.send(one))
    found = consult(system, one)
    kinds = [entry["resource"]["resourceType"] for entry in found["entry"]]
    assert kinds == ["Composition", "Patient", "Encounter", "Organization", "DocumentReference", "Binary"]
    composition = found["entry"][0]["resource"]
    assert composition["type"]["coding"][0]["code"] == "371530004"
    assert composition["subject"]["reference"] == found["entry"][1]["fullUrl"]
    assert composition["section"][0]["entry"][0]["reference"] == found["entry"][4]["fullUrl"]
    assert found["entry"][4]["resource"]["content"][0]["attachment"]["url"] == found["entry"][5]["fullUrl"]
    assert (found["type"], faults(found)) == ("document", ())
    version = found["meta"]["versionId"]
    ok(connector.send(one), Outcome.ALREADY_THERE)
    assert consult(system, one)["meta"]["versionId"] == version


@pytest.mark.parametrize(
    "one",
    [
        episode(slip(), seen=Seen.SEEN),
        episode(slip(), ONE, seen=Seen.UNKNOWN),
        episode(slip(), ONE, seen=Seen.NOT_SEEN),
        episode(slip(kind=Kind.CASUALTY), ONE),
    ],
)
def test_without_a_clinical_page_of_somebody_who_was_seen_there_is_no_document(
    system: TestSystem, one: Episode
) -> None:
    ok(connect(system, documents=True).send(one))
    assert consult(system, one)["resourceType"] == "OperationOutcome"


def test_a_document_follows_its_visit(system: TestSystem) -> None:
    connector, arrived = connect(system, documents=True), slip()
    ok(connector.send(arrived))
    seen = episode(arrived, ONE)
    ok(connector.update(seen, Episode.of(arrived)), Outcome.ALREADY_THERE)
    before = consult(system, arrived)["identifier"]["value"]
    corrected = replace(seen, revision=1, patient=replace(SUNITA, name="Sunita Rani"))
    ok(connector.update(corrected, seen), Outcome.ALREADY_THERE)
    found = consult(system, arrived)
    assert found["identifier"]["value"] != before
    assert found["entry"][1]["resource"]["name"][0]["text"] == "Sunita Rani"
    ok(connector.update(replace(corrected, learnt=Learnt(seen=Seen.NOT_SEEN)), corrected), Outcome.ALREADY_THERE)
    assert consult(system, arrived)["entry"][0]["resource"]["status"] == "entered-in-error"


def test_a_run_that_ended_between_visit_and_document_goes_on(system: TestSystem, proxy: Proxy) -> None:
    one = episode(None, ONE)
    proxy.trouble("PUT", "/Bundle/", *[say(500)] * 3)
    ok(connect(system, proxy.url, documents=True).send(one), Outcome.UNREACHABLE)
    connector = connect(system, documents=True)
    found = connector.find(one)
    assert found is not None
    ok(connector.confirm(one, found), Outcome.ALREADY_THERE)
    assert consult(system, one)["type"] == "document"


def test_a_document_that_staff_changed_is_theirs(system: TestSystem, proxy: Proxy) -> None:
    def title(body: bytes) -> bytes:
        return body.replace(b"Consultation report", b"Dr Rao's report")

    one = episode(None, ONE)
    connector = connect(system, proxy.url, documents=True)
    ok(connector.send(one))
    corrected = replace(one, revision=1, patient=replace(SUNITA, name="Sunita Rani"))
    proxy.trouble("GET", "/Bundle/", changed(title))
    assert ok(connector.update(corrected, one), Outcome.HELD).hold is Hold.CHANGED_THERE


def test_a_void_takes_pages_and_document_back(system: TestSystem) -> None:
    connector, one = connect(system, documents=True), episode(None, ONE)
    ok(connector.send(one))
    for _ in range(2):
        ok(connector.withdraw(one))
    assert documents(system, one)[0]["status"] == "entered-in-error"
    assert consult(system, one)["entry"][0]["resource"]["status"] == "entered-in-error"


def test_a_page_that_the_system_keeps_is_held(system: TestSystem, proxy: Proxy) -> None:
    one = episode(None, ONE)
    ok(connect(system).send(one))
    proxy.trouble("PUT", "/DocumentReference/", say(200, b'{"resourceType":"DocumentReference","id":"x"}'))
    answer = ok(connect(system, proxy.url).withdraw(one), Outcome.HELD)
    assert "Picture of the page" in answer.reason


def test_a_document_is_sound_by_the_standards_own_rules() -> None:
    validation = pytest.importorskip("sekmet.fhir.validation")
    target = Target(name="t", url="http://127.0.0.1:9/fhir", test=True, documents=True, organisation="https://x|IN07")
    wire = Wire(target.url, "")
    made = consultation(
        System(wire, target, HOSPITAL, picture=picture, now=lambda: ISSUED), episode(None, ONE, told=tuple(Told))
    )
    wire.close()
    assert validation.structural_issues(json.loads(json.dumps(made))) == []
    assert made["entry"][3]["resource"]["identifier"][0]["value"] == "IN07"
