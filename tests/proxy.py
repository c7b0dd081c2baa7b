"""A real TCP proxy that does to HTTP what networks, gateways and bad servers do: one trouble per request, then none."""

import http.client
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Reply:
    status: int
    body: bytes
    kind: str = "application/fhir+json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False  # say the whole length, send half
    drip: float = 0.0  # seconds between two bytes


Forward = Callable[[Request], Reply]
Trouble = Callable[[Request, Forward], Reply | None]  # None: hang up


def drop_reply(request: Request, forward: Forward) -> None:
    """The server does it, and nobody hears of it."""
    forward(request)


def cut_reply(request: Request, forward: Forward) -> Reply:
    reply = forward(request)
    reply.cut = True
    return reply


def dripping(seconds: float) -> Trouble:
    """The server does it, and answers one byte at a time: no single wait is long."""

    def trouble(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        reply.drip = seconds
        return reply

    return trouble


def hang_up(_request: Request, _forward: Forward) -> None:
    """Nothing reaches the server."""


def late(seconds: float) -> Trouble:
    """The server does it, and answers when nobody listens any more."""

    def trouble(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        time.sleep(seconds)
        return reply

    return trouble


def say(status: int, body: bytes = b"{}", kind: str = "application/fhir+json", **headers: str) -> Trouble:
    """Nothing reaches the server; something else answers."""
    return lambda _request, _forward: Reply(status, body, kind, headers)


def changed(change: Callable[[bytes], bytes]) -> Trouble:
    """The server lies."""

    def trouble(request: Request, forward: Forward) -> Reply:
        reply = forward(request)
        reply.body = change(reply.body)
        return reply

    return trouble


class Proxy:
    """Forwards to a server. `troubles` are used up, each by the next request that it is `for_` (a part of the path)."""

    def __init__(self, upstream: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.upstream = urlsplit(upstream)
        self.troubles: list[tuple[str, str, Trouble]] = []
        self.always: Trouble | None = None
        self.seen: list[Request] = []
        proxy = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                request = _read(self)
                if request is None:
                    return
                reply = proxy.answer(request)
                if reply is None:
                    return
                head = [f"HTTP/1.1 {reply.status} X", f"Content-Length: {len(reply.body)}", "Connection: close"]
                head += [f"Content-Type: {reply.kind}", *(f"{name}: {value}" for name, value in reply.headers.items())]
                sent = reply.body[: len(reply.body) // 2] if reply.cut else reply.body
                self.wfile.write("\r\n".join(head).encode() + b"\r\n\r\n")
                for part in [sent] if not reply.drip else [sent[place : place + 1] for place in range(len(sent))]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    time.sleep(reply.drip)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that went away is what these tests are about."""

        self.server = Server(("127.0.0.1", 0), Handler)
        if tls is not None:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self.server.server_address[1]}{self.upstream.path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *wrong: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def trouble(self, method: str, part: str, *troubles: Trouble) -> None:
        self.troubles += [(method, part, trouble) for trouble in troubles]

    def answer(self, request: Request) -> Reply | None:
        self.seen.append(request)
        for place, (method, part, trouble) in enumerate(self.troubles):
            if method == request.method and (part in request.path if part else request.path == self.upstream.path):
                del self.troubles[place]
                return trouble(request, self.forward)
        return self.always(request, self.forward) if self.always else self.forward(request)

    def forward(self, request: Request) -> Reply:
        connection = http.client.HTTPConnection(str(self.upstream.hostname), self.upstream.port or 80, timeout=20)
        kept = {name: value for name, value in request.headers.items() if name.lower() not in ("host", "connection")}
        try:
            connection.request(request.method, request.path, request.body or None, kept)
            answer = connection.getresponse()
            body = answer.read()
        except OSError:
            return Reply(502, b"<html>no server</html>", "text/html")
        finally:
            connection.close()
        return Reply(answer.status, body, answer.getheader("Content-Type") or "")


def _read(handler: socketserver.StreamRequestHandler) -> Request | None:
    first = handler.rfile.readline().decode("latin-1").split()
    if len(first) < 2:
        return None
    headers: dict[str, str] = {}
    while line := handler.rfile.readline().decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name] = value.strip()
    length = int(next((value for name, value in headers.items() if name.lower() == "content-length"), "0"))
    return Request(first[0], first[1], headers, handler.rfile.read(length))
