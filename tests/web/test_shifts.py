"""Shifts and the supervisor's page: opened, counted, closed; downtime, desks, users, blanks."""

import re
from pathlib import Path

import pytest

from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.web import create_app
from tests import factories
from tests.web.visitor import NEW, Visitor


def test_a_shift_opens_at_a_desk_when_the_clock_is_confirmed(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in()
    form = visitor.get("/").page.form("opening_float")
    assert form.fields["desk"] == "1", "the first free desk is chosen"
    answer = visitor.send(form, opening_float="५००")
    assert "Confirm date and time" in answer.says
    assert answer.page.form("opening_float").fields["opening_float"] == "५००"
    assert visitor.send(form, opening_float="५००", clock="y").path == "/"
    shift = queries.open_shift(installation.ledger.db(), login="asha")
    assert shift is not None
    assert (shift.series, shift.opening_float) == (1, 500)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"desk": ""}, "Choose a desk"),
        ({"desk": "x"}, "Choose a desk"),
        ({"desk": "77"}, "cannot issue slips"),
        ({"opening_float": "ten"}, "whole rupees"),
        ({"opening_float": "-5.50"}, "whole rupees"),
        ({"opening_float": "9" * 30}, "whole rupees"),
    ],
)
def test_what_a_shift_cannot_open_with_is_told(visitor: Visitor, typed: dict[str, str], says: str) -> None:
    visitor.log_in()
    form = visitor.get("/shift/open").page.form("opening_float")
    answer = visitor.send(form, **{"desk": "1", "clock": "y", "opening_float": "0"} | typed)
    assert says in answer.says


def test_a_busy_desk_is_told_with_its_clerk(desk: Visitor) -> None:
    other = Visitor(desk.client.application)
    other.log_in("meena")
    answer = other.get("/shift/open")
    assert "Asha Rani" in answer.text
    assert answer.page.form("opening_float").fields["desk"] == "2"
    answer = other.send(answer.page.form("opening_float"), desk="1", clock="y")
    assert answer.status == 409
    assert "A shift is open at Counter 1" in answer.says


def test_a_form_for_a_shift_that_was_closed_meanwhile_loses_nothing(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(desk.get("/shift/close").page.form("counted_cash"), counted_cash="500")
    answer = desk.send(form, **NEW)
    assert answer.status == 409
    assert "Your shift is not open" in answer.says
    kept = answer.page.form("name", "form", action="register")
    assert kept.fields["name"] == "Sunita Devi"
    assert installation.ledger.db().execute("SELECT count(*) FROM slip").fetchone() == (0,)
    assert "/shift/open" in answer.page.links
    desk.send(desk.get("/shift/open").page.form("opening_float"), clock="y")
    assert desk.send(kept).path.startswith("/issued/")


def test_closing_counts_the_drawer_and_makes_a_sheet(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    desk.register(clinic="DEN", name="Rekha Kumari", fee_status="exempt", exemption="BPL")
    desk.register(name="Amina Bano")
    answer = desk.get("/shift/close")
    assert "₹510" in answer.text
    form = answer.page.form("counted_cash", "note")
    assert "Count the drawer" in desk.send(form, counted_cash="").says
    answer = desk.send(form, counted_cash="505", note="five short; asked <b>twice</b>")
    assert answer.path == "/shifts/001.1"
    assert "-₹5" in answer.text
    assert "&lt;b&gt;twice" in answer.text
    assert installation.ledger.head().hash.hex() in answer.text
    shift = queries.shift(installation.ledger.db(), "001.1")
    assert shift is not None
    assert (shift.counted_cash, shift.note) == (505, "five short; asked <b>twice</b>")
    assert desk.get("/shift/close").status == 409


def test_a_clerk_sees_their_own_sheet_only(desk: Visitor) -> None:
    other = Visitor(desk.client.application).at_desk("meena", series=2)
    assert desk.get("/shifts/002.1").status == 403
    assert other.get("/shifts/001.1").status == 200
    assert desk.get("/shifts/nothing").status == 404


def test_a_downtime_is_started_and_ended_with_a_word(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "calm", lasting=False)
    try:
        app = create_app(made, factories.hospital())
        chief, clerk = Visitor(app), Visitor(app)
        clerk.log_in()
        page = clerk.get("/shift/open")
        assert "No downtime has been started" in page.text
        answer = clerk.send(page.page.form("opening_float"), clock="y")
        assert "No downtime has been started" in answer.says
        chief.log_in("meena")
        form = chief.get("/supervisor").page.form("reason", action="start")
        assert "kept with your name" in chief.send(form, reason=" ").says
        assert "e-Hospital is down" in chief.send(form, reason="e-Hospital is down").text
        assert queries.current_downtime(made.ledger.db()) is not None
        assert "already" in chief.send(form, reason="again").says
        clerk.at_desk()
        end = chief.get("/supervisor").page.form(action="downtime/end")
        answer = chief.send(end)
        assert answer.status == 409
        assert "a shift is still open" in answer.says
        clerk.send(clerk.get("/shift/close").page.form("counted_cash"), counted_cash="500")
        chief.send(end)
        assert queries.current_downtime(made.ledger.db()) is None
    finally:
        made.close()


def test_a_supervisor_whom_the_desk_sends_to_the_downtime_comes_back_to_it(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "calm", lasting=False)
    try:
        chief = Visitor(create_app(made, factories.hospital()))
        chief.log_in("meena")
        text = chief.get("/shift/open").text
        assert "/supervisor?start=1#downtime" in text
        page = chief.get("/supervisor?start=1")
        assert re.search(r'<input id="reason"[^>]* autofocus', page.text)
        again = chief.send(page.page.form("reason", action="start"), reason=" ")
        answer = chief.send(again.page.form("reason", action="start"), reason="e-Hospital is down")
        assert answer.path == "/shift/open"
        assert 'href="/shift/open"' in chief.get("/supervisor").text
    finally:
        made.close()


def test_no_short_closing_is_offered_before_a_slip_was_issued(desk: Visitor) -> None:
    chief = Visitor(desk.client.application)
    chief.log_in("meena")
    for path in ("/supervisor", "/keys"):
        assert "Short closing" not in chief.get(path).text
    desk.register()
    for path in ("/supervisor", "/keys"):
        assert "Short closing" in chief.get(path).text


def test_the_signs_of_a_card_are_seen_as_they_are_typed(desk: Visitor) -> None:
    chief = Visitor(desk.client.application)
    chief.log_in("meena")
    assert re.search(r'<input id="card"[^>]* type="text"[^>]* autocomplete="off"', chief.get("/supervisor").text)


def test_the_supervisor_sees_the_day(desk: Visitor) -> None:
    for clinic in ("MED", "MED", "ENT"):
        desk.register(clinic=clinic)
    chief = Visitor(desk.client.application)
    chief.log_in("meena")
    text = chief.get("/supervisor").text
    assert "General Medicine" in text
    assert '<tr><th scope="row">General Medicine</th><td>2</td><td>2</td></tr>' in text, "two, and both wait"
    assert '<tr><th scope="row">Counter 1</th><td>3</td><td></td></tr>' in text


def test_a_desk_is_enrolled_and_retired(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in("meena")
    form = visitor.get("/supervisor").page.form("desk", action="/supervisor/desks")
    assert "kept with your name" in visitor.send(form, desk="").says
    assert "Window &lt;7&gt;" in visitor.send(form, desk="Window <7>").text
    made = queries.desk(installation.ledger.db(), 3)
    assert made is not None
    page = visitor.get("/supervisor/desks/3/retire").page
    visitor.send(page.form("reason"), reason="laptop stolen")
    made = queries.desk(installation.ledger.db(), 3)
    assert made is not None
    assert made.retired
    assert "it is retired" in visitor.send(page.form("reason"), reason="again").says


def test_a_user_gets_a_pin_that_is_shown_once(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in("meena")
    form = visitor.get("/users").page.form("login", "role")
    assert "A login has" in visitor.send(form, login="X!", name="Xavier").says
    assert "6 to 12 digits" in visitor.send(form, login="xavier", name="Xavier", pin="123456").says
    assert "Choose one from the list" in visitor.send(form, login="xavier", name="Xavier", role="king").says
    answer = visitor.send(form, login="xavier", name="Xavier D'Souza", role="clerk", pin="739 164".replace(" ", ""))
    assert answer.status == 200
    assert "739164" in answer.text
    assert "739164" not in visitor.get("/users").text
    other = Visitor(visitor.client.application)
    assert other.log_in("xavier", "739164").path == "/pin", "a PIN that was given is changed first"
    made = queries.user(installation.ledger.db(), "xavier")
    assert made is not None
    assert made.name == "Xavier D'Souza"


def test_blank_slips_are_a_pdf(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in("meena")
    form = visitor.get("/supervisor").page.form("count")
    answer = visitor.send(form, count="3", issued_to="Ward 5")
    assert answer.content.startswith(b"%PDF")
    assert installation.ledger.db().execute("SELECT count(*) FROM pad").fetchone() == (3,)
    for wrong in ("0", "501", "", "many"):
        answer = visitor.send(form, count=wrong)
        assert "from 1 to 500" in answer.says
        assert answer.page.form("count").fields["count"] == wrong
