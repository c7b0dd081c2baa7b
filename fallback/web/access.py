"""Who may use a view, said at the view; the gate that holds everybody to it; the check that no view is silent."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf, validate_csrf
from werkzeug.datastructures import Headers, MultiDict
from wtforms.validators import ValidationError

from fallback.downtime import Role, User
from fallback.errors import AccessNotStated, FormStale, LoggedOut, NotAllowed, PinGiven, ScreenLocked
from fallback.language import LANGUAGES
from fallback.ledger import queries
from fallback.web.place import db, here, locked
from fallback.web.sessions import State
from fallback.web.uploads import Upload

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
Again = Callable[..., ResponseReturnValue]

FORM_BYTES = 1 << 20  # of an ordinary request
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
EVERYBODY = frozenset(Role)


@dataclass(slots=True)
class Stated:
    """What a view said of itself. `roles` None: nothing yet; `public`: also those who are not logged in.

    `files`: its form is read by `upload()`, while it arrives. `newcomers`: also those whose PIN was given to them.
    """

    roles: frozenset[Role] | None = None
    public: bool = False
    again: Again | None = None
    limit: int = FORM_BYTES
    files: bool = False
    newcomers: bool = False


@dataclass(slots=True)
class _Views:
    stated: dict[Callable[..., object], Stated] = field(default_factory=dict)

    def of(self, view: Callable[..., object]) -> Stated:
        return self.stated.setdefault(view, Stated())


_VIEWS = _Views()


def public(view: View) -> View:
    """Anybody, logged in or not."""
    stated = _VIEWS.of(view)
    stated.roles, stated.public = EVERYBODY, True
    return view


def allow(*roles: Role) -> Callable[[View], View]:
    """Users of these roles."""

    def state(view: View) -> View:
        _VIEWS.of(view).roles = frozenset(roles)
        return view

    return state


any_user = allow(*Role)
clerk = allow(Role.CLERK, Role.SUPERVISOR)
supervisor = allow(Role.SUPERVISOR)
records = allow(Role.RECORDS, Role.SUPERVISOR)
reader = allow(Role.RECORDS, Role.SUPERVISOR, Role.AUDITOR)
overseer = allow(Role.SUPERVISOR, Role.AUDITOR)


def newcomers(view: View) -> View:
    """Also users who have not chosen their own PIN yet."""
    _VIEWS.of(view).newcomers = True
    return view


def shown_again(page: Again) -> Callable[[View], View]:
    """Names the page that shows a form again with what was typed: `page(typed, error, **view_args)`."""

    def state(view: View) -> View:
        _VIEWS.of(view).again = page
        return view

    return state


def takes(megabytes: int) -> Callable[[View], View]:
    """For a form with files: raises the limit of a request's size. Its view reads it with `upload()` alone.

    Nothing else may touch `request.form` there: Flask would put the files on the disk as they are.
    """

    def state(view: View) -> View:
        asked = _VIEWS.of(view)
        asked.limit, asked.files = megabytes << 20, True
        return view

    return state


def upload() -> Upload:
    """The form of this request, of a view that takes files. Raises RequestWrong."""
    if "upload" not in g:
        g.upload = Upload(request)
    found: Upload = g.upload
    return found


def typed() -> MultiDict[str, str]:
    """What was typed into the form of this request, also where files come with it."""
    asked = stated()
    return upload().fields if asked is not None and asked.files else request.form


def stated() -> Stated | None:
    """What the view of this request said of itself; None when the address leads nowhere."""
    view = current_app.view_functions.get(request.endpoint or "")
    return _VIEWS.of(view) if view else None


def stated_by(view: Callable[..., object]) -> Stated:
    """What a view said of itself."""
    return _VIEWS.of(view)


def check(app: Flask) -> None:
    """Raises AccessNotStated for a view that does not say who may use it: the app does not start."""
    for name, view in app.view_functions.items():
        if _VIEWS.of(view).roles is None:
            raise AccessNotStated(view=name)


def remember(user: User) -> None:
    """Logs a user in, under a new key. Nothing of the earlier session stays but the language.

    So nobody can hand a browser a session that they know, and no form of an earlier one is taken any more.
    """
    forget()
    session["login"], session["key"] = user.login, here().sessions.begin(user.login, _seal(user))
    g.user, g.locked = user, None


def unlock(user: User) -> None:
    """Opens the locked session of a user again, under a new key; forms that are open in other tabs stay good."""
    try:
        session["key"] = here().sessions.renew(session["key"], _seal(user))
    except KeyError:  # it came of age, or was ended elsewhere, at this moment
        remember(user)
    g.user, g.locked = user, None


def forget() -> None:
    """Ends this browser's session. What stays: language, look, counter, and whose it was, for their forms."""
    here().sessions.end(str(session.get("key", "")))
    kept = {name: session[name] for name in ("language", "look", "login", "counter") if name in session}
    session.clear()
    g.pop("csrf_token", None)  # made for the earlier session: the page that is shown now needs one of this
    session.update(kept)


def lock() -> None:
    """Locks this browser's session, until its owner's PIN."""
    here().sessions.lock(str(session.get("key", "")))
    if g.user is not None:
        g.user, g.locked = None, g.user


def may(user: User, asked: Stated) -> bool:
    """Whether a user may use a view; one who has not chosen their own PIN yet, only the pages for it."""
    return asked.public or (user.role in (asked.roles or ()) and (asked.newcomers or not user.temporary))


def asked_path() -> str:
    """The path of the page that is asked for, with what it asks: a batch's page without its name is none."""
    return request.full_path if request.query_string else request.path


def csrf_token() -> str:
    """What a form of this session carries; worked out once a page."""
    return g.get("csrf_token") or str(generate_csrf())


def gate() -> ResponseReturnValue | None:
    """Before every request: who asks, whether they may, and whether a form that changes something is ours."""
    g.user = g.locked = None
    _recognise()
    asked = stated()
    if asked is None:
        return None
    request.max_content_length = asked.limit
    if g.user is None and not asked.public:
        if request.method in SAFE:
            return redirect(url_for("enrolment.log_in", next=asked_path()))
        if asked.again:
            typed().get("csrf_token")  # too large a form is refused here, not while it is being kept
        raise ScreenLocked() if locked() else LoggedOut()
    if g.user is not None and not may(g.user, asked):
        if not g.user.temporary or g.user.role not in (asked.roles or ()):
            raise NotAllowed()
        if request.method in SAFE:
            return redirect(url_for("enrolment.own_pin"))
        raise PinGiven()
    if request.method in SAFE:
        return None
    try:
        validate_csrf(typed().get("csrf_token"))
    except ValidationError as wrong:
        raise FormStale() from wrong
    g.csrf_valid = True
    if asked.again and typed().get("language") in LANGUAGES:
        session["language"] = typed()["language"]
        return asked.again(typed(), None, **(request.view_args or {}))
    return None


def _recognise() -> None:
    """Puts who asks into `g.user`, or into `g.locked` where the screen is locked."""
    login, key = session.get("login"), session.get("key")
    user = queries.user(db(), login) if isinstance(login, str) and isinstance(key, str) else None
    if user is None or not user.active:
        return
    idle = here().hospital.lock_minutes * 60
    state = here().sessions.state(str(key), user.login, _seal(user), idle=idle, touched=_by_hand(request.headers))
    if state is State.OPEN:
        g.user = user
    elif state is State.LOCKED:
        g.locked = user


def _by_hand(headers: Headers) -> bool:
    """Whether a person asks: a page that looks for news by itself must not keep its screen from locking.

    Browsers say what made them ask; one that says nothing is believed.
    """
    if "Sec-Fetch-Dest" not in headers or request.endpoint == "enrolment.stay_awake":
        return True
    return headers.get("Sec-Fetch-User") == "?1"


def _seal(user: User) -> str:
    """Ties a session to the PIN that opened it: a new PIN or role ends every session of the old one."""
    return hashlib.sha256(f"session {user.pin_hash} {user.role}".encode()).hexdigest()[:24]
