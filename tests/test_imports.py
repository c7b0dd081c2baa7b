"""The import against a target in memory: gates, the canary, pauses, pace, several runs, what was typed by hand."""

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fallback.ehospital import Acknowledgement, Found, Outcome
from fallback.errors import (
    CanaryNotThere,
    CanaryWaits,
    CheckListOpen,
    FieldWrong,
    ImportPaused,
    ParchiError,
    StageWrong,
    TargetBusy,
    TargetChanged,
    TargetNotOurs,
    TargetUnreachable,
)
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import gates as said, stages as asked
from fallback.ledger.queries.stages import Filter
from fallback.recovery import (
    Choice,
    ImportReport,
    Step,
    account_of,
    approve,
    defer,
    gates,
    link,
    plan,
    returned,
    run_import,
    standing,
    work_at,
)
from fallback.recovery.leases import Lease, is_alive
from fallback.recovery.pace import Pace
from fallback.slip import Kind, Patient, Slip, SlipNumber, Visit
from tests.backlog import ISSUED, SUNITA, Backlog, cleared
from tests.fake_target import NAME, FakeTarget


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    found = Backlog(tmp_path / "data", 7)
    yield found
    found.ledger.close()


@pytest.fixture
def target(backlog: Backlog) -> FakeTarget:
    cleared(backlog.ledger, NAME)
    return FakeTarget()


def go(backlog: Backlog, target: FakeTarget, *, again: bool = False, **more: Any) -> ImportReport:
    approve(backlog.ledger, NAME, Choice(again=again), by="ravi")
    return run_import(backlog.ledger, target, by="ravi", pace=quick(target), **more)


def quick(target: FakeTarget, slept: list[float] | None = None) -> Pace:
    return Pace(target.target.speed, sleep=(slept if slept is not None else []).append, clock=lambda: 0.0)


def stages(backlog: Backlog) -> dict[str, int]:
    db = backlog.ledger.db()
    return asked.counts(db, standing(db, NAME)).total


def stage(backlog: Backlog, slip: Slip) -> asked.StageRow:
    db = backlog.ledger.db()
    found = asked.one(db, standing(db, NAME), slip.number)
    assert found is not None
    return found


def write(backlog: Backlog, fact: FactKind, **content: Any) -> None:
    backlog.ledger.write(partial(Transaction.append, fact=fact, content=content, by="ravi"))


def buckets(backlog: Backlog) -> dict[str, int]:
    total = account_of(backlog.ledger.db(), NAME).total
    return {bucket.value: count for bucket, count in total.counts.items() if count}


# --- the gates


def test_nothing_goes_before_the_check_list_is_signed(backlog: Backlog) -> None:
    backlog.issue()
    target = FakeTarget()
    with pytest.raises(CheckListOpen, match=r"SMS to patients, queue tokens, .*, the true date of a visit, fees"):
        go(backlog, target)
    for point in list(gates.Point)[:-1]:
        gates.check(backlog.ledger, NAME, point, gates.ANSWERS[point].good[0], by="meena")
    assert not [what for what, _ in target.asked if what != "identify"]
    assert go(backlog, target).created == 1


def test_a_way_that_cannot_write_into_the_past_needs_a_named_field(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()
    gates.check(backlog.ledger, NAME, gates.Point.PAST_DATE, "visit", by="meena")
    with pytest.raises(CheckListOpen, match="true date of a visit"):
        go(backlog, FakeTarget(back_dates=False))
    with pytest.raises(FieldWrong):
        gates.check(backlog.ledger, NAME, gates.Point.PAST_DATE, "field", " ", by="meena")
    gates.check(backlog.ledger, NAME, gates.Point.PAST_DATE, "field", "Remarks, letter of 24 Nov", by="meena")
    assert go(backlog, FakeTarget(back_dates=False)).created == 1
    told = said.checks(backlog.ledger.db(), NAME)["past_date"]
    assert (told.answer, told.note, told.login) == ("field", "Remarks, letter of 24 Nov", "meena")


def test_real_slips_go_into_a_test_system_only_where_a_person_signed_that_it_is_a_trial(backlog: Backlog) -> None:
    backlog.issue()
    target = FakeTarget(test=True)
    for point in list(gates.Point)[:-1]:
        gates.check(backlog.ledger, NAME, point, gates.ANSWERS[point].good[0], by="meena")
    with pytest.raises(CheckListOpen, match="test system gets real slips"):
        go(backlog, target)
    gates.check(backlog.ledger, NAME, gates.Point.TRIAL, "trial", by="meena")
    assert go(backlog, target).created == 1


@pytest.mark.parametrize(("point", "answer"), [("sms", "on"), ("fees", "cash"), ("fees", ""), ("trial", "no")])
def test_an_answer_that_lets_harm_through_is_none(backlog: Backlog, point: str, answer: str) -> None:
    with pytest.raises(FieldWrong):
        gates.check(backlog.ledger, NAME, gates.Point(point), answer, by="meena")
    assert said.checks(backlog.ledger.db(), NAME) == {}


def test_ten_go_first_and_the_rest_after_a_person_looked(backlog: Backlog) -> None:
    for _ in range(25):
        backlog.issue()
    target = FakeTarget()
    for point in list(gates.Point)[:-1]:
        gates.check(backlog.ledger, NAME, point, gates.ANSWERS[point].good[0], by="meena")
    with pytest.raises(CanaryNotThere):
        gates.confirm_canary(backlog.ledger, NAME, note="looked at all", by="meena")
    report = go(backlog, target)
    assert isinstance(report.stopped, CanaryWaits)
    assert (report.created, report.left, len(target.visits)) == (10, 15, 10)
    for _ in range(2):
        report = go(backlog, target)
        assert (report.created, len(target.visits)) == (0, 10), "the run began anew and so did the ten"
    assert gates.confirm_canary(backlog.ledger, NAME, note="looked at all", by="meena") == 10
    assert go(backlog, target).created == 15
    assert stages(backlog) == {"confirmed": 25}


def test_a_small_backlog_does_not_wait_for_a_canary(backlog: Backlog) -> None:
    for _ in range(9):
        backlog.issue()
    for point in list(gates.Point)[:-1]:
        gates.check(backlog.ledger, NAME, point, gates.ANSWERS[point].good[0], by="meena")
    report = go(backlog, FakeTarget())
    assert (report.created, report.stopped) == (9, None)


def test_first_slips_that_were_corrected_may_go_again_while_the_rest_waits(backlog: Backlog) -> None:
    slips = [backlog.issue() for _ in range(12)]
    target = FakeTarget()
    for point in list(gates.Point)[:-1]:
        gates.check(backlog.ledger, NAME, point, gates.ANSWERS[point].good[0], by="meena")
    go(backlog, target)
    backlog.correct(slips[0], patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    report = go(backlog, target)
    assert (report.updated, report.created) == (1, 0)
    assert isinstance(report.stopped, CanaryWaits)


@pytest.mark.parametrize("what", ["url", "software", "fingerprint", "certificate", "organisation"])
def test_a_target_that_became_another_stops_before_the_first_slip(
    backlog: Backlog, target: FakeTarget, what: str
) -> None:
    target.identity = replace(target.identity, certificate="aa", organisation="h1")
    go(backlog, target)
    backlog.issue()
    target.identity = replace(target.identity, **{what: "another"})
    with pytest.raises(TargetChanged):
        go(backlog, target)
    assert target.visits == {}
    gates.pin(backlog.ledger, target, by="meena", anew=True)
    assert said.canary(backlog.ledger.db(), NAME) is None, "what was looked at was another system"
    assert go(backlog, target).created == 1


def test_a_target_that_never_named_its_certificate_is_learnt_and_not_refused(
    backlog: Backlog, target: FakeTarget
) -> None:
    backlog.issue()
    go(backlog, target)
    target.identity = replace(target.identity, certificate="aa")
    backlog.issue()
    assert go(backlog, target).created == 1
    assert queries.targets(backlog.ledger.db())[NAME]["certificate"] == "aa"


@pytest.mark.parametrize("said_to_be", ["", "IN999"])
def test_a_system_of_another_hospital_gets_nothing(backlog: Backlog, said_to_be: str) -> None:
    cleared(backlog.ledger, NAME)
    backlog.issue()
    target = FakeTarget(organisation="IN0710")
    target.identity = replace(target.identity, organisation=said_to_be)
    with pytest.raises(TargetNotOurs, match="IN0710"):
        go(backlog, target)
    target.identity = replace(target.identity, organisation="IN0710")
    assert go(backlog, target).created == 1


def test_a_pause_stops_every_run_before_its_next_slip(backlog: Backlog, target: FakeTarget) -> None:
    for _ in range(5):
        backlog.issue()

    def pauses(_slip: Slip) -> None:
        gates.pause(backlog.ledger, NAME, reason="the queue board shows our patients", by="meena")

    target.troubles = [pauses]
    report = go(backlog, target)
    assert isinstance(report.stopped, ImportPaused)
    assert (report.created, report.left) == (1, 4), "what was on its way is finished, and nothing more"
    with pytest.raises(ImportPaused, match="queue board"):
        go(backlog, target)
    with pytest.raises(FieldWrong):
        gates.pause(backlog.ledger, NAME, reason=" ", by="meena")
    gates.resume(backlog.ledger, NAME, by="meena")
    assert go(backlog, target).created == 4


# --- the pace


def busy(seconds: int = 0) -> Any:
    error = TargetBusy(url="http://fake.example", seconds=seconds)
    return lambda _slip: Acknowledgement(outcome=Outcome.UNREACHABLE, error=error)


def test_a_busy_target_is_waited_for_longer_each_time_and_looked_at_again(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()
    target.troubles = [busy(), busy(), busy(30), busy()]
    slept: list[float] = []
    approve(backlog.ledger, NAME, by="ravi")
    report = run_import(backlog.ledger, target, by="ravi", pace=quick(target, slept))
    assert (report.created, report.stopped) == (1, None)
    assert sum(slept) == 1 + 2 + 30 + 8
    whats = [what for what, _ in target.asked]
    assert whats == ["identify", "typed", "send"] + ["identify", "find", "send"] * 4
    delivery = queries.delivery(backlog.ledger.db(), slip.number, NAME)
    assert delivery is not None
    assert (delivery.attempts, delivery.stage) == (5, "confirmed")


def test_a_target_that_is_busy_for_ever_ends_the_run(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()
    target.troubles = [busy() for _ in range(100)]
    report = go(backlog, target)
    assert isinstance(report.stopped, TargetBusy)
    assert buckets(backlog) == {"waiting": 1}
    target.troubles = []
    assert go(backlog, target).created == 1


def test_another_system_after_a_wait_gets_nothing(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()

    def restarts(slip: Slip) -> Any:
        target.identity = replace(target.identity, software="Other 9")
        return busy()(slip)

    target.troubles = [restarts]
    report = go(backlog, target)
    assert isinstance(report.stopped, TargetChanged)
    assert target.visits == {}


def test_a_person_who_stops_it_is_heard_while_it_waits(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()
    target.troubles = [busy(900)]
    halted = threading.Event()
    approve(backlog.ledger, NAME, by="ravi")
    pace = Pace(0, sleep=lambda _seconds: halted.set())
    report = run_import(backlog.ledger, target, by="ravi", pace=pace, stop=halted.is_set)
    assert isinstance(report.stopped, TargetBusy)
    assert report.left == 1


def test_no_faster_than_the_hospital_allows(backlog: Backlog) -> None:
    cleared(backlog.ledger, NAME)
    for _ in range(3):
        backlog.issue()
    target, slept = FakeTarget(speed=30), list[float]()
    approve(backlog.ledger, NAME, by="ravi")
    run_import(backlog.ledger, target, by="ravi", pace=quick(target, slept))
    assert sum(slept) == 4


# --- exactly once


def test_a_lost_reply_is_looked_for_and_compared_with_what_was_sent(backlog: Backlog, target: FakeTarget) -> None:
    """The visit was seen only after the slip was sent: what lies there is what was sent then, and is told the rest."""
    slip = backlog.issue()

    def lost(told: Slip) -> Acknowledgement:
        target.take(told)
        return Acknowledgement(outcome=Outcome.UNREACHABLE, error=TargetUnreachable(url="x", why="it hung up"))

    target.troubles = [lost]
    assert isinstance(go(backlog, target).stopped, TargetUnreachable)
    assert stages(backlog) == {"sending": 1}
    write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome="seen", clinic=1, room="1")
    report = go(backlog, target)
    assert (report.already_there, report.held) == (1, 0)
    assert stage(backlog, slip).stage == "ready", "the target does not know yet that the patient was seen"
    assert go(backlog, target).updated == 1
    assert stages(backlog) == {"confirmed": 1}
    assert [what for what, _ in target.asked].count("send") == 1


def test_evidence_that_is_taken_back_reaches_the_target_too(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()
    for outcome in ("seen", "not_seen", "seen"):
        write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome=outcome, clinic=1, room="1")
        assert go(backlog, target).confirmed == 1
        assert go(backlog, target).confirmed == 0


def test_a_change_that_was_held_and_is_gone_again_is_looked_at_and_closed(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()
    go(backlog, target)
    write(backlog, FactKind.SLIP_HELD, number=slip.number.text, revision=0, target=NAME, reason="x", hold="other")
    assert go(backlog, target).confirmed == 0, "a held slip went without a person"
    assert go(backlog, target, again=True).already_there == 1
    assert stages(backlog) == {"confirmed": 1}


def test_a_living_run_keeps_its_patient_and_a_dead_one_does_not(backlog: Backlog, target: FakeTarget) -> None:
    first = backlog.issue()
    second = backlog.issue(patient_number=first.number)
    approve(backlog.ledger, NAME, by="ravi")
    with Lease(backlog.ledger.folder) as other:
        content = {"number": first.number.text, "revision": 0, "target": NAME, "told": ""}
        write(backlog, FactKind.SLIP_SENDING, **content, run=other.run, person=first.person)
        report = run_import(backlog.ledger, target, by="ravi", pace=quick(target))
        assert (report.created, report.left, target.visits) == (0, 2, {}), "two runs were on one patient"
        assert is_alive(backlog.ledger.folder, other.run)
    assert not is_alive(backlog.ledger.folder, other.run)
    assert run_import(backlog.ledger, target, by="ravi", pace=quick(target)).created == 2
    assert target.patients == {first.person: [first.number.text, second.number.text]}


def test_a_lease_ends_with_its_process(backlog: Backlog) -> None:
    code = (
        "import sys, time; from pathlib import Path; from fallback.recovery.leases import Lease\n"
        "with Lease(Path(sys.argv[1])) as lease: print(lease.run, flush=True); time.sleep(60)"
    )
    folder = backlog.ledger.folder
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent.parent) as process:
        assert process.stdout is not None
        run = process.stdout.readline().strip()
        assert is_alive(folder, run)
        process.kill()
    assert not is_alive(folder, run)
    assert not is_alive(folder, "../../etc/passwd")
    assert not is_alive(folder, "")
    assert list((folder / "runs").iterdir()) == []


def test_two_runs_share_a_backlog_and_no_patient(backlog: Backlog, target: FakeTarget) -> None:
    first = [backlog.issue() for _ in range(10)]
    for slip in first:
        backlog.issue(patient_number=slip.number)
    approve(backlog.ledger, NAME, by="ravi")
    reports: list[ImportReport] = []

    def run() -> None:
        reports.append(run_import(backlog.ledger, target, by="ravi", pace=Pace(0, sleep=lambda _: None)))

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while go(backlog, target).left:
        pass
    assert sorted(map(len, target.patients.values())) == [2] * 10
    assert stages(backlog) == {"confirmed": 20}


# --- typed by hand, and left for the live counter


def test_a_visit_that_was_typed_by_hand_holds_the_slip(backlog: Backlog, target: FakeTarget) -> None:
    slip, other = backlog.issue(), backlog.issue()
    target.by_hand[slip.number.text] = (Found(patient="p9", encounter="e9"),)
    report = go(backlog, target)
    assert (report.held, report.created, list(target.visits)) == (1, 1, [other.number.text])
    row = stage(backlog, slip)
    assert (row.stage, row.hold, row.attempts, row.encounter) == ("held", "typed_by_hand", 0, "")
    assert go(backlog, target).confirmed == 0
    assert go(backlog, target, again=True).created == 1, "a person said that it is another visit"


def test_what_waits_for_the_live_counter_has_a_place_of_its_own(backlog: Backlog, target: FakeTarget) -> None:
    old, sent = backlog.issue(), backlog.issue(visit=Visit(clinic=2))
    go(backlog, target, limit=0)
    approve(backlog.ledger, NAME, Choice(clinics=frozenset({2})), by="ravi")
    only = Choice(clinics=frozenset({2}))
    assert run_import(backlog.ledger, target, by="ravi", choice=only, pace=quick(target)).created == 1
    assert defer(backlog.ledger, NAME, Choice(), reason="comes back on Monday", by="meena") == 1
    assert stages(backlog) == {"on_return": 1, "confirmed": 1}
    assert buckets(backlog) == {"imported": 1, "on_return": 1}
    assert account_of(backlog.ledger.db(), NAME).closed
    assert go(backlog, target, again=True).created == 0, "an approval of all took it from the counter"
    assert approve(backlog.ledger, NAME, Choice(numbers=frozenset({old.number})), by="ravi") == 1
    assert run_import(backlog.ledger, target, by="ravi", pace=quick(target)).created == 1
    assert sent.number.text in target.visits


# --- who must be matched first


def matched(backlog: Backlog, slip: Slip, outcome: str, to: str = "") -> None:
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    content = {"number": slip.number.text, "digest": row.content, "index": "i", "outcome": outcome, "to": to}
    write(backlog, FactKind.SLIP_MATCHED, **content, chance=0.5, reasons=[], others=[], sample=False)


def test_a_slip_goes_only_once_it_is_decided_whose_it_is(backlog: Backlog, target: FakeTarget) -> None:
    new, asks, unread = (backlog.issue() for _ in range(3))
    later = backlog.issue(patient_number=asks.number)
    hidden = backlog.issue(Patient(), sealed=b"x" * 20)
    assert stages(backlog) == {"ready": 5}, "without an index nobody is matched"
    matched(backlog, new, "new")
    matched(backlog, asks, "ask")
    assert stages(backlog) == {"ready": 2, "matched": 2, "read": 1}
    report = go(backlog, target, again=True)
    assert (report.created, report.held) == (1, 1)
    assert stage(backlog, hidden).hold == "sealed"
    approve(backlog.ledger, NAME, Choice(numbers=frozenset({asks.number, unread.number})), by="ravi")
    assert stage(backlog, later).stage == "matched"
    matched(backlog, asks, "new")
    matched(backlog, unread, "new")
    assert go(backlog, target).created == 3


def test_a_decision_that_is_taken_back_after_the_approval_stops_the_slip(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()
    matched(backlog, slip, "new")
    approve(backlog.ledger, NAME, by="ravi")
    assert stage(backlog, slip).stage == "approved"
    matched(backlog, slip, "ask")
    assert stage(backlog, slip).stage == "matched"
    assert run_import(backlog.ledger, target, by="ravi", pace=quick(target)).created == 0


# --- the order


def test_who_needs_their_paper_most_goes_first(backlog: Backlog, target: FakeTarget) -> None:
    plain = backlog.issue()
    legal = backlog.issue(medico_legal=True)
    first = backlog.issue()
    admitted = backlog.issue(kind=Kind.ADMISSION, patient_number=first.number, visit=Visit(clinic=1, ward=1, bed="3"))
    report = go(backlog, target)
    assert report.confirmed == 4
    assert list(target.visits) == [each.number.text for each in (first, admitted, legal, plain)]


# --- lists


def test_lists_and_counts_are_the_same_slips(backlog: Backlog, target: FakeTarget) -> None:
    good, bad = backlog.issue(), backlog.issue(visit=Visit(clinic=2))
    torn = backlog.issue()
    backlog.void(torn)
    refuse = Acknowledgement(outcome=Outcome.FAILED, reason="a family name is required")
    target.troubles = [lambda slip: refuse if slip.number == bad.number else None] * 2
    go(backlog, target)
    db = backlog.ledger.db()
    where = standing(db, NAME)
    assert stages(backlog) == {"confirmed": 1, "failed": 1, "void": 1}
    assert asked.counts(db, where, facet="clinic").parts == {1: {"confirmed": 1, "void": 1}, 2: {"failed": 1}}
    failed = asked.rows(db, where, Filter(stages=frozenset({"failed"})))
    assert [(each.number, each.reason, each.clinic) for each in failed] == [
        (bad.number, "a family name is required", 2)
    ]
    assert [each.number for each in asked.rows(db, where, after=good.number.text, most=1)] == [bad.number]
    day = frozenset({ISSUED.date().isoformat()})
    assert len(asked.rows(db, where, Filter(days=day, series=frozenset({7}), decided=frozenset({""})))) == 3
    assert asked.rows(db, where, Filter(numbers=frozenset())) == []


def test_the_dry_run_asks_nobody(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()
    backlog.issue(alias=True)
    planned = plan(backlog.ledger, target)
    assert [(each.stage, bool(each.content), bool(each.reason)) for each in planned] == [
        ("ready", True, False),
        ("ready", False, True),
    ]
    assert target.asked == []
    assert len(plan(backlog.ledger, target, limit=1)) == 1


def test_an_error_of_the_target_while_it_is_asked_loses_nothing(backlog: Backlog, target: FakeTarget) -> None:
    backlog.issue()
    target.wrong = TargetUnreachable(url="x", why="off")
    with pytest.raises(ParchiError):
        go(backlog, target)
    assert stages(backlog) == {"approved": 1}


def test_what_was_said_is_the_same_when_the_views_are_made_anew(backlog: Backlog, target: FakeTarget) -> None:
    slip, old = backlog.issue(), backlog.issue()
    go(backlog, target, limit=1)
    gates.pause(backlog.ledger, NAME, reason="lunch", by="meena")
    gates.resume(backlog.ledger, NAME, by="meena")
    gates.check(backlog.ledger, NAME, gates.Point.SMS, "off", by="ravi")
    defer(backlog.ledger, NAME, Choice(numbers=frozenset({old.number})), reason="old case", by="meena")
    before = [stage(backlog, each) for each in (slip, old)]
    assert backlog.ledger.rebuild_views()
    assert [stage(backlog, each) for each in (slip, old)] == before
    db = backlog.ledger.db()
    assert (said.pause(db, NAME), said.checks(db, NAME)["sms"].login) == (None, "ravi")
    found = queries.delivery(db, slip.number, NAME)
    assert found is not None
    assert found.air == (0, slip.person, "")


def test_a_patient_registered_at_the_counter_is_never_told_there_again(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()
    defer(backlog.ledger, NAME, Choice(), reason="old case", by="meena")
    returned(backlog.ledger, NAME, slip.number, " 100200300 ", pattern="[1-9][0-9]{8}", by="asha")
    assert (stage(backlog, slip).stage, stage(backlog, slip).uhid) == ("confirmed", "100200300")
    with pytest.raises(StageWrong):
        returned(backlog.ledger, NAME, slip.number, "100200300", pattern="[1-9][0-9]{8}", by="asha")
    write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome="seen", clinic=1, room="1")
    assert stage(backlog, slip).stage == "confirmed", "a visit that the target does not have cannot be changed there"
    assert go(backlog, target, again=True).confirmed == 0
    backlog.correct(slip, patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    assert go(backlog, target).held == 1


def test_what_may_be_in_the_air_is_not_linked_by_hand(backlog: Backlog, target: FakeTarget) -> None:
    slip = backlog.issue()

    def lost(told: Slip) -> Acknowledgement:
        target.take(told)
        return Acknowledgement(outcome=Outcome.UNREACHABLE, error=TargetUnreachable(url="x", why="it hung up"))

    target.troubles = [lost]
    go(backlog, target)
    for number in (slip.number, SlipNumber(7, 99)):
        with pytest.raises(StageWrong):
            returned(backlog.ledger, NAME, number, "100200300", pattern="[0-9]+", by="asha")
        with pytest.raises(StageWrong):
            link(backlog.ledger, target, number, by="asha")


def test_a_way_that_takes_nothing_but_the_slip_is_told_no_outcome(backlog: Backlog) -> None:
    cleared(backlog.ledger, NAME)
    slip, target = backlog.issue(), FakeTarget(outcome=False)
    assert go(backlog, target).created == 1
    write(backlog, FactKind.VISIT_SEEN, number=slip.number.text, outcome="seen", clinic=1, room="1")
    assert stage(backlog, slip).stage == "confirmed"


def test_the_list_in_memory_and_the_list_in_the_tables_agree(backlog: Backlog, target: FakeTarget) -> None:
    """Whatever happened to slips, `work_at` and the counts tell the same."""
    slips = [backlog.issue() for _ in range(8)]
    refuse = Acknowledgement(outcome=Outcome.FAILED, reason="no")
    target.troubles = [lambda slip: refuse if slip.number in (slips[0].number, slips[4].number) else None] * 4
    go(backlog, target, limit=4)
    backlog.correct(slips[0], reason="spelling", patient=SUNITA)
    backlog.correct(slips[1], reason="spelling", patient=replace(SUNITA, name="S Devi"))
    backlog.void(slips[2])
    backlog.void(slips[7])
    defer(backlog.ledger, NAME, Choice(numbers=frozenset({slips[5].number})), reason="old case", by="meena")
    write(backlog, FactKind.VISIT_SEEN, number=slips[3].number.text, outcome="seen", clinic=1, room="1")
    work = work_at(backlog.ledger.db(), NAME)
    by_stage = Counter(each.stage for each in work)
    assert by_stage == Counter({name: count for name, count in stages(backlog).items() if name not in ("void",)})
    assert {each.number: each.step for each in work} == {
        slips[0].number: Step.SEND,
        slips[1].number: Step.UPDATE,
        slips[2].number: Step.WITHDRAW,
        slips[3].number: Step.UPDATE,
        slips[4].number: Step.SEND,
        slips[5].number: Step.SEND,
        slips[6].number: Step.SEND,
    }
