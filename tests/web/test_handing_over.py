"""A desk from one clerk to the next: the drawer counted, one shift closed and the other opened, or nothing at all."""

import pytest

from fallback import enrolment, frontdesk
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from tests import factories
from tests.web.visitor import Visitor

PAGE = "/desks/1/hand-over"


@pytest.fixture
def kiran(installation: Installation) -> str:
    enrolment.set_user(installation.ledger, "kiran", "Kiran Bala", Role.CLERK, factories.PIN)
    return "kiran"


def open_at(installation: Installation) -> tuple[str, int]:
    found = queries.open_shift(installation.ledger.db(), series=1)
    return (found.login, found.opening_float) if found else ("", 0)


def test_a_clerk_hands_over_and_the_next_one_goes_on_at_the_same_screen(
    desk: Visitor, installation: Installation, kiran: str
) -> None:
    desk.register(clinic="DEN")
    page = desk.get(PAGE)
    assert PAGE in desk.get("/").page.links
    assert "₹510" in page.text
    answer = desk.send(
        page.page.form("counted_cash", "pin"), counted_cash="505", note="five short", login=kiran, pin=factories.PIN
    )
    assert answer.path == "/shifts/001.1", "its sheet, which both sign"
    assert "five short" in answer.text
    closed = queries.shift(installation.ledger.db(), "001.1")
    assert closed is not None
    assert (closed.counted_cash, closed.note, closed.login) == (505, "five short", "asha")
    assert open_at(installation) == ("kiran", 505)
    assert "Kiran Bala" in desk.get("/").text
    assert desk.register(name="Rekha Kumari").path == "/issued/00100000211"
    row = next(line for line in installation.ledger.lines() if line.fact is FactKind.SLIP_ISSUED and line.by == kiran)
    assert row.shift == "001.2"
    assert desk.get("/shifts/001.1/sheet").content.startswith(b"%PDF")
    entered = [line.by for line in installation.ledger.lines() if line.fact is FactKind.LOGGED_IN]
    assert entered == ["asha", "kiran"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"counted_cash": ""}, "Count the drawer"),
        ({"counted_cash": "ten"}, "whole rupees"),
        ({"login": ""}, "the clerk who takes over"),
        ({"login": "asha"}, "the clerk who takes over"),
        ({"pin": "000001"}, "Login or PIN is wrong"),
        ({"login": "ravi"}, "may not stand at a desk"),
        ({"login": "meena"}, "A shift is open at Counter 2"),
    ],
)
def test_what_is_wrong_is_told_and_the_first_clerk_stays(
    desk: Visitor, installation: Installation, kiran: str, typed: dict[str, str], says: str
) -> None:
    frontdesk.open_shift(factories.counter(installation), series=2, login="meena")
    right = {"counted_cash": "500", "note": "all well", "login": kiran, "pin": factories.PIN}
    answer = desk.send(desk.get(PAGE).page.form("counted_cash", "pin"), **right | typed)
    assert says in answer.says
    again = answer.page.form("counted_cash", "pin").fields
    assert (again["note"], again["pin"]) == ("all well", "")
    assert open_at(installation) == ("asha", 500)
    assert "Asha Rani" in desk.get("/").text


def test_a_desk_is_taken_over_with_the_word_of_its_clerk_or_of_a_supervisor(
    desk: Visitor, installation: Installation, kiran: str
) -> None:
    other = Visitor(desk.client.application)
    other.log_in(kiran)
    assert PAGE in other.get("/shift/open").page.links
    form = other.get(PAGE).page.form("counted_cash", "pin")
    for login, pin, says in (
        (kiran, factories.PIN, "not a supervisor's"),
        ("meena", "000001", "Login or PIN is wrong"),
        ("", "", "Login or PIN is wrong"),
    ):
        assert says in other.send(form, counted_cash="500", login=login, pin=pin).says
    assert open_at(installation) == ("asha", 500)
    other.send(form, counted_cash="490", login="meena", pin=factories.PIN)
    assert open_at(installation) == ("kiran", 490)
    closed = next(line for line in installation.ledger.lines() if line.fact is FactKind.SHIFT_CLOSED)
    assert (closed.by, closed.content["allowed_by"], closed.content["counted_cash"]) == ("kiran", "meena", 490)
    assert other.get("/shifts/001.1").status == 200, "who took over prints and signs the sheet of the one before"
    assert desk.get("/").path == "/shift/open", "and the first clerk has no shift any more"
    back = desk.send(
        desk.get(PAGE).page.form("counted_cash", "pin"), counted_cash="490", login=kiran, pin=factories.PIN
    )
    assert back.path == "/shifts/001.2"
    assert open_at(installation) == ("asha", 490)


def test_a_supervisor_takes_over_by_themselves(desk: Visitor, installation: Installation) -> None:
    chief = Visitor(desk.client.application)
    chief.log_in("meena")
    form = chief.get(PAGE).page.form("counted_cash")
    assert "pin" not in form.fields
    chief.send(form, counted_cash="500")
    assert open_at(installation) == ("meena", 500)
    closed = next(line for line in installation.ledger.lines() if line.fact is FactKind.SHIFT_CLOSED)
    assert (closed.by, closed.content["allowed_by"]) == ("meena", "meena")


def test_a_desk_without_a_shift_has_nothing_to_hand_over(desk: Visitor) -> None:
    for path in ("/desks/2/hand-over", "/desks/999/hand-over"):
        answer = desk.get(path)
        assert answer.status == 409
        assert "nothing to hand over" in answer.says


def test_a_clerk_who_took_over_later_does_not_see_every_sheet(
    desk: Visitor, installation: Installation, kiran: str
) -> None:
    desk.send(desk.get("/shift/close").page.form("counted_cash"), counted_cash="500")
    counter = factories.counter(installation)
    between = frontdesk.open_shift(counter, series=1, login="meena")
    frontdesk.close_shift(counter, between.key, counted_cash=0, note="", by="meena")
    other = Visitor(desk.client.application).at_desk(kiran)
    assert other.get(f"/shifts/{between.key}").status == 200
    assert other.get("/shifts/001.1").status == 403
