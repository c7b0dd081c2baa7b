"""The desk's one page: the one box, the form and what it is for, the last slips."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, session, url_for
from markupsafe import Markup

from fallback.errors import FieldWrong, ParchiError
from fallback.hospital import Clinic
from fallback.language import say, translate
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow
from fallback.slip import Slip, SlipNumber
from fallback.web.forms import RegistrationForm, blank
from fallback.web.frontdesk import clinic_days
from fallback.web.onebox import keyboard_warning
from fallback.web.paper import paper_of
from fallback.web.place import _, db, here, language, shift, user, why
from fallback.web.standing import Standing
from fallback.web.unsent import Typed as Unsent

LAST = 5  # slips beside the form
FIRST_EMPTY = "first empty"
_ASKED = ("name", "sex", "age", "clinic")  # what every registration needs, in the order of asking


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What the form is for: its title, where it is sent, what its button says.

    `number` is the slip that it is about, `slip` that slip's newest content where we have it.
    """

    kind: str
    title: str
    action: str
    button: str
    number: SlipNumber | None = None
    slip: Slip | None = None


@dataclass(frozen=True, slots=True)
class Offered:
    """A clinic as the form offers it today."""

    clinic: Clinic
    name: str
    fee: int
    room: str
    says: str


def new_task() -> Task:
    """A new patient."""
    return Task(
        kind="new",
        title=_("New registration"),
        action=url_for("frontdesk.register"),
        button=_("Register and print"),
    )


def unidentified_task() -> Task:
    """Somebody whom nobody knows."""
    return Task(
        kind="unidentified",
        title=_("Unidentified patient"),
        action=url_for("frontdesk.register"),
        button=_("Register and print"),
    )


def newborn_task(mother: Slip) -> Task:
    """A newborn, from its mother's slip."""
    return Task(
        kind="newborn",
        title=_("Newborn of"),
        action=url_for("frontdesk.register"),
        button=_("Register the newborn and print"),
        number=mother.number,
        slip=mother,
    )


def next_task(slip: Slip | None = None) -> Task:
    """The next visit of a patient who has a slip, or of whom the UHID is all that is known: no new patient number."""
    return Task(
        kind="next",
        title=_("Next visit"),
        action=url_for("frontdesk.register"),
        button=_("Register the visit and print"),
        number=slip.number if slip else None,
        slip=slip,
    )


def correct_task(slip: Slip) -> Task:
    """A correction."""
    return Task(
        kind="correct",
        title=_("Correct the slip"),
        action=url_for("frontdesk.correct", number=slip.number),
        button=_("Correct and print"),
        number=slip.number,
        slip=slip,
    )


def pad_task(number: SlipNumber) -> Task:
    """A blank slip that was written by pen and is typed in now."""
    return Task(
        kind="pad",
        title=_("Fill in a blank slip"),
        action=url_for("frontdesk.fill_pad", number=number),
        button=_("Store this slip"),
        number=number,
    )


def desk_page(
    *,
    form: RegistrationForm | None = None,
    task: Task | None = None,
    error: ParchiError | None = None,
    typed: str = "",
    found_nothing: ParchiError | None = None,
    notice: str = "",
    candidates: Sequence[SlipRow] | None = None,
    issued: SlipRow | None = None,
    standing: Standing | None = None,
    at: str = "",
) -> str:
    """The page. `error` is the form's, `found_nothing` the one box's; `typed` is what stands in the box.

    `at` is the field that the cursor goes to; FIRST_EMPTY is the first one that is needed and not filled in yet.
    """
    form = form or blank(here().hospital)
    if at == FIRST_EMPTY:
        at = next((name for name in _ASKED if not form.typed(name)), _ASKED[-1])
    sentence = form.mark(error)
    own = shift()
    return render_template(
        "frontdesk/desk.html",
        asks_day=clinic_days.ask(form, correcting=task is not None and task.kind == "correct"),
        form=form,
        task=task or new_task(),
        sentence=sentence,
        typed=typed,
        box_sentence=_box_sentence(found_nothing),
        box_warning=_box_warning(),
        at=at,
        notice=notice,
        candidates=candidates,
        issued=issued,
        standing=standing,
        paper=paper_of(issued.slip.number) if issued else None,
        last=queries.latest_slips(db(), own.series, LAST) if own else [],
        unsent=_unsent(form.typed("form")) if task is None and candidates is None else None,
        clinics=_clinics(returning=bool(form.patient_number.data)),
    )


def _unsent(shown: str) -> Unsent | None:
    """The newest form that this login typed and did not send, but for the one that is shown."""
    login = user().login
    for each in here().unsent.all_of(login, here().clock()):
        if each.form == shown:
            continue
        if queries.form_number(db(), each.form) is None:
            return each
        here().unsent.forget(login, each.form)  # it was sent, and what the browser said of it came later
    return None


def _box_sentence(error: ParchiError | None) -> str:
    if isinstance(error, FieldWrong):
        return why(error)  # it stands under its field: the field's name is not needed
    return say(error, language()) if error else ""


def _box_warning() -> str:
    """Of the keyboard that the last scan went through, said once."""
    return translate(keyboard_warning(session.pop("keyboard", "")), language())


def _clinics(*, returning: bool) -> Markup:
    """The form's list of clinics. A hundred of them would be most of a page's work: it is made once a day."""
    key, stands, made = (language(), returning), clinic_days.as_they_stand(), here().clinics
    if key not in made or made[key][0] != stands:
        text = render_template("frontdesk/clinics.html", offered=offered(stands), returning=returning)
        made[key] = (stands, Markup(text))  # noqa: S704 - a template of ours, which escapes
    return made[key][1]


def offered(stands: clinic_days.Stands) -> list[Offered]:
    """The clinics of the hospital as they are today."""
    day, hindi = stands.day, language() == "hi"
    return [
        Offered(each, each.name_hindi if hindi else each.name, each.fee_on(day), stands.room(each), stands.says(each))
        for each in here().hospital.clinics
    ]
