"""After the outage: paper into the ledger, the ledger into a real SEKMET, each once, whatever breaks; the account."""

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fallback import language, payload
from fallback.ehospital.fhir import FhirConnector
from fallback.errors import (
    PageStopped,
    ScanLocked,
    TargetChanged,
    TargetNotAllowed,
    TargetNotFhir,
    TargetRefuses,
    TargetUnreachable,
)
from fallback.hospital import Target
from fallback.keys import SigningKey, is_genuine
from fallback.ledger import Transaction, queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.outcomes import evidence_of
from fallback.ledger.queries.sheets import copies_back
from fallback.outcome import Seen, Told, outcome_of
from fallback.reconcile import Bucket, PageState, Verdict
from fallback.recovery import (
    Choice,
    Decision,
    ImportReport,
    ScanReport,
    Step,
    accept_scan,
    account_of,
    account_pdf,
    account_record,
    approve,
    decide_page,
    message,
    plan,
    run_import,
    work_at,
)
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind, Patient, Sex, Slip, SlipNumber, Visit
from tests.backlog import HOSPITAL, ISSUED, SUNITA, Backlog, cleared, has_patient, page
from tests.journals import again
from tests.proxy import Forward, Proxy, Reply, Request, drop_reply, hang_up, say

SERIES = itertools.count(100)
NAME = "test-server"


@pytest.fixture(scope="module")
def system() -> Iterator[TestSystem]:
    with TestSystem() as running:
        yield running


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    """All tests share one target: each has a series of its own, so that their numbers never meet."""
    found = Backlog(tmp_path / "data", next(SERIES))
    cleared(found.ledger, NAME)
    yield found
    found.ledger.close()


def connect(url: str, token: str, *, test: bool = True) -> FhirConnector:
    return FhirConnector(Target(name=NAME, url=url, test=test), HOSPITAL, token, pauses=(0.01,), timeout=10.0)


def go(backlog: Backlog, system: TestSystem, url: str = "", *, looked: bool = False, **more: Any) -> ImportReport:
    """Approves everything and imports it; `looked`: what a person must look at, too."""
    approve(backlog.ledger, NAME, Choice(again=looked), by="ravi")
    connector = connect(url or system.url, system.token)
    try:
        return run_import(backlog.ledger, connector, by="ravi", **more)
    finally:
        connector.close()


def held(system: TestSystem, series: int) -> tuple[dict[str, list[str]], dict[str, int]]:
    """What the target has of a series, read past our connector: statuses by slip number, visits by patient."""
    headers = {"Authorization": f"Bearer {system.token}"}
    answer = httpx.get(f"{system.url}/Encounter?_count=1000", headers=headers, trust_env=False).json()
    by_number: dict[str, list[str]] = {}
    by_patient: dict[str, int] = {}
    for entry in answer.get("entry", []):
        visit = entry["resource"]
        for each in visit["identifier"]:
            if each["system"] == HOSPITAL.slip_system and each["value"].startswith(f"{series:03d}"):
                by_number.setdefault(each["value"], []).append(visit["status"])
                who = visit["subject"]["reference"]
                by_patient[who] = by_patient.get(who, 0) + 1
    return by_number, by_patient


def stages(backlog: Backlog) -> dict[str, str]:
    return {number: each.stage for number, each in queries.deliveries(backlog.ledger.db(), NAME).items()}


def counts(backlog: Backlog) -> dict[str, int]:
    total = account_of(backlog.ledger.db(), NAME).total
    return {bucket.value: count for bucket, count in total.counts.items() if count}


def facts(backlog: Backlog) -> int:
    return sum(1 for _ in backlog.ledger.lines())


# --- the paper


def scan(backlog: Backlog, *pages: Any, **more: Any) -> Any:
    return accept_scan(backlog.ledger, pages, backlog.keys, drill=backlog.drill, by="meena", **more)


def test_paper_alone_is_enough(backlog: Backlog) -> None:
    slips = [backlog.draft(serial) for serial in (1, 2, 4)]
    report = scan(backlog, *(backlog.page(each) for each in slips))
    assert (report.pages, report.read, report.unread) == (3, 3, 0)
    assert report.verdicts == {Verdict.NEW: 3}
    rows = list(queries.slips(backlog.ledger.db()))
    assert [row.slip for row in rows] == slips
    assert not any(row.journalled for row in rows)
    assert counts(backlog) == {"held": 3, "missing": 1}, "no shift sheet says which of them are void"
    assert approve(backlog.ledger, NAME, by="ravi") == 0
    assert "Voids unknown" in work_at(backlog.ledger.db(), NAME)[0].doubt
    assert approve(backlog.ledger, NAME, Choice(again=True), by="ravi") == 3
    assert counts(backlog) == {"waiting": 3, "missing": 1}


def test_the_same_page_twice_changes_nothing(backlog: Backlog) -> None:
    slip = backlog.draft(1)
    scan(backlog, backlog.page(slip))
    before = facts(backlog)
    report = scan(backlog, backlog.page(slip), backlog.page(slip))
    assert (report.pages, report.repeats, report.read) == (2, 2, 0)
    assert facts(backlog) == before


def test_the_other_copy_of_a_slip_is_known(backlog: Backlog) -> None:
    slip = backlog.issue()
    report = scan(backlog, backlog.page(slip, picture="hospital's"), backlog.page(slip, slip, picture="patient's"))
    assert report.verdicts == {Verdict.SAME_AGAIN: 2}
    assert account_of(backlog.ledger.db(), NAME).total.back == 1
    assert counts(backlog) == {"waiting": 1}


def test_what_a_desk_typed_wins_over_what_its_code_had_room_for(backlog: Backlog) -> None:
    long = replace(SUNITA, name="Sunita " + "Chandrashekhar " * 6 + "Devi", locality="Near " + "the old temple " * 7)
    slip = backlog.issue(long)
    scan(backlog, backlog.page(slip))
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    assert row.slip.patient == long


def test_contradicting_paper_is_kept_and_held(backlog: Backlog) -> None:
    slip = backlog.issue()
    other = replace(slip, patient=replace(SUNITA, name="Somebody Else"))
    assert scan(backlog, backlog.page(other, picture="x")).verdicts == {Verdict.CONFLICT: 1}
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    assert row.conflict
    assert counts(backlog) == {"held": 1}
    assert approve(backlog.ledger, NAME, by="ravi") == 0


def test_corrections_and_voids_come_by_paper_too_in_any_order(backlog: Backlog) -> None:
    first = backlog.draft(1)
    second = replace(first, revision=1, replaces=payload.digest(backlog.sign(first))[:4], visit=Visit(clinic=2))
    void = replace(
        first, kind=Kind.VOID, revision=2, replaces=payload.digest(backlog.sign(second))[:4], patient=Patient()
    )
    report = scan(backlog, *(backlog.page(each, picture=str(each.revision)) for each in (void, second, first)))
    assert not report.verdicts[Verdict.CONFLICT]
    row = queries.slip(backlog.ledger.db(), first.number)
    assert row is not None
    assert (row.voided, row.conflict, row.revision, row.slip) == (True, False, 2, second)
    assert counts(backlog) == {"voided": 1}


def flipped(text: str) -> str:
    body = bytearray(payload.from_digits(text))
    body[10] ^= 1
    return payload.to_digits(bytes(body))


def test_every_other_page_is_a_named_work_item_and_stops_nothing(backlog: Backlog, tmp_path: Path) -> None:
    other = Backlog(tmp_path / "other", backlog.series)
    stranger = replace(backlog.draft(3), signer=999)
    pages = {
        "blank": page(picture="1", blank=True),
        "unread": page(picture="2"),
        "foreign": page("upi://pay?pa=shop@bank", picture="3"),
        "forged": page(flipped(payload.to_digits(backlog.sign(backlog.draft(1)))), picture="4"),
        "other_hospital": other.page(other.draft(5), picture="5"),
        "unknown_desk": backlog.page(stranger, picture="6"),
        "drill": backlog.page(replace(backlog.draft(7), drill=True), picture="7"),
        "number_only": page(SlipNumber(backlog.series, 8).text, picture="8"),
        "pad": backlog.page(backlog.draft(9, Patient(), kind=Kind.PAD, visit=Visit(), issued=None), picture="9"),
        "damaged": page(payload.to_digits(backlog.sign(backlog.draft(1))[:-9]), picture="10"),
        "problem": page(picture="11", error=ScanLocked(file="box.pdf")),
        "read": backlog.page(backlog.draft(2), texts=("upi://pay?pa=shop@bank",), picture="12"),
    }
    other.ledger.close()
    report = scan(backlog, *pages.values())
    assert report.outcomes == dict.fromkeys(pages, 1)
    assert {item.outcome for item in report.work} == set(pages) - {"read", "blank"}
    assert {row.outcome for row in queries.pages(backlog.ledger.db(), open_only=True)} == set(pages) - {"read", "blank"}
    numbers = [row.slip.number.serial for row in queries.slips(backlog.ledger.db()) if row.slip.kind is Kind.OPD]
    assert numbers == [2]
    (problem,) = [item.problem for item in report.work if item.problem]
    assert "password" in problem
    assert not any("Sunita" in json.dumps(item, default=str) for item in (report.record(), problem))


def test_a_forged_page_does_not_bring_a_copy_back(backlog: Backlog) -> None:
    slip = backlog.issue()
    forged = flipped(payload.to_digits(backlog.sign(slip)))
    scan(backlog, page(forged, slip.number.text, picture="x"))
    assert account_of(backlog.ledger.db(), NAME).total.not_back == 1


def test_a_page_with_a_genuine_and_a_forged_slip_gives_the_one_and_names_the_other(backlog: Backlog) -> None:
    forged = flipped(payload.to_digits(backlog.sign(backlog.draft(2))))
    report = scan(backlog, backlog.page(backlog.draft(1), texts=(forged,), picture="x"))
    assert report.outcomes == {"forged": 1}
    assert report.verdicts == {Verdict.NEW: 1}


def test_a_torn_page_whose_slip_is_known_waits_for_who_looks_at_its_ticks(backlog: Backlog) -> None:
    slip = backlog.issue()
    report = scan(backlog, page(slip.number.text, picture="torn"))
    assert (report.outcomes, report.unread) == ({"number_only": 1}, 1)
    assert account_of(backlog.ledger.db(), NAME).total.back == 1
    told = {0: {"outcome.admitted": "ticked"}}
    decide_page(backlog.ledger, "torn", Decision.BELONGS, number=slip.number, marks=told, by="meena")
    assert queries.pages(backlog.ledger.db(), open_only=True) == []
    found = outcome_of(evidence_of(backlog.ledger.db(), slip.number.text))
    assert (found.seen, found.told) == (Seen.SEEN, (Told.ADMITTED,))


def test_a_page_that_something_hindered_is_read_when_it_comes_again(backlog: Backlog) -> None:
    slip = backlog.issue()
    stopped = page(picture="x", error=PageStopped(file="box.pdf", page=1))
    assert scan(backlog, stopped).outcomes == {"problem": 1}
    (waits,) = queries.pages(backlog.ledger.db(), open_only=True)
    assert waits.error is not None and language.say(waits.error, "hi") == language.say(
        PageStopped(file="box.pdf", page=1), "hi"
    )
    assert waits.problem == str(waits.error)
    again = scan(backlog, stopped)
    assert (again.again, again.outcomes) == (1, {}), "still in the way: nothing is written"
    assert scan(backlog, backlog.page(slip, picture="x")).outcomes == {"read": 1}
    assert queries.pages(backlog.ledger.db(), open_only=True) == []
    assert scan(backlog, stopped).again == 1, "what was read stays read"


def test_a_filled_pad_is_no_work_any_more(backlog: Backlog) -> None:
    blank, unused = backlog.pads(2)
    assert scan(backlog, backlog.page(blank, picture="x")).outcomes == {"pad": 1}
    filled = replace(backlog.draft(blank.number.serial), revision=1, replaces=payload.digest(backlog.sign(blank))[:4])
    backlog.ledger.write(partial(backlog.write, fact=FactKind.SLIP_REVISED, slip=filled))
    assert queries.pages(backlog.ledger.db(), open_only=True) == []
    assert copies_back(backlog.ledger.db()) == {}, "a pad lies in no clinic's box"
    assert counts(backlog) == {"waiting": 1, "missing": 1}
    total = account_of(backlog.ledger.db(), NAME).total
    assert (total.printed, total.back) == (2, 1)
    reason = {"number": unused.number.text, "reason": "left in the drawer"}
    backlog.ledger.write(lambda tx: tx.append(FactKind.NUMBER_UNUSED, reason, by="ravi"))
    assert counts(backlog) == {"waiting": 1, "unused": 1}


def test_a_pad_of_a_dead_laptop_can_be_filled_in(backlog: Backlog) -> None:
    """Only its paper is left: it counts, it is a work item, and its record is there for what is written into it."""
    blank = backlog.draft(4, Patient(), kind=Kind.PAD, visit=Visit(), issued=None)
    assert scan(backlog, backlog.page(blank, picture="x")).unread == 1
    assert counts(backlog) == {"waiting": 1, "missing": 3}
    assert queries.pad_payload(backlog.ledger.db(), blank.number) == backlog.sign(blank)
    assert scan(backlog, backlog.page(blank, picture="y")).verdicts == {Verdict.SAME_AGAIN: 1}


def test_progress_is_told_when_pages_are_durable(backlog: Backlog) -> None:
    told: list[tuple[int, bool]] = []

    def tell(report: ScanReport) -> None:
        told.append((report.pages, queries.has_page(backlog.ledger.db(), f"p{report.pages}")))

    pages = [backlog.page(backlog.draft(serial), picture=f"p{serial}") for serial in range(1, 71)]
    report = scan(backlog, *pages, told=tell)
    assert report.pages == 70
    assert len(told) > 2
    assert [done for done, _ in told] == sorted({done for done, _ in told})
    assert told[-1] == (70, True)
    assert all(durable for _, durable in told)


def test_a_scan_that_is_stopped_keeps_what_was_read(backlog: Backlog) -> None:
    pages = [backlog.page(backlog.draft(serial)) for serial in range(1, 10)]
    left = iter(range(4))
    report = scan(backlog, *pages, stop=lambda: next(left, None) is None)
    assert (report.pages, report.read, report.stopped) == (5, 5, True)
    report = scan(backlog, *pages)
    assert (report.pages, report.read, report.again, report.stopped) == (9, 4, 5, False)
    assert report.states == {PageState.READ: 4, PageState.REPEAT: 5}


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.permutations(range(6)))
def test_the_order_of_the_pages_changes_nothing(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    backlog = Backlog(tmp_path_factory.mktemp("order"), 77)
    first = backlog.draft(1)
    second = replace(first, revision=1, replaces=payload.digest(backlog.sign(first))[:4], visit=Visit(clinic=2))
    rival = replace(backlog.draft(2), patient=replace(SUNITA, name="Rival"))
    slips = [first, second, backlog.draft(2), rival, backlog.draft(3), backlog.draft(5)]
    scan(backlog, *(backlog.page(slips[place], picture=str(place)) for place in order))
    found = [
        (row.slip.number.serial, row.revision, row.conflict, row.voided) for row in queries.slips(backlog.ledger.db())
    ]
    backlog.ledger.close()
    assert found == [(1, 1, False, False), (2, 0, True, False), (3, 0, False, False), (5, 0, False, False)]


# --- approval


def test_nothing_leaves_the_house_unapproved(backlog: Backlog) -> None:
    for serial in range(1, 5):
        backlog.issue(visit=Visit(clinic=1 + serial % 2))
    connector = connect("http://127.0.0.1:9/fhir", "x")
    assert [each.stage for each in plan(backlog.ledger, connector)] == ["ready"] * 4
    assert approve(backlog.ledger, NAME, Choice(clinics=frozenset({2})), by="ravi") == 2
    assert approve(backlog.ledger, NAME, Choice(clinics=frozenset({2})), by="ravi") == 0
    assert approve(backlog.ledger, NAME, Choice(days=frozenset({"2026-11-22"})), by="ravi") == 0
    assert approve(backlog.ledger, NAME, Choice(numbers=frozenset({SlipNumber(backlog.series, 2)})), by="ravi") == 1
    assert list(stages(backlog).values()) == ["approved"] * 3


def test_a_dry_run_shows_what_would_be_sent_and_writes_nothing(backlog: Backlog) -> None:
    slip = backlog.issue()
    backlog.issue(alias=True)
    before = facts(backlog)
    good, other = plan(backlog.ledger, connect("http://127.0.0.1:9/fhir", "x"))
    assert (good.number, good.step, good.reason) == (slip.number, Step.SEND, "")
    kinds = [each["resource"]["resourceType"] for each in good.content["entry"]]
    assert kinds == ["Patient", "Encounter", "Provenance"]
    assert "another name" in other.reason
    assert not other.content
    assert facts(backlog) == before


# --- the import


@pytest.mark.target
def test_run_twice_each_patient_and_visit_is_there_once(backlog: Backlog, system: TestSystem) -> None:
    first = backlog.issue()
    backlog.issue(patient_number=first.number, visit=Visit(clinic=2))
    backlog.issue(Patient(name="Mohan Lal", sex=Sex.MALE))
    report = go(backlog, system)
    assert (report.created, report.held, report.failed, report.left, report.stopped) == (3, 0, 0, 0, None)
    again_report = go(backlog, system)
    assert again_report.confirmed == 0
    by_number, by_patient = held(system, backlog.series)
    assert {number: len(found) for number, found in by_number.items()} == dict.fromkeys(by_number, 1)
    assert sorted(by_patient.values()) == [1, 2]
    assert counts(backlog) == {"imported": 3}
    assert account_of(backlog.ledger.db(), NAME).closed


@pytest.mark.target
def test_a_known_patient_by_uhid_and_a_later_slip_by_number_are_one(backlog: Backlog, system: TestSystem) -> None:
    uhid = f"8{backlog.series:08d}"
    has_patient(system, uhid)
    first = backlog.issue(uhid=uhid)
    backlog.issue(patient_number=first.number)
    backlog.issue(uhid=uhid)
    assert go(backlog, system).created == 3
    assert list(held(system, backlog.series)[1].values()) == [3]
    delivery = queries.delivery(backlog.ledger.db(), first.number, NAME)
    assert delivery is not None
    assert delivery.uhid == uhid


@pytest.mark.target
def test_killed_in_the_middle_and_run_again(backlog: Backlog, system: TestSystem) -> None:
    for _ in range(80):
        backlog.issue()
    approve(backlog.ledger, NAME, by="ravi")
    folder = backlog.ledger.folder
    backlog.ledger.close()
    command = [sys.executable, "-m", "tests.backlog", "import", str(folder), system.url, system.token]
    for stop_after in (4, 3, 1):
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parent.parent) as process:
            assert process.stdout is not None
            for _ in range(stop_after):
                assert process.stdout.readline(), "the import ended before it was killed"
            os.kill(process.pid, signal.SIGKILL)
    done = len(held(system, backlog.series)[0])
    assert 8 <= done < 80
    backlog.ledger = again(folder)
    report = run_import(backlog.ledger, connect(system.url, system.token), by="ravi")
    assert report.stopped is None
    by_number, by_patient = held(system, backlog.series)
    assert len(by_number) == len(by_patient) == 80
    assert all(found == ["arrived"] for found in by_number.values())
    assert counts(backlog) == {"imported": 80}


@pytest.mark.target
def test_a_lost_reply_and_a_dead_server_leave_the_slip_to_be_looked_for(backlog: Backlog, system: TestSystem) -> None:
    slip = backlog.issue()
    backlog.issue()
    with Proxy(system.url) as proxy:
        proxy.trouble("POST", "", drop_reply)
        proxy.trouble("POST", "/Encounter/_search", *[hang_up] * 2)
        report = go(backlog, system, proxy.url)
        assert isinstance(report.stopped, TargetUnreachable)
        assert (report.left, report.confirmed) == (2, 0)
        assert stages(backlog)[slip.number.text] == "sending"
        assert counts(backlog) == {"waiting": 2}
        proxy.seen.clear()
        report = go(backlog, system, proxy.url)
        assert (report.already_there, report.created, report.stopped) == (1, 1, None)
        sent = [each for each in proxy.seen if each.path == "/fhir" and b'"transaction"' in each.body]
        assert len(sent) == 1, "it was sent again without a look"
    assert all(found == ["arrived"] for found in held(system, backlog.series)[0].values())


@pytest.mark.target
@pytest.mark.parametrize("trouble", ["401", "html", "redirect", "off"])
def test_a_target_that_fails_on_the_way_stops_the_run_and_loses_nothing(
    backlog: Backlog, system: TestSystem, trouble: str
) -> None:
    acts = {
        "401": (say(401), TargetRefuses),
        "html": (say(200, b"<html>", "text/html"), TargetNotFhir),
        "redirect": (say(302, b"", Location="http://127.0.0.1:9/"), TargetNotFhir),
        "off": (hang_up, TargetUnreachable),
    }
    for _ in range(3):
        backlog.issue()
    with Proxy(system.url) as proxy:
        go(backlog, system, proxy.url, limit=1)
        act, error = acts[trouble]
        proxy.trouble("POST", "", act, act)
        report = go(backlog, system, proxy.url)
        assert type(report.stopped) is error
        assert (report.confirmed, report.left) == (0, 2)
        assert counts(backlog) == {"imported": 1, "waiting": 2}
        proxy.troubles.clear()
        assert go(backlog, system, proxy.url).confirmed == 2
    assert len(held(system, backlog.series)[0]) == 3


@pytest.mark.target
def test_one_slip_that_is_refused_stops_no_other(backlog: Backlog, system: TestSystem) -> None:
    bad = backlog.issue()
    backlog.issue()
    words = b'{"resourceType":"OperationOutcome","issue":[{"diagnostics":"a family name is required"}]}'
    with Proxy(system.url) as proxy:
        proxy.trouble("POST", "", say(422, words))
        report = go(backlog, system, proxy.url)
        assert (report.failed, report.created) == (1, 1)
        assert "family name" in report.reasons[bad.number.text]
        assert go(backlog, system, proxy.url).confirmed == 0, "a refused slip went again without a person"
        assert approve(backlog.ledger, NAME, Choice(again=True), by="ravi") == 1
        assert go(backlog, system, proxy.url).created == 1


@pytest.mark.target
def test_a_slip_that_no_server_digests_does_not_keep_the_others_back(backlog: Backlog, system: TestSystem) -> None:
    bad = backlog.issue()
    for _ in range(3):
        backlog.issue()

    def chokes(request: Request, forward: Forward) -> Reply:
        return Reply(500, b"{}") if bad.number.text.encode() in request.body else forward(request)

    with Proxy(system.url) as proxy:
        go(backlog, system, proxy.url, limit=0)
        proxy.always = chokes
        assert go(backlog, system, proxy.url).left == 4
        proxy.always = lambda request, forward: (
            forward(request) if request.path.endswith("_search") else chokes(request, forward)
        )
        assert (go(backlog, system, proxy.url).created, counts(backlog)) == (3, {"imported": 3, "waiting": 1})


@pytest.mark.target
def test_two_importers_at_once_make_nothing_twice(backlog: Backlog, system: TestSystem) -> None:
    for _ in range(12):
        backlog.issue()
    approve(backlog.ledger, NAME, by="ravi")
    with ThreadPoolExecutor(2) as pool:
        runs = [
            pool.submit(run_import, backlog.ledger, connect(system.url, system.token), by=name) for name in ("a", "b")
        ]
    assert [run.result().stopped for run in runs] == [None, None]
    by_number, by_patient = held(system, backlog.series)
    assert len(by_number) == len(by_patient) == 12
    assert all(len(found) == 1 for found in by_number.values())
    assert counts(backlog) == {"imported": 12}


@pytest.mark.target
def test_what_needs_a_person_is_held_before_anything_leaves(backlog: Backlog, system: TestSystem) -> None:
    alias, sealed = backlog.issue(alias=True), backlog.issue(Patient(), sealed=b"x" * 20)
    discharge, good = backlog.issue(kind=Kind.DISCHARGE), backlog.issue()
    report = go(backlog, system)
    assert (report.held, report.created) == (3, 1)
    assert set(report.reasons) == {each.number.text for each in (alias, sealed, discharge)}
    assert list(held(system, backlog.series)[0]) == [good.number.text]
    assert counts(backlog) == {"held": 3, "imported": 1}
    assert not account_of(backlog.ledger.db(), NAME).closed


@pytest.mark.target
def test_a_correction_after_the_import_reaches_the_target(backlog: Backlog, system: TestSystem) -> None:
    slip = backlog.issue()
    go(backlog, system)
    newer = backlog.correct(slip, patient=replace(SUNITA, name="Sunita Rani"), reason="spelling")
    assert counts(backlog) == {"waiting": 1}
    assert go(backlog, system).updated == 1
    assert counts(backlog) == {"imported": 1}
    delivery = queries.delivery(backlog.ledger.db(), slip.number, NAME)
    assert delivery is not None
    assert (delivery.stage, delivery.revision, delivery.confirmed) == ("confirmed", newer.revision, newer.revision)
    assert len(held(system, backlog.series)[0]) == 1


@pytest.mark.target
def test_a_correction_while_its_first_version_was_in_the_air(backlog: Backlog, system: TestSystem) -> None:
    """The reply of revision 0 was lost, then the slip was corrected: the target ends with the correction, once."""
    slip = backlog.issue()
    with Proxy(system.url) as proxy:
        proxy.trouble("POST", "", drop_reply)
        proxy.trouble("POST", "/Encounter/_search", *[hang_up] * 2)
        go(backlog, system, proxy.url)
        backlog.correct(slip, patient=replace(SUNITA, name="Sunita Rani"), visit=Visit(clinic=2))
        report = go(backlog, system, proxy.url)
    assert (report.confirmed, report.held) == (1, 0)
    assert counts(backlog) == {"imported": 1}
    delivery = queries.delivery(backlog.ledger.db(), slip.number, NAME)
    assert delivery is not None
    headers = {"Authorization": f"Bearer {system.token}"}
    patient = httpx.get(f"{system.url}/Patient/{delivery.patient}", headers=headers, trust_env=False).json()
    assert patient["name"][0]["text"] == "Sunita Rani"


@pytest.mark.target
def test_a_correction_of_a_slip_that_never_arrived(backlog: Backlog, system: TestSystem) -> None:
    slip = backlog.issue()
    with Proxy(system.url) as proxy:
        proxy.trouble("POST", "", *[hang_up] * 2)
        go(backlog, system, proxy.url)
        backlog.correct(slip, visit=Visit(clinic=2))
        assert go(backlog, system, proxy.url).created == 1
    assert counts(backlog) == {"imported": 1}


@pytest.mark.target
def test_voids_before_after_and_in_the_air(backlog: Backlog, system: TestSystem) -> None:
    never, later, lost, air = (backlog.issue() for _ in range(4))
    backlog.void(never)
    with Proxy(system.url) as proxy:
        numbers = frozenset({later.number})
        approve(backlog.ledger, NAME, Choice(numbers=numbers), by="ravi")
        run_import(backlog.ledger, connect(proxy.url, system.token), by="ravi")
        proxy.trouble("POST", "", *[hang_up] * 2, drop_reply)
        go(backlog, system, proxy.url)
        proxy.trouble("POST", "/Encounter/_search", *[hang_up] * 2)
        for slip in (later, lost, air):
            backlog.void(slip)
        assert counts(backlog)["waiting"] >= 2, "a void closed the account while the target had the visit"
        proxy.troubles.clear()
        go(backlog, system, proxy.url)
    assert counts(backlog) == {"voided": 4}
    found = held(system, backlog.series)[0]
    assert {"entered-in-error"} == {status for each in found.values() for status in each}
    assert never.number.text not in found


@pytest.mark.target
def test_the_order_the_limit_and_the_stop(backlog: Backlog, system: TestSystem) -> None:
    first = backlog.draft(9, issued=ISSUED.replace(hour=5))
    earlier = backlog.draft(1, patient_number=first.number)
    scan(backlog, backlog.page(earlier), backlog.page(first))
    told: list[tuple[int, int]] = []
    report = go(backlog, system, looked=True, limit=1, progress=lambda done, total: told.append((done, total)))
    assert (report.created, report.left, told) == (1, 1, [(1, 1)])
    assert list(held(system, backlog.series)[0]) == [first.number.text], "a later visit went before the patient's first"
    assert go(backlog, system, stop=lambda: True).left == 1
    assert go(backlog, system).created == 1


# --- the right target


@pytest.mark.target
def test_another_system_behind_the_name_stops_before_the_first_slip(backlog: Backlog, system: TestSystem) -> None:
    backlog.issue()
    go(backlog, system, limit=0)
    approve(backlog.ledger, NAME, by="ravi")
    with Proxy(system.url) as proxy:
        with pytest.raises(TargetChanged, match="address"):
            run_import(backlog.ledger, connect(proxy.url, system.token), by="ravi")
        assert [each.path for each in proxy.seen] == ["/fhir/metadata"]
    assert held(system, backlog.series)[0] == {}


@pytest.mark.target
@pytest.mark.parametrize(("change", "what"), [("software", "software"), ("rest", "capability statement")])
def test_a_system_that_became_another_stops_before_the_first_slip(
    backlog: Backlog, system: TestSystem, change: str, what: str
) -> None:
    backlog.issue()
    with Proxy(system.url) as proxy:
        go(backlog, system, proxy.url, limit=0)
        statement = json.loads(proxy.forward(_metadata(proxy)).body)
        statement[change] = {"name": "Other HIS"} if change == "software" else []
        proxy.trouble("GET", "/metadata", say(200, json.dumps(statement).encode()))
        with pytest.raises(TargetChanged, match=what):
            run_import(backlog.ledger, connect(proxy.url, system.token), by="ravi")
        assert go(backlog, system, proxy.url).created == 1


def _metadata(proxy: Proxy) -> Request:
    return Request("GET", f"{proxy.upstream.path}/metadata", {}, b"")


@pytest.mark.target
def test_a_drill_goes_to_test_systems_only(tmp_path: Path, system: TestSystem) -> None:
    backlog = Backlog(tmp_path, next(SERIES), drill=True)
    cleared(backlog.ledger, NAME)
    backlog.issue()
    approve(backlog.ledger, NAME, by="ravi")
    with pytest.raises(TargetNotAllowed):
        run_import(backlog.ledger, connect(system.url, system.token, test=False), by="ravi")
    assert held(system, backlog.series)[0] == {}
    assert go(backlog, system).created == 1
    assert scan(backlog, backlog.page(replace(backlog.draft(5), drill=False))).outcomes == {"drill": 1}
    backlog.ledger.close()


def test_a_server_that_is_off_is_said_at_once(backlog: Backlog) -> None:
    backlog.issue()
    approve(backlog.ledger, NAME, by="ravi")
    before = facts(backlog)
    with pytest.raises(TargetUnreachable):
        run_import(backlog.ledger, connect("http://127.0.0.1:9/fhir", "x"), by="ravi")
    assert facts(backlog) == before


# --- the account


@pytest.mark.target
def test_the_account_closes_is_signed_and_names_the_journals_head(backlog: Backlog, system: TestSystem) -> None:
    backlog.issue()
    backlog.void(backlog.issue())
    backlog.pads(2)
    go(backlog, system)
    missing = SlipNumber(backlog.series, 4)

    def declare(tx: Transaction) -> None:
        spoiled = {"number": SlipNumber(backlog.series, 3).text, "reason": "tea"}
        tx.append(FactKind.NUMBER_SPOILED, spoiled, by="ravi")

    backlog.ledger.write(declare)
    key = SigningKey.new()
    db = backlog.ledger.db()

    def record() -> dict[str, Any]:
        account = account_of(db, NAME)
        return account_record(
            backlog.ledger, account, HOSPITAL, target=NAME, now=ISSUED, signer="desk 001", sign=key.sign
        )

    found = record()
    assert not found["closed"]
    assert [(gap["number"], gap["last_login"]) for gap in found["missing"]] == [(missing.text, "asha")]
    content = {"number": missing.text, "reason": "never seen again, asked Asha"}
    backlog.ledger.write(lambda tx: tx.append(FactKind.NUMBER_MISSING, content, by="ravi"))
    found = record()
    assert found["closed"]
    assert {each.value: found["total"][each.value] for each in Bucket if found["total"][each.value]} == {
        "imported": 1,
        "voided": 1,
        "spoiled": 1,
        "missing": 1,
    }
    head = backlog.ledger.head()
    assert found["heads"] == [{"chain": head.chain, "sequence": head.sequence, "hash": head.hash.hex()}]
    assert json.loads(json.dumps(found)) == found
    assert is_genuine(key.public, message(found), bytes.fromhex(found["signature"]))
    found["total"]["imported"] += 1
    assert not is_genuine(key.public, message(found), bytes.fromhex(found["signature"]))
    pdf = account_pdf(record(), HOSPITAL, queries.desks(db))
    assert pdf.startswith(b"%PDF")


def test_the_account_of_nothing(backlog: Backlog) -> None:
    account = account_of(backlog.ledger.db(), "")
    assert account.closed
    key = SigningKey.new()
    found = account_record(backlog.ledger, account, HOSPITAL, target="", now=ISSUED, signer="root", sign=key.sign)
    assert account_pdf(found, HOSPITAL, []).startswith(b"%PDF")


def test_the_views_of_a_recovery_are_the_same_when_they_are_made_anew(backlog: Backlog) -> None:
    slips: list[Slip] = [backlog.issue() for _ in range(3)]
    approve(backlog.ledger, NAME, by="ravi")
    for fact, more in (
        (FactKind.SLIP_SENDING, {}),
        (FactKind.SLIP_CONFIRMED, {"patient": "p", "encounter": "e", "uhid": "", "created": True}),
        (FactKind.SLIP_HELD, {"reason": "look", "patient": "", "encounter": ""}),
    ):
        content = {"number": slips[0].number.text, "revision": 0, "target": NAME} | more
        backlog.ledger.write(partial(Transaction.append, fact=fact, content=content))
    scan(backlog, backlog.page(slips[1]))
    assert backlog.ledger.rebuild_views()
    delivery = queries.delivery(backlog.ledger.db(), slips[0].number, NAME)
    assert delivery is not None
    assert (delivery.stage, delivery.encounter, delivery.confirmed, delivery.attempts) == ("held", "e", 0, 1)
