"""What pages look at is kept for a while: exact where it is quick, old with its age said where it is not."""

import time
from pathlib import Path

import pytest

from fallback.ledger import queries
from fallback.reconcile import reconcile
from fallback.recovery import account_of, kept
from fallback.recovery.account import states_of
from fallback.recovery.kept import Kept
from fallback.slip import SlipNumber
from tests.backlog import Backlog


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path, 7)


def slips(db: queries.Database, _key: str) -> int:
    return int(db.execute("SELECT count(*) FROM slip").fetchone()[0])


def test_what_is_quick_is_counted_after_every_line(backlog: Backlog) -> None:
    counts = Kept(backlog.ledger, slips)
    assert (counts.look("").value, counts.look("").seconds) == (0, 0)
    backlog.issue()
    assert counts.look("").value == 1


def test_what_takes_long_is_shown_old_and_counted_behind_the_page(
    backlog: Backlog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_SHORT", -1.0)
    counts = Kept(backlog.ledger, slips)
    assert counts.look("").value == 0
    monkeypatch.setattr(kept, "_TIMES", 1e9)
    backlog.issue()
    assert counts.look("").value == 0, "nobody waits for it"
    monkeypatch.setattr(kept, "_TIMES", 0)
    until = time.monotonic() + 30
    while counts.look("").value == 0 and time.monotonic() < until:
        time.sleep(0.01)
    assert counts.look("").value == 1, "it is counted behind the page"
    monkeypatch.setattr(kept, "_TIMES", 1e9)
    backlog.issue()
    counts.forget()
    assert counts.look("").value == 2, "whoever wrote it sees it"


def test_nothing_too_old_is_shown(backlog: Backlog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_SHORT", -1.0)
    monkeypatch.setattr(kept, "_TIMES", 1e9)
    counts = Kept(backlog.ledger, slips)
    assert counts.look("").value == 0
    backlog.issue()
    monkeypatch.setattr(kept, "_OLDEST", 0.0)
    assert counts.look("").value == 1


def test_numbers_told_together_give_the_same_account_and_gaps_name_the_number_before(backlog: Backlog) -> None:
    first, second = backlog.issue(), backlog.issue()
    blanks = backlog.pads(2)
    third = backlog.issue()
    backlog.void(third)
    db = backlog.ledger.db()
    account = account_of(db, "t")
    assert account == reconcile(states_of(db, "t"))
    assert [(gap.number, gap.before) for gap in account.gaps] == [(each.number, second.number) for each in blanks]
    assert len(queries.numbers(db, "t")) == 5 and len(queries.numbers(db, "t", alike=True)) < 5
    assert queries.was_handed_out(db, first.number) and queries.was_handed_out(db, blanks[0].number)
    assert not queries.was_handed_out(db, SlipNumber(7, 6))
