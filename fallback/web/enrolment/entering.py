"""The door: login, lock and logout, one's own PIN, and the language."""

from collections.abc import Mapping

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from fallback import enrolment
from fallback.downtime import Role, User
from fallback.errors import FieldWrong, FormKept, FormStale, ParchiError
from fallback.language import LANGUAGES
from fallback.ledger import queries
from fallback.web import drafts
from fallback.web.access import any_user, forget, lock, newcomers, public, remember, shown_again, unlock
from fallback.web.door import door_page, own, resume
from fallback.web.enrolment.blueprint import blueprint
from fallback.web.forms.small import LoginForm, OwnPinForm
from fallback.web.place import address, db, here, locked, user, visitor

_PIN_LONGEST = 64


def _login_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = LoginForm(formdata=typed)
    after = form.typed("next") if typed is not None else own(request.args.get("next", ""))
    return door_page(error, kept=form.typed("kept"), after=after, login=form.typed("login"))


@blueprint.route("/login", methods=["GET", "POST"])
@public
@shown_again(_login_page)
def log_in() -> ResponseReturnValue:
    """Login and PIN, or the PIN of a locked screen; the form that was being typed is shown again to who typed it."""
    if request.method != "POST":
        return redirect(url_for("frontdesk.desk")) if visitor() else _login_page(None, None)
    form, owner = LoginForm(), locked()
    before = session.get("login")
    ledger, typed_login, pin = here().installation.ledger, form.typed("login")[:40], form.typed("pin")[:_PIN_LONGEST]
    if owner and owner.login == typed_login.strip().lower():
        found = enrolment.who(ledger, typed_login, pin, address())
        unlock(found)
    else:
        found = enrolment.log_in(ledger, typed_login, pin, address())
        remember(found)
        if owner:
            here().worklist.release(owner.login)
            here().reviews.release(owner.login)
            return _taken_over(owner, found)
    if kept := form.typed("kept"):
        again = resume(found, kept, FormKept() if owner else FormStale())
        if again is not None:
            return again
    elif before in (None, found.login):  # where somebody else was is none of this user's
        return redirect(own(form.typed("next"), page=True) or url_for("frontdesk.desk"))
    return redirect(url_for("frontdesk.desk"))


def _taken_over(owner: User, found: User) -> ResponseReturnValue:
    """Somebody else entered at a locked screen: they see nothing of its owner, and may take over the desk."""
    theirs = queries.open_shift(db(), login=owner.login)
    if theirs and found.role in (Role.CLERK, Role.SUPERVISOR) and not queries.open_shift(db(), login=found.login):
        return redirect(url_for("frontdesk.hand_over", series=theirs.series))
    return redirect(url_for("frontdesk.desk"))


def _kept_page(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    fields = MultiDict(typed)
    path, after = str(fields.pop("lock_path", "")), own(str(fields.pop("lock_next", "")), page=True)
    kept = drafts.keep(path, fields) if own(path) else ""
    return door_page(error, kept=kept, after=after)


@blueprint.post("/lock")
@public
@shown_again(_kept_page)
def lock_screen() -> ResponseReturnValue:
    """Locks the screen: nobody touched it, or somebody goes away. What was being typed comes along, and is kept."""
    lock()
    return _kept_page(request.form, None)


@blueprint.get("/awake")
@any_user
def stay_awake() -> ResponseReturnValue:
    """Somebody is typing: the browser says so now and then, and the screen does not lock."""
    return "", 204


@blueprint.post("/logout")
@public
def log_out() -> ResponseReturnValue:
    """Ends the login, here or everywhere; the shift stays open."""
    found = visitor() or locked()
    if found:
        here().worklist.release(found.login)
        here().reviews.release(found.login)
        if request.form.get("everywhere") == "yes":
            here().sessions.end_all(found.login)
    forget()
    return redirect(url_for("enrolment.log_in"))


def _own_pin_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = OwnPinForm(formdata=typed)
    return render_template("enrolment/own_pin.html", form=form, sentence=form.mark(error))


@blueprint.route("/pin", methods=["GET", "POST"])
@any_user
@newcomers
@shown_again(_own_pin_page)
def own_pin() -> ResponseReturnValue:
    """A user's own new PIN, which nobody else knows; it ends their logins at other computers."""
    if request.method != "POST":
        return _own_pin_page(None, None)
    form = OwnPinForm()
    new = form.typed("new_pin").strip()
    if new != form.typed("new_pin_again").strip():
        raise FieldWrong(field="new_pin_again", why="This is not the same PIN as above. Type it twice alike.")
    old = form.typed("pin")[:_PIN_LONGEST]
    remember(enrolment.change_pin(here().installation.ledger, user().login, old, new, address()))
    return redirect(url_for("frontdesk.desk"))


@blueprint.post("/look")
@public
def choose_look() -> ResponseReturnValue:
    """Light or dark, for this browser; back to the page it was asked from."""
    session["look"] = "dark" if request.form.get("look") == "dark" else "light"
    return redirect(own(request.form.get("back", "")) or url_for("frontdesk.desk"))


@blueprint.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """The other language, for this browser; back to the page it was asked from."""
    wanted = request.form.get("language", "")
    if wanted in LANGUAGES:
        session["language"] = wanted
    return redirect(own(request.form.get("back", "")) or url_for("frontdesk.desk"))
