"""The paper that lies at each desk: what was told last, each sheet since then, and whether the desk saves paper."""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# `sheet_used` holds a row for each print of a desk; what came before the last telling is not counted.
SCHEMA = """
CREATE TABLE sheets (series INTEGER PRIMARY KEY, told INTEGER NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE sheet_used (series INTEGER NOT NULL, stamp TEXT NOT NULL, digest TEXT NOT NULL, reprint INTEGER NOT NULL,
    PRIMARY KEY (series, stamp)) STRICT, WITHOUT ROWID;
CREATE TABLE economy (series INTEGER PRIMARY KEY, saves INTEGER NOT NULL, stamp TEXT NOT NULL) STRICT;
"""
TABLES = ("sheets", "sheet_used", "economy")
FACTS = frozenset({FactKind.SHEETS_TOLD, FactKind.ECONOMY_SET, FactKind.SLIP_PRINTED, FactKind.SLIP_REPRINTED})


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    content = line.content
    match line.fact:
        case FactKind.SHEETS_TOLD:
            db.execute(
                "INSERT INTO sheets VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET told = excluded.told, "
                "stamp = excluded.stamp WHERE excluded.stamp > sheets.stamp",
                (line.series, content["sheets"], stamp),
            )
        case FactKind.ECONOMY_SET:
            db.execute(
                "INSERT INTO economy VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET saves = excluded.saves, "
                "stamp = excluded.stamp WHERE excluded.stamp > economy.stamp",
                (line.series, int(content["on"]), stamp),
            )
        case FactKind.SLIP_REPRINTED if content.get("printer") or "digest" not in content:
            pass  # it waits for a printer, and is a print of its own then
        case _:
            reprint = content.get("count", content.get("reprint", 0))
            db.execute(
                "INSERT OR IGNORE INTO sheet_used VALUES (?, ?, ?, ?)", (line.series, stamp, content["digest"], reprint)
            )
