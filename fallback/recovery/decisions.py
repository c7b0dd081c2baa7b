"""What a person says about a scanned page that needed eyes: a fact, which takes the page off the list."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from fallback.errors import (
    FieldWrong,
    NumberNotIssued,
    PadEntered,
    PadFilled,
    PageHoldsTwo,
    PageNotDecided,
    PageNotOpen,
    SheetVouched,
)
from fallback.ledger import Ledger, Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import FormRow, PageRow, work as asked
from fallback.ledger.queries.outcomes import WitnessRow
from fallback.ledger.queries.work import Done, last_decisions
from fallback.outcome import Evidence, outcome_of
from fallback.recovery.judging import vouch
from fallback.slip import Kind, SlipNumber

__all__ = ["Decision", "Done", "decide_page", "doubtful_boxes", "last_decisions", "reopen_page"]

_DAYS = "days"  # a comb is answered as a whole, by its digits
_COMB = re.compile(r"[0-9]{1,3}")
_BOX = re.compile(r"outcome\.[a-z_]{1,20}|reached\.[0-9]{1,3}")
_ANSWERS = ("ticked", "empty", "doubtful")


class Decision(StrEnum):
    """What became of a page."""

    SCANNED_AGAIN = "scanned_again"
    TYPED_IN = "typed_in"
    NOT_OURS = "not_ours"
    SET_ASIDE = "set_aside"
    BELONGS = "belongs"
    BLANK = "blank"
    SPOILED = "spoiled"
    MARKS = "marks"
    TOO_DAMAGED = "too_damaged"
    VOUCHED = "vouched"


# What a decision says of a number that has no content: written with it, and taken back with it.
_DECLARES = {
    Decision.BLANK: (FactKind.NUMBER_UNUSED, "unused"),
    Decision.SPOILED: (FactKind.NUMBER_SPOILED, "spoiled"),
    Decision.TOO_DAMAGED: (FactKind.NUMBER_MISSING, "missing"),
}
_NEEDS_REASON = (Decision.SET_ASIDE, Decision.SPOILED, Decision.TOO_DAMAGED)
_HAS_NUMBER = (Decision.BELONGS, Decision.TYPED_IN, *_DECLARES)
_HAS_MARKS = (Decision.MARKS, Decision.BELONGS)
Marks = Mapping[int, Mapping[str, str]]


def decide_page(
    ledger: Ledger,
    picture: str,
    decision: Decision,
    reason: str = "",
    *,
    number: SlipNumber | None = None,
    marks: Marks | None = None,
    certain: bool = False,
    by: str,
) -> None:
    """Decides an open page.

    `number` is whose page it is (BELONGS: also whose back), or which blank is unused, spoiled or missing; of a page
    with one blank it may be left out. To say whose page it is keeps the page on the list while that number has no
    content. `certain` takes a number that nobody is known to have handed out. `marks` says by the place of a form what
    its boxes say: ticked, empty, or doubtful for "not sure"; of the comb `days` its digits. MARKS answers each of
    `doubtful_boxes`; BELONGS may tell of a page without a form too, at place 0.

    VOUCHED counts the sheets of a revoked desk that lie on the page. Raises PageNotOpen, NumberNotIssued, PadEntered,
    PageHoldsTwo, or FieldWrong for number, reason or marks.
    """
    if decision in _NEEDS_REASON and not reason:
        raise FieldWrong(field="reason", why="Write something here: it is kept with your name.")

    def job(tx: Transaction) -> None:
        page = queries.page(tx.db, picture)
        if page is None or not queries.is_open(tx.db, picture):
            raise PageNotOpen()
        if (page.decision, page.number) == (decision.value, number.text if number else "") and not marks:
            return  # the same page is said to belong to the same number again
        for entered in asked.entered_on(tx.db, picture):
            if not _has_content(tx, entered):  # else its slip is signed, and the rest of the page is still to decide
                raise PadEntered(number=entered.grouped)
        if decision is Decision.VOUCHED:
            vouch(tx, picture, by)
        of = _number(tx, page, decision, number, certain)
        forms, said = queries.forms(tx.db, picture), (marks or {}) if decision in _HAS_MARKS else {}
        told = _answered(forms, said, whole=decision is Decision.MARKS)
        content = {
            "picture": picture,
            "decision": decision.value,
            "reason": reason,
            "number": of.text if of else "",
            "marks": told,
        }
        tx.append(FactKind.PAGE_DECIDED, content, by=by)
        if of is not None and decision in _DECLARES and not _has_content(tx, of):
            tx.append(_DECLARES[decision][0], {"number": of.text, "reason": reason}, series=of.series, by=by)

    ledger.write(job)


def reopen_page(ledger: Ledger, picture: str, reason: str, *, by: str) -> None:
    """Takes back what was decided about a page or entered from it, and what the decision declared of its number.

    Raises PageNotDecided, SheetVouched, and PadFilled when a blank of it is a slip by now.
    """

    def job(tx: Transaction) -> None:
        page, entered = queries.page(tx.db, picture), asked.entered_on(tx.db, picture)
        if page is None or not (page.decision or entered):
            raise PageNotDecided()
        if page.decision == Decision.VOUCHED:
            raise SheetVouched()
        for number in entered:
            if _has_content(tx, number):
                raise PadFilled(number=number.grouped)
        tx.append(FactKind.PAGE_REOPENED, {"picture": picture, "reason": reason}, by=by)
        if page.number:
            declared = next((word for each, (_, word) in _DECLARES.items() if each.value == page.decision), "")
            number = SlipNumber.parse(page.number)
            known = asked.trace(tx.db, number)
            # What somebody else declared of the number meanwhile is theirs, and stays.
            if declared and (known.spent, known.spent_reason, known.spent_by) == (declared, page.reason, page.login):
                tx.append(FactKind.NUMBER_REOPENED, {"number": number.text, "reason": reason}, by=by)

    ledger.write(job)


def doubtful_boxes(forms: Sequence[FormRow]) -> dict[int, tuple[str, ...]]:
    """What a person is asked about a page: the doubtful boxes by the place of their form, a comb by its name.

    Of a form on a bent page every box with ink is asked, and where boxes contradict each other all of that form.
    """
    asks: dict[int, tuple[str, ...]] = {}
    for form in forms:
        every = not form.sure or _contradicts(form.marks)
        names: dict[str, None] = {}
        for box, state in form.marks.items():
            stem = box.partition(".")[0]
            if stem == _DAYS:
                names[_DAYS] = None
            elif _BOX.fullmatch(box) and (state == "doubtful" or every):
                names[box] = None
        if names:
            asks[form.place] = tuple(names)
    return asks


def _answered(forms: Sequence[FormRow], marks: Marks, *, whole: bool) -> dict[str, dict[str, str]]:
    """A person's answers, checked; with `whole` none may be missing. A page without a form has one place, 0."""
    read = {form.place: form.marks for form in forms} or {0: {}}
    for place, told in marks.items():
        if place not in read or not all(_is_answer(box, answer) for box, answer in told.items()):
            raise FieldWrong(field="marks", why="This page was changed on its way. Open the list again.")
        if _contradicts(dict(read[place]) | dict(told)):
            why = "These ticks contradict each other: not seen, and seen. Look again, or say that you are not sure."
            raise FieldWrong(field="marks", why=why)
    for place, boxes in doubtful_boxes(forms).items() if whole else ():
        if not set(boxes) <= set(marks.get(place, {})):
            why = "Say of each doubtful box whether it is ticked, or that you are not sure."
            raise FieldWrong(field="marks", why=why)
    return {str(place): dict(told) for place, told in marks.items() if told}


def _is_answer(box: str, answer: str) -> bool:
    if box == _DAYS:
        return answer in _ANSWERS or _COMB.fullmatch(answer) is not None
    return _BOX.fullmatch(box) is not None and answer in _ANSWERS


def _contradicts(marks: Mapping[str, str]) -> bool:
    return outcome_of([WitnessRow(evidence=Evidence.COPY, marks=marks)]).contradiction


def _number(
    tx: Transaction, page: PageRow, decision: Decision, number: SlipNumber | None, certain: bool
) -> SlipNumber | None:
    """The number that a decision is about, None where it is about none."""
    blanks = asked.blanks_on(tx.db, page.picture)
    if decision in _DECLARES and number is None and len(blanks) == 1:
        number = blanks[0]
    # A blank that was read here is on no other list: it would wait for ever. One that a person told is corrected so.
    if decision in _DECLARES or (decision in (*_HAS_NUMBER, Decision.MARKS) and not page.decision):
        for other in blanks:
            if other != number:
                raise PageHoldsTwo(number=other.grouped)
    if decision not in _HAS_NUMBER:
        return None
    if decision is Decision.BELONGS and number is None:
        raise FieldWrong(field="number", why="Type the number of the slip whose page this is.")
    if decision is Decision.BLANK and number not in blanks:
        return None  # a page with nothing on it, and no blank slip
    if decision is Decision.SPOILED and number not in blanks:
        why = "Only a blank slip that waits on this page can be spoiled. Choose another outcome."
        raise FieldWrong(field="number", why=why)
    if number is not None and not certain and not _is_known(tx, number):
        raise NumberNotIssued(number=number.grouped)
    return number


def _is_known(tx: Transaction, number: SlipNumber) -> bool:
    return asked.trace(tx.db, number).issued


def _has_content(tx: Transaction, number: SlipNumber) -> bool:
    row = queries.slip(tx.db, number)
    return row is not None and row.slip.kind is not Kind.PAD
