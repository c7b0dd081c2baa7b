"""How fast slips are issued: counted by the quarter of an hour and by desk, while the lines arrive.

Each line counts once, so the counts are the same in whatever order chains meet. What a line says of a fuller clinic or
of look-alikes that were passed over is counted with it.
"""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE pace (day TEXT NOT NULL, quarter INTEGER NOT NULL, series INTEGER NOT NULL, issued INTEGER NOT NULL,
    alike INTEGER NOT NULL, overbooked INTEGER NOT NULL, PRIMARY KEY (day, quarter, series)) STRICT, WITHOUT ROWID;
"""
TABLES = ("pace",)
FACTS = frozenset({FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED})


def fold(db: Database, line: Line, _stamp: str) -> None:
    """Counts a slip where it gets its content: when it is issued, or when a blank one is filled in at a desk."""
    content = line.content
    if line.fact is FactKind.SLIP_REVISED and not (content.get("change") == "pad" and line.shift):
        return
    quarter = int(line.local[11:13]) * 4 + int(line.local[14:16]) // 15
    told = (int(bool(content.get("alike"))), int(bool(content.get("overbooked"))))
    db.execute(
        "INSERT INTO pace VALUES (?, ?, ?, 1, ?, ?) ON CONFLICT DO UPDATE SET issued = issued + 1, "
        "alike = alike + excluded.alike, overbooked = overbooked + excluded.overbooked",
        (line.local[:10], quarter, line.series, *told),
    )
