"""A line before a system that hangs up, loses answers, cuts them, delays them and repeats requests, at random."""

import socket
import socketserver
import threading
import time
from collections import Counter
from contextlib import suppress
from random import Random
from typing import Self

TROUBLES = ("hang up", "lose the answer", "cut the answer", "delay the answer", "repeat the request")


class Line:
    """A TCP proxy for HTTP or MLLP. `share` of the requests meet a trouble; `late` (seconds) is past our patience."""

    def __init__(self, port: int, *, mllp: bool, share: float, late: float, seed: int) -> None:
        self.done: Counter[str] = Counter()
        self._upstream, self._whole = ("127.0.0.1", port), _frame if mllp else _http
        self._chance, self._share, self._late = Random(seed), share, late
        line = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError, EOFError), socket.create_connection(line._upstream, timeout=60) as upstream:
                    while line.carry(self.request, upstream):
                        pass

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def carry(self, client: socket.socket, upstream: socket.socket) -> bool:
        """One request and its answer; whether the connection stands after it."""
        request = self._whole(client)
        trouble = self._chance.choice(TROUBLES) if self._chance.random() < self._share else ""
        if trouble:
            self.done[trouble] += 1
        if trouble == "hang up":
            return False
        upstream.sendall(request)
        reply = self._whole(upstream)
        match trouble:
            case "lose the answer":
                return False
            case "cut the answer":
                client.sendall(reply[: len(reply) // 2])
                return False
            case "delay the answer":
                time.sleep(self._late)
            case "repeat the request":
                with suppress(OSError, EOFError), socket.create_connection(self._upstream, timeout=60) as other:
                    other.sendall(request)
                    self._whole(other)
        client.sendall(reply)
        return True


def _more(line: socket.socket) -> bytes:
    part = line.recv(65_536)
    if not part:
        raise EOFError
    return part


def _frame(line: socket.socket) -> bytes:
    found = _more(line)
    while b"\x1c\r" not in found:
        found += _more(line)
    return found


def _http(line: socket.socket) -> bytes:
    """One message with its length in its head, in pieces, or up to the end of the connection."""
    found = _more(line)
    while b"\r\n\r\n" not in found:
        found += _more(line)
    head, _, body = found.partition(b"\r\n\r\n")
    fields = dict(each.lower().split(b":", 1) for each in head.split(b"\r\n")[1:])
    if b"content-length" in fields:
        length = int(fields[b"content-length"])
        while len(body) < length:
            body += _more(line)
    elif b"chunked" in fields.get(b"transfer-encoding", b""):
        while not body.endswith(b"0\r\n\r\n"):
            body += _more(line)
    elif not head.startswith((b"GET", b"POST", b"PUT")):
        with suppress(EOFError):
            while True:
                body += _more(line)
    return head + b"\r\n\r\n" + body
