"""What was learnt of a backlog: how likely each level is for one person's two records, for kin, and for strangers.

The model is Fellegi and Sunter's with a third kind of pair beside the two: kin. A family shares phone, father's name
and house, so these three together are no proof; what tells a mother from her daughter is the given name and the age.
A candidate is weighed against both, and all candidates of one slip against each other and against "nobody of these".
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from fallback.matching.levels import DATE, ENDS, EXACT, FAR, FIELDS, LACKING, LEVELS, PARTLY, RARE, SOUNDS, Levels, Pair
from fallback.matching.weighing import ALIKE, ANOTHER, INITIAL, SAME, SWAPPED

Table = dict[str, dict[str, float]]  # field -> level -> share

# What a careful clerk would guess, for a backlog that is too small to learn from.
SAME_PERSON: Mapping[str, Mapping[str, float]] = {
    "given": {EXACT: 0.6, SAME: 0.31, SOUNDS: 0.03, ALIKE: 0.03, SWAPPED: 0.015, INITIAL: 0.005, ANOTHER: 0.01},
    "rest": {SAME: 0.74, PARTLY: 0.06, LACKING: 0.13, ANOTHER: 0.07},
    "sex": {SAME: 0.995, ANOTHER: 0.005},
    "birth": {DATE: 0.1, SWAPPED: 0.005, "0": 0.4, "1": 0.3, "2": 0.15, "5": 0.03, "10": 0.01, FAR: 0.005},
    "mobile": {SAME: 0.65, ENDS: 0.05, ANOTHER: 0.3},
    "guardian": {EXACT: 0.5, SAME: 0.31, SOUNDS: 0.03, ALIKE: 0.04, PARTLY: 0.03, ANOTHER: 0.09},
    "place": {SAME: 0.65, PARTLY: 0.05, ANOTHER: 0.3},
    "house": {SAME: 0.85, ANOTHER: 0.15},
    "abha": {SAME: 0.99, ANOTHER: 0.01},
}
KIN: Mapping[str, Mapping[str, float]] = {
    "rest": {SAME: 0.8, PARTLY: 0.05, LACKING: 0.1, ANOTHER: 0.05},
    "birth": {DATE: 0.001, SWAPPED: 0.001, "0": 0.04, "1": 0.05, "2": 0.05, "5": 0.15, "10": 0.2, FAR: 0.5},
    "mobile": {SAME: 0.7, ENDS: 0.01, ANOTHER: 0.29},
    "guardian": {EXACT: 0.35, SAME: 0.22, SOUNDS: 0.03, ALIKE: 0.02, PARTLY: 0.03, ANOTHER: 0.35},
    "place": {SAME: 0.9, PARTLY: 0.03, ANOTHER: 0.07},
    "house": {SAME: 0.9, ANOTHER: 0.1},
}
# Of levels in which two agree in a word: the share among those who do; the word's own share is counted for each word.
STRANGERS: Mapping[str, Mapping[str, float]] = {
    "given": {EXACT: 0.5, SAME: 0.3, SOUNDS: 0.2, ALIKE: 0.002, SWAPPED: 0.001, INITIAL: 0.002, ANOTHER: 0.992},
    "rest": {SAME: 0.9, PARTLY: 0.1, LACKING: 0.2, ANOTHER: 0.75},
    "sex": {SAME: 1.0, ANOTHER: 0.5},  # no two sides of one coin: most given names say the sex already
    "birth": {DATE: 4e-5, SWAPPED: 1e-5, "0": 0.02, "1": 0.035, "2": 0.035, "5": 0.1, "10": 0.16, FAR: 0.65},
    "mobile": {SAME: 1e-8, ENDS: 1e-4, ANOTHER: 0.9999},
    "guardian": {EXACT: 0.5, SAME: 0.3, SOUNDS: 0.2, ALIKE: 0.002, PARTLY: 0.003, ANOTHER: 0.991},
    "place": {SAME: 0.7, PARTLY: 0.3, ANOTHER: 0.997},
    "house": {SAME: 0.01, ANOTHER: 0.99},
    "abha": {SAME: 1e-12, ANOTHER: 1.0},
}
_LEAST = 1e-9
_NAMESAKE = -2.0  # bits: a family gives one name twice more seldom than chance would


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """Where candidates come from: `size` records; of the slips a share `present` is of somebody who is there, and each
    has `kin` relatives there.
    """

    size: int
    present: float
    kin: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Shares of levels for the three kinds of pair, the two places where candidates are, and from where it may decide.

    `same_from` is the chance from which the likeliest is taken, `new_below` the chance that anybody is meant below
    which nobody is. `had` says how often the person's own record agrees in what the keys are made of.
    """

    same: Table
    kin: Table
    strangers: Table
    index: Where
    backlog: Where
    same_from: float
    new_below: float
    had: Mapping[str, float]

    def record(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "same": self.same,
            "kin": self.kin,
            "strangers": self.strangers,
            "index": [self.index.size, self.index.present, self.index.kin],
            "backlog": [self.backlog.size, self.backlog.present, self.backlog.kin],
            "same_from": self.same_from,
            "new_below": self.new_below,
            "had": dict(self.had),
        }

    @classmethod
    def from_record(cls, told: Mapping[str, Any]) -> Self:
        """The inverse of `record`."""
        names = ("same", "kin", "strangers", "same_from", "new_below", "had")
        given: dict[str, Any] = {name: told[name] for name in names}
        for name in ("index", "backlog"):
            size, present, kin = told[name]
            given[name] = Where(size=size, present=present, kin=kin)
        return cls(**given)

    def bits(self, pair: Pair) -> dict[str, float]:
        """For each field, how many powers of two likelier its level is for one person than for two strangers."""
        rare = dict(zip(RARE, pair.rare, strict=True))
        found = {}
        for name, level in zip(FIELDS, pair.levels, strict=True):
            if level:
                agrees = rare[name] if level in RARE.get(name, ()) else 0.0
                against = math.log2(self.strangers[name][level])
                found[name] = math.log2(max(_LEAST, self.same[name][level])) - against + agrees
        return found


def start(index: int, backlog: int) -> Model:
    """The model before anything is learnt, for places of so many records."""
    return Model(
        same=_copy(SAME_PERSON),
        kin=_copy(KIN),
        strangers=_copy(STRANGERS),
        index=Where(size=index, present=0.5, kin=0.5),
        backlog=Where(size=backlog, present=0.02, kin=0.05),
        same_from=0.999,
        new_below=0.005,
        had={"given": 0.93, "last": 0.85, "guardian": 0.7, "place": 0.6, "mobile": 0.5},
    )


class Odds:
    """Weighs pairs by a model; makes its tables once."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._same, self._kin = _logs(model.same), _logs(model.kin)
        self._strangers = _logs(model.strangers)
        self._known: dict[Levels, tuple[float, float]] = {}

    def ratios(self, pair: Pair) -> tuple[float, float]:
        """How much likelier than for two strangers a pair is for one person, and for kin, in bits."""
        known = self._known.get(pair.levels)
        if known is None:
            known = self._known[pair.levels] = self._of(pair.levels)
        rest, guardian, place = pair.rare[1:]
        kin = rest + guardian + place
        return known[0] + pair.rare[0] + kin, known[1] + kin

    def _of(self, levels: Levels) -> tuple[float, float]:
        same = kin = 0.0
        for name, level in zip(FIELDS, levels, strict=True):
            if not level:
                continue
            against = self._strangers[name][level]
            same += self._same[name][level] - against
            if name in self._kin:
                kin += self._kin[name][level] - against
            elif name == "given" and level in RARE["given"]:
                kin += _NAMESAKE
        return same, kin

    def odds(self, pair: Pair, where: Where) -> float:
        """How much likelier it is that this record is the person's than that it is a stranger's or a relative's, times
        the share of slips whose person is this one record.
        """
        same, kin = self.ratios(pair)
        relative = where.kin / max(1, where.size)
        against = (1 - relative) + relative * _power(kin)
        return where.present / max(1, where.size) * _power(same) / against

    def relative(self, pair: Pair, where: Where) -> float:
        """The chance that a record that is not the person's is a relative's."""
        _, kin = self.ratios(pair)
        share = where.kin / max(1, where.size)
        likely = share * _power(kin)
        return likely / (1 - share + likely)


def unfound(model: Model, told: Mapping[str, bool], cut: Sequence[str] = ()) -> float:
    """The chance that a person who is in the index is not among the candidates, by what the slip tells.

    `told`: which of given, last, guardian, place and mobile it tells. `cut` names keys of which only the first records
    were looked at (see `person.SEEKS`).
    """
    hit = {name: share if told.get(name) else 0.0 for name, share in model.had.items()}
    given = 0.0
    if hit["given"]:
        others = [hit[name] for name in ("guardian", "place", "last") if f"given and {name}" not in cut]
        given = hit["given"] * (1.0 if "given" not in cut else 1 - math.prod(1 - each for each in others))
    family = 0.0 if "guardian and place" in cut else hit["guardian"] * hit["place"]
    return (1 - hit["mobile"]) * (1 - given) * (1 - family)


def _power(bits: float) -> float:
    return math.pow(2.0, min(bits, 200.0))


def _copy(table: Mapping[str, Mapping[str, float]]) -> Table:
    return {name: dict(levels) for name, levels in table.items()}


def _logs(table: Mapping[str, Mapping[str, float]]) -> Table:
    return {
        name: {level: math.log2(max(_LEAST, shares.get(level, 0.0))) for level in LEVELS[name] if level}
        for name, shares in table.items()
    }
