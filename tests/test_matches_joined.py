"""Words on who is whom that hold no more: the other slip was corrected since, or a second look was at another word."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import matches
from fallback.recovery.episodes import sent_as
from fallback.slip import Slip, SlipNumber
from tests.backlog import SUNITA, Backlog
from tests.matched import content_of, matched


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Backlog]:
    made = Backlog(tmp_path / "desk", 1)
    yield made
    made.ledger.close()


def goes_as(backlog: Backlog, slip: Slip) -> SlipNumber | None:
    row = queries.slip(backlog.ledger.db(), slip.number)
    assert row is not None
    return sent_as(backlog.ledger.db(), row).patient_number


def write(backlog: Backlog, fact: FactKind, slip: Slip, *, by: str = "meena", **more: Any) -> None:
    backlog.ledger.write(lambda tx: tx.append(fact, {"number": slip.number.text} | more, by=by))


def says(backlog: Backlog, slip: Slip, to: str, **more: Any) -> None:
    told = {"decision": "same", "to": to, "digest": content_of(backlog.ledger, slip.number), "reason": "", "shown": []}
    write(backlog, FactKind.MATCH_DECIDED, slip, **told | more)


@pytest.mark.parametrize("person", [False, True], ids=["the matcher", "a person"])
def test_who_is_the_same_as_a_slip_is_so_while_that_one_tells_of_the_same_person(
    backlog: Backlog, person: bool
) -> None:
    first, again = backlog.issue(SUNITA), backlog.issue(SUNITA)
    whose = content_of(backlog.ledger, first.number)
    if person:
        says(backlog, again, first.number.text, whose=whose)
    else:
        matched(backlog.ledger, again.number, "same", first.number.text, whose=whose)
    assert goes_as(backlog, again) == first.number
    moved = backlog.correct(first, visit=replace(first.visit, clinic=2))
    assert goes_as(backlog, again) == first.number
    backlog.correct(moved, patient=replace(SUNITA, name="Zubeda Shirazi", name_hindi=""))
    assert goes_as(backlog, again) is None, "the first slip was somebody else's all the time"
    assert again.number in matches.to_match(backlog.ledger.db(), "")


def test_a_second_look_confirms_the_word_that_it_saw_and_no_other(backlog: Backlog) -> None:
    slip = backlog.issue(SUNITA)
    says(backlog, slip, "uhid:200000002", risky=True)  # as another office said it, whose journal came later
    write(backlog, FactKind.MATCH_CHECKED, slip, decision="same", to="uhid:100000001", agrees=True, by="ravi")
    found = matches.matched(backlog.ledger.db(), slip.number)
    assert found is not None and (found.outcome, found.second) == ("ask", True)


def test_nobody_stays_joined_to_a_patient_who_became_confidential(backlog: Backlog) -> None:
    first, again = backlog.issue(SUNITA), backlog.issue(SUNITA)
    whose = content_of(backlog.ledger, first.number)
    says(backlog, again, first.number.text, whose=whose)
    backlog.correct(first, sealed=b"s" * 60, patient=replace(SUNITA, name="Ward Seven", name_hindi="", mobile=""))
    assert goes_as(backlog, again) is None, "else the open name would go to the hidden patient"
