"""Who may enter, and from where: every view says it, the gate holds it, the browser keeps nothing."""

import re

import pytest
from flask import Flask

from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment import Installation
from fallback.errors import AccessNotStated
from fallback.web import access
from tests import factories
from tests.web.visitor import NEW, Visitor


def test_a_view_that_does_not_say_who_may_use_it_keeps_the_app_from_starting(app: Flask) -> None:
    access.check(app)
    app._got_first_request = False
    app.add_url_rule("/open-house", "open_house", lambda: "anybody")
    with pytest.raises(AccessNotStated) as caught:
        access.check(app)
    assert "open_house" in str(caught.value)


def test_without_a_login_every_page_leads_to_the_login(app: Flask, visitor: Visitor) -> None:
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or access.stated_by(app.view_functions[rule.endpoint]).public:
            continue
        path = re.sub(r"<slip:\w+>", "00100000114", re.sub(r"<int:\w+>", "1", rule.rule))
        assert visitor.get(re.sub(r"<\w+>", "x", path)).path == "/login", path


@pytest.mark.parametrize(
    ("login", "path", "status"),
    [
        ("asha", "/supervisor", 403),
        ("asha", "/records", 403),
        ("ravi", "/shift/open", 403),
        ("ravi", "/records", 200),
        ("ravi", "/supervisor", 403),
        ("meena", "/supervisor", 200),
        ("meena", "/records", 200),
        ("asha", "/nothing", 404),
        ("asha", "/slips/00100000199", 404),
    ],
)
def test_roles(visitor: Visitor, login: str, path: str, status: int) -> None:
    visitor.log_in(login)
    answer = visitor.get(path)
    assert answer.status == status
    assert status == 200 or answer.says


@pytest.mark.parametrize(
    ("login", "pin"), [("asha", "000000"), ("nobody", factories.PIN), ("", ""), ("asha", "9" * 999)]
)
def test_a_wrong_login_is_told_and_does_not_say_which_of_the_two(visitor: Visitor, login: str, pin: str) -> None:
    answer = visitor.log_in(login, pin)
    assert answer.status == 403
    assert "Login or PIN is wrong" in answer.says
    assert answer.page.form("login").fields["login"] == login
    assert answer.page.form("login").fields["pin"] == ""


def test_a_new_pin_ends_the_sessions_of_the_old_one(visitor: Visitor, installation: Installation) -> None:
    visitor.log_in()
    assert visitor.get("/").path == "/shift/open"
    enrolment.set_user(installation.ledger, "asha", "Asha Rani", Role.CLERK, "482915")
    assert visitor.get("/").path == "/login"


def test_login_leads_back_to_where_one_wanted_to_go_but_never_to_another_site(visitor: Visitor) -> None:
    page = visitor.get("/keys").page
    assert visitor.send(page.form("login", "pin"), login="asha", pin=factories.PIN).path == "/keys"
    form = Visitor(visitor.client.application).get("/login?next=//evil.example/").page.form("login")
    assert form.fields["next"] == ""


def test_logging_out_ends_the_login(desk: Visitor) -> None:
    page = desk.get("/").page
    assert desk.send(page.form(action="logout")).path == "/login"
    assert desk.get("/").path == "/login"


def test_the_cookie_is_out_of_reach_and_names_no_patient(desk: Visitor, app: Flask) -> None:
    desk.register()
    cookie = desk.client.get_cookie("parchi")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Strict"
    with desk.client.session_transaction() as session:
        assert set(session) <= {"login", "key", "language", "csrf_token"}
    assert "Sunita" not in str(cookie.value)


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "[::2]", ""])
def test_a_foreign_host_name_is_refused(visitor: Visitor, host: str) -> None:
    answer = visitor.client.get("/login", headers={"Host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost", "LOCALHOST:1234", "[::1]:8000"])
def test_this_machine_is_answered(visitor: Visitor, host: str) -> None:
    assert visitor.client.get("/login", headers={"Host": host}).status_code == 200


def test_every_page_carries_its_headers(desk: Visitor) -> None:
    for path in ("/", "/login", "/keys", "/nothing"):
        headers = desk.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_has_code_or_style_in_it_or_anything_from_elsewhere(desk: Visitor) -> None:
    desk.register()
    supervisor = Visitor(desk.client.application)
    supervisor.log_in("meena")
    pages = [desk.get(path).text for path in ("/", "/slips/00100000114", "/slips/00100000114/next", "/shift/close")]
    pages += [supervisor.get(path).text for path in ("/supervisor", "/records", "/records/account", "/records/pages")]
    for text in pages:
        assert "<style" not in text
        assert " style=" not in text
        assert "<script>" not in text
        assert " onclick" not in text
        assert "http://" not in text
        assert "https://" not in text


def test_static_files_are_kept_by_the_browser_and_nothing_outside_them_is_served(visitor: Visitor) -> None:
    with visitor.client.get("/static/parchi.css") as answer:
        assert answer.status_code == 200
        assert "max-age=31536000" in answer.headers["Cache-Control"]
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"):
        assert visitor.client.get(path, follow_redirects=True).status_code == 404


def test_a_form_without_our_proof_changes_nothing(desk: Visitor, installation: Installation) -> None:
    for token in (None, "", "forged", "IjAw.aaa.bbb"):
        answer = desk.send(desk.new_form(), **NEW, csrf_token=token)
        assert answer.status == 400
        assert "opened before you logged in" in answer.says
        assert answer.page.form("name", "form").fields["name"] == "Sunita Devi"
    assert installation.ledger.db().execute("SELECT count(*) FROM slip").fetchone() == (0,)


def test_the_form_that_was_shown_again_can_be_sent(desk: Visitor) -> None:
    stale = desk.send(desk.new_form(), **NEW, csrf_token="stale")
    assert desk.send(stale.page.form("name", "form", action="register")).path == "/issued/00100000114"


def test_a_form_sent_after_the_login_has_ended_comes_back_with_everything_typed(desk: Visitor) -> None:
    form = desk.new_form()
    desk.client.delete_cookie("parchi")
    answer = desk.send(form, **NEW)
    assert answer.status == 401
    assert "what you typed is kept" in answer.says
    assert "Sunita" not in answer.text, "it is sealed: whoever looks at the page sees nothing"
    back = desk.send(answer.page.form("login", "kept"), login="asha", pin=factories.PIN)
    kept = back.page.form("name", "form", action="register")
    assert {name: kept.fields[name] for name in NEW} == NEW
    assert desk.send(kept).path == "/issued/00100000114"


def test_a_kept_form_that_is_not_ours_is_refused(visitor: Visitor) -> None:
    form = visitor.get("/login").page.form("login", "kept")
    answer = visitor.send(form, login="asha", pin=factories.PIN, kept="AAAA")
    assert "nothing typed is lost" in answer.says


def test_a_huge_body_is_refused_with_a_sentence(desk: Visitor) -> None:
    answer = desk.send(desk.new_form(), **NEW | {"locality": "x" * 2_000_000})
    assert answer.status == 413
    assert "larger than 1 MB" in answer.says


def test_the_language_is_a_choice_of_the_browser_and_keeps_what_is_typed(desk: Visitor) -> None:
    form = desk.new_form()
    answer = desk.send(form, **NEW, language="hi")
    assert "नया पंजीकरण" in answer.text
    assert answer.page.form("name", "form").fields["name"] == "Sunita Devi"
    assert "नया पंजीकरण" in desk.get("/").text
    assert desk.send(answer.page.form("name", "form", action="register")).path == "/issued/00100000114"
    page = desk.get("/keys").page
    assert "Everything without a mouse" in desk.send(page.form("back", action="language"), language="en").text


def test_a_fault_of_ours_is_a_sentence_and_its_log_holds_no_text(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @access.public
    def broken() -> str:
        raise ValueError("Sunita Devi")

    app.add_url_rule("/broken", "broken", broken)
    answer = Visitor(app).get("/broken")
    assert answer.status == 500
    assert "no sentence for" in answer.says
    assert "Sunita" not in caplog.text
    assert "ValueError" in caplog.text
