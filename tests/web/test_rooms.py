"""Clinics in a browser: a full one asks for a day or a reason, a supervisor's roster, the room's screen, the board."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.hospital import Hospital
from fallback.ledger.queries import queue
from fallback.web import close, create_app
from tests import factories
from tests.test_queue import ENT, MED, MONDAY
from tests.web.visitor import NEW, Answer, Visitor


def small(**other: object) -> Hospital:
    """The example hospital, whose ENT takes two."""
    known = factories.hospital()
    of = {"cap": 2, "overbook": 50} | other
    clinics = tuple(replace(each, **of) if each.number == ENT else each for each in known.clinics)  # type: ignore[arg-type]
    return replace(known, clinics=clinics)


@pytest.fixture
def app(installation: Installation) -> Iterator[Flask]:
    enrolment.set_user(installation.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    made = create_app(installation, small(), clock=factories.clock())
    yield made
    close(made)


@pytest.fixture
def nurse(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.log_in("lata")
    return visitor


def token(answer: Answer) -> str:
    found = re.search(r'class="just-token">.*?<strong>([^<]+)</strong>', answer.text)
    assert found, answer.says
    return found[1]


def register(desk: Visitor, name: str = "Sunita Devi", clinic: str = "ENT", **other: str) -> Answer:
    return desk.register(**NEW | {"name": name, "clinic": clinic} | other)


def board_of(visitor: Visitor) -> str:
    found = re.search(r'action="(/board/[0-9a-f]{20})"', visitor.get("/supervisor/clinics").text)
    assert found
    return found[1]


def test_a_full_clinic_is_told_beside_the_form_and_another_day_is_one_choice(desk: Visitor) -> None:
    assert 'name="visit_day"' not in desk.get("/").text, "nobody is asked who need not be"
    register(desk)
    register(desk, "Geeta Rani")
    full = register(desk, "Kamla Devi")
    assert "ENT is full on 23-11-2026: 2 of 2 places are given" in full.says
    assert "24-11-2026 · Tuesday" in full.text
    form = full.page.form("visit_day", "overbooked")
    assert form.fields["name"] == "Kamla Devi", "nothing typed is lost"
    done = desk.send(form, visit_day="24-11-2026")
    assert token(done) == "A-1"
    reason = desk.send(register(desk, "Radha Devi").page.form("overbooked"), overbooked="came from Leh")
    assert token(reason) == "A-3"
    for _again in range(2):
        gone = desk.send(register(desk, "Meera Devi").page.form("overbooked"), overbooked="came from Leh")
    assert "extra places too" in gone.says
    urgent = desk.send(gone.page.form("overbooked"), emergency="y")
    assert "/issued/" in urgent.path


def test_the_list_of_clinics_says_who_is_full_and_what_a_supervisor_said(app: Flask, desk: Visitor) -> None:
    assert re.search(r'value="ENT" data-says="[^"]*Room 207 · ₹0"', desk.get("/").text)
    register(desk)
    register(desk, "Geeta Rani")
    assert re.search(r'value="ENT" data-says="[^"]* · full"', desk.get("/").text)
    boss = Visitor(app)
    boss.log_in("meena")
    page = boss.get(f"/supervisor/clinics/{ENT}")
    boss.send(page.page.form("sits", "cap"), sits="no", reason="the surgeon is ill")
    assert re.search(r'value="ENT" data-says="[^"]* · does not sit today"', desk.get("/").text)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"reason": ""}, "kept with your name"),
        ({"cap": "many", "reason": "x"}, "whole number up to 5000"),
        ({"cap": "-1", "reason": "x"}, "whole number up to 5000"),
        ({"cap": "99999", "reason": "x"}, "whole number up to 5000"),
    ],
)
def test_a_roster_that_cannot_be_is_shown_again(typed: dict[str, str], says: str, app: Flask) -> None:
    boss = Visitor(app)
    boss.log_in("meena")
    form = boss.get(f"/supervisor/clinics/{ENT}?day=25-11-2026").page.form("sits", "cap")
    answer = boss.send(form, room="Tent 2", **typed)
    assert says in answer.text
    assert answer.page.form("sits", "cap").fields["room"] == "Tent 2"
    assert "25-11-2026" in answer.text


def test_a_supervisor_sets_a_day_and_switches_a_clinic_back(
    app: Flask, desk: Visitor, installation: Installation
) -> None:
    boss = Visitor(app)
    boss.log_in("meena")
    form = boss.get(f"/supervisor/clinics/{ENT}").page.form("sits", "cap")
    shown = boss.send(form, room="Tent 2", cap="7", reason="the roof leaks")
    assert "Tent 2" in shown.text
    assert "/ 7" in shown.text
    switch = boss.get(f"/supervisor/clinics/{ENT}").page.form(action="/switch")
    assert "kept with your name" in boss.send(switch, reason="").text
    boss.send(switch, reason="their server is up")
    assert queue.switches(installation.ledger.db())[ENT].by == "meena"
    refused = register(desk)
    assert "back on the hospital's own system" in refused.says
    assert "/issued/" in desk.send(refused.page.form("overbooked"), overbooked="their printer is dead").path


def test_a_room_calls_and_tells_with_keys_alone(desk: Visitor, nurse: Visitor, installation: Installation) -> None:
    for name in ("Sunita Devi", "Geeta Rani"):
        register(desk, name)

    def words() -> dict[str, str]:
        return {row.token: row.word for row in queue.queue(installation.ledger.db(), ENT, MONDAY)}

    called = nurse.send(nurse.get(f"/room/{ENT}").page.form(action="/next"))
    assert words() == {"A-1": "called", "A-2": ""}
    inside = re.search(r'name="seen" value="(\d{11})" accesskey="n"', called.text)
    assert inside, "one key says that whoever is inside was seen, and calls the next"
    again = nurse.send(called.page.form(action="/next"), seen=inside[1])
    assert words() == {"A-1": "seen", "A-2": "called"}
    assert 'accesskey="x"' in again.text
    over = nurse.send(again.page.form(action="/next"), seen="nonsense")
    assert "is not a slip number" in over.text
    assert words() == {"A-1": "seen", "A-2": "called"}


def test_the_box_of_a_room_calls_who_is_scanned_and_names_who_is_wrong_here(
    desk: Visitor, nurse: Visitor, installation: Installation
) -> None:
    register(desk, clinic="MED")
    number = queue.queue(installation.ledger.db(), MED, MONDAY)[0].number
    wrong = nurse.send(nurse.get(f"/room/{ENT}").page.form("typed"), typed=number.text)
    assert "is for MED, not for this clinic" in wrong.text
    for typed in ("", "hello", "12345678901", "1" * 5_000, "<script>"):
        answer = nurse.send(nurse.get(f"/room/{ENT}").page.form("typed"), typed=typed)
        assert 'class="error"' in answer.text
        assert "<script>" not in answer.text.replace("<script src", "")
    nurse.send(nurse.get(f"/room/{MED}").page.form("typed"), typed=number.grouped)
    assert queue.visit(installation.ledger.db(), number).word == "called"  # type: ignore[union-attr]
    number_path = f"/room/{MED}/slips/{number}"
    token_of_session = nurse.get(f"/room/{MED}").page.form("typed").fields["csrf_token"]
    for data, word in (({"word": "back", "reason": "blood first"}, "waiting"), ({"word": "not_seen"}, "not_seen")):
        nurse.post(number_path, data | {"csrf_token": token_of_session})
        assert queue.visit(installation.ledger.db(), number).word == word  # type: ignore[union-attr]
    odd = nurse.post(number_path, {"word": "dance", "csrf_token": token_of_session})
    assert "Choose one from the list" in odd.text


def test_a_departments_counter_keeps_its_unit_and_room(
    desk: Visitor, nurse: Visitor, installation: Installation
) -> None:
    register(desk)
    number = queue.queue(installation.ledger.db(), ENT, MONDAY)[0].number
    form = nurse.get(f"/room/{ENT}/place").page.form("typed", "unit")
    told = nurse.send(form, typed=number.text, unit="Unit II", room="208")
    assert "A-1" in told.text
    again = told.page.form("typed", "unit").fields
    assert (again["unit"], again["room"], again["typed"]) == ("Unit II", "208", "")
    assert "at most 20 letters" in nurse.send(form, typed=number.text, room="x" * 21).text


def test_the_board_shows_tokens_and_rooms_to_whoever_has_its_address_and_no_name(
    app: Flask, desk: Visitor, nurse: Visitor
) -> None:
    boss, nobody = Visitor(app), Visitor(app)
    boss.log_in("meena")
    address = board_of(boss)
    register(desk, "Sunita Devi")
    register(desk, "Geeta Rani", clinic="MED")
    nurse.send(nurse.get(f"/room/{ENT}").page.form(action="/next"))
    shown = nobody.get(address)
    assert shown.status == 200
    assert ">A-1<" in shown.text
    assert "207" in shown.text
    for secret in ("Sunita", "सुनीता", "9810000001", "Lata"):
        assert secret not in shown.text
    assert "General Medicine" in shown.text
    assert "General Medicine" not in nobody.get(f"{address}?c={ENT}&c=nonsense").text
    assert "no-store" in shown.headers["Cache-Control"]
    for wrong in (address[:-1] + "g", "/board/x", "/board/" + "0" * 20, "/board/ü"):
        assert nobody.get(wrong).status == 404


def test_a_discreet_clinic_stands_on_the_board_by_its_room(installation: Installation) -> None:
    made = create_app(installation, small(discreet=True), clock=factories.clock())
    desk, boss, nurse = Visitor(made).at_desk(), Visitor(made), Visitor(made)
    boss.log_in("meena")
    register(desk)
    enrolment.set_user(installation.ledger, "lata", "Lata Bai", Role.COUNTER, factories.PIN)
    nurse.log_in("lata")
    nurse.send(nurse.get(f"/room/{ENT}").page.form(action="/next"))
    text = Visitor(made).get(board_of(boss)).text
    assert "Ear, Nose" not in text
    assert "Room 207" in text
    close(made)


def test_the_board_ends_with_the_downtime(app: Flask, desk: Visitor, installation: Installation) -> None:
    boss = Visitor(app)
    boss.log_in("meena")
    address = board_of(boss)
    desk.send(desk.get("/shift/close").page.form("counted_cash"), counted_cash="500")
    boss.send(boss.get("/supervisor").page.form(action="/downtime/end"))
    assert Visitor(app).get(address).status == 404
    assert "Open the board" not in boss.get("/supervisor/clinics").text


def test_a_correction_moves_the_visit_to_another_day_or_leaves_it(desk: Visitor, installation: Installation) -> None:
    register(desk)
    number = queue.queue(installation.ledger.db(), ENT, MONDAY)[0].number
    page = desk.get(f"/slips/{number}/correct")
    assert ">as it was<" in page.text
    moved = desk.send(page.page.form("visit_day", "reason"), visit_day="25-11-2026", reason="comes on Wednesday")
    assert "25-11-2026" in moved.text
    assert queue.queue(installation.ledger.db(), ENT, MONDAY) == []
    again = desk.get(f"/slips/{number}/correct").page.form("visit_day", "reason")
    assert again.fields["visit_day"] == "25-11-2026"
    for wrong, says in (("31-02-2027", "Choose one from the list"), ("22-11-2026", "Choose a day from today")):
        answer = desk.send(again, visit_day=wrong, reason="x")
        assert says in answer.text
