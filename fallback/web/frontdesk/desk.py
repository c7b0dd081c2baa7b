"""The desk: a registration, and what comes after it."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, names
from fallback.downtime import Role
from fallback.errors import FormUsed, ParchiError, SlipUnknown
from fallback.frontdesk import Issued, Registration
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow
from fallback.slip import Sex, Slip, SlipNumber
from fallback.web.access import any_user, clerk, shown_again
from fallback.web.forms import RegistrationForm, Sent, Typed, fill, to_registration
from fallback.web.forms.beside import asked_again, with_beside
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.page import (
    Task,
    desk_page,
    new_task,
    newborn_task,
    next_task,
    unidentified_task,
)
from fallback.web.paper import wake
from fallback.web.place import db, here, open_shift, shift, today, user


@blueprint.get("/")
@any_user
def desk() -> ResponseReturnValue:
    """The desk for those who issue slips, the counter for those who read them, the records room for the paper."""
    if user().role is Role.COUNTER:
        return redirect(url_for("frontdesk.counter"))
    if user().role not in (Role.CLERK, Role.SUPERVISOR):
        return redirect(url_for("recovery.overview"))
    return desk_page() if shift() else redirect(url_for("frontdesk.open_shift"))


@blueprint.get("/keys")
@any_user
def keys() -> ResponseReturnValue:
    """The page of keys."""
    return render_template("frontdesk/keys.html", issued=queries.has_slips(db()))


def new_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    """The registration form with what was typed; a next visit stays one."""
    form = RegistrationForm(formdata=typed)
    if isinstance(error, FormUsed):
        form.renew()
    return desk_page(form=form, task=_task(form), error=error, standing=asked_again(typed))


def _task(form: RegistrationForm) -> Task:
    """What a form that came back was for."""
    if mother := _known(form.typed("mother")):
        return newborn_task(mother.slip)
    if previous := _known(form.typed("previous")):
        return next_task(previous.slip)
    if form.typed("uhid"):
        return next_task()
    return unidentified_task() if form.ticked("alias") and form.typed("name") else new_task()


def _known(typed: str) -> SlipRow | None:
    return queries.slip(db(), SlipNumber.parse(typed)) if _is_number(typed) else None


@blueprint.post("/register")
@clerk
@shown_again(new_again)
def register() -> ResponseReturnValue:
    """A registration: a new patient's, or a returning one's."""
    form = Sent(request.form)
    asked = with_beside(asked_for(form), request.form)
    issued = frontdesk.register(here().counter, open_shift().key, asked, form=form.typed("form"))
    here().unsent.forget(user().login, form.typed("form"))
    return finish(issued, asked)


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
    return to_registration(
        form, here().hospital, today(), lambda: frontdesk.free_alias(db(), form.typed("form")), baby=_baby
    )


def _baby(mother: SlipNumber, sex: Sex, order: int) -> tuple[str, str]:
    """What a newborn is called, in both scripts. Raises SlipUnknown for a mother whose slip is not here."""
    row = queries.slip(db(), mother)
    if row is None:
        raise SlipUnknown(number=mother.grouped)
    return names.newborn(row.slip.patient.name, row.slip.patient.name_hindi, sex, order)


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
    """The form for the next visit of a slip's patient: a new slip, no new patient number; the clinic as it was."""
    form = fill(here().hospital, slip)
    clinic = here().hospital.clinic(slip.visit.clinic)
    form.clinic.data = clinic.code if clinic and not clinic.casualty else ""
    form.previous.data = slip.number.text
    form.uhid.data = "" if slip.sealed else slip.uhid or uhid  # theirs stands nowhere, also after the import
    number = slip.patient_number or (None if slip.uhid else slip.number)
    form.patient_number.data = number.text if number else ""
    return form


def _is_number(typed: str) -> bool:
    try:
        SlipNumber.parse(typed)
    except ParchiError:
        return False
    return True
