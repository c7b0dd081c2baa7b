"""The shift sheet: a closed shift in figures, its void slips, and the signed codes that carry both."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from fallback.hospital import Hospital
from fallback.language import grouped, rupees
from fallback.money import NOT_COUNTED, Cash, Mode, ModeSum
from fallback.printing.content import Content
from fallback.printing.fields import moment
from fallback.printing.layout import Layout
from fallback.printing.papers.labels import SHIFT_SHEET
from fallback.printing.papers.paper import columns, content, journal, room, split
from fallback.slip import SlipNumber
from fallback.statement import ShiftStatement

_PRINTED = 32  # digits of the hash: half of them, which a person can type and nobody can hit by trying

COPIES = 3  # second copies that have a line on the sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSheet:
    """A closed shift: each page of its statement with the text of its code, who sat there, the note.

    `copies` are the second copies, the newest first: label, when it last had everything, up to which line; `carrier`
    takes the first of them away. `modes` are the fees by the way they were paid, empty where all was cash; `banked`
    went out of the drawer to the bank, `waived` is what the exempt were not asked; `opening` and `counted` are the
    drawer by denomination. `certificate` is the text of the desk's own code, so that the sheet and the poster
    alone prove it; "" leaves it out.
    `chain` and `hash` (hex) are of the journal's head, of which the statement has the line and the hash's beginning.
    """

    name: ClassVar[str] = "shift-sheet"
    pages: Sequence[tuple[ShiftStatement, str]]
    desk: str
    clerk: str
    note: str = ""
    copies: Sequence[tuple[str, datetime | None, int]] = ()
    carrier: str = ""
    modes: Sequence[ModeSum] = ()
    banked: int = 0
    waived: int = 0
    opening: Cash = NOT_COUNTED
    counted: Cash = NOT_COUNTED
    certificate: str = ""
    chain: str = ""
    hash: str = ""

    def contents(self, plan: Layout, _: Hospital) -> list[Content]:
        """All figures on each page; the voids where their code is."""
        across = columns(plan, "void")
        leaves = [
            (digits, rows)
            for statement, digits in self.pages
            for rows in split(split(statement.voids, across), room(plan))
        ]
        values = self._values()
        return [
            content(
                plan, SHIFT_SHEET, values | {"page": f"{place} / {len(leaves)}"},
                codes={"qr": digits, "certificate": self.certificate},
                rows=[{f"void_{at}": number.grouped for at, number in enumerate(row, 1)} for row in rows],
                drill=self.pages[0][0].drill,
            )
            for place, (digits, rows) in enumerate(leaves, 1)
        ]  # fmt: skip

    def _values(self) -> dict[str, str]:
        shift = self.pages[0][0]
        net = {each.mode: each.rupees - each.refunded for each in self.modes}
        cash = net.get(Mode.CASH, 0) if net else shift.receipts_rupees - shift.refunded_rupees
        due = shift.opening_float + cash - self.banked
        more = shift.counted_cash - due
        counts = {
            "issued": shift.issued,
            "others": max(shift.last - shift.first + 1 - shift.issued, 0) if shift.issued else 0,
            "voids": sum(len(statement.voids) for statement, _ in self.pages),
            "corrections": shift.corrections,
            "reprints": shift.reprints,
            "receipts": shift.receipts,
            "exempt": shift.exempt,
            "later": shift.later,
        }
        money = {
            "taken": shift.receipts_rupees,
            "refunded": shift.refunded_rupees,
            "opening_float": shift.opening_float,
            "due": due,
            "counted_cash": shift.counted_cash,
            "cash": cash,
            "upi": net.get(Mode.UPI, 0),
            "cards": net.get(Mode.CARD, 0),
            "banked": self.banked,
            "waived": self.waived,
        }
        return {
            "shift": shift.key,
            "desk": self.desk,
            "clerk": self.clerk,
            "opened": _moment(shift.opened),
            "closed": _moment(shift.closed),
            "first": _number(shift.series, shift.first),
            "last": _number(shift.series, shift.last),
            "difference": f"{'+' if more > 0 else ''}{rupees(more)}",
            "journal": journal(self.chain, shift.head_sequence, self.hash[:_PRINTED] or shift.head.hex()),
            "note": self.note,
            "opening_notes": str(self.opening),
            "counted_notes": str(self.counted),
            **self._sticks(),
            **{name: grouped(count) for name, count in counts.items()},
            **{name: rupees(amount) for name, amount in money.items()},
        }

    def _sticks(self) -> dict[str, str]:
        """A line for each second copy, as many as the sheet has; the first is the one that is taken out."""
        found: dict[str, str] = {}
        for place, (label, at, sequence) in enumerate(self.copies[:COPIES], 1):
            goes = f" · {self.carrier}" if self.carrier and place == 1 else ""
            found[f"copy_{place}"] = f"{label} · {_moment(at) or '?'} · {grouped(sequence)}{goes}"
        return found


def _moment(at: datetime | None) -> str:
    return moment(at) if at else ""


def _number(series: int, serial: int) -> str:
    return SlipNumber(series, serial).grouped if serial else ""
