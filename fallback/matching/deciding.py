"""Same, new, or a person decides: the chance of every candidate, and the hard rules that no chance may overrule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from fallback.errors import Sentence
from fallback.matching.learning import absent, stranger
from fallback.matching.levels import DATE, EXACT, FIELDS, SOUNDS, Pair, Told, compare
from fallback.matching.model import Odds
from fallback.matching.reasons import reasons_of
from fallback.matching.weighing import AGE_SLACK, ALIKE, ANOTHER, SAME, Reason
from fallback.person import Person
from fallback.slip import Sex

_OTHERS = 4  # next likely ones that are told
_LEAST = 0.001  # the chance from which somebody is told as another likely one
# Of a few slips the shares that are aimed at say nothing: below this chance, as in a large backlog, nobody is known.
_FEW, _FEW_BELOW = 1_000, 0.03
_SUPPORTS = 1
_SURE = 10.0  # odds from which two others are one person


class Outcome(StrEnum):
    """Whose slip this is: somebody known, somebody new, or a person has to say."""

    SAME = "same"
    NEW = "new"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The patient of a slip. `rare` is how rare their words are (see `levels.Shares.of`), `cut` the keys for which only
    the first records were looked at, `refused` the people whom the clerk saw beside the form and did not take.
    """

    told: Told
    rare: Mapping[str, float]
    newborn: bool = False
    cut: Sequence[str] = ()
    refused: frozenset[str] = frozenset()

    @property
    def has(self) -> dict[str, bool]:
        """Which words the slip tells, of those that keys are made of."""
        return {
            "given": bool(self.told.names),
            "last": bool(self.told.rest),
            "guardian": bool(self.told.guardian),
            "place": bool(self.told.places),
            "mobile": any(len(each) == 10 for each in self.told.person.mobiles),
        }


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may be the slip's patient, compared with it. `key` is as `Slip.person` has it; `backlog`: known by
    another slip of the outage, not by the index.
    """

    key: str
    told: Told
    pair: Pair
    backlog: bool

    @classmethod
    def of(cls, asked: Asked, key: str, person: Person, *, backlog: bool = False) -> Self:
        """Somebody compared with the slip's patient."""
        told = Told.of(person)
        return cls(key, told, compare(asked.told, told, asked.rare), backlog)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is said of a slip's patient: `to` is who it is or, for ASK, may be ("" for nobody), with that chance.

    `known` is the chance that it is anybody known. `reasons` are of `to`, then what forbids the machine to decide;
    `others` are the next likely ones with their chances.
    """

    outcome: Outcome
    to: str
    chance: float
    known: float
    reasons: tuple[Reason, ...]
    others: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Weighed:
    """The candidates of a slip by chance, likeliest first, each person once; the chance that it is anybody known; and
    what keeps the machine from taking the likeliest.
    """

    ranked: tuple[tuple[Candidate, float], ...]
    known: float
    barriers: tuple[Sentence, ...]


def decide(asked: Asked, candidates: Sequence[Candidate], odds: Odds) -> Decision:
    """Decides about one slip, by a model's tables."""
    weighed = weigh_all(asked, candidates, odds)
    model, number = odds.model, asked.told.person.uhid
    best = weighed.ranked[0] if weighed.ranked else None
    chance = best[1] if best else 0.0
    if number and not model.index.size and chance < _LEAST:  # the system itself looks whose number it is
        unseen = _forbids("uhid", Sentence("there is no index to look the UHID up in"))
        own = f"uhid:{number}"
        return Decision(outcome=Outcome.SAME, to=own, chance=0.0, known=weighed.known, reasons=(unseen,), others=())
    others = tuple((each.key, round(share, 4)) for each, share in weighed.ranked[1 : 1 + _OTHERS] if share >= _LEAST)
    if best and chance >= model.same_from and not weighed.barriers:
        outcome = Outcome.SAME
    elif weighed.known < model.new_below and not number and not (asked.newborn and best and chance >= _LEAST):
        outcome = Outcome.NEW
    else:
        outcome = Outcome.ASK
    if best is None or (outcome is Outcome.NEW and chance < _LEAST):
        why = (_forbids("uhid", Sentence("nobody in the index has this UHID")),) if number else ()
        return Decision(outcome=outcome, to="", chance=0.0, known=weighed.known, reasons=why, others=())
    reasons = reasons_of(best[0].pair, model)
    if outcome is Outcome.ASK:
        reasons += tuple(_forbids("", each) for each in weighed.barriers)
    to = "" if outcome is Outcome.NEW else best[0].key
    return Decision(
        outcome=outcome, to=to, chance=round(chance, 6), known=round(weighed.known, 6), reasons=reasons, others=others
    )


def weigh_all(asked: Asked, candidates: Sequence[Candidate], odds: Odds) -> Weighed:
    """The chance of each candidate, beside all others and beside nobody of them."""
    model, person = odds.model, asked.told.person
    people: dict[str, tuple[float, Candidate]] = {}
    for each in sorted(candidates, key=lambda each: each.backlog):
        weight = odds.odds(each.pair, model.backlog if each.backlog else model.index)
        if person.uhid and each.key == f"uhid:{person.uhid}":
            weight *= max(1, model.index.size)  # a wrong digit is somebody at random
        key = _in_index(asked, each, people, odds) if each.backlog and weight > _LEAST else each.key
        known = people.get(key)
        if known is None:
            people[key] = (weight, each)
        elif known[0] < weight:
            people[key] = (weight, replace(each, key=key))
    missing = absent(model, asked.has, asked.cut)
    total = stranger(model) + missing + sum(weight for weight, _ in people.values())
    ranked = sorted(people.values(), key=lambda each: (-each[0], each[1].key))
    share = [(each, weight / total) for weight, each in ranked]
    barriers = tuple(_barriers(asked, share[0][0], people, odds)) if share else ()
    return Weighed(tuple(share), 1 - stranger(model) / total, barriers)


def _in_index(asked: Asked, slip: Candidate, people: Mapping[str, tuple[float, Candidate]], odds: Odds) -> str:
    """The key of the one in the index who is the patient of another slip of the outage, too; else that slip's own.

    Else the two would share the chance that both of them have.
    """
    for key, (weight, each) in people.items():
        if not each.backlog and weight > _LEAST:
            alike = odds.odds(compare(slip.told, each.told, asked.rare), odds.model.index)
            if alike > _SURE:
                return key
    return slip.key


def _barriers(
    asked: Asked, best: Candidate, people: Mapping[str, tuple[float, Candidate]], odds: Odds
) -> list[Sentence]:
    """Why the machine may not take the likeliest, however likely: a merge of two people harms both."""
    one, two = asked.told.person, best.told.person
    at = dict(zip(FIELDS, best.pair.levels, strict=True))
    number = bool(one.uhid) and best.key == f"uhid:{one.uhid}"
    found = []
    if one.sex is Sex.UNKNOWN or one.sex is not two.sex:
        found.append(Sentence("the sex is not the same"))
    if not one.year or not two.year or abs(one.year - two.year) > AGE_SLACK:
        found.append(Sentence("the age is not the same"))
    if at["given"] not in (EXACT, SAME, SOUNDS, ALIKE):
        found.append(Sentence("the given name is not the same"))
    elif at["given"] in (SOUNDS, ALIKE) and _twins(asked, best, people, odds):
        found.append(Sentence("they may be twins"))
    if one.uhid and not number:
        found.append(Sentence("another UHID"))
    if asked.newborn:
        found.append(Sentence("it is a newborn"))
    if best.key in asked.refused:
        found.append(Sentence("the clerk saw this person and took another"))
    if not number and not _supported(at):
        found.append(Sentence("too little speaks for it besides the name and the age"))
    return found


def _supported(at: Mapping[str, str]) -> bool:
    """A number that only they have, the mobile, or two of what a stranger of that name seldom shares."""
    if SAME in (at["abha"], at["mobile"]):
        return True
    supports = (
        at["guardian"] in (EXACT, SAME, SOUNDS, ALIKE),
        at["place"] == SAME,
        at["birth"] == DATE,
        at["mobile"] == "ends",
    )
    return sum(supports) >= _SUPPORTS


def _twins(asked: Asked, best: Candidate, people: Mapping[str, tuple[float, Candidate]], odds: Odds) -> bool:
    """Whether a relative of another name is as old."""
    return any(
        each.told.person.year
        and abs(each.told.person.year - asked.told.person.year) <= 1
        and each.pair.levels[0] == ANOTHER
        and odds.relative(each.pair, odds.model.backlog if each.backlog else odds.model.index) > 0.5
        for _, each in people.values()
        if each is not best
    )


def _forbids(field: str, says: Sentence) -> Reason:
    return Reason(field, says, 0.0)


def limits(weighed: Sequence[tuple[float, float, bool]], *, false_merges: float, missed: float) -> tuple[float, float]:
    """From which chance the likeliest is taken, and below which chance of anybody nobody is: so that, as the chances
    say, of those taken at most a share `false_merges` is wrong, and of those who are known at most `missed` is called
    new. Each slip is its best's chance, the chance of anybody, and whether the hard rules let the best be taken.
    """
    wrong, taken, same_from = 0.0, 0, 1.0
    for chance in sorted((best for best, _, free in weighed if free), reverse=True):
        wrong, taken = wrong + 1 - chance, taken + 1
        if wrong <= false_merges * taken:
            same_from = chance
    same_from = min(max(same_from, 1 - 5 * false_merges), 1 - 1e-6)
    most = missed * sum(known for _, known, _ in weighed)
    lost, new_below = 0.0, 0.0
    for best, known, free in sorted(weighed, key=lambda each: each[1]):
        if free and best >= same_from:
            continue
        lost += known
        if lost > most:
            break
        new_below = known
    least = _FEW_BELOW if len(weighed) < _FEW else _LEAST  # where nobody would stand beside a slip, nobody is asked
    return same_from, max(new_below, least)
