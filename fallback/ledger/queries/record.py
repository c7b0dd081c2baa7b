"""What an incident sheet and evidence ask of the journal: how much of whom is in it, who held the machines."""

from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.downtime import Shift
from fallback.ledger.queries import shifts


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much this installation holds: slips with content, void ones among them, different patients among those,
    pictures of pages, blank slips printed, users, lines of all chains.
    """

    slips: int
    voided: int
    patients: int
    pictures: int
    pads: int
    users: int
    lines: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSeat:
    """A desk that was enrolled: where (its chain, the machine's fingerprint, "" in older journals) and when (UTC)."""

    series: int
    name: str
    chain: str
    machine: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoked:
    """A desk whose key is in strange hands since then (UTC), as somebody said."""

    series: int
    reason: str
    at: datetime


def holdings(db: Database) -> Holdings:
    """What is in the journal, in figures."""
    row = db.execute(
        """SELECT (SELECT count(*) FROM slip WHERE kind <> 'pad'), (SELECT sum(voided) FROM slip WHERE kind <> 'pad'),
            (SELECT count(DISTINCT person) FROM slip WHERE kind <> 'pad'),
            (SELECT count(DISTINCT picture) FROM stored WHERE picture <> ''
                AND picture NOT IN (SELECT picture FROM destroyed)),
            (SELECT count(*) FROM pad), (SELECT count(*) FROM user), (SELECT count(*) FROM line)"""
    ).fetchone()
    slips, voided, patients, pictures, pads, users, lines = (each or 0 for each in row)
    return Holdings(
        slips=slips, voided=voided, patients=patients, pictures=pictures, pads=pads, users=users, lines=lines
    )


def seats(db: Database) -> list[DeskSeat]:
    """Every enrolment of every desk, by series; one card that was used twice is two of them."""
    rows = db.execute("SELECT series, name, chain, machine, at FROM enrolment ORDER BY series, key")
    return [
        DeskSeat(series=series, name=name, chain=chain, machine=machine, at=datetime.fromisoformat(at))
        for series, name, chain, machine, at in rows
    ]


def revoked(db: Database) -> list[Revoked]:
    """The desks that were revoked, by series."""
    rows = db.execute("SELECT series, reason, at FROM revoked ORDER BY series")
    return [Revoked(series=series, reason=reason, at=datetime.fromisoformat(at)) for series, reason, at in rows]


def shifts_in_order(db: Database) -> list[Shift]:
    """All shifts as they began: by desk, then by their place among its shifts, which no clock decides."""
    return sorted(shifts(db), key=lambda each: (each.series, int(each.key.rpartition(".")[2])))
