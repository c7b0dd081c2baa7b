"""The review of matches: slips whose patient a person must name, handed out one at a time, to one person each."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fallback.ledger import Ledger, queries
from fallback.ledger.queries import Database, SlipRow, matches, review as asked
from fallback.ledger.queries.matches import Matched, Word
from fallback.ledger.queries.review import Question, Waiting
from fallback.patients import PatientIndex
from fallback.recovery.beside import Candidate, Standing, standing
from fallback.recovery.turns import TURN, Turns
from fallback.slip import SlipNumber

_OLD = timedelta(minutes=3)  # after which the list is asked for again, for what is more urgent by now
_COUNT_AGAIN = 40  # times as long as it took: counting takes a fortieth of the time at most
_TRIED = timedelta(seconds=2)  # before which an empty list is not asked for once more


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which slips a reviewer takes: of a clinic, of an ISO day (0 and "" mean all), the urgent ones alone."""

    clinic: int = 0
    day: str = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What one person is asked: who the patient of this slip is. `said` is all that was said so far, None for nothing.

    `words` are those that stand. Of a second look nothing of the first may be shown; of those that differ, all are.
    """

    row: SlipRow
    waiting: Waiting
    said: Matched | None
    words: tuple[Word, ...]
    standing: Standing
    picture: str

    @property
    def number(self) -> SlipNumber:
        """The slip's number."""
        return self.row.slip.number

    @property
    def question(self) -> Question:
        """What is asked."""
        return self.waiting.question

    def candidate(self, key: str) -> Candidate | None:
        """Somebody who stands beside the slip."""
        return next((each for each in self.standing.people if each.key == key), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How many slips each question is asked of, what the matcher decided by itself, and how long it `took` to count."""

    left: Counter[Question]
    sure: Mapping[str, int]
    took: timedelta


@dataclass(slots=True)
class _Queue:
    made: datetime
    tasks: dict[str, Waiting] = field(default_factory=dict)


class Reviews:
    """Hands out reviews. One per server; any thread may use it.

    What waits is worked out from the journal, and looked at once more before it is handed out. Who has what, and for
    which clinic and day somebody works, is kept in memory.
    """

    def __init__(
        self, ledger: Ledger, index: PatientIndex, clock: Callable[[], datetime], *, lease: timedelta = TURN
    ) -> None:
        self._ledger = ledger
        self._index = index
        self._clock = clock
        self._gate = threading.Lock()
        self._turns = Turns(clock, lease)
        self._queues: dict[Wanted, _Queue] = {}
        self._wanted: dict[str, Wanted] = {}
        self._shown: dict[str, Review] = {}
        self._counting = threading.Lock()
        self._figures: tuple[datetime, Figures] | None = None

    def want(self, login: str, wanted: Wanted) -> None:
        """From now on this login gets slips of this choice; the one that it holds is free."""
        with self._gate:
            self._wanted[login] = wanted
            self._leave(login)

    def wanted(self, login: str) -> Wanted:
        """What this login works on."""
        return self._wanted.get(login, Wanted())

    def next(self, login: str) -> Review | None:
        """The slip that this login holds, else the next that nobody does; None when there is none for this person."""
        with self._gate:
            waiting = self._choose(login)
            if waiting is None:
                self._leave(login)
                return None
            self._turns.hold(login, waiting.number)
        return self._show(login, waiting)

    def item(self, login: str, number: SlipNumber) -> Review | None:
        """A slip, if this login holds it, for another while; None once it lapsed or somebody said something of it."""
        with self._gate:
            waiting = self._free(login, number.text) if self._turns.holds(login, number.text) else None
            if waiting is None:
                return None
            self._turns.hold(login, waiting.number)
        return self._show(login, waiting)

    def take(self, login: str, number: SlipNumber) -> Review | None:
        """One slip for whoever asks for it, also off the call list; None if it waits for nobody, or another has it."""
        with self._gate:
            waiting = self._free(login, number.text)
            if waiting is None or number.text in self._turns.taken(login):
                return None
            self._turns.hold(login, waiting.number)
        return self._show(login, waiting)

    def figures(self) -> Figures:
        """How much is left, and what the matcher decided by itself; some seconds old where there is much."""
        with self._counting:  # one thread counts, the others wait for its figures
            now = self._clock()
            if self._figures is None or now - self._figures[0] > self._figures[1].took * _COUNT_AGAIN:
                left, sure = asked.figures(self._db())
                self._figures = (now, Figures(left=left, sure=sure, took=self._clock() - now))
            return self._figures[1]

    def forget(self) -> None:
        """The matcher has run: what waits is worked out anew at the next look."""
        with self._gate:
            self._queues.clear()
        with self._counting:
            self._figures = None

    def left(self, login: str) -> int:
        """How many slips are on this login's list, its own and those of others among them."""
        with self._gate:
            queue = self._queues.get(self._wanted.get(login, Wanted()))
            return len(queue.tasks) if queue else 0

    def renew(self, login: str) -> bool:
        """Holds this login's slip for another while; False when it lapsed: somebody else may have it."""
        with self._gate:
            return self._turns.renew(login)

    def skip(self, login: str) -> None:
        """Puts this login's slip at the end of the list for this person; others may take it."""
        with self._gate:
            self._turns.skip(login)
            self._shown.pop(login, None)

    def release(self, login: str) -> None:
        """Gives this login's slip back: after a decision, and at log-out."""
        with self._gate:
            self._leave(login)

    def _leave(self, login: str) -> None:
        self._turns.release(login)
        self._shown.pop(login, None)

    def _choose(self, login: str) -> Waiting | None:
        held = self._turns.key(login)
        if held and (waiting := self._free(login, held)):
            return waiting
        wanted, now = self._wanted.get(login, Wanted()), self._clock()
        queue = self._queues.get(wanted)
        if queue is None or now - queue.made > _OLD:
            queue = self._ask(wanted)
        found = self._first(login, queue)
        if found is None and now - queue.made > _TRIED:
            found = self._first(login, self._ask(wanted))
        return found

    def _ask(self, wanted: Wanted) -> _Queue:
        found = asked.waiting(self._db(), clinic=wanted.clinic, day=wanted.day, urgent=wanted.urgent)
        tasks = {each.number: each for each in found}
        now = self._clock()
        self._queues = {each: queue for each, queue in self._queues.items() if now - queue.made <= _OLD}
        self._queues[wanted] = queue = _Queue(now, tasks)
        return queue

    def _first(self, login: str, queue: _Queue) -> Waiting | None:
        taken, skipped = self._turns.taken(login), self._turns.skipped(login, queue.tasks)
        later = sorted(skipped, key=lambda number: skipped[number])
        for number in [*(each for each in queue.tasks if each not in skipped), *later]:
            if number in taken or not queue.tasks[number].may(login):
                continue
            now = asked.waits(self._db(), SlipNumber.parse(number))
            if now is None or now.question is Question.PATIENT:
                del queue.tasks[number]
                continue
            queue.tasks[number] = now
            if now.may(login):
                return now
        return None

    def _free(self, login: str, number: str) -> Waiting | None:
        """A slip that waits still, and may be this login's."""
        waiting = asked.waits(self._db(), SlipNumber.parse(number))
        return waiting if waiting is not None and waiting.may(login) else None

    def _show(self, login: str, waiting: Waiting) -> Review | None:
        """The review, worked out once while it is held: a page that is loaded again is no other look into the index."""
        db = self._db()
        row = queries.slip(db, SlipNumber.parse(waiting.number))
        if row is None or row.slip.sealed:
            return None
        known, words = self._shown.get(login), matches.words(db, row.slip.number)
        if known is not None and (known.row.content, known.waiting, known.words) == (row.content, waiting, words):
            return known
        said = matches.matched(db, row.slip.number)
        made = Review(
            row=row,
            waiting=waiting,
            said=said,
            words=words,
            standing=standing(self._ledger, self._index, row, said, words, by=login),
            picture=asked.picture_of(db, row.slip.number),
        )
        self._shown[login] = made
        return made

    def _db(self) -> Database:
        return self._ledger.db()
