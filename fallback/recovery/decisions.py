"""What a person says about a scanned page that needed eyes: a fact, which takes the page off the list."""

from enum import StrEnum

from fallback.errors import PageNotOpen
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind


class Decision(StrEnum):
    """What became of a page."""

    SCANNED_AGAIN = "scanned_again"
    TYPED_IN = "typed_in"
    NOT_OURS = "not_ours"
    SET_ASIDE = "set_aside"


def decide_page(ledger: Ledger, picture: str, decision: Decision, reason: str, *, by: str) -> None:
    """Decides an open page. Raises PageNotOpen."""

    def job(tx: Transaction) -> None:
        if all(page.picture != picture for page in queries.pages(tx.db, open_only=True)):
            raise PageNotOpen()
        tx.append(FactKind.PAGE_DECIDED, {"picture": picture, "decision": decision.value, "reason": reason}, by=by)

    ledger.write(job)
