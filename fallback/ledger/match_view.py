"""The table of who is whom: of each slip what the matcher says, what a person says, and what a second one thinks of it.

A person's word names the lines that it saw (`over`), and those count no more. Where offices that never met said
something each, the newest word that nobody has gone over stands here, `rivals` tells of one that contradicts it, and
`match_word` has them all. What counts is worked out when it is asked for (see `queries.matches`): a word about an older
version of the slip may count no more.
"""

import json
from dataclasses import dataclass
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
    said_stamp TEXT NOT NULL DEFAULT '', rivals INTEGER NOT NULL DEFAULT 0,
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
CREATE TABLE match_word (number TEXT NOT NULL, stamp TEXT NOT NULL, look INTEGER NOT NULL, said TEXT NOT NULL,
    person TEXT NOT NULL, agrees INTEGER NOT NULL, login TEXT NOT NULL, at TEXT NOT NULL, digest TEXT NOT NULL,
    whose TEXT NOT NULL, reason TEXT NOT NULL, shown TEXT NOT NULL, sample INTEGER NOT NULL, risky INTEGER NOT NULL,
    over TEXT NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (number, stamp)) STRICT, WITHOUT ROWID;
CREATE TABLE match_model (one INTEGER PRIMARY KEY, content TEXT NOT NULL, at TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE beside (number TEXT PRIMARY KEY, field TEXT NOT NULL, answer TEXT NOT NULL, alike TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
"""
TABLES = ("match", "match_word", "match_model", "beside")
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
_OLD = "null"  # the `over` of a line of before words named what they saw: it goes over all that is earlier
# The columns of `match` that a person's word fills, and those of a second look, each after its own in `match_word`.
_SAID = {
    "said": "said", "said_digest": "digest", "said_person": "person", "said_whose": "whose", "said_reason": "reason",
    "said_shown": "shown", "said_sample": "sample", "said_risky": "risky", "said_by": "login", "said_at": "at",
    "said_stamp": "stamp",
}  # fmt: skip
_LOOK = {
    "second": "said", "second_person": "person", "second_agrees": "agrees", "second_by": "login", "second_at": "at",
    "second_stamp": "stamp",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Word:
    """A line of `match_word`, as far as it is weighed against the others."""

    stamp: str
    look: int
    said: str
    person: str
    agrees: int
    over: str
    open: int


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
        case FactKind.MATCH_DECIDED | FactKind.MATCH_CHECKED | FactKind.MATCH_REOPENED:
            look = line.fact is FactKind.MATCH_CHECKED
            db.execute(
                f"INSERT OR IGNORE INTO match_word VALUES ({', '.join('?' * 15)}, 0)",
                (
                    told["number"], stamp, int(look), told.get("decision", ""), told.get("to", ""),
                    int(told.get("agrees", False)), line.by, at, told.get("digest", ""), told.get("whose", ""),
                    told.get("reason", ""), _json(told.get("shown", [])), int(told.get("sample", False)),
                    int(told.get("risky", False)), _json(told.get("over")),
                ),
            )  # fmt: skip
            _weigh(db, told["number"])


def _weigh(db: Database, number: str) -> None:
    """Works out anew which words on a slip stand, from all of them: so it is the same whichever came first."""
    rows = db.execute(
        "SELECT stamp, look, said, person, agrees, over, open FROM match_word WHERE number = ?", (number,)
    ).fetchall()
    lines = [_Word(*row) for row in rows]
    words = [each for each in lines if not each.look]
    gone = {stamp for each in words for stamp in json.loads(each.over) or ()}
    newest = max((each.stamp for each in words), default="")
    old = max((each.stamp for each in words if each.over == _OLD), default="")
    standing = [
        each for each in words if not (each.stamp in gone or each.stamp < (newest if each.over == _OLD else old))
    ]
    said = max(standing or words, key=lambda each: (each.said != "", each.stamp), default=None)
    looks = [each for each in lines if each.look and each.stamp not in gone and (said is None or _after(each, said))]
    # Of looks that never met, the one that does not agree counts: it is shown to a third person.
    look = max(looks, key=lambda each: (not (each.agrees and _same(each, said)), each.stamp), default=None)
    for each in lines:
        stands = int(each in standing or each in looks)
        if stands != each.open:
            db.execute("UPDATE match_word SET open = ? WHERE number = ? AND stamp = ?", (stands, number, each.stamp))
    rivals = int(any(each.said and not _same(each, said) for each in standing))
    db.execute(
        "INSERT INTO match (number, rivals) VALUES (?, ?) ON CONFLICT DO UPDATE SET rivals = excluded.rivals",
        (number, rivals),
    )
    if said is not None:
        _copy(db, number, _SAID, said)
    if look is not None:
        _copy(db, number, _LOOK, look)
    else:  # one that was at an earlier word
        db.execute(
            "UPDATE match SET second = '', second_person = '', second_agrees = 0, second_by = '', second_at = '', "
            "second_stamp = '' WHERE number = ? AND second_stamp <> ''",
            (number,),
        )


def _same(one: _Word, other: _Word | None) -> bool:
    return other is not None and (one.said, one.person) == (other.said, other.person)


def _after(look: _Word, said: _Word) -> bool:
    """Whether a second look is at this word, or at one that the word's office had not heard it of."""
    return look.stamp > said.stamp or _OLD not in (look.over, said.over)


def _copy(db: Database, number: str, columns: dict[str, str], word: _Word) -> None:
    """Copies a word into the row of its slip."""
    db.execute(
        f"UPDATE match SET ({', '.join(columns)}) = (SELECT {', '.join(columns.values())} FROM match_word AS word "
        "WHERE word.number = ?1 AND word.stamp = ?2) WHERE number = ?1",
        (number, word.stamp),
    )


def _newest(db: Database, number: str, columns: tuple[str, ...], row: tuple[Any, ...]) -> None:
    """Writes the matcher's word on a slip, unless a line with a greater stamp (the last column) said it already."""
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
