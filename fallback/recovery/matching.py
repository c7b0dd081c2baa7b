"""The match: every slip that was read, and not sent yet, against the hospital's patients and the backlog itself."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from fallback.errors import MatchRuns
from fallback.ledger import Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, matches
from fallback.ledger.queries.alike import known_people
from fallback.matching.deciding import Decision, Outcome, limits
from fallback.matching.learning import learn, random_pairs, strangers
from fallback.matching.levels import Shares, Told, compare
from fallback.matching.model import Model, start
from fallback.patients import PatientIndex
from fallback.patients.reading import IndexReader, ReaderKey
from fallback.person import Person
from fallback.recovery import match_portion
from fallback.recovery.leases import only
from fallback.recovery.match_portion import Portion, Question
from fallback.scanning.crew import Crew, ahead, result
from fallback.slip import SlipNumber

_T = TypeVar("_T")
_Questions = Callable[[Sequence[SlipNumber]], Iterator[tuple[Question, ...]]]
_PORTION = 50
_LEARN_FROM = 2_000  # slips
_SAMPLE_OF_INDEX = 50_000  # people from whom the shares of words are counted
_GROWN = 1.5  # times as many slips as it learnt from: it learns again
FALSE_MERGES, MISSED = 0.0005, 0.0045  # half of what is allowed: chances are not exact
_CHECKED = 50  # one in so many sure decisions is shown to a person, who does not know it
_RECORDS = (
    "SELECT version.record FROM slip JOIN version ON version.digest = slip.content WHERE NOT slip.voided "
    "AND slip.kind <> 'pad' AND version.record ->> '$.sealed' = '' AND NOT version.record ->> '$.alias'"
)
_RECORD = (
    "SELECT slip.content, version.record FROM slip JOIN version ON version.digest = slip.content WHERE slip.number = ?"
)


class _Stopped(Exception):
    """A person stopped the run before it decided anything."""


@dataclass(slots=True)
class MatchReport:
    """What a run said of slips: how many are the same person as somebody known, new, or for a person to say; `left`
    were not reached, for it was stopped.
    """

    same: int = 0
    new: int = 0
    ask: int = 0
    left: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        """Slips that were looked at."""
        return self.same + self.new + self.ask

    def record(self) -> dict[str, int]:
        """As JSON values."""
        return {"same": self.same, "new": self.new, "ask": self.ask, "left": self.left}


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchProgress:
    """How far a run is. `learning`: it still looks at the slips from which it learns."""

    done: int
    total: int
    learning: bool
    slips_a_second: float

    @property
    def seconds_left(self) -> int | None:
        """None while nobody can say."""
        return round((self.total - self.done) / self.slips_a_second) if self.slips_a_second else None


def match(
    ledger: Ledger,
    index: PatientIndex | None,
    *,
    by: str,
    workers: int | None = None,
    executor: Executor | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[MatchProgress], None] = lambda _: None,
) -> MatchReport:
    """Says of every slip that needs it whose it is; again it goes on, and when nothing changed does nothing.

    Without an index, or where it is not on this machine, the backlog alone is compared. An executor gets the people
    with the questions and no key. Raises MatchRuns, PassphraseNeeded, IndexDamaged and the like, DiskFull and the like.
    """
    run = _Run(ledger, index if index is not None and index.here else None, by, stop, progress)
    with only(ledger.folder, "match") as alone, Crew(workers, executor) as crew:
        if not alone:
            raise MatchRuns()
        return run.go(crew, remote=executor is not None)


@dataclass(slots=True)
class _Run:
    ledger: Ledger
    index: PatientIndex | None
    by: str
    stop: Callable[[], bool]
    progress: Callable[[MatchProgress], None]
    held: str = ""
    size: int = 0
    shares: Shares = field(default_factory=Shares)
    key: ReaderKey | None = None
    reader: IndexReader | None = None

    def go(self, crew: Crew, *, remote: bool) -> MatchReport:
        db, report, began = self.ledger.db(), MatchReport(), time.monotonic()
        if self.index is not None:
            status = self.index.status()
            self.held, self.size, self.key = status.index, status.rows, self.index.reader_key()
        numbers = matches.to_match(db, self.held)
        if not numbers:
            return report
        with self._open():
            questions = partial(self._questions, db, remote=remote)
            with suppress(_Stopped):
                slips = self._count(db)
                model = self._known(db, slips) or self._learn(crew, numbers, slips, questions)
                if not self.held and matches.had_index(db):  # here nobody can tell who is new: that would be a double
                    model = replace(model, new_below=0.0)
                self._decide(crew, model, numbers, questions, report)
        report.left = len(numbers) - report.done
        report.seconds = time.monotonic() - began
        return report

    @contextmanager
    def _open(self) -> Iterator[None]:
        """The index, for what this process asks of it."""
        self.reader = IndexReader(self.key) if self.key is not None else None
        try:
            yield
        finally:
            if self.reader is not None:
                self.reader.close()
            match_portion.close()

    # --- Learning

    def _count(self, db: Database) -> int:
        """Counts the words of all names and addresses, of the backlog and of a part of the index. Returns how many
        slips the backlog has.
        """
        for (text,) in db.execute(_RECORDS):
            self._goes_on()
            self.shares.add(Told.of(Person.of_record(json.loads(text))))
        slips = self.shares.people
        if self.reader is not None:
            for person in self.reader.sample(_SAMPLE_OF_INDEX):
                self._goes_on()
                self.shares.add(Told.of(person))
        return slips

    def _goes_on(self) -> None:
        if self.stop():
            raise _Stopped

    def _known(self, db: Database, slips: int) -> Model | None:
        """What an earlier run learnt, where it still holds."""
        told = matches.model(db)
        if not told or told["index"] != self.held or slips > _GROWN * told["slips"]:
            return None
        return Model.from_record(told["model"])

    def _learn(self, crew: Crew, numbers: Sequence[SlipNumber], slips: int, questions: _Questions) -> Model:
        """Learns from slips that are spread over the backlog, and writes down what."""
        some = numbers[:: max(1, len(numbers) // _LEARN_FROM)][:_LEARN_FROM]
        asked = [each for portion in questions(some) for each in portion]
        told = [Told.of(each.person) for each in asked]
        model = start(self.size, slips)
        pairs = (compare(told[one], told[two], {}).levels for one, two in random_pairs(len(told)))
        model = replace(model, strangers=strangers(pairs, model.strangers))
        found = self._through(crew, match_portion.lessons, asked, model)
        model = learn(model, found)
        seen = self._through(crew, match_portion.weighed, asked, model)
        same_from, new_below = limits(
            [(each.best, each.known, each.free) for each in seen], false_merges=FALSE_MERGES, missed=MISSED
        )
        model = replace(model, same_from=same_from, new_below=new_below)
        content = {"index": self.held, "slips": slips, "model": model.record()}
        self.ledger.write(lambda tx: tx.append(FactKind.MATCHER_LEARNT, content, by=self.by))
        return model

    def _through(
        self, crew: Crew, task: Callable[[Portion], list[_T]], asked: Sequence[Question], model: Model
    ) -> list[_T]:
        found: list[_T] = []
        for portion, future in ahead(self._portions(model, _cut(asked)), partial(crew.submit, task), _window(crew)):
            self._goes_on()
            answer = result(future, crew.patience)
            found += task(portion) if answer is None else answer
            self.progress(MatchProgress(done=len(found), total=len(asked), learning=True, slips_a_second=0))
        return found

    # --- Deciding

    def _decide(
        self, crew: Crew, model: Model, numbers: Sequence[SlipNumber], questions: _Questions, report: MatchReport
    ) -> None:
        began = time.monotonic()
        portions = self._portions(model, questions(numbers))
        for portion, future in ahead(portions, partial(crew.submit, match_portion.decided), _window(crew)):
            if self.stop():
                return
            answer = result(future, crew.patience)
            decisions = match_portion.decided(portion) if answer is None else answer
            self.ledger.write(partial(self._write, portion.questions, decisions))
            for each in decisions:
                setattr(report, each.outcome.value, getattr(report, each.outcome.value) + 1)
            speed = report.done / max(0.001, time.monotonic() - began)
            self.progress(
                MatchProgress(done=report.done, total=len(numbers), learning=False, slips_a_second=round(speed, 1))
            )

    def _write(self, asked: Sequence[Question], decisions: Sequence[Decision], tx: Transaction) -> None:
        for question, decision in zip(asked, decisions, strict=True):
            looked = self.size > 0 or not question.person.uhid
            content = {
                "number": question.number,
                "digest": question.digest,
                "whose": matches.whose(tx.db, decision.to),
                "index": self.held,
                "outcome": decision.outcome.value,
                "to": decision.to,
                "chance": decision.chance,
                "reasons": [
                    [each.field, {"says": each.says.says, "values": each.says.values}, each.bits]
                    for each in decision.reasons
                ],
                "others": [list(each) for each in decision.others],
                "sample": decision.outcome is not Outcome.ASK and looked and _is_checked(question.number),
            }
            number = SlipNumber.parse(question.number)
            tx.append(FactKind.SLIP_MATCHED, content, series=number.series, by=self.by)

    # --- Questions

    def _portions(self, model: Model, asked: Iterable[tuple[Question, ...]]) -> Iterator[Portion]:
        told = model.record()
        for questions in asked:
            own = self.key if all(each.index is None for each in questions) else None
            yield Portion(questions=questions, model=told, reader=own)

    def _questions(
        self, db: Database, numbers: Sequence[SlipNumber], *, remote: bool
    ) -> Iterator[tuple[Question, ...]]:
        for at in range(0, len(numbers), _PORTION):
            yield tuple(self._question(db, each, remote) for each in numbers[at : at + _PORTION])

    def _question(self, db: Database, number: SlipNumber, remote: bool) -> Question:
        digest, text = db.execute(_RECORD, (number.text,)).fetchone()
        record = json.loads(text)
        beside = matches.beside(db, number)
        person = Person.of_record(record).answered(beside.field, beside.answer)
        own = f"uhid:{person.uhid}" if person.uhid else number.text
        return Question(
            number=number.text,
            digest=digest,
            person=person,
            rare=self.shares.of(Told.of(person)),
            newborn=bool(record["mother"]),
            refused=frozenset(beside.refused),
            backlog=tuple(
                (each.key, each.person)
                for each in known_people(db, person)
                if each.key != own and _comes_first(db, each.key, number.text)
            ),
            index=match_portion.of_index(self.reader, person) if remote and self.reader is not None else None,
        )


def _comes_first(db: Database, key: str, number: str) -> bool:
    """Whether a slip may be called the same as that person: of two new ones the first, or the one that was sent."""
    if key.startswith("uhid:") or key < number:
        return True
    sent = db.execute("SELECT 1 FROM delivery WHERE number = ? AND attempts > 0", (key,)).fetchone()
    return sent is not None


def _is_checked(number: str) -> bool:
    """Whether a person checks this slip although the machine is sure: the same ones on every machine."""
    return int.from_bytes(hashlib.sha256(f"check {number}".encode()).digest()[:4]) % _CHECKED == 0


def _cut(asked: Sequence[Question]) -> Iterator[tuple[Question, ...]]:
    for at in range(0, len(asked), _PORTION):
        yield tuple(asked[at : at + _PORTION])


def _window(crew: Crew) -> int:
    return 2 * crew.workers + 2
