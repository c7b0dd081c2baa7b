"""Downtimes and shifts: opened and closed, each a fact."""

from fallback.downtime import Downtime, Shift, shift_key
from fallback.errors import DeskBusy, DeskNotUsable, DowntimeRunning, NoDowntime
from fallback.frontdesk.counter import Counter, needs_downtime, needs_shift
from fallback.language import format_time
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction


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


def open_shift(counter: Counter, *, series: int, login: str, opening_float: int = 0) -> Shift:
    """Opens a clerk's shift at a desk. Raises NoDowntime, DeskNotUsable or DeskBusy."""
    counter.sign(series)

    def job(tx: Transaction) -> Shift:
        needs_downtime(tx)
        desk = queries.desk(tx.db, series)
        if desk is None or desk.retired:
            raise DeskNotUsable(series=series, why="it is retired" if desk else "it was never enrolled")
        for busy in (queries.open_shift(tx.db, series=series), queries.open_shift(tx.db, login=login)):
            if busy:
                there = queries.desk(tx.db, busy.series)
                raise DeskBusy(desk=there.name if there else busy.series, since=format_time(busy.opened))
        ordinal = sum(1 for each in queries.shifts(tx.db) if each.series == series) + 1
        key = shift_key(series, ordinal)
        content = {"shift": key, "opening_float": opening_float}
        tx.append(FactKind.SHIFT_OPENED, content, series=series, shift=key, by=login)
        return needs_shift(tx, key)

    return counter.ledger.write(job)


def close_shift(counter: Counter, key: str, *, counted_cash: int, note: str, by: str) -> Shift:
    """Closes a shift with the cash as counted, in whole rupees. Raises ShiftNotOpen."""

    def job(tx: Transaction) -> Shift:
        lasting = needs_shift(tx, key)
        content = {"shift": key, "counted_cash": counted_cash, "note": note}
        tx.append(FactKind.SHIFT_CLOSED, content, series=lasting.series, shift=key, by=by)
        closed = queries.shift(tx.db, key)
        return closed or lasting

    return counter.ledger.write(job)
