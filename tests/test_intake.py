"""Scans handed in through a browser: sealed before it is answered, read in turn, gone on with after a kill."""

import io
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fallback.enrolment import Installation, open_installation
from fallback.errors import DiskFull, PageUnknown
from fallback.ledger import queries
from fallback.recovery import BatchState, Intake, batches, intake, scan
from fallback.scanning.spool import Spool
from fallback.sealed import SealedFile
from tests import boxes, factories

SLIPS = 12


@pytest.fixture
def handed(installation: Installation, tmp_path: Path) -> bytes:
    """A PDF of slips."""
    boxes.box(installation, tmp_path / "box.pdf", SLIPS)
    return (tmp_path / "box.pdf").read_bytes()


@pytest.fixture
def room(installation: Installation) -> Iterator[Intake]:
    found = Intake(installation, factories.hospital(), workers=1)
    yield found
    found.close()


def pieces(content: bytes, size: int = 7000) -> Iterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def wait(room: Intake, key: str, *states: str) -> BatchState:
    """Waits until a batch is in one of these states."""
    while (state := room.state(key)).state not in states:
        time.sleep(0.02)
    return state


def incoming(installation: Installation) -> list[Path]:
    return [path for path in (installation.folder / "incoming").rglob("*") if path.is_file()]


def test_what_is_handed_in_is_read_and_nothing_lies_in_plain(
    installation: Installation, room: Intake, handed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    went = []

    def slow(*args: object, **more: object) -> object:
        went.extend(incoming(installation))
        return scan(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "scan", slow)
    files = [("C:\\scans\\Sunita Devi.pdf", pieces(handed)), ("../../note.txt", iter([b"no scan, Sunita Devi"]))]
    key = room.take(files, batch="ward 5", by="ravi")
    found = wait(room, key, "done", "failed")
    assert (found.state, found.batch, found.files, found.by) == (
        "done",
        "ward 5",
        ("Sunita Devi.pdf", "note.txt"),
        "ravi",
    )
    assert found.report is not None
    assert (found.report.read, found.report.unread) == (SLIPS, 1)
    assert found.progress.done == found.progress.total == found.report.pages
    assert len(went) == 3
    assert not list((installation.folder / "incoming").iterdir())
    assert {row.file for row in queries.pages(installation.ledger.db())} == {"Sunita Devi.pdf", "note.txt"}
    assert room.states() == [found]


def test_sealed_is_sealed(installation: Installation, room: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Intake, "_go", lambda _: None)
    room.take([("Sunita.txt", iter([b"Sunita Devi " * 1000]))], batch="Sunita's", by="ravi")
    files = incoming(installation)
    assert len(files) == 2
    for path in files:
        assert b"Sunita" not in path.read_bytes()
        assert "Sunita" not in str(path)
        assert path.stat().st_mode & 0o077 == 0


def test_without_a_file_there_is_no_batch(installation: Installation, room: Intake) -> None:
    assert room.take([], by="ravi") == ""
    assert room.states() == []
    assert incoming(installation) == []
    for ask in (room.state, room.stop, room.go_on):
        with pytest.raises(PageUnknown):
            ask("no such key")


def test_an_upload_that_breaks_off_leaves_nothing(installation: Installation, room: Intake) -> None:
    def broken() -> Iterator[bytes]:
        yield b"%PDF-1.4"
        raise ConnectionError("the browser went away")

    with pytest.raises(ConnectionError):
        room.take([("a.pdf", iter([b"x"])), ("b.pdf", broken())], by="ravi")
    assert incoming(installation) == []
    assert room.states() == []


def test_a_full_disk_is_told_while_it_is_taken_and_while_it_is_read(
    installation: Installation, room: Intake, handed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFull(folder=installation.folder)

    with monkeypatch.context() as patched:
        patched.setattr(intake, "write_sealed", full)
        with pytest.raises(DiskFull):
            room.take([("a.pdf", pieces(handed))], by="ravi")
    assert incoming(installation) == []
    with monkeypatch.context() as patched:
        patched.setattr(batches, "scan", full)
        key = room.take([("a.pdf", pieces(handed))], by="ravi")
        found = wait(room, key, "failed")
    assert isinstance(found.error, DiskFull)
    assert len(incoming(installation)) == 2
    room.go_on(key)
    assert wait(room, key, "done").error is None


def test_a_fault_of_one_batch_does_not_stop_the_next(
    installation: Installation, room: Intake, handed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(*args: object, **more: object) -> object:
        if more["batch"] == "first":
            raise RuntimeError("a fault of the program")
        return scan(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(batches, "scan", faulty)
    first = room.take([("a.pdf", pieces(handed))], batch="first", by="ravi")
    second = room.take([("b.pdf", pieces(handed))], batch="second", by="ravi")
    assert wait(room, second, "done").report is not None
    assert wait(room, first, "failed").error is not None
    assert [state.key for state in room.states()] == [second, first]


def test_stopped_it_stays_so_until_it_may_go_on_also_over_a_restart(installation: Installation, handed: bytes) -> None:
    room = Intake(installation, factories.hospital(), workers=1)
    first = room.take([("a.pdf", pieces(handed))], batch="first", by="ravi")
    second = room.take([("b.pdf", pieces(handed))], batch="second", by="ravi")
    room.stop(second)
    room.stop(first)
    assert wait(room, first, "stopped", "done").state == "stopped"
    assert room.state(second).state == "stopped"
    room.close()
    room = Intake(installation, factories.hospital(), workers=1)
    assert [(each.batch, each.state, each.files) for each in room.states()] == [
        ("second", "stopped", ("b.pdf",)),
        ("first", "stopped", ("a.pdf",)),
    ]
    room.go_on(second)
    report = wait(room, second, "done").report
    assert report is not None
    assert report.read + report.again >= SLIPS
    assert room.state(first).state == "stopped"
    room.go_on(first)
    wait(room, first, "done")
    room.close()
    assert len(list(queries.slips(installation.ledger.db()))) == SLIPS
    assert incoming(installation) == []


def test_what_nobody_can_open_any_more_is_told_and_kept(installation: Installation, handed: bytes) -> None:
    room = Intake(installation, factories.hospital(), workers=1)
    key = room.take([("a.pdf", pieces(handed))], by="ravi")
    room.stop(key)
    wait(room, key, "stopped")
    room.close()
    order = installation.folder / "incoming" / key / "order"
    whole = order.read_bytes()
    order.write_bytes(whole[:-1])
    broken = Intake(installation, factories.hospital(), workers=1)
    (state,) = broken.states()
    assert (state.state, "cannot be opened" in str(state.error)) == ("failed", True)
    broken.stop(key)
    broken.go_on(key)
    assert broken.state(key).state == "failed"
    assert len(incoming(installation)) == 2, "nothing of it is thrown away"
    broken.close()
    order.write_bytes(whole)
    (sealed,) = [path for path in incoming(installation) if path.suffix == ".sealed"]
    sealed.write_bytes(sealed.read_bytes()[:-1])
    room = Intake(installation, factories.hospital(), workers=1)
    room.go_on(key)
    report = wait(room, key, "done", "failed").report
    room.close()
    assert report is not None
    assert report.outcomes["problem"] > 0  # what was read before the stop, is


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_server_goes_on_by_itself(tmp_path: Path) -> None:
    made = factories.installation(tmp_path / "data")
    boxes.box(made, tmp_path / "box.pdf", SLIPS)
    made.close()
    home = Path(__file__).parent.parent
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.test_intake", tmp_path / "data", tmp_path / "box.pdf"],
        cwd=home, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdout is not None
    key = server.stdout.readline().strip()
    os.kill(server.pid, signal.SIGKILL)
    server.wait()
    server.stdout.close()
    installation = open_installation(tmp_path / "data", factories.PASSPHRASE, clock=factories.clock())
    room = Intake(installation, factories.hospital(), workers=1)
    found = wait(room, key, "done", "failed")
    room.close()
    assert (found.state, found.files, found.by) == ("done", ("box.pdf",), "ravi")
    assert len(list(queries.slips(installation.ledger.db()))) == SLIPS
    assert queries.batches(installation.ledger.db())[0].outcomes["waiting"] == 0
    assert incoming(installation) == []
    installation.close()


def _serve(folder: Path, path: Path) -> None:
    """A server that takes one upload, answers with its key, and then reads."""
    installation = open_installation(folder, factories.PASSPHRASE, clock=factories.clock())
    room = Intake(installation, factories.hospital(), workers=1)
    print(room.take([(path.name, pieces(path.read_bytes()))], batch="box", by="ravi"), flush=True)
    time.sleep(60)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))


def test_no_room_to_lay_out_a_zip_ends_the_reading_and_throws_nothing_away(
    installation: Installation, room: Intake, handed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("box.pdf", handed)

    def full(self: Spool, name: str) -> SealedFile:
        raise DiskFull(folder="/tmp")

    with monkeypatch.context() as patch:
        patch.setattr(Spool, "place", full)
        key = room.take([("box.zip", pieces(packed.getvalue()))], by="ravi")
        failed = wait(room, key, "done", "failed")
    assert isinstance(failed.error, DiskFull)
    assert len(incoming(installation)) == 2, "the upload and its order"
    room.go_on(key)
    assert wait(room, key, "done", "failed").state == "done"
    assert len(queries.pages(installation.ledger.db())) >= SLIPS
