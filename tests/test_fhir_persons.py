"""Who a slip's patient is in a FHIR server that came back older, joined people, or had visits typed in by hand."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from fallback.ehospital import Found, Hold, Outcome
from fallback.episode import Episode, Known, Learnt, Seen
from fallback.rehearsal.target import TestSystem
from fallback.slip import Age, Patient, Sex, Slip, Visit
from tests.backlog import HOSPITAL, SUNITA
from tests.proxy import Proxy, Reply
from tests.test_ehospital import SERIALS, connect, ok, patients, put, slip, there, visits

pytestmark = pytest.mark.target


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def proxy(system: TestSystem) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


def uhid() -> str:
    return f"3{next(SERIALS):08d}"


def mobile() -> str:
    return f"98{next(SERIALS):08d}"


def resident(system: TestSystem, number: str = "", **more: Any) -> dict[str, Any]:
    """A patient whom the hospital's own staff registered."""
    told: dict[str, Any] = {"name": [{"text": "Sunita Devi"}], "gender": "female", "birthDate": "1992"}
    if number:
        told["identifier"] = [{"system": HOSPITAL.uhid_system, "value": number}]
    return put(system, {"resourceType": "Patient"} | told | more)


def typed_in(system: TestSystem, patient: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A visit that the hospital's own staff typed in."""
    told = {
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": f"Patient/{patient['id']}"},
        "period": {"start": "2026-11-23T11:00:00+05:30"},
        "serviceType": {"text": "ear, nose and throat"},
    }
    return put(system, {"resourceType": "Encounter"} | told | more)


# --- a system that came back older than the cards


def test_a_uhid_that_the_system_lacks_is_held_and_makes_nobody(system: TestSystem) -> None:
    one = slip(uhid=uhid())
    for known in Known:
        answer = ok(connect(system).send(Episode.of(one, known=known)), Outcome.HELD)
        assert answer.hold is Hold.UHID_MISSING
        assert one.uhid not in answer.reason
        who = {Known.NOBODY: "on the slip", Known.RULE: "the matcher", Known.PERSON: "a person chose"}
        assert who[known] in answer.reason
    assert patients(system, one) == visits(system, one) == []


def test_a_uhid_that_was_given_out_again_is_held(system: TestSystem) -> None:
    number = uhid()
    resident(system, number, name=[{"text": "Mohan Lal"}], gender="male", birthDate="1950")
    answer = ok(connect(system).send(slip(uhid=number)), Outcome.HELD)
    assert answer.hold is Hold.UHID_ANOTHER
    assert "Mohan" not in answer.reason


def test_a_uhid_that_two_patients_have_is_held(system: TestSystem) -> None:
    number = uhid()
    resident(system, number), resident(system, number)
    assert ok(connect(system).send(slip(uhid=number)), Outcome.HELD).hold is Hold.TWO_MATCHES


@pytest.mark.parametrize(
    "gone",
    [
        {"link": [{"other": {"reference": "Patient/x"}, "type": "replaced-by"}]},
        {"active": False},
    ],
)
def test_a_patient_who_was_joined_to_another_is_held(system: TestSystem, gone: dict[str, Any]) -> None:
    number = uhid()
    resident(system, number, **gone)
    answer = ok(connect(system).send(slip(uhid=number)), Outcome.HELD)
    assert "joined" in answer.reason


def test_a_patient_who_died_before_is_another(system: TestSystem) -> None:
    for number, died, outcome in (
        (uhid(), {"deceasedBoolean": True}, Outcome.HELD),
        (uhid(), {"deceasedDateTime": "2026-10-01"}, Outcome.HELD),
        (uhid(), {"deceasedDateTime": "2026-11-24"}, Outcome.CREATED),
    ):
        resident(system, number, **died)
        ok(connect(system).send(slip(uhid=number)), outcome)


@pytest.mark.parametrize(
    ("there_is", "rule", "person"),
    [
        ({"name": [{"text": "Rani Kumari"}]}, Outcome.HELD, Outcome.CREATED),
        ({"gender": "male"}, Outcome.HELD, Outcome.CREATED),
        ({"birthDate": "1970"}, Outcome.HELD, Outcome.CREATED),
        ({"gender": "male", "name": [{"text": "Rani Kumari"}]}, Outcome.HELD, Outcome.CREATED),
        ({"gender": "male", "birthDate": "1970"}, Outcome.HELD, Outcome.HELD),
    ],
)
def test_what_a_person_accepted_is_accepted_but_never_sex_and_age_both(
    system: TestSystem, there_is: dict[str, Any], rule: Outcome, person: Outcome
) -> None:
    number = uhid()
    resident(system, number, **there_is)
    for known, outcome in ((Known.NOBODY, rule), (Known.RULE, rule), (Known.PERSON, person)):
        ok(connect(system).send(Episode.of(slip(uhid=number), known=known)), outcome)


# --- typed in by hand


def test_a_visit_of_the_same_uhid_clinic_and_day_was_perhaps_typed(system: TestSystem) -> None:
    number = uhid()
    patient = resident(system, number)
    one = slip(uhid=number)
    assert connect(system).typed(one) == ()
    visit = typed_in(system, patient)
    expected = Found(patient=patient["id"], encounter=visit["id"])
    assert connect(system).typed(one) == (expected,)
    assert connect(system).typed(slip(uhid=number, visit=Visit(clinic=2))) == ()


@pytest.mark.parametrize(
    ("told", "may_be"),
    [
        ({"period": {"start": "2026-11-22"}}, True),
        ({"period": {"start": "2026-11-24T23:30:00+05:30"}}, True),
        ({"period": {"start": "2026-11-21T10:00:00+05:30"}}, False),
        ({"period": {"start": "2026-11-26"}}, False),
        ({"serviceType": {"text": "General Medicine"}}, False),
        ({"serviceType": {"coding": [{"system": "https://his.example/dept", "code": "ENT"}]}}, True),
        ({"serviceType": {"text": "Room 14"}}, True),
        ({"status": "entered-in-error"}, False),
        ({"status": "cancelled"}, False),
        ({"identifier": [{"system": HOSPITAL.slip_system, "value": "10100000199"}]}, False),
    ],
)
def test_which_visits_may_be_it(system: TestSystem, told: dict[str, Any], may_be: bool) -> None:
    number = uhid()
    typed_in(system, resident(system, number), **told)
    assert bool(connect(system).typed(slip(uhid=number))) is may_be


def test_a_new_person_is_looked_for_by_mobile_among_those_whom_staff_made(system: TestSystem) -> None:
    phone = mobile()
    telecom = [{"system": "phone", "value": phone}]
    patient = resident(system, telecom=telecom)
    visit = typed_in(system, patient)
    typed_in(system, resident(system, telecom=telecom, name=[{"text": "Mohan Lal"}], gender="male"))
    new = slip(replace(SUNITA, mobile=phone))
    assert connect(system).typed(new) == (Found(patient=patient["id"], encounter=visit["id"]),)
    assert connect(system).typed(slip(replace(SUNITA, mobile=""))) == ()
    assert connect(system).typed(slip(Patient(name="Rani", sex=Sex.FEMALE, mobile=phone))) == ()


def test_a_mobile_of_everybody_says_nothing(system: TestSystem) -> None:
    phone = mobile()
    for _ in range(21):
        typed_in(system, resident(system, telecom=[{"system": "phone", "value": phone}]))
    assert connect(system).typed(slip(replace(SUNITA, mobile=phone))) == ()


def test_visits_of_our_own_slips_are_never_taken_for_typed_ones(system: TestSystem) -> None:
    number = uhid()
    resident(system, number)
    ok(connect(system).send(slip(uhid=number)))
    assert connect(system).typed(slip(uhid=number)) == ()


# --- linked


def test_linking_puts_our_number_on_the_visit_and_makes_nothing(system: TestSystem) -> None:
    number = uhid()
    patient = resident(system, number)
    visit = typed_in(system, patient)
    one = slip(uhid=number)
    connector, found = connect(system), Found(patient=patient["id"], encounter=visit["id"])
    for _ in range(2):
        answer = ok(connector.link(one, found), Outcome.ALREADY_THERE)
        assert (answer.patient, answer.encounter, answer.uhid, answer.created) == (
            patient["id"], visit["id"], number, False,
        )  # fmt: skip
    (now,) = visits(system, one)
    assert {name: value for name, value in now.items() if name not in ("meta", "identifier")} == {
        name: value for name, value in visit.items() if name != "meta"
    }
    assert there(system, "Patient", f"{HOSPITAL.uhid_system}|{number}") == [patient]
    assert connector.find(one) == found
    ok(connector.confirm(one, found), Outcome.ALREADY_THERE)
    ok(connector.send(one), Outcome.ALREADY_THERE)
    assert len(visits(system, one)) == 1


def test_a_new_patients_later_visit_finds_the_linked_one(system: TestSystem) -> None:
    patient = resident(system)
    visit = typed_in(system, patient)
    first = slip()
    ok(connect(system).link(first, Found(patient=patient["id"], encounter=visit["id"])), Outcome.ALREADY_THERE)
    later = ok(connect(system).send(slip(patient_number=first.number)))
    assert (later.patient, later.created) == (patient["id"], False)


def test_a_linked_visit_is_the_staffs_own(system: TestSystem) -> None:
    patient = resident(system)
    visit = typed_in(system, patient)
    one, connector = slip(), connect(system)
    ok(connector.link(one, Found(patient=patient["id"], encounter=visit["id"])), Outcome.ALREADY_THERE)
    seen = Episode.of(one, learnt=Learnt(seen=Seen.NOT_SEEN))
    ok(connector.update(seen, one), Outcome.ALREADY_THERE)
    corrected = replace(one, revision=1, patient=replace(SUNITA, name="Sunita Rani"))
    assert "typed in by hand" in ok(connector.update(corrected, one), Outcome.HELD).reason
    assert visits(system, one)[0]["status"] == "finished"
    ok(connector.withdraw(one))
    assert visits(system, one) == []
    assert connector.find(one) is None


def test_what_is_not_linked(system: TestSystem) -> None:
    connector, number = connect(system), uhid()
    patient, other = resident(system, number), resident(system, uhid())
    visit = typed_in(system, patient)
    found = Found(patient=patient["id"], encounter=visit["id"])
    assert ok(connector.link(slip(uhid=uhid()), found), Outcome.HELD).hold is Hold.UHID_ANOTHER
    man = slip(Patient(name="Mohan", sex=Sex.MALE, age=Age(value=70)))
    assert "another person" in ok(connector.link(man, found), Outcome.HELD).reason
    nowhere = Found(patient=patient["id"], encounter="not-there")
    assert ok(connector.link(slip(uhid=number), nowhere), Outcome.HELD).hold is Hold.NOT_THERE
    one = slip(uhid=number)
    ok(connector.link(one, found), Outcome.ALREADY_THERE)
    assert "another slip" in ok(connector.link(slip(uhid=number), found), Outcome.HELD).reason
    second = typed_in(system, other)
    assert "already" in ok(connector.link(one, Found(patient=other["id"], encounter=second["id"])), Outcome.HELD).reason


def test_a_number_that_another_patient_has_is_not_given_to_a_second(system: TestSystem) -> None:
    connector, first = connect(system), slip()
    ok(connector.send(first))
    patient = resident(system)
    visit = typed_in(system, patient)
    later = slip(patient_number=first.number)
    answer = ok(connector.link(later, Found(patient=patient["id"], encounter=visit["id"])), Outcome.HELD)
    assert answer.hold is Hold.TWO_MATCHES


def test_the_steps_to_take_a_visit_off_a_wrong_patient_are_told(system: TestSystem) -> None:
    steps = connect(system).abilities.unlink
    assert len(steps) >= 3
    assert "Encounter" in steps[0]


# --- a target that lies about who is who


def test_a_search_that_finds_somebody_else_is_not_believed(system: TestSystem, proxy: Proxy) -> None:
    number = uhid()
    other = resident(system, uhid())

    def another(_request: object, _forward: object) -> Reply:
        body = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": other}]}
        return Reply(200, json.dumps(body).encode())

    proxy.trouble("POST", "/Patient/_search", another)
    assert ok(connect(system, proxy.url).send(slip(uhid=number)), Outcome.HELD).hold is Hold.UHID_MISSING


def test_a_search_that_pages_through_everything_stops_the_run(system: TestSystem, proxy: Proxy) -> None:
    def first_page(_request: object, _forward: object) -> Reply:
        body = {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": [{"relation": "next", "url": f"{proxy.url}/Patient?page=2"}],
            "entry": [{"resource": resident(system)}],
        }
        return Reply(200, json.dumps(body).encode())

    one: Slip = slip(uhid=uhid())
    proxy.trouble("POST", "/Patient/_search", first_page)
    answer = ok(connect(system, proxy.url).send(one), Outcome.UNREACHABLE)
    assert "finds everything" in str(answer.error)
    assert not [each for each in proxy.seen if each.path == "/fhir"]
