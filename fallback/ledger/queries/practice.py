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
    """A real outage in which slips were issued, and the desks that issued them."""

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
        """SELECT DISTINCT downtime.key, downtime.started, coalesce(desk.name, shift.series), shift.series
        FROM downtime JOIN shift ON shift.opened >= downtime.started AND shift.opened < coalesce(downtime.ended, '9')
            AND EXISTS (SELECT 1 FROM version WHERE version.shift = shift.key AND version.kind <> 'void')
        LEFT JOIN desk ON desk.series = shift.series
        WHERE downtime.drill = 0 AND downtime.started <> '' ORDER BY downtime.started DESC, shift.series"""
    )
    found: dict[str, OutageRow] = {}
    for key, started, desk, _ in rows:
        before = found[key].desks if key in found else ()
        day = datetime.fromisoformat(started).astimezone(INDIA).date()
        found[key] = OutageRow(day=day, desks=(*before, str(desk)))
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
