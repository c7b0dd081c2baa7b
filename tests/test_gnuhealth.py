"""GNU Health's records as they are written, and a server before which everything goes wrong: no system is needed."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fallback.ehospital import Outcome
from fallback.ehospital.gnuhealth import GnuHealthConnector, records
from fallback.ehospital.gnuhealth.wire import Tryton
from fallback.ehospital.ways import connect
from fallback.episode import Episode, Learnt, Seen, Told
from fallback.errors import (
    ParchiError,
    TargetAnswersOddly,
    TargetBusy,
    TargetLoginRefused,
    TargetNotAllowed,
    TargetUnreachable,
)
from fallback.hospital import Target
from fallback.slip import Age, AgeUnit, Kind, Patient, Relation, Sex, SlipNumber, Visit
from tests.factories import hospital
from tests.proxy import Forward, Proxy, Reply, Request, dripping, say

ISSUED = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
SUNITA = Patient(
    name="Sunita Devi",
    name_hindi="सुनीता देवी",
    sex=Sex.FEMALE,
    age=Age(value=34),
    guardian="Ramesh Kumar",
    relation=Relation.HUSBAND,
    mobile="9810012345",
    district="Agra",
    locality="Tajganj",
)
QUICK = (0.01, 0.01)


def slip(**more: Any) -> Episode:
    told: dict[str, Any] = {"number": SlipNumber(500, 1), "issued": ISSUED, "patient": SUNITA, "visit": Visit(clinic=1)}
    return Episode(**(told | more))


# --- the records


@pytest.mark.parametrize(
    ("told", "name", "lastname"),
    [("Sunita Devi", "Sunita", "Devi"), ("Asha", "Asha", None), ("Asha Rani Devi", "Asha Rani", "Devi")],
)
def test_a_name_is_cut_at_its_last_word(told: str, name: str, lastname: str | None) -> None:
    party = records.party(slip(patient=replace(SUNITA, name=told)), hospital())
    assert (party["name"], party["lastname"]) == (name, lastname)


@pytest.mark.parametrize(
    ("age", "years"),
    [(Age(value=34), 34), (Age(value=30, unit=AgeUnit.MONTHS), 2), (Age(value=3, unit=AgeUnit.DAYS), 0)],
)
def test_of_an_age_no_birthday_is_made(age: Age, years: int) -> None:
    told = slip(patient=replace(SUNITA, age=age))
    party = records.party(told, hospital())
    assert (party["dob"], party["est_dob"], party["est_years"]) == (None, True, years)
    assert f"Age told: {age.value} {age.unit.value}" in records.comments(told, hospital())
    born = records.party(slip(patient=replace(SUNITA, age=None, birth_date=date(1990, 5, 1))), hospital())
    assert (born["dob"], born["est_dob"], born["est_years"]) == (date(1990, 5, 1), False, None)


def test_the_code_is_the_patients_and_their_own_number_stays_theirs() -> None:
    first = slip()
    second = slip(number=SlipNumber(500, 2), patient_number=first.number)
    assert records.party(first, hospital())["code"] == records.party(second, hospital())["code"]
    assert "ref" not in records.party(slip(uhid="412345678"), hospital())


def test_registered_is_not_seen() -> None:
    states = {seen: records.status(slip(learnt=Learnt(seen=seen))) for seen in Seen}
    assert states == {Seen.SEEN: "done", Seen.NOT_SEEN: "no_show", Seen.UNKNOWN: "checked_in"}


def test_the_comments_say_the_rest() -> None:
    told = slip(
        receipt="17",
        clerk="Asha Rani",
        desk="Counter 1",
        medico_legal=True,
        visit=Visit(clinic=1, fee=10, medico_legal_number="MLC/7"),
        learnt=Learnt(seen=Seen.SEEN, told=(Told.REFERRED,), days=7),
    )
    lines = records.comments(told, hospital())
    assert lines[0] == "Parchi slip 50000000144"
    for line in (
        "Came: 23.11.2026 10:00",
        "Registered by: Asha Rani, Counter 1",
        "Husband: Ramesh Kumar",
        "Fee 10 rupees paid, receipt 17",
        "Medico-legal case: MLC/7",
        "On the hospital's copy: seen, referred, follow-up in 7 days",
        "Name in Hindi: सुनीता देवी",
    ):
        assert line in lines


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_others_wrote_into_the_comments_stays(theirs: str, name: str) -> None:
    before, after = slip(), slip(patient=replace(SUNITA, guardian=name))
    old, new = (records.visit(each, hospital(), None) for each in (before, after))
    there = {"comments": f"{old['comments']}\n{theirs}"}
    changed = records.comments_with(there, old, new)
    assert records.differences(new, {"comments": changed}, ("comments",)) == ()
    ours = {*old["comments"].splitlines(), *new["comments"].splitlines()}
    kept = [line for line in theirs.splitlines() if line.strip() not in ours]
    assert [line for line in changed.splitlines() if line in kept and line.strip()] == [*filter(str.strip, kept)]


@pytest.mark.parametrize("kind", [Kind.ADMISSION, Kind.DISCHARGE, Kind.DEATH])
def test_what_it_has_no_place_for_is_said_beforehand(kind: Kind) -> None:
    connector = GnuHealthConnector(target("http://127.0.0.1:9"), hospital(), "secret")
    assert "takes no slip of the kind" in connector.objection(slip(kind=kind))
    assert connector.objection(slip()) == ""
    assert json.dumps(connector.preview(slip()))


# --- a server before which everything goes wrong


def target(url: str) -> Target:
    return Target(name="gnu", url=url, test=True, kind="gnuhealth", database="gh", login="clerk")


def answering(result: object) -> Reply:
    return Reply(200, json.dumps({"id": 1, "result": result}).encode(), "application/json")


class Server:
    """Lets everybody in, and answers calls by their method from a table."""

    def __init__(self, **by_method: object) -> None:
        self.by_method = by_method

    def __call__(self, request: Request, _forward: Forward) -> Reply:
        told = json.loads(request.body)
        method = str(told["method"])
        if method == "common.db.login":
            return answering([7, "session"])
        found = self.by_method.get(method.rpartition(".")[2], [])
        return found if isinstance(found, Reply) else answering(found)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with Proxy("http://127.0.0.1:9") as running:
        yield running


def wire(proxy: Proxy, **more: Any) -> Tryton:
    limits: dict[str, Any] = {"timeout": 0.5, "pauses": QUICK} | more
    return Tryton(proxy.url, "gh", "clerk", "secret", **limits)


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (say(404, b"<html>"), TargetAnswersOddly, "no database"),
        (say(302, b"", Location="http://elsewhere.example/"), TargetAnswersOddly, "another address"),
        (say(200, b"<html>Login</html>", "text/html"), TargetAnswersOddly, "web page"),
        (say(200, b"\xff\xfe"), TargetAnswersOddly, "cannot be read"),
        (say(200, b"[" * 100_000), TargetAnswersOddly, "cannot be read"),
        (say(200, b'{"id": 1}'), TargetLoginRefused, "did not let"),
        (say(200, b'{"id": 1, "result": null}'), TargetLoginRefused, "did not let"),
        (say(401, b""), TargetLoginRefused, "clerk"),
        (say(403, b""), TargetLoginRefused, "clerk"),
        (say(429, b"", **{"Retry-After": "7"}), TargetBusy, "later"),
        (say(500, b""), TargetUnreachable, "500"),
        (say(418, b""), TargetAnswersOddly, "418"),
        (dripping(0.2), TargetUnreachable, "no answer in|broke off"),
    ],
    ids=range(13),
)
def test_what_is_no_gnu_health_stops_the_run(proxy: Proxy, reply: Any, error: type[ParchiError], words: str) -> None:
    proxy.always = reply
    with pytest.raises(error, match=words) as raised:
        wire(proxy).read("party.party", [], ["code"])
    assert "secret" not in str(raised.value)
    if isinstance(raised.value, TargetBusy):
        assert raised.value.values["seconds"] == 7


def test_an_answer_of_a_hundred_megabytes_is_not_read(proxy: Proxy) -> None:
    proxy.always = Server(search_read=Reply(200, b'"' + b"x" * 21_000_000 + b'"'))
    with pytest.raises(TargetAnswersOddly, match="20 MB"):
        wire(proxy, timeout=20.0).read("party.party", [], ["code"])


def test_a_session_that_is_over_is_begun_anew_once(proxy: Proxy) -> None:
    proxy.always = Server(search_read=[{"id": 3}])
    tryton = wire(proxy)
    assert tryton.read("party.party", [], ["id"]) == [{"id": 3}]
    proxy.trouble("POST", "gh", say(401, b""))
    assert tryton.read("party.party", [], ["id"]) == [{"id": 3}]
    assert sum(b"common.db.login" in each.body for each in proxy.seen) == 2
    proxy.always = say(401, b"")
    with pytest.raises(TargetLoginRefused):
        tryton.read("party.party", [], ["id"])


@pytest.mark.parametrize("found", [None, "x", {}, [1], [{"no": "id"}], [None]])
def test_a_search_that_is_answered_with_something_else(proxy: Proxy, found: object) -> None:
    proxy.always = Server(search_read=found)
    with pytest.raises(TargetAnswersOddly):
        wire(proxy).read("party.party", [], ["id"])


@given(
    st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.text(), each))
)
def test_no_record_that_comes_back_breaks_the_comparing(found: Any) -> None:
    back = {"patient.": found, "comments": found, "name": found, "contact_mechanisms.": found}
    party = records.party_of(back)
    records.person_differences(slip(), party)
    records.differences(records.visit(slip(), hospital(), None), back, records.VISIT)
    records.bears(back, slip())


def test_a_server_without_gnu_health_is_none(proxy: Proxy) -> None:
    proxy.always = Server(search_read=[{"id": 1, "name": "party", "version": "7.0"}], version="7.0.59")
    with pytest.raises(TargetAnswersOddly, match="no GNU Health"):
        GnuHealthConnector(target(proxy.url), hospital(), "secret", pauses=QUICK).identify()


def test_a_system_that_says_yes_and_has_nothing_is_not_believed(proxy: Proxy) -> None:
    proxy.always = Server(create=[5])
    answer = GnuHealthConnector(target(proxy.url), hospital(), "secret", pauses=QUICK).send(slip())
    assert answer.outcome is Outcome.HELD
    assert "does not have it" in answer.reason


def test_what_it_refuses_is_kept_in_its_own_words(proxy: Proxy) -> None:
    error = {"id": 1, "error": ["UserError", ["A phone number is required.", "", None]]}
    proxy.always = Server(create=Reply(200, json.dumps(error).encode(), "application/json"))
    answer = GnuHealthConnector(target(proxy.url), hospital(), "secret", pauses=QUICK).send(slip())
    assert answer.outcome is Outcome.FAILED
    assert "A phone number is required." in answer.reason


def test_a_drill_goes_to_test_systems_only(proxy: Proxy) -> None:
    proxy.always = Server()
    live = replace(target(proxy.url), test=False)
    answer = GnuHealthConnector(live, hospital(), "secret", pauses=QUICK).send(slip(drill=True))
    assert isinstance(answer.error, TargetNotAllowed)
    assert proxy.seen == []


def test_the_door_to_every_way_knows_it(tmp_path: Path) -> None:
    assert isinstance(connect(target("https://his.example"), hospital(), "secret"), GnuHealthConnector)
    with pytest.raises(TargetAnswersOddly, match="authority"):
        connect(target("https://his.example"), hospital(), "secret", authority=tmp_path / "nowhere")
