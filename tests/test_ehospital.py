"""The FHIR way in, against a real SEKMET and through a real proxy that misbehaves: nothing twice, nothing lost."""

import itertools
import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given, strategies as st

from fallback.ehospital import Acknowledgement, Outcome
from fallback.ehospital.fhir import FhirConnector, resources
from fallback.ehospital.fhir.compare import contains, differences, merged
from fallback.errors import ParchiError, TargetBusy, TargetNotAllowed, TargetNotFhir, TargetRefuses, TargetUnreachable
from fallback.hospital import Target
from fallback.rehearsal.target import TestSystem
from fallback.slip import Age, AgeUnit, Category, Kind, Patient, Sex, Slip, SlipNumber, Visit
from tests.backlog import HOSPITAL, ISSUED, SUNITA
from tests.proxy import (
    Forward,
    Proxy,
    Reply,
    Request,
    Trouble,
    changed,
    cut_reply,
    dripping,
    drop_reply,
    hang_up,
    late,
    say,
)

pytestmark = pytest.mark.target
SERIALS = itertools.count(1)
QUICK = (0.01, 0.01)


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def proxy(system: TestSystem) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


def connect(system: TestSystem, url: str = "", *, token: str = "", test: bool = True, **more: Any) -> FhirConnector:
    target = Target(name="test-server", url=url or system.url, test=test)
    limits: dict[str, Any] = {"pauses": QUICK, "timeout": 10.0} | more
    return FhirConnector(target, HOSPITAL, token or system.token, **limits)


def slip(patient: Patient = SUNITA, **more: Any) -> Slip:
    """A slip with a number of its own: all tests share one server."""
    number = more.pop("number", SlipNumber(500, next(SERIALS)))
    return Slip(**({"number": number, "issued": ISSUED, "patient": patient, "visit": Visit(clinic=1)} | more))


def there(system: TestSystem, kind: str, token: str) -> list[dict[str, Any]]:
    """What the server has, read past our connector."""
    headers = {"Authorization": f"Bearer {system.token}"}
    answer = httpx.get(f"{system.url}/{kind}", params={"identifier": token}, headers=headers, trust_env=False)
    return [entry["resource"] for entry in answer.json().get("entry", [])]


def visits(system: TestSystem, sent: Slip) -> list[dict[str, Any]]:
    return there(system, "Encounter", f"{HOSPITAL.slip_system}|{sent.number}")


def patients(system: TestSystem, sent: Slip) -> list[dict[str, Any]]:
    system_of, value = resources.person_key(sent, HOSPITAL)
    return there(system, "Patient", f"{system_of}|{value}")


def put(system: TestSystem, resource: dict[str, Any]) -> dict[str, Any]:
    """The target's own staff at work."""
    headers = {"Authorization": f"Bearer {system.token}"}
    place = f"{system.url}/{resource['resourceType']}"
    if "id" in resource:
        answer = httpx.put(f"{place}/{resource['id']}", json=resource, headers=headers, trust_env=False)
    else:
        answer = httpx.post(place, json=resource, headers=headers, trust_env=False)
    assert answer.is_success, answer.text
    found: dict[str, Any] = answer.json()
    return found


def ok(answer: Acknowledgement, outcome: Outcome = Outcome.CREATED) -> Acknowledgement:
    assert answer.outcome is outcome, answer
    return answer


# --- what is sent


def test_a_slip_is_created_once_and_read_back(system: TestSystem) -> None:
    connector, one = connect(system), slip()
    first = ok(connector.send(one))
    again = ok(connector.send(one), Outcome.ALREADY_THERE)
    assert (again.patient, again.encounter) == (first.patient, first.encounter)
    assert first.created
    (visit,), (patient,) = visits(system, one), patients(system, one)
    assert visit["status"] == "arrived"
    assert visit["class"]["code"] == "AMB"
    assert visit["period"]["start"] == "2026-11-23T10:00:00+05:30"
    assert visit["subject"]["reference"].endswith(f"Patient/{patient['id']}")
    assert visit["serviceType"]["coding"][0]["code"] == "ENT"
    assert [name["text"] for name in patient["name"]] == ["Sunita Devi", "सुनीता देवी"]
    assert patient["birthDate"] == "1992"
    assert {each["type"]["coding"][0]["code"]: each["value"] for each in patient["identifier"]} == {
        "MRT": one.number.text,
        "HIN": "22-7225-4829-5255",
    }
    for each in [*patient["identifier"], *visit["identifier"]]:
        assert set(each["type"]["coding"][0]) == {"system", "code", "display"}
    assert patient["contact"][0]["relationship"][0]["coding"][0]["code"] == "HUSB"
    assert patient["address"][0]["state"] == "Uttar Pradesh"


def test_a_second_visit_is_no_second_patient(system: TestSystem) -> None:
    connector, first = connect(system), slip()
    second = slip(replace(SUNITA, mobile="9999900000"), patient_number=first.number, visit=Visit(clinic=2))
    one, two = ok(connector.send(first)), ok(connector.send(second))
    assert one.patient == two.patient
    assert not two.created
    (patient,) = patients(system, first)
    assert patient["telecom"][0]["value"] == "9810012345", "an existing patient was overwritten"


def test_the_order_of_two_visits_does_not_matter(system: TestSystem) -> None:
    connector, first = connect(system), slip()
    second = slip(patient_number=first.number)
    assert ok(connector.send(second)).patient == ok(connector.send(first)).patient


def test_a_patient_with_a_uhid_is_found_and_not_touched(system: TestSystem) -> None:
    uhid = f"4{next(SERIALS):08d}"
    known = put(
        system,
        {
            "resourceType": "Patient",
            "identifier": [{"system": HOSPITAL.uhid_system, "value": uhid}],
            "name": [{"family": "Devi", "given": ["Suneeta"]}],
            "gender": "female",
            "birthDate": "1990-05-01",
        },
    )
    one = slip(uhid=uhid)
    answer = ok(connect(system).send(one))
    assert (answer.patient, answer.uhid, answer.created) == (known["id"], uhid, False)
    assert patients(system, one) == [known]


@pytest.mark.parametrize(
    ("gender", "born", "name", "field"),
    [
        ("male", "1992", "Sunita Devi", "Sex"),
        ("female", "1950", "Sunita Devi", "Age or date of birth"),
        ("female", "1992", "Mohan Lal", "Name"),
    ],
)
def test_a_uhid_that_is_anothers_is_held(system: TestSystem, gender: str, born: str, name: str, field: str) -> None:
    uhid = f"5{next(SERIALS):08d}"
    identifier = [{"system": HOSPITAL.uhid_system, "value": uhid}]
    told = {"name": [{"text": name}], "gender": gender, "birthDate": born}
    put(system, {"resourceType": "Patient", "identifier": identifier} | told)
    one = slip(uhid=uhid)
    answer = ok(connect(system).send(one), Outcome.HELD)
    assert field in answer.reason
    assert name not in answer.reason
    assert visits(system, one) == []


def test_a_uhid_beside_a_temporary_patient_is_held(system: TestSystem) -> None:
    connector, first = connect(system), slip()
    ok(connector.send(first))
    second = slip(uhid=f"6{next(SERIALS):08d}", patient_number=first.number)
    assert "temporary number" in ok(connector.send(second), Outcome.HELD).reason


def test_two_patients_of_one_number_are_held_and_not_tried_again(system: TestSystem, proxy: Proxy) -> None:
    one = slip()
    for _ in range(2):
        identifier = [{"system": HOSPITAL.patient_system, "value": one.number.text}]
        put(system, {"resourceType": "Patient", "identifier": identifier})
    answer = ok(connect(system, proxy.url).send(one), Outcome.HELD)
    assert "412" in answer.reason
    assert len([each for each in proxy.seen if each.path == "/fhir"]) == 1
    assert visits(system, one) == []


def test_a_newborn_is_linked_to_the_mother_who_must_be_there_first(system: TestSystem) -> None:
    connector, mother = connect(system), slip()
    baby = slip(Patient(name="Baby of Sunita", sex=Sex.MALE, age=Age(value=2, unit=AgeUnit.DAYS)), mother=mother.number)
    assert "mother" in ok(connector.send(baby), Outcome.HELD).reason
    there_now = ok(connector.send(mother))
    ok(connector.send(baby))
    (patient,) = patients(system, baby)
    assert patient["link"][0]["other"]["reference"].endswith(f"Patient/{there_now.patient}")
    assert patient["birthDate"] == "2026-11"


def test_a_drill_slip_is_tagged_and_never_leaves_for_a_real_system(system: TestSystem) -> None:
    one = slip(drill=True)
    answer = connect(system, test=False).send(one)
    assert answer.outcome is Outcome.UNREACHABLE
    assert isinstance(answer.error, TargetNotAllowed)
    ok(connect(system).send(one))
    for each in (*visits(system, one), *patients(system, one)):
        assert "HTEST" in [tag["code"] for tag in each["meta"]["tag"]]


def test_what_cannot_be_sent_says_why(system: TestSystem) -> None:
    connector = connect(system)
    assert connector.objection(slip()) == ""
    assert "by hand" in connector.objection(slip(kind=Kind.DISCHARGE))
    assert "name" in connector.objection(slip(Patient()))
    assert "clinic 99" in connector.objection(slip(visit=Visit(clinic=99)))


# --- corrections and voids


def test_a_correction_changes_what_the_slip_made_and_nothing_else(system: TestSystem) -> None:
    connector, before = connect(system), slip()
    made = ok(connector.send(before))
    (patient,) = patients(system, before)
    patient["identifier"].append({"system": "https://his.example/id", "value": "HIS-7"})
    put(system, patient)
    after = replace(before, revision=1, patient=replace(SUNITA, name="Sunita Rani", mobile=""), visit=Visit(clinic=2))
    done = ok(connector.update(after, before), Outcome.ALREADY_THERE)
    assert (done.patient, done.encounter) == (made.patient, made.encounter)
    (patient,), (visit,) = patients(system, after), visits(system, after)
    assert [name["text"] for name in patient["name"]] == ["Sunita Rani", "सुनीता देवी"]
    assert "telecom" not in patient
    assert "HIS-7" in [each["value"] for each in patient["identifier"]]
    assert visit["serviceType"]["coding"][0]["code"] == "MED"
    version = patient["meta"]["versionId"]
    ok(connector.update(after, before), Outcome.ALREADY_THERE)
    assert patients(system, after)[0]["meta"]["versionId"] == version, "a correction was written twice"


def test_a_correction_stops_where_the_hospital_changed_it_since(system: TestSystem) -> None:
    connector, before = connect(system), slip()
    ok(connector.send(before))
    (patient,) = patients(system, before)
    put(system, patient | {"birthDate": "1991-02-03"})
    after = replace(before, revision=1, patient=replace(SUNITA, name="Sunita Rani"))
    answer = ok(connector.update(after, before), Outcome.HELD)
    assert "Age or date of birth" in answer.reason
    assert patients(system, before)[0]["name"][0]["text"] == "Sunita Devi"


def test_a_correction_does_not_change_a_patient_whom_another_slip_made(system: TestSystem) -> None:
    connector, first = connect(system), slip()
    second = slip(patient_number=first.number)
    ok(connector.send(first))
    ok(connector.send(second))
    after = replace(second, revision=1, patient=replace(SUNITA, mobile="9000000000"))
    assert "Mobile number" in ok(connector.update(after, second), Outcome.HELD).reason
    (person,) = patients(system, first)
    put(system, person | {"telecom": [*person["telecom"], {"system": "phone", "value": "9000000000", "use": "mobile"}]})
    ok(connector.update(after, second), Outcome.ALREADY_THERE)  # by hand, as the sentence asks
    moved = replace(second, revision=1, visit=Visit(clinic=2))
    ok(connector.update(moved, second), Outcome.ALREADY_THERE)
    assert "another patient" in ok(connector.update(replace(second, uhid="712345678"), second), Outcome.HELD).reason


def test_a_void_takes_the_visit_back_once(system: TestSystem) -> None:
    connector, one = connect(system), slip()
    assert ok(connector.withdraw(one), Outcome.ALREADY_THERE).encounter == ""
    ok(connector.send(one))
    ok(connector.withdraw(one))
    ok(connector.withdraw(one))
    (visit,) = visits(system, one)
    assert visit["status"] == "entered-in-error"


def test_a_void_leaves_a_visit_that_the_hospital_has_gone_on_with(system: TestSystem) -> None:
    connector, one = connect(system), slip()
    ok(connector.send(one))
    (visit,) = visits(system, one)
    put(system, visit | {"status": "finished"})
    ok(connector.withdraw(one), Outcome.HELD)
    assert visits(system, one)[0]["status"] == "finished"


# --- networks and bad servers

COMMITTED: dict[str, Trouble] = {"reply dropped": drop_reply, "reply cut": cut_reply}
NEVER_THERE: dict[str, Trouble] = {
    "hung up": hang_up,
    "500": say(500, b'{"resourceType":"OperationOutcome"}'),
    "502 page": say(502, b"<html>Bad gateway</html>", "text/html"),
    "503": say(503, b""),
    "429": say(429, b""),
    "409": say(409, b'{"resourceType":"OperationOutcome"}'),
}


@pytest.mark.parametrize("trouble", [*COMMITTED, *NEVER_THERE])
def test_after_a_trouble_that_passes_the_slip_is_there_once(system: TestSystem, proxy: Proxy, trouble: str) -> None:
    one = slip()
    proxy.trouble("POST", "", (COMMITTED | NEVER_THERE)[trouble])
    answer = connect(system, proxy.url).send(one)
    assert answer.outcome is (Outcome.ALREADY_THERE if trouble in COMMITTED else Outcome.CREATED)
    assert (len(visits(system, one)), len(patients(system, one))) == (1, 1)
    posts = [each for each in proxy.seen if each.path == "/fhir"]
    assert len(posts) == (1 if trouble in COMMITTED else 2), "it was sent again without a look"


def test_a_reply_after_the_time_limit_is_looked_for(system: TestSystem, proxy: Proxy) -> None:
    one = slip()
    proxy.trouble("POST", "", late(1.5))
    ok(connect(system, proxy.url, timeout=0.7).send(one), Outcome.ALREADY_THERE)
    assert len(visits(system, one)) == 1


def test_an_answer_that_drips_is_not_waited_for(system: TestSystem, proxy: Proxy) -> None:
    one = slip()
    proxy.trouble("POST", "", dripping(0.05))
    ok(connect(system, proxy.url, timeout=0.5).send(one), Outcome.ALREADY_THERE)


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(system: TestSystem, tmp_path: Path) -> None:
    file, context = certificate(tmp_path)
    with Proxy(system.url, tls=context) as proxy:
        stopped = ok(connect(system, proxy.url).send(slip()), Outcome.UNREACHABLE)
        assert "certificate is not trusted" in str(stopped.error)
        assert proxy.seen == []
        ok(connect(system, proxy.url, authority=file).send(slip()))
    with pytest.raises(TargetNotFhir, match="authority"):
        connect(system, proxy.url, authority=tmp_path / "nowhere")


def certificate(folder: Path, name: str = "his.rajdhani.example") -> tuple[Path, ssl.SSLContext]:
    """A certificate of the hospital's own making for 127.0.0.1, as a file to trust and as a server's context."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, secret = folder / "his.pem", folder / "his.key"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, secret)
    return file, context


@pytest.mark.parametrize("trouble", ["hung up", "500", "502 page", "503", "429"])
def test_a_trouble_that_stays_stops_the_run(system: TestSystem, proxy: Proxy, trouble: str) -> None:
    one = slip()
    proxy.trouble("POST", "", *[NEVER_THERE[trouble]] * 3)
    answer = ok(connect(system, proxy.url).send(one), Outcome.UNREACHABLE)
    assert isinstance(answer.error, TargetBusy if trouble in ("503", "429") else TargetUnreachable)
    assert visits(system, one) == []


def test_a_conflict_that_stays_is_held(system: TestSystem, proxy: Proxy) -> None:
    one = slip()
    proxy.trouble("POST", "", *[NEVER_THERE["409"]] * 3)
    assert "409" in ok(connect(system, proxy.url).send(one), Outcome.HELD).reason


STOPPING: dict[str, tuple[Trouble, type[ParchiError]]] = {
    "401": (say(401, b"{}"), TargetRefuses),
    "403": (say(403, b"no", "text/plain"), TargetRefuses),
    "404": (say(404, b"{}"), TargetNotFhir),
    "html": (say(200, b"<!doctype html><title>Log in</title>", "text/html"), TargetNotFhir),
    "garbage": (say(200, b"\x00\xff{{{{"), TargetNotFhir),
    "deep": (say(200, b"[" * 100_000), TargetNotFhir),
    "empty": (say(200, b""), TargetNotFhir),
    "another resource": (say(200, b'{"resourceType":"Patient"}'), TargetNotFhir),
    "redirect": (say(307, b"", Location="http://127.0.0.1:9/fhir"), TargetNotFhir),
    "bomb": (say(200, b" " * 20_000_001), TargetNotFhir),
}


@pytest.mark.parametrize("trouble", list(STOPPING))
def test_an_answer_that_nobody_can_work_with_stops_the_run(system: TestSystem, proxy: Proxy, trouble: str) -> None:
    act, error = STOPPING[trouble]
    one = slip()
    proxy.trouble("POST", "", act)
    answer = ok(connect(system, proxy.url).send(one), Outcome.UNREACHABLE)
    assert type(answer.error) is error
    assert str(answer.error).startswith(proxy.url)
    assert visits(system, one) == []
    assert len([each for each in proxy.seen if each.path == "/fhir"]) == 1


def test_a_refusal_keeps_the_targets_words(system: TestSystem, proxy: Proxy) -> None:
    words = {"resourceType": "OperationOutcome", "issue": [{"diagnostics": "a phone is required"}]}
    proxy.trouble("POST", "", say(422, json.dumps(words).encode()), say(400, b"<p>no</p>"))
    connector = connect(system, proxy.url)
    assert "a phone is required" in ok(connector.send(slip()), Outcome.FAILED).reason
    assert "no reason" in ok(connector.send(slip()), Outcome.FAILED).reason


def test_a_wrong_token_and_no_token_stop_the_run(system: TestSystem) -> None:
    for token in ("wrong", "x" * 4000):
        answer = ok(connect(system, token=token).send(slip()), Outcome.UNREACHABLE)
        assert isinstance(answer.error, TargetRefuses)
        assert token not in str(answer.error)


def test_a_server_that_is_off(system: TestSystem) -> None:
    connector = connect(system, "http://127.0.0.1:9/fhir")
    assert isinstance(connector.send(slip()).error, TargetUnreachable)
    with pytest.raises(TargetUnreachable):
        connector.identify()


def lie(**changes: Any) -> Trouble:
    def change(body: bytes) -> bytes:
        return json.dumps(json.loads(body) | changes).encode()

    return changed(change)


@pytest.mark.parametrize(
    ("path", "trouble", "words"),
    [
        ("/Patient/", lie(birthDate="1992-11-23"), "Age or date of birth"),
        ("/Patient/", lie(gender="lady"), "Sex"),
        ("/Patient/", lie(name=[{"text": "Sunita Dev"}]), "Name"),
        ("/Patient/", lie(identifier=[]), "UHID or temporary number"),
        ("/Patient/", lie(telecom=[{"system": "phone", "value": "9999999999"}]), "Mobile number"),
        ("/Encounter/", lie(status="finished"), "State of the visit"),
        ("/Encounter/", lie(period={"start": "2026-11-23T10:00:00Z"}), "Date and time of the visit"),
        ("/Encounter/", lie(subject={"reference": "Patient/other"}), "another patient"),
        ("/Encounter/", say(404, b"{}"), "this: Visit"),
        ("/Patient/", say(410, b"{}"), "this: Patient"),
    ],
)
def test_a_target_that_says_one_thing_and_has_another_is_held(
    system: TestSystem, proxy: Proxy, path: str, trouble: Trouble, words: str
) -> None:
    one = slip()
    proxy.trouble("GET", path, trouble)
    answer = ok(connect(system, proxy.url).send(one), Outcome.HELD)
    assert words in answer.reason
    assert not any(told in answer.reason for told in ("Sunita", "9810012345", "1992"))


def test_a_target_that_drops_our_tags_is_compared_all_the_same(system: TestSystem, proxy: Proxy) -> None:
    proxy.trouble("GET", "/Patient/", lie(meta={}, birthDate="1992-11-23"))
    assert "Age or date of birth" in ok(connect(system, proxy.url).send(slip()), Outcome.HELD).reason


def test_an_answer_without_ids_is_looked_up(system: TestSystem, proxy: Proxy) -> None:
    one = slip()
    proxy.trouble("POST", "", lie(entry=[]))
    ok(connect(system, proxy.url).send(one), Outcome.ALREADY_THERE)


def test_a_search_that_finds_by_a_part_is_compared_exactly(system: TestSystem, proxy: Proxy) -> None:
    one, other = slip(), slip()
    connector = connect(system, proxy.url)
    ok(connector.send(other))

    def any_visit(_request: object, _forward: object) -> Reply:
        entries = [{"resource": each} for each in visits(system, other)]
        body = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
        return Reply(200, json.dumps(body).encode())

    proxy.trouble("POST", "/Encounter/_search", any_visit)
    assert connector.find(one) is None


# --- who it is


def test_a_target_is_known_again_after_a_restart(tmp_path: Path) -> None:
    with TestSystem(tmp_path) as system:
        before = connect(system).identify()
        system.stop()
        system.start()
        assert connect(system).identify() == before
        assert before.software == "SEKMET FHIR R4 Tester 0.1.0"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"resourceType":"CapabilityStatement","fhirVersion":"5.0.0"}', "another version"),
        (b'{"resourceType":"Patient"}', "no capability statement"),
        (b"<html></html>", "web page"),
    ],
)
def test_what_is_no_fhir_r4_server(system: TestSystem, proxy: Proxy, body: bytes, words: str) -> None:
    proxy.trouble("GET", "/metadata", say(200, body))
    with pytest.raises(TargetNotFhir) as wrong:
        connect(system, proxy.url).identify()
    assert words in str(wrong.value)


@pytest.mark.parametrize(
    "url", ["", "ftp://x/fhir", "127.0.0.1:8090/fhir", "http://", "http://a b/", "http://x/fhir?y=1"]
)
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(TargetNotFhir):
        FhirConnector(Target(name="t", url=url, test=True), HOSPITAL)


def test_a_password_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(TargetNotFhir) as wrong:
        FhirConnector(Target(name="t", url="http://admin:hunter2@127.0.0.1/fhir", test=True), HOSPITAL)
    assert "hunter2" not in str(wrong.value)
    with pytest.raises(TargetNotFhir) as wrong:
        FhirConnector(Target(name="t", url="http://127.0.0.1/fhir", test=True), HOSPITAL, "two words\n")
    assert "two words" not in str(wrong.value)


# --- shapes


@pytest.mark.parametrize(
    ("age", "born"),
    [
        (Age(value=34), "1992"),
        (Age(value=0), "2026"),
        (Age(value=10, unit=AgeUnit.MONTHS), "2026-01"),
        (Age(value=11, unit=AgeUnit.MONTHS), "2025-12"),
        (Age(value=23, unit=AgeUnit.DAYS), "2026-10"),
        (Age(value=3, unit=AgeUnit.DAYS), "2026-11"),
    ],
)
def test_an_age_never_becomes_a_day_of_birth(age: Age, born: str) -> None:
    assert resources.birth_date(slip(Patient(name="A", age=age))) == born
    assert resources.birth_date(slip(Patient(name="A", age=age), issued=None)) == ""
    assert resources.birth_date(slip(Patient(name="A", birth_date=date(1980, 2, 29)))) == "1980-02-29"


def test_nothing_is_made_up() -> None:
    found = resources.patient(slip(Patient(name="Asha")), HOSPITAL)
    assert set(found) == {"resourceType", "meta", "identifier", "name", "gender"}
    assert found["gender"] == "unknown"


def test_a_scheme_number_has_its_own_type() -> None:
    for category, code in ((Category.PMJAY, "PMJAY"), (Category.ESI, "OIN")):
        found = resources.patient(slip(Patient(name="Asha", category=category, scheme_id="P1")), HOSPITAL)
        assert found["identifier"][-1]["type"]["coding"][0]["code"] == code


def test_a_number_with_signs_that_mean_something_is_escaped() -> None:
    assert resources.search_token("urn:x", "a|b,c$d\\e") == "urn:x|a\\|b\\,c\\$d\\\\e"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(JSON)
def test_everything_contains_itself(value: Any) -> None:
    assert contains(value, value)


@given(st.dictionaries(st.sampled_from(["gender", "name", "identifier", "birthDate", "meta"]), JSON, max_size=5))
def test_no_answer_breaks_the_comparison(back: dict[str, Any]) -> None:
    sent = resources.patient(slip(number=SlipNumber(1, 1)), HOSPITAL)
    assert differences(sent, back)
    assert differences(sent, merged(sent | {"active": True}, sent, sent)) == ()


def test_times_are_compared_as_moments() -> None:
    assert contains({"start": "2026-11-23T10:00:00+05:30"}, {"start": "2026-11-23T04:30:00.000Z"})
    assert not contains({"start": "2026-11-23T10:00:00+05:30"}, {"start": "2026-11-23T10:00:00"})


@pytest.mark.parametrize("trouble", [say(500), say(200, b"[]"), hang_up])
def test_a_server_that_cannot_answer_several_questions_at_once_is_asked_one_by_one(
    system: TestSystem, trouble: Trouble
) -> None:
    def no_batch(request: Request, forward: Forward) -> Reply | None:
        return (
            trouble(request, forward) if b'"type": "batch"' in request.body.replace(b":", b": ") else forward(request)
        )

    with Proxy(system.url) as proxy:
        connector = connect(system, proxy.url)
        connector.identify()
        proxy.trouble("POST", "", *[no_batch] * 20)
        ok(connector.send(slip()))
