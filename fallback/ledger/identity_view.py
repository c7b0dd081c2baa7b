"""What the journal has of confidential patients besides their slips: sealed rests, and as whom they may be sent."""

from sqlite_utils import Database

from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE sealed_rest (digest TEXT PRIMARY KEY, rest TEXT NOT NULL) STRICT;
CREATE TABLE released (number TEXT NOT NULL, seal TEXT NOT NULL, sent_as TEXT NOT NULL, stamp TEXT NOT NULL,
    PRIMARY KEY (number, seal)) STRICT;
"""
TABLES = ("sealed_rest", "released")


def fold_rest(db: Database, line: Line) -> None:
    """What was sealed beside a version's identity, where its line has it: a paper has not."""
    if rest := line.content.get("sealed_rest", ""):
        db.execute("INSERT OR IGNORE INTO sealed_rest VALUES (?, ?)", (line.content["digest"], rest))


def fold_released(db: Database, line: Line, stamp: str) -> None:
    """As whom a sealed slip may be sent; the line with the greater stamp wins."""
    content = line.content
    db.execute(
        "INSERT INTO released VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET sent_as = excluded.sent_as, "
        "stamp = excluded.stamp WHERE excluded.stamp > released.stamp",
        (content["number"], content["seal"], content["sent_as"], stamp),
    )
