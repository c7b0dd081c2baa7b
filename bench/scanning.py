"""How many pages are read, how fast, and how often wrongly: our cascade beside the decoders that one could take alone.

`python bench/scanning.py [--quick] [--json] [--third-party FOLDER]`

Real layouts of a slip (A5, A4 with both copies, the roll) come from eight simulated printers (`press/printers.py`) and
once as drawn, are worn and scanned as the drill's scanner does (clean, office, bad, awful) at 200 and 300 dpi, as grey
JPEG or black and white PNG. A page counts as read when the text of its QR came out; one that holds two copies, by one
of them. Every text that was not printed is counted: wrong when `payload.judge` would take it for a slip's.

Beside ours, with and without the rescue decoder: zxing-cpp in one call (QR alone, its defaults) on the whole picture
and on one of half its size, ZBar, OpenCV's QRCodeDetector (its call for several codes), WeChat's detector; what any of
them reads ("union"); and the bare cost of decoding the file to grey. Times are a page's processor time, file to texts,
one thread. A peer that is not installed is said to be missing: `pip install -r requirements-bench.txt` (ZBar also
wants the system's libzbar0), and requirements-rescue.txt.

The printed number: the same pages with their codes covered; how often it is suggested rightly, and wrongly.

`--third-party` names a folder of other people's pictures, each with its text in a .txt beside it: nothing here was
tuned to them. Ours were measured with `test/samples/qrcode-*` of the public zxing-cpp repository.

Aims: of clean and office pages of lasers and fresh thermal paper at least 99.5 % in the first look; of bad ones, with
the rescue decoder, at least the union; nothing wrong; the median page in at most 1.3 times the time of the fastest
decoder that reads it; A5 pages at 200 dpi, all together, in at most 1.5 times the bare cost of decoding.
"""

import io
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import zxingcpp
from PIL import Image

HOME = Path(__file__).parent.parent
sys.path.insert(0, str(HOME))
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from bench.press import pages  # noqa: E402
from bench.press.printers import PRESSES  # noqa: E402
from bench.told import options, tell  # noqa: E402
from fallback import payload  # noqa: E402
from fallback.rehearsal.scanner import AWFUL, BAD, CLEAN, OFFICE  # noqa: E402
from fallback.scanning import rescue  # noqa: E402
from fallback.scanning.cascade import read_page  # noqa: E402
from fallback.scanning.plane import Point  # noqa: E402

GRADES = {"clean": CLEAN, "office": OFFICE, "bad": BAD, "awful": AWFUL}
NORMAL = ("clean", "office")
DPIS = (200, 300)
DRAWN = "as drawn"
PRINTERS = {DRAWN: None} | {press.name: press for press in PRESSES}
FIRST = 500  # seed: the cascade's views were chosen on others
QUICK = (DRAWN, "laser 300 dpi", "thermal 203 dpi, faded", "24-pin dot matrix")
GOOD = (DRAWN, "laser 600 dpi", "laser 300 dpi", "thermal 203 dpi, fresh")
OURS, ALONE, HALF, BARE, NUMBER = "ours", "ours without rescue", "zxing-cpp at half size", "bare decode", "number"
QR = zxingcpp.BarcodeFormat.QRCode

Texts = list[str]


def grey(content: bytes) -> Image.Image:
    """The file as a grey picture, decoded whole."""
    image = Image.open(io.BytesIO(content))
    image.draft("L", image.size)
    return image.convert("L")


def half(content: bytes) -> Image.Image:
    """The file as a grey picture of half its size."""
    image = Image.open(io.BytesIO(content))
    if image.format != "JPEG":
        return image.convert("L").reduce(2)
    image.draft("L", (image.width // 2, image.height // 2))
    return image.convert("L")


def ours(content: bytes) -> Texts:
    """The cascade, with whatever is installed."""
    return [code.text for code in read_page(content).codes]


def nothing(picture: Image.Image) -> list[tuple[str, tuple[Point, ...]]]:  # noqa: ARG001 - in the decoder's place
    """What a decoder that is not installed reads."""
    return []


def ours_alone(content: bytes) -> Texts:
    """The cascade as if there were no rescue decoder."""
    kept = rescue.decode
    rescue.decode = nothing
    try:
        return ours(content)
    finally:
        rescue.decode = kept


def zxing(picture: Image.Image) -> Texts:
    """One call."""
    return [code.text for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats([QR]))]


def zbar(content: bytes) -> Texts:
    """ZBar, asked for QR alone."""
    module = import_module("pyzbar.pyzbar")
    found = module.decode(grey(content), symbols=[module.ZBarSymbol.QRCODE])
    return [code.data.decode("utf-8", "replace") for code in found]


@cache
def _opencv() -> tuple[Any, Any]:
    cv2 = import_module("cv2")
    cv2.setNumThreads(1)
    return cv2, cv2.QRCodeDetector()


def opencv(content: bytes) -> Texts:
    """OpenCV's own detector. It raises on some pages, and on texts that are no UTF-8; then it has read nothing."""
    cv2, detector = _opencv()
    try:
        return [
            text for text in detector.detectAndDecodeMulti(import_module("numpy").asarray(grey(content)))[1] if text
        ]
    except (cv2.error, UnicodeDecodeError):
        return []


def wechat(content: bytes) -> Texts:
    """WeChat's detector on the whole page."""
    return [text for text, _ in rescue.decode(grey(content))]


def peers() -> dict[str, Callable[[bytes], Texts]]:
    """The decoders beside ours that can be had here."""
    found: dict[str, Callable[[bytes], Texts]] = {"zxing-cpp": lambda content: zxing(grey(content))}
    found[HALF] = lambda content: zxing(half(content))
    try:
        import_module("pyzbar.pyzbar")
        found["ZBar"] = zbar
    except ImportError:  # pyzbar, or the library that it wants
        pass
    if find_spec("cv2") is not None:
        found["OpenCV"] = opencv
    if rescue.installed():
        found["WeChat"] = wechat
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the set; of a third party's, `file` names it and the rest is empty."""

    grade: str
    dpi: int = 0
    printer: str = ""
    seed: int = 0
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What became of one page: whether the first look reads it; by way, whether it was read, in how many seconds.

    `wrong` and `foreign` count the texts of ours that nobody printed; `number` is right, wrong, none or "" (not asked).
    """

    page: Page
    paper: str
    jpeg: bool
    first: bool
    read: dict[str, bool]
    seconds: dict[str, float]
    wrong: int
    foreign: int
    number: str


def try_page(page: Page) -> Trial:
    """Reads one page in all ways."""
    if page.file:
        path = Path(page.file)
        content, expected = path.read_bytes(), {path.with_suffix(".txt").read_text("utf-8", "replace").strip()}
        paper = ""
    else:
        press, wear = PRINTERS[page.printer], GRADES[page.grade]
        made = pages.scan(page.seed, press, wear, page.dpi, page.grade)
        content, expected, paper = made.content, {made.digits, made.number}, pages.paper_of(press, page.seed)
    jpeg = content.startswith(b"\xff\xd8")
    read, seconds, strange = {}, {}, set[str]()
    ways = {BARE: lambda content: [str(grey(content).size)], OURS: ours, ALONE: ours_alone} | peers()
    for name, way in ways.items():
        start = time.process_time()
        texts = {text.strip() for text in way(content)}
        seconds[name] = time.process_time() - start
        read[name] = max(expected, key=len) in texts
        if name in (OURS, ALONE):
            strange |= texts - expected
    wrong = sum(payload.judge(text, None).outcome is not payload.CodeOutcome.FOREIGN for text in strange)
    number = "" if page.file else _number(page)
    return Trial(
        page=page,
        paper=paper,
        jpeg=jpeg,
        first=read[HALF if jpeg else "zxing-cpp"],
        read=read,
        seconds=seconds,
        wrong=0 if page.file else wrong,
        foreign=len(strange) - wrong,
        number=number,
    )


def _number(page: Page) -> str:
    """What is suggested when the codes are covered."""
    made = pages.scan(page.seed, PRINTERS[page.printer], GRADES[page.grade], page.dpi, page.grade, covered=True)
    seen = read_page(made.content)
    if any(code.text in (made.digits, made.number) for code in seen.codes):
        return ""  # the wear moved the cover's edge: it is no page for this
    return {made.number: "right", "": "none"}.get(seen.suggested, "wrong")


def measure(todo: Sequence[Page]) -> list[Trial]:
    """All trials, on all cores; the same ones however many there are."""
    with ProcessPoolExecutor(os.cpu_count(), multiprocessing.get_context("spawn")) as crew:
        list(crew.map(_warm, range(2 * (os.cpu_count() or 1))))
        return list(crew.map(try_page, todo, chunksize=2))


def _warm(_: int) -> None:
    """Loads what each decoder loads when first called."""
    packed = io.BytesIO()
    Image.new("L", (300, 300), 255).save(packed, "JPEG")
    for way in peers().values():
        way(packed.getvalue())


def share(told: Iterable[bool]) -> float:
    """How many of a hundred, to a tenth."""
    counted = list(told)
    return round(100 * sum(counted) / len(counted), 1) if counted else float("nan")


class Results:
    """Trials, and what is asked of them."""

    def __init__(self, trials: Sequence[Trial], others: Sequence[Trial]) -> None:
        self.trials, self.others, self.peers = trials, others, list(peers())

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every figure, ours beside its peers; those of no page are left out."""
        return (row for row in self._rows() if row["peers"].get("of") != 0 and row["ours"] == row["ours"])

    def _rows(self) -> Iterator[dict[str, Any]]:
        for grade in GRADES:
            yield self._read(f"read: {grade}", [each for each in self.trials if each.page.grade == grade])
            for dpi in DPIS:
                some = [each for each in self.trials if (each.page.grade, each.page.dpi) == (grade, dpi)]
                yield self._read(f"read: {grade}, {dpi} dpi", some)
        for printer in PRINTERS:
            for grade in GRADES:
                some = [each for each in self.trials if (each.page.printer, each.page.grade) == (printer, grade)]
                yield self._read(f"read: {printer}, {grade}", some)
        if self.others:
            yield self._read("read: a third party's pictures", self.others)
        good = self._good()
        yield _row(
            "normal pages of good printers, in the first look",
            share(each.first for each in good),
            {"of": len(good)},
            "% read",
        )
        for name in ("wrong", "foreign"):
            count = sum(getattr(each, name) for each in self.trials)
            yield _row(f"texts that nobody printed, {name}", count, {"of": len(self.trials)}, "texts")
        for paper, dpi in (("a5", 200), ("a4", 200), ("a5", 300), ("a4", 300)):
            some = [each for each in self._good() if each.jpeg and (each.paper, each.page.dpi) == (paper, dpi)]
            what = f"time: {paper}, {dpi} dpi, JPEG, normal pages of good printers"
            yield self._time(f"{what}, median", some, statistics.median)
            yield self._time(f"{what}, mean", some, statistics.fmean)
            seconds = sum(each.seconds[OURS] for each in some)
            bare = {"bare decode": round(len(some) / sum(each.seconds[BARE] for each in some))} if some else {}
            yield _row(
                f"{what}, a second and core", round(len(some) / seconds) if some else float("nan"), bare, "pages"
            )
        for grade in GRADES:
            some = [each for each in self.trials if each.page.grade == grade]
            yield self._time(f"time: {grade}, mean", some, statistics.fmean)
            yield self._time(f"time: {grade}, slowest", some, max)
        yield _row("time: median page, times the fastest that reads it", round(self._times(), 2), {}, "times")
        yield _row(
            "time: a5, 200 dpi, JPEG, good printers, all pages, times the bare decode",
            round(self._bare(), 2),
            {},
            "times",
        )
        for grade in GRADES:
            told = [each.number for each in self.trials if each.page.grade == grade and each.number]
            counts = {"wrong": told.count("wrong"), "of": len(told)}
            yield _row(
                f"printed number, codes covered, {grade}: suggested rightly", told.count("right"), counts, "pages"
            )

    def ok(self) -> bool:
        """Whether the aims are met."""
        good = self._good()
        bad = [each for each in self.trials if each.page.grade == "bad"]
        return (
            share(each.first for each in good) >= 99.5
            and sum(each.read[OURS] for each in bad) >= sum(self._union(each) for each in bad)
            and not sum(each.wrong for each in self.trials)
            and self._times() <= 1.3
            and self._bare() <= 1.5
        )

    def _normal(self) -> list[Trial]:
        return [each for each in self.trials if each.page.grade in NORMAL]

    def _good(self) -> list[Trial]:
        return [each for each in self._normal() if each.page.printer in GOOD]

    def _union(self, trial: Trial) -> bool:
        return any(trial.read[name] for name in self.peers)

    def _read(self, what: str, some: Sequence[Trial]) -> dict[str, Any]:
        beside: dict[str, Any] = {name: share(each.read[name] for each in some) for name in (ALONE, *self.peers)}
        beside |= {"union of the others": share(map(self._union, some)), "of": len(some)}
        return _row(what, share(each.read[OURS] for each in some), beside, "% read")

    def _time(self, what: str, some: Sequence[Trial], kind: Callable[[list[float]], float]) -> dict[str, Any]:
        told = {
            name: round(1000 * kind([each.seconds[name] for each in some]), 1) if some else float("nan")
            for name in (OURS, ALONE, *self.peers, BARE)
        }
        return _row(what, told.pop(OURS), told, "ms")

    def _times(self) -> float:
        """The median, of the normal pages that any decoder reads, of our time as times the fastest such one's."""
        return statistics.median(
            each.seconds[OURS] / min(each.seconds[name] for name in self.peers if each.read[name])
            for each in self._normal()
            if self._union(each)
        )

    def _bare(self) -> float:
        """Our time for all good A5 pages at 200 dpi that are JPEGs, as times the bare cost of decoding them."""
        some = [each for each in self._good() if each.jpeg and (each.paper, each.page.dpi) == ("a5", 200)]
        return sum(each.seconds[OURS] for each in some) / sum(each.seconds[BARE] for each in some)


def _row(what: str, ours: float, peers: dict[str, Any], unit: str) -> dict[str, Any]:
    return {"what": what, "ours": ours, "peers": peers, "unit": unit}


def pictures(folder: Path) -> list[Page]:
    """A third party's pictures that have their text beside them."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in (".png", ".jpg", ".webp"))
    return [Page(grade="third party", file=str(file)) for file in files if file.with_suffix(".txt").is_file()]


def main() -> None:
    """Measures and prints."""
    parser = options(__doc__, "two slips of four printers, at 200 dpi; under a minute")
    parser.add_argument("--third-party", type=Path, help="a folder of pictures, each with a .txt beside it")
    given = parser.parse_args()
    todo = [
        Page(grade=grade, dpi=dpi, printer=printer, seed=seed)
        for seed in range(FIRST, FIRST + (2 if given.quick else 8))
        for printer in (QUICK if given.quick else PRINTERS)
        for dpi in (DPIS[:1] if given.quick else DPIS)
        for grade in GRADES
    ]
    results = Results(measure(todo), measure(pictures(given.third_party)) if given.third_party else [])
    missing = sorted({"ZBar", "OpenCV", "WeChat"} - set(results.peers))
    if missing:
        print(
            f"not installed, so not measured: {', '.join(missing)} (requirements-bench.txt, requirements-rescue.txt)",
            file=sys.stderr,
        )
    tell(list(results.rows()), results.ok(), as_json=given.json)


if __name__ == "__main__":
    main()
