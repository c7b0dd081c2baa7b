"""The clinic's box: printed slips torn along their line, worn, shuffled, and scanned with what else lay there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image

from fallback.rehearsal.scan_files import Sheet, sheet, write_pdf, write_pictures, write_tiff
from fallback.rehearsal.scanner import OFFICE, blank_page, degrade, torn
from fallback.scanning import page_picture

_TEAR = 198 / 297  # of an A4's height: below it is the hospital's copy
_WHOLE_SHEETS = 0.05  # come back untorn, both copies on one page
_HANDFUL = 40  # pages a file, as an office scanner's feeder takes them


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """What was put into the scanner. `torn` and `pages` are counts; `unreadable` names the torn slips' files."""

    pages: int
    unreadable: tuple[str, ...]
    blanks: int
    repeats: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """One side to be scanned: a printed file, or a blank (None); torn so that its codes are gone, or scanned again."""

    printed: Path | None
    torn: bool = False
    again: int = -1


def scan_box(
    printed: Sequence[Path], folder: Path, rng: Random, *, torn_pages: int = 2, blanks: int = 2, repeats: int = 2
) -> Boxed:
    """Scans the hospital's copies of printed slips (one PDF each) into PDF, TIFF and JPEG files in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [_Piece(printed=path) for path in printed]
    rng.shuffle(pieces)
    victims = min(torn_pages, len(pieces) // 4)
    pieces[:victims] = [_Piece(printed=piece.printed, torn=True) for piece in pieces[:victims]]
    pieces += [_Piece(printed=None) for _ in range(blanks)]
    rng.shuffle(pieces)
    whole = [at for at, piece in enumerate(pieces) if piece.printed and not piece.torn]
    again = whole[:repeats]
    pieces += [_Piece(printed=pieces[at].printed, again=at) for at in again]  # the same picture once more
    pieces += [_Piece(printed=pieces[at].printed) for at in whole[repeats : repeats + 1]]  # the same paper, laid anew
    _write(pieces, folder, rng)
    return Boxed(
        pages=len(pieces),
        unreadable=tuple(piece.printed.name for piece in pieces if piece.torn and piece.printed),
        blanks=blanks,
        repeats=len(again),
    )


def _write(pieces: list[_Piece], folder: Path, rng: Random) -> None:
    kept: dict[int, Sheet] = {}
    repeated = {piece.again for piece in pieces}
    for start in range(0, len(pieces), _HANDFUL):
        handful = list(enumerate(pieces))[start : start + _HANDFUL]
        number = start // _HANDFUL + 1
        sheets = _sheets(handful, kept, repeated, rng)
        match number % 3:
            case 1:
                write_pdf(sheets, folder / f"feeder-{number:03d}.pdf")
            case 2:
                write_tiff(sheets, folder / f"feeder-{number:03d}.tif")
            case _:
                write_pictures(sheets, folder, f"glass-{number:03d}")


def _sheets(
    pieces: list[tuple[int, _Piece]], kept: dict[int, Sheet], repeated: set[int], rng: Random
) -> Iterator[Sheet]:
    for at, piece in pieces:
        if piece.again in kept:
            yield kept[piece.again]
            continue
        made = sheet(_picture(piece, rng), quality=rng.randint(*OFFICE.quality))
        if at in repeated:
            kept[at] = made
        yield made


def _picture(piece: _Piece, rng: Random) -> Image.Image:
    if piece.printed is None:
        return blank_page((1654, 780), rng)
    page = page_picture(piece.printed).picture
    if page is None:
        raise ValueError(f"{piece.printed.name} cannot be drawn")
    if rng.random() >= _WHOLE_SHEETS:
        page = page.crop((0, round(page.height * _TEAR), page.width, page.height))
    return degrade(torn(page, rng) if piece.torn else page, rng)
