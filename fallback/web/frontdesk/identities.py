"""A confidential patient's identity in a browser: opened for a reason, shown in one answer, and who opened what."""

from collections.abc import Mapping
from dataclasses import replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback.downtime import Role
from fallback.enrolment.identities import ALIAS, IDENTITY, Opened, open_identity, release_identity
from fallback.errors import FieldWrong, NotConfidential, ParchiError
from fallback.ledger import queries
from fallback.ledger.queries import identities
from fallback.payload import home_of, seal_id
from fallback.slip import Slip, SlipNumber
from fallback.web.access import allow, overseer, shown_again, supervisor
from fallback.web.forms import text
from fallback.web.forms.small import ReasonForm, WordForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import known
from fallback.web.place import db, here, user
from fallback.web.word import typed_word


def _identity_page(
    typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber, opened: Opened | None = None
) -> ResponseReturnValue:
    form = WordForm(formdata=typed)
    sentence = form.mark(error)
    row = known(number)
    if not row.slip.sealed:
        raise NotConfidential(number=number.grouped)
    home = home_of(row.slip)
    return render_template(
        "frontdesk/identity.html",
        form=form,
        sentence=sentence,
        row=row,
        home=home,
        opened=opened,
        shown=replace(opened.identity.on(row.slip), sealed=b"") if opened else None,
        needs_word=user().role is not Role.SUPERVISOR,
        openings=identities.openings(db(), number, most=20) if user().role is Role.SUPERVISOR else [],
        sent_as=_sent_as(row.slip, home),
    )


@blueprint.route("/slips/<slip:number>/identity", methods=["GET", "POST"])
@allow(Role.CLERK, Role.SUPERVISOR, Role.RECORDS)
@shown_again(_identity_page)
def identity(number: SlipNumber) -> ResponseReturnValue:
    """Who a confidential patient is: in the answer to this form alone, after it was journalled."""
    if request.method != "POST":
        return _identity_page(None, None, number)
    form = WordForm()
    reason = text("reason", form.typed("reason"))
    allowed_by = user().login if user().role is Role.SUPERVISOR else typed_word(form)
    opened = open_identity(here().installation, number, reason, by=user().login, allowed_by=allowed_by)
    return _identity_page(None, None, number, opened)


def _release_again(typed: Mapping[str, str], error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    return _identity_page(typed, error, number)


@blueprint.post("/slips/<slip:number>/identity/release")
@supervisor
@shown_again(_release_again)
def release(number: SlipNumber) -> ResponseReturnValue:
    """As whom a confidential patient's slips may be sent into the hospital system."""
    sent_as = request.form.get("sent_as", "")
    if sent_as not in (IDENTITY, ALIAS):
        raise FieldWrong(field="sent_as", why="Choose one from the list.")
    reason = text("reason", ReasonForm().typed("reason"))
    release_identity(here().installation, number, sent_as, reason, by=user().login)
    return redirect(url_for("frontdesk.identity", number=number))


@blueprint.get("/supervisor/identities")
@overseer
def openings() -> ResponseReturnValue:
    """Every opening of an identity: when, whose slip, who asked, who said yes, and why."""
    return render_template("frontdesk/identities.html", openings=identities.openings(db()))


def _sent_as(slip: Slip, home: SlipNumber) -> str:
    """As whom a supervisor let it go; "" while nobody has, or while the slip with the identity is not known here."""
    row = queries.slip(db(), home)
    first = slip if home == slip.number else row.slip if row else None
    return identities.released(db(), home, seal_id(first)) if first and first.sealed else ""
