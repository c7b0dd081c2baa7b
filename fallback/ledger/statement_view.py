"""The tables of signed papers that are no slips: what a shift's sheet says of voids and numbers outlives the journal.

A rebuild from paper alone would revive every slip whose void never came back; the shift's sheet names it.
"""

import json
from typing import Any

from sqlite_utils import Database

from fallback.downtime import shift_key
from fallback.ledger.journal import Line
from fallback.slip import SlipNumber

SCHEMA = """
CREATE TABLE statement (digest TEXT PRIMARY KEY, type TEXT NOT NULL, record TEXT NOT NULL,
    payload BLOB NOT NULL) STRICT;
CREATE INDEX statement_day ON statement (record ->> '$.clinic', record ->> '$.day') WHERE type = 'day';
CREATE TABLE void_told (number TEXT PRIMARY KEY, shift TEXT NOT NULL) STRICT;
"""


def fold_believed(db: Database, line: Line) -> list[SlipNumber]:
    """Keeps a statement; returns the numbers that it names: those it voids, and the last that its shift used."""
    record: dict[str, Any] = line.content["statement"]
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    row = (line.content["digest"], record["type"], text, line.payload)
    db.execute("INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?)", row)
    if record["type"] != "shift":
        return []
    named = _named(record)
    for number in record["voids"]:
        _void(db, number, shift_key(record["series"], record["ordinal"]))
    return named


def fold_disbelieved(db: Database, record: dict[str, Any]) -> list[SlipNumber]:
    """What a statement told, which is taken away by now, is not known any more, unless others tell it too; returns the
    numbers that it named.
    """
    if record["type"] != "shift":
        return []
    for number in record["voids"]:
        db.execute("DELETE FROM void_told WHERE number = ?", (SlipNumber.parse(number).text,))
        others = db.execute(
            "SELECT statement.record ->> '$.series', statement.record ->> '$.ordinal' FROM statement, "
            "json_each(statement.record, '$.voids') WHERE statement.type = 'shift' AND json_each.value = ?",
            (number,),
        )
        for series, ordinal in others.fetchall():
            _void(db, number, shift_key(series, ordinal))
    return _named(record)


def _named(record: dict[str, Any]) -> list[SlipNumber]:
    voids = [SlipNumber.parse(number) for number in record["voids"]]
    return voids + ([SlipNumber(record["series"], record["last"])] if record["last"] else [])


def _void(db: Database, number: str, shift: str) -> None:
    db.execute(
        "INSERT INTO void_told VALUES (?, ?) ON CONFLICT DO UPDATE SET shift = min(shift, excluded.shift)",
        (SlipNumber.parse(number).text, shift),
    )


def is_void(db: Database, number: str) -> bool:
    """Whether a shift's sheet says that a number was voided."""
    return db.execute("SELECT 1 FROM void_told WHERE number = ?", (number,)).fetchone() is not None
