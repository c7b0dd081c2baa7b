"""What waits for a printer and what is stuck; a person says whether the paper came out."""

from collections.abc import Mapping

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.downtime import Role
from fallback.errors import FieldWrong, NotAllowed, ParchiError, PrintSettled, RequestWrong, SlipUnknown
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import prints
from fallback.slip import SlipNumber
from fallback.web.access import clerk, shown_again
from fallback.web.door import own as own_address
from fallback.web.forms import whole_number
from fallback.web.forms.ready import SheetsForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.paper import Standing, open_papers, paper_of, printer_of, wake
from fallback.web.place import db, here, language, open_shift, shift, user

_EVERY = "5"  # seconds between two looks
_SOON = "2"
_SHOWN = 100  # of the list; the rest comes after them


def _page(error: ParchiError | None = None) -> ResponseReturnValue:
    papers = open_papers()
    page = render_template(
        "frontdesk/prints.html",
        papers=sorted(papers, key=lambda paper: (paper.standing is not Standing.STUCK, not paper.act))[:_SHOWN],
        more=max(0, len(papers) - _SHOWN),
        troubles=dict.fromkeys(say(paper.why, language()) for paper in papers if paper.why),
        desks={desk.series: desk.name for desk in queries.desks(db())},
        sentence=say(error, language()) if error else "",
    )
    response = make_response(page)
    # A list that moves away under the fingers is the wrong button pressed: it stays while somebody must choose.
    if not any(paper.standing is Standing.STUCK for paper in papers):
        response.headers["Refresh"] = _EVERY
    return response


@blueprint.get("/prints")
@clerk
def prints_page() -> ResponseReturnValue:
    """The list; it comes again by itself."""
    return _page()


def _again(_typed: Mapping[str, str], error: ParchiError | None, **_: object) -> ResponseReturnValue:
    return _page(error)


@blueprint.post("/prints/<slip:number>")
@clerk
@shown_again(_again)
def settle(number: SlipNumber) -> ResponseReturnValue:
    """A person looked: the paper came out, or it did not, and a reprint follows. Raises PrintSettled, NotAllowed."""
    row = prints.print_of(db(), number)
    if row is None or row.key != request.form.get("print"):
        raise PrintSettled(number=number.grouped)
    own = shift()
    if user().role is not Role.SUPERVISOR and (own is None or own.series != row.series):
        raise NotAllowed()
    match request.form.get("came"):
        case "yes":
            frontdesk.done(here().counter, row, by=user().login)
        case "no":
            frontdesk.lost(here().counter, row, by=user().login)
            printer = printer_of(row.series)
            again = frontdesk.reprint(
                here().counter, number, by=user().login, card=row.card, series=row.series, printer=printer
            )
            if not printer:
                return pdf(frontdesk.sheet(here().counter, again), f"slip-{number.text}-reprint.pdf")
        case _:
            raise RequestWrong()
    wake()
    return redirect(url_for("frontdesk.prints_page"))


def _sheets_again(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = SheetsForm(formdata=typed)
    return render_template("frontdesk/paper_left.html", form=form, sentence=form.mark(error))


@blueprint.get("/prints/sheets")
@clerk
def paper_left() -> ResponseReturnValue:
    """How much paper lies at the desk. Raises ShiftNotOpen."""
    open_shift()
    return _sheets_again(None, None)


@blueprint.post("/prints/sheets")
@clerk
@shown_again(_sheets_again)
def tell_sheets() -> ResponseReturnValue:
    """Somebody counted the paper at their desk; from now on the bar counts down. Raises ShiftNotOpen, FieldWrong."""
    form, own = SheetsForm(), open_shift()
    count = whole_number(form.typed("sheets"))
    if count is None:
        raise FieldWrong(field="sheets", why="Write a whole number, like 500.")
    frontdesk.tell_sheets(here().counter, own.series, count, by=user().login)
    return redirect(url_for("frontdesk.desk"))


@blueprint.post("/prints/saving")
@clerk
def save_paper() -> ResponseReturnValue:
    """This desk prints on less paper from now on, or as usual again. Raises ShiftNotOpen."""
    own = open_shift()
    frontdesk.set_economy(here().counter, own.series, on=request.form.get("on") == "yes", by=user().login)
    return redirect(own_address(request.form.get("back", "")) or url_for("frontdesk.desk"))


@blueprint.get("/slips/<slip:number>/paper")
@clerk
def paper(number: SlipNumber) -> ResponseReturnValue:
    """Where a slip's paper stands, in one sentence: a frame of the desk's page, which comes again by itself."""
    found = paper_of(number)
    if found is None and queries.slip(db(), number) is None:
        raise SlipUnknown(number=number.grouped)
    response = make_response(render_template("frontdesk/paper.html", paper=found))
    if found and found.moves:
        response.headers["Refresh"] = _SOON
    return response
