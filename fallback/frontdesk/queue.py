"""A clinic's room: whoever is next is called, seen, not there, or sent back; a department's counter says which room."""

from datetime import date

from fallback.errors import FieldWrong, VisitElsewhere, VisitNotQueued
from fallback.frontdesk.counter import Counter, needs_slip
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import queue
from fallback.ledger.queries.queue import QueueRow
from fallback.ledger.writer import Transaction
from fallback.outcome import Seen
from fallback.slip import SlipNumber

ROOM_LIMIT = 20  # letters; a room's name stands large on the board


def call_next(counter: Counter, clinic: int, day: date, room: str, *, by: str) -> QueueRow | None:
    """Calls whoever waits first for a room of the clinic; None when nobody does. Two rooms never call the same one.

    First the emergencies, then those who go first, then all others; within each by the printed time.
    """

    def job(tx: Transaction) -> QueueRow | None:
        waiting = (row for row in queue.queue(tx.db, clinic, day) if row.waits and row.room in ("", room))
        found = next(waiting, None)
        if found is not None:
            _say(tx, FactKind.VISIT_CALLED, found, room, by)
        return found

    return counter.ledger.write(job)


def call(counter: Counter, clinic: int, number: SlipNumber, room: str, *, by: str) -> None:
    """Calls one patient out of turn, or once more. Raises SlipUnknown, SlipIsVoid, VisitElsewhere, VisitNotQueued."""
    counter.ledger.write(lambda tx: _say(tx, FactKind.VISIT_CALLED, _here(counter, tx, clinic, number), room, by))


def tell(counter: Counter, clinic: int, number: SlipNumber, outcome: Seen, room: str, *, by: str) -> None:
    """The room says that the patient was seen, or did not come; the same word twice is one. Raises as `call`."""

    def job(tx: Transaction) -> None:
        row = _here(counter, tx, clinic, number)
        if row.word != outcome:
            _say(tx, FactKind.VISIT_SEEN, row, room, by, outcome=outcome.value)

    counter.ledger.write(job)


def put_back(counter: Counter, clinic: int, number: SlipNumber, reason: str, room: str, *, by: str) -> None:
    """Back among those who wait, behind those of the same stream who were not called yet. Raises as `call`."""

    def job(tx: Transaction) -> None:
        row = _here(counter, tx, clinic, number)
        if not row.waits:
            _say(tx, FactKind.VISIT_PUT_BACK, row, room, by, reason=reason)

    counter.ledger.write(job)


def place(counter: Counter, clinic: int, number: SlipNumber, *, unit: str, room: str, by: str) -> None:
    """A department's counter says which unit and room a visit goes to; the slip stays as it is.

    Raises as `call`, and FieldWrong for a room that does not fit on the board, or for neither unit nor room.
    """
    if not (unit or room):
        raise FieldWrong(field="room", why="Write the room, or the unit, or both.")

    def job(tx: Transaction) -> None:
        row = _here(counter, tx, clinic, number)
        content = {"number": row.number.text, "unit": unit, "room": checked_room(room)}
        tx.append(FactKind.VISIT_PLACED, content, by=by)

    counter.ledger.write(job)


def checked_room(room: str) -> str:
    """A room's name as it stands on the board. Raises FieldWrong for one that has no room there."""
    if len(room) > ROOM_LIMIT:
        raise FieldWrong(field="room", why="A room's name has at most 20 letters.")
    return room


def _here(counter: Counter, tx: Transaction, clinic: int, number: SlipNumber) -> QueueRow:
    """A visit of this clinic's queue, of whatever day: who comes on another day is seen, too."""
    slip = needs_slip(tx, number).slip
    if slip.visit.clinic != clinic:
        other = counter.hospital.clinic(slip.visit.clinic)
        raise VisitElsewhere(number=number.grouped, clinic=other.shown_code if other else str(slip.visit.clinic))
    found = queue.visit(tx.db, number)
    if found is None:
        raise VisitNotQueued(number=number.grouped)
    return found


def _say(tx: Transaction, fact: FactKind, row: QueueRow, room: str, by: str, **more: str) -> None:
    content = {"number": row.number.text, "clinic": row.clinic, "room": checked_room(room)}
    tx.append(fact, content | more, by=by)
