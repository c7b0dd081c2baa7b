"""The records room's boxes: what the clinics sent back, laid on the glass with all that lies between it, and scanned.

What each page is in truth is known, so that what the program makes of it can be checked page by page.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from PIL import Image

from fallback.rehearsal.scan_files import Sheet, sheet, write_pdf, write_pictures, write_tiff
from fallback.rehearsal.scanner import OFFICE, Wear, degrade

_HANDFUL = 40  # pages a file, as an office scanner's feeder takes them

Boxes = Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A side of paper for the scanner. `kind` says in words what it is, `draw` makes its picture before the scanner.

    `outcomes` are those that the page may have. `numbers` are the slips that it belongs to, readable or not; `boxes`
    says of each box of a form whether it is meant as ticked, by the slip's number, "" for a sheet that is no slip.
    `again` is the leaf whose very picture this is once more. `mirrored`: the feeder sent it through a mirror.
    """

    kind: str
    draw: Callable[[Random], Image.Image]
    outcomes: frozenset[str]
    numbers: tuple[str, ...] = ()
    boxes: Mapping[str, Boxes] = field(default_factory=dict)
    wear: Wear = OFFICE
    mirrored: bool = False
    again: "Leaf | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A leaf, and where it is in the scanner's files."""

    leaf: Leaf
    file: str
    page: int


def scan_box(leaves: Sequence[Leaf], folder: Path, rng: Random) -> list[Laid]:
    """Scans leaves in their order, as PDF, TIFF and JPEG files in `folder`; says where each one is."""
    folder.mkdir(parents=True, exist_ok=True)
    laid: list[Laid] = []
    kept: dict[int, Sheet | None] = {id(leaf.again): None for leaf in leaves if leaf.again}
    for start in range(0, len(leaves), _HANDFUL):
        handful = leaves[start : start + _HANDFUL]
        number = start // _HANDFUL + 1
        sheets = _sheets(handful, kept, rng)
        match number % 3:
            case 1:
                places = _pages_of(folder / f"feeder-{number:03d}.pdf", write_pdf, sheets)
            case 2:
                places = _pages_of(folder / f"feeder-{number:03d}.tif", write_tiff, sheets)
            case _:
                places = [(path.name, 1) for path in write_pictures(sheets, folder, f"glass-{number:03d}")]
        laid += [Laid(leaf=leaf, file=file, page=page) for leaf, (file, page) in zip(handful, places, strict=True)]
    return laid


def _pages_of(
    path: Path, write: Callable[[Iterator[Sheet], Path], int], sheets: Iterator[Sheet]
) -> list[tuple[str, int]]:
    return [(path.name, page) for page in range(1, write(sheets, path) + 1)]


def _sheets(leaves: Sequence[Leaf], kept: dict[int, Sheet | None], rng: Random) -> Iterator[Sheet]:
    for leaf in leaves:
        before = kept.get(id(leaf.again))
        if before is not None:
            yield before
            continue
        page = degrade(leaf.draw(rng), rng, leaf.wear)
        if leaf.mirrored:
            page = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        made = sheet(page, quality=rng.randint(*leaf.wear.quality))
        if id(leaf) in kept:
            kept[id(leaf)] = made
        yield made
