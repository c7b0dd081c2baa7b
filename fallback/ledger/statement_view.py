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
CREATE TABLE void_told (number TEXT PRIMARY KEY, shift TEXT NOT NULL) STRICT;
"""


def fold_read(db: Database, line: Line) -> list[SlipNumber]:
    """Keeps a statement; returns the numbers that it names: those it voids, and the last that its shift used."""
    record: dict[str, Any] = line.content["statement"]
    text = json.dumps(record, ensure_ascii=False, sort_keys=True)
    row = (line.content["digest"], record["type"], text, line.payload)
    db.execute("INSERT OR IGNORE INTO statement VALUES (?, ?, ?, ?)", row)
    if record["type"] != "shift":
        return []
    shift = shift_key(record["series"], record["ordinal"])
    voids = [SlipNumber.parse(number) for number in record["voids"]]
    for number in voids:
        db.execute(
            "INSERT INTO void_told VALUES (?, ?) ON CONFLICT DO UPDATE SET shift = min(shift, excluded.shift)",
            (number.text, shift),
        )
    return voids + ([SlipNumber(record["series"], record["last"])] if record["last"] else [])


def is_void(db: Database, number: str) -> bool:
    """Whether a shift's sheet says that a number was voided."""
    return db.execute("SELECT 1 FROM void_told WHERE number = ?", (number,)).fetchone() is not None
