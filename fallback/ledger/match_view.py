"""The table of who is whom: of each slip what the matcher says, what a person says, and what a second one thinks of it.

Each of the three is the newest line of its kind. What counts of them is worked out when it is asked for (see
`queries.matches`): a word about an older version of the slip may count no more.
"""

import json
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# The machine's columns first; `said_` are a person's, `second_` those of whoever checked that. `person` is `uhid:` or a
# slip number, "" of nobody; `whose` is what that slip said then. `beside` is what the desk learnt while it typed: the
# answer to the question that decides, and the people who stood beside the form and were not taken.
SCHEMA = """
CREATE TABLE match (number TEXT PRIMARY KEY, digest TEXT NOT NULL DEFAULT '', idx TEXT NOT NULL DEFAULT '',
    outcome TEXT NOT NULL DEFAULT '', person TEXT NOT NULL DEFAULT '', chance REAL NOT NULL DEFAULT 0,
    reasons TEXT NOT NULL DEFAULT '[]', others TEXT NOT NULL DEFAULT '[]', sample INTEGER NOT NULL DEFAULT 0,
    whose TEXT NOT NULL DEFAULT '', stamp TEXT NOT NULL DEFAULT '',
    said TEXT NOT NULL DEFAULT '', said_digest TEXT NOT NULL DEFAULT '', said_person TEXT NOT NULL DEFAULT '',
    said_whose TEXT NOT NULL DEFAULT '',
    said_reason TEXT NOT NULL DEFAULT '', said_shown TEXT NOT NULL DEFAULT '[]', said_sample INTEGER NOT NULL DEFAULT 0,
    said_risky INTEGER NOT NULL DEFAULT 0, said_by TEXT NOT NULL DEFAULT '', said_at TEXT NOT NULL DEFAULT '',
    said_stamp TEXT NOT NULL DEFAULT '',
    second TEXT NOT NULL DEFAULT '', second_person TEXT NOT NULL DEFAULT '', second_agrees INTEGER NOT NULL DEFAULT 0,
    second_by TEXT NOT NULL DEFAULT '', second_at TEXT NOT NULL DEFAULT '', second_stamp TEXT NOT NULL DEFAULT ''
    ) STRICT;
CREATE INDEX match_outcome ON match (outcome, said);
CREATE INDEX match_person ON match (person) WHERE person <> '';
CREATE INDEX match_said_person ON match (said_person) WHERE said_person <> '';
CREATE INDEX match_sample ON match (sample) WHERE sample = 1;
CREATE INDEX match_said_at ON match (said_at, said_by) WHERE said_by <> '';
CREATE INDEX match_second_at ON match (second_at, second_by) WHERE second_by <> '';
CREATE INDEX match_checked ON match (number) WHERE said_sample = 1;
CREATE TABLE match_model (one INTEGER PRIMARY KEY, content TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE beside (number TEXT PRIMARY KEY, field TEXT NOT NULL, answer TEXT NOT NULL, alike TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
"""
TABLES = ("match", "match_model", "beside")
FACTS = frozenset(
    {
        FactKind.MATCHER_LEARNT,
        FactKind.SLIP_MATCHED,
        FactKind.MATCH_DECIDED,
        FactKind.MATCH_CHECKED,
        FactKind.MATCH_REOPENED,
        FactKind.SLIP_ISSUED,
    }
)

_MACHINE = ("digest", "idx", "outcome", "person", "chance", "reasons", "others", "sample", "whose", "stamp")
_PERSON = (
    "said", "said_digest", "said_person", "said_reason", "said_shown", "said_sample", "said_risky", "said_whose",
    "said_by", "said_at", "said_stamp",
)  # fmt: skip
_SECOND = ("second", "second_person", "second_agrees", "second_by", "second_at", "second_stamp")


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    told, at = line.content, line.at.isoformat()
    match line.fact:
        case FactKind.SLIP_ISSUED:
            _fold_beside(db, line, stamp)
        case FactKind.MATCHER_LEARNT:
            db.execute(
                "INSERT INTO match_model VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET content = excluded.content, "
                "at = excluded.at, stamp = excluded.stamp WHERE excluded.stamp > match_model.stamp",
                (json.dumps(told, ensure_ascii=False, sort_keys=True), at, stamp),
            )
        case FactKind.SLIP_MATCHED:
            _newest(
                db,
                told["number"],
                _MACHINE,
                (
                    told["digest"], told["index"], told["outcome"], told["to"], float(told["chance"]),
                    _json(told["reasons"]), _json(told["others"]), int(told.get("sample", False)),
                    told.get("whose", ""), stamp,
                ),
            )  # fmt: skip
        case FactKind.MATCH_DECIDED:
            _newest(
                db,
                told["number"],
                _PERSON,
                (
                    told["decision"], told["digest"], told["to"], told["reason"], _json(told["shown"]),
                    int(told.get("sample", False)), int(told.get("risky", False)), told.get("whose", ""), line.by,
                    at, stamp,
                ),
            )  # fmt: skip
        case FactKind.MATCH_REOPENED:
            _newest(db, told["number"], _PERSON, ("", "", "", told["reason"], "[]", 0, 0, "", line.by, at, stamp))
        case FactKind.MATCH_CHECKED:
            row = (told["decision"], told["to"], int(told["agrees"]), line.by, at, stamp)
            _newest(db, told["number"], _SECOND, row)


def _newest(db: Database, number: str, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
    """Writes one of the three words on a slip, unless a line with a greater stamp (the last column) said it already."""
    sets = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(
        f"INSERT INTO match (number, {', '.join(columns)}) VALUES (?, {', '.join('?' * len(columns))}) "
        f"ON CONFLICT (number) DO UPDATE SET {sets} WHERE excluded.{columns[-1]} > match.{columns[-1]}",
        (number, *row),
    )


def _fold_beside(db: Database, line: Line, stamp: str) -> None:
    """What stood beside the form; a slip of a hidden or unknown patient is like nobody."""
    record, asked, alike = line.content["slip"], line.content.get("asked", {}), line.content.get("alike", [])
    if (asked or alike) and not record["sealed"] and not record["alias"]:
        db.execute(
            "INSERT INTO beside VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET field = excluded.field, "
            "answer = excluded.answer, alike = excluded.alike, stamp = excluded.stamp "
            "WHERE excluded.stamp > beside.stamp",
            (record["number"], asked.get("field", ""), asked.get("answer", ""), _json(alike), stamp),
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
