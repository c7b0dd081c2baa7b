"""The chains as they stand in the database: their heads, their lines, and the one way in for a new line."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from sqlite_utils import Database

from fallback.errors import FactRefused, FieldWrong, JournalDamaged, LineWrong, Sentence, SlipNumberWrong
from fallback.ledger import views
from fallback.ledger.journal import ZEROS, Line

_BATCH = 500
# What a fold raises for content that is not of its fact's shape, be it a foreign journal's or a mistake of our own.
_MISSHAPEN = (
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    OverflowError,
    IndexError,
    FieldWrong,
    SlipNumberWrong,
    FactRefused,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a chain: what is printed on shift sheets, so that paper proves the file. `hash` is 32 bytes."""

    chain: str
    sequence: int
    hash: bytes


def own_chain(db: Database) -> str | None:
    """The chain that this installation writes; None before its first opening."""
    row = db.execute("SELECT id FROM chain WHERE own = 1").fetchone()
    return str(row[0]) if row else None


def begin_chain(db: Database) -> str:
    """Starts this installation's chain, inside the caller's transaction: an id of 16 hex digits and no line."""
    chain = secrets.token_hex(8)
    db.execute("INSERT INTO chain VALUES (?, 1, 0, ?)", (chain, ZEROS))
    return chain


def begin_again(db: Database) -> str:
    """Leaves this installation's chain as it is, for good, and starts another, inside the caller's transaction."""
    db.execute("UPDATE chain SET own = 0 WHERE own = 1")
    return begin_chain(db)


def heads(db: Database) -> dict[str, Head]:
    """The head of every chain by its id, in the order in which the chains arrived."""
    rows = db.execute("SELECT id, sequence, head FROM chain ORDER BY rowid").fetchall()
    return {row[0]: Head(chain=row[0], sequence=row[1], hash=row[2]) for row in rows}


def head(db: Database, chain: str) -> Head:
    """A chain's head; of a chain that is not here, sequence 0 and zeros."""
    row = db.execute("SELECT sequence, head FROM chain WHERE id = ?", (chain,)).fetchone()
    return Head(chain=chain, sequence=row[0] if row else 0, hash=row[1] if row else ZEROS)


def hash_at(db: Database, chain: str, sequence: int) -> bytes | None:
    """The hash of one line, None when it is not here."""
    row = db.execute("SELECT hash FROM line WHERE chain = ? AND sequence = ?", (chain, sequence)).fetchone()
    return bytes(row[0]) if row else None


def store(db: Database, line: Line) -> None:
    """Puts a line at the end of its chain and folds it, inside the caller's transaction.

    Raises FactRefused when it does not follow the chain's head, LineWrong when its content has not its fact's shape.
    """
    if line.sequence == 1:  # a foreign chain's: the line follows a head that must be there
        db.execute("INSERT OR IGNORE INTO chain VALUES (?, 0, 0, ?)", (line.chain, ZEROS))
    db.execute(
        "INSERT INTO line (chain, sequence, hash, text) VALUES (?, ?, ?, ?)",
        (line.chain, line.sequence, line.hash, line.text),
    )
    db.execute("UPDATE chain SET sequence = ?, head = ? WHERE id = ?", (line.sequence, line.hash, line.chain))
    try:
        views.fold(db, line)
    except _MISSHAPEN as wrong:
        why = Sentence("its content is not that of a {fact} ({kind})", fact=line.fact.value, kind=type(wrong).__name__)
        raise LineWrong(place=line.chain, line=line.sequence, why=why) from wrong


def texts(db: Database, chain: str, since: int, count: int = _BATCH) -> list[tuple[int, str]]:
    """Up to `count` lines of a chain after `since`, as sequence and canonical text.

    Raises JournalDamaged when the chain's head says that there are lines, and the next one is not there.
    """
    rows = db.execute(
        "SELECT sequence, text FROM line WHERE chain = ? AND sequence > ? ORDER BY sequence LIMIT ?",
        (chain, since, count),
    ).fetchall()
    if (rows and rows[0][0] != since + 1) or (not rows and head(db, chain).sequence > since):
        raise JournalDamaged(
            folder="the data folder",
            why=Sentence("line {line} of chain {chain} is missing", line=since + 1, chain=chain),
        )
    return rows


def lines(db: Database, chain: str | None = None, since: int = 0) -> Iterator[Line]:
    """Lines with a sequence above `since`, of one chain or of all, in the order in which they arrived here.

    Ends with what was there at the beginning. No cursor stays open between lines. Raises LineWrong.
    """
    last = db.execute("SELECT coalesce(max(place), 0) FROM line").fetchone()[0]
    place = 0
    while True:
        rows = db.execute(
            "SELECT place, chain, sequence, text FROM line WHERE place > ? AND place <= ? AND sequence > ? "
            "AND chain = coalesce(?, chain) ORDER BY place LIMIT ?",
            (place, last, since, chain, _BATCH),
        ).fetchall()
        for place, of, sequence, text in rows:  # noqa: B007 - `place` is where the next batch goes on
            yield Line.parse(text, place=of, line=sequence)
        if len(rows) < _BATCH:
            return
