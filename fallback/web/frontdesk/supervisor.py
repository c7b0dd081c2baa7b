"""The supervisor's page: ways to everything, the day in pictures, the downtime, desks, users, blank slips."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import enrolment, frontdesk, recovery
from fallback.errors import FieldWrong, ParchiError
from fallback.frontdesk import MOST_PADS, practised
from fallback.ledger import queries
from fallback.ledger.queries import cards, identities, money, today as days
from fallback.web.access import shown_again, supervisor
from fallback.web.copies import copies
from fallback.web.forms import text, whole_number
from fallback.web.forms.small import DeskForm, PadsForm, ReasonForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.check import standings
from fallback.web.frontdesk.picture import picture
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here, today, user

_BARS = 12  # clinics and desks that are drawn here; the rest is one bar, and the page of the day has all


def supervisor_page(
    error: ParchiError | None = None,
    *,
    reason: ReasonForm | None = None,
    desk: DeskForm | None = None,
    pads: PadsForm | None = None,
) -> str:
    """The page, with one of its forms as it was typed and the error beside it."""
    typed = next((form for form in (reason, desk, pads) if form is not None), None)
    sentence = typed.mark(error) if typed is not None else ""
    day = today()
    desks, shifts = queries.desks(db()), queries.shifts(db())
    pads = pads or PadsForm(formdata=None, data={"count": "30"})
    pads.desk.choices = [(str(each.series), each.name) for each in desks if not each.retired]
    return render_template(
        "frontdesk/supervisor.html",
        reason=reason or ReasonForm(formdata=None),
        desk_form=desk or DeskForm(formdata=None),
        pads=pads,
        wrong_form=typed,
        sentence=sentence,
        day=day,
        picture=picture(day, most=_BARS),
        money_doubts=len(money.doubts(db())),
        desks=desks,
        may_issue={each.series for each in desks if here().installation.may_issue(each.series)},
        revoked=cards.revoked(db()),
        contradictions=recovery.contradictions(db()),
        left={each.series: days.numbers_left(db(), each.series) for each in desks},
        openings=identities.openings(db(), most=5),
        busy={each.series: each for each in shifts if each.closed is None},
        shifts=shifts[:12],
        issued=queries.has_slips(db()),
        users=queries.users(db()),
        waiting=enrolment.waiting(here().installation.ledger),
        copies=copies(),
        checks_due=sum(each.due for each in standings()),
        practice=practised.record(here().counter, here().clock()),
    )


@blueprint.get("/supervisor")
@supervisor
def overview() -> ResponseReturnValue:
    """The day at a glance, and everything a supervisor may change."""
    return supervisor_page()


def _downtime_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return supervisor_page(error, reason=ReasonForm(formdata=typed))


@blueprint.post("/supervisor/downtime/start")
@supervisor
@shown_again(_downtime_again)
def start_downtime() -> ResponseReturnValue:
    """Declares a downtime: from now on slips are issued."""
    form = ReasonForm()
    frontdesk.start_downtime(here().counter, text("reason", form.typed("reason")), by=user().login)
    # Whoever was sent here from the desk, where nothing could be issued, goes back to it.
    return redirect(url_for("frontdesk.desk" if request.args.get("start") else "frontdesk.overview"))


@blueprint.post("/supervisor/downtime/end")
@supervisor
@shown_again(_downtime_again)
def end_downtime() -> ResponseReturnValue:
    """Ends the downtime; every shift is closed by then."""
    frontdesk.end_downtime(here().counter, by=user().login)
    return redirect(url_for("frontdesk.overview"))


def _pads_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return supervisor_page(error, pads=PadsForm(formdata=typed))


@blueprint.post("/supervisor/pads")
@supervisor
@shown_again(_pads_again)
def print_pads() -> ResponseReturnValue:
    """Blank slips with numbers and codes, for pens; the answer is the PDF."""
    form = PadsForm()
    series, count = whole_number(form.typed("desk")), whole_number(form.typed("count"))
    if not series:
        raise FieldWrong(field="desk", why="Choose one from the list.")
    if count is None or not 1 <= count <= MOST_PADS:
        raise FieldWrong(field="count", why="Write a number from 1 to 500.")
    issued_to = text("issued_to", form.typed("issued_to"))
    numbers, content = frontdesk.print_pads(
        here().counter, series=series, count=count, issued_to=issued_to, by=user().login
    )
    return pdf(content, f"blank-slips-{numbers[0].text}.pdf")
