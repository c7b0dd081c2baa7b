"""What must lie in the cupboard for a downtime: paper, toner, ribbon, stickers, blank slips, from the day's load."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from fallback.errors import LoadUnknown, Sentence
from fallback.hospital import Hospital, Printer, PrinterWay
from fallback.language import format_date, grouped, translate
from fallback.ledger import queries
from fallback.ledger.queries import Database, ready
from fallback.printing.layout import layout
from fallback.printing.report import Column, Report, Table, render_report
from fallback.statement import TOKENS_A_PAGE

SPOILT = 1.1  # a jam, a test, a slip that is printed again
_NEW = 0.5  # of the patients get a registration card with their slip
_SAMPLED = 0.2  # of the patients give blood
_TUBES = 3  # each
_ROLL = 30_000  # mm of an 80 mm roll
_RIBBON, _LABEL = 74_000, 28  # mm of a small ribbon; mm that a label and its gap take of it
_FIRST_HOURS = 1 / 3  # of a day's patients come in the two hours before everything prints
_LEAST_PADS = 30  # at a counter: a pad
_REAM = 500
_PAPER_LABELS = {"A4": "Paper A4", "A5": "Paper A5"}
_STICKERS = {"sticker-24": 24, "sticker-40": 40}


@dataclass(frozen=True, slots=True, kw_only=True)
class StockLine:
    """So many of a thing; `unit` is what is counted, `why` how the number was found, `have` what is known to lie there.

    All texts are English, to be said in the language of whoever reads them.
    """

    what: str
    count: int
    unit: str
    why: str
    have: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The list: for so many `hours`, at `load` patients a day, which are `slips` in all."""

    hours: int
    load: int
    slips: int
    lines: tuple[StockLine, ...]


def stock(db: Database, hospital: Hospital) -> Stock:
    """The list for a hospital, by the busier of what its file says and of what its journal saw. Raises LoadUnknown."""
    load, hours = max(hospital.ready.visits_a_day, ready.busiest_day(db)), hospital.ready.hours
    if not load:
        raise LoadUnknown()
    slips = ceil(load * hours / 24)
    desks = [desk.name for desk in queries.desks(db) if not desk.retired]
    shares = _shares(hospital, desks)
    sheets = _sheets(hospital, slips, shares, desks=len(desks), days=ceil(hours / 24))
    lines = [*_paper(hospital, slips, shares, sheets), *_ink(slips, shares), *_stickers(hospital, slips)]
    pads = max(_LEAST_PADS * max(1, len(desks)), ceil(load * _FIRST_HOURS))
    why = Sentence("those of the first two hours, at least {least} at each counter", least=_LEAST_PADS)
    have = sum(ready.blanks(db).values())
    lines.append(StockLine(what="Blank slips", count=pads, unit=Sentence("numbered slips"), why=why, have=have))
    pens = StockLine(
        what="Pens", count=4 * max(1, len(desks)), unit=Sentence("pieces"), why=Sentence("four at each counter")
    )
    return Stock(hours=hours, load=load, slips=slips, lines=(*lines, pens))


def stock_report(found: Stock, hospital: Hospital, now: datetime, language: str) -> bytes:
    """The list as PDF, with a column for what was counted in the cupboard; equal lists give equal bytes."""

    def say(text: str) -> str:
        return translate(text, language)

    name = hospital.name_hindi if language == "hi" else hospital.name
    rows = []
    for each in found.lines:
        have = "" if each.have is None else grouped(each.have)
        rows.append([say(each.what), grouped(each.count), say(each.unit), say(each.why), have, ""])
    columns = [
        Column(say(Sentence("What")), 1.5), Column(say(Sentence("Needed")), 0.8, "right"),
        Column(say(Sentence("Unit")), 1.3), Column(say(Sentence("Because")), 3.4),
        Column(say(Sentence("Lies there")), 0.8, "right"), Column(say(Sentence("Counted")), 0.9),
    ]  # fmt: skip
    table = Table(title=say(headline(found)), columns=columns, rows=rows)
    title = say(Sentence("Stock for a downtime"))
    return render_report(Report(title=f"{title}: {name}", subtitle=(format_date(now),), tables=(table,), footer=name))


def headline(found: Stock) -> Sentence:
    """What the list is for, in one sentence."""
    says = {"hours": found.hours, "load": grouped(found.load), "slips": grouped(found.slips)}
    return Sentence("For {hours} hours at {load} patients a day: {slips} slips", **says)


def _shares(hospital: Hospital, desks: list[str]) -> Mapping[Printer | None, float]:
    """Which part of the slips each printer prints; None is the browsers' printers, on the hospital's paper."""
    names = desks or [name for printer in hospital.printers for name in printer.desks] or [""]
    counted: dict[Printer | None, int] = {}
    for name in names:
        printer = hospital.printer_of(name)
        counted[printer] = counted.get(printer, 0) + 1
    return {printer: count / len(names) for printer, count in counted.items()}


def _paper_of(hospital: Hospital, printer: Printer | None) -> str:
    return printer.paper if printer else hospital.paper


def _sheets(
    hospital: Hospital, slips: int, shares: Mapping[Printer | None, float], *, desks: int, days: int
) -> dict[str, int]:
    """Sheets by size, with what clinics and shifts need."""
    found = dict.fromkeys(_PAPER_LABELS, 0.0)
    for printer, share in shares.items():
        paper = _paper_of(hospital, printer)
        if paper != "roll":
            found["A5" if paper.startswith("a5") else "A4"] += slips * share * _sheets_a_slip(paper)
    lists = 2 * (slips / TOKENS_A_PAGE + len(hospital.clinics) * days)  # a day sheet and a register
    found["A4"] += lists + len(hospital.clinics) * days + 3 * desks * days
    return {size: ceil(count * SPOILT) for size, count in found.items() if count}


def _sheets_a_slip(paper: str) -> float:
    """With its registration card, which is a sheet of the same size."""
    return (2 if paper == "a5" else 1) + _NEW


def _paper(
    hospital: Hospital, slips: int, shares: Mapping[Printer | None, float], sheets: Mapping[str, int]
) -> list[StockLine]:
    lines = []
    for size, count in sheets.items():
        why = Sentence("{count} sheets: slips, cards, lists of clinics, and a tenth more", count=grouped(count))
        reams = ceil(count / _REAM)
        lines.append(StockLine(what=_PAPER_LABELS[size], count=reams, unit=Sentence("reams of 500"), why=why))
    long = sum(
        slips * share * layout("slip-roll", hospital).page[1]
        for printer, share in shares.items()
        if _paper_of(hospital, printer) == "roll"
    )
    if long:
        why = Sentence("{metres} metres of slips, and a tenth more", metres=grouped(ceil(long * SPOILT / 1000)))
        rolls = ceil(long * SPOILT / _ROLL)
        lines.append(StockLine(what="Thermal rolls 80 mm", count=rolls, unit=Sentence("rolls of 30 m"), why=why))
    return lines


def _ink(slips: int, shares: Mapping[Printer | None, float]) -> list[StockLine]:
    lines = []
    for printer, share in shares.items():
        if printer is None:
            why = Sentence("a browser prints, and hospital.toml does not know its printer: one spare each")
            lines.append(StockLine(what="Toner or ink", count=1, unit=Sentence("for each printer"), why=why))
        elif printer.way is not PrinterWay.ESCPOS:  # heat writes, and needs none
            pages = ceil(slips * share * _sheets_a_slip(printer.paper) * SPOILT)
            lines.append(_cartridges(printer, pages))
    return lines


def _cartridges(printer: Printer, pages: int) -> StockLine:
    what = "Toner" if printer.laser else "Ink or ribbon"
    lasts = printer.pages_a_cartridge
    if not lasts:
        says = "{printer}: hospital.toml does not say how many sheets one lasts for"
        return StockLine(what=what, count=1, unit=Sentence("spare"), why=Sentence(says, printer=printer.name))
    says = "{printer}: {pages} sheets, one lasts for {lasts}, and a spare"
    why = Sentence(says, printer=printer.name, pages=grouped(pages), lasts=grouped(lasts))
    return StockLine(what=what, count=ceil(pages / lasts) + 1, unit=Sentence("cartridges"), why=why)


def _stickers(hospital: Hospital, slips: int) -> list[StockLine]:
    """Stickers for tubes: on sheets, or on a roll that a ribbon writes."""
    kinds = [each.stickers for each in hospital.counters if each.tubes]
    if not kinds:
        return []
    all_tubes = slips * _SAMPLED * _TUBES * SPOILT
    says = "{count} tubes: one patient in five gives blood, three tubes each, and a tenth more"
    lines = []
    for kind in dict.fromkeys(kinds):
        count = ceil(all_tubes * kinds.count(kind) / len(kinds))
        why = Sentence(says, count=grouped(count))
        if kind in _STICKERS:
            each = _STICKERS[kind]
            unit = Sentence("sheets of {each}", each=each)
            lines.append(StockLine(what="Stickers", count=ceil(count / each), unit=unit, why=why))
            continue
        lines.append(StockLine(what="Stickers 50 x 25 mm", count=count, unit=Sentence("labels on rolls"), why=why))
        metres = ceil(count * _LABEL / 1000)
        ribbon = Sentence("{metres} metres, where the label printer has one", metres=grouped(metres))
        ribbons = ceil(count * _LABEL / _RIBBON)
        lines.append(StockLine(what="Ribbon", count=ribbons, unit=Sentence("ribbons of 74 m"), why=ribbon))
    return lines
