"""The door: screens that lock with the form kept, sessions that end, waits, PINs that were given, the page of users."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.ledger.facts import FactKind
from fallback.web import close, create_app, place
from fallback.web.sessions import LIFE, Sessions
from tests import factories
from tests.web.visitor import NEW, Visitor

STRANGER = {"REMOTE_ADDR": "10.0.0.66"}


class Clock:
    """Seconds that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(app: Flask) -> Clock:
    made = Clock()
    sessions: Sessions = app.extensions[place.NAME].sessions
    sessions.clock = made
    return made


def away(clock: Clock) -> None:
    """Nobody touched the screen for long enough."""
    clock.now += factories.hospital().lock_minutes * 60 + 31


def test_an_idle_screen_is_locked_and_opens_with_the_pin_where_one_was(clock: Clock, desk: Visitor) -> None:
    desk.register()
    away(clock)
    answer = desk.get("/slips/00100000114")
    assert answer.path == "/login"
    assert "Asha Rani is working here" in answer.text
    assert "Sunita" not in answer.text
    assert answer.page.form("pin").fields["login"] == "asha"
    assert "Login or PIN is wrong" in desk.send(answer.page.form("pin"), pin="000001").says
    back = desk.send(answer.page.form("pin"), pin=factories.PIN)
    assert back.path == "/slips/00100000114"
    assert desk.get("/").path == "/", "the shift is still open"


def test_what_touches_the_screen_keeps_it_open_and_what_a_script_asks_does_not(clock: Clock, desk: Visitor) -> None:
    for _ in range(3):
        clock.now += 200
        assert desk.get("/awake").status == 204
        assert desk.get("/", headers={"Sec-Fetch-Dest": "document", "Sec-Fetch-User": "?1"}).path == "/"
    for _ in range(3):
        clock.now += 200
        answer = desk.get("/prints", headers={"Sec-Fetch-Dest": "empty"})
    assert answer.path == "/login"
    assert desk.get("/awake").path == "/login", "a locked screen is not woken"


def test_a_form_that_is_sent_when_the_screen_had_locked_stands_again_after_the_pin(
    clock: Clock, desk: Visitor, installation: Installation
) -> None:
    form = desk.new_form()
    away(clock)
    answer = desk.send(form, **NEW)
    assert answer.status == 401
    assert "The screen is locked" in answer.says
    assert "Sunita" not in answer.text
    back = desk.send(answer.page.form("login", "kept"), pin=factories.PIN)
    assert "nothing typed is lost" in back.says
    kept = back.page.form("name", "form", action="register")
    assert {name: kept.fields[name] for name in NEW} == NEW
    assert desk.send(kept).path == "/issued/00100000114"
    assert installation.ledger.db().execute("SELECT count(*) FROM slip").fetchone() == (1,)


def test_the_other_language_at_the_locked_screen_keeps_the_form(clock: Clock, desk: Visitor) -> None:
    form = desk.new_form()
    away(clock)
    answer = desk.send(form, **NEW)
    hindi = desk.send(answer.page.form("login", "kept"), language="hi")
    assert "स्क्रीन पर ताला है" in hindi.text
    back = desk.send(hindi.page.form("login", "kept"), pin=factories.PIN)
    assert back.page.form("name", "form", action="register").fields["name"] == "Sunita Devi"


def test_a_form_in_another_tab_is_good_after_the_pin(clock: Clock, desk: Visitor) -> None:
    form = desk.new_form()
    away(clock)
    desk.send(desk.get("/").page.form("pin"), pin=factories.PIN)
    assert desk.send(form, **NEW).path == "/issued/00100000114"


def test_the_browser_locks_by_itself_and_hands_in_what_is_being_typed(desk: Visitor) -> None:
    form = desk.new_form()
    typed = {name: value for name, value in (form.fields | NEW).items() if name}
    answer = desk.post("/lock", typed | {"lock_path": "/register", "lock_next": "/"})
    assert answer.status == 200
    assert "Sunita" not in answer.text
    assert "asha" not in str(answer.headers)
    assert desk.get("/slips/00100000114").path == "/login"
    again = desk.post("/lock", typed | {"lock_path": "/register", "name": "Rekha"})  # the second tab
    for page, name in ((answer, "Sunita Devi"), (again, "Rekha")):
        back = desk.send(page.page.form("login", "kept"), pin=factories.PIN)
        assert back.page.form("name", "form", action="register").fields["name"] == name


def test_a_form_that_lost_its_proof_is_kept_all_the_same(desk: Visitor) -> None:
    answer = desk.post("/lock", NEW | {"csrf_token": "forged", "lock_path": "/register"})
    assert answer.page.form("login").fields["kept"]
    assert desk.get("/").path == "/", "but another site locks nobody's screen"


@pytest.mark.parametrize(
    ("path", "after"),
    [("//evil.example/", "//evil.example/"), ("https://evil.example/", "https://evil.example/"), ("", ""), ("x", "x")],
)
def test_a_lock_leads_to_no_other_site(desk: Visitor, path: str, after: str) -> None:
    token = desk.new_form().fields["csrf_token"]
    answer = desk.post("/lock", {"csrf_token": token, "lock_path": path, "lock_next": after})
    form = answer.page.form("login")
    assert (form.fields["kept"], form.fields["next"]) == ("", "")
    assert desk.send(form, pin=factories.PIN).path == "/"


def test_a_kept_form_whose_page_is_gone_or_takes_no_form_leads_to_the_desk(desk: Visitor) -> None:
    for path in ("/nothing", "/prints", "/login", "/supervisor/users", "/supervisor/desks"):
        token = desk.get("/").page.form("typed").fields["csrf_token"]
        answer = desk.post("/lock", NEW | {"csrf_token": token, "lock_path": path})
        assert desk.send(answer.page.form("login", "kept"), pin=factories.PIN).path == "/", path


def test_a_pin_that_was_typed_is_never_kept(clock: Clock, desk: Visitor) -> None:
    desk.register(clinic="DEN")
    form = desk.get("/slips/00100000114/void").page.form("reason", "pin")
    away(clock)
    answer = desk.send(form, reason="wrong patient", login="meena", pin="482915")
    back = desk.send(answer.page.form("login", "kept"), pin=factories.PIN)
    again = back.page.form("reason", "pin")
    assert (again.fields["reason"], again.fields["login"], again.fields["pin"]) == ("wrong patient", "meena", "")


def test_somebody_else_at_a_locked_screen_sees_nothing_of_it_and_may_take_over(
    clock: Clock, desk: Visitor, installation: Installation
) -> None:
    enrolment.set_user(installation.ledger, "kiran", "Kiran Bala", Role.CLERK, factories.PIN)
    form = desk.new_form()
    away(clock)
    answer = desk.send(form, **NEW)
    taken = desk.send(answer.page.form("login", "kept"), login="kiran", pin=factories.PIN)
    assert "Sunita" not in taken.text
    assert taken.path == "/desks/1/hand-over"
    assert "of Asha Rani is still open here" in taken.text
    assert desk.get("/shift/open").path == "/shift/open", "or takes another desk"
    draft = answer.page.form("login", "kept").fields["kept"]
    login = Visitor(desk.client.application).get("/login").page.form("login", "kept")
    stranger = Visitor(desk.client.application)
    stranger.get("/login")
    answer = stranger.send(stranger.get("/login").page.form("login"), login="meena", pin=factories.PIN, kept=draft)
    assert "Sunita" not in answer.text, "a sealed form is its writer's alone"
    assert login


def test_where_somebody_was_is_not_shown_to_who_enters_next(clock: Clock, desk: Visitor) -> None:
    desk.register()
    away(clock)
    page = desk.get("/slips/00100000114").page
    assert desk.send(page.form("pin"), login="ravi", pin=factories.PIN).path == "/records"


def test_a_locked_screen_can_be_left_without_the_pin(clock: Clock, desk: Visitor) -> None:
    form = desk.get("/").page.form(action="logout")
    away(clock)
    desk.get("/")
    desk.send(form)
    assert "is working here" not in desk.get("/").text


def test_a_login_gets_a_key_of_its_own_and_one_that_was_planted_is_worth_nothing(app: Flask) -> None:
    """Session fixation: whoever plants a cookie before the login knows nothing after it."""
    victim, thief = Visitor(app), Visitor(app)
    page = thief.get("/login").page
    planted = thief.client.get_cookie("parchi")
    assert planted is not None
    victim.client.set_cookie("parchi", planted.value)
    victim.send(page.form("login", "pin"), login="asha", pin=factories.PIN)
    assert victim.get("/").path == "/shift/open"
    assert thief.get("/").path == "/login"
    before = key_of(victim)
    victim.send(victim.get("/").page.form(action="logout"))
    victim.log_in("asha")
    assert key_of(victim) != before


def key_of(visitor: Visitor) -> str:
    with visitor.client.session_transaction() as session:
        return str(session["key"])


def test_unlocking_changes_the_key(clock: Clock, desk: Visitor) -> None:
    stolen = desk.client.get_cookie("parchi")
    assert stolen is not None
    away(clock)
    desk.send(desk.get("/").page.form("pin"), pin=factories.PIN)
    thief = Visitor(desk.client.application)
    thief.client.set_cookie("parchi", stolen.value)
    assert thief.get("/").path == "/login"


def test_a_cookie_is_worth_nothing_after_the_logout(desk: Visitor) -> None:
    stolen = desk.client.get_cookie("parchi")
    assert stolen is not None
    desk.send(desk.get("/").page.form(action="logout"))
    thief = Visitor(desk.client.application)
    thief.client.set_cookie("parchi", stolen.value)
    assert thief.get("/").path == "/login"
    assert desk.get("/").headers["Cache-Control"] == "no-store", "and the back button has nothing to show"


def test_a_login_ends_after_twelve_hours_of_work(clock: Clock, desk: Visitor) -> None:
    form = desk.new_form()
    for _ in range(LIFE // 240):
        clock.now += 240
        assert desk.get("/").path == "/"
    clock.now += 240
    answer = desk.send(form, **NEW)
    assert answer.status == 401
    assert "You are logged out" in answer.says
    back = desk.send(answer.page.form("login", "kept"), login="asha", pin=factories.PIN)
    assert back.page.form("name", "form", action="register").fields["name"] == "Sunita Devi"


@pytest.mark.parametrize(
    "change",
    [
        lambda ledger: enrolment.set_user(ledger, "asha", "Asha Rani", Role.CLERK, "482915"),
        lambda ledger: enrolment.set_user(ledger, "asha", "Asha Rani", Role.RECORDS, factories.PIN),
        lambda ledger: enrolment.set_active(ledger, "asha", active=False),
    ],
)
def test_a_new_pin_another_role_and_being_switched_off_end_every_login(
    desk: Visitor, installation: Installation, change: object
) -> None:
    assert callable(change)
    change(installation.ledger)
    assert desk.get("/").path == "/login"


def test_logging_out_everywhere(app: Flask) -> None:
    first, second, other = Visitor(app), Visitor(app), Visitor(app)
    first.log_in()
    second.log_in()
    other.log_in("meena")
    form = second.get("/pin").page.form("csrf_token", action="logout")
    second.send(form, everywhere="yes")
    assert (first.get("/").path, second.get("/").path, other.get("/").path) == ("/login", "/login", "/shift/open")


def test_a_restart_ends_the_logins_and_keeps_what_is_typed_for_its_writer(
    desk: Visitor, installation: Installation
) -> None:
    form = desk.new_form()
    fresh = create_app(installation, factories.hospital(), clock=factories.clock())
    cookie = desk.client.get_cookie("parchi")
    assert cookie is not None
    again = Visitor(fresh)
    again.client.set_cookie("parchi", cookie.value)
    answer = again.send(form, **NEW)
    assert answer.status == 401
    other = again.send(answer.page.form("login", "kept"), login="meena", pin=factories.PIN)
    assert "Sunita" not in other.text
    close(fresh)


def test_waits_are_told_and_a_supervisor_lifts_them(visitor: Visitor, installation: Installation) -> None:
    stranger = Visitor(visitor.client.application)
    form = stranger.get("/login", environ_base=STRANGER).page.form("login", "pin")
    sent = form.fields | {"login": "asha", "pin": "000001"}
    for _ in range(3):
        assert stranger.post("/login", sent, environ_base=STRANGER).status == 403
    answer = stranger.post("/login", sent | {"pin": factories.PIN}, environ_base=STRANGER)
    assert answer.status == 429
    assert re.search(r"Wait [1-6] seconds", answer.says)
    visitor.log_in("meena")
    page = visitor.get("/users")
    assert "10.0.0.66" in page.text
    visitor.send(page.page.form("login", "place", action="free"))
    assert stranger.post("/login", sent | {"pin": factories.PIN}, environ_base=STRANGER).path == "/shift/open"
    freed = [line for line in installation.ledger.lines() if line.fact is FactKind.LOGIN_FREED]
    assert [(line.by, line.content) for line in freed] == [("meena", {"login": "asha", "from": "10.0.0.66"})]
    assert "10.0.0.66" in visitor.get("/users").text, "where somebody entered last"


def test_the_void_of_a_slip_with_money_slows_wrong_pins_down_too(desk: Visitor, installation: Installation) -> None:
    desk.register(clinic="DEN")
    form = desk.get("/slips/00100000114/void").page.form("reason", "pin")
    assert "not a supervisor's" in desk.send(form, reason="wrong patient", login="asha", pin=factories.PIN).says
    for _ in range(3):
        desk.send(form, reason="wrong patient", login="meena", pin="000001")
    assert "Wait" in desk.send(form, reason="wrong patient", login="meena", pin=factories.PIN).says
    enrolment.free_login(installation.ledger, "meena")
    assert desk.send(form, reason="wrong patient", login="meena", pin=factories.PIN).status == 200
    void = next(line for line in installation.ledger.lines() if line.fact is FactKind.SLIP_VOIDED)
    assert (void.by, void.content["allowed_by"]) == ("asha", "meena")
    assert desk.get("/").path == "/", "the clerk's own login stays"


def test_the_word_of_a_supervisor_with_a_given_pin_is_not_taken_and_the_form_stays(
    desk: Visitor, installation: Installation
) -> None:
    desk.register(clinic="DEN")
    given = enrolment.set_user(installation.ledger, "vijay", "Vijay Rao", Role.SUPERVISOR, temporary=True)
    form = desk.get("/slips/00100000114/void").page.form("reason", "pin")
    answer = desk.send(form, reason="wrong patient", login="vijay", pin=given)
    assert "somebody else knows it" in answer.says
    assert answer.page.form("reason", "pin").fields["reason"] == "wrong patient"


def test_a_given_pin_opens_nothing_but_the_page_to_change_it(app: Flask, installation: Installation) -> None:
    given = enrolment.set_user(installation.ledger, "kiran", "Kiran Bala", Role.CLERK, temporary=True)
    clerk = Visitor(app)
    page = clerk.log_in("kiran", given)
    assert page.path == "/pin"
    assert clerk.get("/shift/open").path == "/pin"
    token = page.page.form("new_pin").fields["csrf_token"]
    answer = clerk.post("/shift/open", {"csrf_token": token})
    assert "somebody else knows it" in answer.says
    assert "Counter 1" not in answer.text, "and not by sending a form either"
    form = page.page.form("new_pin")
    assert "not the same PIN" in clerk.send(form, pin=given, new_pin="482915", new_pin_again="482916").says
    assert "6 to 12 digits" in clerk.send(form, pin=given, new_pin="123456", new_pin_again="123456").says
    assert "the PIN that you have" in clerk.send(form, pin=given, new_pin=given, new_pin_again=given).says
    assert "PIN is wrong" in clerk.send(form, pin="000001", new_pin="482915", new_pin_again="482915").says
    assert clerk.send(form, pin=given, new_pin="482915", new_pin_again="482915").path == "/shift/open"
    assert Visitor(app).log_in("kiran", "482915").path == "/shift/open"


def test_a_new_pin_and_switching_off_on_the_page_of_users(visitor: Visitor, app: Flask) -> None:
    visitor.log_in("meena")
    row = next(form for form in visitor.get("/users").page.forms if form.fields.get("login") == "asha")
    assert row.action == "/users/pin"
    answer = visitor.send(row)
    found = re.search(r"asha</strong> · PIN <strong class=\"digits\">(\d{6})<", answer.text)
    assert found
    assert Visitor(app).log_in("asha", found[1]).path == "/pin"
    token = row.fields["csrf_token"]
    visitor.post("/users/active", {"csrf_token": token, "login": "asha", "active": "no"})
    assert "Login or PIN is wrong" in Visitor(app).log_in("asha", found[1]).says
    assert "switched off" in visitor.get("/users").text
    visitor.post("/users/active", {"csrf_token": token, "login": "asha", "active": "yes"})
    assert Visitor(app).log_in("asha", found[1]).path == "/pin"
    visitor.post("/users/active", {"csrf_token": token, "login": "supervisor", "active": "no"})
    answer = visitor.post("/users/active", {"csrf_token": token, "login": "meena", "active": "no"})
    assert "the last supervisor" in answer.says
    for path in ("/users/active", "/users/pin", "/users/free"):
        assert "No user has the login" in visitor.post(path, {"csrf_token": token, "login": "<nobody>"}).says


def test_an_auditor_reads_the_list_of_users_and_finds_no_button(app: Flask, installation: Installation) -> None:
    enrolment.set_user(installation.ledger, "anil", "Anil Rao", Role.AUDITOR, factories.PIN)
    auditor = Visitor(app)
    auditor.log_in("anil")
    answer = auditor.get("/users")
    assert "Meena Joshi" in answer.text
    assert not [form for form in answer.page.forms if form.action.startswith("/users")]


def test_the_minutes_are_the_hospitals(installation: Installation) -> None:
    app = create_app(installation, replace(factories.hospital(), lock_minutes=15), clock=factories.clock())
    clock = Clock()
    app.extensions[place.NAME].sessions.clock = clock
    desk = Visitor(app).at_desk()
    assert 'data-lock="15"' in desk.get("/").text
    clock.now += 15 * 60
    assert desk.get("/").path == "/"
    clock.now += 15 * 60 + 31
    assert desk.get("/").path == "/login"
    close(app)
