"""Who is logged in: kept in memory, by a key in the browser's cookie; idle ones lock, old ones end."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from fallback.enrolment import awake

LIFE = 12 * 3600  # seconds that a login lasts at most: longer than a shift, shorter than a day
SLACK = 30  # seconds: a browser tells only so often that somebody is typing
_MOST = 5000


class State(StrEnum):
    """What a session lets its browser do."""

    OPEN = "open"
    LOCKED = "locked"
    ENDED = "ended"


@dataclass(slots=True)
class _Session:
    login: str
    seal: str
    entered: float
    seen: float
    locked: bool = False


class Sessions:
    """The logins of one running app. A restart ends them all. Any thread may use it; `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = awake) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._open: dict[str, _Session] = {}

    def begin(self, login: str, seal: str) -> str:
        """A new session's key, which nobody guesses. `seal` is what it stands and falls with: see `state`."""
        key, now = secrets.token_urlsafe(24), self.clock()
        with self._lock:
            if len(self._open) >= _MOST:
                self._open = {name: each for name, each in self._open.items() if now - each.entered <= LIFE}
            self._open[key] = _Session(login, seal, now, now)
        return key

    def renew(self, key: str, seal: str) -> str:
        """The same login under a new key, no longer locked; its life does not begin anew. Raises KeyError."""
        fresh, now = secrets.token_urlsafe(24), self.clock()
        with self._lock:
            old = self._open.pop(key)
            self._open[fresh] = _Session(old.login, seal, old.entered, now)
        return fresh

    def state(self, key: str, login: str, seal: str, *, idle: float, touched: bool) -> State:
        """How a session stands: locked once nobody touched it for `idle` seconds, until `renew`.

        `touched`: a person asks just now, not a script. A session with another login or seal is ended: the PIN or the
        role was changed since, or the user was switched off.
        """
        with self._lock:
            found = self._open.get(key)
            if found is None:
                return State.ENDED
            now = self.clock()
            if found.login != login or found.seal != seal or now - found.entered > LIFE:
                del self._open[key]
                return State.ENDED
            found.locked = found.locked or now - found.seen > idle + SLACK
            if touched and not found.locked:
                found.seen = now
            return State.LOCKED if found.locked else State.OPEN

    def lock(self, key: str) -> None:
        """Locks a session."""
        with self._lock:
            if found := self._open.get(key):
                found.locked = True

    def end(self, key: str) -> None:
        """Ends a session."""
        with self._lock:
            self._open.pop(key, None)

    def end_all(self, login: str) -> None:
        """Ends every session of a user, on whatever computer."""
        with self._lock:
            self._open = {key: each for key, each in self._open.items() if each.login != login}
