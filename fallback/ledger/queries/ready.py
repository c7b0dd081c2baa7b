"""Read-only questions about being ready: sheets left at a desk, blank slips that lie out, the last monthly checks."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import Event, events


@dataclass(frozen=True, slots=True)
class Sheets:
    """The paper of a desk: how many sheets were told, and how many slips and cards were printed since."""

    told: int
    slips: int
    cards: int


def sheets(db: Database, series: int) -> Sheets | None:
    """The paper that lies at a desk; None while nobody told how much."""
    row = db.execute("SELECT told, stamp FROM sheets WHERE series = ?", (series,)).fetchone()
    if row is None:
        return None
    used = db.execute(  # no further than to the last sheet: every page asks, and somebody may never tell again
        "SELECT count(*), coalesce(sum(card), 0) FROM (SELECT print.card AS card FROM sheet_used AS used "
        "LEFT JOIN print ON print.digest = used.digest AND print.reprint = used.reprint "
        "WHERE used.series = ? AND used.stamp > ? ORDER BY used.stamp LIMIT ?)",
        (series, row[1], row[0]),
    ).fetchone()
    return Sheets(row[0], *used)


def saves_paper(db: Database, series: int) -> bool:
    """Whether a desk prints on less paper, until somebody says otherwise."""
    row = db.execute("SELECT saves FROM economy WHERE series = ?", (series,)).fetchone()
    return bool(row and row[0])


def blanks(db: Database) -> dict[str, int]:
    """How many numbered blank slips still lie at each place that they were issued to; the places as they were typed."""
    rows = db.execute(
        "SELECT pad.issued_to, count(*) FROM pad LEFT JOIN slip USING (number) "
        "LEFT JOIN spent USING (number) WHERE coalesce(slip.kind, 'pad') = 'pad' AND coalesce(slip.voided, 0) = 0 "
        "AND coalesce(spent.outcome, '') = '' GROUP BY 1"
    )
    return {str(place): int(count) for place, count in rows}


def busiest_day(db: Database) -> int:
    """The most slips that one day ever brought."""
    row = db.execute("SELECT max(issued) FROM (SELECT sum(issued) AS issued FROM pace GROUP BY day)").fetchone()
    return int(row[0] or 0)


def last_checks(db: Database) -> dict[str, Event]:
    """The last monthly check of each computer, by its name."""
    found = sorted(events(db, FactKind.SELF_CHECKED), key=lambda event: (event.content["computer"], event.at))
    return {
        computer: list(group)[-1]
        for computer, group in groupby(found, key=lambda event: str(event.content["computer"]))
    }


def last_kit(db: Database) -> Event | None:
    """The stick that was made last of this journal, None where none was."""
    return max(events(db, FactKind.KIT_BUILT), key=lambda event: event.at, default=None)


def index_loaded(db: Database, index: str) -> datetime | None:
    """When a patient index was loaded, by its id, on whatever computer of this journal; "" for the newest of all."""
    found = events(db, FactKind.INDEX_LOADED)
    return max((event.at for event in found if index in ("", event.content["index"])), default=None)
