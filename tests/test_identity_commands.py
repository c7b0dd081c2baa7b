"""The commands on confidential patients: a supervisor's PIN and the passphrase open, and the list says who did."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fallback import frontdesk
from fallback.cli import group
from fallback.slip import SlipNumber
from tests import factories
from tests.test_confidential import ZOHRA, asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = factories.installation(tmp_path / "data")
    counter = factories.counter(made)
    shift = frontdesk.open_shift(counter, series=1, login="asha")
    frontdesk.register(counter, shift.key, asked())
    made.close()
    (tmp_path / "secret.txt").write_text(factories.PASSPHRASE)
    return tmp_path


def run(folder: Path, *words: str, pin: str = factories.PIN) -> Result:
    places = ["--data", str(folder / "data"), "--passphrase-file", str(folder / "secret.txt")]
    return CliRunner().invoke(group, [*places, "identity", *words], input=f"{pin}\n")


NUMBER = SlipNumber(1, 1).text


def test_a_supervisor_opens_one_and_it_is_listed(folder: Path) -> None:
    opened = run(folder, "open", NUMBER, "--reason", "discharge summary", "--by", "meena", "--json")
    assert opened.exit_code == 0, opened.output
    found = json.loads(opened.stdout[opened.stdout.index("{") :])
    assert (found["name"], found["mobile"], found["birth_date"]) == (ZOHRA.name, ZOHRA.mobile, "1987-07-19")
    assert found["rest"]["guardian"] == "Wahid Qureshi"
    listed = json.loads(run(folder, "list", "--json").stdout)
    assert [(each["by"], each["reason"]) for each in listed] == [("meena", "discharge summary")]
    told = run(folder, "open", NUMBER, "--reason", "again", "--by", "meena")
    assert "Name: Zohra Qureshi" in told.stdout
    assert factories.PIN not in told.output


@pytest.mark.parametrize(("login", "pin"), [("asha", factories.PIN), ("meena", "000111"), ("nobody", factories.PIN)])
def test_nobody_else_does(folder: Path, login: str, pin: str) -> None:
    refused = run(folder, "open", NUMBER, "--reason", "curious", "--by", login, pin=pin)
    assert refused.exit_code == 3
    assert "Zohra" not in refused.output
    assert json.loads(run(folder, "list", "--json").stdout) == []
    assert run(folder, "release", NUMBER, "--as", "alias", "--reason", "x", "--by", login, pin=pin).exit_code == 3


def test_a_release_says_as_whom(folder: Path) -> None:
    done = run(folder, "release", NUMBER, "--as", "alias", "--reason", "she wants it so", "--by", "meena")
    assert "goes under the alias" in done.stdout
