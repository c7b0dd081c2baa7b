"""The short closing in a browser: one screen for an outage of some hours, from the journal, by the same clerks."""

from collections.abc import Mapping
from datetime import timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.downtime import Role
from fallback.ehospital import Abilities
from fallback.enrolment.identities import for_import
from fallback.errors import ParchiError, ShortTooMany
from fallback.ledger.queries import gates as words
from fallback.recovery import Choice, gates, short as acts
from fallback.web.access import allow, shown_again, supervisor
from fallback.web.bar import duration
from fallback.web.forms.imports import NoteForm, RunForm
from fallback.web.place import _, db, here, today, user
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.imports import chosen_target, waits_for_eyes, why_stopped

closer = allow(Role.CLERK, Role.SUPERVISOR, Role.RECORDS)


def _left(seconds: int) -> str:
    return duration(timedelta(seconds=seconds)) if seconds >= 60 else _("{seconds} s").format(seconds=seconds)


def _short(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    values = typed if typed is not None else request.args
    if not here().hospital.targets:
        return render_template("recovery/import_none.html")
    target, form = chosen_target(values), RunForm(formdata=typed)
    note = NoteForm(formdata=typed)
    note.mark(error)
    sentence = form.mark(error)
    state = here().imports.state(target.name)
    running = state is not None and state.running  # asked first: a run that ends now shows why the next time
    left, canary = gates.open_points(db(), target, Abilities()), words.canary(db(), target.name)
    return render_template(
        "recovery/short.html",
        target=target,
        form=form,
        note=note,
        calm=waits_for_eyes(state),
        sentence=sentence,
        short=acts.short(
            db(),
            here().standings.of(target.name),
            today(),
            lambda which: here().standings.counts(target.name, which, "clinic").value.total,
        ),
        most=acts.MOST,
        state=state,
        running=running,
        stopped="" if running else why_stopped(state, signed=not left, looked=canary is not None),
        open_points=left,
        canary=canary,
        went=words.went(db(), target.name),
        canary_size=gates.CANARY,
        pause=words.pause(db(), target.name),
        by_itself=target.kind not in ("beep", "sheet"),
        has_secret=target.kind in ("fhir", "gnuhealth"),
        duration=_left,
    )


@blueprint.get("/records/short")
@closer
def short() -> ResponseReturnValue:
    """Every slip of the last outage on one screen, and what is to be done next."""
    return _short()


@blueprint.post("/records/short/approve")
@closer
@shown_again(_short)
def approve_short() -> ResponseReturnValue:
    """Lets all slips of the outage go that are ready."""
    target, place = chosen_target(request.form), here()
    acts.approve_short(place.installation.ledger, place.standings.of(target.name), today(), by=user().login)
    place.standings.forget()
    return redirect(url_for("recovery.short", to=target.name))


@blueprint.post("/records/short/send")
@closer
@shown_again(_short)
def send_short() -> ResponseReturnValue:
    """Sends what is approved of the outage, in the background. The first ten go alone, as everywhere."""
    target, place, form = chosen_target(request.form), here(), RunForm()
    found = acts.short(db(), place.standings.of(target.name), today())
    if found.too_many:
        raise ShortTooMany(count=found.count, most=acts.MOST)
    reveal = for_import(place.installation, by=user().login) if place.installation.vault.whole else None
    connector = recovery.open_way(place.installation, place.hospital, target, form.typed("secret").strip())
    place.imports.start(connector, by=user().login, choice=Choice(days=found.days), reveal=reveal)
    return redirect(url_for("recovery.short", to=target.name))


@blueprint.post("/records/short/stop")
@closer
def stop_short() -> ResponseReturnValue:
    """Stops after the slip that is under way."""
    target = chosen_target(request.form)
    here().imports.stop(target.name)
    return redirect(url_for("recovery.short", to=target.name))


@blueprint.post("/records/short/canary")
@supervisor
@shown_again(_short)
def confirm_short() -> ResponseReturnValue:
    """The first slips are right in the system: the rest may go."""
    target = chosen_target(request.form)
    note = request.form.get("note", "")
    gates.confirm_canary(here().installation.ledger, target.name, note=note, by=user().login)
    return redirect(url_for("recovery.short", to=target.name))
