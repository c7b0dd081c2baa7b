"""Who is whom, end to end: a backlog against an index and itself, people's words above it, stopped and resumed."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fallback import frontdesk, recovery
from fallback.enrolment import Installation
from fallback.episode import Known
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import matches
from fallback.patients import Columns, PatientIndex
from fallback.person import Person
from fallback.recovery import match_portion
from fallback.recovery.episodes import sent_as
from fallback.slip import Age, Patient, Sex, Slip, SlipNumber
from tests import factories
from tests.backlog import SUNITA, Backlog

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,Suneeta Devi,F,1992,Ramesh Kumar,9810012345,Tajganj
100000002,Mohd. Aslam,M,1971,Abdul Karim,9876509999,Seelampur
"""
ASLAM = Patient(
    name="Mohammad Aslam", sex=Sex.MALE, age=Age(value=54), guardian="Abdul Kareem", mobile="9876509999",
    locality="Seelampur",
)  # fmt: skip
NOBODY = Patient(name="Zubeda Shirazi", sex=Sex.FEMALE, age=Age(value=60), mobile="9000000001", locality="Okhla")


class Threads:
    """An executor in this process: tests need no other."""

    def __enter__(self) -> Executor:
        self._pool = ThreadPoolExecutor(1)
        return self._pool

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "desk", 1)
    yield made
    made.ledger.close()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[PatientIndex]:
    house: Installation = factories.installation(tmp_path / "house")
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    made = PatientIndex(house.folder, house.vault)
    frontdesk.load_index(house.ledger, made, path, Columns())
    yield made
    house.close()


def run(backlog: Backlog, index: PatientIndex | None = None, **more: Any) -> recovery.MatchReport:
    with Threads() as executor:
        return recovery.match(backlog.ledger, index, by="asha", executor=executor, **more)


def told(backlog: Backlog, slip: Slip) -> matches.Matched:
    found = matches.matched(backlog.ledger.db(), slip.number)
    assert found is not None
    return found


def say(backlog: Backlog, slip: Slip, decision: str, to: str = "", *, risky: bool = False, by: str = "meena") -> None:
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    content = {
        "number": slip.number.text, "digest": row.content, "to": to, "decision": decision, "reason": "", "shown": [],
        "sample": False, "risky": risky,
    }  # fmt: skip
    backlog.ledger.write(lambda tx: tx.append(FactKind.MATCH_DECIDED, content, by=by))


def write(backlog: Backlog, fact: FactKind, **content: Any) -> None:
    backlog.ledger.write(lambda tx: tx.append(fact, content, by="ravi"))


def episode(backlog: Backlog, slip: Slip) -> tuple[str, SlipNumber | None, Known]:
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    sent = sent_as(backlog.ledger.db(), row)
    return sent.uhid, sent.patient_number, sent.known


def test_each_slip_is_said_once_and_again_does_nothing(backlog: Backlog, index: PatientIndex) -> None:
    known, new = backlog.issue(ASLAM), backlog.issue(NOBODY)
    report = run(backlog, index)
    assert report.done == 2 and report.left == 0
    first = told(backlog, known)
    assert first.machine_person == "uhid:100000002" and first.chance > 0.9
    assert ("mobile", "same mobile") in [(field, str(says)) for field, says, _ in first.reasons]
    assert told(backlog, new).machine in ("new", "ask") and first.index == index.status().index
    lines = len(list(backlog.ledger.lines()))
    assert run(backlog, index).done == 0 and len(list(backlog.ledger.lines())) == lines
    assert sum(matches.counts(backlog.ledger.db()).values()) == 2 and matches.model(backlog.ledger.db())["slips"] == 2


def test_who_has_no_name_of_their_own_is_never_matched(backlog: Backlog) -> None:
    backlog.issue(replace(SUNITA, name="Unknown Man 1", name_hindi="", mobile=""), alias=True)
    first = backlog.issue(NOBODY)
    backlog.issue(NOBODY, patient_number=first.number)
    backlog.void(backlog.issue(ASLAM))
    backlog.pads(2)
    assert matches.to_match(backlog.ledger.db(), "") == [first.number]


def test_somebody_registered_twice_goes_as_the_first(backlog: Backlog) -> None:
    one, two = backlog.issue(SUNITA), backlog.issue(replace(SUNITA, name="Sunitha Devi"))
    for at in range(30):
        backlog.issue(replace(NOBODY, name=f"{'BCDGJKLMNPRST'[at % 13]}a{'bdgklmn'[at % 7]}u", mobile=f"90000{at:05d}"))
    run(backlog)
    again = told(backlog, two)
    assert again.machine_person == one.number.text and again.chance > 0.5 and told(backlog, one).machine != "same"
    say(backlog, two, "same", one.number.text)
    say(backlog, one, "new")
    assert episode(backlog, two) == ("", one.number, Known.PERSON)
    say(backlog, one, "same", "uhid:100000001")
    assert episode(backlog, two) == ("100000001", None, Known.PERSON), "through the first one"
    say(backlog, one, "ask")
    assert episode(backlog, two)[2] is Known.NOBODY and not matches.whom(backlog.ledger.db(), two.number).settled


def test_a_ring_of_decisions_ends_at_its_first_slip(backlog: Backlog) -> None:
    slips = [backlog.issue(NOBODY) for _ in range(3)]
    for one, two in zip(slips, [*slips[1:], slips[0]], strict=True):
        say(backlog, one, "same", two.number.text)
    assert {matches.whom(backlog.ledger.db(), each.number).number for each in slips} == {slips[0].number}


def test_a_persons_word_stands_over_the_machine_until_it_is_taken_back(backlog: Backlog, index: PatientIndex) -> None:
    slip = backlog.issue(ASLAM)
    run(backlog, index)
    before = told(backlog, slip).outcome
    say(backlog, slip, "new")
    assert (told(backlog, slip).outcome, told(backlog, slip).by) == ("new", "person")
    assert run(backlog, index).done == 0
    write(backlog, FactKind.MATCH_REOPENED, number=slip.number.text, reason="a slip of the finger")
    assert (told(backlog, slip).outcome, told(backlog, slip).by) == (before, "rule")


def test_a_risky_word_waits_for_a_second_person(backlog: Backlog) -> None:
    slip = backlog.issue(ASLAM)
    say(backlog, slip, "same", "uhid:1", risky=True)
    assert (told(backlog, slip).outcome, told(backlog, slip).second) == ("ask", True)
    check = {"number": slip.number.text, "to": "uhid:1", "decision": "same"}
    write(backlog, FactKind.MATCH_CHECKED, **check, agrees=True)
    assert (told(backlog, slip).outcome, told(backlog, slip).checked_by) == ("same", "ravi") and told(
        backlog, slip
    ).agrees
    write(backlog, FactKind.MATCH_CHECKED, **check, agrees=False)
    assert told(backlog, slip).outcome == "ask"


def test_a_correction_of_the_person_makes_it_stale_and_of_the_clinic_does_not(backlog: Backlog) -> None:
    slip = backlog.issue(ASLAM)
    say(backlog, slip, "new")
    moved = backlog.correct(slip, visit=replace(slip.visit, clinic=2))
    assert told(backlog, slip).outcome == "new"
    backlog.correct(moved, patient=replace(ASLAM, name="Imran Khan"))
    assert told(backlog, slip).outcome == "" and matches.to_match(backlog.ledger.db(), "") == [slip.number]


def test_a_new_index_asks_again_and_what_was_sent_never(backlog: Backlog, index: PatientIndex) -> None:
    slip, sent = backlog.issue(ASLAM), backlog.issue(NOBODY)
    run(backlog)
    assert matches.to_match(backlog.ledger.db(), "another") == [slip.number, sent.number]
    write(backlog, FactKind.SLIP_SENDING, number=sent.number.text, revision=0, target="t", run="r", told="")
    assert matches.to_match(backlog.ledger.db(), "another") == [slip.number]
    run(backlog, index)
    assert told(backlog, slip).machine_person == "uhid:100000002"


def test_stopped_it_goes_on(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fallback.recovery.matching._PORTION", 2)
    for at in range(8):
        backlog.issue(replace(NOBODY, mobile=f"90000000{at:02d}"))
    pressed: list[int] = []
    report = run(
        backlog, stop=lambda: len(pressed) > 0, progress=lambda far: None if far.learning else pressed.append(1)
    )
    assert 0 < report.done < 8 and report.left == 8 - report.done
    learnt = matches.model(backlog.ledger.db())
    assert run(backlog).done == report.left and matches.model(backlog.ledger.db()) == learnt
    assert run(backlog, stop=lambda: True).done == 0


def test_the_answer_of_the_desk_counts_and_who_was_refused_is_for_a_person(
    backlog: Backlog, index: PatientIndex
) -> None:
    slip = backlog.issue(replace(ASLAM, mobile="9111111111"))
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    content: dict[str, Any] = {"slip": slip.record(), "digest": row.content, "cut": []}
    content |= {"asked": {"field": "mobile", "answer": "9876509999"}, "alike": ["uhid:100000002"]}
    backlog.ledger.write(lambda tx: tx.append(FactKind.SLIP_ISSUED, content, payload=row.payload, series=1))
    run(backlog, index)
    found = told(backlog, slip)
    assert (found.machine, found.machine_person) == ("ask", "uhid:100000002")
    says = [str(each) for _, each, _ in found.reasons]
    assert "same mobile" in says and "the clerk saw this person and took another" in says


def test_a_worker_with_the_readers_key_says_the_same(backlog: Backlog, index: PatientIndex) -> None:
    backlog.issue(ASLAM)
    run(backlog, index)
    model = matches.model(backlog.ledger.db())["model"]
    asked = match_portion.Question(number="1", digest="", person=Person.of(ASLAM, date(2026, 11, 23)), rare={})
    portion = match_portion.Portion(questions=(asked,), model=model, reader=index.reader_key())
    try:
        assert [each.to for each in match_portion.decided(portion)] == ["uhid:100000002"]
    finally:
        match_portion.close()


def test_without_an_index_a_uhid_stands_and_nobody_is_asked_about_who_is_like_nobody(backlog: Backlog) -> None:
    known = [backlog.issue(ASLAM, uhid="100000002") for _ in range(2)]
    new = backlog.issue(NOBODY)
    for at in range(30):
        backlog.issue(replace(NOBODY, name=f"{'BCDGJKLMNPRST'[at % 13]}a{'bdgklmn'[at % 7]}u", mobile=f"90000{at:05d}"))
    report = run(backlog)
    assert [episode(backlog, each) for each in known] == [("100000002", None, Known.RULE)] * 2
    assert told(backlog, new).outcome == "new" and report.new > 25
    typed_and_not = backlog.issue(ASLAM)
    run(backlog)
    assert told(backlog, typed_and_not).machine_person == "uhid:100000002"


def test_where_the_index_is_gone_its_matches_stand_and_nobody_is_called_new(
    backlog: Backlog, index: PatientIndex
) -> None:
    slip = backlog.issue(ASLAM)
    run(backlog, index)
    assert told(backlog, slip).machine_person == "uhid:100000002"
    assert run(backlog).done == 0, "a computer without the index knows less, not more"
    late = backlog.issue(NOBODY)
    for _ in range(2):
        run(backlog)
        assert told(backlog, late).outcome == "ask"
    run(backlog, index)
    assert told(backlog, slip).machine_person == "uhid:100000002"
