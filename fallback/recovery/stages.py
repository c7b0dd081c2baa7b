"""Where a slip stands on its way into a hospital system, what its next step is, and the words that move it on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from fallback.episode import Learnt, Told
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, Delivery, SlipRow, stages as asked
from fallback.ledger.queries.stages import Filter, StageRow, Standing
from fallback.recovery.doubts import doubt, voids_unknown
from fallback.recovery.episodes import all_learnt, learnt
from fallback.slip import Kind, SlipNumber

_BATCH = 500
_REFUSED = ("held", "failed")
_UNSENT = ("read", "matched", "ready", "approved", *_REFUSED)
TO_GO = ("approved", "sending")
WAITING = ("read", "matched", "ready", *TO_GO, *_REFUSED, "on_return")  # that still need a step
_LAST = "9999-12-31"


class Step(StrEnum):
    """What a slip still needs at a target."""

    NOTHING = "nothing"
    SEND = "send"
    UPDATE = "update"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which slips are meant, as `ledger.queries.stages.Filter` has it; None means all.

    `again` takes slips in that were held or failed before, for a person has looked.
    """

    clinics: frozenset[int] | None = None
    days: frozenset[str] | None = None
    series: frozenset[int] | None = None
    numbers: frozenset[SlipNumber] | None = None
    stages: frozenset[str] | None = None
    holds: frozenset[str] | None = None
    decided: frozenset[str] | None = None
    again: bool = False

    @property
    def filter(self) -> Filter:
        """The same as a question to the ledger."""
        return Filter(
            stages=self.stages,
            clinics=self.clinics,
            days=self.days,
            series=self.series,
            numbers=self.numbers,
            holds=self.holds,
            decided=self.decided,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A slip, where it stands with the target (delivery None: nowhere yet), its next step and its stage.

    `doubt` says why it is held until a person approves it by itself, "" where nothing is wrong.
    """

    row: SlipRow
    delivery: Delivery | None
    step: Step
    stage: str
    doubt: str = ""

    @property
    def number(self) -> SlipNumber:
        """The slip's number."""
        return self.row.slip.number


def step_of(row: SlipRow, delivery: Delivery | None, known: str = "") -> Step:
    """The next step. A slip with two contradicting versions takes none: a person looks first.

    `known` is what is known by now of what became of the visit (see `episode.Learnt.text`): more than was sent is a
    change, too. What was held after it was confirmed, and has nothing more to tell, is looked at once more.
    """
    if row.conflict or row.slip.kind in (Kind.PAD, Kind.SHIFT):
        return Step.NOTHING
    confirmed = delivery.confirmed if delivery else -1
    if delivery is not None and confirmed == row.revision:
        if not row.voided and not delivery.deaf and delivery.told != known:
            return Step.UPDATE
        there = delivery.stage == "confirmed" or not delivery.attempts  # registered by hand: nothing is sent beside it
        return Step.NOTHING if there else Step.WITHDRAW if row.voided else Step.SEND
    if row.voided:
        return Step.WITHDRAW if delivery and delivery.attempts else Step.NOTHING
    return Step.SEND if confirmed < 0 else Step.UPDATE


def standing(db: Database, target: str, known: dict[str, Learnt] | None = None) -> Standing:
    """What is not in the tables of slips; `known` is what became of every visit, where the caller knows it already.

    One pass over what was read: with 150,000 slips it takes a second or two.
    """
    told = {number: each.text for number, each in (all_learnt(db, target) if known is None else known).items()}
    sent = queries.told(db, target)
    more = {number for number, text in sent.items() if told.get(number, "") != text}
    return Standing(target=target, unknown=frozenset(voids_unknown(db)), more=frozenset(more))


def standing_of(db: Database, target: str, row: SlipRow, delivery: Delivery | None, known: str) -> Standing:
    """The same for one slip, of whose visit this is known (see `step_of`)."""
    more = delivery is not None and not delivery.deaf and delivery.told != known
    unknown = frozenset(voids_unknown(db)) if not row.journalled else frozenset[int]()
    number = row.slip.number.text
    return Standing(target=target, unknown=unknown, more=frozenset({number} if more else ()))


def stands(db: Database, target: str, number: SlipNumber) -> StageRow | None:
    """Where one slip stands with a target; None for a number without content, or a blank."""
    row = queries.slip(db, number)
    if row is None:
        return None
    known = learnt(db, row.slip, target).text
    return asked.one(db, standing_of(db, target, row, queries.delivery(db, number, target), known), number)


def work_at(db: Database, target: str, choice: Choice | None = None, *, limit: int | None = None) -> list[Work]:
    """Every slip that still needs a step at the target, or the first so many of them, in the order of sending."""
    wanted, known = choice or Choice(), all_learnt(db, target)
    where = standing(db, target, known)
    rows = [each for each in asked.rows(db, where, wanted.filter) if each.hold != asked.CONFLICT]
    return work_of(db, where, in_order(db, [row for row in rows if row.stage in WAITING], known)[:limit])


def work_of(db: Database, where: Standing, rows: Sequence[StageRow]) -> list[Work]:
    """The same slips with all that is known of each."""
    found = []
    for each in rows:
        row, delivery = queries.slip(db, each.number), queries.delivery(db, each.number, where.target)
        if row is not None:
            step = step_of(row, delivery, learnt(db, row.slip, where.target).text)
            why = doubt(row, set(where.unknown)) if each.hold == asked.DOUBT else ""
            found.append(Work(row=row, delivery=delivery, step=step, stage=each.stage, doubt=why))
    return found


def in_order(db: Database, rows: Sequence[StageRow], known: dict[str, Learnt]) -> list[StageRow]:
    """The order of sending: the admitted, medico-legal cases, those whose results are pending, and whose follow-up is
    due go first, with all of that patient's slips, the patient's first slip before the later ones.

    Whose slip failed before goes last, so that one slip that no server digests cannot stop all others.
    """
    facts = asked.order(db)
    place = {each.number.text: _urgency(each, facts[each.number.text], known.get(each.number.text)) for each in rows}
    of_person: dict[str, tuple[int, str]] = {}
    tried: dict[str, int] = {}
    for each in rows:
        mine = place[each.number.text]
        of_person[each.person] = min(mine, of_person.get(each.person, mine))
        tried[each.person] = max(each.attempts, tried.get(each.person, 0))

    def key(each: StageRow) -> tuple[Any, ...]:
        facts_of = facts[each.number.text]
        later = facts_of.later or facts_of.mother
        return (tried[each.person], *of_person[each.person], later, facts_of.mother, facts_of.issued, each.number)

    return sorted(rows, key=key)


def _urgency(row: StageRow, facts: asked.Order, known: Learnt | None) -> tuple[int, str]:
    """How urgent a slip is by itself (0 is most), and until when (ISO)."""
    told = known.told if known else ()
    if row.kind == Kind.ADMISSION or Told.ADMITTED in told:
        return 0, ""
    if facts.medico_legal or Told.MEDICO_LEGAL in told:
        return 1, ""
    if Told.INVESTIGATIONS in told:
        return 2, ""
    if known is not None and known.days is not None:
        return 3, (date.fromisoformat(row.day) + timedelta(days=known.days)).isoformat() if row.day else _LAST
    return 4, ""


def approve(ledger: Ledger, target: str, choice: Choice | None = None, *, by: str) -> int:
    """Lets slips go to a target: writes who allowed which revision. Returns how many; again changes nothing.

    Whoever is left for the live counter is taken back only where that stage, or the number, is named.
    """
    wanted, db = choice or Choice(), ledger.db()
    found = asked.rows(db, standing(db, target), wanted.filter)
    rows = [each for each in found if may_be_approved(each, wanted)]
    approved = partial(_approve, target=target, by=by)
    return sum(ledger.write(partial(approved, portion=portion)) for portion in _portions(rows))


def may_be_approved(row: StageRow, choice: Choice) -> bool:
    """Whether an approval of this choice lets a slip of it go."""
    if row.stage == "on_return":
        return choice.numbers is not None or "on_return" in (choice.stages or ())
    if row.hold == asked.CONFLICT:
        return False
    return row.stage == "ready" or (row.stage in _REFUSED and (choice.again or row.changed))


def _approve(tx: Transaction, target: str, portion: Sequence[StageRow], by: str) -> int:
    rows = _as_they_were(tx.db, target, portion)
    for each in rows:
        content = {"number": each.number.text, "revision": each.revision, "target": target}
        if each.stage == "held" and each.hold and not each.changed:
            content["hold"] = each.hold
        tx.append(FactKind.SLIP_APPROVED, content, series=each.number.series, by=by)
    return len(rows)


def _as_they_were(db: Database, target: str, rows: Sequence[StageRow]) -> list[StageRow]:
    """Those of which nobody wrote a word since they were listed: what left meanwhile is in the air, and stays so."""
    now = ((each, queries.delivery(db, each.number, target)) for each in rows)
    return [each for each, delivery in now if (delivery.at if delivery else "") == each.at]


def defer(ledger: Ledger, target: str, choice: Choice, *, reason: str, by: str) -> int:
    """Leaves slips for the live counter: they are registered there when the patient returns. Returns how many.

    Only what was never sent: of the rest the system may have the visit already.
    """
    db = ledger.db()
    rows = [
        each
        for each in asked.rows(db, standing(db, target), choice.filter)
        if each.stage in _UNSENT and not each.attempts and not each.voided and each.hold != asked.CONFLICT
    ]
    deferred = partial(_defer, target=target, reason=reason, by=by)
    return sum(ledger.write(partial(deferred, portion=portion)) for portion in _portions(rows))


def _defer(tx: Transaction, target: str, portion: Sequence[StageRow], reason: str, by: str) -> int:
    rows = _as_they_were(tx.db, target, portion)
    for each in rows:
        content = {"number": each.number.text, "revision": each.revision, "target": target, "reason": reason}
        tx.append(FactKind.SLIP_DEFERRED, content, series=each.number.series, by=by)
    return len(rows)


def _portions(rows: Sequence[StageRow]) -> Iterator[Sequence[StageRow]]:
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]
