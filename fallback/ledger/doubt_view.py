"""Which versions of a number count: not what a revoked key signed and nobody knew, nor two that contradict each other.

What was known when a key was revoked is what the revoking chain had heard of by then, line by line: no clock tells it.
That holds for what was read, too: at a laptop that had not heard of the theft a thief's paper looks like any other.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from fallback.ledger import statement_view
from fallback.ledger.journal import Line
from fallback.slip import Kind, SlipNumber

# `word` is the identity of a line that revokes; of each chain it knew the lines up to `sequence`. `reading` says where
# a slip or a sheet was first read in a chain; a sheet is in `statement` or, while it counts for nothing, in `doubted`.
SCHEMA = """
CREATE TABLE knew (series INTEGER NOT NULL, word TEXT NOT NULL, chain TEXT NOT NULL, sequence INTEGER NOT NULL,
    PRIMARY KEY (series, word, chain)) STRICT;
CREATE TABLE reading (digest TEXT NOT NULL, chain TEXT NOT NULL, sequence INTEGER NOT NULL, vouched INTEGER NOT NULL,
    PRIMARY KEY (digest, chain)) STRICT;
CREATE TABLE judged (number TEXT PRIMARY KEY, digest TEXT NOT NULL, aside TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE doubted (digest TEXT PRIMARY KEY, record TEXT NOT NULL, payload BLOB NOT NULL) STRICT;
"""
TABLES = ("knew", "reading", "judged", "doubted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of a number. Its line is its chain's and sequence's, or it is of paper; `record` is JSON text."""

    digest: str
    revision: int
    replaces: str
    kind: str
    record: str
    journalled: bool
    chain: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What counts of a number: its versions in order, whether they contradict each other, whether a key is doubted."""

    versions: Sequence[Version]
    conflict: bool
    strange: bool


def fold_revoked(db: Database, line: Line, key: str) -> set[str]:
    """A key in strange hands: what the line's chain has heard of by now stays known. Sheets that were read out of its
    hearing count no more. Returns the numbers that the key signed, and those that these sheets name.
    """
    series = line.content["series"]
    db.execute(
        "INSERT OR IGNORE INTO knew SELECT ?, ?, of, sequence FROM heard WHERE chain = ?", (series, key, line.chain)
    )
    db.execute("INSERT OR IGNORE INTO knew VALUES (?, ?, ?, ?)", (series, key, line.chain, line.sequence - 1))
    signed = "SELECT DISTINCT number FROM version WHERE record ->> '$.signer' = ?"
    numbers = {number for (number,) in db.execute(signed, (series,))}
    sheets = "SELECT digest, record FROM statement WHERE coalesce(record ->> '$.signer', record ->> '$.series') = ?"
    for digest, record in db.execute(sheets, (series,)).fetchall():
        if not is_believed(db, digest, series):
            db.execute(f"INSERT INTO doubted {_SHEET.format('statement')}", (digest,))
            db.execute("DELETE FROM statement WHERE digest = ?", (digest,))
            numbers.update(number.text for number in statement_view.fold_disbelieved(db, json.loads(record)))
    return numbers


_SHEET = "SELECT digest, record, payload FROM {} WHERE digest = ?"


def fold_reading(db: Database, line: Line) -> None:
    """Where a slip or sheet was read, unless its reader knew that it is doubtful. Of a chain its first reading counts,
    which is the likeliest to be known; and a word for it.
    """
    if not line.content.get("revoked"):
        row = (line.content["digest"], line.chain, line.sequence, int(bool(line.content.get("vouched"))))
        db.execute(
            "INSERT INTO reading VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
            "sequence = min(sequence, excluded.sequence), vouched = max(vouched, excluded.vouched)",
            row,
        )


def fold_sheet(db: Database, line: Line) -> list[SlipNumber]:
    """A signed sheet that was read: it counts, or is kept until a person vouches for it. Returns the numbers that it
    names, where it counts from now on.
    """
    record, digest = line.content["statement"], line.content["digest"]
    fold_reading(db, line)
    if db.execute("SELECT 1 FROM statement WHERE digest = ?", (digest,)).fetchone() is not None:
        return []
    signer = record.get("signer", record.get("series", 0))
    if not is_believed(db, digest, signer):
        row = (digest, json.dumps(record, ensure_ascii=False, sort_keys=True), line.payload)
        db.execute("INSERT OR IGNORE INTO doubted VALUES (?, ?, ?)", row)
        return []
    db.execute("DELETE FROM doubted WHERE digest = ?", (digest,))
    return statement_view.fold_believed(db, line)


def fold_judged(db: Database, line: Line, stamp: str) -> None:
    """A person said which version of a number stands; a newer word wins."""
    content = line.content
    db.execute(
        "INSERT INTO judged VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest, "
        "aside = excluded.aside, stamp = excluded.stamp WHERE excluded.stamp > judged.stamp",
        (content["number"], content["digest"], " ".join(content["aside"]), stamp),
    )


def covered(db: Database, line: Line) -> list[str]:
    """The numbers that a shift's sheet, which was just read, takes out of doubt: their rows are to be worked out."""
    record: dict[str, Any] = line.content["statement"]
    if record["type"] != "shift" or not is_revoked(db, record["series"]):
        return []
    rows = db.execute(
        "SELECT number FROM slip WHERE series = ? AND serial BETWEEN ? AND ?",
        (record["series"], record["first"], record["last"]),
    )
    return [number for (number,) in rows.fetchall()]


def is_revoked(db: Database, series: int) -> bool:
    """Whether a desk's key is in strange hands."""
    return db.execute("SELECT 1 FROM knew WHERE series = ?", (series,)).fetchone() is not None


def is_known(db: Database, series: int, chain: str, sequence: int) -> bool:
    """Whether a line was known to everyone who revoked a series."""
    asked = (
        "SELECT (SELECT count(DISTINCT word) FROM knew WHERE series = ?1) = "
        "(SELECT count(*) FROM knew WHERE series = ?1 AND chain = ?2 AND sequence >= ?3)"
    )
    return bool(db.execute(asked, (series, chain, sequence)).fetchone()[0])


def is_believed(db: Database, digest: str, signer: int) -> bool:
    """Whether a slip or a sheet was read where everyone who revoked its signer's key knew of it, or vouched for."""
    rows = db.execute("SELECT chain, sequence, vouched FROM reading WHERE digest = ?", (digest,)).fetchall()
    return any(vouched or is_known(db, signer, chain, sequence) for chain, sequence, vouched in rows)


def is_on_a_sheet(db: Database, number: SlipNumber, *, signer: int, revision: int, kind: Kind) -> bool:
    """Whether the sheet of a closed shift, which was read and believed, tells of a version of a number: as its own desk
    first issued it, or as a void that it names. What else a hand signs under that number later, no sheet tells.
    """
    if signer != number.series:
        return False
    if kind is Kind.VOID:
        return statement_view.is_void(db, number.text)
    asked = (
        "SELECT 1 FROM statement WHERE type = 'shift' AND record ->> '$.series' = ?1 "
        "AND record ->> '$.first' <= ?2 AND record ->> '$.last' >= ?2"
    )
    return revision == 0 and db.execute(asked, (number.series, number.serial)).fetchone() is not None


def weigh(db: Database, number: str) -> Weighed:
    """What counts of all versions of a number; no version where nothing is known of it."""
    rows = db.execute(
        "SELECT digest, revision, replaces, kind, record, journalled, chain, sequence FROM version "
        "WHERE number = ? ORDER BY revision, digest",
        (number,),
    ).fetchall()
    versions = [
        Version(
            digest=row[0],
            revision=row[1],
            replaces=row[2],
            kind=row[3],
            record=row[4],
            journalled=bool(row[5]),
            chain=row[6],
            sequence=row[7],
        )
        for row in rows
    ]
    word = db.execute("SELECT digest, aside FROM judged WHERE number = ?", (number,)).fetchone()
    chosen = next((each for each in versions if word and each.digest == word[0]), None)
    if chosen is not None:  # what came to light after the person's word is weighed anew
        versions = [each for each in versions if each.digest not in word[1].split()]
    vouched = chosen.revision if chosen is not None else -1
    strange = [each for each in versions if each.revision > vouched and _is_strange(db, number, each)]
    # A void or a change by a strange hand may undo what is true: a person chooses.
    mixed = bool(strange) and (len(strange) < len(versions) or any(each.kind == Kind.VOID for each in strange))
    return Weighed(versions=versions, conflict=mixed or _contradict(versions), strange=bool(strange))


def _contradict(versions: Sequence[Version]) -> bool:
    by_revision: dict[int, list[str]] = {}
    found = False
    for each in versions:
        rivals = by_revision.setdefault(each.revision, [])
        before = by_revision.get(each.revision - 1, [])
        found = found or bool(rivals) or (bool(before) and not any(one.startswith(each.replaces) for one in before))
        rivals.append(each.digest)
    return found


def _is_strange(db: Database, number: str, version: Version) -> bool:
    if db.execute("SELECT 1 FROM knew").fetchone() is None:
        return False
    signer = json.loads(version.record)["signer"]
    if not is_revoked(db, signer):
        return False
    if version.journalled and is_known(db, signer, version.chain, version.sequence):
        return False
    if is_believed(db, version.digest, signer):
        return False
    kind = Kind(version.kind)
    return not is_on_a_sheet(db, SlipNumber.parse(number), signer=signer, revision=version.revision, kind=kind)
