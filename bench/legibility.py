"""How large must the code be, at which level, and what reads it back? The curve behind our choice.

`python bench/legibility.py [--quick] [--json] [--picture docs/legibility.svg]`

Codes as long as a slip's (140, 195 and 212 bytes: versions 8 and 10 at level M) are printed by eight simulated printers
(`press/printers.py`), worn in five grades from nothing to fatal (`press/wear.py`), scanned at 200 or 300 dpi as grey
JPEG, and read by `scanning.read_codes`. No printer stood here: everything is a simulation, and says so.

- The sweep: level M in eight widths, each one dot of 300 dpi a module wider than the last. A width is what version 10
  takes; a shorter code has the largest module of whole dots that fits in it. That is the rule of `printing.codes`.
- The levels L, Q and H in our width, and our page printed as "fit to page" does: at 97 %, modules off the dots.
- A slip's corner: our QR with the Code 128 of the slip number under it, as wide as ours and a quarter wider. Where one
  fails, does the other read?
- Beside our cascade, in the same trials: zxing-cpp in one pass.
- Every text that was read is compared with what was printed. One that was not printed is wrong when `payload.judge`
  would take it for a slip's code or number, else foreign: nobody would act on it.

Equal seeds for every width and level: each meets the same printer, on the same day, with the same damage to the same
paper. "All wear" is the mean of the five grades. Aims: in our width at least 99 % read from lasers and a fresh thermal
head after an office's wear, nothing read wrong, and no larger width of the sweep better there by more than one point.
"""

import multiprocessing
import os
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import zxingcpp
from PIL import Image
from qrcode import constants
from qrcode.main import QRCode
from qrcode.util import QRData

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))

from bench.press.curve import Curve, Panel, drawn  # noqa: E402
from bench.press.printers import PATCH, PRESSES, Mark, Press, printed  # noqa: E402
from bench.press.wear import WEARS, scanned  # noqa: E402
from bench.told import options, tell  # noqa: E402
from fallback import payload  # noqa: E402
from fallback.printing import codes  # noqa: E402
from fallback.scanning.codes import read_codes  # noqa: E402
from fallback.slip import SlipNumber  # noqa: E402

LEVELS = {
    "L": constants.ERROR_CORRECT_L,
    "Q": constants.ERROR_CORRECT_Q,
    "H": constants.ERROR_CORRECT_H,
}
QR = zxingcpp.BarcodeFormat.QRCode
QR_ONLY = zxingcpp.BarcodeFormats([QR])
BYTES = (140, 195, 212)
DPIS = (200, 300)
OURS = 8  # dots of 300 dpi that a module of version 10 takes
GOOD = ("laser 600 dpi", "laser 300 dpi", "thermal 203 dpi, fresh")
BARS_HIGH = 9.0  # mm
BARS_ROOM_ROLL = 71.2  # mm, the whole roll: a thermal slip's bars have all of it, and cannot be wider


@dataclass(frozen=True, slots=True)
class Way:
    """One way to lay out a sheet: the level, the width in dots of 300 dpi a module of version 10."""

    level: str = "M"
    dots: int = OURS
    scale: float = 1.0
    bars: float = 0.0  # the Code 128's width, as many times an A4 slip's; 0: none

    @property
    def slot(self) -> float:
        """The square that is kept for the code with its quiet zone, in mm."""
        return (57 + 2 * codes.QUIET) * self.dots * codes.DOT

    @property
    def width(self) -> float:
        """What a code of version 10 takes of it, in mm."""
        return 57 * self.dots * codes.DOT


OUR_WAY = Way()
FIT = Way(scale=0.97)  # what a browser's "fit to page" makes of it
CORNER = Way(bars=1.0)
WIDER = Way(bars=1.25)  # 5 dots of 300 dpi a module in place of 4


class Trial(NamedTuple):
    """What became of one sheet."""

    press: str
    sheet: int
    wear: str
    way: Way
    dpi: int
    plain: bool  # zxing-cpp in one pass
    read: bool  # our cascade
    bars: bool
    wrong: int
    foreign: int


def bits_of(drawing: codes.Drawing, high: int) -> Image.Image:
    """The modules of a drawing, 255 where one is dark."""
    bits = Image.new("L", (round(drawing.width / drawing.module), high))
    for line in drawing.path.splitlines()[:-1]:
        x, y, wide, *_ = map(int, line.split()[:3])
        bits.paste(255, (x, high - y - 1, x + wide, high - y))
    return bits


@lru_cache(maxsize=64)
def other_level(digits: str, level: str) -> Image.Image:
    """The modules of a QR at another level than ours."""
    code = QRCode(error_correction=LEVELS[level], border=0, mask_pattern=3)
    code.add_data(QRData(digits.encode("ascii"), mode=1))
    code.make(fit=True)
    rows = code.modules
    return Image.frombytes("L", (len(rows),) * 2, bytes(255 if dark else 0 for row in rows for dark in row))


def marks_of(way: Way, press: Press, sheet: int) -> tuple[list[Mark], set[str]]:
    """What is printed, and the texts that may be read."""
    digits = payload.to_digits(Random(sheet).randbytes(BYTES[sheet % len(BYTES)]))
    if way.level == "M":
        drawing = codes.qr(digits, dpi=press.drawn_for, slot=way.slot)
        bits, module = bits_of(drawing, codes.modules_of(drawing.version)), drawing.module
    else:
        bits, dot = other_level(digits, way.level), codes.dot_of(press.drawn_for)
        module = int(way.slot / dot / (bits.width + 2 * codes.QUIET) + 1e-6) * dot
    module *= way.scale
    side = module * bits.width
    top = 6.0 if way.bars else (PATCH - side) / 2
    marks = [Mark(bits=bits, across=module, down=module, left=(PATCH - side) / 2, top=top)]
    texts = {digits}
    if way.bars:
        number = SlipNumber(101 + sheet, 7001 + 37 * sheet).text
        room = BARS_ROOM_ROLL if press.drawn_for == 203 else way.bars * codes.BAR_SLOT
        bars = codes.code128(number, dpi=press.drawn_for, width=room)
        left = (PATCH - bars.width) / 2
        marks.append(Mark(bits=bits_of(bars, 1), across=bars.module, down=BARS_HIGH, left=left, top=50.0))
        texts.add(number)
    return marks, texts


def sheets(press: Press, sheet: int, ways: Sequence[Way]) -> list[Trial]:
    """One sheet of paper, printed in several ways by the same printer, each worn in all grades and read."""
    return [trial for way in ways for trial in _trials(press, sheet, way)]


def _trials(press: Press, sheet: int, way: Way) -> Iterator[Trial]:
    marks, texts = marks_of(way, press, sheet)
    digits, number = max(texts, key=len), min(texts, key=len)
    paper, scale = printed(press, marks, Random(f"print {press.name} {sheet}"))
    dpi = DPIS[sheet % len(DPIS)]
    for wear in WEARS:
        if sheet % wear.every:
            continue
        page = scanned(paper, scale, wear, Random(f"{wear.name} {press.name} {sheet}"), dpi)
        first = {code.text for code in zxingcpp.read_barcodes(page, formats=QR_ONLY) if code.format == QR}
        read = {code.text for code in read_codes(page)}
        bars = _bars_alone(page) if way.bars and number not in read else read
        strange = (first | read | bars) - texts
        wrong = sum(payload.judge(text, None).outcome is not payload.CodeOutcome.FOREIGN for text in strange)
        yield Trial(
            press=press.name,
            sheet=sheet,
            wear=wear.name,
            way=way,
            dpi=dpi,
            plain=digits in first,
            read=digits in read,
            bars=way.bars > 0 and number in bars,
            wrong=wrong,
            foreign=len(strange) - wrong,
        )


def _bars_alone(page: Image.Image) -> set[str]:
    """The Code 128 when the scanner's picture holds nothing else: a read QR ends the cascade before its bars are."""
    top = round(page.height * 47 / PATCH)
    return {code.text for code in read_codes(page.crop((0, top, page.width, page.height)))}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is done: sheets of the sweep a printer, its widths, and the sheets of all other ways."""

    sheets: int
    sweep: tuple[int, ...]
    others: int


FULL = Plan(84, (3, 4, 5, 6, 7, 8, 9, 10), 42)
QUICK = Plan(5, (5, 8, 9), 1)


def jobs(plan: Plan) -> Iterator[tuple[Press, int, tuple[Way, ...]]]:
    """What is to be done, one sheet a job."""
    others = (*(Way(level=level) for level in "LQH"), FIT, CORNER, WIDER)
    for sheet in range(plan.sheets):
        for press in PRESSES:
            ways = [Way(dots=dots) for dots in plan.sweep]
            yield press, sheet, (*ways, *(others if sheet < plan.others else ()))


def measure(plan: Plan) -> list[Trial]:
    """All trials, on all cores; the same ones however many there are."""
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as crew:
        return [trial for found in crew.map(_job, jobs(plan), chunksize=2) for trial in found]


def _job(job: tuple[Press, int, tuple[Way, ...]]) -> list[Trial]:
    return sheets(*job)


def share(trials: Iterable[bool]) -> float:
    """How many of a hundred, to a tenth."""
    told = list(trials)
    return round(100 * sum(told) / len(told), 1) if told else float("nan")


class Results:
    """Trials, and what is asked of them."""

    def __init__(self, trials: Sequence[Trial], plan: Plan) -> None:
        self.trials, self.plan = trials, plan

    def of(
        self, way: Way, *, press: Collection[str] = (), wear: str = "", sheets: int = 0, dpi: int = 0
    ) -> list[Trial]:
        """Those of a way; of all printers, grades, sheets and scanners, or of some."""
        return [
            trial
            for trial in self.trials
            if trial.way == way
            and (not press or trial.press in press)
            and (not wear or trial.wear == wear)
            and (not sheets or trial.sheet < sheets)
            and (not dpi or trial.dpi == dpi)
        ]

    def read(self, way: Way, *, wear: str = "", what: str = "read", **which: Any) -> float:
        """How many of a hundred were read; over all wear the mean of the grades."""
        grades = [wear] if wear else [each.name for each in WEARS]
        shares = [share(getattr(trial, what) for trial in self.of(way, wear=each, **which)) for each in grades]
        return round(sum(shares) / len(shares), 1)

    def rows(self) -> list[dict[str, Any]]:
        """Every figure, ours beside its peers."""
        return [*self._sweep(), *self._levels(), *self._corner(), *self._decoder()]

    def _sweep(self) -> Iterator[dict[str, Any]]:
        groups = [*(((press.name,), press.name) for press in PRESSES), (GOOD, "lasers and fresh thermal together")]
        for names, title in groups:
            for wear in [*(each.name for each in WEARS), ""]:
                peers = {
                    f"{Way(dots=dots).width:.1f} mm": self.read(Way(dots=dots), press=names, wear=wear)
                    for dots in self.plan.sweep
                    if dots != OURS
                }
                yield _row(f"width: {title}, {wear or 'all wear'}", self.read(OUR_WAY, press=names, wear=wear), peers)

    def _levels(self) -> Iterator[dict[str, Any]]:
        few = self.plan.others
        for press in PRESSES:
            for wear in ("office", "bad", "awful", ""):
                which: dict[str, Any] = {"press": (press.name,), "wear": wear, "sheets": few}
                peers = {f"level {level}": self.read(Way(level=level), **which) for level in "LQH"}
                peers["97 %, off the dots"] = self.read(FIT, **which)
                yield _row(f"level: {press.name}, {wear or 'all wear'}", self.read(OUR_WAY, **which), peers)

    def _corner(self) -> Iterator[dict[str, Any]]:
        for press in PRESSES:
            for wear in WEARS:
                found, wide = (self.of(way, press=(press.name,), wear=wear.name) for way in (CORNER, WIDER))
                peers = {
                    "Code 128": share(trial.bars for trial in found),
                    "neither": share(not trial.read and not trial.bars for trial in found),
                    "Code 128 a quarter wider": share(trial.bars for trial in wide),
                    "neither then": share(not trial.read and not trial.bars for trial in wide),
                }
                yield _row(f"corner: {press.name}, {wear.name}", share(trial.read for trial in found), peers)

    def _decoder(self) -> Iterator[dict[str, Any]]:
        for press in PRESSES:
            plain = {"zxing-cpp, one pass": self.read(OUR_WAY, what="plain", press=(press.name,))}
            yield _row(f"decoder: {press.name}, all wear", self.read(OUR_WAY, press=(press.name,)), plain)
        for dpi in DPIS:
            plain = {"zxing-cpp, one pass": self.read(OUR_WAY, what="plain", dpi=dpi)}
            yield _row(f"decoder: all printers, scanned at {dpi} dpi, all wear", self.read(OUR_WAY, dpi=dpi), plain)
        of = {"of trials": len(self.trials)}
        yield _row("texts read wrong", sum(trial.wrong for trial in self.trials), of, "texts")
        yield _row(
            "texts read that were not printed, of no slip", sum(trial.foreign for trial in self.trials), of, "texts"
        )

    def ok(self) -> bool:
        """Whether the aims are met."""
        office: dict[str, Any] = {"press": GOOD, "wear": "office"}
        ours = self.read(OUR_WAY, **office)
        larger = [self.read(Way(dots=dots), **office) for dots in self.plan.sweep if dots > OURS]
        return ours >= 99 and max(larger) <= ours + 1 and not any(trial.wrong for trial in self.trials)

    def picture(self) -> str:
        """The curves as SVG, for the three grades between nothing and fatal."""
        panels = []
        for title, wear in (("office wear", "office"), ("bad", "bad"), ("awful", "awful")):
            curves = tuple(
                Curve(
                    name=press.name,
                    points=tuple(
                        (Way(dots=dots).width, self.read(Way(dots=dots), press=(press.name,), wear=wear))
                        for dots in self.plan.sweep
                    ),
                )
                for press in PRESSES
            )
            panels.append(Panel(title=title, curves=curves))
        title = "How often a slip’s QR is read, by its width (level M; simulated)"
        return drawn(panels, title=title, chosen=OUR_WAY.width)


def _row(what: str, ours: float, peers: Mapping[str, float], unit: str = "% read") -> dict[str, Any]:
    return {"what": what, "ours": ours, "peers": peers, "unit": unit}


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__, "5 sheets a printer and three widths; under a minute")
    parser.add_argument("--picture", type=Path, help="where to write the curve, as SVG")
    given = parser.parse_args()
    plan = QUICK if given.quick else FULL
    results = Results(measure(plan), plan)
    if given.picture:
        given.picture.write_text(results.picture(), encoding="utf-8")
    rows, ok = results.rows(), results.ok()
    tell(rows, ok, as_json=given.json)


if __name__ == "__main__":
    main()
