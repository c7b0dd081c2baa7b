"""Before a desk is made the network is asked: a card that is used there enrols nothing, and no neighbour delays it."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import SOCK_DGRAM

import pytest

from fallback import custody, enrolment
from fallback.custody.network import asking
from fallback.custody.network.asking import ask_around
from fallback.custody.network.exchange import Session
from fallback.custody.network.proof import LanKeys
from fallback.enrolment import Installation
from fallback.errors import CardUsed
from fallback.kit.starting import making
from fallback.kit.starting.home import Home
from fallback.kit.starting.making import Made, enrol_again, make_desk
from fallback.lan import Beacon, Whistle
from fallback.ledger import Ledger
from tests import factories, kits
from tests.lan_desks import HERE, card_of, free_port, on_lan, work


@pytest.fixture
def late(installation: Installation, tmp_path: Path) -> Iterator[tuple[Installation, str]]:
    """A computer with an older journal, on which the card is still good."""
    card = card_of(installation)
    copy = tmp_path / "copy"
    copy.mkdir()
    custody.export(installation.ledger, copy)
    custody.restore(copy, tmp_path / "late", card, clock=factories.clock())
    made = enrolment.open_installation(tmp_path / "late", card, clock=factories.clock())
    yield made, card
    made.close()


def ask(ledger: Ledger, whistle: int, *, longest: float = 10.0) -> int:
    return ask_around(ledger, whistle_port=whistle, networks=lambda: (HERE,), listened=0.5, longest=longest)


def test_a_card_that_a_neighbour_uses_is_refused_and_nothing_was_told(
    installation: Installation, late: tuple[Installation, str]
) -> None:
    made, card = late
    enrolment.enrol_with_card(installation, "Counter 3", card)
    work(installation, 1)
    whistle = free_port(SOCK_DGRAM)
    before = installation.ledger.heads()
    with on_lan(installation, whistle) as desk, calling(installation, whistle, desk.port):
        assert ask(made.ledger, whistle) == 1
        assert not desk.link.computers()
    with pytest.raises(CardUsed) as told:
        enrolment.enrol_with_card(made, "Counter 4", card)
    assert told.value.values["desk"] == "Counter 3"
    assert installation.ledger.heads() == before
    assert made.ledger.verify().ok


def test_where_nobody_is_the_card_is_good(late: tuple[Installation, str]) -> None:
    made, card = late
    assert ask_around(made.ledger, networks=tuple) == 0
    assert ask_around(made.ledger, whistle_port=free_port(SOCK_DGRAM), networks=lambda: (HERE,), listened=0.2) == 0
    assert enrolment.enrol_with_card(made, "Counter 4", card).series


@contextmanager
def calling(made: Installation, whistle: int, port: int, datagram: bytes = b"") -> Iterator[None]:
    """Whoever calls as a desk of the hospital does, or with some bytes, until the end."""
    over = threading.Event()
    ears = Whistle(0)
    ears._port = whistle
    told = datagram or Beacon(
        instance=os.urandom(8), chain=os.urandom(8), mark=os.urandom(8), count=1, port=port, serves=False,
        addresses=(HERE.address,),
    ).packed(LanKeys.of(made.ledger.vault).beacon)  # fmt: skip

    def call() -> None:
        while not over.wait(0.05):
            ears.call(told, (HERE,))

    thread = threading.Thread(target=call)
    thread.start()
    yield
    over.set()
    thread.join()
    ears.close()


def test_a_neighbour_that_never_answers_is_left_and_the_honest_one_still_counts(
    installation: Installation, late: tuple[Installation, str]
) -> None:
    made, card = late
    enrolment.enrol_with_card(installation, "Counter 3", card)
    whistle = free_port(SOCK_DGRAM)
    with (
        socket.create_server((HERE.address, 0)) as silent,
        on_lan(installation, whistle) as desk,
        calling(made, whistle, desk.port),
        calling(made, whistle, silent.getsockname()[1]),
        calling(made, whistle, 1, b"\xff" * 60),
    ):
        assert ask(made.ledger, whistle, longest=2.0) == 1
        waiting = [each for each in threading.enumerate() if each.name == "asks around"]
        made.ledger.close()  # whoever is still greeted has nothing to do with it any more
    assert waiting, "it was left, not waited for"


def test_one_that_proves_itself_and_then_drips_is_cut_off(
    installation: Installation, late: tuple[Installation, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, card = late
    reached = threading.Event()

    def dripping(session: Session, *_: object) -> None:
        reached.set()
        session._wire._more(float("1e9"))

    monkeypatch.setattr(asking, "hear_lines", dripping)
    whistle = free_port(SOCK_DGRAM)
    with on_lan(installation, whistle) as desk, calling(installation, whistle, desk.port):
        assert ask(made.ledger, whistle, longest=2.0) == 0
    assert reached.is_set()
    assert enrolment.enrol_with_card(made, "Counter 4", card).series


def test_a_card_used_on_another_computer_makes_no_second_desk_from_the_stick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = kits.bare(tmp_path / "stick", tmp_path, lasting=True)
    clock = factories.clock()
    first, second = Home(tmp_path / "one" / "desk"), Home(tmp_path / "two" / "desk")
    whistle, (one, two, *_) = free_port(SOCK_DGRAM), stick.cards
    monkeypatch.setattr(making, "ask_around", lambda ledger: ask(ledger, whistle))

    def make(home: Home, name: str, card: str) -> Made:
        return make_desk(home, stick.folder, name, card, clock=clock, state=home.folder.parent)

    make(first, "Counter 3", one)
    made = enrolment.open_installation(first.data, one, clock=clock, state=tmp_path / "one")
    try:
        with on_lan(made, whistle) as desk, calling(made, whistle, desk.port):
            with pytest.raises(CardUsed) as told:
                make(second, "Counter 4", one)
            assert told.value.values["desk"] == "Counter 3"
            assert not second.data.exists()
            make(second, "Counter 4", two)
            enrolment.enrol_with_card(made, "Casualty", stick.cards[2])
            with pytest.raises(CardUsed):
                enrol_again(second, "Counter 5", stick.cards[2], clock=clock, state=tmp_path / "two")
    finally:
        made.close()
