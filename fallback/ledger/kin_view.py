"""The tables of kin: which slips are of a mother's newborns, and who an unidentified patient turned out to be."""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# `person` is a slip number or `uhid:`, "" where a link was taken back.
SCHEMA = """
CREATE TABLE newborn (mother TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (mother, number)) STRICT;
CREATE TABLE linked (number TEXT PRIMARY KEY, person TEXT NOT NULL, reason TEXT NOT NULL, login TEXT NOT NULL,
    at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX linked_person ON linked (person) WHERE person <> '';
"""
TABLES = ("newborn", "linked")
FACTS = frozenset({FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_READ, FactKind.PATIENTS_LINKED})


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    content = line.content
    if line.fact is FactKind.PATIENTS_LINKED:
        row = (content["number"], content["to"], content["reason"], line.by, line.at.isoformat(), stamp)
        db.execute(
            "INSERT INTO linked VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET person = excluded.person, "
            "reason = excluded.reason, login = excluded.login, at = excluded.at, stamp = excluded.stamp "
            "WHERE excluded.stamp > linked.stamp",
            row,
        )
    elif mother := content["slip"]["mother"]:
        db.execute("INSERT OR IGNORE INTO newborn VALUES (?, ?)", (mother, content["slip"]["number"]))
