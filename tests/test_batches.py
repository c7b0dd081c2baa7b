"""Batches of scans: stored before they are read, stopped, killed, gone on with, repeated, extended: the same facts."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fallback import frontdesk
from fallback.cli import group, watch
from fallback.enrolment import Installation, open_installation
from fallback.errors import DiskFull, ParchiError
from fallback.evidence import PageStore
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.reconcile import PageState
from fallback.recovery import Progress, ScanReport, scan
from fallback.recovery.forms import PageForms
from fallback.rehearsal.pen import BLACK, Stroke, mark
from fallback.scanning import page_picture, read_marks
from fallback.scanning.codes import read_codes
from tests import boxes, factories

BATCH = "box 7"
SLIPS = 80
REPEATS = 8  # the same picture again
PAGES = SLIPS + SLIPS // 7 + REPEATS


@pytest.fixture
def here() -> Iterator[Executor]:
    """Reads in this process: no worker has to start. (Files are unpacked by workers even so.)"""
    with ThreadPoolExecutor(1) as executor:
        yield executor


@pytest.fixture
def pdf(installation: Installation, tmp_path: Path) -> Path:
    boxes.box(installation, tmp_path / "box.pdf", SLIPS)
    return tmp_path / "box.pdf"


def take(installation: Installation, *sources: Path, batch: str = BATCH, **more: Any) -> ScanReport:
    return scan(installation, factories.hospital(), sources, batch=batch, by="ravi", workers=1, **more)


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes data folders that are one and the same installation, with the box beside it that all of them scan."""
    first = tmp_path_factory.mktemp("first") / "data"
    made = factories.installation(first)
    boxes.box(made, first.parent / "box.pdf", SLIPS)
    made.close()

    def copy() -> Path:
        folder = tmp_path_factory.mktemp("twin")
        shutil.copytree(first, folder / "data")
        shutil.copy(first.parent / "box.pdf", folder)
        (folder / "secret").write_text(factories.PASSPHRASE)
        return folder / "data"

    return copy


def opened(folder: Path) -> Installation:
    return open_installation(folder, factories.PASSPHRASE, clock=factories.clock())


@pytest.fixture(scope="module")
def undisturbed(twin: Callable[[], Path]) -> dict[FactKind, list[Any]]:
    """The facts of the box when nothing happens."""
    folder = twin()
    installation = opened(folder)
    report = take(installation, folder.parent / "box.pdf")
    assert (report.read, report.again, report.unread) == (SLIPS, REPEATS, 0), report.record()
    found = boxes.facts(installation)
    installation.close()
    return found


def test_every_page_is_kept_and_ends_in_one_state(installation: Installation, pdf: Path, here: Executor) -> None:
    (pdf.parent / "note.txt").write_text("no scan")
    told: list[Progress] = []
    report = take(installation, pdf, pdf.parent / "note.txt", executor=here, progress=told.append)
    db = installation.ledger.db()
    rows = queries.pages(db)
    assert report.pages == told[-1].done == told[-1].total == sum(report.states.values())
    assert report.states == told[-1].states
    assert report.states == {
        PageState.READ: SLIPS,
        PageState.BLANK: SLIPS // 7,
        PageState.REPEAT: REPEATS,
        PageState.NEEDS_EYES: 1,
    }
    assert [told[0].stage, told[0].total, told[-1].stage] == ["unpacking", 0, "reading"]
    for row in rows:
        if row.outcome != "problem":
            assert sha256(installation.pages.get(row.picture)).hexdigest() == row.picture
    (batch,) = queries.batches(db)
    assert (batch.pages, batch.outcomes["read"], batch.outcomes["waiting"]) == (report.pages, SLIPS, 0)
    assert [item.file for item in report.work] == ["note.txt"]
    assert len(list(queries.slips(db))) == SLIPS
    assert installation.ledger.rebuild_views()


def test_a_page_is_durable_before_anything_reads_it(installation: Installation, pdf: Path) -> None:
    class Asks(ThreadPoolExecutor):
        """An executor that looks into store and journal before it reads."""

        def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
            if args and isinstance(args[0], bytes):
                picture = sha256(args[0]).hexdigest()
                assert installation.pages.get(picture) == args[0]
                asked = "SELECT batch FROM stored WHERE picture = ?"
                assert installation.ledger.db().execute(asked, (picture,)).fetchone() == (BATCH,)
                seen.append(picture)
            return super().submit(fn, *args, **more)

    seen: list[str] = []
    with Asks(1) as executor:
        take(installation, pdf, executor=executor)
    assert len(seen) >= SLIPS


def test_repeated_it_changes_nothing_and_extended_it_adds(
    installation: Installation, pdf: Path, tmp_path: Path, here: Executor
) -> None:
    first = take(installation, pdf, executor=here)
    before = sum(1 for _ in installation.ledger.lines())
    again = take(installation, pdf, executor=here)
    assert (again.again, again.read) == (first.pages, 0)
    assert sum(1 for _ in installation.ledger.lines()) == before
    boxes.page(installation, SLIPS + 1).save(tmp_path / "one more.jpg", quality=70)
    more = take(installation, pdf, tmp_path / "one more.jpg", executor=here)
    assert (more.read, more.again) == (1, first.pages)
    (batch,) = queries.batches(installation.ledger.db())
    assert batch.pages == first.pages + 1
    other = take(installation, pdf, batch="box 8", executor=here)
    assert other.again == first.pages
    (_, row) = queries.batches(installation.ledger.db())
    assert row.outcomes == {"repeat": first.pages}


def test_stopped_and_gone_on_with_the_facts_are_the_same(
    twin: Callable[[], Path], undisturbed: dict[FactKind, list[Any]], here: Executor
) -> None:
    folder = twin()
    installation = opened(folder)
    stops = 0
    while True:
        left = iter(range(25 * (stops + 1)))
        stop = lambda left=left: next(left, None) is None  # noqa: E731
        report = take(installation, folder.parent / "box.pdf", executor=here, stop=stop)
        if not report.stopped:
            break
        stops += 1
    assert stops > 1
    found = boxes.facts(installation)
    installation.close()
    assert found == undisturbed


def test_what_was_stored_is_read_without_its_files(
    twin: Callable[[], Path], undisturbed: dict[FactKind, list[Any]], here: Executor
) -> None:
    folder = twin()
    installation = opened(folder)

    def dies(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(installation, folder.parent / "box.pdf", executor=here, progress=dies)
    waiting = queries.unread(installation.ledger.db(), BATCH)
    assert waiting
    assert queries.batches(installation.ledger.db())[0].outcomes["waiting"] == len({row[2] for row in waiting})
    told: list[Progress] = []
    report = take(installation, executor=here, progress=told.append)
    assert report.pages == told[-1].total >= len({row[2] for row in waiting})
    assert queries.unread(installation.ledger.db(), BATCH) == []
    take(installation, folder.parent / "box.pdf", executor=here)
    found = boxes.facts(installation)
    installation.close()
    assert found == undisturbed


def test_a_page_that_the_store_lost_is_a_problem_and_the_next_is_read(
    installation: Installation, pdf: Path, here: Executor
) -> None:
    def dies(progress: Progress) -> None:
        if progress.done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take(installation, pdf, executor=here, progress=dies)
    waiting = queries.unread(installation.ledger.db(), BATCH)
    lost, damaged, *rest = dict.fromkeys(picture for _, _, picture in waiting)
    installation.pages.remove(lost)
    path = next(installation.folder.rglob(f"{damaged}*"))
    path.write_bytes(path.read_bytes()[:-1])
    report = take(installation, executor=here)
    assert (report.outcomes["problem"], sum(report.outcomes.values())) == (1, 1 + len(rest))
    assert [row[2] for row in queries.unread(installation.ledger.db(), BATCH)] == [lost]
    take(installation, pdf, executor=here)
    assert queries.unread(installation.ledger.db(), BATCH) == []
    assert sha256(installation.pages.get(damaged)).hexdigest() == damaged, "scanned again, the picture is whole again"


def test_a_full_disk_ends_it_with_a_sentence_and_it_goes_on(
    twin: Callable[[], Path],
    undisturbed: dict[FactKind, list[Any]],
    here: Executor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = twin()
    installation = opened(folder)
    put, times = PageStore.put, iter(range(9))

    def full(store: PageStore, pages: Any) -> None:
        if next(times) == 1:
            raise DiskFull(folder=store.folder)
        put(store, pages)

    with monkeypatch.context() as patched:
        patched.setattr(PageStore, "put", full)
        with pytest.raises(DiskFull):
            take(installation, folder.parent / "box.pdf", executor=here)
    take(installation, folder.parent / "box.pdf", executor=here)
    found = boxes.facts(installation)
    installation.close()
    assert found == undisturbed


def test_what_was_destroyed_by_rule_is_not_kept_again(installation: Installation, pdf: Path, here: Executor) -> None:
    take(installation, pdf, executor=here)
    picture = queries.pages(installation.ledger.db())[0].picture
    content = {"pictures": [picture], "reason": "the hospital said so"}
    installation.ledger.write(lambda tx: tx.append(FactKind.PICTURES_DESTROYED, content))
    installation.pages.remove(picture)
    assert take(installation, pdf, executor=here).read == 0
    assert not installation.pages.has(picture)


def test_the_ticks_of_a_real_hospital_copy_become_facts(
    installation: Installation, tmp_path: Path, here: Executor
) -> None:
    counter, per_mm = factories.counter(installation), 200 / 25.4
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    issued = frontdesk.register(counter, shift.key, factories.registration())
    (tmp_path / "slip.pdf").write_bytes(frontdesk.sheet(counter, issued))
    sheet = page_picture(tmp_path / "slip.pdf").picture  # an A4: patient's copy and hospital's copy
    assert sheet is not None
    forms = PageForms(factories.hospital(), installation.keys(), drill=False)
    readings = [
        reading
        for code in read_codes(sheet)
        for form in forms.around(code.text)
        if (reading := read_marks(sheet, form, code.corners))
    ]
    (reading,) = readings
    for name in ("outcome.seen", "outcome.admitted"):
        left, top, right, bottom = next(box.area for box in reading.form.boxes if box.name == name)
        (x, y), (to_x, to_y) = reading.plane.at(left, top), reading.plane.at(right, bottom)
        mark(
            sheet, (x / per_mm, y / per_mm, to_x / per_mm, to_y / per_mm), Stroke.CROSS, BLACK, random.Random(1), per_mm
        )
    sheet.save(tmp_path / "back.jpg", quality=80)
    tear = round(sheet.height * 198 / 297)
    sheet.crop((0, 0, sheet.width, tear)).save(tmp_path / "patients.jpg", quality=80)
    (tmp_path / "slip.pdf").unlink()
    report = take(installation, tmp_path / "back.jpg", tmp_path / "patients.jpg", executor=here)
    assert report.outcomes == {"read": 1, "repeat": 1}, report.record()
    page = queries.pages(installation.ledger.db())[0]
    (form,) = queries.forms(installation.ledger.db(), page.picture)
    assert (form.form, form.sure) == ("slip.hospital", True)
    assert form.marks == {"outcome.seen": "ticked", "outcome.admitted": "ticked"}
    assert queries.codes(installation.ledger.db(), page.picture)[form.place].number == issued.row.slip.number.text


# --- Killed, as a process


def command(folder: Path, *words: str | Path) -> list[str | Path]:
    run: list[str | Path] = [sys.executable, "-m", "fallback", "--data", folder]
    return [*run, "--passphrase-file", folder.parent / "secret", "scan", *words]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_any_moment_it_ends_with_the_same_facts(
    twin: Callable[[], Path], undisturbed: dict[FactKind, list[Any]]
) -> None:
    folder, chance, killed = twin(), random.Random(4), 0
    home = Path(__file__).parent.parent
    words = command(folder, folder.parent / "box.pdf", "--batch", BATCH, "--by", "ravi", "--workers", "1")
    for _ in range(4):
        running = subprocess.Popen(
            words, cwd=home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        assert running.stderr is not None
        os.read(running.stderr.fileno(), 1)  # the first line of its progress: it reads, or has read
        time.sleep(chance.uniform(0, 0.4))
        running.send_signal(signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
        running.stderr.close()
    done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=False)
    assert (done.returncode, killed > 0) == (0, True), done.stderr
    installation = opened(folder)
    found, left = boxes.facts(installation), queries.unread(installation.ledger.db(), BATCH)
    installation.close()
    assert left == []
    assert found == undisturbed


# --- On a cluster


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_two_workers_of_a_cluster_of_which_one_is_killed(
    twin: Callable[[], Path], undisturbed: dict[FactKind, list[Any]]
) -> None:
    distributed = pytest.importorskip("distributed", reason="distributed is not installed: see requirements-more.txt")
    folder = twin()
    installation = opened(folder)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as cluster,
        distributed.Client(cluster) as client,
    ):
        workers = [worker["id"] for worker in client.scheduler_info()["workers"].values()]
        pids = list(client.run(os.getpid).values())
        killed: list[int] = []

        def kill(progress: Progress) -> None:
            if progress.done and not killed:
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        executor = client.get_executor(pure=False)
        report = take(installation, folder.parent / "box.pdf", executor=executor, progress=kill)
    assert (len(workers), len(killed), report.read) == (2, 1, SLIPS)
    found = boxes.facts(installation)
    installation.close()
    assert found == undisturbed


def test_a_cluster_that_is_not_there_is_one_sentence(twin: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = twin()
    words = command(folder, folder.parent / "box.pdf")[3:]
    monkeypatch.setitem(sys.modules, "distributed", None)
    answer = CliRunner().invoke(group, [str(word) for word in [*words, "--dask", "tcp://127.0.0.1:1"]])
    assert answer.exit_code == 3
    assert "requirements-more.txt" in answer.output
    monkeypatch.undo()
    pytest.importorskip("distributed", reason="distributed is not installed: see requirements-more.txt")
    for address in ("tcp://127.0.0.1:1", "nonsense"):
        answer = CliRunner().invoke(group, [str(word) for word in [*words, "--dask", address]])
        assert (answer.exit_code, isinstance(answer.exception, ParchiError)) == (5, False)
        assert "No Dask scheduler answers" in answer.output


# --- The command


def test_ctrl_c_ends_it_after_a_page_and_says_how_to_go_on(
    twin: Callable[[], Path], undisturbed: dict[FactKind, list[Any]]
) -> None:
    folder, home = twin(), Path(__file__).parent.parent
    words = command(folder, folder.parent / "box.pdf", "--batch", BATCH, "--by", "ravi", "--workers", "1")
    running = subprocess.Popen(words, cwd=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)
    assert running.stderr is not None
    os.read(running.stderr.fileno(), 1)
    os.killpg(running.pid, signal.SIGINT)  # as a terminal does: to the workers, too
    _, told = running.communicate()
    assert b"Traceback" not in told
    assert (running.returncode, b'--batch "box 7"' in told) == (130, True)
    done = subprocess.run([*words, "--json"], cwd=home, capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    assert report["states"]["read"] + report["states"]["repeat"] + report["states"]["blank"] == report["pages"]
    assert f"of {PAGES} pages" in done.stderr
    installation = opened(folder)
    found = boxes.facts(installation)
    installation.close()
    assert found == undisturbed


class Clock:
    """A time that goes on when somebody sleeps; what is scripted for a second then happens."""

    def __init__(self, *script: Callable[[], object]) -> None:
        self.now, self.script = 0.0, list(script)

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.script:
            self.script.pop(0)()


def test_a_watched_folder_gives_a_file_when_nothing_writes_it_any_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growing, later = tmp_path / "growing.pdf", tmp_path / "2026" / "later.pdf"

    def write(path: Path, content: bytes) -> Callable[[], object]:
        path.parent.mkdir(exist_ok=True)
        return lambda: path.write_bytes(content)

    def nothing() -> None:
        pass

    write(tmp_path / ".hidden", b"x")()
    write(tmp_path / "first.pdf", b"x")()
    clock = Clock(
        write(growing, b"1"), write(growing, b"12"), nothing, write(growing, b"123"), write(later, b"1"),
        *[nothing] * 4, write(growing, b"1234"), *[nothing] * 6,
    )  # fmt: skip
    monkeypatch.setattr(watch, "time", clock)
    found = list(watch.finished([tmp_path], lambda: not clock.script))
    assert [[path.name for path in paths] for paths in found] == [
        ["first.pdf"],
        ["growing.pdf"],
        ["later.pdf"],
        ["growing.pdf"],
    ]


def test_what_a_command_cannot_do_is_said(twin: Callable[[], Path]) -> None:
    folder = twin()
    for more, code, words in (
        ([], 2, "Say which files"),
        (["--watch"], 2, "Say which files"),
        ([str(folder / "nowhere"), "--watch"], 2, "nowhere is not there"),
    ):
        answer = CliRunner().invoke(group, [str(word) for word in command(folder, *more)[3:]])
        assert (answer.exit_code, words in answer.output) == (code, True), answer.output
