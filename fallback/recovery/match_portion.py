"""Some slips compared with the people who may be meant: what a worker process, or another machine, does of matching."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fallback.matching.deciding import Asked, Candidate, Decision, decide, weigh_all
from fallback.matching.learning import KEPT, Lesson
from fallback.matching.levels import Told
from fallback.matching.model import Model, Odds
from fallback.patients.reading import Found, IndexReader, ReaderKey
from fallback.person import Person

People = tuple[tuple[str, Person], ...]  # by their keys (see Slip.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A slip whose patient is looked for, with those of the backlog who may be meant.

    `index` are those of the patient index with the keys that were cut, where another machine, without the index,
    answers; None where the worker looks for itself.
    """

    number: str
    digest: str
    person: Person
    rare: Mapping[str, float]
    newborn: bool = False
    refused: frozenset[str] = frozenset()
    backlog: People = ()
    index: tuple[People, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Questions for one worker. `reader` opens the index on this machine's disk; None where there is none to ask."""

    questions: tuple[Question, ...]
    model: Mapping[str, Any]
    reader: ReaderKey | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What is kept of a lesson's slip to find from which chance a machine may decide: see `deciding.limits`."""

    best: float
    known: float
    free: bool


def decided(portion: Portion) -> list[Decision]:
    """Decides about each slip of a portion."""
    odds = Odds(Model.from_record(portion.model))
    return [decide(asked, candidates, odds) for asked, candidates in _candidates(portion)]


def lessons(portion: Portion) -> list[Lesson]:
    """What each slip of a portion has to teach: its pairs, the weightiest alone."""
    odds = Odds(Model.from_record(portion.model))
    found = []
    for asked, candidates in _candidates(portion):
        likely = sorted(candidates, key=lambda each: -odds.ratios(each.pair)[0])[:KEPT]
        found.append(
            Lesson(
                index=[each.pair for each in likely if not each.backlog],
                backlog=[each.pair for each in likely if each.backlog],
                told=asked.has,
                cut=asked.cut,
            )
        )
    return found


def weighed(portion: Portion) -> list[Limit]:
    """The chances of each slip of a portion."""
    odds = Odds(Model.from_record(portion.model))
    found = []
    for asked, candidates in _candidates(portion):
        told = weigh_all(asked, candidates, odds)
        best = told.ranked[0][1] if told.ranked else 0.0
        found.append(Limit(best, told.known, bool(told.ranked) and not told.barriers))
    return found


def of_index(reader: IndexReader, person: Person) -> tuple[People, tuple[str, ...]]:
    """Who of the index may be meant, and the keys that were cut."""
    found: Found = reader.search(person)
    return tuple((f"uhid:{patient.uhid}", each) for patient, each in found.people), found.cut


def _candidates(portion: Portion) -> Iterable[tuple[Asked, Sequence[Candidate]]]:
    reader = _reader(portion.reader) if portion.reader is not None else None
    for each in portion.questions:
        people, cut = each.index or (of_index(reader, each.person) if reader is not None else ((), ()))
        asked = Asked(told=Told.of(each.person), rare=each.rare, newborn=each.newborn, cut=cut, refused=each.refused)
        found = [Candidate.of(asked, key, person) for key, person in people]
        found += [Candidate.of(asked, key, person, backlog=True) for key, person in each.backlog]
        yield asked, found


_open: dict[ReaderKey, IndexReader] = {}  # of this process: opening one derives a key and fills a cache


def _reader(key: ReaderKey) -> IndexReader:
    if key not in _open:
        for old in list(_open):
            _open.pop(old).close()
        _open[key] = IndexReader(key)
    return _open[key]


def close() -> None:
    """Lets go of the index, in a process that goes on."""
    while _open:
        _open.popitem()[1].close()
