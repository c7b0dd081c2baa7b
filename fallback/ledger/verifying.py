"""Whether the journal, or a file of it, is what was written: any changed, dropped, moved or invented line is found.

A chain proves its inside. Its end is proved by what stands elsewhere: the chain's head, another chain's word for it,
a second copy, and the head that was printed on paper.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from sqlite_utils import Database

from fallback.errors import LineWrong, ParchiError, Sentence
from fallback.ledger import chains
from fallback.ledger.carrier import Carrier
from fallback.ledger.chains import Head
from fallback.ledger.complaints import Complaint
from fallback.ledger.journal import ZEROS, digest
from fallback.ledger.merging import attested

_BATCH = 500


class TroubleKind(StrEnum):
    """What is wrong at a place of a chain."""

    CHANGED = "changed"
    MISSING = "missing"
    MOVED = "moved"
    INVENTED = "invented"
    DAMAGED = "damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is not as it was written. `chain` is "" and `sequence` 0 where the file itself is damaged."""

    kind: TroubleKind
    chain: str
    sequence: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """How many lines were looked at, where each chain ends, and all that is wrong."""

    lines: int
    heads: tuple[Head, ...]
    troubles: tuple[Trouble, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.troubles


@dataclass(slots=True)
class _Walk:
    """A walk along chains, line by line, which remembers where each stands."""

    ends: dict[str, Head] = field(default_factory=dict)
    troubles: list[Trouble] = field(default_factory=list)
    lines: int = 0

    def say(self, kind: TroubleKind, chain: str, sequence: int, why: str) -> None:
        self.troubles.append(Trouble(kind=kind, chain=chain, sequence=sequence, why=why))

    def step(self, chain: str, sequence: int, previous: bytes, line_hash: bytes) -> None:
        """The next line of a chain: it must follow the last one by number and by hash."""
        before = self.ends.get(chain) or Head(chain=chain, sequence=0, hash=ZEROS)
        if sequence > before.sequence + 1:
            last = sequence - 1
            says = "line {last} is missing" if last == before.sequence + 1 else "lines up to {last} are missing"
            why = Sentence(says, last=last)
            self.say(TroubleKind.MISSING, chain, before.sequence + 1, why)
        elif sequence <= before.sequence:
            self.say(TroubleKind.MOVED, chain, sequence, Sentence("it stands after line {line}", line=before.sequence))
        elif previous != before.hash:
            self.say(TroubleKind.MOVED, chain, sequence, "it does not follow the line before it")
        self.ends[chain] = Head(chain=chain, sequence=sequence, hash=line_hash)
        self.lines += 1

    def report(self) -> VerifyReport:
        return VerifyReport(lines=self.lines, heads=tuple(self.ends.values()), troubles=tuple(self.troubles))


def verify_journal(db: Database, *, printed: tuple[Head, ...] = ()) -> VerifyReport:
    """Looks at every page and every line of the database. `printed` are heads that paper shows, to be proved."""
    walk = _Walk()
    try:
        db.execute("BEGIN")  # one moment of the journal, while the desks go on
        try:
            # Not cipher_integrity_check: it reads the file without its -wal, and cries when a checkpoint is half done.
            if (found := db.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
                walk.say(TroubleKind.DAMAGED, "", 0, Sentence("the database file is damaged: {told}", told=found[0][0]))
            _walk_lines(db, walk)
            _check_ends(db, walk, printed)
        finally:
            if db.conn.in_transaction:
                db.execute("ROLLBACK")
    except (ParchiError, Complaint) as wrong:
        walk.say(TroubleKind.DAMAGED, "", 0, Sentence("the database cannot be read to its end: {told}", told=wrong))
    return walk.report()


def verify_file(carrier: Carrier, db: Database) -> VerifyReport:
    """Looks at every line of a copy or export, and whether the journal has the same. Raises CopyForeign."""
    walk, own = _Walk(), chains.own_chain(db)
    for found in carrier.read():
        if isinstance(found, LineWrong):
            walk.say(TroubleKind.DAMAGED, "", 0, str(found))
            walk.lines += 1
            continue
        chain, sequence = found.chain, found.sequence
        if (
            chain not in walk.ends and sequence > 1
        ):  # an export of the newest lines only: the journal has what is before
            before = chains.hash_at(db, chain, sequence - 1) or ZEROS
            walk.ends[chain] = Head(chain=chain, sequence=sequence - 1 if before != ZEROS else 0, hash=before)
        walk.step(chain, sequence, found.previous, found.hash)
        known = chains.hash_at(db, chain, sequence)
        if known is not None and known != found.hash:
            walk.say(TroubleKind.CHANGED, chain, sequence, "the journal holds another line at this place")
        elif known is None and (chain == own or sequence <= chains.head(db, chain).sequence):
            walk.say(TroubleKind.MISSING, chain, sequence, "the journal does not hold this line any more")
    return walk.report()


def _rows(db: Database) -> Iterator[tuple[str, int, bytes, str]]:
    chain, sequence = "", 0
    while rows := db.execute(
        "SELECT chain, sequence, hash, text FROM line WHERE (chain, sequence) > (?, ?) "
        "ORDER BY chain, sequence LIMIT ?",
        (chain, sequence, _BATCH),
    ).fetchall():
        yield from rows
        chain, sequence = rows[-1][0], rows[-1][1]


def _walk_lines(db: Database, walk: _Walk) -> None:
    for chain, sequence, line_hash, text in _rows(db):
        try:
            record = json.loads(text)
            told, previous = (record["chain"], record["sequence"]), bytes.fromhex(record["previous"])
        except (ValueError, KeyError, TypeError, RecursionError):
            told, previous = (chain, sequence), ZEROS
        if digest(text) != line_hash:
            walk.say(TroubleKind.CHANGED, chain, sequence, "its text is not the text that its hash was made of")
        elif told != (chain, sequence):
            walk.say(
                TroubleKind.MOVED,
                chain,
                sequence,
                Sentence("it is line {line} of chain {chain}", line=told[1], chain=told[0]),
            )
        walk.step(chain, sequence, previous, digest(text))


def _check_ends(db: Database, walk: _Walk, printed: tuple[Head, ...]) -> None:
    """The ends of the chains against all that is known of them elsewhere."""
    heads = chains.heads(db)
    for chain, end in walk.ends.items():
        if chain not in heads or end.sequence > heads[chain].sequence:
            walk.say(TroubleKind.INVENTED, chain, end.sequence, "it stands after the chain's head")
    for chain, head in heads.items():
        sequence = walk.ends[chain].sequence if chain in walk.ends else 0
        if sequence < head.sequence:
            walk.say(
                TroubleKind.MISSING,
                chain,
                sequence + 1,
                Sentence("the chain's head is line {line}", line=head.sequence),
            )
        elif sequence == head.sequence and sequence and walk.ends[chain].hash != head.hash:
            walk.say(TroubleKind.CHANGED, chain, sequence, "it is not the line that the chain's head names")
    words = [(head.chain, head.sequence, head.hash.hex(), "the printed paper") for head in printed]
    for teller in heads:
        words += [(chain, *word, f"chain {teller}") for chain, word in attested(db, teller).items()]
    for chain, sequence, told, teller in words:
        known = chains.hash_at(db, chain, sequence)
        if known is None:
            walk.say(TroubleKind.MISSING, chain, sequence, Sentence("{teller} names it", teller=teller))
        elif not known.hex().startswith(told):  # paper may have the beginning of a hash only
            walk.say(
                TroubleKind.CHANGED,
                chain,
                sequence,
                Sentence("{teller} names another line at this place", teller=teller),
            )
    lost = db.execute(
        "SELECT seq - (SELECT count(*) FROM line), (SELECT coalesce(max(place), 0) FROM line) FROM sqlite_sequence "
        "WHERE name = 'line'"
    ).fetchone()
    if lost and lost[0] != 0 and not walk.troubles:
        walk.say(TroubleKind.MISSING, "", 0, Sentence("lines were taken out of the journal: {count}", count=lost[0]))
