"""The match as a server runs it in the background: started, watched and stopped from a page."""

from collections.abc import Callable, Iterable

from fallback.errors import MatchRuns
from fallback.ledger import Ledger
from fallback.patients import PatientIndex
from fallback.recovery.background import Background, RunState
from fallback.recovery.matching import MatchProgress, MatchReport, match

LEARNING, DECIDING = "learning", "deciding"
_MATCH = "match"


class Matcher:
    """The match of one server. Any thread may use it; whoever made it closes it before the ledger.

    `over` are called when a run has ended: what pages keep is old then.
    """

    def __init__(self, ledger: Ledger, index: PatientIndex, over: Iterable[Callable[[], None]] = ()) -> None:
        self._ledger, self._index, self._over = ledger, index, tuple(over)
        self._runs: Background[MatchReport] = Background()

    def start(self, *, by: str) -> None:
        """Starts a run: it goes on where one before was stopped. Raises MatchRuns while this server has one."""

        def work(state: RunState[MatchReport], stop: Callable[[], bool]) -> MatchReport:
            def told(far: MatchProgress) -> None:
                state.tell(far.done, far.total, LEARNING if far.learning else DECIDING)

            try:
                return match(self._ledger, self._index, by=by, stop=stop, progress=told)
            finally:
                for tell in self._over:
                    tell()

        self._runs.go(_MATCH, work, by=by, else_raise=MatchRuns())

    def stop(self) -> None:
        """Stops a run after the slips that are being compared."""
        self._runs.halt(_MATCH)

    def state(self) -> RunState[MatchReport] | None:
        """How the last run stands at this moment; None where this server has had none."""
        return self._runs.look(_MATCH)

    def close(self) -> None:
        """Stops a run after its slips."""
        self._runs.close()
