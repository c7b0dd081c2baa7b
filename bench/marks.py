"""How many boxes of a form are read as they were ticked, beside two simpler ways to read them on the same pages.

`python bench/marks.py [--quick] [--json]`. Pads and hospital's copies as they are printed, about half of their boxes
ticked by made-up pens, worn and scanned. Floor: where the layout says the box is, by one threshold, no registration but
that the page stands upright. Peer: the same, the page registered by its QR alone. Both say yes or no, never "a person".
Aims, for ballpoint under office scanning at 150, 200 and 300 dpi: no box wrong, at most 1 % left to a person.
"""

import io
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.told import options, tell  # noqa: E402
from fallback import hospital_file  # noqa: E402
from fallback.marks import Area, MarkBox, MarkForm, MarkKind, MarkState  # noqa: E402
from fallback.printing import examples  # noqa: E402
from fallback.printing.pads import pad_form, render_pads  # noqa: E402
from fallback.printing.raster import rasters  # noqa: E402
from fallback.printing.slips import render_slips, slip_form  # noqa: E402
from fallback.rehearsal.camera import photographed  # noqa: E402
from fallback.rehearsal.pen import BLACK, BLUE, FELT, PENCIL, SAYS_YES, Pen, Stroke, mark  # noqa: E402
from fallback.rehearsal.scanner import BAD, OFFICE, Wear, degrade  # noqa: E402
from fallback.scanning.codes import read_codes  # noqa: E402
from fallback.scanning.marks import read_marks  # noqa: E402
from fallback.scanning.plane import Pin, Plane, fit  # noqa: E402

Scan = Callable[[Image.Image, Random], Image.Image]
BALLPOINT = (BLUE, BLACK)
GREY = replace(OFFICE, creases=0, one_bit=0.0)
INSIDE = 0.5  # mm from a box's printed line
FLOOR_SOME, PEER_SOME = 0.12, 0.03  # of a box inked is a tick: the best for each of 0.01 to 0.2, on office pages


@dataclass
class Count:
    """What became of the boxes of one condition, by one way of reading."""

    right: int = 0
    wrong: int = 0
    doubtful: int = 0

    def add(self, state: MarkState, truth: MarkState) -> None:
        """One more box."""
        self.right += state is truth
        self.doubtful += state is MarkState.DOUBTFUL
        self.wrong += state not in (truth, MarkState.DOUBTFUL)


@dataclass
class Result:
    """One condition: three ways, the forms that were left to a person whole, the time that ours took."""

    ours: Count = field(default_factory=Count)
    floor: Count = field(default_factory=Count)
    peer: Count = field(default_factory=Count)
    forms: int = 0
    left: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Sheet:
    """A printed page: its picture, and each form with the text of its code and its place in mm."""

    picture: Image.Image
    forms: tuple[tuple[str, MarkForm, tuple[float, float]], ...]
    per_mm: float


@cache
def printed(kind: str, dpi: int) -> Sheet:
    """An empty sheet as the printer puts it on paper."""
    hospital = hospital_file.load(HOME / "hospital.toml")
    if kind == "pad":
        pads = (examples.pad(1), examples.pad(2))
        forms = tuple((pads[at].digits, pad_form(pads[at], hospital), (66.0, 148.5 * at)) for at in (0, 1))
        picture = next(rasters(render_pads(pads, hospital), dpi))
    else:
        slip = examples.plain()
        form = slip_form(slip, hospital, paper="a4")
        if form is None:
            raise SystemExit("the A4 layout has no form")
        forms = ((slip.digits, form, (0.0, 198.0)),)
        picture = next(rasters(render_slips([slip], hospital, paper="a4"), dpi))
    return Sheet(picture.convert("L"), forms, dpi / 25.4)


def scanner(wear: Wear) -> Scan:
    """An office scanner that sends JPEGs."""

    def scan(picture: Image.Image, rng: Random) -> Image.Image:
        return jpeg(degrade(picture, rng, wear), rng.randint(*wear.quality))

    return scan


def phone(picture: Image.Image, rng: Random) -> Image.Image:
    """A hand-held phone."""
    return jpeg(photographed(picture, rng), 70)


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    """The grey picture as it comes out of a JPEG; one of 1 bit is sent as it is."""
    if picture.mode == "1":
        return picture.convert("L")
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file).convert("L")


def on_page(area: Area, place: tuple[float, float]) -> Area:
    """An area of a form in mm of its page."""
    return area[0] + place[0], area[1] + place[1], area[2] + place[0], area[3] + place[1]


def simply(picture: Image.Image, area: Area, plane: Plane, threshold: float, some: float) -> MarkState:
    """Yes or no: whether enough of the inside is darker than one threshold."""
    left, top, right, bottom = area
    inside = plane.straight(picture, (left + INSIDE, top + INSIDE, right - INSIDE, bottom - INSIDE), 10)
    counts = inside.histogram()
    return MarkState.TICKED if sum(counts[: round(threshold)]) >= some * sum(counts) else MarkState.EMPTY


def ticked(sheet: Sheet, rng: Random, pens: Sequence[Pen]) -> tuple[Image.Image, list[dict[str, MarkState]]]:
    """The sheet as one person filled it in, and what was ticked."""
    picture, pen, truths = sheet.picture.copy(), rng.choice(pens), []
    for _, form, place in sheet.forms:
        truth = {box.name: rng.choice((MarkState.TICKED, MarkState.EMPTY)) for box in form.boxes}
        for box in form.boxes:
            if truth[box.name] is MarkState.TICKED:
                stroke = Stroke.DIGIT if box.kind is MarkKind.COMB else rng.choices(SAYS_YES, (50, 25, 15, 10))[0]
                mark(picture, on_page(box.area, place), stroke, pen, rng, sheet.per_mm)
        truths.append(truth)
    return picture, truths


def measure(kind: str, dpi: int, scan: Scan, pens: Sequence[Pen], pages: int) -> Result:
    """So many pages of one condition, read in three ways."""
    sheet, result = printed(kind, dpi), Result()
    for page in range(pages):
        rng = Random(f"{kind} {dpi} {page}")
        picture, truths = ticked(sheet, rng, pens)
        seen = scan(picture, rng)
        codes = [code for code in read_codes(seen) if code.symbology == "qr"]
        for (text, form, place), truth in zip(sheet.forms, truths, strict=True):
            result.forms += 1
            reading = None
            for code in codes:
                if code.text == text and reading is None:
                    start = time.perf_counter()
                    reading = read_marks(seen, form, code.corners)
                    result.seconds += time.perf_counter() - start
                    anchor = code.corners
            if reading is None:
                result.left += 1
                continue
            for each in reading.marks:
                result.ours.add(each.state, truth[each.name])
            simple_ways(result, seen, sheet, (form, place), anchor, truth)
    return result


def simple_ways(
    result: Result,
    seen: Image.Image,
    sheet: Sheet,
    where: tuple[MarkForm, tuple[float, float]],
    anchor: Sequence[tuple[float, float]],
    truth: dict[str, MarkState],
) -> None:
    """The floor and the peer, for the boxes of one form."""
    form, place = where
    left, top, right, bottom = form.code
    papers = ((left, top), (right, top), (right, bottom), (left, bottom))
    by_code = fit([Pin(paper, pixel) for paper, pixel in zip(papers, anchor, strict=True)])
    upright = seen if anchor[0][0] < anchor[1][0] else seen.rotate(180)
    nominal = Plane((sheet.per_mm, 0.0, 0.0, 0.0, sheet.per_mm, 0.0, 0.0, 0.0, 1.0))
    if by_code is None:
        return
    threshold = otsu(seen)
    for box in form.boxes:
        result.floor.add(simply(upright, on_page(box.area, place), nominal, threshold, FLOOR_SOME), truth[box.name])
        result.peer.add(simply(seen, box.area, by_code, threshold, PEER_SOME), truth[box.name])


def otsu(picture: Image.Image) -> float:
    """The threshold that parts a page's levels best into ink and paper."""
    counts = picture.histogram()
    total, mass = sum(counts), sum(level * count for level, count in enumerate(counts))
    best, most, below, dark = 128.0, -1.0, 0, 0
    for level, count in enumerate(counts):
        below, dark = below + count, dark + level * count
        if 0 < below < total:
            apart = (mass * below - dark * total) ** 2 / (below * (total - below))
            if apart > most:
                best, most = level + 1.0, apart
    return best


def astray(stroke: Stroke, pages: int) -> tuple[int, int]:
    """How many empty boxes with such a stroke on them were taken for ticked, and of how many."""
    sheet, taken, of = printed("pad", 200), 0, 0
    for page in range(pages):
        rng = Random(f"{stroke} {page}")
        picture, (text, form, place) = sheet.picture.copy(), sheet.forms[page % 2]
        ticks = [box for box in form.boxes if box.kind is MarkKind.TICK]
        hit: list[MarkBox] = rng.sample(ticks, 1 if stroke is Stroke.STAMP else 2)
        for box in hit:
            mark(picture, on_page(box.area, place), stroke, rng.choice(BALLPOINT), rng, sheet.per_mm)
        seen = scanner(GREY)(picture, rng)
        for code in read_codes(seen):
            reading = read_marks(seen, form, code.corners) if code.text == text else None
            states = {each.name: each.state for each in reading.marks} if reading else {}
            taken += sum(states[box.name] is MarkState.TICKED for box in hit if states)
            of += len(hit) if states else 0
    return taken, of


CONDITIONS: tuple[tuple[str, str, int, Scan, tuple[Pen, ...], float], ...] = (
    ("office, pad, 200 dpi", "pad", 200, scanner(OFFICE), BALLPOINT, 1.0),
    ("office, pad, 300 dpi", "pad", 300, scanner(OFFICE), BALLPOINT, 0.5),
    ("office, pad, 150 dpi", "pad", 150, scanner(OFFICE), BALLPOINT, 1.0),
    ("office, hospital's copy, 200 dpi", "copy", 200, scanner(OFFICE), BALLPOINT, 1.0),
    ("uncreased, pad, 200 dpi", "pad", 200, scanner(GREY), BALLPOINT, 1.0),
    ("uncreased, pad, 600 dpi", "pad", 600, scanner(GREY), BALLPOINT, 0.1),
    ("black and white, pad, 200 dpi", "pad", 200, scanner(replace(GREY, one_bit=1.0)), BALLPOINT, 0.5),
    ("pale pencil, pad, 200 dpi", "pad", 200, scanner(GREY), (PENCIL,), 0.5),
    ("felt pen, pad, 200 dpi", "pad", 200, scanner(GREY), (FELT,), 0.5),
    ("bad paper, pad, 200 dpi", "pad", 200, scanner(BAD), BALLPOINT, 0.5),
    ("phone, pad, 300 dpi", "pad", 300, phone, BALLPOINT, 0.5),
)


def rows(pages: int) -> tuple[list[dict[str, Any]], bool]:
    """The rows, and whether the aims are met."""
    made: list[dict[str, Any]] = []
    office = Count()
    for what, kind, dpi, scan, pens, part in CONDITIONS:
        result = measure(kind, dpi, scan, pens, max(1, round(pages * part)))
        boxes = result.ours.right + result.ours.wrong + result.ours.doubtful
        if what.startswith("office"):
            for name in ("right", "wrong", "doubtful"):
                setattr(office, name, getattr(office, name) + getattr(result.ours, name))
        peers = {"floor": result.floor.wrong, "by QR alone": result.peer.wrong, "of": boxes}
        made.append({"what": f"{what}: wrong", "ours": result.ours.wrong, "peers": peers, "unit": "boxes"})
        made.append(
            {"what": f"{what}: doubtful", "ours": result.ours.doubtful, "peers": {"of": boxes}, "unit": "boxes"}
        )
        made.append({"what": f"{what}: unread", "ours": result.left, "peers": {"of": result.forms}, "unit": "forms"})
        speed = round(boxes / result.seconds) if result.seconds else 0
        made.append({"what": f"{what}: speed", "ours": speed, "peers": {}, "unit": "boxes a second"})
    for stroke in (Stroke.FILLED, Stroke.LINE, Stroke.STAMP):
        taken, of = astray(stroke, 2 * pages)
        made.append({"what": f"{stroke}: taken for a tick", "ours": taken, "peers": {"of": of}, "unit": "boxes"})
    total = office.right + office.wrong + office.doubtful
    made.append({"what": "office, all: doubtful", "ours": office.doubtful, "peers": {"of": total}, "unit": "boxes"})
    return made, not office.wrong and office.doubtful <= 0.01 * total


def main() -> None:
    """Measures and prints."""
    given = options(__doc__, "6 pages a condition instead of 60").parse_args()
    made, ok = rows(6 if given.quick else 60)
    tell(made, ok, as_json=given.json)


if __name__ == "__main__":
    main()
