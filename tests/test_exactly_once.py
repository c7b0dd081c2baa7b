"""Each patient and visit once: what is cut off in the middle, decided anew meanwhile, or done by two hands at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from fallback.ehospital import Acknowledgement, Found, Hold, Outcome
from fallback.ehospital.beep import BeepConnector
from fallback.ehospital.sheet import SheetConnector
from fallback.errors import (
    CanaryNotThere,
    CanaryWaits,
    FieldWrong,
    ImportPaused,
    SlipNotTyped,
    StageWrong,
    TargetUnreachable,
    UhidUsed,
)
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import gates as said, stages as asked
from fallback.recovery import Choice, approve, defer, gates, hand_over, link, returned, standing, take_back, typing
from fallback.recovery.stages import _approve, _defer
from fallback.slip import Slip
from fallback.spreadsheet import Sheet, csv_of
from tests import his as house
from tests.backlog import HOSPITAL, SUNITA, Backlog, cleared
from tests.fake_target import NAME, FakeTarget
from tests.test_imports import buckets, busy, go, matched, stage, stages, write
from tests.test_returns import COLUMNS

PATTERN = HOSPITAL.uhid_pattern
DESK, TABLE = "desk", "table"
HUNG_UP = Acknowledgement(outcome=Outcome.UNREACHABLE, error=TargetUnreachable(url="x", why="it hung up"))
BY_HAND = (Found(patient="p9", encounter="e9"),)


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 7)
    for name in (NAME, DESK, TABLE):
        cleared(found.ledger, name)
    yield found
    found.ledger.close()


@pytest.fixture
def beep(tmp_path: Path) -> BeepConnector:
    target = Target(name=DESK, url="beep:desk", test=True, kind="beep", file=str(house.recipe(tmp_path)))
    return BeepConnector(target, HOSPITAL)


@pytest.fixture
def table(tmp_path: Path) -> SheetConnector:
    (tmp_path / "columns.toml").write_text(COLUMNS, encoding="utf-8")
    target = Target(name=TABLE, url="sheet:t", test=True, kind="sheet", file=str(tmp_path / "columns.toml"))
    return SheetConnector(target, HOSPITAL)


def next_one(backlog: Backlog, beep: BeepConnector, by: str = "ravi") -> Slip | None:
    typing.begin(backlog.ledger, beep, by=by)
    shown = typing.in_hand(backlog.ledger.db(), beep, by=by)
    return shown.slip if shown else None


def done(backlog: Backlog, beep: BeepConnector, slip: Slip, uhid: str) -> None:
    typing.done(backlog.ledger, beep, slip.number, uhid, pattern=PATTERN, by="ravi")


def no_canary(backlog: Backlog, name: str) -> None:
    """As if nobody had looked at the first slips there."""
    write(backlog, FactKind.CANARY_CONFIRMED, target=name, numbers=[], note="")


# --- the run


def test_a_link_that_was_cut_off_makes_no_second_visit(backlog: Backlog) -> None:
    slip, target = backlog.issue(), FakeTarget()
    target.by_hand[slip.number.text] = BY_HAND
    go(backlog, target)
    target.link = lambda slip, found: HUNG_UP  # type: ignore[method-assign]
    with pytest.raises(TargetUnreachable):
        link(backlog.ledger, target, slip.number, by="asha")
    assert (go(backlog, target).held, target.visits) == (1, {})
    assert stage(backlog, slip).hold == "typed_by_hand"
    del target.link
    assert link(backlog.ledger, target, slip.number, by="asha").encounter == "e9"
    assert (go(backlog, target, again=True).confirmed, target.visits) == (0, {})


def test_a_link_loses_against_a_run_that_took_the_slip_meanwhile(backlog: Backlog) -> None:
    slip, target = backlog.issue(), FakeTarget()

    def run_goes_on(slip: Slip) -> tuple[Found, ...]:
        target.typed = lambda slip: ()  # type: ignore[method-assign]
        assert go(backlog, target).created == 1
        return BY_HAND

    target.typed = run_goes_on  # type: ignore[method-assign]
    with pytest.raises(StageWrong):
        link(backlog.ledger, target, slip.number, by="asha")
    assert target.linked == {}


def test_a_refused_slip_that_somebody_then_typed_is_not_sent_beside_it(backlog: Backlog) -> None:
    slip, target = backlog.issue(), FakeTarget()
    target.troubles = [lambda _: Acknowledgement(outcome=Outcome.FAILED, reason="no")]
    go(backlog, target)
    target.by_hand[slip.number.text] = BY_HAND
    assert (go(backlog, target, again=True).held, target.visits) == (1, {})
    target.troubles = [lambda _: HUNG_UP]
    go(backlog, target, again=True)
    assert go(backlog, target).created == 1, "a person had said already that it is another visit"


def test_a_change_on_top_of_one_in_the_air_is_no_change_by_others(backlog: Backlog) -> None:
    slip, target = backlog.issue(), FakeTarget()
    go(backlog, target)
    real = target.update

    def lost(slip: Slip, before: Slip) -> Acknowledgement:
        real(slip, before)
        return HUNG_UP

    def careful(slip: Slip, before: Slip) -> Acknowledgement:
        if target.visits[slip.number.text].patient not in (before.patient, slip.patient):
            return Acknowledgement(outcome=Outcome.HELD, hold=Hold.CHANGED_THERE, reason="It was changed since.")
        return real(slip, target.visits[slip.number.text])

    target.update = lost  # type: ignore[method-assign]
    backlog.correct(slip, patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    go(backlog, target)
    target.update = careful  # type: ignore[method-assign]
    backlog.correct(slip, patient=replace(SUNITA, name="Sunita Bai"), reason="spelling")
    report = go(backlog, target)
    assert (report.held, report.updated) == (0, 1)
    target.visits[slip.number.text] = replace(slip, patient=replace(SUNITA, name="By staff"))
    backlog.correct(slip, patient=replace(SUNITA, name="Sunita Kumari"), reason="spelling")
    assert go(backlog, target).held == 1


def test_a_pause_is_heard_while_a_run_waits_for_a_busy_target(backlog: Backlog) -> None:
    backlog.issue()
    target = FakeTarget()

    def paused_meanwhile(slip: Slip) -> Acknowledgement | None:
        gates.pause(backlog.ledger, NAME, reason="the ward calls", by="meena")
        answer: Acknowledgement = busy()(slip)
        return answer

    target.troubles = [paused_meanwhile]
    assert isinstance(go(backlog, target).stopped, ImportPaused)
    assert target.visits == {}


@pytest.mark.parametrize("what", ["disputed", "repair"])
def test_what_became_of_a_visit_waits_while_nobody_knows_whose_it_is(backlog: Backlog, what: str) -> None:
    slip, target = backlog.issue(), FakeTarget()
    matched(backlog, slip, "new")
    go(backlog, target)
    write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome="seen", clinic=1, room="1")
    if what == "disputed":
        matched(backlog, slip, "ask")
    else:
        order = {"number": slip.number.text, "target": NAME, "wrong": "p1", "right": "", "reason": "x"}
        write(backlog, FactKind.REPAIR_OPENED, **order, sent={}, steps=[])
    approve(backlog.ledger, NAME, Choice(numbers=frozenset({slip.number}), again=True), by="meena")
    assert (go(backlog, target).confirmed, stages(backlog)) == (0, {"matched": 1})
    if what == "disputed":
        matched(backlog, slip, "new")
    else:
        closed = {"number": slip.number.text, "target": NAME, "note": "done", "uhid": "", "patient": ""}
        write(backlog, FactKind.REPAIR_CLOSED, **closed, revision=0)
    assert go(backlog, target).updated == 1


def test_a_sent_slip_that_is_another_patients_by_now_is_no_mere_change(backlog: Backlog) -> None:
    slip, target, seen = backlog.issue(), FakeTarget(), list[tuple[str, str]]()
    matched(backlog, slip, "new")
    go(backlog, target)
    matched(backlog, slip, "same", "uhid:200000001")

    def update(slip: Slip, before: Slip) -> Acknowledgement:
        seen.append((slip.person, before.person))
        return Acknowledgement(outcome=Outcome.HELD, reason="It is another patient.")

    target.update = update  # type: ignore[method-assign]
    write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome="seen", clinic=1, room="1")
    assert go(backlog, target).held == 1
    assert seen == [("uhid:200000001", slip.number.text)]


def test_a_system_that_cannot_be_asked_is_not_sent_a_second_patient(backlog: Backlog) -> None:
    slip, target = backlog.issue(), FakeTarget(finds=False)
    matched(backlog, slip, "new")

    def lost(told: Slip) -> Acknowledgement:
        target.take(told)
        return HUNG_UP

    target.troubles = [lost]
    go(backlog, target)
    matched(backlog, slip, "same", "uhid:200000001")
    assert (go(backlog, target).held, list(target.patients)) == (1, [slip.number.text])
    target.visits.clear()  # a person looked, and took it off there
    assert go(backlog, target, again=True).created == 1


# --- typed by people: by the scanner's code, from a table, at the live counter


def test_every_visit_of_a_matched_patient_takes_their_uhid(
    backlog: Backlog, beep: BeepConnector, table: SheetConnector, tmp_path: Path
) -> None:
    known, again, first, twin = (backlog.issue() for _ in range(4))
    later, stranger = backlog.issue(patient_number=twin.number), backlog.issue(replace(SUNITA, name="Mohan Lal"))
    for slip in (known, again):
        matched(backlog, slip, "same", "uhid:200000001")
    matched(backlog, first, "new")
    matched(backlog, twin, "same", first.number.text)
    matched(backlog, stranger, "new")
    uhids = {known: "200000001", again: "200000001", stranger: "200000003"}
    uhids |= dict.fromkeys((first, twin, later), "200000002")
    approve(backlog.ledger, DESK, by="meena")
    for _ in uhids:
        shown = next_one(backlog, beep)
        assert shown is not None
        if shown.number == stranger.number:
            with pytest.raises(UhidUsed, match=known.number.grouped):
                done(backlog, beep, shown, "200000001")
        done(backlog, beep, shown, next(uhid for slip, uhid in uhids.items() if slip.number == shown.number))
    assert next_one(backlog, beep) is None

    approve(backlog.ledger, TABLE, by="meena")
    for _ in range(2):  # the later ones wait for the first
        with_rows = hand_over(backlog.ledger, table, by="meena")
        rows = [
            [slip.number.text, slip.patient.name, "F", uhid]
            for slip, uhid in uhids.items()
            if (stands := queries.delivery(backlog.ledger.db(), slip.number, TABLE)) and stands.stage == "sending"
        ]
        (tmp_path / "r.csv").write_bytes(
            csv_of(Sheet(title="A", header=("Slip No", "Patient Name", "Sex", "New CR No"), rows=rows))
        )
        report = take_back(backlog.ledger, table, tmp_path / "r.csv", pattern=PATTERN, by="meena")
        assert (report.held, report.confirmed) == ([], len(rows)), with_rows.counts
    assert not queries.in_the_air(backlog.ledger.db(), TABLE)


def test_whose_first_slip_was_put_aside_is_not_typed_as_two_patients(backlog: Backlog, beep: BeepConnector) -> None:
    first, twin = backlog.issue(), backlog.issue()
    matched(backlog, first, "new")
    matched(backlog, twin, "same", first.number.text)
    approve(backlog.ledger, DESK, by="meena")
    shown = next_one(backlog, beep)
    assert shown is not None and shown.number == first.number
    typing.put_aside(backlog.ledger, beep, first.number, "the page hung", by="ravi")
    assert next_one(backlog, beep) is None
    with pytest.raises(SlipNotTyped, match="first slip"):
        typing.begin(backlog.ledger, beep, twin.number, by="ravi")
    approve(backlog.ledger, DESK, Choice(again=True), by="meena")
    assert next_one(backlog, beep) is not None
    done(backlog, beep, first, "200000001")
    shown = next_one(backlog, beep)
    assert shown is not None and (shown.number, shown.uhid) == (twin.number, "200000001")


def test_visits_whose_first_slip_is_void_are_one_new_patient(backlog: Backlog, beep: BeepConnector) -> None:
    first = backlog.issue()
    visits = [backlog.issue(patient_number=first.number) for _ in range(2)]
    backlog.void(first)
    approve(backlog.ledger, DESK, by="meena")
    shown = next_one(backlog, beep)
    assert shown is not None and (shown.number, shown.patient_number) == (visits[0].number, None)
    assert next_one(backlog, beep, "lata") is None
    done(backlog, beep, shown, "200000001")
    shown = next_one(backlog, beep)
    assert shown is not None and (shown.number, shown.uhid) == (visits[1].number, "200000001")


def test_who_returned_keeps_the_uhid_of_their_other_slips(backlog: Backlog) -> None:
    first = backlog.issue()
    later = backlog.issue(patient_number=first.number)
    defer(backlog.ledger, NAME, Choice(), reason="old cases", by="meena")
    returned(backlog.ledger, NAME, first.number, "200000001", pattern=PATTERN, by="asha")
    with pytest.raises(FieldWrong, match="another UHID"):
        returned(backlog.ledger, NAME, later.number, "200000002", pattern=PATTERN, by="asha")
    returned(backlog.ledger, NAME, later.number, "200000001", pattern=PATTERN, by="asha")


def test_slips_that_cannot_go_do_not_hide_those_that_can(backlog: Backlog, beep: BeepConnector) -> None:
    slips = [backlog.issue() for _ in range(27)]
    approve(backlog.ledger, DESK, by="meena")
    for slip in slips[:26]:
        matched(backlog, slip, "ask")
    matched(backlog, slips[26], "new")
    shown = next_one(backlog, beep)
    assert shown is not None and shown.number == slips[26].number


# --- the first ten


def test_first_slips_that_were_all_put_aside_are_typed_again(backlog: Backlog, beep: BeepConnector) -> None:
    slips = [backlog.issue() for _ in range(12)]
    no_canary(backlog, DESK)
    approve(backlog.ledger, DESK, by="meena")
    for _ in range(gates.CANARY):
        shown = next_one(backlog, beep)
        assert shown is not None
        typing.put_aside(backlog.ledger, beep, shown.number, "the keyboard is wrong", by="ravi")
    with pytest.raises(CanaryWaits):
        typing.begin(backlog.ledger, beep, by="ravi")
    with pytest.raises(CanaryNotThere):
        gates.confirm_canary(backlog.ledger, DESK, note="looked at it", by="meena")
    approve(backlog.ledger, DESK, Choice(again=True), by="meena")
    shown = next_one(backlog, beep)
    assert shown is not None and shown.number == slips[0].number
    with pytest.raises(CanaryWaits):
        typing.begin(backlog.ledger, beep, slips[11].number, by="lata")
    done(backlog, beep, shown, "200000001")
    assert gates.confirm_canary(backlog.ledger, DESK, note="looked at it", by="meena") == 1


def test_two_tables_at_once_are_ten_slips_before_a_person_looked(backlog: Backlog, table: SheetConnector) -> None:
    for _ in range(30):
        backlog.issue()
    no_canary(backlog, TABLE)
    approve(backlog.ledger, TABLE, by="meena")
    hand_over(backlog.ledger, table, by="ravi", limit=4)
    made = hand_over(backlog.ledger, table, by="lata")
    assert made.counts == {"New": 6}
    with pytest.raises(CanaryWaits):
        hand_over(backlog.ledger, table, by="lata")
    assert said.went(backlog.ledger.db(), TABLE) == gates.CANARY


def test_what_left_while_somebody_approved_it_again_stays_in_the_air(backlog: Backlog) -> None:
    first, other = backlog.issue(), backlog.issue()
    listed = asked.rows(backlog.ledger.db(), standing(backlog.ledger.db(), NAME))
    content = {"number": first.number.text, "revision": 0, "target": NAME, "told": "", "run": "r", "person": ""}
    write(backlog, FactKind.SLIP_SENDING, **content)
    for act in (_approve, partial(_defer, reason="old case")):
        assert backlog.ledger.write(partial(act, target=NAME, portion=listed, by="meena")) == (act is _approve)
        assert stage(backlog, first).stage == "sending"
    assert stage(backlog, other).stage == "approved"


def test_a_slip_that_somebody_went_home_with_is_anybodys_after_a_while(
    backlog: Backlog, beep: BeepConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    slip = backlog.issue()
    approve(backlog.ledger, DESK, by="meena")
    assert next_one(backlog, beep, "lata") is not None
    with pytest.raises(SlipNotTyped, match="somebody else has it"):
        typing.begin(backlog.ledger, beep, slip.number, by="ravi")
    monkeypatch.setattr(typing, "_LEFT", timedelta(0))
    typing.begin(backlog.ledger, beep, slip.number, by="ravi")
    shown = typing.in_hand(backlog.ledger.db(), beep, by="ravi")
    assert shown is not None and shown.again
    with pytest.raises(SlipNotTyped):
        typing.done(backlog.ledger, beep, slip.number, "200000001", pattern=PATTERN, by="lata")
    done(backlog, beep, shown.slip, "200000001")


def test_who_gives_a_slip_back_approves_no_newer_version_of_it(backlog: Backlog, beep: BeepConnector) -> None:
    slip = backlog.issue()
    approve(backlog.ledger, DESK, by="meena")
    assert next_one(backlog, beep) is not None
    backlog.correct(slip, patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    typing.give_back(backlog.ledger, beep, slip.number, by="ravi")
    assert next_one(backlog, beep) is None


def test_an_approval_of_a_desk_that_did_not_know_sends_nothing_beside_what_was_typed(backlog: Backlog) -> None:
    """Two journals come together: here it was approved last, there the patient was registered at the live counter."""
    slip, target = backlog.issue(), FakeTarget()
    defer(backlog.ledger, NAME, Choice(), reason="old case", by="meena")
    returned(backlog.ledger, NAME, slip.number, "200000001", pattern=PATTERN, by="asha")
    write(backlog, FactKind.SLIP_APPROVED, number=slip.number.text, revision=0, target=NAME)
    assert (go(backlog, target, again=True).created, target.visits) == (0, {})
    assert (stages(backlog), buckets(backlog)) == ({"confirmed": 1}, {"imported": 1})


def test_a_correction_of_what_was_sent_makes_no_new_patient_of_the_next_visit(backlog: Backlog) -> None:
    first, target = backlog.issue(), FakeTarget()
    later = backlog.issue(patient_number=first.number)
    matched(backlog, first, "same", "uhid:200000001")
    approve(backlog.ledger, NAME, Choice(numbers=frozenset({first.number})), by="meena")
    go(backlog, target, limit=1)
    backlog.correct(first, patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    assert go(backlog, target).confirmed == 2
    assert target.patients == {"uhid:200000001": [first.number.text, later.number.text]}
    assert {each.person for each in target.visits.values()} == {"uhid:200000001"}


def test_a_correction_before_sending_is_matched_anew(backlog: Backlog) -> None:
    slip = backlog.issue()
    matched(backlog, slip, "same", "uhid:200000001")
    backlog.correct(slip, patient=replace(SUNITA, name="Mohan Lal"), reason="another patient")
    assert stages(backlog) == {"read": 1}
