"""Pictures of a hospital system's own page, kept as evidence of what it showed of a slip."""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE proof (picture TEXT NOT NULL, number TEXT NOT NULL, target TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (number, picture)) STRICT;
"""
TABLES = ("proof",)
FACTS = frozenset({FactKind.SLIP_CONFIRMED, FactKind.SLIP_HELD, FactKind.SLIP_FAILED})


def fold(db: Database, line: Line, _stamp: str) -> None:
    """One line may bring one picture; the earliest that names it counts, in whatever order they come."""
    if picture := line.content.get("evidence", ""):
        at = line.at.isoformat()
        db.execute(
            "INSERT INTO proof VALUES (?, ?, ?, ?) ON CONFLICT (number, picture) DO UPDATE SET "
            "at = min(at, excluded.at), target = CASE WHEN excluded.at < at THEN excluded.target ELSE target END",
            (picture, line.content["number"], line.content["target"], at),
        )
