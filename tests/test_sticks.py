"""Several second copies: swapped, pulled, hung, full, strange; each known by name and age, and no desk waits twice."""

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fallback import custody
from fallback.errors import FieldWrong, StickUnknown
from fallback.ledger import Carrier, CopyStatus, Ledger
from fallback.ledger.carrier import FILE_NAME
from fallback.ledger.stick_id import ID_NAME, StickId
from tests.journals import START, again, issue, make, note, until

NOW = START + timedelta(hours=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with make(tmp_path / "data") as made:
        yield made


def _sticks(tmp_path: Path, *names: str) -> list[Path]:
    for name in names:
        (tmp_path / name).mkdir()
    return [tmp_path / name for name in names]


def _held(stick: Path, ledger: Ledger) -> set[str]:
    return {line.text for line in Carrier(stick, ledger.vault)}


def _all(ledger: Ledger) -> set[str]:
    return {line.text for line in ledger.lines()}


def _told(ledger: Ledger) -> list[tuple[str, str]]:
    return [
        (line.fact.value.removeprefix("copy_"), line.content["label"])
        for line in ledger.lines(ledger.chain)
        if line.fact.value.startswith("copy_")
    ]


def _by_label(ledger: Ledger) -> dict[str, CopyStatus]:
    return {each.label: each for each in ledger.copies(NOW)}


def test_each_folder_has_every_line_before_the_answer(ledger: Ledger, tmp_path: Path) -> None:
    one, two = _sticks(tmp_path, "one", "two")
    ledger.copy_to(one, two)
    for _ in range(5):
        ledger.write(issue(101))
        assert _held(one, ledger) == _held(two, ledger) == _all(ledger)
    found = _by_label(ledger)
    assert set(found) == {"A", "B"}
    assert all(not each.behind and each.age_seconds == 0 for each in found.values())
    assert found["A"].stick != found["B"].stick
    assert sorted(_told(ledger)) == [("caught_up", "A"), ("caught_up", "B")]


def test_one_that_hangs_costs_one_deadline_once_and_the_other_goes_on(ledger: Ledger, tmp_path: Path) -> None:
    one, two = _sticks(tmp_path, "one", "two")
    ledger.copy_to(one, two, deadline=0.4)
    label = StickId.read(one).label  # type: ignore[union-attr]
    with (one / FILE_NAME).open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        waits = []
        for _ in range(6):
            since = time.monotonic()
            ledger.write(issue(101))
            waits.append(time.monotonic() - since)
            assert _held(two, ledger) >= {line.text for line in ledger.lines() if line.fact.value == "slip_issued"}
        assert sum(wait > 0.35 for wait in waits) == 1, "the deadline was waited for once"
        assert ledger.copies(NOW) and _by_label(ledger)[label].behind
        assert not ledger.copy_status().behind, "the best of them counts"
    assert until(lambda: not _by_label(ledger)[label].behind)
    ledger.write(note())
    assert _held(one, ledger) == _held(two, ledger) == _all(ledger)
    assert _told(ledger)[2:] == [("behind", label), ("caught_up", label)]


def test_a_disk_that_never_finishes_its_sync(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (stick,) = _sticks(tmp_path, "stick")
    ledger.copy_to(stick, deadline=0.3)
    free, real = threading.Event(), os.fsync

    def stuck(handle: int) -> None:
        if threading.current_thread().name == "second copy":
            free.wait(30)
        real(handle)

    monkeypatch.setattr(os, "fsync", stuck)
    numbers = [ledger.write(issue(101)).serial for _ in range(20)]
    assert numbers == list(range(1, 21))
    assert "does not answer" in str(ledger.copy_status().problem)
    free.set()
    assert until(lambda: not ledger.copy_status().behind)
    ledger.write(note())
    assert _held(stick, ledger) == _all(ledger)


def test_a_pipe_in_the_place_of_its_name_hangs_the_stick_and_no_desk(ledger: Ledger, tmp_path: Path) -> None:
    (stick,) = _sticks(tmp_path, "stick")
    os.mkfifo(stick / ID_NAME)
    ledger.copy_to(stick, deadline=0.2)
    assert [ledger.write(issue(101)).serial for _ in range(5)] == [1, 2, 3, 4, 5]
    assert ledger.copy_status().behind
    writer = os.open(stick / ID_NAME, os.O_WRONLY)  # who waits at the other end reads nothing, and goes on
    os.close(writer)
    assert until(lambda: not ledger.copy_status().behind)
    assert (stick / ID_NAME).is_file(), "a name of its own took the pipe's place"


def test_the_swap_at_one_place(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "usb"
    _sticks(tmp_path, "usb")
    ledger.copy_to(place)
    ledger.write(issue(101))
    place.rename(tmp_path / "drawer-a")
    place.mkdir()  # a new stick, empty
    assert until(lambda: ("caught_up", "B") in _told(ledger))
    ledger.write(issue(101))
    assert _held(place, ledger) == _all(ledger)
    assert _told(ledger) == [("caught_up", "A"), ("behind", "A"), ("caught_up", "B")]
    found = _by_label(ledger)
    assert (found["A"].folder, found["A"].behind, found["B"].folder, found["B"].behind) == (None, True, place, False)
    assert found["A"].age_seconds is not None and 0 < found["A"].age_seconds < 3600
    place.rename(tmp_path / "drawer-b")
    (tmp_path / "drawer-a").rename(place)
    assert until(lambda: _told(ledger)[-1] == ("caught_up", "A"))
    ledger.write(note())
    assert _held(place, ledger) == _all(ledger)
    assert _by_label(ledger)["B"].behind
    assert [each.label for each in ledger.copies(NOW)] == ["A", "B"]


def test_swapped_while_nobody_looked(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "usb"
    _sticks(tmp_path, "usb", "other")
    ledger.copy_to(tmp_path / "other", place)
    ledger.copy_to(place)
    gone = next(each.label for each in ledger.copies(NOW) if each.folder is None)
    place.rename(tmp_path / "drawer")
    (tmp_path / "other").rename(place)  # at once: between two answers
    ledger.write(issue(101))
    assert until(lambda: _told(ledger)[-1] == ("caught_up", gone))
    ledger.write(note())
    assert _held(place, ledger) == _all(ledger)
    assert _by_label(ledger)[gone].behind is False


def test_a_stick_that_stays_away_at_a_start_is_told_to_be_behind(ledger: Ledger, tmp_path: Path) -> None:
    one, two = _sticks(tmp_path, "one", "two")
    ledger.copy_to(one)
    ledger.write(issue(101))
    ledger.close()
    with again(tmp_path / "data") as reopened:
        reopened.copy_to(two)
        reopened.write(issue(101))
        assert _told(reopened) == [("caught_up", "A"), ("behind", "A"), ("caught_up", "B")]
        later = reopened.copies(datetime(2026, 11, 24, 8, 0, tzinfo=UTC))
        ages = {each.label: each.age_seconds for each in later}
        assert ages["B"] == 0 and ages["A"] is not None and 24 * 3600 < ages["A"] < 30 * 3600
    with again(tmp_path / "data") as reopened:
        assert [(each.label, each.folder, each.behind) for each in reopened.copies(NOW)] == [
            ("A", None, True), ("B", None, True),
        ]  # fmt: skip


def test_the_stick_of_another_hospital_in_the_swap(ledger: Ledger, tmp_path: Path) -> None:
    place = tmp_path / "usb"
    _sticks(tmp_path, "usb", "theirs")
    with make(tmp_path / "elsewhere") as other:
        other.copy_to(tmp_path / "theirs")
        other.write(issue(101))
    before = {each.name: each.read_bytes() for each in (tmp_path / "theirs").iterdir()}
    ledger.copy_to(place)
    place.rename(tmp_path / "drawer")
    (tmp_path / "theirs").rename(place)
    ledger.write(issue(101))
    assert until(lambda: "another vault" in str(ledger.copy_status().problem))
    assert _told(ledger)[-1] == ("behind", "A")
    assert {each.name: each.read_bytes() for each in place.iterdir()} == before
    place.rename(tmp_path / "theirs")
    (tmp_path / "drawer").rename(place)
    assert until(lambda: _told(ledger)[-1] == ("caught_up", "A"))
    ledger.write(note())
    assert _held(place, ledger) == _all(ledger)


def test_a_damaged_or_hostile_name_is_made_anew(ledger: Ledger, tmp_path: Path) -> None:
    (stick,) = _sticks(tmp_path, "stick")
    for content in (b"", b"{", b"[]", b"\xff\xfe", b'{"format": "parchi-stick-1", "stick": "../../etc", "label": "A"}',
                    b'{"format": "parchi-stick-1", "stick": "0123456789abcdef", "label": "\\u001b[31mX"}',
                    b'{"format": "parchi-stick-1", "stick": "0123456789abcdef", "label": "' + b"x" * 5000):  # fmt: skip
        (stick / ID_NAME).write_bytes(content)
        ledger.copy_to(stick)
        found = StickId.read(stick)
        assert found is not None and not ledger.copy_status().behind and found.stick == ledger.copy_status().stick
    (stick / ID_NAME).unlink()
    ledger.write(note())
    assert until((stick / ID_NAME).exists)
    assert StickId.read(stick) == found, "the same stick is the same"


def test_a_label_is_changed_and_a_lost_stick_is_forgotten(ledger: Ledger, tmp_path: Path) -> None:
    one, two = _sticks(tmp_path, "one", "two")
    ledger.copy_to(one, two)
    first = next(each for each in ledger.copies(NOW) if each.folder == one).label
    second = next(each for each in ledger.copies(NOW) if each.folder == two).label
    assert custody.label_stick(ledger, first, " लाल ", now=NOW) == "लाल"
    assert until(lambda: "लाल" in _by_label(ledger))
    assert until(lambda: ("caught_up", "लाल") in _told(ledger))
    for label, new, why in ((second, "लाल", "another stick"), ("Z", "Y", "no stick"), ("Z\x1b", "Y", "no stick")):
        with pytest.raises(StickUnknown, match=why):
            custody.label_stick(ledger, label, new, now=NOW)
    for wrong in ("", "x" * 13, "a\nb", "\x1b[31m"):
        with pytest.raises(FieldWrong):
            custody.label_stick(ledger, second, wrong, now=NOW)
    with pytest.raises(StickUnknown, match="plugged in"):
        custody.stick_is_gone(ledger, second, "lost", now=NOW)
    ledger.copy_to(one)
    with pytest.raises(StickUnknown, match="not plugged in"):
        custody.label_stick(ledger, second, "blue", now=NOW)
    custody.stick_is_gone(ledger, second, "lost in ward 5", now=NOW, by="meena")
    assert [each.label for each in ledger.copies(NOW)] == ["लाल"]
    ledger.copy_to(one, two)  # it was found again
    assert set(_by_label(ledger)) == {"लाल", second} and not _by_label(ledger)[second].behind
    assert ledger.rebuild_views() and ledger.verify().ok


def test_a_third_stick_gets_the_next_letter_also_after_a_restart(ledger: Ledger, tmp_path: Path) -> None:
    one, two, three = _sticks(tmp_path, "one", "two", "three")
    ledger.copy_to(one, two)
    ledger.close()
    with again(tmp_path / "data") as reopened:
        reopened.copy_to(three)
        assert reopened.copy_status().label == "C"
        shutil.rmtree(one)
        one.mkdir()  # formatted: it is another stick
        reopened.copy_to(one)
        assert reopened.copy_status().label == "D"


def test_what_the_journal_lost_comes_home_from_whichever_stick_has_it(ledger: Ledger, tmp_path: Path) -> None:
    one, two = _sticks(tmp_path, "one", "two")
    ledger.copy_to(one, two)
    ledger.write(issue(101))
    ledger.close()
    shutil.copytree(tmp_path / "data", tmp_path / "old")
    with again(tmp_path / "data") as newer:
        newer.copy_to(two)
        last = [newer.write(issue(101)) for _ in range(3)][-1]
    with again(tmp_path / "old") as older:
        older.copy_to(one, two)
        assert older.write(issue(101)).serial == last.serial + 1
        assert older.verify().ok
        assert _held(one, older) == _held(two, older) == _all(older)


def test_no_folder_is_as_before(ledger: Ledger) -> None:
    ledger.copy_to()
    ledger.copy_to(None)
    ledger.write(note())
    assert (ledger.copies(NOW), ledger.copy_status().folder, _told(ledger)) == ((), None, [])
