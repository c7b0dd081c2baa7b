"""read: paper alone is enough. No database, no secret; with the public keys each record is verified."""

import json
from pathlib import Path
from typing import Any

import click

from fallback import language
from fallback.cli.data import Data, json_option
from fallback.keys import PublicKeys
from fallback.payload import CodeOutcome, Judged, judge
from fallback.scanning import ReadPage, read_files

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


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--keys", "keys_file", type=click.Path(path_type=Path), help="keys.json: verifies who signed each record."
)
@json_option
@click.pass_obj
def read(data: Data, paths: tuple[Path, ...], keys_file: Path | None, as_json: bool) -> None:
    """Reads scans and prints what is on them: one line (with --json one object) for each page.

    A page's outcome is that of its best code; without a code it is blank, unread or problem. Exits 4 when a page could
    not be read.

    Example: python -m fallback read scans/ --keys keys.json --json
    """
    keys = PublicKeys.load(keys_file) if keys_file else None
    clean = True
    for page in read_files(list(paths)):
        judged = [(code.text, judge(code.text, keys)) for code in page.texts]
        outcome = page_outcome(page, [each for _, each in judged])
        clean = clean and outcome in ("genuine", "unverified", "blank")
        words = language.say(page.error, data.settings.language) if page.error else ""
        if as_json:
            record: dict[str, Any] = {"file": page.file, "page": page.page, "outcome": outcome}
            record["codes"] = [_code(text, each) for text, each in judged]
            click.echo(json.dumps(record | ({"problem": words} if words else {}), ensure_ascii=False))
        else:
            numbers = sorted({each.number.grouped for _, each in judged if each.number})
            click.echo(f"{page.file} page {page.page}: {outcome} {', '.join(numbers)} {words}".rstrip())
    if not clean:
        click.get_current_context().exit(4)


def page_outcome(page: ReadPage, judged: list[Judged]) -> str:
    """A page's outcome: its best code's, else problem, blank or unread."""
    if judged:
        return min((each.outcome for each in judged), key=_BEST_FIRST.index).value
    return "problem" if page.error else "blank" if page.blank else "unread"


def _code(text: str, judged: Judged) -> dict[str, Any]:
    code: dict[str, Any] = {"text": text, "outcome": judged.outcome.value}
    if judged.number:
        code["number"] = judged.number.text
    if judged.decoded and judged.outcome is CodeOutcome.GENUINE:
        code["slip"] = judged.decoded.slip.record()
        code["cut"] = list(judged.decoded.cut)
    return code
