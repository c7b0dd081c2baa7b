"""Register and census of an outpatient day, as a file: PDF to be signed, CSV and XLSX to be counted on."""

from datetime import date

from flask import Response, request
from flask.typing import ResponseReturnValue

from fallback import opd
from fallback.errors import FieldWrong, PageUnknown
from fallback.frontdesk import opd_papers
from fallback.language import format_date
from fallback.spreadsheet import Sheet, csv_of, xlsx_of
from fallback.web.access import reader, supervisor
from fallback.web.forms.reading import to_date
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import _, db, here, language, today
from fallback.web.words import named

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.get("/register/<form>")
@supervisor
def opd_register(form: str) -> ResponseReturnValue:
    """Every slip of a day: it names patients, as the paper does. Raises PageUnknown, FieldWrong."""
    day = day_asked()
    if form == "pdf":
        return pdf(opd_papers.opd_register(here().counter, day), f"register-{day}.pdf")
    rows = opd.register(opd_papers.entries_of(db(), day), here().hospital, language())
    header = [_(name) for name in opd.REGISTER]
    return _file(Sheet(title=f"{_('Register')} {format_date(day)}", header=header, rows=rows), form, f"register-{day}")


@blueprint.get("/opd-census/<form>")
@reader
def opd_census(form: str) -> ResponseReturnValue:
    """The counts of a day by clinic. Raises PageUnknown, FieldWrong."""
    day, hindi = day_asked(), language() == "hi"
    if form == "pdf":
        return pdf(opd_papers.opd_census(here().counter, day, here().clock()), f"opd-census-{day}.pdf")
    counts = opd.census(opd_papers.entries_of(db(), day), day)
    header = [
        _("Code"),
        _("Clinic"),
        *(words.hindi if hindi else words.english for words in opd_papers.COLUMNS.values()),
    ]
    rows: list[list[str | int]] = []
    for number, count in sorted(counts.items()):
        clinic = here().hospital.clinic(number)
        called = [clinic.shown_code, named(clinic)] if clinic else ["", str(number)]
        rows.append([*called, *(getattr(count, name) for name in opd_papers.COLUMNS)])
    whole = opd.total(counts.values())
    rows.append(["", _("Sum"), *(getattr(whole, name) for name in opd_papers.COLUMNS)])
    return _file(Sheet(title=f"{_('Census')} {format_date(day)}", header=header, rows=rows), form, f"opd-census-{day}")


def day_asked() -> date:
    """The day that an address names, today where it names none. Raises FieldWrong."""
    typed = request.args.get("day", "").strip()
    try:
        found = date.fromisoformat(typed) if typed else today()
    except ValueError:
        found = to_date(typed) or date.max
    if not date(2020, 1, 1) <= found <= today():
        raise FieldWrong(field="day", why="Write the day as 25-11-2026; it is not after today.")
    return found


def _file(sheet: Sheet, form: str, name: str) -> Response:
    match form:
        case "csv":
            response = Response(csv_of(sheet), mimetype="text/csv")
        case "xlsx":
            response = Response(xlsx_of([sheet]), mimetype=XLSX)
        case _:
            raise PageUnknown()
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
