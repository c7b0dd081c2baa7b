"""Lanes between the door and the worker: socket pairs, each of which carries one request and its answer at a time.

What runs over a lane: a head (JSON), pieces of a body, an end. A length stands before each; 0 is the body's end, and
CUT says that no more will come of a body that is not whole.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

CUT = 0xFFFFFFFF
PIECE = 1 << 16
_LENGTH = struct.Struct(">I")
_MOST_HEAD = 1 << 20

Headers = list[tuple[str, str]]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request's head, as the worker gets it. Texts are Latin-1, as they came."""

    method: str
    target: str
    headers: Headers
    address: str
    secure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A whole answer."""

    status: int
    headers: Headers
    body: bytes


class Lane:
    """The door's end of a lane."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.busy = False

    @classmethod
    async def over(cls, sock: socket.socket) -> "Lane":
        """A lane over a socket of this running loop."""
        return cls(*await asyncio.open_connection(sock=sock))

    async def ask(self, asked: Asked, body: bytes) -> Answered:
        """Sends a request that is whole, and gives the answer. Raises EOFError when the worker is gone."""
        self.busy = True
        self._send(_head(asked))
        if body:
            self._send(body)
        self._writer.write(_LENGTH.pack(0))
        answered = await self._answer()
        self.busy = False
        return answered

    async def stream(self, asked: Asked, body: AsyncIterator[bytes]) -> Answered:
        """Sends a request while its body arrives. When the answer comes first, the rest of the body is not asked for.

        Raises EOFError when the worker is gone, and whatever the body raises.
        """
        self.busy = True
        answer, end = asyncio.create_task(self._answer()), CUT
        try:
            self._send(_head(asked))
            while not answer.done():
                piece = await _first(anext(body, b""), answer)
                if piece == b"":
                    end = 0
                    break
                if piece:
                    self._send(piece)
                    await _first(self._writer.drain(), answer)
        finally:
            self._writer.write(_LENGTH.pack(end))
            await asyncio.wait({answer})  # of a body that was cut, too: the lane is free only after its answer
            self.busy = answer.exception() is not None
        return answer.result()

    def close(self) -> None:
        """Ends the lane."""
        self._writer.close()

    def _send(self, piece: bytes) -> None:
        self._writer.write(_LENGTH.pack(len(piece)) + piece)

    async def _answer(self) -> Answered:
        try:
            status, headers = json.loads(await self._read())
            pieces = []
            while piece := await self._read():
                pieces.append(piece)
        except (asyncio.IncompleteReadError, OSError) as wrong:
            raise EOFError from wrong
        return Answered(status=status, headers=[(name, value) for name, value in headers], body=b"".join(pieces))

    async def _read(self) -> bytes:
        return await self._reader.readexactly(_LENGTH.unpack(await self._reader.readexactly(4))[0])


def _head(asked: Asked) -> bytes:
    told = [asked.method, asked.target, asked.headers, asked.address, asked.secure]
    return json.dumps(told, separators=(",", ":")).encode()


async def _first(awaited: Awaitable[T], answer: "asyncio.Task[Answered]") -> T | None:
    """What is awaited; None, and it is given up, when the answer comes first."""
    mine = asyncio.ensure_future(awaited)
    try:
        await asyncio.wait({mine, answer}, return_when=asyncio.FIRST_COMPLETED)
        if not mine.done():
            return None
        return mine.result()
    finally:
        mine.cancel()
        with suppress(asyncio.CancelledError, OSError):
            await mine


class WorkerLane:
    """The worker's end of a lane; it blocks, for a thread of its own."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(True)
        self._sock = sock
        self._file = sock.makefile("rb", buffering=PIECE)
        self._left = b""
        self._over = True

    def take(self) -> Asked | None:
        """The next request; None when the door has closed the lane."""
        length = self._length()
        if length is None or length > _MOST_HEAD:
            return None
        head = self._file.read(length)
        if len(head) < length:
            return None
        method, target, headers, address, secure = json.loads(head)
        self._left, self._over = b"", False
        return Asked(
            method=method, target=target, headers=[(name, value) for name, value in headers], address=address,
            secure=secure,
        )  # fmt: skip

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes of the body, b"" at its end; a body that was cut is shorter than was said."""
        found = bytearray(self._left)
        while not self._over and (size < 0 or len(found) < size):
            length = self._length()
            if not length or length == CUT:
                self._over = True
                break
            found += self._file.read(length)
            if size >= 0 and found:
                break
        cut = len(found) if size < 0 else size
        self._left = bytes(found[cut:])
        return bytes(found[:cut])

    def answer(self, status: int, headers: Headers, body: Any) -> None:
        """Sends the answer, and passes over what is left of the body. `body` is an iterable of bytes."""
        self._send(json.dumps([status, headers], separators=(",", ":")).encode())
        for piece in body:
            for start in range(0, len(piece), PIECE):
                self._send(piece[start : start + PIECE])
        self._sock.sendall(_LENGTH.pack(0))
        while self.read(PIECE):
            pass

    def close(self) -> None:
        """Ends the lane."""
        self._file.close()
        self._sock.close()

    def _send(self, piece: bytes) -> None:
        self._sock.sendall(_LENGTH.pack(len(piece)) + piece)

    def _length(self) -> int | None:
        try:
            prefix = self._file.read(4)
        except OSError:
            return None
        return _LENGTH.unpack(prefix)[0] if len(prefix) == 4 else None
