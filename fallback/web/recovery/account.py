"""The account in a browser: both sums, every gap, what became of numbers without content; signed as PDF and JSON."""

import json
from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, recovery
from fallback.errors import FieldWrong, ParchiError, SlipNumberWrong
from fallback.ledger import queries
from fallback.ledger.queries import after, stages
from fallback.outcome import Evidence, Told
from fallback.reconcile import Bucket, by_day
from fallback.slip import SlipNumber, letters
from fallback.web.access import reader, records, shown_again
from fallback.web.door import own
from fallback.web.forms import text
from fallback.web.forms.small import DeclareForm
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here, user
from fallback.web.recovery.blueprint import blueprint

_PARTS_SHOWN = 400  # lines of a screen: two weeks of twelve desks and thirty clinics are 5,000


class Spent(StrEnum):
    """What may become of a number without content."""

    UNUSED = "unused"
    SPOILED = "spoiled"
    MISSING = "missing"


def _account(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = DeclareForm(formdata=typed)
    sentence = form.mark(error)
    look, (seen, compared) = here().standings.account(target()), here().standings.papers().value
    return render_template(
        "recovery/account.html",
        form=form,
        sentence=sentence,
        target=target(),
        account=look.value,
        parts=look.value.parts if len(look.value.parts) <= _PARTS_SHOWN else by_day(look.value),
        seconds=look.seconds,
        buckets=list(Bucket),
        desks={desk.series: desk for desk in queries.desks(db())},
        open_pages=queries.open_pages(db()),
        visits=seen,
        evidence=list(Evidence),
        told=list(Told),
        differing=[each for each in compared if each.difference != 0],
        agreeing=sum(each.difference == 0 for each in compared),
        letters=letters,
    )


@blueprint.get("/records/account")
@reader
def account() -> ResponseReturnValue:
    """Both accounts, registrations and paper, per desk, day and clinic, and every gap."""
    return _account()


@blueprint.post("/records/declare")
@records
@shown_again(_account)
def declare() -> ResponseReturnValue:
    """Says what became of numbers without content."""
    form = DeclareForm()
    try:
        outcome = Spent(form.typed("outcome"))
    except ValueError as wrong:
        raise FieldWrong(field="outcome", why="Choose one from the list.") from wrong
    try:
        numbers = [
            SlipNumber.parse(typed) for typed in form.typed("numbers").replace(";", ",").split(",") if typed.strip()
        ]
    except SlipNumberWrong as wrong:
        raise FieldWrong(field="numbers", why="Write slip numbers of 11 digits, with commas between them.") from wrong
    if not numbers:
        raise FieldWrong(field="numbers", why="Write slip numbers of 11 digits, with commas between them.")
    reason = text("reason", form.typed("reason"))
    frontdesk.declare(here().counter, numbers, outcome.value, reason, by=user().login)
    here().standings.forget()
    return redirect(url_for("recovery.account"))


@blueprint.get("/records/account.json")
@reader
def account_json() -> ResponseReturnValue:
    """The signed account for a machine."""
    content = json.dumps(_record(), ensure_ascii=False, indent=1) + "\n"
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="account.json"'
    return response


@blueprint.get("/records/account.pdf")
@reader
def account_pdf() -> ResponseReturnValue:
    """The signed account on paper."""
    return pdf(recovery.account_pdf(_record(), here().hospital, queries.desks(db())), "account.pdf")


def _record() -> dict[str, object]:
    place = here()
    return recovery.account_record(
        place.installation.ledger,
        recovery.account_of(db(), target()),
        place.hospital,
        target=target(),
        now=place.clock().astimezone(UTC),
        signer="the hospital's root",
        sign=place.installation.sign_as_hospital,
    )


@blueprint.post("/records/system")
@reader
def choose_system() -> ResponseReturnValue:
    """The hospital system that this browser's pages are about, where there are several; back to where it was asked."""
    session["system"] = request.form.get("system", "")
    return redirect(own(request.form.get("back", "")) or url_for("recovery.overview"))


def target() -> str:
    """The hospital system that the pages are about: the one that was chosen here, else the first of the hospital's
    file; "" without one.
    """
    names = [each.name for each in here().hospital.targets]
    chosen = str(session.get("system", ""))
    return chosen if chosen in names else next(iter(names), "")


def unfinished(but: str) -> list[str]:
    """Other systems that slips went to, or should go to, and where something is held, failed, on its way or wrong."""
    found = []
    for each in here().hospital.targets:
        name = each.name
        if name != but and after.is_used(db(), name):
            total = here().standings.counts(name, stages.Filter(), "clinic").value.total
            if after.open_repairs(db(), name) or any(total.get(stage, 0) for stage in _UNFINISHED):
                found.append(name)
    return found


_UNFINISHED = ("approved", "sending", "held", "failed")
