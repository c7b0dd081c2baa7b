"""The monthly check in a browser: a sheet is printed and scanned, a few questions, one page that is green or red."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import computer
from fallback.enrolment import readiness
from fallback.enrolment.readiness import OLD, Level, Told
from fallback.errors import CheckRunning, ParchiError, PrinterUnknown
from fallback.hospital import Printer
from fallback.ledger.queries import ready
from fallback.ledger.queries.events import Event
from fallback.printing.spool import spooler
from fallback.printing.test_sheet import render_test_sheet
from fallback.web.access import clerk, shown_again
from fallback.web.checks import Result
from fallback.web.forms.ready import CheckForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here, language, today, user

_ORDER = (Level.RED, Level.AMBER, Level.GREEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A computer that is kept for downtimes, or was checked: its last check, None for never, and whether one is due."""

    name: str
    place: str
    last: Event | None
    due: bool

    @property
    def level(self) -> str:
        """How its last check stood, as the worst of its points."""
        levels = set(self.last.content["points"].values()) if self.last else set()
        return next((level.value for level in _ORDER if level.value in levels), "")


def standings() -> list[Standing]:
    """The computers that are kept for downtimes, then others that were checked; each with its last check."""
    now, checked = here().clock(), ready.last_checks(db())
    kept = {each.name.casefold(): each for each in here().hospital.ready.computers}
    found = {name.casefold(): event for name, event in checked.items()}
    names = {each.casefold(): each for each in checked} | {key: each.name for key, each in kept.items()}

    def standing(key: str) -> Standing:
        last = found.get(key)
        where = kept[key].place if key in kept else ""
        return Standing(name=names[key], place=where, last=last, due=last is None or now - last.at > OLD)

    return [standing(key) for key in dict.fromkeys([*kept, *found])]


@blueprint.get("/check")
@clerk
def check_page() -> ResponseReturnValue:
    """The steps: print the sheet, answer, scan."""
    return _page()


def _page(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = CheckForm(formdata=typed)
    return render_template(
        "frontdesk/check.html",
        form=form,
        sentence=form.mark(error),
        printers=here().hospital.printers,
        lasers=any(each.laser for each in here().hospital.printers),
        sent=request.args.get("sent", "") if request.method == "GET" else "",
        now=here().clock(),
        computer=computer.name(),
        standings=standings(),
        last=here().checks.last,
    )


@blueprint.post("/check/sheet")
@clerk
@shown_again(_page)
def test_sheet() -> ResponseReturnValue:
    """The test sheet: for this browser as a PDF, or on a printer of the server's. Raises PrinterUnknown."""
    place, wanted = here(), request.form.get("printer", "")
    digits = readiness.sheet_code(place.installation.root, today(), secrets.randbelow)
    if not wanted:
        return pdf(render_test_sheet(digits, place.hospital, place.clock()), "test-sheet.pdf")
    printer = _printer(wanted)
    sheet = render_test_sheet(digits, place.hospital, place.clock(), paper=printer.paper)
    spooler(printer).send("Test sheet", sheet)
    return redirect(url_for("frontdesk.check_page", sent=printer.name))


def _printer(name: str) -> Printer:
    found = next((each for each in here().hospital.printers if each.name == name), None)
    if found is None:
        raise PrinterUnknown(printer=name[:31] if name.isprintable() else "?")
    return found


@blueprint.post("/check")
@clerk
@shown_again(_page)
def run_check() -> ResponseReturnValue:
    """Tries everything, takes what the person said with it, and writes it down. Raises CheckRunning."""
    form, place, by = CheckForm(), here(), user()
    told = Told(
        scanned=form.typed("scanned"),
        clock=form.answer("clock"),
        pads=form.answer("pads"),
        mains=form.answer("mains"),
    )
    if not place.checks.running.acquire(blocking=False):
        raise CheckRunning()
    try:
        now, installation, hospital = place.clock(), place.installation, place.hospital
        found = readiness.look(installation, hospital, now, stick=place.stick)
        check = replace(found, points=readiness.of_people(found.points, told, installation, hospital, now))
        readiness.write_check(installation, check, by=by.login)
        place.checks.last = Result(check=check, by=by.name, at=now, computer=computer.name())
    finally:
        place.checks.running.release()
    return redirect(url_for("frontdesk.check_result"))


@blueprint.get("/check/result")
@clerk
def check_result() -> ResponseReturnValue:
    """The last check: the whole page is green or red, what must be done stands first; it is made to be printed."""
    last = here().checks.last
    if last is None:
        return redirect(url_for("frontdesk.check_page"))
    points = sorted(last.check.points, key=lambda each: _ORDER.index(each.level))
    return render_template("frontdesk/check_result.html", last=last, points=points, level=last.check.level)


@blueprint.get("/check/stock")
@clerk
def stock_list() -> ResponseReturnValue:
    """What must lie in the cupboard, as a PDF in the language of the screen. Raises LoadUnknown."""
    found = readiness.stock(db(), here().hospital)
    return pdf(readiness.stock_report(found, here().hospital, here().clock(), language()), "stock.pdf")
