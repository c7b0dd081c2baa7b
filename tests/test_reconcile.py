"""The two accounts: every number in exactly one place, whatever became of it; and the verdict on a read slip."""

import json
from dataclasses import replace

from hypothesis import given, strategies as st

from fallback.reconcile import Account, Bucket, NumberState, Verdict, bucket, reconcile, verdict
from fallback.slip import Kind, Slip, SlipNumber

STAGES = ["", "ready", "approved", "sending", "confirmed", "held", "failed", "on_return"]


@st.composite
def states(draw: st.DrawFn) -> list[NumberState]:
    numbers = draw(st.sets(st.builds(SlipNumber, st.integers(1, 3), st.integers(1, 40)), max_size=40))
    return [
        NumberState(
            number=number,
            clinic=draw(st.integers(0, 2)),
            day=draw(st.sampled_from(["", "2026-11-23", "2026-11-24"])),
            has_content=draw(st.booleans()),
            voided=draw(st.booleans()),
            conflict=draw(st.booleans()),
            stage=draw(st.sampled_from(STAGES)),
            sent=draw(st.booleans()),
            spent=draw(st.sampled_from(["", "unused", "spoiled", "missing"])),
            reason=draw(st.sampled_from(["", "torn at the counter"])),
            printed=draw(st.booleans()),
            back=draw(st.booleans()),
        )
        for number in numbers
    ]


@given(states())
def test_every_number_is_in_exactly_one_place(found: list[NumberState]) -> None:
    account = reconcile(found)
    total = account.total
    assert total.issued == len(found) == sum(total.counts[each] for each in Bucket)
    for each in Bucket:
        assert total.counts[each] == sum(1 for state in found if bucket(state) is each)
        assert total.counts[each] == sum(part.sums.counts[each] for part in account.parts)
    assert sum(part.sums.issued for part in account.parts) == len(found)
    assert {gap.number for gap in account.gaps} == {each.number for each in found if bucket(each) is Bucket.MISSING}
    assert total.printed == total.back + total.not_back
    assert 0 <= total.not_back <= len(found)


@given(states())
def test_it_is_closed_only_when_nothing_is_left_and_every_gap_has_a_reason(found: list[NumberState]) -> None:
    account = reconcile(found)
    left = [each for each in found if bucket(each) in (Bucket.HELD, Bucket.FAILED, Bucket.WAITING)]
    silent = [each for each in found if bucket(each) is Bucket.MISSING and not each.reason]
    assert account.closed == (not left and not silent)


@given(states())
def test_the_order_of_the_numbers_changes_nothing(found: list[NumberState]) -> None:
    assert reconcile(found) == reconcile(reversed(found))


@given(states())
def test_those_that_stand_alike_count_the_same_together_as_alone(found: list[NumberState]) -> None:
    alone = [replace(each, number=SlipNumber(4, 3 * at + more)) for at, each in enumerate(found) for more in (1, 2, 3)]
    together = [replace(each, number=SlipNumber(4, 3 * at + 1), times=3) for at, each in enumerate(found)]
    one, other = reconcile(alone), reconcile(together)
    assert (one.total, one.parts) == (other.total, other.parts)


@given(states())
def test_it_is_json(found: list[NumberState]) -> None:
    record = reconcile(found).record()
    assert json.loads(json.dumps(record)) == record
    sums = record["total"]
    assert sums["issued"] == sum(sums[each.value] for each in Bucket)


def one(**more: object) -> Account:
    return reconcile([NumberState(number=SlipNumber(1, 1), **more)])  # type: ignore[arg-type]


def test_content_wins_over_what_was_declared() -> None:
    """A pad was declared unused, and its filled paper turns up: it is to be imported, not forgotten."""
    assert one(has_content=True, spent="unused", stage="ready").total.counts[Bucket.WAITING] == 1


def test_who_is_left_for_the_live_counter_has_a_place_and_keeps_nothing_open() -> None:
    found = one(has_content=True, stage="on_return")
    assert found.total.counts[Bucket.ON_RETURN] == 1
    assert found.closed


def test_a_void_is_settled_only_when_the_target_has_no_such_visit() -> None:
    assert one(has_content=True, voided=True, stage="ready").closed
    assert not one(has_content=True, voided=True, sent=True, stage="ready").closed
    assert one(has_content=True, voided=True, sent=True, stage="confirmed").closed
    assert not one(has_content=True, voided=True, sent=True, stage="held").closed


def test_contradicting_versions_are_held_even_when_one_was_imported() -> None:
    assert one(has_content=True, conflict=True, stage="confirmed").total.counts[Bucket.HELD] == 1


def test_a_gap_names_the_number_before_it() -> None:
    account = reconcile(
        NumberState(
            number=SlipNumber(7, serial),
            has_content=serial in (1, 2),
            stage="confirmed",
            before=SlipNumber(7, 2) if serial > 2 else None,
        )
        for serial in range(1, 5)
    )
    assert [(gap.number.serial, gap.before) for gap in account.gaps] == [(3, SlipNumber(7, 2)), (4, SlipNumber(7, 2))]
    assert not account.closed


def slip(revision: int = 0, replaces: bytes = b"", kind: Kind = Kind.OPD, *, drill: bool = False) -> Slip:
    return Slip(number=SlipNumber(1, 1), revision=revision, replaces=replaces, kind=kind, drill=drill)


def test_verdicts() -> None:
    first, second = "aabbccdd" * 8, "11223344" * 8
    after_first = bytes.fromhex(first)[:4]
    assert verdict(slip(), first, {}, drill=False) is Verdict.NEW
    assert verdict(slip(), first, {first: 0}, drill=False) is Verdict.SAME_AGAIN
    assert verdict(slip(), second, {first: 0}, drill=False) is Verdict.CONFLICT
    assert verdict(slip(1, after_first), second, {first: 0}, drill=False) is Verdict.CORRECTED
    assert verdict(slip(1, b"zzzz"), second, {first: 0}, drill=False) is Verdict.CONFLICT
    assert verdict(slip(1, after_first, Kind.VOID), second, {first: 0}, drill=False) is Verdict.VOIDED
    assert verdict(slip(1, after_first, Kind.VOID), second, {}, drill=False) is Verdict.VOIDED
    assert verdict(slip(2), second, {}, drill=False) is Verdict.NEW
    assert verdict(slip(drill=True), first, {}, drill=False) is Verdict.DRILL
    assert verdict(slip(), first, {first: 0}, drill=True) is Verdict.DRILL


def test_a_blank_that_came_back_waits_to_be_typed_until_somebody_says_what_became_of_it() -> None:
    blank = NumberState(number=SlipNumber(1, 1), printed=True)
    assert bucket(blank) is Bucket.MISSING
    assert bucket(replace(blank, back=True)) is Bucket.WAITING
    assert bucket(replace(blank, back=True, spent="missing", reason="soaked")) is Bucket.MISSING
    assert bucket(replace(blank, back=True, spent="unused")) is Bucket.UNUSED
