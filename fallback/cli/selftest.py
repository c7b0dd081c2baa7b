"""check: can this machine register, print, read and keep? One line each, green or red."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from fallback import custody, payload
from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import OK, RED, _, told
from fallback.enrolment import Installation
from fallback.errors import ParchiError
from fallback.hospital import Hospital
from fallback.keys import SigningKey
from fallback.language import LANGUAGES, REFUSED, format_moment
from fallback.ledger import queries
from fallback.printing import PrintedSlip, render_slips
from fallback.printing.layout import layout, names
from fallback.printing.spool import spooler
from fallback.scanning import read_files
from fallback.slip import Age, Patient, Slip, SlipNumber, Visit

_LEAST_FREE = 500 * 1024 * 1024  # bytes; a day of 15,000 slips needs about 60 MB
_OLDEST_SENSIBLE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was tried: its name, whether it is well, and what was seen or must be done."""

    what: str
    well: bool
    words: str


@click.command()
@json_option
@click.pass_context
def check(context: click.Context, as_json: bool) -> None:
    """Tries everything that a downtime needs on this machine; exits 4 when something is red.

    Example: python -m fallback check
    """
    data: Data = context.obj
    hospital = data.hospital()
    with data.installation() as installation:
        clinics = {"name": hospital.name, "count": len(hospital.clinics)}
        findings = [
            _try(what="hospital file", act=lambda: _("{name}: {count} clinics", **clinics)),
            _try(what="journal", act=lambda: _journal(installation)),
            _try(what="keys", act=lambda: _keys(installation)),
            _try(what="second copy", act=lambda: _copies(installation, data)),
            _try(what="disk", act=lambda: _disk(data.folder)),
            _try(what="clock", act=lambda: _clock(data.clock())),
            _try(what="layouts", act=lambda: _layouts(hospital)),
            _try(what="languages", act=_languages),
            _try(what="printers", act=lambda: _printers(installation, hospital)),
            _try(what="print and read", act=lambda: _round_trip(hospital)),
        ]
    value = [{"what": each.what, "well": each.well, "words": each.words} for each in findings]
    text = "\n".join(f"{OK if each.well else RED}  {_(each.what)}: {each.words}" for each in findings)
    show(value, as_json=as_json, text=text)
    if not all(each.well for each in findings):
        context.exit(4)


def _try(*, what: str, act: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, well=True, words=act())
    except ParchiError as wrong:
        return Finding(what=what, well=False, words=told(wrong))
    except (OSError, ValueError) as wrong:
        return Finding(what=what, well=False, words=str(wrong))


def _journal(installation: Installation) -> str:
    report = custody.verify(installation.ledger)
    if not report.ok:
        raise ValueError(
            _(
                "{count} lines are not as they were written. Run: python -m fallback journal verify",
                count=len(report.troubles),
            )
        )
    return _("{count} lines; every hash fits.", count=report.lines)


def _keys(installation: Installation) -> str:
    desks = [each for each in queries.desks(installation.ledger.db()) if not each.retired]
    here = []
    for desk in desks:
        try:
            installation.sign(desk.series)
            here.append(desk.series)
        except ParchiError:
            continue
    if not here:
        cause = _("No desk is enrolled.")
        if desks:
            cause = _("This folder was copied, moved, restored or set back.")
        do = _("No number may be issued here. Enrol a desk with a new card: desk enrol NAME --card")
        raise ValueError(f"{cause} {do}")
    may = {"here": len(here), "all": len(desks), "folder": installation.seat.state}
    return _("{here} of {all} desks may issue here; what says so lies in {folder}", **may)


def _copies(installation: Installation, data: Data) -> str:
    if not data.settings.copies:
        raise ValueError(_("none is set. Plug in a stick and set PARCHI_COPY to a folder on it"))
    sticks = installation.ledger.copies(data.clock())
    words = [
        _("{label}: up to line {line}", label=each.label, line=each.sequence) for each in sticks if not each.behind
    ]
    if not words:
        raise ValueError(_("none follows. Plug a stick in again, or set another folder"))
    words += [_("{label}: not plugged in", label=each.label) for each in sticks if each.behind and each.label]
    return ", ".join(words)


def _disk(folder: Path) -> str:
    free = shutil.disk_usage(folder).free
    if free < _LEAST_FREE:
        raise ValueError(_("only {megabytes} MB are free. Make room before the queue comes", megabytes=free // 2**20))
    return _("{gigabytes} GB free", gigabytes=free // 2**30)


def _clock(now: datetime) -> str:
    if now < _OLDEST_SENSIBLE:
        says = _("it says {moment}, which cannot be. Set it before a shift is opened", moment=format_moment(now))
        raise ValueError(says)
    return _("{moment} in India: compare it with a phone", moment=format_moment(now))


def _languages() -> str:
    """Every catalogue: one that is not whole is left out, and nobody at a screen would learn why."""
    if REFUSED:
        raise REFUSED[0]
    return ", ".join(LANGUAGES)


def _layouts(hospital: Hospital) -> str:
    """Reads every layout: a broken one is found today, not when its sheet is needed."""
    own = [file for file in (hospital.layouts.glob("*.toml") if hospital.layouts else ()) if file.is_file()]
    strangers = sorted(file.name for file in own if file.stem not in names())
    if strangers:
        raise ValueError(
            _(
                "{files}: no sheet has such a name, so it is used for nothing. "
                "The names: python -m fallback layout list",
                files=", ".join(strangers),
            )
        )
    for name in names():
        layout(name, hospital)
    return _("{count} sheets, {own} of them by the hospital's own layouts", count=len(names()), own=len(own))


def _printers(installation: Installation, hospital: Hospital) -> str:
    """Asks every printer; a desk's name that is mistyped would leave that desk without its printer, silently."""
    desks = {desk.name for desk in queries.desks(installation.ledger.db()) if not desk.retired}
    for printer in hospital.printers:
        unknown = [name for name in printer.desks if name not in desks]
        if unknown:
            raise ValueError(
                _(
                    "{printer} serves {desks}, but no desk has that name. "
                    "Write it in hospital.toml as here: python -m fallback desk list",
                    printer=printer.name,
                    desks=", ".join(unknown),
                )
            )
        dpi = layout(f"slip-{printer.paper}", hospital).dpi
        if printer.dpi % dpi:  # a module that is not whole dots is printed wide here and narrow there
            raise ValueError(
                _(
                    "{printer} has {dpi} dpi, and the layout {layout} is for {other}. "
                    "Copy it into your layouts and set its dpi: docs/layouts.md",
                    printer=printer.name,
                    dpi=printer.dpi,
                    layout=f"slip-{printer.paper}",
                    other=dpi,
                )
            )
        spooler(printer).check()
    ready = ", ".join(printer.name for printer in hospital.printers)
    if ready:
        return _("{printers}: ready", printers=ready)
    return _("hospital.toml names no printer: every desk prints from its browser.")


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
        raise ValueError(_("the printed code could not be read back. Tell the hospital's IT staff"))
    return _("a slip was printed in memory and read back, all fields alike")
