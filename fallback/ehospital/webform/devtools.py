"""A browser's own remote control (Chrome DevTools) over a WebSocket on this computer: commands, answers, events."""

import base64
import http.client
import json
import os
import socket
import struct
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from fallback.disk import take_lock
from fallback.errors import BrowserAway, Sentence

LOOPBACK = "127.0.0.1"  # whoever reaches this port has the operator's session: never another address
LARGEST = 64 * 1024 * 1024  # bytes of one message
_ANSWER = 20.0  # seconds
_BROKE = Sentence("the connection was refused or broke off")
_TEXT, _MORE, _CLOSE, _PING, _PONG = 1, 0, 8, 9, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """A page that a browser has open."""

    key: str
    url: str
    path: str


def tabs(port: int, url: str, *, timeout: float = 2.0) -> tuple[Tab, ...]:
    """The pages of the browser that listens on a port of this computer; `url` is for the BrowserAway that it raises."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=timeout)
    try:
        connection.request("GET", "/json/list")
        found = json.loads(connection.getresponse().read(LARGEST))
        return tuple(
            Tab(key=str(each["id"]), url=str(each["url"]), path="/devtools/page/" + str(each["id"]))
            for each in found
            if each.get("type") == "page"
        )
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, AttributeError) as wrong:
        why = Sentence("no browser listens on port {port} of this computer", port=port)
        raise BrowserAway(url=url, why=why) from wrong
    finally:
        connection.close()


class Claim:
    """A browser that one import works in: two would type into one page. The system frees it when a process dies."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    @classmethod
    def take(cls, port: int) -> "Claim | None":
        """The claim on the browser of a port, None while another process, or this one, has it."""
        try:
            file = (Path(tempfile.gettempdir()) / f"parchi-browser-{port}").open("ab")
        except OSError:
            return None
        if not take_lock(file.fileno()):
            file.close()
            return None
        return cls(file)

    def close(self) -> None:
        """Gives the browser back."""
        self._file.close()


class DevTools:
    """The connection to one tab. Not for several threads at once. Every failure is a BrowserAway."""

    def __init__(
        self,
        port: int,
        tab: Tab,
        *,
        url: str,
        heard: Callable[[str, Mapping[str, Any]], None],
        timeout: float = _ANSWER,
    ) -> None:
        """`heard` is told each event, also while an answer is waited for; it may `send`. `timeout` is in seconds."""
        self._url, self._heard, self._timeout = url, heard, timeout
        self._last, self._buffer, self._parts = 0, b"", b""
        try:
            self._socket = socket.create_connection((LOOPBACK, port), timeout)
            self._shake_hands(port, tab.path)
        except OSError as wrong:
            raise self._away(_BROKE) from wrong

    def close(self) -> None:
        """Lets go of the tab; it stays open."""
        self._socket.close()

    def command(self, method: str, **parameters: Any) -> Mapping[str, Any]:
        """Tells the tab to do something and waits for the answer."""
        key = self.send(method, **parameters)
        end = time.monotonic() + self._timeout
        while True:
            message = self._message(end)
            if message is None:
                raise self._away(Sentence("it gave no answer in {seconds} seconds", seconds=self._timeout))
            if message.get("id") == key:
                if "error" in message:
                    raise self._away(why="it refused a command; the tab may have been closed")
                result = message.get("result", {})
                return result if isinstance(result, Mapping) else {}
            self._tell(message)

    def send(self, method: str, **parameters: Any) -> int:
        """Tells the tab to do something and waits for nothing; gives the number of the answer to come."""
        self._last += 1
        self._frame(json.dumps({"id": self._last, "method": method, "params": parameters}).encode(), _TEXT)
        return self._last

    def listen(self, seconds: float) -> None:
        """Hears events for a while."""
        end = time.monotonic() + seconds
        while (message := self._message(end)) is not None:
            self._tell(message)

    def _tell(self, message: Mapping[str, Any]) -> None:
        if "method" in message:
            self._heard(str(message["method"]), message.get("params") or {})

    def _shake_hands(self, port: int, path: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode("ascii")
        )
        while b"\r\n\r\n" not in self._buffer:
            got = self._socket.recv(4096)
            if not got or len(self._buffer) > 65_536:
                raise self._away(why="what listens there is no browser")
            self._buffer += got
        head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            raise self._away(why="another program has this tab, or it was closed")

    def _frame(self, content: bytes, kind: int) -> None:
        size = len(content)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65_536:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        else:
            head += bytes([0x80 | 127]) + struct.pack(">Q", size)
        mask = os.urandom(4)
        long = (mask * (size // 4 + 1))[:size]
        hidden = (int.from_bytes(content) ^ int.from_bytes(long)).to_bytes(size)
        try:
            self._socket.sendall(head + mask + hidden)
        except OSError as wrong:
            raise self._away(_BROKE) from wrong

    def _message(self, end: float) -> Mapping[str, Any] | None:
        """The next message, None when the time is over. What has come of one by then is kept for the next call."""
        while True:
            frame = self._next_frame(end)
            if frame is None:
                return None
            final, kind, content = frame
            if kind == _CLOSE:
                raise self._away(why="the tab was closed")
            if kind == _PING:
                self._frame(content, _PONG)
            elif kind in (_TEXT, _MORE):
                self._parts += content
                if final:
                    text, self._parts = self._parts, b""
                    return self._parsed(text)

    def _next_frame(self, end: float) -> tuple[bool, int, bytes] | None:
        while True:
            if frame := self._cut_frame():
                return frame
            left = end - time.monotonic()
            if left <= 0:
                return None
            try:
                self._socket.settimeout(left)
                got = self._socket.recv(262_144)
            except TimeoutError:
                return None
            except OSError as wrong:
                raise self._away(_BROKE) from wrong
            if not got:
                raise self._away(why="the tab was closed")
            self._buffer += got

    def _cut_frame(self) -> tuple[bool, int, bytes] | None:
        """A whole frame off the buffer, None while it is not all there."""
        if len(self._buffer) < 2:
            return None
        first, second = self._buffer[0], self._buffer[1]
        size, start = second & 0x7F, 2
        if size > 125:
            start += 2 if size == 126 else 8
            if len(self._buffer) < start:
                return None
            size = int.from_bytes(self._buffer[2:start])
        if size > LARGEST:
            raise self._away(why="it sent more than a page can hold")
        if len(self._buffer) < start + size:
            return None
        content, self._buffer = self._buffer[start : start + size], self._buffer[start + size :]
        return bool(first & 0x80), first & 0x0F, content

    def _parsed(self, text: bytes) -> Mapping[str, Any]:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as wrong:
            raise self._away(why="what listens there is no browser") from wrong
        return found if isinstance(found, Mapping) else {}

    def _away(self, why: str) -> BrowserAway:
        return BrowserAway(url=self._url, why=why)
