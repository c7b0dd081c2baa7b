"""The import in a browser: where all slips stand, what goes next, a run that is watched and stopped."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlencode

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.downtime import Role
from fallback.ehospital import Abilities
from fallback.enrolment.identities import for_import
from fallback.errors import CanaryWaits, CheckListOpen, FieldWrong, ParchiError, TargetUnnamed
from fallback.hospital import Target
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import gates as words, stages as asked
from fallback.ledger.queries.stages import Filter
from fallback.recovery import Choice, gates
from fallback.recovery.sealed_slips import Reveal
from fallback.slip import SlipNumber
from fallback.web.access import reader, records, shown_again, supervisor
from fallback.web.bar import duration
from fallback.web.forms import text, whole_number
from fallback.web.forms.imports import NoteForm, RunForm, WhyForm
from fallback.web.place import _, db, here, language, user
from fallback.web.recovery.account import target as chosen
from fallback.web.recovery.blueprint import blueprint

SHOWN = 100  # slips of a list at once
FEW, FEW_FAR = 10_000, 300  # slips of a stage that are sorted rather than looked for through 150,000, by number


def chosen_target(values: Mapping[str, str]) -> Target:
    """The system that a page is about: by its name, else the chosen one (`account.target`). Raises TargetUnnamed."""
    wanted = values.get("to", "") or chosen()
    listed = [each for each in here().hospital.targets if each.name == wanted]
    if not listed:
        raise TargetUnnamed()
    return listed[0]


def choice_of(values: Mapping[str, str], *, again: bool = False) -> Choice:
    """The filter in a page's address or a form; whatever is none of the lists' own is left out."""

    def words_of(name: str) -> frozenset[str] | None:
        return frozenset({values[name]}) if values.get(name) else None

    def number(name: str) -> frozenset[int] | None:
        told = values.get(name, "")
        return frozenset({int(told)}) if told.isascii() and told.isdecimal() and len(told) < 6 else None

    typed = values.get("number", "")
    return Choice(
        clinics=number("clinic"),
        days=words_of("day"),
        series=number("series"),
        stages=words_of("stage"),
        holds=words_of("hold"),
        decided=frozenset({values["decided"]}) if values.get("decided") in ("rule", "person") else None,
        numbers=frozenset({SlipNumber.parse(typed)}) if typed else None,
        again=again,
    )


def address_of(values: Mapping[str, str]) -> dict[str, str]:
    """The same filter for links and hidden fields."""
    names = ("to", "clinic", "day", "series", "stage", "hold", "decided")
    return {name: values[name] for name in names if values.get(name)}


def reveal() -> Reveal | None:
    """What tells who a confidential patient is, for those who go as such; None where the passphrase is not here."""
    made = here().installation
    return for_import(made, by=user().login) if made.vault.whole else None


def time_left(seconds: int) -> str:
    """How long a run takes still."""
    return duration(timedelta(seconds=seconds)) if seconds >= 60 else _("{seconds} s").format(seconds=seconds)


def _imports(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    values = typed if typed is not None and "csrf_token" in typed else request.args
    if not here().hospital.targets:
        return render_template("recovery/import_none.html")
    target = chosen_target(values)
    leaves = request.endpoint == "recovery.defer"
    form, note = RunForm(formdata=typed), NoteForm(formdata=typed)
    why, leave = WhyForm(formdata=None if leaves else typed), WhyForm(formdata=typed if leaves else None)
    leave.reason.id = "leave-reason"  # both stand on one page
    sentence = form.mark(error)
    (leave if leaves else note if request.endpoint == "recovery.confirm_canary" else why).mark(error)
    choice = choice_of(address_of(values))
    facet = values.get("facet", "")
    facet = facet if facet in asked.FACETS else "clinic"
    state, pause = here().imports.state(target.name), words.pause(db(), target.name)
    counts = here().standings.counts(target.name, choice.filter, facet)
    left, canary = gates.open_points(db(), target, Abilities()), words.canary(db(), target.name)
    return render_template(
        "recovery/import.html",
        form=form,
        why=why,
        leave=leave,
        note=note,
        sentence=sentence,
        target=target,
        values=address_of(values) | {"to": target.name},
        facet=facet,
        facets=asked.FACETS,
        counts=counts.value,
        seconds=counts.seconds,
        stages=[each for each in asked.STAGES if each != "void" or counts.value.total.get(each)],
        days=days(),
        desks=queries.desks(db()),
        state=state,
        stopped=why_stopped(state, signed=not left, looked=canary is not None),
        calm=waits_for_eyes(state),
        pause=pause,
        pinned=queries.targets(db()).get(target.name),
        open_points=left,
        points=len(gates.points(target, drill=here().installation.drill)),
        canary=canary,
        canary_left=gates.canary_left(db(), target.name),
        most=gates.CANARY,
        duration=time_left,
        role=user().role,
        by_itself=target.kind not in ("beep", "sheet"),
        has_secret=target.kind in ("fhir", "gnuhealth"),
        Role=Role,
    )


def why_stopped(state: recovery.RunState[recovery.ImportReport] | None, *, signed: bool, looked: bool) -> str:
    """Why the last run ended; not what was mended meanwhile: the list is signed, the first slips were looked at."""
    why = (state.error or (state.report.stopped if state.report else None)) if state else None
    mended = (signed and isinstance(why, CheckListOpen)) or (looked and isinstance(why, CanaryWaits))
    return say(why, language()) if why and not mended else ""


def waits_for_eyes(state: recovery.RunState[recovery.ImportReport] | None) -> bool:
    """Whether the last run ended as it should: after the first slips, which somebody looks at now."""
    return bool(state and not state.error and state.report and isinstance(state.report.stopped, CanaryWaits))


def days() -> list[str]:
    """The days (ISO) of which there are slips, oldest first."""
    return asked.days(db())


@blueprint.get("/records/import")
@reader
def imports() -> ResponseReturnValue:
    """Where all slips stand on their way into a system, and the run."""
    return _imports()


def _back(values: Mapping[str, str]) -> ResponseReturnValue:
    here().standings.forget()
    page, where = "recovery.import_list" if values.get("list") else "recovery.imports", address_of(values)
    return redirect(f"{url_for(page)}?{urlencode(where)}")


@blueprint.post("/records/import/approve")
@records
@shown_again(_imports)
def approve() -> ResponseReturnValue:
    """Lets the slips of the filter go; `again`: also those that were held or failed, for a person has looked."""
    values = request.form
    choice = choice_of(values, again=bool(values.get("again")))
    recovery.approve(here().installation.ledger, chosen_target(values).name, choice, by=user().login)
    return _back(values)


@blueprint.post("/records/import/defer")
@records
@shown_again(_imports)
def defer() -> ResponseReturnValue:
    """Leaves the slips of the filter for the live counter."""
    values = request.form
    reason = text("reason", values.get("reason", ""))
    target = chosen_target(values).name
    recovery.defer(here().installation.ledger, target, choice_of(values), reason=reason, by=user().login)
    return _back(values)


@blueprint.post("/records/import/start")
@records
@shown_again(_imports)
def start_import() -> ResponseReturnValue:
    """Starts a run in the background: of the filter's slips, those that are approved."""
    form, place = RunForm(), here()
    target = chosen_target(request.form)
    typed = form.typed("limit").strip()
    limit = whole_number(typed) if typed else None
    if typed and not limit:
        raise FieldWrong(field="limit", why="Write a number, or leave it empty.")
    choice = choice_of({name: each for name, each in address_of(request.form).items() if name != "stage"})
    connector = recovery.open_way(place.installation, place.hospital, target, form.typed("secret").strip())
    place.imports.start(connector, by=user().login, choice=choice, limit=limit, reveal=reveal())
    return _back(request.form)


@blueprint.post("/records/import/stop")
@records
def stop_import() -> ResponseReturnValue:
    """Stops this server's run after the slip that is under way."""
    here().imports.stop(chosen_target(request.form).name)
    return _back(request.form)


@blueprint.post("/records/import/pause")
@records
@shown_again(_imports)
def pause_import() -> ResponseReturnValue:
    """Stops every run, on every computer, until it is resumed."""
    target, reason = chosen_target(request.form).name, request.form.get("reason", "")
    gates.pause(here().installation.ledger, target, reason=reason, by=user().login)
    return _back(request.form)


@blueprint.post("/records/import/resume")
@supervisor
@shown_again(_imports)
def resume_import() -> ResponseReturnValue:
    """Lets runs start again."""
    gates.resume(here().installation.ledger, chosen_target(request.form).name, by=user().login)
    return _back(request.form)


@blueprint.post("/records/import/canary")
@supervisor
@shown_again(_imports)
def confirm_canary() -> ResponseReturnValue:
    """The first slips are right in the system: the rest may go."""
    target, note = chosen_target(request.form).name, request.form.get("note", "")
    gates.confirm_canary(here().installation.ledger, target, note=note, by=user().login)
    return _back(request.form)


@blueprint.get("/records/import/slips")
@reader
def import_list() -> ResponseReturnValue:
    """The slips of a filter, with reasons, so many at once."""
    values, target = request.args, chosen_target(request.args)
    after = values.get("after", "")
    which = choice_of(values).filter
    total = here().standings.counts(target.name, Filter(), "clinic").value.total
    few = which.stages is not None and sum(total.get(each, 0) for each in which.stages) < (
        FEW if asked.is_near(which) else FEW_FAR
    )
    rows = asked.rows(db(), here().standings.of(target.name), which, after=after[:11], most=SHOWN + 1, few=few)
    return render_template(
        "recovery/import_list.html",
        target=target,
        values=address_of(values) | {"to": target.name},
        rows=rows[:SHOWN],
        next=rows[SHOWN - 1].number.text if len(rows) > SHOWN else "",
        stages=asked.STAGES,
        holds=asked.holds(db(), target.name),
        days=days(),
        desks=queries.desks(db()),
        clinics={each.number: each for each in here().hospital.clinics},
        why=WhyForm(formdata=None),
        may=user().role in (Role.RECORDS, Role.SUPERVISOR),
    )
