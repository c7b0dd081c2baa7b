"""The worklist: one item at a time, to one person; what they decide; and every decision taken back by a new fact."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fallback import payload
from fallback.errors import (
    FieldWrong,
    NumberNotIssued,
    PadEntered,
    PageHoldsTwo,
    PageNotDecided,
    PageNotOpen,
    SlipNumberWrong,
)
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.outcomes import evidence_of
from fallback.outcome import Seen, outcome_of
from fallback.recovery import (
    Decision,
    WorkKind,
    Worklist,
    account_of,
    decide_page,
    doubtful_boxes,
    enter_first,
    last_decisions,
    look_up,
    reopen_page,
)
from fallback.slip import Sample, SlipNumber
from tests.backlog import Backlog
from tests.journals import Clock
from tests.worked import FIELDS, accept, facts, got, pad_page, page, ticks


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 101)
    yield found
    found.ledger.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def work(backlog: Backlog, clock: Clock) -> Worklist:
    return Worklist(backlog.ledger, clock)


def buckets(backlog: Backlog) -> dict[str, int]:
    counts = account_of(backlog.ledger.db(), "t").total.counts
    return {bucket.value: count for bucket, count in counts.items() if count}


def open_pictures(backlog: Backlog) -> list[str]:
    return [row.picture for row in queries.pages(backlog.ledger.db(), open_only=True)]


# --- handing out


def test_the_most_telling_first_and_each_kind_by_its_name(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(
        backlog.ledger,
        page("foreign", "foreign"),
        page("forged", "forged"),
        page("problem", "problem", problem="It is damaged."),
        pad_page("pad", blank),
        page("marks", "doubtful", forms=[ticks(outcome__seen="doubtful")]),
        page("unread", "unread"),
        page("number", "number_only", ("number_only", SlipNumber(101, 900))),
        page("read", "read"),
        page("blank", "blank"),
    )
    order = []
    for _ in range(7):
        item = got(work.next("ravi"))
        order.append(item.kind)
        work.skip("ravi")
    kinds = [
        WorkKind.DAMAGED, WorkKind.UNREAD, WorkKind.MARKS, WorkKind.PAD, WorkKind.PROBLEM, WorkKind.FORGED,
        WorkKind.FOREIGN,
    ]  # fmt: skip
    assert order == kinds
    assert work.counts() == dict.fromkeys(kinds, 1)


def test_two_people_never_meet_the_same_item(backlog: Backlog, work: Worklist) -> None:
    accept(backlog.ledger, *(page(f"p{at}", "unread", page=at) for at in range(3)))
    first, second = got(work.next("ravi")), got(work.next("sita"))
    assert (first.key, second.key) == ("p0", "p1")
    assert got(work.next("ravi")).key == "p0", "a page that is loaded again shows the same item"
    assert got(work.item("ravi", "p0")).page.page == 0
    assert work.item("ravi", "p1") is None
    third = got(work.next("gita"))
    assert (third.key, work.next("mohan")) == ("p2", None)


def test_a_lapsed_item_goes_to_the_next_who_asks(backlog: Backlog, work: Worklist, clock: Clock) -> None:
    accept(backlog.ledger, page("p", "unread"))
    assert got(work.next("ravi")).key == "p"
    clock.later(9)
    assert work.renew("ravi")
    clock.later(9)
    assert work.next("sita") is None, "it was renewed"
    clock.later(2)
    assert work.renew("ravi"), "nobody else asked meanwhile"
    clock.later(11)
    assert got(work.next("sita")).key == "p"
    assert not work.renew("ravi")
    assert work.item("ravi", "p") is None
    assert work.next("ravi") is None
    work.release("sita")
    assert got(work.next("ravi")).key == "p"


def test_what_is_skipped_comes_last_for_this_person_only(backlog: Backlog, work: Worklist) -> None:
    accept(backlog.ledger, *(page(f"p{at}", "unread") for at in range(3)))
    met = []
    for _ in range(4):
        met.append(got(work.next("ravi")).key)
        work.skip("ravi")
    assert met == ["p0", "p1", "p2", "p0"]
    assert got(work.next("sita")).key == "p0"


def test_eight_threads_decide_each_item_once(backlog: Backlog, work: Worklist) -> None:
    accept(backlog.ledger, *(page(f"p{at:03d}", "unread") for at in range(60)))
    done: list[str] = []

    def person(login: str) -> None:
        while (item := work.next(login)) is not None:
            decide_page(backlog.ledger, item.page.picture, Decision.NOT_OURS, by=login)
            done.append(item.key)
            work.release(login)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(person, (f"login{at}" for at in range(8))))
    assert sorted(done) == [f"p{at:03d}" for at in range(60)]
    assert facts(backlog.ledger).count("page_decided") == 60


def test_five_thousand_pages_are_paged_through(backlog: Backlog, work: Worklist) -> None:
    blanks = backlog.pads(400)
    pages = [page(f"u{at}", "unread", page=at) for at in range(4200)]
    accept(backlog.ledger, *pages, *(pad_page(f"b{at}", blank) for at, blank in enumerate(blanks)))
    accept(
        backlog.ledger,
        *(page(f"n{at}", "number_only", ("number_only", SlipNumber(101, 900 + at))) for at in range(400)),
    )
    assert work.counts() == {WorkKind.UNREAD: 4200, WorkKind.PAD: 400, WorkKind.DAMAGED: 400}
    keys = set()
    for _ in range(25):
        keys.add(got(work.next("ravi")).key)
        work.skip("ravi")
    assert len(keys) == 25


# --- what is known


def test_an_item_shows_what_is_known_and_offers_the_page_before(backlog: Backlog, work: Worklist) -> None:
    slip, other = backlog.issue(), backlog.issue()
    accept(
        backlog.ledger,
        page("front", "read", ("genuine", slip.number), page=1),
        page("back", "unread", page=2, suggested=other.number.text),
        page("elsewhere", "read", ("genuine", other.number), page=2, file="other.pdf"),
        page("odd", "unread", page=9, suggested="12345678901"),
    )
    item = got(work.next("ravi"))
    assert item.key == "back"
    assert [known.number for known in item.before] == [slip.number]
    (suggested,) = item.known
    assert (suggested.number, suggested.suggested, suggested.filled, suggested.trace.pages) == (
        other.number,
        True,
        True,
        1,
    )
    assert item.number is None
    work.skip("ravi")
    odd = got(work.next("ravi"))
    assert (odd.known, odd.before) == ((), ())
    decide_page(backlog.ledger, "back", Decision.BELONGS, number=slip.number, by="ravi")
    assert [row.picture for row in queries.pages_of(backlog.ledger.db(), slip.number.text)] == ["front", "back"]


def test_a_typed_number_is_held_against_what_was_handed_out(backlog: Backlog) -> None:
    db = backlog.ledger.db()
    slip, (blank,) = backlog.issue(), backlog.pads(1)
    backlog.void(slip)
    with pytest.raises(SlipNumberWrong):
        look_up(db, "101 000 000 00")
    found = look_up(db, f" {slip.number.grouped} ")
    assert (found.filled, found.voided, found.doubt, found.trace.pad, found.trace.pages) == (True, True, None, False, 0)
    assert look_up(db, Sample(slip.number, 3).text).number == slip.number
    empty = look_up(db, blank.number.text)
    assert (empty.filled, empty.trace.pad, empty.doubt) == (False, True, None)
    beyond = look_up(db, SlipNumber(101, 50).text)
    assert isinstance(beyond.doubt, NumberNotIssued)
    assert isinstance(look_up(db, SlipNumber(7, 1).text).doubt, NumberNotIssued)


# --- deciding


def test_a_page_is_decided_once(backlog: Backlog) -> None:
    accept(backlog.ledger, page("p", "unread"))
    decide_page(backlog.ledger, "p", Decision.SCANNED_AGAIN, by="ravi")
    with pytest.raises(PageNotOpen):
        decide_page(backlog.ledger, "p", Decision.NOT_OURS, by="sita")
    with pytest.raises(PageNotOpen):
        decide_page(backlog.ledger, "q", Decision.NOT_OURS, by="sita")
    accept(backlog.ledger, page("q", "unread"))
    with pytest.raises(FieldWrong):
        decide_page(backlog.ledger, "q", Decision.SET_ASIDE, by="ravi")
    with pytest.raises(FieldWrong):
        decide_page(backlog.ledger, "q", Decision.BELONGS, by="ravi")
    assert open_pictures(backlog) == ["q"]


def test_a_page_of_a_number_without_content_stays_until_the_number_is_explained(
    backlog: Backlog, work: Worklist
) -> None:
    backlog.issue()
    accept(backlog.ledger, page("p", "unread"))
    gap = SlipNumber(101, 4)
    with pytest.raises(NumberNotIssued):
        decide_page(backlog.ledger, "p", Decision.BELONGS, number=gap, by="ravi")
    decide_page(backlog.ledger, "p", Decision.BELONGS, number=gap, certain=True, by="ravi")
    decide_page(backlog.ledger, "p", Decision.BELONGS, number=gap, certain=True, by="ravi")
    assert facts(backlog.ledger).count("page_decided") == 1, "the same again"
    item = got(work.next("ravi"))
    assert (item.kind, item.number) == (WorkKind.DAMAGED, gap)
    assert buckets(backlog) == {"waiting": 2}, "a number beyond the list is counted once a person read it on paper"
    assert look_up(backlog.ledger.db(), gap.text).doubt, "and makes no gaps before it"
    decide_page(backlog.ledger, "p", Decision.TOO_DAMAGED, "soaked in tea", number=gap, certain=True, by="ravi")
    work.release("ravi")
    assert work.next("ravi") is None
    account = account_of(backlog.ledger.db(), "t")
    assert [(each.number, each.reason) for each in account.gaps] == [(gap, "soaked in tea")]
    assert backlog.ledger.rebuild_views()


def test_too_damaged_declares_nothing_of_a_number_with_content(backlog: Backlog) -> None:
    slip = backlog.issue()
    accept(backlog.ledger, page("p", "damaged", ("damaged", "")))
    decide_page(backlog.ledger, "p", Decision.TOO_DAMAGED, "torn", number=slip.number, by="ravi")
    assert "number_missing" not in facts(backlog.ledger)
    assert account_of(backlog.ledger.db(), "t").total.back == 1


def test_an_empty_pad_and_a_crossed_out_one(backlog: Backlog, work: Worklist) -> None:
    unused, spoiled = backlog.pads(2)
    accept(backlog.ledger, pad_page("a", unused), pad_page("b", spoiled), page("c", "unread"))
    decide_page(backlog.ledger, "a", Decision.BLANK, by="ravi")
    decide_page(backlog.ledger, "b", Decision.SPOILED, "crossed out", number=spoiled.number, by="ravi")
    with pytest.raises(FieldWrong):
        decide_page(backlog.ledger, "c", Decision.SPOILED, "crossed out", by="ravi")
    decide_page(backlog.ledger, "c", Decision.BLANK, by="ravi")
    assert buckets(backlog) == {"unused": 1, "spoiled": 1}
    assert work.counts().total() == 0
    with pytest.raises(PageNotOpen):
        enter_first(backlog.ledger, "a", unused.number, FIELDS, by="sita")


def test_two_blanks_on_one_page_are_two_items(backlog: Backlog, work: Worklist) -> None:
    left, right = backlog.pads(2)
    accept(backlog.ledger, pad_page("both", left, right), pad_page("again", left))
    assert work.counts() == {WorkKind.PAD: 2}, "a blank that was scanned twice is typed in once"
    one, two = got(work.next("ravi")), got(work.next("sita"))
    assert (one.number, two.number, one.page.picture, two.page.picture) == (left.number, right.number, "both", "both")
    with pytest.raises(PageHoldsTwo):
        decide_page(backlog.ledger, "both", Decision.BLANK, number=right.number, by="sita")
    enter_first(backlog.ledger, "both", left.number, FIELDS, by="ravi")
    with pytest.raises(PadEntered):
        decide_page(backlog.ledger, "both", Decision.NOT_OURS, by="sita")
    assert work.counts() == {WorkKind.PAD: 1, WorkKind.PAD_SECOND: 1}


def test_a_page_with_a_blank_is_not_given_away_before_the_blank_is_done(backlog: Backlog, work: Worklist) -> None:
    slip, (blank,) = backlog.issue(), backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    for decision in (Decision.BELONGS, Decision.TYPED_IN, Decision.MARKS):
        with pytest.raises(PageHoldsTwo):
            decide_page(backlog.ledger, "p", decision, number=slip.number, by="ravi")
    assert work.counts() == {WorkKind.PAD: 1}


def test_what_lies_beside_a_blank_is_decided_when_the_blank_is_a_slip(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, page("p", "damaged", ("genuine", blank.number), ("damaged", "")))
    enter_first(backlog.ledger, "p", blank.number, FIELDS, by="ravi")
    filled = backlog.draft(blank.number.serial, revision=1, replaces=payload.digest(backlog.sign(blank))[:4])
    backlog.ledger.write(lambda tx: backlog.write(tx, FactKind.SLIP_REVISED, filled))
    assert work.counts() == {WorkKind.DAMAGED: 1}
    decide_page(backlog.ledger, "p", Decision.TOO_DAMAGED, "water", by="sita")
    assert work.counts().total() == 0
    reopen_page(backlog.ledger, "p", "undo", by="sita")
    assert work.counts() == {WorkKind.DAMAGED: 1}


# --- marks


def test_every_doubtful_box_is_answered_and_no_answer_contradicts_another(backlog: Backlog, work: Worklist) -> None:
    slip = backlog.issue()
    marks = ticks("outcome.referred", "days.1", outcome__seen="doubtful", days__2="doubtful")
    accept(backlog.ledger, page("p", "doubtful", ("genuine", slip.number), forms=[marks]))
    item = got(work.next("ravi"))
    assert {place: set(boxes) for place, boxes in item.doubtful.items()} == {0: {"days", "outcome.seen"}}

    def answer(**told: str) -> None:
        said = {name.replace("__", "."): text for name, text in told.items()}
        decide_page(backlog.ledger, "p", Decision.MARKS, marks={0: said}, by="ravi")

    with pytest.raises(FieldWrong, match="each doubtful box"):
        answer(outcome__seen="ticked")
    with pytest.raises(FieldWrong, match="contradict"):
        answer(outcome__seen="ticked", outcome__not_seen="ticked", days="15")
    for odd in ({"days": "1500"}, {"days": "x"}, {"outcome__seen": "15"}, {"name": "ticked"}, {"days.1": "ticked"}):
        with pytest.raises(FieldWrong, match="changed on its way"):
            answer(**({"outcome__seen": "ticked", "days": "15"} | odd))
    with pytest.raises(FieldWrong, match="changed on its way"):
        decide_page(backlog.ledger, "p", Decision.MARKS, marks={7: {"outcome.seen": "ticked"}}, by="ravi")
    answer(outcome__seen="ticked", days="15")
    (form,) = queries.forms(backlog.ledger.db(), "p")
    assert (form.marks["outcome.seen"], form.marks["days"], form.marks["outcome.referred"]) == (
        "ticked",
        "15",
        "ticked",
    )
    found = outcome_of(evidence_of(backlog.ledger.db(), slip.number.text))
    assert (found.seen, found.days, found.needs_eyes) == (Seen.SEEN, 15, False)
    assert open_pictures(backlog) == []


def test_not_sure_stays_doubtful(backlog: Backlog) -> None:
    slip = backlog.issue()
    accept(backlog.ledger, page("p", "doubtful", ("genuine", slip.number), forms=[ticks(outcome__not_seen="doubtful")]))
    decide_page(backlog.ledger, "p", Decision.MARKS, marks={0: {"outcome.not_seen": "doubtful"}}, by="ravi")
    found = outcome_of(evidence_of(backlog.ledger.db(), slip.number.text))
    assert (found.seen, found.doubtful) == (Seen.UNKNOWN, True)


def test_of_a_bent_page_and_of_contradicting_ticks_all_is_asked(backlog: Backlog) -> None:
    db = backlog.ledger.db()
    accept(
        backlog.ledger,
        page("bent", "doubtful", forms=[ticks("outcome.seen", "outcome.admitted", sure=False)]),
        page("both", "doubtful", forms=[ticks("outcome.seen", "outcome.not_seen")]),
        page("pad", "doubtful", forms=[ticks("sex.female", sure=False, form="pad.slip")]),
    )
    assert set(doubtful_boxes(queries.forms(db, "bent"))[0]) == {"outcome.seen", "outcome.admitted"}
    assert set(doubtful_boxes(queries.forms(db, "both"))[0]) == {"outcome.seen", "outcome.not_seen"}
    assert doubtful_boxes(queries.forms(db, "pad")) == {}


def test_an_unread_copy_is_given_to_its_slip_with_what_is_ticked_on_it(backlog: Backlog) -> None:
    slip = backlog.issue()
    accept(backlog.ledger, page("p", "unread"))
    told = {0: {"outcome.admitted": "ticked", "days": "7"}}
    decide_page(backlog.ledger, "p", Decision.BELONGS, number=slip.number, marks=told, by="ravi")
    found = outcome_of(evidence_of(backlog.ledger.db(), slip.number.text))
    assert (found.seen, [each.value for each in found.told], found.days) == (Seen.SEEN, ["admitted"], 7)


# --- taking back


def test_a_decision_is_taken_back_with_all_that_it_wrote(backlog: Backlog, work: Worklist) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    with pytest.raises(PageNotDecided):
        reopen_page(backlog.ledger, "p", "undo", by="ravi")
    decide_page(backlog.ledger, "p", Decision.TOO_DAMAGED, "soaked", by="ravi")
    assert account_of(backlog.ledger.db(), "t").closed
    assert [(done.picture, done.what) for done in last_decisions(backlog.ledger.db(), "ravi")] == [("p", "too_damaged")]
    reopen_page(backlog.ledger, "p", "it can be read after all", by="ravi")
    assert facts(backlog.ledger)[-2:] == ["page_reopened", "number_reopened"]
    assert last_decisions(backlog.ledger.db(), "ravi") == []
    assert (work.counts(), buckets(backlog)) == ({WorkKind.PAD: 1}, {"waiting": 1})
    assert got(work.take("ravi", "p")).number == blank.number
    assert work.take("sita", "p") is None
    with pytest.raises(PageNotDecided):
        reopen_page(backlog.ledger, "p", "again", by="ravi")
    assert backlog.ledger.rebuild_views()


def test_what_somebody_else_declared_meanwhile_stays(backlog: Backlog) -> None:
    (blank,) = backlog.pads(1)
    accept(backlog.ledger, pad_page("p", blank))
    decide_page(backlog.ledger, "p", Decision.BLANK, by="ravi")
    spoiled = {"number": blank.number.text, "reason": "ink over it"}
    backlog.ledger.write(lambda tx: tx.append(FactKind.NUMBER_SPOILED, spoiled, by="meena"))
    reopen_page(backlog.ledger, "p", "undo", by="ravi")
    assert facts(backlog.ledger)[-1] == "page_reopened"
    assert buckets(backlog) == {"spoiled": 1}
