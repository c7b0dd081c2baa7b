"""The page of computers: who is there, one more is invited, and what is wrong is said in a sentence."""

import re
from collections.abc import Iterator
from pathlib import Path
from socket import SOCK_DGRAM

import pytest
from flask import Flask

from fallback.custody.network.exchange import Session, meet
from fallback.enrolment import Installation
from fallback.kit.joining import join
from fallback.lan import PORT, Way, read
from fallback.web import close, create_app
from tests import factories
from tests.lan_desks import Desk, card_of, free_port, on_lan, second
from tests.web.visitor import Visitor


@pytest.fixture
def lan(installation: Installation) -> Iterator[Desk]:
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as found:
        yield found


@pytest.fixture
def linked(lan: Desk, installation: Installation) -> Iterator[Flask]:
    made = create_app(installation, factories.hospital(), clock=factories.clock(), link=lan.link)
    yield made
    close(made)


@pytest.fixture
def meena(linked: Flask) -> Visitor:
    found = Visitor(linked)
    found.log_in("meena")
    return found


def test_alone_it_says_how_to_open_the_door(app: Flask) -> None:
    alone = Visitor(app)
    alone.log_in("meena")
    assert "serve --lan" in alone.get("/computers").text


def test_an_invitation_is_shown_used_and_made_with_the_same_card_again(
    meena: Visitor, lan: Desk, installation: Installation, tmp_path: Path
) -> None:
    shown = meena.send(meena.get("/computers").page.form("card"))
    assert shown.path == "/computers"
    invitation = lan.link.invitations.current()
    assert invitation is not None
    assert 'class="join-code"' in shown.text
    way = invitation.way
    assert way.secret in shown.text or way.words in shown.text or not way.words
    assert "3" in f"{invitation.series}"
    ended = meena.send(meena.get("/computers").page.form(action="end"))
    assert lan.link.invitations.current() is None
    meena.send(ended.page.form("card"))
    again = lan.link.invitations.current()
    assert again is not None
    assert again.series == invitation.series  # the card that nobody took
    assert again.way.secret != way.secret
    joined = join(
        again.way.code, "Ward 4", tmp_path / "new", state=None, clock=factories.clock(), progress=None,
        root=installation.root,
    )  # fmt: skip
    assert joined.series == again.series
    third = meena.send(meena.get("/computers").page.form("card"))
    fresh = lan.link.invitations.current()
    assert fresh is not None
    assert fresh.series != again.series
    assert third.status == 200


def test_a_spare_card_is_given_away_and_another_text_is_refused(
    meena: Visitor, lan: Desk, installation: Installation
) -> None:
    form = meena.get("/computers").page.form("card")
    assert "no enrolment card" in meena.send(form, card="C001 nonsense").text
    assert lan.link.invitations.current() is None
    card = card_of(installation)
    meena.send(form, card=card.lower().replace("-", " "))
    found = lan.link.invitations.current()
    assert found is not None
    assert found.series == int(card[1:4])


def test_no_words_are_asked_for_where_there_are_none_and_those_that_have_some_come_first(
    meena: Visitor, lan: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lan.link, "port", PORT)
    monkeypatch.setattr(lan.link, "addresses", lambda: ["164.100.7.7"])
    shown = meena.send(meena.get("/computers").page.form("card"))
    assert "has no words" in shown.text
    assert "type the six words" not in shown.text
    meena.send(shown.page.form(action="end"))
    monkeypatch.setattr(lan.link, "addresses", lambda: ["164.100.7.7", "192.168.7.7"])
    form = meena.get("/computers").page.form("card")
    del form.fields["address"]  # as nobody chose
    assert "type the six words" in meena.send(form).text
    invitation = lan.link.invitations.current()
    assert invitation is not None
    assert invitation.way.address == "192.168.7.7"


def test_the_card_that_was_refused_is_typed_again_without_the_mouse(meena: Visitor) -> None:
    text = meena.send(meena.get("/computers").page.form("card"), card="C001 nonsense").text
    assert re.search(r'name="card"[^>]*autofocus', text)


def test_words_of_a_computer_that_is_not_heard(meena: Visitor, lan: Desk) -> None:
    form = meena.get("/computers").page.form("words")
    assert "word 1 is not in the list" in meena.send(form, words="xylophone acid acne").text
    meena.send(form, words=Way(address="10.0.0.7", port=8444).words)
    assert lan.link._addresses.next([], 0, []) == ("10.0.0.7", 8444)
    assert read(Way(address="10.0.0.7", port=8444).words).port == 8444


def test_what_is_wrong_among_computers_is_said(
    meena: Visitor, lan: Desk, installation: Installation, tmp_path: Path
) -> None:
    other = second(installation, tmp_path / "other")
    with on_lan(other, free_port(SOCK_DGRAM), start=False, serves=True, wall=lambda: 1.0) as two:
        session = Session.open("127.0.0.1", two.port, lan.link.keys)
        met = meet(session, installation.ledger, lan.link.about, lan.link.take)
        session.close()
        lan.link._met("127.0.0.1", met)
    lan.link.serves = True
    page = meena.get("/computers")
    assert "Counter 9" in page.text
    assert "Two computers serve browsers" in page.text
    assert "Clocks differ" in page.text
    lan.link._twin = ("10.0.0.9", float("inf"))
    lan.link._forked = True
    page = meena.get("/computers")
    assert page.text.count("CONFLICT:") == 2
    clerk = Visitor(meena.client.application)
    clerk.log_in()
    form = clerk.get("/shift/open").page.form("opening_float")
    assert "went on in two places" in clerk.send(form, desk="1", opening_float="0", clock="y").says
    other.close()


def test_thin_and_full_desks_say_what_they_are(meena: Visitor) -> None:
    assert "Full desk" in meena.get("/supervisor").text
    thin = meena.get("/supervisor", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert "Thin desk" in thin.text
    assert "The desk&#39;s server does not answer." in thin.text
    full = meena.get("/supervisor").text
    assert "Parchi does not run on this computer any more" in full
    assert "The desk&#39;s server" not in full
    assert 'id="away"' not in Visitor(meena.client.application).get("/login").text
    log = Path(meena.client.application.extensions["parchi"].installation.folder / "logs")
    before = sum(len(each.read_bytes()) for each in log.rglob("*") if each.is_file())
    assert meena.get("/alive").status == 204
    assert Visitor(meena.client.application).get("/alive").status == 204
    assert sum(len(each.read_bytes()) for each in log.rglob("*") if each.is_file()) == before
