"""Requests through the WSGI app, each from a lane and back."""

import io
import logging
import socket
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from fallback.serving.lanes import Asked, Headers, WorkerLane

_log = logging.getLogger(__name__)
_PLAIN = {"content-type": "CONTENT_TYPE", "content-length": "CONTENT_LENGTH"}


@contextmanager
def answering(app: WSGIApplication, lanes: Iterable[socket.socket]) -> Iterator[None]:
    """A thread for each lane. It ends with its lane, which the door closes; whatever has come is answered first."""
    threads = [threading.Thread(target=_answer, args=(app, sock), daemon=True, name="lane") for sock in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for thread in threads:
            thread.join(30)


def _answer(app: WSGIApplication, sock: socket.socket) -> None:
    lane = WorkerLane(sock)
    try:
        while asked := lane.take():
            answer(app, asked, lane)
    except OSError:  # the door is gone
        pass
    finally:
        lane.close()


def answer(app: WSGIApplication, asked: Asked, lane: WorkerLane) -> None:
    """Answers a request. What the app itself cannot tell is a 500 without a word: its text could hold a patient's data.

    Raises OSError when the door is gone.
    """
    started: list[tuple[int, Headers]] = []

    def start(status: str, headers: Headers, _wrong: Any = None, /) -> Callable[[bytes], object]:
        started[:] = [(int(status.split(" ", 1)[0]), headers)]
        return io.BytesIO().write

    try:
        result = app(environ(asked, lane), start)
        try:
            body = list(result)
        finally:
            if hasattr(result, "close"):
                result.close()
        status, headers = started[0]
    except Exception as wrong:
        _log.error("%s while a request was answered", type(wrong).__name__)
        status, headers, body = 500, [("Content-Type", "text/plain")], []
    lane.answer(status, headers, body)


def environ(asked: Asked, lane: WorkerLane) -> dict[str, Any]:
    """The request as WSGI (PEP 3333) has it."""
    path, _, query = asked.target.partition("?")
    found: dict[str, Any] = {
        "REQUEST_METHOD": asked.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "443" if asked.secure else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": asked.address,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if asked.secure else "http",
        "wsgi.input": lane,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in asked.headers:
        key = _PLAIN.get(name) or "HTTP_" + name.upper().replace("-", "_")
        if "_" in name:  # `x_y` would pass for `x-y`
            continue
        found[key] = f"{found[key]}{'; ' if name == 'cookie' else ','}{value}" if key in found else value
    return found
