"""Buckets: how many times each of whoever asks may ask, and how soon again."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 20_000  # computers and logins that are remembered; the longest silent one is forgotten first


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many at once, then one in `every` seconds; of a computer, and of a login."""

    burst: int
    every: float


class Limiter:
    """A bucket for each of whoever asks: every request takes one out, time puts them back."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._spent: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, what: str, who: str, share: Share) -> float:
        """Takes one; gives 0, or the seconds after which there is one again."""
        now = self._now()
        with self._lock:
            spent, since = self._spent.pop((what, who), (0.0, now))
            spent = max(0.0, spent - (now - since) / share.every)
            wait = 0.0 if spent + 1 <= share.burst else (spent + 1 - share.burst) * share.every
            self._spent[what, who] = (spent if wait else spent + 1, now)
            if len(self._spent) > _MOST:
                self._spent.popitem(last=False)
        return wait
