"""Who may enter: login and logout, the language, and the supervisor's desks and users."""

from collections.abc import Mapping

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from fallback import enrolment
from fallback.downtime import Role, User
from fallback.errors import FieldWrong, FormStale, ParchiError
from fallback.language import LANGUAGES
from fallback.web import drafts
from fallback.web.access import any_user, may, public, remember, shown_again, stated_by, supervisor
from fallback.web.forms import text
from fallback.web.forms.small import DeskForm, LoginForm, ReasonForm, UserForm
from fallback.web.frontdesk.supervisor import supervisor_page
from fallback.web.place import here, user, visitor

blueprint = Blueprint("enrolment", __name__)
_PIN_LONGEST = 64


def _login_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = LoginForm(formdata=typed)
    return render_template(
        "enrolment/login.html",
        error=form.mark(error),
        kept=form.typed("kept"),
        next=form.typed("next") if typed is not None else _own(request.args.get("next", "")),
        login=form.typed("login"),
    )


@blueprint.route("/login", methods=["GET", "POST"])
@public
@shown_again(_login_page)
def log_in() -> ResponseReturnValue:
    """Login and PIN; a form that was sent after an earlier login had ended is shown again, as it was typed."""
    if request.method != "POST":
        return redirect(url_for("frontdesk.desk")) if visitor() else _login_page(None, None)
    form = LoginForm()
    found = enrolment.log_in(here().installation.ledger, form.typed("login")[:40], form.typed("pin")[:_PIN_LONGEST])
    kept = form.typed("kept")
    remember(found)
    if kept:
        return _resume(found, drafts.give_back(kept))
    return redirect(_own(form.typed("next")) or url_for("frontdesk.desk"))


def _resume(found: User, draft: drafts.Draft) -> ResponseReturnValue:
    """The page that shows a kept form again. Raises FormStale when there is no such page for this user."""
    try:
        endpoint, values = current_app.url_map.bind("").match(draft.path, method="POST")
    except HTTPException as wrong:
        raise FormStale() from wrong
    asked = stated_by(current_app.view_functions[endpoint])
    if asked.again is None or not may(found, asked):
        return redirect(url_for("frontdesk.desk"))
    return asked.again(draft.typed, FormStale(), **values)


@blueprint.post("/logout")
@any_user
def log_out() -> ResponseReturnValue:
    """Ends the login; the shift stays open."""
    language = session.get("language")
    here().worklist.release(user().login)
    session.clear()
    if language:
        session["language"] = language
    return redirect(url_for("enrolment.log_in"))


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """The other language, for this browser; back to the page it was asked from."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(_own(request.form.get("back", "")) or url_for("frontdesk.desk"))


def _desk_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return supervisor_page(error, desk=DeskForm(formdata=typed))


@blueprint.post("/supervisor/desks")
@supervisor
@shown_again(_desk_again)
def enrol_desk() -> ResponseReturnValue:
    """A new desk: its own series of numbers, its own key."""
    form = DeskForm()
    enrolment.enrol_desk(here().installation, text("desk", form.typed("desk")))
    return redirect(url_for("frontdesk.overview"))


def _retire_page(typed: Mapping[str, str] | None, error: ParchiError | None, series: int) -> ResponseReturnValue:
    form = ReasonForm(formdata=typed)
    sentence = form.mark(error)
    return render_template("enrolment/retire.html", form=form, sentence=sentence, series=series)


@blueprint.route("/supervisor/desks/<int:series>/retire", methods=["GET", "POST"])
@supervisor
@shown_again(_retire_page)
def retire_desk(series: int) -> ResponseReturnValue:
    """Ends a desk, with a reason."""
    if request.method != "POST":
        return _retire_page(None, None, series)
    reason = text("reason", ReasonForm().typed("reason"))
    enrolment.retire_desk(here().installation, series, reason, user().login)
    return redirect(url_for("frontdesk.overview"))


def _user_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return supervisor_page(error, person=UserForm(formdata=typed))


@blueprint.post("/supervisor/users")
@supervisor
@shown_again(_user_again)
def set_user() -> ResponseReturnValue:
    """Adds a user, or gives one a new PIN. It is shown once, in this answer alone."""
    form = UserForm()
    name = text("name", form.typed("name"))
    try:
        role = Role(form.typed("role"))
    except ValueError as wrong:
        raise FieldWrong(field="role", why="Choose one from the list.") from wrong
    login = form.typed("login").strip().lower()
    pin = enrolment.set_user(here().installation.ledger, login, name, role, form.typed("pin").strip(), by=user().login)
    return supervisor_page(given=(login, pin))


def _own(path: str) -> str:
    """The path when it is one of ours, else "": a login never leads to another site."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else ""
