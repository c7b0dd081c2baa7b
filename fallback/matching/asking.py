"""The question that decides between those who may be meant, for the patient who still stands at the counter."""

import math
from collections.abc import Sequence

from fallback.matching.weighing import Weight
from fallback.person import Person, places_of, words_of

# How often a patient at the counter can answer, and is asked first for what is known by heart.
_ANSWERED = {"guardian": 0.95, "locality": 0.9, "mobile": 0.6, "birth": 0.4, "uhid": 0.3}
_SURE = 20.0  # bits from which the likeliest is likelier than a stranger; up to there, either may be
_WORTH_ASKING = 0.15  # bits


def question(asked: Person, candidates: Sequence[tuple[Person, Weight]]) -> str | None:
    """The field of `Person` whose answer separates the candidates, and a stranger, best; None when none is worth it.

    A mobile may be asked for although one is known: an older one.
    """
    if not candidates:
        return None
    values = [min(each.value, 2 * _SURE) for _, each in candidates]
    chances = [2.0**each for each in (*values, min(_SURE, max(values)))]  # the last: somebody who was never here
    total = sum(chances)
    chances = [each / total for each in chances]
    gains = {
        field: share * _gain(chances, [_answer_of(field, each) for each, _ in candidates])
        for field, share in _ANSWERED.items()
        if not _told(asked, field, candidates)
    }
    best = max(gains, key=lambda field: gains[field], default=None)
    return best if best is not None and gains[best] >= _WORTH_ASKING else None


def _told(asked: Person, field: str, candidates: Sequence[tuple[Person, Weight]]) -> bool:
    """Whether the answer is known already; an older mobile is asked for while the one of today is nobody's."""
    match field:
        case "mobile":
            return any(len(each) == 4 for each in asked.mobiles) or any(
                reason.field == "mobile" and reason.bits > 0 for _, each in candidates for reason in each.reasons
            )
        case "birth":
            return len(asked.birth) > 4
    return bool(getattr(asked, field))


def _answer_of(field: str, person: Person) -> str:
    """What a candidate would answer, as far as answers are told apart; "" when the record does not know."""
    match field:
        case "guardian":
            return next((each.key for each in words_of(person.guardian)), "")
        case "locality":
            return next(iter(places_of(person.locality)), "")
        case "birth":
            return person.birth if len(person.birth) > 4 else ""
        case "mobile":
            return person.mobiles[0][-4:] if person.mobiles else ""
        case _:
            return person.uhid


def _gain(chances: Sequence[float], answers: Sequence[str]) -> float:
    """The bits that an answer brings: how much less there is to doubt, on average over what may be answered."""
    options = sorted(set(answers) - {""})
    if not options:
        return 0.0
    count = len(options) + 1  # the last: none of these
    told = [*answers, "another"]

    def likelihood(own: str, said: str | None) -> float:
        if own == "":
            return 1 / count
        return 0.9 if (said if said is not None else "another") == own else 0.1 / (count - 1)

    after = 0.0
    for said in (*options, None):
        joint = [chance * likelihood(own, said) for chance, own in zip(chances, told, strict=True)]
        mass = sum(joint)
        after += mass * _doubt([each / mass for each in joint]) if mass else 0.0
    return max(0.0, _doubt(chances) - after)


def _doubt(chances: Sequence[float]) -> float:
    return -sum(each * math.log2(each) for each in chances if each > 0)
