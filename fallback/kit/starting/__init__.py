"""Starting: from a stick to a desk that is served, with a page on this computer alone that asks what must be asked.

What a person started watches over the desk all day and holds next to nothing: the page, and the making of a desk, live
in a process of their own (`page`), which ends when the desk is open.
"""

import multiprocessing
import os
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fallback.errors import ParchiError, PortTaken, ServerStopped
from fallback.kit.starting.locked import take
from fallback.lan import PORT
from fallback.serving import Opened, Order, serve
from fallback.serving.listeners import listening
from fallback.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from fallback.kit.starting.home import Home
    from fallback.kit.starting.page import find
    from fallback.kit.starting.session import Session, Where

__all__ = ["Home", "Session", "Where", "find", "start"]

_LOOPBACK = "127.0.0.1"
_TURN = 0.5  # seconds between two looks for Ctrl-C: Windows does not wake a thread that waits
_PATIENCE = 45.0  # seconds for the page's process to end
_ASKED = 8192  # bytes of a request that are looked at
_PROCESSES = multiprocessing.get_context("spawn")
_T = TypeVar("_T")
_WHERE = {"Home": "home", "Session": "session", "Where": "session", "find": "page"}

Tell = Callable[[str, str], None]
"""Told what happened ("page", "desk" or "running") and at which address."""


def __getattr__(name: str) -> Any:
    """What makes a desk is loaded where it is used, which is not here."""
    if name in _WHERE:
        return getattr(import_module(f"fallback.kit.starting.{_WHERE[name]}"), name)
    raise AttributeError(name)


def start(
    stick: Path | None,
    settings: Settings,
    tell: Tell,
    *,
    browser: bool = True,
    roots: Sequence[Path] | None = None,
) -> None:
    """Shows the page, makes or opens a desk as a person asks there, and serves it until Ctrl-C.

    A second start of the same desk leads to the page of the first. Raises what `find` raises.
    """
    listener = listening(_LOOPBACK, 0)[0]
    held, failed = None, None
    try:
        while True:
            page = _Page(listener, (stick, settings, roots, failed))
            try:
                folder = page.hear(Path)
                if held is None:
                    held = take(folder)
                page.control.send(held is not None)
                address = page.hear(str)
                tell("running" if held is None else "page", address)
                if browser and address and not failed:
                    open_browser(address)
                if held is None:
                    return
                while not page.is_gone:
                    if _served(page.hear(Order), settings, page, tell):
                        return
                failed = page.error
            finally:
                page.end()
    finally:
        listener.close()
        if held is not None:
            os.close(held)


class _Page:
    """The page's process, and what stands at its address when the desk is open and the page has gone."""

    def __init__(self, listener: socket.socket, given: tuple[object, ...]) -> None:
        self._listener = listener
        self._stop = threading.Event()
        self._leads: threading.Thread | None = None
        self.error: ParchiError | None = None
        self.control, theirs = _PROCESSES.Pipe()
        # No daemon, which might have no children: it starts a practice. The pipe ends it with us.
        self._process = _PROCESSES.Process(target=begin, args=(theirs, listener, *given), name="parchi start page")
        self._process.start()
        theirs.close()

    @property
    def is_gone(self) -> bool:
        """Whether the desk was open: the page went then."""
        return self._leads is not None

    def hear(self, kind: type[_T]) -> _T:
        """What it says next. Raises the error that it met, ServerStopped when it died without a word."""
        try:
            while not self.control.poll(_TURN):
                pass
            said = self.control.recv()
        except (OSError, EOFError) as wrong:
            raise ServerStopped(times=1) from wrong
        if isinstance(said, ParchiError):
            raise said
        assert isinstance(said, kind)
        return said

    def opened(self, address: str) -> None:
        """The desk stands open: the page ends, and its address leads there from now on."""
        with suppress(OSError):
            self.control.send(address)
        self._leads = threading.Thread(target=self._lead, args=(address,), name="leads", daemon=True)
        self._leads.start()

    def failed(self, error: ParchiError) -> None:
        """It did not work: the form is shown again, by a page of its own where this one has gone."""
        self.error = error
        if not self.is_gone:
            with suppress(OSError):
                self.control.send(error)

    def end(self) -> None:
        """Closes it, by force when it does not end by itself; blocks."""
        self._stop.set()
        if self._leads:
            self._leads.join()
        self.control.close()
        self._ended()

    def _ended(self) -> None:
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _lead(self, address: str) -> None:
        """Answers whoever is still at the page, or comes back to it; connections wait while it closes."""
        self._ended()
        self._listener.settimeout(_TURN)
        while not self._stop.is_set():
            with suppress(OSError):
                client, _ = self._listener.accept()
                with client:
                    client.settimeout(2.0)
                    client.recv(_ASKED)
                    client.sendall(_leading(address))
                    client.shutdown(socket.SHUT_WR)


def _leading(address: str) -> bytes:
    """A page and no redirection: the page that waits asks by script, which may not follow one to another address."""
    link = f'<meta http-equiv="refresh" content="0;url={address}"><a href="{address}">{address}</a>'
    page = f'<!doctype html><meta charset="utf-8"><title>Parchi</title>{link}'.encode()
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nCache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\nReferrer-Policy: no-referrer\r\n"
        f"X-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Length: {len(page)}\r\n\r\n"
    )
    return head.encode() + page


def begin(control: "Connection", listener: socket.socket, *given: Any) -> None:
    """The page's life, in its own process: only here is the program loaded that it runs."""
    from fallback.kit.starting.page import show

    show(control, listener, *given)


def _served(order: Order, settings: Settings, page: "_Page | Session", tell: Tell) -> bool:
    """Serves the desk; False when that ended in a failure, which is on the page."""

    def opened(standing: Opened) -> None:
        address = f"http://{_LOOPBACK}:{standing.port}"
        page.opened(address)
        tell("desk", address)

    lan = settings.lan or PORT
    tried = [(settings.port, lan), (0, lan), (0, None)]  # a taken port stops no registration
    for port, door in tried:
        try:
            serve(order, _LOOPBACK, port, opened, lan=door)
            return True
        except PortTaken:  # by some other program, or by another account's desk
            continue
        except ParchiError as error:
            page.failed(error)
            return False
    page.failed(PortTaken(port=settings.port))
    return False


def open_browser(address: str) -> None:
    """Shows a page in the browser, where there is a screen: without one a browser would take the console."""
    if sys.platform == "win32" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        try:
            webbrowser.open(address)
        except (webbrowser.Error, OSError):  # the address stands in the window
            return
