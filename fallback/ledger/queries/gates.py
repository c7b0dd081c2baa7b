"""What people said of a target: the points of its check list, whether its first slips were right, whether it waits."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The newest answer to a point of the check list: who said it and when (UTC)."""

    point: str
    answer: str
    note: str
    login: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said of a target: `note` in words, `numbers` the slips that they looked at, if any."""

    note: str
    login: str
    at: datetime
    numbers: tuple[str, ...] = ()


def checks(db: Database, target: str) -> dict[str, Checked]:
    """The points of the check list that were answered, by point."""
    rows = db.execute("SELECT point, answer, note, login, at FROM target_check WHERE target = ?", (target,))
    return {
        point: Checked(point=point, answer=answer, note=note, login=login, at=datetime.fromisoformat(at))
        for point, answer, note, login, at in rows
    }


def canary(db: Database, target: str) -> Word | None:
    """Who confirmed the first slips in the system; None while nobody has."""
    row = db.execute("SELECT note, login, at, numbers FROM canary WHERE target = ?", (target,)).fetchone()
    numbers = tuple(json.loads(row[3])) if row else ()
    return Word(note=row[0], login=row[1], at=datetime.fromisoformat(row[2]), numbers=numbers) if numbers else None


def pause(db: Database, target: str) -> Word | None:
    """Who paused the import into a target, and why; None while it is not paused."""
    row = db.execute("SELECT reason, login, at FROM pause WHERE target = ? AND paused = 1", (target,)).fetchone()
    return Word(note=row[0], login=row[1], at=datetime.fromisoformat(row[2])) if row else None


def went(db: Database, target: str) -> int:
    """How many slips were ever sent to a target, or were being sent."""
    row = db.execute("SELECT count(*) FROM delivery WHERE target = ? AND attempts > 0", (target,)).fetchone()
    return int(row[0])


def first_there(db: Database, target: str, most: int) -> list[str]:
    """The first slips by number that a target has, at most so many."""
    there = "SELECT number FROM (SELECT number FROM delivery WHERE target = ?1 AND {} ORDER BY number LIMIT ?2)"
    ways = ("stage = 'confirmed'", "attempts > 0 AND confirmed >= 0")  # each by its index; what was linked never went
    asked = " UNION ".join(there.format(way) for way in ways)
    return [number for (number,) in db.execute(f"{asked} ORDER BY number LIMIT ?2", (target, most))]


def busy_person(db: Database, target: str, person: str, number: str) -> tuple[str, ...]:
    """The runs that are sending another slip of a person at this moment, or were when they ended."""
    rows = db.execute(
        "SELECT DISTINCT run FROM delivery WHERE target = ? AND person = ? AND stage = 'sending' AND number <> ?",
        (target, person, number),
    )
    return tuple(run for (run,) in rows)


def last_line(db: Database) -> int:
    """The place of the newest line of any chain: it grows with whatever is written."""
    row = db.execute("SELECT max(place) FROM line").fetchone()
    return int(row[0] or 0)
