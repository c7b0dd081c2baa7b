"""Feeds printed pages through the made-up scanner: shuffled, a few torn, blank or twice, into a scanner's files."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from pathlib import Path
from random import Random

from fallback.rehearsal.scan_files import DPI, Sheet, sheet, write_pdf, write_pictures, write_tiff
from fallback.rehearsal.scanner import OFFICE, Wear, blank_page, degrade, torn
from fallback.scanning import page_picture
from fallback.scanning.crew import Crew, ahead

_A4 = (round(210 / 25.4 * DPI), round(297 / 25.4 * DPI))
_KINDS = ("pdf", "tif", "pdf", "jpg")


class Fate(StrEnum):
    """What became of a side of paper on its way through the scanner."""

    WHOLE = "whole"
    TORN = "torn"
    BLANK = "blank"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """One side as it was fed. `printed` and `page` say which printed page it shows; None and 0 for a blank side.

    `file` is the scan it went into, in the order of the pages there.
    """

    printed: Path | None
    page: int
    fate: Fate
    seed: str
    wear: Wear
    file: Path = Path()


def feed(
    printed: Sequence[tuple[Path, int]],
    folder: Path,
    *,
    seed: int,
    wear: Wear = OFFICE,
    tear: int = 0,
    blank: int = 0,
    repeat: int = 0,
    pages_per_file: int = 50,
    workers: int | None = None,
    executor: Executor | None = None,
) -> list[Fed]:
    """Scans the `printed` pages (file and page from 1) into files in `folder`, and tells what was fed, in order.

    `tear` pages lose all their codes, `blank` empty sides are put between, `repeat` pages are scanned a second time
    (never a torn one). The same arguments give the same files byte for byte. Raises ValueError when there are too few
    pages to tear and repeat; whatever is wrong with a printed page is raised as scanning's error.
    """
    if tear + (repeat > 0) > len(printed):
        raise ValueError("fewer pages than are to be torn and repeated")
    box = _box(printed, seed, wear, tear, blank, repeat)
    fed: list[Fed] = []
    with Crew(workers, executor) as crew:
        sheets = (future.result() for _, future in ahead(box, lambda side: crew.submit(_scan, side), 4 * crew.workers))
        for number, first in enumerate(range(0, len(box), pages_per_file)):
            some = box[first : first + pages_per_file]
            paths = _write(islice(sheets, len(some)), folder, f"scan-{number + 1:03d}", _KINDS[number % len(_KINDS)])
            fed += [replace(side, file=paths[min(index, len(paths) - 1)]) for index, side in enumerate(some)]
    return fed


def _box(printed: Sequence[tuple[Path, int]], seed: int, wear: Wear, tear: int, blank: int, repeat: int) -> list[Fed]:
    rng = Random(f"{seed}:box")  # noqa: S311 - a rehearsal must be repeatable, nothing here is secret
    order = list(printed)
    rng.shuffle(order)
    sides: list[tuple[tuple[Path | None, int], Fate]]
    sides = [(place, Fate.TORN if index < tear else Fate.WHOLE) for index, place in enumerate(order)]
    sides += [(rng.choice(order[tear:]), Fate.REPEAT) for _ in range(repeat)]
    sides += [((None, 0), Fate.BLANK) for _ in range(blank)]
    rng.shuffle(sides)
    return [
        Fed(printed=path, page=page, fate=fate, seed=f"{seed}:{index}", wear=wear)
        for index, ((path, page), fate) in enumerate(sides)
    ]


def _scan(side: Fed) -> Sheet:
    """One side through the scanner, from nothing but its own description: any worker gives the same bytes."""
    rng = Random(side.seed)  # noqa: S311 - as above
    wear = side.wear
    if side.printed is None:
        picture = blank_page(_A4, rng)
        wear = replace(wear, creases=0, stains=0)
    else:
        shown = page_picture(side.printed, side.page)
        if shown.picture is None:
            raise shown.error or ValueError("a printed page that shows nothing")
        picture = torn(shown.picture, rng) if side.fate is Fate.TORN else shown.picture
    return sheet(degrade(picture, rng, wear), quality=rng.randint(*wear.quality))


def _write(sheets: Iterator[Sheet], folder: Path, name: str, kind: str) -> list[Path]:
    if kind == "jpg":
        return write_pictures(sheets, folder, name)
    path = folder / f"{name}.{kind}"
    (write_pdf if kind == "pdf" else write_tiff)(sheets, path)
    return [path]
