"""Whom a desk asks, and when: sixty desks come to the same in few rounds, and what is dead or silent costs none."""

import threading
from collections.abc import Callable
from random import Random
from socket import create_server
from types import SimpleNamespace
from typing import cast

import pytest

from fallback.custody.network import neighbours
from fallback.custody.network.exchange import Met, Session
from fallback.custody.network.lines import About, mark_of
from fallback.custody.network.link import Link
from fallback.custody.network.neighbours import AWAY, Neighbours
from fallback.enrolment import Installation
from fallback.errors import ComputerSilent
from fallback.lan import Beacon, Interface, Line
from fallback.ledger import Head
from fallback.serving import tls
from fallback.serving.keeper import lan_certificate

SILENT = ComputerSilent(address="x", port="8443")


class Clock:
    """A monotonic clock that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(neighbours, "time", SimpleNamespace(monotonic=made))
    return made


class Wire:
    """A session of which only its ends are known."""

    def __init__(self, begins: str) -> None:
        self.begins = begins
        self.closed = False

    def close(self) -> None:
        self.closed = True


def beacon(number: int, count: int, address: str, mark: bytes = b"m" * 8) -> Beacon:
    name = number.to_bytes(8, "big")
    return Beacon(instance=name, chain=name, mark=mark, count=count, port=8443, serves=False, addresses=(address,))


def call(known: Neighbours, number: int, count: int, address: str) -> None:
    known.heard(beacon(number, count, address), address)


def line(known: Neighbours, number: int, begins: str) -> Wire:
    wire = Wire(begins)
    found = next(each for each in known.everybody() if each.instance == number.to_bytes(8, "big").hex())
    found.session = cast("Session", wire)
    return wire


def test_a_beacon_from_a_new_address_ends_the_old_line_and_is_followed_at_once(clock: Clock) -> None:
    known = Neighbours("00")
    call(known, 1, 1, "10.0.0.1")
    wire = line(known, 1, "10.0.0.200")
    (found,) = known.everybody()
    for _ in range(4):
        known.failed(found, SILENT)
    assert known.choose(b"o" * 8, Random(1), grace=1.0) is None
    wire = line(known, 1, "10.0.0.200")
    call(known, 1, 2, "10.0.0.1")  # it calls still: nothing is new
    assert not wire.closed
    assert known.choose(b"o" * 8, Random(1), grace=1.0) is None
    call(known, 1, 3, "10.0.9.1")
    assert wire.closed
    assert found.session is None
    assert known.choose(b"o" * 8, Random(1), grace=1.0) is found
    assert found.address == "10.0.9.1"


def test_who_was_silent_and_calls_again_is_asked_at_once(clock: Clock) -> None:
    known = Neighbours("00")
    call(known, 1, 1, "10.0.0.1")
    (found,) = known.everybody()
    for _ in range(5):
        known.failed(found, SILENT)
    clock.now += AWAY + 0.1
    assert found.due < clock.now  # it would be due; but nobody asks who is away
    known.failed(found, SILENT)
    assert known.choose(b"o" * 8, Random(1), grace=1.0) is None
    call(known, 1, 2, "10.0.0.1")
    assert known.choose(b"o" * 8, Random(1), grace=1.0) is found


def test_lines_that_begin_at_an_address_that_we_no_longer_have_are_ended(clock: Clock) -> None:
    known = Neighbours("00")
    for number in (1, 2):
        call(known, number, 1, f"10.0.0.{number}")
    dead, alive = line(known, 1, "10.0.0.200"), line(known, 2, "192.168.1.5")
    failed = known.everybody()[0]
    failed.failures, failed.due = 5, clock.now + 8
    known.moved({"192.168.1.5", "10.0.9.200"})
    assert (dead.closed, alive.closed) == (True, False)
    assert failed.due <= clock.now


def test_a_link_whose_own_address_changes_ends_its_dead_lines(installation: Installation) -> None:
    networks = [Interface("10.0.0.200", "10.0.255.255")]
    link = Link(installation.ledger, port=8443, certificate="", networks=lambda: tuple(networks))
    assert link._is_elsewhere()
    call(link.neighbours, 1, 1, "10.0.0.1")
    wire = line(link.neighbours, 1, "10.0.0.200")
    assert not link._is_elsewhere()
    assert not wire.closed
    networks[:] = [Interface("10.0.9.200", "10.0.255.255")]
    assert link._is_elsewhere()  # and all hear of the new one at once
    assert wire.closed


def test_those_who_let_nobody_in_keep_us_from_few_of_the_others(clock: Clock) -> None:
    """Thirty Windows computers whose firewall is shut call for ever; each try would cost seconds."""
    known = Neighbours("00")
    for number in range(1, 61):
        call(known, number, 1, f"10.0.0.{number}")
    for each in known.everybody()[:30]:
        known.failed(each, SILENT)
    clock.now += 1.5
    shut = set(map(id, known.everybody()[:30]))
    chance = Random(1)
    asked = [known.choose(b"o" * 8, chance, grace=0.0) for _ in range(400)]
    assert sum(id(each) in shut for each in asked) < 400 * 0.2


def end(heads: dict[str, Head], chain: str) -> int:
    return heads[chain].sequence if chain in heads else 0


class Town:
    """Desks of which each is a set of lines and what it knows of the others; a round is 0.7 s, one exchange of each.

    Whoever asks the dead waits for some rounds.
    """

    def __init__(self, clock: Clock, count: int) -> None:
        self.clock = clock
        self.chance = Random(5)
        self.desks = [Neighbours(number.to_bytes(8, "big").hex()) for number in range(count)]
        self.addresses = [f"10.77.0.{number + 1}" for number in range(count)]
        self.lines: list[dict[str, Head]] = [{} for _ in range(count)]
        self.rooms: list[set[int]] = [set(range(count))]
        self.count = 0
        self.busy = [-1] * count  # the round until which it waits for an answer that does not come

    def write(self, number: int) -> None:
        chain = number.to_bytes(8, "big").hex()
        sequence = end(self.lines[number], chain) + 1
        self.lines[number][chain] = Head(chain=chain, sequence=sequence, hash=bytes([sequence % 256]) * 32)

    def hears(self, one: int, other: int) -> bool:
        return any({one, other} <= room for room in self.rooms)

    def round(self) -> None:
        self.clock.now += 0.7
        self.count += 1
        for caller, address in enumerate(self.addresses):
            told = beacon(caller, self.count, address, mark_of(self.lines[caller]))
            for hearer, known in enumerate(self.desks):
                if hearer != caller and self.hears(caller, hearer) and self.chance.random() > 0.03:
                    known.heard(told, address)
        asking = list(range(len(self.desks)))
        self.chance.shuffle(asking)
        for number in asking:
            self.ask(number)

    def ask(self, number: int) -> None:
        if self.busy[number] >= self.count:
            return
        known, ours = self.desks[number], self.lines[number]
        chosen = known.choose(mark_of(ours), self.chance, grace=1.0)
        if chosen is None:
            return
        other = int(chosen.instance, 16)
        dead = chosen.session is not None and chosen.session.begins != self.addresses[number]
        if dead or chosen.address != self.addresses[other] or not self.hears(number, other):
            self.busy[number] = self.count + (6 if chosen.session is not None else 2)  # 3 s and 1.5 s; 1.5 s
            known.failed(chosen, SILENT)
            return
        theirs = self.lines[other]
        about = self.about(other)
        joined = {**ours, **{chain: head for chain, head in theirs.items() if head.sequence > end(ours, chain)}}
        came, went = joined != ours, joined != theirs
        self.lines[number], self.lines[other] = dict(joined), dict(joined)
        met = Met(about=about, came=int(came), went=int(went), behind=0, ahead=0, forks=frozenset(), offset=0.0)
        known.met(self.addresses[other], met, mark_of(joined))
        chosen.session = chosen.session or cast("Session", Wire(self.addresses[number]))
        self.desks[other].met_by(self.addresses[number], self.about(number), frozenset(), 0.0)

    def about(self, number: int) -> About:
        name = number.to_bytes(8, "big").hex()
        return About(instance=name, chain=name, port=8443, serves=False, time=0.0, heads=dict(self.lines[number]))

    def readdress(self) -> None:
        """Every desk has another address; each notices its own."""
        self.addresses = [address.replace("10.77.0.", "10.77.9.") for address in self.addresses]
        for known, address in zip(self.desks, self.addresses, strict=True):
            known.moved({address})

    def rounds(self, most: int = 40) -> int:
        """Rounds until all have the same lines."""
        for number in range(1, most + 1):
            self.round()
            if len({mark_of(each) for each in self.lines}) == 1:
                return number
        return most + 1


def everybody_writes(town: Town) -> None:
    for number in range(len(town.desks)):
        town.write(number)


def apart(town: Town) -> None:
    everybody = range(len(town.desks))
    town.rooms = [set(everybody[::2]), set(everybody[1::2])]
    for _ in range(30):
        everybody_writes(town)
        town.round()
    town.rooms = [set(everybody)]


def elsewhere(town: Town) -> None:
    for _ in range(60):  # by now most have a line to most
        everybody_writes(town)
        town.round()
    everybody_writes(town)
    town.readdress()


def cut_and_back(town: Town) -> None:
    """The last desk's cable is out for 20 s: everybody has failed at it, and it at everybody."""
    last = len(town.desks) - 1
    town.rooms = [set(range(last)), {last}]
    for _ in range(30):
        everybody_writes(town)
        town.round()
    town.rooms = [set(range(last + 1))]


@pytest.mark.parametrize("event", [everybody_writes, apart, elsewhere, cut_and_back])
def test_sixty_desks_come_to_the_same_in_few_rounds(clock: Clock, event: Callable[[Town], None]) -> None:
    """Six doublings are sixty-four; a lost beacon, and two who choose the same, cost some more."""
    town = Town(clock, 60)
    everybody_writes(town)
    assert town.rounds() <= 12
    event(town)
    assert town.rounds() <= 10


def test_a_line_that_is_ended_lets_go_of_whoever_waits_on_it() -> None:
    server = lan_certificate()
    ended: list[type] = []
    with create_server(("127.0.0.1", 0)) as listener:

        def silent() -> None:
            sock, _ = listener.accept()
            with tls.context(server).wrap_socket(sock, server_side=True) as secured:
                while secured.recv(65536):
                    asked.set()

        asked = threading.Event()
        there = threading.Thread(target=silent, daemon=True)
        there.start()
        wire = Line.open("127.0.0.1", listener.getsockname()[1], within=30)
        assert wire.begins == "127.0.0.1"

        def ask() -> None:
            try:
                wire.ask("/lan/heads", b"{}", within=3600, most=100)
            except ComputerSilent as wrong:
                ended.append(type(wrong))

        waiting = threading.Thread(target=ask, daemon=True)
        waiting.start()
        assert asked.wait(30)
        wire.close()
        waiting.join(60)  # an hour, were it not woken
        assert ended == [ComputerSilent]
        assert wire.begins == ""
