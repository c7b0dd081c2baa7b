"""The end of a downtime: visits closed as unknown, the account signed and found changed, UHIDs kept as evidence."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fallback.errors import AccountNotClosed, AccountNotReady, FieldWrong, SlipUnknown
from fallback.ledger import Ledger
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import after
from fallback.recovery import closing, repairs, uhids
from fallback.recovery.closing import State
from fallback.slip import Slip, SlipNumber
from tests.backlog import HOSPITAL, SUNITA, Backlog
from tests.test_crosswalk import TARGET, confirm

NOW = datetime(2026, 12, 20, 6, 0, tzinfo=UTC)


@pytest.fixture
def backlog(tmp_path: Path) -> Backlog:
    return Backlog(tmp_path / "data", 22)


def state(backlog: Backlog) -> State:
    db = backlog.ledger.db()
    return closing.closing(db, TARGET).state


def close(backlog: Backlog, note: str = "all is there") -> dict[str, Any]:
    return closing.close_account(
        backlog.ledger,
        HOSPITAL,
        TARGET,
        note,
        now=NOW,
        by="meena",
        signer="the hospital's root",
        sign=backlog.desk.sign,
    )


def hold(ledger: Ledger, slip: Slip, kind: str) -> None:
    content = {"number": slip.number.text, "revision": 0, "target": TARGET, "reason": "look at it", "hold": kind}
    ledger.write(lambda tx: tx.append(FactKind.SLIP_HELD, content, series=slip.number.series, by="asha"))


def test_an_account_is_signed_when_nothing_is_left_and_a_late_slip_shows(backlog: Backlog) -> None:
    slip = backlog.issue()
    with pytest.raises(AccountNotReady, match="1 slip waits for the import"):
        close(backlog)
    assert state(backlog) is State.OPEN
    confirm(backlog.ledger, slip, "100000001")
    assert state(backlog) is State.READY
    with pytest.raises(FieldWrong):
        close(backlog, note=" ")
    record = close(backlog)
    assert state(backlog) is State.CLOSED
    assert closing.closed_record(backlog.ledger, TARGET) == record
    assert after.account_end(backlog.ledger.db(), TARGET).content["heads"] == record["heads"]
    backlog.issue()
    assert state(backlog) is State.CHANGED
    closing.reopen_account(backlog.ledger, TARGET, "a slip came late", by="meena")
    assert state(backlog) is State.OPEN
    with pytest.raises(AccountNotClosed):
        closing.reopen_account(backlog.ledger, TARGET, "again", by="meena")


def test_an_open_repair_keeps_the_account_open(backlog: Backlog) -> None:
    slip = backlog.issue()
    confirm(backlog.ledger, slip, "100000001")
    backlog.ledger.write(lambda tx: repairs.open(tx, slip.number, right="uhid:100000002", reason="twins", by="meena"))
    with pytest.raises(AccountNotReady, match="1 repair is not confirmed"):
        close(backlog)
    repairs.close(backlog.ledger, slip.number, TARGET, "done", uhid="100000002", by="ravi")
    close(backlog)
    assert state(backlog) is State.CLOSED


def test_the_signed_account_is_sealed_on_the_disk(backlog: Backlog) -> None:
    confirm(backlog.ledger, backlog.issue(), "100000001")
    close(backlog)
    folder = backlog.ledger.vault.folder / closing.FOLDER
    (file,) = folder.iterdir()
    assert b"parchi-account" not in file.read_bytes()
    file.write_bytes(b"damaged")
    assert closing.closed_record(backlog.ledger, TARGET) is None


def test_visits_without_a_word_are_closed_as_unknown_and_others_are_not(backlog: Backlog) -> None:
    silent, nurse, late, void = (backlog.issue() for _ in range(4))
    other = backlog.issue(SUNITA)
    content = {"number": nurse.number.text, "outcome": "seen"}
    backlog.ledger.write(lambda tx: tx.append(FactKind.VISIT_SEEN, content, by="nurse"))
    backlog.void(void)
    db = backlog.ledger.db()
    until = closing.last_day(date(2026, 12, 7), 14)
    assert until == "2026-11-23"
    assert closing.unsaid(db, "2026-11-22") == []
    assert [(each.clinic, each.count) for each in closing.unsaid(db, until)] == [(1, 3)]
    with pytest.raises(FieldWrong):
        closing.close_visits(backlog.ledger, until, "", by="meena")
    assert closing.close_visits(backlog.ledger, until, "papers were burnt", by="meena", clinic=2) == (0, 0)
    assert closing.close_visits(backlog.ledger, until, "papers were burnt", by="meena") == (3, 0)
    assert set(after.closed_outcomes(db)) == {each.number.text for each in (silent, late, other)}
    assert closing.unsaid(db, until) == []
    assert closing.close_visits(backlog.ledger, until, "again", by="meena") == (0, 0)


def test_cards_are_kept_as_evidence_for_the_hospitals_team(backlog: Backlog) -> None:
    missing, another, right = (backlog.issue(uhid=f"10000000{place}") for place in range(3))
    hidden = backlog.issue(uhid="100000007", sealed=b"s" * 60)
    hold(backlog.ledger, missing, "uhid_missing")
    hold(backlog.ledger, another, "uhid_another")
    hold(backlog.ledger, hidden, "uhid_another")
    hold(backlog.ledger, right, "typed_by_hand")
    with pytest.raises(FieldWrong):
        uhids.see(backlog.ledger, HOSPITAL, missing.number, "12", by_card=True, by="ravi")
    with pytest.raises(SlipUnknown):
        uhids.see(backlog.ledger, HOSPITAL, SlipNumber(999, 9), "100000000", by_card=True, by="ravi")
    uhids.see(backlog.ledger, HOSPITAL, missing.number, "100000000", by_card=True, by="ravi")
    found = uhids.doubted(backlog.ledger.db(), TARGET, indexed=lambda uhid: uhid == "100000001")
    assert [(each.slip.number, each.indexed, len(each.seen)) for each in found] == [
        (missing.number, False, 1),
        (another.number, True, 0),
        (hidden.number, False, 0),
    ]
    rows = uhids.table(found).rows
    assert rows[0][:3] == ["100000000", "uhid_missing", "Sunita Devi"] and "ravi" in str(rows[0][11])
    assert "Sunita Devi" not in rows[2] and "9810012345" not in rows[2]
