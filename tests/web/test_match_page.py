"""The matcher from the page: watched without JavaScript, stopped, gone on with, once at a time; where it cannot run."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from fallback import frontdesk, recovery
from fallback.enrolment import Installation, open_installation
from fallback.errors import MatchRuns
from fallback.groups import card_text
from fallback.ledger import queries
from fallback.ledger.queries import matches
from fallback.patients import Columns, PatientIndex
from fallback.recovery import MatchProgress, matching
from fallback.recovery.leases import only
from fallback.scanning.crew import finished
from fallback.web import close, create_app
from fallback.web.place import NAME
from tests import factories
from tests.web.visitor import Answer, Visitor

FILE = """uhid,name,sex,birth_date,guardian,mobile,locality
100000001,Zubeda Shirazi,F,1984,Karim Shirazi,9810012345,Okhla
"""


class Here:
    """A crew of this process: what a slip is compared with takes no process of its own here."""

    workers, patience = 1, None

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> "Here":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, task: Callable[[Any], Any], argument: Any) -> Any:
        return finished(task(argument))


@pytest.fixture(autouse=True)
def crew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "Crew", Here)


@pytest.fixture
def slips(installation: Installation) -> int:
    counter = factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    for name in ("Sunita Devi", "Suneeta Devi", "Mohammad Aslam"):
        frontdesk.register(counter, shift.key, factories.registration(name))
    return 3


@pytest.fixture
def index(installation: Installation, tmp_path: Path) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(FILE, encoding="utf-8")
    frontdesk.load_index(installation.ledger, PatientIndex(installation.folder, installation.vault), path, Columns())


@pytest.fixture
def room(visitor: Visitor) -> Visitor:
    visitor.log_in("ravi")
    return visitor


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The matcher stands still before it writes a word, until it may."""
    may, real = threading.Event(), matching._Run._write

    def waits(*given: Any) -> None:
        may.wait(60)
        real(*given)

    monkeypatch.setattr(matching, "_PORTION", 1)
    monkeypatch.setattr(matching._Run, "_write", waits)
    yield may
    may.set()


def press(room: Visitor, action: str) -> Answer:
    return room.send(room.get("/records/review").page.form(action=action))


def over(room: Visitor) -> Answer:
    """Looks again, as the page itself does, until the run has ended."""
    while "data-watch" in (answer := room.get("/records/review")).text:
        assert '<noscript><meta http-equiv="refresh"' in answer.text
        time.sleep(0.02)
    return answer


def said(installation: Installation) -> int:
    db = installation.ledger.db()
    return sum(matches.matched(db, row.slip.number) is not None for row in queries.slips(db))


@pytest.mark.usefixtures("index")
def test_the_page_matches_and_says_what_came_of_it(room: Visitor, slips: int, installation: Installation) -> None:
    assert "No copy of the hospital" not in room.get("/records/review").text
    assert press(room, "match").path == "/records/review"
    done = over(room)
    assert "same as somebody known" in done.text and "not looked at" not in done.text
    assert said(installation) == slips
    lines = len(list(installation.ledger.lines()))
    press(room, "match")
    assert "0 same as somebody known, 0 new, 0 for a person." in over(room).text
    assert len(list(installation.ledger.lines())) == lines, "when nothing changed, nothing is said"


def test_it_is_stopped_goes_on_and_runs_once(
    room: Visitor, app: Flask, slips: int, installation: Installation, gate: threading.Event
) -> None:
    start = room.get("/records/review")
    assert "compared with each other alone" in start.text, "no index: whoever presses knows it"
    form = start.page.form(action="match")
    room.send(form)
    while not app.extensions[NAME].matcher.state().step:
        time.sleep(0.02)
    again = room.send(form)
    assert again.status == 409 and "running already" in again.text and "match/stop" in again.text
    with pytest.raises(MatchRuns):
        recovery.match(installation.ledger, None, by="meena")
    assert "It stops after" in press(room, "match/stop").text
    gate.set()
    done = over(room)
    assert "Match again, and it goes on." in done.text and said(installation) < slips
    press(room, "match")
    assert "Stopped" not in over(room).text
    assert said(installation) == slips


def test_its_speed_and_time_left_are_told(
    room: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch, slips: int
) -> None:
    may = threading.Event()

    def slow(*_: Any, progress: Callable[[MatchProgress], None], **__: Any) -> recovery.MatchReport:
        progress(MatchProgress(done=900, total=2000, learning=True, slips_a_second=0))
        progress(MatchProgress(done=1200, total=150_000, learning=False, slips_a_second=400))
        may.wait(60)
        return recovery.MatchReport(same=1)

    monkeypatch.setattr("fallback.recovery.matcher.match", slow)
    press(room, "match")
    while (state := app.extensions[NAME].matcher.state()).step != recovery.matcher.DECIDING:
        time.sleep(0.01)
    text = room.get("/records/review").text
    may.set()
    assert state.total == 150_000 and "1,200 of 1,50,000 slips" in text
    assert "slips a second" in text and " left" in text
    over(room)


@pytest.mark.usefixtures("index")
def test_a_program_that_a_card_opened_says_so_and_no_other_computer_matches(
    slips: int, installation: Installation, tmp_path: Path
) -> None:
    secret = bytes(range(16))
    installation.vault.add_cards([(7, secret)])
    installation.close()
    with_card = open_installation(installation.folder, card_text(7, secret), clock=factories.clock())
    made = create_app(with_card, factories.hospital(), clock=factories.clock())
    try:
        room = Visitor(made)
        room.log_in("ravi")
        page = room.get("/records/review")
        assert "needs the hospital&#39;s passphrase" in page.text and "review/match" not in page.text
        proof = page.page.form(action="want").fields["csrf_token"]
        refused = room.post("/records/review/match", {"csrf_token": proof})
        assert refused.status == 403 and refused.text.count("needs the hospital&#39;s passphrase") == 1
        assert made.extensions[NAME].matcher.state() is None
    finally:
        close(made)
        with_card.close()


def test_where_another_computer_holds_the_index_nobody_becomes_new(slips: int, installation: Installation) -> None:
    made = create_app(
        installation, factories.hospital(), clock=factories.clock(), index_address="https://records.example"
    )
    try:
        room = Visitor(made)
        room.log_in("meena")
        page = room.get("/records/review")
        assert "Match at the computer that holds it." in page.text and "review/match" not in page.text
        proof = page.page.form(action="want").fields["csrf_token"]
        assert room.post("/records/review/match", {"csrf_token": proof}).status == 409
    finally:
        close(made)


@pytest.mark.usefixtures("index")
def test_a_damaged_index_is_a_sentence_when_it_ends(room: Visitor, slips: int, installation: Installation) -> None:
    path = PatientIndex(installation.folder, installation.vault).path
    path.write_bytes(b"\x00" * 4096)
    press(room, "match")
    done = over(room)
    assert "cannot be read" in done.text and "match" in done.text and said(installation) == 0


def test_one_of_a_name_at_a_time(tmp_path: Path) -> None:
    with only(tmp_path, "match") as first, only(tmp_path, "match") as second:
        assert (first, second) == (True, False)
    with only(tmp_path, "match") as again:
        assert again
