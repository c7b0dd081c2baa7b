"""A line of bytes to a printer that may answer on it: a TCP connection, or a device file."""

import os
import select
import socket
import stat
import sys
import time
from contextlib import suppress
from typing import Protocol
from urllib.parse import urlsplit

PORT = 9100
CONNECT_SECONDS = 5.0
SEND_SECONDS = 15.0  # a printer whose paper ended stops taking bytes
_CLOSE_SECONDS = 1.0


class Line(Protocol):
    """An open line. Every call may raise OSError when it breaks."""

    def send(self, data: bytes) -> None:
        """Hands over all of it; TimeoutError when the printer takes nothing more for SEND_SECONDS."""

    def receive(self, seconds: float) -> bytes:
        """What has come, or comes first within the time; nothing when nothing does."""

    def close(self, *, printed: bool) -> None:
        """Ends the line; where something was `printed`, so that nothing of it gets lost."""


def open_line(address: str) -> Line:
    """The line to `tcp://host[:port]` or to a device file. Raises OSError; ValueError when that is no printer."""
    if address.startswith("tcp://"):
        return _Tcp(address)
    return _Device(address)


class _Tcp:
    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self._socket = socket.create_connection((parts.hostname or "", parts.port or PORT), CONNECT_SECONDS)

    def send(self, data: bytes) -> None:
        self._socket.settimeout(SEND_SECONDS)
        self._socket.sendall(data)

    def receive(self, seconds: float) -> bytes:
        self._socket.settimeout(seconds)
        try:
            came = self._socket.recv(64)
        except TimeoutError:
            return b""
        if not came:
            raise ConnectionResetError("the printer hung up")
        return came

    def close(self, *, printed: bool) -> None:
        with suppress(OSError):
            if not printed:  # who only asked how the printer is need not wait for it to hang up
                return
            # Closed with an answer unread, a connection is torn down, and what the printer has not read yet is lost.
            self._socket.shutdown(socket.SHUT_WR)
            until = time.monotonic() + SEND_SECONDS  # one that talks for ever must not hold up the next slip
            while self.receive(_CLOSE_SECONDS) and time.monotonic() < until:
                pass
        self._socket.close()


class _Device:
    _handle: int

    def __init__(self, address: str) -> None:
        if sys.platform == "win32":
            raise ValueError("Windows has no device files")
        self._handle = os.open(address, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
        if not stat.S_ISCHR(os.fstat(self._handle).st_mode):  # or a mistyped address would overwrite somebody's file
            os.close(self._handle)
            raise ValueError("not a device")

    def send(self, data: bytes) -> None:
        while data:
            _, ready, _ = select.select([], [self._handle], [], SEND_SECONDS)
            if not ready:
                raise TimeoutError("the printer takes nothing more")
            data = data[os.write(self._handle, data) :]

    def receive(self, seconds: float) -> bytes:
        ready, _, _ = select.select([self._handle], [], [], seconds)
        try:
            return os.read(self._handle, 64) if ready else b""
        except OSError:  # a printer that only listens
            return b""

    def close(self, *, printed: bool) -> None:  # noqa: ARG002 - a device has its bytes when they are written
        os.close(self._handle)
