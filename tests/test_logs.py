"""The access log: whole under threads, processes, crashes and a full disk; closed, proved, exported, destroyed."""

import csv
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from fallback import custody, hospital_file, logbook
from fallback.enrolment import Installation
from fallback.errors import HospitalFileWrong, LogsKept
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.events import events
from fallback.logbook import COLUMNS, Logbook
from tests import factories

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


class Clock:
    """A clock that is set by hand."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def lines(folder: Path, day: str = "2026-11-23") -> list[dict[str, str]]:
    return list(logbook.rows(folder, day))


def sequences(folder: Path) -> list[int]:
    return [int(row["sequence"]) for day in logbook.days(folder) for row in lines(folder, day)]


def test_a_line_has_local_time_and_utc_apart_and_the_offset_known_then(tmp_path: Path) -> None:
    offset: list[int | None] = [None, -90]
    log = Logbook(tmp_path / "logs", Clock(), lambda: offset.pop(0))
    log.write("started", "web")
    log.write("request", "frontdesk.desk", address="10.1.2.3", login="asha", role="clerk", method="POST", status=200)
    first, second = lines(tmp_path / "logs")
    assert tuple(first) == COLUMNS
    assert first["utc"] == "2026-11-23T04:00:00.000Z"
    assert first["local"] == "2026-11-23T09:30:00.000+05:30"
    assert [first["clock_offset_seconds"], second["clock_offset_seconds"]] == ["", "-90"]
    assert second["sequence"] == "2"
    assert (second["login"], second["address"], second["endpoint"]) == ("asha", "10.1.2.3", "frontdesk.desk")


@pytest.mark.parametrize(
    "bad", ["=1+1", "+cmd|' /C calc'!A0", "-2", "@SUM(A1)", 'a","b', "a\nb", "\t=1", "\uff1d1", "अ" * 500, ""]
)
def test_no_cell_is_a_formula_and_no_line_is_broken(tmp_path: Path, bad: str) -> None:
    log = Logbook(tmp_path / "logs", Clock())
    log.write("request", bad, address=bad, login=bad, role=bad, method=bad)
    log.write("request", "after")
    found = lines(tmp_path / "logs")
    assert [row["sequence"] for row in found] == ["1", "2"]
    for name in ("endpoint", "login", "role", "address", "method"):
        assert not found[0][name].startswith(("=", "+", "-", "@", "\t", "\uff1d"))
    with (tmp_path / "logs" / "2026-11-23.csv").open(newline="") as file:
        assert {len(row) for row in csv.reader(file)} == {len(COLUMNS)}


def test_threads_and_two_processes_leave_no_gap_and_no_double(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    program = (
        "import sys; from datetime import UTC, datetime; from pathlib import Path\n"
        "from fallback.logbook import Logbook\n"
        "log = Logbook(Path(sys.argv[1]), lambda: datetime(2026, 11, 23, 4, tzinfo=UTC))\n"
        "print(sum(log.write('request', 'b') for _ in range(300)))"
    )
    other = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True)
    log = Logbook(folder, Clock())
    written: list[bool] = []
    threads = [
        threading.Thread(target=lambda: written.extend(log.write("request", "a") for _ in range(60))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = int(other.communicate(timeout=60)[0]) + sum(written)
    found = sequences(folder)
    assert found == list(range(1, len(found) + 1))
    assert sum(row["event"] == "request" for row in lines(folder)) == told
    assert logbook.look(folder, "2026-11-23").gaps == ()


@pytest.mark.parametrize("torn", [b"3", b"3,2026-11-2", b"3,2026-11-23T04:00:00.000Z,2026", b"\0" * 9000, b'3,"'])
def test_a_torn_last_line_is_closed_and_the_next_goes_on(tmp_path: Path, torn: bytes) -> None:
    log = Logbook(tmp_path / "logs", Clock())
    log.write("request", "a")
    log.write("request", "b")
    file = tmp_path / "logs" / "2026-11-23.csv"
    with file.open("ab") as end:
        end.write(torn)
    again = Logbook(tmp_path / "logs", Clock())
    assert again.write("started", "web")
    look = logbook.look(tmp_path / "logs", "2026-11-23")
    assert (look.lines, look.torn) == (3, 1)
    assert look.last in (3, 4)
    assert [row["event"] for row in lines(tmp_path / "logs")][-1] == "started"


def test_a_full_disk_is_counted_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = Logbook(tmp_path / "logs", Clock())
    log.write("request", "a")
    write = os.write

    def full(handle: int, content: bytes) -> int:
        return write(handle, content[:7])

    monkeypatch.setattr(os, "write", full)
    assert not log.write("request", "b")
    assert not log.write("request", "c")
    assert log.lost == 2
    monkeypatch.undo()
    assert log.write("request", "d")
    found = lines(tmp_path / "logs")
    assert [(row["event"], row["endpoint"], row["status"]) for row in found[-2:]] == [
        ("lines_lost", "2 lines", ""), ("request", "d", ""),
    ]  # fmt: skip
    assert logbook.look(tmp_path / "logs", "2026-11-23").torn == 2
    assert log.lost == 0


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file in its place")
    log = Logbook(tmp_path / "logs", Clock())
    assert not log.write("request", "a")
    assert log.lost == 1


def test_the_order_is_the_sequence_also_when_the_clock_is_set_back(tmp_path: Path) -> None:
    clock = Clock()
    log = Logbook(tmp_path / "logs", clock)
    log.write("request", "monday")
    clock.now += timedelta(days=1)
    log.write("request", "tuesday")
    logbook.close(tmp_path / "logs", "2026-11-23")
    clock.now -= timedelta(days=1)
    log.write("request", "monday again")
    assert logbook.days(tmp_path / "logs") == ["2026-11-23", "2026-11-23.2", "2026-11-24"]
    assert [row["sequence"] for row in lines(tmp_path / "logs", "2026-11-23.2")] == ["3"]
    clock.now += timedelta(days=1)
    log.write("request", "tuesday again")
    assert [row["sequence"] for row in lines(tmp_path / "logs", "2026-11-24")] == ["2", "4"]


@pytest.fixture
def days(installation: Installation) -> tuple[Installation, Path, Clock]:
    """Three days of log, of which two are over."""
    folder, clock = installation.folder / "logs", Clock()
    log = Logbook(folder, clock)
    for _ in range(3):
        for _ in range(4):
            log.write("request", "frontdesk.desk")
        clock.now += timedelta(days=1)
    clock.now -= timedelta(days=1)
    return installation, folder, clock


def test_finished_days_are_closed_once_and_proved(days: tuple[Installation, Path, Clock]) -> None:
    made, folder, clock = days
    assert custody.close_logs(made.ledger, folder, clock()) == ["2026-11-23", "2026-11-24"]
    assert custody.close_logs(made.ledger, folder, clock()) == []
    told = events(made.ledger.db(), FactKind.LOGS_CLOSED)
    assert [event.content["lines"] for event in told] == [4, 4]
    report = custody.verify_logs(made.ledger, folder)
    assert report.ok and len(report.days) == 3


TAMPER: dict[str, Callable[[Path], object]] = {
    "a letter": lambda file: file.write_bytes(file.read_bytes().replace(b"desk", b"dusk", 1)),
    "a line less": lambda file: file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1])),
    "two lines swapped": lambda file: file.write_bytes(b"".join(sorted(file.read_bytes().splitlines(keepends=True)))),
    "the file": lambda file: file.unlink(),
}


@pytest.mark.parametrize("what", TAMPER)
def test_a_closed_day_that_was_touched_is_found(days: tuple[Installation, Path, Clock], what: str) -> None:
    made, folder, clock = days
    custody.close_logs(made.ledger, folder, clock())
    file = folder / "2026-11-24.csv"
    file.chmod(0o600)
    TAMPER[what](file)
    found = custody.verify_logs(made.ledger, folder)
    assert "2026-11-24" in {trouble.day for trouble in found.troubles}


def test_a_line_cut_out_of_today_is_found_by_its_sequence(days: tuple[Installation, Path, Clock]) -> None:
    made, folder, _ = days
    file = folder / "2026-11-25.csv"
    rows = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*rows[:2], *rows[3:]]))
    assert [trouble.day for trouble in custody.verify_logs(made.ledger, folder).troubles] == ["2026-11-25"]


def test_an_export_has_the_files_and_a_list_of_hashes(days: tuple[Installation, Path, Clock], tmp_path: Path) -> None:
    made, folder, clock = days
    custody.close_logs(made.ledger, folder, clock())
    found = custody.export_logs(made.ledger, folder, tmp_path / "out", date(2026, 11, 24), date(2026, 11, 25))
    assert [each.day for each in found] == ["2026-11-24", "2026-11-25"]
    listed = list(csv.DictReader((tmp_path / "out" / "hashes.csv").open()))
    assert [row["file"] for row in listed] == ["2026-11-24.csv", "2026-11-25.csv"]
    assert listed[0]["closed_in_journal"].startswith(made.ledger.chain) and listed[1]["closed_in_journal"] == ""
    assert (tmp_path / "out" / "2026-11-24.csv").read_bytes() == (folder / "2026-11-24.csv").read_bytes()


def test_the_rule_destroys_what_is_due_and_nothing_else(days: tuple[Installation, Path, Clock]) -> None:
    made, folder, clock = days
    hospital = replace(factories.hospital(), keep_logs=180)
    custody.close_logs(made.ledger, folder, clock())
    later = clock.now + timedelta(days=180)
    with pytest.raises(LogsKept):
        custody.destroy_logs(made.ledger, folder, hospital, later, by="asha")
    Logbook(folder, Clock(later)).write("request", "later")
    assert custody.destroy_logs(made.ledger, folder, hospital, later, by="meena", dry_run=True) == [
        "2026-11-23", "2026-11-24",
    ]  # fmt: skip
    assert len(logbook.days(folder)) == 4
    custody.destroy_logs(made.ledger, folder, hospital, later, by="meena")
    assert logbook.days(folder) == ["2026-11-25", "2027-05-24"]
    report = custody.verify_logs(made.ledger, folder)
    assert report.ok and report.destroyed == 2


@pytest.mark.parametrize("days", ["179", "0", "-1", "36526", '"year"', "true"])
def test_the_rule_of_the_log_is_never_below_180_days(tmp_path: Path, days: str) -> None:
    file = tmp_path / "hospital.toml"
    text = (Path(__file__).parent.parent / "hospital.toml").read_text(encoding="utf-8")
    file.write_text(f"{text}\n[logs]\nkeep_days = {days}\n", encoding="utf-8")
    with pytest.raises(HospitalFileWrong, match="keep_days"):
        hospital_file.load(file)
    file.write_text(f"{text}\n[logs]\nkeep_days = 400\n", encoding="utf-8")
    assert hospital_file.load(file).keep_logs == 400
    assert hospital_file.load(Path(__file__).parent.parent / "hospital.toml").keep_logs == 365
