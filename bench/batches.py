"""Ten thousand pages in one PDF, taken in by the real command: how fast, in how much memory, killed, and on a cluster.

`python bench/batches.py [--quick] [--json]`. Each page has a signed code of its own (bench/press/boxful.py); they are
made once and kept in the folder of temporary files. Memory is what all processes of the command have together (PSS),
five times a second. A run is killed (-9) ten times, mostly in its midst, and goes on each time; another reads on a Dask
cluster of two workers, one of which is killed half way. Both must leave the facts of a run that nothing disturbed: the
pages, codes, ticks, slips and pictures. Beside it, on one core: the same pages only decoded, and only zxing on them.
Aims: at most 500 MB, and no more at the end than when the caches are full: the last quarter of the pages at most a
twentieth above the one before (the database's own cache, 32 MB, is full after some 6,000); the facts identical.
"""

import hashlib
import io
import json
import os
import random
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.press import boxful  # noqa: E402
from bench.told import options, tell  # noqa: E402
from fallback.enrolment import open_installation  # noqa: E402
from fallback.ledger import queries  # noqa: E402
from fallback.reconcile import PageState  # noqa: E402

SEED = 4
AIM_MEGABYTES = 500
FLAT = 1.05
BATCH = "box"
BESIDE = 200  # pages that are only decoded
_DONE = re.compile(rb"(\d+) of (\d+) pages")
_WAIT = 120.0  # seconds for a killed command's workers, and for a cluster


@dataclass
class Run:
    """One run of the command: when its pages were done, and the memory of all its processes."""

    seconds: float = 0.0
    code: int | None = None
    samples: list[tuple[int, float]] = field(default_factory=list)  # pages done, MB
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def most(self) -> float:
        """The most memory, in MB."""
        return max(size for _, size in self.samples)

    def usual(self, first: float, last: float) -> float:
        """The memory in MB, on average, while the pages from one part to another were done, before the last was."""
        pages = max(done for done, _ in self.samples)
        sizes = [size for done, size in self.samples if first * pages <= done <= last * pages and done < pages]
        return statistics.mean(sizes) if sizes else self.most


class Command:
    """`python -m fallback scan` on the box, in a data folder of its own, watched while it runs."""

    def __init__(self, made: Path, folder: Path, *more: str) -> None:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("PARCHI_")} | {
            "PARCHI_DATA": str(folder),
            "PARCHI_HOSPITAL": str(boxful.HOSPITAL),
            "PARCHI_PASSPHRASE_FILE": str(made / "passphrase"),
            "PARCHI_STATE": os.environ["PARCHI_STATE"],
        }
        asked = [sys.executable, "-m", "fallback", "scan", str(made / "box.pdf"), "--batch", BATCH, "--json", *more]
        self.done = 0
        self._run = Run()
        self._start = time.monotonic()
        self._process = subprocess.Popen(
            asked, cwd=HOME, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._told = bytearray()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._listen, self._keep)]
        for thread in self._threads:
            thread.start()

    def until(self, done: int) -> bool:
        """Waits until so many pages are done; False when it ended before."""
        while self._process.poll() is None and self.done < done:
            time.sleep(0.02)
        return self._process.poll() is None

    def kill(self) -> None:
        """As a power cut would, and waits until its workers have noticed."""
        family = _family(self._process.pid)
        self._process.kill()
        self._process.wait()
        end = time.monotonic() + _WAIT
        while any(Path(f"/proc/{each}").exists() for each in family) and time.monotonic() < end:
            time.sleep(0.05)

    def end(self) -> Run:
        """Waits for its end, and gives what was seen. Raises RuntimeError when it failed."""
        while (code := self._process.poll()) is None:
            self._run.samples.append((self.done, sum(_megabytes(each) for each in _family(self._process.pid))))
            time.sleep(0.2)
        self._run.seconds, self._run.code = time.monotonic() - self._start, code
        for thread in self._threads:
            thread.join()
        if code not in (0, 4):
            raise RuntimeError(f"the command ended with {code}: {self._told[-2000:].decode(errors='replace')}")
        return self._run

    def _listen(self) -> None:
        stream = self._process.stderr
        while stream is not None and (piece := os.read(stream.fileno(), 4096)):
            self._told += piece
            found = _DONE.findall(self._told[-400:])
            self.done = int(found[-1][0]) if found else self.done

    def _keep(self) -> None:
        text = self._process.stdout.read() if self._process.stdout else b""
        if text.strip():
            self._run.report = json.loads(text)


def _family(root: int) -> list[int]:
    """A process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    found = [root]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def _megabytes(process: int) -> float:
    """Its part of the memory: what several share counts for each in part."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def facts(made: Path, folder: Path) -> dict[str, str]:
    """What a run left in the journal and in the store, by its kind, each as a hash; no times, no order of lines."""
    installation = open_installation(folder, (made / "passphrase").read_text(), clock=lambda: datetime.now(UTC))
    try:
        db = installation.ledger.db()
        rows = queries.pages(db)
        found: dict[str, list[object]] = {
            "pages": [(row.picture, row.file, row.page, row.batch, row.outcome, row.problem) for row in rows],
            "codes": [(row.picture, queries.codes(db, row.picture)) for row in rows],
            "ticks": [(row.picture, queries.forms(db, row.picture)) for row in rows],
            "slips": [(row.slip.record(), row.head) for row in queries.slips(db)],
            "batches": [(row.batch, sorted(row.outcomes.items())) for row in queries.batches(db)],
            "pictures": list(installation.pages.pictures()),
            "journal": [installation.ledger.verify().ok],
        }
        return {
            kind: hashlib.sha256("\n".join(sorted(map(repr, each))).encode()).hexdigest()
            for kind, each in found.items()
        }
    finally:
        installation.close()


def killed(made: Path, folder: Path, pages: int, times: int) -> int:
    """A run that is killed so many times and goes on; gives how often it was still at work when it was killed."""
    chance, kills = random.Random(SEED), 0
    moments = sorted(chance.randrange(pages) for _ in range(times - 1))
    for moment in (0, *moments):  # the first in its start: before, in or after the first page
        command = Command(made, folder)
        alive = command.until(moment)
        time.sleep(chance.uniform(0.0, 3.0 if not moment else 0.3))
        command.kill()
        kills += alive
    Command(made, folder).end()
    return kills


@contextmanager
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler with two workers of one thread each: its address, and the workers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address, dask = f"tcp://127.0.0.1:{port}", str(Path(sys.executable).parent / "dask")
    plain = {"cwd": HOME, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with tempfile.TemporaryDirectory(prefix="parchi-dask-") as scratch:
        asked: list[list[str]] = [[dask, "scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]]
        asked += [
            [dask, "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", scratch]
        ] * 2
        running = [subprocess.Popen(each, **plain) for each in asked]  # type: ignore[call-overload]
        try:
            yield address, running[1:]
        finally:
            for each in running:
                each.kill()
                each.wait()


def on_a_cluster(made: Path, folder: Path, pages: int) -> Run:
    """A run on two workers, one of which dies half way."""
    with cluster() as (address, workers):
        time.sleep(3.0)  # both have come; one that comes later is as good
        command = Command(made, folder, "--dask", address)
        if not command.until(pages // 2):
            raise RuntimeError("the run on the cluster ended before its worker could be killed")
        workers[0].send_signal(signal.SIGKILL)
        return command.end()


def beside(made: Path, folder: Path) -> dict[str, float]:
    """Pages a second of one core, for pages of this box as they are stored: only decoded, and only zxing."""
    installation = open_installation(folder, (made / "passphrase").read_text(), clock=lambda: datetime.now(UTC))
    try:
        names = [row.picture for row in queries.pages(installation.ledger.db()) if row.outcome != "problem"]
        contents = [installation.pages.get(each) for each in names[:: max(1, len(names) // BESIDE)]]
    finally:
        installation.close()
    formats = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])

    def decoded(content: bytes) -> Image.Image:
        with Image.open(io.BytesIO(content)) as picture:
            return picture.convert("L")

    def read(content: bytes) -> object:
        return zxingcpp.read_barcodes(decoded(content), formats=formats)

    ways: dict[str, Callable[[bytes], object]] = {"only decoded": decoded, "only zxing": read}
    speeds = {}
    for name, way in ways.items():
        start = time.process_time()
        for content in contents:
            way(content)
        speeds[f"{name}, one core"] = round(len(contents) / (time.process_time() - start), 1)
    return speeds


def box(pages: int) -> Path:
    """The pages and the data folder that signed them: made by a process of its own, so that its memory is not ours."""
    source = hashlib.sha256(Path(boxful.__file__).read_bytes()).hexdigest()[:8]
    folder = Path(tempfile.gettempdir()) / f"parchi-box-{pages}-{SEED}-{source}"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        asked = [sys.executable, "-m", "bench.press.boxful", str(pages), str(SEED), str(folder)]
        subprocess.run(asked, cwd=HOME, check=True)
    return folder


def measure(pages: int, kills: int) -> tuple[list[dict[str, Any]], bool]:
    """The rows, and whether the aims are met."""
    made, rows = box(pages), list[dict[str, Any]]()

    def row(what: str, ours: object, unit: str, peers: dict[str, Any] | None = None) -> None:
        rows.append({"what": what, "ours": ours, "peers": peers or {}, "unit": unit})

    with tempfile.TemporaryDirectory(prefix="parchi-batches-") as place:
        os.environ["PARCHI_STATE"] = str(Path(place) / "state")
        folders = [Path(place) / name for name in ("calm", "killed", "cluster")]
        for folder in folders:
            shutil.copytree(made / "data", folder)
        calm = Command(made, folders[0]).end()
        wanted = facts(made, folders[0])
        speeds = beside(made, folders[0])
        shutil.rmtree(folders[0])
        died = killed(made, folders[1], pages, kills)
        after = facts(made, folders[1])
        shutil.rmtree(folders[1])
        spread = on_a_cluster(made, folders[2], pages)
        far = facts(made, folders[2])
    first, third, last = (calm.usual(start, end) for start, end in ((0.01, 0.25), (0.5, 0.75), (0.75, 1.0)))
    flat = last / third
    states: dict[str, int] = calm.report["states"]
    row("pages in one PDF", calm.report["pages"], "pages", {each.value: states[each.value] for each in PageState})
    row("taken in", round(pages / calm.seconds, 1), "pages a second, all cores", speeds | {"cores": os.cpu_count()})
    row("memory of all processes, most", round(calm.most), "MB", {"aim, at most": AIM_MEGABYTES})
    row("memory, last quarter to the one before", round(flat, 2), "times", {"aim, at most": FLAT})
    row("memory, last quarter to first", round(last / first, 2), "times")
    row("identical after being killed", int(after == wanted), "of 1", {"kills": died, "differ": _differ(after, wanted)})
    row("identical on Dask, a worker lost", int(far == wanted), "of 1", {"differ": _differ(far, wanted)})
    row("on Dask, two workers, then one", round(pages / spread.seconds, 1), "pages a second")
    read = states[PageState.READ.value] + states[PageState.REPEAT.value]
    ok = calm.most <= AIM_MEGABYTES and flat <= FLAT and after == wanted == far and died > 0 and read > 0.8 * pages
    return rows, ok and calm.report["pages"] == pages


def _differ(found: dict[str, str], wanted: dict[str, str]) -> str:
    return ", ".join(kind for kind, each in wanted.items() if found[kind] != each) or "nothing"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    given = options(__doc__, "200 pages and three kills instead of 10,000 and ten").parse_args(arguments)
    rows, ok = measure(200, 3) if given.quick else measure(10_000, 10)
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
