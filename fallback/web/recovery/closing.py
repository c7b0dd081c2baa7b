"""The end in a browser: what is left, clinic by clinic; old visits closed as unknown; the account signed."""

import json
from collections.abc import Mapping
from datetime import UTC

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.errors import FieldWrong, PageUnknown, ParchiError
from fallback.ledger import queries
from fallback.ledger.queries import after, queue, stages
from fallback.recovery import closing as acts, crosswalk as walks
from fallback.recovery.uhids import HOLDS
from fallback.web.access import reader, shown_again, supervisor
from fallback.web.forms import text, whole_number
from fallback.web.forms.after import AccountForm, VisitsForm
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import _, db, here, today, user
from fallback.web.recovery.account import target, unfinished
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.crosswalk import department_named

_SIGNER = "the hospital's root"  # as it stands in what is signed
_LEFT = ("read", "matched", "ready", "approved", "sending", "held", "failed")


def _closing(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    about_visits = typed is not None and "days" in typed
    visits = VisitsForm(formdata=typed if about_visits else None)
    visits.clinic.choices = [("", _("all")), *((str(each.number), each.shown_code) for each in here().hospital.clinics)]
    account = AccountForm(formdata=typed if typed is not None and not about_visits else None)
    sentence = (visits if about_visits else account).mark(error)
    days = _days(visits.typed("days")) or acts.DAYS
    visits.days.data = str(days)
    look = here().standings.counts(target(), stages.Filter(), "clinic")
    counts = look.value
    back = queue.switches(db())
    return render_template(
        "recovery/closing.html",
        target=target(),
        closing=acts.closing(db(), target(), counts.total, lambda: here().standings.account(target()).value),
        seconds=look.seconds,
        clinics=[
            (each, counts.parts.get(each.number, {}))
            for each in here().hospital.clinics
            if each.number in counts.parts or each.number in back
        ],
        left=_LEFT,
        back=back,
        unsaid=acts.unsaid(db(), acts.last_day(today(), days)),
        days=days,
        closed_visits=len(after.closed_outcomes(db())),
        unconfirmed=[
            department_named(each.department)
            for each in walks.standings(db(), here().hospital, target())
            if each.waiting
        ],
        doubted=stages.counts(
            db(), stages.Standing(target=target()), stages.Filter(stages=frozenset({"held"}), holds=HOLDS), facet="hold"
        ).total.get("held", 0),
        unfinished=unfinished(target()),
        has_record=acts.closed_record(here().installation.ledger, target()) is not None,
        visits=visits,
        account=account,
        about_visits=about_visits,
        sentence=sentence,
    )


@blueprint.get("/records/closing")
@reader
def closing() -> ResponseReturnValue:
    """What is left, clinic by clinic, and the end of the account."""
    return _closing()


@blueprint.post("/records/closing/visits")
@supervisor
@shown_again(_closing)
def close_visits() -> ResponseReturnValue:
    """Closes old visits of which nobody says anything, as unknown."""
    form = VisitsForm()
    days = _days(form.typed("days"))
    if days is None:
        raise FieldWrong(field="days", why="Write how many days, from 1 to 366.")
    reason, code = text("reason", form.typed("reason")), form.typed("clinic")
    clinic = int(code) if code.isdecimal() and len(code) < 5 else 0
    ledger, until = here().installation.ledger, acts.last_day(today(), days)
    acts.close_visits(ledger, until, reason, by=user().login, clinic=clinic)
    here().standings.forget()
    return redirect(url_for("recovery.closing"))


@blueprint.post("/records/closing/account")
@supervisor
@shown_again(_closing)
def close_account() -> ResponseReturnValue:
    """Signs the account, when nothing is left."""
    note, place = text("note", AccountForm().typed("note")), here()
    acts.close_account(
        place.installation.ledger,
        place.hospital,
        target(),
        note,
        now=place.clock().astimezone(UTC),
        by=user().login,
        signer=_SIGNER,
        sign=place.installation.sign_as_hospital,
    )
    place.standings.forget()
    return redirect(url_for("recovery.closing"))


@blueprint.post("/records/closing/reopen")
@supervisor
@shown_again(_closing)
def reopen_account() -> ResponseReturnValue:
    """Opens a closed account again."""
    reason = text("note", AccountForm().typed("note"))
    acts.reopen_account(here().installation.ledger, target(), reason, by=user().login)
    here().standings.forget()
    return redirect(url_for("recovery.closing"))


@blueprint.get("/records/closing/account")
@reader
def closed_account() -> ResponseReturnValue:
    """The account as it was signed last: as PDF, or as JSON for a machine. Raises PageUnknown."""
    record = acts.closed_record(here().installation.ledger, target())
    if record is None:
        raise PageUnknown()
    if request.args.get("form") != "json":
        return pdf(recovery.account_pdf(record, here().hospital, queries.desks(db())), "account.pdf")
    response = Response(json.dumps(record, ensure_ascii=False, indent=1) + "\n", mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return response


def _days(typed: str) -> int | None:
    found = whole_number(typed) if typed.strip() else None
    return found if found is not None and 1 <= found <= 366 else None
