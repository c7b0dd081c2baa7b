"""The import: approved slips into the hospital's system, each once, resumable at any moment, the right system only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from fallback.ehospital import Acknowledgement, Connector, Found, Hold, Outcome, TargetIdentity
from fallback.episode import learnt_of
from fallback.errors import ParchiError, Sentence, TargetChanged, TargetNotAllowed
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, SlipRow
from fallback.recovery.episodes import learnt, sent_as, sent_before
from fallback.recovery.sealed_slips import KEPT_BACK, Reveal, goes_as_itself, hold, told
from fallback.recovery.stages import Choice, Step, Work, step_of, work_at
from fallback.slip import Slip, SlipNumber

Progress = Callable[[int, int], None]
_TO_GO = ("approved", "sending")
_FACTS = {
    Outcome.CREATED: FactKind.SLIP_CONFIRMED,
    Outcome.ALREADY_THERE: FactKind.SLIP_CONFIRMED,
    Outcome.HELD: FactKind.SLIP_HELD,
    Outcome.FAILED: FactKind.SLIP_FAILED,
}


@dataclass(slots=True)
class ImportReport:
    """What a run did. `left` slips are approved and were not reached; `stopped` says why the run ended early."""

    created: int = 0
    already_there: int = 0
    updated: int = 0
    withdrawn: int = 0
    held: int = 0
    failed: int = 0
    left: int = 0
    stopped: ParchiError | None = None
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def confirmed(self) -> int:
        """How many slips the target now has as they should be."""
        return self.created + self.already_there + self.updated + self.withdrawn

    def record(self) -> dict[str, Any]:
        """The report as JSON values; `reasons` by slip number may hold the target's words."""
        names = ("created", "already_there", "updated", "withdrawn", "held", "failed", "left")
        counts: dict[str, Any] = {name: getattr(self, name) for name in names}
        return counts | {"stopped": str(self.stopped) if self.stopped else None, "reasons": self.reasons}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What an import would do with a slip, and what it would send (empty for a hold, whose reason is said)."""

    number: SlipNumber
    revision: int
    step: Step
    stage: str
    reason: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)


def plan(
    ledger: Ledger, connector: Connector, choice: Choice | None = None, *, limit: int | None = None
) -> list[Planned]:
    """The dry run: what would be sent, approved or not. Asks the target nothing and writes nothing."""
    db, found = ledger.db(), []
    for work in work_at(db, connector.target.name, choice)[:limit]:
        slip = sent_as(db, work.row)
        veiled = goes_as_itself(db, slip)  # who it is is shown to nobody here
        reason = "" if veiled and not connector.objection(slip) else _hold(db, work, connector, slip, None)
        reason = reason or (work.doubt if work.stage == "held" else "")
        found.append(
            Planned(
                number=work.number,
                revision=work.row.revision,
                step=work.step,
                stage=work.stage,
                reason=reason,
                content=connector.preview(slip) if work.step is not Step.WITHDRAW and not reason and not veiled else {},
            )
        )
    return found


def pin(ledger: Ledger, connector: Connector, *, by: str, anew: bool = False) -> TargetIdentity:
    """Makes sure that the target is the one it was; the first time, writes down what it is.

    `anew` accepts what it has become: a person said so. Raises TargetChanged, and what `identify` raises.
    """
    identity, target = connector.identify(), connector.target
    pinned = queries.targets(ledger.db()).get(target.name)
    for what in ("url", "software", "fingerprint"):
        if pinned is not None and not anew and pinned[what] != getattr(identity, what):
            raise TargetChanged(target=target.name, what=LABELS[what])
    if pinned is None or anew:
        content = {
            "target": target.name,
            "url": identity.url,
            "software": identity.software,
            "fingerprint": identity.fingerprint,
        }
        ledger.write(lambda tx: tx.append(FactKind.TARGET_PINNED, content, by=by))
    return identity


LABELS = {"url": "address", "software": "software", "fingerprint": "capability statement"}


def run_import(
    ledger: Ledger,
    connector: Connector,
    *,
    by: str,
    limit: int | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Progress | None = None,
    reveal: Reveal | None = None,
) -> ImportReport:
    """Sends what is approved, at most `limit` slips, until `stop` says so. Run twice, or killed and run again, the
    target has each patient and visit once. `reveal` tells who a confidential patient is, for those who go as such.

    A target that cannot be worked with ends the run, as the report's `stopped`. Raises TargetChanged before the first
    slip, TargetNotAllowed for a drill's ledger and a system not marked as a test system, and what `identify` raises.
    """
    made = queries.installation(ledger.db())
    if made is not None and made[1] and not connector.target.test:
        raise TargetNotAllowed(url=connector.target.url, why="it is not marked as a test system")
    pin(ledger, connector, by=by)
    return _Run(ledger, connector, by, reveal).go(limit, stop, progress)


class _Stopped(Exception):
    """The target cannot be worked with now."""

    def __init__(self, error: ParchiError) -> None:
        super().__init__(error)
        self.error = error


class _Run:
    """One run: first whatever a run before left in the air, then the approved slips one by one."""

    def __init__(self, ledger: Ledger, connector: Connector, by: str, reveal: Reveal | None) -> None:
        self._ledger, self._connector, self._by, self._reveal = ledger, connector, by, reveal
        self._target = connector.target.name
        self._report = ImportReport()

    def go(self, limit: int | None, stop: Callable[[], bool], progress: Progress | None) -> ImportReport:
        report = self._report
        try:
            self._look_for_sent()
            waiting = [each for each in work_at(self._ledger.db(), self._target) if each.stage in _TO_GO]
            report.left = len(waiting)
            total = len(waiting) if limit is None else min(limit, len(waiting))
            for done, work in enumerate(waiting[:total]):
                if stop():
                    break
                self._take(work.number)
                report.left -= 1
                if progress:
                    progress(done + 1, total)
        except _Stopped as stopped:
            report.stopped = stopped.error
        return report

    def _look_for_sent(self) -> None:
        """A slip that was being sent when a run ended may be there or not: the target knows, we look before we send."""
        db = self._ledger.db()
        for delivery in queries.deliveries(db, self._target).values():
            if delivery.stage != "sending" or delivery.confirmed >= 0:
                continue  # a change names the version that it replaces: repeating it is safe without a look
            slip = queries.version(db, delivery.number, delivery.revision)
            row = queries.slip(db, delivery.number)
            if slip is None or row is None or row.conflict or row.voided:
                continue
            try:
                shown = self._told(replace(row, slip=slip))
            except ParchiError:
                continue  # its identity cannot be opened: it is held when its turn comes
            found = self._find(shown)
            if found is not None:
                answer = self._connector.confirm(shown, found)
                self._record(shown, delivery.revision, Step.SEND, self._veil(slip, answer))

    def _take(self, number: SlipNumber) -> None:
        """One slip: *sending* is durable before anything leaves, the answer after it came."""
        work = self._ledger.write(lambda tx: self._begin(tx, number))
        if work is None:
            return
        try:
            withdrawn = work.step is Step.WITHDRAW  # by its number: nobody needs to know who it was
            db = self._ledger.db()
            before = sent_before(db, work.row, work.row.slip, work.delivery) if withdrawn and work.delivery else None
            slip = before or self._told(work.row)
        except ParchiError as error:
            answer = Acknowledgement(outcome=Outcome.HELD, reason=str(error), hold=Hold.SEALED)
            self._record(work.row.slip, work.row.revision, work.step, answer)
            return
        match work.step:
            case Step.SEND:
                answer = self._send(work, slip)
            case Step.UPDATE:
                answer = self._update(work, slip)
            case _:
                answer = self._connector.withdraw(slip)
        self._record(slip, work.row.revision, work.step, self._veil(work.row.slip, answer))

    def _told(self, row: SlipRow) -> Slip:
        """A slip as the target is told it; raises what keeps a sealed identity from being opened."""
        db = self._ledger.db()
        return told(db, sent_as(db, row), self._reveal)

    def _veil(self, slip: Slip, answer: Acknowledgement) -> Acknowledgement:
        """The answer as it may be written down: of a confidential patient without words, and without their UHID."""
        if not goes_as_itself(self._ledger.db(), slip):
            return answer
        return replace(answer, uhid="", reason=KEPT_BACK if answer.reason else "")

    def _send(self, work: Work, slip: Slip) -> Acknowledgement:
        """Sends what was never sent. What was, may be there in this revision or in an earlier one: we look first."""
        found = self._find(slip) if work.delivery and work.delivery.attempts else None
        if found is None:
            return self._connector.send(slip)
        answer = self._connector.confirm(slip, found)
        for revision in range(work.row.revision - 1, -1, -1):
            before = queries.version(self._ledger.db(), work.number, revision)
            if answer.outcome is not Outcome.HELD or before is None:
                break
            before = self._told(replace(work.row, slip=before))
            if self._connector.confirm(before, found).outcome is not Outcome.HELD:
                return self._connector.update(slip, before)
        return answer

    def _find(self, slip: Slip) -> Found | None:
        try:
            return self._connector.find(slip)
        except ParchiError as error:
            raise _Stopped(error) from error

    def _update(self, work: Work, slip: Slip) -> Acknowledgement:
        db = self._ledger.db()
        before = queries.version(db, work.number, work.delivery.confirmed) if work.delivery else None
        if before is None or work.delivery is None:
            why = "What the system has of this slip is not known here. Compare the two by hand."
            return Acknowledgement(outcome=Outcome.HELD, reason=why)
        return self._connector.update(slip, told(db, sent_before(db, work.row, before, work.delivery), self._reveal))

    def _begin(self, tx: Transaction, number: SlipNumber) -> Work | None:
        """Looks at the slip once more, for it may have changed since the list was made; None when it is not to go."""
        row, delivery = queries.slip(tx.db, number), queries.delivery(tx.db, number, self._target)
        if row is None or delivery is None:
            return None
        step = step_of(row, delivery, learnt(tx.db, row.slip).text)
        work = Work(row=row, delivery=delivery, step=step)
        if work.step is Step.NOTHING or work.stage not in _TO_GO:
            return None
        content = {"number": number.text, "revision": row.revision, "target": self._target}
        if reason := _hold(tx.db, work, self._connector, sent_as(tx.db, row), self._reveal):
            self._report.held += 1
            self._report.reasons[number.text] = reason
            tx.append(FactKind.SLIP_HELD, content | {"reason": reason}, series=number.series, by=self._by)
            return None
        tx.append(FactKind.SLIP_SENDING, content, series=number.series, by=self._by)
        return work

    def _record(self, slip: Slip, revision: int, step: Step, answer: Acknowledgement) -> None:
        """Writes down what became of a slip; `slip` is as it was told."""
        if answer.outcome is Outcome.UNREACHABLE:
            raise _Stopped(answer.error or ParchiError())
        number = slip.number
        content: dict[str, Any] = {"number": number.text, "revision": revision, "target": self._target}
        content |= {"patient": answer.patient, "encounter": answer.encounter}
        if answer.outcome in (Outcome.HELD, Outcome.FAILED):
            content |= {"reason": str(answer.reason), "hold": answer.hold.value}
            self._report.reasons[number.text] = str(answer.reason)
        else:
            content |= {"uhid": answer.uhid, "created": answer.created, "told": learnt_of(slip).text}
        fact = _FACTS[answer.outcome]
        self._ledger.write(lambda tx: tx.append(fact, content, series=number.series, by=self._by))
        self._count(step, answer.outcome)

    def _count(self, step: Step, outcome: Outcome) -> None:
        report = self._report
        match outcome, step:
            case Outcome.HELD, _:
                report.held += 1
            case Outcome.FAILED, _:
                report.failed += 1
            case _, Step.UPDATE:
                report.updated += 1
            case _, Step.WITHDRAW:
                report.withdrawn += 1
            case Outcome.CREATED, _:
                report.created += 1
            case _:
                report.already_there += 1


def _hold(db: Database, work: Work, connector: Connector, slip: Slip, reveal: Reveal | None) -> str:
    """Why a person must look before this slip goes anywhere; "" when nobody must."""
    if work.step is Step.WITHDRAW:
        return ""
    if reason := hold(db, slip, reveal):
        return reason
    if slip.alias:
        return Sentence(
            "It was registered under another name. A supervisor decides under which it goes into the system."
        )
    told = {"name": slip.patient.name, "name_hindi": slip.patient.name_hindi}
    if cut := [name for name, text in told.items() if name in work.row.cut and text.endswith("…")]:
        return Sentence("Only the paper was read, and its code had no room for the {field}. Correct it.", field=cut[0])
    return connector.objection(slip)
