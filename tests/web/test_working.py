"""The worklist in a browser without JavaScript: an item at a time, every answer a button, undone, by two people."""

import re

import pytest
from flask import Flask

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import PageRow
from fallback.ledger.queries.outcomes import evidence_of
from fallback.outcome import Told, outcome_of
from fallback.slip import SlipNumber
from tests import factories
from tests.web.visitor import Answer, Visitor
from tests.worked import accept, page, ticks

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
PAD = {
    "name": "Laxmi Kumari", "guardian": "Mohan Lal", "relation": "husband", "sex": "female", "age": "57",
    "age_unit": "years", "mobile": "9810305743",
}  # fmt: skip
REST = {"locality": "Gali 7, Sangam Vihar", "clinic": "MED", "day": "23-11-2026", "time": "9:40"}


@pytest.fixture
def room(visitor: Visitor) -> Visitor:
    visitor.log_in("ravi")
    return visitor


@pytest.fixture
def other(app: Flask) -> Visitor:
    """A second person of the records room."""
    found = Visitor(app)
    found.log_in("meena")
    return found


@pytest.fixture
def number(installation: Installation) -> SlipNumber:
    """A slip that was issued here."""
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    return frontdesk.register(counter, shift.key, factories.registration()).row.slip.number


@pytest.fixture
def pad(installation: Installation) -> SlipNumber:
    (found,), _ = frontdesk.print_pads(factories.counter(installation), series=2, count=1, issued_to="Ward 5")
    return found


def seen(installation: Installation, picture: str) -> PageRow:
    row = queries.page(installation.ledger.db(), picture)
    assert row is not None
    return row


def work(visitor: Visitor) -> Answer:
    return visitor.get("/records/work")


def decide(visitor: Visitor, answer: Answer, decision: str, **more: str) -> Answer:
    form = next(form for form in answer.page.forms if form.action.endswith("/decide"))
    fields = {"csrf_token": form.fields["csrf_token"], "decision": decision} | more
    return visitor.post(form.action, fields)


def look(visitor: Visitor, answer: Answer, typed: str) -> Answer:
    return visitor.get(f"{answer.path}?number={typed}")


# --- A page whose code could not be read ----------------------------------------------------------------------------


def test_a_number_is_looked_up_and_then_taken(room: Visitor, installation: Installation, number: SlipNumber) -> None:
    accept(installation.ledger, page(ONE, "unread"))
    answer = work(room)
    assert answer.path == f"/records/work/{ONE}"
    assert "Nothing could be read" in answer.text
    assert "box.pdf, page 1" in answer.text
    assert "1 left" in answer.text
    found = look(room, answer, "001-000-001 14")
    assert "Sunita Devi" in found.text
    assert seen(installation, ONE).decision == "", "to look is not to take"
    answer = room.send(found.page.form("number", "decision", action="/decide"), **{"box-0-outcome.seen": "ticked"})
    assert "The worklist is empty" in answer.text
    row = seen(installation, ONE)
    assert (row.decision, row.number, row.login) == ("belongs", number.text, "ravi")
    assert outcome_of(evidence_of(installation.ledger.db(), number.text)).seen.value == "seen"
    shown = room.get(f"/slips/{number}")
    assert f"/records/pages/{ONE}/picture" in shown.page.links
    clerk = Visitor(room.client.application)
    clerk.log_in("asha")
    assert ONE not in clerk.get(f"/slips/{number}").text


def test_of_a_page_with_bars_alone_the_slip_is_shown_and_its_ticks_are_asked(
    room: Visitor, installation: Installation, number: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "number_only", ("number_only", number)))
    answer = work(room)
    assert "Sunita Devi" in answer.text
    assert seen(installation, ONE).decision == "", "to show is not to take"
    asked = answer.page.form("number", "decision", action="/decide")
    assert "The worklist is empty" in room.send(asked, **{"box-0-outcome.admitted": "ticked"}).text
    assert outcome_of(evidence_of(installation.ledger.db(), number.text)).told == (Told.ADMITTED,)


def test_a_number_whose_digits_are_off_is_told_by_the_same_rule(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"))
    answer = look(room, work(room), "00100000115")
    assert "00100000115 is not a slip number" in answer.says
    assert 'aria-invalid="true"' in answer.text
    assert "<script>" not in look(room, work(room), "%3Cscript%3E").text
    taken = decide(room, answer, "belongs", number="00100000115")
    assert "look at each digit again" in taken.says
    assert seen(installation, ONE).decision == ""


def test_a_number_that_nobody_handed_out_needs_a_second_word(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"))
    stranger = SlipNumber(1, 77)
    answer = look(room, work(room), stranger.text)
    assert 'name="certain"' in answer.text
    form = answer.page.form("number", action="/decide")
    refused = room.send(form)
    assert refused.status == 409 or "not" in refused.says
    assert seen(installation, ONE).decision == ""
    assert 'name="certain"' in refused.text, "it is asked again, with the number"
    room.send(form, certain="y")
    assert seen(installation, ONE).number == stranger.text


def test_what_a_machine_believes_to_see_is_offered_and_no_more(
    room: Visitor, installation: Installation, number: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "unread", suggested=number.text))
    answer = work(room)
    assert "A machine believes to see" in answer.text
    (link,) = [each for each in answer.page.links if f"number={number}" in each]
    answer = room.get(link)
    assert seen(installation, ONE).decision == ""
    room.send(answer.page.form("number", action="/decide"))
    assert seen(installation, ONE).number == number.text


def test_the_back_of_the_slip_before_is_offered_and_no_more(
    room: Visitor, installation: Installation, number: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "read", ("genuine", number)), page(TWO, "unread", page=2))
    answer = work(room)
    assert answer.path.endswith(TWO)
    assert "Is it the back of" in answer.text
    assert seen(installation, TWO).number == ""


@pytest.mark.parametrize("decision", ["not_ours", "blank", "scanned_again", "typed_in"])
def test_one_key_decides(room: Visitor, installation: Installation, decision: str) -> None:
    accept(installation.ledger, page(ONE, "unread"), page(TWO, "unread", page=2))
    answer = decide(room, work(room), decision)
    assert answer.path.endswith(TWO), "on to the next"
    assert seen(installation, ONE).decision == decision


def test_too_damaged_needs_a_reason_and_accounts_for_the_number(
    room: Visitor, installation: Installation, pad: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "unread"))
    answer = decide(room, work(room), "too_damaged", number=pad.text)
    assert "kept with your name" in answer.says
    assert "open" in re.search(r"<details[^>]*>(?=\s*<summary[^>]*data-key=\"d\")", answer.text)[0]  # type: ignore[index]
    decide(room, answer, "too_damaged", number=pad.text, reason="wet or stained")
    spent = {row.number: (row.spent, row.spent_reason) for row in queries.numbers(installation.ledger.db(), "")}
    assert spent[pad] == ("missing", "wet or stained")


def test_undo_is_a_new_fact_and_brings_the_page_back(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"), page(TWO, "unread", page=2))
    answer = decide(room, work(room), "not_ours")
    assert "Undo: not our slip" in answer.text
    answer = room.send(answer.page.form(action="/undo"))
    assert answer.path.endswith(ONE), "the very page, though another was held meanwhile"
    assert seen(installation, ONE).decision == ""
    kinds = [line.fact.value for line in installation.ledger.lines()]
    assert kinds[-2:] == ["page_decided", "page_reopened"]


def test_undo_with_nothing_to_take_back_says_so(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"))
    token = work(room).page.form(action="/skip").fields["csrf_token"]
    assert room.post("/records/work/undo", {"csrf_token": token}).says


def test_what_is_sent_twice_or_changed_on_its_way_decides_nothing(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"), page(TWO, "unread", page=2))
    answer = work(room)
    for wrong in ("", "eaten", "marks", "x" * 500):
        assert "Choose one from the list" in decide(room, answer, wrong).says
    decide(room, answer, "not_ours")
    assert "not among those" in decide(room, answer, "blank").says
    assert seen(installation, ONE).decision == "not_ours"
    assert seen(installation, TWO).decision == ""


# --- Two people ------------------------------------------------------------------------------------------------------


def test_two_people_never_have_the_same_page(room: Visitor, other: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"), page(TWO, "unread", page=2))
    mine, theirs = work(room), work(other)
    assert {mine.path, theirs.path} == {f"/records/work/{ONE}", f"/records/work/{TWO}"}
    assert work(room).path == mine.path, "the same again after a reload"
    assert other.get(mine.path).path == theirs.path, "an address that was passed on leads to the own page"
    assert "not among those" in decide(other, mine, "not_ours").says
    assert seen(installation, ONE).decision == ""
    token = mine.page.form(action="/skip").fields["csrf_token"]
    assert room.post("/records/work/hold", {"csrf_token": token}).status == 204
    assert room.post("/records/work/leave", {"csrf_token": token}).status == 204
    assert room.post("/records/work/hold", {"csrf_token": token}).status == 409


def test_later_puts_a_page_at_the_end_and_the_list_leads_to_any(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "unread"), page(TWO, "unread", page=2))
    answer = room.send(work(room).page.form(action="/skip"))
    assert answer.path.endswith(TWO)
    (link,) = [each for each in room.get("/records/pages").page.links if ONE in each]
    assert room.get(link).path == f"/records/work/{ONE}"


# --- Boxes ------------------------------------------------------------------------------------------------------------


def test_doubtful_boxes_are_answered_one_by_one(room: Visitor, installation: Installation, number: SlipNumber) -> None:
    form = ticks("days.1", "days.2", outcome__seen="doubtful", outcome__referred="doubtful")
    accept(installation.ledger, page(ONE, "doubtful", ("genuine", number), forms=[form]))
    answer = work(room)
    assert "Which of these boxes are ticked?" in answer.text
    assert "Referred to" in answer.text
    sent = answer.page.form(action="/marks")
    told = {"box-0-outcome.seen": "ticked", "box-0-days-digits": "15"}
    again = room.send(sent, **told)
    assert "each doubtful box" in again.says
    assert re.search(r'name="box-0-outcome.seen" value="ticked"[^>]*checked', again.text), "what was said is kept"
    assert 'name="box-0-days-digits" value="15"' in again.text
    assert room.send(sent, **told | {"box-0-outcome.referred": "perhaps"}).says
    answer = room.send(sent, **told | {"box-0-outcome.referred": "ticked"})
    assert "The worklist is empty" in answer.text
    said = outcome_of(evidence_of(installation.ledger.db(), number.text))
    assert (said.seen.value, said.days) == ("seen", 15)
    assert Told.REFERRED in said.told


# --- Pads ------------------------------------------------------------------------------------------------------------


def test_a_pad_is_read_by_two_people_who_differ_and_becomes_a_slip(
    room: Visitor, other: Visitor, installation: Installation, pad: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "pad", ("genuine", pad), forms=[ticks("sex.female", form="pad.slip")]))
    answer = work(room)
    assert "type it in" in answer.text
    assert "by machine" in answer.text
    form = answer.page.form("name", "day", action="/enter")
    assert form.fields["sex"] == "female"
    assert form.fields["fee_status"] == "later"
    wrong = room.send(form, **PAD | {"age": "200"}, **REST | {"day": "tomorrow", "clinic": "none"})
    for field in ("age", "day", "clinic"):
        assert f'id="{field}-error"' in wrong.text
    assert wrong.page.form("name", action="/enter").fields["name"] == "Laxmi Kumari"
    assert 'form="pad" name="language" value="hi"' in wrong.text
    spoken = room.send(form, **PAD, **REST, language="hi")
    assert '<html lang="hi">' in spoken.text
    again = spoken.page.form("name", "day", action="/enter")
    assert again.fields["name"] == "Laxmi Kumari", "the other language loses nothing that was typed"
    room.send(again, language="en")
    answer = room.send(form, **PAD, **REST)
    assert "Nothing more for you" in answer.text, "the second reading is somebody else's"

    answer = work(other)
    assert "Read once more" in answer.text
    for word in ("Laxmi", "Mohan", "9810305743", "Sangam Vihar", "by machine"):
        assert word not in answer.text, "nothing of the first reading is shown"
    form = answer.page.form("name", action="/enter")
    assert "day" not in form.fields
    wrong = other.send(form, **PAD | {"age": "200"})
    assert 'id="age-error"' in wrong.text
    assert "Sangam" not in wrong.text
    answer = other.send(form, **PAD | {"name": "LAKSHMI KUMARI", "age": "57 y"})
    assert "Two people read this differently" in answer.text
    assert "Laxmi Kumari" in answer.text
    assert "LAKSHMI KUMARI" in answer.text
    form = answer.page.form(action="/choose")
    assert "Choose which" in other.send(form).says
    assert "The worklist is empty" in other.send(form, **{"choice-name": "first"}).text
    row = queries.slip(installation.ledger.db(), pad)
    assert row is not None
    assert (row.slip.patient.name, row.slip.patient.mobile, row.slip.visit.clinic) == ("Laxmi Kumari", "9810305743", 1)
    assert "Filled in" in other.get(f"/slips/{pad}").text


def test_two_readings_that_agree_make_the_slip_at_once(
    room: Visitor, other: Visitor, installation: Installation, pad: SlipNumber
) -> None:
    accept(installation.ledger, page(ONE, "pad", ("genuine", pad)))
    room.send(work(room).page.form("name", action="/enter"), **PAD, **REST)
    other.send(work(other).page.form("name", action="/enter"), **PAD | {"name": "laxmi  kumari"})
    row = queries.slip(installation.ledger.db(), pad)
    assert row is not None
    assert row.slip.patient.name == "Laxmi Kumari"
    answer = room.get("/records/work")
    assert "Undo: typed in" not in answer.text or room.send(answer.page.form(action="/undo")).says


def test_a_pad_that_was_not_used_or_was_crossed_out(room: Visitor, installation: Installation) -> None:
    numbers, _ = frontdesk.print_pads(factories.counter(installation), series=2, count=2, issued_to="Ward 5")
    accept(
        installation.ledger,
        page(ONE, "pad", ("genuine", numbers[0])),
        page(TWO, "pad", ("genuine", numbers[1]), page=2),
    )
    answer = decide(room, work(room), "blank")
    decide(room, answer, "spoiled", reason="crossed out by pen")
    spent = {row.number: row.spent for row in queries.numbers(installation.ledger.db(), "")}
    assert (spent[numbers[0]], spent[numbers[1]]) == ("unused", "spoiled")


# --- Without a picture ----------------------------------------------------------------------------------------------


def test_a_page_that_cannot_be_shown_can_still_be_decided(room: Visitor, installation: Installation) -> None:
    accept(installation.ledger, page(ONE, "problem", problem="Page 1 of box.pdf stopped the reader."))
    answer = work(room)
    assert "cannot be shown" in answer.text
    assert "stopped the reader" in answer.text
    assert "<img" not in answer.text.partition("<main")[2]
    decide(room, answer, "scanned_again")
    assert seen(installation, ONE).decision == "scanned_again"


# --- Words ------------------------------------------------------------------------------------------------------------


def test_the_worklist_speaks_hindi(room: Visitor, installation: Installation, number: SlipNumber) -> None:
    form = ticks(outcome__seen="doubtful")
    accept(installation.ledger, page(ONE, "doubtful", ("genuine", number), forms=[form]), page(TWO, "unread", page=2))
    room.send(work(room).page.form("back", action="language"), language="hi")
    answer = work(room)
    texts = answer.text + room.send(answer.page.form(action="/skip")).text
    for path in ("/records", "/records/pages", "/records/batches", "/records/batch?name=box+1", "/records/camera"):
        texts += room.get(path).text
    for english in ("Look up", "Not ours", "left", "Ticked", "Which of", "Nothing could", "Batches", "Take a picture"):
        assert f">{english}" not in texts, english
    assert "Later" not in texts
