"""The commands on the record: logs, clock, incident, retention, evidence, verify with paper; each leaves a line."""

import json
from pathlib import Path

import pytest

from fallback import logbook
from tests import factories
from tests.test_cli import Shell
from tests.test_printed import a_shift
from tests.test_printing import text_of


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Shell:
    folder = tmp_path_factory.mktemp("hospital")
    made = factories.installation(folder / "data")
    a_shift(factories.counter(made))
    made.close()
    secret = folder / "secret.txt"
    secret.write_text(factories.PASSPHRASE)
    return Shell(folder / "data", secret)


def test_the_record_by_commands(shell: Shell, tmp_path: Path) -> None:
    verified = shell.json("journal", "verify")
    (chain,) = verified["chains"]
    head = verified["chains"][chain]
    printed = f"{chain}:{head['line']}:{head['head'][:16]}"
    assert shell.json("journal", "verify", "--printed", printed)["ok"]
    wrong = f"{chain}:{head['line']}:{'0' * 16}"
    assert shell.json("journal", "verify", "--printed", wrong, code=4)["troubles"][0]["kind"] == "changed"
    assert "is not what a paper says" in shell.run("journal", "verify", "--printed", "x", code=2)
    told = shell.json("clock", "--right", "01-01-2099 00:00", "--by", "meena")
    assert told["offset_seconds"] > 86400 and told["trouble"]
    shell.run("incident", "sheet", "--noticed", "2026-11-26 06:10", "--out", str(tmp_path / "i.pdf"))
    assert "26-11-2026 12:10 IST" in text_of((tmp_path / "i.pdf").read_bytes())
    out = tmp_path / "evidence"
    made = shell.json("journal", "evidence", "--for", "FIR 1", "--out", str(out), "--by", "meena")
    assert made["ok"] and made["sha256"] in (out / "SHA256SUMS").read_text()
    assert "is not empty" in shell.run("journal", "evidence", "--for", "FIR 1", "--out", str(out), code=3)


def test_logs_by_commands(shell: Shell, tmp_path: Path) -> None:
    assert shell.json("logs", "verify")["ok"]
    days = logbook.days(shell.data / "logs")
    rows = [row for day in days for row in logbook.rows(shell.data / "logs", day)]
    assert {row["event"] for row in rows} == {"command"}
    assert rows[-1]["endpoint"] == "logs verify"
    assert all(row["login"].startswith("os:") for row in rows)
    found = shell.json("logs", "export", "--from", "2020-01-01", "--to", "2099-01-01", "--out", str(tmp_path / "out"))
    assert [each["day"] for each in found["days"]] == days
    assert "only a supervisor" in shell.run("logs", "destroy", "--by", "asha", code=3)
    kept = json.loads(shell.run("retention", "--json"))
    assert kept["logs"]["keep_days"] == 365 and kept["logs"]["due"] == []
