"""Every sheet but the slip in a browser, as PDF: a clinic's sheets, poster, cards, shift sheets, stickers."""

from datetime import date, datetime
from functools import partial

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.authority import fingerprint
from fallback.downtime import Role
from fallback.errors import FieldWrong, PageUnknown
from fallback.language import format_date, format_moment
from fallback.ledger import queries
from fallback.slip import SlipNumber
from fallback.web.access import allow, clerk, supervisor
from fallback.web.forms import whole_number
from fallback.web.forms.small import ClinicSheetForm, StickersForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.handing_over import shift_to_sign
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import db, here, language, shift, today, user


@blueprint.get("/sheets")
@supervisor
def sheets() -> ResponseReturnValue:
    """What can be printed for clinics, walls and safes."""
    now = format_moment(here().clock())
    data = {"day": format_date(today()), "tokens": "100", "box": "1", "noticed": now}
    form = ClinicSheetForm(formdata=None, data=data)
    hindi = language() == "hi"
    form.clinic.choices = [
        (str(each.number), f"{each.code} · {each.name_hindi if hindi else each.name}")
        for each in here().hospital.clinics
    ]
    desks = queries.desks(db())
    form.desk.choices = [(str(each.series), each.name) for each in desks if not each.retired]
    return render_template("frontdesk/sheets.html", form=form, desks=desks)


@blueprint.get("/sheets/day")
@supervisor
def day_sheets() -> ResponseReturnValue:
    """Day sheets for so many tokens of a desk."""
    form, clinic, day, series = _asked()
    tokens = whole_number(form.typed("tokens")) or 0
    made = frontdesk.day_sheets(here().counter, clinic=clinic, day=day, series=series, tokens=tokens)
    return pdf(made, f"day-{clinic}-{day}.pdf")


@blueprint.get("/sheets/box")
@supervisor
def box_sheet() -> ResponseReturnValue:
    """The sheet on a box; without a count a hand writes it."""
    form, clinic, day, series = _asked()
    box, count = whole_number(form.typed("box")) or 0, whole_number(form.typed("count").strip() or "0")
    if count is None:
        raise FieldWrong(field="count", why="Write a whole number, or leave it empty: a hand writes it then.")
    made = frontdesk.box_sheet(here().counter, clinic=clinic, day=day, series=series, box=box, count=count)
    return pdf(made, f"box-{clinic}-{day}-{box}.pdf")


@blueprint.get("/sheets/register")
@supervisor
def register_sheets() -> ResponseReturnValue:
    """A clinic's register of a day."""
    _, clinic, day, _ = _asked()
    return pdf(frontdesk.register_sheets(here().counter, clinic=clinic, day=day), f"register-{clinic}-{day}.pdf")


@blueprint.get("/sheets/poster")
@supervisor
def poster() -> ResponseReturnValue:
    """The poster for the wall."""
    installation = here().installation
    known = here().authority
    authority = fingerprint(known) if known else ""
    made = frontdesk.poster(here().counter, installation.root, installation.sign_as_hospital, authority)
    return pdf(made, "poster.pdf")


@blueprint.get("/sheets/desks/<int:series>")
@supervisor
def desk_card(series: int) -> ResponseReturnValue:
    """A desk's card for the safe."""
    return pdf(frontdesk.desk_card(here().counter, series), f"desk-{series:03d}.pdf")


@blueprint.get("/shifts/<key>/sheet")
@allow(Role.CLERK, Role.SUPERVISOR, Role.RECORDS, Role.AUDITOR)
def shift_paper(key: str) -> ResponseReturnValue:
    """A closed shift's sheet with its signed codes; a clerk gets their own. Raises PageUnknown or NotAllowed."""
    shift_to_sign(key)
    return pdf(frontdesk.shift_sheet(here().counter, key), f"shift-{key}.pdf")


@blueprint.post("/slips/<slip:number>/sheets/<name>")
@clerk
def slip_sheet(number: SlipNumber, name: str) -> ResponseReturnValue:
    """A wristband, receipt, token stub or referral of a slip; stickers, where `name` is that. Each is journalled."""
    own = shift()
    make = partial(frontdesk.slip_sheet, here().counter, number, by=user().login, series=own.series if own else 0)
    if name == "stickers":
        form = StickersForm()
        count, start = whole_number(form.typed("count")) or 0, whole_number(form.typed("skip")) or 0
        typed = form.typed("tubes").strip()
        tube = whole_number(typed or "0")
        if form.typed("sheet") not in dict(form.sheet.choices):
            raise FieldWrong(field="sheet", why="Choose one from the list.")
        if tube is None:
            raise FieldWrong(field="tubes", why="Write a whole number, or leave it empty: tubes are numbered on then.")
        made = make(form.typed("sheet"), count=count, first_tube=tube, start=start)
    elif name in frontdesk.SINGLE_SHEETS:
        made = make(name)
    else:
        raise PageUnknown()
    return pdf(made, f"{name}-{number.text}.pdf")


def _asked() -> tuple[ClinicSheetForm, int, date, int]:
    """The form as it was sent, the clinic's number, the day, the desk's series. Raises FieldWrong."""
    form = ClinicSheetForm(formdata=request.args)
    clinic, series = whole_number(form.typed("clinic")) or 0, whole_number(form.typed("desk")) or 0
    if here().hospital.clinic(clinic) is None:
        raise FieldWrong(field="clinic", why="Choose one from the list.")
    typed = form.typed("day").strip()
    for shape in ("%d-%m-%Y", "%Y-%m-%d"):
        try:
            return form, clinic, datetime.strptime(typed, shape).date(), series  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise FieldWrong(field="day", why="Write the day as 25-11-2026.")
