"""Who works on what: an item is one person's for a limited time, and what a person put off comes last for them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

TURN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Turn:
    key: str
    until: datetime


class Turns:
    """Items by their keys, one for a login at a time. Its owner lets one thread in at a time.

    Kept in memory: a server that starts anew forgets it, and the journal still refuses whatever was decided by somebody
    else meanwhile.
    """

    def __init__(self, clock: Callable[[], datetime], lasts: timedelta = TURN) -> None:
        self._clock = clock
        self._lasts = lasts
        self._turns: dict[str, _Turn] = {}
        self._skipped: dict[str, dict[str, int]] = {}

    def key(self, login: str) -> str:
        """What this login holds, "" for nothing."""
        turn = self._turns.get(login)
        return turn.key if turn is not None and self.holds(login, turn.key) else ""

    def holds(self, login: str, key: str) -> bool:
        """Whether an item is this login's: also after the time, while nobody else took it."""
        turn, now = self._turns.get(login), self._clock()
        if turn is None or turn.key != key:
            return False
        rivals = (each for who, each in self._turns.items() if who != login and each.key == key)
        return turn.until > now or not any(rivals)

    def taken(self, login: str) -> set[str]:
        """What others hold."""
        now = self._clock()
        return {each.key for who, each in self._turns.items() if who != login and each.until > now}

    def hold(self, login: str, key: str) -> None:
        """It is this login's for another while, and nothing else is."""
        self._turns[login] = _Turn(key, self._clock() + self._lasts)

    def renew(self, login: str) -> bool:
        """Holds this login's item for another while; False when it lapsed: somebody else may have it."""
        key = self.key(login)
        if key:
            self.hold(login, key)
        return bool(key)

    def skip(self, login: str) -> None:
        """Puts this login's item at the end of the list for this person; others may take it."""
        if turn := self._turns.pop(login, None):
            skipped = self._skipped.setdefault(login, {})
            skipped[turn.key] = max(skipped.values(), default=0) + 1

    def release(self, login: str) -> None:
        """Gives this login's item back."""
        self._turns.pop(login, None)

    def skipped(self, login: str, still: Collection[str]) -> Mapping[str, int]:
        """What this login put off, in that order, as far as it is `still` there."""
        known = self._skipped.get(login, {})
        for key in [key for key in known if key not in still]:
            del known[key]
        return known
