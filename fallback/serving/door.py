"""The door: takes connections, their TLS and their requests, and gives each request to the worker once it is whole.

Everything here is in somebody else's hands until it has arrived, so every wait for a client has an end, every address
has a share, and whoever has kept us waiting longest goes first when there is no room. The worker never waits for a
client but in the few lanes for large bodies.
"""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from functools import partial

import h11

from fallback.errors import ParchiError, RequestTooLarge, RequestWrong, ServerAway, ServerBusy
from fallback.language import LANGUAGES, say
from fallback.serving.lanes import PIECE, Answered, Asked
from fallback.serving.pool import SMALL, Pool

_log = logging.getLogger(__name__)
METHODS = frozenset({b"GET", b"HEAD", b"POST"})
_TARGET = 4096  # bytes of an address of ours, with what it asks
_HEAD = 32 * 1024  # bytes of a request's head


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a client may take: connections, seconds, bytes."""

    connections: int = 800
    per_address: int = 200  # a ward behind one router is one address
    handshake: float = 10.0
    head: float = 10.0
    idle: float = 120.0
    body: float = 20.0  # for a small body as a whole, and for each `least` bytes of a large one
    least: int = PIECE
    most: int = (1 << 30) + (1 << 20)  # of any body; each page has a limit of its own below this
    send: float = 60.0  # for an answer, and for each megabyte of it
    busy: float = 60.0  # until the worker has time, or has started anew
    linger: float = 2.0


class _Refused(Exception):
    """A request that never reaches the worker."""

    def __init__(self, status: int, error: ParchiError) -> None:
        super().__init__(status)
        self.status = status
        self.error = error


class _Gone(Exception):
    """The client kept us waiting, or went away."""


@dataclass(slots=True, eq=False)
class _Client:
    address: str
    sock: socket.socket | None  # until its own task has it
    task: asyncio.Task[None] | None = None
    waiting_since: float | None = None  # since when we wait for it; None while it waits for us


class Door:
    """All connections of one server. `tls` None serves plain HTTP, which is for this computer alone."""

    def __init__(self, pool: Pool, tls: ssl.SSLContext | None, limits: Limits, only: str = "/") -> None:
        """`only` is how every address begins that is asked for here."""
        self._only = only.encode()
        self._pool = pool
        self._tls = tls
        self._limits = limits
        self._clients: dict[_Client, None] = {}
        self._of: Counter[str] = Counter()

    async def stand_open(self, listener: socket.socket) -> None:
        """Takes connections until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                sock, peer = await loop.sock_accept(listener)
            except OSError:  # the client is gone already, or this process has no more handles
                await asyncio.sleep(0.05)
                continue
            client = _Client(str(peer[0]).removeprefix("::ffff:"), sock, waiting_since=loop.time())
            if not self._room_for(client.address):
                sock.close()
                continue
            self._clients[client] = None
            self._of[client.address] += 1
            client.task = loop.create_task(self._serve(client, sock))
            client.task.add_done_callback(partial(self._left, client))

    async def close(self) -> None:
        """Lets every request that the worker has come to its answer; whoever only waits is sent away."""
        for client in list(self._clients):
            if client.waiting_since is not None and client.task:
                client.task.cancel()
        tasks = [client.task for client in self._clients if client.task]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=20)
            for task in late:
                task.cancel()

    def _room_for(self, address: str) -> bool:
        """Whether there is room; whoever has kept us waiting longest makes some."""
        full = len(self._clients) >= self._limits.connections
        if not full and self._of[address] < self._limits.per_address:
            return True
        idle = [
            client for client in self._clients
            if client.waiting_since is not None and (full or client.address == address)
        ]  # fmt: skip
        if not idle:
            return False
        oldest = min(idle, key=lambda client: client.waiting_since or 0.0)
        if oldest.task:
            oldest.task.cancel()
        self._forget(oldest)
        return True

    def _left(self, client: _Client, task: asyncio.Task[None]) -> None:
        self._forget(client)
        if client.sock:  # it was sent away before its task began
            client.sock.close()
        wrong = None if task.cancelled() else task.exception()
        if wrong is not None:  # a fault of ours; its text could hold what a client sent
            _log.error("%s at the door", type(wrong).__name__)

    def _forget(self, client: _Client) -> None:
        if client in self._clients:
            del self._clients[client]
            self._of[client.address] -= 1
            if not self._of[client.address]:
                del self._of[client.address]

    async def _serve(self, client: _Client, sock: socket.socket) -> None:
        loop, client.sock = asyncio.get_running_loop(), None
        reader = asyncio.StreamReader(limit=PIECE, loop=loop)
        protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
        with suppress(OSError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = {"ssl_handshake_timeout": self._limits.handshake, "ssl_shutdown_timeout": 2.0} if self._tls else {}
        try:
            transport, _ = await loop.connect_accepted_socket(lambda: protocol, sock, ssl=self._tls, **secured)
        except (OSError, ValueError):  # no TLS, a hostile one, or none at all within its time
            sock.close()
            return
        except asyncio.CancelledError:
            sock.close()
            raise
        writer = asyncio.StreamWriter(transport, protocol, reader, loop)
        try:
            await _Conversation(self, client, reader, writer).hold()
        except (_Gone, OSError, h11.ProtocolError):
            transport.abort()
        except asyncio.CancelledError:
            transport.abort()
            raise
        finally:
            writer.close()


class _Conversation:
    """One connection: request after request."""

    def __init__(self, door: Door, client: _Client, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._limits = door._limits
        self._pool = door._pool
        self._secure = door._tls is not None
        self._only = door._only
        self._client = client
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=_HEAD)
        self._now = asyncio.get_running_loop().time

    async def hold(self) -> None:
        """Answers until one side has enough."""
        while True:
            try:
                request = await self._request()
                if request is None:
                    return
                answer = await self._answered(request)
            except h11.RemoteProtocolError as wrong:
                answer = _told(wrong.error_status_hint, RequestWrong())
            except _Refused as refused:
                answer = _told(refused.status, refused.error)
            except ServerBusy as busy:
                answer = _told(busy.http_status, busy)
            except EOFError:
                answer = _told(ServerAway.http_status, ServerAway())
            await self._send(answer)
            if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
                await self._linger()
                return
            self._http.start_next_cycle()

    async def _request(self) -> h11.Request | None:
        """The head of the next request, None when none comes."""
        ends = self._now() + self._limits.idle
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._check(event)
                return event
            if event is not h11.NEED_DATA:
                return None
            begun = bool(self._http.trailing_data[0])
            if begun:  # the time of a head counts from its first byte, and no further byte makes it longer
                ends = min(ends, self._now() + self._limits.head)
            self._http.receive_data(await self._read(ends))

    def _check(self, request: h11.Request) -> None:
        """Raises _Refused for what no browser of ours sends."""
        if request.method not in METHODS:
            raise _Refused(405, RequestWrong())
        if len(request.target) > _TARGET or not request.target.startswith(b"/"):
            raise _Refused(414 if len(request.target) > _TARGET else 400, RequestWrong())
        if not request.target.startswith(self._only):
            raise _Refused(404, RequestWrong())
        names = [name for name, _ in request.headers]
        if b"transfer-encoding" in names:  # of such a body nobody could tell whether it is whole
            raise _Refused(411, RequestWrong())
        if names.count(b"host") != 1:
            raise _Refused(400, RequestWrong())
        if _length(request) > self._limits.most:
            raise _Refused(413, RequestTooLarge(megabytes=self._limits.most >> 20))

    async def _answered(self, request: h11.Request) -> Answered:
        asked = Asked(
            method=request.method.decode(),
            target=request.target.decode("latin-1"),
            headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers],
            address=self._client.address,
            secure=self._secure,
        )
        if _length(request) > PIECE:
            async with self._pool.lane(large=True, patience=self._limits.busy) as lane:
                return await lane.stream(asked, self._pieces())
        body = b"".join([piece async for piece in self._pieces()])
        for _ in range(SMALL + 2):  # when the worker dies, as many lanes may be found dead, one after the other
            try:
                async with self._pool.lane(large=False, patience=self._limits.busy) as lane:
                    return await lane.ask(asked, body)
            except EOFError:
                if asked.method == "POST":  # it may be stored already; to ask again could do it twice
                    raise
        raise EOFError

    async def _pieces(self) -> AsyncIterator[bytes]:
        """The body as it arrives. Raises _Gone when it comes too slowly, or ends too early."""
        if self._http.they_are_waiting_for_100_continue:
            await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])))
        ends, got = self._now() + self._limits.body, 0
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Data):
                got += len(event.data)
                if got >= self._limits.least:
                    ends, got = self._now() + self._limits.body, 0
                yield bytes(event.data)
            elif event is h11.NEED_DATA:
                self._http.receive_data(await self._read(ends))
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise _Gone

    async def _read(self, ends: float) -> bytes:
        """What the client sends next, b"" when it has ended; it may be sent away while we wait for it."""
        self._client.waiting_since = self._now()
        try:
            async with asyncio.timeout_at(ends):
                return await self._reader.read(PIECE)
        except TimeoutError as wrong:
            raise _Gone from wrong
        finally:
            self._client.waiting_since = None

    async def _send(self, answer: Answered) -> None:
        if self._http.our_state not in (h11.SEND_RESPONSE, h11.IDLE):
            raise _Gone
        headers = [(name, value) for name, value in answer.headers if name.lower() not in _OURS]
        headers.append(("Date", formatdate(usegmt=True)))
        if answer.status >= 200 and answer.status not in (204, 304):
            headers.append(("Content-Length", str(len(answer.body))))
        if self._http.their_state is not h11.DONE:  # its body is not whole: nothing behind it can be read
            headers.append(("Connection", "close"))
        head = h11.Response(
            status_code=answer.status,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        out = self._http.send(head) or b""
        out += self._http.send(h11.Data(data=answer.body)) or b"" if answer.body else b""
        out += self._http.send(h11.EndOfMessage()) or b""
        await self._write(out)

    async def _linger(self) -> None:
        """Takes a little more of what is still being sent, or the answer would be lost in a reset connection."""
        ends = self._now() + self._limits.linger
        with suppress(_Gone):
            while self._http.their_state is h11.SEND_BODY and await self._read(ends):
                pass

    async def _write(self, out: bytes | None) -> None:
        """Raises _Gone for a client that does not take what it asked for."""
        self._writer.write(out or b"")
        try:
            async with asyncio.timeout(self._limits.send * (1 + (len(out or b"") >> 20))):
                await self._writer.drain()
        except TimeoutError as wrong:
            raise _Gone from wrong


_OURS = frozenset({"date", "content-length", "connection", "transfer-encoding"})


def _length(request: h11.Request) -> int:
    found = next((value for name, value in request.headers if name == b"content-length"), b"0")
    return int(found)


def _told(status: int, error: ParchiError) -> Answered:
    """What the door itself says, in both languages; it does not know who asks."""
    text = "\n\n".join(say(error, language) for language in LANGUAGES)
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("X-Content-Type-Options", "nosniff"),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("Cache-Control", "no-store"),
    ]
    return Answered(status=status, headers=headers, body=text.encode())
