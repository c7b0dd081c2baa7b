"""Admissions in a browser: a patient to a bed, by a slip; what is wrong with one; a stay that was ended by mistake."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.errors import FormUsed, NotAdmitted, ParchiError, SlipIsVoid
from fallback.frontdesk import Issued
from fallback.ledger import queries
from fallback.ledger.queries import stays
from fallback.ledger.queries.today import uhid_of
from fallback.slip import Kind, Slip, SlipNumber
from fallback.web.access import clerk, shown_again
from fallback.web.forms import Sent, text
from fallback.web.forms.small import ReasonForm
from fallback.web.forms.wards import AdmissionForm, StayForm, fill_admission, to_admission
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import known
from fallback.web.frontdesk.wards import change, nurses
from fallback.web.paper import wake
from fallback.web.place import _, db, here, open_shift, today, user


def _page(
    form: AdmissionForm, error: ParchiError | None, *, title: str, number: SlipNumber | None, correct: bool = False
) -> ResponseReturnValue:
    sentence = form.mark(error)
    return render_template(
        "frontdesk/admission.html",
        form=form,
        sentence=sentence,
        title=title,
        number=number,
        correct=correct,
        kept=form.typed("kept") == "y",
        clinics=here().hospital.clinics,
        wards=here().hospital.wards,
    )


def _admit_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    form = AdmissionForm(formdata=typed)
    if isinstance(error, FormUsed):
        form.renew()
    return _page(form, error, title=_("Admit a patient"), number=None)


@blueprint.route("/admit", methods=["GET", "POST"])
@clerk
@shown_again(_admit_again)
def admit() -> ResponseReturnValue:
    """A patient who has no slip here yet, to a bed."""
    if request.method != "POST":
        return _page(AdmissionForm(formdata=None), None, title=_("Admit a patient"), number=None)
    form = Sent(request.form)
    asked = to_admission(form, here().hospital, today(), lambda: frontdesk.free_alias(db(), form.typed("form")))
    return _finish(frontdesk.admit(here().counter, open_shift().key, asked, form=form.typed("form")), asked)


@blueprint.get("/slips/<slip:number>/admit")
@clerk
def admit_from(number: SlipNumber) -> ResponseReturnValue:
    """The patient of a slip, to a bed."""
    row = known(number)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    slip = row.slip
    form = fill_admission(here().hospital, slip)
    form.uhid.data = slip.uhid or uhid_of(db(), slip.patient_number or number)
    form.patient_number.data = (slip.patient_number or number).text
    form.previous.data = number.text
    return _page(form, None, title=_("Admit a patient"), number=number)


def _correct_again(typed: Mapping[str, str], error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    return _page(AdmissionForm(formdata=typed), error, title=_("Correct the admission"), number=number, correct=True)


@blueprint.route("/admissions/<slip:number>/correct", methods=["GET", "POST"])
@clerk
@shown_again(_correct_again)
def correct_admission(number: SlipNumber) -> ResponseReturnValue:
    """A correction of an admission slip: same number, a new version."""
    row = known(number)
    if row.slip.kind is not Kind.ADMISSION:
        raise NotAdmitted(number=number.grouped)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    if request.method != "POST":
        form = fill_admission(here().hospital, row.slip)
        form.patient_number.data = row.slip.patient_number.text if row.slip.patient_number else ""
        form.previous.data = row.slip.previous.text if row.slip.previous else ""
        return _page(form, None, title=_("Correct the admission"), number=number, correct=True)
    sent = Sent(request.form)
    asked = to_admission(sent, here().hospital, today(), lambda: frontdesk.free_alias(db(), sent.typed("form")))
    reason = text("reason", sent.typed("reason"))
    done = frontdesk.correct_admission(here().counter, open_shift().key, number, asked, reason, form=sent.typed("form"))
    return _finish(done, asked)


def _finish(issued: Issued, asked: frontdesk.Admission) -> ResponseReturnValue:
    """Tells the print queue, and sends the browser to the slip. Raises FormUsed for a form that was changed since."""
    slip = issued.row.slip
    same = (slip.visit.ward, slip.visit.bed) == (asked.ward, asked.bed)
    if issued.again and not (same and (slip.sealed or slip.patient == asked.registration.patient)):
        raise FormUsed(number=slip.number.grouped)
    wake()
    return redirect(url_for("frontdesk.slip", number=slip.number))


def _stay_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    slip, stay = _admission(number), stays.stay(db(), number)
    form, reason = StayForm(formdata=typed), ReasonForm(formdata=typed)
    sentence = (reason if stay and stay.how else form).mark(error)
    wards = here().hospital
    beds = [(wards.ward(each.ward), each) for each in stay.beds] if stay else []
    return render_template(
        "frontdesk/stay.html", slip=slip, stay=stay, beds=beds, form=form, reason=reason, sentence=sentence
    )


def _admission(number: SlipNumber) -> Slip:
    row = queries.slip(db(), number)
    if row is None or row.slip.kind is not Kind.ADMISSION or row.voided:
        raise NotAdmitted(number=number.grouped)
    return row.slip


@blueprint.route("/stays/<slip:number>", methods=["GET", "POST"])
@nurses
@shown_again(_stay_page)
def stay(number: SlipNumber) -> ResponseReturnValue:
    """A stay: where the patient lay, and what becomes of it now."""
    slip = _admission(number)
    if request.method != "POST":
        return _stay_page(None, None, number)
    found = stays.stay(db(), number)
    ward = here().hospital.ward(found.now.ward if found else slip.visit.ward)
    if ward is None:
        raise NotAdmitted(number=number.grouped)
    change(number, StayForm(), ward)
    return redirect(url_for("frontdesk.stay", number=number))


@blueprint.post("/stays/<slip:number>/reopen")
@nurses
@shown_again(_stay_page)
def reopen_stay(number: SlipNumber) -> ResponseReturnValue:
    """The end of a stay was told by mistake."""
    reason = text("reason", ReasonForm().typed("reason"))
    frontdesk.reopen_stay(here().counter, number, reason, by=user().login)
    return redirect(url_for("frontdesk.stay", number=number))
