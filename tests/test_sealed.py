"""A sealed file gives back what was written, from any place, and shows every change, cut, swap and wrong key."""

import io
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from fallback import sealed
from fallback.errors import DiskFull, FolderReadOnly, ParchiError, SealBroken
from fallback.sealed import CHUNK, SealedFile, write_sealed

KEY = bytes(range(32))
TAG = 16


def written(folder: Path, content: bytes, *, piece: int = 300_000, name: str = "रसीद box 1.pdf") -> SealedFile:
    pieces = (content[at : at + piece] for at in range(0, len(content), piece))
    return write_sealed(folder / "kept", KEY, name, pieces)


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK, 2 * CHUNK + 77])
def test_what_was_written_comes_back_from_any_place(tmp_path: Path, size: int) -> None:
    content = Random(size).randbytes(size)
    file = written(tmp_path, content)
    assert size < 100 or content[:100] not in file.path.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    with pickle.loads(pickle.dumps(file)).open() as plain:
        assert plain.read() == content
        assert plain.seek(0, io.SEEK_END) == size and plain.read(5) == b""
        for place in {0, size // 3, max(0, CHUNK - 3), max(0, size - 2)}:
            assert plain.seek(place) == place
            assert plain.read(7) == content[place : place + 7]
        assert plain.seek(size + 10) == size + 10 and plain.read() == b""


def test_reading_here_and_there_holds_a_few_pieces_in_plain(tmp_path: Path) -> None:
    content = Random(3).randbytes(8 * CHUNK)
    raw = sealed._Plain(written(tmp_path, content).path, KEY)
    for place in [7, 0, 3, 5, 6, 1, 0, 7, 2]:
        raw.seek(place * CHUNK + 5)
        assert raw.read(10) == content[place * CHUNK + 5 : place * CHUNK + 15]
        assert len(raw._kept) <= 4
    raw.close()


def test_the_key_is_not_shown_and_the_name_is_not_in_plain(tmp_path: Path) -> None:
    file = written(tmp_path, b"x", name="Sunita Devi.pdf")
    assert "key=" not in repr(file) and repr(KEY)[2:-1] not in repr(file)
    assert b"Sunita" not in file.path.read_bytes()
    if os.name == "posix":
        assert file.path.stat().st_mode & 0o077 == 0


def everything(path: Path, key: bytes = KEY) -> bytes:
    with SealedFile(path=path, key=key, name="box.pdf").open() as plain:
        return plain.read()


def test_cut_swapped_repeated_and_foreign_pieces_are_seen(tmp_path: Path) -> None:
    content = Random(1).randbytes(3 * CHUNK + 9)
    path = written(tmp_path, content).path
    data = path.read_bytes()
    start = len(data) - 3 * (CHUNK + TAG) - 9 - TAG
    pieces = [data[start + at * (CHUNK + TAG) : start + (at + 1) * (CHUNK + TAG)] for at in range(4)]
    (tmp_path / "other").mkdir()
    foreign = written(tmp_path / "other", content).path.read_bytes()
    broken = {
        "cut after a piece": data[:start] + b"".join(pieces[:3]),
        "cut within a piece": data[:-3],
        "no piece at all": data[:start],
        "swapped": data[:start] + pieces[1] + pieces[0] + b"".join(pieces[2:]),
        "repeated": data[:start] + b"".join(pieces[:3]) + b"".join(pieces[2:]),
        "longer": data + b"\0",
        "of another file": data[:start] + foreign[start : start + CHUNK + TAG] + b"".join(pieces[1:]),
        "head of another file": foreign[:start] + data[start:],
        "empty": b"",
        "something else": b"%PDF-1.4\n" * 900,
    }
    for case, harmed in broken.items():
        path.write_bytes(harmed)
        with pytest.raises(SealBroken):
            everything(path)
            pytest.fail(case)
    path.write_bytes(data)
    assert everything(path) == content
    with pytest.raises(SealBroken):
        everything(path, bytes(32))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_no_changed_byte_goes_unseen(tmp_path: Path, place: float, change: int) -> None:
    path = written(tmp_path, b"a page " * 20).path
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] ^= change
    path.write_bytes(data)
    with pytest.raises(SealBroken):
        everything(path)


def test_a_source_that_breaks_off_leaves_nothing_and_is_not_called_a_disk_failure(tmp_path: Path) -> None:
    def breaks() -> Iterator[bytes]:
        yield b"a" * 100
        raise ConnectionResetError("the browser went away")

    with pytest.raises(ConnectionResetError):
        write_sealed(tmp_path / "kept", KEY, "a.pdf", breaks())
    assert not list(tmp_path.iterdir())


def test_a_full_disk_and_a_missing_folder_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FolderReadOnly):
        write_sealed(tmp_path / "none" / "kept", KEY, "a.pdf", [b"a"])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    written(tmp_path, b"the old one")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull) as told:
        write_sealed(tmp_path / "kept", KEY, "a.pdf", [b"the new one"])
    assert isinstance(told.value, ParchiError)
    monkeypatch.undo()
    assert everything(tmp_path / "kept") == b"the old one"
    assert len(list(tmp_path.iterdir())) == 1
