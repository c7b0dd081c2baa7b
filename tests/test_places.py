"""Places: the lists are whole and consistent, and found by their first letters in either script."""

import re

import pytest

from fallback import places
from fallback.names import check_text, is_devanagari
from fallback.places.districts import plain
from fallback.rehearsal.places import DISTRICTS
from fallback.slip import TEXT_LIMIT
from fallback.states import STATES
from tests import factories


def test_every_state_has_its_districts_in_both_scripts() -> None:
    found = places.districts()
    assert {each.state for each in found} == set(STATES)
    assert len(found) == len({(each.state, each.name) for each in found}) > 750
    for each in found:
        assert check_text("district", each.name, script="address") == each.name
        assert any(map(is_devanagari, each.name_hindi)), each.name
        assert not re.search("[A-Za-z]", each.name_hindi), each.name_hindi
        assert places.find_district(each.name_hindi, each.state) == each


def test_a_district_is_found_by_older_names_and_only_where_one_is_meant() -> None:
    def name(typed: str, state: int = 0) -> str:
        found = places.find_district(typed, state)
        return found.name if found else ""

    assert name("ALLAHABAD") == name("इलाहाबाद") == "Prayagraj"
    assert name("Gurgaon") == "Gurugram"
    assert name("Bilaspur", 2) == name("Bilaspur", 22) == "Bilaspur"
    assert name("Bilaspur") == "", "two states have one"
    assert name("") == name("Atlantis") == ""


def test_the_districts_of_made_up_patients_are_real_and_so_are_their_pin_codes() -> None:
    for each in DISTRICTS:
        district = places.find_district(each.name, each.state)
        assert district is not None, each.name
        assert district.name == each.name


@pytest.mark.parametrize(
    ("pin", "district", "state"),
    [
        ("110029", "South Delhi", 7),
        ("201301", "Gautam Buddha Nagar", 9),
        ("122001", "Gurugram", 6),
        ("842001", "Muzaffarpur", 10),
        ("302001", "Jaipur", 8),
        ("600001", "Chennai", 33),
        ("700001", "Kolkata", 19),
        ("194101", "Leh", 37),
        ("211001", "Prayagraj", 9),
        ("793001", "East Khasi Hills", 17),
    ],
)
def test_a_pin_code_lies_in_its_district(pin: str, district: str, state: int) -> None:
    found = places.places_of_pin(pin)[0].district
    assert (found.name, found.state) == (district, state)


def test_a_pin_code_of_several_districts_has_the_largest_first_and_an_unknown_one_none() -> None:
    found = places.places_of_pin("110003")
    assert len(found) > 1
    assert [len(each.offices) for each in found] == sorted((len(each.offices) for each in found), reverse=True)
    for unknown in ("", "000000", "11002", "1100299", "abcdef", "११००२९"):
        assert places.places_of_pin(unknown) == ()


def test_what_a_list_writes_a_form_takes() -> None:
    for district in places.districts():
        for name in (*places.sub_districts(district), *(name for name, _ in places.localities(district))):
            assert name.isascii()
            assert name == name.strip()
            assert 3 <= len(name) <= TEXT_LIMIT
        for _, pin in places.localities(district):
            assert re.fullmatch("[1-9][0-9]{5}", pin)
    assert sum(map(bool, map(places.sub_districts, places.districts()))) > 650


@pytest.mark.parametrize(
    ("typed", "state", "first"),
    [
        ("gaz", 9, "Ghaziabad"),  # as it sounds: nothing begins so
        ("gha", 9, "Ghaziabad"),
        ("राय", 9, "Raebareli"),
        ("buddha", 9, "Gautam Buddha Nagar"),  # a later word
        ("mohali", 0, "Sahibzada Ajit Singh Nagar"),
        ("फिरोजा", 0, "Firozabad"),  # without its dot
        ("bilas", 22, "Bilaspur"),
        ("PATNA ", 0, "Patna"),
    ],
)
def test_districts_by_first_letters(typed: str, state: int, first: str) -> None:
    found = places.district_choices(typed, state)
    assert found[0].value == first
    assert len(found) <= 8
    if state:
        assert found[0].state == state


def test_the_chosen_state_comes_first_and_is_not_a_wall() -> None:
    assert {each.state for each in places.district_choices("ba", 9)} == {9}
    assert places.district_choices("chennai", 9)[0].value == "Chennai"
    assert places.district_choices("गाज", 9, hindi=True)[0].shown == "गाज़ियाबाद"
    assert places.district_choices("गाज", hindi=True)[0].shown == "गाज़ियाबाद · उत्तर प्रदेश"
    assert places.district_choices("") == places.district_choices("zzzz") == places.district_choices("%") == ()


def test_the_nearer_of_two_districts_comes_first() -> None:
    assert places.district_choices("gau", home=7)[0].value == "Gautam Buddha Nagar"
    assert places.district_choices("gau", home=22)[0].value == "Gaurela Pendra Marwahi"
    assert [each.state for each in places.district_choices("bilaspur", home=7)] == [2, 22]


def test_localities_of_the_pin_code_stand_before_those_of_the_district() -> None:
    found = places.locality_choices("sa", pin="110017")
    assert found[0].value in ("Saket", "Sarvodya Enclave")
    assert found[0].pin == "110017"
    assert places.locality_choices("s", pin="110017") == ()
    assert places.locality_choices("saket") == ()
    found = places.locality_choices("saket", state=7)
    assert found[0].shown == "Saket · South Delhi", "without a PIN code or a district the whole state is looked through"
    assert (found[0].district, found[0].state) == ("South Delhi", 7)
    tehsil = places.locality_choices("motip", district="Muzaffarpur", state=10)
    assert tehsil[0].value == "Motipur"
    assert tehsil[0].pin == "", "a sub-district and a post office of one name: no PIN code is guessed"


def test_the_hospital_of_the_tests_lies_in_a_district_that_there_is() -> None:
    hospital = factories.hospital()
    assert places.find_district(hospital.district, hospital.state) is not None


def test_names_are_compared_without_dots_and_case() -> None:
    assert plain("S.A.S  Nagar") == "s a s nagar"
    assert plain("गाज़ियाबाद") == plain("गाजियाबाद")
    assert plain("झाँसी") == plain("झांसी")
