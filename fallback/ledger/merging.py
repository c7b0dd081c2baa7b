"""Foreign chains taken in: checked to the end first, then stored verbatim beside ours, then attested by one fact."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from fallback.errors import LineWrong, MergeStopped, Sentence
from fallback.ledger import chains
from fallback.ledger.chains import Head
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line
from fallback.ledger.writer import Transaction

_BATCH = 100  # lines a transaction: the desks write in between
_LONGEST_REST = 0.05  # seconds
BESIDE_DESKS = 8  # lines a transaction while clerks wait for theirs: two or three milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Fork:
    """Two different lines at one place of one chain: a cloned installation. Nothing of the foreign one was stored."""

    chain: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeReport:
    """What a merge brought: new lines, the heads of the chains that grew, and the chains that fork from ours.

    A chain in `conflicts` was left out whole; keep its file, a person decides.
    """

    lines: int
    chains: tuple[Head, ...]
    conflicts: tuple[Fork, ...]


def merge(
    lines: Iterable[Line],
    place: str,
    db: Database,
    own: str,
    write: Callable[[Callable[[Transaction], int]], int],
    *,
    batch: int = _BATCH,
    vouching: bool = True,
    resting: bool = False,
) -> MergeReport:
    """Takes in what is new of the lines, which are read twice. Merging the same again changes nothing.

    `batch` is how many lines one transaction takes; with `resting` as much time as each took is left to others. Without
    `vouching` nothing is said of it in our own chain: desks that hear each other all day would answer every such line
    with one of their own.

    Raises LineWrong, naming place and line, for a chain that is broken; then nothing was stored. A line that hangs
    together and says nothing that can be understood is met on the way: then MergeStopped tells what was stored before.
    """
    if isinstance(lines, Iterator):
        lines = list(lines)
    ends, forks = _check(lines, place, db)
    before = {chain: chains.head(db, chain).sequence for chain in ends}
    new = 0
    wanted = (line for line in lines if line.chain not in forks and line.sequence > before[line.chain])
    taken = [chain for chain in ends if chain not in forks]
    try:
        while portion := list(islice(wanted, batch)):
            began = time.monotonic()
            new += write(lambda tx, portion=portion: _store(tx, portion, place))  # type: ignore[misc]
            if resting:
                threading.Event().wait(min(time.monotonic() - began, _LONGEST_REST))
    except LineWrong as wrong:
        if not new:
            raise
        if vouching:
            write(lambda tx: attest(tx, own, taken))
        raise MergeStopped(**wrong.values, taken=new) from wrong
    if vouching:
        write(lambda tx: attest(tx, own, taken))
    grown = [chains.head(db, chain) for chain in taken]
    return MergeReport(
        lines=new,
        chains=tuple(head for head in grown if head.sequence > before[head.chain]),
        conflicts=tuple(Fork(chain=chain, sequence=sequence) for chain, sequence in forks.items()),
    )


def _wrong(line: Line, place: str, why: str) -> LineWrong:
    return LineWrong(
        place=place, line=Sentence("{line} of chain {chain}", line=line.sequence, chain=line.chain), why=why
    )


def _check(lines: Iterable[Line], place: str, db: Database) -> tuple[dict[str, Head], dict[str, int]]:
    """The end of each chain in the lines, and the first place where one differs from what is stored.

    Raises LineWrong where a chain does not hold together by itself, or does not reach back to what is stored.
    """
    ends: dict[str, Head] = {}
    forks: dict[str, int] = {}
    stored: dict[str, int] = {}
    for line in lines:
        chain, sequence = line.chain, line.sequence
        before = ends.get(chain)
        if before is None:
            stored[chain] = chains.head(db, chain).sequence
            known = ZEROS if sequence == 1 else chains.hash_at(db, chain, sequence - 1)
            if known is None:
                raise _wrong(line, place, "the lines before it are missing")
            if line.previous != known:
                if sequence == 1:
                    raise _wrong(line, place, "it is not the beginning of a chain")
                forks[chain] = sequence - 1
        elif sequence != before.sequence + 1:
            why = Sentence("it stands after line {line}: lines are missing, or moved", line=before.sequence)
            raise _wrong(line, place, why)
        elif line.previous != before.hash:
            raise _wrong(line, place, "it does not follow the line before it: one of them was changed")
        if sequence <= stored[chain] and chains.hash_at(db, chain, sequence) != line.hash:
            forks.setdefault(chain, sequence)
        ends[chain] = Head(chain=chain, sequence=sequence, hash=line.hash)
    return ends, forks


def _store(tx: Transaction, batch: list[Line], place: str) -> int:
    """Stores what is not there; another process may have merged the same since. Returns how many were new."""
    new = 0
    for line in batch:
        known = chains.hash_at(tx.db, line.chain, line.sequence)
        if known is None:
            chains.store(tx.db, line)
            new += 1
        elif known != line.hash:
            raise _wrong(line, place, "another history of this chain was stored a moment ago")
    return new


def attest(tx: Transaction, own: str, taken: list[str]) -> int:
    """One fact per foreign chain that grew since the last one: our chain vouches for where it stood."""
    told = 0
    for chain in taken:
        head = chains.head(tx.db, chain)
        if chain != own and attested(tx.db, own).get(chain, (0, ""))[0] < head.sequence:
            content = {"chain": chain, "sequence": head.sequence, "head": head.hash.hex()}
            tx.append(FactKind.CHAIN_MERGED, content)
            told += 1
    return told


def unvouched(db: Database, own: str) -> list[str]:
    """The foreign chains of which our own last word is older than what stands in them, other than such words."""
    told = attested(db, own)
    return [
        chain
        for chain in chains.heads(db)
        if chain != own
        and db.execute(
            "SELECT 1 FROM line WHERE chain = ? AND sequence > ? AND fact <> 'chain_merged' LIMIT 1",
            (chain, told.get(chain, (0, ""))[0]),
        ).fetchone()
    ]


def attested(db: Database, own: str) -> dict[str, tuple[int, str]]:
    """What a chain's own facts say of the others: the last sequence and head (hex) of each."""
    rows = db.execute(
        "SELECT text ->> '$.content.chain', text ->> '$.content.sequence', text ->> '$.content.head' FROM line "
        "WHERE chain = ? AND fact IN ('chain_merged', 'copy_behind', 'copy_caught_up') AND fact = 'chain_merged' "
        "ORDER BY sequence",
        (own,),
    ).fetchall()
    return {row[0]: (row[1], row[2]) for row in rows}
