"""What a person says of a match: this one, a new person, or ask the patient. Each word is a fact, taken back by one."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from fallback.errors import (
    FieldWrong,
    ReviewNotSaid,
    ReviewNotSent,
    ReviewOver,
    ReviewRing,
    ReviewSent,
    SlipNumberWrong,
    SlipUnknown,
)
from fallback.hospital import Hospital
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import Database, after, matches, review as asked
from fallback.ledger.queries.review import Question
from fallback.recovery import repairs
from fallback.recovery.beside import Candidate
from fallback.recovery.estimate import Estimate, estimate
from fallback.recovery.reviews import Review
from fallback.recovery.risks import Risk, risks_of_new, risks_of_same
from fallback.slip import SlipNumber

_UHID = "uhid:"
_MOST_JOINED = 200  # slips that a repair goes through


class Word(StrEnum):
    """What a person may say: the same person as somebody, a new one, or that only the patient can tell."""

    SAME = "same"
    NEW = "new"
    ASK = "ask"


def say(ledger: Ledger, review: Review, word: Word, to: str = "", reason: str = "", *, by: str) -> tuple[Risk, ...]:
    """A person's answer to a review that they hold; `to` is the key of somebody who stands beside the slip.

    Returns why a second person looks at it, too; nothing when it counts at once. A word that differs from what was sent
    makes a repair order. Raises ReviewOver, ReviewRing, FieldWrong, and why the index could not be asked for NEW.
    """
    beside = review.candidate(to)
    if (word is Word.SAME) is not bool(to) or (to and beside is None):
        raise FieldWrong(field="decision", why="Choose one from the list.")
    if word is Word.NEW and review.standing.trouble is not None:
        raise review.standing.trouble
    slip, said = review.row.slip, review.said
    risks = _risks(review, word, beside)

    def job(tx: Transaction) -> tuple[Risk, ...]:
        row, waiting = queries.slip(tx.db, slip.number), asked.waits(tx.db, slip.number)
        if row is None or row.content != review.row.content or waiting != review.waiting or not waiting.may(by):
            raise ReviewOver(number=slip.number.grouped)
        if matches.words(tx.db, slip.number) != review.words:  # another office's, which nobody has seen here
            raise ReviewOver(number=slip.number.grouped)
        if beside is not None and _changed(tx.db, beside):
            raise ReviewOver(number=slip.number.grouped)
        _no_ring(tx.db, slip.number, to)
        content: dict[str, Any] = {"number": slip.number.text, "to": to, "decision": word.value}
        content["over"] = [each.stamp for each in review.words]
        second = risks
        if waiting.question is Question.SECOND:
            agrees = said is not None and _agree(tx.db, (word, to), (said.said, said.said_person))
            tx.append(FactKind.MATCH_CHECKED, content | {"agrees": agrees}, series=slip.number.series, by=by)
            second = ()
        else:
            sure = waiting.checks and said is not None and said.machine != matches.ASK
            if sure and said and not _agree(tx.db, (word, to), (said.machine, said.machine_person)):
                second = (*risks, Risk.MACHINE)
            if waiting.question is Question.DIFFERS or word is Word.ASK:
                second = ()
            content |= {
                "digest": row.content,
                "whose": matches.whose(tx.db, to),
                "reason": reason,
                "shown": [each.key for each in review.standing.people],
                "sample": waiting.checks,
                "risky": bool(second),
                "risks": [str(risk) for risk in second],
            }
            tx.append(FactKind.MATCH_DECIDED, content, series=slip.number.series, by=by)
        _repair(tx, slip.number, reason, by)
        return second

    return ledger.write(job)


def _risks(review: Review, word: Word, beside: Candidate | None) -> tuple[Risk, ...]:
    standing = review.standing
    if beside is not None:
        return risks_of_same(review.row.slip, standing.asked, beside.person, beside.weight)
    return risks_of_new(tuple(each.weight for each in standing.people)) if word is Word.NEW else ()


def _changed(db: Database, beside: Candidate) -> bool:
    """Whether the slip that was shown as somebody's says something else by now."""
    row = queries.slip(db, beside.slip.number) if beside.slip is not None else None
    return row is not None and row.slip != beside.slip


def take_back(ledger: Ledger, number: SlipNumber, reason: str, *, by: str) -> None:
    """Takes back what people said of a slip's patient. Raises ReviewNotSaid, or ReviewSent once it has left."""

    def job(tx: Transaction) -> None:
        known = matches.matched(tx.db, number)
        if known is None or not known.said:
            raise ReviewNotSaid(number=number.grouped)
        if after.sent_to(tx.db, number):
            raise ReviewSent(number=number.grouped)
        words = matches.words(tx.db, number)
        if known.clash and (own := tuple(each for each in words if each.login == by)):
            words = own  # the other office's word is not theirs to take back with their own
        told = {"number": number.text, "reason": reason, "over": [each.stamp for each in words]}
        tx.append(FactKind.MATCH_REOPENED, told, series=number.series, by=by)

    ledger.write(job)


def set_right(ledger: Ledger, hospital: Hospital, number: SlipNumber, typed: str, reason: str, *, by: str) -> int:
    """Says of a slip that was sent who its patient really is: a UHID or a slip number as `typed`, "" for a new person.

    Returns how many repair orders that makes, for this slip and for those that went with it. Raises SlipUnknown,
    ReviewNotSent for one that can still be reviewed, ReviewRing, FieldWrong.
    """
    if not reason.strip():
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")

    def job(tx: Transaction) -> int:
        row = queries.slip(tx.db, number)
        if row is None:
            raise SlipUnknown(number=number.grouped)
        if not after.sent_to(tx.db, number):
            raise ReviewNotSent(number=number.grouped)
        first = row.slip.patient_number or number  # a later visit goes with the patient's first slip
        of = queries.slip(tx.db, first)
        if of is None or of.slip.sealed:
            raise SlipUnknown(number=first.grouped)
        to = _meant(tx.db, hospital, typed, first)
        _no_ring(tx.db, first, to)
        content = {
            "number": first.text,
            "digest": of.content,
            "whose": matches.whose(tx.db, to),
            "to": to,
            "decision": (Word.SAME if to else Word.NEW).value,
            "reason": reason,
            "shown": [],
            "sample": False,
            "risky": False,
            "risks": [],
            "over": [each.stamp for each in matches.words(tx.db, first)],
        }
        tx.append(FactKind.MATCH_DECIDED, content, series=first.series, by=by)
        return _repair(tx, first, reason, by)

    return ledger.write(job)


def errors_of_the_matcher(db: Database) -> tuple[Estimate, Estimate]:
    """How often the matcher is wrong where it is sure: of those that it joined, and of those that it called new."""
    looked, wrong = dict.fromkeys((Word.SAME.value, Word.NEW.value), 0), dict.fromkeys(("same", "new"), 0)
    for each in asked.checked(db):
        looked[each.machine] += 1
        wrong[each.machine] += not _agree(db, (each.machine, each.machine_person), (each.said, each.said_person))
    return estimate(wrong["same"], looked["same"]), estimate(wrong["new"], looked["new"])


def _agree(db: Database, one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two words say the same, whatever of a person's names they use, by all that was decided."""
    return one == other or (one[0] == other[0] == Word.SAME and _root(db, one[1]) == _root(db, other[1]))


def _root(db: Database, person: str) -> str:
    if not person or person.startswith(_UHID):
        return person
    whom = matches.whom(db, SlipNumber.parse(person))
    return f"{_UHID}{whom.uhid}" if whom.uhid else whom.number.text


def _no_ring(db: Database, number: SlipNumber, to: str) -> None:
    if to and _root(db, to) == number.text:
        raise ReviewRing(number=SlipNumber.parse(to).grouped)


def _meant(db: Database, hospital: Hospital, typed: str, own: SlipNumber) -> str:
    """Who is meant by a UHID or a slip number, as `Slip.person` has it."""
    plain = typed.strip().upper().replace(" ", "")
    if not plain:
        return ""
    try:
        number = SlipNumber.parse(plain)
    except SlipNumberWrong:
        if re.fullmatch(hospital.uhid_pattern, plain, re.ASCII):
            return f"{_UHID}{plain}"
        why = "This is no slip number (11 digits) and no UHID. Read it again from the card."
        raise FieldWrong(field="wanted", why=why) from None
    row = queries.slip(db, number)
    if row is None:
        raise SlipUnknown(number=number.grouped)
    if row.slip.sealed or row.voided or row.slip.person == own.text:
        why = "This is the same patient, a confidential one, or a void slip. Type the slip or the UHID of the person."
        raise FieldWrong(field="wanted", why=why)
    return row.slip.person


def _repair(tx: Transaction, number: SlipNumber, reason: str, by: str) -> int:
    """Orders a repair of each slip of this patient that was sent as somebody else; of none that is still open."""
    whom = matches.whom(tx.db, number)
    if not whom.settled:
        return 0
    right = _root(tx.db, number.text)
    made = 0
    for each in _all_joined(tx.db, number):
        deliveries = [queries.delivery(tx.db, each, target) for target in after.sent_to(tx.db, each)]
        if any(known and known.air and known.air[1] not in ("", right) for known in deliveries):
            made += repairs.open(tx, each, right=repairs.NEW if right == each.text else right, reason=reason, by=by)
    return made


def _all_joined(db: Database, number: SlipNumber) -> Iterator[SlipNumber]:
    seen, left = {number}, [number]
    while left and len(seen) <= _MOST_JOINED:
        each = left.pop()
        yield each
        more = [other for other in asked.joined(db, each) if other not in seen]
        seen.update(more)
        left += more
