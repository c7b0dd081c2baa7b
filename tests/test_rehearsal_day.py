"""The whole day, small: the rehearsal itself finds nothing wrong, and says so when something is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from fallback.slip import Kind
from tests.rehearsal_day.house import faketime
from tests.rehearsal_day.told import Report
from tests.web.test_browser import CHROMIUM, DRIVER

HOME = Path(__file__).parent.parent


@pytest.mark.browser
@pytest.mark.target
@pytest.mark.skipif(
    not (CHROMIUM and DRIVER and faketime()), reason="Debian's chromium, chromium-driver or faketime is not installed"
)
@pytest.mark.skipif(not (HOME / "build" / "wheels").is_dir(), reason="no wheels are kept yet: make rehearsal once")
def test_the_whole_day_of_a_few_patients(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    done = subprocess.run(
        [sys.executable, "-m", "tests.rehearsal_day", "--patients", "18", "--json", str(report)],
        cwd=HOME, capture_output=True, text=True, check=False,
    )  # fmt: skip
    told = json.loads(report.read_text())
    assert told["wrong"] == [], done.stdout
    assert done.returncode == 0, done.stdout + done.stderr
    assert told["figures"]["account missing"] == 0
    assert told["figures"]["account imported"] > 18, "returning patients are among them"


def test_what_is_wrong_fails_the_rehearsal(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report()
    with report.step("a step") as step:
        step.say("3 slips")
        report.none([], "nothing of this")
    assert report.record()["ok"]
    with report.step("another"):
        report.none(["00100000114 name"], "what differs")
    with pytest.raises(ValueError, match="no such"), report.step("the last"):
        Kind("no such")
    assert not report.record()["ok"]
    assert len(report.wrong) == 2
    told = capsys.readouterr().out
    assert "a step: 3 slips" in told
    assert told.count("BAD") == 2
    assert "00100000114 name" in told
