"""The outpatient day on paper: the register of every clinic in one file, and the census, both from the journal."""

from datetime import date, datetime

from fallback import opd
from fallback.frontdesk.counter import Counter
from fallback.language import format_date, format_moment, grouped
from fallback.ledger import queries
from fallback.ledger.queries.today import entries
from fallback.printing import Entry, Register, render_book
from fallback.printing.labels import spoken
from fallback.printing.report import Column, Report, Table, render_report

_CENSUS = spoken("Census of the outpatient day")
_CLINIC = spoken("Clinic")
_SUM = spoken("Sum")
_NOTHING = spoken("No slip on this day")
COLUMNS = {
    "new": spoken("New"),
    "old": spoken("Old"),
    "all": spoken("All"),
    "female": spoken("Female"),
    "male": spoken("Male"),
    "other": spoken("Other"),
    "children": spoken("Under 15"),
    "aged": spoken("60 and over"),
    "emergency": spoken("Emergency"),
    "medico_legal": spoken("Medico-legal"),
    "exempt": spoken("Exempt"),
    "rupees": spoken("Fees ₹"),
    "void": spoken("Void"),
}

# The same as the narrow columns of an A4 have room for, where they differ.
_SHORT = {
    "female": "F स्त्री",
    "male": "M पुरुष",
    "other": "Oth. अन्य",
    "children": "< 15",
    "aged": "60 +",
    "emergency": "Emg. आपात",
    "medico_legal": "MLC",
    "exempt": "Free छूट",
    "rupees": "Fees ₹",
}


def entries_of(db: queries.Database, day: date) -> list[opd.Entry]:
    """Every slip of a day, and whether it is void."""
    return entries(db, day.isoformat())


def opd_census(counter: Counter, day: date, made: datetime) -> bytes:
    """The census of a day, clinic by clinic, as a PDF; it names nobody. `made` is now."""
    hospital, db = counter.hospital, counter.ledger.db()
    counts = opd.census(entries_of(db, day), day)
    rows = []
    for number, count in sorted(counts.items()):
        clinic = hospital.clinic(number)
        rows.append([f"{clinic.shown_code} {clinic.shown}" if clinic else str(number), *figures(count)])
    rows = (
        [*rows, [_SUM.both, *figures(opd.total(counts.values()))]] if rows else [[_NOTHING.both, *[""] * len(COLUMNS)]]
    )
    columns = [Column(_CLINIC.both, 4.4), *(Column(_title(name), 1.25, "right") for name in COLUMNS)]
    head = counter.ledger.head()
    return render_report(
        Report(
            title=f"{hospital.name}: {_CENSUS.english}",
            subtitle=(
                f"{hospital.name_hindi}: {_CENSUS.hindi}",
                f"{format_date(day)}{' · DRILL' if counter.drill else ''} · {format_moment(made)}",
            ),
            tables=[
                Table(title=_CENSUS.both, columns=columns, rows=rows, strong=frozenset({len(rows) - 1})),
            ],
            footer=f"{head.chain} · {grouped(head.sequence)} · {head.hash.hex()[:32]}",
        )
    )


def _title(name: str) -> str:
    return _SHORT.get(name, f"{COLUMNS[name].english} {COLUMNS[name].hindi}")


def figures(count: opd.ClinicCount) -> list[str]:
    """A clinic's figures in the order of COLUMNS; nothing stands for 0."""
    return [grouped(found) if (found := getattr(count, name)) else "" for name in COLUMNS]


def opd_register(counter: Counter, day: date) -> bytes:
    """The register of a day, a new page for each clinic; one empty page where there is no slip."""
    db, head = counter.ledger.db(), counter.ledger.head()
    stood = (head.chain, head.sequence, head.hash.hex())
    by_clinic: dict[int, list[Entry]] = {}
    for slip, voided in sorted(entries_of(db, day), key=opd.place):
        by_clinic.setdefault(slip.visit.clinic, []).append(Entry(slip, voided))
    return render_book(
        [
            Register(clinic=clinic, day=day, entries=listed, head=stood, drill=counter.drill)
            for clinic, listed in sorted(by_clinic.items())
        ]
        or [Register(clinic=0, day=day, entries=[], head=stood, drill=counter.drill)],
        counter.hospital,
    )
