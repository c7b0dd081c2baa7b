"""What two desks tell each other: where their chains end, and lines in the format of the second copies, in portions."""

import hashlib
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from fallback.errors import CopyForeign, LineWrong
from fallback.ledger import Head, Ledger, Line
from fallback.ledger.carrier import COPY, LONGEST_LINE, first_line
from fallback.ledger.chains import hash_at, texts
from fallback.ledger.journal import open_line, seal_line

PORTION = 128 * 1024  # bytes of lines that go at once; a longer line goes alone
MOST_LINES = LONGEST_LINE + 2 * PORTION  # bytes of an answer or a body with lines
MOST_HEADS = 1 << 20  # of one without
_MOST_NAMES, _LONGEST_NAME = 12, 60
_MOST_KNOWN = 64
_MOST_CHAINS = 4000
_AT_ONCE = 50  # lines asked of the journal at once
_LONGEST_HEX = 64
_BREATH = 10  # lines


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a desk says of itself when it meets another: who it is, which chain it writes, where all its chains end.

    `instance` (hex) is new at each start; `chain` is "" for one that only listens. `port` is that of its door, 0 where
    it has none. `time` is its clock (seconds since 1970), `names` are its desks', `known` the addresses of others that
    it met. `forks` are chains of which the one that is told has another history.
    """

    instance: str
    chain: str
    port: int
    serves: bool
    time: float
    names: tuple[str, ...] = ()
    known: tuple[tuple[str, int], ...] = ()
    heads: Mapping[str, Head] = field(default_factory=dict)
    forks: frozenset[str] = frozenset()

    @property
    def mark(self) -> bytes:
        """Eight bytes that stand for all its heads."""
        return mark_of(self.heads)

    def packed(self) -> bytes:
        """As it goes over a line."""
        told = {
            "version": 1, "instance": self.instance, "chain": self.chain, "port": self.port, "serves": self.serves,
            "time": self.time, "names": self.names, "known": self.known, "forks": sorted(self.forks),
            "heads": {each.chain: [each.sequence, each.hash.hex()] for each in self.heads.values() if each.sequence},
        }  # fmt: skip
        return json.dumps(told, separators=(",", ":")).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Raises ValueError for anything else, of whatever kind."""
        try:
            told: dict[str, Any] = json.loads(packed)
            if len(told["heads"]) > _MOST_CHAINS or told["version"] != 1:
                raise ValueError("it is of another version")
            heads = {
                _hex(chain, 16): Head(chain=chain, sequence=_whole(sequence), hash=bytes.fromhex(_hex(end, 64)))
                for chain, (sequence, end) in told["heads"].items()
            }
            return cls(
                instance=_hex(told["instance"], 16),
                chain=_hex(told["chain"], 16) if told["chain"] else "",
                port=min(_whole(told["port"]), 65_535),
                serves=bool(told["serves"]),
                time=_moment(told["time"]),
                names=tuple(_plain(each) for each in told["names"][:_MOST_NAMES]),
                known=tuple((str(host)[:15], _whole(port)) for host, port in told["known"][:_MOST_KNOWN]),
                heads=heads,
                forks=frozenset(_hex(each, 16) for each in told["forks"]),
            )
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError) as wrong:
            raise ValueError("it is not what a desk says of itself") from wrong


def mark_of(heads: Mapping[str, Head]) -> bytes:
    """Eight bytes that are the same for two desks that have the same lines."""
    told = "\n".join(
        sorted(f"{each.chain} {each.sequence} {each.hash.hex()}" for each in heads.values() if each.sequence)
    )
    return hashlib.sha256(told.encode()).digest()[:8]


def forks_between(ledger: Ledger, theirs: Mapping[str, Head]) -> frozenset[str]:
    """The chains of which we hold another line than theirs where theirs ends."""
    ours, db = ledger.heads(), ledger.db()
    found = set()
    for chain, head in theirs.items():
        own = ours.get(chain)
        if own is None or own.sequence < head.sequence or not head.sequence:
            continue
        known = own.hash if own.sequence == head.sequence else hash_at(db, chain, head.sequence)
        if known != head.hash:
            found.add(chain)
    return frozenset(found)


def beyond(have: Mapping[str, Head], there: Mapping[str, Head]) -> dict[str, int]:
    """The chains that go further there, each with the sequence where `have` ends."""
    ends = {chain: have[chain].sequence if chain in have else 0 for chain in there}
    return {chain: end for chain, end in ends.items() if there[chain].sequence > end}


def behind(have: Mapping[str, Head], there: Mapping[str, Head]) -> int:
    """How many lines are there and not here."""
    return sum(there[chain].sequence - end for chain, end in beyond(have, there).items())


def portion(ledger: Ledger, wanted: Mapping[str, int], limit: int = PORTION) -> tuple[bytes, dict[str, int]]:
    """Sealed lines after the sequences that are wanted, of each chain in turn, and where each chain stands with them.

    Not much more than `limit` bytes, and at least one line where there is one.
    """
    told, size, ends = [first_line(COPY, ledger.vault.key_id)], 0, dict(wanted)
    for line in _woven(ledger, wanted):
        chain, sequence, text = line
        sealed = seal_line(ledger.vault, COPY, chain, sequence, text).encode()
        if size and size + len(sealed) > limit:
            break
        told.append(sealed)
        size += len(sealed)
        ends[chain] = sequence
    return (b"".join(told) if size else b""), ends


def opened(ledger: Ledger, told: bytes, place: str) -> list[Line]:
    """The lines of a portion that we do not have. Raises CopyForeign, or LineWrong at the first that is wrong."""
    if not told:
        return []
    first, _, rest = told.partition(b"\n")
    if first + b"\n" != first_line(COPY, ledger.vault.key_id):
        raise CopyForeign(file=place, why="it belongs to another vault")
    have, found = ledger.heads(), []
    for number, raw in enumerate(rest.splitlines(), 2):
        text = raw.decode("ascii", "replace")
        chain, _, after = text.partition(" ")
        sequence = after.partition(" ")[0]
        if not sequence.isdigit() or len(sequence) > _LONGEST_HEX:
            raise LineWrong(place=place, line=number, why="it was changed, or is damaged")
        if chain in have and int(sequence) <= have[chain].sequence:
            continue  # another desk was quicker
        found.append(open_line(ledger.vault, COPY, text, place=place, number=number))
        if not len(found) % _BREATH:
            threading.Event().wait(0.001)  # whoever registers has the interpreter in between
    return found


def _woven(ledger: Ledger, wanted: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """Some lines of every chain before more of any: a long chain does not keep a short one waiting."""
    db, ends = ledger.db(), dict(wanted)
    while ends:
        for chain, since in list(ends.items()):
            found = texts(db, chain, since, _AT_ONCE)
            for sequence, text in found:
                yield chain, sequence, text
            if len(found) < _AT_ONCE:
                del ends[chain]
            else:
                ends[chain] = found[-1][0]


def chains_of(lines: Iterable[Line]) -> dict[str, list[Line]]:
    """Lines by their chain."""
    found: dict[str, list[Line]] = {}
    for line in lines:
        found.setdefault(line.chain, []).append(line)
    return found


def wanted_of(packed: bytes) -> dict[str, int]:
    """The sequences that somebody asks lines after. Raises ValueError."""
    try:
        told = json.loads(packed)
        if len(told) > _MOST_CHAINS:
            raise ValueError
        return {_hex(chain, 16): _whole(since) for chain, since in told.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as wrong:
        raise ValueError("it is not what a desk asks") from wrong


def _hex(text: object, digits: int) -> str:
    if not isinstance(text, str) or len(text) != digits or set(text) - set("0123456789abcdef"):
        raise ValueError("it is no such number")
    return text


def _whole(number: object) -> int:
    if type(number) is not int or not 0 <= number < 1 << 53:
        raise ValueError("it is no such number")
    return number


def _moment(number: object) -> float:
    """Seconds that a page can show: JSON knows an endless one, and one that is none."""
    if type(number) not in (int, float) or not abs(found := float(number)) < 1 << 53:  # type: ignore[arg-type]
        raise ValueError("it is no such number")
    return found


def _plain(name: object) -> str:
    return "".join(sign for sign in str(name) if sign.isprintable())[:_LONGEST_NAME]
