"""A slice of bench/attack.py: nothing gets in, and each attack sees what it looks for where nobody is careful."""

from pathlib import Path

import pytest

from bench.siege import Tried, door, forging, journal, names, strangers
from bench.siege.eyes import let_in_by_markup_in_papers, let_in_by_pasted_sql, let_in_by_plain_tables
from bench.siege.town import Town


def nothing_in(told: Tried) -> Tried:
    assert told.tried
    assert (told.let_in, told.first) == (0, [])
    return told


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def test_forged_codes_and_sealed_identities() -> None:
    told = nothing_in(forging.forge(3000, 7))
    assert told.beside["taken by a reader that checks no signature"] > 1000  # type: ignore[operator]
    nothing_in(forging.sealed(400, 7))


def test_the_journal_in_the_hands_of_somebody_with_the_key(town: Town, tmp_path: Path) -> None:
    (tmp_path / "spoiled").mkdir()
    spoiled = journal.Journal(town, tmp_path / "spoiled", 6)
    assert nothing_in(journal.lines(spoiled, 6)).beside == {"found by SQLite's own check": 0}
    assert nothing_in(journal.anew(spoiled, 4)).beside == {"found without the paper": 0}
    nothing_in(journal.bits(spoiled, 8))
    nothing_in(journal.views(town, spoiled, 6))
    town.close()


def test_slips_that_become_no_patient_without_a_person(tmp_path: Path) -> None:
    house = strangers.House(tmp_path)
    for told in (strangers.replays(house, 5), strangers.strange_slips(house, 12), strangers.stolen(house, 2)):
        assert any(nothing_in(told).beside.values())
    house.close()
    nothing_in(strangers.copied(tmp_path / "copies", 3))


def test_sessions_and_hosts(town: Town) -> None:
    for told in (door.other_sessions(town), names.hosts(town)):
        assert any(nothing_in(told).beside.values())
    town.close()


def test_the_eyes_see_what_a_careless_program_lets_in() -> None:
    assert let_in_by_pasted_sql() > 5
    assert let_in_by_markup_in_papers() > 5
    assert let_in_by_plain_tables() > 5
