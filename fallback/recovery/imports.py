"""Imports that a server runs in the background, one for each target: started, watched and stopped from a page."""

from collections.abc import Callable

from fallback.ehospital import Connector
from fallback.errors import ImportRuns
from fallback.ledger import Ledger
from fallback.recovery.background import Background, RunState
from fallback.recovery.import_report import ImportReport
from fallback.recovery.importing import run_import
from fallback.recovery.sealed_slips import Reveal
from fallback.recovery.stages import Choice


class Imports:
    """The imports of one server. Any thread may use it; whoever made it closes it before the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._runs: Background[ImportReport] = Background()

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

        def work(state: RunState[ImportReport], stop: Callable[[], bool]) -> ImportReport:
            try:
                return run_import(
                    self._ledger,
                    connector,
                    by=by,
                    choice=choice,
                    limit=limit,
                    stop=stop,
                    progress=state.tell,
                    reveal=reveal,
                )
            finally:
                connector.close()

        try:
            self._runs.go(target, work, by=by, else_raise=ImportRuns(target=target))
        except ImportRuns:
            connector.close()
            raise

    def stop(self, target: str) -> None:
        """Stops a run after the slip that is under way."""
        self._runs.halt(target)

    def state(self, target: str) -> RunState[ImportReport] | None:
        """How the last run into a target stands at this moment; None where this server has had none."""
        return self._runs.look(target)

    def close(self) -> None:
        """Stops all runs after their slips."""
        self._runs.close()
