"""The day in pictures: what was issued when, by which desk, for which clinic, who waits, and the money."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from fallback.ledger import queries
from fallback.ledger.queries import money, queue, today as days
from fallback.money import ModeSum
from fallback.web import charts
from fallback.web.access import overseer
from fallback.web.charts import Value
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.opd import day_asked
from fallback.web.place import _, db, here, today
from fallback.web.words import named

EVERY = 30  # seconds until the page asks again
MOST = 100  # clinics, or desks, with a bar of their own
_LEAST = 16  # quarters of an hour that the picture of a young day has


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A day in figures and in charts. `waiting` are those whom no room has called yet."""

    day: date
    at: datetime
    issued: int
    void: int
    waiting: int
    alike: int
    overbooked: int
    modes: tuple[ModeSum, ...]
    quarters: list[Value]
    clinics: list[Value]
    desks: list[Value]

    @property
    def by_quarter(self) -> charts.Chart:
        """Slips per quarter of an hour."""
        return charts.columns(self.quarters, named_every=4)

    @property
    def by_clinic(self) -> charts.Chart:
        """Slips by clinic; those that wait are hatched."""
        return charts.bars(self.clinics)

    @property
    def by_desk(self) -> charts.Chart:
        """Slips by desk; the void ones are hatched."""
        return charts.bars(self.desks)


def picture(day: date, *, most: int = MOST) -> Picture:
    """The picture of a day; clinics and desks beyond so many are drawn as one."""
    iso, hospital = day.isoformat(), here().hospital
    by_clinic, by_desk = days.counts(db(), iso, by="clinic"), days.counts(db(), iso, by="series")
    waits = {clinic: count.waiting for clinic, count in queue.counts(db(), day).items()}
    desks = {each.series: each.name for each in queries.desks(db())}
    pace = days.pace(db(), iso)
    clinics = []
    for each in by_clinic:
        clinic = hospital.clinic(each.of)
        clinics.append(
            Value(name=named(clinic) if clinic else _("not known"), value=each.issued, part=waits.get(each.of, 0))
        )
    return Picture(
        day=day,
        at=here().clock(),
        issued=sum(each.issued for each in by_clinic),
        void=sum(each.voided for each in by_clinic),
        waiting=sum(waits.values()),
        alike=sum(each.alike for each in pace),
        overbooked=sum(each.overbooked for each in pace),
        modes=money.day_modes(db(), iso),
        quarters=_quarters({each.of: each.issued for each in pace}),
        clinics=_within(clinics, most),
        desks=_within(
            [Value(name=desks.get(each.of, str(each.of)), value=each.issued, part=each.voided) for each in by_desk],
            most,
        ),
    )


def _within(values: list[Value], most: int) -> list[Value]:
    shown, rest = values[:most], values[most:]
    if not rest:
        return shown
    name = _("{count} more").format(count=len(rest))
    whole = Value(name=name, value=sum(each.value for each in rest), part=sum(each.part for each in rest))
    return [*shown, whole]


def _quarters(issued: dict[int, int]) -> list[Value]:
    """Whole hours, from the first slip's to the last one's, four hours at least."""
    if not issued:
        return []
    first = min(issued) // 4 * 4
    last = max(max(issued) // 4 * 4 + 4, min(first + _LEAST, 96))
    return [
        Value(name=f"{quarter // 4:02d}:{quarter % 4 * 15:02d}", value=issued.get(quarter, 0))
        for quarter in range(min(first, last - _LEAST), last)
    ]


@blueprint.get("/supervisor/day")
@overseer
def day_picture() -> ResponseReturnValue:
    """The picture of today, or of the day that is asked for; today's asks again by itself. Raises FieldWrong."""
    day = day_asked()
    return render_template("frontdesk/day.html", picture=picture(day), live=day == today(), every=EVERY)
