"""The keys under which each slip's patient is filed, so that whoever is typed again finds them, however it is spelt.

They are a union over all versions of a slip: who was registered under a wrong spelling is found under both. Whoever is
hidden or not known is found by the words of the alias alone, and is like nobody.
"""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.person import Person, seek_keys, words_of

SCHEMA = """
CREATE TABLE alike (key INTEGER NOT NULL, number TEXT NOT NULL, PRIMARY KEY (key, number)) STRICT, WITHOUT ROWID;
CREATE TABLE alike_word (key TEXT NOT NULL, number TEXT NOT NULL, PRIMARY KEY (key, number)) STRICT, WITHOUT ROWID;
"""
TABLES = ("alike", "alike_word")
FACTS = frozenset({FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_READ})


def fold(db: Database, line: Line, _stamp: str) -> None:
    """Files a slip's patient under the keys and the words of the name; an alias under its words alone."""
    record = line.content["slip"]
    if not record["name"] and not record["name_hindi"]:
        return
    number, person = record["number"], Person.of_record(record)
    words = {each.key for name in (person.name, person.name_hindi) for each in words_of(name)}
    db.conn.executemany("INSERT OR IGNORE INTO alike_word VALUES (?, ?)", [(key, number) for key in sorted(words)])
    if not record["sealed"] and not record["alias"]:
        keys = [(key, number) for key in seek_keys(person) if key is not None]
        db.conn.executemany("INSERT OR IGNORE INTO alike VALUES (?, ?)", keys)
