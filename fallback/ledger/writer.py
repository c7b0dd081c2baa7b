"""The one writer: jobs wait in a queue, share a transaction and its fsync, and are answered after it is durable."""

import queue
import random
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlite_utils import Database

from fallback.errors import JournalBusy, LedgerClosed, ParchiError, SeriesUsedUp
from fallback.ledger import chains
from fallback.ledger.complaints import BUSY_SECONDS, Complaint, is_busy, translate
from fallback.ledger.copies import Copies, tell
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line, next_line
from fallback.slip import SERIAL_LIMIT, SlipNumber

T = TypeVar("T")
LARGEST_GROUP = 64
_LONGEST_SLEEP = 0.02


class Transaction:
    """What a job may do: read, append facts, take numbers. It lives as long as its savepoint."""

    def __init__(self, db: Database, chain: str, now: datetime) -> None:
        self.db = db
        self.now = now
        self._chain = chain
        self._serials: dict[int, int] = {}
        self._tokens: dict[tuple[int, int, str], int] = {}

    def append(
        self,
        fact: FactKind,
        content: dict[str, Any],
        *,
        payload: bytes = b"",
        series: int = 0,
        shift: str = "",
        by: str = "",
    ) -> Line:
        """Writes one fact: a line at the head of this installation's chain, and its views. Returns the line.

        The head is read here and now: another process may have written since. Raises FieldWrong for a text that is
        not Unicode, LineWrong for content without its fact's shape.
        """
        end = chains.head(self.db, self._chain)
        line = next_line(
            self._chain,
            end.sequence,
            end.hash,
            self.now,
            fact,
            content,
            payload=payload,
            series=series,
            shift=shift,
            by=by,
        )
        chains.store(self.db, line)
        return line

    def take_number(self, series: int) -> SlipNumber:
        """The next number of a series, another one at each call. Raises SeriesUsedUp.

        It counts as taken once a fact with it is appended; when the job fails, it is free again.
        """
        row = self.db.execute("SELECT next_serial FROM counter WHERE series = ?", (series,)).fetchone()
        serial = max(row[0] if row else 1, self._serials.get(series, 0) + 1)
        if serial > SERIAL_LIMIT:
            raise SeriesUsedUp(series=series)
        self._serials[series] = serial
        return SlipNumber(series, serial)

    def take_token(self, series: int, clinic: int, day: str) -> int:
        """The next queue number that a desk gives for a clinic on a day (ISO date), from 1."""
        key = (series, clinic, day)
        row = self.db.execute(
            "SELECT count FROM token WHERE series = ? AND clinic = ? AND day = ?", (series, clinic, day)
        ).fetchone()
        self._tokens[key] = max(row[0] if row else 0, self._tokens.get(key, 0)) + 1
        return self._tokens[key]


@dataclass(slots=True)
class _Ask:
    """A job in the queue, what became of it, and who waits for it."""

    job: Callable[[Transaction], Any]
    answer: "Future[Any]"
    result: Any = None
    failure: BaseException | None = None


class Writer:
    """The thread that alone writes for this process. Other processes may have theirs: SQLite's lock decides."""

    def __init__(self, connect: Callable[[], Database], path: Path, chain: str, clock: Callable[[], datetime]) -> None:
        self.copies: Copies | None = None
        self.mark: Callable[[int, bytes], None] | None = None
        self._connect = connect
        self._path = path
        self.chain = chain
        self._clock = clock
        self._db: Database | None = None
        self._queue: queue.SimpleQueue[_Ask | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._told: frozenset[tuple[str, str]] | None = None
        self._thread = threading.Thread(target=self._run, name="ledger writer", daemon=True)
        self._thread.start()

    def write(self, job: Callable[[Transaction], T]) -> T:
        """Runs the job on the writer's thread and waits until it is durable; re-raises what it raised."""
        if threading.current_thread() is self._thread:
            raise RuntimeError("a job may not wait for another job: it would wait for ever")
        result: T = self._ask(job).result()
        return result

    def nudge(self) -> None:
        """Lets the writer look at the second copy's state without waiting for it."""
        with suppress(LedgerClosed):
            self._ask(lambda _: None)

    def close(self) -> None:
        """Takes nothing more, finishes what is waiting, and ends the thread."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _ask(self, job: Callable[[Transaction], Any]) -> "Future[Any]":
        ask = _Ask(job, Future())
        with self._gate:
            if self._closed:
                raise LedgerClosed()
            self._queue.put(ask)
        return ask.answer

    def _run(self) -> None:
        closing = False
        while not closing:
            waiting = [self._queue.get()]
            with suppress(queue.Empty):
                while len(waiting) < LARGEST_GROUP:
                    waiting.append(self._queue.get_nowait())
            closing = None in waiting
            group = [ask for ask in waiting if ask is not None]
            self._commit(group)
            try:
                self._follow()
                if self.mark is not None and self._db is not None:
                    end = chains.head(self._db, self.chain)
                    self.mark(end.sequence, end.hash)
            except Exception:  # the journal has the lines: who waits is answered, and the next group comes
                threading.excepthook(threading.ExceptHookArgs((*sys.exc_info(), self._thread)))
            for ask in group:
                if ask.failure is not None:
                    ask.answer.set_exception(ask.failure)
                else:
                    ask.answer.set_result(ask.result)
        self._forget()

    def _commit(self, group: list[_Ask]) -> None:
        """One transaction for the group. Whatever goes wrong becomes the answer of whom it concerns, never our end."""
        try:
            db = self._begin()
            for ask in group:
                self._attempt(db, ask)
            db.conn.execute("COMMIT")
        except BaseException as wrong:
            for ask in group:
                if ask.failure is None:
                    ask.failure, ask.result = self._sentence(wrong), None
            self._forget()

    def _begin(self) -> Database:
        """Connects if need be and takes SQLite's write lock, waiting for other processes in short steps.

        SQLite's own busy handler sleeps up to 100 ms. Another process that opens or closes the journal holds it, too.
        """
        end, pause = time.monotonic() + BUSY_SECONDS, 0.001
        while True:
            try:
                self._db = self._db or self._connect()
                self._db.conn.execute("BEGIN IMMEDIATE")
            except (Complaint, JournalBusy) as wrong:
                if not (isinstance(wrong, JournalBusy) or is_busy(wrong)) or time.monotonic() > end:
                    raise
                threading.Event().wait(pause * (0.5 + random.random()))  # noqa: S311 - not a secret, only a spread
                pause = min(2 * pause, _LONGEST_SLEEP)
            else:
                return self._db

    def _attempt(self, db: Database, ask: _Ask) -> None:
        """Runs one job in its savepoint. Raises what ended the whole transaction, where something did."""
        db.conn.execute("SAVEPOINT job")
        try:
            now = self._clock()
            if now.tzinfo is None:
                raise ValueError("the clock must say its time zone")
            ask.result = ask.job(Transaction(db, self.chain, now.astimezone(UTC)))
        except BaseException as wrong:  # a job may raise anything, and only its caller shall hear of it
            ask.failure = translate(wrong, self._path) if isinstance(wrong, Complaint) else wrong
            if not db.conn.in_transaction:  # SQLite gave up on all of it: the disk is full or failing
                raise
            db.conn.execute("ROLLBACK TO job")
        db.conn.execute("RELEASE job")

    def _sentence(self, wrong: BaseException) -> BaseException:
        if isinstance(wrong, Complaint):
            return translate(wrong, self._path)
        if isinstance(wrong, ParchiError):  # one each: several threads may raise it
            return type(wrong)(**wrong.values)
        return wrong

    def _forget(self) -> None:
        """Rolls back and lets go of the connection: the next group opens a fresh one."""
        db, self._db = self._db, None
        if db is not None:
            with suppress(Complaint):
                if db.conn.in_transaction:
                    db.conn.execute("ROLLBACK")
            with suppress(Complaint):
                db.conn.close()

    def _follow(self) -> None:
        """Waits for the second copies, up to their deadline, and journals which stop or resume following."""
        copies = self.copies
        if copies is None:
            self._told = None
            return
        copies.follow()
        following = copies.following()
        if following == self._told:
            return
        told = _Ask(lambda tx: tell(tx.db, self.chain, copies.status(), tx.append), Future())
        self._commit([told])
        if told.failure is None:  # else it is told with the next group
            self._told = following
            copies.follow()
