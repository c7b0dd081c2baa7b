"""Slips on paper, by the hospital's layouts: the copies of a slip, and the registration card behind it."""

from collections.abc import Sequence

from fallback.hospital import Hospital
from fallback.marks import MarkForm
from fallback.printing.content import Content
from fallback.printing.fields import content_of
from fallback.printing.job import PrintedSlip
from fallback.printing.labels import CARD, Words
from fallback.printing.layout import Layout, draw, form_of, layout
from fallback.printing.sheet import Box, sheet

_ROLL = "roll"  # a card needs more room than a roll has: its slip is the patient's card


def draw_slips(slips: Sequence[PrintedSlip], hospital: Hospital, *, paper: str = "") -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it (what the tests look at). Raises as `render_slips`."""
    if not slips:
        raise ValueError("there is no slip to draw")
    paper = paper or hospital.paper
    plan = layout(f"slip-{paper}", hospital)
    with sheet(*plan.page, f"{hospital.name}: {slips[0].slip.number}") as page:
        for place, printed in enumerate(slips):
            if place:
                page.turn()
            draw(page, plan, [content(printed, hospital, plan)], hospital)
            if printed.card and paper != _ROLL:
                card = layout("card", hospital)
                page.turn()
                draw(page, card, [content(printed, hospital, card, CARD)], hospital)
        return page.finish(), tuple(page.boxes)


def render_slips(slips: Sequence[PrintedSlip], hospital: Hospital, *, paper: str = "") -> bytes:
    """The slips as one PDF, each with its registration card behind it where one is wanted; in the order given.

    `paper` is one of `hospital.PAPERS`, else what the hospital prints on. Equal slips give equal bytes in every
    process. Threads may call it at the same time: they take turns. Raises LayoutWrong where the hospital's own layout
    is wrong, CodeTooLong or CodeNotDigits when a QR cannot be drawn.
    """
    return draw_slips(slips, hospital, paper=paper)[0]


def content(printed: PrintedSlip, hospital: Hospital, plan: Layout, title: Words | None = None) -> Content:
    """A slip's content for a layout; `title` where the sheet is not the slip itself."""
    whole = plan.mobile == "whole"
    return content_of(printed, hospital, language=plan.language, whole_mobile=whole, title=title)


def slip_form(printed: PrintedSlip, hospital: Hospital, *, paper: str = "") -> MarkForm | None:
    """Where a machine finds what was ticked on a slip's hospital copy; None when the paper has no form."""
    plan = layout(f"slip-{paper or hospital.paper}", hospital)
    part = next((part for part in plan.parts if part.name == "hospital" and part.corners), None)
    return form_of(plan, part, content(printed, hospital, plan), hospital) if part else None
