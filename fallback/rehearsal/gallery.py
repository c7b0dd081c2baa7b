"""Every sheet as a picture, in both languages and in each, with made-up patients: docs/gallery/paper.

`python -m fallback.rehearsal.gallery docs/gallery/paper` makes them all anew; tests hold them to the program.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from PIL import Image

from fallback.downtime import Desk
from fallback.hospital import Hospital
from fallback.printing import examples, render_pads, render_sheet
from fallback.printing.layout.file import BUNDLED, names
from fallback.printing.papers import render_paper
from fallback.printing.papers.examples import papers
from fallback.printing.raster import rasters
from fallback.reconcile import NumberState, reconcile
from fallback.recovery.account import account_pdf
from fallback.slip import SlipNumber

DPI = {"both": 100, "en": 75, "hi": 75}
_STATES = ("full", "drill", "void", "unknown")  # shown of the A4 slip alone, beside the plain one


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of the gallery: a page of a sheet."""

    name: str
    picture: Image.Image


def shots() -> Iterator[Shot]:
    """All pictures, in the order of their names; made anew at each call, and always alike."""
    for language, dpi in DPI.items():
        with _spoken(language) as hospital:
            for name, pdf in sorted(_sheets(hospital, states=language == "both").items()):
                ending = "" if language == "both" else f"-{language}"
                for place, page in enumerate(rasters(pdf, dpi)):
                    more = f"-{place + 1}" if place else ""
                    yield Shot(f"{name}{more}{ending}", page.quantize(16))


def write(folder: Path) -> None:
    """Writes the pictures, and a page that shows them; pictures of sheets that are no more go away."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    shown: dict[str, str] = {}
    for shot in shots():
        shot.picture.save(folder / f"{shot.name}.png", optimize=True)
        shown[shot.name] = f"## {shot.name}\n\n![{shot.name}]({shot.name}.png)\n"
    head = "# Every sheet\n\nMade by `make gallery`; `-en` and `-hi` are the same sheets in one language.\n\n"
    (folder / "README.md").write_text(head + "\n".join(shown[name] for name in sorted(shown)), encoding="utf-8")


@contextmanager
def _spoken(language: str) -> Iterator[Hospital]:
    """The hospital of the examples with layouts of its own: ours, in one language, as a hospital would change them."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for name in names():
            text = (BUNDLED / f"{name}.toml").read_text(encoding="utf-8")
            (folder / f"{name}.toml").write_text(
                text.replace('language = "both"', f'language = "{language}"'), encoding="utf-8"
            )
        yield replace(examples.HOSPITAL, layouts=folder)


def _sheets(hospital: Hospital, *, states: bool) -> Mapping[str, bytes]:
    found = {}
    for name, made in examples.sheets().items():
        if name == "pad":
            found[name] = render_pads([examples.pad(serial) for serial in (5001, 5002)], hospital)
            continue
        first = replace(made["plain"], card=False)
        found[name] = render_sheet(name, [first], hospital, tubes=range(1, 9) if name.startswith("sticker") else (1,))
        if states and name == "slip-a4":
            for state in _STATES:
                found[f"{name}-{state}"] = render_sheet(name, [made[state]], hospital)
    found |= {name: render_paper(paper, hospital) for name, paper in papers().items()}
    if states:
        found["account"] = _account(hospital)
    return found


def _account(hospital: Hospital) -> bytes:
    """An account of forty numbers of two desks, one of them missing."""
    states = [
        NumberState(
            number=SlipNumber(series, serial),
            clinic=7 + serial % 2,
            day="2026-11-23",
            has_content=serial != 13,
            voided=serial == 7,
            conflict=False,
            stage="" if serial == 13 else "confirmed",
            sent=serial not in (7, 13),
            spent="missing" if serial == 13 else "",
            reason="torn, thrown away by mistake" if serial == 13 else "",
            printed=True,
            back=serial % 5 != 0,
        )
        for series in (101, 102)
        for serial in range(1, 21)
    ]
    account = reconcile(states)
    at = datetime(2026, 12, 6, 11, 30, tzinfo=UTC).isoformat()
    record: dict[str, Any] = {
        "at": at,
        "target": "his",
        "heads": [{"chain": "c0ffee00", "sequence": 412, "hash": "9c" * 32}],
        "pages": {"read": 38, "blank": 2},
        "open_pages": 0,
        "signer": "the hospital's root",
        "signature": "5a" * 64,
    } | account.record()
    for gap in record["missing"]:
        gap |= {"last_day": at, "last_login": "asha", "last_shift": "101.1"}
    return account_pdf(record, hospital, [Desk(series=101, name="OPD 1"), Desk(series=102, name="OPD 2")])


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "docs/gallery/paper"))
