"""Read-only questions about prints: what waits for a printer, what was handed over, and what is over.

A print is asked about while it is the newest one of the newest version of its slip: what came after it took its place.
Only this installation's own slips are in question. Those of a merged or restored chain may have been printed where they
were issued, and a second original is worse than a reprint.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlite_utils import Database

from fallback.slip import SlipNumber


class PrintState(StrEnum):
    """WAITING may be handed over; of what is HANDED a person or a spooler says the rest: DONE, or LOST (no paper)."""

    WAITING = "waiting"
    HANDED = "handed"
    DONE = "done"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintRow:
    """A print: the first of a version (`digest`, hex; `reprint` 0), or the how-many-th reprint of its number.

    `series` is the desk that asked, `by` whose login, `asked` when. `wanted` is the printer that a reprint was asked
    for. `printer`, `job`, `reason` and `since` are what was told last: "" and `asked` while nothing was.
    """

    number: SlipNumber
    digest: str
    reprint: int
    state: PrintState
    series: int
    wanted: str
    card: bool
    by: str
    asked: datetime
    printer: str
    job: str
    reason: str
    since: datetime

    @property
    def key(self) -> str:
        """What tells this print from every other of its number."""
        return f"{self.digest[:16]}-{self.reprint}"


_FOUND = (
    "print JOIN slip ON slip.number = print.number AND slip.head = print.digest "
    "JOIN chain ON chain.id = print.chain AND chain.own = 1 "
    "WHERE NOT EXISTS "
    "(SELECT 1 FROM print AS later WHERE later.digest = print.digest AND later.reprint > print.reprint) "
)
_COLUMNS = (
    "print.number, print.digest, reprint, state, print.series, wanted, card, login, at, printer, job, reason, since"
)
_PRINT = f"SELECT {_COLUMNS} FROM {_FOUND}"


def _row(row: tuple[Any, ...]) -> PrintRow:
    asked = datetime.fromisoformat(row[8])
    return PrintRow(
        number=SlipNumber.parse(row[0]),
        digest=row[1],
        reprint=row[2],
        state=PrintState(row[3]),
        series=row[4],
        wanted=row[5],
        card=bool(row[6]),
        by=row[7],
        asked=asked,
        printer=row[9],
        job=row[10],
        reason=row[11],
        since=datetime.fromisoformat(row[12]) if row[12] else asked,
    )


def print_of(db: Database, number: SlipNumber) -> PrintRow | None:
    """The newest print of a slip's newest version; None where nothing is known of it: it counts as printed."""
    row = db.execute(_PRINT + "AND print.number = ? AND slip.number = ?", (number.text, number.text)).fetchone()
    return _row(row) if row else None


def open_prints(db: Database, series: int | None = None) -> list[PrintRow]:
    """What waits, and what a printer has and nobody has said the end of; of all desks or one; oldest first."""
    rows = db.execute(_PRINT + "AND open = 1 AND print.series = coalesce(?, print.series) ORDER BY asked", (series,))
    return [_row(row) for row in rows]


def waiting_prints(db: Database, series: int) -> int:
    """How many slips of a desk are not known to be on paper."""
    count: int = db.execute(f"SELECT count(*) FROM {_FOUND} AND open = 1 AND print.series = ?", (series,)).fetchone()[0]
    return count


def waiting_for(db: Database, printer: str, series: Collection[int], skip: Collection[str] = ()) -> PrintRow | None:
    """The oldest print that waits for a printer, which serves the desks of these series; none with a key to skip."""
    desks = ", ".join(str(int(each)) for each in series)
    rows = db.execute(
        _PRINT + f"AND open = 1 AND state = 'waiting' AND (wanted = ? OR (wanted = '' AND print.series IN ({desks}))) "
        "ORDER BY asked",
        (printer,),
    )
    return next((found for found in map(_row, rows) if found.key not in skip), None)


def handed_to(db: Database, printer: str) -> list[PrintRow]:
    """What a printer has and nobody has said the end of, oldest first."""
    rows = db.execute(_PRINT + "AND open = 1 AND state = 'handed' AND printer = ? ORDER BY asked", (printer,))
    return [_row(row) for row in rows]
