"""The facts that are told for their own sake, in the order of the journal; and what is known of the clock."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from fallback.ledger.facts import FactKind

# Beyond this a slip's time misleads whoever reads it: CERT-In and courts compare logs by the minute.
CLOCK_LIMIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact as its line has it. `at` is UTC, `local` the same in India; `chain` and `sequence` are the line's."""

    fact: FactKind
    chain: str
    sequence: int
    at: datetime
    local: str
    series: int
    shift: str
    login: str
    content: dict[str, Any]


class ClockTrouble(StrEnum):
    """Why the computer's clock is not believed."""

    TOLD_WRONG = "told_wrong"  # the last person, or time server, said another time
    BEHIND_JOURNAL = "behind_journal"  # the journal has lines that were written later than now


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockState:
    """What is known of the clock: `offset` seconds are to be added to it, None where nobody has told; when and by whom.

    `source` is person or the time server's name.
    """

    offset: int | None
    told: datetime | None
    source: str
    trouble: ClockTrouble | None


def events(db: Database, *facts: FactKind, chain: str = "") -> list[Event]:
    """The events of these kinds, of one chain or of all, by their place in their chain."""
    places = ", ".join("?" for _ in facts)
    rows = db.execute(
        f"SELECT fact, key, at, local, series, shift, login, content FROM event WHERE fact IN ({places}) ORDER BY key",
        [fact.value for fact in facts],
    )
    found = []
    for fact, key, at, local, series, shift, login, content in rows:
        sequence, _, of = key.partition(" ")
        if chain in ("", of):
            found.append(
                Event(
                    fact=FactKind(fact), chain=of, sequence=int(sequence), at=datetime.fromisoformat(at), local=local,
                    series=series, shift=shift, login=login, content=json.loads(content),
                )
            )  # fmt: skip
    return found


def clock_offset(db: Database, chain: str) -> int | None:
    """How many seconds were last told that this chain's clock is off; None where nobody has told."""
    row = _last_told(db, chain)
    return _offset(row[1]) if row else None


def clock_state(db: Database, chain: str, now: datetime) -> ClockState:
    """What is known of the clock of this installation, which writes `chain`, at the moment that it calls `now`."""
    told, content = _last_told(db, chain) or (None, {})
    offset = _offset(content)
    trouble = None
    if offset is not None and timedelta(seconds=abs(offset)) > CLOCK_LIMIT:
        trouble = ClockTrouble.TOLD_WRONG
    last = db.execute("SELECT text ->> '$.at' FROM line WHERE chain = ? ORDER BY sequence DESC LIMIT 1", (chain,))
    newest = last.fetchone()
    if newest and datetime.fromisoformat(newest[0]) > now + CLOCK_LIMIT:
        trouble = ClockTrouble.BEHIND_JOURNAL
    return ClockState(
        offset=offset,
        told=datetime.fromisoformat(told) if told else None,
        source=str(content.get("source", "")),
        trouble=trouble,
    )


def _offset(content: dict[str, Any]) -> int | None:
    told = content.get("offset_seconds")
    return None if told is None else int(told)


def _last_told(db: Database, chain: str) -> tuple[str, dict[str, Any]] | None:
    row = db.execute(
        "SELECT at, content FROM event WHERE fact = ? AND substr(key, 14) = ? ORDER BY key DESC LIMIT 1",
        (FactKind.CLOCK_TOLD.value, chain),
    ).fetchone()
    return (row[0], json.loads(row[1])) if row else None
