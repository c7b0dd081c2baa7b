"""What the paper alone says of desks whose journal is lost."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from fallback.ledger import queries
from fallback.ledger.queries import Database
from fallback.ledger.queries.shift_ends import paper_desks
from fallback.reconcile import knows_voids
from fallback.recovery.account import account_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOnly:
    """A desk (series) of which slips are known by their paper alone.

    `slips` and `voids` count those, `gaps` the numbers below the last one of which nothing is here. `ended` are the
    ordinals of the shifts whose end is known, `missing` those before the last of them that are not.
    """

    series: int
    slips: int
    voids: int
    gaps: int
    voids_known: bool
    ended: tuple[int, ...]
    missing: tuple[int, ...]

    def record(self) -> dict[str, Any]:
        """The figures as JSON values."""
        return asdict(self)


def paper_only(db: Database) -> list[PaperOnly]:
    """What the paper alone says of each desk of which slips are known by their paper alone."""
    gaps = Counter(gap.number.series for gap in account_of(db, "").gaps)
    voids = Counter(row.slip.number.series for row in queries.slips(db) if row.voided and not row.journalled)
    return [
        PaperOnly(
            series=desk.series,
            slips=desk.slips,
            voids=voids[desk.series],
            gaps=gaps[desk.series],
            voids_known=knows_voids(desk.ended, desk.last, desk.highest),
            ended=tuple(sorted(desk.ended)),
            missing=tuple(desk.missing),
        )
        for desk in paper_desks(db)
    ]
