"""What became of one visit: worked out from whoever says that the patient was seen, and never guessed.

Pure: no clock, no disk, no chance. To have come is to be seen, unless somebody says otherwise: a hospital copy in the
clinic's box and a tick on the day sheet say that the patient came, and the doctor ticks exceptions only.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from fallback.episode import Seen as Seen, Told as Told


class Evidence(StrEnum):
    """Who says something about a visit."""

    NURSE = "nurse"
    DAY_SHEET = "day_sheet"
    COPY = "copy"


class Witness(Protocol):
    """One that says something of a visit."""

    @property
    def evidence(self) -> str:
        """A value of Evidence."""

    @property
    def marks(self) -> Mapping[str, str]:
        """The boxes that are not empty, as the form calls them (`outcome.admitted`, `reached.7`): ticked or doubtful.

        `days` is the number that a person read in the comb.
        """

    @property
    def sure(self) -> bool:
        """False where a form is torn or bent and no person has looked at it: such a paper says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitOutcome:
    """What is known of a visit. `by` are those who say whether the patient was seen; `told` is what else is ticked.

    `days` is the follow-up, None where nobody told or read one; `days_unread`: something is written there. `doubtful`:
    a box or a paper is unclear and says nothing until a person has looked. `contradiction`: one says seen, another not,
    or two say different follow-ups.
    """

    seen: Seen = Seen.UNKNOWN
    by: tuple[Evidence, ...] = ()
    told: tuple[Told, ...] = ()
    days: int | None = None
    days_unread: bool = False
    doubtful: bool = False
    contradiction: bool = False

    @property
    def needs_eyes(self) -> bool:
        """Whether a person must look."""
        return self.doubtful or self.contradiction

    def record(self) -> dict[str, Any]:
        """The outcome as JSON values."""
        return {
            "seen": self.seen.value,
            "by": [each.value for each in self.by],
            "told": [each.value for each in self.told],
            "days": self.days,
            "days_unread": self.days_unread,
            "doubtful": self.doubtful,
            "contradiction": self.contradiction,
        }


_SEEN, _NOT_SEEN = "outcome.seen", "outcome.not_seen"
# Ticks that only somebody who saw the patient can make. A patient may be referred unseen: to another door.
_BY_SEEING = frozenset({_SEEN, "outcome.admitted", "outcome.investigations"})
_DAYS = "days"
_TICKED, _DOUBTFUL = "ticked", "doubtful"


@dataclass(frozen=True, slots=True)
class _Word:
    """What one witness says: it saw the patient, it did not, or (neither) that the patient came, if anything."""

    evidence: Evidence
    seen: bool
    not_seen: bool
    came: bool


@dataclass(frozen=True, slots=True)
class _Said:
    """A witness without its paper."""

    evidence: str
    marks: Mapping[str, str]
    sure: bool


def outcome_of(witnesses: Iterable[Witness]) -> VisitOutcome:
    """The outcome of a visit from all who say something about it, in any order, any of them twice."""
    return _outcome(tuple((each.evidence, each.sure, tuple(each.marks.items())) for each in witnesses))


@lru_cache(maxsize=4096)  # of 150,000 visits most are told of alike
def _outcome(witnesses: tuple[tuple[str, bool, tuple[tuple[str, str], ...]], ...]) -> VisitOutcome:
    found = [_Said(evidence, dict(marks), sure) for evidence, sure, marks in witnesses]
    words = [_word(each) for each in found]
    ticked = set().union(*(_names(each, _TICKED) for each in found if each.sure))
    days = {int(text) for each in found if (text := each.marks.get(_DAYS, "")).isdecimal() and int(text)}
    seen, not_seen = any(each.seen for each in words), any(each.not_seen for each in words)
    contradiction = (seen and not_seen) or len(days) > 1
    if seen and not_seen:
        says, by = Seen.UNKNOWN, [each for each in words if each.seen or each.not_seen]
    elif not_seen:
        says, by = Seen.NOT_SEEN, [each for each in words if each.not_seen]
    else:
        by = [each for each in words if each.seen or each.came]
        says = Seen.SEEN if by else Seen.UNKNOWN
    there = {each.evidence for each in by}
    return VisitOutcome(
        seen=says,
        by=tuple(each for each in Evidence if each in there),
        told=tuple(each for each in Told if f"outcome.{each}" in ticked),
        days=min(days) if len(days) == 1 else None,
        days_unread=not days and any(_has_days(each) for each in found),
        doubtful=any(not each.sure or _doubts(each) for each in found),
        contradiction=contradiction,
    )


def _word(witness: Witness) -> _Word:
    evidence, ticked, doubtful = Evidence(witness.evidence), _names(witness, _TICKED), _doubts(witness)
    if not witness.sure:
        return _Word(evidence, seen=False, not_seen=False, came=False)
    return _Word(
        evidence,
        seen=bool(ticked & _BY_SEEING),
        not_seen=_NOT_SEEN in ticked,
        came=_NOT_SEEN not in ticked | doubtful and (evidence is Evidence.COPY or bool(ticked)),
    )


def _names(witness: Witness, state: str) -> Set[str]:
    return {name for name, found in witness.marks.items() if found == state}


def _has_days(witness: Witness) -> bool:
    """Whether something stands in the comb that nobody could read; a person may have said that nothing does."""
    told = witness.marks.get(_DAYS)
    inked = _names(witness, _TICKED) | _names(witness, _DOUBTFUL)
    return any(map(_is_comb, inked)) if told is None else told in (_TICKED, _DOUBTFUL)


def _doubts(witness: Witness) -> Set[str]:
    """The boxes that are unclear. A comb's are left out: its digits are for a person anyhow."""
    return {name for name in _names(witness, _DOUBTFUL) if not _is_comb(name)}


def _is_comb(name: str) -> bool:
    return name.partition(".")[0] == _DAYS
