"""The line: one fact, chained to the one before it by a hash; its canonical text, and that text sealed for a carrier.

A line's identity is its chain and sequence. Its hash is SHA-256 of its canonical text, which holds the hash of the line
before it, so that nothing can be changed, left out or put elsewhere without breaking every later hash.
"""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Self

from fallback.errors import FieldWrong, LineWrong, SealBroken, Sentence
from fallback.ledger.facts import FactKind
from fallback.slip import INDIA
from fallback.vault import Vault

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
ZEROS = bytes(32)  # what the first line of a chain names as the hash before it
PURPOSE = "copy"
_VERSION = 1
_CHAIN = re.compile(r"[0-9a-f]{16}")
_KEYS = {
    "at", "by", "chain", "content", "fact", "local", "payload", "previous", "sequence", "series", "shift", "version",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a chain. Not slotted: its text and hash are worked out once and kept.

    `at` is UTC, `local` the same moment as Indian time with its offset, as an ISO text; the order of lines is
    `sequence`, never a time. `content` holds JSON values, by kind of fact (see facts.py). `payload` is what the QR
    carries, empty when there is none; `series` is the desk (0: none), `by` a login.
    """

    chain: str
    sequence: int
    previous: bytes
    at: datetime
    local: str
    fact: FactKind
    content: dict[str, Any] = field(default_factory=dict)
    payload: bytes = b""
    series: int = 0
    shift: str = ""
    by: str = ""

    @cached_property
    def text(self) -> str:
        """Canonical JSON: sorted keys, no spaces, letters as they are, the payload in base64."""
        return _canonical(
            {
                "version": _VERSION,
                "chain": self.chain,
                "sequence": self.sequence,
                "previous": self.previous.hex(),
                "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "local": self.local,
                "fact": self.fact.value,
                "content": self.content,
                "payload": b64encode(self.payload).decode(),
                "series": self.series,
                "shift": self.shift,
                "by": self.by,
            }
        )

    @cached_property
    def hash(self) -> bytes:
        """SHA-256 of the text, 32 bytes."""
        return digest(self.text)

    @classmethod
    def parse(cls, text: str, *, place: str = "journal", line: object = "?") -> Self:
        """Reads a canonical text; raises LineWrong, naming place and line, for anything else."""

        def wrong(why: str) -> LineWrong:
            return LineWrong(place=place, line=line, why=why)

        try:
            record = json.loads(text)
            if record.get("version") != _VERSION or set(record) != _KEYS:
                raise wrong("it is of a version of Parchi that this one does not know")
            try:
                fact = FactKind(record["fact"])
            except ValueError:
                raise wrong("its fact is of a version of Parchi that this one does not know; update first") from None
            parsed = cls(
                chain=str(record["chain"]),
                sequence=int(record["sequence"]),
                previous=bytes.fromhex(record["previous"]),
                at=datetime.fromisoformat(record["at"]),
                local=str(record["local"]),
                fact=fact,
                content=dict(record["content"]),
                payload=b64decode(record["payload"], validate=True),
                series=int(record["series"]),
                shift=str(record["shift"]),
                by=str(record["by"]),
            )
            if parsed.at.tzinfo is None or not _CHAIN.fullmatch(parsed.chain) or not 0 < parsed.sequence < 1 << 53:
                raise wrong("its chain, its sequence or its time cannot be")
            if len(parsed.previous) != len(ZEROS) or parsed.text != text:
                raise wrong("it is not in canonical form")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError) as failed:
            raise wrong(Sentence("it cannot be parsed ({kind})", kind=type(failed).__name__)) from failed
        return parsed


def next_line(
    chain: str,
    sequence: int,
    previous: bytes,
    now: datetime,
    fact: FactKind,
    content: dict[str, Any],
    *,
    payload: bytes,
    series: int,
    shift: str,
    by: str,
) -> Line:
    """The line after `sequence`, its content exactly as any reader will parse it. Raises FieldWrong or ValueError."""
    if now.tzinfo is None:
        raise ValueError("the clock must say its time zone")
    try:
        text = _canonical(content)
        text.encode()
    except UnicodeEncodeError as wrong:
        raise FieldWrong(field="Text", why="it has signs that are not Unicode. Type it again.") from wrong
    return Line(
        chain=chain,
        sequence=sequence + 1,
        previous=previous,
        at=now.astimezone(UTC),
        local=now.astimezone(INDIA).isoformat(timespec="seconds"),
        fact=fact,
        content=json.loads(text),
        payload=bytes(payload),
        series=series,
        shift=shift,
        by=by,
    )


def digest(text: str) -> bytes:
    """The hash of a line's text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def seal_line(vault: Vault, kind: str, chain: str, sequence: int, text: str) -> str:
    """A line as a carrier's text line: chain and sequence in clear, then its text sealed, in base64.

    `kind` is the carrier's (`copy` or `export`): a line out of one does not open in the other, nor in another place.
    """
    sealed = vault.seal(PURPOSE, text.encode(), _context(kind, chain, sequence))
    return f"{chain} {sequence} {b64encode(sealed).decode()}\n"


def open_line(vault: Vault, kind: str, sealed: str, *, place: str, number: int) -> Line:
    """The inverse of `seal_line`. Raises LineWrong with the place and the number of the text line."""
    try:
        chain, counted, body = sealed.split(" ")
        sequence = int(counted)
        text = vault.unseal(PURPOSE, b64decode(body, validate=True), _context(kind, chain, sequence)).decode()
    except (ValueError, SealBroken) as wrong:
        raise LineWrong(place=place, line=number, why="it was changed, or is damaged") from wrong
    line = Line.parse(text, place=place, line=number)
    if (line.chain, line.sequence) != (chain, sequence):
        raise LineWrong(place=place, line=number, why="it is another line than it says")
    return line


def _context(kind: str, chain: str, sequence: int) -> bytes:
    return f"{kind} {chain} {sequence}".encode()


def _canonical(value: Any) -> str:
    return _ENCODER.encode(value)
