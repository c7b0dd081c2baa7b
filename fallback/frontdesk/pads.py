"""Numbered blank slips: printed, and declared unused, spoiled or missing when they come to nothing."""

from collections.abc import Sequence
from datetime import datetime

from fallback import payload
from fallback.errors import PadUnknown
from fallback.frontdesk.counter import Counter
from fallback.frontdesk.papers import pad_cover
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.printing import PrintedSlip, render_pads
from fallback.printing.layout import layout
from fallback.slip import INDIA, Kind, Slip, SlipNumber

MOST_PADS = 500
_OUTCOMES = {
    "unused": FactKind.NUMBER_UNUSED,
    "spoiled": FactKind.NUMBER_SPOILED,
    "missing": FactKind.NUMBER_MISSING,
}


def journal_blanks(
    tx: Transaction, series: int, blanks: Sequence[tuple[Slip, bytes]], issued_to: str, *, by: str
) -> None:
    """Writes down blanks that were just numbered, one after the other, with what was signed of each."""
    content = {
        "series": series,
        "first": blanks[0][0].number.serial,
        "count": len(blanks),
        "payloads": [signed.hex() for _, signed in blanks],
        "issued_to": issued_to,
    }
    tx.append(FactKind.PADS_PRINTED, content, series=series, by=by)


def print_pads(
    counter: Counter, *, series: int, count: int, issued_to: str, by: str = ""
) -> tuple[list[SlipNumber], bytes]:
    """Takes numbers for blanks and signs them; returns the numbers and the PDF, the pad behind its cover.

    `issued_to` is the ward or counter that gets them: it is asked for each one that does not come back. Raises
    DeskNotUsable, SeriesUsedUp, LayoutWrong.
    """
    for name in ("pad", "pad-cover"):
        layout(name, counter.hospital)  # numbers are never given twice: none is taken for a sheet that cannot be drawn
    sign = counter.sign(series)
    desk = queries.desk(counter.ledger.db(), series)

    def job(tx: Transaction) -> tuple[list[tuple[Slip, bytes]], datetime]:
        blanks: list[tuple[Slip, bytes]] = []
        for _ in range(count):
            slip = Slip(
                number=tx.take_number(series),
                kind=Kind.PAD,
                hospital=counter.hospital_id,
                signer=series,
                drill=counter.drill,
            )
            blanks.append((slip, payload.encode(slip, sign)))
        journal_blanks(tx, series, blanks, issued_to, by=by)
        return blanks, tx.now

    blanks, at = counter.ledger.write(job)
    sheets = [
        PrintedSlip(
            slip=slip,
            digits=payload.to_digits(signed),
            reprint=None,
            card=False,
            receipt="",
            desk_name=desk.name if desk else "",
            issued_to=issued_to,
        )
        for slip, signed in blanks
    ]
    numbers = [slip.number for slip, _ in blanks]
    cover = pad_cover(counter, numbers, issued_to=issued_to, by=by, day=at.astimezone(INDIA).date())
    return numbers, render_pads(sheets, counter.hospital, cover=cover)


def declare(counter: Counter, numbers: Sequence[SlipNumber], outcome: str, reason: str, *, by: str) -> None:
    """Says what became of numbers without content: unused, spoiled or missing. All or none is taken.

    Raises PadUnknown when a number was never handed out, or has content.
    """

    def job(tx: Transaction) -> None:
        for number in numbers:
            if not queries.was_handed_out(tx.db, number):
                raise PadUnknown(number=number.grouped, why="it was never handed out")
            row = queries.slip(tx.db, number)
            if row is not None and row.slip.kind is not Kind.PAD:
                raise PadUnknown(number=number.grouped, why="it has been filled in; correct or void it instead")
            content = {"number": number.text, "reason": reason}
            tx.append(_OUTCOMES[outcome], content, series=number.series, by=by)

    counter.ledger.write(job)
