"""The right to issue lies with the machine: copies, clones, restores and set-back clocks never give a number twice."""

import errno
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from fallback import custody, enrolment, machine
from fallback.downtime import Role
from fallback.errors import DeskNotUsable, FolderReadOnly, SecretMissing
from fallback.ledger import Ledger, chains, queries
from fallback.machine import Machine, Seat, board_uuid, named_state, state_folder
from fallback.vault import Vault
from tests import factories
from tests.seats import ANOTHER, START, again, issue, made_folder, refuses, rolled_back


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(tmp_path: Path, state: Path) -> Path:
    return made_folder(tmp_path / "data", state)


def test_a_folder_that_stays_where_it_is_goes_on(folder: Path, state: Path) -> None:
    numbers = set()
    for _ in range(3):
        made = again(folder, state)
        chain = made.ledger.chain
        numbers |= {issue(made), issue(made)}
        made.close()
    assert len(numbers) == 6
    made = again(folder, state)
    assert made.ledger.chain == chain
    assert len(made.ledger.heads()) == 1
    made.close()


def test_a_clock_that_is_set_back_gives_no_number_twice(folder: Path, state: Path) -> None:
    made = again(folder, state, start=START - timedelta(days=399))  # a Monday, too
    numbers = {issue(made) for _ in range(3)}
    before = {row.slip.number.text for row in queries.slips(made.ledger.db())}
    assert len(before) == 4
    assert numbers < before
    made.close()


def test_a_copied_folder_refuses_to_issue(folder: Path, state: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    clone = again(tmp_path / "copy", state)
    refuses(clone)
    clone.close()
    clone = again(tmp_path / "copy", state)  # nor the second time
    refuses(clone)
    clone.close()
    original = again(folder, state)  # which goes on
    issue(original)
    original.close()


def test_a_folder_on_another_machine_refuses_to_issue(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the path of the state folder that it names, and the seat in it, came along."""
    monkeypatch.setattr(machine, "this_machine", lambda: ANOTHER)
    other = again(folder, tmp_path / "other-state")
    refuses(other)
    assert named_state(folder) == tmp_path / "other-state"
    other.close()
    other = again(folder, tmp_path / "a third state")  # from now on the other machine's commands find its own seat
    assert other.seat.state == tmp_path / "other-state"
    assert len(other.ledger.heads()) == 2
    other.close()


def test_a_cloned_disk_on_another_laptop_refuses_to_issue(
    folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same system, folder and state folder, on other hardware."""
    here = machine.this_machine()
    strange = Machine(system=here.system, parts=frozenset({"another disk", "another card"}))
    seats = list(state.glob("*.seat"))
    for each in seats:
        mark, _, rest = each.read_bytes().partition(b"\n")
        told = json.loads(rest) | {"parts": ["the disk", "the network card"]}
        each.write_bytes(mark + b"\n" + json.dumps(told).encode())
    monkeypatch.setattr(machine, "this_machine", lambda: strange)
    clone = again(folder, state)
    refuses(clone)
    clone.close()


def test_a_rolled_back_image_at_the_same_place_refuses_to_issue(folder: Path, state: Path, tmp_path: Path) -> None:
    lost = rolled_back(folder, state, tmp_path / "image")
    made = again(folder, state)
    refuses(made)
    assert lost not in {row.slip.number.text for row in queries.slips(made.ledger.db())}
    made.close()


def test_a_rolled_back_image_that_was_written_on_elsewhere_refuses_too(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    """As long as the mark, and longer, but another history."""
    rolled_back(folder, state, tmp_path / "image")
    vault = Vault.open(folder, factories.PASSPHRASE)
    with Ledger.open(folder, vault, clock=factories.clock()) as ledger:  # a program without seats
        for number in range(8):
            enrolment.set_user(ledger, f"clerk{number}", "A Clerk", Role.CLERK, factories.PIN)
    made = again(folder, state)
    refuses(made)
    made.close()


def test_what_a_copy_still_has_comes_home_and_the_desk_goes_on(folder: Path, state: Path, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    shutil.copytree(folder, tmp_path / "image")
    made = again(folder, state)
    made.ledger.copy_to(stick)
    kept = issue(made, "Kamla Devi")
    made.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "image", folder)
    made = again(folder, state, copies=(tmp_path / "not plugged in", stick))
    fresh = issue(made)
    assert kept != fresh
    assert kept in {row.slip.number.text for row in queries.slips(made.ledger.db())}
    made.close()


def test_a_restored_folder_refuses_to_issue_and_goes_on_in_one_chain(folder: Path, state: Path, tmp_path: Path) -> None:
    made = again(folder, state)
    custody.export(made.ledger, tmp_path / "export.parchi")
    made.close()
    target = tmp_path / "fresh"
    report = custody.restore(
        tmp_path / "export.parchi", target, factories.PASSPHRASE, clock=factories.clock(), state=tmp_path / "new-state"
    )
    restored = again(target, tmp_path / "new-state")
    assert restored.ledger.chain == report.chain
    refuses(restored)
    with pytest.raises(SecretMissing):
        enrolment.enrol_desk(restored, "Counter 2")
    restored.close()


def test_both_ends_of_a_cloned_folder_merge_without_a_fork(folder: Path, state: Path, tmp_path: Path) -> None:
    """The clone goes on in a chain of its own: whatever is written on both sides, nothing is left out of a merge."""
    shutil.copytree(folder, tmp_path / "clone")
    clone, original = again(tmp_path / "clone", state), again(folder, state)
    enrolment.set_user(clone.ledger, "kiran", "Kiran Bala", Role.CLERK, factories.PIN)
    issue(original, "Kamla Devi")
    report = original.ledger.merge(list(clone.ledger.lines()))
    assert report.conflicts == ()
    assert queries.user(original.ledger.db(), "kiran") is not None
    clone.close()
    original.close()


def test_a_seat_that_cannot_be_read_is_none(folder: Path, state: Path) -> None:
    for each in state.glob("*.seat"):
        each.write_bytes(b"nonsense")
    made = again(folder, state)
    refuses(made)
    made.close()


def test_a_seat_that_cannot_be_written_is_told_and_lets_no_old_image_issue(
    folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def read_only(path: str | Path, flags: int, *more: int) -> int:
        if str(path).endswith(".seat") and flags & os.O_RDWR:
            raise OSError(errno.EROFS, "read-only", str(path))
        return opened(path, flags, *more)

    monkeypatch.setattr(os, "open", read_only)
    with pytest.raises(FolderReadOnly):
        again(folder, state)
    monkeypatch.undo()
    made = again(folder, state)
    issue(made)
    made.close()


def test_a_new_chain_that_was_killed_at_its_beginning_still_hears_of_the_old_one(folder: Path, state: Path) -> None:
    """Else the old chain's words would count as newer than all that is said from now on."""
    made = again(folder, state)
    made.ledger.write(lambda tx: chains.begin_again(tx.db))
    made.close()
    made = again(folder, state)
    enrolment.set_active(made.ledger, "asha", active=False)
    user = queries.user(made.ledger.db(), "asha")
    assert user is not None
    assert not user.active
    assert made.ledger.verify().ok
    refuses(made)
    made.close()


@pytest.mark.parametrize("text", [b"", b"\n{}", b"0 x\n[]", b"9" * 85 + b"\n{}", b"\xff" * 200, b"0" * 85 + b"\nnull"])
def test_a_damaged_seat_is_found(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "aa.seat").write_bytes(text)
    assert Seat.find(tmp_path, "aa") is None
    assert Seat.find(tmp_path, "bb") is None


def test_a_seat_only_rises(tmp_path: Path) -> None:
    seat, other = Seat.take(tmp_path / "s", "aa", tmp_path), Seat.find(tmp_path / "s", "aa")
    assert other is not None
    assert other.is_here(tmp_path)
    assert not other.is_here(tmp_path / "s")
    seat.raise_to(7, b"7" * 32)
    other.raise_to(5, b"5" * 32)  # another process of the same folder, which is behind
    found = Seat.find(tmp_path / "s", "aa")
    assert found is not None
    assert (found.sequence, found.line) == (7, b"7" * 32)
    seat.close()
    other.close()
    shutil.rmtree(tmp_path / "s")
    seat.raise_to(8, b"8" * 32)  # the folder is gone: no desk stops for it
    seat.close()


def test_machines() -> None:
    laptop = Machine(system="a", parts=frozenset({"disk", "card", "radio"}))
    docked = Machine(system="a", parts=frozenset({"disk", "card", "radio", "dock", "dock disk"}))
    clone = Machine(system="a", parts=frozenset({"disk 2", "card 2", "radio 2"}))
    assert laptop.is_same(docked)
    assert not laptop.is_same(clone)
    assert laptop.is_same(Machine(system="a", parts=frozenset()))  # nothing that tells them apart
    assert not laptop.is_same(Machine(system="b", parts=laptop.parts))
    assert laptop.fingerprint != clone.fingerprint
    assert len(laptop.fingerprint) == 16


def test_where_the_state_lies() -> None:
    assert state_folder({"PARCHI_STATE": "/x/state"}) == Path("/x/state")
    assert state_folder({"XDG_STATE_HOME": "/y"}) == Path("/y/parchi")
    assert state_folder({}).name in ("parchi", "Parchi")


def test_a_boards_uuid() -> None:
    """A BIOS structure with two texts, then the system's."""
    bios = bytes([0, 24, 0, 0]) + bytes(20) + b"Maker\0Version\0\0"
    system = bytes([1, 27, 1, 0, 1, 2, 3, 4]) + bytes(range(16)) + bytes(3) + b"Maker\0\0"
    assert list(board_uuid(bios + system)) == [f"board {bytes(range(16)).hex()}"]
    assert list(board_uuid(bios + system[:8] + b"\xff" * 16 + system[24:])) == []
    for cut in range(len(bios + system)):
        list(board_uuid((bios + system)[:cut]))


def test_nothing_is_issued_by_a_desk_whose_key_was_copied_by_hand(folder: Path, state: Path, tmp_path: Path) -> None:
    made = again(folder, state)
    custody.export(made.ledger, tmp_path / "export.parchi")
    made.close()
    custody.restore(
        tmp_path / "export.parchi", tmp_path / "fresh", factories.PASSPHRASE, clock=factories.clock(), state=state
    )
    shutil.copytree(folder / "private", tmp_path / "fresh" / "private")
    restored = again(tmp_path / "fresh", state)
    with pytest.raises(DeskNotUsable):
        restored.sign(1)
    restored.close()


def test_a_right_that_is_given_up_stays_so_where_windows_removes_no_file_that_somebody_has_open(
    folder: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = again(folder, state)

    def held(*_: object, **__: object) -> None:
        raise PermissionError

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        made.seat.give_up()
    issue(made)  # a job that was on its way: its mark brings no seat back
    made.close()
    made = again(folder, state)
    refuses(made)
    made.close()
