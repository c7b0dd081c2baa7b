"""What counters did for a slip, and what they took back: each line is a row, so chains that meet lose neither."""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE service (line TEXT PRIMARY KEY, number TEXT NOT NULL, counter TEXT NOT NULL, what TEXT NOT NULL,
    done INTEGER NOT NULL, again INTEGER NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL,
    day TEXT NOT NULL, login TEXT NOT NULL, chain TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX service_number ON service (number);
CREATE INDEX service_counter ON service (counter, day);
CREATE TABLE service_sum (number TEXT NOT NULL, counter TEXT NOT NULL, what TEXT NOT NULL, unaware INTEGER NOT NULL,
    PRIMARY KEY (number, counter, what)) STRICT;
CREATE INDEX service_twice ON service_sum (unaware) WHERE unaware > 1;
"""
TABLES = ("service", "service_sum")
FACTS = frozenset({FactKind.SERVICE_DONE, FactKind.SERVICE_UNDONE})


def fold(db: Database, line: Line, stamp: str) -> None:
    """A row for a line: something was done (`done` 1), or taken back (0); and how often it was done by people who did
    not know that it was done already, less what was taken back.
    """
    content, done = line.content, line.fact is FactKind.SERVICE_DONE
    row = (
        f"{line.sequence:012d} {line.chain}",
        content["number"],
        content["counter"],
        content["what"],
        int(done),
        int(bool(content.get("again", False))),
        content.get("digest", ""),
        content.get("reason", ""),
        line.at.isoformat(),
        line.local[:10],
        line.by,
        line.chain,
        stamp,
    )
    db.execute(f"INSERT INTO service VALUES ({', '.join('?' * 13)})", row)
    unaware = 0 if content.get("again", False) else 1 if done else -1
    db.execute(
        "INSERT INTO service_sum VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET unaware = unaware + excluded.unaware",
        (content["number"], content["counter"], content["what"], unaware),
    )
