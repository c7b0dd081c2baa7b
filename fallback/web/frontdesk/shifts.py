"""A shift in a browser: opened at a desk with the clock confirmed, closed with the cash counted, and its sheet."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.downtime import Role
from fallback.errors import FieldWrong, ParchiError
from fallback.frontdesk.clock import offset_of, right_time
from fallback.ledger import queries
from fallback.ledger.queries import papers, prints
from fallback.web.access import allow, clerk, shown_again
from fallback.web.copies import copies
from fallback.web.forms import whole_number
from fallback.web.forms.money import counted
from fallback.web.forms.small import CloseShiftForm, OpenShiftForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.handing_over import shift_to_sign, told_of
from fallback.web.place import db, here, open_shift as own_shift, shift, user


def _open_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = OpenShiftForm(formdata=typed)
    sentence = form.mark(error)
    may_issue = here().installation.may_issue
    desks = [each for each in queries.desks(db()) if not each.retired and may_issue(each.series)]
    busy = {each.series: each for each in queries.shifts(db()) if each.closed is None}
    names = {each.login: each.name for each in queries.users(db())}
    return render_template(
        "frontdesk/open_shift.html",
        form=form,
        sentence=sentence,
        desks=desks,
        busy=busy,
        names=names,
        now=here().clock(),
        issued=queries.has_slips(db()),
    )


@blueprint.route("/shift/open", methods=["GET", "POST"])
@clerk
@shown_again(_open_page)
def open_shift() -> ResponseReturnValue:
    """Opens a shift: a desk, the float, and a look at the clock, which stands on every slip."""
    if request.method != "POST":
        return redirect(url_for("frontdesk.desk")) if shift() else _open_page(None, None)
    form = OpenShiftForm()
    series = whole_number(form.typed("desk"))
    if series is None:
        raise FieldWrong(field="desk", why="Choose a desk that is free.")
    opening_float, notes = counted(form, "opening_float")
    offset = _clock_offset(form)
    frontdesk.open_shift(
        here().counter, series=series, login=user().login, opening_float=opening_float, notes=notes, clock_offset=offset
    )
    return redirect(url_for("frontdesk.desk"))


def _clock_offset(form: OpenShiftForm) -> int:
    """How many seconds the clock is off, as the person says: nothing, or what they typed. Raises FieldWrong."""
    typed = form.typed("right_time").strip()
    if not typed and not form.clock.data:
        why = "Confirm date and time. If they are wrong, correct this computer's clock, or write what a phone says."
        raise FieldWrong(field="clock", why=why)
    if not typed:
        return 0
    try:
        return offset_of(right_time(typed), here().clock())
    except FieldWrong as wrong:
        raise FieldWrong(field="right_time", why=wrong.values["why"]) from wrong


def _close_page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    own = own_shift()
    form = CloseShiftForm(formdata=typed)
    sentence = form.mark(error)
    sums = queries.shift_sums(db(), own.key)
    unprinted = prints.waiting_prints(db(), own.series)
    return render_template(
        "frontdesk/close_shift.html",
        form=form,
        sentence=sentence,
        own=own,
        sums=sums,
        unprinted=unprinted,
        copies=copies(),
    )


@blueprint.route("/shift/close", methods=["GET", "POST"])
@clerk
@shown_again(_close_page)
def close_shift() -> ResponseReturnValue:
    """Closes the user's shift: what was counted, beside what should be there."""
    if request.method != "POST":
        return _close_page(None, None)
    form = CloseShiftForm()
    own = own_shift()
    told = told_of(form)
    frontdesk.close_shift(
        here().counter,
        own.key,
        counted_cash=told.counted_cash,
        notes=told.notes,
        note=told.note,
        carrier=told.carrier,
        by=user().login,
    )
    here().unsent.forget_all(user().login)
    return redirect(url_for("frontdesk.shift_sheet", key=own.key))


@blueprint.get("/shifts/<key>")
@allow(Role.CLERK, Role.SUPERVISOR, Role.RECORDS, Role.AUDITOR)
def shift_sheet(key: str) -> ResponseReturnValue:
    """The shift's sheet, to be printed and signed; a clerk sees their own. Raises PageUnknown or NotAllowed."""
    found = shift_to_sign(key)
    head = here().installation.ledger.head()
    return render_template(
        "frontdesk/shift_sheet.html",
        found=found,
        sums=queries.shift_sums(db(), key),
        desk=queries.desk(db(), found.series),
        clerk=queries.user(db(), found.login),
        head=head,
        copies=copies(),
        then=papers.shift_copies(db(), end) if (end := papers.shift_end(db(), key)) else None,
    )
