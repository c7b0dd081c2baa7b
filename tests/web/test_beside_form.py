"""Look-alikes in a browser: a piece of the page while one types, the question, one taken over, and what is kept."""

from pathlib import Path

import pytest
from flask import Flask

from fallback import frontdesk
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.patients import Columns, PatientIndex
from fallback.slip import SlipNumber
from tests.web.visitor import Answer, Visitor

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,<b>Sunita Devi,F,1992,Ramesh Kumar,9876501234,Karol Bagh
100000002,Sunita Devi,F,1992-05-31,Abdul Karim,,Okhla
"""
FIRST = SlipNumber(1, 1)
TYPED = {"name": "Sunitha Devi", "sex": "female", "age": "34", "clinic": "ENT", "booking": "ORS-9"}


@pytest.fixture
def loaded(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    frontdesk.load_index(installation.ledger, PatientIndex(installation.folder, installation.vault), path, Columns())


def beside(desk: Visitor, **typed: object) -> Answer:
    form = desk.new_form()
    return desk.post("/alike", form.fields | TYPED | typed)


def contents(installation: Installation, kind: FactKind) -> list[dict[str, object]]:
    return [line.content for line in installation.ledger.lines() if line.fact is kind]


def test_the_piece_names_people_with_their_reasons(desk: Visitor) -> None:
    desk.register()
    text = beside(desk, mobile="9810000001").text
    assert "Sunita Devi" in text and "Ram Prasad" in text and "001 000 001 14" in text
    assert "same mobile" in text and "name sounds alike" in text
    assert f'name="alike" form="registration" value="{FIRST}"' in text and "<html" not in text


def test_nobody_is_shown_for_a_name_alone_or_for_nothing(desk: Visitor) -> None:
    desk.register()
    for typed in ({"age": ""}, {"name": "", "age": ""}, {"confidential": "y"}, {"alias": "y"}, {"age": "xyz"}):
        assert "<li" not in beside(desk, **typed).text, typed
    assert "Sunita Devi" in beside(desk).text


@pytest.mark.parametrize(
    "junk", ["<script>alert(1)</script>", "\u202e" * 400, "9" * 5_000, "%_'\"\\", "नाम\u0000", "-"]
)
def test_whatever_is_typed_the_piece_answers(desk: Visitor, junk: str) -> None:
    desk.register()
    names = (
        "name",
        "name_hindi",
        "sex",
        "age",
        "guardian",
        "mobile",
        "locality",
        "uhid",
        "abha",
        "asked_answer",
        "alike",
    )
    for name in names:
        answer = beside(desk, **{"asked_field": "guardian", name: junk})
        assert answer.status == 200 and "<script>" not in answer.text, name


def test_a_session_or_a_form_that_is_not_ours_gets_nothing(app: Flask, desk: Visitor) -> None:
    desk.register()
    assert desk.post("/alike", TYPED).status == 400
    stranger = Visitor(app).post("/alike", desk.new_form().fields | TYPED)
    assert "Ram Prasad" not in stranger.text


@pytest.mark.usefixtures("loaded")
def test_the_index_shows_four_digits_and_asks_what_decides(desk: Visitor, installation: Installation) -> None:
    text = beside(desk).text
    assert "100000001" in text and "······1234" in text and "9876501234" not in text and "<b>" not in text
    assert "father" in text and 'name="asked_field" form="registration" value="guardian"' in text
    looked = contents(installation, FactKind.PATIENT_LOOKED_UP)
    assert [each["reason"] for each in looked] == ["typing"]


@pytest.mark.usefixtures("loaded")
def test_an_answer_says_who_it_is_and_the_question_stays(desk: Visitor) -> None:
    answered = beside(desk, asked_field="guardian", asked_answer="अब्दुल करीम").text
    assert "same guardian" in answered and "another guardian" in answered
    assert 'value="guardian"' in answered and "अब्दुल करीम" in answered
    assert answered.index("Abdul Karim") < answered.index("Ramesh Kumar"), "the likeliest first"
    kept = beside(desk, asked_field="guardian", asked_answer="अब्दुल करीम", alike=["uhid:100000001", "uhid:100000002"])
    assert kept.text.index("Ramesh Kumar") < kept.text.index("Abdul Karim"), "nobody moves who stands there already"
    gone = beside(desk, name="Sunitha", guardian="Abdul Karim", age="31-05-1992", uhid="", mobile="",
                  alike=["00100000114", "uhid:100000002"])  # fmt: skip
    assert 'data-digit="2"' in gone.text[: gone.text.index("Abdul Karim")], "nor when the one above is gone"


def test_one_of_the_journal_is_taken_for_a_visit_with_what_was_typed_for_it(
    desk: Visitor, installation: Installation
) -> None:
    desk.register(mobile="9810000001", category="bpl")
    form = desk.new_form()
    taken = desk.post("/alike/take", form.fields | TYPED | {"taken": str(FIRST), "mobile": "9810000077"})
    visit = taken.page.form("name", "form", action="register")
    assert visit.fields["previous"] == str(FIRST) and visit.fields["patient_number"] == str(FIRST)
    assert visit.fields["name"] == "Sunita Devi" and visit.fields["guardian"] == "Ram Prasad"
    assert (visit.fields["clinic"], visit.fields["mobile"]) == ("ENT", "9810000077"), "what was typed now"
    assert visit.fields["form"] == form.fields["form"] and visit.fields["category"] == "bpl"
    answer = desk.send(visit)
    assert answer.path.startswith("/issued/"), answer.says
    slip = contents(installation, FactKind.SLIP_ISSUED)[-1]["slip"]
    assert isinstance(slip, dict) and slip["patient_number"] == str(FIRST)


@pytest.mark.usefixtures("loaded")
def test_one_of_the_index_is_taken_and_the_others_are_kept_with_the_slip(
    desk: Visitor, installation: Installation
) -> None:
    form, people = desk.new_form(), ["uhid:100000001", "uhid:100000002"]
    typed = form.fields | TYPED | {"alike": people}
    desk.post("/alike", typed)
    asked = {"asked_field": "guardian", "asked_answer": "Abdul"}
    taken = desk.post("/alike/take", typed | asked | {"taken": "uhid:100000002"})
    visit = taken.page.form("name", "form", action="register")
    assert (visit.fields["uhid"], visit.fields["guardian"], visit.fields["clinic"]) == (
        "100000002",
        "Abdul Karim",
        "ENT",
    )
    assert visit.fields["age"] == "31-05-1992"
    assert len(contents(installation, FactKind.PATIENT_LOOKED_UP)) == 1, "taking over whom it showed is no other look"
    assert 'name="alike" form="registration" value="uhid:100000001"' in taken.text
    desk.send(visit, alike="uhid:100000001", relation="husband", mobile="9810000001", **asked)
    content = contents(installation, FactKind.SLIP_ISSUED)[-1]
    assert content["alike"] == ["uhid:100000001"] and content["asked"] == {"field": "guardian", "answer": "Abdul"}


@pytest.mark.usefixtures("loaded")
def test_whom_no_look_showed_is_looked_up_first(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    taken = desk.post("/alike/take", form.fields | TYPED | {"taken": "uhid:100000001"})
    assert taken.page.form("name", action="register").fields["uhid"] == "100000001"
    assert len(contents(installation, FactKind.PATIENT_LOOKED_UP)) == 1


@pytest.mark.parametrize("taken", ["", "x", "uhid:", "uhid:999999999", "00100099934", "../..", "uhid:a b"])
def test_what_is_nobody_is_told_and_what_was_typed_stays(desk: Visitor, taken: str) -> None:
    answer = desk.post("/alike/take", desk.new_form().fields | TYPED | {"taken": taken})
    assert answer.status == 404 and answer.says
    assert answer.page.form("name", "form", action="register").fields["name"] == TYPED["name"]


def test_who_stood_there_and_was_not_taken_goes_into_the_journal(desk: Visitor, installation: Installation) -> None:
    desk.register()
    sent = {"alike": [str(FIRST), "junk", "uhid:<b>"], "asked_field": "guardian", "asked_answer": " Ram  Lal "}
    answer = desk.register(name="Sunitha Devi", **sent)
    assert answer.path.startswith("/issued/")
    content = contents(installation, FactKind.SLIP_ISSUED)[-1]
    assert content["alike"] == [str(FIRST)] and content["asked"] == {"field": "guardian", "answer": "Ram Lal"}


def test_the_answer_comes_back_with_a_form_that_is_wrong(desk: Visitor) -> None:
    desk.register()
    sent = {"alike": [str(FIRST)], "asked_field": "guardian", "asked_answer": "<Mukesh>"}
    answer = desk.register(clinic="nowhere", **sent)
    assert answer.status >= 400 and 'value="&lt;Mukesh&gt;"' in answer.text
    assert f'name="alike" form="registration" value="{FIRST}"' in answer.text


def test_a_browser_without_script_asks_with_a_button(desk: Visitor) -> None:
    desk.register()
    page = desk.get("/").text
    assert 'formaction="/alike/page"' in page
    answer = desk.post("/alike/page", desk.new_form().fields | TYPED)
    assert "name sounds alike" in answer.text
    assert answer.page.form("name", "form", action="register").fields["name"] == "Sunitha Devi"


def test_enter_registers_and_takes_nobody(desk: Visitor) -> None:
    """The first button of a form in the page's order is what Enter presses, also one that stands outside of it."""
    desk.register()
    text = desk.post("/alike/page", desk.new_form().fields | TYPED).text
    assert 0 < text.index('class="main"') < text.index('class="take"')


def test_the_piece_speaks_hindi(desk: Visitor) -> None:
    desk.register()
    with desk.client.session_transaction() as session:
        session["language"] = "hi"
    text = beside(desk, mobile="9810000001").text
    assert "वही मोबाइल" in text and "same" not in text
