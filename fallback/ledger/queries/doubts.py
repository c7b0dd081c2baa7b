"""What recovery asks of keys in strange hands, and of versions of a slip that contradict each other."""

import json
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from fallback.ledger.doubt_view import is_known, is_on_a_sheet, is_revoked, weigh
from fallback.slip import Slip, SlipNumber
from fallback.statement import ShiftStatement

__all__ = ["Doubted", "Rival", "conflicts", "doubted", "is_on_a_sheet", "is_revoked", "knows_all", "rivals"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubted:
    """A sheet of a revoked key: its record and signed bytes, kept until a person vouches; `counts`: one has by now."""

    record: dict[str, Any]
    payload: bytes
    counts: bool


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
    """A sheet of a revoked key by its digest in hex."""
    row = db.execute(
        "SELECT record, payload, 0 FROM doubted WHERE digest = ?1 UNION ALL SELECT record, payload, 1 FROM statement "
        "WHERE digest = ?1 AND coalesce(record ->> '$.signer', record ->> '$.series') IN (SELECT series FROM knew)",
        (digest,),
    ).fetchone()
    return Doubted(record=json.loads(row[0]), payload=row[1], counts=bool(row[2])) if row else None


def knows_all(db: Database, sheet: ShiftStatement) -> bool:
    """Whether a shift's sheet, of a revoked key, tells nothing new: its head of the journal was known when the key was
    revoked, and so are its last number and its voids. The head alone proves nothing: a thief can read it, too.
    """
    heads = db.execute(
        "SELECT chain.id FROM chain JOIN line ON line.chain = chain.id AND line.sequence = ? "
        "WHERE substr(line.hash, 1, ?) = ?",
        (sheet.head_sequence, len(sheet.head), sheet.head),
    ).fetchall()
    if not any(is_known(db, sheet.series, chain, sheet.head_sequence) for (chain,) in heads):
        return False
    known = "SELECT max(serial) FROM slip WHERE series = ? AND journalled = 1 AND strange = 0"
    void = "SELECT 1 FROM slip WHERE number = ? AND voided = 1 AND strange = 0"
    return sheet.last <= (db.execute(known, (sheet.series,)).fetchone()[0] or 0) and all(
        db.execute(void, (number.text,)).fetchone() is not None for number in sheet.voids
    )


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
