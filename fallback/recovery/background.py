"""Work that a server does in the background, one of a name at a time: started, watched and stopped from a page."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from fallback.errors import ParchiError

R = TypeVar("R")
_log = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds to wait for what is under way when the server ends; what takes longer ends with it


@dataclass(slots=True)
class RunState(Generic[R]):
    """How a run stands: `running`, or over with a `report`, or with the `error` that ended it.

    `halted`: a person stopped it; it ends with what is under way. `began` is of the monotonic clock, and of the `step`
    it is at: `done` of `total`.
    """

    by: str
    began: float
    running: bool = True
    halted: bool = False
    step: str = ""
    done: int = 0
    total: int = 0
    ended: float = 0.0
    report: R | None = None
    error: ParchiError | None = None

    def tell(self, done: int, total: int, step: str = "") -> None:
        """Notes how far the run is."""
        if step != self.step:
            self.began = time.monotonic()
        self.step, self.done, self.total = step, done, total

    @property
    def slips_a_second(self) -> float:
        """How fast it is, on the whole."""
        return self.done / max((self.ended or time.monotonic()) - self.began, 0.001)

    @property
    def seconds_left(self) -> int | None:
        """How long it will take, None while nobody knows."""
        return round((self.total - self.done) / self.slips_a_second) if self.done else None


class Background(Generic[R]):
    """The runs of one kind on one server. Any thread may use it; whoever made it closes it before the ledger."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._states: dict[str, RunState[R]] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._closed = False

    def go(
        self, name: str, work: Callable[[RunState[R], Callable[[], bool]], R], *, by: str, else_raise: ParchiError
    ) -> None:
        """Starts `work` with its state, and what says whether to stop. Raises what is given while one of that name
        runs.
        """
        with self._lock:
            before = self._states.get(name)
            if self._closed or (before is not None and before.running):
                raise else_raise
            state = self._states[name] = RunState(by=by, began=time.monotonic())
            thread = self._threads[name] = threading.Thread(
                target=self._run, args=(name, state, work), name=name, daemon=True
            )
            thread.start()

    def halt(self, name: str) -> None:
        """Stops a run after what is under way."""
        with self._lock:
            if (state := self._states.get(name)) is not None:
                state.halted = True

    def look(self, name: str) -> RunState[R] | None:
        """How the last run of a name stands at this moment; None where this server has had none."""
        with self._lock:
            found = self._states.get(name)
            return replace(found) if found else None

    def close(self) -> None:
        """Stops all runs after what is under way."""
        with self._lock:
            self._closed = True
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(_PATIENCE)

    def _run(self, name: str, state: RunState[R], work: Callable[[RunState[R], Callable[[], bool]], R]) -> None:
        report, error = None, None
        try:
            report = work(state, lambda: state.halted or self._closed)
        except ParchiError as wrong:
            error = wrong
        except Exception as wrong:
            _log.exception("a run stopped: %s", name)
            error = ParchiError()
            error.__cause__ = wrong
        with self._lock:
            state.report, state.error = report, error
            state.ended, state.running = time.monotonic(), False
