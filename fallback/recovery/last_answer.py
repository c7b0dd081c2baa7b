"""The target's last answer, written down together with the next word of the same run: one wait for the disk a slip."""

from collections.abc import Callable
from typing import Any, TypeVar

from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind

T = TypeVar("T")


class LastAnswer:
    """What a run writes down, in its order. Until an answer is written, its slip is one that was being sent: after a
    kill it is looked for in the target, or repeated as it was.
    """

    def __init__(self, ledger: Ledger, *, by: str) -> None:
        self._ledger, self._by = ledger, by
        self._waiting: tuple[FactKind, dict[str, Any], int] | None = None

    def keep(self, fact: FactKind, content: dict[str, Any], *, series: int) -> None:
        """Takes an answer, to be written with what comes next."""
        self.settle()
        self._waiting = (fact, content, series)

    def write(self, job: Callable[[Transaction], T]) -> T:
        """Does a job in one transaction with the answer that waits, and waits until both are durable.

        Re-raises what the job raised; then the answer waits on.
        """
        waiting = self._waiting

        def both(tx: Transaction) -> T:
            if waiting:
                fact, content, series = waiting
                tx.append(fact, content, series=series, by=self._by)
            return job(tx)

        done = self._ledger.write(both)
        self._waiting = None
        return done

    def settle(self) -> None:
        """Writes down what waits. For whenever the next word may take long, or never come."""
        if self._waiting:
            self.write(lambda _tx: None)
