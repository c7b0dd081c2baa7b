"""What stands before a target's slips: the right system, its signed check list, the first ten looked at, no pause."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fallback.ehospital import Abilities, Connector, TargetIdentity
from fallback.errors import (
    CanaryNotThere,
    CheckListOpen,
    FieldWrong,
    ImportPaused,
    Sentence,
    TargetChanged,
    TargetNotAllowed,
    TargetNotOurs,
)
from fallback.hospital import Target
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, gates as asked
from fallback.ledger.queries.gates import Checked

CANARY = 10  # slips that go before a person has looked
LABELS = {
    "url": "address",
    "software": "software",
    "fingerprint": "capability statement",
    "certificate": "certificate",
    "organisation": "organisation",
}


class Point(StrEnum):
    """What a supervisor answers for before the first slip: a live system does something for each visit it is told."""

    SMS = "sms"
    QUEUE = "queue"
    BILLING = "billing"
    ABDM = "abdm"
    PAST_DATE = "past_date"
    FEES = "fees"
    TRIAL = "trial"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What may be answered to a point, and which of it needs a note: whose word it is, or the name of a field."""

    good: tuple[str, ...]
    noted: tuple[str, ...] = ()


ANSWERS: Mapping[Point, Answers] = {
    Point.SMS: Answers(good=("off", "none")),
    Point.QUEUE: Answers(good=("off", "none")),
    Point.BILLING: Answers(good=("off", "none")),
    Point.ABDM: Answers(good=("off", "none")),
    Point.PAST_DATE: Answers(good=("visit", "field"), noted=("field",)),
    Point.FEES: Answers(good=("memo", "accounts"), noted=("accounts",)),
    Point.TRIAL: Answers(good=("trial",)),
}
POINT_LABELS: Mapping[Point, str] = {
    Point.SMS: "Text messages to patients (SMS) about registrations and visits",
    Point.QUEUE: "Queue tokens and displays for visits of the past",
    Point.BILLING: "Bills, fee demands and cash entries made by a registration",
    Point.ABDM: "Linking of visits to ABHA numbers, and notices of it (ABDM)",
    Point.PAST_DATE: "The true date and time of a visit of the past",
    Point.FEES: "Fees that were paid during the outage",
    Point.TRIAL: "This system is marked as a test system, and the slips are real",
}
SHORT_LABELS: Mapping[Point, str] = {  # without a comma: they stand in a row
    Point.SMS: "SMS to patients",
    Point.QUEUE: "queue tokens",
    Point.BILLING: "bills and fee demands",
    Point.ABDM: "links to ABHA numbers",
    Point.PAST_DATE: "the true date of a visit",
    Point.FEES: "fees that were paid",
    Point.TRIAL: "a test system gets real slips",
}
ANSWER_LABELS: Mapping[str, str] = {
    "off": "switched off until the import is over",
    "none": "this system has none",
    "visit": "goes into the visit itself",
    "field": "goes into a field, which is named here and accepted in writing",
    "memo": "go as a memo only, never as a demand or a cash entry",
    "accounts": "go as Accounts approved, who are named here",
    "trial": "it is a trial: nothing that is imported there counts for patients",
}


def points(target: Target, *, drill: bool) -> tuple[Point, ...]:
    """What is to be answered for a target."""
    return tuple(each for each in Point if each is not Point.TRIAL or (target.test and not drill))


def is_answered(point: Point, said: Checked | None, abilities: Abilities) -> bool:
    """Whether an answer lets slips go. A way that cannot write into the past needs a field for the true date."""
    if said is None or said.answer not in ANSWERS[point].good:
        return False
    return not (point is Point.PAST_DATE and said.answer == "visit" and not abilities.back_dates)


def open_points(db: Database, target: Target, abilities: Abilities) -> tuple[Point, ...]:
    """The points of the check list that nobody has answered well."""
    said, made = asked.checks(db, target.name), queries.installation(db)
    drill = made is not None and made[1]
    return tuple(each for each in points(target, drill=drill) if not is_answered(each, said.get(each), abilities))


def in_words(points: Iterable[Point]) -> str:
    """Points in a few words each, for a sentence."""
    return ", ".join(SHORT_LABELS[each] for each in points)


def check(ledger: Ledger, target: str, point: Point, answer: str, note: str = "", *, by: str) -> None:
    """Signs an answer to a point of the check list; the newest counts. Raises FieldWrong."""
    allowed = ANSWERS[point]
    if answer not in allowed.good:
        raise FieldWrong(field="answer", why="Choose one from the list.")
    if answer in allowed.noted and not note.strip():
        raise FieldWrong(field="note", why="Write down the field, or who approved it and when.")
    content = {"target": target, "point": point.value, "answer": answer, "note": note.strip()}
    ledger.write(lambda tx: tx.append(FactKind.TARGET_CHECKED, content, by=by))


def confirm_canary(ledger: Ledger, target: str, *, note: str, by: str) -> int:
    """Says that the first slips are right in the system: the rest may go. Returns how many they were.

    Raises CanaryNotThere while the system has none of them, or one is on its way; FieldWrong without a note.
    """
    if not note.strip():
        raise FieldWrong(field="note", why="Write down who looked, and at what.")

    def job(tx: Transaction) -> int:
        if queries.in_the_air(tx.db, target):
            raise CanaryNotThere(why=Sentence("a slip is on its way, and the answer is not known"))
        numbers = asked.first_there(tx.db, target, CANARY)
        if not numbers:
            raise CanaryNotThere(why=Sentence("the system has no slip yet"))
        tx.append(FactKind.CANARY_CONFIRMED, {"target": target, "numbers": numbers, "note": note.strip()}, by=by)
        return len(numbers)

    return ledger.write(job)


def canary_left(db: Database, target: str) -> int | None:
    """How many slips may still go before a person must look; None where one has."""
    return None if asked.canary(db, target) else max(0, CANARY - asked.went(db, target))


def pause(ledger: Ledger, target: str, *, reason: str, by: str) -> None:
    """Stops every run before its next slip, on every computer that shares the journal. Raises FieldWrong."""
    if not reason.strip():
        raise FieldWrong(field="reason", why="Say why, for those who will want to let it go on.")
    content = {"target": target, "reason": reason.strip()}
    ledger.write(lambda tx: tx.append(FactKind.IMPORT_PAUSED, content, by=by))


def resume(ledger: Ledger, target: str, *, reason: str = "", by: str) -> None:
    """Lets runs start again."""
    content = {"target": target, "reason": reason.strip()}
    ledger.write(lambda tx: tx.append(FactKind.IMPORT_RESUMED, content, by=by))


def paused(db: Database, target: str) -> ImportPaused | None:
    """What to say while an import is paused; None while it is not."""
    word = asked.pause(db, target)
    return ImportPaused(target=target, login=word.login, reason=word.note) if word else None


def pin(ledger: Ledger, connector: Connector, *, by: str, anew: bool = False) -> TargetIdentity:
    """Makes sure that the target is the one it was; the first time, writes down what it is.

    `anew` accepts what it has become: a person said so, and its first slips are looked at once more. Raises
    TargetChanged, TargetNotOurs, TargetNotAllowed for a drill's ledger and a system not marked as a test system, and
    what `identify` raises.
    """
    target, made = connector.target, queries.installation(ledger.db())
    if made is not None and made[1] and not target.test:
        raise TargetNotAllowed(url=target.url, why="it is not marked as a test system")
    identity = connector.identify()
    if target.organisation and identity.organisation != target.organisation:
        said = identity.organisation or Sentence("none")
        raise TargetNotOurs(target=target.name, said=said, wanted=target.organisation)
    pinned = queries.targets(ledger.db()).get(target.name)
    changed = [name for name in LABELS if pinned is not None and _differs(name, pinned[name], getattr(identity, name))]
    if changed and not anew:
        raise TargetChanged(target=target.name, what=LABELS[changed[0]])
    pages = queries.takes_pages(ledger.db(), target.name) != target.takes_pages
    if pinned is None or changed or pages or any(not pinned[name] and getattr(identity, name) for name in LABELS):
        ledger.write(lambda tx: _pin(tx, target, identity, changed=bool(changed), by=by))
    return identity


def _differs(name: str, before: str, now: str) -> bool:
    """What an older line does not name is learnt, and no change."""
    return before != now and (bool(before) or name in ("url", "software", "fingerprint"))


def _pin(tx: Transaction, target: Target, identity: TargetIdentity, *, changed: bool, by: str) -> None:
    content: dict[str, Any] = {"target": target.name} | {name: getattr(identity, name) for name in LABELS}
    tx.append(FactKind.TARGET_PINNED, content | {"pages": target.takes_pages}, by=by)
    if changed and asked.canary(tx.db, target.name):  # it was looked at in another system
        tx.append(FactKind.CANARY_CONFIRMED, {"target": target.name, "numbers": [], "note": ""}, by=by)


def enter(ledger: Ledger, connector: Connector, *, by: str) -> TargetIdentity:
    """All that stands before a run. Raises CheckListOpen, ImportPaused, and what `pin` raises."""
    target = connector.target
    if word := paused(ledger.db(), target.name):
        raise word
    identity = pin(ledger, connector, by=by)
    if left := open_points(ledger.db(), target, connector.abilities):
        raise CheckListOpen(target=target.name, points=in_words(left))
    return identity
