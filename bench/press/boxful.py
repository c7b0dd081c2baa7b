"""A PDF of as many distinct pages as asked for, and the data folder whose desk signed them; kept for the next run.

`python -m bench.press.boxful PAGES SEED FOLDER`. Of a hundred pages 89 are hospital's copies with a code of their own,
every tenth of them worn as in an office; the others are in 1 bit, blank, met before, a stranger's, or damaged.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw

from fallback import enrolment, hospital_file, payload
from fallback.enrolment import Installation
from fallback.keys import hospital_id
from fallback.printing import examples
from fallback.printing.codes import Drawing, code128, qr
from fallback.printing.raster import rasters
from fallback.printing.slips import render_slips, slip_form
from fallback.rehearsal import strangers
from fallback.rehearsal.clinic import MM, fill_in
from fallback.rehearsal.scan_files import DPI, Sheet, sheet, write_pdf
from fallback.rehearsal.scanner import OFFICE, degrade
from fallback.slip import Slip, SlipNumber
from fallback.vault import Cost

HOSPITAL = Path(__file__).parents[2] / "hospital.toml"
PASSPHRASE = "monsoon ward seven"
_COPY_AT = 198.0  # mm from the top of the A4
_BARS = (142.0, 59.24, 56.0, 11.7)  # mm on the hospital's copy
_TICKED = 16  # ways in which the copies are filled in


def main() -> None:
    """Makes both, in a folder that is complete when its `done` is there."""
    pages, seed, folder = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True)
    (folder / "passphrase").write_text(PASSPHRASE)
    hurried = Cost(passes=1, lanes=1, memory_kib=8 * 1024)
    made, _, _ = enrolment.init(
        folder / "data", PASSPHRASE, clock=lambda: datetime.now(UTC), cost=hurried, state=folder / "state"
    )
    enrolment.enrol_desk(made, "Counter 1")
    write_pdf(_sheets(made, pages, Random(seed)), folder / "box.pdf")
    made.close()
    (folder / "done").touch()


def _sheets(made: Installation, pages: int, rng: Random) -> Iterator[Sheet]:
    copies, sign, before = _Copies(rng), made.sign(1), list[Sheet]()
    for page in range(1, pages + 1):
        slip = replace(examples.plain().slip, number=SlipNumber(1, page), signer=1, hospital=hospital_id(made.root))
        match page % 100:
            case 7 | 37 | 67:
                yield sheet(copies.picture(slip, payload.encode(slip, sign)).convert("1", dither=Image.Dither.NONE))
            case 17 | 47 | 77:
                yield sheet(degrade(Image.new("L", (1654, 780), 250), rng, replace(OFFICE, creases=0, stains=0)))
            case 27 | 57 if before:
                yield rng.choice(before)
            case 33 | 63:
                yield sheet(strangers.stranger_code(rng))
            case 91:
                whole = sheet(copies.picture(slip, payload.encode(slip, sign)))
                yield replace(whole, data=whole.data[: len(whole.data) // 5])
            case kind:
                picture = copies.picture(slip, payload.encode(slip, sign))
                made_now = sheet(degrade(picture, rng) if kind % 10 == 0 else picture, quality=70)
                if len(before) < 50:
                    before.append(made_now)
                yield made_now


class _Copies:
    """Hospital's copies: drawn a few times with all that is on them, then given a code of their own."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        hospital = hospital_file.load(HOSPITAL)
        printed = examples.plain()
        form = slip_form(printed, hospital, paper="a4")
        page = next(rasters(render_slips([printed], hospital, paper="a4"), DPI)).convert("L")
        self._code = form.code if form else (0.0, 0.0, 0.0, 0.0)
        self._blank: list[Image.Image] = []
        for _ in range(_TICKED):
            copy = page.crop((0, round(_COPY_AT * MM), page.width, page.height))
            if form is not None:
                names = [
                    box.name for box in form.boxes if box.name not in ("outcome.not_seen",) and "days" not in box.name
                ]
                fill_in(copy, form, {name: rng.random() < 0.3 for name in names}, rng)
            left, top, right, bottom = (side * MM for side in self._code)
            pen = ImageDraw.Draw(copy)
            pen.rectangle((left - 8, top - 8, right + 8, bottom + 8), fill=255)
            x, y, wide, high = (side * MM for side in _BARS)
            pen.rectangle((x, y, x + wide, y + high), fill=255)
            self._blank.append(copy)

    def picture(self, slip: Slip, signed: bytes) -> Image.Image:
        """A copy of this slip; the printed words are those of another."""
        copy = self._rng.choice(self._blank).copy()
        left, top, right, bottom = (round(side * MM) for side in self._code)
        code = _drawn(qr(payload.to_digits(signed)), square=True).resize((right - left, bottom - top))
        copy.paste(code, (left, top))
        x, y, _, high = (round(side * MM) for side in _BARS)
        bars = _drawn(code128(slip.number.text), square=False)
        copy.paste(bars.resize((bars.width * 3, high * 2 // 3), Image.Resampling.NEAREST), (x + 30, y))
        return copy


def _drawn(code: Drawing, *, square: bool) -> Image.Image:
    """A code as a picture of a pixel a module (a QR: four)."""
    size = round(code.width / code.module)
    picture = Image.new("L", (size, size if square else 1), 255)
    pen = ImageDraw.Draw(picture)
    for line in code.path.splitlines():
        numbers = line.split()
        if len(numbers) == 5:
            left, low, wide, high = (round(float(each)) for each in numbers[:4])
            pen.rectangle((left, picture.height - low - high, left + wide - 1, picture.height - low - 1), fill=0)
    return picture.resize((4 * size, 4 * size), Image.Resampling.NEAREST) if square else picture


if __name__ == "__main__":
    main()
