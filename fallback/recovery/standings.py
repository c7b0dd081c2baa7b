"""What pages need of a target's slips within half a second: counted once, and again after something was written."""

import threading
import time

from fallback.ledger import Ledger
from fallback.ledger.queries import gates as words, stages as asked
from fallback.ledger.queries.stages import Counts, Filter, Standing
from fallback.recovery.stages import standing

_FRESH = 3.0  # seconds for which a count is good enough while others write
_SETTLED = 60.0  # the same of what became of visits, which takes longer to find out


class Standings:
    """The standings and counts of one server's targets. Any thread may use it."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._of: dict[str, tuple[int, float, Standing]] = {}
        self._counts: dict[tuple[str, Filter, str], tuple[int, float, Counts]] = {}

    def of(self, target: str) -> Standing:
        """What stands outside the tables of slips, as it was within the last minute."""
        place = words.last_line(self._ledger.db())
        with self._lock:
            known = self._of.get(target)
        if known is None or (known[0] != place and time.monotonic() - known[1] > _SETTLED):
            known = (place, time.monotonic(), standing(self._ledger.db(), target))
            with self._lock:
                self._of[target] = known
        return known[2]

    def counts(self, target: str, which: Filter, facet: str, *, watched: bool = False) -> Counts:
        """How many slips of a filter stand where; while a run is watched, as it was within the last seconds."""
        place, key = words.last_line(self._ledger.db()), (target, which, facet)
        with self._lock:
            known = self._counts.get(key)
        if known is None or (known[0] != place and not (watched and time.monotonic() - known[1] < _FRESH)):
            known = (place, time.monotonic(), asked.counts(self._ledger.db(), self.of(target), which, facet=facet))
            with self._lock:
                self._counts = {kept: value for kept, value in self._counts.items() if value[0] == place}
                self._counts[key] = known
        return known[2]
