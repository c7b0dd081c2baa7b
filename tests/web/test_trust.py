"""How a desk on the network is trusted; its cookies, names and headers; who asks too often."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask import Flask

from fallback.authority import Authority, fingerprint
from fallback.enrolment import Installation
from fallback.web import close, create_app, limits
from fallback.web.buckets import Limiter, Share
from tests import factories
from tests.web.visitor import NEW, Visitor

AUTHORITY = Authority.new("Hospital", [], datetime.now(UTC)).certificate


@pytest.fixture
def lan(installation: Installation) -> Iterator[Flask]:
    made = create_app(
        installation, factories.hospital(), clock=factories.clock(), hosts=("10.0.0.5", "OPD-1", "fd00::5"), https=True,
        authority=AUTHORITY,
    )  # fmt: skip
    yield made
    close(made)


def test_the_certificate_and_the_steps_need_no_login(lan: Flask) -> None:
    visitor = Visitor(lan)
    page = visitor.get("/trust")
    assert page.status == 200
    assert fingerprint(AUTHORITY) in page.text
    taken = visitor.get("/trust/hospital.cer")
    assert taken.content == AUTHORITY
    assert taken.headers["Content-Type"] == "application/x-x509-ca-cert"
    hindi = visitor.send(page.page.form("back"), language="hi")
    assert hindi.path == "/trust"
    assert "भरोसा" in hindi.text


def test_a_desk_without_an_authority_says_so(visitor: Visitor) -> None:
    assert "nothing to trust" in visitor.get("/trust").text
    assert visitor.get("/trust/hospital.cer").status == 404


@pytest.mark.parametrize("host", ["10.0.0.5:8443", "opd-1:8443", "OPD-1", "[fd00::5]:8443", "localhost", "[::1]:8443"])
def test_it_answers_under_all_its_names(lan: Flask, host: str) -> None:
    assert Visitor(lan).get("/login", headers={"Host": host}).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "10.0.0.6", "opd-1.evil.example", "10.0.0.5.evil.example", "", "10.0.0.5@evil.example"]
)
def test_and_under_no_other(lan: Flask, host: str) -> None:
    assert Visitor(lan).client.get("/login", headers={"Host": host}).status_code in (400, 421)


def test_its_cookie_is_for_this_host_alone_and_never_in_plain(lan: Flask) -> None:
    cookie = Visitor(lan).client.get("/login", base_url="https://10.0.0.5:8443").headers["Set-Cookie"]
    assert cookie.startswith("__Host-parchi=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Strict"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


class _Inline(HTMLParser):
    """What a strict policy forbids in a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.found.append(tag)
        self.found += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        self.found += [
            f"{tag} {name}" for name, value in attrs if re.match(r"\s*(javascript|data):", value or "", re.I)
        ]
        self.found += [
            f"{tag} {name} {value}" for name, value in attrs
            if name in ("src", "href", "action") and re.match(r"(https?:)?//(?!localhost)", value or "")
        ]  # fmt: skip


@pytest.mark.parametrize("login", ["asha", "meena", "ravi", ""])
def test_no_page_has_code_or_style_of_its_own(app: Flask, login: str) -> None:
    visitor = Visitor(app)
    if login in ("asha", "meena"):
        visitor.at_desk(login, series=1)
        visitor.register(**NEW)
    elif login:
        visitor.log_in(login)
    seen = 0
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        path = re.sub(r"<slip:\w+>", "00100000114", re.sub(r"<int:\w+>", "1", rule.rule))
        answer = visitor.client.get(re.sub(r"<\w+>", "x", path))
        assert answer.status_code != 500, path
        assert answer.headers["Cache-Control"] == "no-store", path
        for name in ("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy",
                     "Cross-Origin-Resource-Policy", "Permissions-Policy", "X-Content-Type-Options"):  # fmt: skip
            assert name in answer.headers, (path, name)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe-eval" not in policy
        if answer.mimetype == "text/html":
            assert "unsafe-inline" not in policy
            page = _Inline()
            page.feed(answer.get_data(as_text=True))
            assert page.found == [], path
            seen += 1
    assert seen > 3


def test_a_bucket_empties_and_fills_again() -> None:
    now = [0.0]
    limiter, share = Limiter(lambda: now[0]), Share(burst=3, every=2.0)
    assert [limiter.take("log in", "10.0.0.1", share) for _ in range(4)] == [0.0, 0.0, 0.0, 2.0]
    assert limiter.take("log in", "10.0.0.2", share) == 0.0
    assert limiter.take("hand in", "10.0.0.1", share) == 0.0
    now[0] = 1.0
    assert limiter.take("log in", "10.0.0.1", share) == 1.0
    now[0] = 2.0
    assert limiter.take("log in", "10.0.0.1", share) == 0.0
    now[0] = 1000.0
    assert [limiter.take("log in", "10.0.0.1", share) for _ in range(4)][:3] == [0.0] * 3


def test_whoever_asks_too_often_waits_and_others_do_not(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SHARES", {"enrolment.choose_language": Share(burst=3, every=60.0)})
    visitor = Visitor(app)
    visitor.log_in()
    form = visitor.get("/keys").page.form("back", action="language")
    assert [visitor.send(form, language="hi").status for _ in range(3)] == [200] * 3
    refused = visitor.send(form, language="en")
    assert refused.status == 429
    assert "60" in refused.says
    assert visitor.get("/keys").status == 200
    other = Visitor(app)
    other.log_in("meena")
    assert other.client.post("/language", data=form.fields, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code != 429


def test_every_share_is_of_a_page_that_is_there(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    limits.check(app)
    monkeypatch.setattr(limits, "SHARES", {"enrolment.log_inn": Share(burst=3, every=60.0)})
    with pytest.raises(KeyError):
        limits.check(app)
