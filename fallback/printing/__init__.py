"""The paper going out: slips, registration cards, pads, reports. Nouns come in, PDF goes out; nothing is stored."""

from fallback.printing.job import Paper, PrintedSlip, Reprint
from fallback.printing.pads import render_pads
from fallback.printing.report import Column, Report, Table, render_report
from fallback.printing.slips import render_slips
from fallback.printing.typesetting import warm

__all__ = [
    "Column",
    "Paper",
    "PrintedSlip",
    "Report",
    "Reprint",
    "Table",
    "render_pads",
    "render_report",
    "render_slips",
    "warm",
]
