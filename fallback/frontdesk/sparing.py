"""Paper that runs short: how many sheets still lie at a desk, and the desk that saves them."""

from dataclasses import replace

from fallback.errors import FieldWrong, Sentence
from fallback.frontdesk.counter import Counter, spared
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, ready
from fallback.ledger.writer import Transaction

FEW_SHEETS = 25  # some twenty minutes of a counter: time to fetch a ream
MOST_SHEETS = 5_000
_SHEETS = {"a5": 2}  # of one slip; on every other paper one


def sheets_left(counter: Counter, db: Database, series: int) -> int | None:
    """About how many sheets still lie at a desk, what was spoilt not counted; None while nobody told."""
    found = ready.sheets(db, series)
    if found is None:
        return None
    desk = queries.desk(db, series)
    printer = counter.hospital.printer_of(desk.name) if desk else None
    hospital = replace(counter.hospital, paper=printer.paper) if printer else counter.hospital
    saves = ready.saves_paper(db, series)
    paper = (spared(hospital) if saves else hospital).paper
    cards = 0 if saves or paper == "roll" else found.cards
    return max(0, found.told - found.slips * _SHEETS.get(paper, 1) - cards)


def tell_sheets(counter: Counter, series: int, sheets: int, *, by: str) -> None:
    """Somebody counted the sheets that lie at a desk. Raises FieldWrong."""
    if not 0 <= sheets <= MOST_SHEETS:
        raise FieldWrong(field="sheets", why=Sentence("Write a number from 0 to {most}.", most=MOST_SHEETS))
    counter.ledger.write(lambda tx: tx.append(FactKind.SHEETS_TOLD, {"sheets": sheets}, series=series, by=by))


def set_economy(counter: Counter, series: int, *, on: bool, by: str) -> None:
    """From now on a desk saves paper, or does so no more: no registration card, and of two A5 sheets one."""

    def job(tx: Transaction) -> None:
        if ready.saves_paper(tx.db, series) is on:  # a key that was pressed twice
            return
        if (left := sheets_left(counter, tx.db, series)) is not None:  # counted as it was printed until now
            tx.append(FactKind.SHEETS_TOLD, {"sheets": left}, series=series, by=by)
        tx.append(FactKind.ECONOMY_SET, {"on": on}, series=series, by=by)

    counter.ledger.write(job)
