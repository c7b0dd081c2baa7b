"""Prints: handed over exactly once, given back when nothing left the machine, and what a person says of the paper."""

from collections.abc import Collection
from dataclasses import replace

from fallback.errors import ParchiError, PrintSettled, SlipIsVoid, SlipUnknown
from fallback.frontdesk.counter import Counter, Issued, sheet
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import prints
from fallback.ledger.queries.prints import PrintRow, PrintState
from fallback.ledger.queries.today import versions
from fallback.ledger.writer import Transaction
from fallback.printing import Reprint
from fallback.slip import SlipNumber


def take_first(counter: Counter, number: SlipNumber, printer: str = "", *, by: str = "") -> Issued | None:
    """Hands a slip's original over, once: whoever asks again gets None. `printer` "" is the browser."""
    taken = _take(counter, number, printer, by)
    return taken[1] if taken else None


def first_sheet(counter: Counter, number: SlipNumber, *, by: str = "") -> bytes | None:
    """The PDF of a slip's original for a browser, once: whoever asks again gets None.

    One that cannot be drawn is an original still. Raises what `sheet` raises.
    """
    taken = _take(counter, number, "", by)
    if taken is None:
        return None
    row, issued = taken
    try:
        return sheet(counter, issued)
    except Exception as wrong:
        give_back(counter, row, "", str(wrong) if isinstance(wrong, ParchiError) else type(wrong).__name__)
        raise


def take_next(
    counter: Counter, printer: str, series: Collection[int], skip: Collection[str] = ()
) -> tuple[PrintRow, Issued] | None:
    """Hands the oldest print that waits for a printer over, an original or a reprint; None when none waits.

    `series` are the desks that the printer serves, `skip` the keys of prints that it has just refused.
    """

    def job(tx: Transaction) -> tuple[PrintRow, Issued] | None:
        row = prints.waiting_for(tx.db, printer, series, skip)
        return (row, _hand_over(tx, row, printer, "")) if row else None

    return counter.ledger.write(job)


def reprint(
    counter: Counter, number: SlipNumber, *, by: str, card: bool = False, series: int = 0, printer: str = ""
) -> Issued:
    """Prints the same signed record again, and says so on the paper: at once, or on a printer, for which it waits.

    It takes the place of every earlier print that still waits. Raises SlipUnknown, or SlipIsVoid: a void is printed
    again only when its paper was lost.
    """

    def job(tx: Transaction) -> Issued:
        row = queries.slip(tx.db, number)
        if row is None:
            raise SlipUnknown(number=number.grouped)
        before = prints.print_of(tx.db, number)
        if row.voided and (before is None or before.state is not PrintState.LOST):
            raise SlipIsVoid(number=number.grouped)
        count = row.reprints + 1
        content = {"number": number.text, "digest": row.head, "count": count, "printer": printer, "card": card}
        tx.append(FactKind.SLIP_REPRINTED, content, series=series, by=by)
        return _issued(tx, number, row.head, card, Reprint(count=count, at=tx.now, by=by))

    return counter.ledger.write(job)


def sent(counter: Counter, row: PrintRow, printer: str, job: str) -> None:
    """The spooler took a print, under an id of its own: from now on it can be asked what became of it."""
    _tell(counter, FactKind.PRINT_SENT, row, printer, job=job)


def give_back(counter: Counter, row: PrintRow, printer: str, reason: str) -> None:
    """Nothing of a print that was handed over left this machine: the same may be tried again."""
    _tell(counter, FactKind.PRINT_FAILED, row, printer, reason=reason)


def done(counter: Counter, row: PrintRow, *, by: str = "") -> None:
    """The paper came out, as the spooler says, or a person. Raises PrintSettled when that was known already."""
    _settle(counter, FactKind.PRINT_DONE, row, by)


def lost(counter: Counter, row: PrintRow, *, by: str) -> None:
    """A person looked: no paper came out. What follows is a reprint. Raises PrintSettled when it was known already."""
    _settle(counter, FactKind.PRINT_LOST, row, by)


def _take(counter: Counter, number: SlipNumber, printer: str, by: str) -> tuple[PrintRow, Issued] | None:
    def job(tx: Transaction) -> tuple[PrintRow, Issued] | None:
        row = prints.print_of(tx.db, number)
        if row is None or row.reprint or row.state is not PrintState.WAITING:
            return None
        return row, _hand_over(tx, row, printer, by)

    return counter.ledger.write(job)


def _hand_over(tx: Transaction, row: PrintRow, printer: str, by: str) -> Issued:
    """The line is durable before anybody gets the paper: an interruption leaves it handed over, never waiting."""
    tx.append(FactKind.SLIP_PRINTED, _content(row, printer), series=row.series, by=by)
    again = Reprint(count=row.reprint, at=row.asked, by=row.by) if row.reprint else None
    return _issued(tx, row.number, row.digest, row.card, again)


def _issued(tx: Transaction, number: SlipNumber, digest: str, card: bool, again: Reprint | None) -> Issued:
    """What the sheet of one version needs: a void's is the void, not what it voids."""
    row = queries.slip(tx.db, number)
    version = next((each for each in versions(tx.db, number) if each.digest == digest), None)
    if row is None or version is None:
        raise SlipUnknown(number=number.grouped)
    return Issued(row=replace(row, slip=version.slip, payload=version.payload), card=card, reprint=again)


def _content(row: PrintRow, printer: str) -> dict[str, object]:
    return {"number": row.number.text, "digest": row.digest, "reprint": row.reprint, "printer": printer}


def _tell(counter: Counter, fact: FactKind, row: PrintRow, printer: str, **more: object) -> None:
    content = _content(row, printer) | more
    counter.ledger.write(lambda tx: tx.append(fact, content, series=row.series))


def _settle(counter: Counter, fact: FactKind, row: PrintRow, by: str) -> None:
    def job(tx: Transaction) -> None:
        now = prints.print_of(tx.db, row.number)
        if now is None or now.key != row.key or now.state is not PrintState.HANDED:
            raise PrintSettled(number=row.number.grouped)
        tx.append(fact, _content(now, now.printer), series=now.series, by=by)

    counter.ledger.write(job)
