"""One run of an import: first whatever a run before left in the air, then the approved slips one by one."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

from fallback.ehospital import Acknowledgement, Connector, Found, Hold, Outcome
from fallback.episode import learnt_of
from fallback.errors import CanaryWaits, ParchiError, Sentence, TargetBusy
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, SlipRow, after, gates as words, matches, stages as asked
from fallback.ledger.queries.recovery import UNTOLD
from fallback.ledger.queries.stages import StageRow
from fallback.recovery import gates
from fallback.recovery.episodes import all_learnt, learnt, sent_as, sent_before
from fallback.recovery.import_report import ImportReport
from fallback.recovery.last_answer import LastAnswer
from fallback.recovery.leases import Lease, is_alive
from fallback.recovery.objections import reason_to_hold
from fallback.recovery.pace import Pace
from fallback.recovery.sealed_slips import KEPT_BACK, Reveal, goes_as_itself, told
from fallback.recovery.stages import TO_GO, Choice, Step, Work, in_order, standing, standing_of, step_of
from fallback.slip import Slip, SlipNumber

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]
_LOOK_AGAIN = 500  # slips after which we make sure again that the target is the one that it was
_SHARED, _SHARED_TRIES = 0.2, 150  # seconds between two looks at a patient whom another run has, and how many
_FACTS = {
    Outcome.CREATED: FactKind.SLIP_CONFIRMED,
    Outcome.ALREADY_THERE: FactKind.SLIP_CONFIRMED,
    Outcome.HELD: FactKind.SLIP_HELD,
    Outcome.FAILED: FactKind.SLIP_FAILED,
}


class Stopped(Exception):
    """The target cannot be worked with now, or a person paused it."""

    def __init__(self, error: ParchiError) -> None:
        super().__init__(error)
        self.error = error


class _Shared(Exception):
    """Another run has this patient at this moment."""


class Run:
    """One run; `lease` says that it is alive. Several may go on at once, never on one patient."""

    def __init__(
        self, ledger: Ledger, connector: Connector, lease: Lease, pace: Pace, *, by: str, reveal: Reveal | None
    ) -> None:
        self._ledger, self._connector, self._lease, self._pace = ledger, connector, lease, pace
        self._by, self._reveal = by, reveal
        self._target = connector.target.name
        self._canary_waits = False
        self._last = LastAnswer(ledger, by=by)
        self.report = ImportReport()

    def go(self, choice: Choice, limit: int | None, stop: Stop, progress: Progress | None) -> ImportReport:
        """Sends what is approved, until it is done, stopped or paused."""
        try:
            self._patiently(self._look_for_sent, stop)
            waiting = self._waiting(choice)
            self.report.left = len(waiting)
            total = len(waiting) if limit is None else min(limit, len(waiting))
            shared = self._all(waiting[:total], stop, progress)
            for row in shared:
                self._later(row, stop)
            if self._canary_waits:
                raise Stopped(CanaryWaits(target=self._target, count=words.went(self._ledger.db(), self._target)))
        except Stopped as stopped:
            self.report.stopped = stopped.error
        finally:
            self._last.settle()
        return self.report

    def _all(self, rows: list[StageRow], stop: Stop, progress: Progress | None) -> list[StageRow]:
        """One slip after the other. Returns those whose patient another run has, or the target has to forget first."""
        shared = []
        for done, row in enumerate(rows):
            if self._canary_waits and not row.attempts:
                continue  # a person looks at the first ones; what was sent already may be corrected meanwhile
            if self._pace.waits:
                self._last.settle()
            self._pace.step(stop)
            if stop():
                break
            if done and done % _LOOK_AGAIN == 0:
                self._last.settle()
                self._patiently(self._identify, stop)
            try:
                self._apart(row, stop)
            except _Shared:
                shared.append(row)
            if progress:
                progress(done + 1, len(rows))
        return shared

    def _apart(self, row: StageRow, stop: Stop) -> None:
        if self._pace.is_soon(row.person, self._connector.abilities.apart):
            raise _Shared()
        self._one(row.number, stop)

    def _later(self, row: StageRow, stop: Stop) -> None:
        """A slip that could not go in its turn."""
        for _try in range(_SHARED_TRIES):
            if stop():
                return
            with suppress(_Shared):
                self._apart(row, stop)
                return
            self._last.settle()
            self._pace.wait(_SHARED, stop)

    def _may_go_on(self) -> None:
        if word := gates.paused(self._ledger.db(), self._target):
            raise Stopped(word)

    def _one(self, number: SlipNumber, stop: Stop) -> None:
        self._may_go_on()
        self._patiently(lambda: self._take(number), stop)
        self.report.left -= 1

    def _patiently(self, act: Callable[[], None], stop: Stop) -> None:
        """Does it; while the target asks us to come back later, waits, and makes sure that it is still the same."""
        again = False
        while True:
            try:
                if again:
                    self._may_go_on()
                    self._identify()
                act()
            except Stopped as busy:
                self._last.settle()
                if not isinstance(busy.error, TargetBusy) or not self._pace.busy(_seconds(busy.error), stop):
                    raise
                again = True
            else:
                self._pace.well()
                return

    def _identify(self) -> None:
        try:
            gates.pin(self._ledger, self._connector, by=self._by)
        except ParchiError as wrong:
            raise Stopped(wrong) from wrong

    def _waiting(self, choice: Choice) -> list[StageRow]:
        db = self._ledger.db()
        known = all_learnt(db, self._target)
        wanted = replace(choice, stages=frozenset(TO_GO) & (choice.stages or frozenset(TO_GO)))
        rows = asked.rows(db, standing(db, self._target, known), wanted.filter)
        return in_order(db, rows, known)

    def _look_for_sent(self) -> None:
        """A slip that was being sent when a run ended may be there or not: the target knows, we look before we send."""
        if not self._connector.abilities.finds:
            return
        db = self._ledger.db()
        for delivery in queries.in_the_air(db, self._target):
            if delivery.confirmed >= 0 or self._is_anothers(delivery.run):
                continue  # a change names the version that it replaces: repeating it is safe without a look
            row = queries.slip(db, delivery.number)
            if row is None or row.conflict or row.voided:
                continue
            try:
                shown = self._in_the_air(row, delivery)
            except ParchiError:
                continue  # its identity cannot be opened: it is held when its turn comes
            found = self._find(shown) if shown else None
            if shown is not None and found is not None:
                answer = self._connector.confirm(shown, found)
                self._record(shown, delivery.revision, Step.SEND, self._veil(row.slip, answer))

    def _take(self, number: SlipNumber) -> None:
        """One slip: *sending* is durable before anything leaves, the answer after it came."""
        beside = self._typed_beside(number)
        begun = self._last.write(lambda tx: self._begin(tx, number, beside))
        if begun is None:
            return
        work, now = begun
        try:
            withdrawn = work.step is Step.WITHDRAW  # by its number: nobody needs to know who it was
            db = self._ledger.db()
            before = sent_before(db, work.row, work.row.slip, work.delivery) if withdrawn and work.delivery else None
            slip = before or told(db, now, self._reveal)
        except ParchiError as error:
            answer = Acknowledgement(outcome=Outcome.HELD, reason=str(error), hold=Hold.SEALED)
            self._record(work.row.slip, work.row.revision, work.step, answer)
            return
        try:
            answer = self._answer(work, slip)
        except ParchiError as error:
            raise Stopped(error) from error
        self._record(slip, work.row.revision, work.step, self._veil(work.row.slip, answer))

    def _answer(self, work: Work, slip: Slip) -> Acknowledgement:
        match work.step:
            case Step.SEND:
                return self._send(work, slip)
            case Step.UPDATE:
                return self._update(work, slip)
            case _:
                return self._connector.withdraw(slip)

    def _typed_beside(self, number: SlipNumber) -> tuple[Found, ...]:
        """Before a slip is sent that the target does not have: visits that somebody may have typed for it by hand.

        Also of one that was sent before: whoever saw it fail may have typed it, and a link may have been cut off.
        """
        db = self._ledger.db()
        row, delivery = queries.slip(db, number), queries.delivery(db, number, self._target)
        if row is None or row.voided or row.conflict or delivery is None or delivery.confirmed >= 0:
            return ()
        if delivery.stage not in TO_GO or delivery.hold == Hold.TYPED_BY_HAND or delivery.run == self._lease.run:
            return ()  # a person looked: it is another visit; or we looked a moment ago
        slip = sent_as(db, row, self._target)
        if reason_to_hold(db, row, self._connector, slip, Step.SEND, self._reveal):
            return ()
        try:
            shown = told(db, slip, self._reveal)
        except ParchiError:
            return ()  # its identity cannot be opened: it is held when its turn comes
        try:
            return self._connector.typed(shown)
        except ParchiError as error:
            raise Stopped(error) from error

    def _begin(self, tx: Transaction, number: SlipNumber, beside: tuple[Found, ...]) -> tuple[Work, Slip] | None:
        """Looks at the slip once more, for it may have changed since the list was made; None when it is not to go."""
        row, delivery = queries.slip(tx.db, number), queries.delivery(tx.db, number, self._target)
        if row is None or delivery is None:
            return None
        known = learnt(tx.db, row.slip, self._target).text
        step = step_of(row, delivery, known)
        stands = asked.one(tx.db, standing_of(tx.db, self._target, row, delivery, known), number)
        if step is Step.NOTHING or stands is None or stands.stage not in TO_GO:
            return None
        slip = sent_as(tx.db, row, self._target)
        if step is not Step.WITHDRAW and not matches.whom(tx.db, number).settled:
            return None
        if not delivery.attempts and gates.canary_left(tx.db, self._target) == 0:
            self._canary_waits = True
            self.report.left += 1
            return None
        self._let_others_finish(tx.db, number, slip.person, delivery.run if delivery.stage == "sending" else "")
        content: dict[str, Any] = {"number": number.text, "revision": row.revision, "target": self._target}
        kind, reason = reason_to_hold(tx.db, row, self._connector, slip, step, self._reveal) or (Hold.OTHER, "")
        if not reason and step is Step.SEND and self._went_as_another(delivery, slip):
            kind, reason = Hold.DIFFERS, _ANOTHER
        if beside and not reason:
            kind, reason = Hold.TYPED_BY_HAND, _TYPED
            content["found"] = [[each.patient, each.encounter] for each in beside]
        if reason:
            self.report.held += 1
            self.report.reasons[number.text] = reason
            content |= {"reason": reason, "hold": kind.value}
            tx.append(FactKind.SLIP_HELD, content, series=number.series, by=self._by)
            return None
        content |= {"run": self._lease.run, "person": slip.person, "told": known}
        if delivery.hold:
            content["hold"] = delivery.hold  # a person let it go although it was held for this: it is not held again
        tx.append(FactKind.SLIP_SENDING, content, series=number.series, by=self._by)
        return Work(row=row, delivery=delivery, step=step, stage=stands.stage), slip

    def _let_others_finish(self, db: Database, number: SlipNumber, person: str, run: str) -> None:
        """Two runs that sent two slips of one new patient at once would make them two patients."""
        runs = (run, *words.busy_person(db, self._target, person, number.text))
        if any(self._is_anothers(each) for each in runs):
            raise _Shared()

    def _went_as_another(self, delivery: queries.Delivery, slip: Slip) -> bool:
        """Whether it may be under another person in a system that cannot be asked: sent again, they would be two."""
        if self._connector.abilities.finds or delivery.air is None or delivery.hold == Hold.DIFFERS:
            return False
        return delivery.air[1] not in ("", slip.person)

    def _is_anothers(self, run: str) -> bool:
        return run != self._lease.run and is_alive(self._ledger.folder, run)

    def _told(self, row: SlipRow) -> Slip:
        """A slip as the target is told it; raises what keeps a sealed identity from being opened."""
        db = self._ledger.db()
        return told(db, sent_as(db, row, self._target), self._reveal)

    def _in_the_air(self, row: SlipRow, delivery: queries.Delivery) -> Slip | None:
        """A slip as it was sent last, whatever is known of it by now; None where that version cannot be told."""
        revision, person, said = delivery.air or (delivery.revision, "", "")
        return self._as_sent(row, replace(delivery, told=said), revision, person)

    def _as_sent(self, row: SlipRow, delivery: queries.Delivery, revision: int, person: str) -> Slip | None:
        """A version of a slip as it was sent, as whom ("": as we know them now); None where there is none such."""
        db = self._ledger.db()
        slip = queries.version(db, row.slip.number, revision)
        if slip is None:
            return None
        sent = sent_before(db, row, slip, delivery)
        if person.startswith("uhid:"):
            sent = replace(sent, uhid=person.removeprefix("uhid:"))
        elif person:
            first = SlipNumber.parse(person)
            sent = replace(sent, uhid="", patient_number=None if first == slip.number else first)
        return told(db, sent, self._reveal)

    def _veil(self, slip: Slip, answer: Acknowledgement) -> Acknowledgement:
        """The answer as it may be written down: of a confidential patient without words, and without their UHID."""
        if not goes_as_itself(self._ledger.db(), slip):
            return answer
        return replace(answer, uhid="", reason=KEPT_BACK if answer.reason else "")

    def _send(self, work: Work, slip: Slip) -> Acknowledgement:
        """Sends what was never sent. What was, may be there as it was sent last, or in an earlier version: we look."""
        tried = work.delivery is not None and work.delivery.attempts and self._connector.abilities.finds
        found = self._find(slip) if tried else None
        if found is None:
            return self._connector.send(slip)
        answer = self._connector.confirm(slip, found)
        if answer.outcome is not Outcome.HELD or work.delivery is None:
            return answer
        before = [self._in_the_air(work.row, work.delivery)]
        for revision in range(work.row.revision - 1, -1, -1):
            older = queries.version(self._ledger.db(), work.number, revision)
            before.append(self._told(replace(work.row, slip=older)) if older else None)
        for each in before:
            there = self._connector.confirm(each, found) if each is not None else answer
            if there.outcome is Outcome.UNREACHABLE:
                return there
            if each is not None and there.outcome is not Outcome.HELD:
                return self._connector.update(slip, each)
        return answer

    def _find(self, slip: Slip) -> Found | None:
        try:
            return self._connector.find(slip)
        except ParchiError as error:
            raise Stopped(error) from error

    def _update(self, work: Work, slip: Slip) -> Acknowledgement:
        db, delivery = self._ledger.db(), work.delivery
        if delivery is None or not delivery.encounter:
            return Acknowledgement(outcome=Outcome.HELD, reason=_UNKNOWN)
        order = after.repair(db, work.number, self._target)
        # Who it was sent as, so that another person is never a mere change; unless that was put right there by hand.
        person = delivery.air[1] if delivery.air and order is None else ""
        before = self._as_sent(work.row, delivery, delivery.confirmed, person)
        if before is None:
            return Acknowledgement(outcome=Outcome.HELD, reason=_UNKNOWN)
        answer = self._connector.update(slip, before)
        if answer.outcome is Outcome.HELD and answer.hold is Hold.CHANGED_THERE and delivery.air:
            # The change that was in the air when a run ended may be what changed it.
            sent = self._in_the_air(work.row, delivery)
            if sent is not None and sent != before:
                return self._connector.update(slip, sent)
        return answer

    def _record(self, slip: Slip, revision: int, step: Step, answer: Acknowledgement) -> None:
        """Writes down what became of a slip; `slip` is as it was told."""
        if answer.outcome is Outcome.UNREACHABLE:
            raise Stopped(answer.error or ParchiError())
        number = slip.number
        content: dict[str, Any] = {"number": number.text, "revision": revision, "target": self._target}
        content |= {"patient": answer.patient, "encounter": answer.encounter}
        if answer.outcome in (Outcome.HELD, Outcome.FAILED):
            content |= {"reason": str(answer.reason), "hold": answer.hold.value}
            self.report.reasons[number.text] = str(answer.reason)
        else:
            told = learnt_of(slip).text if self._connector.abilities.outcome else UNTOLD
            content |= {"uhid": answer.uhid, "created": answer.created, "told": told}
        if answer.evidence:
            content["evidence"] = answer.evidence
        fact = _FACTS[answer.outcome]
        self._last.keep(fact, content, series=number.series)
        if self._connector.abilities.operator:
            self._last.settle()  # the next slip may wait for somebody's hands
        self.report.count(step, answer.outcome)


_TYPED = Sentence(
    "A visit of the same person, clinic and day is in the system already, without our number: somebody may have typed "
    "it by hand. Look at it: link it to this slip, or approve the slip once more when it is another visit."
)
_ANOTHER = Sentence(
    "It was sent under another patient before, and this system cannot be asked whether it came. Look there, take it "
    "off that patient, then approve the slip once more."
)
_UNKNOWN = Sentence("What the system has of this slip is not known here. Compare the two by hand.")


def _seconds(busy: ParchiError) -> float:
    """How long the target asked us to stay away, as far as it said."""
    asked_for = busy.values.get("seconds", 0)
    return float(asked_for) if isinstance(asked_for, int | float) else 0.0
