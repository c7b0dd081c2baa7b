"""Ways in through the browser: other sites' forms, other people's sessions, addresses that lead out, guessed PINs."""

import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from hashlib import sha512
from io import BytesIO
from random import Random
from unittest.mock import patch

from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from bench.siege import Tried
from bench.siege.town import PIN, USERS, Browser, Town, named
from fallback import enrolment
from fallback.downtime import Role
from fallback.enrolment.pins import hash_pin, is_pin
from fallback.enrolment.waits import Waits
from fallback.errors import LoginWaits
from fallback.web import access
from fallback.web.sessions import Sessions, State

_METHODS = ("GET", "POST", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS")
# How our own cookie is signed, told to the attacker: only the key is not.
_SALT = "cookie-session"


def other_sites(town: Town, logins: Iterable[str] = USERS) -> Tried:
    """Every form that changes something, sent without its token, or with one of somebody else's."""
    told = Tried("forms of other sites (CSRF)")
    stale, foreign = town.browser("meena"), town.browser("ravi").token()
    old = stale.token()
    for login in logins:
        own = town.browser(login)
        good = own.token()
        for path, methods, _endpoint in town.views():
            if "POST" not in methods:
                continue
            for name, data, more in _without_token(old, foreign, good):
                town.unlimited()
                before = town.lines()
                answer = own.post(path, data, **more)
                moved = town.lines() != before
                told.count(
                    let_in=moved or answer.status_code < 400,
                    as_told=f"{login} {path} {name} {answer.status_code} {town.facts(before)}",
                )
    with patch.object(access, "validate_csrf", lambda _: None):
        careless, own = 0, town.browser("meena")
        for path, methods, _ in town.views():
            if "POST" in methods and not path.startswith("/log"):
                town.unlimited()
                careless += own.post(path, {"reason": "x", "name": "Sunita"}).status_code < 400
    told.beside = {"forms taken, of one each, without our check": careless}
    return told


def _without_token(stale: str, foreign: str, good: str) -> list[tuple[str, dict[str, object], dict[str, object]]]:
    file = (BytesIO(b"%PDF-1.4"), "scan.pdf")
    return [
        ("without", {"name": "Sunita"}, {}),
        ("empty", {"csrf_token": ""}, {}),
        ("stale", {"csrf_token": stale}, {}),
        ("foreign", {"csrf_token": foreign}, {}),
        ("cut", {"csrf_token": good[:-1]}, {}),
        ("in the address", {"a": "b"}, {"query_string": {"csrf_token": good}}),
        ("with a file", {"csrf_token": foreign, "files": file}, {"content_type": "multipart/form-data"}),
        (
            "as text",
            {},
            {"headers": {"Content-Type": "text/plain"}, "input_stream": BytesIO(f"csrf_token={good}".encode())},
        ),
    ]


def wrong_people(town: Town, *, quick: bool = False) -> Tried:
    """Every page, asked for by nobody, by a locked screen, and by each role that may not."""
    told = Tried("pages of others' roles")
    locked = town.browser("meena")
    locked.post("/lock", {"csrf_token": locked.token()})
    people: list[tuple[str, Browser, Role | None]] = [
        ("nobody", town.browser(), None),
        ("a locked screen", locked, None),
    ]
    people += [(login, town.browser(login), role) for login, role in USERS.items()]
    people = people[:3] if quick else people
    tokens = {who: browser.token() for who, browser, _ in people}
    for path, _methods, _endpoint in town.views():
        for method in _METHODS[: 2 if quick else None]:
            stated = _stated(town, path, method)
            for who, browser, role in people:
                if stated is not None and (stated.public or (role is not None and role in (stated.roles or ()))):
                    continue
                town.unlimited()
                data = {"csrf_token": tokens[who]} if method == "POST" else {}
                before = town.lines()
                answer = browser.client.open(path, method=method, data=data)
                told.count(
                    let_in=_is_open(answer, method) or town.lines() != before,
                    as_told=f"{who} {method} {path} {answer.status_code} {town.facts(before)}",
                )
    with patch.object(access, "may", lambda *_: True):
        clerk = town.browser("asha")
        careless = sum(clerk.get(path).status_code < 300 for path, methods, _ in town.views() if "GET" in methods)
    strict = sum(clerk.get(path).status_code < 300 for path, methods, _ in town.views() if "GET" in methods)
    told.beside = {"pages that a clerk sees besides, without our check": careless - strict}
    return told


def _stated(town: Town, path: str, method: str) -> access.Stated | None:
    """What the page that answers says of itself; None where no page does."""
    try:
        endpoint, _ = town.app.url_map.bind("localhost").match(path, method=method)
    except HTTPException:
        return None
    return access.stated_by(town.app.view_functions[str(endpoint)])


def _is_open(answer: TestResponse, method: str) -> bool:
    if method == "OPTIONS":
        return answer.status_code < 300 and bool(answer.data)
    leads_in = answer.status_code in (301, 302, 303) and not (answer.location or "").startswith(("/login", "/pin"))
    return answer.status_code < 300 or leads_in


def other_sessions(town: Town) -> Tried:
    """Sessions that an attacker knows, keeps, makes up or alters."""
    told = Tried("sessions fixed, kept, forged")

    def look(browser: Browser, how: str) -> None:
        told.count(let_in=browser.is_in(), as_told=how)

    thief, victim = town.browser(), town.browser()
    thief.page("/login")
    known = thief.cookie()
    victim.wear(known).log_in("meena")
    look(town.browser().wear(known), "the cookie from before the login")
    inside = victim.cookie()
    kept = [inside]
    victim.post("/lock", {"csrf_token": victim.token()})
    look(town.browser().wear(inside), "the cookie of a locked screen")
    victim.log_in("meena")
    look(town.browser().wear(inside), "the cookie from before the lock")
    inside = victim.cookie()
    kept.append(inside)
    victim.post("/logout", {"csrf_token": victim.token()})
    look(town.browser().wear(inside), "the cookie from before the logout")
    ledger, former = town.installation.ledger, town.browser()
    former.log_in("tara")
    enrolment.set_user(ledger, "tara", "Tara", Role.AUDITOR, "482915")
    look(former, "a session from before a new PIN")
    former.log_in("tara", "482915")
    enrolment.set_user(ledger, "tara", "Tara", Role.CLERK, "482915")
    look(former, "a session from before another role")
    former.log_in("tara", "482915")
    enrolment.set_active(ledger, "tara", active=False)
    look(former, "a session of somebody who was switched off")
    former.log_in("tara", "482915")
    look(former, "the PIN of somebody who was switched off")
    enrolment.set_user(ledger, "tara", "Tara", Role.AUDITOR, PIN)
    enrolment.set_active(ledger, "tara", active=True)
    victim.log_in("meena")
    inside = victim.cookie()
    _forge(town, inside, look)
    with patch.object(Sessions, "state", lambda *_, **__: State.OPEN):
        careless = sum(town.browser().wear(each).is_in() for each in kept)
    told.beside = {f"of {len(kept)} cookies that were kept, taken by a server that keeps no list": careless}
    return told


def _forge(town: Town, good: str, look: Callable[[Browser, str], None]) -> None:
    chance = Random(1)
    body = {"login": "meena", "key": "0" * 32}
    guesses = ["", "dev", "secret", "parchi", "change me", town.installation.root.hex(), town.installation.vault.key_id]
    guesses += [town.installation.ledger.chain, "0" * 64]
    for guess in guesses:
        for way in ("hmac", "django-concat"):
            made = URLSafeTimedSerializer(guess or " ", salt=_SALT, signer_kwargs={"key_derivation": way}).dumps(body)
            look(town.browser().wear(str(made)), f"signed with {guess!r}")
    payload, stamp, signature = good.rsplit(".", 2)
    plain = urlsafe_b64encode(b'{"login":"meena","key":"0"}').rstrip(b"=").decode()
    whole = sha512(payload.encode()).hexdigest()
    for made in (
        payload,
        f"{payload}.{stamp}",
        f"{payload}.{stamp}.",
        f"{plain}.{stamp}.{signature}",
        f"{payload}..{signature}",
        f"{payload}.{stamp}.{whole}",
        f"{payload}.AAAAAA.{signature}",
        ".....",
    ):
        look(town.browser().wear(made), f"altered: {made[:40]}")
    for place in range(len(good) - 1):  # the last sign has bits that stand for nothing
        letter = chance.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        if letter != good[place]:
            look(town.browser().wear(good[:place] + letter + good[place + 1 :]), f"sign {place} of {len(good)} altered")


def once_more(town: Town) -> Tried:
    """The same form again: from the same browser, after a logout, and by somebody else."""
    told = Tried("forms sent again (replay)", beside={"slips that a program without keys of forms would make": 30})
    desk = town.browser("asha")
    form = next(
        named(each) for each in desk.page("/").forms if each.action.endswith("/register") and "name" in each.fields
    )
    typed = {
        "name": "Sunita Devi",
        "sex": "female",
        "age": "34",
        "age_unit": "years",
        "clinic": "MED",
        "fee_status": "exempt",
    }
    first = desk.post("/register", form.fields | typed)
    if first.status_code >= 400:
        raise SystemExit(f"the desk does not take a good form: {first.status_code}")
    count = "SELECT count(*) FROM slip"
    db = town.installation.ledger.db()
    before = db.execute(count).fetchone()
    for turn in range(30):
        other = form.fields | typed | {"name": f"Sunita Dev{'aeiou'[turn % 5]}"}
        answer = desk.post("/register", other)
        told.count(let_in=db.execute(count).fetchone() != before, as_told=f"again: {answer.status_code}")
    cookie = desk.cookie()
    desk.post("/logout", {"csrf_token": desk.token()})
    for turn in range(10):
        answer = town.browser().wear(cookie).post("/register", form.fields | typed | {"form": f"fresh{turn}"})
        told.count(let_in=db.execute(count).fetchone() != before, as_told=f"after the logout: {answer.status_code}")
    for login in ("meena", "ravi", "tara"):
        answer = town.browser(login).post("/register", form.fields | typed | {"form": f"fresh {login}"})
        told.count(let_in=db.execute(count).fetchone() != before, as_told=f"by {login}: {answer.status_code}")
    return told


class _Moved:
    """Seconds that the attack moves on: a day takes no day."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def guessed(town: Town, tries: int) -> Tried:
    """PINs guessed through the door; and how many an attacker gets in an hour, from one computer or a thousand."""
    told = Tried("PINs guessed at the door")
    chance = Random(3)
    thief = town.browser()
    form = named(thief.page("/login").form("login", "pin"))
    waited = 0
    for _ in range(tries):
        town.unlimited()
        pin = f"{chance.randrange(10**6):06d}"
        if pin == PIN:
            continue
        sent = form.fields | {"login": chance.choice(list(USERS)), "pin": pin}
        answer = thief.post(form.action, sent, environ_base={"REMOTE_ADDR": "10.0.0.66"})
        waited += answer.status_code == LoginWaits.http_status
        told.count(let_in=thief.is_in(), as_told=f"{sent['login']} with {pin}")
    for owner, address in ((town.browser(), "127.0.0.1"), (town.browser(), "10.0.0.7")):
        form = named(owner.page("/login").form("login", "pin"))
        sent = form.fields | {"login": "meena", "pin": PIN}
        owner.post(form.action, sent, environ_base={"REMOTE_ADDR": address})
        told.count(let_in=not owner.is_in(), as_told=f"the supervisor cannot enter at {address} while somebody guesses")
    begun = time.monotonic()
    for _ in range(3):
        is_pin(hash_pin(PIN), "000000")
    told.beside = {
        "answered: wait": waited,
        "PINs there are": 10**6,
        "looked at in an hour, of one login from one computer": _in_an_hour(1, 1),
        "of all logins from one computer": _in_an_hour(1, 500),
        "of one login from a thousand computers": _in_an_hour(1000, 1),
        "by a door without waits": round(3600 * 6 / (time.monotonic() - begun)),
    }
    return told


def _in_an_hour(computers: int, logins: int) -> int:
    """How many guesses are looked at in the first hour, by the very rule of the door; it never entered there."""
    moved = _Moved()
    waits, looked = Waits(moved), 0
    for turn in range(180):
        for computer in range(computers):
            for login in range(logins):
                try:
                    waits.ahead(f"login{(login + turn) % logins}", f"10.0.{computer // 250}.{computer % 250}")
                    looked += 1
                except LoginWaits:
                    continue
        moved.now += 20.0
    return looked
