"""What is known of enrolment cards: which were made, where each was used, and which desks are revoked."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.keys import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A desk that was enrolled: its name, in which chain, when, and on which machine: its fingerprint.

    The machine is "" where an older version, or a rebuild from paper, tells of the desk.
    """

    series: int
    name: str
    chain: str
    at: datetime
    machine: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An enrolment card: its number, which is its series; the ISO day when it was made; what became of it."""

    series: int
    certificate: Certificate
    made: str
    uses: tuple[Use, ...]
    revoked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """Why a desk or a card was revoked, and when by the clock that was there."""

    series: int
    reason: str
    at: datetime


def cards(db: Database) -> list[Card]:
    """Every card ever made, by its number."""
    used: dict[int, list[Use]] = {}
    for use in uses(db):
        used.setdefault(use.series, []).append(use)
    gone = revoked(db)
    return [
        Card(
            series=series,
            certificate=Certificate.from_record(json.loads(certificate)),
            made=made,
            uses=tuple(used.get(series, ())),
            revoked=series in gone,
        )
        for series, certificate, made in db.execute("SELECT series, certificate, made FROM card ORDER BY series")
    ]


def card(db: Database, series: int) -> Card | None:
    """The card of a number."""
    row = db.execute("SELECT certificate, made FROM card WHERE series = ?", (series,)).fetchone()
    if row is None:
        return None
    certificate = Certificate.from_record(json.loads(row[0]))
    used = tuple(uses_of(db, series))
    return Card(series=series, certificate=certificate, made=row[1], uses=used, revoked=is_revoked(db, series))


def uses(db: Database) -> list[Use]:
    """Every enrolment of every desk, by series; one card that was used twice is two of them."""
    rows = db.execute("SELECT series, name, chain, at, machine FROM enrolment ORDER BY series, key")
    return _uses(rows.fetchall())


def uses_of(db: Database, series: int) -> list[Use]:
    """Where a series was enrolled: once, unless one card was used in journals that had not met."""
    rows = db.execute("SELECT series, name, chain, at, machine FROM enrolment WHERE series = ? ORDER BY key", (series,))
    return _uses(rows.fetchall())


def names_in(db: Database, chain: str) -> tuple[str, ...]:
    """What the desks are called that were enrolled in a chain, by series."""
    rows = db.execute("SELECT name FROM enrolment WHERE chain = ? ORDER BY series", (chain,)).fetchall()
    return tuple(name for (name,) in rows)


def used_twice(db: Database) -> list[tuple[Use, ...]]:
    """Every series that was enrolled on more than one machine: a CONFLICT, which a person must be told."""
    found: dict[int, list[Use]] = {}
    for use in uses(db):
        if use.machine:  # else a journal that was rebuilt from paper tells of it again
            found.setdefault(use.series, []).append(use)
    return [tuple(each) for each in found.values() if len(each) > 1]


def next_series(db: Database) -> int:
    """The lowest series above all that a desk or a card ever had."""
    row = db.execute(
        "SELECT max(series) FROM (SELECT series FROM desk UNION ALL SELECT series FROM card UNION ALL "
        "SELECT series FROM enrolment UNION ALL SELECT series FROM revoked UNION ALL SELECT series FROM counter)"
    ).fetchone()
    return int(row[0] or 0) + 1


def revoked(db: Database) -> dict[int, Revocation]:
    """Every revoked desk or card by its series."""
    rows = db.execute("SELECT series, reason, at FROM revoked ORDER BY series").fetchall()
    return {
        series: Revocation(series=series, reason=reason, at=datetime.fromisoformat(at)) for series, reason, at in rows
    }


def is_revoked(db: Database, series: int) -> bool:
    """Whether a desk's key, or a card, is revoked."""
    return db.execute("SELECT 1 FROM revoked WHERE series = ?", (series,)).fetchone() is not None


def certificates(db: Database) -> list[Certificate]:
    """The certificates of all desks ever enrolled and of all cards: what a retired desk signed stays genuine."""
    rows = db.execute(
        "SELECT series, certificate FROM enrolment UNION SELECT series, certificate FROM card ORDER BY series"
    )
    return [Certificate.from_record(json.loads(certificate)) for _, certificate in rows.fetchall()]


def _uses(rows: Iterable[tuple[int, str, str, str, str]]) -> list[Use]:
    return [
        Use(series=series, name=name, chain=chain, at=datetime.fromisoformat(at), machine=machine)
        for series, name, chain, at, machine in rows
    ]
