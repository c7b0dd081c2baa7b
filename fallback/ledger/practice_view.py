"""Who practised when: a row for each practice, by its code, so that it counts once however often it is told."""

import json

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE practised (code TEXT PRIMARY KEY, day TEXT NOT NULL, counter TEXT NOT NULL, people TEXT NOT NULL,
    scenes TEXT NOT NULL, minutes INTEGER NOT NULL, score INTEGER NOT NULL, kind TEXT NOT NULL, login TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE INDEX practised_day ON practised (day);
"""
TABLES = ("practised",)
FACTS = frozenset({FactKind.PRACTISED})


def fold(db: Database, line: Line, stamp: str) -> None:
    """A practice; of two lines with one code the earlier one, in whatever order they arrive."""
    content = line.content
    told = (content["day"], content["counter"], _text(content["people"]), _text(content["scenes"]))
    counted = (content["minutes"], content["score"], content["kind"])
    db.execute(
        "INSERT INTO practised VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET day = excluded.day, "
        "counter = excluded.counter, people = excluded.people, scenes = excluded.scenes, minutes = excluded.minutes, "
        "score = excluded.score, kind = excluded.kind, login = excluded.login, stamp = excluded.stamp "
        "WHERE excluded.stamp < practised.stamp",
        (content["code"], *told, *counted, line.by, stamp),
    )


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
