"""The review of matches: one slip at a time, to one person; a second for the risky ones; taken back until sent."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from fallback import payload
from fallback.errors import (
    FieldWrong,
    IndexMissing,
    ReviewNotSaid,
    ReviewNotSent,
    ReviewOver,
    ReviewRing,
    ReviewSent,
    SlipUnknown,
)
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import after, matches, review as asked, stages
from fallback.ledger.queries.looks import lookers, looks_since
from fallback.ledger.queries.review import Question
from fallback.patients import PatientIndex
from fallback.person import Person
from fallback.recovery.compared import Mark, differences
from fallback.recovery.estimate import estimate
from fallback.recovery.review import Word, errors_of_the_matcher, say, set_right, take_back
from fallback.recovery.reviews import Review, Reviews, Wanted
from fallback.recovery.risks import Risk
from fallback.slip import Age, Kind, Sex, Slip, SlipNumber, Visit
from tests.backlog import HOSPITAL, SUNITA, Backlog
from tests.journals import Clock
from tests.matched import FakeIndex, content_of, matched
from tests.worked import accept, page, ticks

OLD = Person(
    name="Suneeta Devi",
    name_hindi="सुनिता देवी",
    sex=Sex.FEMALE,
    birth="1992",
    guardian="Ramesh Kumar",
    mobiles=("9810012345",),
    locality="Tajganj",
    uhid="100000001",
)
UHID = "uhid:100000001"


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 131)
    yield found
    found.ledger.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index() -> FakeIndex:
    return FakeIndex({"100000001": OLD})


@pytest.fixture
def work(backlog: Backlog, index: FakeIndex, clock: Clock) -> Reviews:
    return Reviews(backlog.ledger, cast(PatientIndex, index), clock)


def issued(backlog: Backlog, outcome: str = "ask", to: str = "", **more: Any) -> Slip:
    """A slip, and the matcher's word on it."""
    told = {name: more.pop(name) for name in ("sample", "chance", "others") if name in more}
    slip = backlog.issue(**more)
    matched(backlog.ledger, slip.number, outcome, to, **told)
    return slip


def got(review: Review | None) -> Review:
    assert review is not None
    return review


def said(backlog: Backlog, work: Reviews, login: str, word: Word, to: str = "") -> tuple[Risk, ...]:
    """The next slip of this login, and what they say of it."""
    risks = say(backlog.ledger, got(work.next(login)), word, to, by=login)
    work.release(login)
    return risks


def stands(backlog: Backlog, slip: Slip) -> tuple[str, str, str]:
    row = matches.matched(backlog.ledger.db(), slip.number)
    assert row is not None
    return row.outcome, row.person, row.by


def sent(backlog: Backlog, slip: Slip, person: str, uhid: str = "") -> None:
    """A slip that a target has, as that person."""
    told = {"number": slip.number.text, "revision": 0, "target": "his"}

    def job(tx: Any) -> None:
        tx.append(FactKind.SLIP_SENDING, told | {"run": "r", "person": person, "told": ""})
        ids = {"patient": "Patient/1", "encounter": "Encounter/1", "uhid": uhid, "created": True}
        tx.append(FactKind.SLIP_CONFIRMED, told | ids | {"told": "", "linked": False})

    backlog.ledger.write(job)


# --- what is shown


def test_a_slip_stands_beside_who_may_be_its_patient_with_what_differs(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog, others=[[UHID, 0.61]])
    review = got(work.next("ravi"))
    assert (review.number, review.question) == (slip.number, Question.WHO)
    (one,) = review.standing.people
    assert (one.key, one.chance, one.slip) == (UHID, 0.61, None)
    marks = {name: [(each.text, each.mark) for each in pieces] for name, pieces in one.pieces.items()}
    assert marks["name"] == [("Sun", Mark.SAME), ("ee", Mark.HERE), ("ta Devi", Mark.SAME)]
    assert ("नि", Mark.HERE) in marks["name_hindi"], "in the other script, too, and a letter with its sign"
    assert marks["guardian"] == [("Ramesh Kumar", Mark.SAME)]
    assert {each.field for each in one.weight.reasons} >= {"name", "mobile", "birth"}


def test_a_look_into_the_index_is_a_fact_once_and_no_desks(backlog: Backlog, work: Reviews) -> None:
    issued(backlog)
    got(work.next("ravi"))
    got(work.next("ravi"))
    looks = [line for line in backlog.ledger.lines() if line.fact is FactKind.PATIENT_LOOKED_UP]
    assert [(line.by, line.content["reason"], line.content["found"]) for line in looks] == [("ravi", "review", 1)]
    db = backlog.ledger.db()
    assert looks_since(db, "ravi", datetime(2020, 1, 1, tzinfo=UTC)) == 0
    assert lookers(db, datetime(2100, 1, 1, tzinfo=UTC), hours=10**6) == []


def test_the_page_of_a_slip_is_found(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    assert got(work.next("ravi")).picture == ""
    accept(backlog.ledger, page("p1", "read", ("genuine", slip.number)))
    work.release("ravi")
    assert got(work.next("ravi")).picture == "p1"


def test_who_came_later_is_asked_about_at_their_own_slip_and_no_pair_comes_twice(
    backlog: Backlog, work: Reviews, index: FakeIndex
) -> None:
    index.people.clear()
    first, _second = issued(backlog), issued(backlog)
    review = got(work.next("ravi"))
    assert (review.number, review.standing.people) == (first.number, ())
    say(backlog.ledger, review, Word.NEW, by="ravi")
    work.release("ravi")
    review = got(work.next("ravi"))
    assert [each.key for each in review.standing.people] == [first.number.text]
    assert say(backlog.ledger, review, Word.NEW, by="ravi") == (Risk.DOUBLE,)
    take_back(backlog.ledger, first.number, "again", by="ravi")
    work.release("ravi")
    again = got(work.take("ravi", first.number))
    assert (again.number, again.standing.people) == (first.number, ())


def test_two_slips_of_one_patient_of_the_index_are_one_candidate(backlog: Backlog, work: Reviews) -> None:
    first = issued(backlog, "same", UHID)
    issued(backlog)
    review = got(work.next("ravi"))
    assert [each.key for each in review.standing.people] == [UHID], first.number
    say(backlog.ledger, review, Word.SAME, UHID, by="ravi")


def test_what_the_desk_learnt_stands_there(backlog: Backlog, work: Reviews) -> None:
    def job(tx: Any) -> None:
        slip = backlog.draft(tx.take_number(backlog.series).serial, replace(SUNITA, guardian=""))
        signed = backlog.sign(slip)
        content = {"slip": slip.record(), "digest": payload.digest(signed).hex(), "cut": []}
        content |= {"asked": {"field": "guardian", "answer": "Ramesh Kumar"}, "alike": [UHID]}
        tx.append(FactKind.SLIP_ISSUED, content, payload=signed, series=backlog.series, by="asha")

    backlog.ledger.write(job)
    matched(backlog.ledger, SlipNumber(backlog.series, 1))
    review = got(work.next("ravi"))
    assert (review.standing.learnt, review.standing.asked.guardian) == ("guardian", "Ramesh Kumar")
    assert review.standing.people[0].refused


# --- what is said


def test_same_new_and_ask(backlog: Backlog, work: Reviews) -> None:
    one, two, three = (issued(backlog) for _ in range(3))
    for word, to in ((Word.SAME, UHID), (Word.ASK, ""), (Word.SAME, UHID)):
        review = got(work.next("ravi"))
        assert say(backlog.ledger, review, word, to, by="ravi") == ()
        work.release("ravi")
    assert stands(backlog, one) == ("same", UHID, "person")
    assert stands(backlog, two) == ("ask", "", "person")
    assert stands(backlog, three) == ("same", UHID, "person")
    assert work.next("ravi") is None, "the call list is no work for the list"
    assert asked.calls(backlog.ledger.db(), 10) == [two.number]
    review = got(work.take("ravi", two.number))
    assert review.question is Question.PATIENT
    say(backlog.ledger, review, Word.SAME, UHID, "the patient has the card", by="ravi")
    assert asked.calls(backlog.ledger.db(), 10) == []


def test_only_who_stands_there_can_be_meant(backlog: Backlog, work: Reviews) -> None:
    issued(backlog)
    review = got(work.next("ravi"))
    for word, to in ((Word.SAME, ""), (Word.SAME, "uhid:999999999"), (Word.NEW, UHID), (Word.ASK, UHID)):
        with pytest.raises(FieldWrong):
            say(backlog.ledger, review, word, to, by="ravi")


def test_a_word_comes_too_late(backlog: Backlog, work: Reviews, clock: Clock) -> None:
    slip = issued(backlog)
    mine = got(work.next("ravi"))
    clock.later(11)
    theirs = got(work.next("meena"))
    say(backlog.ledger, theirs, Word.SAME, UHID, by="meena")
    with pytest.raises(ReviewOver):
        say(backlog.ledger, mine, Word.NEW, by="ravi")
    changed = issued(backlog)
    work.release("ravi")
    clock.later(1)
    review = got(work.next("ravi"))
    backlog.correct(changed, patient=replace(SUNITA, name="Sunita Rani"))
    with pytest.raises(ReviewOver):
        say(backlog.ledger, review, Word.NEW, by="ravi")
    assert work.item("ravi", changed.number) is None, "until it is matched anew nobody is asked of it"
    assert stands(backlog, slip)[0] == "same"


def test_without_the_index_nobody_is_new(backlog: Backlog, work: Reviews, index: FakeIndex) -> None:
    issued(backlog)
    index.here = False
    review = got(work.next("ravi"))
    assert isinstance(review.standing.trouble, IndexMissing)
    with pytest.raises(IndexMissing):
        say(backlog.ledger, review, Word.NEW, by="ravi")
    say(backlog.ledger, review, Word.ASK, by="ravi")


# --- a second person


@pytest.mark.parametrize(
    ("changes", "more", "risk"),
    [
        ({"sex": Sex.MALE}, {}, Risk.SEX),
        ({"age": Age(value=61)}, {}, Risk.AGE),
        ({"name": "Kavita Devi", "name_hindi": ""}, {}, Risk.NAME),
        ({"birth_order": 2}, {}, Risk.NEWBORN),
        ({}, {"medico_legal": True}, Risk.MEDICO_LEGAL),
        ({}, {"uhid": "100000009"}, Risk.NUMBER),
    ],
)
def test_a_risky_same_waits_for_a_second_person(
    changes: dict[str, Any], more: dict[str, Any], risk: Risk, backlog: Backlog, work: Reviews
) -> None:
    slip = issued(backlog, patient=replace(SUNITA, **changes), others=[[UHID, 0.5]], **more)
    review = got(work.next("ravi"))
    assert risk in say(backlog.ledger, review, Word.SAME, UHID, by="ravi")
    assert stands(backlog, slip) == ("ask", UHID, "person")
    assert not matches.whom(backlog.ledger.db(), slip.number).settled
    work.release("ravi")
    assert work.next("ravi") is None and work.take("ravi", slip.number) is None, "never the same person twice"
    second = got(work.next("meena"))
    assert second.question is Question.SECOND
    say(backlog.ledger, second, Word.SAME, UHID, by="meena")
    assert stands(backlog, slip) == ("same", UHID, "person")
    assert work.next("anil") is None


def test_a_new_person_beside_a_safe_match_is_risky(backlog: Backlog, work: Reviews) -> None:
    issued(backlog)
    assert said(backlog, work, "ravi", Word.NEW) == (Risk.DOUBLE,)


def test_where_two_differ_a_third_decides(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    said(backlog, work, "ravi", Word.NEW)
    said(backlog, work, "meena", Word.SAME, UHID)
    assert stands(backlog, slip)[0] == "ask"
    work.release("meena")
    assert work.next("ravi") is None and work.next("meena") is None
    third = got(work.next("anil"))
    assert third.question is Question.DIFFERS
    assert third.said is not None and (third.said.said_by, third.said.checked_by) == ("ravi", "meena")
    assert say(backlog.ledger, third, Word.NEW, by="anil") == (), "and that is the end of it"
    assert stands(backlog, slip) == ("new", "", "person")
    assert asked.left(backlog.ledger.db()) == {}


# --- several at once


def test_several_reviewers_never_meet_one_slip(backlog: Backlog, work: Reviews, clock: Clock) -> None:
    slips = [issued(backlog) for _ in range(3)]
    held = [got(work.next(login)).number for login in ("ravi", "meena", "anil")]
    assert held == [slip.number for slip in slips]
    assert work.next("sita") is None and work.take("sita", slips[0].number) is None
    assert got(work.next("ravi")).number == slips[0].number, "loaded again it is the same"
    clock.later(11)
    assert got(work.next("sita")).number == slips[0].number
    assert not work.renew("ravi") and work.renew("sita")
    assert work.item("ravi", slips[0].number) is None


def test_skipped_ones_come_last(backlog: Backlog, work: Reviews) -> None:
    first, second = issued(backlog), issued(backlog)
    assert got(work.next("ravi")).number == first.number
    work.skip("ravi")
    assert got(work.next("ravi")).number == second.number
    work.skip("ravi")
    assert got(work.next("ravi")).number == first.number
    assert got(work.next("meena")).number == second.number


def test_the_urgent_first_and_a_clinic_and_a_day_alone(backlog: Backlog, work: Reviews) -> None:
    late = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
    plain = issued(backlog)
    results = issued(backlog, issued=late)
    legal = issued(backlog, medico_legal=True, issued=late)
    other = issued(backlog, visit=Visit(clinic=2, token=1, token_series=131), issued=late)
    bed = issued(backlog, kind=Kind.ADMISSION, issued=late)
    again = issued(backlog, issued=late)
    for slip, box in ((results, "outcome.investigations"), (again, "days.1.5")):
        code = {"outcome": "genuine", "number": slip.number.text, "digest": ""}
        copy = page(f"page {slip.number}", "read", forms=[ticks(box)])
        accept(backlog.ledger, copy | {"codes": [code]})
    order = [slip.number.text for slip in (bed, legal, results, again, plain, other)]
    assert [each.number for each in asked.waiting(backlog.ledger.db(), urgent=True)] == order[:4]
    assert [each.number for each in asked.waiting(backlog.ledger.db())] == order
    work.want("ravi", Wanted(clinic=2))
    assert got(work.next("ravi")).number == other.number
    work.want("ravi", Wanted(day="2026-11-23"))
    assert got(work.next("ravi")).number == plain.number
    work.want("ravi", Wanted(clinic=2, day="2026-11-23"))
    assert work.next("ravi") is None
    assert asked.left(backlog.ledger.db(), clinic=2).total() == 1
    assert stages.days(backlog.ledger.db()) == ["2026-11-23", "2026-11-24"]


def test_void_and_contradicting_slips_are_not_asked_about(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    backlog.void(slip)
    assert work.next("ravi") is None and asked.left(backlog.ledger.db()).total() == 0


# --- taken back


def test_undo_until_it_is_sent(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    with pytest.raises(ReviewNotSaid):
        take_back(backlog.ledger, slip.number, "undo", by="ravi")
    said(backlog, work, "ravi", Word.SAME, UHID)
    assert [each.number for each in asked.last_told(backlog.ledger.db(), "ravi", 5)] == [slip.number]
    take_back(backlog.ledger, slip.number, "undo", by="ravi")
    assert asked.last_told(backlog.ledger.db(), "ravi", 5) == []
    assert stands(backlog, slip) == ("ask", "", "rule")
    work.release("ravi")
    said(backlog, work, "ravi", Word.SAME, UHID)
    sent(backlog, slip, UHID, "100000001")
    with pytest.raises(ReviewSent):
        take_back(backlog.ledger, slip.number, "undo", by="ravi")


def test_nobody_is_the_same_as_who_is_the_same_as_them(backlog: Backlog, work: Reviews, index: FakeIndex) -> None:
    index.people.clear()
    first, second = issued(backlog), issued(backlog)
    work.skip("ravi")
    review = got(work.take("ravi", second.number))
    say(backlog.ledger, review, Word.SAME, first.number.text, by="ravi")
    sent(backlog, first, first.number.text)
    with pytest.raises(ReviewRing):
        set_right(backlog.ledger, HOSPITAL, first.number, second.number.text, "x", by="ravi")


# --- after sending


def test_a_wrong_merge_found_after_sending_is_a_repair(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    with pytest.raises(ReviewNotSent):
        set_right(backlog.ledger, HOSPITAL, slip.number, "", "another woman", by="meena")
    said(backlog, work, "ravi", Word.SAME, UHID)
    sent(backlog, slip, UHID, "100000001")
    with pytest.raises(FieldWrong):
        set_right(backlog.ledger, HOSPITAL, slip.number, "", " ", by="meena")
    with pytest.raises(FieldWrong):
        set_right(backlog.ledger, HOSPITAL, slip.number, "nobody", "x", by="meena")
    with pytest.raises(SlipUnknown):
        set_right(backlog.ledger, HOSPITAL, slip.number, SlipNumber(131, 99).text, "x", by="meena")
    assert set_right(backlog.ledger, HOSPITAL, slip.number, "", "another woman came", by="meena") == 1
    order = after.repair(backlog.ledger.db(), slip.number, "his")
    assert order is not None and (order.wrong, order.right, order.open) == (UHID, "", True)
    assert stands(backlog, slip) == ("new", "", "person")
    assert set_right(backlog.ledger, HOSPITAL, slip.number, "", "once more", by="meena") == 0


def test_a_repair_takes_along_who_went_with_the_slip(backlog: Backlog, work: Reviews, index: FakeIndex) -> None:
    index.people.clear()
    first = issued(backlog, "new")
    second = issued(backlog, "same", first.number.text)
    visit = backlog.issue(patient_number=first.number)
    for slip in (first, second, visit):
        sent(backlog, slip, first.number.text, "200000001")
    assert set_right(backlog.ledger, HOSPITAL, visit.number, "100000001", "she brought her card", by="meena") == 3
    rights = {each.number: each.right for each in after.repairs(backlog.ledger.db())}
    assert rights == dict.fromkeys((first.number, second.number, visit.number), UHID)


# --- the sample


def test_a_sample_of_sure_words_is_looked_at_and_tells_how_often_they_are_wrong(
    backlog: Backlog, work: Reviews
) -> None:
    issued(backlog, "same", UHID)
    right = issued(backlog, "same", UHID, sample=True)
    wrong = issued(backlog, "same", UHID, sample=True)
    review = got(work.next("ravi"))
    assert (review.number, review.question, review.waiting.checks) == (right.number, Question.WHO, True)
    assert say(backlog.ledger, review, Word.SAME, UHID, by="ravi") == ()
    work.release("ravi")
    review = got(work.next("ravi"))
    assert Risk.MACHINE in say(backlog.ledger, review, Word.NEW, by="ravi")
    work.release("ravi")
    same, new = errors_of_the_matcher(backlog.ledger.db())
    assert (same.wrong, same.looked, new.looked) == (0, 1, 0), "not before a second person has looked"
    said(backlog, work, "meena", Word.NEW)
    same, new = errors_of_the_matcher(backlog.ledger.db())
    assert (same.wrong, same.looked, new.looked) == (1, 2, 0)
    assert stands(backlog, wrong) == ("new", "", "person")
    assert asked.figures(backlog.ledger.db())[1] == {"same": 1}


def test_the_third_word_on_a_sample_counts_in_it(backlog: Backlog, work: Reviews) -> None:
    issued(backlog, "new", sample=True)
    assert Risk.MACHINE in said(backlog, work, "ravi", Word.SAME, UHID)
    said(backlog, work, "meena", Word.NEW)
    said(backlog, work, "anil", Word.SAME, UHID)
    assert [(each.wrong, each.looked) for each in errors_of_the_matcher(backlog.ledger.db())] == [(0, 0), (1, 1)]


def test_a_sample_that_is_found_wrong_after_sending_is_a_repair(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog, "same", UHID, sample=True)
    sent(backlog, slip, UHID, "100000001")
    said(backlog, work, "ravi", Word.NEW)
    assert after.repairs(backlog.ledger.db()) == [], "not on one person's word"
    said(backlog, work, "meena", Word.NEW)
    assert [each.number for each in after.repairs(backlog.ledger.db())] == [slip.number]


# --- figures and letters


@pytest.mark.parametrize(
    ("wrong", "looked", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 100, 0.0, 0.0362), (1, 100, 0.0003, 0.0545), (10, 100, 0.0490, 0.1762), (5, 5, 0.4782, 1.0)],
)
def test_the_interval_is_clopper_and_pearsons(wrong: int, looked: int, low: float, high: float) -> None:
    found = estimate(wrong, looked)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("text", "beside", "shown"),
    [
        ("Sunita Devi", "SUNITA DEVI", "Sunita Devi"),
        ("Devi Sunita", "Sunita Devi", "Devi Sunita"),
        ("Rakesh", "Ramesh", "Ra[k]esh"),
        ("Sunita", "Sunita Devi", "Sunita <Devi>"),
        ("Sunita Kumari", "Sunita", "Sunita [Kumari]"),
        ("सुनिता", "सुनीता", "सु[नि]ता"),
        ("Sunita", "", "Sunita"),
        ("", "Sunita", ""),
    ],
)
def test_what_differs_is_marked_letter_by_letter(text: str, beside: str, shown: str) -> None:
    form = {Mark.SAME: "{}", Mark.HERE: "[{}]", Mark.THERE: "<{}>"}
    assert "".join(form[each.mark].format(each.text) for each in differences(text, beside)) == shown


def test_facts_name_what_was_shown_and_which_index(backlog: Backlog, work: Reviews) -> None:
    slip = issued(backlog)
    said(backlog, work, "ravi", Word.SAME, UHID)
    (line,) = (line for line in backlog.ledger.lines() if line.fact is FactKind.MATCH_DECIDED)
    assert line.content == {
        "number": slip.number.text, "digest": content_of(backlog.ledger, slip.number), "whose": "", "to": UHID,
        "decision": "same", "reason": "", "shown": [UHID], "sample": False, "risky": False, "risks": [],
        "over": [],
    }  # fmt: skip
