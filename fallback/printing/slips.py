"""The slip on paper: the patient's copy, the hospital's copy, the tear line between them, or a sheet for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from fallback.hospital import Hospital
from fallback.printing import areas, labels
from fallback.printing.card import draw_card
from fallback.printing.codes import QR_SLOT, code128, qr
from fallback.printing.fields import Field, again_of, clinic_names, fields_of, flags_of, notes_of
from fallback.printing.job import Paper, PrintedSlip
from fallback.printing.labels import TITLES, Words
from fallback.printing.parts import (
    GUTTER,
    LARGE,
    SMALL,
    Codes,
    Style,
    caption,
    cell,
    code_column,
    header,
    row,
    short_header,
    tags,
    tear_line,
)
from fallback.printing.sheet import Box, Sheet, sheet
from fallback.slip import Kind

SIZES = {Paper.A4: (210.0, 297.0), Paper.A5: (148.0, 210.0)}  # mm
TEAR = 198.0  # mm from the top of an A4: the patient's copy above, 99 mm for the hospital below
CODES_FROM_TEAR = 15.0  # mm, at least: a torn edge takes the quiet zone first
_COLUMN = QR_SLOT + GUTTER

_WIDE = 150.0  # mm: a copy wider than this has the plan of an A4

Fields = dict[str, Field]
Row = tuple[tuple[tuple[str, float], ...], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Which fields stand where on a copy. Heights in mm; a row's height of 0 is the style's.

    `first` stands above the name, `beside` next to the column of codes, `below` across the whole width; `codes` is how
    far the column of codes reaches.
    """

    header: float
    codes: float
    first: tuple[Row, ...] = ()
    beside: tuple[Row, ...]
    below: tuple[Row, ...] = ()


_ADDRESS = (("address", 1.0),)
_WIDE_PATIENT = Plan(
    header=15.5,
    codes=68,
    beside=(((("sex", 50), ("guardian", 86)), 0), (_ADDRESS, 10.5)),
    below=(
        ((("mobile", 34), ("category", 46), ("scheme_id", 50), ("abha", 46)), 0),
        ((("uhid", 40), ("patient_number", 38), ("booking", 38), ("previous", 32), ("mother", 32)), 0),
        ((("fee", 50), ("receipt", 38), ("desk", 42), ("medico_legal_number", 50)), 0),
    ),
)
_NARROW_PATIENT = Plan(
    header=14,
    codes=69,
    beside=(((("sex", 54), ("mobile", 31)), 0), ((("guardian", 1),), 0)),
    below=(
        (_ADDRESS, 10.5),
        ((("category", 44), ("scheme_id", 40), ("abha", 44)), 0),
        ((("uhid", 34), ("patient_number", 36), ("previous", 30), ("mother", 30)), 0),
        ((("fee", 37), ("receipt", 22), ("desk", 22), ("booking", 29), ("medico_legal_number", 36)), 0),
    ),
)
_WIDE_HOSPITAL = Plan(
    header=7.0,
    codes=66.5,
    first=(((("clinic", 64), ("issued", 36)), 0),),
    beside=(
        ((("sex", 44), ("guardian", 92)), 7.9),
        (_ADDRESS, 8.2),
        ((("mobile", 26), ("category", 38), ("scheme_id", 38), ("abha", 34)), 0),
        ((("uhid", 1), ("patient_number", 1), ("booking", 1), ("medico_legal_number", 1)), 0),
        ((("fee", 40), ("receipt", 25), ("desk", 22), ("previous", 24), ("mother", 24)), 0),
    ),
)
_NARROW_HOSPITAL = Plan(
    header=10,
    codes=70,
    first=(((("clinic", 1),), 9), ((("issued", 1),), 0)),
    beside=(((("sex", 54), ("mobile", 31)), 0), ((("guardian", 1),), 0)),
    below=(
        (_ADDRESS, 10.5),
        ((("category", 44), ("scheme_id", 40), ("abha", 44)), 0),
        ((("uhid", 1), ("patient_number", 1), ("booking", 1), ("medico_legal_number", 1)), 0),
        ((("fee", 42), ("receipt", 28), ("desk", 28), ("previous", 28), ("mother", 28)), 0),
    ),
)


def draw_slips(
    slips: Sequence[PrintedSlip], hospital: Hospital, *, paper: Paper = Paper.A4
) -> tuple[bytes, tuple[Box, ...]]:
    """The PDF, and every box that was inked on it (what the tests look at). Raises CodeTooLong, CodeNotDigits."""
    if not slips:
        raise ValueError("there is no slip to draw")
    width, height = SIZES[paper]
    with sheet(width, height, f"{hospital.name}: {slips[0].slip.number}") as page:
        for place, printed in enumerate(slips):
            if place:
                page.turn()
            _draw(page, printed, hospital, paper)
        return page.finish(), tuple(page.boxes)


def render_slips(slips: Sequence[PrintedSlip], hospital: Hospital, *, paper: Paper = Paper.A4) -> bytes:
    """The slips as one PDF, each with its registration card behind it where one is wanted; in the order given.

    Equal slips give equal bytes in every process. Threads may call it at the same time: they take turns.
    Raises CodeTooLong or CodeNotDigits when a QR cannot be drawn.
    """
    return draw_slips(slips, hospital, paper=paper)[0]


def _draw(page: Sheet, printed: PrintedSlip, hospital: Hospital, paper: Paper) -> None:
    number = printed.slip.number
    codes = Codes(qr(printed.digits), code128(number.text), number.grouped)
    if printed.slip.drill:
        _ghost(page, paper, first=True)
    if paper is Paper.A4:
        patient_copy(page, printed, hospital, codes, left=12, top=6, width=186, bottom=194)
        tear_line(page, TEAR)
        hospital_copy(page, printed, hospital, codes, left=12, top=TEAR + 2.0, width=186, bottom=292)
    else:
        patient_copy(page, printed, hospital, codes, left=8, top=6, width=132, bottom=203)
        page.turn()
        if printed.slip.drill:
            _ghost(page, paper, first=False)
        hospital_copy(page, printed, hospital, codes, left=8, top=6, width=132, bottom=203)
    if printed.card:
        page.turn()
        draw_card(page, printed, hospital, codes)


def _ghost(page: Sheet, paper: Paper, *, first: bool) -> None:
    """DRILL across each copy, in outline: a black-and-white printer and a copier keep it, and a pen can write on it."""
    english, hindi = labels.DRILL
    if paper is Paper.A4:
        page.ghost(english, 92, 112, 150, turned=38)
        page.ghost(hindi, 138, 162, 80, turned=20)
        page.ghost(english, 82, 250, 130, turned=14)
    else:
        page.ghost(english, 66, 118 if first else 100, 115, turned=42)
        page.ghost(hindi, 92, 172, 62, turned=20)


def _clinic_band(page: Sheet, fields: Fields, clinic: Words, x: float, y: float, width: float, high: float) -> None:
    """Where to go, and when it is one's turn: the token as large as it can be, clinic, room, unit."""
    page.frame(x, y, width, high, weight=1.0)
    first, last = width * 0.29, width * 0.22
    page.rule(x + first, y, x + first, y + high, weight=0.5)
    page.rule(x + width - last, y, x + width - last, y + high, weight=0.5)
    inner = x + 1.5
    _caption(page, fields["token"].label, inner, y, first - 3)
    page.fill_in(
        fields["token"].value, inner, y + 3.6, first - 3, high - 4.4, largest=44, smallest=9, bold=True, align="centre",
        stand="middle", one_line=True,
    )  # fmt: skip
    inner, room = x + first + 1.5, width - first - last - 3
    _caption(page, labels.FIELDS["clinic"], inner, y, room)
    half = (high - 4.6) / 2
    page.fill_in(clinic.hindi, inner, y + 3.6, room, half, largest=14, smallest=6, bold=True)
    page.fill_in(clinic.english, inner, y + 3.6 + half, room, half, largest=13, smallest=6, bold=True)
    inner, room = x + width - last + 1.5, last - 3
    _caption(page, fields["room"].label, inner, y, room)
    page.fill_in(fields["room"].value, inner, y + 3.6, room, 6.8, largest=18, smallest=6, bold=True, stand="middle")
    _caption(page, fields["unit"].label, inner, y + 10.6, room)
    page.fill_in(fields["unit"].value, inner, y + 14.2, room, high - 15, largest=11, smallest=5, bold=True)


def _caption(page: Sheet, words: Words, x: float, y: float, width: float) -> None:
    caption(page, words.both, x, y + 0.7, width, LARGE.label)


def _names(page: Sheet, fields: Fields, x: float, y: float, width: float, style: Style, line: float) -> float:
    """The name in both scripts, a line each that an empty one leaves to write on."""
    cell(page, fields["name"], x, y, width, style, height=line + 2.6, value=style.value + 4, bold=True, smallest=6)
    y += line + 2.6
    page.fill_in(
        fields["name_hindi"].value, x, y + 0.5, width, line - 0.9, largest=style.value + 4, smallest=6, bold=True
    )
    page.rule(x, y + line, x + width, y + line, weight=0.3)
    return y + line


def patient_copy(
    page: Sheet, printed: PrintedSlip, hospital: Hospital, codes: Codes, *, left: float, top: float, width: float,
    bottom: float,
) -> None:  # fmt: skip
    """The part that goes home: identity, where to go, and the doctor's area."""
    slip, fields = printed.slip, fields_of(printed, hospital)
    plan = _WIDE_PATIENT if width > _WIDE else _NARROW_PATIENT
    narrow, column = width - _COLUMN, left + width - QR_SLOT
    header(page, hospital, TITLES[slip.kind], labels.PATIENT_COPY, left, top, width, plan.header)
    y = top + plan.header + 2.0
    flags = flags_of(slip)
    tags(page, flags, left, y, width)
    y += 5.8 if flags else 2.4
    below = y + plan.codes
    code_column(page, codes, again_of(printed), notes_of(printed), column, y - 0.8, below + 2, 9.5)
    half = (narrow - GUTTER) * 0.62
    cell(page, fields["number"], left, y, half, LARGE, height=12, value=23, bold=True)
    cell(page, fields["issued"], left + half + GUTTER, y, narrow - half - GUTTER, LARGE, height=12, value=13, bold=True)
    _clinic_band(page, fields, clinic_names(slip, hospital), left, y + 13.5, narrow, 20)
    y = _names(page, fields, left, y + 34.2, narrow, LARGE, 7.0)
    y = _rows(page, fields, plan.beside, left, y, narrow, LARGE)
    y = _rows(page, fields, plan.below, left, max(y, below), width, LARGE)
    _below(page, printed, left, y + 3, width, bottom)


def _below(page: Sheet, printed: PrintedSlip, x: float, y: float, width: float, bottom: float) -> None:
    slip = printed.slip
    if slip.kind is Kind.VOID:
        areas.void(page, slip.reason, x, y, width, min(bottom, y + 30))
        return
    if slip.reason:
        cell(page, Field(labels.FIELDS["reason"], slip.reason), x, y - 2, width, LARGE, height=8)
        y += 7.5
    page.say(labels.KEEP.both, x + width / 2, bottom - 0.2, 7.5, align="centre")
    areas.clinical(page, x, y, width, bottom - 4)


def hospital_copy(
    page: Sheet, printed: PrintedSlip, hospital: Hospital, codes: Codes, *, left: float, top: float, width: float,
    bottom: float,
) -> None:  # fmt: skip
    """The part that stays and is scanned: every identifying field, both codes, and what became of the patient."""
    slip, fields = printed.slip, fields_of(printed, hospital)
    plan, style = (_WIDE_HOSPITAL, SMALL) if width > _WIDE else (_NARROW_HOSPITAL, LARGE)
    narrow, column = width - _COLUMN, left + width - QR_SLOT
    short_header(page, hospital, TITLES[slip.kind], labels.HOSPITAL_COPY, left, top, width, plan.header)
    y = top + plan.header + 1.6
    flags = flags_of(slip)
    tags(page, flags, left, y, narrow if width > _WIDE else width, size=7)
    y += 4.0 if flags else 0.6
    # The slot, quiet zone and all, keeps the distance from the tear line; on a sheet of its own there is none.
    codes_at = TEAR + CODES_FROM_TEAR if width > _WIDE else y + 1
    notes = notes_of(printed, reason=slip.kind is not Kind.VOID)
    code_column(page, codes, again_of(printed), notes, column, codes_at, codes_at + plan.codes, 8.0)
    unit, x = (narrow - 3 * GUTTER) / 138, left
    for name, part, size in (("number", 56, 17.0), ("token", 26, 17.0), ("room", 20, 13.0), ("unit", 36, 10.0)):
        cell(page, fields[name], x, y, unit * part, style, height=9.8, value=size, bold=True)
        x += unit * part + GUTTER
    y += 9.8
    clinic = clinic_names(slip, hospital)
    fields["clinic"] = Field(labels.FIELDS["clinic"], clinic.both if clinic.english else "")
    y = _rows(page, fields, plan.first, left, y, narrow, style, bold=("clinic", "issued"))
    y = _names(page, fields, left, y, narrow, style, 4.9 if style is SMALL else 7.0)
    y = _rows(page, fields, plan.beside, left, y, narrow, style)
    if plan.below:
        y = _rows(page, fields, plan.below, left, max(y, codes_at + plan.codes), width, style)
    foot = bottom - 11.7 if width > _WIDE else y + 4
    if slip.kind is Kind.VOID:
        areas.void(page, slip.reason, left, foot, width, min(bottom, foot + 30))
    else:
        areas.outcome(page, left, foot, width, bottom)


def _rows(
    page: Sheet, fields: Fields, rows: Sequence[Row], x: float, y: float, width: float, style: Style,
    *, bold: Sequence[str] = ("uhid", "patient_number"),
) -> float:  # fmt: skip
    for wanted, height in rows:
        y = row(page, fields, wanted, x, y, width, style, height=height, bold=bold)
    return y
