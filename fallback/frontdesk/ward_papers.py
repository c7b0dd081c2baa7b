"""What is printed for wards: the round sheet, the census, and the slips and wristbands of a whole round at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from fallback.census import WardCount, census, total
from fallback.errors import WardUnknown
from fallback.frontdesk.counter import Counter, Issued, printed
from fallback.frontdesk.prints import take_first
from fallback.hospital import Ward
from fallback.ledger import queries
from fallback.ledger.facts import FactKind
from fallback.ledger.queries import papers, stays
from fallback.ledger.queries.stays import Patient
from fallback.ledger.writer import Transaction
from fallback.printing import BedRow, RoundSheet, WardCensus, render_paper, render_sheet, render_slips
from fallback.printing.papers.wards import COUNTS
from fallback.slip import INDIA, SlipNumber

__all__ = ["COUNTS", "Bed", "Census", "beds_of", "census_of", "census_sheet", "counts", "first_slips", "round_sheet",
           "ward_of", "wristbands"]  # fmt: skip
WRISTBAND = "wristband"


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """The census of a day in India, of today until now. `wards` has those of hospital.toml, and others that occur."""

    day: date
    until: datetime
    wards: Sequence[tuple[int, int, WardCount]]
    total: WardCount
    beds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """A bed with those who lie in it. `extra`: hospital.toml does not name it."""

    name: str
    patients: Sequence[Patient]
    extra: bool = False


def ward_of(counter: Counter, number: int) -> Ward:
    """A ward of hospital.toml. Raises WardUnknown."""
    ward = counter.hospital.ward(number)
    if ward is None:
        raise WardUnknown(ward=number)
    return ward


def beds_of(counter: Counter, ward: Ward) -> list[Bed]:
    """Every bed of a ward in its order, the extra ones behind, with who lies there."""
    lying: dict[str, list[Patient]] = {}
    for patient in sorted(stays.in_ward(counter.ledger.db(), ward.number), key=lambda each: each.slip.number):
        lying.setdefault(patient.bed.casefold(), []).append(patient)
    named = [Bed(name=bed, patients=lying.pop(bed.casefold(), [])) for bed in ward.beds]
    return named + [Bed(name=found[0].bed, patients=found, extra=True) for _, found in sorted(lying.items())]


def census_of(counter: Counter, day: date, now: datetime) -> Census:
    """The census of a day: until its midnight, or of today until now."""
    start = datetime.combine(day, time(), INDIA)
    until = min(start + timedelta(days=1), max(now, start))
    found = census(stays.stays(counter.ledger.db()), start, until)
    known = {ward.number: len(ward.beds) for ward in counter.hospital.wards}
    numbers = [*known, *sorted(found.keys() - known.keys())]
    return Census(
        day=day,
        until=until,
        wards=[(number, known.get(number, 0), found.get(number, WardCount())) for number in numbers],
        total=total(found.values()),
        beds=sum(known.values()),
    )


def census_sheet(counter: Counter, day: date, now: datetime) -> bytes:
    """The census of a day as a PDF, with the journal's head."""
    made, head = census_of(counter, day, now), counter.ledger.head()
    sheet = WardCensus(
        day=day,
        until=made.until,
        wards=[(ward, beds, counts(count)) for ward, beds, count in made.wards],
        total=(made.beds, counts(made.total)),
        head=(head.chain, head.sequence, head.hash.hex()),
        drill=counter.drill,
    )
    return render_paper(sheet, counter.hospital)


def round_sheet(counter: Counter, ward: Ward, now: datetime) -> bytes:
    """A ward bed by bed, with who is known to lie there; the other beds are lines for a pen."""
    rows = [row for bed in beds_of(counter, ward) for row in _rows(bed)]
    sheet = RoundSheet(ward=ward.number, at=now, beds=rows, drill=counter.drill)
    return render_paper(sheet, counter.hospital)


def first_slips(counter: Counter, numbers: Sequence[SlipNumber], *, by: str) -> bytes | None:
    """The originals of several slips as one PDF for a browser, each once; None when none is left to print."""
    taken = [issued for number in numbers if (issued := take_first(counter, number, by=by))]
    return render_slips([printed(counter, each) for each in taken], counter.hospital) if taken else None


def wristbands(counter: Counter, numbers: Sequence[SlipNumber], *, by: str, series: int = 0) -> bytes | None:
    """A wristband for each of several slips that are not void, as one PDF; None when there is none. Each is a fact."""

    def job(tx: Transaction) -> list[Issued]:
        found = []
        for number in numbers:
            row = queries.slip(tx.db, number)
            if row is None or row.voided:
                continue
            count = papers.sheets_made(tx.db, number, WRISTBAND) + 1
            content = {"number": number.text, "sheet": WRISTBAND, "count": count, "last_tube": 0}
            tx.append(FactKind.SHEET_PRINTED, content, series=series, by=by)
            found.append(Issued(row=row))
        return found

    made = counter.ledger.write(job)
    return render_sheet(WRISTBAND, [printed(counter, each) for each in made], counter.hospital) if made else None


def _rows(bed: Bed) -> Iterator[BedRow]:
    if not bed.patients:
        yield BedRow(bed=bed.name)
    for patient in bed.patients:
        yield BedRow(bed=bed.name, slip=patient.slip, unit=patient.unit)


def counts(count: WardCount) -> dict[str, int]:
    """A ward's counts by their names, in the order of COUNTS."""
    return {name: getattr(count, name) for name in COUNTS}
