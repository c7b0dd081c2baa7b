"""An exchange with one desk: both prove themselves, tell where their chains end, and give what the other lacks."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fallback.custody.network.lines import (
    MOST_HEADS,
    MOST_LINES,
    About,
    behind,
    beyond,
    forks_between,
    opened,
    portion,
)
from fallback.custody.network.proof import LanKeys, fresh_nonce
from fallback.errors import ComputerForeign, ComputerOdd, ComputerSilent
from fallback.lan import Answer, Line as Wire
from fallback.ledger import Head, Ledger, Line

HELLO, HEADS, GIVE, TAKE = "/lan/hello", "/lan/heads", "/lan/give", "/lan/take"
REACHED = 1.5  # seconds for its system to take a connection: two packets may be lost; where nobody is, nobody waits
CALLED = 3.0  # seconds for a computer of the same network to answer, where a first packet or two are lost
TOLD = 3.0  # for its heads: a line that was kept while its cable was pulled is given up soon
ANSWERED = 10.0  # for a portion, over a telephone's hotspot that loses every tenth packet
_MOST_HELLO = 4096
_LONGEST = 20.0  # seconds with one desk, before others have their turn

Take = Callable[[list[Line]], None]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """What an exchange found and brought: whom we met, lines that came and went, what each side still lacks.

    `forks` are chains with two histories, `offset` how many seconds its clock is ahead of ours.
    """

    about: About
    came: int
    went: int
    behind: int
    ahead: int
    forks: frozenset[str]
    offset: float


class Session:
    """A line to a desk of our hospital, which has proved that it is one."""

    def __init__(self, wire: Wire, keys: LanKeys) -> None:
        """Says hello. Raises ComputerForeign when it cannot prove itself, ComputerSilent, ComputerOdd."""
        self._wire = wire
        self._keys = keys
        self._token = ""
        self._greet()

    @classmethod
    def open(cls, address: str, port: int, keys: LanKeys) -> "Session":
        """Calls a desk. Raises as the session itself."""
        wire = Wire.open(address, port, within=CALLED, reached=REACHED)
        try:
            return cls(wire, keys)
        except BaseException:
            wire.close()
            raise

    @property
    def address(self) -> str:
        """Whose line it is."""
        return self._wire.address

    @property
    def begins(self) -> str:
        """Our own address on the line; "" when it has ended."""
        return self._wire.begins

    def ask(self, path: str, body: bytes, most: int, *, within: float = ANSWERED) -> bytes:
        """What it answers to us, within so many seconds. Raises ComputerSilent, ComputerOdd, ComputerForeign."""
        answer = self._asked(path, body, most, within)
        if answer.status == 401:  # its token is too old, or it was started anew
            self._greet()
            answer = self._asked(path, body, most, within)
        if answer.status != 200:
            raise ComputerOdd(address=self.address, why=f"HTTP {answer.status}")
        return answer.body

    def close(self) -> None:
        """Ends the line."""
        self._wire.close()

    def _asked(self, path: str, body: bytes, most: int, within: float) -> Answer:
        digest = hashlib.sha256(body).hexdigest()
        proof = self._keys.asks(self._token, self._wire.certificate, path, len(body), digest)
        headers = {"Parchi-Lan": f"{self._token} {proof}", "Parchi-Body": digest}
        return self._wire.ask(path, body, within=within, most=most, headers=headers)

    def _greet(self) -> None:
        nonce = fresh_nonce()
        answer = self._wire.ask(HELLO, json.dumps({"nonce": nonce}).encode(), within=CALLED, most=_MOST_HELLO)
        if answer.status in (429, 503):  # it has no time
            raise ComputerSilent(address=self.address, port=str(self._wire.port))
        try:
            told = json.loads(answer.body)
            token, proof = str(told["token"]), str(told["proof"])
        except (ValueError, KeyError, TypeError, RecursionError) as wrong:
            raise ComputerForeign(address=self.address) from wrong
        if proof != self._keys.here(nonce, token, self._wire.certificate) or not token.isalnum():
            raise ComputerForeign(address=self.address)
        self._token = token


def meet(
    session: Session, ledger: Ledger, about: Callable[[], About], take: Take, *, progress: Progress | None = None,
    longest: float = _LONGEST, wall: Callable[[], float] = time.time,
) -> Met:  # fmt: skip
    """One exchange, both ways, as far as `longest` seconds reach. `take` stores what came.

    Raises ComputerSilent, ComputerOdd and ComputerForeign; what was stored by then stays.
    """
    ends, asked = time.monotonic() + longest, wall()
    theirs = _about(session, about())
    offset = theirs.time - (asked + wall()) / 2
    forks = theirs.forks | forks_between(ledger, theirs.heads)
    there = {chain: head for chain, head in theirs.heads.items() if chain not in forks}
    came = _pull(session, ledger, there, take, progress, ends)
    went, given = _push(session, ledger, there, forks, ends)
    ours = {chain: head for chain, head in ledger.heads().items() if chain not in forks}
    return Met(
        about=theirs, came=came, went=went, behind=behind(ours, there), ahead=behind(given, ours), forks=forks,
        offset=offset,
    )  # fmt: skip


def hear_lines(session: Session, ledger: Ledger, about: About, take: Take, *, longest: float = _LONGEST) -> None:
    """One exchange, one way: what it knows and we lack. Raises as `meet`."""
    ends = time.monotonic() + longest
    theirs = _about(session, about).heads
    forks = forks_between(ledger, theirs)
    _pull(session, ledger, {chain: head for chain, head in theirs.items() if chain not in forks}, take, None, ends)


def look(session: Session, ledger: Ledger, about: About, *, wall: Callable[[], float] = time.time) -> Met:
    """Who it is and what each side lacks; nothing goes or comes. Raises as `meet`."""
    asked = wall()
    theirs = _about(session, about)
    forks = theirs.forks | forks_between(ledger, theirs.heads)
    there, ours = (
        {chain: head for chain, head in heads.items() if chain not in forks} for heads in (theirs.heads, ledger.heads())
    )
    return Met(
        about=theirs, came=0, went=0, behind=behind(ours, there), ahead=behind(there, ours), forks=forks,
        offset=theirs.time - (asked + wall()) / 2,
    )  # fmt: skip


def _about(session: Session, own: About) -> About:
    try:
        return About.unpacked(session.ask(HEADS, own.packed(), MOST_HEADS, within=TOLD))
    except ValueError as wrong:
        raise ComputerOdd(address=session.address, why="its heads cannot be read") from wrong


def _pull(
    session: Session, ledger: Ledger, there: Mapping[str, Head], take: Take, progress: Progress | None, ends: float
) -> int:
    came, missing = 0, behind(ledger.heads(), there)
    while wanted := beyond(ledger.heads(), there):
        if progress is not None:
            progress(came, missing)
        told = session.ask(GIVE, json.dumps(wanted).encode(), MOST_LINES)
        before = behind(ledger.heads(), there)
        take(opened(ledger, told, session.address))
        got = before - behind(ledger.heads(), there)
        came += got
        if not got or time.monotonic() > ends:  # a chain that cannot be read must not be asked for again and again
            break
    if progress is not None:
        progress(came, missing)
    return came


def _push(
    session: Session, ledger: Ledger, there: Mapping[str, Head], forks: frozenset[str], ends: float
) -> tuple[int, dict[str, Head]]:
    """How many lines went, and where its chains stand then."""
    went, given = 0, dict(there)
    while time.monotonic() <= ends:
        ours = {chain: head for chain, head in ledger.heads().items() if chain not in forks}
        told, reached = portion(ledger, beyond(given, ours))
        if not told:
            break
        answer = session.ask(TAKE, told, MOST_HEADS)
        try:
            stands = About.unpacked(answer).heads
        except ValueError as wrong:
            raise ComputerOdd(address=session.address, why="its heads cannot be read") from wrong
        before = sum(head.sequence for head in given.values())
        given = {chain: stands.get(chain, Head(chain=chain, sequence=0, hash=b"")) for chain in {*given, *reached}}
        gone = sum(head.sequence for head in given.values()) - before
        went += gone
        if gone <= 0:  # it does not take them: another version, a fork that it knows of
            break
    return went, given
