"""A slip in a browser: read, printed, printed again, corrected, voided, visited again; and a blank filled in."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, payload, recovery
from fallback.downtime import Role
from fallback.errors import FieldWrong, PadUnknown, ParchiError, PrintedAlready, SlipIsVoid, SlipUnknown
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow, doubts, kin, services
from fallback.ledger.queries.idcards import shown_card
from fallback.ledger.queries.money import receipt_of
from fallback.ledger.queries.outcomes import evidence_of
from fallback.ledger.queries.proofs import proofs
from fallback.ledger.queries.today import uhid_of, versions
from fallback.outcome import Seen, outcome_of
from fallback.slip import Kind, SlipNumber
from fallback.web.access import allow, any_user, clerk, shown_again
from fallback.web.changes import changes
from fallback.web.forms import RegistrationForm, Sent, blank, fill, text
from fallback.web.forms.money import RefundForm
from fallback.web.forms.small import ReasonForm, StickersForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.desk import asked_for, finish, visit_form
from fallback.web.frontdesk.page import correct_task, desk_page, next_task, pad_task, unidentified_task
from fallback.web.guard import PDF
from fallback.web.paper import paper_of, printer_of, wake
from fallback.web.place import _, db, here, open_shift, shift, user
from fallback.web.served import told
from fallback.web.word import typed_word

_MAY_SEE = (Role.CLERK, Role.SUPERVISOR, Role.RECORDS)
_MAY_JUDGE = (Role.SUPERVISOR, Role.RECORDS)


def known(number: SlipNumber) -> SlipRow:
    """A slip with content. Raises SlipUnknown."""
    row = queries.slip(db(), number)
    if row is None or row.slip.kind is Kind.PAD:
        raise SlipUnknown(number=number.grouped)
    return row


@blueprint.get("/slips/<slip:number>")
@any_user
def slip(number: SlipNumber) -> ResponseReturnValue:
    """The slip as read, its versions, and what can be done with it."""
    return _slip_page(None, None, number)


def _slip_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    row = known(number)
    found = versions(db(), number)
    judges = row.conflict and user().role in _MAY_JUDGE
    form = ReasonForm(formdata=typed)
    sentence = form.mark(error)
    desk = queries.desk(db(), number.series)
    paper, own = paper_of(number), shift()
    witnesses = evidence_of(db(), number.text)
    return render_template(
        "frontdesk/slip.html",
        row=row,
        rivals=doubts.rivals(db(), number) if judges else [],
        judge_form=form,
        sentence=sentence,
        desk=desk,
        clinic=here().hospital.clinic(row.slip.visit.clinic),
        history=[
            (each, changes(before.slip if before else None, each.slip))
            for before, each in zip([None, *found], found, strict=False)
        ],
        visits=[each for each in queries.visits_of(db(), row.slip.person) if each.slip.number != number],
        uhid=row.slip.uhid or uhid_of(db(), number),
        shown=shown_card(db(), number),
        link=kin.link_of(db(), number),
        linked=kin.links_to(db(), row.slip.person),
        newborns=kin.newborns(db(), number),
        paper=paper,
        ours=own is not None and paper is not None and own.series == paper.row.series,
        may_change=user().role in (Role.CLERK, Role.SUPERVISOR),
        receipt=receipt_of(db(), number),
        stickers=StickersForm(formdata=None),
        scans=queries.pages_of(db(), number.text) if user().role is not Role.CLERK else [],
        proofs=proofs(db(), number) if user().role not in (Role.CLERK, Role.COUNTER) else [],
        outcome=outcome_of(witnesses),
        served=[told(each) for each in services.standing(services.of_slip(db(), number)).values()],
        may_see=user().role in _MAY_SEE,
        nurse=next((each for each in witnesses if each.evidence == "nurse"), None),
    )


@blueprint.post("/slips/<slip:number>/judge")
@allow(*_MAY_JUDGE)
@shown_again(_slip_page)
def judge(number: SlipNumber) -> ResponseReturnValue:
    """Which of the versions that contradict each other stands."""
    reason = text("reason", ReasonForm().typed("reason"))
    recovery.judge(here().installation.ledger, number, request.form.get("version", "")[:64], reason, by=user().login)
    return redirect(url_for("frontdesk.slip", number=number))


@blueprint.post("/slips/<slip:number>/seen")
@allow(*_MAY_SEE)
def mark_seen(number: SlipNumber) -> ResponseReturnValue:
    """The nurse at the room's door: the patient was seen, or was not."""
    outcome = {each.value: each for each in (Seen.SEEN, Seen.NOT_SEEN)}.get(request.form.get("outcome", ""))
    if outcome is None:
        raise FieldWrong(field="outcome", why="Choose one from the list.")
    frontdesk.mark_seen(here().counter, number, outcome, by=user().login)
    return redirect(url_for("frontdesk.slip", number=number))


@blueprint.get("/slips/<slip:number>/print")
@clerk
def print_slip(number: SlipNumber) -> ResponseReturnValue:
    """The first print, which is had once: whoever asks again is shown the way to a reprint. Raises PrintedAlready."""
    if request.method == "HEAD":
        return Response(mimetype=PDF)
    made = frontdesk.first_sheet(here().counter, number, by=user().login)
    if made is None:
        known(number)
        raise PrintedAlready(number=number.grouped)
    return pdf(made, f"slip-{number.text}.pdf")


@blueprint.post("/slips/<slip:number>/reprint")
@clerk
def reprint(number: SlipNumber) -> ResponseReturnValue:
    """The same slip again; the paper says so. The answer is the PDF, or where it stands with the desk's printer."""
    own = shift()
    series = own.series if own else 0
    printer = "" if request.form.get("here") == "yes" else printer_of(series)
    card = request.form.get("card") == "yes"
    done = frontdesk.reprint(here().counter, number, by=user().login, card=card, series=series, printer=printer)
    if printer:
        wake()
        return redirect(url_for("frontdesk.paper", number=number))
    return pdf(frontdesk.sheet(here().counter, done), f"slip-{number.text}-reprint.pdf")


def pdf(content: bytes, name: str) -> Response:
    """A PDF to be shown in the browser."""
    response = Response(content, mimetype=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


@blueprint.get("/slips/<slip:number>/next")
@clerk
def next_visit(number: SlipNumber) -> ResponseReturnValue:
    """The form for the patient's next visit, filled from the slip. A void slip's patient is registered anew."""
    row = known(number)
    if row.voided:
        sealed = bool(row.slip.sealed)  # nobody here can open it: who it is is asked again
        form = blank(here().hospital, confidential="y") if sealed else fill(here().hospital, row.slip)
        return desk_page(form=form, notice=str(_(SlipIsVoid.says)).format(number=number.grouped))
    form = visit_form(row.slip, uhid_of(db(), row.slip.patient_number or number))
    return desk_page(form=form, task=next_task(row.slip))


def _correct_again(typed: Mapping[str, str], error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    return desk_page(form=RegistrationForm(formdata=typed), task=correct_task(known(number).slip), error=error)


@blueprint.route("/slips/<slip:number>/correct", methods=["GET", "POST"])
@clerk
@shown_again(_correct_again)
def correct(number: SlipNumber) -> ResponseReturnValue:
    """A correction: same number, a new version, the old paper still leads to it."""
    row = known(number)
    if row.voided:
        raise SlipIsVoid(number=number.grouped)
    if row.slip.kind is Kind.ADMISSION and request.method != "POST":
        return redirect(url_for("frontdesk.correct_admission", number=number))
    if request.method != "POST":
        form = fill(here().hospital, row.slip, visit=True)
        if row.slip.sealed and request.args.get("identity") == "new":
            form = anew(form)
        form.patient_number.data = row.slip.patient_number.text if row.slip.patient_number else ""
        form.previous.data = row.slip.previous.text if row.slip.previous else ""
        return desk_page(form=form, task=correct_task(row.slip))
    sent = Sent(request.form)
    asked = asked_for(sent)
    reason = text("reason", sent.typed("reason"))
    return finish(
        frontdesk.correct(here().counter, open_shift().key, number, asked, reason, form=sent.typed("form")), asked
    )


def anew(form: RegistrationForm) -> RegistrationForm:
    """The form of a confidential slip with the patient left empty: who it is is typed once more, and sealed."""
    home = blank(here().hospital, confidential="y")
    visit = ("clinic", "fee_status", "medico_legal_number", "emergency", "medico_legal")
    for name in visit:
        home[name].data = form[name].data
    return home


def _void_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    form = RefundForm(formdata=typed)
    sentence = form.mark(error)
    row = known(number)
    needs_word = bool(row.receipt) and user().role is not Role.SUPERVISOR
    return render_template("frontdesk/void.html", form=form, row=row, sentence=sentence, needs_word=needs_word)


@blueprint.route("/slips/<slip:number>/void", methods=["GET", "POST"])
@clerk
@shown_again(_void_page)
def void(number: SlipNumber) -> ResponseReturnValue:
    """A void, with its reason; where money was taken a supervisor says yes with login and PIN."""
    if request.method != "POST":
        return _void_page(None, None, number)
    form = RefundForm()
    reason = text("reason", form.typed("reason"))
    allowed_by = user().login if user().role is Role.SUPERVISOR else ""
    if form.typed("login") and not allowed_by:
        allowed_by = typed_word(form)
    shown = form.typed("receipt").strip()
    frontdesk.void(here().counter, open_shift().key, number, reason, allowed_by=allowed_by, receipt=shown)
    wake()
    return redirect(url_for("frontdesk.slip", number=number))


def _pad_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    form = RegistrationForm(formdata=typed) if typed is not None else _set_form(number)
    task = pad_task(number)
    if form.ticked("alias") and form.typed("name"):  # one of the sets for patients whom nobody knows
        task = replace(unidentified_task(), action=task.action, button=task.button, number=number)
    return desk_page(form=form, task=task, error=error)


def _set_form(number: SlipNumber) -> RegistrationForm:
    """A blank's form; the blank of a set for somebody whom nobody knows has a name already."""
    signed = queries.pad_payload(db(), number)
    known = payload.decode(signed).slip if signed else None
    if known is None or not known.alias:
        return blank(here().hospital)
    return fill(here().hospital, known, visit=True)


@blueprint.route("/pads/<slip:number>", methods=["GET", "POST"])
@clerk
@shown_again(_pad_page)
def fill_pad(number: SlipNumber) -> ResponseReturnValue:
    """A blank slip that was written by pen, typed in: its number stays."""
    if request.method != "POST":
        if queries.pad_payload(db(), number) is None:
            raise PadUnknown(number=number.grouped, why="no pad was printed with it")
        return _pad_page(None, None, number)
    form = Sent(request.form)
    asked = asked_for(form)
    return finish(frontdesk.fill_pad(here().counter, open_shift().key, number, asked, form=form.typed("form")), asked)
