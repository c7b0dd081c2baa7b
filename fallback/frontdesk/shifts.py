"""Downtimes and shifts: opened and closed, each a fact."""

from datetime import datetime, timedelta

from fallback.downtime import Downtime, Shift, shift_key
from fallback.errors import DeskBusy, DeskNotUsable, DowntimeRunning, NoDowntime
from fallback.frontdesk.clock import write_clock
from fallback.frontdesk.counter import Counter, needs_downtime, needs_shift
from fallback.language import format_time
from fallback.ledger import CopyStatus, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.money import NOT_COUNTED, Cash


def start_downtime(counter: Counter, reason: str, *, by: str = "") -> Downtime:
    """Declares a downtime (a drill where the installation is a drill's). Raises DowntimeRunning."""

    def job(tx: Transaction) -> Downtime:
        if queries.current_downtime(tx.db):
            raise DowntimeRunning(why="a downtime has been started already and still lasts.")
        tx.append(FactKind.DOWNTIME_STARTED, {"reason": reason, "drill": counter.drill}, by=by)
        return needs_downtime(tx)

    return counter.ledger.write(job)


def end_downtime(counter: Counter, *, by: str = "") -> None:
    """Ends the downtime; every shift must be closed. Raises NoDowntime or DowntimeRunning."""

    def job(tx: Transaction) -> None:
        lasting = queries.current_downtime(tx.db)
        if lasting is None:
            raise NoDowntime()
        if queries.open_shift(tx.db):
            raise DowntimeRunning(why="a shift is still open. Close every shift first.")
        tx.append(FactKind.DOWNTIME_ENDED, {"downtime": lasting.key}, by=by)

    counter.ledger.write(job)


def open_shift(
    counter: Counter,
    *,
    series: int,
    login: str,
    opening_float: int = 0,
    notes: Cash = NOT_COUNTED,
    clock_offset: int | None = None,
) -> Shift:
    """Opens a clerk's shift at a desk. Raises NoDowntime, DeskNotUsable or DeskBusy.

    `notes` is the float by denomination, where it was counted so.
    `clock_offset` is how many seconds the person says that the computer's clock is off; None: nobody was asked.
    """
    counter.sign(series)

    def job(tx: Transaction) -> Shift:
        return _open(
            tx, series=series, login=login, opening_float=opening_float, notes=notes, clock_offset=clock_offset
        )

    return counter.ledger.write(job)


def close_shift(
    counter: Counter,
    key: str,
    *,
    counted_cash: int,
    note: str,
    by: str,
    notes: Cash = NOT_COUNTED,
    carrier: str = "",
) -> Shift:
    """Closes a shift with the cash as counted, in whole rupees, and the second copies as they stand.

    `notes` is the cash by denomination, where it was counted so.
    `carrier` is who takes away the stick that is taken out now, "" for nobody. Raises ShiftNotOpen.
    """

    def job(tx: Transaction) -> Shift:
        return _close(tx, counter, key, counted_cash=counted_cash, notes=notes, note=note, by=by, carrier=carrier)

    return counter.ledger.write(job)


def hand_over(
    counter: Counter,
    key: str,
    *,
    counted_cash: int,
    note: str,
    by: str,
    to: str,
    notes: Cash = NOT_COUNTED,
    carrier: str = "",
    allowed_by: str = "",
) -> Shift:
    """Closes a shift and opens another clerk's at the same desk, with the cash as counted as its float, in one piece.

    `by` closes it: its clerk, or who takes over from one who went away; then `allowed_by` is who allowed it, for the
    record. Raises ShiftNotOpen, NoDowntime, DeskNotUsable, or DeskBusy where `to` has a shift open elsewhere; then the
    first shift stays open.
    """
    lasting = queries.shift(counter.ledger.db(), key)
    if lasting is not None:
        counter.sign(lasting.series)

    def job(tx: Transaction) -> Shift:
        closed = _close(
            tx,
            counter,
            key,
            counted_cash=counted_cash,
            notes=notes,
            note=note,
            by=by,
            carrier=carrier,
            allowed_by=allowed_by,
            handed_to=to,
        )
        return _open(tx, series=closed.series, login=to, opening_float=counted_cash, notes=notes)

    return counter.ledger.write(job)


def _open(
    tx: Transaction, *, series: int, login: str, opening_float: int, notes: Cash, clock_offset: int | None = None
) -> Shift:
    needs_downtime(tx)
    desk = queries.desk(tx.db, series)
    if desk is None or desk.retired:
        raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
    for busy in (queries.open_shift(tx.db, series=series), queries.open_shift(tx.db, login=login)):
        if busy and not (busy.series != series and queries.began_here(tx.db, busy)):  # at another computer: its own
            there = queries.desk(tx.db, busy.series)
            raise DeskBusy(desk=there.name if there else busy.series, since=format_time(busy.opened))
    ordinal = sum(1 for each in queries.shifts(tx.db) if each.series == series) + 1
    key = shift_key(series, ordinal)
    if clock_offset is not None:
        write_clock(tx, clock_offset, by=login, series=series)
    content = {"shift": key, "opening_float": opening_float, "notes": notes.record()}
    tx.append(FactKind.SHIFT_OPENED, content, series=series, shift=key, by=login)
    return needs_shift(tx, key)


def _close(
    tx: Transaction,
    counter: Counter,
    key: str,
    *,
    counted_cash: int,
    notes: Cash,
    note: str,
    by: str,
    carrier: str = "",
    allowed_by: str = "",
    handed_to: str = "",
) -> Shift:
    lasting = needs_shift(tx, key)
    content: dict[str, object] = {"shift": key, "counted_cash": counted_cash, "notes": notes.record(), "note": note}
    content |= {"copies": [_stood(each, tx.now) for each in counter.ledger.copies(tx.now, tx.db) if each.stick]}
    content |= {"carrier": carrier}
    if allowed_by:
        content["allowed_by"] = allowed_by
    if handed_to:
        content["handed_to"] = handed_to
    tx.append(FactKind.SHIFT_CLOSED, content, series=lasting.series, shift=key, by=by)
    closed = queries.shift(tx.db, key)
    return closed or lasting


def _stood(copy: CopyStatus, now: datetime) -> dict[str, object]:
    """A second copy as a shift's end has it: when it last had everything, and up to which line."""
    at = None if copy.age_seconds is None else (now - timedelta(seconds=copy.age_seconds)).isoformat(timespec="seconds")
    return {"stick": copy.stick, "label": copy.label, "sequence": copy.sequence, "at": at}
