"""How fast a run goes: no faster than a target is to be asked, and back off when it says that it is busy."""

import math
import time
from collections.abc import Callable

_SLICE = 0.5  # seconds between two looks whether a person stopped it
_FIRST, _LONGEST = 1.0, 60.0  # seconds of the first wait, and of the longest that nobody asked for
_ASKED = 900.0  # seconds that a target may ask for at once
_PATIENCE = 1_800.0  # seconds of waiting after which a run ends


class Pace:
    """The pace of one run. `speed` is in slips a minute, 0 for as fast as the target answers."""

    def __init__(
        self,
        speed: int,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._gap = 60 / speed if speed else 0.0
        self._sleep, self._clock = sleep, clock
        self._next = 0.0
        self._went: dict[str, float] = {}
        self._pause, self._waited = _FIRST, 0.0

    @property
    def waits(self) -> bool:
        """Whether it lets time pass before each slip."""
        return self._gap > 0

    def is_soon(self, person: str, apart: float) -> bool:
        """Whether a slip of this person went less than so many seconds ago; else it counts as going now."""
        if not apart:
            return False
        now = self._clock()
        soon = now - self._went.get(person, -math.inf) < apart
        if not soon:
            self._went[person] = now
        return soon

    def step(self, stop: Callable[[], bool]) -> None:
        """Waits until the next slip may go."""
        if self._gap:
            self.wait(self._next - self._clock(), stop)
            self._next = self._clock() + self._gap

    def well(self) -> None:
        """The target did its part: the next wait is a short one again."""
        self._pause, self._waited = _FIRST, 0.0

    def busy(self, asked: float, stop: Callable[[], bool]) -> bool:
        """Waits as long as the target asked (seconds), longer each time; False once that went on for too long."""
        seconds = max(self._pause, min(asked, _ASKED))
        if self._waited + seconds > _PATIENCE:
            return False
        self.wait(seconds, stop)
        self._waited += seconds
        self._pause = min(self._pause * 2, _LONGEST)
        return not stop()

    def wait(self, seconds: float, stop: Callable[[], bool]) -> None:
        """Waits, unless a person stops it."""
        while seconds > 0 and not stop():
            self._sleep(min(seconds, _SLICE))
            seconds -= _SLICE
