"""A box for the worklist: real papers of an installation, spoiled by hand and scanned."""

import io
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from fallback import frontdesk, payload, recovery
from fallback.enrolment import Installation
from fallback.ledger import queries
from fallback.marks import MarkForm
from fallback.printing.job import PrintedSlip
from fallback.printing.pads import pad_form
from fallback.printing.raster import rasters
from fallback.printing.slips import slip_form
from fallback.rehearsal.pen import BLUE, FELT, Stroke, mark
from fallback.scanning.cascade import read_page
from fallback.slip import SlipNumber
from tests import factories, scans

DPI = 200
_PER_MM = DPI / 25.4
WRITTEN = {
    "name": "LAXMI KUMARI",
    "guardian": "MOHAN LAL",
    "locality": "GALI 7, SANGAM VIHAR",
    "when": "23-11-2026   09:40",
}


@dataclass(frozen=True, slots=True)
class Box:
    """What was scanned: the slip whose code is gone, the slip with doubtful ticks, the pad."""

    torn: SlipNumber
    ticked: SlipNumber
    pad: SlipNumber


def png(picture: Image.Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()


def torn(page: Image.Image) -> Image.Image:
    """The page with its codes rubbed out, the printed number still there."""
    spoiled, draw = page.copy(), ImageDraw.Draw(page)
    for code in read_page(png(page)).codes:
        xs, ys = [x for x, _ in code.corners or ()], [y for _, y in code.corners or ()]
        if not xs:
            left, top, right, bottom = code.box
            xs, ys = [left, right], [top, bottom]
        draw = ImageDraw.Draw(spoiled)
        draw.rectangle((min(xs) - 12, min(ys) - 12, max(xs) + 12, max(ys) + 12), fill=205)
    return spoiled


def at_form(page: Image.Image, text: str, form: MarkForm) -> tuple[float, float]:
    """Where a form's left top corner lies on an undisturbed page, in mm: from its QR, the lowest that has room."""
    left, top, right, bottom = form.code
    found = []
    for code in read_page(png(page)).codes:
        if code.text == text and code.corners:
            x = sum(corner[0] for corner in code.corners) / 4 / _PER_MM - (left + right) / 2
            y = sum(corner[1] for corner in code.corners) / 4 / _PER_MM - (top + bottom) / 2
            if (
                min(x, y) > -1
                and x + form.width < page.width / _PER_MM + 1
                and y + form.height < page.height / _PER_MM + 1
            ):
                found.append((x, y))
    return max(found, key=lambda place: place[1])


def stroke(page: Image.Image, form: MarkForm, at: tuple[float, float], box: str, how: Stroke, seed: int) -> None:
    area = next(each.area for each in form.boxes if each.name == box)
    place = area[0] + at[0], area[1] + at[1], area[2] + at[0], area[3] + at[1]
    mark(page, place, how, FELT if how is Stroke.FILLED else BLUE, Random(seed), _PER_MM)


def write(page: Image.Image, form: MarkForm, at: tuple[float, float], line: str, words: str) -> None:
    left, _top, _right, bottom = next(each.area for each in form.lines if each.name == line)
    font = ImageFont.load_default(size=34)
    x, y = (left + (27 if line == "when" else 2) + at[0]) * _PER_MM, (bottom - 5.5 + at[1]) * _PER_MM
    ImageDraw.Draw(page).text((x, y), words, fill=70, font=font)


def scanned(installation: Installation, folder: Path, *, series: int = 1) -> Box:
    """Prints, spoils and scans the box, of a desk without an open shift."""
    hospital, counter = factories.hospital(), factories.counter(installation)
    shift = frontdesk.open_shift(counter, series=series, login="asha")
    one, two = (
        frontdesk.register(counter, shift.key, factories.registration(name, clinic=clinic))
        for name, clinic in (("Sunita Devi", "MED"), ("Rekha Kumari", "ENT"))
    )
    (pad,), blanks = frontdesk.print_pads(counter, series=series, count=1, issued_to="Ward 5")
    folder.mkdir(parents=True, exist_ok=True)

    page = next(rasters(frontdesk.sheet(counter, one), DPI)).convert("L")
    torn(page).save(folder / "1 torn.png")

    digits = payload.to_digits(two.row.payload)
    page = next(rasters(frontdesk.sheet(counter, two), DPI)).convert("L")
    form = slip_form(PrintedSlip(slip=two.row.slip, digits=digits), hospital, paper=hospital.paper)
    assert form is not None
    at = at_form(page, digits, form)
    stroke(page, form, at, "outcome.seen", Stroke.FILLED, 1)
    for place in (1, 2):
        stroke(page, form, at, f"days.{place}", Stroke.DIGIT, place)
    page.save(folder / "2 ticks.png")

    signed = queries.pad_payload(installation.ledger.db(), pad)
    assert signed is not None
    digits = payload.to_digits(signed)
    form = pad_form(PrintedSlip(slip=payload.decode(signed).slip, digits=digits), hospital)
    *_, page = (each.convert("L") for each in rasters(blanks, DPI))
    at = at_form(page, digits, form)
    for line, words in WRITTEN.items():
        write(page, form, at, line, words)
    for seed, box in enumerate(("sex.female", "unit.years", "relation.husband")):
        stroke(page, form, at, box, Stroke.TICK, seed)
    stroke(page, form, at, "category.general", Stroke.FILLED, 7)
    for comb, places in (("age", (1, 2)), ("mobile", range(1, 11))):
        for place in places:
            stroke(page, form, at, f"{comb}.{place}", Stroke.DIGIT, place)
    page.save(folder / "3 pad.png")

    letter = Image.new("L", (1240, 1754), 250)
    draw = ImageDraw.Draw(letter)
    draw.text((120, 120), "CITY PATHOLOGY LAB", fill=20, font=ImageFont.load_default(size=48))
    for row in range(12):
        draw.line((120, 320 + 60 * row, 1000 - 37 * (row % 4), 320 + 60 * row), fill=60, width=4)
    letter.paste(scans.qr_picture("https://lab.example/r/8841"), (760, 90))
    letter.save(folder / "4 letter.png")
    (folder / "5 notes.pdf").write_bytes(b"%PDF-1.7 cut")

    recovery.scan(installation, hospital, [folder], batch="Box 1", by="ravi", workers=1)
    return Box(torn=one.row.slip.number, ticked=two.row.slip.number, pad=pad)
