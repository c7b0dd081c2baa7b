"""The lists of the desk: what is offered while somebody types, in either script, and a name in Hindi."""

import json

import pytest
from flask import Flask

from fallback import places
from tests.web.visitor import Visitor


def asked(desk: Visitor, what: str, **typed: str) -> dict[str, object]:
    """What a list answers; the form's own proof goes with it, as the page's script sends it."""
    token = desk.new_form().fields["csrf_token"]
    answer = desk.client.post(f"/lists/{what}", data={"csrf_token": token, **typed})
    assert answer.status_code == 200
    found: dict[str, object] = json.loads(answer.get_data(as_text=True))
    return found


def values(found: dict[str, object]) -> list[str]:
    choices = found["choices"]
    assert isinstance(choices, list)
    return [choice["value"] for choice in choices]


@pytest.mark.parametrize(
    ("typed", "state", "first"),
    [
        ("gau", "", "Gautam Buddha Nagar"),
        ("गाज़", "", "Ghaziabad"),
        ("गाज", "9", "Ghaziabad"),
        ("noida", "", "Gautam Buddha Nagar"),
    ],
)
def test_districts_by_their_first_letters_in_either_script(desk: Visitor, typed: str, state: str, first: str) -> None:
    assert values(asked(desk, "district", typed=typed, state=state))[0] == first


def test_a_pin_code_tells_district_and_state(desk: Visitor) -> None:
    found = asked(desk, "pin", pin_code="२०१ ३०१")
    place = {"value": "Gautam Buddha Nagar", "shown": "Gautam Buddha Nagar · Uttar Pradesh", "state": "9"}
    assert found == {"choices": [place | {"district": "Gautam Buddha Nagar", "pin": ""}]}
    assert asked(desk, "pin", pin_code="999999") == {"choices": []}


def test_localities_of_the_pin_code_and_of_the_district(desk: Visitor) -> None:
    assert values(asked(desk, "locality", typed="malv", pin_code="110017"))[0] == "Malviya Nagar"
    assert values(asked(desk, "locality", typed="मालव", pin_code="110017"))[0] == "Malviya Nagar"
    assert "Motipur" in values(asked(desk, "locality", typed="moti", district="Muzaffarpur", state="10"))
    assert values(asked(desk, "locality", typed="m")) == []


def test_a_name_in_hindi(desk: Visitor) -> None:
    assert asked(desk, "hindi", typed="Sunita Devi") == {"hindi": "सुनीता देवी"}
    assert asked(desk, "hindi", typed="सुनीता") == {"hindi": ""}


@pytest.mark.parametrize("what", ["district", "locality", "pin", "hindi"])
@pytest.mark.parametrize("typed", ["", "\x00", "a" * 5000, "%_*[", "'; DROP", "\u202eab", "๛๛", "१" * 400, "x-" * 60])
def test_whatever_is_typed_a_list_answers(desk: Visitor, what: str, typed: str) -> None:
    fields = dict.fromkeys(("typed", "state", "district", "pin_code"), typed)
    assert set(asked(desk, what, **fields)) <= {"choices", "hindi"}


def test_the_page_has_what_its_lists_need_and_works_without_them(app: Flask, desk: Visitor) -> None:
    page = desk.get("/").text
    assert 'id="lists"' in page
    assert "combo.js" in page
    assert "उत्तर प्रदेश" in page  # the choices are found in either script
    answer = desk.register(district="Nowhere at all", locality="Gali 3, Somewhere")
    assert "/issued/" in answer.path


def test_the_page_of_keys_says_how_old_the_lists_are(desk: Visitor) -> None:
    assert f"India Post, as of {places.DATED}." in desk.get("/keys").text
