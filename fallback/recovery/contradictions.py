"""What contradicts itself and waits for a person: cards used twice, two contents, revoked keys, services done twice."""

from dataclasses import dataclass
from typing import Any

from fallback.ledger.queries import Database, doubts, services
from fallback.ledger.queries.cards import Revocation, Use, revoked, used_twice
from fallback.slip import SlipNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradictions:
    """`cards` are the uses of each card that was used twice; `numbers` have versions of which nobody has chosen one.

    `revoked` are the desks and cards whose key is in strange hands, by their series; `twice` is what counters that
    could not see each other both did for one slip.
    """

    cards: tuple[tuple[Use, ...], ...]
    numbers: tuple[SlipNumber, ...]
    revoked: tuple[Revocation, ...]
    twice: tuple[services.Twice, ...] = ()

    def record(self) -> dict[str, Any]:
        """They as JSON values."""
        return {
            "cards": [
                {
                    "series": uses[0].series,
                    "uses": [{"name": use.name, "chain": use.chain, "machine": use.machine} for use in uses],
                }
                for uses in self.cards
            ],
            "numbers": [number.text for number in self.numbers],
            "revoked": [{"series": each.series, "reason": each.reason} for each in self.revoked],
            "twice": [
                {"number": each.number.text, "counter": each.counter, "what": each.what, "by": list(each.logins)}
                for each in self.twice
            ],
        }


def contradictions(db: Database) -> Contradictions:
    """Everything that contradicts itself now."""
    return Contradictions(
        cards=tuple(used_twice(db)),
        numbers=tuple(doubts.conflicts(db)),
        revoked=tuple(revoked(db).values()),
        twice=tuple(services.twice(db)),
    )
