"""A clinic's room in a browser: who is inside, who is next; seen, not there, sent back; which room a visit gets."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from fallback import frontdesk, names
from fallback.downtime import Role
from fallback.errors import ClinicUnknown, FieldWrong, ParchiError
from fallback.frontdesk import queue as acts
from fallback.hospital import Clinic
from fallback.language import say
from fallback.ledger import queries
from fallback.ledger.queries import SlipRow, queue
from fallback.ledger.queries.queue import QueueRow
from fallback.outcome import Seen
from fallback.roster import sitting
from fallback.slip import SlipNumber
from fallback.web.access import allow, shown_again
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.place import db, here, language, today, user, why

_SHOWN = 30  # of those who wait; a longer list helps nobody
_DONE = 8
_LONGEST_ROOM = 60  # signs, as it is sent; what is longer than a board's room is refused with a sentence
_SEEN = {each.value: each for each in (Seen.SEEN, Seen.NOT_SEEN)}

in_rooms = allow(Role.COUNTER, Role.CLERK, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Guest:
    """A visit of the queue, with the slip that says whose it is."""

    row: QueueRow
    slip: SlipRow


@blueprint.get("/room")
@in_rooms
def choose_room() -> ResponseReturnValue:
    """Which clinic, and which of its rooms."""
    day = today()
    words, counts = queue.rosters(db(), day), queue.counts(db(), day)
    plans = [sitting(each, day, words.get(each.number)) for each in here().hospital.clinics]
    shown = [(plan, counts.get(plan.clinic.number, queue.QueueCount())) for plan in plans]
    return render_template("frontdesk/choose_room.html", plans=[each for each in shown if each[0].sits or each[1].all])


@blueprint.get("/room/<int:clinic>")
@in_rooms
def room(clinic: int) -> ResponseReturnValue:
    """The room's screen."""
    return _page(None, None, clinic)


def _page(typed: Mapping[str, str] | None, error: ParchiError | None, clinic: int) -> ResponseReturnValue:
    of, day = _known(clinic), today()
    plan = sitting(of, day, queue.rosters(db(), day, [clinic]).get(clinic))
    own = _room(clinic, plan.room)
    visits = queue.queue(db(), clinic, day)
    waiting = [row for row in visits if row.waits and row.room in ("", own)]
    done = sorted((row for row in visits if row.word in _SEEN), key=lambda row: str(row.at), reverse=True)
    return render_template(
        "frontdesk/room.html",
        clinic=of,
        plan=plan,
        own=own,
        rooms=plan.room.split(", "),
        inside=_guests([row for row in visits if row.word == "called" and row.room in ("", own)]),
        elsewhere=[row for row in visits if row.word == "called" and row.room not in ("", own)],
        waiting=_guests(waiting[:_SHOWN]),
        more=max(0, len(waiting) - _SHOWN),
        other_rooms=sum(row.waits and row.room not in ("", own) for row in visits),
        done=_guests(done[:_DONE]),
        counts=queue.counts(db(), day).get(clinic, queue.QueueCount()),
        typed=(typed or {}).get("typed", "")[:60] if error else "",
        sentence=_said(error),
    )


@blueprint.post("/room/<int:clinic>/at")
@in_rooms
@shown_again(_page)
def stand_in_room(clinic: int) -> ResponseReturnValue:
    """Says in which room of the clinic this browser stands."""
    _known(clinic)
    session["rooms"] = {str(clinic): acts.checked_room(_text("room"))}
    return redirect(url_for("frontdesk.room", clinic=clinic))


@blueprint.post("/room/<int:clinic>/next")
@in_rooms
@shown_again(_page)
def call_next(clinic: int) -> ResponseReturnValue:
    """The next patient. With `seen`, whoever is inside was seen: one key for what is done two hundred times a day."""
    _known(clinic)
    own = _room_now(clinic)
    if told := request.form.get("seen", ""):
        inside = queue.visit(db(), SlipNumber.parse(told))
        if inside is not None and inside.word == "called":  # else this page was old, and somebody said otherwise
            acts.tell(here().counter, clinic, inside.number, Seen.SEEN, own, by=user().login)
    acts.call_next(here().counter, clinic, today(), own, by=user().login)
    return redirect(url_for("frontdesk.room", clinic=clinic))


@blueprint.post("/room/<int:clinic>/read")
@in_rooms
@shown_again(_page)
def read_in_room(clinic: int) -> ResponseReturnValue:
    """The box: whoever's slip is scanned is called in, also one from a desk that this computer never met."""
    _known(clinic)
    typed = request.form.get("typed", "").strip()
    found = frontdesk.read_slip(here().counter, here().installation.keys(), typed, by=user().login)
    acts.call(here().counter, clinic, found.number, _room_now(clinic), by=user().login)
    return redirect(url_for("frontdesk.room", clinic=clinic))


def _told_again(
    typed: Mapping[str, str] | None, error: ParchiError | None, clinic: int, number: SlipNumber
) -> ResponseReturnValue:
    return _page({"typed": number.text} if error else typed, error, clinic)


@blueprint.post("/room/<int:clinic>/slips/<slip:number>")
@in_rooms
@shown_again(_told_again)
def tell_of_visit(clinic: int, number: SlipNumber) -> ResponseReturnValue:
    """What became of one visit: called, seen, not there, sent back, or given a room."""
    _known(clinic)
    own, word, counter, by = _room_now(clinic), request.form.get("word", ""), here().counter, user().login
    if word == "call":
        acts.call(counter, clinic, number, own, by=by)
    elif word in _SEEN:
        acts.tell(counter, clinic, number, _SEEN[word], own, by=by)
    elif word == "back":
        acts.put_back(counter, clinic, number, _text("reason"), own, by=by)
    else:
        raise FieldWrong(field="outcome", why="Choose one from the list.")
    return redirect(url_for("frontdesk.room", clinic=clinic))


def _place_page(typed: Mapping[str, str] | None, error: ParchiError | None, clinic: int) -> ResponseReturnValue:
    of = _known(clinic)
    told = request.args if typed is None else typed
    last = told.get("last", "") if typed is None else ""
    row = queue.visit(db(), SlipNumber.parse(last)) if last else None
    return render_template(
        "frontdesk/place.html",
        clinic=of,
        plan=sitting(of, today(), queue.rosters(db(), today(), [clinic]).get(clinic)),
        unit=told.get("unit", "")[:_LONGEST_ROOM],
        room=told.get("room", "")[:_LONGEST_ROOM],
        typed=told.get("typed", "")[:60] if error else "",
        sentence=_said(error),
        last=row,
    )


@blueprint.route("/room/<int:clinic>/place", methods=["GET", "POST"])
@in_rooms
@shown_again(_place_page)
def place_visit(clinic: int) -> ResponseReturnValue:
    """The department's counter: each slip that is scanned gets the unit and the room that stand beside the box."""
    if request.method != "POST":
        return _place_page(None, None, clinic)
    _known(clinic)
    unit, room, typed = _text("unit"), acts.checked_room(_text("room")), request.form.get("typed", "").strip()
    found = frontdesk.read_slip(here().counter, here().installation.keys(), typed, by=user().login)
    acts.place(here().counter, clinic, found.number, unit=unit, room=room, by=user().login)
    return redirect(url_for("frontdesk.place_visit", clinic=clinic, unit=unit, room=room, last=found.number))


def _said(error: ParchiError | None) -> str:
    """A failure in words; what stands in the box needs no name before it."""
    if isinstance(error, FieldWrong) and error.values["field"] == "typed":
        return why(error)
    return say(error, language()) if error else ""


def _guests(rows: list[QueueRow]) -> list[Guest]:
    slips = ((row, queries.slip(db(), row.number)) for row in rows)
    return [Guest(row, slip) for row, slip in slips if slip is not None]


def _known(number: int) -> Clinic:
    found = here().hospital.clinic(number)
    if found is None:
        raise ClinicUnknown(code=str(number))
    return found


def _room_now(clinic: int) -> str:
    return _room(clinic, sitting(_known(clinic), today(), queue.rosters(db(), today(), [clinic]).get(clinic)).room)


def _room(clinic: int, usual: str) -> str:
    """The room of this browser: as somebody said, else the clinic's."""
    told = session.get("rooms", {}).get(str(clinic), "")
    return str(told or usual)[: acts.ROOM_LIMIT]


def _text(name: str) -> str:
    return names.check_text(name, request.form.get(name, "")[:_LONGEST_ROOM], script="address")
