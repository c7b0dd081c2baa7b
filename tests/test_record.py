"""The record of what happened: the clock, the reports after an attack, evidence that opens on another machine."""

import hashlib
import json
import socket
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fallback import custody, frontdesk, particulars as machine_parts
from fallback.enrolment import Installation, open_installation
from fallback.errors import EvidencePlaceWrong, FieldWrong, TimeServerSilent
from fallback.frontdesk import Counter, clock
from fallback.frontdesk.clock import ask_time_server, offset_of, right_time, tell_clock
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import shift_sums
from fallback.ledger.queries.events import ClockTrouble, clock_state, events
from fallback.logbook import Logbook
from fallback.particulars import particulars
from fallback.slip import INDIA
from tests import factories
from tests.test_printed import REWRITTEN, a_shift, rewrite
from tests.test_printing import pictures, text_of

NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
NOTICED = datetime(2026, 11, 26, 6, 10, tzinfo=INDIA)


# --- The clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["26-11-2026 06:10", "26/11/2026  06:10", "26.11.2026 06:10", "2026-11-26 06:10", "2026-11-26T06:10:00"]
)
def test_the_right_time_is_typed_as_people_write_it(typed: str) -> None:
    assert right_time(typed) == NOTICED


@pytest.mark.parametrize("typed", ["", "06:10", "31-02-2026 06:10", "26-11-2026", "26-11-2026 25:00", "x" * 500, "\0"])
def test_what_is_no_time_is_told(typed: str) -> None:
    with pytest.raises(FieldWrong):
        right_time(typed)


def test_within_the_minute_that_is_typed_a_clock_is_right() -> None:
    assert offset_of(NOTICED, NOTICED + timedelta(seconds=50)) == 0
    assert offset_of(NOTICED, NOTICED - timedelta(hours=2)) == 7200
    assert offset_of(NOTICED, NOTICED + timedelta(days=400)) == -400 * 86400


def test_a_clock_that_was_told_wrong_or_set_back_is_not_believed(installation: Installation) -> None:
    ledger = installation.ledger
    state = clock_state(ledger.db(), ledger.chain, NOW)
    assert (state.offset, state.told, state.trouble) == (None, None, None)
    tell_clock(ledger, 0, by="asha")
    assert clock_state(ledger.db(), ledger.chain, NOW).trouble is None
    tell_clock(ledger, -7200, by="asha")
    state = clock_state(ledger.db(), ledger.chain, NOW)
    assert (state.offset, state.source, state.trouble) == (-7200, "person", ClockTrouble.TOLD_WRONG)
    tell_clock(ledger, 12, by="asha")
    assert clock_state(ledger.db(), ledger.chain, NOW).trouble is None
    assert clock_state(ledger.db(), ledger.chain, NOW - timedelta(days=9)).trouble is ClockTrouble.BEHIND_JOURNAL


def test_reprints_of_a_shift_are_counted_by_the_journals_order_when_the_clock_is_set_back(
    installation: Installation, counter: Counter
) -> None:
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    slip = frontdesk.register(counter, shift.key, factories.registration())
    ticks = iter(range(10_000))
    back = factories.START - timedelta(days=1)
    installation.ledger._writer._clock = lambda: back + timedelta(seconds=next(ticks))
    frontdesk.reprint(counter, slip.row.slip.number, by="asha", series=1)
    assert shift_sums(installation.ledger.db(), shift.key).reprints == 1
    frontdesk.close_shift(counter, shift.key, counted_cash=0, note="", by="asha")
    frontdesk.reprint(counter, slip.row.slip.number, by="asha", series=1)
    assert shift_sums(installation.ledger.db(), shift.key).reprints == 1


@pytest.fixture
def time_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A time server on this machine that answers once with what is in the list."""
    answers: list[bytes] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        monkeypatch.setattr(clock, "_NTP_PORT", server.getsockname()[1])
        monkeypatch.setattr(clock, "_NTP_PATIENCE", 1.0)

        def answer() -> None:
            _, who = server.recvfrom(64)
            if answers:
                server.sendto(answers[0], who)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield answers
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"x", server.getsockname())
        thread.join()


def _ntp(told: datetime, *, mode: int = 4, stratum: int = 2) -> bytes:
    seconds = int((told - datetime(1900, 1, 1, tzinfo=UTC)).total_seconds())
    return bytes([0x20 | mode, stratum]) + bytes(38) + struct.pack("!II", seconds, 0)


def test_a_time_server_that_somebody_names_is_asked_once(time_server: list[bytes]) -> None:
    time_server.append(_ntp(NOW + timedelta(seconds=95)))
    assert ask_time_server("127.0.0.1", NOW) == 95


@pytest.mark.parametrize("answer", [b"short", _ntp(NOW, stratum=16), _ntp(NOW, mode=3), _ntp(NOW, stratum=0)])
def test_a_time_server_that_does_not_know_is_told(time_server: list[bytes], answer: bytes) -> None:
    time_server.append(answer)
    with pytest.raises(TimeServerSilent):
        ask_time_server("127.0.0.1", NOW)


# --- The reports ------------------------------------------------------------------------------------------------------


def test_the_incident_sheet_is_filled_in_from_the_journal(installation: Installation, counter: Counter) -> None:
    a_shift(counter)
    tell_clock(installation.ledger, -30, by="asha")
    log = Logbook(installation.folder / "logs", lambda: NOW)
    log.write("refused_login", "enrolment.log_in", address="10.4.0.77", login="meena")
    pdf = custody.incident_sheet(
        installation.ledger, installation.folder, factories.hospital(), noticed=NOTICED, now=NOW
    )  # fmt: skip
    text = "\n".join(text_of(pdf, page) for page in range(len(pictures(pdf, 20))))
    head = installation.ledger.head()
    for said in (
        "26-11-2026 06:10 IST · 26-11-2026 00:40 UTC", "26-11-2026 12:10 IST · 26-11-2026 06:40 UTC",
        "Rajdhani General",
        "the servers are down", "4 slips of 4 patients", "logins: 1; host names: 0; from 10.4.0.77",
        "-30 (told by person",
        f"{head.sequence:,} · {head.hash.hex()[:4]}", "every hash fits", "Ransomware".lower(), "Data breach",
    ):  # fmt: skip
        assert said.lower() in text.lower(), said
    assert "Patient A" not in text and "9810000001" not in text


def test_the_personal_data_sheet_is_due_after_72_hours(installation: Installation, counter: Counter) -> None:
    a_shift(counter)
    pdf = custody.personal_data_sheet(
        installation.ledger, installation.folder, factories.hospital(), noticed=NOTICED, now=NOW, drill=True
    )
    text = "\n".join(text_of(pdf, page) for page in range(len(pictures(pdf, 20))))
    assert "29-11-2026 06:10 IST" in text
    assert "4 slips of 4 patients" in text
    assert "DRILL" in text
    assert "Patient A" not in text and "9810000001" not in text


# --- Evidence ---------------------------------------------------------------------------------------------------------


def make(installation: Installation, out: Path) -> custody.EvidenceReport:
    return custody.make_evidence(
        installation.ledger, installation.folder, factories.hospital(), installation.keys(), out,
        purpose="FIR 123/2026, Cyber Cell", now=NOW, by="meena",
    )  # fmt: skip


def test_evidence_has_its_hash_everywhere_and_opens_on_another_machine(
    installation: Installation, counter: Counter, tmp_path: Path
) -> None:
    key = a_shift(counter)
    Logbook(installation.folder / "logs", lambda: NOW - timedelta(days=2)).write("request", "x", login="asha")
    out = tmp_path / "evidence"
    report = make(installation, out)
    assert report.ok
    digest = hashlib.sha256((out / "journal.parchi").read_bytes()).hexdigest()
    assert report.sha256 == digest
    listed = dict(line.split("  ")[::-1] for line in (out / "SHA256SUMS").read_text().splitlines())
    assert set(listed) == {path.name for path in out.iterdir()} - {"SHA256SUMS"}
    assert {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in listed} == listed
    grouped = " ".join(digest[place : place + 4] for place in range(0, 64, 4))
    certificate = (out / "certificate.pdf").read_bytes()
    for page, part in enumerate(("PART A", "PART B")):
        text = text_of(certificate, page)
        assert part in text and grouped in text and "SHA256" in text
        assert particulars().model in text
    record = json.loads((out / "evidence.json").read_text())
    assert record["export"]["sha256"] == digest
    (shift,) = record["shifts"]
    assert (shift["shift"], shift["name"], shift["head"]["chain"]) == (key, "Asha Rani", installation.ledger.chain)
    assert [each["login"] for each in record["presence"]] == ["asha"]
    assert [each["closed"] for each in record["access_log"]] == [True]
    (fact,) = events(installation.ledger.db(), FactKind.EVIDENCE_MADE)
    assert (fact.content["sha256"], fact.content["for"], fact.login) == (digest, "FIR 123/2026, Cyber Cell", "meena")
    everything = b"".join((out / name).read_bytes() for name in listed)
    assert b"Patient A" not in everything and b"9810000001" not in everything
    slips = [line.hash for line in installation.ledger.lines() if line.fact is FactKind.SLIP_ISSUED]
    elsewhere = tmp_path / "elsewhere"
    custody.restore(out / "journal.parchi", elsewhere, factories.PASSPHRASE, clock=factories.clock())
    opened = open_installation(elsewhere, factories.PASSPHRASE, clock=factories.clock())
    try:
        heads = [custody.printed_head(f"{h['chain']}:{h['sequence']}:{h['hash']}") for h in record["export"]["heads"]]
        heads.append(custody.printed_head("{chain}:{sequence}:{hash}".format(**shift["head"])))
        assert custody.verify(opened.ledger, printed=tuple(heads)).ok
        assert [line.hash for line in opened.ledger.lines() if line.fact is FactKind.SLIP_ISSUED] == slips
    finally:
        opened.close()


def test_evidence_of_a_forged_journal_says_so(installation: Installation, counter: Counter, tmp_path: Path) -> None:
    a_shift(counter)
    installation.close()
    rewrite(installation.folder, REWRITTEN["changed"])
    forged = open_installation(installation.folder, factories.PASSPHRASE, clock=factories.clock())
    try:
        vault = forged.vault.connect(forged.folder / "journal.db")
        vault.execute("UPDATE line SET hash = randomblob(32) WHERE sequence = 3")
        vault.commit()
        vault.close()
        report = make(forged, tmp_path / "evidence")
        assert not report.ok
        record = json.loads((tmp_path / "evidence" / "evidence.json").read_text())
        assert not record["verified"]["ok"] and record["verified"]["troubles"]
        assert "NOT as they were written" in text_of((tmp_path / "evidence" / "evidence.pdf").read_bytes())
    finally:
        forged.close()


def test_evidence_goes_into_a_new_folder_alone(installation: Installation, tmp_path: Path) -> None:
    out = tmp_path / "evidence"
    make(installation, out)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(EvidencePlaceWrong):
        make(installation, out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


def test_a_machine_is_named_as_far_as_its_system_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_parts, "_DMI", tmp_path)
    (tmp_path / "sys_vendor").write_text("Dell Inc.\n")
    (tmp_path / "product_name").write_text("Latitude\t3420\0\n")
    (tmp_path / "product_serial").write_text("To Be Filled By O.E.M.\n")
    found = particulars()
    assert (found.make, found.model, found.serial) == ("Dell Inc.", "Latitude 3420", "")
    assert found.make_model == "Dell Inc. Latitude 3420"
