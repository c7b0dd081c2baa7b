"""Clinics by the day for the supervisor: who sits where, how many each takes, who is full, which are switched back."""

from collections.abc import Mapping
from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import names
from fallback.errors import ClinicUnknown, FieldWrong, ParchiError
from fallback.frontdesk import roster
from fallback.hospital import Clinic
from fallback.language import format_date
from fallback.ledger.queries import queue
from fallback.roster import DayWord, sitting
from fallback.web.access import overseer, shown_again, supervisor
from fallback.web.forms import text, whole_number
from fallback.web.forms.reading import to_date
from fallback.web.forms.small import ReasonForm, RosterForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.board import board_key
from fallback.web.place import db, here, today, user


@blueprint.get("/supervisor/clinics")
@overseer
def clinics() -> ResponseReturnValue:
    """Every clinic on a day: its sitting, its part of the cap, how far it is, and what was taken beyond the cap."""
    day = _day(request.args)
    counter, found = here().counter, here().hospital.clinics
    return render_template(
        "frontdesk/rosters.html",
        day=day,
        is_today=day == today(),
        standings=roster.standings(counter, db(), found, day),
        counts=queue.counts(db(), day),
        nobody=queue.QueueCount(),
        words=queue.rosters(db(), day),
        overbooked=[(here().hospital.clinic(each.clinic), each) for each in queue.overbooked(db(), day)],
        board_key=board_key(),
    )


def _clinic_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: int) -> ResponseReturnValue:
    clinic = _known(number)
    sent = typed is not None
    day = _day(typed if typed is not None else request.args)
    word = queue.rosters(db(), day, [number]).get(number, DayWord())
    roster_sent, switch_sent = sent and "sits" in (typed or {}), sent and "back" in (typed or {})
    form = RosterForm(formdata=typed) if roster_sent else RosterForm(formdata=None, data=_typed(word))
    switch = ReasonForm(formdata=typed if switch_sent else None)
    sentence = (switch if switch_sent else form).mark(error)
    return render_template(
        "frontdesk/roster.html",
        clinic=clinic,
        day=day,
        form=form,
        switch=switch,
        switch_sent=switch_sent,
        sentence=sentence,
        word=word,
        usual=sitting(clinic, day),
        stands=roster.standing(here().counter, db(), clinic, day),
    )


@blueprint.route("/supervisor/clinics/<int:number>", methods=["GET", "POST"])
@supervisor
@shown_again(_clinic_page)
def clinic(number: int) -> ResponseReturnValue:
    """A supervisor's word for one clinic and day."""
    if request.method != "POST":
        return _clinic_page(None, None, number)
    _known(number)
    day, form = _day(request.form), RosterForm()
    room, unit = (names.check_text(name, form.typed(name), script="address") for name in ("room", "unit"))
    cap = whole_number(form.typed("cap")) if form.typed("cap").strip() else None
    if form.typed("cap").strip() and cap is None:
        raise FieldWrong(field="cap", why="Write a whole number up to 5000, or leave it empty.")
    word = DayWord(
        sits={"yes": True, "no": False}.get(form.typed("sits")),
        room=room or None,
        unit=unit or None,
        cap=cap,
        reason=text("reason", form.typed("reason")),
    )
    roster.set_roster(here().counter, number, day, word, by=user().login)
    return redirect(url_for("frontdesk.clinics", day=format_date(day)))


@blueprint.post("/supervisor/clinics/<int:number>/switch")
@supervisor
@shown_again(_clinic_page)
def switch_clinic(number: int) -> ResponseReturnValue:
    """The clinic is back on the hospital's own system, or it is not."""
    _known(number)
    reason, back = text("reason", ReasonForm().typed("reason")), request.form.get("back") == "yes"
    roster.switch_clinic(here().counter, number, back, reason, by=user().login)
    return redirect(url_for("frontdesk.clinics"))


def _typed(word: DayWord) -> dict[str, str]:
    return {
        "sits": {True: "yes", False: "no", None: ""}[word.sits],
        "room": word.room or "",
        "unit": word.unit or "",
        "cap": "" if word.cap is None else str(word.cap),
    }


def _known(number: int) -> Clinic:
    found = here().hospital.clinic(number)
    if found is None:
        raise ClinicUnknown(code=str(number))
    return found


def _day(typed: Mapping[str, str]) -> date:
    """The day that is asked for; today where none is, or none that there is."""
    return to_date(typed.get("day", "")) or today()
