"""Cards, stolen laptops and contradicting slips in a browser: a supervisor enrols, revokes, says which stands."""

import os

import pytest
from flask import Flask

from fallback import custody, enrolment, frontdesk
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.ledger.queries import cards
from tests import factories
from tests.web.visitor import Visitor


@pytest.fixture
def supervisor(visitor: Visitor) -> Visitor:
    visitor.log_in("meena")
    return visitor


def test_a_desk_is_enrolled_with_a_card_and_its_text_is_shown_nowhere(
    supervisor: Visitor, installation: Installation
) -> None:
    (card,) = enrolment.make_cards(installation, 1, lambda _: None)
    form = supervisor.get("/supervisor").page.form("desk", "card")
    answer = supervisor.send(form, desk="Casualty", card="C003X-12345")
    assert answer.status == 400
    assert "no enrolment card" in answer.says
    assert "12345" not in answer.text
    wrong = card.text[:-1] + ("0" if card.text[-1] != "0" else "1")
    answer = supervisor.send(form, desk="Casualty", card=wrong)
    assert "Group 8" in answer.says
    assert wrong not in answer.text
    answer = supervisor.send(form, desk="Casualty", card=card.text)
    assert (answer.status, answer.path) == (200, "/supervisor")
    assert "Casualty" in answer.text
    answer = supervisor.send(form, desk="Again", card=card.text)
    assert "was used for Casualty" in answer.says
    answer = supervisor.send(form, desk="Counter 9")  # the root's key is here
    assert answer.path == "/supervisor"
    assert [use.name for use in cards.uses_of(installation.ledger.db(), 3)] == ["Casualty"]
    listed = supervisor.get("/supervisor/cards").text
    assert "Casualty" in listed
    assert card.text not in listed


def test_a_stolen_laptop_is_revoked_also_with_its_shift_open(
    supervisor: Visitor, installation: Installation, app: Flask
) -> None:
    clerk = Visitor(app).at_desk()
    number = clerk.register().path.rpartition("/")[2]
    page = supervisor.get("/supervisor/desks/1/revoke")
    assert supervisor.send(page.page.form("reason"), reason="").says
    answer = supervisor.send(page.page.form("reason"), reason="the laptop is gone")
    assert answer.path == "/supervisor"
    assert "revoked" in answer.text
    assert clerk.register(name="Kamla Devi", mobile="9810000009").status == 409
    assert supervisor.get(f"/slips/{number}").status == 200
    assert supervisor.send(page.page.form("reason"), reason="again").path == "/supervisor"
    assert supervisor.get("/supervisor/desks/77/revoke").status == 200
    answer = supervisor.send(supervisor.get("/supervisor/desks/77/revoke").page.form("reason"), reason="who knows")
    assert answer.status == 404


def test_a_folder_that_was_copied_says_so_where_a_shift_is_opened(visitor: Visitor, installation: Installation) -> None:
    installation.ledger.begin_again()  # as on another machine
    visitor.log_in("asha")
    page = visitor.get("/shift/open")
    assert "No desk may issue numbers on this computer" in page.text
    answer = visitor.send(page.page.form("opening_float"), desk="1", opening_float="0", clock="y")
    assert answer.status == 409
    assert "new enrolment card" in answer.says


def test_two_slips_of_one_number_wait_for_the_supervisors_choice(
    supervisor: Visitor, installation: Installation, app: Flask
) -> None:
    folder = installation.folder.parent
    (card,) = enrolment.make_cards(installation, 1, lambda _: None)
    names = ("Sunita Devi", "Kamla Devi")
    custody.export(installation.ledger, folder / "out.parchi")
    for place, name in enumerate(names):
        laptop, state = folder / f"laptop-{place}", folder / f"state-{place}"
        custody.restore(folder / "out.parchi", laptop, card.text, clock=factories.clock(), state=state)
        made = enrolment.open_installation(laptop, card.text, clock=factories.clock(), state=state)
        enrolment.enrol_with_card(made, f"Laptop {place}", card.text)
        shift = frontdesk.open_shift(factories.counter(made), series=3, login="asha")
        row = frontdesk.register(
            factories.counter(made), shift.key, factories.registration(name), form=os.urandom(8).hex()
        ).row
        installation.ledger.merge(list(made.ledger.lines()))
        made.close()
    page = supervisor.get("/supervisor")
    assert "CONFLICT" in page.text
    assert "Laptop 0, Laptop 1" in page.text or "Laptop 1, Laptop 0" in page.text  # chains have random names
    number = row.slip.number
    slip = supervisor.get(f"/slips/{number.text}")
    assert all(name in slip.text for name in names)
    form = slip.page.form("reason", action="judge")
    assert supervisor.send(form, version=row.head, reason="").status == 400
    assert supervisor.send(form, version="", reason="her paper").status == 400
    assert supervisor.send(form, version=row.head, reason="her paper").status == 200
    found = queries.slip(installation.ledger.db(), number)
    assert found is not None
    assert (found.slip.patient.name, found.conflict) == ("Kamla Devi", False)
    assert number.grouped not in supervisor.get("/supervisor").text
    clerk = Visitor(app)
    clerk.log_in("asha")
    assert clerk.post(f"/slips/{number.text}/judge", {"version": row.head, "reason": "mine"}).status in (400, 403)
