"""The store of pages: sealed, named by hash alone, whole or not there, whatever kills, fills up or damages it."""

import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from fallback.errors import ParchiError, PictureDamaged, PictureMissing
from fallback.evidence import PageStore, media_type
from fallback.vault import Vault
from tests import hurt
from tests.journals import CHEAP, PASSPHRASE

TOP = Path(__file__).parent.parent
JPEG = b"\xff\xd8\xff" + b"Sunita Devi, 34, Tajganj" * 50


def _page(content: bytes = JPEG) -> tuple[str, bytes]:
    return hashlib.sha256(content).hexdigest(), content


def _pages(count: int, size: int = 2000) -> list[tuple[str, bytes]]:
    return [_page(f"page {number} ".encode() * (size // 8)) for number in range(count)]


@pytest.fixture
def store(tmp_path: Path) -> PageStore:
    vault, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    return PageStore(tmp_path / "pages", vault)


def _files(store: PageStore) -> list[Path]:
    return sorted(path for path in store.folder.rglob("*") if path.is_file())


def test_what_is_put_is_got_back_byte_for_byte(store: PageStore) -> None:
    pages = _pages(40)
    store.put(iter(pages))
    assert {picture: store.get(picture) for picture, _ in pages} == dict(pages)
    assert all(store.has(picture) for picture, _ in pages)
    assert list(store.pictures()) == sorted(picture for picture, _ in pages)
    assert PageStore(store.folder, store._vault).get(pages[0][0]) == pages[0][1]


def test_nothing_lies_there_in_plain_and_a_name_is_a_hash(store: PageStore) -> None:
    picture, content = _page()
    store.put([(picture, content), *_pages(5)])
    for path in _files(store):
        found = path.read_bytes()
        assert b"Sunita" not in found
        assert JPEG[:8] not in found
        assert path.stem in {name for name, _ in [(picture, content), *_pages(5)]}
        assert path.parent.name == path.stem[:2]
        assert path.stat().st_mode & 0o077 == 0
    assert store.folder.stat().st_mode & 0o077 == 0


def test_a_page_is_stored_once(store: PageStore) -> None:
    picture, content = _page()
    store.put([(picture, content), (picture, content)])
    before = _files(store)[0].read_bytes()
    store.put([(picture, content)])
    assert [path.read_bytes() for path in _files(store)] == [before]


def test_what_was_never_there_is_missing(store: PageStore) -> None:
    picture, _ = _page()
    for wrong in (picture, "", "../../vault", "..", picture.upper(), picture + "0", f"{picture[:62]}/."):
        assert not store.has(wrong)
        with pytest.raises(PictureMissing):
            store.get(wrong)
    store.remove(picture, "../../vault.json")
    assert (store.folder.parent / "vault.json").exists()


def test_a_removed_page_is_gone_and_may_come_again(store: PageStore) -> None:
    (picture, content), other = _page(), _page(b"another")
    store.put([(picture, content), other])
    store.remove(picture)
    store.remove(picture)
    assert not store.has(picture)
    assert store.get(other[0]) == other[1]
    store.put([(picture, content)])
    assert store.get(picture) == content


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_changed_byte_is_told(store: PageStore, at: int) -> None:
    picture, content = _page()
    store.put([(picture, content)])
    path = _files(store)[0]
    found = bytearray(path.read_bytes())
    found[at] ^= 1
    path.write_bytes(found)
    with pytest.raises(PictureDamaged) as told:
        store.get(picture)
    assert picture in str(told.value)


@pytest.mark.parametrize("size", [0, 1, 28, 500])
def test_a_file_cut_short_is_damaged_and_the_page_mends_it(store: PageStore, size: int) -> None:
    picture, content = _page()
    store.put([(picture, content)])
    path = _files(store)[0]
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(PictureDamaged):
        store.get(picture)
    store.put([(picture, content)])
    assert store.get(picture) == content


def test_a_file_in_anothers_place_or_of_another_vault_does_not_open(store: PageStore, tmp_path: Path) -> None:
    first, second = _page(), _page(b"another")
    store.put([first, second])
    store._path(second[0]).write_bytes(store._path(first[0]).read_bytes())
    with pytest.raises(PictureDamaged):
        store.get(second[0])
    (tmp_path / "other").mkdir()
    vault, _ = Vault.create(tmp_path / "other", PASSPHRASE, cost=CHEAP)
    with pytest.raises(PictureDamaged):
        PageStore(store.folder, vault).get(first[0])


def test_what_killed_processes_left_goes_and_what_is_written_now_stays(store: PageStore) -> None:
    store.put([_page()])
    old, young = store.folder / ".old", store.folder / ".young"
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = time.time() - 100_000
    os.utime(old, (long_ago, long_ago))
    PageStore(store.folder, store._vault).put([_page(b"another")])
    assert not old.exists()
    assert young.exists()
    assert set(store.pictures()) == {_page()[0], _page(b"another")[0]}


def test_a_half_written_file_is_never_taken_for_a_page(store: PageStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended between the writing and the names: none of the pages is there, and the next run stores all."""
    pages = _pages(5)

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("fallback.disk.sync_all", ends)
    with pytest.raises(KeyboardInterrupt):
        store.put(pages)
    assert _files(store) == []
    monkeypatch.undo()
    store.put(pages)
    assert len(_files(store)) == 5


def test_a_killed_process_leaves_only_whole_pages(store: PageStore) -> None:
    """Killed at three moments; what it had acknowledged is there, what is there opens, and the rest is put again."""
    command = [sys.executable, "-m", "tests.pages_put", str(store.folder.parent), "400"]
    acknowledged: set[str] = set()
    for lines in (1, 3, 6):
        with subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, text=True) as put:
            assert put.stdout is not None
            for _ in range(lines):
                acknowledged.update(put.stdout.readline().split())
            os.kill(put.pid, signal.SIGKILL)
    assert acknowledged
    there = set(store.pictures())
    assert acknowledged <= there
    assert all(hashlib.sha256(store.get(picture)).hexdigest() == picture for picture in there)
    subprocess.run(command, cwd=TOP, check=True, stdout=subprocess.DEVNULL)
    assert len(set(store.pictures())) == 400


def test_two_processes_put_the_same_pages(store: PageStore) -> None:
    command = [sys.executable, "-m", "tests.pages_put", str(store.folder.parent), "120"]
    both = [subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [each.wait(120) for each in both] == [0, 0]
    there = list(store.pictures())
    assert len(there) == 120
    assert all(hashlib.sha256(store.get(picture)).hexdigest() == picture for picture in there)
    assert len(_files(store)) == 120


@pytest.mark.parametrize("what", hurt.STORES)
def test_a_disk_that_fills_up(what: str) -> None:
    with tempfile.TemporaryDirectory(prefix="parchi-hurt-") as folder:
        alone = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        done = subprocess.run(
            [*alone, sys.executable, "-m", "tests.hurt", what, folder], cwd=TOP, capture_output=True, timeout=120
        )
    if done.returncode == hurt.CANNOT or b"unshare failed" in done.stderr:
        pytest.skip("this machine does not let us mount")
    assert done.returncode == 0, done.stderr.decode()


def test_a_folder_that_cannot_be_made_is_told(store: PageStore) -> None:
    store.folder.write_text("a file in the way")
    with pytest.raises(ParchiError) as told:
        store.put([_page()])
    assert str(store.folder) in str(told.value)


def test_the_kinds_of_picture() -> None:
    assert media_type(JPEG) == "image/jpeg"
    assert media_type(b"\x89PNG\r\n\x1a\nrest") == "image/png"
    assert media_type(b"RIFF\x00\x00\x00\x00WEBP") == "image/webp"
    assert media_type(b"<html>") == media_type(b"") == "application/octet-stream"
