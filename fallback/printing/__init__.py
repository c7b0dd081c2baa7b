"""The paper going out: slips, their sheets, pads, papers, reports. Nouns come in, PDF goes out; nothing is stored."""

from fallback.printing.job import PrintedSlip, Reprint
from fallback.printing.pads import render_pads
from fallback.printing.papers import (
    BedRow,
    BoxSheet,
    Certificate63,
    DaySheet,
    DeskCard,
    EnrolmentCards,
    Entry,
    IncidentSheet,
    KeySheet,
    PadCover,
    PersonalDataSheet,
    Poster,
    PracticeCertificate,
    Register,
    RoundSheet,
    ShiftSheet,
    WardCensus,
    render_book,
    render_paper,
)
from fallback.printing.report import Column, Report, Table, render_report
from fallback.printing.sheets import render_sheet
from fallback.printing.slips import render_slips
from fallback.printing.typesetting import warm

__all__ = [
    "BedRow",
    "BoxSheet",
    "Certificate63",
    "Column",
    "DaySheet",
    "DeskCard",
    "EnrolmentCards",
    "Entry",
    "IncidentSheet",
    "KeySheet",
    "PadCover",
    "PersonalDataSheet",
    "Poster",
    "PracticeCertificate",
    "PrintedSlip",
    "Register",
    "Report",
    "Reprint",
    "RoundSheet",
    "ShiftSheet",
    "Table",
    "WardCensus",
    "render_book",
    "render_pads",
    "render_paper",
    "render_report",
    "render_sheet",
    "render_slips",
    "warm",
]
