"""The desk's one page: the one box, the form and what it is for, the last slips."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template, url_for
from markupsafe import Markup

from fallback.errors import FieldWrong, ParchiError
from fallback.hospital import Clinic
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow
from fallback.slip import Slip, SlipNumber
from fallback.web.forms import RegistrationForm, blank
from fallback.web.paper import paper_of
from fallback.web.place import _, db, here, language, shift, today, why

LAST = 5  # slips beside the form


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
    sits: bool


def new_task() -> Task:
    """A new patient."""
    return Task(
        kind="new",
        title=_("New registration"),
        action=url_for("frontdesk.register"),
        button=_("Register and print"),
    )


def next_task(slip: Slip) -> Task:
    """The next visit of a patient who has a slip."""
    return Task(
        kind="next",
        title=_("Next visit"),
        action=url_for("frontdesk.register"),
        button=_("Register the visit and print"),
        number=slip.number,
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
) -> str:
    """The page. `error` is the form's, `found_nothing` the one box's; `typed` is what stands in the box."""
    form = form or blank(here().hospital)
    sentence = form.mark(error)
    own = shift()
    return render_template(
        "frontdesk/desk.html",
        form=form,
        task=task or new_task(),
        sentence=sentence,
        typed=typed,
        box_sentence=_box_sentence(found_nothing),
        notice=notice,
        candidates=candidates,
        issued=issued,
        paper=paper_of(issued.slip.number) if issued else None,
        last=queries.latest_slips(db(), own.series, LAST) if own else [],
        clinics=_clinics(returning=bool(form.patient_number.data)),
    )


def _box_sentence(error: ParchiError | None) -> str:
    if isinstance(error, FieldWrong):
        return why(error)  # it stands under its field: the field's name is not needed
    return say(error, language()) if error else ""


def _clinics(*, returning: bool) -> Markup:
    """The form's list of clinics. A hundred of them would be most of a page's work: it is made once a day."""
    key, day, made = (language(), returning), today(), here().clinics
    if key not in made or made[key][0] != day:
        text = render_template("frontdesk/clinics.html", offered=offered(), returning=returning)
        made[key] = (day, Markup(text))  # noqa: S704 - a template of ours, which escapes
    return made[key][1]


def offered() -> list[Offered]:
    """The clinics of the hospital as they are today."""
    day, hindi = today(), language() == "hi"
    return [
        Offered(each, each.name_hindi if hindi else each.name, each.fee_on(day), each.sits_on(day))
        for each in here().hospital.clinics
    ]
