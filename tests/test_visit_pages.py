"""Which pages go with a visit into the hospital's system, and that they get there from the scanner's box, once."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from fallback.ehospital.fhir import FhirConnector
from fallback.episode import Seen
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries.visit_pages import visit_pages
from fallback.recovery import approve, run_import
from fallback.recovery.decisions import Decision
from fallback.recovery.episodes import all_learnt, learnt
from fallback.rehearsal.target import TestSystem
from fallback.slip import Kind
from tests.backlog import HOSPITAL, Backlog, cleared
from tests.journals import make
from tests.page_facts import ONE, THREE, TWO, accept, decide, slip, tell

NAME = "test-server"


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Any]:
    found = make(tmp_path)
    yield found
    found.close()


def test_a_page_goes_with_its_one_slip(ledger: Any) -> None:
    first, second = slip(ledger, 1), slip(ledger, 2)
    accept(ledger, ONE, "read", first)
    accept(ledger, TWO, "read", first, second)
    accept(ledger, THREE, "unread")
    assert visit_pages(ledger.db()) == {first: (ONE,)}, "a page of two persons goes with neither"
    decide(ledger, THREE, Decision.BELONGS, number=second)
    assert visit_pages(ledger.db()) == {first: (ONE,), second: (THREE,)}
    assert visit_pages(ledger.db(), second) == {second: (THREE,)}
    assert visit_pages(ledger.db(), "10100000199") == {}


def test_a_page_that_waits_for_a_person_goes_nowhere(ledger: Any) -> None:
    first = slip(ledger, 1)
    accept(ledger, ONE, "number_only", first)
    assert visit_pages(ledger.db()) == {}
    decide(ledger, ONE, Decision.BELONGS, number=first)
    assert visit_pages(ledger.db()) == {first: (ONE,)}


def test_no_page_of_a_hidden_identity_goes(ledger: Any) -> None:
    hidden, pad = slip(ledger, 1, sealed=b"s" * 40), slip(ledger, 2, kind=Kind.PAD)
    accept(ledger, ONE, "read", hidden)
    accept(ledger, TWO, "read", pad)
    assert visit_pages(ledger.db()) == {}


def test_pages_are_told_to_targets_that_take_them_only(ledger: Any) -> None:
    number = slip(ledger, 1)
    accept(ledger, ONE, "read", number)
    for name, pages in (("his", True), ("other", False)):
        told = {"url": "u", "software": "s", "fingerprint": "f", "certificate": "", "organisation": ""}
        tell(ledger, FactKind.TARGET_PINNED, target=name, pages=pages, **told)
    db = ledger.db()
    row = next(iter(queries.slips(db)))
    assert learnt(db, row.slip, "his").pages == all_learnt(db, "his")[number].pages == (ONE,)
    assert learnt(db, row.slip, "other").pages == learnt(db, row.slip).pages == ()
    assert learnt(db, row.slip, "never pinned").pages == ()


def test_what_a_rule_destroyed_stays_where_it_was_sent(ledger: Any) -> None:
    first, second = slip(ledger, 1), slip(ledger, 2)
    told = {"url": "u", "software": "s", "fingerprint": "f", "certificate": "", "organisation": ""}
    tell(ledger, FactKind.TARGET_PINNED, target="his", pages=True, **told)
    accept(ledger, ONE, "read", first)
    accept(ledger, TWO, "read", second)
    sent = learnt(ledger.db(), next(iter(queries.slips(ledger.db()))).slip, "his").text
    content: dict[str, Any] = {"number": first, "revision": 0, "target": "his", "patient": "p", "encounter": "e"}
    tell(ledger, FactKind.SLIP_CONFIRMED, **content | {"uhid": "", "created": True, "told": sent})
    tell(ledger, FactKind.PICTURES_DESTROYED, pictures=[ONE, TWO], reason="its time is over")
    known = all_learnt(ledger.db(), "his")
    assert (known[first].pages, known[second].pages) == ((ONE,), ())


@pytest.mark.target
def test_from_the_box_into_the_system(tmp_path: Path) -> None:
    """The visit goes first; its page is scanned days later and follows; a void takes both back."""
    content = b"\xff\xd8\xffthe doctor wrote"
    digest = hashlib.sha256(content).hexdigest()
    backlog = Backlog(tmp_path / "j", 742)
    cleared(backlog.ledger, NAME)
    one = backlog.issue()
    with TestSystem() as system:
        target = replace(system.target, pictures=True, documents=True)
        connector = FhirConnector(target, HOSPITAL, system.token, picture={digest: content}.__getitem__)

        def go() -> Any:
            approve(backlog.ledger, NAME, by="ravi")
            return run_import(backlog.ledger, connector, by="ravi")

        def all_of(kind: str) -> list[dict[str, Any]]:
            headers = {"Authorization": f"Bearer {system.token}"}
            found = httpx.get(f"{system.url}/{kind}", headers=headers, trust_env=False).json()
            return [entry["resource"] for entry in found.get("entry", [])]

        assert go().created == 1
        assert all_of("DocumentReference") == []
        form = {"place": 0, "form": "slip.hospital", "sure": True, "marks": {"outcome.admitted": "ticked"}}
        accept(backlog.ledger, digest, "read", one.number.text, forms=[form])
        assert learnt(backlog.ledger.db(), one, NAME).seen is Seen.SEEN
        assert go().updated == 1
        (page,), (document,) = all_of("DocumentReference"), all_of("Bundle")
        (visit,) = all_of("Encounter")
        assert (visit["status"], page["status"], document["type"]) == ("finished", "current", "document")
        assert go().confirmed == 0
        backlog.void(one)
        assert go().withdrawn == 1
        assert [each["status"] for each in all_of("Encounter") + all_of("DocumentReference")] == [
            "entered-in-error"
        ] * 2
        connector.close()
    backlog.ledger.close()
