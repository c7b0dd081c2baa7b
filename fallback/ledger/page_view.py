"""The tables of scanned pages: which batch brought them, what is on them, and what people said about them.

A decision is the newest line about its page, and taking it back is a newer line: nothing is changed, all of it is kept.
"""

import json
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

SCHEMA = """
CREATE TABLE stored (batch TEXT NOT NULL, file TEXT NOT NULL, page INTEGER NOT NULL, picture TEXT NOT NULL,
    stamp TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (batch, file, page, picture)) STRICT;
CREATE INDEX stored_picture ON stored (picture);
CREATE TABLE page (picture TEXT PRIMARY KEY, file TEXT NOT NULL, page INTEGER NOT NULL, batch TEXT NOT NULL,
    outcome TEXT NOT NULL, problem TEXT NOT NULL, suggested TEXT NOT NULL, trouble TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE INDEX page_outcome ON page (outcome);
CREATE TABLE page_code (picture TEXT NOT NULL, place INTEGER NOT NULL, outcome TEXT NOT NULL, number TEXT NOT NULL,
    digest TEXT NOT NULL, PRIMARY KEY (picture, place)) STRICT;
CREATE INDEX page_code_number ON page_code (number);
CREATE INDEX page_code_digest ON page_code (digest);
CREATE TABLE page_form (picture TEXT NOT NULL, place INTEGER NOT NULL, form TEXT NOT NULL, sure INTEGER NOT NULL,
    marks TEXT NOT NULL, PRIMARY KEY (picture, place)) STRICT;
CREATE TABLE decision (picture TEXT PRIMARY KEY, decision TEXT NOT NULL, reason TEXT NOT NULL, number TEXT NOT NULL,
    marks TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE INDEX decision_number ON decision (number) WHERE number <> '';
CREATE TABLE pad_entry (number TEXT NOT NULL, step TEXT NOT NULL, picture TEXT NOT NULL, login TEXT NOT NULL,
    fields TEXT NOT NULL, stamp TEXT NOT NULL, PRIMARY KEY (number, step)) STRICT;
CREATE INDEX pad_entry_picture ON pad_entry (picture);
CREATE TABLE seen (number TEXT PRIMARY KEY, outcome TEXT NOT NULL, login TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE destroyed (picture TEXT PRIMARY KEY, day TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
"""
TABLES = ("stored", "page", "page_code", "page_form", "decision", "pad_entry", "seen", "destroyed")
FACTS = frozenset(
    {
        FactKind.PAGES_STORED,
        FactKind.PAGE_ACCEPTED,
        FactKind.PAGE_DECIDED,
        FactKind.PAGE_REOPENED,
        FactKind.PAD_ENTERED,
        FactKind.VISIT_SEEN,
        FactKind.PICTURES_DESTROYED,
    }
)


def fold(db: Database, line: Line, stamp: str) -> None:
    """Brings the tables up to date with one line of `FACTS`."""
    content = line.content
    match line.fact:
        case FactKind.PAGES_STORED:
            for page, picture in content["pages"]:
                _store(db, line, page, picture, stamp)
        case FactKind.PAGE_ACCEPTED:
            _fold_accepted(db, line, stamp)
        case FactKind.PAGE_DECIDED:
            row = (content["decision"], content["reason"], content.get("number", ""), _text(content.get("marks", {})))
            _decide(db, content["picture"], row, line.by, stamp)
        case FactKind.PAGE_REOPENED:
            _decide(db, content["picture"], ("", content["reason"], "", "{}"), line.by, stamp)
        case FactKind.PAD_ENTERED:
            place = (content["number"], content["step"], content["picture"])
            db.execute(
                "INSERT INTO pad_entry VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET picture = excluded.picture, "
                "login = excluded.login, fields = excluded.fields, stamp = excluded.stamp "
                "WHERE excluded.stamp > pad_entry.stamp",
                (*place, line.by, _text(content["fields"]), stamp),
            )
        case FactKind.VISIT_SEEN:
            db.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET outcome = excluded.outcome, "
                "login = excluded.login, stamp = excluded.stamp WHERE excluded.stamp > seen.stamp",
                (content["number"], content["outcome"], line.by, stamp),
            )
        case _:
            for picture in content["pictures"]:
                db.execute(
                    "INSERT INTO destroyed VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET day = excluded.day, "
                    "stamp = excluded.stamp WHERE excluded.stamp < destroyed.stamp",
                    (picture, line.local[:10], stamp),
                )


def _store(db: Database, line: Line, page: int, picture: str, stamp: str) -> None:
    """A page's place in a batch: `stamp` is of the line that first told of it, `at` the last time that one did."""
    row = (line.content["batch"], line.content["file"], page, picture, stamp, line.at.isoformat())
    db.execute(
        "INSERT INTO stored VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
        "stamp = min(stamp, excluded.stamp), at = max(at, excluded.at)",
        row,
    )


def _fold_accepted(db: Database, line: Line, stamp: str) -> None:
    content = line.content
    picture = content["picture"]
    _store(db, line, content["page"], picture, stamp)  # a line of before PAGES_STORED
    known = db.execute("SELECT stamp FROM page WHERE picture = ?", (picture,)).fetchone()
    if known is not None and known[0] > stamp:
        return
    row = (picture, content["file"], content["page"], content["batch"], content["outcome"], content["problem"])
    db.execute(
        "INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*row, content.get("suggested", ""), _text(content.get("trouble", {})), stamp),
    )
    db.execute("DELETE FROM page_code WHERE picture = ?", (picture,))
    for place, code in enumerate(content["codes"]):
        code_row = (picture, place, code["outcome"], code["number"], code["digest"])
        db.execute("INSERT INTO page_code VALUES (?, ?, ?, ?, ?)", code_row)
    db.execute("DELETE FROM page_form WHERE picture = ?", (picture,))
    for form in content.get("forms", ()):
        form_row = (picture, form["place"], form["form"], int(form["sure"]), _text(form["marks"]))
        db.execute("INSERT INTO page_form VALUES (?, ?, ?, ?, ?)", form_row)


def _decide(db: Database, picture: str, told: tuple[str, str, str, str], login: str, stamp: str) -> None:
    db.execute(
        "INSERT INTO decision VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET decision = excluded.decision, "
        "reason = excluded.reason, number = excluded.number, marks = excluded.marks, login = excluded.login, "
        "stamp = excluded.stamp WHERE excluded.stamp > decision.stamp",
        (picture, *told, login, stamp),
    )


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
