"""Killed, without power and with a full disk, a thousand times over: what was acknowledged is there, and only once.

`python bench/crash.py [--quick] [--json]`. Four clerks' threads at two desks register, correct and void through the
acts of the front desk, with the journal encrypted and a second copy, in a process of their own that says each slip
once it is acknowledged, as a desk would print it.

- Kills (SIGKILL) come at a random moment, from the opening on; at times two processes share the journal, and at times
  the next one finds it as the last one left it, with nobody having looked in between.
- Power cuts are played, for a copy of the files of a running process is none: the process is recorded with strace, and
  at a random place of the record the disk is made anew with what was synced by then and with nothing, something, or all
  of the rest, torn or in any order of sectors (bench/power/disk.py). Both disks, the journal's and the stick's, stop at
  the same moment. Half of the places are just before or after a sync or a change of a name. A sync that lies is not
  played, nor a disk that damages what it had kept.
- Full disks are small file systems of their own, for the data and for the stick, filled and given room several times.

After each, the real program opens what is left: every acknowledged slip must be in the journal with its content, and
in the copy as it lay there, before anything mended it; no number has two contents, the chain holds, the views are what
a replay gives, the copy catches up, a slip is issued and its number is new; of a share, the copy alone is restored.
Then the same for plain sqlite3 (bench/power/plain.py), which shows that it can fail here.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.power import STORES  # noqa: E402
from bench.power.disk import Disk, Kind, command, events  # noqa: E402
from bench.power.full import CANNOT  # noqa: E402
from bench.power.stores import Ack, Found, Store  # noqa: E402
from bench.told import options, tell  # noqa: E402

OURS, *PLAIN = STORES
_ROUNDS = 12  # kills of one folder, then a fresh one: chains stay short enough to be looked at whole each time
_CUTS = 10  # power cuts in one record
_RECORDED = 1.5  # seconds of work in one record, which strace makes slow
_CORES = min(2, os.cpu_count() or 1)
Way = Callable[[str, int, int, str], Found | None]


def kills(name: str, count: int, seed: int, place: str) -> Found:
    """That many kills of one store."""
    store, chance, found = STORES[name], Random(seed), Found()
    root = Path(place) / f"kills-{seed}"
    done = 0
    while done < count:
        shutil.rmtree(root, ignore_errors=True)
        store.prepare(root)
        acks, worst = list[Ack](), Found()
        for _ in range(min(_ROUNDS, count - done)):
            before = len(acks)
            hands = 2 if chance.random() < 0.2 else 1
            moments = [chance.choice((0.02, 0.1, 0.4)) * chance.random() for _ in range(hands)]
            acks += _killed(store, root, moments, at_work=chance.random() < 0.7)
            done += hands
            unseen = chance.random() < 0.5 and root.with_name(f"aside-{seed}")
            if unseen:
                shutil.copytree(root, unseen)
            worst.see(store.look(root, acks, deep=chance.random() < 0.05))
            found.acknowledged += len(acks) - before
            found.copied += sum(ack.copied for ack in acks[before:])
            if unseen:
                shutil.rmtree(root)
                unseen.rename(root)
        found.add(worst)
    found.crashes = done
    return found


def _killed(store: Store, root: Path, moments: Sequence[float], *, at_work: bool) -> list[Ack]:
    """Lets processes work at once and kills each at its moment, counted from the first answer where they are to be
    `at_work`; what they acknowledged."""
    pids = []
    reading, writing = os.pipe()
    for _ in moments:
        if not (pid := os.fork()):
            os.dup2(writing, 1)
            with suppress(BaseException):
                store.work(root)
            os._exit(0)
        pids.append(pid)
    os.close(writing)
    told = bytearray()
    if at_work:
        told += os.read(reading, 1 << 16)
    os.set_blocking(reading, False)
    start = time.monotonic()
    for moment, pid in sorted(zip(moments, pids, strict=True)):
        while (left := start + moment - time.monotonic()) > 0:
            time.sleep(min(left, 0.02))
            told += _rest(reading)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    told += _rest(reading)
    os.close(reading)
    return list(Ack.parse(bytes(told)))


def _rest(reading: int) -> bytes:
    told = b""
    with suppress(BlockingIOError):
        while piece := os.read(reading, 1 << 16):
            told += piece
    return told


def cuts(name: str, count: int, seed: int, place: str) -> Found:
    """That many power cuts of one store."""
    store, chance, found = STORES[name], Random(seed), Found(crashes=count)
    root, trace = Path(place) / f"cuts-{seed}", Path(place) / f"trace-{seed}"
    left = count
    while left:
        shutil.rmtree(root, ignore_errors=True)
        store.prepare(root)
        disk = Disk(root)
        _record(name, root, trace)
        what = list(events(trace, root))
        busy = [place for place, each in enumerate(what) if each.kind not in (Kind.WRITE, Kind.ANSWER)]
        places = [_place(chance, len(what), busy) for _ in range(min(_CUTS, left))]
        acks: list[Ack] = []
        for place_, event in enumerate(what):
            if event.kind is Kind.ANSWER:
                acks += Ack.parse(event.data)
            else:
                disk.play(event)
            for _ in range(places.count(place_)):
                how = disk.after_cut(chance, root)
                seen = store.look(root, acks, deep=chance.random() < 0.3)
                seen.wrong = [f"{each} (kept: {how})" for each in seen.wrong]
                found.add(seen)
                found.acknowledged += len(acks)
                found.copied += sum(ack.copied for ack in acks)
        left -= len(places)
    trace.unlink(missing_ok=True)
    return found


def _place(chance: Random, count: int, busy: Sequence[int]) -> int:
    """Somewhere in a record: anywhere, or close to a sync or to a change of a name."""
    if chance.random() < 0.5 or not busy:
        return chance.randrange(count)
    return min(count - 1, max(0, chance.choice(busy) - chance.randint(0, 1)))


def _record(name: str, root: Path, trace: Path) -> None:
    asked = [*command(trace), sys.executable, "-m", "bench.power", name, str(root), str(_RECORDED)]
    done = subprocess.run(asked, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    if not trace.exists() or not trace.stat().st_size:
        raise SystemExit(f"nothing was recorded: {done.stderr[-500:].decode(errors='replace')}")


def full_disks(name: str, count: int, seed: int, place: str) -> Found | None:
    """A disk, and a stick, that fill up that many times; None where this machine lets nobody mount one."""
    found = Found()
    for small in ("", "stick") if name == OURS else ("",):
        folder = Path(place) / f"full-{seed}-{small}"
        folder.mkdir()
        asked = ["unshare", "--mount", sys.executable, "-m", "bench.power.full", name, str(folder), str(count), small]
        done = subprocess.run(asked, cwd=HOME, capture_output=True)
        if done.returncode == CANNOT or b"unshare failed" in done.stderr:
            return None
        if done.returncode:
            raise SystemExit(done.stderr.decode())
        told = json.loads(done.stdout)
        found.add(Found(**told))
    return found


def hurt(way: Way, name: str, count: int, place: str, pool: ProcessPoolExecutor) -> Found | None:
    """All of one way for one store, on all cores."""
    shares = [count // _CORES + (each < count % _CORES) for each in range(_CORES)]
    asked = [pool.submit(way, name, share, each, place) for each, share in enumerate(shares) if share]
    total = Found()
    for each in asked:
        if (found := each.result()) is None:
            return None
        total.add(found)
    return total


def measure(counts: dict[Way, int], plain: dict[Way, int]) -> tuple[list[dict[str, Any]], bool]:
    """The rows, and whether nothing was lost, doubled or wrong."""
    rows, ok = list[dict[str, Any]](), True
    for way, word in _WORDS.items():
        found: dict[str, Found | None] = {}
        with tempfile.TemporaryDirectory(prefix="parchi-crash-") as place:
            for name in STORES:
                home = Path(place) / name.replace(" ", "-")
                home.mkdir()
                with ProcessPoolExecutor(_CORES, get_context("fork")) as pool:
                    found[name] = hurt(way, name, (counts if name == OURS else plain)[way], str(home), pool)
        ours = found[OURS]
        if ours is None:
            rows.append(
                {"what": f"{word}: this machine lets nobody mount a disk", "ours": 0, "peers": {}, "unit": word}
            )
            continue
        beside = {name: each for name, each in found.items() if name != OURS and each is not None}
        peers: dict[str, Any] = {f"'{name}'": each.crashes for name, each in beside.items()}
        rows.append({"what": f"{word}", "ours": ours.crashes, "peers": peers, "unit": "times"})
        for what in ("acknowledged", "lost", "copied", "lost_in_copy", "doubled"):
            peers = {} if "cop" in what else {f"'{name}'": getattr(each, what) for name, each in beside.items()}
            told = {"copied": "acknowledged with the second copy", "lost_in_copy": "of those, lost in the copy"}.get(
                what, what
            )
            rows.append({"what": f"{word}: {told}", "ours": getattr(ours, what), "peers": peers, "unit": "slips"})
        peers = {f"'{name}'": each.wrong[0] for name, each in beside.items() if each.wrong}
        if ours.wrong:
            peers["the first"] = ours.wrong[0]
        rows.append({"what": f"{word}: otherwise wrong", "ours": len(ours.wrong), "peers": peers, "unit": "times"})
        ok = ok and not (ours.lost or ours.lost_in_copy or ours.doubled or ours.wrong) and ours.acknowledged > 0
        ok = ok and any(each.lost for each in beside.values())  # where nothing is lost nobody was hurt
    return rows, ok


_WORDS: dict[Way, str] = {kills: "kills", cuts: "power cuts", full_disks: "full disks"}


def main() -> None:
    """Hurts and prints."""
    given = options(__doc__, "some thirty kills and twenty power cuts instead of 1,000 and 400").parse_args()
    if given.quick:
        rows, ok = measure({kills: 30, cuts: 20, full_disks: 1}, {kills: 8, cuts: 6, full_disks: 1})
    else:
        rows, ok = measure({kills: 1000, cuts: 400, full_disks: 20}, {kills: 100, cuts: 100, full_disks: 10})
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
