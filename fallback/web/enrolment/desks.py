"""Desks in a browser: enrolled and retired by a supervisor."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import enrolment
from fallback.errors import ParchiError
from fallback.ledger.queries.cards import cards as known_cards
from fallback.web.access import shown_again, supervisor
from fallback.web.enrolment.blueprint import blueprint
from fallback.web.forms import text
from fallback.web.forms.small import DeskForm, ReasonForm
from fallback.web.frontdesk.supervisor import supervisor_page
from fallback.web.place import db, here, user


def _desk_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return supervisor_page(error, desk=DeskForm(formdata=typed))


@blueprint.post("/supervisor/desks")
@supervisor
@shown_again(_desk_again)
def enrol_desk() -> ResponseReturnValue:
    """A new desk: its own series of numbers, its own key; with a card, which a scanner types, or by the root's key."""
    form = DeskForm()
    name, card = text("desk", form.typed("desk")), form.typed("card").strip()
    if card:
        enrolment.enrol_with_card(here().installation, name, card, by=user().login)
    else:
        enrolment.enrol_desk(here().installation, name, by=user().login)
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


@blueprint.get("/supervisor/cards")
@supervisor
def cards() -> ResponseReturnValue:
    """The enrolment cards, by their numbers: which are left, which were used, which are lost."""
    return render_template("enrolment/cards.html", cards=known_cards(db()))


def _revoke_page(typed: Mapping[str, str] | None, error: ParchiError | None, series: int) -> ResponseReturnValue:
    form = ReasonForm(formdata=typed)
    sentence = form.mark(error)
    whole = here().installation.vault.whole
    return render_template("enrolment/revoke.html", form=form, sentence=sentence, series=series, whole=whole)


@blueprint.route("/supervisor/desks/<int:series>/revoke", methods=["GET", "POST"])
@supervisor
@shown_again(_revoke_page)
def revoke(series: int) -> ResponseReturnValue:
    """A desk's laptop was stolen, or a card is lost: what is not known by now waits for a person."""
    if request.method != "POST":
        return _revoke_page(None, None, series)
    reason = text("reason", ReasonForm().typed("reason"))
    enrolment.revoke(here().installation, series, reason, by=user().login)
    return redirect(url_for("frontdesk.overview"))
