"""Who of the journal may be meant: people who are filed under the same keys, and slips by name or mobile."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from fallback import names
from fallback.person import Person, seek_ranges, words_of
from fallback.slip import SlipNumber, digits_of

MOST_PEOPLE = 150  # weighed for one question
_MOST_BY_KEY = 50
_ENOUGH = 50  # people found by better keys: a given name alone is not asked then
_MOST_BY_WORD = 400
_COMMON = 5_000  # slips with a word, from which on it does not matter how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody the journal knows, by their newest slip that is not void; `key` is that of `Slip.person`."""

    key: str
    number: SlipNumber
    day: str
    person: Person


def known_people(db: Database, asked: Person) -> list[Known]:
    """People who may be the one that is asked for: by mobile, and by what else is known; nobody whose name is hidden.

    At most MOST_PEOPLE, in no order.
    """
    numbers: dict[str, None] = {}
    for mobile in asked.mobiles:
        if len(mobile) == 10:
            rows = db.execute(
                "SELECT number FROM slip WHERE mobile = ? AND mobile <> '' LIMIT ?", (mobile, _MOST_BY_KEY)
            )
            numbers |= dict.fromkeys(row[0] for row in rows)
    if asked.uhid:
        rows = db.execute("SELECT number FROM slip WHERE person = ? LIMIT ?", (f"uhid:{asked.uhid}", _MOST_BY_KEY))
        numbers |= dict.fromkeys(row[0] for row in rows)
    if asked.abha:
        rows = db.execute("SELECT number FROM abha WHERE abha = ? LIMIT ?", (asked.abha, _MOST_BY_KEY))
        numbers |= dict.fromkeys(row[0] for row in rows)
    for spans in seek_ranges(asked):
        if len(numbers) >= _ENOUGH:
            break
        for low, high in spans:
            rows = db.execute(
                "SELECT number FROM alike WHERE key BETWEEN ? AND ? ORDER BY key DESC, number DESC LIMIT ?",
                (low, high, _MOST_BY_KEY),
            )
            numbers |= dict.fromkeys(row[0] for row in rows)
    return _people(db, list(numbers)[:MOST_PEOPLE])


def _people(db: Database, numbers: list[str]) -> list[Known]:
    marks = ", ".join("?" * len(numbers))
    rows = db.execute(
        "SELECT slip.number, slip.person, slip.day, version.record FROM slip JOIN version ON version.digest = "
        f"slip.content WHERE slip.number IN ({marks}) AND NOT slip.voided AND slip.kind <> 'pad' "
        "ORDER BY slip.day DESC, slip.number DESC",
        numbers,
    )
    found: dict[str, Known] = {}
    for number, key, day, text in rows:
        if key not in found:
            record = json.loads(text)
            if not record["sealed"]:
                person = Person.of_record(record)
                found[key] = Known(key=key, number=SlipNumber.parse(number), day=day, person=person)
    return list(found.values())


def numbers_of(db: Database, typed: str, count: int) -> list[str]:
    """Numbers of slips whose mobile is what was typed, or whose name has all its words, the last one perhaps half.

    In either script and any spelling; exact beginnings first, newest first, at most `count`.
    """
    if (digits := digits_of(typed)) is not None:
        rows = db.execute(
            "SELECT number FROM slip WHERE mobile = ? AND mobile <> '' ORDER BY day DESC, number DESC LIMIT ?",
            (digits, count),
        )
        return [row[0] for row in rows]
    keys = [names.word_key(each) for each in names.spoken_words(typed)]
    keys = [key for key in keys if key][:6]
    start = typed.casefold()
    found: dict[str, tuple[int, str]] = {}
    for number, day, name, hindi in (_with_words(db, keys) if keys else []) + _beginning(db, start):
        begins = any(f" {each}".find(f" {start}") >= 0 for each in (name, hindi))
        if begins or _has(keys, name) or _has(keys, hindi):
            found[number] = (int(begins), day)
    return sorted(found, key=lambda number: (found[number], number), reverse=True)[:count]


def _with_words(db: Database, keys: list[str]) -> list[tuple[str, str, str, str]]:
    """Slips with all the words, then those with the whole ones, the last being half; a single word begins so."""
    *whole, last = keys
    rows = _all_of(db, keys)
    if len(rows) >= _MOST_BY_WORD:
        return rows
    if whole:
        return rows + _all_of(db, whole)
    begins = f"{_SHOWN} number IN (SELECT number FROM alike_word WHERE key > ? AND key < ? LIMIT {_MOST_BY_WORD})"
    return rows + db.execute(begins, (last, last + "\U0010ffff")).fetchall()


_SHOWN = "SELECT number, day, name, name_hindi FROM slip WHERE NOT voided AND "


def _all_of(db: Database, keys: list[str]) -> list[tuple[str, str, str, str]]:
    """Slips with all the words, newest numbers first: the rarest word is gone through, each other one asked for."""
    count = f"SELECT count(*) FROM (SELECT 1 FROM alike_word WHERE key = ? LIMIT {_COMMON})"
    rarest, *others = sorted(set(keys), key=lambda key: db.execute(count, (key,)).fetchone()[0])
    inner = "SELECT number FROM alike_word AS first WHERE key = ?"
    other = " AND EXISTS (SELECT 1 FROM alike_word AS other WHERE other.key = ? AND other.number = first.number)"
    wanted = f"{_SHOWN} number IN ({inner}{other * len(others)} ORDER BY number DESC LIMIT {_MOST_BY_WORD})"
    found: list[tuple[str, str, str, str]] = db.execute(wanted, (rarest, *others)).fetchall()
    return found


def _has(keys: Iterable[str], name: str) -> bool:
    """Whether a name has all the words, the last one as a beginning."""
    own = [each.key for each in words_of(name)]
    *whole, last = keys
    return all(key in own for key in whole) and any(key.startswith(last) for key in own)


def _beginning(db: Database, start: str) -> list[tuple[str, str, str, str]]:
    """Slips whose name begins so, letter by letter: half a word may have another key than the whole."""
    rows = db.execute(
        "SELECT number, day, name, name_hindi FROM slip WHERE name >= ? AND name < ? AND NOT voided "
        f"LIMIT {_MOST_BY_WORD}",
        (start, start + "\U0010ffff"),
    )
    return list(rows)
