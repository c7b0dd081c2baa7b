"""A computer joins by six words: it has every line and a desk of its own, or nothing of it is left."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from socket import SOCK_DGRAM, create_server
from typing import Any

import pytest

from fallback import enrolment
from fallback.custody.network.hearing import JOINED
from fallback.custody.network.invitations import TRIES, Invitation, Invitations
from fallback.enrolment import Installation
from fallback.errors import (
    CardUsed,
    ComputerForeign,
    ComputerSilent,
    FolderTaken,
    InvitationOver,
    InvitationWrong,
    LanWordsWrong,
)
from fallback.kit import joining
from fallback.kit.joining import JoinedDesk, join
from fallback.lan import Agreement, Answer, Line as Wire, Way, read, secret_words
from fallback.lan.agree import confirmed
from fallback.ledger import queries
from fallback.serving import tls
from fallback.serving.keeper import lan_certificate
from tests import factories
from tests.lan_desks import Desk, card_of, free_port, on_lan, same, until, work


@pytest.fixture
def desk(installation: Installation) -> Iterator[Desk]:
    with on_lan(installation, free_port(SOCK_DGRAM)) as found:
        yield found


def invite(desk: Desk) -> Invitation:
    card = card_of(desk.made)
    return desk.link.invitations.make("127.0.0.1", desk.port, int(card[1:4]), card)


def go(text: str, folder: Path, root: bytes, **more: object) -> JoinedDesk:
    told: dict[str, object] = {"state": None, "clock": factories.clock(), "progress": None, "root": root}
    return join(text, "Counter 7", folder, **(told | more))  # type: ignore[arg-type]


def test_a_computer_joins_by_the_code_and_both_go_on(desk: Desk, tmp_path: Path) -> None:
    work(desk.made, 1, 5)
    (desk.made.folder / "hospital.toml").write_bytes(Path("hospital.toml").read_bytes())
    invitation, seen = invite(desk), list[tuple[int, int]]()
    joined = go(
        invitation.way.code, tmp_path / "new", desk.made.root, progress=lambda done, all_: seen.append((done, all_))
    )
    assert seen[-1][0] == seen[-1][1] > 5
    assert not (joined.folder / joining.MARK).exists()
    assert (joined.folder / "hospital.toml").read_bytes() == Path("hospital.toml").read_bytes()
    assert desk.link.invitations.current() is None
    made = enrolment.open_installation(joined.folder, joined.card, clock=factories.clock())
    try:
        assert made.may_issue(joined.series)
        assert not desk.made.may_issue(joined.series)
        assert queries.desk(desk.made.ledger.db(), joined.series)  # the others know already that the card is used
        with on_lan(made, desk.link._whistle_port):
            work(made, joined.series)
            until(lambda: same(made, desk.made))
        assert made.ledger.verify().ok
    finally:
        made.close()
    with pytest.raises(InvitationOver):
        go(invitation.way.code, tmp_path / "newer", desk.made.root)
    assert not list((tmp_path / "newer").iterdir())


def test_five_wrong_tries_end_it(desk: Desk, tmp_path: Path) -> None:
    way = invite(desk).way
    for _ in range(TRIES):
        wrong = Way(address=way.address, port=way.port, secret=secret_words(), certificate=way.certificate)
        with pytest.raises(InvitationWrong):
            go(wrong.code, tmp_path / "new", desk.made.root)
    with pytest.raises(InvitationOver):
        go(way.code, tmp_path / "new", desk.made.root)
    assert not list((tmp_path / "new").iterdir())


def test_a_code_that_names_another_certificate_gives_nothing_away(desk: Desk, tmp_path: Path) -> None:
    way = invite(desk).way
    with pytest.raises(InvitationWrong):
        go(Way(address=way.address, port=way.port, secret=way.secret, certificate="0" * 64).code, tmp_path / "new", b"")
    assert desk.link.invitations.current()


def test_another_hospitals_stick_is_refused_and_the_same_joiner_may_ask_again(desk: Desk, tmp_path: Path) -> None:
    way = invite(desk).way
    with pytest.raises(ComputerForeign):
        go(way.code, tmp_path / "new", b"r" * 32)
    assert not list((tmp_path / "new").iterdir())


def test_words_without_an_invitation_silence_and_a_folder_that_is_taken(desk: Desk, tmp_path: Path) -> None:
    way = invite(desk).way
    with pytest.raises(LanWordsWrong):
        go(Way(address="10.0.0.1", port=8443).words, tmp_path / "new", desk.made.root)
    with pytest.raises(ComputerSilent):
        go(
            Way(address="127.0.0.1", port=free_port(), secret=way.secret, certificate="0" * 64).code,
            tmp_path / "n",
            b"",
        )
    with pytest.raises(FolderTaken):
        go(way.code, desk.made.folder, desk.made.root)
    assert desk.link.invitations.current()


def test_ten_minutes_and_one_joiner_who_may_lose_the_answer() -> None:
    now = [0.0]
    invitations = Invitations("c" * 64, lambda: now[0])
    with pytest.raises(InvitationOver):
        invitations.begin(Agreement("a", "").shown)
    made = invitations.make("10.0.0.1", 8443, 7, "card")
    assert made.way.words and read(made.way.words).secret == made.way.secret

    def begun() -> tuple[str, str]:
        mine = Agreement(made.way.secret, "c" * 64)
        name, theirs = invitations.begin(mine.shown)
        return name, confirmed(mine.key(theirs, first=True), "joiner")

    one, two = begun(), begun()
    assert invitations.finish(*one) == invitations.finish(*one)
    with pytest.raises(InvitationOver):
        invitations.finish(*two)
    with pytest.raises(InvitationOver):
        begun()
    assert invitations.current() is None
    invitations.make("10.0.0.1", 8443, 8, "another")
    assert invitations.spare() == (8, "another")
    now[0] = 600.5
    with pytest.raises(InvitationOver):
        begun()
    assert invitations.spare() == (8, "another")


@pytest.mark.parametrize("moment", ["header", "lines", "enrolled"])
def test_power_goes_while_a_computer_joins(
    desk: Desk, tmp_path: Path, moment: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a kill -9 leaves it: nothing is cleared away; the next joining begins anew, and no number is given twice."""
    places: dict[str, Callable[..., object]] = {"header": joining._begin, "lines": joining._fetch}
    target = {"header": "_begin", "lines": "_fetch", "enrolled": "enrol_with_card"}[moment]
    real = places.get(moment, enrolment.enrol_with_card)

    def cut(*given: object) -> object:
        real(*given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(joining, target, cut)
        patch.setattr(joining, "_clear", lambda _folder: None)
        with pytest.raises(KeyboardInterrupt):
            go(invite(desk).way.code, tmp_path / "new", desk.made.root)
    assert (tmp_path / "new" / joining.MARK).exists()
    joined = go(invite(desk).way.code, tmp_path / "new", desk.made.root)
    made = enrolment.open_installation(joined.folder, joined.card, clock=factories.clock())
    assert made.may_issue(joined.series)
    made.close()


def test_a_card_that_was_used_meanwhile_is_told(desk: Desk, tmp_path: Path) -> None:
    card = card_of(desk.made)
    way = desk.link.invitations.make("127.0.0.1", desk.port, int(card[1:4]), card).way
    enrolment.enrol_with_card(desk.made, "Counter 8", card)
    with pytest.raises(CardUsed):
        go(way.code, tmp_path / "new", desk.made.root)
    assert not list((tmp_path / "new").iterdir())


def test_whoever_cuts_the_line_does_not_get_the_proof_that_is_worth_a_card(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in between lets the first talk through, cuts it before the card, and takes the next call itself."""
    way, got = invite(desk).way, list[bytes]()
    stranger = lan_certificate()
    calls, real_open, real_ask = list[int](), Wire.open, Wire.ask

    def call(address: str, port: int, *, within: float) -> Wire:
        calls.append(port)
        return real_open(address, port if len(calls) == 1 else listener.getsockname()[1], within=within)

    def cut(self: Wire, path: str, body: bytes, **more: Any) -> Answer:
        if path == JOINED and len(calls) == 1:
            raise ComputerSilent(address="127.0.0.1", port="1")
        return real_ask(self, path, body, **more)

    def listen() -> None:
        with suppress(OSError), tls.context(stranger).wrap_socket(listener.accept()[0], server_side=True) as sock:
            sock.settimeout(5)
            got.append(sock.recv(65536))

    with create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        monkeypatch.setattr(Wire, "open", call)
        monkeypatch.setattr(Wire, "ask", cut)
        with pytest.raises((InvitationWrong, ComputerSilent)):
            joining._invited(replace(way, certificate=""))  # from words: they have no room for a certificate
        thread.join(10)
    assert len(calls) == 2
    assert not any(got)


def test_a_card_that_was_typed_with_spaces_is_given_away_like_a_scanned_one(desk: Desk, tmp_path: Path) -> None:
    card = card_of(desk.made)
    typed = "c " + card[1:].replace("-", " ").lower()
    way = desk.link.invitations.make("127.0.0.1", desk.port, int(card[1:4]), typed).way
    assert go(way.code, tmp_path / "new", desk.made.root).series == int(card[1:4])
