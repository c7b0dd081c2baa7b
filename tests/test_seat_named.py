"""The data folder names the state folder of its seat: a command with another one takes no desk's right away."""

import errno
import json
import os
import shutil
from pathlib import Path

import pytest

from fallback import machine
from fallback.errors import SeatOfAnotherAccount
from fallback.machine import Seat, name_state, named_state
from tests.seats import ANOTHER, again, issue, made_folder, refuses, rolled_back


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def folder(tmp_path: Path, state: Path) -> Path:
    return made_folder(tmp_path / "data", state)


def test_a_folder_whose_state_folder_is_gone_refuses_to_issue(folder: Path, state: Path, tmp_path: Path) -> None:
    state.rename(tmp_path / "moved")
    made = again(folder, tmp_path / "other-state")
    refuses(made)
    made.close()


def test_a_state_folder_that_is_moved_and_told_goes_on(folder: Path, state: Path, tmp_path: Path) -> None:
    state.rename(tmp_path / "moved")
    made = again(folder, tmp_path / "moved")
    issue(made)
    assert named_state(folder) == tmp_path / "moved"
    made.close()


def test_a_command_with_another_state_folder_uses_the_seat_that_the_folder_names(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    """`sudo`, or a shell without PARCHI_STATE, while the desks are at work and after."""
    server = again(folder, state)
    numbers = {issue(server)}
    command = again(folder, tmp_path / "root-state")
    assert command.ledger.chain == server.ledger.chain
    numbers.add(issue(command))
    command.close()
    numbers.add(issue(server))
    chain = server.ledger.chain
    server.close()
    for each in (tmp_path / "root-state", state):
        made = again(folder, each)
        numbers.add(issue(made))
        assert made.ledger.chain == chain
        assert made.seat.state == state
        assert len(made.ledger.heads()) == 1
        made.close()
    assert len(numbers) == 5
    assert not (tmp_path / "root-state").exists()


def test_a_copy_at_another_path_does_not_take_the_seat_that_it_names(folder: Path, state: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert named_state(tmp_path / "copy") is None
    clone = again(tmp_path / "copy", tmp_path / "other-state")
    refuses(clone)
    clone.close()
    original = again(folder, tmp_path / "other-state")
    issue(original)
    assert original.seat.state == state
    original.close()


def test_a_rolled_back_image_with_another_state_folder_refuses_to_issue(
    folder: Path, state: Path, tmp_path: Path
) -> None:
    rolled_back(folder, state, tmp_path / "image")
    for each in (tmp_path / "other-state", state):
        made = again(folder, each)
        refuses(made)
        made.close()


def test_of_two_seats_the_one_with_the_later_line_counts(folder: Path, state: Path, tmp_path: Path) -> None:
    """A state folder that was copied as it was last week, and a folder put back to last week that names it."""
    old = tmp_path / "old-state"
    shutil.copytree(state, old)
    shutil.copytree(folder, tmp_path / "image")
    name_state(tmp_path / "image", old)
    made = again(folder, state)
    issue(made, "Kamla Devi")
    made.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "image", folder)
    name_state(folder, old)
    made = again(folder, state)
    refuses(made)
    made.close()


@pytest.mark.parametrize("denied", ["private", "state", "state to write"])
def test_an_account_that_may_not_use_the_seat_is_told_and_begins_no_chain(
    folder: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, denied: str
) -> None:
    """Tests may run as root, to whom all is open: the system's refusal is played."""
    opened, looked = os.open, Path.lstat
    place = folder / "private" if denied == "private" else state

    def no_look(path: Path) -> os.stat_result:
        if path.parent == place and "write" not in denied:
            raise PermissionError(errno.EACCES, "not yours", str(path))
        return looked(path)

    def no_write(path: str | Path, flags: int, *more: int) -> int:
        if str(path).endswith(".seat") and flags & os.O_RDWR:
            raise PermissionError(errno.EACCES, "not yours", str(path))
        return opened(path, flags, *more)

    before = {path: path.read_bytes() for path in (folder / "private" / "seat", *state.iterdir())}
    monkeypatch.setattr(Path, "lstat", no_look)
    monkeypatch.setattr(os, "open", no_write)
    with pytest.raises(SeatOfAnotherAccount, match="as the account that serves"):
        again(folder, tmp_path / "other-state")
    monkeypatch.undo()
    assert before == {path: path.read_bytes() for path in before}
    assert not (tmp_path / "other-state").exists()
    made = again(folder, state)
    issue(made)
    assert len(made.ledger.heads()) == 1
    made.close()


def test_on_another_machine_a_named_path_that_is_closed_to_us_stops_nobody(
    folder: Path, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder was served by root; the new laptop has a /root, too, and a clerk opens it there."""
    looked = Path.lstat

    def no_look(path: Path) -> os.stat_result:
        if path.parent == state:
            raise PermissionError(errno.EACCES, "not yours", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "lstat", no_look)
    monkeypatch.setattr(machine, "this_machine", lambda: ANOTHER)
    other = again(folder, tmp_path / "other-state")
    refuses(other)
    other.close()


@pytest.mark.parametrize(
    "named",
    ["state", "", "../state", "//server/share", "\\\\server\\share", "/\0", "/\ud800", "/" + "x" * 90_000, 7, None, []],
)
def test_a_name_that_is_no_path_here_names_nothing(folder: Path, state: Path, tmp_path: Path, named: object) -> None:
    """The seat is then looked for where the machine says, as if nothing were named."""
    pointer = folder / "private" / "seat"
    record = json.loads(pointer.read_text()) | {"state": named}
    for each in (tmp_path / "other-state", state):
        pointer.write_text(json.dumps(record))
        assert not str(named_state(folder)).startswith("//")  # another computer's disk is not even asked
        _goes_on_in_its_own_seat_only(folder, state, each)


@pytest.mark.parametrize("text", [b"", b"\xff\0" * 300, b"[" * 90_000, b" " * 200_000, b"{}", b"null", b"/state"])
def test_a_damaged_name_names_nothing(folder: Path, state: Path, text: bytes) -> None:
    (folder / "private" / "seat").write_bytes(text)
    _goes_on_in_its_own_seat_only(folder, state, state)


@pytest.mark.skipif(os.name == "nt", reason="links are for administrators there")
def test_a_link_a_folder_or_a_pipe_names_nothing(folder: Path, state: Path, tmp_path: Path) -> None:
    pointer = folder / "private" / "seat"
    true = tmp_path / "true"
    pointer.rename(true)
    pointer.symlink_to(true)
    assert named_state(folder) is None
    pointer.unlink()
    os.mkfifo(pointer)
    assert named_state(folder) is None
    true.replace(pointer)
    seat = next(state.glob("*.seat"))
    seat.rename(tmp_path / "seat")
    seat.symlink_to(tmp_path / "seat")
    made = again(folder, tmp_path / "other-state")
    refuses(made)
    made.close()


def test_a_named_seat_of_another_chain_is_not_taken(folder: Path, state: Path, tmp_path: Path) -> None:
    """Of this machine and this folder, under the name of our chain; nor one with more lines than can be."""
    false = tmp_path / "false"
    seat = next(state.glob("*.seat"))
    other = Seat.take(false, seat.stem, folder)
    other.raise_to(2, b"2" * 32)
    other.close()
    name_state(folder, false)
    seat.unlink()
    made = again(folder, tmp_path / "other-state")
    refuses(made)
    assert made.seat.state == tmp_path / "other-state"
    made.close()
    path = next(false.glob("*.seat"))
    path.write_bytes(b"9" * 20 + path.read_bytes()[20:])
    assert Seat.find(false, seat.stem) is None


def _goes_on_in_its_own_seat_only(folder: Path, state: Path, given: Path) -> None:
    """With the state folder that holds the seat the desk goes on, and it is named again; with another it refuses."""
    image = folder.parent / "as it was"
    shutil.copytree(folder, image)
    made = again(folder, given)
    if given == state:
        issue(made)
    else:
        refuses(made)
    assert named_state(folder) == given
    made.close()
    shutil.rmtree(folder)
    image.rename(folder)
