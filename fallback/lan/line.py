"""A line to another desk: HTTPS requests on one kept connection, whose certificate is remembered and not believed.

Who answers is proved by `custody.network.link`, over that certificate. Until then, and after, an answer has a length
that it may not exceed and an end in time, however slowly it drips.
"""

import hashlib
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from fallback.errors import ComputerOdd, ComputerSilent

_HEAD = 8192  # bytes of an answer's head
_PIECE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, whole."""

    status: int
    body: bytes


class Line:
    """One connection, for one thread at a time. `certificate` is the SHA-256 (hex) of what the other side showed."""

    def __init__(self, sock: ssl.SSLSocket, address: str, port: int) -> None:
        self.address = address
        self.port = port
        self.certificate = hashlib.sha256(sock.getpeercert(binary_form=True) or b"").hexdigest()
        self._sock = sock
        self._left = b""

    @classmethod
    def open(cls, address: str, port: int, *, within: float, reached: float | None = None) -> Self:
        """Calls a computer. Raises ComputerSilent when it does not answer within so many seconds.

        `reached` is how many of them its system may take for a bare connection, which the busiest answers at once: an
        address where nobody is costs no more.
        """
        try:
            ends = time.monotonic() + within
            sock = socket.create_connection((address, port), min(within, reached or within))
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(max(ends - time.monotonic(), 0.1))
                return cls(_unbelieving().wrap_socket(sock), address, port)
            except BaseException:
                sock.close()
                raise
        except (OSError, ValueError) as wrong:
            raise ComputerSilent(address=address, port=str(port)) from wrong

    def ask(
        self, path: str, body: bytes, *, within: float, most: int, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Sends a POST and gives its answer. Raises ComputerSilent after `within` seconds, ComputerOdd.

        `most` is how many bytes the answer may have. After a failure the line is of no more use.
        """
        ends = time.monotonic() + within
        told = {"Host": f"{self.address}:{self.port}", "Content-Length": str(len(body)), **(headers or {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        try:
            self._sock.settimeout(within)
            self._sock.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode("ascii") + body)
            return self._answer(ends, most)
        except OSError as wrong:
            raise ComputerSilent(address=self.address, port=str(self.port)) from wrong

    def close(self) -> None:
        """Ends it; another thread that waits for an answer on it need not wait longer."""
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)  # TLS's own would let plain bytes pass for an answer
        with suppress(OSError):
            self._sock.close()

    @property
    def begins(self) -> str:
        """Our own address on it; "" when it has ended."""
        try:
            return str(self._sock.getsockname()[0])
        except OSError:
            return ""

    def _answer(self, ends: float, most: int) -> Answer:
        while b"\r\n\r\n" not in self._left:
            if len(self._left) > _HEAD:
                raise self._odd("its head has no end")
            self._left += self._more(ends)
        head, _, rest = self._left.partition(b"\r\n\r\n")
        try:
            first, *lines = head.decode("latin-1").split("\r\n")
            status = int(first.split(" ", 2)[1])
            told = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            length = int(told.get("content-length", "0"))
        except (ValueError, IndexError) as wrong:
            raise self._odd("it is no answer") from wrong
        if not 0 <= length <= most or "transfer-encoding" in told:
            raise self._odd("its answer is too long")
        pieces, have = [rest], len(rest)
        while have < length:
            pieces.append(self._more(ends))
            have += len(pieces[-1])
        whole = b"".join(pieces)
        self._left = whole[length:]
        return Answer(status=status, body=whole[:length])

    def _more(self, ends: float) -> bytes:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        piece = self._sock.recv(_PIECE)
        if not piece:
            raise ConnectionResetError
        return piece

    def _odd(self, why: str) -> ComputerOdd:
        return ComputerOdd(address=self.address, why=why)


def _unbelieving() -> ssl.SSLContext:
    """TLS to whoever is there: addresses change, and a desk that joined with a card has no authority's certificate."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE
    return made
