"""Where a slip stands on its way into a hospital system, what its next step is, and the approval that lets it go."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, Delivery, SlipRow
from fallback.recovery.doubts import doubt, voids_unknown
from fallback.recovery.episodes import all_learnt
from fallback.slip import Kind, Slip, SlipNumber

_BATCH = 500
_REFUSED = ("held", "failed")


class Step(StrEnum):
    """What a slip still needs at a target."""

    NOTHING = "nothing"
    SEND = "send"
    UPDATE = "update"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which slips are meant: of these clinics, days (ISO), desks (series) and numbers; None means all.

    `again` takes slips in that were held or failed before, for a person has looked.
    """

    clinics: frozenset[int] | None = None
    days: frozenset[str] | None = None
    series: frozenset[int] | None = None
    numbers: frozenset[SlipNumber] | None = None
    again: bool = False

    def takes(self, slip: Slip) -> bool:
        """Whether a slip is meant."""
        day = slip.visit_day.isoformat() if slip.visit_day else ""
        return (
            (self.clinics is None or slip.visit.clinic in self.clinics)
            and (self.days is None or day in self.days)
            and (self.series is None or slip.number.series in self.series)
            and (self.numbers is None or slip.number in self.numbers)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A slip, where it stands with the target (None: nowhere yet), and its next step.

    `doubt` says why it is held until a person approves it by itself, "" where nothing is wrong.
    """

    row: SlipRow
    delivery: Delivery | None
    step: Step
    doubt: str = ""

    @property
    def number(self) -> SlipNumber:
        """The slip's number."""
        return self.row.slip.number

    @property
    def stage(self) -> str:
        """The stage of the newest revision: ready, approved, sending, confirmed, held, failed."""
        delivery = self.delivery
        goes_on = delivery is not None and delivery.stage == "confirmed" and self.step is Step.UPDATE  # the visit did
        if delivery and not goes_on and (delivery.revision == self.row.revision or delivery.stage in _REFUSED):
            return delivery.stage
        return "held" if self.doubt else "ready"


def step_of(row: SlipRow, delivery: Delivery | None, learnt: str = "") -> Step:
    """The next step. A slip with two contradicting versions takes none: a person looks first.

    `learnt` is what is known by now of what became of the visit (see `episode.Learnt.text`): more than was sent is a
    change, too.
    """
    if row.conflict or row.slip.kind in (Kind.PAD, Kind.SHIFT):
        return Step.NOTHING
    confirmed = delivery.confirmed if delivery else -1
    if confirmed == row.revision:
        more = delivery is not None and bool(learnt) and not row.voided and delivery.told != learnt
        return Step.UPDATE if more else Step.NOTHING
    if row.voided:
        return Step.WITHDRAW if delivery and delivery.attempts else Step.NOTHING
    return Step.SEND if confirmed < 0 else Step.UPDATE


def work_at(db: Database, target: str, choice: Choice | None = None) -> list[Work]:
    """Every slip that still needs a step at the target, a patient's first slip before the later ones."""
    wanted = choice or Choice()
    deliveries, unknown = queries.deliveries(db, target), voids_unknown(db)
    known = {number: learnt.text for number, learnt in all_learnt(db).items()}
    found = []
    for row in queries.slips(db):
        delivery = deliveries.get(row.slip.number.text)
        step = step_of(row, delivery, known.get(row.slip.number.text, ""))
        if step is not Step.NOTHING and wanted.takes(row.slip):
            found.append(Work(row=row, delivery=delivery, step=step, doubt=doubt(row, unknown)))
    return sorted(found, key=_order)


def approve(ledger: Ledger, target: str, choice: Choice | None = None, *, by: str) -> int:
    """Lets slips go to a target: writes who allowed which revision. Returns how many; again changes nothing."""
    wanted = choice or Choice()
    work = [each for each in work_at(ledger.db(), target, wanted) if _may_be_approved(each, again=wanted.again)]
    for portion in _portions(work):
        ledger.write(partial(_approve, target=target, portion=portion, by=by))
    return len(work)


def _may_be_approved(work: Work, *, again: bool) -> bool:
    if work.stage == "ready":
        return True
    corrected = work.delivery is not None and work.delivery.revision != work.row.revision
    return work.stage in _REFUSED and (again or corrected)


def _approve(tx: Transaction, target: str, portion: Sequence[Work], by: str) -> None:
    for each in portion:
        content = {"number": each.number.text, "revision": each.row.revision, "target": target}
        tx.append(FactKind.SLIP_APPROVED, content, series=each.number.series, by=by)


def _portions(work: Sequence[Work]) -> Iterator[Sequence[Work]]:
    for start in range(0, len(work), _BATCH):
        yield work[start : start + _BATCH]


def _order(work: Work) -> tuple[int, bool, bool, str]:
    """What failed before goes last, so that one slip that no server digests cannot stop all others."""
    slip = work.row.slip
    later = slip.patient_number is not None or slip.mother is not None
    when = slip.issued.isoformat() if slip.issued else ""
    return (work.delivery.attempts if work.delivery else 0, later, slip.mother is not None, f"{when} {slip.number}")
