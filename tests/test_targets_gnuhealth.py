"""The way into a real GNU Health, through a proxy that loses, cuts, repeats: each patient and visit once, or held."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fallback.ehospital import Acknowledgement, Hold, Outcome
from fallback.ehospital.gnuhealth import GnuHealthConnector
from fallback.ehospital.gnuhealth.wire import PAUSES, Tryton
from fallback.episode import Episode, Known, Learnt, Seen, Told
from fallback.errors import TargetLoginRefused, TargetUnreachable
from fallback.slip import Age, Patient, Sex, SlipNumber, Visit
from tests.factories import hospital
from tests.proxy import Forward, Proxy, Reply, Request, Trouble, cut_reply, drop_reply, hang_up
from tests.targets.gnuhealth import GnuHealth
from tests.targets.install import installed

pytestmark = [
    pytest.mark.systems,
    pytest.mark.skipif(not installed(), reason="GNU Health is not installed: run make targets"),
]
ISSUED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SERIALS = itertools.count(1)
SUNITA = Patient(
    name="Sunita Devi",
    name_hindi="सुनीता देवी",
    sex=Sex.FEMALE,
    age=Age(value=34),
    mobile="9810012345",
    locality="Tajganj",
)


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GnuHealth]:
    with GnuHealth(tmp_path_factory.mktemp("gnuhealth")) as running:
        yield running


@pytest.fixture
def proxy(system: GnuHealth) -> Iterator[Proxy]:
    with Proxy(system.url) as running:
        yield running


def way(system: GnuHealth, url: str = "", **more: Any) -> GnuHealthConnector:
    target = replace(system.target, url=url or system.url)
    return GnuHealthConnector(target, hospital(), more.pop("password", system.password), **({"timeout": 10.0} | more))


def slip(patient: Patient = SUNITA, **more: Any) -> Episode:
    number = more.pop("number", SlipNumber(501, next(SERIALS)))
    return Episode(**({"number": number, "issued": ISSUED, "patient": patient, "visit": Visit(clinic=1)} | more))


def ask(system: GnuHealth, model: str, domain: list[Any], *fields: str) -> list[dict[str, Any]]:
    """What the system has, read past our connector."""
    tryton = Tryton(system.url, system.database, system.login, system.password)
    found: list[dict[str, Any]] = tryton.read(model, domain, list(fields))
    tryton.close()
    return found


def write(system: GnuHealth, method: str, *told: Any) -> Any:
    """The hospital's own staff at work."""
    tryton = Tryton(system.url, system.database, system.login, system.password)
    found = tryton.call(method, *told)
    tryton.close()
    return found


def visits(system: GnuHealth, one: Episode) -> list[dict[str, Any]]:
    return ask(system, "gnuhealth.appointment", [["name", "=", one.number.text]], "state", "patient", "comments")


def parties(system: GnuHealth, one: Episode) -> list[dict[str, Any]]:
    number = (one.patient_number or one.number).text
    return ask(system, "party.party", [["alternative_ids.code", "=", number]], "name", "ref", "code")


def ok(answer: Acknowledgement, outcome: Outcome = Outcome.CREATED) -> Acknowledgement:
    assert answer.outcome is outcome, answer
    return answer


def test_it_says_what_it_is(system: GnuHealth) -> None:
    first, again = way(system).identify(), way(system).identify()
    assert first == again
    assert first.software == "GNU Health 5.0.6 on Tryton 7.0.59"


def test_a_slip_is_created_once_and_read_back(system: GnuHealth) -> None:
    connector, one = way(system), slip()
    first = ok(connector.send(one))
    again = ok(connector.send(one), Outcome.ALREADY_THERE)
    assert (again.patient, again.encounter, again.uhid) == (first.patient, first.encounter, first.uhid)
    assert first.created
    assert first.uhid, "the number that the hospital's system gave is the patient's new number"
    (visit,), (party,) = visits(system, one), parties(system, one)
    assert visit["state"] == "checked_in"
    assert party["ref"] == first.uhid
    found = connector.find(one)
    assert found is not None
    ok(connector.confirm(one, found), Outcome.ALREADY_THERE)


def test_a_second_visit_is_no_second_patient(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    second = slip(patient_number=first.number, visit=Visit(clinic=2))
    one, two = ok(connector.send(first)), ok(connector.send(second))
    assert one.patient == two.patient
    assert not two.created
    assert len(parties(system, first)) == 1


def test_the_order_of_two_visits_does_not_matter(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    second = slip(patient_number=first.number)
    assert ok(connector.send(second)).patient == ok(connector.send(first)).patient


def twice(request: Request, forward: Forward) -> Reply:
    """A network that repeats: both arrive at the same moment."""
    other = threading.Thread(target=forward, args=(request,))
    other.start()
    try:
        return forward(request)
    finally:
        other.join()


def to(call: str, trouble: Trouble) -> Trouble:
    """A trouble for one kind of call."""
    done: list[int] = []

    def happens(request: Request, forward: Forward) -> Reply | None:
        if call.encode() in request.body and not done:
            done.append(1)
            return trouble(request, forward)
        return forward(request)

    return happens


CALLS = ("party.party.create", "gnuhealth.patient.create", "gnuhealth.appointment.search_read", "db.login")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("trouble", [drop_reply, cut_reply, hang_up, twice])
def test_a_new_patient_is_made_once_whatever_the_network_does(
    system: GnuHealth, proxy: Proxy, call: str, trouble: Trouble
) -> None:
    one = slip()
    proxy.always = to(call, trouble)
    ok_answer = way(system, proxy.url, pauses=(0.05, 0.05)).send(one)
    assert ok_answer.outcome in (Outcome.CREATED, Outcome.ALREADY_THERE), ok_answer
    assert len(visits(system, one)) == len(parties(system, one)) == 1


def again(request: Request, forward: Forward) -> Reply:
    """A network that repeats: the second arrives when the first was done."""
    reply = forward(request)
    forward(request)
    return reply


@pytest.mark.parametrize("trouble", [drop_reply, cut_reply, hang_up, again])
def test_a_second_visit_is_made_once_whatever_the_network_does(
    system: GnuHealth, proxy: Proxy, trouble: Trouble
) -> None:
    first = slip()
    second = slip(patient_number=first.number)
    connector = way(system, proxy.url, pauses=PAUSES)
    ok(connector.send(first))
    proxy.always = to("gnuhealth.patient.write", trouble)
    answer = connector.send(second)
    assert answer.outcome in (Outcome.CREATED, Outcome.ALREADY_THERE), answer
    assert len(visits(system, second)) == 1


def test_two_requests_at_one_moment_are_never_taken_for_one(system: GnuHealth, proxy: Proxy) -> None:
    """Tryton looks at a record's time before it locks it: nobody can keep it from this, so it has to be seen."""
    first = slip()
    second = slip(patient_number=first.number)
    connector = way(system, proxy.url)
    ok(connector.send(first))
    proxy.always = to("gnuhealth.patient.write", twice)
    answer = connector.send(second)
    if len(visits(system, second)) == 1:
        assert answer.outcome in (Outcome.CREATED, Outcome.ALREADY_THERE)
    else:
        assert ok(answer, Outcome.HELD).hold is Hold.TWO_MATCHES


def test_a_network_that_stays_away_stops_the_run(system: GnuHealth, proxy: Proxy) -> None:
    one = slip()
    proxy.always = lambda request, forward: None if b"patient.create" in request.body else forward(request)
    stopped = ok(way(system, proxy.url, pauses=(0.01, 0.01)).send(one), Outcome.UNREACHABLE)
    assert isinstance(stopped.error, TargetUnreachable)
    assert visits(system, one) == []
    ok(way(system).send(one))
    assert len(visits(system, one)) == len(parties(system, one)) == 1


def test_two_visits_under_one_number_are_held(system: GnuHealth) -> None:
    one = slip()
    answer = ok(way(system).send(one))
    values = {"name": one.number.text, "patient": int(answer.patient), "state": "done", "appointment_date": ISSUED}
    write(system, "model.gnuhealth.appointment.create", [values])
    held = ok(way(system).send(one), Outcome.HELD)
    assert held.hold is Hold.TWO_MATCHES


# --- persons


def test_a_restored_system_may_not_know_the_uhid(system: GnuHealth) -> None:
    one = slip(uhid="987654321")
    held = ok(way(system).send(one), Outcome.HELD)
    assert held.hold is Hold.UHID_MISSING
    assert visits(system, one) == parties(system, one) == []


@pytest.mark.parametrize(
    ("patient", "known", "outcome"),
    [
        (SUNITA, Known.NOBODY, Outcome.CREATED),
        (replace(SUNITA, sex=Sex.MALE), Known.RULE, Outcome.HELD),
        (replace(SUNITA, name="Mohan Lal", name_hindi=""), Known.NOBODY, Outcome.HELD),
        (replace(SUNITA, name="Mohan Lal", name_hindi=""), Known.PERSON, Outcome.CREATED),
    ],
)
def test_a_uhid_is_compared_with_its_person(
    system: GnuHealth, patient: Patient, known: Known, outcome: Outcome
) -> None:
    first = ok(way(system).send(slip()))
    answer = ok(way(system).send(slip(patient, uhid=first.uhid, known=known)), outcome)
    if outcome is Outcome.HELD:
        assert answer.hold is Hold.UHID_ANOTHER
    else:
        assert answer.patient == first.patient
        assert not answer.created


# --- changes


def test_what_became_of_the_visit_goes_there_and_back(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    ok(connector.send(first))
    seen = replace(first, learnt=Learnt(seen=Seen.SEEN, told=(Told.REFERRED,), days=7))
    ok(connector.update(seen, first), Outcome.ALREADY_THERE)
    (visit,) = visits(system, first)
    assert visit["state"] == "done"
    assert "follow-up in 7 days" in visit["comments"]
    ok(connector.update(first, seen), Outcome.ALREADY_THERE)
    (visit,) = visits(system, first)
    assert visit["state"] == "checked_in"
    assert "follow-up" not in visit["comments"]


def test_a_correction_changes_the_person_that_the_slip_made(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    ok(connector.send(first))
    changed = replace(SUNITA, name="Suneeta Devi", mobile="9999900000", locality="")
    ok(connector.update(replace(first, revision=1, patient=changed), first), Outcome.ALREADY_THERE)
    (party,) = ask(
        system, "party.party", [["alternative_ids.code", "=", first.number.text]],
        "name", "contact_mechanisms.value", "addresses.street",
    )  # fmt: skip
    assert party["name"] == "Suneeta"
    assert [each["value"] for each in party["contact_mechanisms."]] == ["9999900000"]
    assert party["addresses."] == []


@pytest.mark.parametrize("values", [{"state": "done"}, {"comments": "all ours was wiped"}, {"urgency": "b"}])
def test_what_the_staff_changed_is_not_overwritten(system: GnuHealth, values: dict[str, Any]) -> None:
    connector, first = way(system), slip()
    made = ok(connector.send(first))
    write(system, "model.gnuhealth.appointment.write", [int(made.encounter)], values)
    held = ok(connector.update(replace(first, learnt=Learnt(seen=Seen.NOT_SEEN)), first), Outcome.HELD)
    assert held.hold is Hold.CHANGED_THERE
    if "state" in values:
        assert ok(connector.withdraw(first), Outcome.HELD).hold is Hold.CHANGED_THERE


def test_notes_of_the_staff_stay(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    made = ok(connector.send(first))
    text = f"{visits(system, first)[0]['comments']}\nAllergic to penicillin"
    write(system, "model.gnuhealth.appointment.write", [int(made.encounter)], {"comments": text})
    ok(connector.update(replace(first, learnt=Learnt(seen=Seen.SEEN)), first), Outcome.ALREADY_THERE)
    assert "Allergic to penicillin" in visits(system, first)[0]["comments"]


def test_a_void_cancels_the_visit_and_keeps_the_patient(system: GnuHealth) -> None:
    connector, first = way(system), slip()
    assert ok(connector.withdraw(first), Outcome.ALREADY_THERE).encounter == ""
    ok(connector.send(first))
    ok(connector.withdraw(first))
    ok(connector.withdraw(first))
    assert visits(system, first)[0]["state"] == "center_cancelled"
    assert len(parties(system, first)) == 1


# --- typed by hand


def test_a_visit_that_was_typed_by_hand_is_found_and_linked(system: GnuHealth) -> None:
    connector, known = way(system), slip(replace(SUNITA, name="Kamla Bai", mobile="9811111111"))
    made = ok(connector.send(known))
    values = {
        "patient": int(made.patient),
        "state": "confirmed",
        "appointment_date": datetime(2026, 11, 23, 9, tzinfo=UTC),
    }
    (key,) = write(system, "model.gnuhealth.appointment.create", [values])
    late = slip(known.patient)
    (found,) = connector.typed(late)
    assert (found.patient, found.encounter) == (made.patient, str(key))
    assert connector.typed(slip(replace(known.patient, mobile="9822222222"))) == ()
    assert connector.typed(slip(known.patient, issued=datetime(2026, 11, 28, 4, 30, tzinfo=UTC))) == ()
    for _ in range(2):
        answer = ok(connector.link(late, found), Outcome.ALREADY_THERE)
        assert (answer.patient, answer.encounter, answer.uhid) == (made.patient, str(key), made.uhid)
    assert connector.find(late) == found
    assert connector.typed(slip(known.patient)) == ()
    assert ok(connector.link(slip(known.patient), found), Outcome.HELD).encounter == str(key)
    assert ok(connector.link(slip(replace(known.patient, sex=Sex.MALE)), found), Outcome.HELD).hold is Hold.UHID_ANOTHER
    (visit,) = ask(system, "gnuhealth.appointment", [["id", "=", key]], "name", "state", "comments")
    assert visit["state"] == "confirmed"
    assert visit["name"] != late.number.text, "their own number of the visit was overwritten"


def test_its_session_may_end_between_two_slips(system: GnuHealth) -> None:
    connector = way(system)
    ok(connector.send(slip()))
    connector._wire._session = "bm9ib2R5OjE6eA=="
    ok(connector.send(slip()))


def test_a_wrong_password_stops_the_run(system: GnuHealth) -> None:
    answer = ok(way(system, password="wrong").send(slip()), Outcome.UNREACHABLE)
    assert "admin" in str(answer.error)


def test_a_login_must_be_one_of_the_front_desk(system: GnuHealth) -> None:
    (key,) = write(system, "model.res.user.create", [{"name": "C", "login": "clerk", "password": "monsoon-ward-77"}])
    clerk = replace(system.target, login="clerk")
    with pytest.raises(TargetLoginRefused, match="clerk"):
        GnuHealthConnector(clerk, hospital(), "monsoon-ward-77").identify()
    (group,) = ask(system, "res.group", [["name", "=", "Health Front Desk"]], "name")
    write(system, "model.res.user.write", [key], {"groups": [["add", [group["id"]]]]})
    connector = GnuHealthConnector(clerk, hospital(), "monsoon-ward-77")
    assert connector.identify().software == way(system).identify().software
    first = slip()
    ok(connector.send(first))
    ok(connector.send(slip(patient_number=first.number)))
    ok(connector.update(replace(first, learnt=Learnt(seen=Seen.SEEN)), first), Outcome.ALREADY_THERE)
    assert connector.typed(slip()) == ()


def test_it_keeps_everything_over_a_restart(tmp_path: Path) -> None:
    one = slip()
    with GnuHealth(tmp_path) as own:
        first = ok(way(own).send(one))
        own.stop()
        stopped = ok(way(own, pauses=(0.01,)).send(slip()), Outcome.UNREACHABLE)
        assert isinstance(stopped.error, TargetUnreachable)
        own.start()
        assert ok(way(own).send(one), Outcome.ALREADY_THERE).encounter == first.encounter
