"""A desk from a stick: made whole or not at all, opened again, joined; and all that a clerk can do wrong at seven."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fallback import custody, enrolment, frontdesk
from fallback.enrolment import open_installation
from fallback.enrolment.readiness import Finding, Level
from fallback.errors import (
    CardMissing,
    CardMistyped,
    CardNotOurs,
    CardRefused,
    CardUsed,
    CardWrong,
    ComputerSilent,
    CopiesUnread,
    DeskNowhere,
    DeskUnnamed,
    KitChanged,
    KitForeign,
    ParchiError,
    PassphraseNeeded,
    PortTaken,
    ProgramOlder,
    ServerStopped,
    StickOut,
    VaultDamaged,
    VaultLocked,
)
from fallback.kit import starting
from fallback.kit.joining import JoinedDesk
from fallback.kit.starting import Home, Session, find, making, session as session_module
from fallback.kit.starting.sticks import copies, folder_of, mounted, places
from fallback.ledger import queries
from fallback.serving import Opened, Order
from fallback.settings import Settings
from tests import factories, kits

Stick = kits.Stick


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Stick]:
    work = tmp_path_factory.mktemp("made")
    return work, work / "stick", kits.bare(work / "stick", work, lasting=True)


@pytest.fixture
def stick(made: tuple[Path, Path, Stick], tmp_path: Path) -> Stick:
    shutil.copytree(made[1], tmp_path / "stick")
    return Stick(tmp_path / "stick", made[2].cards, made[2].root)


def clock() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARCHI_STATE", str(tmp_path / "state"))
    monkeypatch.setattr(making, "ask_around", lambda _: 0)  # tests/test_lan_asking.py; here nobody is waited for
    return tmp_path / "state"


def session(stick: Stick, *roots: Path) -> Session:
    """A start of this computer."""
    return Session(find(stick.folder, Settings.read({})), Settings.read({}), clock, roots)


def wait_for(done: Callable[[], bool]) -> None:
    for _ in range(500):
        if done():
            return
        time.sleep(0.02)
    raise AssertionError("it never came")


def opened(given: Session, card: str, name: str = "Casualty", copy: str | None = None) -> Order:
    """What is served in the end. Raises what the page would tell."""
    chosen = given.shown().places[0].key if copy is None and given.shown().places else copy or ""
    given.begin(name=name, secret=card, copy=chosen)
    order = given.take(0)
    if order is None:
        error = given.shown().error
        assert error
        raise error
    return order


def register(order: Order) -> str:
    """A slip of the first desk that may issue; its number."""
    found = open_installation(order.data, order.secret, clock=clock, copies=order.copies)
    try:
        found.ledger.copy_to(*order.copies)
        series = next(d.series for d in queries.desks(found.ledger.db()) if found.may_issue(d.series))
        counter = factories.counter(found)
        shift = frontdesk.open_shift(counter, series=series, login="asha")
        number = frontdesk.register(counter, shift.key, factories.registration("Gita Devi")).row.slip.number.text
        frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
        return number
    finally:
        found.close()


def test_from_the_stick_to_a_desk_that_issues_and_its_copy_on_the_stick(stick: Stick) -> None:
    order = opened(session(stick), stick.cards[0])
    assert register(order).startswith("002")
    (copy,) = order.copies
    assert copy.parent == stick.folder / "copies"
    again = session(stick)
    assert again.shown().has_desk
    order = opened(again, stick.cards[3], name="")  # any card of the hospital opens it
    assert register(order).startswith("002")
    assert order.kit == stick.folder
    assert order.hospital == order.data / "hospital.toml"


@pytest.mark.parametrize(
    ("card", "name", "error"),
    [
        ("", "Casualty", CardMissing),
        ("C002X", "Casualty", CardWrong),
        ("hello", "Casualty", CardWrong),
        (factories.PASSPHRASE, "Casualty", CardWrong),
        ("mistyped", "Casualty", CardMistyped),
        ("another", "Casualty", CardRefused),
        ("good", "  ", DeskUnnamed),
        ("good", "x" * 500, DeskUnnamed),
    ],
)
def test_a_wrong_card_or_no_name(stick: Stick, state: Path, card: str, name: str, error: type[ParchiError]) -> None:
    good = stick.cards[0]
    wrong = "0" if good[-2] != "0" else "1"
    card = {"good": good, "mistyped": good[:-2] + wrong + good[-1], "another": foreign_card(state)}.get(card, card)
    given = session(stick)
    with pytest.raises(error):
        opened(given, card, name)
    assert not given.shown().has_desk
    assert register(opened(session(stick), good))


def foreign_card(state: Path) -> str:
    other = factories.installation(state.parent / "other", desks=0, lasting=False)
    try:
        return enrolment.make_cards(other, 2, lambda _: None)[0].text
    finally:
        other.close()


def test_a_card_that_another_desk_of_the_stick_used_is_told_now_not_in_a_week(
    stick: Stick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = register(opened(session(stick), stick.cards[0], "Counter A"))
    (copy,) = (stick.folder / "copies").iterdir()
    copy.rename(copy.with_name("another"))  # of another computer
    monkeypatch.setenv("PARCHI_STATE", str(tmp_path / "laptop-two"))
    with pytest.raises(CardUsed) as told:
        opened(session(stick), stick.cards[0], "Counter B")
    assert told.value.values["desk"] == "Counter A"
    order = opened(session(stick), stick.cards[1], "Counter B")
    found = open_installation(order.data, order.secret, clock=clock)
    assert number in {row.slip.number.text for row in queries.slips(found.ledger.db())}, "the first desk's slips came"
    found.close()


def test_a_damaged_copy_of_another_desk_stops_nobody(stick: Stick) -> None:
    (stick.folder / "copies" / "torn").mkdir(parents=True)
    for name in ("vault.json", "journal.parchi"):
        shutil.copy(stick.folder / "hospital" / name, stick.folder / "copies" / "torn" / name)
    (stick.folder / "copies" / "torn" / "journal.parchi").write_bytes(b"\x00" * 999)
    given = session(stick)
    assert register(opened(given, stick.cards[0]))
    assert [type(each) for each in given._shown.notices] == [CopiesUnread]


@pytest.mark.parametrize("moment", ["restore", "enrol_with_card"])
def test_a_start_that_is_cut_off_leaves_nothing_and_its_card_is_still_good(
    stick: Stick, state: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    room = custody if moment == "restore" else enrolment
    real = getattr(room, moment)

    class PowerCut(BaseException):
        pass

    def cut(*given: object, **more: object) -> None:
        real(*given, **more)
        raise PowerCut

    monkeypatch.setattr(room, moment, cut)
    monkeypatch.setattr(Home, "clear", lambda self: None)  # nobody cleans up after a power cut
    with pytest.raises(PowerCut):
        opened(session(stick), stick.cards[0])
    monkeypatch.undo()
    monkeypatch.setenv("PARCHI_STATE", str(state))
    again = session(stick)
    assert not again.shown().has_desk
    assert register(opened(again, stick.cards[0])).startswith("002")


def test_the_stick_is_pulled_out(stick: Stick, tmp_path: Path) -> None:
    given = session(stick)
    stick.folder.rename(tmp_path / "in the pocket")
    with pytest.raises(StickOut):
        opened(given, stick.cards[0])
    assert not given.shown().stick
    (tmp_path / "in the pocket").rename(stick.folder)
    assert register(opened(given, stick.cards[0]))


def test_a_stick_whose_hospital_was_changed_since_it_was_looked_at(stick: Stick) -> None:
    given = session(stick)
    file = stick.folder / "hospital" / "hospital.toml"
    file.write_text(file.read_text().replace("fee = 10", "fee = 99"))
    with file.open("a") as more:
        more.write("\n# changed\n")
    with pytest.raises(KitChanged):
        opened(given, stick.cards[0])


def test_a_stick_of_another_hospital_never_opens_this_ones_desk(stick: Stick, tmp_path: Path) -> None:
    opened(session(stick), stick.cards[0])
    work = tmp_path / "elsewhere"
    work.mkdir()
    other = kits.bare(work / "stick", work)
    given = session(other)
    assert (given.shown().has_desk, given.shown().others) == (False, 1)
    mine = find(stick.folder, Settings.read({})).home
    keys = mine.data / "keys.json"
    shutil.copy(other.folder / "hospital" / "keys.json", keys)  # the same number, another root
    with pytest.raises(KitForeign):
        find(stick.folder, Settings.read({}))


def test_a_stick_that_cannot_be_written_and_another_one_beside_it(
    stick: Stick, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: real(path, mode) and Path(path) != stick.folder)
    other = tmp_path / "BLUE"
    other.mkdir()
    assert session(stick).shown().places == []
    given = session(stick, other)
    (place,) = given.shown().places
    assert (place.name, place.own) == ("BLUE", False)
    order = opened(given, stick.cards[0])
    register(order)
    assert list((other / f"parchi-{given.where.hospital_id}").iterdir()) == list(order.copies)
    assert opened(session(stick), stick.cards[0], "").copies == ()


def test_the_place_where_this_computers_copy_lies_already_comes_first(stick: Stick, tmp_path: Path) -> None:
    blue, red = tmp_path / "BLUE", tmp_path / "RED"
    for each in (blue, red):
        each.mkdir()
    register(opened(session(stick, blue, red), stick.cards[0], copy=session(stick, blue, red).shown().places[1].key))
    assert session(stick, blue, red).shown().places[0].name == "RED"
    assert [each.parent.parent for each in copies(stick.folder, session(stick).where.hospital_id, (blue, red))] == [red]
    assert places(None, "ab", "cd", (blue,))[0].folder == blue / "parchi-ab" / "cd"
    assert isinstance(mounted(), list)
    assert folder_of("OPD Hall_2", "ab12cd34") == "opd-hall-2-ab12"
    assert folder_of("../काउंटर", "ab12cd34") == "computer-ab12"


def test_a_desk_whose_right_to_issue_is_lost_wants_a_new_card(stick: Stick, tmp_path: Path, state: Path) -> None:
    opened(session(stick), stick.cards[0])
    for seat in state.glob("*.seat"):
        seat.unlink()  # as after the disk's image was put back
    given = session(stick)
    with pytest.raises(DeskUnnamed):
        opened(given, stick.cards[0], "")
    assert given.shown().unnamed
    with pytest.raises(CardUsed):
        opened(given, stick.cards[0], "Casualty")
    assert register(opened(given, stick.cards[1], "Casualty")).startswith("003")


def test_the_passphrase_opens_a_desk_that_is_here_and_a_wrong_one_does_not(stick: Stick) -> None:
    opened(session(stick), stick.cards[0])
    with pytest.raises(VaultLocked):
        opened(session(stick), "monsoon ward eight", "")
    assert opened(session(stick), factories.PASSPHRASE, "").secret == factories.PASSPHRASE


def test_an_older_program_does_not_open_a_newer_ones_journal(stick: Stick) -> None:
    opened(session(stick), stick.cards[0])
    home = find(stick.folder, Settings.read({})).home
    (home.folder / "program.json").write_text('{"version": "99.0", "program": ""}')
    with pytest.raises(ProgramOlder):
        opened(session(stick), stick.cards[0], "")


def test_without_a_stick_the_only_desk_of_this_computer_is_opened(stick: Stick) -> None:
    with pytest.raises(DeskNowhere):
        find(None, Settings.read({}))
    opened(session(stick), stick.cards[0])
    where = find(None, Settings.read({}))
    given = Session(where, Settings.read({}), clock, ())
    assert given.shown().has_desk
    assert register(opened(given, stick.cards[0], "")).startswith("002")


def test_a_card_cannot_do_more_than_a_card(stick: Stick) -> None:
    order = opened(session(stick), stick.cards[0])
    found = open_installation(order.data, order.secret, clock=clock)
    with pytest.raises(PassphraseNeeded):
        found.vault.needs_whole()
    found.close()


def test_a_second_enter_is_not_a_second_desk(stick: Stick) -> None:
    given = session(stick)
    for _ in range(3):
        given.begin(name="Casualty", secret=stick.cards[0], copy="")
    assert given.take(0)
    assert given.take(0) is None
    found = open_installation(given.where.home.data, stick.cards[0], clock=clock)
    assert [desk.name for desk in queries.desks(found.ledger.db())] == ["Counter 1", "Casualty"]
    found.close()


def test_one_practice_runs_at_a_time(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    given, begun = session(stick), []

    class Child:
        code: int | None = None

        def poll(self) -> int | None:
            return self.code

    def begin(words: list[str]) -> Child:
        begun.append(words)
        return child

    child = Child()
    monkeypatch.setattr(subprocess, "Popen", begin)
    assert given.practise() == ""
    assert given.practise() == given.practise() == f"http://127.0.0.1:{begun[0][-1]}/practise"
    assert len(begun) == 1
    child.code = 0
    assert given.practise() == "", "it was ended: another may begin"
    assert len(begun) == 2


def test_the_check_says_how_far_it_is_and_keeps_what_it_found(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    given, go, told = session(stick), threading.Event(), threading.Event()

    def look(_: Path, *, tell: Callable[[int, int], None], **_more: object) -> list[Finding]:
        tell(3 << 20, 120 << 20)
        told.set()
        assert go.wait(10)
        return [found]

    found = Finding(what="stick", level=Level.GREEN, words="well")
    monkeypatch.setattr(session_module, "findings_of_kit", look)
    assert given.check(again=False).step
    assert told.wait(10)
    assert given.check(again=True).step.startswith("Looking at the stick: 3 of 120 MB"), "one look at a time"
    go.set()
    wait_for(lambda: not given.check(again=False).step)
    assert list(given.check(again=False).findings) == [found]
    assert given.check(again=True).step, "a new one"


def test_a_check_that_fails_is_told_and_can_be_begun_again(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(*_: object, **_more: object) -> list[Finding]:
        raise StickOut()

    monkeypatch.setattr(session_module, "findings_of_kit", look)
    given = session(stick)
    given.check(again=True)
    with pytest.raises(StickOut):
        wait_for(lambda: not given.check(again=False).step)
    assert given.check(again=True).step


def test_a_second_double_click_leads_to_the_first(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    home = find(stick.folder, Settings.read({})).home
    held = home.take()
    assert held is not None
    said: list[tuple[str, str]] = []
    shown: list[str] = []
    monkeypatch.setattr(starting, "open_browser", shown.append)
    later = threading.Timer(0.3, home.tell_address, ["http://127.0.0.1:12345"])
    later.start()
    starting.start(stick.folder, Settings.read({}), lambda what, where: said.append((what, where)))
    later.join()
    assert said == [("running", "http://127.0.0.1:12345")]
    assert shown == ["http://127.0.0.1:12345"]
    (home.folder / "running.json").write_text('{"address": "http://evil.example/"}')
    assert home.address() == "", "only this computer's own page is ever opened"
    os.close(held)


@pytest.fixture(autouse=True)
def _no_browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    yield


def test_a_taken_port_stops_no_desk_and_what_fails_stands_on_the_page(
    stick: Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int | None]] = []

    def serve(order: Order, host: str, port: int, opened: Callable[[Opened], None], *, lan: int | None) -> None:
        asked.append((port, lan))
        if port or lan:
            raise PortTaken(port=port or lan)
        opened(Opened(server=None, missing=(), port=43210))

    monkeypatch.setattr(starting, "serve", serve)
    given = session(stick)
    said: list[tuple[str, str]] = []
    order = opened(given, stick.cards[0])
    assert starting._served(order, Settings.read({}), given, lambda what, where: said.append((what, where)))
    assert asked == [(8000, 8443), (0, 8443), (0, None)]
    assert given.shown().desk == "http://127.0.0.1:43210"
    assert said == [("desk", "http://127.0.0.1:43210")]

    def stops(*_: object, **__: object) -> None:
        raise ServerStopped(times=3)

    monkeypatch.setattr(starting, "serve", stops)
    assert not starting._served(order, Settings.read({}), given, lambda *_: None)
    assert isinstance(given.shown().error, ServerStopped)
    assert given.shown().has_desk


def test_joining_comes_whole_or_not_at_all(stick: Stick, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(text: str, name: str, folder: Path, **_: object) -> JoinedDesk:
        folder.mkdir()
        (folder / "vault.json").write_text("{}")
        raise ComputerSilent(address="10.0.0.9", port=8443)

    monkeypatch.setattr(session_module, "join", silent)
    given = session(stick)
    given.join(words="one two three four five six", name="OPD hall", copy="")
    assert given.take(0) is None
    assert isinstance(given.shown().error, ComputerSilent)
    assert given.shown().typed["words"] == "one two three four five six"
    assert not given.shown().has_desk
    with pytest.raises(CardMissing):
        given.join(words=" ", name="OPD hall", copy="")
    with pytest.raises(DeskUnnamed):
        given.join(words="one two", name="", copy="")
    assert register(opened(given, stick.cards[0]))


def test_a_journal_that_lost_its_header_is_never_made_anew_over(stick: Stick) -> None:
    order = opened(session(stick), stick.cards[0])
    register(order)
    header = (order.data / "vault.json").read_bytes()
    (order.data / "vault.json").unlink()  # a virus scanner, a bad sector
    there = {each.relative_to(order.data) for each in order.data.rglob("*")}
    with pytest.raises(VaultDamaged):
        opened(session(stick), stick.cards[1])
    given = session(stick)
    given.join(words="one two three four five six", name="OPD hall", copy="")
    assert given.take(0) is None
    assert isinstance(given.shown().error, VaultDamaged)
    assert {each.relative_to(order.data) for each in order.data.rglob("*")} == there
    (order.data / "vault.json").write_bytes(header)
    assert register(opened(session(stick), stick.cards[0], name="")).startswith("002")


def test_a_card_that_was_refused_is_not_shown_to_whoever_asks_for_the_page(stick: Stick, state: Path) -> None:
    given = session(stick)
    with pytest.raises(CardNotOurs) as told:
        opened(given, foreign_card(state))
    assert str(state.parent) not in str(told.value)
    assert given.shown().typed == {"name": "Casualty", "copy": given.shown().places[0].key}


def test_joining_takes_nothing_of_a_stick_that_was_changed_and_needs_none_that_is_out(
    stick: Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = list[bytes]()

    def joined(text: str, name: str, folder: Path, **_: object) -> JoinedDesk:
        folder.mkdir()
        for content in own:
            (folder / "hospital.toml").write_bytes(content)
        return JoinedDesk(series=2, folder=folder, card=stick.cards[0])

    monkeypatch.setattr(session_module, "join", joined)
    given = session(stick)
    file = stick.folder / "hospital" / "hospital.toml"
    good = file.read_bytes()
    file.write_bytes(good + b"# another fee\n")
    given.join(words="one two three four five six", name="OPD hall", copy="")
    assert given.take(0) is None
    assert isinstance(given.shown().error, KitChanged)
    assert not given.where.home.data.exists()
    own.append(good)
    shutil.move(stick.folder, stick.folder.with_name("in a pocket"))
    given.join(words="one two three four five six", name="OPD hall", copy="")
    order = given.take(0)
    assert order
    assert order.hospital.read_bytes() == good


def test_a_program_from_a_stick_knows_that_it_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A practice is a program of its own, and a desk remembers which program it was last opened with."""
    home = Home(tmp_path / "desk-ab12cd34")
    home.folder.mkdir()
    assert session_module.program() == [sys.executable, "-m", "fallback"]
    folder = tmp_path / "programs" / "0123456789ab-cp311"
    (folder / "program").mkdir(parents=True)
    (folder / "READY").touch()
    monkeypatch.setattr("fallback.kit.starting.home.PROGRAM", folder / "program")
    assert session_module.program() == [sys.executable, "-I", "-S", str(folder / "program" / "start.py")]
    home.note_program()
    assert json.loads((home.folder / "program.json").read_text())["program"] == folder.name
