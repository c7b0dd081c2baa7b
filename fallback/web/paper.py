"""Where the paper of a slip stands, as screens say it; and for which of them a person must look, or help."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from fallback.downtime import Role
from fallback.errors import ParchiError
from fallback.language import say
from fallback.ledger.queries import prints
from fallback.ledger.queries.prints import PrintRow, PrintState
from fallback.slip import SlipNumber
from fallback.web.place import _, db, here, language, once, shift, user


class Standing(StrEnum):
    """HERE: it waits for the first print of a browser; WAITS: for a printer; OUT: there is nothing left to do."""

    HERE = "here"
    WAITS = "waits"
    SENT = "sent"
    STUCK = "stuck"
    LOST = "lost"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A print and where it stands. `printer` is its printer, "" for a browser; `why` what keeps the printer.

    `held`: it is stuck, and the printer's spooler still has it.
    """

    row: PrintRow
    standing: Standing
    printer: str = ""
    why: ParchiError | None = None
    held: bool = False

    @property
    def since(self) -> datetime:
        """Since when it waits, or since when it is on its way."""
        return self.row.asked if self.row.state is PrintState.WAITING else self.row.since

    @property
    def act(self) -> bool:
        """Whether it needs a person."""
        return self.standing is Standing.STUCK or self.why is not None

    @property
    def moves(self) -> bool:
        """Whether it may stand elsewhere in a moment, by itself."""
        return self.standing in (Standing.WAITS, Standing.SENT)

    @property
    def says(self) -> str:
        """Where it stands, in the language of this request."""
        match self.standing:
            case Standing.HERE:
                told = _("Not printed yet.")
            case Standing.WAITS if self.why:
                told = say(self.why, language())
            case Standing.WAITS:
                told = _("Waits for the printer {printer}.")
            case Standing.SENT:
                told = _("Sent to the printer {printer}.")
            case Standing.STUCK if self.held:
                told = _("{printer} has it and does not go on: help the printer first, it may come out yet.")
            case Standing.STUCK:
                told = _("Given to the printer {printer}: look whether the paper came out, then say so.")
            case Standing.LOST:
                told = _("No paper came out. Use Reprint.")
            case _:
                told = _("Printed on {printer}.") if self.printer else _("Given to the browser.")
        told = told.replace("{printer}", self.printer)
        return f"REPRINT {self.row.reprint} · {told}" if self.row.reprint else told


def paper_of(number: SlipNumber) -> Paper | None:
    """The paper of a slip's newest version; None where nothing is known of it: it counts as printed."""
    row = prints.print_of(db(), number)
    return _paper(row, printer_of) if row else None


@once
def open_papers() -> list[Paper]:
    """What waits or is not known to be out, oldest first: a clerk's own desk's, a supervisor's of all."""
    own, all_desks = shift(), user().role is Role.SUPERVISOR
    if own is None and not all_desks:
        return []
    series = None if all_desks or own is None else own.series
    printers = cache(printer_of)  # a printer that is off for an hour leaves hundreds of them
    return [_paper(row, printers) for row in prints.open_prints(db(), series)]


def printer_of(series: int) -> str:
    """The printer that a desk prints on by itself, "" when it prints from its browser."""
    queue = here().queue
    return queue.printer_of(series) if queue else ""


def wake() -> None:
    """Tells the print queue that there is something to do."""
    queue = here().queue
    if queue:
        queue.wake()


def _paper(row: PrintRow, printer_of: Callable[[int], str]) -> Paper:
    queue = here().queue
    match row.state:
        case PrintState.WAITING:
            printer = row.wanted or printer_of(row.series)
            if not printer:
                return Paper(row=row, standing=Standing.HERE)
            why = queue.why(row, printer) if queue else None
            return Paper(row=row, standing=Standing.WAITS, printer=printer, why=why)
        case PrintState.HANDED if row.printer:
            if queue and queue.moving(row):
                return Paper(row=row, standing=Standing.SENT, printer=row.printer)
            why, held = (queue.why(row, row.printer), queue.holds(row)) if queue else (None, False)
            return Paper(row=row, standing=Standing.STUCK, printer=row.printer, why=why, held=held)
        case PrintState.LOST:
            return Paper(row=row, standing=Standing.LOST, printer=row.printer)
        case _:
            return Paper(row=row, standing=Standing.OUT, printer=row.printer)
