"""At the room's door: the nurse scans a slip and says whether the patient was seen."""

from fallback.errors import SlipUnknown
from fallback.frontdesk.counter import Counter, needs_slip
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.outcomes import nurse_said
from fallback.ledger.writer import Transaction
from fallback.outcome import Seen
from fallback.slip import Kind, SlipNumber


def mark_seen(counter: Counter, number: SlipNumber, outcome: Seen, *, by: str) -> None:
    """Journals that a slip's patient was seen, or was not; the last word counts, and the same word twice is one.

    Raises SlipUnknown for a number without content, SlipIsVoid, and ValueError for UNKNOWN, which nobody says.
    """
    if outcome is Seen.UNKNOWN:
        raise ValueError("a nurse says seen or not seen")

    def job(tx: Transaction) -> None:
        if needs_slip(tx, number).slip.kind is Kind.PAD:
            raise SlipUnknown(number=number.grouped)
        if nurse_said(tx.db, number.text) != outcome:
            tx.append(FactKind.VISIT_SEEN, {"number": number.text, "outcome": outcome.value}, by=by)

    counter.ledger.write(job)
