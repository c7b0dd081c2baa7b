"""Whether a clinic sits on a day, where, and how many it takes: hospital.toml, and a supervisor's word for that day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fallback.hospital import Clinic
from fallback.slip import INDIA, Slip

FURTHEST = 60  # days ahead for which a slip may be given


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWord:
    """A supervisor's word for one clinic and day; None: as in hospital.toml."""

    sits: bool | None = None
    room: str | None = None
    unit: str | None = None
    cap: int | None = None
    reason: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A clinic on a day. `cap` is of the whole hospital (None: all who come), `share` this computer's part of it.

    `extra` is how many more this computer may take with a reason (None: no limit).
    """

    clinic: Clinic
    day: date
    sits: bool
    room: str
    unit: str
    cap: int | None
    share: int | None
    extra: int | None


def sitting(clinic: Clinic, day: date, word: DayWord | None = None, *, computers: int = 1) -> Sitting:
    """The clinic on that day; the cap is shared out among `computers`, rounded down: together they never exceed it."""
    word = word or DayWord()
    cap = clinic.cap if word.cap is None else word.cap
    share = None if cap is None else cap // computers
    more = None if cap is None or clinic.overbook is None else -(-cap * clinic.overbook // (100 * computers))
    return Sitting(
        clinic=clinic,
        day=day,
        sits=clinic.sits_on(day) if word.sits is None else word.sits,
        room=clinic.room_on(day) if word.room is None else word.room,
        unit=clinic.unit_on(day) if word.unit is None else word.unit,
        cap=cap,
        share=share,
        extra=more,
    )


def next_day(after: date, is_free: Callable[[date], bool]) -> date | None:
    """The first day after one on which there is room, None when there is none within the days that slips reach."""
    ahead = (after + timedelta(days=days) for days in range(1, FURTHEST + 1))
    return next((day for day in ahead if is_free(day)), None)


def reports_at(slip: Slip, clinic: Clinic | None) -> datetime | None:
    """When the patient is told to be at the room, in India; None where the clinic's file says no time.

    It depends on the slip and the file alone, so that a reprint says the same. Nobody is told a time that has passed.
    """
    day = slip.visit_day
    if clinic is None or clinic.starts is None or day is None or not slip.visit.token or slip.emergency:
        return None
    turn = datetime.combine(day, clinic.starts or time(), INDIA)
    turn += timedelta(minutes=(slip.visit.token - 1) * clinic.pace)
    if turn.date() != day:  # more tokens than the day has minutes
        turn = datetime.combine(day, time(23, 59), INDIA)
    issued = slip.issued.astimezone(INDIA).replace(second=0, microsecond=0) if slip.issued else turn
    return max(turn, issued)
