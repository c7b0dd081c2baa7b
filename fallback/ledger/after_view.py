"""What is done after the import: repairs, cross-walks and who has them, visits and accounts that were closed."""

import json

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# `repair` has the newest order of a slip at a target; it is open while it was opened after it was closed. `walk` has a
# row for each line that says under which patient a slip is there: what a department was told is worked out from it.
SCHEMA = """
CREATE TABLE repair (number TEXT NOT NULL, target TEXT NOT NULL, opened TEXT NOT NULL, content TEXT NOT NULL,
    login TEXT NOT NULL, at TEXT NOT NULL, closed TEXT NOT NULL, note TEXT NOT NULL, closed_by TEXT NOT NULL,
    closed_at TEXT NOT NULL, PRIMARY KEY (number, target)) STRICT;
CREATE INDEX repair_open ON repair (target, number) WHERE opened > closed;
CREATE TABLE repair_told (line TEXT PRIMARY KEY, number TEXT NOT NULL, target TEXT NOT NULL, who TEXT NOT NULL,
    note TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX repair_told_number ON repair_told (number, target);
CREATE TABLE walk (chain TEXT NOT NULL, sequence INTEGER NOT NULL, number TEXT NOT NULL, target TEXT NOT NULL,
    revision INTEGER NOT NULL, patient TEXT NOT NULL, uhid TEXT NOT NULL, how TEXT NOT NULL, stamp TEXT NOT NULL,
    PRIMARY KEY (chain, sequence)) STRICT;
CREATE INDEX walk_number ON walk (target, number, stamp);
CREATE INDEX walk_uhid ON walk (target, uhid, number);
CREATE TABLE walk_given (line TEXT PRIMARY KEY, department TEXT NOT NULL, target TEXT NOT NULL, form TEXT NOT NULL,
    count INTEGER NOT NULL, sha256 TEXT NOT NULL, until TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE TABLE walk_received (line TEXT PRIMARY KEY, department TEXT NOT NULL, sha256 TEXT NOT NULL,
    receipt TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE outcome_closed (number TEXT PRIMARY KEY, reason TEXT NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE TABLE account_end (target TEXT PRIMARY KEY, closed INTEGER NOT NULL, content TEXT NOT NULL, login TEXT NOT NULL,
    at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE uhid_seen (line TEXT PRIMARY KEY, number TEXT NOT NULL, uhid TEXT NOT NULL, by_card INTEGER NOT NULL,
    login TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE INDEX uhid_seen_number ON uhid_seen (number);
"""
TABLES = (
    "repair", "repair_told", "walk", "walk_given", "walk_received", "outcome_closed", "account_end", "uhid_seen",
)  # fmt: skip
FACTS = frozenset({
    FactKind.REPAIR_OPENED, FactKind.REPAIR_TOLD, FactKind.REPAIR_CLOSED, FactKind.SLIP_CONFIRMED,
    FactKind.CROSSWALK_GIVEN, FactKind.CROSSWALK_RECEIVED, FactKind.OUTCOME_CLOSED, FactKind.ACCOUNT_CLOSED,
    FactKind.ACCOUNT_REOPENED, FactKind.UHID_SEEN,
})  # fmt: skip


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`: rows of their own, or the greater stamp wins."""
    content, key, who = line.content, f"{line.sequence:012d} {line.chain}", (line.by, line.at.isoformat())
    match line.fact:
        case FactKind.REPAIR_OPENED:
            text = json.dumps(content, ensure_ascii=False, sort_keys=True)
            db.execute(
                "INSERT INTO repair VALUES (?, ?, ?, ?, ?, ?, '', '', '', '') ON CONFLICT DO UPDATE SET "
                "opened = excluded.opened, content = excluded.content, login = excluded.login, at = excluded.at "
                "WHERE excluded.opened > repair.opened",
                (content["number"], content["target"], stamp, text, *who),
            )
        case FactKind.REPAIR_CLOSED:
            db.execute(
                "INSERT INTO repair VALUES (?, ?, '', '{}', '', '', ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "closed = excluded.closed, note = excluded.note, closed_by = excluded.closed_by, "
                "closed_at = excluded.closed_at WHERE excluded.closed > repair.closed",
                (content["number"], content["target"], stamp, content["note"], *who),
            )
            if content.get("uhid") or content.get("patient"):
                _walk(db, line, stamp, content.get("revision", 0), "repaired")
        case FactKind.REPAIR_TOLD:
            told = (content["number"], content["target"], content["who"], content["note"])
            _row(db, "repair_told", key, *told, *who, stamp)
        case FactKind.SLIP_CONFIRMED:
            how = "linked" if content.get("linked") else "created" if content.get("created") else "found"
            _walk(db, line, stamp, content["revision"], how)
        case FactKind.CROSSWALK_GIVEN:
            until = json.dumps(content["until"], sort_keys=True)
            given = (content["department"], content.get("target", ""), content["form"], content["count"])
            _row(db, "walk_given", key, *given, content["sha256"], until, *who, stamp)
        case FactKind.CROSSWALK_RECEIVED:
            _row(db, "walk_received", key, content["department"], content["sha256"], content["receipt"], *who, stamp)
        case FactKind.OUTCOME_CLOSED:
            db.execute(
                "INSERT INTO outcome_closed VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET reason = excluded.reason, "
                "login = excluded.login, at = excluded.at, stamp = excluded.stamp "
                "WHERE excluded.stamp > outcome_closed.stamp",
                (content["number"], content["reason"], *who, stamp),
            )
        case FactKind.UHID_SEEN:
            _row(db, "uhid_seen", key, content["number"], content["uhid"], int(content["by_card"]), *who)
        case _:
            closed = int(line.fact is FactKind.ACCOUNT_CLOSED)
            text = json.dumps(content, ensure_ascii=False, sort_keys=True)
            db.execute(
                "INSERT INTO account_end VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET closed = excluded.closed, "
                "content = excluded.content, login = excluded.login, at = excluded.at, stamp = excluded.stamp "
                "WHERE excluded.stamp > account_end.stamp",
                (content["target"], closed, text, *who, stamp),
            )


def _walk(db: Database, line: Line, stamp: str, revision: int, how: str) -> None:
    content = line.content
    told = (content["number"], content["target"], revision, content.get("patient", ""), content.get("uhid", ""))
    _row(db, "walk", line.chain, line.sequence, *told, how, stamp)


def _row(db: Database, table: str, *row: object) -> None:
    db.execute(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' for _ in row)})", row)
