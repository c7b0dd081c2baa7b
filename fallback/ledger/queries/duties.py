"""What an outage asked of its people, and what of it was done: each a count of facts that were written anyway."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from fallback.downtime import Downtime
from fallback.hospital import Hospital
from fallback.ledger.chains import Head
from fallback.ledger.queries.outcomes import evidence
from fallback.ledger.queries.pages import open_pages
from fallback.ledger.queries.papers import shift_copies
from fallback.slip import INDIA

LONGEST_SHIFT = timedelta(hours=12)  # an open shift that is older was forgotten
FRESH = timedelta(minutes=5)  # so old a second copy is still up to date
FIRST = timedelta(hours=1)
_BEGUN = "CAST(substr(shift.begun, 1, 12) AS INTEGER) - 1"

Count = tuple[int, int]  # done, due


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What all outages are measured by: the slips of whose visit somebody, or some paper, says what became of it, and
    the hours in India (like 2026-11-23T11) in which a supervisor wrote anything at all.
    """

    visits: frozenset[str]
    hours: frozenset[str]


def all_known(db: Database) -> Known:
    """One pass over what was read, and one over the journal: for all outages together, it takes seconds."""
    closed = {number for (number,) in db.execute("SELECT number FROM outcome_closed")}
    theirs = db.execute(
        "SELECT DISTINCT substr(text ->> '$.local', 1, 13) FROM line "
        "WHERE text ->> '$.by' IN (SELECT login FROM user WHERE role = 'supervisor')"
    )
    return Known(visits=frozenset(closed | evidence(db).keys()), hours=frozenset(hour for (hour,) in theirs))


def duties(db: Database, downtime: Downtime, hospital: Hospital, now: datetime, known: Known) -> dict[str, Count]:
    """How often each duty was done and due in a downtime, up to its end or `now`."""
    end = downtime.ended or now
    window = (downtime.started.isoformat(), end.isoformat())
    first, last = (moment.astimezone(INDIA).date().isoformat() for moment in (downtime.started, end))
    lasted = end - downtime.started
    shifts = _shifts(db, window, now)
    return {
        "clock": _clock(db, window),
        "counted": shifts["counted"],
        "closed": shifts["closed"],
        "paper": _count(db, "SELECT sum(open = 0), count(*) FROM print WHERE at >= ? AND at < ?", window),
        "followed": shifts["followed"],
        "swapped": _swapped(shifts["carried"][0], int(lasted / timedelta(hours=hospital.swap_hours))),
        "pads": _pads(db, window, last),
        "round": _round(db, (first, last), len(hospital.wards) if lasted >= FIRST else 0),
        "hourly": _hourly(db, (first, last), known.hours),
        "seen": _seen(db, (first, last), known.visits),
        "pages": _pages(db),
        "account": _account(db, downtime),
    }


def _count(db: Database, asked: str, values: tuple[str, ...]) -> Count:
    done, due = db.execute(asked, values).fetchone()
    return int(done or 0), int(due or 0)


def _clock(db: Database, window: tuple[str, str]) -> Count:
    """The clock is told on the line before the shift's own; who takes a desk over is not asked."""
    return _count(
        db,
        f"""SELECT sum(EXISTS (SELECT 1 FROM event WHERE fact = 'clock_told'
                AND key = printf('%012d %s', {_BEGUN}, substr(shift.begun, 14)))), count(*)
        FROM shift WHERE opened >= ? AND opened < ? AND begun <> '' AND NOT EXISTS (
            SELECT 1 FROM shift AS earlier WHERE earlier.handed_to <> ''
            AND earlier.end_chain = substr(shift.begun, 14) AND earlier.end_sequence = {_BEGUN})""",
        window,
    )


def _shifts(db: Database, window: tuple[str, str], now: datetime) -> dict[str, Count]:
    rows = db.execute(
        "SELECT opened, closed, counted_cash, counted_notes, end_chain, end_sequence, end_hash FROM shift "
        "WHERE opened >= ? AND opened < ?",
        window,
    ).fetchall()
    ended = [row for row in rows if row[1] is not None]
    due = len(ended) + sum(datetime.fromisoformat(row[0]) + LONGEST_SHIFT < now for row in rows if row[1] is None)
    copies = [(row[1], shift_copies(db, Head(chain=row[4], sequence=row[5], hash=row[6]))) for row in ended]
    fresh = sum(
        any(each.at and datetime.fromisoformat(closed) - each.at <= FRESH for each in found)
        for closed, (found, _) in copies
    )
    counted = sum(row[3] != "{}" or row[2] == 0 for row in ended)
    carried = sum(bool(carrier) for _, (_, carrier) in copies)
    size = len(ended)
    return {
        "closed": (size, due),
        "counted": (counted, size),
        "followed": (fresh, size),
        "carried": (carried, size),
    }


def _swapped(carried: int, due: int) -> Count:
    return min(carried, due), due


def _pads(db: Database, window: tuple[str, str], last: str) -> Count:
    """Of the desks that worked, those with a pad of their own numbers, or one that was given out to them by name."""
    return _count(
        db,
        """SELECT sum(EXISTS (SELECT 1 FROM pad WHERE pad.day <= ?3
                AND (pad.series = used.series OR lower(pad.issued_to) = lower(used.name)))), count(*)
        FROM (SELECT DISTINCT shift.series AS series, coalesce(desk.name, '') AS name
            FROM shift LEFT JOIN desk USING (series) WHERE shift.opened >= ?1 AND shift.opened < ?2) AS used""",
        (*window, last),
    )


def _round(db: Database, days: tuple[str, str], wards: int) -> Count:
    row = db.execute(
        "SELECT count(DISTINCT stay.first_ward) FROM stay JOIN slip USING (number) WHERE slip.day BETWEEN ? AND ?", days
    ).fetchone()
    return min(int(row[0]), wards), wards


def _hourly(db: Database, days: tuple[str, str], theirs: frozenset[str]) -> Count:
    """The hours in which slips were issued, and those of them in which a supervisor wrote anything at all."""
    hours = {
        f"{day}T{hour:02d}"
        for day, hour in db.execute("SELECT DISTINCT day, quarter / 4 FROM pace WHERE day BETWEEN ? AND ?", days)
    }
    return len(hours & theirs), len(hours)


def _seen(db: Database, days: tuple[str, str], known: frozenset[str]) -> Count:
    visits = {
        number
        for (number,) in db.execute(
            "SELECT number FROM slip WHERE day BETWEEN ? AND ? AND voided = 0 AND kind IN ('opd', 'casualty')", days
        )
    }
    return len(visits & known), len(visits)


def _pages(db: Database) -> Count:
    row = db.execute("SELECT count(*) FROM page").fetchone()
    return int(row[0]) - open_pages(db), int(row[0])


def _account(db: Database, downtime: Downtime) -> Count:
    if downtime.ended is None:
        return 0, 0
    asked = "SELECT 1 FROM account_end WHERE closed = 1 AND at >= ?"
    return int(db.execute(asked, (downtime.ended.isoformat(),)).fetchone() is not None), 1
