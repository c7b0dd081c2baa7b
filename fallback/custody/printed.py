"""Where paper says that the journal ended: what was typed from it, and the shift sheets that came back as scans.

A chain proves its inside. That nobody wrote it anew from some line on, every hash right, only paper proves: whoever
holds the data key cannot change what was printed and carried away.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fallback.downtime import shift_key
from fallback.errors import PrintedHeadWrong, Sentence
from fallback.ledger import Head, Trouble, TroubleKind
from fallback.ledger.chains import hash_at, head
from fallback.ledger.queries import Database
from fallback.ledger.queries.sheets import statements

LEAST_DIGITS = 16  # of a hash in hex: 64 bits, which nobody hits by trying
_HEX = re.compile(r"[0-9a-f]+")
_SIGNS = str.maketrans("", "", " \t,-")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetHead:
    """What a shift's sheet that was read says of the journal. `chains` are those that had its desk.

    `proved` is the chain that has it so; "" where none has, though one should. None: no chain here ever had that desk,
    as after a rebuild from paper, and nothing can be said.
    """

    shift: str
    sequence: int
    hash: bytes
    chains: tuple[str, ...]
    proved: str | None


def printed_head(typed: str) -> Head:
    """A head as somebody typed it from paper: `chain:line:hash`, spaces and commas as printed. The hash may be the
    beginning of it, 16 digits or more. Raises PrintedHeadWrong."""
    parts = [part.translate(_SIGNS).lower() for part in re.split(r"[:·]", typed)]

    def wrong(why: str) -> PrintedHeadWrong:
        return PrintedHeadWrong(typed=typed[:120] if typed.isprintable() else "?", why=why)

    if len(parts) != 3:
        raise wrong("it has not three parts")
    chain, sequence, digits = parts
    if not re.fullmatch(r"[0-9a-f]{16}", chain):
        raise wrong("a chain has 16 digits, 0 to 9 and a to f")
    if not re.fullmatch(r"[0-9]{1,15}", sequence) or int(sequence) == 0:
        raise wrong("its line is a number from 1")
    if not _HEX.fullmatch(digits) or not LEAST_DIGITS <= len(digits) <= 64 or len(digits) % 2:
        raise wrong(Sentence("of the hash at least {count} digits are needed, two by two", count=LEAST_DIGITS))
    return Head(chain=chain, sequence=int(sequence), hash=bytes.fromhex(digits))


def sheet_heads(db: Database) -> list[SheetHead]:
    """Every shift's sheet that was read, held against the journal; a sheet of several pages once."""
    found: dict[tuple[str, int, str], SheetHead] = {}
    for row in statements(db, "shift"):
        record = row.record
        told = (shift_key(record["series"], record["ordinal"]), record["head_sequence"], record["head"])
        if told not in found:
            found[told] = _held(db, record)
    return list(found.values())


def sheet_troubles(db: Database) -> Iterator[Trouble]:
    """What the sheets that came back say against the journal."""
    for sheet in sheet_heads(db):
        if sheet.proved != "":
            continue
        for chain in sheet.chains:
            gone = head(db, chain).sequence < sheet.sequence
            says = (
                "the sheet of shift {shift} names it" if gone else "the sheet of shift {shift} names another line here"
            )
            yield Trouble(
                kind=TroubleKind.MISSING if gone else TroubleKind.CHANGED,
                chain=chain,
                sequence=sheet.sequence,
                why=Sentence(says, shift=sheet.shift),
            )


def _held(db: Database, record: dict[str, Any]) -> SheetHead:
    rows = db.execute(  # a rebuild from paper names the desks that it met, on no machine: none of its lines is theirs
        "SELECT DISTINCT chain FROM enrolment WHERE series = ?1 AND (machine <> '' OR EXISTS (SELECT 1 FROM shift "
        "WHERE shift.series = ?1 AND substr(begun, 14) = enrolment.chain)) ORDER BY chain",
        (record["series"],),
    )
    chains = tuple(chain for (chain,) in rows)
    told, sequence = bytes.fromhex(record["head"]), int(record["head_sequence"])
    proved = None
    if chains:
        known = ((chain, hash_at(db, chain, sequence)) for chain in chains)
        proved = next((chain for chain, line in known if line is not None and line.startswith(told)), "")
    return SheetHead(
        shift=shift_key(record["series"], record["ordinal"]), sequence=sequence, hash=told, chains=chains, proved=proved
    )
