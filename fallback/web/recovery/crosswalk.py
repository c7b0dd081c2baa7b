"""The cross-walk in a browser: lists and stickers for the file room, a file for each department, their receipts."""

from collections.abc import Mapping
from datetime import UTC, date

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback.errors import FieldWrong, ParchiError
from fallback.language import format_date
from fallback.ledger.queries import after
from fallback.printing.walks import STICKERS, render_walk_stickers
from fallback.recovery import crosswalk as acts
from fallback.recovery.crosswalk import Form
from fallback.web.access import reader, records, shown_again
from fallback.web.forms import text
from fallback.web.forms.after import ReceiptForm
from fallback.web.forms.reading import to_date
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import _, db, here, language, user
from fallback.web.recovery.account import target
from fallback.web.recovery.blueprint import blueprint

_MOST = 20_000  # slips in one PDF of a browser: while it is drawn, no desk prints
_KINDS = {
    Form.CSV: "text/csv",
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.HL7: "application/octet-stream",
}


def department_named(name: str) -> str:
    """A department in the language of this request: a counter as the hospital's file names it, else by our words."""
    counter = here().hospital.counter(name)
    return counter.name_hindi if counter and counter.name_hindi and language() == "hi" else _(name)


def _crosswalk(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = ReceiptForm(formdata=typed if typed is not None and "sha256" in typed else None)
    form.department.choices = [(name, department_named(name)) for name in acts.departments(here().hospital)]
    sentence = form.mark(error)
    return render_template(
        "recovery/crosswalk.html",
        form=form,
        sentence=sentence,
        target=target(),
        standings=acts.standings(db(), here().hospital, target()),
        forms=list(Form),
        days=after.walk_days(db(), target()),
        stickers=STICKERS,
        department_named=department_named,
    )


@blueprint.get("/records/crosswalk")
@reader
def crosswalk() -> ResponseReturnValue:
    """What can be printed, how each department stands, and what it does not know yet."""
    return _crosswalk()


@blueprint.get("/records/crosswalk.pdf")
@reader
def crosswalk_pdf() -> ResponseReturnValue:
    """The list for the file room, by slip number or by UHID."""
    clinic, day = _which()
    by_uhid = request.args.get("by") == "uhid"
    found = here().hospital.clinic(clinic)
    parts = (target(), found.shown_code if found else "", format_date(date.fromisoformat(day)) if day else "")
    words = " · ".join(part for part in parts if part)
    made = acts.listed(db(), here().hospital, target(), by_uhid=by_uhid, clinic=clinic, day=day, words=words)
    return pdf(made, "crosswalk.pdf")


@blueprint.get("/records/crosswalk-stickers.pdf")
@reader
def crosswalk_stickers() -> ResponseReturnValue:
    """Stickers for the old paper."""
    clinic, day = _which()
    gone = request.args.get("skip", "")
    skip = int(gone) if gone.isdecimal() and len(gone) < 3 and int(gone) < STICKERS else 0
    rows = after.walk(db(), target(), by_uhid=request.args.get("by") == "uhid", clinic=clinic, day=day)
    made = render_walk_stickers(acts.pairs_of(rows), hospital=here().hospital.name, skip=skip)
    return pdf(made, "stickers.pdf")


def _which() -> tuple[int, str]:
    """The clinic (0: all) and the ISO day ("": all) that are asked for. Raises FieldWrong where it is too much."""
    code, typed = request.args.get("clinic", ""), request.args.get("day", "")
    day = to_date(typed) if typed else None
    if typed and day is None:
        raise FieldWrong(field="day", why="Write the day like 24-11-2026.")
    clinic = int(code) if code.isdecimal() and len(code) < 5 else 0
    count = sum(each for at, each in after.walk_days(db(), target()) if not day or at == day.isoformat())
    if count > _MOST:
        raise FieldWrong(field="day", why="These are too many for one file. Choose a day.")
    return clinic, day.isoformat() if day else ""


@blueprint.post("/records/crosswalk/give")
@records
@shown_again(_crosswalk)
def give_crosswalk() -> ResponseReturnValue:
    """Makes the file for a department and writes down that it was given."""
    place = here()
    try:
        form = Form(request.form.get("form", ""))
    except ValueError as wrong:
        raise FieldWrong(field="what", why="Choose one from the list.") from wrong
    department = request.form.get("department", "")
    file = acts.give(
        place.installation.ledger,
        place.hospital,
        target(),
        department,
        form,
        by=user().login,
        now=place.clock().astimezone(UTC),
    )
    response = Response(file.content, mimetype=_KINDS[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@blueprint.post("/records/crosswalk/received")
@records
@shown_again(_crosswalk)
def receive_crosswalk() -> ResponseReturnValue:
    """Writes down that a department has a file."""
    form = ReceiptForm()
    receipt = text("receipt", form.typed("receipt"))
    ledger = here().installation.ledger
    acts.receive(ledger, target(), form.typed("department"), form.typed("sha256"), receipt, by=user().login)
    return redirect(url_for("recovery.crosswalk"))
