"""Repairs in a browser: visits that stand under the wrong patient, what to do, who was told, and the confirmation."""

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.errors import ParchiError, RepairUnknown
from fallback.ledger.queries import after
from fallback.recovery import repairs as acts
from fallback.recovery.repair_order import repair_pdf, said
from fallback.slip import SlipNumber
from fallback.web.access import reader, records, shown_again
from fallback.web.forms import text
from fallback.web.forms.after import RepairedForm, ToldForm
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import _, db, here, user
from fallback.web.recovery.blueprint import blueprint


def _said(person: str) -> str:
    """A person of an order in the language of this request."""
    return f"{_('UHID')} {person.removeprefix('uhid:')}" if person.startswith("uhid:") else said(person)


@blueprint.get("/records/repairs")
@reader
def repairs() -> ResponseReturnValue:
    """Every repair order, the open ones first."""
    return render_template("recovery/repairs.html", repairs=after.repairs(db(), open_only=False), said=_said)


def _repair(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, *, number: SlipNumber
) -> ResponseReturnValue:
    target = (typed if typed is not None else request.args).get("target", "")
    order = after.repair(db(), number, target)
    if order is None:
        raise RepairUnknown(number=number.grouped)
    telling = typed is not None and "who" in typed
    told = ToldForm(formdata=typed if telling else None)
    done = RepairedForm(formdata=typed if not telling else None)
    sentence = (told if telling else done).mark(error)
    return render_template(
        "recovery/repair.html",
        order=order,
        steps=order.steps or acts.steps_of(here().hospital, target),
        said=_said,
        has_secret=any(each.name == target and each.kind in ("fhir", "gnuhealth") for each in here().hospital.targets),
        told=told,
        done=done,
        sentence=sentence,
    )


@blueprint.get("/records/repairs/<slip:number>")
@reader
def repair(number: SlipNumber) -> ResponseReturnValue:
    """One repair: both patients, what was sent, the steps, who was told."""
    return _repair(number=number)


@blueprint.get("/records/repairs/<slip:number>/order.pdf")
@reader
def repair_order(number: SlipNumber) -> ResponseReturnValue:
    """The order on paper, for the hospital's own team."""
    order = after.repair(db(), number, request.args.get("target", ""))
    if order is None:
        raise RepairUnknown(number=number.grouped)
    return pdf(repair_pdf(db(), order, here().hospital), "repair.pdf")


@blueprint.post("/records/repairs/<slip:number>/told")
@records
@shown_again(_repair)
def tell_repair(number: SlipNumber) -> ResponseReturnValue:
    """Writes down who was told."""
    form = ToldForm()
    who, note = text("who", form.typed("who")), text("note", form.typed("note"), needed=False)
    acts.tell(here().installation.ledger, number, form.typed("target"), who, note, by=user().login)
    return redirect(url_for("recovery.repair", number=number, target=form.typed("target")))


@blueprint.post("/records/repairs/<slip:number>/done")
@records
@shown_again(_repair)
def close_repair(number: SlipNumber) -> ResponseReturnValue:
    """Confirms that the visit stands under the right patient in the hospital system, which is asked where it can be."""
    form, place = RepairedForm(), here()
    note, name, secret = text("proof", form.typed("proof")), form.typed("target"), form.typed("secret").strip()
    target = next((each for each in place.hospital.targets if each.name == name), None)
    ledger, uhid, pattern = place.installation.ledger, form.typed("uhid").strip(), place.hospital.uhid_pattern
    if target is None or not secret:
        acts.close(ledger, number, name, note, uhid=uhid, by=user().login, pattern=pattern)
    else:
        connector = recovery.open_way(place.installation, place.hospital, target, secret)
        try:
            acts.close(ledger, number, name, note, uhid=uhid, by=user().login, pattern=pattern, connector=connector)
        finally:
            connector.close()
    place.standings.forget()
    return redirect(url_for("recovery.repairs"))
