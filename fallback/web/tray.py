"""The printer's tray: what was issued and waits for its first print, which it gets exactly once."""

from collections import OrderedDict
from threading import Lock

from fallback.frontdesk import Issued
from fallback.slip import SlipNumber

SIZE = 500  # slips; who has not printed by then uses reprint


class Tray:
    """Slips that were issued, corrected or voided and not printed yet. Lost at a restart: then reprint is the way.

    A first print that could be had twice would be two originals, so the second asking gets nothing.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: OrderedDict[SlipNumber, Issued] = OrderedDict()

    def put(self, issued: Issued) -> None:
        """Lays a slip into the tray; the newest version of a number replaces an older one."""
        with self._lock:
            number = issued.row.slip.number
            self._waiting[number] = issued
            self._waiting.move_to_end(number)
            while len(self._waiting) > SIZE:
                self._waiting.popitem(last=False)

    def take(self, number: SlipNumber) -> Issued | None:
        """The slip, which leaves the tray; None when it is not there (any more)."""
        with self._lock:
            return self._waiting.pop(number, None)

    def holds(self, number: SlipNumber) -> bool:
        """Whether the slip waits for its first print."""
        return number in self._waiting
