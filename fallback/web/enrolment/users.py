"""The page of users: who may enter, as what, who waits; PINs given anew, users switched off and on."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import enrolment
from fallback.downtime import Role
from fallback.errors import FieldWrong, LoginUnknown, ParchiError
from fallback.ledger import queries
from fallback.ledger.queries.logins import last_logins
from fallback.web.access import overseer, shown_again, supervisor
from fallback.web.enrolment.blueprint import blueprint
from fallback.web.forms import text
from fallback.web.forms.small import UserForm
from fallback.web.place import db, here, user


def _page(error: ParchiError | None, form: UserForm | None = None, given: tuple[str, str] | None = None) -> str:
    """The page; `given` is a login and its new PIN, shown in this answer alone."""
    sheet = form or UserForm(formdata=None)
    return render_template(
        "enrolment/users.html",
        form=sheet,
        sentence=sheet.mark(error),
        users=queries.users(db()),
        last=last_logins(db()),
        waiting=enrolment.waiting(here().installation.ledger),
        given=given,
        may_change=user().role is Role.SUPERVISOR,
    )


def _again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(error, UserForm(formdata=typed))


def _list_again(_typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return _page(error)


@blueprint.get("/users")
@overseer
def users() -> ResponseReturnValue:
    """Who may enter, as what; when they did last, and who waits."""
    return _page(None)


@blueprint.post("/users")
@supervisor
@shown_again(_again)
def set_user() -> ResponseReturnValue:
    """Adds a user, or gives one a new name, role and PIN, which they must change when they enter."""
    form = UserForm()
    name = text("name", form.typed("name"))
    try:
        role = Role(form.typed("role"))
    except ValueError as wrong:
        raise FieldWrong(field="role", why="Choose one from the list.") from wrong
    login, pin = form.typed("login").strip().lower(), form.typed("pin").strip()
    ledger = here().installation.ledger
    given = enrolment.set_user(ledger, login, name, role, pin, by=user().login, temporary=True)
    return _page(None, given=(login, given))


@blueprint.post("/users/pin")
@supervisor
@shown_again(_list_again)
def new_pin() -> ResponseReturnValue:
    """A new PIN for a user who forgot it; their logins end. Raises LoginUnknown."""
    login = request.form.get("login", "")
    found = queries.user(db(), login)
    if found is None:
        raise LoginUnknown(login="?")
    ledger = here().installation.ledger
    pin = enrolment.set_user(ledger, login, found.name, found.role, by=user().login, temporary=True)
    return _page(None, given=(login, pin))


@blueprint.post("/users/active")
@supervisor
@shown_again(_list_again)
def set_active() -> ResponseReturnValue:
    """Switches a user off, which ends their logins, or on again."""
    login, active = request.form.get("login", ""), request.form.get("active") == "yes"
    enrolment.set_active(here().installation.ledger, login, active=active, by=user().login)
    return redirect(url_for("enrolment.users"))


@blueprint.post("/users/free")
@supervisor
@shown_again(_list_again)
def free_login() -> ResponseReturnValue:
    """Lifts the wait of a login, or of a computer."""
    login, place = request.form.get("login", ""), request.form.get("place", "")
    enrolment.free_login(here().installation.ledger, login, place=place, by=user().login)
    return redirect(url_for("enrolment.users"))
