"""The census of the wards: who lay there before, who came, who went, who lies there now; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fallback.stay import Ended, Stay


@dataclass(slots=True)
class WardCount:
    """A ward in a stretch of time. `before` are those who lay there at its start, `now` those who do at its end.

    before + admitted + moved_in - moved_out - discharged - lama - absconded - died = now.
    """

    before: int = 0
    admitted: int = 0
    moved_in: int = 0
    moved_out: int = 0
    discharged: int = 0
    lama: int = 0
    absconded: int = 0
    died: int = 0
    now: int = 0

    @property
    def expected(self) -> int:
        """What `now` must be."""
        came, went = self.admitted + self.moved_in, self.moved_out
        return self.before + came - went - self.discharged - self.lama - self.absconded - self.died


_NAMES = {Ended.DISCHARGED: "discharged", Ended.LAMA: "lama", Ended.ABSCONDED: "absconded", Ended.DIED: "died"}


def census(stays: Iterable[Stay], start: datetime, end: datetime) -> dict[int, WardCount]:
    """Each ward's count from `start` on until just before `end`, by the ward's number.

    What stands after the end of a stay counts for nothing, and a stay that ended before it began was none.
    """
    found: dict[int, WardCount] = {}
    for stay in stays:
        ward = 0
        for lying in stay.beds:
            at = lying.at
            if stay.ended is not None and at is not None and at > stay.ended:
                break
            if at is not None and at >= end:
                break
            _arrive(found, ward, lying.ward, inside=at is not None and at >= start)
            ward = lying.ward
        if not ward:
            continue
        if stay.how is None or stay.ended is None or stay.ended >= end:
            _add(found, ward, "now")
        elif stay.ended >= start:
            _add(found, ward, _NAMES[stay.how])
        else:
            _add(found, ward, "before", -1)
    return {ward: count for ward, count in found.items() if count != WardCount()}


def total(counts: Iterable[WardCount]) -> WardCount:
    """All wards together."""
    whole = WardCount()
    for each in counts:
        for name in WardCount.__dataclass_fields__:
            setattr(whole, name, getattr(whole, name) + getattr(each, name))
    return whole


def _arrive(found: dict[int, WardCount], ward: int, to: int, *, inside: bool) -> None:
    """From a ward (0: from outside the wards) to another; what happened before the stretch is in `before` alone."""
    if ward == to:
        return
    if not inside:
        if ward:
            _add(found, ward, "before", -1)
        _add(found, to, "before")
    elif ward:
        _add(found, ward, "moved_out")
        _add(found, to, "moved_in")
    else:
        _add(found, to, "admitted")


def _add(found: dict[int, WardCount], ward: int, name: str, by: int = 1) -> None:
    count = found.setdefault(ward, WardCount())
    setattr(count, name, getattr(count, name) + by)
