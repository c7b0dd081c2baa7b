"""A monthly check looks at the stick: as it was built, whose, how old; also on a computer that has no data folder."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fallback import computer
from fallback.computer import Power
from fallback.enrolment import Installation
from fallback.enrolment.readiness import Finding, Level
from fallback.kit.ready import findings_of_kit, stick_findings, stick_of
from fallback.ledger.facts import FactKind
from tests import factories, kits

FULL = Power(mains=True, percent=90)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> kits.Stick:
    work = tmp_path_factory.mktemp("work")
    return kits.bare(work / "stick", work)


@pytest.fixture
def stick(made: kits.Stick, tmp_path: Path) -> kits.Stick:
    shutil.copytree(made.folder, tmp_path / "stick")
    return kits.Stick(tmp_path / "stick", made.cards, made.root)


def by_name(found: list[Finding]) -> dict[str, Finding]:
    return {each.what: each for each in found}


def test_a_computer_without_a_data_folder_is_checked_from_the_stick(stick: kits.Stick) -> None:
    read: list[tuple[int, int]] = []
    found = findings_of_kit(
        stick.folder, now=datetime.now(UTC), root=stick.root, tell=lambda *told: read.append(told), power=lambda: FULL
    )
    named = by_name(found)
    assert {what for what, each in named.items() if each.level is Level.RED} == set()
    assert {"stick", "age of the stick", "stick's switch", "hospital file", "disk", "clock", "battery", "computer",
            "domain", "layouts", "printers", "print and read"} <= set(named)  # fmt: skip
    assert "1.0.0" in named["stick"].words
    assert read[-1][0] == read[-1][1]


def test_a_stick_that_was_changed_is_red_and_the_rest_is_still_looked_at(stick: kits.Stick) -> None:
    (stick.folder / "hospital" / "keys.json").write_text("{}")
    named = by_name(findings_of_kit(stick.folder, now=datetime.now(UTC), root=stick.root, power=lambda: FULL))
    assert named["stick"].level is Level.RED
    assert "age of the stick" not in named
    assert named["print and read"].level is Level.GREEN


def test_a_stick_of_another_hospital_and_no_stick_are_red(stick: kits.Stick, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    assert by_name(stick_findings(stick.folder, now, root=bytes(32))[0])["stick"].level is Level.RED
    found, sums = stick_findings(tmp_path / "nothing", now)
    assert (found[0].level, sums) == (Level.RED, "")
    assert findings_of_kit(tmp_path / "nothing", now=now)[0].what == "hospital file"


def test_a_stick_that_was_pulled_out_is_not_called_a_bad_one(tmp_path: Path) -> None:
    for left in (tmp_path / "gone", tmp_path):  # a letter of Windows that is gone, an empty folder of Linux
        (point,) = stick_findings(left, datetime.now(UTC))[0]
        assert (point.level, point.words) == (Level.RED, "it is not plugged in")
        assert "Plug in the stick" in point.do


def test_a_clock_before_the_day_on_which_the_stick_was_made_is_red(stick: kits.Stick) -> None:
    early = by_name(stick_findings(stick.folder, datetime.now(UTC) - timedelta(days=300))[0])
    assert (early["stick"].level, early["age of the stick"].level) == (Level.GREEN, Level.RED)


def test_an_old_stick_and_one_that_a_newer_one_follows_are_told(
    stick: kits.Stick, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    old, sums = stick_findings(stick.folder, now + timedelta(days=40))
    assert by_name(old)["age of the stick"].level is Level.AMBER
    assert len(sums) == 64
    assert by_name(stick_findings(stick.folder, now, latest=sums)[0])["age of the stick"].level is Level.GREEN
    newer = by_name(stick_findings(stick.folder, now, latest="0" * 64)[0])["age of the stick"]
    assert (newer.level, "newer" in newer.words) == (Level.AMBER, True)
    assert by_name(old)["stick's switch"].level is Level.AMBER
    monkeypatch.setattr(computer, "is_locked", lambda _: True)
    assert by_name(stick_findings(stick.folder, now)[0])["stick's switch"].level is Level.GREEN


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Installation]:
    found = factories.installation(tmp_path / "other")
    yield found
    found.close()


def test_a_desk_asks_its_own_journal_which_stick_is_the_newest(stick: kits.Stick, other: Installation) -> None:
    named = by_name(stick_of(other, stick.folder)(datetime.now(UTC))[0])
    assert named["stick"].level is Level.RED, "it is not this hospital's"
    content = {"sums": "0" * 64, "version": "1.0.0", "index": ""}
    other.ledger.write(lambda tx: tx.append(FactKind.KIT_BUILT, content))
    object.__setattr__(other, "root", stick.root)
    found, sums = stick_of(other, stick.folder)(datetime.now(UTC))
    assert by_name(found)["age of the stick"].level is Level.AMBER
    assert sums
