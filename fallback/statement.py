"""The signed papers that are not slips: poster, desk's certificate, shift sheet, clinic's day sheet, box sheet."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, ClassVar

from fallback.downtime import shift_key
from fallback.keys import Certificate, hospital_id
from fallback.slip import INDIA, SlipNumber

TOKENS_A_PAGE = 25  # rows of a day sheet
HEAD_SIZE = 8  # bytes of the journal head's hash that a shift sheet carries


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What all of them have: the word for their type, and their values as a record."""

    type: ClassVar[str] = ""

    def record(self) -> dict[str, Any]:
        """The statement as plain JSON values, one flat level, its type first: what `read` prints."""
        return {"type": self.type} | {each.name: _plain(each.name, getattr(self, each.name)) for each in fields(self)}


@dataclass(frozen=True, slots=True, kw_only=True)
class RootStatement(Statement):
    """The hospital's root public key and name, signed by the root itself. It hangs on the wall, on the poster."""

    type: ClassVar[str] = "root"
    public: bytes
    name: str

    @property
    def hospital(self) -> int:
        """The hospital's 32-bit id."""
        return hospital_id(self.public)

    def record(self) -> dict[str, Any]:
        """As of every statement, with the hospital's id."""
        return {
            "type": self.type,
            "hospital": f"{self.hospital:08x}",
            "public": self.public.hex(),
            "name": self.name,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStatement(Statement):
    """A desk's certificate as its card and its pads carry it. `hospital` says whose root signed the certificate."""

    type: ClassVar[str] = "certificate"
    hospital: int
    certificate: Certificate

    def record(self) -> dict[str, Any]:
        """As of every statement, the certificate's values among the others."""
        return {"type": self.type, "hospital": f"{self.hospital:08x}"} | self.certificate.record()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftStatement(Statement):
    """A closed shift in figures, signed by its desk. Of several pages each has all sums; only the voids are split.

    `opened` and `closed` are in UTC, to the second; None when the clock was not trusted. `issued` counts slips, `first`
    and `last` are their serials, 0 when there is none. `voids` are the slips that the shift voided, ascending.
    `corrections`, `reprints`, `receipts`, `exempt` and `later` are counts; `receipts_rupees`, `refunded_rupees`,
    `opening_float` and `counted_cash` whole rupees. `head_sequence` and `head` (the first 8 bytes of the hash) are
    where the journal ended when the shift was closed.
    """

    type: ClassVar[str] = "shift"
    hospital: int
    drill: bool
    series: int
    ordinal: int
    opened: datetime | None
    closed: datetime | None
    issued: int
    first: int
    last: int
    voids: tuple[SlipNumber, ...] = ()
    corrections: int
    reprints: int
    receipts: int
    receipts_rupees: int
    refunded_rupees: int
    exempt: int
    later: int
    opening_float: int
    counted_cash: int
    head_sequence: int
    head: bytes
    page: int = 1
    pages: int = 1

    @property
    def key(self) -> str:
        """The shift's key, as the journal has it."""
        return shift_key(self.series, self.ordinal)

    @property
    def signer(self) -> int:
        """The series of the desk that signs: its own."""
        return self.series


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStatement(Statement):
    """One page of a clinic's day sheet: the tokens `first` to `first` + 24 of a desk, with a tick for who came.

    `signer` is the series of the desk that signs, `day` the day in India, `token_series` the series whose letters stand
    before the tokens.
    """

    type: ClassVar[str] = "day"
    hospital: int
    drill: bool
    signer: int
    clinic: int
    day: date
    token_series: int
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxStatement(Statement):
    """The sheet that travels with a box of hospital copies: `box` is counted from 1 within clinic and day.

    `signer` is the series of the desk that signs; `count` is how many copies are in it, 0 when a hand writes that.
    """

    type: ClassVar[str] = "box"
    hospital: int
    drill: bool
    signer: int
    clinic: int
    day: date
    box: int
    count: int


SignedByDesk = ShiftStatement | DayStatement | BoxStatement


def _plain(name: str, value: Any) -> Any:
    if name == "hospital":
        return f"{value:08x}"
    if isinstance(value, datetime):
        return value.astimezone(INDIA).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return [each.text for each in value] if isinstance(value, tuple) else value
