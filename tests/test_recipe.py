"""Recipes: what is wrong in one is named with its line; what a slip gives to a field."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fallback.ehospital.recipe import load
from fallback.ehospital.recipe_values import alike, filled, holds, in_ascii, is_ours, values
from fallback.ehospital.webform.browser import Browser, within
from fallback.ehospital.webform.devtools import DevTools, Tab
from fallback.errors import BrowserAway, RecipeWrong
from fallback.slip import Slip, SlipNumber, Visit
from tests import his as house
from tests.backlog import HOSPITAL, ISSUED, SUNITA

EXAMPLE = Path(__file__).parent.parent / "docs" / "targets" / "recipes" / "gnuhealth.toml"


def test_the_example_is_right() -> None:
    recipe = load(EXAMPLE)
    assert (recipe.mine, recipe.form.here, recipe.search.opens) == ("PUID", True, "double")


@pytest.mark.parametrize(
    ("old", "new", "key", "why"),
    [
        ('value = "Slip {number}"', 'value = "Slip"', "field", "carries our slip number"),
        ('name = "Test HIS"', "", "page.name", "missing"),
        ('start = "/home"', 'start = "https://other.example/"', "page.start", "path under the address"),
        ('start = "/home"', 'start = "//other.example/"', "page.start", "path under the address"),
        ("wait = 3", "wait = 0", "page.wait", "whole number"),
        ("wait = 3", 'hurry = "yes"', "page.hurry", "unknown"),
        ('{ press = "#go" }', '{ pres = "#go" }', "search.acts", "press"),
        ('{ press = "#go" }', '{ press = "#go", key = "Enter" }', "search.acts", "One of these"),
        ('{ press = "#go" }', '{ key = "Control+W" }', "search.acts", "One of these"),
        ('value = "{name}"', 'value = "{caste}"', "field.value", "unknown"),
        ('value = "{name}"', 'value = "{name"', "field.value", "brace"),
        ('value = "{name}"', 'value = "{name.__class__}"', "field.value", "unknown"),
        ('value = "{name}"', 'value = "{name!r}"', "field.value", "brace"),
        ('value = "{name}"', 'value = "{name:>9999999999}"', "field.value", "brace"),
        ('date = "%d/%m/%Y"', "", "field.date", "A day needs"),
        ('date = "%d/%m/%Y"', 'date = "%d %s"', "field.date", "writes a day"),
        ('kind = "choice"', 'kind = "radio"', "field.kind", "One of these"),
        ('pattern = "UHID ([0-9]+)"', 'pattern = "UHID"', "submit.pattern", "brackets"),
        ('pattern = "UHID ([0-9]+)"', 'pattern = "UHID ([0-9"', "submit.pattern", "regular expression"),
        ("[submit]", "[submitted]", "submitted", "unknown"),
        ('name = "Sex"', 'name = "Name"', "field.name", "already"),
        ('hit = "tr.hit"', "hit = 1", "search.hit", "quotation marks"),
        ("tabs = 2", "tabs = 4000", "field.tabs", "whole number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, old: str, new: str, key: str, why: str) -> None:
    assert old in house.RECIPE
    path = house.recipe(tmp_path, house.RECIPE.replace(old, new, 1))
    with pytest.raises(RecipeWrong) as wrong:
        load(path)
    assert str(wrong.value.values["key"]).startswith(key) and why in str(wrong.value)


def test_without_a_number_the_hospitals_word_is_needed(tmp_path: Path) -> None:
    text = house.RECIPE.replace('value = "Slip {number}"', 'value = "Slip"')
    text = text.replace("wait = 3", 'without_number = "Dr Rao, IT, 24-11-2026"')
    assert load(house.recipe(tmp_path, text)).without_number.startswith("Dr Rao")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[page", b"a = 1\n" * 200_000, b"field = 3"])
def test_a_file_that_is_no_recipe_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "his.toml"
    path.write_bytes(content)
    with pytest.raises(RecipeWrong):
        load(path)
    with pytest.raises(RecipeWrong):
        load(tmp_path / "none.toml")


def test_what_a_slip_gives() -> None:
    slip = Slip(number=SlipNumber(1, 1), issued=ISSUED, patient=SUNITA, visit=Visit(clinic=1, fee=10))
    told = values(slip, HOSPITAL)
    assert (told["given"], told["surname"], told["birth_date"], told["clinic"]) == ("Sunita", "Devi", "", "ENT")
    assert filled("{locality}, {district}", told) == "Tajganj, Agra"
    assert filled("{birth_date}", told, day="%d/%m/%Y") == ""  # an age is no day of birth
    born = values(replace(slip, patient=replace(SUNITA, age=None, birth_date=date(1990, 2, 3))), HOSPITAL)
    assert filled("{birth_date}", born, day="%m/%d/%Y") == "02/03/1990"
    one = values(replace(slip, patient=replace(SUNITA, name="Asha")), HOSPITAL)
    assert (one["given"], one["surname"]) == ("Asha", "")
    with pytest.raises(KeyError):
        filled("{sex}", told, codes={"male": "M"})


def test_a_number_is_compared_whole() -> None:
    assert holds("Slip 00100000114, ENT", "00100000114") and not holds("Slip 001000001149", "00100000114")
    assert is_ours("see 00100000114") and not is_ours("mobile 9810012345") and not is_ours("00100000115")
    assert alike(" SUNITA  devi ", "Sunita Devi") and not alike("Sunita", "Sunita Devi")


@pytest.mark.parametrize(("text", "plain"), [("H.No. 14–B", "H.No. 14-B"), ("é\t\r\n\x00", "e"), ("Asha’s", "Asha's")])
def test_a_scanner_types_plain_signs(text: str, plain: str) -> None:
    assert in_ascii(text) == plain


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("https://his.example/app/form", True),
        ("https://his.example/app", True),
        ("https://his.example/apple", False),
        ("https://his.example.evil/app/", False),
        ("http://his.example/app/", False),
        ("https://his.example:8443/app/", False),
        ("chrome-error://chromewebdata/", False),
    ],
)
def test_a_tab_is_the_systems_only_under_its_address(address: str, inside: bool) -> None:
    assert within(address, "https://his.example/app") is inside


@contextmanager
def speaking(*answers: bytes) -> Iterator[int]:
    """Something on a port that says these bytes, one for each that it hears, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                for answer in answers:
                    connection.recv(65_536)
                    connection.sendall(answer)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        yield server.getsockname()[1]


UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"


@pytest.mark.parametrize(
    "answers",
    [
        (b"SSH-2.0-OpenSSH\r\n\r\n",),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n",),
        (UPGRADED,),
        (UPGRADED, b"\x81\x05hello"),
        (UPGRADED, b"\x88\x00"),
        (UPGRADED, b"\x81\x7f" + (1 << 40).to_bytes(8) + b"x"),
        (UPGRADED, b"\x81" + bytes([len(b'{"id":1,"error":{}}')]) + b'{"id":1,"error":{}}'),
    ],
    ids=["no web", "refused", "hangs up", "no JSON", "closed", "endless", "an error"],
)
def test_what_is_no_browser_is_a_sentence(answers: tuple[bytes, ...]) -> None:
    with speaking(*answers) as port:
        tab = Tab(key="1", url="http://x", path="/devtools/page/1")
        with pytest.raises(BrowserAway):
            DevTools(port, tab, url="http://x", heard=lambda *_: None, timeout=1).command("Page.enable")


@pytest.mark.parametrize("body", [b"not json", b"{}", b'[{"type": "page"}]', b"[1]", b"[]"])
def test_a_list_of_tabs_that_is_none_is_a_sentence(body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: " + str(len(body)).encode() + b"\r\n\r\n"
    with speaking(head + body) as port, pytest.raises(BrowserAway):
        Browser("http://x", [port])


def test_a_frame_in_pieces_is_put_together() -> None:
    whole = b'{"id":1,"result":{"a":1}}'
    pieces = b"\x01\x05" + whole[:5] + b"\x89\x00" + b"\x80" + bytes([len(whole) - 5]) + whole[5:]
    with speaking(UPGRADED, pieces) as port:
        tools = DevTools(port, Tab(key="", url="", path="/"), url="", heard=lambda *_: None, timeout=2)
        assert tools.command("x") == {"a": 1}
