"""Five minutes a month, one counter by rota: which months had a practice, which were missed, and whose turn it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

SHOWN = 12  # months


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """One practice that counts: a drill, one on paper, or a real outage in which slips were issued."""

    day: date
    counters: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month by its first day. `missed`: it is over, and nobody practised in it."""

    first: date
    practices: tuple[Practised, ...]
    missed: bool


def this_month(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def months(since: date, today: date, practices: Iterable[Practised], *, most: int = SHOWN) -> list[Month]:
    """The last months up to this one, the newest first; none before the month of `since`, when all was set up.

    The first month is missed by nobody: there was no time to practise in.
    """
    known = list(practices)
    found: list[Month] = []
    first = this_month(today)
    while len(found) < most and first >= this_month(since):
        mine = tuple(each for each in known if this_month(each.day) == first)
        over = this_month(since) < first < this_month(today)
        found.append(Month(first=first, practices=mine, missed=over and not mine))
        first = _before(first)
    return found


def turn(rota: Sequence[str], practices: Iterable[Practised]) -> str:
    """Whose turn it is: the counter of the rota that practised longest ago, or never; "" without a rota."""
    last: dict[str, date] = {}
    for each in practices:
        for counter in each.counters:
            name = _plain(counter)
            last[name] = max(each.day, last.get(name, date.min))
    return min(rota, key=lambda counter: last.get(_plain(counter), date.min), default="")


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


def _before(first: date) -> date:
    return date(first.year - 1, 12, 1) if first.month == 1 else first.replace(month=first.month - 1)
