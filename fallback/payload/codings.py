"""How series, numbers, days and moments stand in the bits, in slips and statements alike (docs/payload.md)."""

from datetime import date, datetime, timedelta

from fallback.errors import PayloadWrong
from fallback.payload.bits import BitReader, BitWriter
from fallback.slip import EPOCH, SERIES_LIMIT, SlipNumber

_DAY_EPOCH = date(1900, 1, 1)
_SERIES_BITS, _SERIAL_BITS, _DAY_BITS, _MOMENT_BITS = 10, 20, 16, 29


def put_series(bits: BitWriter, series: int) -> None:
    """Appends a series, 0 to 999. Raises ValueError for another."""
    if series > SERIES_LIMIT:
        raise ValueError(f"there is no series {series}")
    bits.put(series, _SERIES_BITS)


def take_series(bits: BitReader) -> int:
    """The inverse of `put_series`. Raises PayloadWrong."""
    if (series := bits.take(_SERIES_BITS)) > SERIES_LIMIT:
        raise PayloadWrong(why="a value in it cannot be")
    return series


def put_number(bits: BitWriter, number: SlipNumber) -> None:
    """Appends a slip number without its check digits."""
    bits.put(number.series, _SERIES_BITS)
    bits.put(number.serial, _SERIAL_BITS)


def take_number(bits: BitReader) -> SlipNumber:
    """The inverse of `put_number`. Raises SlipNumberWrong or PayloadWrong."""
    return SlipNumber(bits.take(_SERIES_BITS), bits.take(_SERIAL_BITS))


def put_day(bits: BitWriter, day: date) -> None:
    """Appends a day of 1900-01-01 to 2079-06-06. Raises ValueError for another."""
    bits.put((day - _DAY_EPOCH).days, _DAY_BITS)


def take_day(bits: BitReader) -> date:
    """The inverse of `put_day`. Raises PayloadWrong."""
    return _DAY_EPOCH + timedelta(days=bits.take(_DAY_BITS))


def put_moment(bits: BitWriter, moment: datetime | None) -> None:
    """Appends a moment after 2024-01-01 00:00 UTC, or None: the clock was not trusted.

    Raises ValueError for one before, after 4 January 2041, or not to the second.
    """
    seconds = 0
    if moment is not None:
        seconds = int((moment - EPOCH).total_seconds())
        if moment.microsecond or seconds <= 0:
            raise ValueError(f"{moment} has no place")
    bits.put(seconds, _MOMENT_BITS)


def take_moment(bits: BitReader) -> datetime | None:
    """The inverse of `put_moment`. Raises PayloadWrong."""
    seconds = bits.take(_MOMENT_BITS)
    return EPOCH + timedelta(seconds=seconds) if seconds else None
