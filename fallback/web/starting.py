"""The start page: a desk made from a stick, on this computer alone, before there is an installation to stand on.

It has no users: whoever holds a card may start a desk. It writes through what it was made with, never by itself.
"""

import hmac
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from flask import Flask, Response, redirect, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException

from fallback.enrolment.readiness import Finding, Level, worst
from fallback.errors import FormStale, HostWrong, PageUnknown, ParchiError, RequestWrong
from fallback.hospital import Hospital
from fallback.language import LANGUAGES, SOURCE, format_moment, say, translate
from fallback.settings import PROGRAM
from fallback.web import STATIC, access, guard
from fallback.web.words import OWN_NAMES

_log = logging.getLogger(__name__)
_FORM_BYTES = 64 * 1024
_POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyChoice:
    """A place for the second copy: what the form calls it, what people do, whether it is the kit's own stick."""

    key: str
    name: str
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """How a start stands: `step` is what is being done ("" while it waits for a person), `desk` where the desk answers.

    `has_desk`: this computer has one, and a card or the passphrase opens it; `unnamed`: none of its desks may issue
    numbers here any more, and a new card and a name are wanted. `typed` is what a failed form held, its secrets left
    out; `others` are hospitals that have a desk on this computer, too.
    """

    has_desk: bool = False
    unnamed: bool = False
    stick: bool = True
    step: str = ""
    desk: str = ""
    error: ParchiError | None = None
    notices: Sequence[ParchiError] = ()
    places: Sequence[CopyChoice] = ()
    others: int = 0
    typed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How the monthly check stands: `step` is what it looks at ("" when it is done), then what it found."""

    step: str = ""
    findings: Sequence[Finding] = ()


class Start(Protocol):
    """What the page asks and tells. Nothing here waits: what takes time is begun, and `shown` says how it stands."""

    def shown(self) -> Shown:
        """How the start stands."""

    def begin(self, *, name: str, secret: str, copy: str) -> None:
        """Begins to open the desk that is here, or to make one with a card. Raises what can be said at once."""

    def join(self, *, words: str, name: str, copy: str) -> None:
        """Begins to join a running desk by its words or the text of its code. Raises what can be said at once."""

    def practise(self) -> str:
        """Starts a practice beside this; where one runs already, gives the address of that one."""

    def check(self, *, again: bool) -> Looked:
        """The monthly check, as far as it goes without a desk: begun where none was, or `again`. Raises what failed."""


def create_start_app(
    start: Start, hospital: Hospital, *, hospital_id: str, made: datetime | None, version: str, drill: bool,
    language: str = SOURCE,
) -> Flask:  # fmt: skip
    """The app of the start page for one hospital; `made` is when its stick was made. Raises AccessNotStated."""
    app = Flask("fallback.web.start", static_folder=None, template_folder=str(PROGRAM / "templates"))
    app.config.update(MAX_CONTENT_LENGTH=_FORM_BYTES, MAX_FORM_MEMORY_SIZE=_FORM_BYTES)
    token = secrets.token_urlsafe(24)  # of this run: another page of this browser cannot know it
    spoken = [language]

    def _(text: str) -> str:
        return translate(text, spoken[0])

    def named(thing: Hospital) -> str:
        return thing.name_hindi if spoken[0] == "hi" else thing.name

    def of_request() -> dict[str, Any]:
        other = LANGUAGES[(LANGUAGES.index(spoken[0]) + 1) % len(LANGUAGES)]
        return {
            "language": spoken[0], "other_language": other, "other_language_name": OWN_NAMES.get(other, other),
            "look": "", "hospital": hospital, "hospital_id": hospital_id, "made": made, "version": version,
            "drill": drill, "visitor": None,
        }  # fmt: skip

    def door() -> None:
        name = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
        if name.lower() not in guard.LOOPBACK:
            raise HostWrong()
        given = request.form.get("csrf_token", "").encode("utf-8", "replace")
        if request.method != "GET" and not hmac.compare_digest(given, token.encode()):
            raise FormStale()

    def headers(response: Response) -> Response:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers["Cache-Control"] = "no-store"
        return response

    def page(name: str, *, status: int = 200, **values: object) -> ResponseReturnValue:
        return render_template(f"start/{name}.html", **values), status

    def told(error: ParchiError) -> ResponseReturnValue:
        return page("failure", sentence=say(error, spoken[0]), status=error.http_status)

    def refused(error: HTTPException) -> ResponseReturnValue:
        return told(PageUnknown() if error.code in (404, 405) else RequestWrong())

    def broken(wrong: Exception) -> ResponseReturnValue:
        _log.error("%s at the start page (%s)", type(wrong).__name__, request.endpoint)
        return page("failure", sentence=say(ParchiError(), spoken[0]), status=500)

    @access.public
    def first() -> ResponseReturnValue:
        shown = start.shown()
        if shown.desk or shown.step:
            return page("open" if shown.desk else "step", shown=shown)
        joined = "words" in shown.typed and not shown.has_desk
        if joined and shown.error and "start" not in request.args:  # six words are mended where six words are asked
            return page("join", shown=shown, typed=shown.typed, error=shown.error)
        return page("first", shown=shown, typed=shown.typed, error=None if joined else shown.error)

    @access.public
    def begin() -> ResponseReturnValue:
        given = _typed("name", "card", "passphrase", "copy")
        try:
            start.begin(name=given["name"], secret=given["passphrase"] or given["card"], copy=given["copy"])
        except ParchiError as error:
            return page("first", shown=start.shown(), typed=given, error=error, status=error.http_status)
        return redirect(url_for("first"), 303)

    @access.public
    def join() -> ResponseReturnValue:
        shown = start.shown()
        if shown.desk or shown.step or shown.has_desk:
            return redirect(url_for("first"), 303)
        if request.method == "GET":
            return page("join", shown=shown, typed=shown.typed, error=shown.error)
        given = _typed("words", "name", "copy")
        try:
            start.join(words=given["words"], name=given["name"], copy=given["copy"])
        except ParchiError as error:
            return page("join", shown=shown, typed=given, error=error, status=error.http_status)
        return redirect(url_for("first"), 303)

    @access.public
    def check() -> ResponseReturnValue:
        if "again" in request.args:
            start.check(again=True)
            return redirect(url_for("check"), 303)
        looked = start.check(again=False)
        if looked.step:
            return page("checking", step=looked.step)
        return page("check", findings=looked.findings, worst=worst(looked.findings), Level=Level)

    @access.public
    def practise() -> ResponseReturnValue:
        return page("practise", running=start.practise())

    @access.public
    def choose_language() -> ResponseReturnValue:
        chosen = request.form.get("language", "")
        spoken[0] = chosen if chosen in LANGUAGES else spoken[0]
        back = request.form.get("back", "/")
        return redirect(back if back in ("/", "/join", "/check") else "/", 303)

    @access.public
    def static_file(name: str) -> ResponseReturnValue:
        return send_from_directory(STATIC, name)

    app.before_request(door)
    app.after_request(headers)
    app.register_error_handler(ParchiError, told)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)
    app.add_url_rule("/static/<path:name>", "static", static_file)
    app.add_url_rule("/", "first", first)
    app.add_url_rule("/begin", "begin", begin, methods=["POST"])
    app.add_url_rule("/join", "join", join, methods=["GET", "POST"])
    app.add_url_rule("/check", "check", check)
    app.add_url_rule("/practise", "practise", practise, methods=["POST"])
    app.add_url_rule("/language", "choose_language", choose_language, methods=["POST"])
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals |= {
        "_": _,
        "csrf_token": lambda: token,
        "static": lambda name: url_for("static", name=name, v=version),
        "say": lambda error: say(error, spoken[0]),
    }
    app.jinja_env.filters |= {"named": named, "moment": format_moment}
    app.context_processor(of_request)
    access.check(app)
    return app


def _typed(*names: str) -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in names}
