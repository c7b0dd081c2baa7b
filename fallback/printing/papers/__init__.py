"""The sheets that are not one slip: each a paper with its contents, laid out by the layout of its name."""

from fallback.printing.papers.clinics import BoxSheet, DaySheet, Entry, Register, day_form
from fallback.printing.papers.keys import DeskCard, PadCover, Poster
from fallback.printing.papers.paper import Paper, draw_paper, render_paper
from fallback.printing.papers.shift import ShiftSheet

__all__ = [
    "BoxSheet",
    "DaySheet",
    "DeskCard",
    "Entry",
    "PadCover",
    "Paper",
    "Poster",
    "Register",
    "ShiftSheet",
    "day_form",
    "draw_paper",
    "render_paper",
]
