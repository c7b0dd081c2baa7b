"""A box of signed slips as a scanner gives it, for the tests of batches: small pages with real codes, in any file."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from fallback import payload
from fallback.enrolment import Installation
from fallback.keys import hospital_id
from fallback.ledger.facts import FactKind
from fallback.rehearsal.scan_files import Sheet, sheet, write_pdf
from fallback.slip import Slip, SlipNumber, Visit
from tests import scans
from tests.backlog import ISSUED, SUNITA

SIZE = (700, 560)
_PAPER = (FactKind.PAGES_STORED, FactKind.PAGE_ACCEPTED, FactKind.SLIP_READ, FactKind.STATEMENT_READ)


def slip(installation: Installation, serial: int) -> Slip:
    """A slip that only the paper has."""
    return Slip(
        number=SlipNumber(1, serial),
        hospital=hospital_id(installation.root),
        signer=1,
        drill=installation.drill,
        issued=ISSUED + timedelta(minutes=serial),
        patient=replace(SUNITA, name=f"Sunita {serial}"),
        visit=Visit(clinic=1, token=serial, token_series=1),
    )


def page(installation: Installation, serial: int) -> Image.Image:
    """A slip on a page: its code, and a line of words."""
    text = payload.to_digits(payload.encode(slip(installation, serial), installation.sign(1)))
    picture = Image.new("L", SIZE, 250)
    picture.paste(scans.qr_picture(text), (60, 60))
    ImageDraw.Draw(picture).text((420, 80), f"OPD slip {serial}", fill=0, font=ImageFont.load_default(size=22))
    return picture


def white(seed: int) -> Image.Image:
    """A blank side; each of its own grey."""
    return Image.new("L", SIZE, 255 - seed)


def sheets(installation: Installation, count: int) -> list[Sheet]:
    """Slips from number 1 on, a blank after every seventh, and each tenth once more."""
    found = []
    for serial in range(1, count + 1):
        found.append(sheet(page(installation, serial), quality=60))
        if serial % 7 == 0:
            found.append(sheet(white(serial // 7)))
        if serial % 10 == 0:
            found.append(found[-2] if serial % 7 == 0 else found[-1])
    return found


def box(installation: Installation, path: Path, count: int) -> int:
    """A PDF of so many slips and what lies between them; gives the number of its pages."""
    return write_pdf(sheets(installation, count), path)


def facts(installation: Installation) -> dict[FactKind, list[Any]]:
    """What the paper brought, kind by kind in the order of the journal, without its times."""
    found: dict[FactKind, list[Any]] = {kind: [] for kind in _PAPER}
    for line in installation.ledger.lines():
        if line.fact in found:
            found[line.fact].append((line.content, line.payload, line.by))
    return found


def outcomes(installation: Installation) -> Counter[str]:
    """The pages by outcome, as the journal has them."""
    return Counter(content["outcome"] for content, _, _ in facts(installation)[FactKind.PAGE_ACCEPTED])
