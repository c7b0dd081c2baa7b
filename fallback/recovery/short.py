"""The short closing: an outage of some hours, up to 500 slips, straight from the journal, by those who wrote them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from fallback.errors import ShortTooMany
from fallback.ledger import Ledger, queries
from fallback.ledger.queries import Database, SlipRow, stages as asked
from fallback.ledger.queries.stages import Filter, StageRow, Standing
from fallback.recovery.stages import Choice, approve
from fallback.slip import INDIA

MOST = 500  # slips that one screen, and the same clerks on the same day, can answer for
_OVER = ("confirmed", "void", "on_return")
_EYES = ("read", "matched", "held", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A slip of the outage: where it stands, and the slip itself."""

    stands: StageRow
    row: SlipRow

    @property
    def needs_eyes(self) -> bool:
        """Whether it waits for a person: it is held, was refused, or nobody knows yet who the patient is."""
        return self.stands.stage in _EYES


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """The slips of the last outage: those that need a person first, then what is to go, then what is there.

    `count` are all that are not over yet; with more than MOST of them `lines` is empty. `open_desks` are the desks
    whose shift is open: slips may still come.
    """

    days: frozenset[str]
    count: int
    counts: Mapping[str, int]
    lines: tuple[Line, ...]
    open_desks: tuple[str, ...]

    @property
    def too_many(self) -> bool:
        """Whether this is no short outage."""
        return self.count > MOST

    @property
    def eyes(self) -> int:
        """How many need a person."""
        return sum(self.counts.get(each, 0) for each in _EYES)

    @property
    def to_go(self) -> int:
        """How many are approved, or on their way."""
        return self.counts.get("approved", 0) + self.counts.get("sending", 0)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return not self.count


def short(
    db: Database, where: Standing, today: date, counted: Callable[[Filter], Mapping[str, int]] | None = None
) -> Short:
    """The slips of the last outage, as they stand with a target; `counted` is whoever keeps the counts of a filter."""
    days = days_of(db, today)
    which = Filter(days=days)
    counts: Counter[str] = Counter(counted(which) if counted else asked.counts(db, where, which).total)
    count = sum(each for stage, each in counts.items() if stage not in _OVER)
    desks = {each.series: each.name for each in queries.desks(db)}
    lines = []
    if count <= MOST:
        for stands in asked.rows(db, where, Filter(days=days), most=2 * MOST):
            row = queries.slip(db, stands.number)
            if row is not None:
                lines.append(Line(stands=stands, row=row))
    lines.sort(key=lambda line: (not line.needs_eyes, line.stands.stage in _OVER))
    return Short(
        days=days,
        count=count,
        counts=counts,
        lines=tuple(lines),
        open_desks=tuple(desks.get(each.series, "?") for each in queries.shifts(db) if each.closed is None),
    )


def days_of(db: Database, today: date) -> frozenset[str]:
    """The days (ISO) of the last outage and after it, of which there are slips; today's where there was none."""
    outages = queries.downtimes(db)
    began = outages[-1].started.astimezone(INDIA).date() if outages else today
    return frozenset(each for each in asked.days(db) if each >= began.isoformat()) or frozenset({today.isoformat()})


def approve_short(ledger: Ledger, where: Standing, today: date, *, by: str) -> int:
    """Lets all slips of the last outage go that are ready; nothing that is held. Raises ShortTooMany."""
    found = short(ledger.db(), where, today)
    if found.too_many:
        raise ShortTooMany(count=found.count, most=MOST)
    return approve(ledger, where.target, Choice(days=found.days, stages=frozenset({"ready"})), by=by)
