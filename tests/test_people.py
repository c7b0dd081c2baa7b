"""Made-up patients: the same for the same seed, believable, and none that the form would refuse."""

import random
import re
from datetime import date, datetime
from pathlib import Path

import pytest

from fallback.hospital import Hospital
from fallback.hospital_file import load
from fallback.names import check_text, word_key
from fallback.rehearsal.name_tables import COMMUNITIES
from fallback.rehearsal.people import Person, luhn_digit, people
from fallback.rehearsal.places import DISTRICTS
from fallback.slip import AgeUnit, Category, Relation, Sex
from fallback.states import STATES

TODAY = date(2026, 11, 23)  # a Monday


@pytest.fixture(scope="module")
def hospital() -> Hospital:
    return load(Path(__file__).parent.parent / "hospital.toml")


@pytest.fixture(scope="module")
def crowd(hospital: Hospital) -> list[Person]:
    return people(random.Random(7), hospital, 3000, today=TODAY)


def years(person: Person) -> float:
    if person.birth_date:
        born = datetime.strptime(person.birth_date, "%d-%m-%Y").date()  # noqa: DTZ007
        return (TODAY - born).days / 365.25
    return int(person.age) / {"years": 1, "months": 12, "days": 365.25}[person.age_unit]


def test_the_same_seed_gives_the_same_people(hospital: Hospital, crowd: list[Person]) -> None:
    assert people(random.Random(7), hospital, 50, today=TODAY) == crowd[:50]
    assert people(random.Random(8), hospital, 50, today=TODAY) != crowd[:50]
    assert len(people(random.Random(1), hospital, 3)) == 3
    assert people(random.Random(1), hospital, 0) == []


def test_every_field_is_one_the_form_takes(hospital: Hospital, crowd: list[Person]) -> None:
    codes = {clinic.code for clinic in hospital.clinics}
    for person in crowd:
        assert check_text("name", person.name, script="latin") == person.name != ""
        assert check_text("name_hindi", person.name_hindi, script="hindi") == person.name_hindi
        assert check_text("guardian", person.guardian, script="any") == person.guardian
        assert check_text("locality", person.locality, script="address") == person.locality != ""
        assert bool(person.guardian) == bool(person.relation)
        assert bool(person.birth_date) != bool(person.age)
        assert bool(person.age) == bool(person.age_unit)
        assert not person.mobile or re.fullmatch("[6-9][0-9]{9}", person.mobile)
        assert not person.pin_code or re.fullmatch("[1-9][0-9]{5}", person.pin_code)
        assert not person.uhid or re.fullmatch(hospital.uhid_pattern, person.uhid)
        assert not person.scheme_id or re.fullmatch("[A-Z0-9]{4,30}", person.scheme_id)
        assert person.clinic in codes
        assert int(person.state) in STATES
        Sex(person.sex)
        Category(person.category)
        if person.age_unit:
            AgeUnit(person.age_unit)
        if person.relation:
            Relation(person.relation)
        assert 0 <= years(person) < 105


def test_places_are_consistent(crowd: list[Person]) -> None:
    by_name = {district.name: district for district in DISTRICTS}
    assert len(by_name) == len(DISTRICTS) >= 60
    for person in crowd:
        district = by_name[person.district]
        assert person.state == str(district.state)
        assert person.pin_code[:3] in ("", district.pin)
        assert any(person.locality.endswith(place) for place in district.localities)


def test_the_spread_is_a_queues(crowd: list[Person]) -> None:
    def share(chosen: list[Person]) -> float:
        return len(chosen) / len(crowd)

    assert 0.02 < share([p for p in crowd if years(p) < 1]) < 0.08
    assert any(p.age_unit == "days" for p in crowd)
    assert any(p.age_unit == "months" for p in crowd)
    assert any(years(p) >= 90 for p in crowd)
    assert 0.08 < share([p for p in crowd if years(p) >= 60]) < 0.25
    assert 0.4 < share([p for p in crowd if p.sex == "female"]) < 0.6
    assert 0.05 < share([p for p in crowd if not p.mobile]) < 0.25
    assert 0.2 < share([p for p in crowd if p.name_hindi]) < 0.4
    mobiles = [p.mobile for p in crowd if p.mobile]
    assert len(set(mobiles)) < len(mobiles)
    assert len({p.clinic for p in crowd}) > 30
    assert any("'" in p.name for p in crowd)
    assert any("-" in p.name for p in crowd)
    assert any(" " not in p.name for p in crowd)
    assert max(len(p.name) for p in crowd) > 30
    assert any(p.uhid for p in crowd)


def test_nobody_stands_in_the_wrong_queue(hospital: Hospital, crowd: list[Person]) -> None:
    clinics = {clinic.code: clinic for clinic in hospital.clinics}
    for person in crowd:
        assert clinics[person.clinic].sits_on(TODAY)
        if person.clinic in ("GYN", "ANC", "FPL", "INE", "BRE", "LAB"):
            assert person.sex == "female"
            assert years(person) >= 10
        if person.clinic in ("PED", "NEO", "PSU", "PNE", "IMM", "CHE"):
            assert years(person) < 15
        if person.clinic == "GER":
            assert years(person) >= 55
        if person.category == "pregnant":
            assert person.sex == "female"
        if person.relation == "wife":
            assert person.sex != "female"
        if person.relation == "husband":
            assert person.sex == "female"
            assert years(person) >= 18


def test_on_a_sunday_casualty_is_open(hospital: Hospital) -> None:
    codes = {person.clinic for person in people(random.Random(2), hospital, 200, today=date(2026, 11, 22))}
    assert codes <= {"CAS", "TRA", "CHE", "LAB", "ARV"}
    assert len(codes) == 5


def test_abha_numbers_pass_luhn_and_are_marked_as_made_up(crowd: list[Person]) -> None:
    numbers = [person.abha for person in crowd if person.abha]
    assert len(numbers) > 200
    for number in numbers:
        assert re.fullmatch("910000[0-9]{8}", number)
        assert number[-1] == luhn_digit(number[:-1])
    assert luhn_digit("2272254829525") == "5"  # the NRCeS example 22-7225-4829-5255


def test_no_two_of_one_name_in_one_home(crowd: list[Person]) -> None:
    homes = [(person.mobile, person.locality, person.name.lower()) for person in crowd]
    assert len(set(homes)) == len(homes)


def test_hindi_and_latin_spellings_have_one_key() -> None:
    """The design's figure for a forty-line map is 98.8 %."""
    pairs = [
        pair
        for community in COMMUNITIES
        for table in (community.women, community.men, community.surnames, community.women_middle, community.men_middle)
        for latin, hindi in table
        for pair in zip(latin.split(), hindi.split(), strict=True)
    ]
    agree = sum(word_key(latin) == word_key(hindi) for latin, hindi in pairs)
    assert agree / len(pairs) >= 0.98
