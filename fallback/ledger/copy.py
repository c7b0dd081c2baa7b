"""The second copy: its own thread, so that a stick that hangs never hangs a desk, and a deadline for each answer."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from fallback.errors import CopyUnfit, ParchiError, Sentence
from fallback.ledger.complaints import Complaint
from fallback.ledger.journal import Line
from fallback.ledger.stick import Stick
from fallback.vault import Vault

DEADLINE = 2.0  # seconds that an answer waits for the stick
HEARTBEAT = 1.0  # seconds between looks at whether it is still there


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStatus:
    """How the second copy stands. `folder` is None when there is none.

    `age_seconds` is how long ago it last had everything: 0 while it has, None when it never had since this start.
    `behind` is True when answers no longer wait for it; `problem` says why. `sequence` is the last line of this
    installation's chain that it holds.
    """

    folder: Path | None
    age_seconds: float | None
    behind: bool
    sequence: int
    problem: ParchiError | None = None


class SecondCopy:
    """A folder, usually a stick, that follows the journal. `changed` is called when it stops or resumes following."""

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        chain: str,
        connect: Callable[[], Database],
        changed: Callable[[], None],
        *,
        deadline: float = DEADLINE,
    ) -> None:
        self._stick = Stick(folder, vault)
        self._chain = chain
        self._connect = connect
        self._changed = changed
        self._deadline = deadline
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._behind = self._stopping = False
        self._complete_at: float | None = None
        self._problem: ParchiError | None = None
        self._sequence = 0
        self._thread = threading.Thread(target=self._run, name="second copy", daemon=True)
        self._thread.start()

    def follow(self) -> None:
        """Waits until all that is committed is in the copy: up to the deadline once, and not at all while behind."""
        with self._turn:
            self._asked += 1
            asked = self._asked
            self._turn.notify_all()
            if self._behind:
                return
            self._turn.wait_for(lambda: self._done >= asked or self._behind, self._deadline)
            if self._done < asked and not self._behind:
                self._behind = True
                self._problem = CopyUnfit(folder=self._stick.folder, why="it does not answer")

    def status(self) -> CopyStatus:
        """How it stands at this moment."""
        with self._turn:
            age = None if self._complete_at is None else time.monotonic() - self._complete_at
            return CopyStatus(
                folder=self._stick.folder,
                age_seconds=age if self._behind else 0.0 if age is not None else None,
                behind=self._behind,
                sequence=self._sequence,
                problem=self._problem,
            )

    def lost(self) -> list[Line]:
        """The lines of our own chain that only the copy still has; to be merged before anything is written."""
        with self._turn:
            return self._stick.lost if self._behind else []

    def stop(self) -> None:
        """Ends the thread, unless it hangs in the stick: then it is left alone and ends when the stick lets go."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()
        self._thread.join(self._deadline)

    def _run(self) -> None:
        db: Database | None = None
        while True:
            with self._turn:
                hurry = lambda: self._stopping or (self._asked > self._done and not self._behind)  # noqa: E731
                self._turn.wait_for(hurry, HEARTBEAT)
                if self._stopping:
                    break
                asked = self._asked
            problem: ParchiError | None = None
            try:
                db = db or self._connect()
                self._stick.catch_up(db, lambda: self._stopping)
            except ParchiError as wrong:
                problem = wrong
            except Complaint as wrong:
                problem = CopyUnfit(
                    folder=self._stick.folder,
                    why=Sentence("the journal cannot be read ({kind})", kind=type(wrong).__name__),
                )
            self._report(asked, problem)
        if db is not None:
            with suppress(Complaint):
                db.conn.close()

    def _report(self, asked: int, problem: ParchiError | None) -> None:
        with self._turn:
            changed = self._behind != (problem is not None)
            self._behind, self._problem = problem is not None, problem
            self._sequence = self._stick.held.get(self._chain, self._sequence)
            if problem is None:
                self._done, self._complete_at = max(self._done, asked), time.monotonic()
            self._turn.notify_all()
        if changed and not self._stopping:
            self._changed()
