"""The tables of queues: each visit of a clinic and day, what rooms said of it; rosters; clinics that are switched back.

What a room says is of one clinic: a visit that was sent to another waits there anew. It may come before the slip that
it is about, so the two are kept apart and joined when they are asked for.
"""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import Kind, Slip
from fallback.stream import Stream, stream_of

# `place` is what `Stream` says, as a number to sort by; `chain` is the journal that wrote the visit, "" of paper;
# `word` what a room of its clinic said last, "" for nothing.
SCHEMA = """
CREATE TABLE visit (number TEXT PRIMARY KEY, clinic INTEGER NOT NULL, day TEXT NOT NULL, place INTEGER NOT NULL,
    issued TEXT NOT NULL, series INTEGER NOT NULL, token INTEGER NOT NULL, chain TEXT NOT NULL,
    word TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX visit_day ON visit (day, clinic, chain, word);
CREATE TABLE room_word (number TEXT PRIMARY KEY, clinic INTEGER NOT NULL, word TEXT NOT NULL, room TEXT NOT NULL,
    at TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX room_word_called ON room_word (at) WHERE word = 'called';
CREATE TABLE placed (number TEXT PRIMARY KEY, unit TEXT NOT NULL, room TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE roster (clinic INTEGER NOT NULL, day TEXT NOT NULL, sits INTEGER, room TEXT, unit TEXT, cap INTEGER,
    reason TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (clinic, day)) STRICT;
CREATE TABLE clinic_switch (clinic INTEGER PRIMARY KEY, back INTEGER NOT NULL, reason TEXT NOT NULL,
    login TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE overbooked (number TEXT PRIMARY KEY, reason TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE INDEX overbooked_at ON overbooked (at);
"""
TABLES = ("visit", "room_word", "placed", "roster", "clinic_switch", "overbooked")
FACTS = frozenset(
    {
        FactKind.SLIP_ISSUED,
        FactKind.SLIP_REVISED,
        FactKind.VISIT_CALLED,
        FactKind.VISIT_SEEN,
        FactKind.VISIT_PUT_BACK,
        FactKind.VISIT_PLACED,
        FactKind.ROSTER_SET,
        FactKind.CLINIC_SWITCHED,
    }
)

_SAID = "(SELECT word FROM room_word WHERE room_word.number = visit.number AND room_word.clinic IN (0, visit.clinic))"
_PLACES = {stream: place for place, stream in enumerate(Stream)}


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    content = line.content
    match line.fact:
        case FactKind.SLIP_ISSUED | FactKind.SLIP_REVISED:
            if reason := content.get("overbooked"):
                row: tuple[object, ...] = (content["slip"]["number"], reason, line.by, line.at.isoformat(), stamp)
                _latest(db, "overbooked", ("number",), ("number", "reason", "login", "at", "stamp"), row)
        case FactKind.VISIT_PLACED:
            row = (content["number"], content["unit"], content["room"], stamp)
            _latest(db, "placed", ("number",), ("number", "unit", "room", "stamp"), row)
        case FactKind.ROSTER_SET:
            sits = content["sits"]
            columns = ("clinic", "day", "sits", "room", "unit", "cap", "reason", "login", "stamp")
            told = (None if sits is None else int(sits), content["room"], content["unit"], content["cap"])
            row = (content["clinic"], content["day"], *told, content["reason"], line.by, stamp)
            _latest(db, "roster", ("clinic", "day"), columns, row)
        case FactKind.CLINIC_SWITCHED:
            row = (content["clinic"], int(content["back"]), content["reason"], line.by, line.at.isoformat(), stamp)
            _latest(db, "clinic_switch", ("clinic",), ("clinic", "back", "reason", "login", "at", "stamp"), row)
        case _:
            word = {FactKind.VISIT_CALLED: "called", FactKind.VISIT_PUT_BACK: "waiting"}.get(line.fact)
            said = (content.get("clinic", 0), word or content["outcome"], content.get("room", ""))
            row = (content["number"], *said, line.at.isoformat(), line.by, stamp)
            _latest(db, "room_word", ("number",), ("number", "clinic", "word", "room", "at", "login", "stamp"), row)
            db.execute(f"UPDATE visit SET word = coalesce({_SAID}, '') WHERE number = ?", (content["number"],))


def refresh(db: Database, slip: Slip, head: str, *, counts: bool) -> None:
    """The row of a number in its clinic's queue: none where it is void, doubted, or no visit to a clinic."""
    day = slip.visit_day
    if not counts or slip.kind not in (Kind.OPD, Kind.CASUALTY) or not slip.visit.token or day is None:
        db.execute("DELETE FROM visit WHERE number = ?", (slip.number.text,))
        return
    visit, issued = slip.visit, slip.issued.isoformat() if slip.issued else ""
    place = _PLACES[stream_of(slip)]
    row = (slip.number.text, visit.clinic, day.isoformat(), place, issued, visit.token_series, visit.token)
    db.execute(
        "INSERT OR REPLACE INTO visit VALUES (?, ?, ?, ?, ?, ?, ?, "
        "coalesce((SELECT chain FROM version WHERE digest = ?), ''), "
        "coalesce((SELECT word FROM room_word WHERE number = ? AND clinic IN (0, ?)), ''))",
        (*row, head, slip.number.text, visit.clinic),
    )


def _latest(db: Database, table: str, key: tuple[str, ...], columns: tuple[str, ...], row: tuple[object, ...]) -> None:
    """Writes a row unless a line with a greater stamp wrote it already."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    db.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets} WHERE excluded.stamp > {table}.stamp",
        row,
    )
