"""What goes wrong among desks: apart for an hour, dead, elsewhere, cloned, forked, with another clock."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from socket import SOCK_DGRAM

import pytest

from fallback import enrolment, frontdesk
from fallback.custody.network.exchange import Met, Session, meet
from fallback.custody.network.lines import mark_of
from fallback.custody.network.link import Link
from fallback.custody.network.neighbours import Neighbours
from fallback.custody.network.proof import LanKeys
from fallback.enrolment import Installation
from fallback.errors import DeskBusy, DeskNotHere, JournalForked, JournalInTwoPlaces
from fallback.lan import Beacon
from fallback.ledger import Ledger, queries
from fallback.ledger.facts import FactKind
from fallback.vault import Vault
from tests import factories
from tests.lan_desks import HERE, Desk, free_port, on_lan, same, second, until, work


@pytest.fixture
def other(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    made = second(installation, tmp_path / "other")
    yield made
    made.close()


def exchange(asks: Link, desk: Desk) -> Met:
    session = Session.open("127.0.0.1", desk.port, asks.keys)
    try:
        met = meet(session, asks.ledger, asks.about, asks.take, wall=asks._wall)
    finally:
        session.close()
    asks._met("127.0.0.1", met)
    return met


def test_apart_with_hundreds_of_lines_they_meet_and_registration_goes_on(
    installation: Installation, other: Installation
) -> None:
    whistle = free_port(SOCK_DGRAM)
    ours = work(installation, 1, 60)
    theirs = work(other, 3, 60, login="meena")
    with on_lan(installation, whistle), on_lan(other, whistle):
        meanwhile = work(installation, 1, 20)
        until(lambda: same(installation, other), 60)
        for each in (installation, other):
            known = [row.slip.number.text for row in queries.slips(each.ledger.db())]
            assert len(known) == len(set(known))
            assert set(known) == {*ours, *theirs, *meanwhile}
            assert each.ledger.verify().ok
            assert each.ledger.rebuild_views()


def test_a_desk_that_died_comes_back_at_another_port(installation: Installation, other: Installation) -> None:
    whistle = free_port(SOCK_DGRAM)
    with on_lan(installation, whistle) as one:
        with on_lan(other, whistle) as two:
            until(lambda: [each.port for each in one.link.computers()] == [two.port])
        work(installation, 1)  # alone
        with on_lan(other, whistle) as two:
            until(lambda: same(installation, other))
            until(lambda: two.port in [each.port for each in one.link.computers()])


def test_without_beacons_three_words_or_an_old_address_are_enough(
    installation: Installation, other: Installation
) -> None:
    work(installation, 1)
    with on_lan(installation, free_port(SOCK_DGRAM)) as one:
        with on_lan(other, free_port(SOCK_DGRAM)) as two:  # another whistle: they never hear each other
            two.link.call_at("127.0.0.1", one.port)
            until(lambda: same(installation, other))
        work(installation, 1)
        with on_lan(other, free_port(SOCK_DGRAM)):  # from what it wrote down
            until(lambda: same(installation, other))


def test_desks_that_have_the_same_lines_write_nothing(installation: Installation, other: Installation) -> None:
    """No desk answers another's lines with one of its own: sixty would never come to an end."""
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:  # noqa: SIM117 -- the order tells the story
        with on_lan(other, free_port(SOCK_DGRAM), start=False) as two:
            work(installation, 1)
            for _ in range(3):
                exchange(two.link, one)
                exchange(one.link, two)
            before = mark_of(installation.ledger.heads())
            assert before == mark_of(other.ledger.heads())
            assert other.ledger.vouch() == 1  # once in an hour a desk vouches for what others did
            assert other.ledger.vouch() == 0
            exchange(one.link, two)
            assert installation.ledger.vouch() == 1  # of the other desk's enrolment
            exchange(one.link, two)
            assert other.ledger.vouch() == installation.ledger.vouch() == 0  # and never for words alone
    told = [line.fact for line in other.ledger.lines(other.ledger.chain)]
    assert told.count(FactKind.CHAIN_MERGED) == 2


def twin(made: Installation, folder: Path) -> Ledger:
    """The same journal on another computer, as a disk's image is: its seat came along."""
    shutil.copytree(made.folder, folder)
    return Ledger.open(folder, Vault.open(folder, factories.PASSPHRASE), clock=factories.clock())


def test_a_journal_that_is_open_twice_issues_nothing_until_one_is_closed(
    installation: Installation, tmp_path: Path
) -> None:
    copy = twin(installation, tmp_path / "image")
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:
        clone = Link(copy, port=0, certificate="", networks=lambda: (HERE,))
        exchange(clone, one)
        for link in (clone, one.link):
            assert link.twin == "127.0.0.1"
            with pytest.raises(JournalInTwoPlaces, match=r"127\.0\.0\.1"):
                link.check(1)
        counter = factories.counter(installation)
        held = frontdesk.Counter(
            ledger=counter.ledger, hospital=counter.hospital, hospital_id=counter.hospital_id, drill=False,
            sign=one.link.signing(installation.sign),
        )  # fmt: skip
        with pytest.raises(JournalInTwoPlaces):
            frontdesk.open_shift(held, series=1, login="asha")
        one.link._twin = ("127.0.0.1", 0.0)  # it has not been heard for a while
        one.link.check(1)
    copy.close()


def test_a_journal_that_went_on_twice_is_told_by_everybody_and_loses_its_seat(
    installation: Installation, other: Installation, tmp_path: Path
) -> None:
    copy = twin(installation, tmp_path / "image")
    work(installation, 1)
    copy.write(lambda tx: tx.append(FactKind.CLOCK_TOLD, {"offset": 0}))
    with on_lan(other, free_port(SOCK_DGRAM), start=False) as room:  # noqa: SIM117 -- the order tells the story
        with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:
            exchange(room.link, one)  # the room has the one history now
            stolen: list[int] = []
            clone = Link(copy, port=0, certificate="", networks=lambda: (HERE,), give_up=lambda: stolen.append(1))
            met = exchange(clone, room)
            assert met.forks == {installation.ledger.chain}
            assert clone.forked
            assert stolen == [1]
            with pytest.raises(JournalForked):
                clone.check(1)
            assert other.ledger.verify().ok
            assert other.ledger.heads()[installation.ledger.chain] == installation.ledger.head()
            exchange(clone, one)
            assert one.link.forked  # it cannot know which of the two is the true one
    copy.close()
    installation.close()
    again = enrolment.open_installation(installation.folder, factories.PASSPHRASE, clock=factories.clock())
    assert again.ledger.chain != installation.ledger.chain
    with pytest.raises(DeskNotHere):
        again.sign(1)
    again.close()


def test_lines_that_the_disk_lost_come_home_before_anything_is_written_and_never_after(
    installation: Installation, other: Installation, tmp_path: Path
) -> None:
    image = tmp_path / "image"
    shutil.copytree(installation.folder, image)
    work(installation, 1)
    lost = installation.ledger.head()
    with on_lan(other, free_port(SOCK_DGRAM), start=False) as room:
        with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:
            exchange(room.link, one)
        before = Ledger.open(image, Vault.open(image, factories.PASSPHRASE), clock=factories.clock())
        link = Link(before, port=0, certificate="", networks=lambda: (HERE,))
        exchange(link, room)
        assert before.head() == lost
        before.close()
        shutil.rmtree(image)
    assert not link.forked
    link.check(1)


def test_who_wrote_since_it_is_open_takes_no_lines_of_its_own_chain(
    installation: Installation, other: Installation
) -> None:
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:
        work(installation, 1)
        elsewhere = list(installation.ledger.lines(installation.ledger.chain))[-1]
        later = elsewhere.__class__(
            chain=elsewhere.chain, sequence=elsewhere.sequence + 1, previous=elsewhere.hash, at=elsewhere.at,
            local=elsewhere.local, fact=FactKind.CLOCK_TOLD, content={"offset": 0},
        )  # fmt: skip
        before = installation.ledger.head()
        one.link.take([later])
        assert installation.ledger.head() == before
        with pytest.raises(JournalInTwoPlaces):
            one.link.check(1)


def test_clocks_and_servers_are_told(installation: Installation, other: Installation) -> None:
    late = factories.START.timestamp()
    with on_lan(installation, free_port(SOCK_DGRAM), start=False, serves=True, wall=lambda: late) as one:
        slow = on_lan(
            other, free_port(SOCK_DGRAM), start=False, serves=True,
            wall=lambda: late - timedelta(minutes=7).total_seconds(),
        )  # fmt: skip
        with slow as two:
            exchange(one.link, two)
            for link, offset in ((one.link, -420), (two.link, 420)):
                (found,) = link.computers()
                assert found.clock_differs
                assert round(found.offset) == offset
                assert found.serves


def test_a_clerk_who_is_at_another_computer_has_a_shift_here_too(
    installation: Installation, other: Installation
) -> None:
    """Her shift over there must not keep her from working here, nor take the place of the one that she has here."""
    work(installation, 1)
    with on_lan(installation, free_port(SOCK_DGRAM), start=False) as one:  # noqa: SIM117 -- the order tells the story
        with on_lan(other, free_port(SOCK_DGRAM), start=False) as two:
            exchange(two.link, one)
            there = queries.open_shift(other.ledger.db(), login="asha")
            assert there is not None
            assert queries.began_here(other.ledger.db(), there) == installation.ledger.chain
            assert two.link.is_here(installation.ledger.chain)
            counter = factories.counter(other)
            own = frontdesk.open_shift(counter, series=3, login="asha")
            assert queries.open_shift(other.ledger.db(), login="asha") == own
            assert queries.began_here(other.ledger.db(), own) == ""
            with pytest.raises(DeskBusy):
                frontdesk.open_shift(counter, series=3, login="meena")
            exchange(two.link, one)
            found = queries.open_shift(installation.ledger.db(), login="asha")
            assert found is not None
            assert found.series == 1


def test_an_old_beacon_changes_nothing_and_a_new_address_is_taken() -> None:
    def beacon(count: int, address: str, port: int = 8443) -> Beacon:
        return Beacon(
            instance=b"i" * 8, chain=b"c" * 8, mark=bytes([count % 256]) * 8, count=count, port=port, serves=False,
            addresses=(address,),
        )  # fmt: skip

    known = Neighbours("own")
    known.heard(beacon(5, "10.0.0.1"), "10.0.0.1")
    known.heard(beacon(4, "10.0.0.9"), "10.0.0.9")  # played back
    (found,) = known.everybody()
    assert (found.address, found.mark) == ("10.0.0.1", b"\x05" * 8)
    known.heard(beacon(6, "10.0.0.77", 8450), "10.0.0.77")  # DHCP gave another one
    assert (found.address, found.port) == ("10.0.0.77", 8450)
    for place in range(1000):
        other = Beacon(
            instance=place.to_bytes(8, "big"), chain=b"c" * 8, mark=b"m" * 8, count=1, port=8443, serves=False,
            addresses=(f"10.1.{place // 250}.{place % 250}",),
        )  # fmt: skip
        known.heard(other, other.addresses[0])
    assert len(known.everybody()) <= 256


def test_the_keys_of_two_hospitals_differ_and_a_card_has_those_of_its_own(
    installation: Installation, other: Installation, tmp_path: Path
) -> None:
    assert LanKeys.of(installation.vault) == LanKeys.of(other.vault)
    assert not other.vault.whole
    stranger = factories.installation(tmp_path / "another")
    assert LanKeys.of(stranger.vault) != LanKeys.of(other.vault)
    stranger.close()
