"""What hurts the ledger and the store of pages, each in a process of its own: `python -m tests.hurt WHAT FOLDER`.

It exits 0 when all held.

A process of its own because a file system is mounted, a limit set or the user changed, which nothing can undo.
"""

import hashlib
import os
import resource
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from fallback.errors import DiskFailed, DiskFull, FolderReadOnly, ParchiError
from fallback.evidence import PageStore
from fallback.ledger import Carrier, Ledger
from fallback.vault import Vault
from tests.journals import CHEAP, PASSPHRASE, again, issue, make, note

CANNOT = 77  # the exit code of a machine that does not let us do this
_NOBODY = 65534


def _mount(folder: Path, size: str) -> None:
    """A small file system of its own, in a mount namespace that ends with us."""
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)], capture_output=True)
    if done.returncode:
        sys.exit(CANNOT)


def _fill(ledger: Ledger) -> tuple[list[str], ParchiError]:
    """Issues until something is refused; the numbers that were acknowledged, and the refusal."""
    acknowledged: list[str] = []
    while True:
        try:
            acknowledged.append(ledger.write(issue(101)).text)
        except ParchiError as wrong:
            return acknowledged, wrong


def _holds(ledger: Ledger, acknowledged: list[str]) -> None:
    held = [line.content["slip"]["number"] for line in ledger.lines() if "slip" in line.content]
    assert held == acknowledged, (len(held), len(acknowledged))
    assert ledger.verify().ok, ledger.verify().troubles
    assert ledger.rebuild_views()


def full_disk(folder: Path) -> None:
    """The disk fills up, room is made, and work goes on with the next number."""
    _mount(folder, "4m")
    ballast = folder / "film.mp4"
    ballast.write_bytes(bytes(1_500_000))
    ledger = make(folder / "data")
    acknowledged, wrong = _fill(ledger)
    assert isinstance(wrong, DiskFull), repr(wrong)
    assert acknowledged and "Make room" in str(wrong)
    for _ in range(3):
        try:
            ledger.write(issue(101))
            raise AssertionError("the disk is full")
        except DiskFull:
            pass
    ballast.unlink()
    acknowledged.append(ledger.write(issue(101)).text)
    _holds(ledger, acknowledged)
    ledger.close()
    ledger = again(folder / "data")
    _holds(ledger, acknowledged)
    ledger.close()


def full_stick(folder: Path) -> None:
    """The stick fills up: registration goes on; room is made on it: it catches up and is whole."""
    (folder / "stick").mkdir()
    _mount(folder / "stick", "300k")
    ledger = make(folder / "data")
    ledger.copy_to(folder / "stick")
    for _ in range(300):
        ledger.write(issue(101))
    assert ledger.copy_status().behind
    assert "it is full" in str(ledger.copy_status().problem), ledger.copy_status().problem
    subprocess.run(["mount", "-o", "remount,size=8m", str(folder / "stick")], check=True)
    ledger.copy_to(folder / "stick")
    assert not ledger.copy_status().behind, ledger.copy_status()
    facts = [line.fact.value for line in ledger.lines() if line.fact.value.startswith("copy_")]
    assert facts == ["copy_caught_up", "copy_behind", "copy_caught_up"], facts
    ledger.close()


def protected_stick(folder: Path) -> None:
    """The stick's switch is set to read only: registration goes on; it is set back: the stick catches up."""
    stick = folder / "stick"
    stick.mkdir()
    _mount(stick, "8m")
    ledger = make(folder / "data")
    ledger.copy_to(stick)
    subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
    before = {path.name: path.read_bytes() for path in stick.iterdir()}
    numbers = [ledger.write(issue(101)).serial for _ in range(20)]
    assert numbers == list(range(1, 21))
    assert "it is write-protected" in str(ledger.copy_status().problem), ledger.copy_status().problem
    assert {path.name: path.read_bytes() for path in stick.iterdir()} == before
    subprocess.run(["mount", "-o", "remount,rw", str(stick)], check=True)
    ledger.copy_to(stick)
    assert not ledger.copy_status().behind, ledger.copy_status()
    assert [line.text for line in Carrier(stick, ledger.vault)] == [line.text for line in ledger.lines()]
    ledger.close()


def file_limit(folder: Path) -> None:
    """The process may not write a file above a limit: a quota, as SQLite sees it."""
    ledger = make(folder / "data")
    ledger.write(note())
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    acknowledged, wrong = _fill(ledger)
    assert isinstance(wrong, (DiskFull, DiskFailed)), repr(wrong)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    acknowledged.append(ledger.write(issue(101)).text)
    _holds(ledger, acknowledged)
    ledger.close()


def _pages(count: int) -> list[tuple[str, bytes]]:
    found = [f"page {number} ".encode() * 8000 for number in range(count)]
    return [(hashlib.sha256(each).hexdigest(), each) for each in found]


def _put(store: PageStore, pages: list[tuple[str, bytes]]) -> ParchiError:
    """Puts portions until one is refused; every acknowledged page must be there."""
    done = 0
    while True:
        try:
            store.put(pages[done : done + 4])
        except ParchiError as wrong:
            assert all(store.get(picture) == content for picture, content in pages[:done])
            assert not any(path.name.startswith(".") for path in store.folder.iterdir()), "what was begun takes room"
            return wrong
        done += 4


def full_store(folder: Path) -> None:
    """The disk of the pages fills up: it is told, what was acknowledged is there, and with room it goes on."""
    _mount(folder, "3m")
    ballast = folder / "film.mp4"
    ballast.write_bytes(bytes(1_500_000))
    vault, _ = Vault.create(folder, PASSPHRASE, cost=CHEAP)
    store, pages = PageStore(folder / "pages", vault), _pages(30)
    wrong = _put(store, pages)
    assert isinstance(wrong, DiskFull), repr(wrong)
    ballast.unlink()
    store.put(pages)
    assert all(store.get(picture) == content for picture, content in pages)


def store_limit(folder: Path) -> None:
    """The process may not write a file above a limit: such a page is refused, the others are stored."""
    vault, _ = Vault.create(folder, PASSPHRASE, cost=CHEAP)
    store, pages = PageStore(folder / "pages", vault), _pages(8)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    large = bytes(200_000)
    try:
        store.put([*pages[:2], (hashlib.sha256(large).hexdigest(), large)])
        raise AssertionError("it was written")
    except DiskFull:
        pass
    assert list(store.pictures()) == []
    store.put(pages)
    assert len(list(store.pictures())) == 8


def _as_nobody(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        os.chown(path, _NOBODY, _NOBODY)
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)


def read_only(folder: Path) -> None:
    """The folder is read-only from the beginning: opening says so and leaves the files as they are."""
    ledger = make(folder / "data")
    ledger.write(issue(101))
    ledger.close()
    if os.geteuid() == 0:
        _as_nobody(folder)
    before = {path.name: path.read_bytes() for path in (folder / "data").iterdir()}
    for path in (folder / "data").iterdir():
        path.chmod(0o400)
    (folder / "data").chmod(0o500)
    try:
        again(folder / "data")
        raise AssertionError("it opened")
    except FolderReadOnly as wrong:
        assert "Make the folder writable" in str(wrong)
    assert {path.name: path.read_bytes() for path in (folder / "data").iterdir()} == before
    (folder / "data").chmod(0o700)
    for path in (folder / "data").iterdir():
        path.chmod(0o600)
    ledger = again(folder / "data")
    ledger.write(issue(101))
    assert ledger.head().sequence == 2
    ledger.close()


def files_taken_away(folder: Path) -> None:
    """Somebody takes the right to write away from the folder while we run and have lost our connection."""
    ledger = make(folder / "data")
    ledger.write(note())
    ledger.close()
    if os.geteuid() == 0:
        _as_nobody(folder)
    ledger = again(folder / "data")
    database = folder / "data" / "journal.db"
    (folder / "data").chmod(0o500)
    for path in (folder / "data").iterdir():
        path.chmod(0o400)
    assert not os.access(database, os.W_OK)
    try:
        ledger.write(issue(101))  # the writer has no connection yet: it opens one for its first group
        raise AssertionError("it wrote")
    except FolderReadOnly:
        pass
    (folder / "data").chmod(0o700)
    for path in (folder / "data").iterdir():
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    _holds(ledger, [ledger.write(issue(101)).text])
    ledger.close()


WHAT: dict[str, Callable[[Path], None]] = {
    each.__name__: each for each in (full_disk, full_stick, protected_stick, file_limit, read_only, files_taken_away)
}
STORES: dict[str, Callable[[Path], None]] = {each.__name__: each for each in (full_store, store_limit)}

if __name__ == "__main__":
    (WHAT | STORES)[sys.argv[1]](Path(sys.argv[2]))
