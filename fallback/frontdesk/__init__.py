"""During the downtime: open a shift, register, revisit, reprint, correct, void, pads, close."""

from fallback.frontdesk.counter import Counter, Issued, sheet
from fallback.frontdesk.pads import MOST_PADS, declare, print_pads
from fallback.frontdesk.registration import Registration, check
from fallback.frontdesk.shifts import close_shift, end_downtime, open_shift, start_downtime
from fallback.frontdesk.slips import correct, fill_pad, register, reprint, void

__all__ = [
    "MOST_PADS",
    "Counter",
    "Issued",
    "Registration",
    "check",
    "close_shift",
    "correct",
    "declare",
    "end_downtime",
    "fill_pad",
    "open_shift",
    "print_pads",
    "register",
    "reprint",
    "sheet",
    "start_downtime",
    "void",
]
