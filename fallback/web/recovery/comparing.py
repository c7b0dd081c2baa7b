"""A slip and the people beside it as lines of one table, in the language of this request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fallback.language import format_date
from fallback.language.labels import label
from fallback.ledger.queries.matches import Matched
from fallback.person import Person
from fallback.recovery.beside import Candidate
from fallback.recovery.compared import Piece
from fallback.recovery.reviews import Review
from fallback.slip import SlipNumber
from fallback.web.place import _, language

_FIRST = "s"  # the key of the likeliest, besides its digit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One of those who stand beside a slip. `keys` are the keys that take them, `shown` the one to print.

    Of each reason: its words, and whether it speaks for them. The matcher's own chance is not told before a person said
    who it is: else the sample of its sure words would be known at a glance, and agreed with.
    """

    key: str
    keys: str
    shown: str
    sex: str
    sex_differs: bool
    age: str
    age_differs: bool
    pieces: dict[str, tuple[Piece, ...]]
    number: SlipNumber | None
    day: str
    refused: bool
    reasons: Sequence[tuple[str, bool]]


def compared(review: Review) -> list[Line]:
    """Everybody who stands beside the slip, likeliest first."""
    day = review.row.slip.visit_day
    return [_line(place, each, review, day) for place, each in enumerate(review.standing.people, 1)]


def _line(place: int, each: Candidate, review: Review, day: date | None) -> Line:
    asked = review.standing.asked
    bits = {reason.field: reason.bits for reason in each.weight.reasons}
    return Line(
        key=each.key,
        keys=f"{_FIRST} {place}" if place == 1 else str(place),
        shown=_FIRST.upper() if place == 1 else str(place),
        sex=label(each.person.sex, language()),
        sex_differs=bits.get("sex", 0) < 0,
        age=age_of(each.person, day),
        age_differs=bool(each.person.birth and asked.birth) and bits.get("birth", 0) < 3,
        pieces=dict(each.pieces),
        number=each.slip.number if each.slip else None,
        day=each.day,
        refused=each.refused,
        reasons=[(_(reason.says), reason.bits >= 0) for reason in each.weight.reasons],
    )


def age_of(person: Person, on: date | None) -> str:
    """The age on a day, and the date of birth where it is known."""
    if not person.birth or on is None:
        return ""
    if len(person.birth) == 4:
        return str(on.year - person.year)
    born = date.fromisoformat(person.birth)
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    return f"{years} · {format_date(born)}"


def percent(chance: float | None) -> str:
    """A chance as people read it; never 100 %, which nobody knows."""
    if chance is None:
        return ""
    if chance > 0.99:
        return f"{min(chance, 0.9999) * 100:.2f} %"
    return "< 1 %" if chance < 0.01 else f"{chance * 100:.0f} %"


def reasons_of(said: Matched | None) -> list[tuple[str, bool]]:
    """The matcher's reasons in words, and whether each speaks for whom it named; what is the same may weigh 0."""
    if said is None:
        return []
    return [(_(says), bits >= 0) for _field, says, bits in said.reasons]
