"""printer: what the hospital's printers can do: a test page, what is read of it, and the state of each printer."""

from pathlib import Path
from typing import Any

import click

from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import OK, RED, _, table, told
from fallback.disk import write_file
from fallback.errors import ParchiError, ProofMissing, ProofMixed
from fallback.hospital import DPIS, Printer
from fallback.printing.proof import ProofCode, ProofFinding, ProofKind, judge_proof, parse_proof, standard_code
from fallback.printing.proof_page import PROOF_PAPERS, render_proof
from fallback.printing.spool import spooler
from fallback.scanning import ReadPage, read_files

_NAMES = {ProofKind.QR: "QR", ProofKind.BARS: "Code 128"}


@click.group()
def printer() -> None:
    """Tests and lists printers. Example: python -m fallback printer test --out test.pdf"""


@printer.command("test")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The PDF to write.")
@click.option("--dpi", type=click.Choice([str(dpi) for dpi in DPIS]), default="300", show_default=True,
              help="The printer's dots per inch.")  # fmt: skip
@click.option("--paper", type=click.Choice(PROOF_PAPERS), default="a4", show_default=True)
def printer_test(out: Path, dpi: str, paper: str) -> None:
    """Makes the test page: codes of rising size, greys, fine lines, edges. Print it at 100 %, then scan it.

    Example: python -m fallback printer test --out test.pdf --dpi 203 --paper roll
    """
    write_file(out, render_proof(int(dpi), paper))
    click.echo(
        _("{file}: print it at 100 %, scan or photograph it, then: python -m fallback printer read SCAN", file=out)
    )


@printer.command("read")
@click.argument("scans", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def printer_read(context: click.Context, scans: tuple[Path, ...], as_json: bool) -> None:
    """Says what a printer and a scanner can do together: scans or photographs of the test page are read and judged.

    Exits 4 when slips in the standard size would not be read safely.

    Example: python -m fallback printer read test-scan.pdf --json
    """
    pages = list(read_files(list(scans)))
    codes = _proof_codes(pages)
    for page in pages:
        if page.error:
            click.echo(told(page.error), err=True)
    dpi = codes[0][0].dpi
    findings = {kind: judge_proof(codes, kind, dpi) for kind in ProofKind}
    words = _advice(findings[ProofKind.QR], findings[ProofKind.BARS], dpi)
    value = {"dpi": dpi, "pages": len(codes), "advice": words}
    value |= {finding.kind.value: _record(finding) for finding in findings.values()}
    show(value, as_json=as_json, text="\n".join([*_table(findings), words]))
    if not findings[ProofKind.QR].is_standard:
        context.exit(4)


@printer.command("list")
@json_option
@click.pass_context
def printer_list(context: click.Context, as_json: bool) -> None:
    """Lists the printers of hospital.toml with the state that each reports now. Exits 4 when one cannot print.

    Example: python -m fallback printer list
    """
    data: Data = context.obj
    states = [(each, _state(each)) for each in data.hospital().printers]
    value = [
        {
            "name": each.name,
            "way": each.way.value,
            "address": each.address,
            "paper": each.paper,
            "dpi": each.dpi,
            "desks": list(each.desks),
            "ready": not words,
            "words": words,
        }
        for each, words in states
    ]
    text = "\n".join(
        f"{RED if words else OK}  {each.name} ({each.way}, {each.paper}, {each.dpi} dpi): {words or _('ready')}"
        for each, words in states
    )
    show(value, as_json=as_json, text=text or _("hospital.toml names no printer: every desk prints from its browser."))
    if any(words for _, words in states):
        context.exit(4)


def _state(each: Printer) -> str:
    """Why a printer cannot print now; empty when it can."""
    try:
        spooler(each).check()
    except ParchiError as error:
        return told(error)
    return ""


def _proof_codes(pages: list[ReadPage]) -> list[list[ProofCode]]:
    """The test's codes on each page that has any. Raises a page's own failure, ProofMissing or ProofMixed."""
    found = [[code for each in page.texts if (code := parse_proof(each.text))] for page in pages]
    found = [codes for codes in found if codes]
    if not found:
        raise next((page.error for page in pages if page.error), ProofMissing(file=pages[0].file))
    dpis = sorted({code.dpi for codes in found for code in codes})
    if len(dpis) > 1:
        raise ProofMixed(dpis=", ".join(map(str, dpis)))
    return found


def _record(finding: ProofFinding) -> dict[str, Any]:
    return {
        "standard_dots": finding.standard,
        "use_dots": finding.fit.dots if finding.fit else None,
        "sizes": [
            {
                "dots": size.code.dots,
                "module_mm": round(size.code.module, 3),
                "width_mm": round(size.code.width, 1),
                "read": size.read,
                "of": size.of,
            }
            for size in finding.sizes
        ],
    }


def _table(findings: dict[ProofKind, ProofFinding]) -> list[str]:
    return table(
        *(
            [
                _NAMES[kind],
                _("{dots} dots", dots=size.code.dots),
                f"{size.code.width:4.1f} mm",
                _("read {read} of {all}", read=size.read, all=size.of),
                _("<- standard") if size.code.dots == finding.standard else "",
            ]
            for kind, finding in findings.items()
            for size in finding.sizes
        )
    )


def _advice(squares: ProofFinding, bars: ProofFinding, dpi: int) -> str:
    """What to do, in words."""
    qr, standard = squares.fit, standard_code(ProofKind.QR, dpi)
    size = _("a module of {dots} dots, {width} mm", dots=standard.dots, width=f"{standard.width:.1f}")
    if qr and squares.is_standard:
        words = _("Use the standard size ({size}): it was read with a margin.", size=size)
    elif qr:
        slot = qr.width + 2 * qr.quiet
        words = _(
            "The standard size ({size}) has no margin here. Clean the printer and the scanner's glass, scan at 300 "
            "dpi, and test again; or give the QR a square of {slot} mm in the layout ({larger}).",
            size=size,
            slot=f"{slot:.0f}",
            larger=_("a module of {dots} dots, {width} mm", dots=qr.dots, width=f"{qr.width:.1f}"),
        )
    elif bars.is_standard:
        words = _(
            "The QR is not read safely in the standard size ({size}) or larger: use Code 128 and the journal.",
            size=size,
        )
    else:
        words = _(
            "Neither the QR in the standard size ({size}) or larger nor the Code 128 is read safely: go by the "
            "printed number and the journal, and print elsewhere if you can.",
            size=size,
        )
    if qr and not bars.is_standard:
        words += " " + _("The Code 128 is not read safely: type the printed number where a scanner fails.")
    return words
