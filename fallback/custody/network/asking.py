"""Asking around before a desk is made: what the desks of this network know counts before a card is used."""

import logging
import os
import threading
import time
from collections.abc import Callable

from fallback.custody.network.exchange import Session, hear_lines
from fallback.custody.network.lines import About, mark_of
from fallback.custody.network.proof import LanKeys
from fallback.lan import PORT, Beacon, Interface, Whistle, interfaces
from fallback.ledger import Ledger, Line

_log = logging.getLogger(__name__)
LISTENED, LONGEST = (
    2.2,
    3.0,
)  # seconds: each desk calls every 2.0; what is not told by then is told when the desk is open
_MOST = 12  # neighbours that are asked


def ask_around(
    ledger: Ledger,
    *,
    whistle_port: int = PORT,
    networks: Callable[[], tuple[Interface, ...]] = interfaces,
    listened: float = LISTENED,
    longest: float = LONGEST,
) -> int:
    """Takes the lines of whoever calls on this network, and tells nobody anything; how many desks were heard out.

    It raises nothing and ends within `longest` seconds, whatever a neighbour does; at once where there is no network.
    """
    try:
        if not networks():
            return 0
        whistle = Whistle(whistle_port)
    except OSError:
        return 0
    asked = _Asked(ledger)
    ends = time.monotonic() + longest
    quiet = time.monotonic() + listened
    try:
        while (left := quiet - time.monotonic()) > 0:
            if (heard := whistle.hear(left)) and (beacon := Beacon.unpacked(asked.keys.beacon, *heard)):
                asked.ask(heard[1], beacon)
    finally:
        whistle.close()
        asked.end(ends)
    return asked.heard_out


class _Asked:
    """Those who called, each asked in a thread of its own: one that drips keeps no other waiting."""

    def __init__(self, ledger: Ledger) -> None:
        self.keys = LanKeys.of(ledger.vault)
        self.heard_out = 0
        self._ledger = ledger
        self._about = About(instance=os.urandom(8).hex(), chain="", port=0, serves=False, time=0.0)
        self._gate, self._taking = threading.Lock(), threading.Lock()
        self._over = False
        self._known: set[tuple[str, int]] = set()
        self._threads: dict[threading.Thread, Session | None] = {}

    def ask(self, address: str, beacon: Beacon) -> None:
        """Begins to ask, unless it was asked, or what it knows is known."""
        place = (address, beacon.port)
        if place in self._known or len(self._known) >= _MOST or beacon.mark == mark_of(self._ledger.heads()):
            return
        self._known.add(place)
        thread = threading.Thread(target=self._hear, args=place, name="asks around", daemon=True)
        with self._gate:
            self._threads[thread] = None
        thread.start()

    def end(self, ends: float) -> None:
        """Waits until then for those who still tell, then cuts them off: nothing touches the journal afterwards."""
        for thread in list(self._threads):
            thread.join(max(ends - time.monotonic(), 0.0))
        with self._gate:
            self._over = True
            telling = {thread: session for thread, session in self._threads.items() if session is not None}
        for session in telling.values():
            session.close()
        for thread in telling:  # whoever is still greeted has not come to the journal, and never will
            thread.join()

    def _hear(self, address: str, port: int) -> None:
        try:
            session = Session.open(address, port, self.keys)
        except Exception as wrong:
            _log.info("%s while a neighbour was asked", type(wrong).__name__)
            return
        try:
            with self._gate:
                if self._over:
                    return
                self._threads[threading.current_thread()] = session
            hear_lines(session, self._ledger, self._about, self._take)
            self.heard_out += 1
        except Exception as wrong:  # a start goes on, whatever a neighbour tells
            _log.info("%s while a neighbour was asked", type(wrong).__name__)
        finally:
            session.close()

    def _take(self, lines: list[Line]) -> None:
        with self._taking:
            if not self._over:
                self._ledger.take(lines, place="another desk")
