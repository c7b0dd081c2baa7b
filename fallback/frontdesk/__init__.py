"""During the downtime: open a shift, register, revisit, reprint, correct, void, pads, close."""

from fallback.frontdesk.counter import Counter, Issued, sheet
from fallback.frontdesk.look_up import destroy_index, load_index, look_up
from fallback.frontdesk.pads import MOST_PADS, declare, print_pads
from fallback.frontdesk.papers import (
    SINGLE_SHEETS,
    SLIP_SHEETS,
    STICKERS,
    box_sheet,
    day_sheets,
    desk_card,
    poster,
    register_sheets,
    shift_sheet,
    slip_sheet,
)
from fallback.frontdesk.print_queue import PrintQueue
from fallback.frontdesk.prints import done, first_sheet, lost, reprint, take_first
from fallback.frontdesk.registration import Registration, check
from fallback.frontdesk.seen import mark_seen
from fallback.frontdesk.shifts import close_shift, end_downtime, hand_over, open_shift, start_downtime
from fallback.frontdesk.slips import correct, fill_pad, register, void
from fallback.frontdesk.transcribing import transcribe_pad

__all__ = [
    "MOST_PADS",
    "SINGLE_SHEETS",
    "SLIP_SHEETS",
    "STICKERS",
    "Counter",
    "Issued",
    "PrintQueue",
    "Registration",
    "box_sheet",
    "check",
    "close_shift",
    "correct",
    "day_sheets",
    "declare",
    "desk_card",
    "destroy_index",
    "done",
    "end_downtime",
    "fill_pad",
    "first_sheet",
    "hand_over",
    "load_index",
    "look_up",
    "lost",
    "mark_seen",
    "open_shift",
    "poster",
    "print_pads",
    "register",
    "register_sheets",
    "reprint",
    "sheet",
    "shift_sheet",
    "slip_sheet",
    "start_downtime",
    "take_first",
    "transcribe_pad",
    "void",
]
