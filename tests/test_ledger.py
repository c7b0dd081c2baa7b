"""The journal and its writer: many at once, killed, filled up, tampered with; nothing acknowledged is lost."""

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from fallback.errors import (
    FactRefused,
    FieldWrong,
    FolderReadOnly,
    JournalBusy,
    JournalDamaged,
    JournalLocked,
    LedgerClosed,
    LineWrong,
    ParchiError,
    SeriesUsedUp,
)
from fallback.ledger import Carrier, Ledger, Transaction
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line, next_line
from fallback.vault import Vault
from tests import hurt
from tests.journals import CHEAP, NAME, PASSPHRASE, START, again, clock, issue, make, note

TOP = Path(__file__).parent.parent


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with make(tmp_path / "data") as made:
        yield made


def _numbers(ledger: Ledger) -> list[str]:
    return [line.content["slip"]["number"] for line in ledger.lines() if "slip" in line.content]


def _run(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", *words], cwd=TOP, stdout=subprocess.PIPE)


# --- Lines ----------------------------------------------------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@given(content=st.dictionaries(_UNICODE, _JSON, max_size=4), payload=st.binary(max_size=50), by=_UNICODE)
def test_a_line_is_read_back_as_it_was_written(content: dict[str, Any], payload: bytes, by: str) -> None:
    line = next_line(
        "a" * 16, 0, ZEROS, START, FactKind.SLIP_HELD, content, payload=payload, series=3, shift="003.1", by=by
    )
    back = Line.parse(line.text)
    assert (back, back.hash) == (line, line.hash)


def test_a_line_has_both_times_and_names_the_one_before(ledger: Ledger) -> None:
    first, second = ledger.write(note()), ledger.write(note("again"))
    assert (first.at, first.local) == (START, "2026-11-23T09:30:00+05:30")
    assert (first.previous, second.previous) == (ZEROS, first.hash)
    assert (first.chain, first.sequence, second.sequence) == (ledger.chain, 1, 2)
    assert json.loads(second.text)["previous"] == first.hash.hex()
    at, local = ledger.db().execute("SELECT at, local FROM line WHERE sequence = 1").fetchone()
    assert (at, local) == ("2026-11-23T04:00:00.000000+00:00", "2026-11-23T09:30:00+05:30")


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "[" * 100_000, '{"version":1}', '{"version":2}', "\udcff", '{"version":1e999}'],
)
def test_a_text_that_is_no_line_is_refused(text: str) -> None:
    with pytest.raises(LineWrong):
        Line.parse(text)


def test_a_line_that_is_not_canonical_is_refused(ledger: Ledger) -> None:
    text = ledger.write(note()).text
    record = json.loads(text)
    for wrong in (
        text + " ",
        text.replace('"by"', ' "by"'),
        text.replace("page_decided", "page_eaten"),
        json.dumps(record | {"more": 1}),
        json.dumps(record | {"chain": "../../etc"}, sort_keys=True, separators=(",", ":")),
        json.dumps(record | {"sequence": -1}, sort_keys=True, separators=(",", ":")),
        json.dumps(record | {"series": True}, sort_keys=True, separators=(",", ":")),
        json.dumps(record | {"at": "2026-11-23T04:00:00"}, sort_keys=True, separators=(",", ":")),
    ):
        with pytest.raises(LineWrong):
            Line.parse(wrong)


# --- Writing --------------------------------------------------------------------------------------------------------


def test_twenty_threads_get_distinct_numbers_without_a_gap(ledger: Ledger) -> None:
    gate = threading.Barrier(20)

    def desk(_: int) -> list[str]:
        gate.wait()
        return [ledger.write(issue(101)).text for _ in range(10)]

    with ThreadPoolExecutor(20) as pool:
        given = [number for numbers in pool.map(desk, range(20)) for number in numbers]
    assert sorted(int(number[3:9]) for number in given) == list(range(1, 201))
    assert sorted(_numbers(ledger)) == sorted(given)
    tokens = [line.content["slip"]["token"] for line in ledger.lines()]
    assert tokens == list(range(1, 201))
    assert ledger.verify().ok


def test_a_failing_job_rolls_back_alone(ledger: Ledger) -> None:
    gate, entered = threading.Event(), threading.Event()

    def slow(tx: Transaction) -> None:
        entered.set()
        gate.wait(10)
        tx.append(FactKind.PAGE_DECIDED, {"picture": "slow", "decision": "d", "reason": ""})

    def failing(tx: Transaction) -> None:
        issue(101)(tx)
        raise ZeroDivisionError("a job's own mistake")

    def leaving(tx: Transaction) -> None:
        issue(101)(tx)
        sys.exit(3)

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(ledger.write, slow)
        entered.wait(10)  # the others come while it runs: they share the next transaction
        jobs = [pool.submit(ledger.write, job) for job in (issue(101), failing, issue(101), leaving, issue(101))]
        gate.set()
        first.result()
        assert isinstance(jobs[1].exception(), ZeroDivisionError)
        assert isinstance(jobs[3].exception(), SystemExit)
        serials = [jobs[place].result() for place in (0, 2, 4)]
    assert sorted(str(number)[3:9] for number in serials) == ["000001", "000002", "000003"]
    assert [line.fact for line in ledger.lines()] == [FactKind.PAGE_DECIDED] + [FactKind.SLIP_ISSUED] * 3
    assert ledger.verify().ok


def test_two_numbers_in_one_job_differ_and_die_with_it(ledger: Ledger) -> None:
    def two(tx: Transaction) -> tuple[int, ...]:
        taken = [tx.take_number(101).serial, tx.take_number(101).serial, tx.take_number(102).serial]
        return (*taken, tx.take_token(101, 7, "2026-11-23"), tx.take_token(101, 7, "2026-11-23"))

    assert ledger.write(two) == (1, 2, 1, 1, 2)
    assert ledger.write(two) == (1, 2, 1, 1, 2)
    ledger.write(issue(101))
    assert ledger.write(two) == (2, 3, 1, 2, 3)


def test_a_series_ends_with_a_sentence(ledger: Ledger) -> None:
    def last(tx: Transaction) -> None:
        tx.db.execute("INSERT INTO counter VALUES (101, 1000000)")
        tx.take_number(101)

    with pytest.raises(SeriesUsedUp):
        ledger.write(last)
    assert ledger.write(issue(101)).serial == 1


def test_what_the_journal_forbids_is_a_sentence(ledger: Ledger) -> None:
    ledger.write(note())
    for sql in (
        "UPDATE line SET text = text",
        "DELETE FROM line",
        "DELETE FROM chain",
        "UPDATE chain SET sequence = 0",
        "UPDATE chain SET own = 0, sequence = 7",
        "INSERT INTO line (chain, sequence, hash, text) SELECT chain, 2, zeroblob(32), text FROM line",
        "INSERT INTO chain VALUES ('x', 1, 0, zeroblob(32))",
    ):
        with pytest.raises(FactRefused):
            ledger.write(lambda tx, sql=sql: tx.db.execute(sql))  # type: ignore[misc]
    assert [line.sequence for line in ledger.lines()] == [1]


@pytest.mark.parametrize("wrong", [{"x": "\udcff"}, {"x": float("nan")}, {"x": b"bytes"}])
def test_content_that_is_not_json_text_is_refused(ledger: Ledger, wrong: dict[str, Any]) -> None:
    with pytest.raises((FieldWrong, ValueError, TypeError)):
        ledger.write(lambda tx: tx.append(FactKind.SLIP_HELD, wrong))
    with pytest.raises(LineWrong, match="slip_issued"):
        ledger.write(lambda tx: tx.append(FactKind.SLIP_ISSUED, {"slip": {}}))
    assert list(ledger.lines()) == []


def test_a_job_that_waits_for_another_is_told_instead_of_hanging(ledger: Ledger) -> None:
    with pytest.raises(RuntimeError, match="wait for ever"):
        ledger.write(lambda tx: ledger.write(note()))


def test_a_clock_without_a_zone_is_refused(tmp_path: Path) -> None:
    vault, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    naive = datetime(2026, 1, 1)  # noqa: DTZ001
    with Ledger.open(tmp_path, vault, clock=lambda: naive) as wrong, pytest.raises(ValueError, match="time zone"):
        wrong.write(note())


def test_a_clock_that_goes_back_changes_no_order(tmp_path: Path) -> None:
    vault, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    times = iter([datetime(2026, 1, 2, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)])
    with Ledger.open(tmp_path, vault, clock=lambda: next(times)) as ledger:
        assert [ledger.write(issue(5)).serial for _ in range(2)] == [1, 2]
        assert ledger.verify().ok


def test_the_readers_connection_refuses_to_write(ledger: Ledger) -> None:
    with pytest.raises(ParchiError):
        ledger.db().execute("DELETE FROM slip")
    with pytest.raises(ParchiError):
        ledger.db()["new"].insert({"a": 1})  # type: ignore[union-attr]


def test_each_thread_has_its_own_connection(ledger: Ledger) -> None:
    with ThreadPoolExecutor(4) as pool:
        gate = threading.Barrier(4)
        assert len(set(pool.map(lambda _: (gate.wait(), id(ledger.db()))[1], range(4)))) == 4
    assert ledger.db() is ledger.db()


def test_after_closing_nothing_is_taken(tmp_path: Path) -> None:
    ledger = make(tmp_path / "data")
    ledger.write(note())
    ledger.db()
    ledger.close()
    ledger.close()
    with pytest.raises(LedgerClosed):
        ledger.write(note())
    with pytest.raises(LedgerClosed):
        ledger.db()
    assert sorted(each.name for each in (tmp_path / "data").iterdir()) == ["journal.db", "vault.json"]
    with again(tmp_path / "data") as reopened:
        assert reopened.chain == ledger.chain
        assert reopened.write(note()).sequence == 2


# --- Encryption -----------------------------------------------------------------------------------------------------


def test_no_file_holds_a_name_in_plain(tmp_path: Path) -> None:
    ledger = make(tmp_path / "data")
    stick = tmp_path / "stick"
    stick.mkdir()
    ledger.copy_to(stick)
    for _ in range(30):
        ledger.write(issue(101))
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"journal.db", "journal.db-wal", "journal.parchi", "vault.json"}
    contents = [path.read_bytes() for path in files]
    ledger.close()
    contents += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    for content in contents:
        assert not content.startswith(b"SQLite format 3")
        for secret in (NAME, "Kushwaha", "सुनीता", "slip_issued", "CREATE TABLE"):
            assert secret.encode() not in content


def test_a_plain_or_foreign_database_is_never_opened(tmp_path: Path) -> None:
    sqlite3 = pytest.importorskip("sqlite3")
    vault, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    plain = sqlite3.connect(tmp_path / "journal.db")
    plain.execute("CREATE TABLE line (a)")
    plain.commit()
    plain.close()
    before = (tmp_path / "journal.db").read_bytes()
    with pytest.raises(JournalLocked, match="Restore"):
        Ledger.open(tmp_path, vault, clock=clock())
    assert (tmp_path / "journal.db").read_bytes() == before


def test_another_vaults_journal_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    ledger.write(note())
    ledger.close()
    (tmp_path / "other").mkdir()
    other, _ = Vault.create(tmp_path / "other", PASSPHRASE, cost=CHEAP)
    shutil.copy(tmp_path / "data" / "journal.db", tmp_path / "other" / "journal.db")
    with pytest.raises(JournalLocked):
        Ledger.open(tmp_path / "other", other, clock=clock())


def test_a_damaged_page_is_found(ledger: Ledger, tmp_path: Path) -> None:
    for _ in range(40):
        ledger.write(issue(101))
    ledger.close()
    path = tmp_path / "data" / "journal.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    try:
        with again(tmp_path / "data") as damaged:
            assert not damaged.verify().ok
    except (JournalDamaged, JournalLocked):
        pass  # the page was needed to open it


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    vault, _ = Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    with pytest.raises(FolderReadOnly):
        Ledger.open(tmp_path / "nowhere", vault, clock=clock())


# --- Other processes, and the power ---------------------------------------------------------------------------------


def test_two_processes_write_at_once_with_one_stick(tmp_path: Path) -> None:
    data, stick = tmp_path / "data", tmp_path / "stick"
    stick.mkdir()
    make(data).close()
    with again(data) as ledger:
        ledger.copy_to(stick)
        others = [_run("tests.journals", "load", str(data), "60", str(stick)) for _ in range(2)]
        mine = [ledger.write(issue(101)).text for _ in range(60)]
        given = mine + [line for each in others for line in each.communicate(timeout=60)[0].decode().split()]
        assert [each.returncode for each in others] == [0, 0]
        assert sorted(int(number[3:9]) for number in given) == list(range(1, 181))
        assert sorted(_numbers(ledger)) == sorted(given)
        assert ledger.verify().ok
        assert len(ledger.heads()) == 1
        assert [line.text for line in Carrier(stick, ledger.vault)] == [line.text for line in ledger.lines()]
        assert sorted(path.name for path in stick.iterdir()) == ["journal.parchi", "stick.json", "vault.json"]


def test_another_process_that_holds_the_journal_is_waited_for_and_then_named(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ledger.vault.connect(tmp_path / "data" / "journal.db")
    other.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ledger.write, issue(101))
        assert not waiting.done()
        other.execute("ROLLBACK")
        assert waiting.result().serial == 1
    monkeypatch.setattr("fallback.ledger.writer.BUSY_SECONDS", 0.1)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(JournalBusy, match="Try again"):
        ledger.write(issue(101))
    other.execute("ROLLBACK")
    assert ledger.write(issue(101)).serial == 2
    other.close()


def test_several_processes_make_the_journal_at_once(tmp_path: Path) -> None:
    Vault.create(tmp_path, PASSPHRASE, cost=CHEAP)
    others = [_run("tests.journals", "load", str(tmp_path), "5") for _ in range(4)]
    assert [each.wait(60) for each in others] == [0, 0, 0, 0]
    with again(tmp_path) as ledger:
        assert (ledger.head().sequence, len(ledger.heads()), ledger.verify().ok) == (20, 1, True)
    for each in others:
        each.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no kill -9")
def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    folder, stick = tmp_path / "data", tmp_path / "stick"
    stick.mkdir()
    make(folder).close()
    acknowledged: list[str] = []
    for run in range(6):
        process = _run("tests.journals", "load", str(folder), "100000", str(stick))
        assert process.stdout
        for _ in range(7 + 11 * run):
            acknowledged.append(process.stdout.readline().decode().strip())
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        acknowledged += [line.decode() for line in rest.split(b"\n")[:-1]]
        with again(folder) as ledger:
            assert ledger.verify().ok
            numbers = _numbers(ledger)
            assert set(acknowledged) <= set(numbers)
            assert len(set(numbers)) == len(numbers)
            ledger.copy_to(stick)
            assert not ledger.copy_status().behind
            assert ledger.copy_status().sequence == ledger.head().sequence
            assert ledger.rebuild_views()


@pytest.mark.skipif(sys.platform == "win32", reason="mount, setuid and resource limits are not Windows'")
@pytest.mark.parametrize("what", hurt.WHAT)
def test_hurt(what: str) -> None:
    with tempfile.TemporaryDirectory(prefix="parchi-hurt-") as folder:
        Path(folder).chmod(0o755)
        alone = ["unshare", "--mount"] if what in ("full_disk", "full_stick", "protected_stick") else []
        done = subprocess.run(
            [*alone, sys.executable, "-m", "tests.hurt", what, folder], cwd=TOP, capture_output=True, timeout=120
        )
        if done.returncode == hurt.CANNOT or b"unshare failed" in done.stderr:
            pytest.skip(f"{what}: this machine lets nobody mount a file system of their own")
        assert done.returncode == 0, done.stderr.decode()
