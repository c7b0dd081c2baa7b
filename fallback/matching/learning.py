"""The matcher learns from the backlog itself, without anybody telling it which pairs are one person's.

Strangers are pairs of slips taken at random. What one person's two records and a family's look like is found by turns:
how likely each candidate of each slip is the person, or a relative, under the shares known so far; then the shares
that these chances make. It ends when the chances move no more. A small backlog stays near the careful clerk's guess.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from fallback.matching.levels import FIELDS, LEVELS, RARE, Levels, Pair
from fallback.matching.model import Model, Odds, Table, Where, unfound

_ROUNDS = 12
_GUESS = 25.0  # pairs for which the guess counts
_ENOUGH = 10  # pairs: of fewer, the guess is better
# Most given names tell the sex already; and among slips families come together, so that numbers are often the same.
_NOT_COUNTED = ("sex", "mobile", "abha")
_RANDOM_PAIRS = 150_000
_GOLDEN = 0.6180339887
KEPT = 40  # candidates of a slip from which is learnt: the rest have no weight
_KEYS = {"given": "given", "last": "rest", "guardian": "guardian", "place": "place", "mobile": "mobile"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A slip of the sample: its pairs with candidates of the index and of the backlog, what it tells of itself, and
    which keys were cut (see `model.unfound`).
    """

    index: Sequence[Pair]
    backlog: Sequence[Pair]
    told: Mapping[str, bool]
    cut: Sequence[str] = ()


def strangers(pairs: Iterable[Levels], guess: Table) -> Table:
    """How often each level is met between two people taken at random."""
    counts: Table = {name: dict.fromkeys(levels[1:], 0.0) for name, levels in LEVELS.items()}
    for levels in pairs:
        for name, level in zip(FIELDS, levels, strict=True):
            if level:
                counts[name][level] += 1
    found: Table = {}
    for name, levels_of in counts.items():
        agreeing = sum(levels_of[level] for level in RARE.get(name, ()))
        total = sum(levels_of.values())
        found[name] = {}
        for level, count in levels_of.items():
            of = agreeing if level in RARE.get(name, ()) else total
            found[name][level] = count / of if count >= _ENOUGH else guess[name][level]
    for name in _NOT_COUNTED:
        found[name] = dict(guess[name])
    return found


def random_pairs(count: int) -> Iterator[tuple[int, int]]:
    """Which of so many records to compare as strangers: far from each other, for a family comes together."""
    turns = min(count - 1, -(-_RANDOM_PAIRS // max(1, count)))
    for turn in range(1, turns + 1):
        stride = max(1, int(count * (turn * _GOLDEN % 1)))
        yield from ((at, (at + stride) % count) for at in range(count))


def learn(model: Model, lessons: Sequence[Lesson]) -> Model:
    """The model that explains these slips best, beginning with one that has the shares of strangers already."""
    first = model
    for _ in range(_ROUNDS if lessons else 0):
        counts = _Counts()
        odds = Odds(model)
        for lesson in lessons:
            counts.add(odds, lesson)
        model = counts.model(model, first, len(lessons))
    return model


class _Counts:
    """The levels of the lessons' pairs, each pair counted by the chance that it is one person's, or a family's."""

    def __init__(self) -> None:
        self.same: dict[Levels, float] = {}
        self.kin: dict[Levels, float] = {}
        self.present = {"index": 0.0, "backlog": 0.0}
        self.relatives = {"index": 0.0, "backlog": 0.0}
        self.had = dict.fromkeys(_KEYS, 0.0)
        self.hit = dict.fromkeys(_KEYS, 0.0)

    def add(self, odds: Odds, lesson: Lesson) -> None:
        """One slip."""
        model = odds.model
        places = (("index", lesson.index, model.index), ("backlog", lesson.backlog, model.backlog))
        weighed = [
            (name, where, pair, odds.odds(pair, where)) for name, pairs, where in places for pair in pairs if where.size
        ]
        total = nobody(model, lesson.told, lesson.cut) + sum(each for *_, each in weighed)
        for name, where, pair, weight in weighed:
            chance = weight / total
            if chance > 1e-6:
                self.same[pair.levels] = self.same.get(pair.levels, 0.0) + chance
                self.present[name] += chance
                if name == "index":
                    self._keys(pair.levels, lesson.told, chance)
            relative = (1 - chance) * odds.relative(pair, where)
            if relative > 1e-6:
                self.kin[pair.levels] = self.kin.get(pair.levels, 0.0) + relative
                self.relatives[name] += relative

    def _keys(self, levels: Levels, told: Mapping[str, bool], chance: float) -> None:
        at = dict(zip(FIELDS, levels, strict=True))
        for key, field in _KEYS.items():
            if told.get(key):
                self.had[key] += chance
                self.hit[key] += chance * (at[field] in ("same", *RARE.get(field, ())))

    def model(self, old: Model, first: Model, slips: int) -> Model:
        """The shares that the counts make."""
        return replace(
            old,
            same=_shares(self.same, first.same),
            kin=_shares(self.kin, first.kin),
            index=self._where(old.index, first.index, "index", slips),
            backlog=self._where(old.backlog, first.backlog, "backlog", slips),
            had={key: (self.hit[key] + _GUESS * first.had[key]) / (self.had[key] + _GUESS) for key in first.had},
        )

    def _where(self, old: Where, first: Where, name: str, slips: int) -> Where:
        most = slips + _GUESS
        return replace(
            old,
            present=min(0.98, (self.present[name] + _GUESS * first.present) / most),
            kin=(self.relatives[name] + _GUESS * first.kin) / most,
        )


def nobody(model: Model, told: Mapping[str, bool], cut: Sequence[str]) -> float:
    """The weight of "none of these", beside the odds of the candidates: new, or in the index and not found."""
    return stranger(model) + absent(model, told, cut)


def stranger(model: Model) -> float:
    """The share of slips whose person is in no place."""
    return (1 - (model.index.present if model.index.size else 0.0)) * (1 - model.backlog.present)


def absent(model: Model, told: Mapping[str, bool], cut: Sequence[str]) -> float:
    """The share of slips whose person is in the index, and among no candidates."""
    return model.index.present * unfound(model, told, cut) if model.index.size else 0.0


def _shares(counts: Mapping[Levels, float], guess: Table) -> Table:
    sums: Table = {name: dict.fromkeys(levels, 0.0) for name, levels in guess.items()}
    for levels, weight in counts.items():
        for name, level in zip(FIELDS, levels, strict=True):
            if level and name in sums:
                sums[name][level] += weight
    found: Table = {}
    for name, of in sums.items():
        total = sum(of.values()) + _GUESS
        found[name] = {level: (weight + _GUESS * guess[name][level]) / total for level, weight in of.items()}
    return found
