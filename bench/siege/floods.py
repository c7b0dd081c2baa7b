"""The real server, over HTTPS, while somebody floods it: silent, slow, oversized and endless requests, guessed PINs.

Let in is a request of the desk beside that is not answered within ten seconds, and a request of the attacker's that is
taken, or that breaks something.
"""

import asyncio
import multiprocessing
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from http.client import HTTPConnection
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIServer, demo_app, make_server

from bench.desk import quantile
from bench.load import PIN, Desk, Server
from bench.siege import Tried
from bench.siege.town import CHEAP, counter
from fallback import enrolment, frontdesk
from fallback.downtime import Role

_PATIENCE = 10.0  # seconds that a clerk waits before they call somebody
_PERSON = {
    "name": "Sunita Devi", "sex": "female", "age": "34", "age_unit": "years", "clinic": "MED", "fee_status": "exempt",
}  # fmt: skip
_HELLO = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"


class Beside(Desk):
    """A desk at another computer."""

    async def _streams(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.streams is None:
            self.streams = await asyncio.open_connection(
                "127.0.0.1", self.port, ssl=self.tls, limit=1 << 20, local_addr=(f"127.0.0.{100 + self.number}", 0)
            )
        return self.streams


class _Flood:
    """The attacker: a process of its own, from other addresses. `told` counts tries and what was taken."""

    def __init__(self, port: int, authority: bytes, stop: Event, told: Any) -> None:
        self.port, self.stop, self.told = port, stop, told
        self.tls = ssl.create_default_context(cadata=authority)
        self.chance = Random(1)

    def tried(self, *, taken: bool = False) -> None:
        self.told[0] += 1
        self.told[1] += taken

    async def open(self, *, tls: bool = True, at: int = 2) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.tls if tls else None, local_addr=(f"127.0.0.{at}", 0)
        )

    async def silent(self) -> None:
        """A connection, and nothing."""
        reader, _ = await self.open(tls=False, at=self.chance.randint(2, 9))
        self.tried()
        await reader.read()

    async def half_open(self) -> None:
        """The beginning of a handshake, and nothing more."""
        reader, writer = await self.open(tls=False, at=self.chance.randint(2, 9))
        writer.write(_HELLO)
        self.tried()
        await reader.read()

    async def dripping_head(self) -> None:
        """A head that comes letter by letter."""
        _, writer = await self.open()
        self.tried()
        await self._drip(writer, b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"y" * 4000)

    async def dripping_body(self) -> None:
        """A form that comes letter by letter."""
        _, writer = await self.open()
        writer.write(b"POST /register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
                     b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")  # fmt: skip
        self.tried()
        await self._drip(writer, b"n" * 4000)

    async def oversized(self) -> None:
        """Requests larger than any of ours."""
        form = b"Content-Type: application/x-www-form-urlencoded\r\n"
        head = b"POST /login HTTP/1.1\r\nHost: 127.0.0.1\r\n" + form
        raw = self.chance.choice((
            head + b"Content-Length: 1000000000000\r\n\r\n" + b"x" * 10_000,
            head + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
            b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
            head + b"Content-Length: 3000000\r\n\r\n" + b"x=" + b"y" * 2_999_998,
            head + b"Content-Length: 900000\r\n\r\n" + b"a=&" * 300_000,
            head + b"Transfer-Encoding: chunked\r\n\r\n" + b"FFFFFFFF\r\n" + b"z" * 100_000,
        ))  # fmt: skip
        reader, writer = await self.open(at=self.chance.randint(2, 9))
        writer.write(raw)
        line = b""
        with suppress(OSError):
            await writer.drain()
            line = await asyncio.wait_for(reader.readline(), 30)
        self.tried(taken=line[9:10] in (b"2", b"3", b"5"))
        writer.close()

    async def endless(self) -> None:
        """Pages, as fast as they come."""
        reader, writer = await self.open(at=self.chance.randint(2, 5))
        for _ in range(200):
            writer.write(b"GET /login HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            await self._answer(reader)
            self.tried()
        writer.close()

    async def guessing(self) -> None:
        """PINs of users that there are, and of some that there are not."""
        desk = Beside(port=self.port, tls=self.tls, number=self.chance.randint(20, 90))
        _, _, page = await desk.ask("GET", "/login")
        token = page.partition(b'name="csrf_token"')[2].partition(b'value="')[2].partition(b'"')[0].decode()
        for _ in range(20):
            login = self.chance.choice(("clerk1", "clerk2", f"nobody{self.chance.randrange(99)}"))
            form = {"csrf_token": token, "login": login, "pin": f"{self.chance.randrange(10**6):06d}"}
            status, _, _ = await desk.ask("POST", "/login", form)
            self.tried(taken=status < 400)

    async def _drip(self, writer: asyncio.StreamWriter, content: bytes) -> None:
        with suppress(OSError):
            for letter in content:
                writer.write(bytes([letter]))
                await writer.drain()
                await asyncio.sleep(0.3)

    @staticmethod
    async def _answer(reader: asyncio.StreamReader) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length: ")[2].partition(b"\r")[0]
        await reader.readexactly(int(length or 0))

    async def run(self, what: str, many: int) -> None:
        act: Callable[[], Awaitable[None]] = getattr(self, what)

        async def again() -> None:
            while not self.stop.is_set():
                try:
                    await act()
                except (OSError, EOFError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError):
                    await asyncio.sleep(0.05)  # it was sent away, and comes back

        workers = [asyncio.create_task(again()) for _ in range(many)]
        while not self.stop.is_set():
            await asyncio.sleep(0.1)
        for each in workers:
            each.cancel()
        await asyncio.gather(*workers, return_exceptions=True)


def _flood(what: str, many: int, port: int, authority: bytes, stop: Event, told: Any) -> None:
    asyncio.run(_Flood(port, authority, stop, told).run(what, many))


# so many at a time
_KINDS = {
    "silent": 400, "half_open": 400, "dripping_head": 150, "dripping_body": 150, "oversized": 6, "endless": 8,
    "guessing": 8,
}  # fmt: skip


def floods(folder: Path, seconds: float, kinds: Iterable[str] = ()) -> list[Tried]:
    """Each kind of flood, or those named, for so many seconds, with a desk beside that registers."""
    made, _, _ = enrolment.init(folder / "data", "bench", clock=lambda: datetime.now(UTC), cost=CHEAP)
    for number, role in ((1, Role.CLERK), (2, Role.SUPERVISOR)):  # the second one's PIN is guessed, too
        enrolment.enrol_desk(made, f"Counter {number}")
        enrolment.set_user(made.ledger, f"clerk{number}", "Asha", role, PIN)
    frontdesk.start_downtime(counter(made), "bench")
    made.close()
    (folder / "copy").mkdir()
    server = Server(folder)
    authority = (folder / "a.cer").read_bytes()
    try:
        return asyncio.run(_all(server, authority, seconds, set(kinds) or set(_KINDS)))
    finally:
        server.close()


async def _all(server: Server, authority: bytes, seconds: float, kinds: set[str]) -> list[Tried]:
    desk = Beside(port=server.port, tls=server.tls, number=1)
    await desk.enter()
    for _ in range(10):
        await desk.register(_PERSON)
    quiet, _ = await _registers(desk, seconds)
    found = []
    for what, many in _KINDS.items():
        if what not in kinds:
            continue
        told = multiprocessing.get_context("spawn").Array("q", 2)
        stop = multiprocessing.get_context("spawn").Event()
        process = multiprocessing.get_context("spawn").Process(
            target=_flood, args=(what, many, server.port, authority, stop, told)
        )
        process.start()
        while not told[0]:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)
        taken, failed = await _registers(desk, seconds)
        kind = Tried(f"the real server flooded: {what.replace('_', ' ')}")
        stop.set()
        while process.is_alive():
            await asyncio.sleep(0.05)
        kind.tried += told[0]
        kind.let_in += told[1] + failed
        kind.first += [f"{failed} requests of the desk beside were not answered"] * bool(failed)
        kind.first += [f"{told[1]} requests were taken"] * bool(told[1])
        kind.beside = {
            "the desk beside, registrations": len(taken),
            "their p50 in ms": round(quantile(taken, 0.5), 1) if taken else "none",
            "p99": round(quantile(taken, 0.99), 1) if taken else "none",
            "p99 in quiet": round(quantile(quiet, 0.99), 1),
        }
        if what == "silent":
            kind.beside["answered by the standard library's server, of 3"] = _plain_server()
        found.append(kind)
    return found


async def _registers(desk: Desk, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of each registration, and how many were not answered."""
    taken: list[float] = []
    failed, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            taken.append(await asyncio.wait_for(desk.register(_PERSON), _PATIENCE))
        except (OSError, EOFError, TimeoutError, SystemExit):
            failed += 1
            desk.streams = None
        await asyncio.sleep(0.05)
    return taken, failed


def _plain_server() -> int:
    """The peer: a server that answers one after the other, with one silent client before the others."""
    server: WSGIServer = make_server("127.0.0.1", 0, demo_app)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    answered = 0
    with socket.create_connection(("127.0.0.1", server.server_port)):
        time.sleep(0.2)
        for _ in range(3):
            asking = HTTPConnection("127.0.0.1", server.server_port, timeout=0.5)
            try:
                asking.request("GET", "/")
                answered += asking.getresponse().status == 200
            except OSError:
                continue
            finally:
                asking.close()
    server.shutdown()
    return answered
