"""Who belongs to whom: somebody whom nobody knows, a newborn from its mother's slip, and who it turned out to be."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.errors import ParchiError, SlipIsVoid
from fallback.language import format_date
from fallback.ledger.queries import kin
from fallback.slip import FeeStatus, Relation, SlipNumber
from fallback.web.access import clerk, shown_again
from fallback.web.forms import RegistrationForm, blank, text
from fallback.web.forms.small import IdentifyForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.page import desk_page, newborn_task, unidentified_task
from fallback.web.frontdesk.slips import known
from fallback.web.place import db, here, today, user


@blueprint.get("/unidentified")
@clerk
def unidentified() -> ResponseReturnValue:
    """The form for somebody whom nobody knows: a name to call out, and what can be seen."""
    form = RegistrationForm(formdata=None, data={"alias": "y", "emergency": "y", "sex": "unknown"})
    form.name.data, form.name_hindi.data = frontdesk.free_alias(db(), form.typed("form"))
    casualty = next((each for each in here().hospital.clinics if each.casualty), None)
    form.clinic.data = casualty.code if casualty else ""
    if casualty and casualty.fee_on(today()):
        form.fee_status.data = FeeStatus.LATER.value  # nobody is there who could pay
    return desk_page(form=form, task=unidentified_task())


@blueprint.get("/slips/<slip:number>/newborn")
@clerk
def newborn(number: SlipNumber) -> ResponseReturnValue:
    """The form for a newborn, filled from its mother's slip; of twins it is asked for once more."""
    row = known(number)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    mother, hospital = row.slip.patient, here().hospital
    clinic = hospital.clinic(row.slip.visit.clinic)
    form = blank(
        hospital,
        mother=number.text,
        birth_order=str(len(kin.newborns(db(), number)) + 1),
        birth_date=format_date(today()),
        guardian=mother.name,
        relation=Relation.MOTHER.value,
        mobile=mother.mobile,
        locality=mother.locality,
        pin_code=mother.pin_code,
        district=mother.district or hospital.district,
        state=str(mother.state or hospital.state),
        category=mother.category.value,
        scheme_id=mother.scheme_id,
        clinic=clinic.code if clinic else "",
    )
    return desk_page(form=form, task=newborn_task(row.slip))


def _identify_page(
    typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber
) -> ResponseReturnValue:
    form = IdentifyForm(formdata=typed)
    sentence = form.mark(error)
    row, link = known(number), kin.link_of(db(), number)
    return render_template("frontdesk/identify.html", form=form, row=row, link=link, sentence=sentence)


@blueprint.route("/slips/<slip:number>/identify", methods=["GET", "POST"])
@clerk
@shown_again(_identify_page)
def identify(number: SlipNumber) -> ResponseReturnValue:
    """Who an unidentified patient turned out to be: a slip or a UHID; the printed number stays."""
    if request.method != "POST":
        return _identify_page(None, None, number)
    form = IdentifyForm()
    reason = text("reason", form.typed("reason"))
    frontdesk.link(here().counter, number, form.typed("wanted")[:60], reason, by=user().login)
    return redirect(url_for("frontdesk.slip", number=number))
