"""Read-only questions about practice: who practised, which real outages there were, and what a drill's journal says."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlite_utils import Database

from fallback.slip import INDIA


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeRow:
    """A practice as it was told: `scenes` is `{name: (steps done, steps due)}`, `login` who took it in."""

    code: str
    day: date
    counter: str
    people: tuple[str, ...]
    scenes: Mapping[str, tuple[int, int]]
    minutes: int
    score: int
    kind: str
    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageRow:
    """A real outage in which slips were issued, the desks that issued them, and the first day on which one did.

    One that goes on into another month has a row for each: nobody practises while it is real.
    """

    day: date
    desks: tuple[str, ...]


def practices(db: Database) -> list[PracticeRow]:
    """All of them, the newest first."""
    rows = db.execute(
        "SELECT code, day, counter, people, scenes, minutes, score, kind, login FROM practised ORDER BY day DESC, code"
    )
    return [
        PracticeRow(
            code=code, day=date.fromisoformat(day), counter=counter, people=tuple(json.loads(people)),
            scenes={name: tuple(counts) for name, counts in json.loads(scenes).items()}, minutes=minutes, score=score,
            kind=kind, login=login,
        )
        for code, day, counter, people, scenes, minutes, score, kind, login in rows
    ]  # fmt: skip


def practice(db: Database, code: str) -> PracticeRow | None:
    """The practice of a code, None where nobody told of it."""
    return next((row for row in practices(db) if row.code == code), None)


def outages(db: Database) -> list[OutageRow]:
    """Every real outage with slips, the newest first. A shift belongs to the outage in which it was opened."""
    rows = db.execute(
        """SELECT downtime.key, shift.opened, coalesce(desk.name, shift.series)
        FROM downtime JOIN shift ON shift.opened >= downtime.started AND shift.opened < coalesce(downtime.ended, '9')
            AND EXISTS (SELECT 1 FROM version WHERE version.shift = shift.key AND version.kind <> 'void')
        LEFT JOIN desk ON desk.series = shift.series
        WHERE downtime.drill = 0 AND downtime.started <> '' ORDER BY shift.opened DESC, shift.key DESC"""
    )
    found: dict[tuple[str, int, int], OutageRow] = {}
    for key, opened, desk in rows:
        day = datetime.fromisoformat(opened).astimezone(INDIA).date()
        month = (key, day.year, day.month)
        desks = {str(desk), *(found[month].desks if month in found else ())}
        found[month] = OutageRow(day=day, desks=tuple(sorted(desks)))
    return list(found.values())


def set_up(db: Database) -> date | None:
    """The day on which the first desk was enrolled; None before that."""
    row = db.execute("SELECT min(enrolled) FROM desk WHERE enrolled <> ''").fetchone()
    return date.fromisoformat(row[0]) if row and row[0] else None


def told_since(db: Database, chain: str, sequence: int) -> Iterator[tuple[int, str, int, str, dict[str, Any]]]:
    """The lines of a chain after one of them: sequence, kind, desk's series, login, content."""
    rows = db.execute(
        "SELECT sequence, text FROM line WHERE chain = ? AND sequence > ? ORDER BY sequence", (chain, sequence)
    )
    for place, text in rows.fetchall():
        record = json.loads(text)
        yield place, record["fact"], record["series"], record["by"], record["content"]
