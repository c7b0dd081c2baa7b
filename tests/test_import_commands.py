"""The commands of an import: signed, approved, sent, paused, left for the counter, done by hand."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fallback import frontdesk, recovery
from fallback.cli import group
from fallback.ehospital import Found
from fallback.recovery import gates
from tests import factories
from tests.fake_target import FakeTarget

NAME = "test-server"


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch) -> FakeTarget:
    made = FakeTarget(test=True)
    made.target = replace(made.target, name=NAME)
    monkeypatch.setattr(recovery, "open_way", lambda *_given, **_named: made)
    return made


@pytest.fixture
def numbers(tmp_path: Path) -> list[str]:
    made = factories.installation(tmp_path / "data")
    counter = factories.counter(made)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    found = [frontdesk.register(counter, shift.key, factories.registration()).row.slip.number.text for _ in range(12)]
    made.close()
    (tmp_path / "secret.txt").write_text(factories.PASSPHRASE)
    return found


def run(folder: Path, *words: str, code: int = 0) -> Result:
    places = ["--data", str(folder / "data"), "--passphrase-file", str(folder / "secret.txt")]
    done = CliRunner().invoke(group, [*places, *words])
    assert done.exit_code == code, (done.output, done.exception)
    return done


def signed(folder: Path) -> None:
    for point, answers in gates.ANSWERS.items():
        last = run(
            folder, "checklist", "--point", point.value, "--answer", answers.good[0], "--by", "meena",
            code=0 if point is gates.Point.TRIAL else 4,
        )  # fmt: skip
    assert "meena" in last.output


def test_from_the_check_list_to_the_last_slip(tmp_path: Path, target: FakeTarget, numbers: list[str]) -> None:
    assert run(tmp_path, "approve", "--by", "ravi").output.strip() == "12 slips are approved."
    assert "check list is not signed" in run(tmp_path, "import", "--by", "ravi", code=4).output
    assert target.visits == {}
    signed(tmp_path)
    assert "Nothing was confirmed" in run(tmp_path, "canary", "--note", "all ten", "--by", "meena", code=4).output
    first = run(tmp_path, "import", "--by", "ravi", "--json", code=4)
    assert json.loads(first.stdout[first.stdout.index("{") :])["created"] == 10
    assert "10 slips are confirmed" in run(tmp_path, "canary", "--note", "all ten", "--by", "meena").output
    run(tmp_path, "pause", "--reason", "messages go out", "--by", "meena")
    assert "messages go out" in run(tmp_path, "import", "--by", "ravi", code=4).output
    run(tmp_path, "resume", "--by", "meena")
    run(tmp_path, "import", "--by", "ravi")
    counted = json.loads(run(tmp_path, "stages", "--facet", "series", "--json").stdout)
    assert counted["total"] == {"confirmed": 12}
    assert counted["parts"] == {"1": {"confirmed": 12}}


def test_what_is_not_sent_is_done_by_hand(tmp_path: Path, target: FakeTarget, numbers: list[str]) -> None:
    signed(tmp_path)
    target.by_hand[numbers[0]] = (Found(patient="p", encounter="e9"),)
    run(tmp_path, "approve", "--number", numbers[0], "--by", "ravi")
    run(tmp_path, "import", "--by", "ravi", code=4)
    held = run(tmp_path, "stages", "--stage", "held").output
    assert "typed by hand?" in held and "typed_by_hand" not in held
    assert "e9" in run(tmp_path, "link", numbers[0], "--by", "ravi").output
    assert target.linked == {numbers[0]: "e9"}
    told = run(tmp_path, "defer", "--reason", "old cases", "--by", "meena").output
    assert told.strip() == "11 slips wait for the live counter."
    run(tmp_path, "returned", numbers[1], "--uhid", "300400500", "--by", "asha")
    counted = json.loads(run(tmp_path, "stages", "--json").stdout)["total"]
    assert counted == {"confirmed": 2, "on_return": 10}
    assert target.visits == {}
    account = run(tmp_path, "reconcile", code=0).output
    assert "The account is closed." in account


def test_a_dry_run_sends_nothing(tmp_path: Path, target: FakeTarget, numbers: list[str]) -> None:
    planned = json.loads(run(tmp_path, "import", "--dry-run", "--limit", "3", "--json").stdout)
    assert [each["number"] for each in planned] == numbers[:3]
    assert target.asked == []
