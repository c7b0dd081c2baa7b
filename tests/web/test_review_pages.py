"""The review of matches in a browser without JavaScript: one slip at a time, every answer a button, by two people."""

import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import after, matches
from fallback.slip import Age, SlipNumber
from tests import factories
from tests.matched import content_of, matched
from tests.web.visitor import Visitor
from tests.worked import accept, page

SURE: dict[str, Any] = {
    "reasons": [
        ["sex", {"says": "same sex", "values": {}}, -0.0],
        ["mobile", {"says": "same mobile", "values": {}}, 12.0],
        ["place", {"says": "another address", "values": {}}, -1.6],
    ]
}


@pytest.fixture
def room(visitor: Visitor) -> Visitor:
    visitor.log_in("ravi")
    return visitor


@pytest.fixture
def other(app: Flask) -> Visitor:
    found = Visitor(app)
    found.log_in("meena")
    return found


@pytest.fixture
def numbers(installation: Installation) -> list[SlipNumber]:
    """Two slips of what may be one woman; the matcher is not sure of the second."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    asked = factories.registration()
    found = [frontdesk.register(counter, shift.key, asked).row.slip.number]
    again = replace(asked, patient=factories.patient("Suneeta Devi", name_hindi="सुनिता देवी", age=Age(value=35)))
    found.append(frontdesk.register(counter, shift.key, again).row.slip.number)
    matched(installation.ledger, found[0], "new", index="")
    matched(installation.ledger, found[1], "ask", index="", others=[[found[0].text, 0.83]], **SURE)
    return found


def stands(installation: Installation, number: SlipNumber) -> tuple[str, str]:
    row = matches.matched(installation.ledger.db(), number)
    assert row is not None
    return row.outcome, row.person


def test_a_slip_is_joined_and_taken_back(room: Visitor, numbers: list[SlipNumber], installation: Installation) -> None:
    first, second = numbers
    start = room.get("/records/review")
    assert "nobody has looked" in start.text
    shown = room.send(start.page.form("clinic", action="want"))
    assert shown.path == f"/records/review/{second}"
    assert "Whose slip is this?" in shown.text and first.grouped in shown.text
    assert "83 %" not in shown.text, "what the matcher thinks is not known before somebody said a word"
    before = room.get(f"/records/review/{second}/said").text
    assert "83 %" not in before and "same mobile" not in before and "It waits for a person" in before
    assert "Sun<mark>i</mark>ta Devi" in shown.text
    form = shown.page.form(action="say")
    done = room.send(form, to=first.text)
    assert (done.path, stands(installation, second)) == ("/records/review/next", ("same", first.text))
    assert "Nothing waits for a person." in done.text
    said = room.get(f"/records/review/{second}/said").text
    assert re.findall(r'<span class="(for|against)">', said) == ["for", "for", "against"]
    again = room.send(done.page.form(action="undo"))
    assert (again.path, stands(installation, second)) == (f"/records/review/{second}", ("ask", ""))
    later = room.send(again.page.form(action="skip"))
    assert later.path == f"/records/review/{second}"
    wrong = room.send(later.page.form(action="say"), to="uhid:999999999")
    assert "Choose one from the list." in wrong.text


def test_a_risky_word_needs_a_second_login_that_sees_nothing_of_it(
    room: Visitor, other: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    first, second = numbers
    shown = room.get("/records/review/next")
    done = room.send(shown.page.form(action="say"), word="new")
    assert "need a second person" in done.text, "a woman with one mobile, name and age is not lightly called new"
    shown = other.get("/records/review/next")
    assert "the first answer is not shown" in shown.text and "ravi" not in shown.text
    said = other.get(f"/records/review/{second}/said")
    assert "needs a second person" in said.text and "ravi" not in said.text
    other.send(shown.page.form(action="say"), to=first.text)
    assert stands(installation, second)[0] == "ask"
    assert "two people differ" in room.get("/records/review").text


def test_words_of_two_offices_that_never_met_are_shown_and_a_third_login_decides(
    room: Visitor, other: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    first, second = numbers
    told = {"number": second.text, "digest": content_of(installation.ledger, second), "reason": "", "shown": []}
    same, new = {"decision": "same", "to": first.text}, {"decision": "new", "to": ""}
    for word, login in ((same, "ravi"), (new, "kavita")):
        content = told | word | {"over": []}

        def job(tx: Any, content: dict[str, Any] = content, login: str = login) -> None:
            tx.append(FactKind.MATCH_DECIDED, content, by=login)

        installation.ledger.write(job)
    assert "Nothing more for you" in room.get("/records/review/next").text, "ravi has spoken already"
    for page_of in (other.get(f"/records/review/{second}/said"), other.get("/records/review/next")):
        assert "Offices that had not heard of each other have said different things" in page_of.text
        assert "ravi" in page_of.text and "kavita" in page_of.text and first.text in page_of.text
    other.send(other.get("/records/review/next").page.form(action="say"), word="new")
    assert stands(installation, second) == ("new", "")
    assert "Offices" not in other.get(f"/records/review/{second}/said").text


def test_who_must_be_asked_stands_on_a_list(
    room: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    _, second = numbers
    room.send(room.get("/records/review/next").page.form(action="say"), word="ask")
    calls = room.get("/records/review/calls")
    assert second.grouped in calls.text and "Suneeta Devi" in calls.text
    shown = room.get(f"/records/review/{second}/take")
    assert "The patient was asked" in shown.text
    done = room.send(shown.page.form(action="say"), word="new", reason="her sister")
    assert done.path == "/records/review/calls"
    row = matches.matched(installation.ledger.db(), second)
    assert row is not None and row.said_reason == "her sister"


def test_what_was_said_and_a_repair_after_sending(
    room: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    first, second = numbers
    room.send(room.get("/records/review/next").page.form(action="say"), to=first.text)
    said = room.get(f"/records/review/said?number={second.grouped}")
    assert said.path == f"/records/review/{second}/said" and "same mobile" in said.text and "83 %" in said.text
    assert "Write something here" in room.send(said.page.form(action="back")).text
    told = {"number": second.text, "revision": 0, "target": "his"}

    def job(tx: Any) -> None:
        tx.append(FactKind.SLIP_SENDING, told | {"run": "r", "person": first.text, "told": ""})

    installation.ledger.write(job)
    said = room.get(f"/records/review/{second}/said")
    assert "It was sent to: his." in said.text
    form = said.page.form(action="right")
    assert "Type the slip or the UHID of the person." in room.send(form, reason="another woman").text
    done = room.send(form, word="new", reason="another woman")
    assert stands(installation, second) == ("new", "") and done.path == "/records/repairs"
    assert [each.number for each in after.repairs(installation.ledger.db())] == [second]


def test_the_page_of_the_slip_stands_beside(
    room: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    accept(installation.ledger, page("1" * 64, "read", ("genuine", numbers[1])))
    shown = room.get("/records/review/next")
    assert "no-paper" in shown.text, "its picture is not in the store"


def test_an_auditor_looks_and_a_clerk_does_not(app: Flask, numbers: list[SlipNumber]) -> None:
    clerk = Visitor(app)
    clerk.log_in("asha")
    assert clerk.get("/records/review").status == 403
    assert clerk.get(f"/records/review/{numbers[1]}").status == 403


def test_no_slip_that_is_not_held_is_answered(
    room: Visitor, other: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    form = room.get("/records/review/next").page.form(action="say")
    room.post("/records/review/leave", {"csrf_token": form.fields["csrf_token"]})
    assert other.get("/records/review/next").path == f"/records/review/{numbers[1]}"
    answer = room.send(form, word="new")
    assert answer.status == 409 and stands(installation, numbers[1])[0] == "ask"
    assert room.get("/records/review/00000000000").status == 404
    assert room.get(f"/records/review/{SlipNumber(9, 9)}/said").status == 404


def test_the_urgent_alone_and_a_choice_that_is_none(
    room: Visitor, numbers: list[SlipNumber], installation: Installation
) -> None:
    form = room.get("/records/review").page.form("clinic", action="want")
    done = room.send(form, urgent="y")
    assert done.path == "/records/review/next" and "Of what you chose everybody is known" in done.text
    assert room.send(form, clinic="x", day="yesterday").path == f"/records/review/{numbers[1]}"
    assert room.send(form, clinic="999").path == "/records/review/next"
