"""What recovery asks of keys in strange hands, and of versions of a slip that contradict each other."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from fallback.ledger.doubt_view import is_known, is_on_a_sheet, is_revoked, weigh
from fallback.slip import Slip, SlipNumber

__all__ = ["Doubted", "Rival", "conflicts", "doubted", "is_on_a_sheet", "is_revoked", "knows_head", "rivals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A sheet that a revoked key signed and nobody knew: its record and signed bytes, kept until a person vouches."""

    record: dict[str, Any]
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A version of a number: its digest (hex), its record, who issued it in which chain ("" where only paper has it).

    `stands`: it is among those that count.
    """

    digest: str
    slip: Slip
    login: str
    chain: str
    stands: bool


def doubted(db: Database, digest: str) -> Doubted | None:
    """A doubted sheet by its digest in hex."""
    row = db.execute("SELECT record, payload FROM doubted WHERE digest = ?", (digest,)).fetchone()
    return Doubted(record=json.loads(row[0]), payload=row[1]) if row else None


def knows_head(db: Database, series: int, sequence: int, head: bytes) -> bool:
    """Whether a sheet's head of the journal (the beginning of a line's hash) was known when a series was revoked."""
    rows = db.execute(
        "SELECT chain.id FROM chain JOIN line ON line.chain = chain.id AND line.sequence = ? "
        "WHERE substr(line.hash, 1, ?) = ?",
        (sequence, len(head), head),
    )
    return any(is_known(db, series, chain, sequence) for (chain,) in rows.fetchall())


def conflicts(db: Database) -> list[SlipNumber]:
    """Every number of which versions contradict each other, and nobody has said which one stands."""
    return [
        SlipNumber.parse(number)
        for (number,) in db.execute("SELECT number FROM slip WHERE conflict = 1 ORDER BY number")
    ]


def rivals(db: Database, number: SlipNumber) -> list[Rival]:
    """All versions of a number, by their revision."""
    kept = {each.digest for each in weigh(db, number.text).versions}
    rows = db.execute(
        "SELECT digest, record, login, chain FROM version WHERE number = ? ORDER BY revision, digest", (number.text,)
    )
    return [
        Rival(
            digest=digest,
            slip=Slip.from_record(json.loads(record)),
            login=login,
            chain=chain,
            stands=digest in kept,
        )
        for digest, record, login, chain in rows.fetchall()
    ]
