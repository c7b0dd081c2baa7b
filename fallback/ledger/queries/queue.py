"""Read-only questions of queues: who waits in which order, who was called, how many a clinic has, what it was told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlite_utils import Database

from fallback.roster import DayWord
from fallback.slip import INDIA, SlipNumber, letters
from fallback.stream import Stream

_STREAMS = tuple(Stream)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A visit in its clinic's queue. `word` is what the room said last: waiting (put back), called, seen, not_seen, "".

    `room` is where it was called, else where a department's counter sent it ("": any room of the clinic); `at` and
    `login` are of that word.
    """

    number: SlipNumber
    clinic: int
    stream: Stream
    issued: datetime | None
    token: str
    word: str
    room: str
    unit: str
    at: datetime | None
    login: str

    @property
    def waits(self) -> bool:
        """Whether the patient waits to be called."""
        return self.word in ("", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """A clinic's day in figures."""

    waiting: int = 0
    called: int = 0
    seen: int = 0
    not_seen: int = 0

    @property
    def all(self) -> int:
        """All visits."""
        return self.waiting + self.called + self.seen + self.not_seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A clinic that is back on the hospital's own system: why, who said so, and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OverbookedRow:
    """A slip that a full or closed clinic took."""

    number: SlipNumber
    clinic: int
    reason: str
    by: str


# A word of one clinic says nothing of a visit that is another's by now.
_WORD = "LEFT JOIN room_word ON room_word.number = visit.number AND room_word.clinic IN (0, visit.clinic)"
_COLUMNS = (
    "SELECT visit.number, visit.clinic, place, issued, series, token, visit.word, "
    "coalesce(nullif(room_word.room, ''), placed.room, ''), coalesce(placed.unit, ''), at, coalesce(login, '') "
)
_PLACED = "LEFT JOIN placed ON placed.number = visit.number"
_ROW = f"{_COLUMNS} FROM visit {_WORD} {_PLACED}"
# Within a stream whoever was called already and put back comes after those who were not; then the printed time.
_ORDER = "ORDER BY place, visit.word <> '', issued, visit.number"


def queue(db: Database, clinic: int, day: date) -> list[QueueRow]:
    """All visits of a clinic's day, in the order in which it calls."""
    rows = db.execute(f"{_ROW} WHERE visit.clinic = ? AND visit.day = ? {_ORDER}", (clinic, day.isoformat()))
    return [_queue_row(row) for row in rows]


def visit(db: Database, number: SlipNumber) -> QueueRow | None:
    """One visit; None for a number that waits in no queue."""
    row = db.execute(f"{_ROW} WHERE visit.number = ?", (number.text,)).fetchone()
    return _queue_row(row) if row else None


def place_of(db: Database, number: SlipNumber) -> tuple[str, str]:
    """The room and unit that people said for a visit: a department's counter, else the day's roster; "" for neither."""
    row = db.execute(
        "SELECT coalesce(nullif(placed.room, ''), roster.room, ''), coalesce(nullif(placed.unit, ''), roster.unit, '') "
        "FROM visit LEFT JOIN placed USING (number) LEFT JOIN roster ON roster.clinic = visit.clinic "
        "AND roster.day = visit.day WHERE visit.number = ?",
        (number.text,),
    ).fetchone()
    return (row[0], row[1]) if row else ("", "")


def called(db: Database, day: date, most: int) -> list[QueueRow]:
    """Who was called on a day for that day in any clinic, and nothing since, the last first."""
    dawn = datetime(day.year, day.month, day.day, tzinfo=INDIA).astimezone(UTC)
    rows = db.execute(  # from what rooms said, which is little, to the visits: never the other way about
        f"{_COLUMNS} FROM room_word CROSS JOIN visit ON visit.number = room_word.number "
        f"AND room_word.clinic IN (0, visit.clinic) {_PLACED} "
        "WHERE room_word.word = 'called' AND at >= ? AND visit.day = ? ORDER BY at DESC, visit.number LIMIT ?",
        (dawn.isoformat(), day.isoformat(), most),
    )
    return [_queue_row(row) for row in rows]


def counts(db: Database, day: date) -> dict[int, QueueCount]:
    """How far each clinic is, by its number."""
    rows = db.execute(
        "SELECT clinic, coalesce(nullif(word, ''), 'waiting'), count(*) FROM visit WHERE day = ? GROUP BY 1, 2",
        (day.isoformat(),),
    )
    found: dict[int, dict[str, int]] = {}
    for clinic, word, count in rows:
        found.setdefault(clinic, {})[word] = count
    return {clinic: QueueCount(**words) for clinic, words in found.items()}


def given(db: Database, clinic: int, day: date, chain: str) -> tuple[int, int]:
    """How many visits a clinic's day has by this journal's own word, and by all that is known here."""
    of = (clinic, day.isoformat())
    own = db.execute("SELECT count(*) FROM visit WHERE clinic = ? AND day = ? AND chain = ?", (*of, chain)).fetchone()
    known = db.execute("SELECT count(*) FROM visit WHERE clinic = ? AND day = ?", of).fetchone()
    return own[0], known[0]


def rosters(db: Database, day: date, clinics: Sequence[int] = ()) -> dict[int, DayWord]:
    """A supervisor's words for a day, by clinic; of some clinics, or of all."""
    only = f" AND clinic IN ({', '.join('?' * len(clinics))})" if clinics else ""
    rows = db.execute(
        f"SELECT clinic, sits, room, unit, cap, reason, login FROM roster WHERE day = ?{only}",
        (day.isoformat(), *clinics),
    )
    return {
        clinic: DayWord(sits=None if sits is None else bool(sits), room=room, unit=unit, cap=cap, reason=reason, by=by)
        for clinic, sits, room, unit, cap, reason, by in rows
    }


def switches(db: Database) -> dict[int, Switch]:
    """The clinics that are back on the hospital's own system."""
    rows = db.execute("SELECT clinic, reason, login, at FROM clinic_switch WHERE back = 1")
    return {clinic: Switch(reason=reason, by=by, at=datetime.fromisoformat(at)) for clinic, reason, by, at in rows}


def overbooked(db: Database, day: date) -> list[OverbookedRow]:
    """The slips of a day that a full or closed clinic took, the last first."""
    rows = db.execute(
        "SELECT number, clinic, reason, login FROM overbooked JOIN visit USING (number) WHERE day = ? ORDER BY at DESC",
        (day.isoformat(),),
    )
    return [
        OverbookedRow(number=SlipNumber.parse(number), clinic=clinic, reason=reason, by=by)
        for number, clinic, reason, by in rows
    ]


def _queue_row(row: Sequence[object]) -> QueueRow:
    number, clinic, place, issued, series, token, word, room, unit, at, login = row
    return QueueRow(
        number=SlipNumber(int(str(number)[:3]), int(str(number)[3:9])),  # its check digits were looked at before
        clinic=int(str(clinic)),
        stream=_STREAMS[int(str(place))],
        issued=datetime.fromisoformat(str(issued)) if issued else None,
        token=f"{letters(int(str(series)))}-{token}",
        word=str(word),
        room=str(room),
        unit=str(unit),
        at=datetime.fromisoformat(str(at)) if at else None,
        login=str(login),
    )
