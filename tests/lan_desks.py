"""Desks of one hospital that hear each other on this computer: each with its own journal, door and link."""

import hashlib
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

from fallback import custody, enrolment, frontdesk
from fallback.custody.network.link import Link
from fallback.enrolment import Installation
from fallback.lan import Interface
from fallback.ledger import queries
from fallback.serving import Limits, served
from fallback.serving.keeper import lan_certificate
from fallback.web.lan import beside
from tests import factories

HERE = Interface("127.0.0.1", "127.255.255.255")


@dataclass
class Desk:
    """One desk on the network."""

    made: Installation
    link: Link
    port: int


def pages(_environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
    start("404 Not Found", [])
    return [b"page"]


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def on_lan(made: Installation, whistle: int, *, start: bool = True, port: int = 0, **more: object) -> Iterator[Desk]:
    """A desk whose door stands open; its link is started, unless a test wants to drive it itself."""
    server = lan_certificate()
    port = port or free_port()
    link = Link(
        made.ledger,
        port=port,
        certificate=hashlib.sha256(server.certificate).hexdigest(),
        whistle_port=whistle,
        networks=lambda: (HERE,),
        give_up=made.seat.give_up,
        **more,  # type: ignore[arg-type]
    )
    with served(beside(pages, link), port=port, server=server, limits=Limits(most=33 << 20)):
        if start:
            link.start()
        try:
            yield Desk(made, link, port)
        finally:
            link.stop()


def card_of(made: Installation, folder: Path | None = None) -> str:
    """A new enrolment card's text."""
    return enrolment.make_cards(made, 1, lambda _: None)[0].text


def second(made: Installation, folder: Path, *, name: str = "Counter 9") -> Installation:
    """Another computer of the same hospital: from a copy of the first, with a card, in a chain of its own."""
    card = card_of(made)
    copy = folder.with_name(folder.name + "-copy")
    copy.mkdir()
    custody.export(made.ledger, copy)
    custody.restore(copy, folder, card, clock=factories.clock())
    again = enrolment.open_installation(folder, card, clock=factories.clock())
    enrolment.enrol_with_card(again, name, card)
    return again


def until(true: Callable[[], bool], seconds: float = 30.0) -> None:
    """Waits for something that another thread does; fails when it never comes."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.02)


def same(*each: Installation) -> bool:
    """Whether all of them have the same lines."""
    heads = [{head.chain: head.hash for head in one.ledger.heads().values() if head.sequence} for one in each]
    return all(one == heads[0] for one in heads)


def work(made: Installation, series: int, count: int = 3, login: str = "asha") -> list[str]:
    """Registers so many patients at a desk; gives their numbers."""
    counter = factories.counter(made)
    shift = queries.open_shift(made.ledger.db(), series=series) or frontdesk.open_shift(
        counter, series=series, login=login
    )
    return [
        frontdesk.register(
            counter, shift.key, factories.registration(f"Sunita {place}"), form=os.urandom(8).hex()
        ).row.slip.number.text
        for place in range(count)
    ]
