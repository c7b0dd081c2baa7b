"""The door against clients that are silent, slow, broken or hostile, and the worker behind it."""

import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fallback.authority import Authority, ServerCertificate
from fallback.errors import AddressUnknown, PortTaken
from fallback.serving import Limits, answering, is_loopback, listeners, served
from fallback.serving.listeners import listening, take_connections

NOW = datetime.now(UTC)
TIGHT = Limits(handshake=0.6, head=0.6, idle=1.0, body=0.6, linger=0.2, busy=2.0)
LARGE = 24 << 20

HOME = Path(__file__).parent.parent


class Program:
    """A WSGI app that tells what it was asked, and remembers it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.longest = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.asked.append(path)
        size = 0
        if path == "/refuse":
            start("413 Too large", [("Content-Type", "text/plain")])
            return [b"refused"]
        if path == "/break":
            raise ValueError("Sunita Devi")
        while piece := environ["wsgi.input"].read(1 << 16):
            size += len(piece)
            self.longest = max(self.longest, len(piece))
        start("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['REQUEST_METHOD']} {path} {size} {environ['REMOTE_ADDR']}".encode()]


@pytest.fixture
def program() -> Program:
    return Program()


@pytest.fixture(scope="module")
def certificate() -> ServerCertificate:
    return Authority.new("Hospital", [], NOW).issue(["127.0.0.1", "localhost"], NOW)


@contextmanager
def door(program: Program, limits: Limits = TIGHT, server: ServerCertificate | None = None) -> Iterator[int]:
    with served(program, limits=limits, server=server) as address:
        yield int(address.rpartition(":")[2])


def trusting(server: ServerCertificate) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=server.authority)


def connect(port: int, tls: ssl.SSLContext | None = None, source: str = "127.0.0.1") -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), 10, source_address=(source, 0))
    return tls.wrap_socket(sock, server_hostname="localhost") if tls else sock


def heard(sock: socket.socket) -> bytes:
    """All that comes until the other side has enough."""
    found = b""
    try:
        while piece := sock.recv(1 << 16):
            found += piece
    except ConnectionResetError:
        pass
    return found


def ask(port: int, raw: bytes, **more: Any) -> bytes:
    with connect(port, **more) as sock:
        sock.sendall(raw)
        return heard(sock)


def get(path: str = "/", **headers: str) -> bytes:
    lines = {"Host": "localhost", "Connection": "close"} | headers
    return "\r\n".join([f"GET {path} HTTP/1.1", *(f"{k}: {v}" for k, v in lines.items()), "", ""]).encode()


def post(size: int, *, path: str = "/", close: bool = True) -> bytes:
    ending = "Connection: close\r\n" if close else ""
    return f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n{ending}\r\n".encode()


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


def test_requests_and_answers_over_https(program: Program, certificate: ServerCertificate) -> None:
    with door(program, server=certificate) as port:
        tls = trusting(certificate)
        assert b"GET /a b 0 127.0.0.1" in ask(port, get("/a%20b"), tls=tls)
        assert ask(port, post(5) + b"12345", tls=tls).endswith(b"POST / 5 127.0.0.1")
        with connect(port, tls) as sock:  # one connection, request after request
            for place in range(3):
                sock.sendall(get(f"/{place}", Connection="keep-alive"))
                assert b"200" in sock.recv(4096)


def test_plain_http_at_the_https_port_gets_nothing(program: Program, certificate: ServerCertificate) -> None:
    with door(program, server=certificate) as port:
        assert b"HTTP" not in ask(port, get())
        with pytest.raises(ssl.SSLCertVerificationError):
            connect(port, ssl.create_default_context())
    assert program.asked == []


def test_the_silent_and_the_half_open_do_not_stop_a_desk(program: Program, certificate: ServerCertificate) -> None:
    with door(program, server=certificate) as port, ExitStack() as stack:
        silent = [stack.enter_context(connect(port)) for _ in range(60)]
        for sock in silent[:20]:  # the beginning of a handshake, and no more
            sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
        for _ in range(20):  # a handshake, and no request
            silent.append(stack.enter_context(connect(port, trusting(certificate))))
        assert status(ask(port, get(), tls=trusting(certificate))) == 200
        for sock in silent:
            sock.settimeout(5)
            assert heard(sock) == b""


def test_a_head_that_drips_is_cut_off(program: Program) -> None:
    with door(program) as port, connect(port) as sock:
        with pytest.raises(OSError):
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
            for _ in range(40):
                sock.sendall(b"X: y\r\n")
                time.sleep(0.05)
        assert status(ask(port, get())) == 200
    assert program.asked == ["/"]


@pytest.mark.parametrize("size", [100, 200_000])
def test_a_body_that_stops_is_never_taken_for_a_whole_one(program: Program, size: int) -> None:
    """A form that was cut by a pulled cable would register half a patient."""
    with door(program) as port:
        with connect(port) as sock:
            sock.sendall(post(size) + b"n" * (size // 2))
            sock.settimeout(5)
            assert b"200" not in heard(sock)
        with connect(port) as sock:
            sock.sendall(post(size) + b"n" * (size // 2))
        assert status(ask(port, get())) == 200
    assert "/" in program.asked if size > 100_000 else program.asked == ["/"]


def test_slow_bodies_from_many_do_not_stop_a_desk(program: Program) -> None:
    with door(program, Limits(body=5.0)) as port, ExitStack() as stack:
        for size in (100, 200_000):
            for _ in range(40):  # more than there are lanes
                sock = stack.enter_context(connect(port))
                sock.sendall(post(size) + b"n")
        assert status(ask(port, get())) == 200
        assert status(ask(port, post(3) + b"abc")) == 200


def test_one_address_has_its_share_and_the_longest_idle_goes_first(program: Program) -> None:
    limits = Limits(per_address=5, connections=12, idle=20.0)
    with door(program, limits) as port, ExitStack() as stack:
        first = [stack.enter_context(connect(port)) for _ in range(5)]
        time.sleep(0.2)
        assert status(ask(port, get())) == 200
        assert heard(first[0]) == b""  # it waited longest
        first[4].sendall(get())
        assert status(heard(first[4])) == 200
        others = [stack.enter_context(connect(port, source=f"127.0.0.{n}")) for n in range(2, 30)]
        time.sleep(0.2)
        assert status(ask(port, get(), source="127.0.0.99")) == 200
        assert heard(others[0]) == b""


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"PUT / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET http://evil/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET * HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /" + b"a" * 5000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x00: y\r\n\r\n", 400),
        (b"\x00\x01\x02\x03\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", 413),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_no_browser_sends_never_reaches_the_worker(program: Program, raw: bytes, code: int) -> None:
    with door(program) as port:
        assert status(ask(port, raw)) == code
    assert program.asked == []


def test_a_large_body_streams_and_fills_no_memory(program: Program) -> None:
    with door(program) as port, connect(port) as sock:
        before = _resident()
        sock.sendall(post(LARGE))
        for _ in range(LARGE >> 16):
            sock.sendall(b"p" * (1 << 16))
        assert heard(sock).endswith(f"POST / {LARGE} 127.0.0.1".encode())
        assert _resident() - before < LARGE // 2
    assert program.longest <= 1 << 16


def test_an_answer_that_comes_before_the_body_is_whole_is_heard(program: Program) -> None:
    with door(program) as port, connect(port) as sock:
        sock.sendall(post(1 << 20, path="/refuse", close=False) + b"p" * (1 << 17))
        answer = heard(sock)
        assert status(answer) == 413
        assert answer.endswith(b"refused")
        assert status(ask(port, get())) == 200  # its lane is free again
        assert status(ask(port, post(1 << 17) + b"p" * (1 << 17))) == 200


def test_a_program_that_breaks_says_nothing_of_it(program: Program, caplog: pytest.LogCaptureFixture) -> None:
    with door(program) as port:
        answer = ask(port, get("/break"))
        assert status(answer) == 500
        assert b"Sunita" not in answer
        assert "Sunita" not in caplog.text
        assert status(ask(port, get())) == 200


def test_many_at_once_wait_their_turn(program: Program) -> None:
    with door(program, Limits()) as port, ExitStack() as stack:
        socks = [stack.enter_context(connect(port)) for _ in range(150)]
        for sock in socks:
            sock.sendall(get())
        assert [status(heard(sock)) for sock in socks] == [200] * 150


def test_names_that_a_desk_answers_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "gethostname", lambda: "OPD-1")
    assert answering("127.0.0.1") == ("localhost", "127.0.0.1", "::1")
    assert answering("10.1.2.3", ["Desk.Hospital.lan"]) == (
        "10.1.2.3", "opd-1", "opd-1.local", "desk.hospital.lan", "localhost", "127.0.0.1", "::1",
    )  # fmt: skip
    assert set(answering("0.0.0.0")) >= {"opd-1", "127.0.0.1"}
    assert is_loopback("127.0.0.1") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("0.0.0.0") and not is_loopback("10.0.0.1") and not is_loopback("localhost.evil.example")


def test_what_watches_over_a_desk_loads_nothing_of_it() -> None:
    """It would hold the program's memory twice, and every start would wait a second longer."""
    look = "import sys, fallback.cli, fallback.cli.serve; print(*(each for each in sys.modules if 'fallback.' in each))"
    done = subprocess.run([sys.executable, "-c", look], cwd=HOME, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "fallback.serving.keeper" in loaded
    heavy = ("web", "ledger", "enrolment", "frontdesk", "recovery", "printing", "scanning", "serving.worker")
    assert not loaded & {f"fallback.{room}" for room in heavy}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the second cannot bind it at all")
def test_of_two_that_start_at_once_one_has_the_port() -> None:
    first = listening("127.0.0.1", 0)[0]
    second = listening("127.0.0.1", first.getsockname()[1])[0]
    with closing(first), closing(second):
        take_connections(first)
        with pytest.raises(PortTaken):
            take_connections(second)


def test_an_address_or_port_that_is_not_ours() -> None:
    with pytest.raises(AddressUnknown):
        listening("203.0.113.77", 0)
    first = listening("127.0.0.1", 0)[0]
    first.listen()
    with pytest.raises(PortTaken):
        listening("127.0.0.1", first.getsockname()[1])
    first.close()


def _resident() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096
    except OSError:
        pytest.skip("only Linux says how much memory a process has")


def test_a_desk_whose_own_port_is_the_usual_one_of_the_other_door_opens_both() -> None:
    """Neither listens yet, so the second bind succeeds: without a word for it, the first could not listen later."""
    ours = listening("127.0.0.1", 0)[0]
    port = ours.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listeners, "PORT", port)
        patch.setattr(listeners, "PORTS", range(port, port + 8))
        desks = listeners.lan_listening(port, but=port)
    assert desks[0].getsockname()[1] != port
    take_connections(desks[0])
    take_connections(ours)
    for each in (ours, *desks):
        each.close()
