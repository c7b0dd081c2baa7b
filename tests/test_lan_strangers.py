"""A hostile computer on the network: it learns nothing, changes nothing, and keeps no desk from the others."""

import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Any

import pytest

from fallback.custody.network.exchange import GIVE, HEADS, HELLO, TAKE, Session, meet
from fallback.custody.network.lines import About, opened, portion
from fallback.custody.network.proof import LanKeys
from fallback.enrolment import Installation
from fallback.errors import ComputerForeign, ComputerOdd, ComputerSilent, CopyForeign, LineWrong, ParchiError
from fallback.lan import Beacon, Line as Wire
from fallback.lan.beacon import _mac
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line, next_line
from fallback.serving import tls
from fallback.serving.keeper import lan_certificate
from tests import factories
from tests.lan_desks import Desk, free_port, on_lan, same, second, until, work


@pytest.fixture
def other(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = second(installation, tmp_path / "other")
    yield made
    made.close()


@pytest.fixture
def desk(installation: Installation) -> Iterator[Desk]:
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as found:
        yield found


def ask(desk: Desk, path: str, body: bytes = b"", **headers: str) -> int:
    wire = Wire.open("127.0.0.1", desk.port, within=5)
    told = {name.replace("_", "-"): text for name, text in headers.items()}
    try:
        return wire.ask(path, body, within=10, most=1 << 20, headers=told).status
    finally:
        wire.close()


def talk(desk: Desk, made: Installation) -> Session:
    return Session.open("127.0.0.1", desk.port, LanKeys.of(made.vault))


@pytest.mark.parametrize("path", [HEADS, GIVE, TAKE, "/lan/", "/lan/../login"])
def test_without_a_proof_nothing_is_said_and_no_body_is_read(desk: Desk, path: str) -> None:
    assert ask(desk, path, b"{}") == 403
    assert ask(desk, path, b"{}", Parchi_Lan="a b", Parchi_Body="c") == 403


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b'{"nonce":', b"\xff" * 100, b"[" * 4000, b'{"nonce": {"a": 1}}', b"x" * 5000]
)
def test_whatever_is_said_as_hello_is_answered_or_refused(desk: Desk, body: bytes) -> None:
    assert ask(desk, HELLO, body) in (200, 400, 413)
    assert ask(desk, "/lan/join", body) in (400, 409, 413)
    assert ask(desk, "/lan/joined", body) in (400, 409, 413)
    assert ask(desk, HELLO, b'{"nonce": "a"}') == 200


def test_a_proof_is_for_one_request_one_certificate_and_one_hospital(
    desk: Desk, other: Installation, tmp_path: Path
) -> None:
    session = talk(desk, other)
    sent: list[tuple[str, bytes, dict[str, str]]] = []
    real = session._wire.ask

    def listening(path: str, body: bytes, **more: object) -> object:
        sent.append((path, body, dict(more.get("headers") or {})))  # type: ignore[call-overload]
        return real(path, body, **more)  # type: ignore[arg-type]

    session._wire.ask = listening  # type: ignore[method-assign,assignment]
    session.ask(GIVE, b"{}", 1 << 20)
    session.close()
    path, body, headers = sent[0]
    told = {name.replace("-", "_"): text for name, text in headers.items()}
    assert ask(desk, path, body, **told) == 200  # inside the same certificate: it changes nothing
    assert ask(desk, HEADS, body, **told) == 403
    assert ask(desk, path, b"[]", **told) == 400  # the length is right, what is in it is not
    with on_lan(other, free_port(SOCK_DGRAM), start=False) as two:  # another desk of the hospital, another certificate
        assert ask(two, path, body, **told) == 403
    stranger = factories.installation(tmp_path / "another hospital")
    with pytest.raises(ComputerForeign):
        talk(desk, stranger)
    stranger.close()


def test_a_worker_that_was_started_anew_is_greeted_anew(desk: Desk, other: Installation) -> None:
    from fallback.custody.network.proof import Tokens

    session = talk(desk, other)
    desk.link.hearing._tokens = Tokens()
    assert session.ask(GIVE, b"{}", 1 << 20) == b""
    session.close()


@contextmanager
def server(answer: Callable[[ssl.SSLSocket], None]) -> Iterator[int]:
    """A computer that takes connections and does with them what a test says."""
    context = tls.context(lan_certificate())
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def run() -> None:
            while True:
                try:
                    sock, _ = listener.accept()
                except OSError:
                    return
                with suppress(OSError), context.wrap_socket(sock, server_side=True) as secured:
                    answer(secured)

        threading.Thread(target=run, daemon=True).start()
        yield listener.getsockname()[1]


def say(*pieces: bytes, pause: float = 0.0) -> Callable[[ssl.SSLSocket], None]:
    def answer(sock: ssl.SSLSocket) -> None:
        sock.recv(65536)
        for piece in pieces:
            sock.sendall(piece)
            time.sleep(pause)

    return answer


HOSTILE = {
    "nothing": say(),
    "garbage": say(b"\xff" * 20_000),
    "no hospital's": say(b'HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{"token": "a", "proof": "bbb"}'),
    "endless": say(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
    "negative": say(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
    "deep": say(b"HTTP/1.1 200 OK\r\nContent-Length: 4000\r\n\r\n" + b"[" * 4000),
    "no number": say(b"HTTP/1.1 huh\r\n\r\n"),
    "a list": say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"),
    "dripping": say(*[b"H"] * 40, pause=0.1),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_computer_that_answers_badly_is_left_alone(installation: Installation, kind: str) -> None:
    with server(HOSTILE[kind]) as port:
        began = time.monotonic()
        with pytest.raises((ComputerForeign, ComputerOdd, ComputerSilent)):
            Session.open("127.0.0.1", port, LanKeys.of(installation.vault))
        assert time.monotonic() - began < 60  # it ends: how soon is for bench/lan.py


def test_who_stands_in_between_has_another_certificate_and_gets_nothing(desk: Desk, other: Installation) -> None:
    """A relay that shows a certificate of its own and passes everything on, both ways."""
    passed: list[bytes] = []

    def relay(sock: ssl.SSLSocket) -> None:
        wire = Wire.open("127.0.0.1", desk.port, within=5)
        while data := sock.recv(65536):
            passed.append(data)
            wire._sock.sendall(data)
            sock.sendall(wire._sock.recv(65536))

    with server(relay) as port, pytest.raises(ComputerForeign):
        Session.open("127.0.0.1", port, LanKeys.of(other.vault))
    assert len(passed) == 1  # the hello alone


def test_portions_that_were_changed_store_nothing(installation: Installation, other: Installation) -> None:
    work(installation, 1)
    told, _ = portion(
        installation.ledger, {installation.ledger.chain: other.ledger.heads()[installation.ledger.chain].sequence}
    )
    rows = told.split(b"\n")
    before = other.ledger.heads()
    for bad in (
        b"\n".join([b"parchi-journal 1 copy 0000000000000000", *rows[1:]]),
        b"\n".join([rows[0], rows[1][:-8] + b"AAAAAAA=", *rows[2:]]),
        b"\n".join([rows[0], rows[2], rows[1], *rows[3:]]),
        b"\n".join([rows[0], *rows[2:]]),
        rows[0] + b"\n\xff\xfe\n",
        rows[0] + b"\nabc -1 AAAA\n",
        rows[0] + b"\nabc " + b"9" * 5000 + b" AAAA\n",
    ):
        with pytest.raises((CopyForeign, LineWrong)):
            other.ledger.take(opened(other.ledger, bad, "x"), place="x")
        assert other.ledger.heads() == before
    other.ledger.take(opened(other.ledger, told, "x"), place="x")
    assert same(installation, other) or other.ledger.heads()[installation.ledger.chain] == installation.ledger.head()


@pytest.mark.parametrize(
    "told",
    [
        b"", b"[]", b"{}", b'{"version": 2, "heads": {}}', b"\xff", b"[" * 100_000,
        json.dumps({"version": 1, "heads": {"x": [1, "y"]}}).encode(),
    ],
)  # fmt: skip
def test_what_a_desk_says_of_itself_is_read_or_refused(told: bytes) -> None:
    with pytest.raises(ValueError, match="not what a desk says"):
        About.unpacked(told)


def test_a_line_that_nobody_understands_holds_up_its_own_chain_alone(
    installation: Installation, other: Installation
) -> None:
    """A desk of a newer version, or one that was tampered with by somebody who has the key: the others go on."""
    link_of = on_lan(other, free_port(SOCK_DGRAM), start=False)
    with link_of as desk:
        odd = next_line(
            "f" * 16, 0, ZEROS, factories.START, FactKind.SLIP_VOIDED, {"no": "shape"}, payload=b"", series=0,
            shift="", by="",
        )  # fmt: skip
        work(installation, 1)
        chain = installation.ledger.chain
        have = other.ledger.heads()[chain].sequence
        lines: list[Line] = [odd, *installation.ledger.lines(chain, have)]
        desk.link.take(lines)
        assert other.ledger.heads()[chain] == installation.ledger.head()
        assert "f" * 16 not in {each.chain for each in other.ledger.heads().values() if each.sequence}
        assert other.ledger.verify().ok


def test_a_desk_goes_on_while_strangers_hold_its_door(installation: Installation, other: Installation) -> None:
    """Silent, dripping and flooding strangers at one door: two desks still come to have the same lines."""
    whistle = free_port(SOCK_DGRAM)
    with on_lan(installation, whistle) as one, on_lan(other, whistle):
        held = [socket.create_connection(("127.0.0.1", one.port), 5) for _ in range(60)]
        flooding = threading.Event()

        def flood() -> None:
            while not flooding.is_set():
                with suppress(ParchiError):
                    ask(one, TAKE, b"x" * 2000)

        def shout() -> None:
            with socket.socket(socket.AF_INET, SOCK_DGRAM) as mouth:
                mouth.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                while not flooding.is_set():
                    mouth.sendto(
                        hashlib.sha256(str(time.monotonic()).encode()).digest() * 3, ("127.255.255.255", whistle)
                    )
                    time.sleep(0.001)

        threads = [threading.Thread(target=each, daemon=True) for each in (flood, shout)]
        for thread in threads:
            thread.start()
        try:
            work(installation, 1)
            work(other, 3, login="meena")
            until(lambda: same(installation, other))
        finally:
            flooding.set()
            for thread in threads:
                thread.join(20)
            for sock in held:
                sock.close()


def test_one_exchange_both_ways_and_again_nothing(desk: Desk, other: Installation) -> None:
    work(desk.made, 1)
    work(other, 3, login="meena")
    with on_lan(other, free_port(SOCK_DGRAM), start=False) as two:
        session = talk(desk, other)
        met = meet(session, other.ledger, two.link.about, two.link.take)
        assert met.came > 0 < met.went
        assert (met.behind, met.ahead) == (0, 0)
        assert same(desk.made, other)
        again = meet(session, other.ledger, two.link.about, two.link.take)
        assert (again.came, again.went) == (0, 0)
        session.close()


@pytest.mark.parametrize("time_", ["Infinity", "-Infinity", "NaN", "1" + "0" * 400, "1e300", '"7"', "true"])
def test_a_clock_that_cannot_be_is_no_clock(desk: Desk, other: Installation, time_: str) -> None:
    """Else the page Computers, and the thread that looks for desks at known addresses, would end with it."""
    session = talk(desk, other)
    told = desk.link.about().packed()
    at = told.index(b'"time":') + len(b'"time":')
    told = told[:at] + time_.encode() + told[told.index(b",", at) :]
    with pytest.raises(ComputerOdd, match="400"):
        session.ask(HEADS, told, 1 << 20)
    session.close()


def test_a_desk_hears_the_others_again_after_its_network_failed_in_a_way_that_nobody_thought_of(
    installation: Installation, other: Installation, caplog: pytest.LogCaptureFixture
) -> None:
    whistle, failed = free_port(SOCK_DGRAM), list[str]()
    with on_lan(installation, whistle, start=False) as one, on_lan(other, whistle) as two:
        networks, places = one.link._networks, one.link._addresses.next

        def fails(then: Callable[..., Any], name: str) -> Callable[..., Any]:
            def asked(*told: object) -> object:
                if name not in failed:
                    failed.append(name)
                    raise OSError("No buffer space available")
                return then(*told)

            return asked

        one.link._networks = fails(networks, "networks")
        one.link._addresses.next = fails(places, "places")  # type: ignore[method-assign]
        two.link._addresses.next = lambda *_: None  # type: ignore[method-assign]
        one.link.start()
        until(lambda: bool(one.link.computers() and two.link.computers()))
        until(lambda: len(failed) == 2)
        assert all(thread.is_alive() for thread in one.link._threads)
    assert "No buffer space" not in caplog.text


def test_a_beacon_whose_length_is_not_what_it_says_is_none(installation: Installation) -> None:
    key = LanKeys.of(installation.vault).beacon
    good = Beacon(
        instance=b"i" * 8, chain=b"c" * 8, mark=b"m" * 8, count=1, port=8443, serves=False, addresses=("10.0.0.9",)
    ).packed(key)
    assert Beacon.unpacked(key, good, "10.0.0.9")
    for body in (good[:-16][:8], good[:-16][:20], good[:-18], good[:-16] + b"\0" * 4):
        assert Beacon.unpacked(key, body + _mac(key, body), "10.0.0.9") is None


@pytest.mark.parametrize(
    ("fact", "content"),
    [
        (FactKind.CARD_MADE, {"series": 9, "certificate": {"public": "x"}}),
        (FactKind.DESK_ENROLLED, {"series": 9, "name": "Nine", "certificate": []}),
        (FactKind.SHIFT_OPENED, {"shift": "001.9", "opening_float": 0, "notes": []}),
        (FactKind.SHIFT_CLOSED, {"shift": "001.9", "counted_cash": 0, "note": "", "notes": {"ten": 1}}),
    ],
)
def test_a_line_that_later_no_page_could_read_is_never_taken(
    installation: Installation, fact: FactKind, content: dict[str, Any]
) -> None:
    """One such line, from whoever has a card, would be in every journal for ever."""
    line = next_line("f" * 16, 0, ZEROS, factories.START, fact, content, payload=b"", series=1, shift="", by="asha")
    with pytest.raises(LineWrong):
        installation.ledger.take([line], place="x")
    assert installation.keys()
    work(installation, 1)
