"""The day itself, by script: laptops with Python and nothing else, on no network, a stick; then the account closes."""

from pathlib import Path

import pytest

from fallback import custody, enrolment
from fallback.ehospital.fhir import FhirConnector
from fallback.hospital import Target
from fallback.ledger import queries
from fallback.reconcile import Bucket
from fallback.recovery import Choice, account_of, approve, contradictions, run_import
from fallback.rehearsal.clerk import Clerk
from fallback.rehearsal.target import TestSystem
from tests import factories, kits
from tests.backlog import cleared
from tests.laptops import cable, laptops, reason_to_skip

TARGET = "test-server"

pytestmark = pytest.mark.skipif(bool(reason_to_skip()), reason=reason_to_skip() or "-")


def test_from_the_stick_to_a_closed_account(tmp_path: Path) -> None:
    stick = kits.whole(tmp_path / "stick", tmp_path, version="1.0.0")
    with laptops(tmp_path, "a", "b", "c") as (first, by_lan, by_stick):
        cable(first, by_lan)
        first.start(stick.folder, lambda person: typed(person, stick.cards[0], "Casualty"))
        first.supervisor(
            lambda person: person.send(person.open("/supervisor").form("reason"), reason="ransom note on every screen")
        )
        numbers = {first.registers("asha", "Web Patient A", "9811111110")}
        print(f"\nkit to first slip: {first.spent:.1f} s of the machine")

        words = first.supervisor(lambda person: invited(person, stick.cards[1]))
        by_lan.start(stick.folder, lambda person: joins(person, words, "OPD hall"))
        numbers.add(by_lan.registers("bela", "Web Patient B", "9811111111"))
        print(f"second desk by LAN: {by_lan.spent:.1f} s")

        by_stick.start(stick.folder, lambda person: typed(person, stick.cards[2], "Emergency gate"))
        numbers.add(by_stick.registers("meena", "Web Patient C", "9811111112"))
        print(f"third desk by stick: {by_stick.spent:.1f} s")

        first.die()
        first.start(stick.folder, lambda person: person.send(person.open("/").form("card"), card=stick.cards[0]))
        by_lan.end()
        by_stick.end()
        first.end()
    assert len(numbers) == 3
    copies = sorted((stick.folder / "copies").iterdir())
    the_administrator_comes(tmp_path / "main", copies, numbers)


def typed(person: Clerk, card: str, name: str) -> None:
    person.send(person.open("/").form("card", "name"), name=name, card=card)


def joins(person: Clerk, words: str, name: str) -> None:
    person.send(person.open("/join").form("words", "name"), name=name, words=words)


def invited(person: Clerk, card: str) -> str:
    """The six words of an invitation that gives a spare card away."""
    person.send(person.open("/computers").form("card"), card=card)
    text = person._http.get("/computers").text
    return text.partition('class="join-words">')[2].partition("<")[0]


def the_administrator_comes(main: Path, copies: list[Path], numbers: set[str]) -> None:
    """What lies on the stick is merged, imported and accounted."""
    made = enrolment.open_installation(main, factories.PASSPHRASE, clock=factories.clock())
    for each in copies:
        assert custody.merge(made.ledger, each).conflicts == ()
    db = made.ledger.db()
    known = {row.slip.number.text for row in queries.slips(db)}
    assert numbers == known
    assert (contradictions(db).numbers, contradictions(db).cards) == ((), ())
    with TestSystem() as system:
        cleared(made.ledger, TARGET)
        approve(made.ledger, TARGET, Choice(), by="ravi")
        connector = FhirConnector(
            Target(name=TARGET, url=system.url, test=True), factories.hospital(), system.token, pauses=(0.01,),
            timeout=10.0,
        )  # fmt: skip
        report = run_import(made.ledger, connector, by="ravi")
        connector.close()
    account = account_of(db, TARGET)
    assert report.created == account.total.counts[Bucket.IMPORTED] == account.total.issued == len(known)
    assert account.closed
    assert made.ledger.verify().ok
    made.close()
