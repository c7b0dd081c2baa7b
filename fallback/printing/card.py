"""The registration card: the patient's temporary number to keep, cut out and folded once to 92 by 70 mm."""

from fallback.hospital import Hospital
from fallback.printing import labels
from fallback.printing.codes import BAR_WIDTH, QR_SLOT
from fallback.printing.fields import fields_of
from fallback.printing.job import PrintedSlip
from fallback.printing.parts import LARGE, Codes, caption, cell, row, scissors, tags
from fallback.printing.sheet import Sheet

WIDE, HIGH = 92.0, 70.0  # mm of one side
_VISITS = labels.Words("Visits: date and clinic", "आने की तिथि व विभाग")


def draw_card(page: Sheet, printed: PrintedSlip, hospital: Hospital, codes: Codes) -> None:
    """Both sides of the card, one above the other, on a page of its own."""
    x, y = (page.width - WIDE) / 2, 14.0
    dash = "3 2.2"
    if printed.slip.drill:
        page.ghost(labels.DRILL.english, x + 23, y + HIGH * 1.5 - 3, 40, turned=90)
    for down in (0, 2 * HIGH):
        page.rule(x, y + down, x + WIDE, y + down, weight=0.4, dash=dash)
    for across in (0, WIDE):
        page.rule(x + across, y, x + across, y + 2 * HIGH, weight=0.4, dash=dash)
    page.rule(x, y + HIGH, x + WIDE, y + HIGH, weight=0.3, dash="0.6 2.4")
    page.say(labels.FOLD.both, x - 2, y + HIGH + 0.8, 6.5, align="right")
    scissors(page, x + 8, y)
    _front(page, printed, hospital, x + 5, y + 5, WIDE - 10)
    _back(page, codes, x + 5, y + HIGH + 5, WIDE - 10)


def _front(page: Sheet, printed: PrintedSlip, hospital: Hospital, x: float, y: float, width: float) -> None:
    fields = fields_of(printed, hospital)
    page.fill_in(hospital.name_hindi, x, y, width, 5, largest=11, smallest=6, bold=True)
    page.fill_in(hospital.name, x, y + 5, width, 4.6, largest=10, smallest=6, bold=True)
    page.rule(x, y + 10.4, x + width, y + 10.4, weight=0.8)
    page.say(labels.CARD.both, x, y + 14.6, 8)
    page.say(fields["issued"].value[:10], x + width, y + 14.6, 8, align="right")
    if printed.slip.drill:
        tags(page, (labels.DRILL,), x + width - 20, y + 21.5, 20, size=7)
    caption(page, labels.CARD_NUMBER.both, x, y + 17, width, LARGE.label)
    number = (printed.slip.patient_number or printed.slip.number).grouped
    page.fill_in(number, x, y + 20, width - 22, 8, largest=23, smallest=12, bold=True, one_line=True)
    cell(page, fields["name"], x, y + 29, width, LARGE, value=11, bold=True)
    page.fill_in(fields["name_hindi"].value, x, y + 38.3, width, 5.2, largest=11, smallest=5.5, bold=True)
    page.rule(x, y + 44, x + width, y + 44, weight=0.3)
    below = row(page, fields, (("sex", 52), ("mobile", 30)), x, y + 44.3, width, LARGE)
    row(page, fields, (("guardian", 1),), x, below, width, LARGE)


def _back(page: Sheet, codes: Codes, x: float, y: float, width: float) -> None:
    inset = (QR_SLOT - codes.qr.width) / 2
    page.code(codes.qr, x + width - QR_SLOT + inset, y + inset, name="qr")
    page.say(_VISITS.hindi, x, y + 2.4, LARGE.label)
    page.say(_VISITS.english, x, y + 5.4, LARGE.label)
    for place in range(1, 6):
        level = y + 4.6 + place * 7.6
        page.rule(x, level, x + width - QR_SLOT - 2, level, weight=0.3)
    page.code(codes.bars, x + width - QR_SLOT + (QR_SLOT - BAR_WIDTH) / 2, y + QR_SLOT + 0.5, name="bars", height=8)
    room = width - QR_SLOT - 2
    page.fill_in(labels.CARD_KEEP.hindi, x, y + 44.4, room, 4, largest=8, smallest=5, bold=True)
    page.fill_in(labels.CARD_KEEP.english, x, y + 48.6, room, 4, largest=7.5, smallest=5)
