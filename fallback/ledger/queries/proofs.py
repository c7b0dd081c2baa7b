"""Pictures of a hospital system's own page: of one slip, and those that are old."""

from dataclasses import dataclass

from sqlite_utils import Database

from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A picture (SHA-256, hex) of what a target showed, and when (ISO, UTC)."""

    picture: str
    target: str
    at: str


def proofs(db: Database, number: SlipNumber) -> list[Proof]:
    """The pictures of a slip, the newest first."""
    rows = db.execute("SELECT picture, target, at FROM proof WHERE number = ? ORDER BY at DESC", (number.text,))
    return [Proof(picture=picture, target=target, at=at) for picture, target, at in rows]


def proofs_before(db: Database, at: str) -> list[tuple[str, str]]:
    """Pictures that were kept before a time (ISO, UTC), each with its slip's number."""
    return [(row[0], row[1]) for row in db.execute("SELECT picture, number FROM proof WHERE at < ? ORDER BY 1", (at,))]
