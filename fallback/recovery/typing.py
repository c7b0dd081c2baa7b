"""Slips that a person types into the hospital's system with a hand scanner: one at a time, until its UHID is back."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fallback.ehospital import Hold
from fallback.ehospital.beep import BeepConnector, Keys
from fallback.episode import Episode
from fallback.errors import CanaryWaits, CheckListOpen, Sentence, SlipNotTyped, UhidOdd, UhidUsed
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, Delivery, SlipRow, gates as words, matches, stages as asked, typing
from fallback.ledger.queries.recovery import UNTOLD
from fallback.recovery import gates
from fallback.recovery.episodes import sent_as, sent_before
from fallback.recovery.given import holder, person_of, with_uhid
from fallback.recovery.objections import reason_to_hold
from fallback.recovery.stages import Step, standing_of, step_of
from fallback.slip import SlipNumber

_AHEAD = 25  # slips that are looked at for the next one; those with a reason are held on the way
_LEFT = timedelta(minutes=30)  # a slip in somebody's hands for longer goes to whoever scans it, who looks first
_MAY = ("approved", "on_return")


@dataclass(frozen=True, slots=True, kw_only=True)
class Typing:
    """A slip in a person's hands. `again`: it was shown before, so the system may have it: they look first.

    `changed` are the fields that a correction changes in the system by hand; of a voided slip its visit is taken back.
    """

    slip: Episode
    step: Step
    keys: tuple[Keys, ...]
    codes: tuple[str, ...]
    again: bool
    changed: tuple[str, ...] = ()

    @property
    def known(self) -> str:
        """The number under which the system has the patient already, "" for a new one."""
        return self.slip.uhid or (self.slip.patient_number.text if self.slip.patient_number else "")


def open_gates(ledger: Ledger, connector: BeepConnector) -> None:
    """All that stands before the first slip. Raises CheckListOpen, ImportPaused or CanaryWaits."""
    db, target = ledger.db(), connector.target
    if word := gates.paused(db, target.name):
        raise word
    if left := gates.open_points(db, target, connector.abilities):
        raise CheckListOpen(target=target.name, points=gates.in_words(left))
    if gates.canary_left(db, target.name) == 0 and not typing.tried(db, target.name):
        raise CanaryWaits(target=target.name, count=words.went(db, target.name))


def in_hand(db: Database, connector: BeepConnector, *, by: str) -> Typing | None:
    """What somebody is typing at this moment; also after the power failed in the middle of it."""
    number = typing.in_hand(db, connector.target.name, by)
    row = queries.slip(db, number) if number else None
    delivery = queries.delivery(db, number, connector.target.name) if number else None
    if row is None or delivery is None:
        return None
    slip, step = _told(db, row, connector), step_of(row, delivery, "")
    changed: tuple[str, ...] = ()
    if step is Step.UPDATE and (older := queries.version(db, row.slip.number, delivery.confirmed)):
        now, then = connector.preview(slip), connector.preview(sent_before(db, row, older, delivery))
        changed = tuple(name for name in now if now[name] != then.get(name))
    return Typing(
        slip=slip,
        step=step,
        keys=connector.keys(slip),
        codes=connector.codes(slip),
        again=delivery.attempts > 1,
        changed=changed,
    )


def begin(ledger: Ledger, connector: BeepConnector, number: SlipNumber | None = None, *, by: str) -> SlipNumber | None:
    """Gives somebody the next approved slip, or the one that was scanned: at a live counter that of a patient who
    returned. Who has one keeps it. None when nothing is left. Raises what `open_gates` raises, and SlipNotTyped.
    """
    open_gates(ledger, connector)
    db, ahead = ledger.db(), list[SlipNumber]()
    if number is None and typing.in_hand(db, connector.target.name, by) is None:
        ahead = typing.waiting(db, connector.target.name, most=_AHEAD)  # it sorts all: no desk waits for that

    def job(tx: Transaction) -> SlipNumber | None:
        if (mine := typing.in_hand(tx.db, connector.target.name, by)) is not None:
            if number not in (None, mine):
                raise SlipNotTyped(number=number.grouped if number else "", why="finish the one that you have first")
            return mine
        if number is not None:
            _begin(tx, connector, number, by, asked_for=True)
            return number
        looked, most, there = set[SlipNumber](), _AHEAD, ahead
        while True:
            for each in there:
                if each not in looked and _begin(tx, connector, each, by, asked_for=False):
                    return each
            looked.update(there)
            if len(there) < most:
                return None
            most *= 10  # none of the first can go: they must not hide those that can
            there = typing.waiting(tx.db, connector.target.name, most=most)

    return ledger.write(job)


def done(ledger: Ledger, connector: BeepConnector, number: SlipNumber, uhid: str, *, pattern: str, by: str) -> None:
    """The system has it, under this UHID, as it was scanned or typed back. `pattern` is the hospital's of a UHID.

    Raises UhidOdd, UhidUsed, and SlipNotTyped for a slip that is not in this person's hands.
    """
    uhid = uhid.strip()

    def job(tx: Transaction) -> None:
        row, delivery = _mine(tx.db, connector, number, by)
        slip = _told(tx.db, row, connector)
        if not re.fullmatch(pattern, uhid):
            raise UhidOdd()
        if slip.uhid and slip.uhid != uhid:
            raise UhidOdd()
        if other := holder(tx.db, connector.target.name, uhid, row):
            raise UhidUsed(number=other.grouped)
        content = _content(row, connector) | {"revision": delivery.revision}
        content |= {"patient": uhid, "encounter": number.text, "uhid": uhid, "told": UNTOLD}
        content["created"] = not (slip.uhid or slip.patient_number)
        tx.append(FactKind.SLIP_CONFIRMED, content, series=number.series, by=by)

    ledger.write(job)


def put_aside(ledger: Ledger, connector: BeepConnector, number: SlipNumber, reason: str, *, by: str) -> None:
    """It cannot be typed, a person says why. Raises SlipNotTyped."""
    content = {"reason": reason, "hold": Hold.OTHER.value, "patient": "", "encounter": ""}
    ledger.write(partial(_leave, connector=connector, number=number, by=by, fact=FactKind.SLIP_HELD, beside=content))


def give_back(ledger: Ledger, connector: BeepConnector, number: SlipNumber, *, by: str) -> None:
    """Nothing was saved: it is approved as before, and anybody's. Raises SlipNotTyped."""
    ledger.write(partial(_leave, connector=connector, number=number, by=by, fact=FactKind.SLIP_APPROVED, beside={}))


def _leave(
    tx: Transaction, *, connector: BeepConnector, number: SlipNumber, by: str, fact: FactKind, beside: dict[str, Any]
) -> None:
    row, delivery = _mine(tx.db, connector, number, by)
    content = _content(row, connector) | {"revision": delivery.revision}  # nobody approved one that is newer
    tx.append(fact, content | beside, series=number.series, by=by)


def _mine(db: Database, connector: BeepConnector, number: SlipNumber, by: str) -> tuple[SlipRow, Delivery]:
    row, delivery = queries.slip(db, number), queries.delivery(db, number, connector.target.name)
    if row is None or delivery is None or delivery.stage != "sending" or delivery.login != by:
        raise SlipNotTyped(number=number.grouped, why="it is not in your hands any more")
    return row, delivery


def _begin(tx: Transaction, connector: BeepConnector, number: SlipNumber, by: str, *, asked_for: bool) -> bool:
    """Shows a slip to somebody, or holds it with its reason. One that was asked for raises instead."""
    target = connector.target.name
    row, delivery = queries.slip(tx.db, number), queries.delivery(tx.db, number, target)
    if row is None or delivery is None:
        return _refused(number, Sentence("it is not approved"), asked_for=asked_for)
    stands = asked.one(tx.db, standing_of(tx.db, target, row, delivery, ""), number)
    step = step_of(row, delivery, "")
    if asked_for and stands is not None and stands.stage == "sending" and not _is_left(delivery, tx.now):
        return _refused(number, Sentence("somebody else has it; half an hour later it is anybody's"), asked_for=True)
    may = (*_MAY, "sending") if asked_for else _MAY[:1]
    if stands is None or step is Step.NOTHING or stands.stage not in may:
        return _refused(number, Sentence("it is not approved"), asked_for=asked_for)
    if step is not Step.WITHDRAW and not matches.whom(tx.db, number).settled:
        return _refused(number, Sentence("nobody has decided yet who the patient is"), asked_for=asked_for)
    if not delivery.attempts and gates.canary_left(tx.db, target) == 0:
        if asked_for:
            raise CanaryWaits(target=target, count=words.went(tx.db, target))
        return False
    slip, person = _told(tx.db, row, connector), person_of(tx.db, row)
    if words.busy_person(tx.db, target, person, number.text):
        return _refused(number, Sentence("somebody else is typing another slip of this patient"), asked_for=asked_for)
    if step is Step.SEND and slip.patient_number and not slip.uhid:
        # Typed first, it would make a patient of whom the first slip knows nothing, and makes another.
        return _refused(number, Sentence("the patient's first slip goes before it"), asked_for=asked_for)
    content = _content(row, connector)
    if held := reason_to_hold(tx.db, row, connector, slip, step, None):
        kind, reason = held
        if asked_for:
            return _refused(number, reason, asked_for=True)
        content |= {"reason": reason, "hold": kind.value, "patient": "", "encounter": ""}
        tx.append(FactKind.SLIP_HELD, content, series=number.series, by=by)
        return False
    content |= {"run": "", "person": person, "told": UNTOLD}
    tx.append(FactKind.SLIP_SENDING, content, series=number.series, by=by)
    return True


def _is_left(delivery: Delivery, now: datetime) -> bool:
    """Whether whoever has a slip went home with it: else it would stay theirs for ever."""
    return now - datetime.fromisoformat(delivery.at) > _LEFT


def _refused(number: SlipNumber, why: str, *, asked_for: bool) -> bool:
    if asked_for:
        raise SlipNotTyped(number=number.grouped, why=why)
    return False


def _told(db: Database, row: SlipRow, connector: BeepConnector) -> Episode:
    """The slip as it is typed: a later visit under the UHID that the system gave for the first slip."""
    return with_uhid(db, connector.target.name, sent_as(db, row))


def _content(row: SlipRow, connector: BeepConnector) -> dict[str, Any]:
    return {"number": row.slip.number.text, "revision": row.revision, "target": connector.target.name}
