"""The records room in a browser: scans accepted, pages that need eyes, numbers declared, the account."""

import json
from collections.abc import Mapping
from datetime import UTC
from enum import StrEnum

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, recovery
from fallback.errors import FieldWrong, PageUnknown, ParchiError, SlipNumberWrong
from fallback.language import say
from fallback.ledger import queries
from fallback.reconcile import Bucket
from fallback.recovery import Decision
from fallback.slip import SlipNumber
from fallback.web.access import reader, records, shown_again, takes
from fallback.web.forms import text
from fallback.web.forms.small import DecisionForm, DeclareForm, ScanForm
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here, language, user

blueprint = Blueprint("recovery", __name__)
SCAN_MEGABYTES = 1024
_PAGES_SHOWN = 100


class Spent(StrEnum):
    """What may become of a number without content."""

    UNUSED = "unused"
    SPOILED = "spoiled"
    MISSING = "missing"


def _overview(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = ScanForm(formdata=typed)
    sentence = form.mark(error)
    return render_template(
        "recovery/overview.html",
        form=form,
        sentence=sentence,
        scans=here().scans.latest(),
        open_pages=queries.open_pages(db()),
        account=recovery.account_of(db(), _target()),
    )


@blueprint.get("/records")
@reader
def overview() -> ResponseReturnValue:
    """The records room: hand in scans, what is open, where the account stands."""
    return _overview()


@blueprint.post("/records/scans")
@records
@takes(SCAN_MEGABYTES)
@shown_again(_overview)
def hand_in() -> ResponseReturnValue:
    """Takes scan files; they are read in the background. The same page twice changes nothing."""
    scan = here().scans.hand_in(request.files.getlist("files"), by=user().login)
    if scan is None:
        raise FieldWrong(field="files", why="Choose one or more scan files: PDF, TIFF, JPEG or PNG.")
    return redirect(url_for("recovery.scan", key=scan.key))


@blueprint.get("/records/scans/<key>")
@reader
def scan(key: str) -> ResponseReturnValue:
    """How far a scan is; the page comes again by itself until it is done."""
    found = here().scans.get(key)
    if found is None:
        raise PageUnknown()
    over = found.over  # looked at first: what a scan brought is there before it is over
    error = say(found.error, language()) if found.error else ""
    return render_template("recovery/scan.html", scan=found, over=over, error=error)


def _pages(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, picture: str = ""
) -> ResponseReturnValue:
    form = DecisionForm(formdata=typed)
    sentence = form.mark(error)
    found = queries.pages(db(), open_only=True)
    return render_template(
        "recovery/pages.html",
        form=form,
        sentence=sentence,
        picture=picture,
        pages=found[:_PAGES_SHOWN],
        count=len(found),
    )


@blueprint.get("/records/pages")
@reader
def pages() -> ResponseReturnValue:
    """The pages that need a person."""
    return _pages()


def _decide_again(typed: Mapping[str, str], error: ParchiError | None, picture: str) -> ResponseReturnValue:
    return _pages(typed, error, picture)


@blueprint.post("/records/pages/<picture>")
@records
@shown_again(_decide_again)
def decide(picture: str) -> ResponseReturnValue:
    """What a person says about a page."""
    form = DecisionForm()
    try:
        decision = Decision(form.typed("decision"))
    except ValueError as wrong:
        raise FieldWrong(field="decision", why="Choose one from the list.") from wrong
    reason = text("reason", form.typed("reason"))
    recovery.decide_page(here().installation.ledger, picture, decision, reason, by=user().login)
    return redirect(url_for("recovery.pages"))


def _account(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = DeclareForm(formdata=typed)
    sentence = form.mark(error)
    return render_template(
        "recovery/account.html",
        form=form,
        sentence=sentence,
        target=_target(),
        account=recovery.account_of(db(), _target()),
        buckets=list(Bucket),
        desks={desk.series: desk for desk in queries.desks(db())},
        open_pages=queries.open_pages(db()),
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
        recovery.account_of(db(), _target()),
        place.hospital,
        target=_target(),
        now=place.clock().astimezone(UTC),
        signer="the hospital's root",
        sign=place.installation.sign_as_hospital,
    )


def _target() -> str:
    """The hospital system that the account is about: the first that the hospital's file names, "" without one."""
    return here().hospital.targets[0].name if here().hospital.targets else ""
