"""Imports that a server runs in the background, one for each target: started, watched and stopped from a page."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from fallback.ehospital import Connector
from fallback.errors import ImportRuns, ParchiError
from fallback.ledger import Ledger
from fallback.recovery.import_report import ImportReport
from fallback.recovery.importing import run_import
from fallback.recovery.sealed_slips import Reveal
from fallback.recovery.stages import Choice

_log = logging.getLogger(__name__)
_PATIENCE = 10.0  # seconds to wait for a slip when the server ends; if it takes longer, it is looked for the next time


@dataclass(slots=True)
class RunState:
    """How an import stands: `running`, or over with a `report`, or with the `error` that kept it from beginning.

    `halted`: a person stopped it; it ends with the slip that is under way. `began` is of the monotonic clock.
    """

    target: str
    by: str
    began: float
    running: bool = True
    halted: bool = False
    done: int = 0
    total: int = 0
    ended: float = 0.0
    report: ImportReport | None = None
    error: ParchiError | None = None

    @property
    def slips_a_second(self) -> float:
        """How fast it is, on the whole."""
        return self.done / max((self.ended or time.monotonic()) - self.began, 0.001)

    @property
    def seconds_left(self) -> int | None:
        """How long it will take, None while nobody knows."""
        return round((self.total - self.done) / self.slips_a_second) if self.done else None


class Imports:
    """The imports of one server. Any thread may use it; whoever made it closes it before the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._states: dict[str, RunState] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._closed = False

    def start(
        self,
        connector: Connector,
        *,
        by: str,
        choice: Choice | None = None,
        limit: int | None = None,
        reveal: Reveal | None = None,
    ) -> None:
        """Starts a run, and closes its connector at the end. Raises ImportRuns while this server has one to there."""
        target = connector.target.name
        with self._lock:
            before = self._states.get(target)
            if self._closed or (before is not None and before.running):
                connector.close()
                raise ImportRuns(target=target)
            state = self._states[target] = RunState(target=target, by=by, began=time.monotonic())

            def run() -> None:
                self._run(state, connector, choice, limit, reveal)

            thread = self._threads[target] = threading.Thread(target=run, name=f"import {target}", daemon=True)
            thread.start()

    def stop(self, target: str) -> None:
        """Stops a run after the slip that is under way."""
        with self._lock:
            if (state := self._states.get(target)) is not None:
                state.halted = True

    def state(self, target: str) -> RunState | None:
        """How the last run into a target stands at this moment; None where this server has had none."""
        with self._lock:
            found = self._states.get(target)
            return replace(found) if found else None

    def close(self) -> None:
        """Stops all runs after their slips."""
        with self._lock:
            self._closed = True
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(_PATIENCE)

    def _run(
        self, state: RunState, connector: Connector, choice: Choice | None, limit: int | None, reveal: Reveal | None
    ) -> None:
        def told(done: int, total: int) -> None:
            state.done, state.total = done, total

        stop: Callable[[], bool] = lambda: state.halted or self._closed  # noqa: E731
        report, error = None, None
        try:
            report = run_import(
                self._ledger,
                connector,
                by=state.by,
                choice=choice,
                limit=limit,
                stop=stop,
                progress=told,
                reveal=reveal,
            )
        except ParchiError as wrong:
            error = wrong
        except Exception as wrong:
            _log.exception("an import stopped")
            error = ParchiError()
            error.__cause__ = wrong
        finally:
            connector.close()
        with self._lock:
            state.report, state.error = report, error
            state.ended, state.running = time.monotonic(), False
