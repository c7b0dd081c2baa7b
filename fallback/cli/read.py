"""read: paper alone is enough. No database, no secret; with the public keys, themselves on paper, all is verified."""

import json
from pathlib import Path
from typing import Any

import click

from fallback import names
from fallback.cli.data import json_option
from fallback.cli.spoken import _, told
from fallback.cli.trusted import trusted
from fallback.keys import PublicKeys
from fallback.language import format_date
from fallback.payload import CodeOutcome, Judged, judge
from fallback.scanning import ReadPage, read_files
from fallback.slip import letters
from fallback.statement import (
    TOKENS_A_PAGE,
    BoxStatement,
    CertificateStatement,
    DayStatement,
    RootStatement,
    ShiftStatement,
    Statement,
)

_BEST_FIRST = (
    CodeOutcome.GENUINE,
    CodeOutcome.UNVERIFIED,
    CodeOutcome.FORGED,
    CodeOutcome.UNKNOWN_DESK,
    CodeOutcome.OTHER_HOSPITAL,
    CodeOutcome.WRONG_VERSION,
    CodeOutcome.DAMAGED,
    CodeOutcome.NUMBER_ONLY,
    CodeOutcome.FOREIGN,
)
LABELS = {
    "genuine": "genuine",
    "unverified": "not verified",
    "forged": "a forged slip: its signature is wrong",
    "unknown_desk": "signed by a desk that was never enrolled",
    "other_hospital": "another hospital's slip",
    "wrong_version": "a code of a newer program",
    "damaged": "a damaged code",
    "number_only": "only the number could be read",
    "foreign": "a code that is not ours",
    "problem": "the page could not be read",
    "blank": "blank",
    "unread": "no code could be read",
}


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--keys",
    "keys_from",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Verifies who signed: keys.json, or a scan of the poster, of desks' cards, of pad covers. May be repeated.",
)
@json_option
def read(paths: tuple[Path, ...], keys_from: tuple[Path, ...], as_json: bool) -> None:
    """Reads scans and prints what is on them: one line (with --json one object) for each page.

    A page's outcome is that of its best code; without a code it is blank, unread or problem. Exits 4 when a page could
    not be read.

    --keys must give one root, from keys.json or from a poster. A root from paper is trusted because you name it: its
    hospital id is printed, to be compared with what the hospital's own papers say.

    Example: python -m fallback read scans/ --keys poster.pdf --keys desk-cards.pdf --json
    """
    keys = _keys(keys_from) if keys_from else None
    clean = True
    for page in read_files(list(paths)):
        judged = [(code.text, judge(code.text, keys)) for code in page.texts]
        outcome = page_outcome(page, [each for _, each in judged])
        clean = clean and outcome in ("genuine", "unverified", "blank")
        words = told(page.error) if page.error else ""
        if as_json:
            record: dict[str, Any] = {"file": page.file, "page": page.page, "outcome": outcome}
            record["codes"] = [_code(text, each) for text, each in judged]
            click.echo(json.dumps(record | ({"problem": words} if words else {}), ensure_ascii=False))
        else:
            held = sorted({each.number.grouped for _, each in judged if each.number})
            held += [_sheet(each.statement) for _, each in judged if each.statement and _is_genuine(each)]
            page_of = {"file": page.file, "page": page.page, "outcome": _(LABELS[outcome])}
            click.echo(f"{_('{file} page {page}: {outcome}', **page_of)} {', '.join(held)} {words}".rstrip())
    if not clean:
        click.get_current_context().exit(4)


def page_outcome(page: ReadPage, judged: list[Judged]) -> str:
    """A page's outcome: its best code's, else problem, blank or unread."""
    if judged:
        return min((each.outcome for each in judged), key=_BEST_FIRST.index).value
    return "problem" if page.error else "blank" if page.blank else "unread"


def _keys(paths: tuple[Path, ...]) -> PublicKeys:
    found = trusted(paths)
    if found.poster:
        name = names.normalise(found.poster.name)  # nobody vouches for it yet: no control signs to the terminal
        words = _(
            "The root key is that of a poster: hospital {hospital}, {name}. "
            "Compare the id with the hospital's own papers.",
            hospital=f"{found.poster.hospital:08x}",
            name=name,
        )
        click.echo(words, err=True)
    return found.keys


def _is_genuine(judged: Judged) -> bool:
    return judged.outcome is CodeOutcome.GENUINE


def _sheet(statement: Statement) -> str:
    """A statement in one line."""
    match statement:
        case RootStatement(name=name):
            return _("poster of hospital {hospital}, {name}", hospital=f"{statement.hospital:08x}", name=name)
        case CertificateStatement(certificate=desk):
            return _("certificate of desk {series}, {name}", series=f"{desk.series:03d}", name=desk.name)
        case ShiftStatement() as shift:
            voids = " ".join(number.grouped for number in shift.voids)
            return _(
                "shift {shift}, page {page} of {pages}: {issued} issued, serials {first} to {last}, "
                "{taken} rupees taken, {refunded} given back, {counted} counted, void: {voids}",
                shift=shift.key,
                page=shift.page,
                pages=shift.pages,
                issued=shift.issued,
                first=str(shift.first),
                last=str(shift.last),
                taken=shift.receipts_rupees,
                refunded=shift.refunded_rupees,
                counted=shift.counted_cash,
                voids=voids or _("none"),
            )
        case DayStatement() as day:
            queue, last = letters(day.token_series), day.first + TOKENS_A_PAGE - 1
            tokens = {"first": f"{queue}-{day.first}", "last": f"{queue}-{last}"}
            sheet = {"clinic": day.clinic, "day": format_date(day.day)}
            return _("day sheet of clinic {clinic}, {day}: tokens {first} to {last}", **sheet, **tokens)
        case BoxStatement() as box:
            count = _("{count} slips", count=box.count) if box.count else _("the count stands on it by hand")
            sheet = {"box": box.box, "clinic": box.clinic, "day": format_date(box.day)}
            return _("box {box} of clinic {clinic}, {day}: {count}", **sheet, count=count)
    return statement.type


def _code(text: str, judged: Judged) -> dict[str, Any]:
    code: dict[str, Any] = {"text": text, "outcome": judged.outcome.value}
    if judged.number:
        code["number"] = judged.number.text
    if judged.statement and _is_genuine(judged):
        code["statement"] = judged.statement.record()
    if judged.decoded and _is_genuine(judged):
        code["slip"] = judged.decoded.slip.record()
        code["cut"] = list(judged.decoded.cut)
    return code
