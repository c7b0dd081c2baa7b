"""The test sheet of the monthly check: one code as a slip has it, on the paper that slips are printed on."""

from datetime import datetime

from fallback.hospital import Hospital
from fallback.language import format_moment
from fallback.printing.codes import qr
from fallback.printing.labels import spoken
from fallback.printing.layout import layout
from fallback.printing.sheet import sheet

_TITLE = spoken("Test sheet: no patient's slip")
_STEPS = (
    spoken("1. Click into the box of the check."),
    spoken("2. Scan this code with the hand-held scanner."),
    spoken("3. Look: is any of the lines below broken, grey or missing?"),
)
_MARGIN = 8.0  # mm
_ROLL = 100.0  # mm wide; narrower paper is a roll, and is cut after what stands on it
_HIGH = 150.0


def render_test_sheet(digits: str, hospital: Hospital, made: datetime, *, paper: str = "") -> bytes:
    """The sheet as PDF; `paper` is one of `hospital.PAPERS`, else what the hospital prints on.

    Raises LayoutWrong, CodeTooLong, CodeNotDigits.
    """
    plan = layout(f"slip-{paper or hospital.paper}", hospital)
    width, height = plan.page[0], min(plan.page[1], _HIGH) if plan.page[0] < _ROLL else plan.page[1]
    drawing = qr(digits, dpi=plan.dpi)
    wide = width - 2 * _MARGIN
    with sheet(width, height, f"{hospital.name}: test sheet") as page:
        y = _MARGIN
        for words, high, largest in (
            (hospital.name, 7.0, 13.0),
            (_TITLE.english, 8.0, 15.0),
            (_TITLE.hindi, 8.0, 15.0),
        ):
            page.fill_in(words, _MARGIN, y, wide, high, largest=largest, smallest=7, bold=True)
            y += high + 1
        page.fill_in(format_moment(made), _MARGIN, y, wide, 6, largest=11, smallest=6)
        y += 9
        page.code(drawing, (width - drawing.width) / 2, y + drawing.quiet, name="qr")
        y += drawing.width + 2 * drawing.quiet + 3
        for step in _STEPS:
            for words in step:
                page.fill_in(words, _MARGIN, y, wide, 5, largest=10, smallest=6)
                y += 5.5
            y += 1.5
        for place in range(10):  # a drum, a head or a ribbon that is worn leaves a gap in one of them
            across = _MARGIN + place * wide / 9
            page.rule(across, y, across, y + 14, weight=0.75)
            page.rule(_MARGIN, y + place * 14 / 9, _MARGIN + wide, y + place * 14 / 9, weight=0.4)
        return page.finish()
