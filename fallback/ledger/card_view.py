"""The tables of patients' own cards: whose ABHA a slip names, and of whose registration an Aadhaar's code was read."""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# `abha` holds what any version of a slip named: who was once registered with it is found by it.
SCHEMA = """
CREATE TABLE abha (abha TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (abha, number)) STRICT, WITHOUT ROWID;
CREATE TABLE shown (number TEXT PRIMARY KEY, last4 TEXT NOT NULL, trust TEXT NOT NULL) STRICT;
"""
TABLES = ("abha", "shown")
FACTS = frozenset({FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_READ})


def fold(db: Database, line: Line, _stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    record = line.content["slip"]
    if record["abha"]:
        db.execute("INSERT OR IGNORE INTO abha VALUES (?, ?)", (record["abha"], record["number"]))
    if shown := line.content.get("shown"):
        db.execute(  # a card that was used in two journals: of the two the same one everywhere
            "INSERT INTO shown VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last4 = excluded.last4, "
            "trust = excluded.trust WHERE (excluded.last4, excluded.trust) < (shown.last4, shown.trust)",
            (record["number"], shown["last4"], shown["check"]),
        )
