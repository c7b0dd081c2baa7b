"""The census of the wards balances, whatever happened in whatever order."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as some

from fallback.census import WardCount, census, total
from fallback.slip import SlipNumber
from fallback.stay import Ended, Lying, Stay

MIDNIGHT = datetime(2026, 11, 23, 18, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def at(hours: float) -> datetime:
    """So many hours after the midnight at which the day begins."""
    return MIDNIGHT + timedelta(hours=hours)


def stay(*beds: tuple[float | None, int], how: Ended | None = None, ended: float = 0) -> Stay:
    lying = [Lying(at=None if hours is None else at(hours), ward=ward, bed="1") for hours, ward in beds]
    return Stay(number=SlipNumber(1, 1), beds=lying, how=how, ended=at(ended) if how else None)


def test_every_way_in_and_out_is_counted_once() -> None:
    found = census(
        [
            stay((None, 1)),  # lay there before anybody knew
            stay((-5, 1), how=Ended.DISCHARGED, ended=10),
            stay((-5, 1), how=Ended.DIED, ended=-1),  # gone before the day began
            stay((3, 1), (8, 2)),  # admitted and moved the same day
            stay((4, 2), how=Ended.LAMA, ended=6),  # came and went
            stay((-30, 2), (-2, 1), (5, 1), (30, 2)),  # moved before the day, to another bed in it, and after it
            stay((-5, 2), how=Ended.ABSCONDED, ended=23.9),
            stay((-5, 2), how=Ended.DIED, ended=24),  # at midnight: the next day's
            stay((24, 3)),
        ],
        MIDNIGHT,
        MIDNIGHT + DAY,
    )
    assert found == {
        1: WardCount(before=3, admitted=1, moved_out=1, discharged=1, now=2),
        2: WardCount(before=2, admitted=1, moved_in=1, lama=1, absconded=1, now=2),
    }
    assert total(found.values()) == WardCount(
        before=5, admitted=2, moved_in=1, moved_out=1, discharged=1, lama=1, absconded=1, now=4
    )


def test_what_stands_after_the_end_of_a_stay_counts_for_nothing() -> None:
    found = census([stay((1, 1), (9, 2), how=Ended.DIED, ended=5)], MIDNIGHT, MIDNIGHT + DAY)
    assert found == {1: WardCount(admitted=1, died=1)}
    assert census([stay((9, 1), how=Ended.DIED, ended=5)], MIDNIGHT, MIDNIGHT + DAY) == {}


hours = some.none() | some.integers(-50, 80)
histories = some.builds(
    lambda beds, how, ended: stay(
        *sorted(beds, key=lambda bed: -999 if bed[0] is None else bed[0]), how=how, ended=ended
    ),
    some.lists(some.tuples(hours, some.integers(1, 4)), min_size=1, max_size=6),
    some.none() | some.sampled_from(Ended),
    some.integers(-50, 80),
)


@given(some.lists(histories, max_size=12))
def test_it_balances_and_each_day_begins_where_the_last_ended(stays: list[Stay]) -> None:
    before: dict[int, WardCount] = {}
    for day in range(-3, 4):
        counts = census(stays, MIDNIGHT + day * DAY, MIDNIGHT + (day + 1) * DAY)
        for count in counts.values():
            assert count.now == count.expected
            assert min(getattr(count, name) for name in WardCount.__dataclass_fields__) >= 0
        if day > -3:
            then = {ward: count.now for ward, count in before.items() if count.now}
            assert {ward: count.before for ward, count in counts.items() if count.before} == then
        before = counts
