"""What pages show and takes seconds to work out: kept, and worked out anew behind the page after a change."""

import logging
import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fallback.ledger import Ledger
from fallback.ledger.queries import Database, gates

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
_log = logging.getLogger(__name__)
_SHORT = 0.2  # seconds of the processor: what takes less is worked out whenever something was written
_TIMES = 20  # as long as it took, it is good enough: working it out takes a twentieth of the time at most
_OLDEST = 300.0  # seconds after which whoever looks waits for it
_MOST = 64  # of different questions


@dataclass(frozen=True, slots=True)
class Look(Generic[V]):
    """What was worked out, and how many seconds ago, 0 where nothing was written since."""

    value: V
    seconds: int


@dataclass(frozen=True, slots=True)
class _Known(Generic[V]):
    value: V
    place: int
    made: float
    took: float


class Kept(Generic[K, V]):
    """Answers to questions of one kind, for pages to look at; nothing is decided by them. Any thread may use it."""

    def __init__(self, ledger: Ledger, work: Callable[[Database, K], V]) -> None:
        self._ledger, self._work = ledger, work
        self._gate = threading.Lock()
        self._working = threading.Lock()  # one thread works, the others wait for what it finds
        self._known: dict[K, _Known[V]] = {}
        self._behind: set[K] = set()

    def look(self, key: K) -> Look[V]:
        """The answer: as it is now where that takes no time, else as it was some minutes ago at most."""
        known = self._recent(key)
        if known is None:
            with self._working:
                known = self._recent(key) or self._find(key)
        same = known.place == gates.last_line(self._ledger.db())
        return Look(known.value, 0 if same else round(time.monotonic() - known.made))

    def forget(self) -> None:
        """Whoever wrote something himself sees it at once."""
        with self._gate:
            self._known.clear()

    def _recent(self, key: K) -> _Known[V] | None:
        with self._gate:
            known = self._known.get(key)
        if known is None or known.place == gates.last_line(self._ledger.db()):
            return known
        age = time.monotonic() - known.made
        if known.took < _SHORT or age > _OLDEST:
            return None
        if age > known.took * _TIMES:
            self._renew(key)
        return known

    def _renew(self, key: K) -> None:
        with self._gate:
            if key in self._behind:
                return
            self._behind.add(key)
        threading.Thread(target=self._find_behind, args=(key,), name="counting", daemon=True).start()

    def _find_behind(self, key: K) -> None:
        try:
            with self._working:
                self._find(key)
        except Exception:  # the next look finds out why, or the server ends
            _log.info("a count was not finished")
        finally:
            with self._gate:
                self._behind.discard(key)

    def _find(self, key: K) -> _Known[V]:
        db = self._ledger.db()
        place, began = gates.last_line(db), time.thread_time()
        value = self._work(db, key)
        known = _Known(value, place, time.monotonic(), time.thread_time() - began)
        with self._gate:
            self._known.pop(key, None)
            while len(self._known) >= _MOST:
                self._known.pop(next(iter(self._known)))
            self._known[key] = known
        return known
