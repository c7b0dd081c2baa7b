"""What became of a visit: by the nurse, the day sheet, the hospital copy; in any order, never guessed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fallback import frontdesk, payload
from fallback.errors import SlipIsVoid, SlipUnknown
from fallback.frontdesk import Counter
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.outcomes import evidence, evidence_of
from fallback.outcome import Evidence, Seen, Told, VisitOutcome, outcome_of
from fallback.recovery.sheets import contradictions, visits
from fallback.slip import Slip, SlipNumber, Visit
from fallback.statement import DayStatement
from tests import factories
from tests.backlog import ISSUED, Backlog

TICKED, DOUBTFUL = "ticked", "doubtful"


@dataclass(frozen=True)
class Said:
    """A witness of the tests."""

    evidence: str
    marks: Mapping[str, str] = field(default_factory=dict)
    sure: bool = True


def nurse(what: str) -> Said:
    return Said("nurse", {f"outcome.{what}": TICKED})


def copy(*ticked: str, doubtful: tuple[str, ...] = (), sure: bool = True, days: str = "") -> Said:
    marks = {f"outcome.{each}": TICKED for each in ticked} | {f"outcome.{each}": DOUBTFUL for each in doubtful}
    return Said("copy", marks | ({"days": days} if days else {}), sure)


CAME = Said("day_sheet", {"reached.7": TICKED})


@pytest.mark.parametrize(
    ("witnesses", "seen", "by"),
    [
        ([], Seen.UNKNOWN, ()),
        ([nurse("seen")], Seen.SEEN, ("nurse",)),
        ([nurse("not_seen")], Seen.NOT_SEEN, ("nurse",)),
        ([CAME], Seen.SEEN, ("day_sheet",)),
        ([copy()], Seen.SEEN, ("copy",)),  # in the box: the patient reached the clinic, and no exception is ticked
        ([copy("admitted")], Seen.SEEN, ("copy",)),
        ([copy("not_seen")], Seen.NOT_SEEN, ("copy",)),
        ([copy(), CAME, nurse("seen")], Seen.SEEN, ("nurse", "day_sheet", "copy")),
        ([CAME, copy("not_seen")], Seen.NOT_SEEN, ("copy",)),  # came, and went unseen
        ([CAME, nurse("not_seen")], Seen.NOT_SEEN, ("nurse",)),
        ([copy(), nurse("not_seen")], Seen.NOT_SEEN, ("nurse",)),
        ([copy("not_seen", "referred")], Seen.NOT_SEEN, ("copy",)),  # sent on to another door
    ],
)
def test_who_was_seen(witnesses: list[Said], seen: Seen, by: tuple[str, ...]) -> None:
    found = outcome_of(witnesses)
    assert (found.seen, found.by) == (seen, by)
    assert not found.needs_eyes
    assert outcome_of(reversed(witnesses)) == found == outcome_of(witnesses * 2)


@pytest.mark.parametrize(
    "witnesses",
    [
        [nurse("seen"), copy("not_seen")],
        [nurse("not_seen"), copy("seen")],
        [nurse("not_seen"), copy("admitted")],
        [copy("seen", "not_seen")],
        [copy("not_seen", "investigations")],
        [copy("seen"), copy("not_seen"), CAME],
    ],
)
def test_a_contradiction_is_for_a_person(witnesses: list[Said]) -> None:
    found = outcome_of(witnesses)
    assert found.seen is Seen.UNKNOWN and found.contradiction and found.needs_eyes


def test_doubtful_marks_say_nothing() -> None:
    found = outcome_of([copy(doubtful=("not_seen", "admitted"))])
    assert (found.seen, found.told, found.doubtful) == (Seen.UNKNOWN, (), True)
    found = outcome_of([copy(doubtful=("seen",))])  # whichever it is, the copy came and is not marked as not seen
    assert (found.seen, found.doubtful) == (Seen.SEEN, True)
    found = outcome_of([copy("admitted", sure=False)])
    assert (found.seen, found.told, found.needs_eyes) == (Seen.UNKNOWN, (), True)
    assert outcome_of([Said("day_sheet", {"reached.7": DOUBTFUL})]).seen is Seen.UNKNOWN
    found = outcome_of([copy(doubtful=("admitted",)), nurse("seen")])
    assert (found.seen, found.by, found.told) == (Seen.SEEN, ("nurse", "copy"), ())


def test_a_persons_word_in_place_of_a_doubt() -> None:
    assert outcome_of([Said("copy", {"outcome.not_seen": "empty"})]).seen is Seen.SEEN
    assert outcome_of([Said("copy", {"outcome.not_seen": TICKED})]).seen is Seen.NOT_SEEN


def test_what_else_is_ticked_and_when_to_come_again() -> None:
    found = outcome_of([copy("medico_legal", "referred", "investigations", days="015")])
    assert (found.told, found.days) == ((Told.REFERRED, Told.INVESTIGATIONS, Told.MEDICO_LEGAL), 15)
    inked = Said("copy", {"days.1": TICKED, "days.2": DOUBTFUL})
    assert outcome_of([inked]) == VisitOutcome(seen=Seen.SEEN, by=(Evidence.COPY,), days_unread=True)
    assert outcome_of([inked, copy(days="7")]).days_unread is False
    assert outcome_of([copy(days="7"), copy(days="07")]).days == 7
    two = outcome_of([copy(days="7"), copy(days="14")])
    assert (two.days, two.contradiction) == (None, True)
    emptied = Said("copy", {"days.1": TICKED, "days": "empty"})  # a person: that is no digit
    assert outcome_of([emptied]) == VisitOutcome(seen=Seen.SEEN, by=(Evidence.COPY,))
    unsure = outcome_of([Said("copy", {"days.1": TICKED, "days": DOUBTFUL})])
    assert (unsure.days_unread, unsure.doubtful) == (True, False)
    assert outcome_of([copy(days="00"), copy(days="x")]).days is None


BOXES = ("seen", "not_seen", "admitted", "referred", "investigations", "medico_legal")
MARKS = st.dictionaries(st.sampled_from([f"outcome.{each}" for each in BOXES]), st.sampled_from([TICKED, DOUBTFUL]))
WITNESSES = st.lists(
    st.builds(Said, st.just("copy"), MARKS, st.booleans())
    | st.sampled_from([CAME, nurse("seen"), nurse("not_seen"), Said("day_sheet", {"reached.1": DOUBTFUL})]),
    max_size=5,
)


@given(WITNESSES, st.randoms(use_true_random=False))
def test_order_never_matters_and_doubt_never_counts(witnesses: list[Said], rng: Random) -> None:
    found = outcome_of(witnesses)
    mixed = [*witnesses]
    rng.shuffle(mixed)
    assert outcome_of(mixed) == found
    told = {name for each in witnesses if each.sure for name, state in each.marks.items() if state == TICKED}
    assert {f"outcome.{each}" for each in found.told} <= told
    assert (found.seen is Seen.NOT_SEEN) <= ("outcome.not_seen" in told)
    assert bool(found.by) == (found.seen is not Seen.UNKNOWN or found.contradiction)
    assert VisitOutcome(**_plain(found)) == found


def _plain(found: VisitOutcome) -> dict[str, Any]:
    """The record read back: it is JSON, and nothing is lost in it."""
    record = found.record()
    return record | {
        "seen": Seen(record["seen"]),
        "by": tuple(map(Evidence, record["by"])),
        "told": tuple(map(Told, record["told"])),
    }


# --- The evidence, from the journal -----------------------------------------------------------------------------------


@pytest.fixture
def backlog(tmp_path: Path) -> Any:
    found = Backlog(tmp_path / "data", 1)
    yield found
    found.ledger.close()


def accept(
    backlog: Backlog,
    picture: str,
    number: str,
    form: str,
    marks: dict[str, str],
    *,
    sure: bool = True,
    outcome: str = "read",
    code: str = "genuine",
    digest: str = "",
    batch: str = "box 1",
) -> None:
    """A page as it is journalled; without a form where `form` is ""."""
    forms = [{"place": 0, "form": form, "sure": sure, "marks": marks}] if form else []
    codes = [{"outcome": code, "number": number, "digest": digest}]
    content = {"batch": batch, "file": "a.pdf", "page": 1, "picture": picture, "outcome": outcome, "codes": codes}
    content |= {"problem": "", "suggested": "", "forms": forms}
    backlog.ledger.write(lambda tx: tx.append(FactKind.PAGE_ACCEPTED, content))


def accept_copy(backlog: Backlog, slip: Slip, marks: dict[str, str], **more: Any) -> None:
    accept(backlog, more.pop("picture", f"copy {slip.number}"), slip.number.text, "slip.hospital", marks, **more)


def decide(backlog: Backlog, picture: str, decision: str, number: str = "", **marks: dict[str, str]) -> None:
    told = {name.removeprefix("at"): each for name, each in marks.items()}
    content = {"picture": picture, "decision": decision, "reason": "", "number": number, "marks": told}
    backlog.ledger.write(lambda tx: tx.append(FactKind.PAGE_DECIDED, content, by="meera"))


def day_sheet(backlog: Backlog, picture: str, *tokens: int, state: str = TICKED, first: int = 1, **more: Any) -> None:
    """A page of the day sheet of the backlog's clinic, read with some of its tokens ticked."""
    sheet = DayStatement(
        hospital=backlog.keys.hospital,
        drill=False,
        signer=backlog.series,
        clinic=1,
        day=ISSUED.date(),
        token_series=backlog.series,
        first=first,
    )
    signed = payload.encode_statement(sheet, backlog.desk.sign)
    digest = payload.digest(signed).hex()
    content = {"statement": sheet.record(), "digest": digest}
    backlog.ledger.write(lambda tx: tx.append(FactKind.STATEMENT_READ, content, payload=signed))
    marks = {f"reached.{token - first + 1}": state for token in tokens}
    accept(backlog, picture, "", "day-sheet.sheet", marks, digest=digest, **more)


def say(backlog: Backlog, slip: Slip, outcome: str, by: str = "nurse") -> None:
    content = {"number": slip.number.text, "outcome": outcome}
    backlog.ledger.write(lambda tx: tx.append(FactKind.VISIT_SEEN, content, by=by))


def found(backlog: Backlog, slip: Slip) -> VisitOutcome:
    db = backlog.ledger.db()
    alone, among = evidence_of(db, slip.number.text), evidence(db).get(slip.number.text, [])
    assert alone == among
    return outcome_of(alone)


@pytest.mark.parametrize("sheet_first", [False, True])
def test_a_tick_on_the_day_sheet_finds_its_slip_in_whatever_order_they_came(
    backlog: Backlog, sheet_first: bool
) -> None:
    if sheet_first:
        day_sheet(backlog, "day", 2, 3)
    slips = [backlog.issue() for _ in range(3)]
    slips = [backlog.correct(slip, visit=Visit(clinic=1, token=slip.number.serial, token_series=1)) for slip in slips]
    if not sheet_first:
        day_sheet(backlog, "day", 2, 3)
    assert [found(backlog, slip).seen for slip in slips] == [Seen.UNKNOWN, Seen.SEEN, Seen.SEEN]
    assert found(backlog, slips[1]).by == (Evidence.DAY_SHEET,)
    assert backlog.ledger.rebuild_views()
    assert found(backlog, slips[2]).seen is Seen.SEEN


def test_a_corrected_slip_is_found_by_its_earlier_token(backlog: Backlog) -> None:
    slip = backlog.issue()
    backlog.correct(slip, visit=Visit(clinic=2, token=9, token_series=1))
    day_sheet(backlog, "day", 1)
    assert found(backlog, slip).seen is Seen.SEEN


def test_the_second_page_of_a_day_sheet_counts_from_its_first_token(backlog: Backlog) -> None:
    slip = backlog.issue(visit=Visit(clinic=1, token=27, token_series=1))
    day_sheet(backlog, "day 2", 27, first=26)
    assert found(backlog, slip).seen is Seen.SEEN


def test_a_token_of_another_day_clinic_or_desk_is_another_patients(backlog: Backlog) -> None:
    others = [
        backlog.issue(visit=Visit(clinic=2, token=1, token_series=1)),
        backlog.issue(visit=Visit(clinic=1, token=1, token_series=2)),
        backlog.issue(visit=Visit(clinic=1, token=1, token_series=1), issued=ISSUED.replace(day=24)),
    ]
    day_sheet(backlog, "day", 1)
    assert [found(backlog, slip).seen for slip in others] == [Seen.UNKNOWN] * 3


def test_a_token_that_two_slips_have_says_nothing_of_either(backlog: Backlog) -> None:
    twins = [backlog.issue(visit=Visit(clinic=1, token=5, token_series=1)) for _ in range(2)]
    day_sheet(backlog, "day", 5)
    for slip in twins:
        assert (found(backlog, slip).seen, found(backlog, slip).doubtful) == (Seen.UNKNOWN, True)


def test_a_doubtful_tick_waits_for_a_person(backlog: Backlog) -> None:
    slip = backlog.issue()
    day_sheet(backlog, "day", 1, state=DOUBTFUL, outcome="doubtful")
    assert (found(backlog, slip).seen, found(backlog, slip).doubtful) == (Seen.UNKNOWN, True)
    decide(backlog, "day", "marks", at0={"reached.1": TICKED})
    assert (found(backlog, slip).seen, found(backlog, slip).doubtful) == (Seen.SEEN, False)
    decide(backlog, "day", "marks", at0={"reached.1": "empty"})
    assert found(backlog, slip) == VisitOutcome()


def test_a_torn_page_says_nothing_until_a_person_has_looked(backlog: Backlog) -> None:
    one, two = backlog.issue(), backlog.issue()
    accept_copy(backlog, one, {"outcome.admitted": TICKED}, sure=False, outcome="doubtful")
    day_sheet(backlog, "day", 2, sure=False, outcome="doubtful")
    assert found(backlog, one).seen is found(backlog, two).seen is Seen.UNKNOWN
    decide(backlog, f"copy {one.number}", "marks")
    decide(backlog, "day", "marks")
    assert (found(backlog, one).told, found(backlog, two).seen) == ((Told.ADMITTED,), Seen.SEEN)


def test_the_hospitals_copy_and_what_a_person_read_on_it(backlog: Backlog) -> None:
    slip = backlog.issue()
    accept_copy(backlog, slip, {"outcome.referred": DOUBTFUL, "days.1": TICKED}, outcome="doubtful")
    assert found(backlog, slip) == VisitOutcome(seen=Seen.SEEN, by=(Evidence.COPY,), days_unread=True, doubtful=True)
    decide(backlog, f"copy {slip.number}", "marks", at0={"outcome.referred": TICKED, "days": "14"})
    assert found(backlog, slip) == VisitOutcome(seen=Seen.SEEN, by=(Evidence.COPY,), told=(Told.REFERRED,), days=14)


def test_what_is_no_evidence(backlog: Backlog) -> None:
    slips = [backlog.issue() for _ in range(5)]
    accept(backlog, "patient's copy", slips[0].number.text, "", {})
    accept(backlog, "pad", slips[1].number.text, "pad.slip", {"sex.female": TICKED}, outcome="pad")
    accept_copy(backlog, slips[2], {"outcome.seen": TICKED}, code="forged", outcome="forged")
    accept(backlog, "bars", slips[3].number.text, "", {}, outcome="number_only", code="number_only")
    accept_copy(backlog, slips[4], {})
    say(backlog, slips[4], "seen")
    backlog.void(slips[4])
    assert evidence(backlog.ledger.db()) == {}
    assert [found(backlog, slip) for slip in slips] == [VisitOutcome()] * 5


def test_a_page_that_a_person_gave_to_a_slip_says_what_that_person_saw(backlog: Backlog) -> None:
    slip, other = backlog.issue(), backlog.issue()
    accept(backlog, "soaked", "", "", {}, outcome="unread")
    accept(backlog, "back", "", "", {}, outcome="unread")
    decide(backlog, "soaked", "belongs", slip.number.text, at0={"outcome.not_seen": TICKED})
    decide(backlog, "back", "belongs", other.number.text)
    assert (found(backlog, slip).seen, found(backlog, other).seen) == (Seen.NOT_SEEN, Seen.UNKNOWN)
    backlog.ledger.write(lambda tx: tx.append(FactKind.PAGE_REOPENED, {"picture": "soaked", "reason": "typed wrong"}))
    assert found(backlog, slip) == VisitOutcome()


def test_contradictions_are_listed_and_go_when_somebody_settles_them(backlog: Backlog) -> None:
    slip, other = backlog.issue(), backlog.issue()
    accept_copy(backlog, slip, {"outcome.not_seen": TICKED})
    say(backlog, slip, "seen")
    say(backlog, other, "seen")
    assert list(contradictions(backlog.ledger.db())) == [slip.number]
    figures = visits(backlog.ledger.db())
    assert (figures.visits, figures.seen, figures.unknown) == (2, 1, 1)
    assert figures.contradictions == (slip.number,)
    say(backlog, slip, "not_seen")
    assert contradictions(backlog.ledger.db()) == {}
    assert found(backlog, slip).seen is Seen.NOT_SEEN


# --- The nurse --------------------------------------------------------------------------------------------------------


def test_the_nurse_says_it_and_may_say_otherwise(counter: Counter) -> None:
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    number = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    heads = [head.sequence for head in counter.ledger.heads().values()]
    for word in (Seen.SEEN, Seen.SEEN, Seen.NOT_SEEN):
        frontdesk.mark_seen(counter, number, word, by="asha")
    (witness,) = evidence_of(counter.ledger.db(), number.text)
    assert (witness.login, outcome_of([witness]).seen) == ("asha", Seen.NOT_SEEN)
    assert [head.sequence - old for head, old in zip(counter.ledger.heads().values(), heads, strict=True)] == [2]
    with pytest.raises(ValueError, match="seen or not"):
        frontdesk.mark_seen(counter, number, Seen.UNKNOWN, by="asha")


def test_of_a_void_slip_or_a_blank_nobody_says_anything(counter: Counter) -> None:
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    number = frontdesk.register(counter, shift.key, factories.registration()).row.slip.number
    frontdesk.mark_seen(counter, number, Seen.SEEN, by="asha")
    frontdesk.void(counter, shift.key, number, "wrong clinic", allowed_by="meena")
    with pytest.raises(SlipIsVoid):
        frontdesk.mark_seen(counter, number, Seen.SEEN, by="asha")
    with pytest.raises(SlipUnknown):
        frontdesk.mark_seen(counter, SlipNumber(9, 9), Seen.SEEN, by="asha")
    assert evidence(counter.ledger.db()) == {}
