"""What is typed and not sent comes back after a closed tab, an ended login, a restart; sealed, and to nobody else."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from fallback.enrolment import Installation
from fallback.slip import SlipNumber
from fallback.vault import Cost, Vault
from fallback.web import close, create_app
from fallback.web.unsent import Typed, Unsent
from tests import factories
from tests.web.visitor import NEW, Answer, Visitor

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TYPED = {"name": "Sunita Devi", "mobile": "9810000001", "locality": "Gali 3"}
FIRST = SlipNumber(1, 1)


@pytest.fixture
def unsent(installation: Installation) -> Unsent:
    return Unsent(installation.folder, installation.vault)


def typed(form: str, *, minutes: int = 0, **items: str) -> Typed:
    return Typed(form=form, path="/register", at=NOW + timedelta(minutes=minutes), items=list(items.items()))


def pause(desk: Visitor, **more: str) -> str:
    """A clerk types and pauses: what the page's script sends then. Returns the form's key."""
    form = desk.new_form()
    data = form.fields | TYPED | {"typed_path": "/register"} | more
    assert desk.post("/typed", data).status == 204
    return form.fields["form"]


def offered(answer: Answer) -> bool:
    return any("/typed/back" in form.action for form in answer.page.forms)


def bring_back(desk: Visitor) -> Answer:
    return desk.send(next(form for form in desk.get("/").page.forms if "/typed/back" in form.action))


def files(installation: Installation) -> list[Path]:
    return sorted((installation.folder / "unsent").glob("*"))


def test_it_is_sealed_and_its_name_tells_nothing(unsent: Unsent, installation: Installation) -> None:
    unsent.keep("asha", typed("key", name="Sunita Devi"))
    (file,) = files(installation)
    assert b"Sunita" not in file.read_bytes()
    assert "asha" not in file.name
    assert "key" not in file.name
    assert file.stat().st_mode & 0o077 == 0
    (found,) = unsent.all_of("asha", NOW)
    assert (found.said("name"), found.said("mobile"), found.path) == ("Sunita Devi", "", "/register")
    assert unsent.all_of("meena", NOW) == []
    assert unsent.of("meena", "key") is None
    file.rename(file.with_name(file.name.replace(file.name[:16], "0" * 16)))
    assert unsent.of("asha", "key") is None


def test_of_one_login_the_newest_few_stay(unsent: Unsent) -> None:
    for at in range(8):
        unsent.keep("asha", typed(f"key {at}", minutes=at, name=str(at)))
    unsent.keep("meena", typed("hers", name="x"))
    assert [each.said("name") for each in unsent.all_of("asha", NOW)] == ["7", "6", "5", "4", "3"]
    unsent.forget("asha", "key 7")
    unsent.forget("asha", "never kept")
    unsent.forget_all("meena")
    assert len(unsent.all_of("asha", NOW)) == 4
    assert unsent.all_of("meena", NOW) == []


@pytest.mark.parametrize("hours", [13, -13])
def test_what_nobody_asked_for_in_time_is_gone(unsent: Unsent, installation: Installation, hours: int) -> None:
    unsent.keep("asha", typed("key", name="Sunita"))
    assert unsent.all_of("asha", NOW + timedelta(hours=hours)) == []
    assert files(installation) == []


def test_a_file_that_the_power_cut_tore_is_as_good_as_not_there(unsent: Unsent, installation: Installation) -> None:
    unsent.keep("asha", typed("whole", name="Sunita"))
    (whole,) = files(installation)
    for content in (b"", b"\x01" * 40, whole.read_bytes()[:-1]):
        unsent.keep("asha", typed("torn", name="Rekha"))
        (torn,) = set(files(installation)) - {whole}
        torn.write_bytes(content)
        assert [each.said("name") for each in unsent.all_of("asha", NOW)] == ["Sunita"]


def test_a_form_of_a_megabyte_is_not_kept(unsent: Unsent, installation: Installation) -> None:
    unsent.keep("asha", typed("key", name="x" * 70_000))
    assert not (installation.folder / "unsent").exists()


def test_another_installations_key_opens_nothing(unsent: Unsent, installation: Installation, tmp_path: Path) -> None:
    unsent.keep("asha", typed("key", name="Sunita"))
    (tmp_path / "other").mkdir()
    other, _ = Vault.create(tmp_path / "other", "another long passphrase", cost=Cost(passes=1, lanes=1, memory_kib=8))
    assert Unsent(installation.folder, other).of("asha", "key") is None


def test_a_closed_tab_and_a_restart(desk: Visitor, app: Flask, installation: Installation) -> None:
    key = pause(desk)
    answer = desk.get("/")
    assert offered(answer)
    assert "Sunita Devi" in answer.text
    again = create_app(installation, factories.hospital(), clock=factories.clock())
    later = Visitor(again)
    later.log_in()
    assert offered(later.get("/"))
    form = bring_back(later).page.form("name", "form", action="register")
    assert form.fields["form"] == key, "the same form: sent twice it is still one slip"
    assert {name: form.fields[name] for name in TYPED} == TYPED
    assert later.send(form, **NEW | TYPED).path == f"/issued/{FIRST}"
    assert files(installation) == []
    assert not offered(later.get("/"))
    close(again)


def test_what_was_sent_does_not_come_back(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    desk.send(form, **NEW)
    late = form.fields | TYPED | {"typed_path": "/register"}
    assert desk.post("/typed", late).status == 204, "the page's last word came after the registration"
    assert not offered(desk.get("/"))
    assert files(installation) == []


def test_a_confidential_form_lies_on_no_disk(desk: Visitor, installation: Installation) -> None:
    form = desk.new_form()
    data = form.fields | TYPED | {"typed_path": "/register"}
    desk.post("/typed", data)
    assert len(files(installation)) == 1
    desk.post("/typed", data | {"confidential": "y"})
    assert files(installation) == []
    assert not offered(desk.get("/"))


def test_nobody_else_gets_it(desk: Visitor, app: Flask) -> None:
    key = pause(desk)
    meena = Visitor(app).at_desk("meena", series=2)
    assert not offered(meena.get("/"))
    token = meena.new_form().fields["csrf_token"]
    answer = meena.post("/typed/back", {"typed": key, "csrf_token": token})
    assert answer.path == "/"
    assert "Gali 3" not in answer.text


def test_it_is_let_go_by_hand(desk: Visitor, installation: Installation) -> None:
    pause(desk)
    desk.send(next(form for form in desk.get("/").page.forms if "/typed/forget" in form.action))
    assert files(installation) == []


@pytest.mark.parametrize("path", ["//evil.example/register", "https://evil.example", "/login", "/nowhere", ""])
def test_a_path_that_is_none_of_the_desks_brings_nothing_back(desk: Visitor, path: str) -> None:
    key = pause(desk, typed_path=path)
    token = desk.new_form().fields["csrf_token"]
    assert desk.post("/typed/back", {"typed": key, "csrf_token": token}).path == "/"


def test_pins_and_tokens_are_not_kept(desk: Visitor, app: Flask, installation: Installation) -> None:
    key = pause(desk, pin="13571357")
    found = Unsent(installation.folder, installation.vault).of("asha", key)
    assert found is not None
    assert {name for name, _ in found.items} & {"pin", "csrf_token", "typed_path"} == set()


def test_an_ended_login_keeps_nothing_and_loses_nothing(desk: Visitor, installation: Installation) -> None:
    key = pause(desk)
    desk.post("/logout", {"csrf_token": desk.new_form().fields["csrf_token"]})
    assert desk.post("/typed", {"form": "other", "name": "x"}).status == 401
    desk.log_in()
    form = bring_back(desk).page.form("name", "form", action="register")
    assert form.fields["form"] == key


def test_with_the_shift_it_goes(desk: Visitor, installation: Installation) -> None:
    pause(desk)
    desk.send(desk.get("/shift/close").page.form("counted_cash"), counted_cash="500", carrier="Asha")
    assert files(installation) == []
