"""The wards in a browser: their beds, what becomes of who lies there, the hour-one round, the census."""

import csv
import io
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.downtime import Role
from fallback.errors import (
    BedEmpty,
    BedShared,
    FieldWrong,
    FormUsed,
    FormWrong,
    InBedAlready,
    ParchiError,
    Sentence,
    SlipNumberWrong,
    SlipUnknown,
)
from fallback.frontdesk import Issued, ward_papers
from fallback.hospital import Ward
from fallback.language import format_date, say
from fallback.ledger import queries
from fallback.ledger.queries import stays
from fallback.slip import Sex, Slip, SlipNumber
from fallback.stay import Ended, Lying
from fallback.web.access import allow, any_user, clerk, shown_again
from fallback.web.forms import text
from fallback.web.forms.fields import choices
from fallback.web.forms.reading import to_date
from fallback.web.forms.wards import MOVED, ROW, CensusForm, StayForm, find_ward, to_moment, to_round
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.paper import printer_of, wake
from fallback.web.place import _, db, here, language, open_shift, shift, today, user, why

MOST_ROWS = 60  # of a round's page: a form of more fields is refused at the door
_MOST_NUMBERS = 200
nurses = allow(Role.CLERK, Role.SUPERVISOR, Role.COUNTER)


@dataclass(slots=True)
class _Row:
    """A row of a round as the page shows it: what was typed, and the sentence beside each field."""

    at: int
    typed: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)


@blueprint.get("/wards")
@nurses
def wards() -> ResponseReturnValue:
    """Every ward: its beds, how many lie there, what can be printed."""
    return render_template("frontdesk/wards.html", lying=stays.lying(db()))


def _ward_page(typed: Mapping[str, str] | None, error: ParchiError | None, number: int) -> ResponseReturnValue:
    ward = ward_papers.ward_of(here().counter, number)
    form = StayForm(formdata=typed)
    sentence = form.mark(error)
    beds = ward_papers.beds_of(here().counter, ward)
    return render_template("frontdesk/ward.html", ward=ward, beds=beds, form=form, sentence=sentence)


@blueprint.get("/wards/<int:number>")
@nurses
def ward(number: int) -> ResponseReturnValue:
    """A ward, bed by bed."""
    return _ward_page(None, None, number)


@blueprint.post("/wards/<int:number>")
@nurses
@shown_again(_ward_page)
def change_stay(number: int) -> ResponseReturnValue:
    """A patient of a ward moves to another bed, or leaves."""
    found, form = ward_papers.ward_of(here().counter, number), StayForm()
    slip = _who(found, form.typed("bed").strip())
    change(slip.number, form, found)
    return redirect(url_for("frontdesk.ward", number=number))


def change(number: SlipNumber, form: StayForm, ward: Ward) -> None:
    """Writes down what a form says of a stay. Raises FieldWrong, NotAdmitted, StayOver."""
    what, at = form.typed("what"), to_moment("at", form.typed("at"), here().clock())
    note = text("note", form.typed("note"), needed=False)
    if what == MOVED:
        to = find_ward(here().hospital, form.typed("to_ward")) if form.typed("to_ward").strip() else ward
        if to is None:
            raise FieldWrong(field="to_ward", why="Choose a ward from the list, by its code or its name.")
        bed, unit = (text(name, form.typed(name), needed=False) for name in ("to_bed", "unit"))
        if not bed:
            raise FieldWrong(field="to_bed", why="Write the bed that the patient lies in now.")
        lying = Lying(at=at, ward=to.number, bed=bed, unit=unit)
        frontdesk.move_stay(here().counter, number, lying, by=user().login)
    elif what in list(Ended):
        frontdesk.end_stay(here().counter, number, Ended(what), at=at, note=note, by=user().login)
    else:
        raise FieldWrong(field="what", why="Choose one from the list.")


def _who(ward: Ward, typed: str) -> Slip:
    """Who is meant by a bed of a ward, or by a slip number. Raises FieldWrong, BedEmpty or BedShared."""
    lying = stays.in_ward(db(), ward.number)
    found = [each.slip for each in lying if each.bed.casefold() == typed.casefold()]
    if not typed:
        raise FieldWrong(field="bed", why="Write the bed, or the slip number.")
    if not found:
        try:
            number = SlipNumber.parse(typed)
        except SlipNumberWrong:
            raise BedEmpty(bed=typed[:12] if typed.isprintable() else "?") from None
        row = queries.slip(db(), number)
        if row is None:
            raise SlipUnknown(number=number.grouped)
        return row.slip
    if len(found) > 1:
        raise BedShared(bed=found[0].visit.bed)
    return found[0]


def _round_page(
    ward: Ward, rows: list[_Row], issued: list[Issued], *, form: str = "", sentence: str = ""
) -> ResponseReturnValue:
    own = shift()
    return render_template(
        "frontdesk/round.html",
        ward=ward,
        rows=rows,
        issued=issued,
        form=form or secrets.token_urlsafe(16),
        sentence=sentence,
        sexes=choices(Sex, empty=True),
        printer=printer_of(own.series) if own else "",
        filled=sum(bool(bed.patients) for bed in ward_papers.beds_of(here().counter, ward)),
    )


def _round_again(typed: Mapping[str, str], error: ParchiError | None, number: int) -> ResponseReturnValue:
    sentence = say(error, language()) if error else ""
    found = ward_papers.ward_of(here().counter, number)
    return _round_page(found, _sent_rows(typed), [], form=typed.get("form", "")[:64], sentence=sentence)


@blueprint.route("/wards/<int:number>/round", methods=["GET", "POST"])
@clerk
@shown_again(_round_again)
def ward_round(number: int) -> ResponseReturnValue:
    """The hour-one round: everybody who lies in a ward already gets an admission slip and a wristband."""
    found = ward_papers.ward_of(here().counter, number)
    if request.method != "POST":
        empty = [bed.name for bed in ward_papers.beds_of(here().counter, found) if not bed.patients]
        return _round_page(found, [_Row(at, {"bed": bed}) for at, bed in enumerate(empty[:MOST_ROWS])], [])
    key, issued, left = request.form.get("form", "")[:64], [], []
    own = open_shift()
    for row in _sent_rows(request.form):
        try:
            made = _admit(found, row, own.key, key)
        except FormWrong as wrong:
            row.wrong = {name: why(each) for name, each in wrong.fields.items()}
            left.append(row)
        except (FormUsed, InBedAlready) as wrong:
            row.wrong = {"bed": say(wrong, language())}
            left.append(row)
        else:
            if made:
                issued.append(made)
    if issued:
        wake()
    return _round_page(found, left, issued, form=key, sentence=_left(issued) if left else "")


def _left(issued: list[Issued]) -> str:
    """What stands above the rows that could not be taken."""
    if not issued:
        return say(FormWrong(), language())
    return _(
        "These lines could not be taken yet: correct the marked fields and send them again. The others are admitted."
    )


def _admit(ward: Ward, row: _Row, shift_key: str, form: str) -> Issued | None:
    """Admits who stands in a row; None where nobody does. Raises FormWrong, and FormUsed for a changed row."""
    key = f"{form}.{row.at}"
    texts = {f"{name}-{row.at}": value for name, value in row.typed.items()}
    admission = to_round(texts, row.at, ward, here().hospital, today(), lambda: frontdesk.free_alias(db(), key), _known)
    if admission is None:
        return None
    made = frontdesk.admit(here().counter, shift_key, admission, form=key)
    slip, asked = made.row.slip, admission.registration
    if made.again and (
        (slip.visit.ward, slip.visit.bed) != (admission.ward, admission.bed)
        or (not slip.sealed and slip.patient != asked.patient)
    ):
        raise FormUsed(number=slip.number.grouped)
    return made


def _known(typed: str) -> Slip:
    """The slip of a number that was typed into a row. Raises FieldWrong."""
    try:
        row = queries.slip(db(), SlipNumber.parse(typed))
    except SlipNumberWrong as wrong:
        raise FieldWrong(field="number", why=Sentence(wrong.says, **wrong.values)) from wrong
    if row is None or row.voided:
        raise FieldWrong(field="number", why="No slip that counts has this number here. Leave it out, write the name.")
    return row.slip


def _sent_rows(texts: Mapping[str, str]) -> list[_Row]:
    rows = []
    for at in range(MOST_ROWS):
        typed = {name: texts[f"{name}-{at}"][:200] for name in ROW if f"{name}-{at}" in texts}
        if typed:
            rows.append(_Row(at, typed))
    return rows


@blueprint.get("/wards/<int:number>/sheet")
@nurses
def round_sheet(number: int) -> ResponseReturnValue:
    """A ward bed by bed, on paper: who is known, and lines for a pen."""
    found = ward_papers.ward_of(here().counter, number)
    return pdf(ward_papers.round_sheet(here().counter, found, here().clock()), f"ward-{found.number}.pdf")


@blueprint.post("/wards/slips")
@clerk
def print_round() -> ResponseReturnValue:
    """The slips of a round as one PDF, each once; what was printed before is a reprint, and asked for at its slip."""
    made = ward_papers.first_slips(here().counter, _numbers(), by=user().login)
    if made is None:
        raise FieldWrong(field="numbers", why="All of them are printed already. For another copy use Reprint.")
    return pdf(made, "round-slips.pdf")


@blueprint.post("/wards/wristbands")
@nurses
def wristbands() -> ResponseReturnValue:
    """A wristband for each of several slips, as one PDF."""
    own = shift()
    series = own.series if own else 0
    made = ward_papers.wristbands(here().counter, _numbers(), by=user().login, series=series)
    if made is None:
        raise FieldWrong(field="numbers", why="None of these numbers is a slip that counts.")
    return pdf(made, "wristbands.pdf")


def _numbers() -> list[SlipNumber]:
    """The numbers that the page itself put there. Raises SlipNumberWrong."""
    return [SlipNumber.parse(each) for each in request.form.get("numbers", "").split()[:_MOST_NUMBERS]]


@blueprint.get("/census")
@any_user
def census() -> ResponseReturnValue:
    """The census of the wards on a day."""
    day = _census_day()
    made = ward_papers.census_of(here().counter, day, here().clock())
    form = CensusForm(formdata=None, data={"day": format_date(day)})
    past = day - timedelta(days=1)
    following = day + timedelta(days=1) if day < today() else None
    return render_template("frontdesk/census.html", made=made, form=form, past=past, following=following)


@blueprint.get("/census/sheet")
@any_user
def census_sheet() -> ResponseReturnValue:
    """The census of a day as a PDF."""
    day = _census_day()
    return pdf(ward_papers.census_sheet(here().counter, day, here().clock()), f"census-{day}.pdf")


@blueprint.get("/census/csv")
@any_user
def census_csv() -> ResponseReturnValue:
    """The census of a day for a spreadsheet: numbers and the names of wards alone."""
    day = _census_day()
    made = ward_papers.census_of(here().counter, day, here().clock())
    told = io.StringIO()
    writer = csv.writer(told)
    writer.writerow(["day", "ward", "code", "name", "beds", *ward_papers.COUNTS])
    for number, beds, counted in made.wards:
        ward = here().hospital.ward(number)
        named = (ward.code, ward.shown) if ward else ("", "")
        writer.writerow([day.isoformat(), number, *named, beds, *ward_papers.counts(counted).values()])
    response = Response("\ufeff" + told.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="census-{day}.csv"'
    return response


def _census_day() -> date:
    typed = request.args.get("day", "").strip()
    day = to_date(typed) if typed else today()
    if day is None or not date(2020, 1, 1) <= day <= today():
        raise FieldWrong(field="day", why="Write the day as 25-11-2026; it is not after today.")
    return day
