"""What recovery asks of shifts whose end is known, by the journal or by the signed sheets that came back."""

from dataclasses import dataclass, field

from sqlite_utils import Database

from fallback.downtime import shift_ordinal


@dataclass(slots=True)
class PaperDesk:
    """A desk (series) of which slips are known by their paper alone, `highest` the last of them.

    `ended` are the ordinals of its shifts that the journal closed, or of whose sheets every page was read; `missing`
    those below the last known one of which neither is there. `last` is the highest serial that its sheets name.
    """

    series: int
    slips: int
    highest: int
    ended: set[int] = field(default_factory=set)
    last: int = 0

    @property
    def missing(self) -> list[int]:
        """The ordinals of shifts that must have been, and of whose end nothing is known."""
        return sorted(set(range(1, max(self.ended, default=0) + 1)) - self.ended)


def paper_desks(db: Database) -> list[PaperDesk]:
    """Every desk of which slips are known by their paper alone, by series. Blanks and what a thief signed are none."""
    rows = db.execute(
        "SELECT series, count(*), max(serial) FROM slip WHERE journalled = 0 AND strange = 0 AND kind <> 'pad' "
        "GROUP BY series"
    )
    found = {row[0]: PaperDesk(series=row[0], slips=row[1], highest=row[2]) for row in rows}
    if not found:
        return []
    for key, series in db.execute("SELECT key, series FROM shift WHERE closed IS NOT NULL"):
        if series in found:
            found[series].ended.add(shift_ordinal(key))
    pages = db.execute(
        """SELECT record ->> '$.series' AS series, record ->> '$.ordinal' AS ordinal,
            count(DISTINCT record ->> '$.page') = max(record ->> '$.pages'), max(record ->> '$.last')
        FROM statement WHERE type = 'shift' GROUP BY series, ordinal"""
    )
    for series, ordinal, whole, last in pages:
        if series in found and whole:
            found[series].ended.add(ordinal)
            found[series].last = max(found[series].last, last)
    return [found[series] for series in sorted(found)]
