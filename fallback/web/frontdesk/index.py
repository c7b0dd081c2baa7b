"""The hospital's frozen patient index in a browser: a look with its reason; the supervisor sees who browses."""

from collections.abc import Mapping
from datetime import date

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fallback import frontdesk, names
from fallback.downtime import LookReason
from fallback.errors import FieldWrong, ParchiError
from fallback.language import format_date
from fallback.ledger.queries import looks
from fallback.patients import IndexedPatient, LookField
from fallback.slip import Sex, digits_of
from fallback.web.access import clerk, overseer, shown_again
from fallback.web.forms import blank, whole_number
from fallback.web.forms.small import LookForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.page import desk_page
from fallback.web.place import _, db, here, shift, today, user


def _index_page(
    typed: Mapping[str, str] | None, error: ParchiError | None, found: tuple[IndexedPatient, ...] | None = None
) -> str:
    form = LookForm(formdata=typed)
    return render_template(
        "frontdesk/index.html",
        form=form,
        sentence=form.mark(error),
        found=found,
        ages={each.uhid: each.age_on(today()) for each in found or ()},
        births={each.uhid: _birth_date(each) for each in found or ()},
        held=here().index.here,
        elsewhere=here().index_address,
    )


@blueprint.route("/index", methods=["GET", "POST"])
@clerk
@shown_again(_index_page)
def index() -> ResponseReturnValue:
    """A look: by UHID, mobile or name, with a reason. Each is a fact before anybody is shown."""
    if request.method != "POST":
        return _index_page(None, None)
    form, own = LookForm(), shift()
    try:
        reason = LookReason(form.typed("why_looked"))
    except ValueError as wrong:
        raise FieldWrong(field="why_looked", why="Choose one from the list.") from wrong
    by, value = _meant(form.typed("wanted"))
    sex = Sex(form.typed("sex")) if form.typed("sex") in list(Sex) else None
    age = whole_number(form.typed("age")) if form.typed("age").strip() else None
    found = frontdesk.look_up(
        here().counter,
        here().index,
        by,
        value,
        reason,
        login=user().login,
        today=today(),
        series=own.series if own else 0,
        shift=own.key if own else "",
        sex=sex,
        age=age,
    )
    return _index_page(request.form, None, found)


@blueprint.post("/index/take")
@clerk
def take_from_index() -> ResponseReturnValue:
    """One of the found: the desk's form with what the index knows, to be confirmed by asking."""
    wanted = request.form
    sex = wanted.get("sex", "")
    typed = {name: names.normalise(wanted.get(name, ""))[:120] for name in ("uhid", "name", "guardian", "locality")}
    typed |= {"sex": sex if sex in list(Sex) else ""}
    birth = wanted.get("birth_date", "")[:10]
    typed |= {"birth_date": birth} if birth else {"age": wanted.get("age", "")[:3]}
    return desk_page(
        form=blank(here().hospital, **typed), notice=_("From the patient index: ask name and age before you register.")
    )


@blueprint.get("/supervisor/looks")
@overseer
def lookers() -> ResponseReturnValue:
    """Who looked how often within a day, beside how many returning patients they registered."""
    return render_template("frontdesk/looks.html", rows=looks.lookers(db(), here().clock()))


def _birth_date(patient: IndexedPatient) -> str:
    """As the form takes it; "" where only the year is known."""
    return format_date(date.fromisoformat(patient.birth)) if len(patient.birth) > 4 else ""


def _meant(wanted: str) -> tuple[LookField, str]:
    """By what is looked: a mobile, what may be a UHID, else a name. Raises FieldWrong."""
    text = names.normalise(wanted)[:120]
    if not text:
        raise FieldWrong(field="wanted", why="Type a UHID, a mobile number or a name.")
    digits = digits_of(text)
    if digits is not None and len(digits) == 10 and digits[0] in "6789":
        return LookField.MOBILE, digits
    if any(sign.isdigit() for sign in text):
        return LookField.UHID, digits or text
    return LookField.NAME, text
