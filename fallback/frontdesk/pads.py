"""Numbered blank slips: printed, and declared unused, spoiled or missing when they come to nothing."""

from collections.abc import Sequence

from fallback import payload
from fallback.errors import PadUnknown
from fallback.frontdesk.counter import Counter
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.writer import Transaction
from fallback.printing import PrintedSlip, render_pads
from fallback.slip import Kind, Slip, SlipNumber

MOST_PADS = 500
_OUTCOMES = {
    "unused": FactKind.NUMBER_UNUSED,
    "spoiled": FactKind.NUMBER_SPOILED,
    "missing": FactKind.NUMBER_MISSING,
}


def print_pads(counter: Counter, *, series: int, count: int, by: str = "") -> tuple[list[SlipNumber], bytes]:
    """Takes numbers for blanks and signs them; returns the numbers and the PDF. Raises DeskNotUsable, SeriesUsedUp."""
    sign = counter.sign(series)
    desk = queries.desk(counter.ledger.db(), series)

    def job(tx: Transaction) -> list[tuple[Slip, bytes]]:
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
        content = {
            "series": series,
            "first": blanks[0][0].number.serial,
            "count": count,
            "payloads": [signed.hex() for _, signed in blanks],
        }
        tx.append(FactKind.PADS_PRINTED, content, series=series, by=by)
        return blanks

    blanks = counter.ledger.write(job)
    sheets = [
        PrintedSlip(
            slip=slip,
            digits=payload.to_digits(signed),
            reprint=None,
            card=False,
            receipt="",
            desk_name=desk.name if desk else "",
        )
        for slip, signed in blanks
    ]
    return [slip.number for slip, _ in blanks], render_pads(sheets, counter.hospital)


def declare(counter: Counter, numbers: Sequence[SlipNumber], outcome: str, reason: str, *, by: str) -> None:
    """Says what became of numbers without content: unused, spoiled or missing. All or none is taken.

    Raises PadUnknown when a number was never handed out, or has content.
    """

    def job(tx: Transaction) -> None:
        issued = {row.number: row for row in queries.numbers(tx.db, "")}
        for number in numbers:
            row = issued.get(number)
            if row is None:
                raise PadUnknown(number=number.grouped, why="it was never handed out")
            if row.has_content:
                raise PadUnknown(number=number.grouped, why="it has been filled in; correct or void it instead")
            content = {"number": number.text, "reason": reason}
            tx.append(_OUTCOMES[outcome], content, series=number.series, by=by)

    counter.ledger.write(job)
