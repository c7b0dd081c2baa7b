"""Who lies in which bed: the moves and the ends of stays, each line a row, and of every admission where it stands now.

The row of an admission is worked out anew from all that is known of it, so the order in which chains arrive is nothing.
"""

import json
from datetime import UTC, date, datetime, time
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import INDIA, Kind

SCHEMA = """
CREATE TABLE stay (number TEXT PRIMARY KEY, ward INTEGER NOT NULL, bed TEXT NOT NULL, unit TEXT NOT NULL,
    how TEXT NOT NULL, ended TEXT NOT NULL, note TEXT NOT NULL, changed TEXT NOT NULL, since TEXT NOT NULL,
    first_ward INTEGER NOT NULL, first_bed TEXT NOT NULL, first_unit TEXT NOT NULL) STRICT;
CREATE INDEX stay_ward ON stay (ward) WHERE how = '';
CREATE TABLE stay_move (line TEXT PRIMARY KEY, number TEXT NOT NULL, at TEXT NOT NULL, ward INTEGER NOT NULL,
    bed TEXT NOT NULL, unit TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX stay_move_number ON stay_move (number);
CREATE TABLE stay_end (line TEXT PRIMARY KEY, number TEXT NOT NULL, how TEXT NOT NULL, at TEXT NOT NULL,
    note TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX stay_end_number ON stay_end (number);
"""
TABLES = ("stay", "stay_move", "stay_end")
_SLIPS = frozenset({FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_READ})
FACTS = _SLIPS | {
    FactKind.SLIP_JUDGED,
    FactKind.STAY_MOVED,
    FactKind.STAY_ENDED,
    FactKind.STAY_REOPENED,
}


def fold(db: Database, line: Line, stamp: str) -> None:
    """A row for a move or an end; and the admission's own row again, for every line that may change it."""
    content, key = line.content, f"{line.sequence:012d} {line.chain}"
    match line.fact:
        case fact if fact in _SLIPS:
            record = content["slip"]  # one that is no admission: perhaps it is none any more, or two desks contradict
            _again(db, record["number"], known=record["kind"] != Kind.ADMISSION)
            return
        case FactKind.STAY_MOVED:
            moved = (content["ward"], content["bed"], content.get("unit", ""))
            at = datetime.fromisoformat(content["at"]) if content.get("at") else line.at
            row = (key, content["number"], at.astimezone(UTC).isoformat(), *moved, line.by, stamp)  # they are sorted
            db.execute("INSERT OR IGNORE INTO stay_move VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        case FactKind.STAY_ENDED | FactKind.STAY_REOPENED:
            ended = line.fact is FactKind.STAY_ENDED
            told = (content["how"], content["at"], content["note"]) if ended else ("", "", content["reason"])
            row = (key, content["number"], *told, line.by, stamp)
            db.execute("INSERT OR IGNORE INTO stay_end VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    _again(db, content["number"])


def _again(db: Database, number: str, *, known: bool = False) -> None:
    """Works an admission's row out. `known`: only where there is one already."""
    if known and db.execute("SELECT 1 FROM stay WHERE number = ?", (number,)).fetchone() is None:
        return
    db.execute("DELETE FROM stay WHERE number = ?", (number,))
    found = db.execute(
        "SELECT version.record, version.digest FROM slip JOIN version ON version.digest = slip.content "
        "WHERE slip.number = ? AND slip.kind = 'admission'",
        (number,),
    ).fetchone()
    if found is None:
        return
    record = json.loads(found[0])
    # Of two moves the later one counts, by the time that was told; of two told at once the later line.
    move = db.execute(
        "SELECT ward, bed, unit, stamp FROM stay_move WHERE number = ? ORDER BY at DESC, stamp DESC LIMIT 1", (number,)
    ).fetchone()
    end = db.execute(
        "SELECT how, at, note, stamp FROM stay_end WHERE number = ? ORDER BY stamp DESC LIMIT 1", (number,)
    ).fetchone()
    first = (record.get("ward", 0), record.get("bed", ""), record.get("unit", ""))
    ward, bed, unit, moved = move or (*first, "")
    how, at, note, ended = end or ("", "", "", "")
    changed = " ".join(part for part in (found[1][:16], moved, ended) if part)
    row = (number, ward, bed, unit, how, at, note if how else "", changed, _since(record), *first)
    db.execute(f"INSERT INTO stay VALUES ({', '.join('?' * 12)})", row)


def _since(record: dict[str, Any]) -> str:
    """Since when, as the slip says: its own moment, or the day on which somebody who lay there already had come."""
    if not record.get("in_bed"):
        return record["issued"] or ""
    day = record.get("admitted_on", "")
    return datetime.combine(date.fromisoformat(day), time(), INDIA).isoformat() if day else ""
