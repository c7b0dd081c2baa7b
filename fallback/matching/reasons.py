"""Why two records are one person's, or not, in sentences for whoever checks it."""

from fallback.errors import Sentence
from fallback.matching.levels import DATE, ENDS, EXACT, FAR, FIELDS, LACKING, PARTLY, SOUNDS, Pair
from fallback.matching.model import Model
from fallback.matching.weighing import ALIKE, ANOTHER, INITIAL, SAME, SWAPPED, Reason

_SAYS: dict[str, dict[str, Sentence]] = {
    "given": {
        EXACT: Sentence("same given name"),
        SAME: Sentence("name sounds alike"),
        SOUNDS: Sentence("name sounds alike, spelt otherwise"),
        ALIKE: Sentence("name spelt nearly alike"),
        SWAPPED: Sentence("same words in the name"),
        INITIAL: Sentence("same initial"),
        ANOTHER: Sentence("another given name"),
    },
    "rest": {
        SAME: Sentence("same surname"),
        PARTLY: Sentence("surname partly the same"),
        LACKING: Sentence("surname told only once"),
        ANOTHER: Sentence("another surname"),
    },
    "sex": {SAME: Sentence("same sex"), ANOTHER: Sentence("another sex")},
    "birth": {
        DATE: Sentence("same date of birth"),
        SWAPPED: Sentence("day and month of birth swapped"),
        "0": Sentence("same age"),
        "1": Sentence("age differs by one year"),
        "2": Sentence("age differs by {years} years", years=2),
        "5": Sentence("age differs by up to {years} years", years=5),
        "10": Sentence("age differs by up to {years} years", years=10),
        FAR: Sentence("age differs by more than {years} years", years=10),
    },
    "mobile": {
        SAME: Sentence("same mobile"),
        ENDS: Sentence("mobile ends alike"),
        ANOTHER: Sentence("another mobile"),
    },
    "guardian": {
        EXACT: Sentence("same guardian"),
        SAME: Sentence("guardian sounds alike"),
        SOUNDS: Sentence("guardian sounds alike, spelt otherwise"),
        ALIKE: Sentence("guardian spelt nearly alike"),
        PARTLY: Sentence("guardian partly the same"),
        ANOTHER: Sentence("another guardian"),
    },
    "place": {
        SAME: Sentence("same place"),
        PARTLY: Sentence("place partly the same"),
        ANOTHER: Sentence("another address"),
    },
    "house": {SAME: Sentence("same house number"), ANOTHER: Sentence("another house number")},
    "abha": {SAME: Sentence("same ABHA number"), ANOTHER: Sentence("another ABHA number")},
}


def reasons_of(pair: Pair, model: Model) -> tuple[Reason, ...]:
    """What speaks for and against two records being one person's, field by field, in the model's bits."""
    bits = model.bits(pair)
    return tuple(
        Reason(name, _SAYS[name][level], round(bits[name], 1))
        for name, level in zip(FIELDS, pair.levels, strict=True)
        if level
    )
