"""Many desks, one truth: whatever chain, copy or paper comes first, the tables say the same; conflicts are shown."""

import hashlib
import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlite_utils import Database

from fallback import recovery
from fallback.ledger import Ledger, after_view, delivery_view, match_view, target_view, views
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line, next_line
from fallback.slip import Kind, Patient, Slip, SlipNumber, Visit
from tests.backlog import SUNITA, Backlog, page
from tests.journals import START, sibling

NUMBERS = [SlipNumber(1, serial).text for serial in range(1, 4)]
FACTS = match_view.FACTS | target_view.FACTS | after_view.FACTS | delivery_view.FACTS
VERSIONS = 2  # of each slip, which every chain may have read


def _slip(number: str, version: int, name: str) -> tuple[FactKind, dict[str, Any], bytes]:
    """A slip as its paper tells it: the same bytes on every desk that reads it."""
    digests = [hashlib.sha256(f"{number} {each}".encode()).hexdigest() for each in range(version + 1)]
    made = Slip(
        number=SlipNumber.parse(number),
        revision=version,
        replaces=bytes.fromhex(digests[version - 1])[:4] if version else b"",
        issued=START,
        patient=Patient(name=name, mobile="9810012345"),
        visit=Visit(clinic=1),
    )
    told = {"slip": made.record(), "digest": digests[version], "cut": [], "alike": ["uhid:7"]}
    return FactKind.SLIP_READ, told, f"{number} {version}".encode()


def _over(random: Random) -> dict[str, Any]:
    """Which words a word names as seen, also those of other desks; one of before words did so names none."""
    seen = [f"{random.randint(1, 40):012d} {random.choice('abc') * 16}" for _ in range(random.randint(0, 12))]
    return {"over": seen} if random.random() > 0.3 else {}


def _told(fact: FactKind, random: Random) -> dict[str, Any]:
    """A fact's content as any desk may write it."""
    number = random.choice(NUMBERS)
    text = random.choice("abc")
    digest = hashlib.sha256(f"{number} {random.randrange(VERSIONS)}".encode()).hexdigest()
    person, word = random.choice(("uhid:7", "uhid:8", NUMBERS[0])), random.choice(("same", "new", "ask"))
    at = {"number": number, "revision": random.randrange(VERSIONS), "target": "his"}
    contents: dict[FactKind, dict[str, Any]] = {
        FactKind.MATCHER_LEARNT: {"index": text, "slips": 3, "model": {"bits": text}},
        FactKind.SLIP_MATCHED: {
            "number": number, "digest": digest, "index": text, "outcome": word, "to": person, "chance": random.random(),
            "reasons": [], "others": [], "sample": random.random() > 0.5,
        },
        FactKind.MATCH_DECIDED: {
            "number": number, "digest": digest, "to": person, "decision": word, "reason": text, "shown": [person],
            "risky": random.random() > 0.5,
        } | _over(random),
        FactKind.MATCH_CHECKED: {
            "number": number, "to": person, "decision": word, "agrees": random.random() > 0.5,
        } | _over(random),
        FactKind.MATCH_REOPENED: {"number": number, "reason": text} | _over(random),
        FactKind.TARGET_CHECKED: {"target": "his", "point": random.choice(("sms", "queue")), "answer": text},
        FactKind.CANARY_CONFIRMED: {"target": "his", "numbers": NUMBERS[: random.randrange(4)], "note": text},
        FactKind.SLIP_CONFIRMED: at | {
            "patient": text, "encounter": text, "uhid": random.choice(("7", "8")), "created": True,
            "told": random.choice(("", '{"seen": "seen"}')), "linked": random.random() > 0.5,
        },
        FactKind.REPAIR_OPENED: at | {"wrong": "uhid:7", "right": "uhid:8", "reason": text, "sent": [], "steps": []},
        FactKind.REPAIR_TOLD: at | {"who": text, "note": text},
        FactKind.REPAIR_CLOSED: at | {"note": text, "uhid": "8", "patient": text},
        FactKind.CROSSWALK_GIVEN: {
            "department": "laboratory", "target": "his", "form": "csv", "count": 1, "sha256": text, "until": {"a": 1},
        },
        FactKind.CROSSWALK_RECEIVED: {"department": "laboratory", "sha256": text, "receipt": text},
        FactKind.ACCOUNT_CLOSED: {"target": "his", "sha256": text, "heads": [], "note": text, "figures": text},
        FactKind.UHID_SEEN: {"number": number, "uhid": text, "by_card": True},
    }  # fmt: skip
    return contents.get(fact, at | {"reason": text, "hold": "other"})


def _chain(name: str, random: Random) -> Iterator[Line]:
    """What one desk wrote: it read some slips, and then says things of them."""
    wrote = [_slip(number, version, "Sunita") for number in NUMBERS for version in range(VERSIONS)]
    random.shuffle(wrote)
    facts: list[Callable[[], tuple[FactKind, dict[str, Any], bytes]]] = []
    for each in wrote[: random.randint(2, len(wrote))]:
        facts.append(lambda each=each: each)  # type: ignore[misc]
    asked = sorted(FACTS - {FactKind.SLIP_ISSUED})
    for fact in random.choices(asked, k=30):
        facts.append(lambda fact=fact: (fact, _told(fact, random), b""))  # type: ignore[misc]
    head = ZEROS
    for sequence, make in enumerate(facts):
        fact, content, payload = make()
        now = START + timedelta(minutes=random.randint(0, 10_000))  # clocks differ, and go back
        line = next_line(
            name * 16, sequence, head, now, fact, content, payload=payload, series=1, shift="", by=random.choice("xy")
        )
        head = line.hash
        yield line


def _folded(lines: list[Line]) -> dict[str, list[Any]]:
    db = Database(memory=True)
    views.create(db)
    for line in lines:
        views.fold(db, line)
    return {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}").fetchall())) for name in views.VIEWS}


@pytest.mark.parametrize("seed", range(20))
def test_the_tables_of_recovery_do_not_depend_on_which_desk_comes_first(seed: int) -> None:
    random = Random(seed)
    chains = [list(_chain(name, random)) for name in "abc"]
    expected = _folded([line for chain in chains for line in chain])
    for order in itertools.permutations(chains):
        assert _folded([line for chain in order for line in chain]) == expected
    woven = [iter(chain) for chain in chains]
    turns = [place for place, chain in enumerate(chains) for _ in chain]
    random.shuffle(turns)
    assert _folded([next(woven[each]) for each in turns]) == expected


def test_every_fact_of_recovery_is_folded_by_that_test() -> None:
    random, seen = Random(1), set[FactKind]()
    for _ in range(40):
        seen |= {line.fact for line in _chain("a", random)}
    assert seen >= FACTS - {FactKind.SLIP_ISSUED}


def test_desks_copies_and_paper_meet_in_any_order_in_one_account(tmp_path: Path) -> None:
    """Two desks that never met, one of them restored and gone on, and a box of paper that both sides read."""
    one = Backlog(tmp_path / "one", 101)
    first = one.issue()
    lines_before = list(one.ledger.lines())
    second = one.issue(SUNITA, kind=Kind.CASUALTY)
    changed = one.correct(first, patient=Patient(name="Sunita Rani"))
    rival = one.draft(2, Patient(name="Somebody Else"))  # the same number, signed for another: a copied card
    papers = [one.page(first), one.page(changed), one.page(second), one.page(rival, picture="rival")]
    all_lines = list(one.ledger.lines())

    def deed(kind: str) -> Callable[[Ledger], object]:
        match kind:
            case "copy":
                return lambda ledger: ledger.merge(iter(lines_before))
            case "desk":
                return lambda ledger: ledger.merge(iter(all_lines))
            case "paper":
                return lambda ledger: recovery.accept_scan(ledger, papers, one.keys, drill=False, batch="box")
            case _:
                return lambda ledger: recovery.accept_scan(
                    ledger, [page("x", picture="foreign")], one.keys, drill=False
                )

    accounts, tables = set(), set()
    for place, order in enumerate(itertools.permutations(("copy", "desk", "paper", "foreign"))):
        with sibling(one.ledger, tmp_path / f"room{place}") as room:
            for kind in order:
                deed(kind)(room)
            for kind in order:  # and all of it once more changes nothing
                deed(kind)(room)
            db = room.db()
            accounts.add(repr(recovery.account_of(db, "his").record()))
            tables.add(
                repr(db.execute("SELECT number, head, revision, conflict, voided FROM slip ORDER BY number").fetchall())
            )
            assert room.rebuild_views()
    one.ledger.close()
    assert len(accounts) == 1
    assert len(tables) == 1
    assert repr(second.number.text) in tables.pop()
    assert "'held': 1" in accounts.pop()  # the number of two patients waits for a person
