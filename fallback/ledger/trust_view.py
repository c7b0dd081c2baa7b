"""What is known of cards, machines, revoked desks, second copies, and of every act that is told for its own sake."""

import json
from typing import Any

from sqlite_utils import Database

from fallback.keys import Certificate
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# Facts that are kept as they are: queries read their content.
EVENTS = frozenset({
    FactKind.PASSPHRASE_CHANGED, FactKind.RECOVERY_KEY_MADE, FactKind.KEY_PARTED, FactKind.KEY_TAKEN_OUT,
    FactKind.KEY_PUT_BACK, FactKind.LOGGED_IN, FactKind.LOGIN_REFUSED, FactKind.LOGIN_FREED,
    FactKind.CLOCK_TOLD, FactKind.IDENTITY_OPENED, FactKind.IDENTITY_RELEASED, FactKind.INDEX_LOADED,
    FactKind.INDEX_DESTROYED, FactKind.PATIENT_LOOKED_UP, FactKind.EVIDENCE_MADE, FactKind.LOGS_CLOSED,
    FactKind.LOGS_DESTROYED, FactKind.COPY_BEHIND, FactKind.COPY_CAUGHT_UP,
    FactKind.KIT_BUILT, FactKind.SELF_CHECKED,
})  # fmt: skip
FACTS = EVENTS | {FactKind.CARD_MADE, FactKind.DESK_REVOKED}

SCHEMA = """
CREATE TABLE card (series INTEGER NOT NULL, certificate TEXT NOT NULL, made TEXT NOT NULL,
    PRIMARY KEY (series, certificate)) STRICT;
CREATE TABLE enrolment (series INTEGER NOT NULL, key TEXT NOT NULL, chain TEXT NOT NULL, machine TEXT NOT NULL,
    at TEXT NOT NULL, name TEXT NOT NULL, certificate TEXT NOT NULL, day TEXT NOT NULL,
    PRIMARY KEY (series, key)) STRICT;
CREATE TABLE revoked (series INTEGER PRIMARY KEY, reason TEXT NOT NULL, at TEXT NOT NULL, key TEXT NOT NULL) STRICT;
CREATE TABLE event (key TEXT PRIMARY KEY, fact TEXT NOT NULL, at TEXT NOT NULL, local TEXT NOT NULL,
    series INTEGER NOT NULL, shift TEXT NOT NULL, login TEXT NOT NULL, content TEXT NOT NULL) STRICT;
CREATE INDEX event_fact ON event (fact, key);
CREATE TABLE stick (chain TEXT NOT NULL, id TEXT NOT NULL, label TEXT NOT NULL, held INTEGER NOT NULL,
    follows INTEGER NOT NULL, gone TEXT NOT NULL, at TEXT NOT NULL, line INTEGER NOT NULL,
    PRIMARY KEY (chain, id)) STRICT;
"""
TABLES = ("card", "enrolment", "revoked", "event", "stick")


def fold_enrolled(db: Database, line: Line, key: str) -> None:
    """A desk that was enrolled. A series with two of them used one card twice: what the desk is called says the line
    with the lesser key, in whatever order they arrive.
    """
    content = line.content
    series, certificate = content["series"], _certificate(content["certificate"])
    row = (series, key, line.chain, content.get("machine", ""), line.at.isoformat(), content["name"], certificate)
    db.execute("INSERT OR IGNORE INTO enrolment VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, line.local[:10]))
    db.execute(
        "INSERT INTO desk (series, name, certificate, enrolled, retired) SELECT series, name, certificate, day, "
        "series IN (SELECT series FROM revoked) FROM enrolment WHERE series = ? ORDER BY key LIMIT 1 "
        "ON CONFLICT DO UPDATE SET name = excluded.name, certificate = excluded.certificate, "
        "enrolled = excluded.enrolled, retired = max(retired, excluded.retired)",
        (series,),
    )


def _certificate(record: dict[str, Any]) -> str:
    """A certificate as it is kept. One that cannot be read is refused here: later no desk could write its keys."""
    Certificate.from_record(record)
    return json.dumps(record, ensure_ascii=False)


def fold(db: Database, line: Line, key: str) -> None:
    """One of `FACTS`. `key` is the line's identity."""
    content = line.content
    match line.fact:
        case FactKind.CARD_MADE:
            certificate = _certificate(content["certificate"])
            db.execute(
                "INSERT INTO card VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET made = min(made, excluded.made)",
                (content["series"], certificate, line.local[:10]),
            )
        case FactKind.DESK_REVOKED:
            row = (content["series"], content["reason"], line.at.isoformat(), key)
            db.execute(
                "INSERT INTO revoked VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, "
                "at = excluded.at, key = excluded.key WHERE excluded.key < revoked.key",
                row,
            )
            db.execute("UPDATE desk SET retired = 1 WHERE series = ?", (content["series"],))
        case _:
            told = json.dumps(content, ensure_ascii=False, sort_keys=True)
            where = (line.at.isoformat(), line.local, line.series, line.shift, line.by)
            db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (key, line.fact, *where, told))
            if line.fact in (FactKind.COPY_BEHIND, FactKind.COPY_CAUGHT_UP):
                _fold_copy(db, line)


def _fold_copy(db: Database, line: Line) -> None:
    """What a chain said last of a stick."""
    content, follows = line.content, line.fact is FactKind.COPY_CAUGHT_UP
    row = (line.chain, content.get("stick", ""), content.get("label", ""), content["sequence"], int(follows))
    db.execute(
        "INSERT INTO stick VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET label = excluded.label, "
        "held = excluded.held, follows = excluded.follows, gone = excluded.gone, at = excluded.at, "
        "line = excluded.line WHERE excluded.line > stick.line",
        (*row, content.get("gone", ""), line.at.isoformat(), line.sequence),
    )
