"""A counter in a browser: scan a slip, see whether it is genuine and how it stands, say what was done, take it back."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, payload
from fallback.downtime import Role
from fallback.errors import CounterNotChosen, DoneAlready, FieldWrong, PageUnknown, ParchiError, Sentence
from fallback.hospital import ServiceCounter
from fallback.language import format_moment, format_time, say, translate
from fallback.ledger import queries
from fallback.ledger.queries import Database, SlipRow, services
from fallback.ledger.queries.services import ServiceRow
from fallback.slip import INDIA, Kind, SlipNumber
from fallback.web import onebox
from fallback.web.access import allow, reader, shown_again
from fallback.web.changes import said
from fallback.web.forms import text, whole_number
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import _, db, here, language, today, user, why
from fallback.web.served import counter_name, service_name, when

_LAST = 12  # lines on the counter's page
_MOST_STICKERS = 20
_TOLD = ("name", "name_hindi", "sex", "age", "birth_date", "guardian", "relation", "clinic", "uhid", "category")

at_counter = allow(Role.COUNTER, Role.CLERK, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that a counter does: its key, and the line that says that it is done for the slip that is shown."""

    key: int
    what: str
    done: ServiceRow | None


def own_counter() -> ServiceCounter | None:
    """The counter at which this browser stands, as somebody said; the hospital's only one needs no saying."""
    known = here().hospital.counters
    return known[0] if len(known) == 1 else here().hospital.counter(str(session.get("counter", "")))


def needs_counter() -> ServiceCounter:
    """As `own_counter`. Raises CounterNotChosen."""
    found = own_counter()
    if found is None:
        raise CounterNotChosen()
    return found


def _home(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    own, day = own_counter(), today().isoformat()
    return render_template(
        "frontdesk/counter.html",
        typed=onebox.shown_again(typed.get("typed", "")) if typed and error else "",
        sentence=_sentence(error),
        own=own,
        counters=here().hospital.counters,
        counts=services.counts(db(), own.name, day) if own else {},
        last=services.of_counter(db(), own.name, day, _LAST) if own else [],
        counter_name=counter_name,
        service_name=service_name,
    )


@blueprint.get("/counter")
@at_counter
def counter() -> ResponseReturnValue:
    """The counter's own page: the box, what was done today, and at which counter this computer stands."""
    return _home(None, None)


@blueprint.post("/counter/at")
@at_counter
@shown_again(_home)
def choose_counter() -> ResponseReturnValue:
    """Says at which counter this browser stands; it stays so for whoever logs in here next."""
    chosen = here().hospital.counter(request.form.get("counter", ""))
    if chosen is None:
        raise FieldWrong(field="counter", why="Choose one from the list.")
    session["counter"] = chosen.name
    return redirect(url_for("frontdesk.counter"))


def _read_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    try:
        number = SlipNumber.parse(typed.get("number", ""))
    except ParchiError:
        return _home(typed, error)
    return _slip_page(typed, error, number)


@blueprint.post("/counter/read")
@at_counter
@shown_again(_read_again)
def read_at_counter() -> ResponseReturnValue:
    """The box: a scan shows its slip; the key of a thing that is done here, typed beside a slip, does it.

    So a scan is never taken for a click: what the scanner types always lands in the box.
    """
    own, typed = needs_counter(), request.form.get("typed", "").strip()
    key = whole_number(typed) if len(typed) == 1 else None
    if key is not None and request.form.get("number"):
        if not 1 <= key <= len(own.what):
            raise FieldWrong(
                field="typed", why="No button has this number. Scan a slip, or type one that stands there."
            )
        return _do(SlipNumber.parse(request.form["number"]), own.what[key - 1])
    found = frontdesk.read_slip(here().counter, here().installation.keys(), typed, by=user().login)
    if found.keyboard:
        session["keyboard"] = found.keyboard  # said on the page of the slip
    return redirect(_address(found.number, found.digest))


@blueprint.get("/counter/slips/<slip:number>")
@at_counter
def counter_slip(number: SlipNumber) -> ResponseReturnValue:
    """A slip at a counter: genuine or not, how it stands, who it is, what was done for it."""
    return _slip_page(request.args, None, number)


def _slip_page(typed: Mapping[str, str], error: ParchiError | None, number: SlipNumber) -> ResponseReturnValue:
    own = needs_counter()
    paper, row = _digest(typed.get("paper", "")), queries.slip(db(), number)
    said_of_it = services.of_slip(db(), number)
    done = services.standing(said_of_it)
    blank = (row is None or row.slip.kind is Kind.PAD) and queries.pad_payload(db(), number) is not None
    return render_template(
        "frontdesk/counter_slip.html",
        typed=onebox.shown_again(typed.get("typed", "")) if error and not isinstance(error, DoneAlready) else "",
        notice=_keyboard(),
        sentence=_sentence(error),
        again=error.values["what"] if isinstance(error, DoneAlready) else "",
        own=own,
        number=number,
        row=row,
        blank=blank,
        paper=paper,
        genuine=_is_genuine(db(), number, row, paper),
        older=bool(paper) and row is not None and not blank and paper not in (row.content, row.head),
        standing=_standing(number, row),
        record=_record(row) if row is not None and not blank else [],
        choices=[Choice(key=key, what=what, done=done.get((own.name, what))) for key, what in enumerate(own.what, 1)],
        elsewhere=[each for (at, _what), each in done.items() if at != own.name],
        taken_back=[each for each in said_of_it if not each.done],
        clinic=here().hospital.clinic(row.slip.visit.clinic) if row else None,
        counter_name=counter_name,
        service_name=service_name,
        when=when,
    )


@blueprint.post("/counter/slips/<slip:number>/done")
@at_counter
@shown_again(_slip_page)
def do_service(number: SlipNumber) -> ResponseReturnValue:
    """Something was done here for a slip."""
    return _do(number, request.form.get("what", ""), again=request.form.get("again") == "yes")


@blueprint.post("/counter/slips/<slip:number>/undone")
@at_counter
@shown_again(_slip_page)
def undo_service(number: SlipNumber) -> ResponseReturnValue:
    """Something is not done after all, with a reason."""
    reason, what = text("reason", request.form.get("reason", "")), request.form.get("what", "")
    frontdesk.undo(here().counter, number, needs_counter(), what, reason, by=user().login)
    return redirect(_address(number, _digest(request.form.get("paper", ""))))


@blueprint.post("/counter/slips/<slip:number>/stickers")
@at_counter
@shown_again(_slip_page)
def counter_stickers(number: SlipNumber) -> ResponseReturnValue:
    """Stickers for tubes on the counter's own sheet, with tube numbers that no desk and no other counter uses."""
    own = needs_counter()
    if not own.tubes:
        raise PageUnknown()
    count = whole_number(request.form.get("count", "")) or 0
    if not 1 <= count <= _MOST_STICKERS:
        raise FieldWrong(field="count", why="Write a number from 1 to 20.")
    made = frontdesk.slip_sheet(here().counter, number, own.stickers, count=count, at=own, by=user().login)
    return pdf(made, f"stickers-{number.text}.pdf")


@blueprint.get("/supervisor/done-twice")
@reader
def done_twice() -> ResponseReturnValue:
    """What two counters did for one slip without knowing of each other, and what was done for numbers nobody has."""
    return render_template(
        "frontdesk/done_twice.html",
        twice=services.twice(db()),
        astray=services.astray(db()),
        counter_name=counter_name,
        service_name=service_name,
    )


def _do(number: SlipNumber, what: str, *, again: bool = False) -> ResponseReturnValue:
    paper = _digest(request.form.get("paper", ""))
    frontdesk.do(here().counter, number, needs_counter(), what, paper=paper, by=user().login, again=again)
    return redirect(_address(number, paper))


def _sentence(error: ParchiError | None) -> str:
    """A failure in words: what stands in the box needs no name before it; what was done is called by its own name."""
    if isinstance(error, FieldWrong) and error.values["field"] == "typed":
        return why(error)
    own = own_counter()
    if error is not None and own is not None and "what" in error.values:
        error = type(error)(**error.values | {"what": service_name(own.name, str(error.values["what"]))})
    return say(error, language()) if error else ""


def _keyboard() -> str:
    """What is said once of a keyboard that was wrong when this slip was scanned."""
    warning = onebox.keyboard_warning(session.pop("keyboard")) if "keyboard" in session else Sentence("")
    return translate(warning.says, language()).format(**warning.values) if warning else ""


def _address(number: SlipNumber, paper: str) -> str:
    return url_for("frontdesk.counter_slip", number=number, paper=paper or None)


def _digest(typed: str) -> str:
    return typed if len(typed) == 64 and set(typed) <= set("0123456789abcdef") else ""


def _is_genuine(database: Database, number: SlipNumber, row: SlipRow | None, paper: str) -> bool:
    """Whether the paper that was scanned is one whose signature was checked when it came here."""
    blank = queries.pad_payload(database, number)
    return bool(paper) and (
        (row is not None and paper in queries.digests(database, number))
        or (blank is not None and payload.digest(blank).hex() == paper)
    )


def _standing(number: SlipNumber, row: SlipRow | None) -> str:
    """How fresh what is known of a slip is."""
    now, until = services.known_until(db(), number)
    if now:
        return _("Status as of now: its desk works on this computer's journal.")
    if until is None:
        return _("No journal of its desk was ever here: whether it was corrected or voided since, nobody knows here.")
    moment = format_time(until) if until.astimezone(INDIA).date() == today() else format_moment(until)
    told = _("Status as of {time}, the last that is known here of its desk.")
    if row is not None and not row.journalled:
        told = _("Status as of {time}, the last that is known here of its desk; the slip is younger than that.")
    return told.format(time=moment)


def _record(row: SlipRow) -> list[tuple[str, str]]:
    """What a counter needs to be sure who stands there: no mobile number, no address."""
    names = {"name": _("Name"), "name_hindi": _("Name in Hindi"), "sex": _("Sex"), "age": _("Age")}
    names |= {"birth_date": _("Date of birth"), "guardian": _("Father, husband or guardian")}
    names |= {"clinic": _("Clinic"), "uhid": _("UHID"), "category": _("Category"), "relation": _("Relation")}
    hidden = ("category",) if row.slip.sealed else ()
    return [(names[name], told) for name in _TOLD if name not in hidden and (told := said(row.slip, name))]
