"""An invitation for one more computer: six words, ten minutes, one use, and a card that enrols its desk."""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fallback.errors import InvitationOver, InvitationWrong
from fallback.lan import Agreement, Way, secret_words
from fallback.lan.agree import confirmed

MINUTES = 10
TRIES = 5
_PENDING = 8  # joiners at once; an older one begins again


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What is shown: the way with its secret words, the card's number, and for how many seconds it still holds."""

    way: Way
    series: int
    left: float


@dataclass(slots=True, kw_only=True)
class _Made:
    way: Way
    series: int
    card: str = field(repr=False)
    until: float
    tries: int = 0
    pending: "OrderedDict[str, bytes]" = field(default_factory=OrderedDict)
    used_by: str = ""


class Invitations:
    """The invitation of this desk: one at a time, in memory alone."""

    def __init__(self, certificate: str, now: Callable[[], float] = time.monotonic) -> None:
        """`certificate` is the SHA-256 (hex) of what this desk's door shows."""
        self._certificate = certificate
        self._now = now
        self._lock = threading.Lock()
        self._made: _Made | None = None

    def make(self, address: str, port: int, series: int, card: str) -> Invitation:
        """A new one, in place of one that was there; `card` is the text of the card that it gives away."""
        way = Way(address=address, port=port, secret=secret_words(), certificate=self._certificate)
        with self._lock:
            self._made = _Made(way=way, series=series, card=card, until=self._now() + 60 * MINUTES)
        return Invitation(way=way, series=series, left=60.0 * MINUTES)

    def current(self) -> Invitation | None:
        """The one that holds and was not used, None when there is none."""
        with self._lock:
            made = self._made
            if made is None or not self._holds(made) or made.used_by:
                return None
            return Invitation(way=made.way, series=made.series, left=made.until - self._now())

    def spare(self) -> tuple[int, str] | None:
        """The card of an invitation that nobody used: the next one gives it away."""
        with self._lock:
            made = self._made
            return None if made is None or made.used_by else (made.series, made.card)

    def end(self) -> None:
        """Ends it; its card stays for the next one."""
        with self._lock:
            if self._made is not None:
                self._made.until = 0.0

    def begin(self, shown: bytes) -> tuple[str, bytes]:
        """A joiner's first word: gives an id of this try and our own. Raises InvitationOver, ValueError."""
        with self._lock:
            made = self._made
            if made is None or not self._holds(made) or made.used_by:
                raise InvitationOver()
            agreement = Agreement(made.way.secret, self._certificate)
            key = agreement.key(shown, first=False)
            name = secrets.token_hex(16)
            made.pending[name] = key
            while len(made.pending) > _PENDING:
                made.pending.popitem(last=False)
            return name, agreement.shown

    def finish(self, name: str, proof: str) -> tuple[str, str]:
        """A joiner's proof: gives ours, and the card. The same joiner may ask again, should the answer get lost.

        Raises InvitationWrong, which counts, and InvitationOver.
        """
        with self._lock:
            made = self._made
            if made is None or not self._holds(made) or (made.used_by and made.used_by != name):
                raise InvitationOver()
            key = made.pending.get(name)
            if key is None:
                raise InvitationOver()
            if not hmac.compare_digest(confirmed(key, "joiner"), proof):
                del made.pending[name]
                made.tries += 1
                raise InvitationWrong(address=made.way.address)
            made.used_by = name
            return confirmed(key, "desk"), made.card

    def _holds(self, made: _Made) -> bool:
        return self._now() < made.until and made.tries < TRIES
