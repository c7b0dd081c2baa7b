"""The link to the other desks of the network: hears who is there, exchanges lines with whoever knows something else.

Each desk goes on alone whenever it must; nothing here is needed for a slip. An exchange is a union by the rules of
`ledger.merge`, so that it may be cut at any byte, done twice, or done by two desks at once.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from random import Random

from fallback.custody.network.exchange import Met, Session, look, meet
from fallback.custody.network.hearing import Hearing
from fallback.custody.network.invitations import Invitations
from fallback.custody.network.known_addresses import KnownAddresses
from fallback.custody.network.lines import About, chains_of, mark_of
from fallback.custody.network.neighbours import Computer, Neighbour, Neighbours
from fallback.custody.network.proof import LanKeys
from fallback.errors import ComputerSilent, JournalForked, JournalInTwoPlaces, LineWrong, ParchiError
from fallback.keys import Sign
from fallback.lan import PORT, Beacon, Interface, Whistle, interfaces
from fallback.ledger import Ledger, Line
from fallback.ledger.queries import cards

_log = logging.getLogger(__name__)
CALLS = 2.0  # seconds from one beacon to the next
_SOON = 0.7  # and when something has changed
_LOOK = 0.3  # so often we look whether it has, and where we are
_TICK = 0.1
_SHARE = 4  # so many times as long as an exchange kept a core busy, we leave the cores to our own clerks
_LEAST, _GRACE = 0.15, 1.0
_STRANGERS = 3.0  # seconds from one address that nobody was heard from to the next
_VOUCHING = 3600.0
_PASSED_OVER = 60.0  # a chain with a line that we cannot understand
_TWIN = 15.0  # seconds for which a second computer with our own journal is believed to be there


class Link:
    """One desk's link. `certificate` is the SHA-256 (hex) of what its own door shows, at `port`."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        port: int,
        certificate: str,
        serves: bool = False,
        whistle_port: int = PORT,
        give_up: Callable[[], None] = lambda: None,
        networks: Callable[[], tuple[Interface, ...]] = interfaces,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`serves`: browsers of other computers use this desk. `give_up` takes its own chain's right to go on."""
        self.ledger = ledger
        self.keys = LanKeys.of(ledger.vault)
        self.port = port
        self.instance = os.urandom(8).hex()
        self.invitations = Invitations(certificate)
        self.neighbours = Neighbours(self.instance)
        self.hearing = Hearing(
            ledger, self.keys, certificate, self.about, self.take, self._met_by, self.invitations, self._card
        )
        self.serves = serves
        self.trouble = ""  # why no beacon can be sent or heard here
        self._networks = networks
        self._wall = wall
        self._give_up = give_up
        self._whistle_port = whistle_port
        self._addresses = KnownAddresses(ledger.folder)
        self._chance = Random()  # noqa: S311 -- only who is asked first
        self._stop, self._taking = threading.Event(), threading.Lock()
        self._passed_over: dict[str, float] = {}
        self._began = ledger.head().sequence
        self._twin: tuple[str, float] | None = None
        self._forked = False
        self._here = frozenset[str]()  # our own addresses at the last look
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True)
            for name, work in (
                ("lan ears", self._listen),
                ("lan link", self._go_round),
                ("lan strangers", self._try_addresses),
            )
        ]

    def start(self) -> None:
        """Begins to call, to hear and to exchange, in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends; an exchange that runs is cut after its request, as a pulled cable would cut it."""
        self._stop.set()
        for each in self.neighbours.everybody():
            each.drop()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(15)
        for each in self.neighbours.everybody():
            each.drop()
        self._addresses.keep()

    def about(self) -> About:
        """What we say of ourselves."""
        names = cards.names_in(self.ledger.db(), self.ledger.chain)
        return About(
            instance=self.instance, chain=self.ledger.chain, port=self.port, serves=self.serves, time=self._wall(),
            names=names[-8:], known=self.neighbours.addresses(), heads=self.ledger.heads(),
        )  # fmt: skip

    def addresses(self) -> tuple[str, ...]:
        """Our own addresses at this moment."""
        return tuple(each.address for each in self._networks())

    def computers(self) -> list[Computer]:
        """Every other desk that was met since the start, the one that was heard last first."""
        return self.neighbours.computers(self.ledger.heads())

    def look(self, seconds: float) -> list[Computer]:
        """Who calls within so many seconds, each asked once who it is; for a link that was not started."""
        ends, about = time.monotonic() + seconds, replace(self.about(), chain="", port=0)
        if (whistle := self._whistle()) is not None:
            while (left := ends - time.monotonic()) > 0:
                if heard := whistle.hear(left):
                    self._hear(*heard)
            whistle.close()
        for each in self.neighbours.everybody():
            try:
                session = Session.open(each.address, each.port, self.keys)
                met = look(session, self.ledger, about, wall=self._wall)
                session.close()
            except ParchiError as wrong:
                self.neighbours.failed(each, wrong)
            else:
                self.neighbours.met(each.address, met, b"")
        return self.computers()

    def is_here(self, chain: str) -> bool:
        """Whether the desk that writes a chain was heard lately."""
        return self.neighbours.is_here(chain)

    def call_at(self, address: str, port: int) -> None:
        """Tries an address that a person typed, soon and from now on."""
        self._addresses.add([(address, port)], first=True)

    def signing(self, sign: Callable[[int], Sign]) -> Callable[[int], Sign]:
        """As `sign`, unless our own journal is written in two places: then no number may be given out.

        Raises JournalInTwoPlaces and JournalForked besides.
        """

        def signed(series: int) -> Sign:
            self.check(series)
            return sign(series)

        return signed

    def check(self, series: int) -> None:
        """Raises JournalInTwoPlaces and JournalForked while nothing may be issued."""
        if self._forked:
            raise JournalForked(series=series)
        if address := self.twin:
            raise JournalInTwoPlaces(series=series, address=address)

    @property
    def twin(self) -> str:
        """The address of another computer that writes our own journal; "" when there is none."""
        return self._twin[0] if self._twin is not None and time.monotonic() < self._twin[1] else ""

    @property
    def forked(self) -> bool:
        """Whether our own journal went on elsewhere."""
        return self._forked

    def take(self, lines: list[Line]) -> None:
        """Stores what another desk gave; a chain that cannot be understood is passed over for a minute, no other."""
        with self._taking:
            for chain, found in chains_of(lines).items():
                if time.monotonic() < self._passed_over.get(chain, 0.0):
                    continue
                if chain == self.ledger.chain and not self._may_come_home(found):
                    continue
                try:
                    report = self.ledger.take(found, place=chain)
                except LineWrong:  # MergeStopped is one, too: what stood before it was stored
                    self._passed_over[chain] = time.monotonic() + _PASSED_OVER
                else:
                    self._note_forks(frozenset(each.chain for each in report.conflicts))

    def _may_come_home(self, found: list[Line]) -> bool:
        """Lines of our own chain that we do not have: the disk lost them, unless we wrote since we are open.

        Then somebody else writes our journal, and neither may give out numbers.
        """
        end = self.ledger.head().sequence
        if found[-1].sequence <= end:
            return True
        if end == self._began and not self.twin:
            self._began = found[-1].sequence
            return True
        self._twin = (self.twin or "?", float("inf"))
        return False

    # hearing and calling

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                self._call_and_hear()
            except ParchiError:  # the disk is full, the journal is closed: the desk itself says so
                pass
            except Exception as wrong:  # a network that goes at this moment: it is heard again when it is back
                _log.error("%s while other desks were heard", type(wrong).__name__)
            self._stop.wait(CALLS)

    def _call_and_hear(self) -> None:
        whistle: Whistle | None = None
        count, next_call, next_look, told = int(time.time() * 1000), 0.0, 0.0, b""
        try:
            while not self._stop.is_set():
                if whistle is None:
                    whistle = self._whistle()
                now = time.monotonic()
                if now >= next_look:
                    mark, moved, next_look = mark_of(self.ledger.heads()), self._is_elsewhere(), now + _LOOK
                    changed = moved or (mark != told and now >= next_call - CALLS + _SOON)
                    if whistle is not None and (changed or now >= next_call):
                        count, next_call, told = count + 1, now + CALLS, mark
                        self._call(whistle, count, mark)
                if whistle is None:
                    self._stop.wait(CALLS)
                elif heard := whistle.hear(min(max(next_call - now, 0.01), 0.25)):
                    self._hear(*heard)
        finally:
            if whistle is not None:
                whistle.close()

    def _whistle(self) -> Whistle | None:
        try:
            found = Whistle(self._whistle_port)
        except OSError as wrong:
            self.trouble = type(wrong).__name__
            return None
        self.trouble = ""
        return found

    def _is_elsewhere(self) -> bool:
        """Whether our own addresses are others than before: lines from the old ones end then, and all hear of it."""
        here = frozenset(self.addresses())
        if here == self._here:
            return False
        self._here = here
        self.neighbours.moved(here)
        return True

    def _call(self, whistle: Whistle, count: int, mark: bytes) -> None:
        networks = self._networks()
        beacon = Beacon(
            instance=bytes.fromhex(self.instance), chain=bytes.fromhex(self.ledger.chain), mark=mark, count=count,
            port=self.port, serves=self.serves, addresses=tuple(each.address for each in networks),
        )  # fmt: skip
        whistle.call(beacon.packed(self.keys.beacon), networks)

    def _hear(self, datagram: bytes, source: str) -> None:
        beacon = Beacon.unpacked(self.keys.beacon, datagram, source)
        if beacon is not None and beacon.instance.hex() != self.instance:
            self.neighbours.heard(beacon, source)

    # exchanging

    def _go_round(self) -> None:
        rest, vouched = 0.0, time.monotonic()
        while not self._stop.wait(_TICK + rest):
            rest = 0.0
            try:
                mark = mark_of(self.ledger.heads())
                neighbour = self.neighbours.choose(mark, self._chance, grace=_GRACE)
                if neighbour is not None:
                    used = time.thread_time()
                    self._exchange(neighbour)
                    rest = _LEAST * self._chance.random() + _SHARE * min(time.thread_time() - used, 1.0)
                if time.monotonic() - vouched > _VOUCHING:
                    vouched = time.monotonic()
                    self.ledger.vouch()
            except ParchiError:  # the disk is full, the journal is closed: the desk itself says so
                rest = 1.0
            except Exception as wrong:  # whatever one computer does, the others are asked
                _log.error("%s while another desk was asked", type(wrong).__name__)
                rest = 1.0

    def _exchange(self, neighbour: Neighbour) -> None:
        """One exchange; its failure is the neighbour's trouble, and it is asked again, ever later, or when it calls."""
        kept = neighbour.session is not None
        try:
            session = neighbour.session or Session.open(neighbour.address, neighbour.port, self.keys)
            neighbour.session = session
            met = meet(session, self.ledger, self.about, self.take, wall=self._wall)
        except ComputerSilent as wrong:
            if not kept or self._stop.is_set():
                self.neighbours.failed(neighbour, wrong)
                return
            neighbour.drop()  # a line that was kept too long: a new one is tried at once
            self._exchange(neighbour)
        except ParchiError as wrong:
            self.neighbours.failed(neighbour, wrong)
        else:
            self._met(neighbour.address, met)

    def _try_addresses(self) -> None:
        """Addresses at which a desk was, or of which another desk or a person told us, one after the other: in a thread
        of its own, for most of them are silent and some may drip."""
        while not self._stop.wait(_STRANGERS):
            try:
                place = self._addresses.next(self.neighbours.addresses(), self.port, self.addresses())
                if place is not None:
                    self._try(*place)
            except ParchiError:  # nobody is there, or a stranger
                continue
            except Exception as wrong:  # whatever answers there, the next address is tried
                _log.error("%s while an address was tried", type(wrong).__name__)

    def _try(self, address: str, port: int) -> None:
        session = Session.open(address, port, self.keys)
        try:
            self._met(address, meet(session, self.ledger, self.about, self.take, wall=self._wall))
        finally:
            session.close()

    def _met(self, address: str, met: Met) -> None:
        self._note(address, met.about)
        self._note_forks(met.forks)
        self.neighbours.met(address, met, mark_of(self.ledger.heads()))

    def _met_by(self, address: str, about: About, forks: frozenset[str]) -> None:
        """A desk came to us."""
        self._note(address, about)
        self._note_forks(forks)
        self.neighbours.met_by(address, about, forks, about.time - self._wall())

    def _note(self, address: str, about: About) -> None:
        if about.instance != self.instance:
            self._addresses.add([*((address, about.port) for _ in range(about.port > 0)), *about.known])
        if about.chain == self.ledger.chain and about.instance != self.instance:
            self._twin = (address, time.monotonic() + _TWIN)

    def _note_forks(self, forks: frozenset[str]) -> None:
        if self.ledger.chain in forks and not self._forked:
            self._forked = True
            self._give_up()

    def _card(self, series: int) -> dict[str, object] | None:
        found = cards.card(self.ledger.db(), series)
        return found.certificate.record() if found else None
