"""Read-only questions for the sheets that are not one slip: what a shift voided, where it ended, when a desk began."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlite_utils import Database

from fallback.keys import Certificate
from fallback.ledger.chains import Head
from fallback.slip import SlipNumber

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def sheets_made(db: Database, number: SlipNumber, sheet: str) -> int:
    """How many times a sheet of a slip, by its layout's name, was made before."""
    row = db.execute("SELECT count(*) FROM sheet_print WHERE number = ? AND sheet = ?", (number.text, sheet)).fetchone()
    return int(row[0])


def last_tubes(db: Database, number: SlipNumber) -> list[int]:
    """The last tube of each sheet of stickers that was made of a slip, ascending."""
    rows = db.execute(
        "SELECT DISTINCT last_tube FROM sheet_print WHERE number = ? AND last_tube > 0 ORDER BY 1", (number.text,)
    )
    return [int(tube) for (tube,) in rows.fetchall()]


def shift_voids(db: Database, key: str) -> list[SlipNumber]:
    """The slips that a shift voided, ascending."""
    rows = db.execute("SELECT DISTINCT number FROM version WHERE shift = ? AND kind = 'void' ORDER BY number", (key,))
    return [SlipNumber.parse(number) for (number,) in rows]


def shift_end(db: Database, key: str) -> Head | None:
    """Where the journal ended when a shift was closed: its closing line. None for one that is open or unknown."""
    row = db.execute(
        "SELECT end_chain, end_sequence, end_hash FROM shift WHERE key = ? AND closed IS NOT NULL", (key,)
    ).fetchone()
    return Head(chain=row[0], sequence=row[1], hash=row[2]) if row else None


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyThen:
    """A second copy as it stood when a shift was closed: it held line `sequence`, and last had everything at `at`."""

    stick: str
    label: str
    sequence: int
    at: datetime | None


def shift_copies(db: Database, end: Head) -> tuple[list[CopyThen], str]:
    """The second copies at a shift's closing line, the newest first, and who took away the one that was taken out.

    A line of an older version names none.
    """
    row = db.execute("SELECT text FROM line WHERE chain = ? AND sequence = ?", (end.chain, end.sequence)).fetchone()
    content = json.loads(row[0])["content"] if row else {}
    found = [
        CopyThen(
            stick=each["stick"],
            label=each["label"],
            sequence=each["sequence"],
            at=datetime.fromisoformat(each["at"]) if each["at"] else None,
        )
        for each in content.get("copies", ())
    ]
    found.sort(key=lambda each: (each.at is None, -(each.at or _NEVER).timestamp(), each.label))
    return found, content.get("carrier", "")


def enrolment(db: Database, series: int) -> tuple[Certificate, date] | None:
    """A desk's certificate, and the day in India on which it was enrolled; None for a desk that never was."""
    row = db.execute(
        "SELECT certificate, enrolled FROM desk WHERE series = ? AND certificate <> ''", (series,)
    ).fetchone()
    return (Certificate.from_record(json.loads(row[0])), date.fromisoformat(row[1])) if row else None
