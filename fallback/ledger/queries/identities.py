"""Confidential patients in the views: aliases in use, what was sealed besides, who opened whom, what may be sent."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """Somebody read who a confidential patient is. `by` asked for it, `allowed_by` is the supervisor who said yes."""

    number: SlipNumber
    at: datetime
    by: str
    allowed_by: str
    reason: str


def is_name_taken(db: Database, name: str) -> bool:
    """Whether a slip has this very name: two patients of one alias are told apart by their numbers alone."""
    return db.execute("SELECT 1 FROM slip WHERE name = ?", (name.casefold(),)).fetchone() is not None


def rests(db: Database, number: SlipNumber, sealed: str) -> list[bytes]:
    """What was sealed besides an identity, oldest first; `sealed` is the slip's own field, in hex."""
    rows = db.execute(
        "SELECT rest FROM sealed_rest JOIN version USING (digest) WHERE version.number = ? "
        "AND version.record ->> '$.sealed' = ? ORDER BY version.revision, version.digest",
        (number.text, sealed),
    )
    return [bytes.fromhex(rest) for (rest,) in rows]


def openings(db: Database, number: SlipNumber | None = None, *, most: int = 1_000) -> list[Opening]:
    """Who opened what and why, newest first; of one slip, or of all."""
    rows = db.execute(
        "SELECT at, login, content FROM event WHERE fact = ? AND (?2 = '' OR content ->> '$.number' = ?2) "
        "ORDER BY at DESC, key DESC LIMIT ?3",
        (FactKind.IDENTITY_OPENED, number.text if number else "", most),
    ).fetchall()
    found = [(at, login, json.loads(content)) for at, login, content in rows]
    return [
        Opening(
            number=SlipNumber.parse(content["number"]),
            at=datetime.fromisoformat(at),
            by=login,
            allowed_by=content["allowed_by"],
            reason=content["reason"],
        )
        for at, login, content in found
    ]


def released(db: Database, number: SlipNumber, seal: str) -> str:
    """As whom a sealed slip may be sent into a hospital system: `identity`, `alias`, or "" while nobody has said.

    `seal` is the identity's mark: what was said of an identity says nothing of the one that replaced it.
    """
    row = db.execute("SELECT sent_as FROM released WHERE number = ? AND seal = ?", (number.text, seal)).fetchone()
    return str(row[0]) if row else ""
