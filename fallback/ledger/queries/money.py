"""Read-only questions about money: a shift's sums, a slip's receipt, what went to the bank, what needs a look."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlite_utils import Database

from fallback.money import Mode, ModeSum, Payment
from fallback.slip import SlipNumber

# A receipt as its refund finds it: by its number, or, of an older void, by its slip.
_REFUNDED = (
    "refund LEFT JOIN receipt ON receipt.number = refund.number "
    "AND (refund.receipt = '' OR refund.receipt = receipt.shift || '-' || receipt.count) "
)
_MODE = "coalesce(nullif(receipt.mode, ''), 'cash')"
_GIVEN_BACK = "coalesce(refund.rupees, receipt.rupees, 0)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exempted:
    """How many were exempt for one reason (its code), and the rupees that the schedule would have asked."""

    code: str
    count: int
    rupees: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftSums:
    """A shift in figures, by journal order. Money in whole rupees; `first` and `last` are slip numbers, "" if none.

    `paid_rupees` and `refunded_rupees` are of all ways of paying, `modes` has each of them. `settled` and
    `settled_rupees` are the part that was paid for earlier slips. `banked` went out of the drawer while it was open.
    """

    slips: int
    voids: int
    reprints: int
    corrections: int
    paid: int
    paid_rupees: int
    exempt: int
    later: int
    refunded_rupees: int
    first: str
    last: str
    modes: tuple[ModeSum, ...] = ()
    exemptions: tuple[Exempted, ...] = ()
    settled: int = 0
    settled_rupees: int = 0
    banked: int = 0

    @property
    def drawer(self) -> int:
        """What the shift adds to its float: the cash that came in, less what went out. Below zero: more went out."""
        cash = sum(each.rupees - each.refunded for each in self.modes if each.mode is Mode.CASH)
        return cash - self.banked

    @property
    def waived(self) -> int:
        """The rupees that were not asked of those who are exempt."""
        return sum(each.rupees for each in self.exemptions)


def shift_sums(db: Database, key: str) -> ShiftSums:
    """The figures of a shift. What is given back counts in the shift that gave it."""

    def one(sql: str) -> Any:
        return db.execute(sql, (key,)).fetchone()

    fees = dict(
        db.execute(
            "SELECT record ->> '$.fee_status', count(*) FROM version WHERE shift = ? AND revision = 0 GROUP BY 1",
            (key,),
        ).fetchall()
    )
    slips, first, last = one("SELECT count(*), min(number), max(number) FROM version WHERE shift = ? AND revision = 0")
    reprints = one(  # by the journal's order: a clock that was set back would lose some, or count another shift's
        "SELECT count(*) FROM shift JOIN reprint USING (login) WHERE shift.key = ? AND line > begun "
        "AND substr(line, 14) = substr(begun, 14) "
        "AND (end_sequence IS NULL OR line < printf('%012d ', end_sequence) || end_chain)"
    )
    modes = _modes(db, "shift", key)
    settled = one("SELECT count(*), coalesce(sum(rupees), 0) FROM receipt WHERE shift = ? AND settled = 1")
    return ShiftSums(
        slips=slips,
        voids=one("SELECT count(*) FROM version WHERE shift = ? AND kind = 'void'")[0],
        reprints=reprints[0],
        corrections=one("SELECT count(*) FROM version WHERE shift = ? AND revision > 0 AND kind <> 'void'")[0],
        paid=fees.get("paid", 0),
        paid_rupees=sum(each.rupees for each in modes),
        exempt=fees.get("exempt", 0),
        later=fees.get("later", 0),
        refunded_rupees=sum(each.refunded for each in modes),
        first=first or "",
        last=last or "",
        modes=modes,
        exemptions=_exemptions(db, key),
        settled=settled[0],
        settled_rupees=settled[1],
        banked=one("SELECT coalesce(sum(rupees), 0) FROM banked WHERE shift = ? AND drawer = 1")[0],
    )


def _modes(db: Database, column: str, value: str) -> tuple[ModeSum, ...]:
    """Each way of paying of a shift, or of an ISO day, in which money came in or went back."""
    taken = db.execute(
        f"SELECT {_MODE}, count(*), sum(rupees) FROM receipt WHERE {column} = ? GROUP BY 1", (value,)
    ).fetchall()
    back = db.execute(
        f"SELECT {_MODE}, sum({_GIVEN_BACK}) FROM {_REFUNDED} WHERE refund.{column} = ? GROUP BY 1", (value,)
    ).fetchall()
    found = {mode: (receipts, rupees) for mode, receipts, rupees in taken}
    refunded = dict(back)
    return tuple(
        ModeSum(mode=mode, receipts=receipts, rupees=rupees, refunded=refunded.get(mode.value, 0))
        for mode in Mode
        for receipts, rupees in [found.get(mode.value, (0, 0))]
        if receipts or refunded.get(mode.value)
    )


def day_modes(db: Database, day: str) -> tuple[ModeSum, ...]:
    """The money of an ISO day, all shifts together, by the way it was paid."""
    return _modes(db, "day", day)


def _exemptions(db: Database, key: str) -> tuple[Exempted, ...]:
    rows = db.execute(
        "SELECT code, count(*), sum(rupees) FROM exempted WHERE shift = ? GROUP BY code ORDER BY 2 DESC, code", (key,)
    )
    return tuple(Exempted(code=code, count=count, rupees=rupees) for code, count, rupees in rows)


def receipts(db: Database, shift_key: str) -> int:
    """How many receipts a shift has given: the next one's number is one more, so there is no gap."""
    count: int = db.execute("SELECT coalesce(max(count), 0) FROM receipt WHERE shift = ?", (shift_key,)).fetchone()[0]
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """Money that was taken for a slip. `text` is the receipt's number; `refunded` what was given back so far."""

    number: SlipNumber
    shift: str
    count: int
    rupees: int
    payment: Payment
    settled: bool
    refunded: int

    @property
    def text(self) -> str:
        """The number as it is printed: the shift and the count in it."""
        return f"{self.shift}-{self.count}"


def receipts_of(db: Database, number: SlipNumber) -> list[Receipt]:
    """The receipts of a slip: none where no money was taken, two where desks that had not met both took the fee."""
    rows = db.execute(
        f"SELECT shift, count, rupees, mode, reference, book, settled, (SELECT coalesce(sum({_GIVEN_BACK}), 0) "
        "FROM refund WHERE refund.number = receipt.number "
        "AND refund.receipt IN ('', receipt.shift || '-' || receipt.count)) "
        "FROM receipt WHERE number = ? ORDER BY shift, count",
        (number.text,),
    )
    return [
        Receipt(
            number=number,
            shift=shift,
            count=count,
            rupees=rupees,
            payment=Payment(mode=Mode(mode or Mode.CASH), reference=reference, book=book),
            settled=bool(settled),
            refunded=refunded,
        )
        for shift, count, rupees, mode, reference, book, settled, refunded in rows
    ]


def receipt_of(db: Database, number: SlipNumber) -> Receipt | None:
    """The receipt of a slip, None where no money was taken; of two the one that was not given back."""
    return min(receipts_of(db, number), key=lambda each: bool(each.refunded), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Banked:
    """Cash of a shift that went to the bank, with the challan's number; `drawer`: while the shift was open."""

    shift: str
    rupees: int
    bank: str
    challan: str
    drawer: bool
    login: str


def bankings(db: Database) -> list[Banked]:
    """All of them, by their shift."""
    rows = db.execute("SELECT shift, rupees, bank, challan, drawer, login FROM banked ORDER BY shift, line")
    return [
        Banked(shift=shift, rupees=rupees, bank=bank, challan=challan, drawer=bool(drawer), login=login)
        for shift, rupees, bank, challan, drawer, login in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Money that a person should look at: `reference` stands on all of `numbers`; "" where one was paid back twice, or
    its fee `taken_twice`.
    """

    reference: str
    numbers: tuple[SlipNumber, ...] = field(default=())
    taken_twice: bool = False


def doubts(db: Database) -> list[Doubt]:
    """One payment shown for several slips (a screenshot goes round), slips that gave back more than they took, and fees
    that were taken twice.

    Desks that cannot see each other can do both; the merge brings it to light.
    """
    shared = db.execute(
        "SELECT reference, group_concat(DISTINCT number) FROM receipt WHERE reference <> '' GROUP BY reference "
        "HAVING count(DISTINCT number) > 1 ORDER BY reference"
    )
    found = [
        Doubt(reference=reference, numbers=tuple(SlipNumber.parse(each) for each in sorted(numbers.split(","))))
        for reference, numbers in shared
    ]
    back = db.execute(
        f"SELECT refund.number FROM {_REFUNDED} GROUP BY refund.number HAVING sum({_GIVEN_BACK}) > "
        "coalesce((SELECT sum(rupees) FROM receipt WHERE receipt.number = refund.number), 0) ORDER BY 1"
    )
    found += [Doubt(reference="", numbers=(SlipNumber.parse(number),)) for (number,) in back]
    settled = "SELECT number FROM receipt WHERE settled = 1 GROUP BY number HAVING count(*) > 1"
    twice = db.execute(settled).fetchall()  # with a slip none is taken twice: it has its number from one desk
    paid = {number: receipts_of(db, number) for number in (SlipNumber.parse(text) for (text,) in twice)}
    return found + [
        Doubt(reference="", numbers=(number,), taken_twice=True)
        for number, receipts in paid.items()
        if sum(not each.refunded for each in receipts) > 1
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """The cash that a shift added to its drawer, and the rest of its money, for a list of many shifts."""

    modes: tuple[ModeSum, ...] = ()
    banked: int = 0  # out of the drawer while it was open
    carried: int = 0  # to the bank out of what was counted

    @property
    def drawer(self) -> int:
        """As `ShiftSums.drawer`."""
        return sum(each.rupees - each.refunded for each in self.modes if each.mode is Mode.CASH) - self.banked


def drawers(db: Database, keys: Sequence[str]) -> dict[str, Drawer]:
    """The money of shifts, by their keys; a shift through which none went is left out."""
    places = ", ".join("?" for _ in keys)

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return list(db.execute(sql.format(places=places), tuple(keys)))

    taken = ask(f"SELECT shift, {_MODE}, count(*), sum(rupees) FROM receipt WHERE shift IN ({{places}}) GROUP BY 1, 2")
    back = ask(
        f"SELECT refund.shift, {_MODE}, sum({_GIVEN_BACK}) FROM {_REFUNDED} "
        "WHERE refund.shift IN ({places}) GROUP BY 1, 2"
    )
    gone = ask(
        "SELECT shift, sum(rupees * drawer), sum(rupees * (1 - drawer)) FROM banked "
        "WHERE shift IN ({places}) GROUP BY 1"
    )
    came = {(shift, mode): (receipts, rupees) for shift, mode, receipts, rupees in taken}
    went = {(shift, mode): rupees for shift, mode, rupees in back}
    carried = {shift: rest for shift, *rest in gone}
    found = {}
    for key in {shift for shift, _ in [*came, *went]} | set(carried):
        modes = []
        for mode in Mode:
            receipts, rupees = came.get((key, mode.value), (0, 0))
            refunded = went.get((key, mode.value), 0)
            if receipts or refunded:
                modes.append(ModeSum(mode=mode, receipts=receipts, rupees=rupees, refunded=refunded))
        out, later = carried.get(key, (0, 0))
        found[key] = Drawer(modes=tuple(modes), banked=out, carried=later)
    return found
