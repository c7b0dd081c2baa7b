"""The clinics with their pens: what came of each visit, ticked on hospital's copies, on day sheets and on pads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random

from PIL import Image

from fallback import frontdesk, payload
from fallback.frontdesk.counter import Counter, Issued, printed
from fallback.ledger import queries
from fallback.marks import Area, MarkForm, MarkKind
from fallback.printing import render_slips
from fallback.printing.layout import layout
from fallback.printing.papers import DaySheet, day_form
from fallback.printing.raster import rasters
from fallback.printing.slips import slip_form
from fallback.rehearsal.pen import BLACK, BLUE, SAYS_YES, Pen, Stroke, mark
from fallback.rehearsal.scan_files import DPI
from fallback.rehearsal.scanner import OFFICE
from fallback.slip import Slip, SlipNumber
from fallback.statement import TOKENS_A_PAGE, DayStatement

MM = DPI / 25.4
_UNTICKED, _NOT_SEEN, _STRAY, _SPOILED = 0.12, 0.06, 0.12, 0.05  # shares of the visits
_ALSO = {
    "outcome.admitted": 0.08,
    "outcome.referred": 0.1,
    "outcome.investigations": 0.2,
    "outcome.medico_legal": 0.03,
}
_FOLLOW_UP = 0.3
_STAMP = 0.25, 0.4  # where a clinic's stamp is pressed: parts of the copy's width and height, far from code and boxes

Boxes = Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One patient's visit as it went. `came` is whether the patient reached the room.

    `boxes` says of each box of the hospital's copy whether it is meant as ticked, `days` what its comb says ("" for
    nothing); `strays` are boxes on which something lies that means nothing; `stamped` is how the copy looks. Not
    `in_grey`, the copy is scanned in black and white: then the pen is black, for of a pale one nothing may be left.
    """

    slip: Slip
    file: Path
    form: MarkForm | None
    boxes: Boxes
    days: str
    strays: Mapping[str, Stroke]
    came: bool
    stamped: bool
    in_grey: bool


class Prints:
    """Printed slips as pictures at the scanner's resolution, whole or cut to the part that stays at the hospital."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        parts = {part.name: part for part in layout(f"slip-{counter.hospital.paper}", counter.hospital).parts}
        self._parts = parts | {"hospital": parts.get("hospital", parts["patient"])}

    def copy(self, file: Path, name: str = "hospital") -> Image.Image:
        """One copy, torn off: `hospital` or `patient`."""
        part = self._parts[name]
        page = self.whole(file.read_bytes(), part.page)
        left, top = round((part.x or 0.0) * MM), round(part.y * MM)
        return page.crop((left, top, left + round(part.width * MM), top + round(part.height * MM)))

    def untorn(self, file: Path, copy: Image.Image) -> Image.Image:
        """The whole sheet, with a copy as it is now in its place."""
        part = self._parts["hospital"]
        page = self.whole(file.read_bytes(), part.page)
        page.paste(copy, (round((part.x or 0.0) * MM), round(part.y * MM)))
        return page

    def form(self, number: SlipNumber) -> MarkForm | None:
        """Where a slip's hospital copy is ticked; None where nothing is: a void, or a paper without a form."""
        row = queries.slip(self._counter.ledger.db(), number)
        if row is None or row.voided:
            return None
        return slip_form(printed(self._counter, Issued(row=row)), self._counter.hospital)

    def altered(self, number: SlipNumber) -> bytes:
        """A slip's print whose code was made by somebody who has no key of ours: its signature is worth nothing."""
        row = queries.slip(self._counter.ledger.db(), number)
        if row is None:
            raise ValueError(f"slip {number} is not in the journal")
        honest = printed(self._counter, Issued(row=row))
        false = payload.encode(row.slip, lambda _: bytes(range(64)))
        return render_slips([replace(honest, digits=payload.to_digits(false))], self._counter.hospital)

    @staticmethod
    def whole(pdf: bytes, page: int = 1) -> Image.Image:
        """A page of a PDF, whole."""
        return list(rasters(pdf, DPI))[page - 1].convert("L")


def visits(files: Mapping[str, Path], prints: Prints, counter: Counter, rng: Random) -> list[Visit]:
    """What came of each slip that is not void: `files` are the newest prints by slip number."""
    found = []
    for number, file in sorted(files.items()):
        row = queries.slip(counter.ledger.db(), SlipNumber.parse(number))
        if row is None or row.voided:
            continue
        form = prints.form(row.slip.number)
        said = _said(rng)
        free = [box.name for box in form.boxes if box.kind is MarkKind.TICK and box.name not in said] if form else []
        strays: dict[str, Stroke] = {}
        if free and rng.random() < _STRAY:
            strays[rng.choice(free)] = rng.choice((Stroke.LINE, Stroke.FILLED))
        found.append(
            Visit(
                slip=row.slip,
                file=file,
                form=form,
                boxes={box.name: box.name in said for box in form.boxes} if form else {},
                days="".join(rng.choices("123456789", k=sum(each.startswith("days.") for each in said))),
                strays=strays,
                came="outcome.not_seen" not in said,
                stamped=rng.random() < _SPOILED,
                # In black and white a line that strays through a box is a tick to anybody.
                in_grey=bool(strays) or rng.random() >= OFFICE.one_bit,
            )
        )
    return found


def _said(rng: Random) -> set[str]:
    """The boxes that a doctor ticks: none in a hurry; else seen or not seen, and what follows from being seen."""
    chance = rng.random()
    if chance < _UNTICKED:
        return set()
    if chance < _UNTICKED + _NOT_SEEN:
        return {"outcome.not_seen"}
    said = {"outcome.seen"} | {name for name, share in _ALSO.items() if rng.random() < share}
    if rng.random() < _FOLLOW_UP:
        said |= {f"days.{place}" for place in range(1, rng.randint(1, 3) + 1)}
    return said


def ticked(copy: Image.Image, visit: Visit, rng: Random) -> Image.Image:
    """A hospital's copy after the doctor had it."""
    if visit.form is None:
        return copy
    fill_in(copy, visit.form, visit.boxes, rng, pens=(BLUE, BLACK) if visit.in_grey else (BLACK,))
    areas = {box.name: box.area for box in visit.form.boxes}
    for name, stroke in visit.strays.items():
        mark(copy, areas[name], stroke, BLUE, rng, MM)
    if visit.stamped:
        x, y = visit.form.width * _STAMP[0], visit.form.height * _STAMP[1]
        mark(copy, (x, y, x + 3, y + 3), Stroke.STAMP, BLUE, rng, MM)
    return copy


def fill_in(
    picture: Image.Image,
    form: MarkForm,
    boxes: Boxes,
    rng: Random,
    at: tuple[float, float] = (0, 0),
    pens: Sequence[Pen] = (BLACK,),
) -> None:
    """Ticks, and writes into combs, with one of the pens; `at` is the form's corner on the page in mm."""
    pen = rng.choice(pens)
    for box in form.boxes:
        if boxes.get(box.name):
            left, top, right, bottom = box.area
            area: Area = left + at[0], top + at[1], right + at[0], bottom + at[1]
            stroke = Stroke.DIGIT if box.kind is MarkKind.COMB else rng.choices(SAYS_YES, (60, 25, 14, 1))[0]
            mark(picture, area, stroke, pen, rng, MM)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPage:
    """A page of a day sheet: its print, and which of its boxes are ticked."""

    pdf: bytes
    page: int
    form: MarkForm
    boxes: Boxes
    numbers: tuple[str, ...]

    def picture(self, rng: Random) -> Image.Image:
        """The page after the attendant had it."""
        page = Prints.whole(self.pdf, self.page)
        fill_in(page, self.form, self.boxes, rng)
        return page


def day_pages(counter: Counter, day: date, clinic: int, series: int, who: Sequence[Visit]) -> list[DayPage]:
    """The day sheets of a clinic for one desk's tokens; `who` are that desk's visits there."""
    by_token = {visit.slip.visit.token: visit for visit in who}
    pdf = frontdesk.day_sheets(counter, clinic=clinic, day=day, series=series, tokens=max(by_token))
    pages = []
    for page, first in enumerate(range(1, max(by_token) + 1, TOKENS_A_PAGE), start=1):
        statement = DayStatement(
            hospital=counter.hospital_id,
            drill=counter.drill,
            signer=series,
            clinic=clinic,
            day=day,
            token_series=series,
            first=first,
        )
        form = day_form(DaySheet(pages=[(statement, "1" * 300)], desk=""), counter.hospital)
        here = {token - first + 1: visit for token, visit in by_token.items() if 0 <= token - first < TOKENS_A_PAGE}
        boxes = {box.name: False for box in form.boxes}
        boxes |= {f"reached.{row}": visit.came for row, visit in here.items()}
        numbers = tuple(visit.slip.number.text for visit in here.values() if visit.came)
        pages.append(DayPage(pdf=pdf, page=page, form=form, boxes=boxes, numbers=numbers))
    return pages
