"""What stands before an import, in a browser: the check list, signed point by point and printed, and the dry run."""

import json
from collections.abc import Mapping

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.ehospital import Abilities
from fallback.errors import FieldWrong, ParchiError, VisitNotThere
from fallback.hospital import Target
from fallback.ledger.queries import gates as words
from fallback.recovery import Planned, gates
from fallback.recovery.stages import stands
from fallback.slip import SlipNumber
from fallback.spreadsheet import Sheet, csv_of
from fallback.web.access import reader, records, shown_again, supervisor
from fallback.web.forms import text
from fallback.web.forms.imports import LinkForm, PointForm
from fallback.web.place import _, db, here, user
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.imports import address_of, choice_of, chosen_target, reveal

_PLANNED = 50  # slips that the page of a dry run shows
_MOST = 5_000  # slips that its file has


def _checklist(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    values = typed if typed is not None and "to" in typed else request.args
    target, form = chosen_target(values), PointForm(formdata=typed)
    said = words.checks(db(), target.name)
    return render_template(
        "recovery/checklist.html",
        target=target,
        form=form,
        sentence=form.mark(error),
        points=gates.points(target, drill=here().installation.drill),
        said=said,
        open_points=gates.open_points(db(), target, Abilities()),
        answers=gates.ANSWERS,
        questions=gates.POINT_LABELS,
        labels=gates.ANSWER_LABELS,
        hospital=here().hospital,
        now=here().clock(),
    )


@blueprint.get("/records/import/checklist")
@reader
def checklist() -> ResponseReturnValue:
    """What the system does by itself, point by point: who answered for it, and when. It prints on one page."""
    return _checklist()


@blueprint.post("/records/import/checklist")
@supervisor
@shown_again(_checklist)
def answer_point() -> ResponseReturnValue:
    """Signs the answer to one point."""
    target = chosen_target(request.form)
    try:
        point = gates.Point(request.form.get("point", ""))
    except ValueError as wrong:
        raise FieldWrong(field="answer", why="Choose one from the list.") from wrong
    answer, note = request.form.get("answer", ""), text("note", request.form.get("note", ""), needed=False)
    gates.check(here().installation.ledger, target.name, point, answer, note, by=user().login)
    return redirect(url_for("recovery.checklist", to=target.name))


@blueprint.get("/records/import/plan")
@records
def import_plan() -> ResponseReturnValue:
    """The dry run: what would be sent next. Asks the system nothing."""
    target, planned = _plan(_PLANNED)
    shown = [(each, json.dumps(dict(each.content), ensure_ascii=False, indent=1)) for each in planned]
    values = address_of(request.args) | {"to": target.name}
    return render_template("recovery/import_plan.html", target=target, values=values, planned=shown, most=_MOST)


@blueprint.get("/records/import/plan.<form>")
@records
def import_plan_file(form: str) -> ResponseReturnValue:
    """The dry run as a file, JSON or CSV. It holds patients: only those who may see them get it."""
    found = [each.record() for each in _plan(_MOST)[1]]
    if form == "csv":
        header = ["number", "revision", "step", "stage", "reason", "content"]
        texts = [each | {"content": json.dumps(each["content"], ensure_ascii=False)} for each in found]
        rows = [[each[name] for name in header] for each in texts]
        content, kind = csv_of(Sheet(title="plan", header=header, rows=rows)), "text/csv"
    else:
        content, kind = json.dumps(found, ensure_ascii=False, indent=1).encode(), "application/json"
    response = Response(content, mimetype=kind)
    name = "plan.csv" if form == "csv" else "plan.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _plan(most: int) -> tuple[Target, list[Planned]]:
    """What would be sent next of the page's filter."""
    target, place = chosen_target(request.args), here()
    connector = recovery.open_way(place.installation, place.hospital, target)
    try:
        where, choice = place.standings.of(target.name), choice_of(request.args)
        return target, recovery.plan(place.installation.ledger, connector, choice, limit=most, where=where)
    finally:
        connector.close()


def _link(
    typed: Mapping[str, str] | None = None,
    error: ParchiError | None = None,
    *,
    number: SlipNumber,
    found: tuple[str, ...] = (),
) -> ResponseReturnValue:
    values = typed if typed is not None and "to" in typed else request.args
    target, form = chosen_target(values), LinkForm(formdata=typed)
    row = stands(db(), target.name, number)
    return render_template(
        "recovery/import_link.html",
        target=target,
        form=form,
        sentence=form.mark(error),
        number=number,
        row=row,
        found=found,
        by_itself=target.kind not in ("beep", "sheet"),
        has_secret=target.kind in ("fhir", "gnuhealth"),
    )


@blueprint.get("/records/import/slips/<slip:number>")
@records
def import_by_hand(number: SlipNumber) -> ResponseReturnValue:
    """A slip whose visit somebody typed by hand, or whose patient was registered at the live counter."""
    return _link(number=number)


@blueprint.post("/records/import/slips/<slip:number>/look")
@records
@shown_again(_link)
def look_there(number: SlipNumber) -> ResponseReturnValue:
    """Asks the system for visits of this person, clinic and day that have no number of ours."""
    target, form = chosen_target(request.form), LinkForm()
    connector = recovery.open_way(here().installation, here().hospital, target, form.typed("secret").strip())
    try:
        found = recovery.seen_there(here().installation.ledger, connector, number, by=user().login, reveal=reveal())
    finally:
        connector.close()
    if not found:
        raise VisitNotThere(number=number.grouped, why=_("the system has no such visit of this day"))
    return _link(request.form, number=number, found=tuple(each.encounter for each in found))


@blueprint.post("/records/import/slips/<slip:number>/link")
@records
@shown_again(_link)
def link_visit(number: SlipNumber) -> ResponseReturnValue:
    """Our number onto that visit; nothing is created."""
    target, form = chosen_target(request.form), LinkForm()
    connector = recovery.open_way(here().installation, here().hospital, target, form.typed("secret").strip())
    try:
        recovery.link(
            here().installation.ledger,
            connector,
            number,
            form.typed("encounter"),
            by=user().login,
            reveal=reveal(),
        )
    finally:
        connector.close()
    here().standings.forget()
    return redirect(url_for("recovery.import_list", to=target.name, stage="confirmed"))


@blueprint.post("/records/import/slips/<slip:number>/returned")
@records
@shown_again(_link)
def returned_there(number: SlipNumber) -> ResponseReturnValue:
    """The patient was registered at the live counter, under this UHID."""
    target, place = chosen_target(request.form), here()
    recovery.returned(
        place.installation.ledger,
        target.name,
        number,
        LinkForm().typed("uhid"),
        pattern=place.hospital.uhid_pattern,
        by=user().login,
    )
    here().standings.forget()
    return redirect(url_for("recovery.import_list", to=target.name, stage="on_return"))
