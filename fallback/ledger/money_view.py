"""Money folded from the lines: receipts with how they were paid, exemptions, refunds, and what went to the bank.

Every row hangs on the shift that its line names, never on a clock: a shift's sums are those of its own lines.
"""

from sqlite_utils import Database

from fallback.ledger.facts import FactKind
from fallback.ledger.journal import Line

# A refund without `rupees` is an older void's: it gave back what the slip's receipt says.
SCHEMA = """
CREATE TABLE receipt (shift TEXT NOT NULL, count INTEGER NOT NULL, number TEXT NOT NULL, rupees INTEGER NOT NULL,
    mode TEXT NOT NULL, reference TEXT NOT NULL, book TEXT NOT NULL, settled INTEGER NOT NULL, day TEXT NOT NULL,
    PRIMARY KEY (shift, count, number)) STRICT;
CREATE INDEX receipt_number ON receipt (number);
CREATE INDEX receipt_day ON receipt (day);
CREATE INDEX receipt_settled ON receipt (number) WHERE settled = 1;
CREATE INDEX receipt_reference ON receipt (reference) WHERE reference <> '';
CREATE TABLE exempted (line TEXT PRIMARY KEY, number TEXT NOT NULL, shift TEXT NOT NULL, code TEXT NOT NULL,
    rupees INTEGER NOT NULL, day TEXT NOT NULL) STRICT;
CREATE INDEX exempted_shift ON exempted (shift);
CREATE TABLE refund (line TEXT PRIMARY KEY, number TEXT NOT NULL, receipt TEXT NOT NULL, shift TEXT NOT NULL,
    rupees INTEGER, reason TEXT NOT NULL, allowed_by TEXT NOT NULL, login TEXT NOT NULL, day TEXT NOT NULL) STRICT;
CREATE INDEX refund_shift ON refund (shift);
CREATE INDEX refund_number ON refund (number);
CREATE TABLE banked (line TEXT PRIMARY KEY, shift TEXT NOT NULL, rupees INTEGER NOT NULL, drawer INTEGER NOT NULL,
    bank TEXT NOT NULL, challan TEXT NOT NULL, login TEXT NOT NULL, day TEXT NOT NULL) STRICT;
CREATE INDEX banked_shift ON banked (shift);
"""
TABLES = ("receipt", "exempted", "refund", "banked")
_SLIPS = (FactKind.SLIP_ISSUED, FactKind.SLIP_REVISED, FactKind.SLIP_VOIDED)
FACTS = frozenset({*_SLIPS, FactKind.FEE_SETTLED, FactKind.FEE_REFUNDED, FactKind.CASH_BANKED})
_TOLD = ("rupees", "mode", "reference", "book", "settled")


def _fold_slip(db: Database, line: Line, key: str) -> None:
    content, number = line.content, line.content["slip"]["number"]
    if receipt := content.get("receipt", ""):
        _receipt(db, line, receipt, number, content["slip"]["fee"])
    if line.fact is FactKind.SLIP_ISSUED and (code := content.get("exemption", "")):
        row = (key, number, line.shift, code, content.get("waived", 0), line.local[:10])
        db.execute("INSERT OR IGNORE INTO exempted VALUES (?, ?, ?, ?, ?, ?)", row)
    if line.fact is FactKind.SLIP_VOIDED and content.get("refunds", True):
        _refund(db, line, key, (number, "", line.shift, None, content.get("reason", ""), content.get("allowed_by", "")))


def fold(db: Database, line: Line, _stamp: str) -> None:
    """A line of `FACTS`: each is a row of its own, so no stamp decides between two."""
    content, key = line.content, f"{line.sequence:012d} {line.chain}"
    match line.fact:
        case fact if fact in _SLIPS:
            _fold_slip(db, line, key)
        case FactKind.FEE_SETTLED:
            _receipt(db, line, content["receipt"], content["number"], content["rupees"])
        case FactKind.FEE_REFUNDED:
            told = (content["number"], content["receipt"], line.shift, content["rupees"], content["reason"])
            _refund(db, line, key, (*told, content["allowed_by"]))
        case FactKind.CASH_BANKED:
            what = (content["shift"], content["rupees"], int(content.get("drawer", False)))
            row = (key, *what, content["bank"], content["challan"], line.by, line.local[:10])
            db.execute("INSERT OR IGNORE INTO banked VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)


def _receipt(db: Database, line: Line, receipt: str, number: str, rupees: int) -> None:
    """A receipt. A correction repeats its number and not how it was paid, so whichever line says more wins."""
    shift, _, count = receipt.rpartition("-")
    told, settled = line.content.get("payment") or {}, int(line.fact is FactKind.FEE_SETTLED)
    paid = (told.get("mode", ""), told.get("reference", ""), told.get("book", ""), settled)
    sets = ", ".join(f"{name} = max({name}, excluded.{name})" for name in _TOLD)
    db.execute(
        f"INSERT INTO receipt VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET {sets}, "
        "day = min(day, excluded.day)",
        (shift, int(count), number, rupees, *paid, line.local[:10]),
    )


def _refund(db: Database, line: Line, key: str, told: tuple[str | int | None, ...]) -> None:
    db.execute(
        "INSERT OR IGNORE INTO refund VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (key, *told, line.by, line.local[:10])
    )
