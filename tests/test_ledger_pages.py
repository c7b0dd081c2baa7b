"""What the journal knows of pages: the same tables whatever chain comes first, older journals, and each question."""

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlite_utils import Database

from fallback.ledger import Ledger, page_view, queries, views
from fallback.ledger.facts import FactKind
from fallback.ledger.journal import ZEROS, Line, next_line
from fallback.ledger.migrations import migrations
from fallback.ledger.queries import keeping, sheets, work
from fallback.ledger.queries.pages import numbers_back
from fallback.slip import Kind, SlipNumber
from tests.journals import START, again, make
from tests.page_facts import GRAVE, NUMBERS, ONE, THREE, TWO, accept, decide, deliver, slip, store, tell


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with make(tmp_path / "data") as made:
        yield made


# --- The fold -------------------------------------------------------------------------------------------------------


def _facts(random: Random) -> Iterator[tuple[FactKind, dict[str, Any]]]:
    """Facts about three pages, as three records rooms that do not see each other may write them."""
    for _ in range(12):
        picture, number = random.choice((ONE, TWO, THREE)), random.choice(NUMBERS)
        place = {"batch": random.choice("ab"), "file": random.choice(("x.pdf", "y.pdf"))}
        marks = {"outcome.seen": random.choice(("ticked", "doubtful"))}
        code = {"outcome": "genuine", "number": number, "digest": f"d{number}"}
        form = {"place": 0, "form": "hospital", "sure": random.random() > 0.5, "marks": marks}
        yield random.choice(
            (
                (FactKind.PAGES_STORED, place | {"pages": [[random.randint(1, 2), picture]]}),
                (
                    FactKind.PAGE_ACCEPTED,
                    place
                    | {"page": random.randint(1, 2), "picture": picture, "problem": "", "suggested": number}
                    | {"outcome": random.choice(("read", "doubtful", "unread")), "codes": [code], "forms": [form]},
                ),
                (
                    FactKind.PAGE_DECIDED,
                    {"picture": picture, "decision": random.choice(("marks", "belongs")), "reason": "r"}
                    | {"number": number, "marks": {"0": {"outcome.seen": "empty"}}},
                ),
                (FactKind.PAGE_REOPENED, {"picture": picture, "reason": "wrong"}),
                (
                    FactKind.PAD_ENTERED,
                    {"picture": picture, "number": number, "step": random.choice(("first", "second"))}
                    | {"fields": {"name": random.choice("xy")}},
                ),
                (FactKind.VISIT_SEEN, {"number": number, "outcome": random.choice(("seen", "not_seen"))}),
                (FactKind.PICTURES_DESTROYED, {"pictures": [picture], "reason": "old"}),
                (FactKind.PICTURES_EXPORTED, {"count": 1, "form": "folder"}),
            )
        )


def _chain(name: str, random: Random) -> list[Line]:
    lines: list[Line] = []
    head = ZEROS
    for sequence, (fact, content) in enumerate(_facts(random)):
        now = START + timedelta(minutes=random.randint(0, 10_000))  # clocks differ, and go back
        line = next_line(
            name * 16, sequence, head, now, fact, content, payload=b"", series=0, shift="", by=random.choice("xy")
        )
        lines.append(line)
        head = line.hash
    return lines


def _folded(lines: list[Line]) -> dict[str, list[Any]]:
    db = Database(memory=True)
    views.create(db)
    for line in lines:
        views.fold(db, line)
    return {name: sorted(db.execute(f"SELECT * FROM {name}").fetchall()) for name in page_view.TABLES}


@pytest.mark.parametrize("seed", range(25))
def test_the_tables_do_not_depend_on_which_chain_comes_first(seed: int) -> None:
    random = Random(seed)
    chains = [_chain(name, random) for name in "abc"]
    expected = _folded([line for chain in chains for line in chain])
    assert sum(map(len, expected.values())) > 5
    for order in itertools.permutations(chains):
        assert _folded([line for chain in order for line in chain]) == expected
    woven = [iter(chain) for chain in chains]
    mixed = random.sample([0, 1, 2] * 12, 36)
    assert _folded([next(woven[each]) for each in mixed]) == expected


def test_every_fact_about_pages_has_its_fold_and_the_rebuilt_tables_are_the_same(ledger: Ledger) -> None:
    for seed in range(8):
        for fact, content in _facts(Random(seed)):
            tell(ledger, fact, **content)
    told = {line.fact for line in ledger.lines()}
    assert told >= page_view.FACTS
    assert ledger.rebuild_views()


# --- The release before ---------------------------------------------------------------------------------------------

# As the release before made them (its journal_1 to journal_3).
_BEFORE = """
CREATE TABLE page (picture TEXT PRIMARY KEY, file TEXT NOT NULL, page INTEGER NOT NULL, batch TEXT NOT NULL,
    outcome TEXT NOT NULL, problem TEXT NOT NULL, stamp TEXT NOT NULL) STRICT;
CREATE TABLE decision (picture TEXT PRIMARY KEY, decision TEXT NOT NULL, reason TEXT NOT NULL, login TEXT NOT NULL,
    stamp TEXT NOT NULL) STRICT;
CREATE TABLE page_code (picture TEXT NOT NULL, place INTEGER NOT NULL, outcome TEXT NOT NULL, number TEXT NOT NULL,
    digest TEXT NOT NULL, PRIMARY KEY (picture, place)) STRICT;
CREATE INDEX page_code_number ON page_code (number);
CREATE INDEX page_code_digest ON page_code (digest);
"""


def test_a_journal_of_the_release_before_opens_with_all_its_pages(tmp_path: Path) -> None:
    with make(tmp_path) as ledger:
        number = slip(ledger, 1)
        accept(ledger, ONE, "read", number)
        accept(ledger, TWO, "unread", page=2)
        accept(ledger, THREE, "foreign", page=3)
        decide(ledger, THREE, "not_ours")
        vault = ledger.vault
    connection = vault.connect(tmp_path / "journal.db")
    for name in page_view.TABLES:
        connection.execute(f"DROP TABLE {name}")
    connection.executescript(_BEFORE)
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = 'journal_4'")
    connection.close()
    with again(tmp_path) as ledger:
        db = ledger.db()
        rows = [(row.picture, row.outcome, row.decision, row.suggested, row.number) for row in queries.pages(db)]
        assert rows == [
            (ONE, "read", "", "", ""),
            (TWO, "unread", "", "", ""),
            (THREE, "foreign", "not_ours", "", ""),
        ]
        assert [row.picture for row in queries.pages(db, open_only=True)] == [TWO]
        assert queries.batches(db)[0].outcomes == Counter(read=1, unread=1, foreign=1)
        assert (queries.unread(db, "b"), queries.forms(db, ONE)) == ([], [])
        assert ledger.rebuild_views()
        assert ledger.verify().ok
        store(ledger, "c", (1, ONE))
        assert queries.batches(db, "c")[0].outcomes == Counter(repeat=1)


# --- The questions --------------------------------------------------------------------------------------------------


def test_a_batch_in_figures(ledger: Ledger) -> None:
    store(ledger, "monday", (1, ONE), (2, TWO), (3, ONE))
    db = ledger.db()
    assert queries.batches(db)[0].outcomes == Counter(waiting=2, repeat=1)
    accept(ledger, ONE, "read", batch="monday")
    store(ledger, "tuesday", (1, THREE), (2, TWO), file="other.pdf")
    found = queries.batches(db)
    assert [row.batch for row in found] == ["monday", "tuesday"]
    assert found[0].outcomes == Counter(read=1, repeat=1, waiting=1)
    assert found[1].outcomes == Counter(waiting=1, repeat=1)  # of TWO, which monday has
    assert [row.pages for row in found] == [3, 2]
    store(ledger, "monday", (1, ONE), (2, TWO), (3, ONE))  # a run that was killed, again
    assert queries.batches(db) == found
    assert queries.batches(db, "tuesday") == found[1:]
    assert queries.batches(db, "never") == []


def test_a_page_accepted_without_being_stored_first_is_in_its_batch(ledger: Ledger) -> None:
    accept(ledger, ONE, "problem", batch="b")
    assert queries.batches(ledger.db())[0].outcomes == Counter(problem=1)


def test_what_is_stored_and_not_read_is_gone_on_with(ledger: Ledger) -> None:
    store(ledger, "b", (2, TWO), (1, ONE))
    store(ledger, "b", (1, THREE), file="a.pdf")
    db = ledger.db()
    assert queries.unread(db, "b") == [("box.pdf", 1, ONE), ("box.pdf", 2, TWO), ("a.pdf", 1, THREE)]
    accept(ledger, TWO, "read", batch="elsewhere")  # another batch has read it meanwhile
    assert [picture for _, _, picture in queries.unread(db, "b")] == [ONE, THREE]
    assert queries.unread(db, "c") == []


def test_a_decision_is_taken_back_by_a_newer_fact(ledger: Ledger) -> None:
    accept(ledger, ONE, "unread")
    db = ledger.db()
    assert queries.is_open(db, ONE) and queries.open_pages(db) == 1
    decide(ledger, ONE, "not_ours")
    assert not queries.is_open(db, ONE) and queries.open_pages(db) == 0
    tell(ledger, FactKind.PAGE_REOPENED, picture=ONE, reason="the wrong key")
    row = queries.page(db, ONE)
    assert queries.is_open(db, ONE)
    assert row is not None and (row.decision, row.number, row.reason) == ("", "", "the wrong key")
    decide(ledger, ONE, "belongs", number=slip(ledger, 1))
    row = queries.page(db, ONE)
    assert row is not None and (row.decision, row.number) == ("belongs", NUMBERS[0])
    assert [each.picture for each in queries.pages_of(db, NUMBERS[0])] == [ONE]


def test_a_persons_word_about_a_box_stands_before_the_machines(ledger: Ledger) -> None:
    marks = {"outcome.seen": "doubtful", "outcome.admitted": "ticked", "days.1": "ticked"}
    other = {"outcome.seen": "doubtful"}
    forms = [
        {"place": 0, "form": "hospital", "sure": True, "marks": marks},
        {"place": 2, "form": "hospital", "sure": False, "marks": other},
    ]
    accept(ledger, ONE, "doubtful", NUMBERS[0], forms=forms)
    db = ledger.db()
    first, second = queries.forms(db, ONE)
    assert (first.marks, first.sure, first.place) == (marks, True, 0)
    assert (second.marks, second.sure, second.place) == (other, False, 2)
    decide(ledger, ONE, "marks", marks={"0": {"outcome.seen": "empty", "outcome.referred": "ticked"}})
    first, second = queries.forms(db, ONE)
    assert first.marks == marks | {"outcome.seen": "empty", "outcome.referred": "ticked"}
    assert second.marks == other
    tell(ledger, FactKind.PAGE_REOPENED, picture=ONE, reason="wrong")
    assert queries.forms(db, ONE)[0].marks == marks


def test_whose_paper_came_back(ledger: Ledger) -> None:
    read, bars, given, forged = NUMBERS
    accept(ledger, ONE, "read", read)
    accept(ledger, TWO, "number_only", codes=[{"outcome": "number_only", "number": bars, "digest": ""}])
    accept(ledger, THREE, "forged", codes=[{"outcome": "forged", "number": forged, "digest": ""}])
    db = ledger.db()
    assert numbers_back(db) == {read, bars}
    decide(ledger, TWO, "not_ours")
    decide(ledger, THREE, "belongs", number=given)
    assert numbers_back(db) == {read, given}
    for picture in (TWO, THREE):
        tell(ledger, FactKind.PAGE_REOPENED, picture=picture, reason="wrong")
    assert numbers_back(db) == {read, bars}


@pytest.mark.parametrize("beside", ["damaged", "forged", "problem"])
def test_a_genuine_slip_came_back_whatever_lies_beside_it(ledger: Ledger, beside: str) -> None:
    number = slip(ledger, 1)
    other = {"outcome": beside, "number": NUMBERS[1], "digest": ""}
    bars = {"outcome": "number_only", "number": NUMBERS[1], "digest": ""}
    genuine = {"outcome": "genuine", "number": number, "digest": "d"}
    accept(ledger, ONE, beside, codes=[genuine, other, bars])
    db = ledger.db()
    assert numbers_back(db) == {number}
    assert work.trace(db, SlipNumber.parse(number)).pages == 1
    assert set().union(*sheets.copies_back(db).values()) == {number}


def test_a_destroyed_picture_is_known_by_its_first_day(ledger: Ledger) -> None:
    tell(ledger, FactKind.PICTURES_DESTROYED, pictures=[ONE, TWO], reason="old")
    tell(ledger, FactKind.PICTURES_DESTROYED, pictures=[ONE], reason="again")
    db = ledger.db()
    assert queries.destroyed(db) == sorted((ONE, TWO))
    assert (queries.destroyed_on(db, ONE), queries.destroyed_on(db, THREE)) == ("2026-11-23", "")
    assert queries.is_destroyed(db, ONE) and not queries.is_destroyed(db, THREE)


# --- What the keeping asks ------------------------------------------------------------------------------------------


def test_whose_a_page_is(ledger: Ledger) -> None:
    slip(ledger, 1)
    mine, bars, forged, told = NUMBERS
    codes = [
        {"outcome": "genuine", "number": mine, "digest": "d"},
        {"outcome": "number_only", "number": bars, "digest": ""},
        {"outcome": "forged", "number": forged, "digest": "f"},
        {"outcome": "foreign", "number": "", "digest": ""},
    ]
    accept(ledger, ONE, "forged", codes=codes)
    decide(ledger, ONE, "belongs", number=told)
    accept(ledger, TWO, "blank", page=2)
    first, second = keeping.pictures(ledger.db())
    assert first.numbers == (mine, bars, told)
    assert first.named == {mine, bars, forged, told}
    assert (second.numbers, second.named) == ((), frozenset())
    assert (first.waits, second.waits) == (True, False)  # it belongs to a slip of which nothing is known yet
    tell(ledger, FactKind.PAGE_REOPENED, picture=ONE, reason="wrong")
    assert keeping.pictures(ledger.db())[0].numbers == (mine, bars)
    assert [row.picture for row in keeping.pictures(ledger.db(), number=bars)] == [ONE]
    assert keeping.pictures(ledger.db(), number=forged) == []


def test_pages_of_a_batch_are_those_it_brought_also_again(ledger: Ledger) -> None:
    accept(ledger, ONE, "read", batch="a")
    accept(ledger, TWO, "read", batch="b", page=2)
    store(ledger, "b", (1, ONE))
    assert [row.picture for row in keeping.pictures(ledger.db(), batch="b")] == [ONE, TWO]
    assert [row.picture for row in keeping.pictures(ledger.db(), batch="a")] == [ONE]


def test_which_slips_are_settled(ledger: Ledger) -> None:
    imported, corrected, tested, void, sent_void, drill, waiting = (
        slip(ledger, serial, drill=serial == 6) for serial in range(1, 8)
    )
    deliver(ledger, FactKind.SLIP_CONFIRMED, imported)
    deliver(ledger, FactKind.SLIP_CONFIRMED, corrected)
    slip(ledger, 2, 1, FactKind.SLIP_REVISED)
    deliver(ledger, FactKind.SLIP_CONFIRMED, tested, target="test-server")
    for serial in (4, 5):
        slip(ledger, serial, 1, FactKind.SLIP_VOIDED, kind=Kind.VOID)
    deliver(ledger, FactKind.SLIP_SENDING, sent_void)
    deliver(ledger, FactKind.SLIP_SENDING, waiting)
    db = ledger.db()
    assert keeping.settled(db, {"test-server"}) == {imported, void, drill}
    assert keeping.settled(db, set()) == {imported, void, drill, tested}
    deliver(ledger, FactKind.SLIP_CONFIRMED, sent_void, revision=1)
    assert keeping.settled(db, {"test-server"}) == {imported, void, drill, sent_void}
    slip(ledger, 1, fact=FactKind.SLIP_READ)  # the paper tells another story
    assert keeping.settled(db, {"test-server"}) == {void, drill, sent_void}


@pytest.mark.parametrize("what", GRAVE)
def test_a_slip_that_is_or_may_become_medico_legal_is_evidence_with_the_persons_others(
    ledger: Ledger, what: str
) -> None:
    first = slip(ledger, 1, **GRAVE[what])
    slip(ledger, 1, 1, FactKind.SLIP_REVISED)  # a later version does not say it any more
    later = slip(ledger, 2, patient_number=SlipNumber(1, 1))
    slip(ledger, 3)
    assert keeping.evidence(ledger.db()) == (set(), {first, later})


def _form(marks: dict[str, str], *, sure: bool = True, place: int = 0) -> list[dict[str, Any]]:
    return [{"place": place, "form": "hospital", "sure": sure, "marks": marks}]


@pytest.mark.parametrize(
    ("forms", "said", "kept"),
    [
        (_form({}), {}, False),
        (_form({"outcome.seen": "ticked"}), {}, False),
        (_form({"outcome.medico_legal": "ticked"}), {}, True),
        (_form({"outcome.medico_legal": "doubtful"}), {}, True),
        (_form({"flag.medico_legal": "ticked"}), {}, True),
        (_form({"outcome.medico_legal": "ticked"}), {"0": {"outcome.medico_legal": "empty"}}, True),
        (_form({"outcome.medico_legal": "doubtful"}), {"0": {"outcome.medico_legal": "empty"}}, False),
        (_form({"outcome.medico_legal": "doubtful"}), {"1": {"outcome.medico_legal": "empty"}}, True),
        (_form({"outcome.medico_legal": "doubtful"}), {"0": {"outcome.medico_legal": "doubtful"}}, True),
        (_form({}), {"0": {"outcome.medico_legal": "ticked"}}, True),
        ([], {"0": {"outcome.medico_legal": "ticked"}}, True),
        (_form({}, sure=False), {}, True),
        (_form({}, sure=False), {"0": {"outcome.medico_legal": "empty"}}, False),
        (_form({}, sure=False, place=2), {"2": {"outcome.medico_legal": "empty"}}, False),
    ],
    ids=lambda value: json.dumps(value) if not isinstance(value, bool) else None,
)
def test_a_page_whose_box_is_or_may_be_ticked_is_evidence_with_its_slip(
    ledger: Ledger, forms: list[dict[str, Any]], said: dict[str, Any], kept: bool
) -> None:
    number = slip(ledger, 1)
    accept(ledger, ONE, "doubtful", number, forms=forms)
    decide(ledger, ONE, "marks", marks=said)
    accept(ledger, TWO, "read", number, page=2)
    assert keeping.evidence(ledger.db()) == (({ONE}, {number}) if kept else (set(), set()))


def test_views_that_change_have_a_step_of_their_own(ledger: Ledger) -> None:
    """A folder of yesterday is folded again by a new step alone: what stands in the golden file is never changed."""
    db = ledger.db()
    rows = db.execute(
        "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '%migration%' ORDER BY sql"
    )
    schema = sha256("\n".join(sql for (sql,) in rows).encode()).hexdigest()
    known = json.loads((Path(__file__).parent / "golden" / "views.json").read_text(encoding="utf-8"))
    step = list(migrations.applied(db))[-1].name
    assert known.get(step) == schema, f"add a step to migrations.py, then to golden/views.json: {{its name: {schema}}}"
