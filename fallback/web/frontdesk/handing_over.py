"""A desk handed from one clerk to the next: the drawer counted, one shift closed and the other opened, in one page."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import enrolment, frontdesk
from fallback.downtime import Role, Shift, User
from fallback.errors import DeskNotBusy, FieldWrong, NotAllowed, NotAtADesk, PageUnknown, ParchiError
from fallback.ledger import queries
from fallback.ledger.queries import prints
from fallback.money import Cash
from fallback.web.access import clerk, remember, shown_again
from fallback.web.copies import copies
from fallback.web.forms import text
from fallback.web.forms.money import counted
from fallback.web.forms.small import CloseShiftForm, HandOverForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.place import address, db, here, user


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a clerk says when a shift ends: the cash as counted, in whole rupees, a note, who takes the stick away.

    `notes` is the cash by denomination, empty where only its sum was typed.
    """

    counted_cash: int
    notes: Cash
    note: str
    carrier: str


def told_of(form: CloseShiftForm) -> Told:
    """What the form says. Raises FieldWrong."""
    cash, notes = counted(form, "counted_cash")
    if not notes.pieces and not form.typed("counted_cash").strip():
        raise FieldWrong(field="counted_cash", why="Count the drawer and write the sum; 0 if it is empty.")
    return Told(
        counted_cash=cash,
        notes=notes,
        note=text("note", form.typed("note"), needed=False),
        carrier=text("carrier", form.typed("carrier"), needed=False),
    )


def _lasting(series: int) -> Shift:
    """The shift that is open at a desk. Raises DeskNotBusy."""
    found = queries.open_shift(db(), series=series)
    if found is None:
        raise DeskNotBusy(series=series)
    return found


def _page(typed: Mapping[str, str] | None, error: ParchiError | None, series: int) -> ResponseReturnValue:
    form, lasting = HandOverForm(formdata=typed), _lasting(series)
    return render_template(
        "frontdesk/hand_over.html",
        form=form,
        sentence=form.mark(error),
        found=lasting,
        mine=lasting.login == user().login,
        owner=queries.user(db(), lasting.login),
        desk=queries.desk(db(), series),
        sums=queries.shift_sums(db(), lasting.key),
        unprinted=prints.waiting_prints(db(), series),
        copies=copies(),
    )


@blueprint.route("/desks/<int:series>/hand-over", methods=["GET", "POST"])
@clerk
@shown_again(_page)
def hand_over(series: int) -> ResponseReturnValue:
    """Hands one's own desk to the next clerk, whose login and PIN are typed here; or takes one over.

    Taking over needs the word of its clerk, or of a supervisor where that clerk went away.
    """
    if request.method != "POST":
        return _page(None, None, series)
    form, lasting, me = HandOverForm(), _lasting(series), user()
    told = told_of(form)
    mine = lasting.login == me.login
    after = _next(form, me) if mine else me
    allowed_by = "" if mine else _allowed_by(form, lasting, me)
    frontdesk.hand_over(
        here().counter,
        lasting.key,
        counted_cash=told.counted_cash,
        notes=told.notes,
        note=told.note,
        carrier=told.carrier,
        by=me.login,
        to=after.login,
        allowed_by=allowed_by,
    )
    here().unsent.forget_all(lasting.login)
    if mine:
        here().worklist.release(me.login)
        here().reviews.release(me.login)
        enrolment.entered(here().installation.ledger, after, address())
        remember(after)
    return redirect(url_for("frontdesk.shift_sheet", key=lasting.key))


def _next(form: HandOverForm, me: User) -> User:
    """Who takes over. Raises FieldWrong or NotAtADesk, and what `enrolment.who` raises."""
    login = form.typed("login").strip().lower()
    if login in ("", me.login):
        raise FieldWrong(field="login", why="Write the login of the clerk who takes over from you.")
    found = enrolment.who(here().installation.ledger, login, form.typed("pin"), address())
    if found.role not in (Role.CLERK, Role.SUPERVISOR):
        raise NotAtADesk(login=found.login)
    return found


def _allowed_by(form: HandOverForm, lasting: Shift, me: User) -> str:
    if me.role is Role.SUPERVISOR:
        return me.login
    ledger, login, pin = here().installation.ledger, form.typed("login").strip().lower(), form.typed("pin")
    if login == lasting.login:
        return enrolment.who(ledger, login, pin, address()).login
    return enrolment.word_of(ledger, login, pin, address())


def shift_to_sign(key: str) -> Shift:
    """A shift whose sheet the user may have; a clerk their own, and the one before. Raises PageUnknown, NotAllowed."""
    found = queries.shift(db(), key)
    if found is None:
        raise PageUnknown()
    if user().role is Role.CLERK and found.login != user().login and not _took_over(found, user().login):
        raise NotAllowed()
    return found


def _took_over(found: Shift, login: str) -> bool:
    """Whether a clerk has the shift that followed at the same desk: they sign the sheet of the one before, too."""
    later = [each for each in queries.shifts(db()) if each.series == found.series and each.opened >= found.opened]
    following = [each for each in sorted(later, key=lambda each: each.opened) if each.key != found.key]
    return bool(following) and following[0].login == login
