"""What people said of each target before its first slip: the check list, the first slips looked at, and its pauses."""

import json

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE target_check (target TEXT NOT NULL, point TEXT NOT NULL, answer TEXT NOT NULL, note TEXT NOT NULL,
    login TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (target, point)) STRICT;
CREATE TABLE canary (target TEXT PRIMARY KEY, numbers TEXT NOT NULL, note TEXT NOT NULL, login TEXT NOT NULL,
    at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE pause (target TEXT PRIMARY KEY, paused INTEGER NOT NULL, reason TEXT NOT NULL, login TEXT NOT NULL,
    at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
"""
TABLES = ("target_check", "canary", "pause")
FACTS = frozenset({FactKind.TARGET_CHECKED, FactKind.CANARY_CONFIRMED, FactKind.IMPORT_PAUSED, FactKind.IMPORT_RESUMED})


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`; of two the one with the greater stamp counts."""
    content, who = line.content, (line.by, line.at.isoformat(), stamp)
    match line.fact:
        case FactKind.TARGET_CHECKED:
            said = (content["target"], content["point"], content["answer"], content.get("note", ""))
            _latest(db, "target_check", ("target", "point"), ("target", "point", "answer", "note"), (*said, *who))
        case FactKind.CANARY_CONFIRMED:
            numbers = json.dumps(content["numbers"])
            seen = (content["target"], numbers, content.get("note", ""))
            _latest(db, "canary", ("target",), ("target", "numbers", "note"), (*seen, *who))
        case _:
            paused = int(line.fact is FactKind.IMPORT_PAUSED)
            told = (content["target"], paused, content.get("reason", ""))
            _latest(db, "pause", ("target",), ("target", "paused", "reason"), (*told, *who))


def _latest(db: Database, table: str, key: tuple[str, ...], said: tuple[str, ...], row: tuple[object, ...]) -> None:
    columns = (*said, "login", "at", "stamp")
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
    db.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
        f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets} WHERE excluded.stamp > {table}.stamp",
        row,
    )
