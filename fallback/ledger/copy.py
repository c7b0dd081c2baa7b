"""A second copy: its own thread, so that a stick that hangs never hangs a desk, and a deadline for each answer."""

import sys
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
from fallback.ledger.stick_id import StickId
from fallback.vault import Vault

DEADLINE = 2.0  # seconds that an answer waits for the stick
FIRST_LOOK = 20.0  # seconds for the first: a cold stick reads 400 MB, and what the journal has lost must come home
HEARTBEAT = 1.0  # seconds between looks at whether it is still there


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStatus:
    """How a second copy stands. `folder` is None when there is none, or when this stick is not plugged in.

    `age_seconds` is how long ago it last had everything: 0 while it has, None when nobody knows. `behind` is True when
    answers do not wait for it; `problem` says why. `sequence` is the last line of this installation's chain that it
    holds. `stick` and `label` are those of its id, "" before any stick was seen there.
    """

    folder: Path | None
    age_seconds: float | None
    behind: bool
    sequence: int
    problem: ParchiError | None = None
    stick: str = ""
    label: str = ""


class SecondCopy:
    """A folder, usually a stick's, that follows the journal. `changed` is called when it stops or resumes following,
    or when another stick is there; `label` names a stick that has no name yet.
    """

    def __init__(
        self,
        folder: Path,
        vault: Vault,
        chain: str,
        connect: Callable[[], Database],
        changed: Callable[[], None],
        label: Callable[[Database], str],
    ) -> None:
        self._stick = Stick(folder, vault, label)
        self._chain = chain
        self._connect = connect
        self._changed = changed
        self._turn = threading.Condition()
        self._asked = self._done = 0
        self._behind = self._stopping = False
        self._complete_at: float | None = None
        self._problem: ParchiError | None = None
        self._sequence = 0
        self._id: StickId | None = None
        self._thread = threading.Thread(target=self._run, name="second copy", daemon=True)
        self._thread.start()

    def ask(self) -> int:
        """Asks for all that is committed to be copied, and does not wait; returns what to wait for."""
        with self._turn:
            self._asked += 1
            self._turn.notify_all()
            return self._asked

    def wait(self, asked: int, until: float) -> None:
        """Waits for what was asked until a monotonic time; not at all while behind: a hung stick costs that once."""
        with self._turn:
            answered = self._turn.wait_for(
                lambda: self._done >= asked or self._behind or self._stopping, max(0.0, until - time.monotonic())
            )
            if not answered:
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
                stick=self._id.stick if self._id else "",
                label=self._id.label if self._id else "",
            )

    def lost(self) -> list[Line]:
        """The lines of our own chain that only the copy still has; to be merged before anything is written."""
        with self._turn:
            return self._stick.lost if self._behind else []

    def stop(self) -> None:
        """Lets the thread end, and whoever waits go on; one that hangs in the stick ends when the stick lets go."""
        with self._turn:
            self._stopping = True
            self._turn.notify_all()

    def join(self, until: float) -> None:
        """Waits until a monotonic time for the thread to end; one that still hangs is left alone."""
        self._thread.join(max(0.0, until - time.monotonic()))

    def _run(self) -> None:
        db: Database | None = None
        while True:
            with self._turn:
                idle = not self._turn.wait_for(self._is_asked, HEARTBEAT)
                if self._stopping:
                    break
                asked = self._asked
            problem: ParchiError | None = None
            try:
                db = db or self._connect()
                self._stick.catch_up(db, lambda: self._stopping)
                if idle:
                    self._stick.look_through(db)
            except ParchiError as wrong:
                problem = wrong
            except Complaint as wrong:
                problem = CopyUnfit(
                    folder=self._stick.folder,
                    why=Sentence("the journal cannot be read ({kind})", kind=type(wrong).__name__),
                )
            except Exception as wrong:  # a hostile stick must not end the thread: the next stick would follow no more
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), self._thread)))
                name = type(wrong).__name__
                problem = CopyUnfit(folder=self._stick.folder, why=Sentence("the disk says {name}", name=name))
            self._report(asked, problem)
        if db is not None:
            with suppress(Complaint):
                db.conn.close()

    def _is_asked(self) -> bool:
        return self._stopping or (self._asked > self._done and not self._behind)

    def _report(self, asked: int, problem: ParchiError | None) -> None:
        with self._turn:
            if self._stopping:
                return  # it may have been cut short: reported, the lines that are missing would count as copied
            another = self._stick.id is not None and (self._id is None or self._stick.id.stick != self._id.stick)
            changed = self._behind != (problem is not None) or self._stick.id != self._id
            self._behind, self._problem = problem is not None, problem
            self._id = self._stick.id
            self._sequence = self._stick.held.get(self._chain, 0 if another else self._sequence)
            if problem is None:
                self._done, self._complete_at = max(self._done, asked), time.monotonic()
            elif another:
                self._complete_at = None
            self._turn.notify_all()
        if changed:
            self._changed()
