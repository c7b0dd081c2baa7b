"""Questions about patients' own cards: who has an ABHA, and which Aadhaar was shown when a slip was issued."""

from sqlite_utils import Database

from fallback.ledger.queries import SlipRow, slip
from fallback.slip import SlipNumber

_MOST = 20


def abha_slips(db: Database, abha: str) -> list[SlipRow]:
    """Slips that name this ABHA number, newest number first."""
    rows = db.execute("SELECT number FROM abha WHERE abha = ? ORDER BY number DESC LIMIT ?", (abha, _MOST))
    found = [slip(db, SlipNumber.parse(number)) for (number,) in rows.fetchall()]
    return [row for row in found if row is not None]


def shown_card(db: Database, number: SlipNumber) -> tuple[str, str] | None:
    """The last four digits of the Aadhaar, and what was known of its signature; None when none was scanned."""
    row = db.execute("SELECT last4, trust FROM shown WHERE number = ?", (number.text,)).fetchone()
    return (row[0], row[1]) if row else None
