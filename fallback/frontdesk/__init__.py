"""During the downtime: open a shift, register, revisit, reprint, correct, void, pads, close."""

from fallback.frontdesk.alike import SHOWN, Alike, Beside, Looks, alike, in_place
from fallback.frontdesk.casualty import Sets, print_sets, sets_again
from fallback.frontdesk.counter import Counter, Issued, printed, sheet
from fallback.frontdesk.kin import free_alias, link
from fallback.frontdesk.look_up import destroy_index, load_index, look_up, write_look
from fallback.frontdesk.money import bank, bankable, refund, take_fee
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
from fallback.frontdesk.registration import Registration, check, missing
from fallback.frontdesk.seen import mark_seen
from fallback.frontdesk.services import Scanned, do, read_slip, undo
from fallback.frontdesk.shifts import close_shift, end_downtime, hand_over, open_shift, start_downtime
from fallback.frontdesk.slips import correct, fill_pad, register, void
from fallback.frontdesk.sparing import FEW_SHEETS, set_economy, sheets_left, tell_sheets
from fallback.frontdesk.stays import (
    Admission,
    admit,
    check_admission,
    correct_admission,
    end_stay,
    move_stay,
    reopen_stay,
)
from fallback.frontdesk.transcribing import transcribe_pad

__all__ = [
    "FEW_SHEETS",
    "MOST_PADS",
    "SHOWN",
    "SINGLE_SHEETS",
    "SLIP_SHEETS",
    "STICKERS",
    "Admission",
    "Alike",
    "Beside",
    "Counter",
    "Issued",
    "Looks",
    "PrintQueue",
    "Registration",
    "Scanned",
    "Sets",
    "admit",
    "alike",
    "bank",
    "bankable",
    "box_sheet",
    "check",
    "check_admission",
    "close_shift",
    "correct",
    "correct_admission",
    "day_sheets",
    "declare",
    "desk_card",
    "destroy_index",
    "do",
    "done",
    "end_downtime",
    "end_stay",
    "fill_pad",
    "first_sheet",
    "free_alias",
    "hand_over",
    "in_place",
    "link",
    "load_index",
    "look_up",
    "lost",
    "mark_seen",
    "missing",
    "move_stay",
    "open_shift",
    "poster",
    "print_pads",
    "print_sets",
    "printed",
    "read_slip",
    "refund",
    "register",
    "register_sheets",
    "reopen_stay",
    "reprint",
    "set_economy",
    "sets_again",
    "sheet",
    "sheets_left",
    "shift_sheet",
    "slip_sheet",
    "start_downtime",
    "take_fee",
    "take_first",
    "tell_sheets",
    "transcribe_pad",
    "undo",
    "void",
    "write_look",
]
