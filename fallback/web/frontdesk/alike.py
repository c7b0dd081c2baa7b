"""Look-alikes beside the form while it is typed, the question that decides, and one of them taken over."""

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from fallback import frontdesk
from fallback.downtime import LookReason
from fallback.errors import NobodyTaken
from fallback.frontdesk import in_place
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries.today import uhid_of
from fallback.patients import IndexedPatient, LookField
from fallback.person import Person
from fallback.slip import EPOCH, Category
from fallback.web.access import clerk, shown_again
from fallback.web.forms import RegistrationForm, Sent
from fallback.web.forms.beside import answer_of, places_beside, shown_beside, to_person
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.cards import index_form, of_index
from fallback.web.frontdesk.desk import new_again, visit_form
from fallback.web.frontdesk.page import desk_page, new_task, next_task
from fallback.web.place import _, db, here, language, shift, today, user
from fallback.web.standing import Standing

# What was typed for the visit, and goes on when somebody is taken over; the mobile of today is the newest word.
_OF_THE_VISIT = (
    "clinic", "fee_status", "mode", "reference", "book", "exemption", "booking", "medico_legal_number", "emergency",
    "medico_legal", "found_at", "brought_by", "police_station", "brought_dead", "category", "scheme_id", "mobile",
)  # fmt: skip
_OF_THE_PATIENT = ("mobile", "category", "scheme_id")
_FILLS = ("name_hindi", "sex", "age", "guardian", "relation", "locality", "district", "state", "pin_code", "abha")


@blueprint.post("/alike")
@clerk
def alike() -> ResponseReturnValue:
    """The people beside a form that is being typed: a piece of the desk's page, which its script asks for."""
    return render_template("frontdesk/alike.html", standing=_standing())


@blueprint.post("/alike/page")
@clerk
@shown_again(new_again)
def alike_page() -> ResponseReturnValue:
    """The same for a browser without script: the whole page, with what was typed."""
    return desk_page(form=RegistrationForm(formdata=request.form), task=new_task(), standing=_standing())


@blueprint.post("/alike/take")
@clerk
@shown_again(new_again)
def take_alike() -> ResponseReturnValue:
    """One of those who stand beside the form: the form of their visit, with what was typed for it."""
    taken = shown_beside([request.form.get("taken", "")])
    rows = [row for key in taken for row in queries.visits_of(db(), key) if not row.voided]
    others = tuple(each for each in shown_beside(request.form.getlist("alike")) if each not in taken)
    standing = Standing(others=others, question=_question(""), answer=_answer())
    if rows:
        slip = max((row.slip for row in rows), key=lambda slip: (slip.issued or EPOCH, slip.number))
        form = visit_form(slip, uhid_of(db(), slip.patient_number or slip.number))
        return desk_page(form=_going_on(form), task=next_task(slip), standing=standing)
    patient = next((found for key in taken for found in _in_index(key)), None)
    if patient is None:
        raise NobodyTaken()
    notice = _("From the patient index: ask name and age before you register.")
    form = index_form(here().hospital, patient, today())
    return desk_page(form=_going_on(form), task=next_task(), notice=notice, standing=standing)


def _standing() -> Standing:
    sent = Sent(request.form)
    if sent.ticked("confidential") or sent.ticked("alias") or sent.typed("kept"):
        return Standing()
    asked = to_person(sent, today())
    own = shift()
    beside = frontdesk.alike(
        here().counter,
        here().index,
        here().looks,
        asked,
        login=user().login,
        form=request.form.get("form", "")[:64],
        series=own.series if own else 0,
        shift=own.key if own else "",
    )
    places = in_place(places_beside(request.form.getlist("alike")), beside.people)
    return Standing(
        places=places,
        question=_question(beside.question),
        answer=_answer(),
        trouble=say(beside.trouble, language()) if beside.trouble else "",
        ages={each.key: _age(each.person) for each in beside.people},
    )


def _question(best: str) -> str:
    """The question: one that was answered stays, whatever would be asked now."""
    asked = answer_of(Sent(request.form))
    return asked[0] if asked else best


def _answer() -> str:
    asked = answer_of(Sent(request.form))
    return asked[1] if asked else ""


def _age(person: Person) -> str:
    """The age in years; "" when it is not known."""
    patient = IndexedPatient(uhid="", name="", birth=person.birth)
    age = patient.age_on(today())
    return "" if age is None else str(age)


def _in_index(key: str) -> tuple[IndexedPatient, ...]:
    """A person of the index; who was not shown beside this form is looked up, with all that belongs to it."""
    uhid, form = key.removeprefix("uhid:"), request.form.get("form", "")[:64]
    if here().looks.has_shown(user().login, form, key):
        return here().index.look(LookField.UHID, uhid)
    return of_index(uhid, LookReason.TYPING)


def _going_on(form: RegistrationForm) -> RegistrationForm:
    """The form of somebody's visit, with what was typed for it, and what their record lacks; a form's key stays."""
    typed: MultiDict[str, str] = request.form
    form.form.data = typed.get("form") or form.form.data
    sealed = form.kept.data == "y"
    for name in _OF_THE_VISIT:
        untold = name == "category" and typed.get(name) == Category.GENERAL  # the form opens with it
        if name in form and typed.get(name) and not untold and not (sealed and name in _OF_THE_PATIENT):
            form[name].data = typed[name]
    for name in () if sealed else _FILLS:
        if name in form and typed.get(name) and not form[name].data:
            form[name].data = typed[name]
    return form
