"""Words on who is whom that hold no more, or none may win silently: of slips corrected since, of two offices."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from fallback.errors import ReviewOver
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import matches, review as asked
from fallback.ledger.queries.review import Question
from fallback.patients import PatientIndex
from fallback.person import Person
from fallback.recovery.episodes import sent_as
from fallback.recovery.review import Word, say, set_right, take_back
from fallback.recovery.reviews import Review, Reviews
from fallback.slip import Slip, SlipNumber
from tests.backlog import HOSPITAL, SUNITA, Backlog
from tests.journals import START, clock, sibling
from tests.matched import FakeIndex, content_of, matched


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "desk", 1)
    yield made
    made.ledger.close()


def goes_as(backlog: Backlog, slip: Slip) -> SlipNumber | None:
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    return sent_as(backlog.ledger.db(), row).patient_number


def write(backlog: Backlog, fact: FactKind, slip: Slip, *, by: str = "meena", **more: Any) -> None:
    backlog.ledger.write(lambda tx: tx.append(fact, {"number": slip.number.text} | more, by=by))


def says(backlog: Backlog, slip: Slip, to: str, **more: Any) -> None:
    told = {"decision": "same", "to": to, "digest": content_of(backlog.ledger, slip.number), "reason": "", "shown": []}
    write(backlog, FactKind.MATCH_DECIDED, slip, **told | more)


@pytest.mark.parametrize("person", [False, True], ids=["the matcher", "a person"])
def test_who_is_the_same_as_a_slip_is_so_while_that_one_tells_of_the_same_person(
    backlog: Backlog, person: bool
) -> None:
    first, again = backlog.issue(SUNITA), backlog.issue(SUNITA)
    whose = content_of(backlog.ledger, first.number)
    if person:
        says(backlog, again, first.number.text, whose=whose)
    else:
        matched(backlog.ledger, again.number, "same", first.number.text, whose=whose)
    assert goes_as(backlog, again) == first.number
    moved = backlog.correct(first, visit=replace(first.visit, clinic=2))
    assert goes_as(backlog, again) == first.number
    backlog.correct(moved, patient=replace(SUNITA, name="Zubeda Shirazi", name_hindi=""))
    assert goes_as(backlog, again) is None, "the first slip was somebody else's all the time"
    assert again.number in matches.to_match(backlog.ledger.db(), "")


def test_a_second_look_confirms_the_word_that_it_saw_and_no_other(backlog: Backlog) -> None:
    slip = backlog.issue(SUNITA)
    says(backlog, slip, "uhid:200000002", risky=True)  # as another office said it, whose journal came later
    write(backlog, FactKind.MATCH_CHECKED, slip, decision="same", to="uhid:100000001", agrees=True, by="ravi")
    found = matches.matched(backlog.ledger.db(), slip.number)
    assert found is not None and (found.outcome, found.second) == ("ask", True)


def test_nobody_stays_joined_to_a_patient_who_became_confidential(backlog: Backlog) -> None:
    first, again = backlog.issue(SUNITA), backlog.issue(SUNITA)
    whose = content_of(backlog.ledger, first.number)
    says(backlog, again, first.number.text, whose=whose)
    backlog.correct(first, sealed=b"s" * 60, patient=replace(SUNITA, name="Ward Seven", name_hindi="", mobile=""))
    assert goes_as(backlog, again) is None, "else the open name would go to the hidden patient"


# --- two offices that never met

ONE, TWO = "uhid:100000001", "uhid:100000002"


@pytest.fixture
def slip(backlog: Backlog) -> Slip:
    made = backlog.issue(SUNITA)
    matched(backlog.ledger, made.number, others=[[ONE, 0.6], [TWO, 0.5]])
    return made


@pytest.fixture
def away(backlog: Backlog, slip: Slip, tmp_path: Path) -> Iterator[Ledger]:
    with sibling(backlog.ledger, tmp_path / "away") as ledger:
        ledger.merge(backlog.ledger.lines())
        yield ledger


def word(ledger: Ledger, slip: Slip, to: str, by: str, *, risky: bool = False) -> None:
    """A person's word, as the review writes it: it names those that stand."""
    told = {
        "number": slip.number.text, "digest": content_of(ledger, slip.number), "decision": "same" if to else "new",
        "to": to, "reason": "", "shown": [], "risky": risky,
        "over": [each.stamp for each in matches.words(ledger.db(), slip.number)],
    }  # fmt: skip
    ledger.write(lambda tx: tx.append(FactKind.MATCH_DECIDED, told, by=by))


def meet(one: Ledger, other: Ledger) -> None:
    one.merge(other.lines(other.chain))
    other.merge(one.lines(one.chain))


def counts(ledger: Ledger, slip: Slip) -> tuple[str, bool]:
    found = matches.matched(ledger.db(), slip.number)
    assert found is not None
    return f"{found.outcome} {found.person}".strip() if not found.clash else "ask", found.clash


def reviewed(ledger: Ledger, login: str) -> Review | None:
    index = FakeIndex({each.removeprefix("uhid:"): PERSON for each in (ONE, TWO)})
    return Reviews(ledger, cast(PatientIndex, index), clock()).next(login)


PERSON = Person.of(SUNITA, START.date())


@pytest.mark.parametrize("theirs", [TWO, ""], ids=["another patient", "a new one"])
@pytest.mark.parametrize("first", [True, False])
def test_two_offices_that_contradict_each_other_are_shown_to_a_person(
    backlog: Backlog, slip: Slip, away: Ledger, theirs: str, first: bool
) -> None:
    here = backlog.ledger
    word(*((here, slip, ONE, "ravi") if first else (away, slip, theirs, "meena")))
    word(*((away, slip, theirs, "meena") if first else (here, slip, ONE, "ravi")))
    meet(here, away)
    assert counts(here, slip) == counts(away, slip) == ("ask", True), "neither wins because it was later"
    assert not matches.whom(here.db(), slip.number).settled
    waits = asked.waits(here.db(), slip.number)
    assert waits is not None and waits.question is Question.DIFFERS
    assert asked.left(here.db()) == {Question.DIFFERS: 1} == asked.figures(here.db())[0]
    assert reviewed(here, "ravi") is None and reviewed(here, "meena") is None
    review = reviewed(here, "anil")
    assert review is not None
    assert {(each.login, each.person) for each in review.words} == {("ravi", ONE), ("meena", theirs)}
    assert say(here, review, Word.SAME, ONE, by="anil") == ()
    meet(here, away)
    assert counts(here, slip) == counts(away, slip) == (f"same {ONE}", False), "their word names both"
    assert here.rebuild_views() and counts(here, slip) == (f"same {ONE}", False)


def test_the_same_answer_of_two_offices_is_no_conflict(backlog: Backlog, slip: Slip, away: Ledger) -> None:
    word(backlog.ledger, slip, ONE, "ravi")
    word(away, slip, ONE, "meena")
    meet(backlog.ledger, away)
    assert counts(backlog.ledger, slip) == (f"same {ONE}", False)


def test_a_word_that_saw_the_other_ends_it(backlog: Backlog, slip: Slip, away: Ledger) -> None:
    word(backlog.ledger, slip, ONE, "ravi")
    away.merge(backlog.ledger.lines(backlog.ledger.chain))
    word(away, slip, TWO, "meena")
    backlog.ledger.merge(away.lines(away.chain))
    assert counts(backlog.ledger, slip) == (f"same {TWO}", False)


def test_a_second_look_of_one_office_does_not_beat_the_word_of_another(
    backlog: Backlog, slip: Slip, away: Ledger
) -> None:
    word(backlog.ledger, slip, ONE, "ravi", risky=True)
    review = reviewed(backlog.ledger, "anil")
    assert review is not None and review.question is Question.SECOND
    say(backlog.ledger, review, Word.SAME, ONE, by="anil")
    assert counts(backlog.ledger, slip) == (f"same {ONE}", False)
    word(away, slip, TWO, "meena")
    meet(backlog.ledger, away)
    assert counts(backlog.ledger, slip) == counts(away, slip) == ("ask", True)
    assert all(reviewed(away, login) is None for login in ("ravi", "anil", "meena"))


@pytest.mark.parametrize("agrees_last", [True, False])
def test_second_looks_of_two_offices_that_differ_go_to_a_third_person(
    backlog: Backlog, slip: Slip, away: Ledger, agrees_last: bool
) -> None:
    word(backlog.ledger, slip, ONE, "ravi", risky=True)
    away.merge(backlog.ledger.lines(backlog.ledger.chain))
    looks = [(away, TWO, "meena"), (backlog.ledger, ONE, "anil")]
    for ledger, to, login in looks if agrees_last else reversed(looks):
        review = reviewed(ledger, login)
        assert review is not None and review.question is Question.SECOND
        say(ledger, review, Word.SAME, to, by=login)
    meet(backlog.ledger, away)
    for ledger in (backlog.ledger, away):
        found = matches.matched(ledger.db(), slip.number)
        assert found is not None and (found.outcome, found.checked_by) == ("ask", "meena")
    review = reviewed(away, "sita")
    assert review is not None and review.question is Question.DIFFERS
    say(away, review, Word.SAME, ONE, by="sita")
    assert counts(away, slip) == (f"same {ONE}", False)


def test_who_takes_back_their_word_leaves_that_of_the_other_office(backlog: Backlog, slip: Slip, away: Ledger) -> None:
    word(backlog.ledger, slip, ONE, "ravi")
    word(away, slip, TWO, "meena")
    meet(backlog.ledger, away)
    take_back(away, slip.number, "a slip of the finger", by="meena")
    meet(backlog.ledger, away)
    assert counts(backlog.ledger, slip) == counts(away, slip) == (f"same {ONE}", False)
    take_back(away, slip.number, "another woman", by="meena")
    assert counts(away, slip) == ("ask", False) and matches.matched(away.db(), slip.number).said == ""  # type: ignore[union-attr]


def test_a_word_that_came_while_the_slip_was_on_the_screen_is_not_gone_over(
    backlog: Backlog, slip: Slip, away: Ledger
) -> None:
    word(backlog.ledger, slip, ONE, "ravi", risky=True)
    review = reviewed(backlog.ledger, "anil")
    assert review is not None
    word(away, slip, ONE, "ravi", risky=True)
    backlog.ledger.merge(away.lines(away.chain))
    with pytest.raises(ReviewOver):
        say(backlog.ledger, review, Word.SAME, ONE, by="anil")


def test_a_word_on_an_older_version_contradicts_nobody(backlog: Backlog, slip: Slip, away: Ledger) -> None:
    word(away, slip, TWO, "meena")
    backlog.correct(slip, patient=replace(SUNITA, name="Zubeda Shirazi", name_hindi=""))
    word(backlog.ledger, slip, ONE, "ravi")
    word(backlog.ledger, slip, ONE, "ravi")
    meet(backlog.ledger, away)
    assert counts(backlog.ledger, slip) == (f"same {ONE}", False)


def test_a_slip_that_was_sent_waits_for_a_person_too_and_their_word_is_a_repair(
    backlog: Backlog, slip: Slip, away: Ledger
) -> None:
    word(backlog.ledger, slip, ONE, "ravi")
    told: dict[str, Any] = {"number": slip.number.text, "revision": 0, "target": "his"}
    told |= {"run": "r", "person": ONE, "told": ""}
    backlog.ledger.write(lambda tx: tx.append(FactKind.SLIP_SENDING, told))
    word(away, slip, TWO, "meena")
    meet(backlog.ledger, away)
    assert counts(backlog.ledger, slip) == ("ask", True), "whoever of them is right, nothing changes silently"
    assert set_right(backlog.ledger, HOSPITAL, slip.number, "100000002", "she brought her card", by="anil") == 1
    assert counts(backlog.ledger, slip) == (f"same {TWO}", False)
