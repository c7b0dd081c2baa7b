"""Pads: numbered blank slips with their signed code, for the pen alone; stub and slip, by the layout `pad`."""

from collections.abc import Sequence

from fallback.hospital import Hospital
from fallback.marks import MarkForm
from fallback.printing.job import PrintedSlip
from fallback.printing.layout import draw, form_of, layout
from fallback.printing.papers import PadCover
from fallback.printing.sheet import Box, sheet
from fallback.printing.slips import content


def draw_pads(
    pads: Sequence[PrintedSlip], hospital: Hospital, *, cover: PadCover | None = None
) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it. Raises as `render_pads`."""
    if not pads:
        raise ValueError("there is no pad to draw")
    plan = layout("pad", hospital)
    front = layout(cover.name, hospital) if cover else plan
    with sheet(*front.page, f"{hospital.name}: pad from {pads[0].slip.number}") as page:
        if cover:
            draw(page, front, cover.contents(front, hospital), hospital)
            page.turn(*plan.page)
        draw(page, plan, [content(printed, hospital, plan) for printed in pads], hospital)
        return page.finish(), tuple(page.boxes)


def render_pads(pads: Sequence[PrintedSlip], hospital: Hospital, *, cover: PadCover | None = None) -> bytes:
    """Numbered blanks as one PDF, in the order given, behind their cover.

    Raises LayoutWrong, CodeTooLong, CodeNotDigits.
    """
    return draw_pads(pads, hospital, cover=cover)[0]


def pad_form(printed: PrintedSlip, hospital: Hospital) -> MarkForm:
    """Where a machine finds what was ticked and written on a pad's slip."""
    plan = layout("pad", hospital)
    part = next(part for part in plan.parts if part.name == "slip")
    return form_of(plan, part, content(printed, hospital, plan), hospital)
