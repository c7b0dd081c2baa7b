"""What pages need of a target's slips within half a second: counted once, and again after something was written."""

from fallback.ledger import Ledger
from fallback.ledger.queries import Database, stages as asked
from fallback.ledger.queries.stages import Counts, Filter, Standing
from fallback.reconcile import Account
from fallback.recovery.account import account_of
from fallback.recovery.kept import Kept, Look
from fallback.recovery.sheets import Comparison, Visits, comparisons, visits
from fallback.recovery.stages import standing

_Question = tuple[str, Filter, str]


class Standings:
    """The standings, counts and accounts of one server's targets. Any thread may use it."""

    def __init__(self, ledger: Ledger) -> None:
        self._of = Kept(ledger, standing)
        self._counts = Kept(ledger, self._count)
        self._account = Kept(ledger, account_of)
        self._papers = Kept(ledger, _papers)

    def of(self, target: str) -> Standing:
        """What stands outside the tables of slips, as it was within the last minutes."""
        return self._of.look(target).value

    def counts(self, target: str, which: Filter, facet: str) -> Look[Counts]:
        """How many slips of a filter stand where."""
        return self._counts.look((target, which, facet))

    def account(self, target: str) -> Look[Account]:
        """Both accounts, to be shown; whoever signs one works it out."""
        return self._account.look(target)

    def papers(self) -> Look[tuple[Visits, list[Comparison]]]:
        """Who was seen, and what the sheets that came back say."""
        return self._papers.look("")

    def forget(self) -> None:
        """Whoever wrote something himself sees it at once."""
        for kept in (self._counts, self._account, self._papers):
            kept.forget()

    def _count(self, db: Database, question: _Question) -> Counts:
        target, which, facet = question
        return asked.counts(db, self.of(target), which, facet=facet)


def _papers(db: Database, _question: str) -> tuple[Visits, list[Comparison]]:
    return visits(db), comparisons(db)
