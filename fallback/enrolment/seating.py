"""Where a journal may go on: in its seat, on this machine and in this folder, and nowhere behind what it has issued.

Anywhere else its chain ends for this folder, and another begins. The desks of the old chain issue nothing more here,
for they may issue elsewhere; a new card enrols a desk in the new chain. Reading, scanning and importing go on.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from fallback.errors import ParchiError
from fallback.ledger import Carrier, Ledger
from fallback.ledger.chains import hash_at
from fallback.machine import Seat, name_state, named_state


def seat_of(ledger: Ledger, state: Path, copies: Sequence[Path] = ()) -> Seat:
    """The seat of a ledger that was just opened, from now on raised with every commit.

    Where lines are gone that were written here, they come home from the `copies` first, if one has them. `state` is the
    machine's state folder; a seat in the one that the data folder names counts as well. Raises SeatOfAnotherAccount,
    before anything is written, when this account may not use the seat; DiskFull, FolderReadOnly or DiskFailed when a
    seat cannot be written.
    """
    named = named_state(ledger.folder)
    seat = _found(ledger, state, named)
    if seat is not None and not _holds(ledger, seat):
        _bring_home(ledger, copies)
    begun = any(head.sequence for head in ledger.heads().values())
    goes_on = seat is not None and _holds(ledger, seat)
    if begun and not (goes_on and ledger.head().sequence):  # one without a line has heard of nothing: it was killed
        ledger.begin_again()
        seat = None
    if seat is None or not ledger.head().sequence:
        seat = Seat.take(state, ledger.chain, ledger.folder)
    seat.hold()
    if named != seat.state:
        name_state(ledger.folder, seat.state)
    ledger.mark_with(seat.raise_to)
    return seat


def _found(ledger: Ledger, state: Path, named: Path | None) -> Seat | None:
    """The seat of the ledger's chain here: of two, the one that knows the later line, or an old image would go on."""
    found = (Seat.find(each, ledger.chain) for each in (named, state) if each is not None)
    here = [seat for seat in found if seat is not None and seat.is_here(ledger.folder)]
    return max(here, key=lambda seat: seat.sequence, default=None)


def _holds(ledger: Ledger, seat: Seat) -> bool:
    """Whether the journal still has the last line that its seat knows of, and not another in its place."""
    return not seat.sequence or hash_at(ledger.db(), ledger.chain, seat.sequence) == seat.line


def _bring_home(ledger: Ledger, copies: Sequence[Path]) -> None:
    """Takes from the copies what our own chain has lost. A copy that cannot be read is the next one's turn."""
    for folder in copies:
        with suppress(ParchiError):
            lines = [line for line in Carrier(folder, ledger.vault) if line.chain == ledger.chain]
            ledger.merge(lines, place=str(folder))
