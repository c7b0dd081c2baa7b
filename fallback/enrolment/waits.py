"""How long a login waits after wrong PINs: longer each time, never for ever, and never for the whole hospital.

Wrong PINs are counted by login and computer, so that who hammers at one computer keeps nobody from entering at another.
A computer that tries many logins waits as a whole. A login that is tried from many computers waits where it never
entered before; where it did, and at the server itself, it is left alone.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

from fallback.errors import LoginWaits
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.logins import LoginTold

HERE = "local"  # the server itself
ANY = ""
STEPS = (5, 15, 60, 300)  # seconds, after each wrong PIN more; the last for all that follow
QUIET = 3600  # seconds without a wrong PIN: they are forgotten
FREE_PAIR, FREE_COMPUTER, FREE_LOGIN = 3, 100, 200  # wrong PINs before the first wait; a ward may share an address

Key = tuple[str, str]  # the login and the computer; ANY stands for all of them


def awake() -> float:
    """Seconds that nobody can set back, also while a laptop sleeps."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()  # Windows's goes on in its sleep


def place_of(address: str) -> str:
    """What a computer is counted as, by its address: one that owns a whole IPv6 network counts as one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45] or HERE
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return HERE if found.is_loopback else f"{IPv6Address(int(found) >> 64 << 64)}/64"
        found = found.ipv4_mapped
    return HERE if found.is_loopback else str(found)


@dataclass(slots=True)
class _Count:
    failures: int
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """A PIN that is being looked at. `before` says when each count was raised last, before this try raised it."""

    login: str
    place: str
    at: float
    before: dict[Key, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A wait that lasts: of which login (ANY: all) at which computer (ANY: all where it never entered)."""

    login: str
    place: str
    failures: int
    seconds: int


class Waits:
    """The wrong PINs of one running program. Any thread may use it."""

    def __init__(self, clock: Callable[[], float] = awake) -> None:
        self.clock = clock
        self.read = ""  # the key of the last fact that was taken in
        self._lock = threading.Lock()
        self._counts: dict[Key, _Count] = {}
        self._entered: set[Key] = set()
        self._most = 1000

    def ahead(self, login: str, place: str) -> Try:
        """Counts a try as wrong until `right` is told: many at once are not tried for the price of one.

        Raises LoginWaits; then nothing is counted.
        """
        with self._lock:
            now = self.clock()
            keys = self._keys(login, place)
            left = max(self._left(key, free, now) for key, free in keys.items())
            if left > 0:
                raise LoginWaits(seconds=int(left) + 1)
            before = {}
            for key in keys:
                count = self._counts.get(key)
                if count is None or now - count.last > QUIET:
                    count = self._counts[key] = _Count(0, now)
                before[key] = count.last
                count.failures, count.last = count.failures + 1, now
            if len(self._counts) > self._most:
                self._forget(now)
            return Try(login=login, place=place, at=now, before=before)

    def right(self, tried: Try) -> None:
        """The try was right after all: nothing is counted of it, and the login starts anew at this computer."""
        self.undone(tried)
        with self._lock:
            self._counts.pop((tried.login, tried.place), None)
            self._entered.add((tried.login, tried.place))

    def undone(self, tried: Try) -> None:
        """The try counts as none."""
        with self._lock:
            for key, last in tried.before.items():
                if count := self._counts.get(key):
                    count.failures -= 1
                    if count.last == tried.at:  # else somebody else tried since
                        count.last = last

    def reached(self, tried: Try) -> list[tuple[Key, int]]:
        """What is worth telling after a wrong PIN: a wait that began, grew, or has doubled its wrong PINs."""
        with self._lock:
            found = []
            for key, free in self._keys(tried.login, tried.place).items():
                failures = self._counts[key].failures if key in self._counts else 0
                over = failures - free
                if 0 <= over < len(STEPS) or (over > 0 and failures & (failures - 1) == 0):
                    found.append((key, failures))
            return found

    def waiting(self) -> list[Waiting]:
        """The waits that last, the longest first."""
        with self._lock:
            now = self.clock()
            found = [
                Waiting(login=login, place=place, failures=count.failures, seconds=int(left) + 1)
                for (login, place), count in self._counts.items()
                if (left := self._left((login, place), _free(login, place), now)) > 0
            ]
        return sorted(found, key=lambda each: -each.seconds)

    def take_in(self, told: Iterable[LoginTold], ago: Callable[[LoginTold], float]) -> None:
        """Takes in what the journal tells, as it did before a restart; `ago` says how many seconds since then."""
        with self._lock:
            now = self.clock()
            for each in told:
                self.read = each.key
                key = (each.login, each.place)
                if each.fact is FactKind.LOGIN_FREED:
                    self._free(*key)
                elif each.fact is FactKind.LOGGED_IN:
                    self._entered.add(key)
                    self._counts.pop(key, None)
                elif ago(each) < QUIET:
                    before = self._counts.get(key)
                    failures = max(each.failures, before.failures if before else 0)
                    self._counts[key] = _Count(failures, now - max(0.0, ago(each)))

    def freed(self, told: Iterable[LoginTold]) -> None:
        """Takes in which waits were lifted since, by whatever program."""
        with self._lock:
            for each in told:
                self.read = each.key
                if each.fact is FactKind.LOGIN_FREED:
                    self._free(each.login, each.place)

    def _free(self, login: str, place: str) -> None:
        for key in list(self._counts):
            if (login == key[0] and place in (ANY, key[1])) or (login == ANY and place == key[1]):
                del self._counts[key]

    def _keys(self, login: str, place: str) -> dict[Key, int]:
        keys = {(login, place): FREE_PAIR}
        if place != HERE:
            keys[ANY, place] = FREE_COMPUTER
            if (login, place) not in self._entered:
                keys[login, ANY] = FREE_LOGIN
        return keys

    def _left(self, key: Key, free: int, now: float) -> float:
        count = self._counts.get(key)
        if count is None or count.failures < free:
            return 0.0
        return count.last + STEPS[min(count.failures - free, len(STEPS) - 1)] - now

    def _forget(self, now: float) -> None:
        self._counts = {key: count for key, count in self._counts.items() if now - count.last <= QUIET}
        self._most = max(1000, 2 * len(self._counts))


def _free(login: str, place: str) -> int:
    return FREE_COMPUTER if login == ANY else FREE_LOGIN if place == ANY else FREE_PAIR
