"""What is known of cards, machines, revoked desks, second copies, and of every act that is told for its own sake."""

import json

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# Facts that are kept as they are: queries read their content.
EVENTS = frozenset({
    FactKind.PASSPHRASE_CHANGED, FactKind.RECOVERY_KEY_MADE, FactKind.KEY_PARTED, FactKind.KEY_TAKEN_OUT,
    FactKind.KEY_PUT_BACK, FactKind.LOGIN_REFUSED, FactKind.CLOCK_TOLD, FactKind.IDENTITY_OPENED, FactKind.INDEX_LOADED,
    FactKind.INDEX_DESTROYED, FactKind.PATIENT_LOOKED_UP, FactKind.EVIDENCE_MADE, FactKind.LOGS_CLOSED,
    FactKind.LOGS_DESTROYED, FactKind.COPY_BEHIND, FactKind.COPY_CAUGHT_UP,
})  # fmt: skip
FACTS = EVENTS | {FactKind.CARD_MADE, FactKind.DESK_REVOKED}

SCHEMA = """
CREATE TABLE card (series INTEGER PRIMARY KEY, certificate TEXT NOT NULL, made TEXT NOT NULL) STRICT;
CREATE TABLE enrolment (series INTEGER NOT NULL, chain TEXT NOT NULL, machine TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (series, chain)) STRICT;
CREATE TABLE revoked (series INTEGER PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL, key TEXT NOT NULL) STRICT;
CREATE TABLE event (key TEXT PRIMARY KEY, fact TEXT NOT NULL, at TEXT NOT NULL, local TEXT NOT NULL,
    series INTEGER NOT NULL, shift TEXT NOT NULL, login TEXT NOT NULL, content TEXT NOT NULL) STRICT;
CREATE INDEX event_fact ON event (fact, key);
"""
TABLES = ("card", "enrolment", "revoked", "event")


def fold_enrolled(db: Database, line: Line) -> None:
    """A desk that was enrolled: where. Two chains that enrolled one series used one card twice."""
    row = (line.content["series"], line.chain, line.content.get("machine", ""), line.at.isoformat())
    db.execute("INSERT OR IGNORE INTO enrolment VALUES (?, ?, ?, ?)", row)


def fold(db: Database, line: Line, key: str) -> None:
    """One of `FACTS`. `key` is the line's identity."""
    content = line.content
    match line.fact:
        case FactKind.CARD_MADE:
            certificate = json.dumps(content["certificate"], ensure_ascii=False)
            db.execute("INSERT OR IGNORE INTO card VALUES (?, ?, ?)", (content["series"], certificate, line.local[:10]))
        case FactKind.DESK_REVOKED:
            row = (content["series"], content["reason"], line.at.isoformat(), key)
            db.execute(
                "INSERT INTO revoked VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, "
                "at = excluded.at, key = excluded.key WHERE excluded.key < revoked.key",
                row,
            )
        case _:
            told = json.dumps(content, ensure_ascii=False, sort_keys=True)
            where = (line.at.isoformat(), line.local, line.series, line.shift, line.by)
            db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (key, line.fact, *where, told))
