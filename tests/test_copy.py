"""The second copy: unplugged, hung, torn, replaced, full; it catches up, and no desk waits for it twice."""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest
from sqlite_utils import Database

from fallback.errors import CopyUnfit
from fallback.ledger import Carrier, Ledger, Transaction, copies
from fallback.ledger.carrier import FILE_NAME
from fallback.ledger.stick import Stick
from fallback.vault import Vault
from tests.journals import CHEAP, PASSPHRASE, again, issue, make, note, sibling, until


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    (tmp_path / "stick").mkdir()
    with make(tmp_path / "data") as made:
        yield made


@pytest.fixture
def stick(tmp_path: Path, ledger: Ledger) -> Path:
    return tmp_path / "stick"


def _facts(ledger: Ledger) -> list[str]:
    return [line.fact.value for line in ledger.lines() if line.fact.value.startswith("copy_")]


def _same(ledger: Ledger, stick: Path) -> bool:
    return sorted(line.text for line in Carrier(stick, ledger.vault)) == sorted(line.text for line in ledger.lines())


def test_it_has_every_line_before_the_answer(ledger: Ledger, stick: Path) -> None:
    for _ in range(5):
        ledger.write(note())
    ledger.copy_to(stick)
    assert _same(ledger, stick)
    for _ in range(20):
        ledger.write(issue(101))
        assert _same(ledger, stick)
    status = ledger.copy_status()
    assert (status.folder, status.behind, status.sequence, status.age_seconds, status.problem) == (
        stick,
        False,
        26,
        0.0,
        None,
    )
    assert (status.label, len(status.stick)) == ("A", 16)
    assert Vault.open(stick, PASSPHRASE).key_id == ledger.vault.key_id
    assert _facts(ledger) == ["copy_caught_up"]
    assert ledger.verify_file(Carrier(stick, ledger.vault)).ok


def test_unplugged_and_put_back(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick)
    ledger.write(issue(101))
    away = stick.rename(stick.with_name("pocket"))
    numbers = [ledger.write(issue(101)) for _ in range(3)]
    assert [number.serial for number in numbers] == [2, 3, 4]
    status = ledger.copy_status()
    assert status.behind and isinstance(status.problem, CopyUnfit) and "not plugged in" in str(status.problem)
    assert status.age_seconds is not None and status.age_seconds > 0
    assert status.sequence == 2
    assert _facts(ledger) == ["copy_caught_up", "copy_behind"]
    assert not stick.exists()  # nothing is written where the stick was mounted
    away.rename(stick)
    assert until(lambda: not ledger.copy_status().behind and len(_facts(ledger)) == 3)
    ledger.write(note())
    assert _facts(ledger) == ["copy_caught_up", "copy_behind", "copy_caught_up"]
    assert _same(ledger, stick)


def test_it_is_seen_without_a_write_that_the_stick_is_gone(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick)
    stick.rename(stick.with_name("pocket"))
    assert until(lambda: _facts(ledger) == ["copy_caught_up", "copy_behind"])


def test_another_stick_is_filled(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick)

    def many(tx: Transaction) -> None:
        for place in range(1200):
            note(str(place))(tx)

    ledger.write(many)
    stick.rename(stick.with_name("first"))
    stick.mkdir()
    ledger.write(note())
    assert until(lambda: not ledger.copy_status().behind)
    ledger.write(note())
    assert _same(ledger, stick)


def test_the_transition_is_told_once_across_restarts(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    ledger.copy_to(tmp_path / "nowhere")
    ledger.write(note())
    ledger.close()
    for _ in range(2):
        with again(tmp_path / "data") as reopened:
            reopened.copy_to(tmp_path / "nowhere")
            reopened.write(note())
            assert _facts(reopened) == ["copy_behind"]
    with again(tmp_path / "data") as reopened:
        reopened.copy_to(stick)
        assert _facts(reopened) == ["copy_behind", "copy_caught_up"]
        assert _same(reopened, stick)


def test_a_hanging_stick_costs_one_deadline_once(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick, deadline=0.3)
    ledger.write(note())
    with (stick / FILE_NAME).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # whoever wants to append now waits, as a dying stick makes us wait
        assert ledger.write(issue(101)).serial == 1
        status = ledger.copy_status()
        assert status.behind and "does not answer" in str(status.problem)
        assert [ledger.write(issue(101)).serial for _ in range(50)] == list(range(2, 52))
        assert status.sequence == 2
        assert _facts(ledger) == ["copy_caught_up", "copy_behind"]
    assert until(lambda: not ledger.copy_status().behind)
    ledger.write(note())
    assert _facts(ledger) == ["copy_caught_up", "copy_behind", "copy_caught_up"]
    assert _same(ledger, stick)


def test_closing_does_not_wait_for_a_hanging_stick(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick, deadline=0.2)
    with (stick / FILE_NAME).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        ledger.write(note())
        ledger.close()


def test_a_copy_that_is_stopped_on_the_way_does_not_say_that_it_has_everything(
    ledger: Ledger, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the sticks are changed while a desk waits, the journal would say that the old one has the slip."""
    ledger.write(note())
    begun, append = threading.Event(), Stick._append

    def cut_short(self: Stick, handle: int, db: Database, stopped: Callable[[], bool]) -> None:
        begun.set()
        assert until(stopped)
        append(self, handle, db, stopped)

    monkeypatch.setattr(Stick, "_append", cut_short)
    followers = copies.Copies([stick], ledger.vault, ledger.chain, ledger.db, lambda: None, deadline=60)
    desk = threading.Thread(target=followers.follow, daemon=True)
    desk.start()
    assert begun.wait(30)
    followers.stop()
    desk.join(30)
    assert not desk.is_alive()  # nor is it kept for the deadline of a copy that nobody asks any more
    assert list(Carrier(stick, ledger.vault)) == []
    assert not followers.following()
    assert followers.status()[0].age_seconds is None


@pytest.mark.parametrize("cut", [1, 2, 30, 100])
def test_a_torn_end_is_mended(ledger: Ledger, stick: Path, cut: int) -> None:
    ledger.copy_to(stick)
    for _ in range(3):
        ledger.write(issue(101))
    ledger.copy_to(None)
    path = stick / FILE_NAME
    os.truncate(path, path.stat().st_size - cut)
    ledger.copy_to(stick)
    assert _same(ledger, stick)
    os.truncate(path, 10)  # even the first line
    ledger.copy_to(stick)
    assert _same(ledger, stick)
    assert sorted(each.name for each in stick.iterdir()) == [FILE_NAME, "stick.json", "vault.json"]


@pytest.mark.parametrize("place", [0.3, 0.6, 0.97, 1.1])
def test_a_damaged_file_is_set_aside_and_made_anew(ledger: Ledger, stick: Path, place: float) -> None:
    ledger.copy_to(stick)
    for _ in range(4):
        ledger.write(issue(101))
    ledger.copy_to(None)
    path = stick / FILE_NAME
    lines = path.read_bytes().split(b"\n")
    wrong = 1 + int(place * 4)
    lines[wrong] = lines[wrong][:-8] + b"AAAAAAAA" if wrong >= 4 else b"\x00" * len(lines[wrong])
    path.write_bytes(b"\n".join(lines))
    ledger.copy_to(stick)
    assert not ledger.copy_status().behind
    assert until((stick / f"damaged-1-{FILE_NAME}").exists)
    ledger.write(note())
    assert _same(ledger, stick)


def test_a_line_torn_before_the_last_is_mended_before_anything_is_answered(ledger: Ledger, stick: Path) -> None:
    """A power cut keeps any of the sectors that were not synced yet."""
    ledger.copy_to(stick)
    for _ in range(4):
        ledger.write(issue(101))
    ledger.copy_to(None)
    path = stick / FILE_NAME
    lines = path.read_bytes().split(b"\n")
    lines[3] = lines[3][:600] + bytes(512) + lines[3][1112:]
    path.write_bytes(b"\n".join(lines))
    ledger.copy_to(stick)
    assert not ledger.copy_status().behind
    assert _same(ledger, stick)
    assert (stick / f"damaged-1-{FILE_NAME}").exists()


def test_the_stick_of_another_hospital_is_left_alone(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    other_stick = tmp_path / "other-stick"
    other_stick.mkdir()
    with make(tmp_path / "other") as other:
        other.copy_to(other_stick)
        other.write(note())
    before = {path.name: path.read_bytes() for path in other_stick.iterdir()}
    ledger.copy_to(other_stick)
    assert ledger.copy_status().behind and "another vault" in str(ledger.copy_status().problem)
    (other_stick / "vault.json").unlink()  # its file alone says so, too
    ledger.copy_to(other_stick)
    assert ledger.copy_status().behind and "another vault" in str(ledger.copy_status().problem)
    assert (other_stick / FILE_NAME).read_bytes() == before[FILE_NAME]


def test_a_file_that_is_no_copy_is_left_alone(ledger: Ledger, stick: Path) -> None:
    for content in (b"holiday pictures\n", b"holiday pictures", b"\x00" * 5000):
        (stick / FILE_NAME).write_bytes(content)
        ledger.copy_to(stick)
        assert ledger.copy_status().behind and "does not begin like one" in str(ledger.copy_status().problem)
        assert (stick / FILE_NAME).read_bytes() == content


def test_a_pipe_a_folder_and_the_data_folder_are_refused(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    os.mkfifo(stick / FILE_NAME)
    ledger.copy_to(stick)
    assert "is not a file" in str(ledger.copy_status().problem)
    (stick / FILE_NAME).unlink()
    (stick / FILE_NAME).mkdir()
    ledger.copy_to(stick)
    assert ledger.copy_status().behind
    ledger.copy_to(tmp_path / "data")
    assert "use another folder" in str(ledger.copy_status().problem)
    assert ledger.write(issue(101)).serial == 1


def test_a_copy_follows_no_link_off_the_stick(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    (stick / FILE_NAME).symlink_to(tmp_path / "on the same disk")
    ledger.copy_to(stick)
    assert ledger.copy_status().behind
    assert not (tmp_path / "on the same disk").exists()


def test_a_journal_that_lost_its_end_gets_it_back_from_the_stick(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    ledger.write(issue(101))
    ledger.close()
    shutil.copytree(tmp_path / "data", tmp_path / "old")
    with again(tmp_path / "data") as newer:
        newer.copy_to(stick)
        last = [newer.write(issue(101)) for _ in range(3)][-1]
    with again(tmp_path / "old") as older:  # an old image of the disk was put back
        older.copy_to(stick)
        assert not older.copy_status().behind
        assert older.write(issue(101)).serial == last.serial + 1
        assert older.verify().ok and _same(older, stick)
        assert _facts(older) == ["copy_caught_up"]


def test_a_stick_that_is_slow_to_read_at_a_start_brings_home_what_was_lost(
    ledger: Ledger, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cold stick takes longer for its whole file than an answer waits: numbers would be given out again meanwhile."""
    ledger.copy_to(stick)
    ledger.write(issue(101))
    shutil.copytree(tmp_path / "data", tmp_path / "image")
    lost = ledger.write(issue(101))
    ledger.close()
    look = Stick.catch_up

    def slow(self: Stick, *rest: Any) -> None:
        time.sleep(0.3)
        look(self, *rest)

    monkeypatch.setattr(Stick, "catch_up", slow)
    monkeypatch.setattr(copies, "DEADLINE", 0.05)
    with again(tmp_path / "image") as back:
        back.copy_to(stick)
        assert back.write(issue(101)).serial == lost.serial + 1


def test_a_found_sticks_header_as_long_as_a_disk_is_not_read(ledger: Ledger, stick: Path) -> None:
    with (stick / "vault.json").open("wb") as header:
        header.truncate(1 << 40)  # sparse: reading it ends in MemoryError
    ledger.copy_to(stick)
    assert not ledger.copy_status().behind
    assert (stick / "vault.json").stat().st_size < 10_000


def test_a_stick_that_fails_in_a_way_nobody_foresaw_is_looked_at_again(
    ledger: Ledger, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as hurt:
        hurt.setattr(threading, "excepthook", lambda _: None)
        hurt.setattr(Stick, "catch_up", Mock(side_effect=MemoryError))
        ledger.copy_to(stick, deadline=0.5)
        assert ledger.copy_status().behind
    assert until(lambda: not ledger.copy_status().behind)


def test_a_clone_that_has_written_since_is_told_so(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    ledger.write(issue(101))
    ledger.close()
    shutil.copytree(tmp_path / "data", tmp_path / "old")
    with again(tmp_path / "data") as newer:
        newer.copy_to(stick)
        for _ in range(3):
            newer.write(issue(101))
    before = (stick / FILE_NAME).read_bytes()
    with again(tmp_path / "old") as older:
        older.write(issue(101, "Ramesh"))
        older.copy_to(stick)
        assert "another history" in str(older.copy_status().problem)
        report = older.merge(Carrier(stick, older.vault))
        assert (report.lines, [fork.sequence for fork in report.conflicts]) == (0, [2])
        assert older.verify().ok
    assert (stick / FILE_NAME).read_bytes() == before


def test_another_history_of_the_same_chain_is_not_overwritten(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    ledger.write(issue(101))
    ledger.close()
    shutil.copytree(tmp_path / "data", tmp_path / "clone")
    with again(tmp_path / "clone") as clone:
        clone.copy_to(stick)
        clone.write(issue(101, "Ramesh"))
    before = (stick / FILE_NAME).read_bytes()
    with again(tmp_path / "data") as original:
        original.write(issue(101, "Suresh"))
        original.write(issue(101, "Dinesh"))
        original.copy_to(stick)
        assert "another history" in str(original.copy_status().problem)
    assert (stick / FILE_NAME).read_bytes() == before


def test_two_desks_may_share_a_stick(ledger: Ledger, stick: Path, tmp_path: Path) -> None:
    with sibling(ledger, tmp_path / "second") as second:
        for each in (ledger, second):
            each.copy_to(stick)
        for _ in range(10):
            ledger.write(issue(101))
            second.write(issue(102))
        assert not ledger.copy_status().behind and not second.copy_status().behind
        held = [line.text for line in Carrier(stick, ledger.vault)]
        assert sorted(held) == sorted(line.text for each in (ledger, second) for line in each.lines())


def test_a_changed_passphrase_reaches_the_stick(ledger: Ledger, stick: Path) -> None:
    ledger.copy_to(stick)
    ledger.vault.change_passphrase("blue rickshaw", cost=CHEAP)
    ledger.copy_to(stick)
    assert Vault.open(stick, "blue rickshaw").key_id == ledger.vault.key_id
