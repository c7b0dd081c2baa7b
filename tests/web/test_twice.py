"""What happens twice or late: double Enter, back, two tabs, midnight, yesterday's session, a restart. One slip each."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from fallback import enrolment, frontdesk
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.slip import INDIA, SlipNumber
from fallback.web import close, create_app, place
from fallback.web.sessions import LIFE
from tests import factories, idcards
from tests.web.visitor import NEW, Visitor

FIRST, SECOND = SlipNumber(1, 1), SlipNumber(1, 2)


def slips(installation: Installation) -> int:
    return int(installation.ledger.db().execute("SELECT count(*) FROM slip").fetchone()[0])


def same_browser(app: Flask, desk: Visitor) -> Visitor:
    """Another tab, or the same browser after the server came back."""
    cookie = desk.client.get_cookie("parchi")
    assert cookie is not None
    other = Visitor(app)
    other.client.set_cookie("parchi", cookie.value)
    return other


def test_enter_hit_five_times_at_once_is_one_slip(app: Flask, desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    tabs = [same_browser(app, desk) for _ in range(5)]
    with ThreadPoolExecutor(5) as threads:
        paths = list(threads.map(lambda tab: tab.send(form, **NEW).path, tabs))
    assert paths == [f"/issued/{FIRST}"] * 5
    assert slips(installation) == 1


def test_a_scan_hit_twice_leads_twice_to_the_same(desk: Visitor, installation: Installation) -> None:
    desk.register()
    assert [desk.find(FIRST.text).path for _ in range(2)] == [f"/slips/{FIRST}/next"] * 2
    first, second = desk.find(idcards.abha()), desk.find(idcards.abha())
    forms = [each.page.form("name", "form", action="register") for each in (first, second)]
    assert forms[0].fields["form"] != forms[1].fields["form"], "two scans are two forms, and none is a slip yet"
    assert slips(installation) == 1


def test_back_after_a_slip_prints_nothing_a_second_time(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(form, **NEW)
    assert desk.get(f"/slips/{FIRST}/print").content.startswith(b"%PDF")
    again = desk.send(form, **NEW)
    assert again.path == f"/issued/{FIRST}"
    assert f"/slips/{FIRST}/print" not in again.page.links
    assert desk.get(f"/slips/{FIRST}/print").status == 409
    assert slips(installation) == 1


def test_back_to_a_visit_that_was_registered_gives_no_second_one(desk: Visitor, installation: Installation) -> None:
    desk.register()
    visit = desk.find(FIRST.text).page.form("name", "form", action="register")
    assert [desk.send(visit, clinic="ENT").path for _ in range(2)] == [f"/issued/{SECOND}"] * 2
    other = desk.send(visit, clinic="EYE")
    assert other.status == 409 and SECOND.grouped in other.says
    assert slips(installation) == 2


def test_two_tabs_are_two_patients_in_any_order(app: Flask, desk: Visitor, installation: Installation) -> None:
    tab = same_browser(app, desk)
    one, other = desk.new_form(), tab.new_form()
    tab.send(other, **NEW | {"name": "Rekha Kumari", "mobile": "9810000002"})
    desk.send(one, **NEW)
    names = [queries.slip(installation.ledger.db(), number) for number in (FIRST, SECOND)]
    assert [row.slip.patient.name for row in names if row] == ["Rekha Kumari", "Sunita Devi"]


def test_a_tab_that_was_copied_is_no_second_patient(app: Flask, desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(form, **NEW)
    copied = same_browser(app, desk).send(form, **NEW | {"name": "Rekha Kumari"})
    assert copied.status == 409 and FIRST.grouped in copied.says
    kept = copied.page.form("name", "form", action="register")
    assert kept.fields["name"] == "Rekha Kumari", "nothing typed is lost"
    assert slips(installation) == 1


class Night:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 18, 20, tzinfo=UTC)  # ten to midnight in India

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=20)
        return self.now


def test_midnight_between_two_enters(tmp_path: Path) -> None:
    night = Night()
    made, _, _ = enrolment.init(tmp_path / "data", factories.PASSPHRASE, clock=night, cost=factories.CHEAP)
    enrolment.enrol_desk(made, "Counter 1")
    enrolment.set_user(made.ledger, "asha", "Asha Rani", Role.CLERK, factories.PIN)
    frontdesk.start_downtime(factories.counter(made), "the servers are down")
    app = create_app(made, factories.hospital(), clock=night)
    desk = Visitor(app).at_desk()
    before, over = desk.new_form(), desk.new_form()
    desk.send(before, **NEW | {"clinic": "CAS"})
    night.now += timedelta(minutes=20)
    assert desk.send(before, **NEW | {"clinic": "CAS"}).path == f"/issued/{FIRST}", "the same slip, of yesterday"
    desk.send(over, **NEW | {"clinic": "CAS", "name": "Rekha Kumari"})
    rows = [queries.slip(made.ledger.db(), number) for number in (FIRST, SECOND)]
    issued = [row.slip.issued.astimezone(INDIA).date().day for row in rows if row and row.slip.issued]
    assert issued == [23, 24]
    assert [row.slip.token_text for row in rows if row] == ["A-1", "A-1"], "each day's queue begins anew"
    assert slips(made) == 2
    close(app)
    made.close()


def test_yesterday_s_session_gives_the_form_back_and_one_slip(
    app: Flask, desk: Visitor, installation: Installation
) -> None:
    form = desk.new_form()
    sessions = app.extensions[place.NAME].sessions
    sessions.clock = lambda before=sessions.clock: before() + LIFE + 60
    answer = desk.send(form, **NEW)
    assert answer.status == 401
    back = desk.send(answer.page.form("login", "kept"), login="asha", pin=factories.PIN)
    kept = back.page.form("name", "form", action="register")
    assert {name: kept.fields[name] for name in NEW} == NEW
    assert desk.send(kept).path == f"/issued/{FIRST}"
    assert slips(installation) == 1


def test_a_slip_whose_answer_a_restart_swallowed_is_not_issued_twice(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(form, **NEW)  # the answer never reached the browser: it stands where it stood
    fresh = create_app(installation, factories.hospital(), clock=factories.clock())
    browser = same_browser(fresh, desk)
    answer = browser.send(form, **NEW)
    assert answer.status == 401
    back = browser.send(answer.page.form("login", "kept"), login="asha", pin=factories.PIN)
    assert browser.send(back.page.form("name", "form", action="register")).path == f"/issued/{FIRST}"
    assert slips(installation) == 1
    close(fresh)


def test_a_scan_into_a_locked_screen_is_looked_up_after_the_pin(app: Flask, desk: Visitor) -> None:
    desk.register()
    box = desk.get("/").page.form("typed")
    sessions = app.extensions[place.NAME].sessions
    sessions.clock = lambda before=sessions.clock: before() + LIFE + 60
    answer = desk.send(box, typed=FIRST.text)
    assert answer.status == 401
    back = desk.send(answer.page.form("login", "kept"), login="asha", pin=factories.PIN)
    assert back.page.form("typed").fields["typed"] == FIRST.text
    assert desk.send(back.page.form("typed")).path == f"/slips/{FIRST}/next"
