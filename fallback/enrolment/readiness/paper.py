"""What a check can try of paper without paper: layouts, printers, and a slip that is drawn and read back in memory."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from fallback import payload
from fallback.enrolment.readiness.finding import Finding, Trouble, tried
from fallback.errors import Sentence
from fallback.hospital import Hospital
from fallback.keys import SigningKey
from fallback.printing import PrintedSlip, render_slips
from fallback.printing.layout import layout, names
from fallback.printing.spool import spooler
from fallback.scanning import read_files
from fallback.slip import Age, Patient, Slip, SlipNumber, Visit


def of_paper(hospital: Hospital, desks: Iterable[str] | None) -> list[Finding]:
    """Layouts, printers, the round trip; `desks` are the names of desks that there are, None where nobody knows yet."""
    return [
        tried(what="layouts", act=lambda: _layouts(hospital)),
        tried(what="printers", act=lambda: _printers(hospital, desks)),
        tried(what="print and read", act=lambda: _round_trip(hospital)),
    ]


def _layouts(hospital: Hospital) -> str:
    """Reads every layout: a broken one is found today, not when its sheet is needed."""
    own = [file for file in (hospital.layouts.glob("*.toml") if hospital.layouts else ()) if file.is_file()]
    strangers = sorted(file.name for file in own if file.stem not in names())
    if strangers:
        words = Sentence("{files}: no sheet has such a name, so it is used for nothing.", files=", ".join(strangers))
        raise Trouble(words, Sentence("The names: python -m fallback layout list"))
    for name in names():
        layout(name, hospital)
    return Sentence("{count} sheets, {own} of them by the hospital's own layouts", count=len(names()), own=len(own))


def _printers(hospital: Hospital, desks: Iterable[str] | None) -> str:
    """Asks every printer; a desk's name that is mistyped would leave that desk without its printer, silently."""
    known = None if desks is None else set(desks)
    for printer in hospital.printers:
        unknown = [name for name in printer.desks if known is not None and name not in known]
        if unknown:
            says = "{printer} serves {desks}, but no desk has that name."
            raise Trouble(
                Sentence(says, printer=printer.name, desks=", ".join(unknown)),
                Sentence("Write it in hospital.toml as here: python -m fallback desk list"),
            )
        dpi = layout(f"slip-{printer.paper}", hospital).dpi
        if printer.dpi % dpi:  # a module that is not whole dots is printed wide here and narrow there
            says = "{printer} has {dpi} dpi, and the layout {layout} is for {other}."
            raise Trouble(
                Sentence(says, printer=printer.name, dpi=printer.dpi, layout=f"slip-{printer.paper}", other=dpi),
                Sentence("Copy it into your layouts and set its dpi: docs/layouts.md"),
            )
        spooler(printer).check()
    ready = ", ".join(printer.name for printer in hospital.printers)
    if ready:
        return Sentence("{printers}: ready", printers=ready)
    return Sentence("hospital.toml names no printer: every desk prints from its browser.")


def _round_trip(hospital: Hospital) -> str:
    """Prints a made-up slip into memory, reads the page back as a scan, and compares the record."""
    patient = Patient(name="Asha Rani", name_hindi="आशा रानी", age=Age(value=34), mobile="9800000001")
    slip = Slip(number=SlipNumber(999, 1), signer=999, drill=True, patient=patient, visit=Visit(clinic=1))
    signed = payload.encode(slip, SigningKey.new().sign)
    page = PrintedSlip(
        slip=slip, digits=payload.to_digits(signed), reprint=None, card=False, receipt="", desk_name="check"
    )
    with tempfile.TemporaryDirectory() as folder:
        sheet = Path(folder) / "check.pdf"
        sheet.write_bytes(render_slips([page], hospital))
        texts = {code.text for each in read_files([sheet], workers=1) for code in each.texts}
    if payload.to_digits(signed) not in texts:
        raise Trouble(Sentence("the printed code could not be read back"), Sentence("Tell the hospital's IT staff."))
    return Sentence("a slip was printed in memory and read back, all fields alike")
