"""Pads: numbered blank slips with their signed code, for the pen alone; stub and slip, two on an A4."""

from collections.abc import Sequence

from fallback.hospital import Hospital
from fallback.printing import labels
from fallback.printing.codes import BAR_WIDTH, QR_SLOT, code128, qr
from fallback.printing.fields import Field
from fallback.printing.job import PrintedSlip
from fallback.printing.labels import CATEGORY, RELATION, SEX, Words
from fallback.printing.parts import Codes, Style, box, caption, cell, code_column, comb, header, tags, tear_line
from fallback.printing.sheet import Box, Sheet, sheet
from fallback.slip import Category, Relation, Sex

PAGE = (210.0, 297.0)  # mm
HIGH = PAGE[1] / 2  # mm of one pad
STUB = 66.0  # mm from the left edge to the line between stub and slip
CODES_FROM_TEAR = 15.0  # mm, at least, from every line that is torn
_MARK = 4.0  # mm, the side of a corner mark
_STYLE = Style(label=6.5, value=10, row=10.5)
_CATEGORIES = (
    Category.GENERAL,
    Category.BPL,
    Category.PMJAY,
    Category.CGHS,
    Category.ESI,
    Category.SENIOR_CITIZEN,
    Category.PREGNANT,
    Category.OTHER,
)
_RELATIONS = (Relation.FATHER, Relation.HUSBAND, Relation.MOTHER)
_UNITS = (Words("years", "वर्ष"), Words("months", "माह"), Words("days", "दिन"))
_NAME_HINDI = Words("Name in Hindi", "नाम हिन्दी में")
_NAME_LATIN = Words("Name in capital letters", "नाम अंग्रेज़ी में")
_AGE = Words("Age", "आयु")
_SEX = Words("Sex", "लिंग")
_PIN = Words("PIN code", "पिन कोड")
_PLACE = Words("Village or street, district", "गाँव / मोहल्ला, ज़िला")
_DATE = Words("Date and time", "दिनांक व समय")
_STUB = Words("For the patient", "रोगी के लिए")
_SLIP = Words("Back to registration", "पंजीकरण में लौटाएँ")
_FLAGS = (Words("Emergency", "आपातकाल"), Words("MLC", "मेडिको-लीगल"))


def draw_pads(pads: Sequence[PrintedSlip], hospital: Hospital) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it. Raises CodeTooLong, CodeNotDigits."""
    if not pads:
        raise ValueError("there is no pad to draw")
    with sheet(*PAGE, f"{hospital.name}: pad from {pads[0].slip.number}") as page:
        for place, printed in enumerate(pads):
            lower = place % 2
            if place and not lower:
                page.turn()
            if printed.slip.drill:
                page.ghost(labels.DRILL.english, 122, HIGH * (lower + 0.62), 105, turned=24)
            _pad(page, printed, hospital, HIGH * lower)
            if not lower:
                tear_line(page, HIGH)
        return page.finish(), tuple(page.boxes)


def render_pads(pads: Sequence[PrintedSlip], hospital: Hospital) -> bytes:
    """Numbered blanks as one PDF, two on each A4, in the order given. Raises CodeTooLong, CodeNotDigits."""
    return draw_pads(pads, hospital)[0]


def _pad(page: Sheet, printed: PrintedSlip, hospital: Hospital, top: float) -> None:
    number = printed.slip.number
    codes = Codes(qr(printed.digits), code128(number.text), number.grouped)
    page.rule(STUB, top + 3, STUB, top + HIGH - 3, weight=0.5, dash="3 2.2")
    _stub(page, printed, hospital, codes, 8, top + 9, STUB - 14)
    _marks(page, STUB + 4, top + 4, PAGE[0] - 5, top + HIGH - 5)
    _slip(page, printed, hospital, codes, STUB + 10, top + 7, PAGE[0] - STUB - 21)


def _marks(page: Sheet, left: float, top: float, right: float, bottom: float) -> None:
    for x in (left, right - _MARK):
        for y in (top, bottom - _MARK):
            page.block(x, y, _MARK, _MARK)


def _blank(page: Sheet, words: Words, x: float, y: float, width: float, height: float = 10.5) -> float:
    cell(page, Field(words, ""), x, y, width, _STYLE, height=height)
    return y + height


def _stub(
    page: Sheet, printed: PrintedSlip, hospital: Hospital, codes: Codes, x: float, y: float, width: float
) -> None:
    page.fill_in(hospital.name_hindi, x, y, width, 5, largest=10, smallest=5.5, bold=True)
    page.fill_in(hospital.name, x, y + 5, width, 4.6, largest=8, smallest=5.5, bold=True)
    page.rule(x, y + 10.4, x + width, y + 10.4, weight=0.8)
    page.say(_STUB.both, x, y + 14.4, 8)
    if printed.slip.drill:
        tags(page, (labels.DRILL,), x + width - 20, y + 11.4, 20, size=7)
    page.say(labels.CARD_NUMBER.both, x, y + 20, 6.5)
    page.fill_in(codes.number, x, y + 20.6, width, 8, largest=20, smallest=12, bold=True)
    page.code(codes.bars, STUB - CODES_FROM_TEAR - BAR_WIDTH - 1, y + 31, name="bars", height=10)
    y += 46
    for words in (labels.FIELDS["name"], labels.FIELDS["clinic"], _DATE, labels.FIELDS["token"]):
        y = _blank(page, words, x, y, width)
    y = _blank(page, labels.FIELDS["fee"], x, y, width) + 3
    page.fill_in(labels.KEEP.hindi, x, y, width, 4, largest=7.5, smallest=5, bold=True)
    page.fill_in(labels.KEEP.english, x, y + 4, width, 4, largest=7.5, smallest=5)
    if printed.desk_name:
        page.fill_in(f"{labels.FIELDS['desk'].both}: {printed.desk_name}", x, y + 9, width, 4, largest=7.5, smallest=5)


def _slip(
    page: Sheet, printed: PrintedSlip, hospital: Hospital, codes: Codes, x: float, y: float, width: float
) -> None:
    header(page, hospital, labels.TITLES[printed.slip.kind], _SLIP, x, y, width, 13)
    column = x + width - QR_SLOT
    narrow = width - QR_SLOT - 3
    code_column(page, codes, "", "", column, y + 16, y + 72, 9)
    if printed.slip.drill:
        tags(page, (labels.DRILL,), column + 2, y + 76, QR_SLOT - 2, size=10)
    y = _blank(page, _NAME_LATIN, x, y + 14.5, narrow, 12)
    y = _blank(page, _NAME_HINDI, x, y, narrow, 12)
    y = _ticks(page, _SEX, [SEX[sex] for sex in (Sex.FEMALE, Sex.MALE, Sex.OTHER)], x, y + 0.4, narrow)
    page.say(_AGE.both, x, y + 4.2, 6.5)
    comb(page, x + 11.5, y + 0.4, 3)
    for place, words in enumerate(_UNITS):
        box(page, x + 29 + place * 16, y + 1.7, words, size=6.5, width=15)
    y = _blank(page, labels.FIELDS["guardian"], x, y + 8, narrow, 11)
    for place, relation in enumerate(_RELATIONS):
        box(page, x + place * narrow / 3, y + 1.4, RELATION[relation], size=6.5, width=narrow / 3)
    y = _combed(page, labels.FIELDS["mobile"], 10, x, y + 6)
    y = _blank(page, _PLACE, x, y, width, 11)
    _combed(page, _PIN, 6, x, y + 0.4)
    y = _blank(page, labels.FIELDS["clinic"], x + 36, y, width - 36, 11)
    y = _ticks(page, labels.FIELDS["category"], [CATEGORY[one] for one in _CATEGORIES], x, y + 0.6, width, 4)
    for place, words in enumerate(_FLAGS):
        box(page, x + place * width / 4, y + 4.4, words, size=7, width=width / 4 - 1)
    cell(page, Field(_DATE, ""), x + width / 2, y + 1, width / 2, _STYLE, height=10)


def _ticks(
    page: Sheet, label: Words, choices: Sequence[Words], x: float, y: float, width: float, columns: int = 3
) -> float:
    caption(page, label.both, x, y, width, 6.5)
    step = width / columns
    for place, words in enumerate(choices):
        line, column = divmod(place, columns)
        box(page, x + column * step, y + 3.4 + line * 4.8, words, size=6.5, width=step - 2)
    return y + 3.4 + 4.8 * (-(-len(choices) // columns))


def _combed(page: Sheet, label: Words, count: int, x: float, y: float) -> float:
    caption(page, label.both, x, y, 50, 6.5)
    comb(page, x, y + 3.2, count)
    return y + 10
