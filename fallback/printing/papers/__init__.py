"""The sheets that are not one slip: each a paper with its contents, laid out by the layout of its name."""

from fallback.printing.papers.cards import EnrolmentCards
from fallback.printing.papers.clinics import BoxSheet, DaySheet, Entry, Register, day_form
from fallback.printing.papers.duties import Certificate63, IncidentSheet, PersonalDataSheet
from fallback.printing.papers.keys import DeskCard, KeySheet, PadCover, Poster
from fallback.printing.papers.paper import Paper, draw_paper, render_book, render_paper
from fallback.printing.papers.practice import PracticeCertificate
from fallback.printing.papers.shift import ShiftSheet
from fallback.printing.papers.wards import BedRow, RoundSheet, WardCensus

__all__ = [
    "BedRow",
    "BoxSheet",
    "Certificate63",
    "DaySheet",
    "DeskCard",
    "EnrolmentCards",
    "Entry",
    "IncidentSheet",
    "KeySheet",
    "PadCover",
    "Paper",
    "PersonalDataSheet",
    "Poster",
    "PracticeCertificate",
    "Register",
    "RoundSheet",
    "ShiftSheet",
    "WardCensus",
    "day_form",
    "draw_paper",
    "render_book",
    "render_paper",
]
