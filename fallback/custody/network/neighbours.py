"""The other desks as this one knows them: where they are, when they were heard, what they lack and we lack."""

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

from fallback.custody.network.exchange import Met, Session
from fallback.custody.network.lines import About, behind
from fallback.errors import ParchiError
from fallback.lan import Beacon
from fallback.ledger import Head

AWAY = 8.0  # seconds without a word: four beacons
_LONGEST_WAIT = 8.0
_FORGOTTEN = 12 * 3600.0
_MOST = 256  # computers; beyond that the one that was silent longest is forgotten
_PROVED_FIRST = 0.8
_WARM = 4  # neighbours with an open line: enough for news to go round by them
_TOGETHER = 60.0  # so often two desks with the same lines meet, to learn each other's names and clocks
CLOCKS = 120.0  # seconds by which clocks may differ unsaid


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """Another desk, for a page. `names` are its desks'; `heard` is how many seconds ago, `here` whether that is lately.

    `behind` are lines that it has and we lack, `ahead` the other way round, as far as is known. `offset` is how many
    seconds its clock is ahead of ours; `forks` are chains of which it has another history; `trouble` is why the last
    exchange failed. `twin`: it writes our own journal. `proved`: it has shown that it is of this hospital.
    """

    address: str
    port: int
    names: tuple[str, ...]
    heard: float
    here: bool
    serves: bool
    behind: int
    ahead: int
    offset: float
    forks: frozenset[str]
    trouble: ParchiError | None
    proved: bool

    @property
    def clock_differs(self) -> bool:
        """Whether its clock differs so much that times on paper would puzzle people."""
        return abs(self.offset) > CLOCKS


@dataclass(slots=True, kw_only=True, eq=False)
class Neighbour:
    """One instance of a desk."""

    instance: str
    address: str
    port: int
    heard: float
    chain: str = ""  # the one that it writes, as it told us itself
    mark: bytes = b""
    count: int = 0
    serves: bool = False
    names: tuple[str, ...] = ()
    heads: Mapping[str, Head] | None = None
    offset: float = 0.0
    forks: frozenset[str] = frozenset()
    trouble: ParchiError | None = None
    met: float = 0.0  # when it last proved itself, by our monotonic clock; 0: never
    settled: tuple[bytes, bytes] = (b"", b"")  # its mark and ours, when the last exchange had brought all that it could
    due: float = 0.0
    differs: float = 0.0  # since when its mark differs from ours
    failures: int = 0
    session: Session | None = None

    def drop(self) -> None:
        """Ends its line."""
        session, self.session = self.session, None
        if session is not None:
            session.close()


class Neighbours:
    """All of them, for several threads."""

    def __init__(self, own: str) -> None:
        self._own = own
        self._lock = threading.RLock()
        self._all: dict[str, Neighbour] = {}

    def heard(self, beacon: Beacon, source: str) -> None:
        """A beacon: a hint where a desk is. One that is played back is older than what is known: it changes nothing."""
        with self._lock:
            found = self._of(beacon.instance.hex(), source, beacon.port)
            if beacon.count <= found.count:
                return
            now, moved = time.monotonic(), (source, beacon.port) != (found.address, found.port)
            if moved:
                found.drop()  # whoever waits for its old address waits no longer
            if moved or now - found.heard > AWAY:
                found.failures, found.due = 0, 0.0  # it is back: it is asked at once
            found.address, found.port, found.serves = source, beacon.port, beacon.serves
            found.count, found.mark, found.heard = beacon.count, beacon.mark, now

    def moved(self, here: Collection[str]) -> None:
        """Our own addresses are others than before: each line that began at another one is dead, and tells nobody."""
        with self._lock:
            for each in self._all.values():
                if each.session is not None and each.session.begins not in here:
                    each.drop()
                each.failures, each.due = 0, 0.0

    def met(self, address: str, met: Met, mark: bytes) -> None:
        """An exchange with it went well; `mark` stands for what we have now."""
        with self._lock:
            found = self._told(address, met.about, met.offset, met.forks)
            if found is None:
                return
            found.trouble, found.failures, found.due = None, 0, 0.0
            theirs = met.about.mark if not met.went else mark if not met.ahead and not met.forks else b""
            found.mark = theirs or found.mark
            found.settled = (found.mark, mark) if not met.came and not met.went else (b"", b"")
            found.differs = 0.0

    def met_by(self, address: str, about: About, forks: frozenset[str], offset: float) -> None:
        """It came to us."""
        with self._lock:
            if (found := self._told(address, about, offset, forks)) is not None:
                found.mark = about.mark

    def failed(self, neighbour: Neighbour, wrong: ParchiError) -> None:
        """An exchange failed: it is asked again, ever later, or at once when it calls from elsewhere or after silence.

        That it calls at all means little: there are those whose firewall lets nobody in. They come to us.
        """
        with self._lock:
            neighbour.drop()
            neighbour.trouble = wrong
            neighbour.failures += 1
            neighbour.due = time.monotonic() + min(_LONGEST_WAIT, 0.25 * 2.0 ** min(neighbour.failures, 8))

    def choose(self, mark: bytes, chance: Random, *, grace: float) -> Neighbour | None:
        """Whom to ask now: somebody who is there and has something else than we have; at random, so that no two of
        sixty wait for the same one. Of two that notice each other the one with the lower number asks first. Beacons
        of last week, played back by the hundred, must not keep us from those who have proved themselves.
        """
        now = time.monotonic()
        with self._lock:
            found = []
            for each in self._all.values():
                if now - each.heard > AWAY or each.due > now or not each.port:
                    continue
                if each.mark == mark and each.met:
                    each.differs = 0.0
                    if now - each.met > _TOGETHER * (1.0 if each.instance > self._own else 1.5):
                        found.append(each)
                    continue
                if each.settled == (each.mark, mark) and now - each.met < _LONGEST_WAIT:
                    continue
                each.differs = each.differs or now
                if each.instance > self._own or now - each.differs >= grace:
                    found.append(each)
            sound = [each for each in found if not each.failures]
            if sound and chance.random() < _PROVED_FIRST:  # where nobody answers, we wait for seconds
                found = sound
            warm = [each for each in found if each.session is not None]
            if len(warm) >= _WARM and chance.random() < _PROVED_FIRST:  # a new line costs more than what runs over it
                return chance.choice(warm)
            proved = [each for each in found if each.met]
            if proved and chance.random() < _PROVED_FIRST:
                return chance.choice(proved)
            return chance.choice(found) if found else None

    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where those are that have proved themselves and are there."""
        now = time.monotonic()
        with self._lock:
            return tuple(
                (each.address, each.port) for each in self._all.values()
                if each.met and each.port and now - each.heard < AWAY
            )  # fmt: skip

    def everybody(self) -> list[Neighbour]:
        """All that were heard."""
        with self._lock:
            return list(self._all.values())

    def is_here(self, chain: str) -> bool:
        """Whether a computer that has shown that it writes a chain was heard lately."""
        now = time.monotonic()
        with self._lock:
            return any(each.chain == chain and now - each.heard < AWAY for each in self._all.values())

    def computers(self, ours: Mapping[str, Head]) -> list[Computer]:
        """Those that have proved themselves, and those that were heard and could not, the one heard last first."""
        now = time.monotonic()
        with self._lock:
            each = sorted(self._all.values(), key=lambda one: one.heard, reverse=True)
            return [_computer(one, ours, now) for one in each if one.met or one.trouble is not None]

    def _told(self, address: str, about: About, offset: float, forks: frozenset[str]) -> Neighbour | None:
        if about.instance == self._own or not about.chain:  # ourselves by another address; one that only looks
            return None
        found, now = self._of(about.instance, address, about.port), time.monotonic()
        found.address, found.port, found.serves, found.names = address, about.port, about.serves, about.names
        found.chain = about.chain
        found.heads, found.offset, found.forks = about.heads, offset, forks
        found.heard = found.met = now
        return found

    def _of(self, instance: str, address: str, port: int) -> Neighbour:
        found = self._all.get(instance)
        if found is None:
            now = time.monotonic()
            for name, each in list(self._all.items()):  # it was started again; or nobody heard of it for half a day
                if (each.address, each.port) == (address, port) or now - each.heard > _FORGOTTEN:
                    each.drop()
                    del self._all[name]
            if len(self._all) >= _MOST:
                oldest = min(self._all.values(), key=lambda each: (each.met > 0, each.heard))
                oldest.drop()
                del self._all[oldest.instance]
            found = self._all[instance] = Neighbour(instance=instance, address=address, port=port, heard=now)
        return found


def _computer(each: Neighbour, ours: Mapping[str, Head], now: float) -> Computer:
    theirs = {chain: head for chain, head in (each.heads or {}).items() if chain not in each.forks}
    own = {chain: head for chain, head in ours.items() if chain not in each.forks}
    same = bool(each.met) and each.heads is not None
    return Computer(
        address=each.address, port=each.port, names=each.names, heard=now - each.heard, here=now - each.heard < AWAY,
        serves=each.serves, behind=behind(own, theirs), ahead=behind(theirs, own) if same else 0, offset=each.offset,
        forks=each.forks, trouble=each.trouble, proved=each.met > 0,
    )  # fmt: skip
