"""The desk: the one box, a registration, and what comes after it."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, names
from fallback.downtime import Role
from fallback.errors import FormUsed, ParchiError, SlipUnknown
from fallback.frontdesk import Issued, Registration
from fallback.ledger import queries
from fallback.slip import Slip, SlipNumber
from fallback.web import onebox
from fallback.web.access import any_user, clerk, shown_again
from fallback.web.forms import RegistrationForm, Sent, Typed, blank, fill, to_registration
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.page import desk_page, new_task, next_task
from fallback.web.paper import wake
from fallback.web.place import _, db, here, open_shift, shift, today, user


@blueprint.get("/")
@any_user
def desk() -> ResponseReturnValue:
    """The desk for those who issue slips, the records room for those who work on the paper."""
    if user().role not in (Role.CLERK, Role.SUPERVISOR):
        return redirect(url_for("recovery.overview"))
    return desk_page() if shift() else redirect(url_for("frontdesk.open_shift"))


@blueprint.get("/keys")
@any_user
def keys() -> ResponseReturnValue:
    """The page of keys."""
    return render_template("frontdesk/keys.html")


def _box_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return desk_page(typed=typed.get("typed", ""), found_nothing=error)


@blueprint.post("/find")
@clerk
@shown_again(_box_again)
def find() -> ResponseReturnValue:
    """The one box."""
    typed = request.form.get("typed", "")
    hospital = here().hospital
    match onebox.look(db(), hospital, here().installation.keys(), typed):
        case onebox.Help():
            return redirect(url_for("frontdesk.keys"))
        case onebox.Known(number):
            return redirect(url_for("frontdesk.next_visit", number=number))
        case onebox.Blank(number):
            return redirect(url_for("frontdesk.fill_pad", number=number))
        case onebox.Paper(decoded):
            return desk_page(
                form=_from_paper(decoded.slip, decoded.cut),
                task=next_task(decoded.slip),
                notice=_paper_notice(decoded.cut),
            )
        case onebox.Candidates(rows):
            return desk_page(typed=typed.strip(), candidates=rows)
        case onebox.Nobody(field, value):
            return desk_page(form=blank(hospital, **{field: value}), notice=_nobody(field))


@blueprint.post("/new")
@clerk
@shown_again(_box_again)
def new() -> ResponseReturnValue:
    """None of the candidates: a new registration that begins with what was looked for."""
    typed = names.normalise(request.form.get("typed", ""))[:200]
    field = "mobile" if typed.isdigit() else "name_hindi" if any(map(names.is_devanagari, typed)) else "name"
    return desk_page(form=blank(here().hospital, **{field: typed}))


def new_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    """The registration form with what was typed; a next visit stays one."""
    form = RegistrationForm(formdata=typed)
    if isinstance(error, FormUsed):
        form.renew()
    previous = (
        queries.slip(db(), SlipNumber.parse(form.typed("previous"))) if _is_number(form.typed("previous")) else None
    )
    return desk_page(form=form, task=next_task(previous.slip) if previous else new_task(), error=error)


@blueprint.post("/register")
@clerk
@shown_again(new_again)
def register() -> ResponseReturnValue:
    """A registration: a new patient's, or a returning one's."""
    form = Sent(request.form)
    asked = asked_for(form)
    return finish(frontdesk.register(here().counter, open_shift().key, asked, form=form.typed("form")), asked)


@blueprint.get("/issued/<slip:number>")
@clerk
def issued(number: SlipNumber) -> ResponseReturnValue:
    """The desk after a slip: its number large, its paper on the way to the printer, the box ready for the next."""
    row = queries.slip(db(), number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    return desk_page(issued=row)


def asked_for(form: Typed) -> Registration:
    """What the form asks for. Raises FormWrong."""
    return to_registration(form, here().hospital, today(), lambda: names.alias(form.typed("form")))


def finish(issued: Issued, asked: Registration) -> ResponseReturnValue:
    """Tells the print queue of an issued slip and sends the browser to the desk; the same form again changes nothing.

    Raises FormUsed when the form's key was used for something else.
    """
    slip = issued.row.slip
    if not issued.again:
        wake()
    elif slip.visit.clinic != asked.clinic or (not slip.sealed and slip.patient != asked.patient):
        raise FormUsed(number=slip.number.grouped)
    return redirect(url_for("frontdesk.issued", number=slip.number))


def visit_form(slip: Slip, uhid: str = "") -> RegistrationForm:
    """The form for the next visit of a slip's patient: a new slip, no new patient number."""
    form = fill(here().hospital, slip)
    form.previous.data = slip.number.text
    form.uhid.data = "" if slip.sealed else slip.uhid or uhid  # theirs stands nowhere, also after the import
    number = slip.patient_number or (None if slip.uhid else slip.number)
    form.patient_number.data = number.text if number else ""
    return form


def _from_paper(slip: Slip, cut: tuple[str, ...]) -> RegistrationForm:
    form = visit_form(slip)
    for name in cut:
        if name in form:
            form[name].data = form.typed(name).rstrip("… ")
    return form


def _paper_notice(cut: tuple[str, ...]) -> str:
    notice = _("Genuine slip from another desk: its record comes from the paper. Ask name and age before you register.")
    return notice if not cut else notice + " " + _("Some texts were too long for the code: complete them.")


def _nobody(field: str) -> str:
    match field:
        case "uhid":
            return (
                _(
                    "This UHID was not seen in this downtime. Ask name and age and fill in the form: "
                    "no new patient number is given."
                )
                + _hidden()
            )
        case "mobile":
            return _("Nobody with this mobile number yet. It is in the form already.") + _hidden()
        case "abha":
            return _("This looks like an ABHA number. It is in the form already.")
        case _:
            return _("Nobody of this name yet. It is in the form already.") + _hidden()


def _hidden() -> str:
    """Said wherever nobody is found: who is confidential is never found so, and may stand at the counter."""
    return " " + _("A confidential patient is found only by the slip: scan it, or type its number.")


def _is_number(typed: str) -> bool:
    try:
        SlipNumber.parse(typed)
    except ParchiError:
        return False
    return True
