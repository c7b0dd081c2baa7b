"""Read-only questions for the sheets that are not one slip: what a shift voided, where it ended, when a desk began."""

from datetime import date

from sqlite_utils import Database

from fallback.keys import Certificate
from fallback.ledger.chains import Head
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line
from fallback.slip import SlipNumber


def sheets_made(db: Database, number: SlipNumber, sheet: str) -> int:
    """How many times a sheet of a slip, by its layout's name, was made before."""
    row = db.execute("SELECT count(*) FROM sheet_print WHERE number = ? AND sheet = ?", (number.text, sheet)).fetchone()
    return int(row[0])


def last_tube(db: Database, number: SlipNumber) -> int:
    """The highest tube of a slip that has a sticker, 0 for none."""
    row = db.execute("SELECT coalesce(max(last_tube), 0) FROM sheet_print WHERE number = ?", (number.text,)).fetchone()
    return int(row[0])


def shift_voids(db: Database, key: str) -> list[SlipNumber]:
    """The slips that a shift voided, ascending."""
    rows = db.execute("SELECT DISTINCT number FROM version WHERE shift = ? AND kind = 'void' ORDER BY number", (key,))
    return [SlipNumber.parse(number) for (number,) in rows]


def shift_end(db: Database, key: str) -> Head | None:
    """Where the journal ended when a shift was closed: its closing line. None for one that is open or unknown."""
    line = _line(db, FactKind.SHIFT_CLOSED, "$.content.shift", key)
    return Head(chain=line.chain, sequence=line.sequence, hash=line.hash) if line else None


def enrolment(db: Database, series: int) -> tuple[Certificate, date] | None:
    """A desk's certificate, and the day in India on which it was enrolled; None for a desk that never was."""
    line = _line(db, FactKind.DESK_ENROLLED, "$.content.series", series)
    if line is None:
        return None
    return Certificate.from_record(line.content["certificate"]), date.fromisoformat(line.local[:10])


def _line(db: Database, fact: FactKind, path: str, value: object) -> Line | None:
    """The first line of a fact with a value in its content."""
    row = db.execute(
        "SELECT chain, sequence, text FROM line WHERE text LIKE ? AND text ->> '$.fact' = ? AND text ->> ? = ? "
        "ORDER BY place LIMIT 1",
        (f'%"fact":"{fact.value}"%', fact.value, path, value),
    ).fetchone()
    return Line.parse(row[2], place=row[0], line=row[1]) if row else None
