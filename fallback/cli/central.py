"""central: what an office above many hospitals does: it merges their signed accounts."""

import json
from collections.abc import Iterator
from pathlib import Path

import click

from fallback.central import merge, merged_csv, merged_pdf, merged_record, merged_xlsx, read_roots
from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import _, told
from fallback.disk import disk_error, write_file

_NAME = "accounts"
_LIST = f"{_NAME}.json"
_SHOWN = 20


@click.group()
def central() -> None:
    """For an office above many hospitals: their accounts in one sum.

    Example: python -m fallback central merge accounts --hospitals hospitals.csv --out merged
    """


@central.command("merge")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--hospitals", type=click.Path(path_type=Path, dir_okay=False), required=True,
    help="The table of hospitals and their roots, as kit build --all writes it.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write into."
)
@json_option
@click.pass_obj
def central_merge(data: Data, files: tuple[Path, ...], hospitals: Path, out: Path, as_json: bool) -> None:
    """Adds up the signed accounts (account.json, or folders of them) of many hospitals: counts, and no patient.

    Of each hospital its newest account counts, once. What was changed, or signed by nobody in the table, is refused by
    name; the rest is merged. Exits 4 when a file was refused or a hospital is absent.

    Example: python -m fallback central merge accounts --hospitals hospitals.csv --out merged
    """
    merged = merge(_all(files), read_roots(hospitals))
    now = data.clock()
    record = merged_record(merged, now)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    write_file(out / _LIST, json.dumps(record, ensure_ascii=False, indent=1).encode())
    write_file(out / f"{_NAME}.csv", merged_csv(merged))
    write_file(out / f"{_NAME}.xlsx", merged_xlsx(merged))
    write_file(out / f"{_NAME}.pdf", merged_pdf(merged, now))
    words = [told(each.error) for each in merged.refused[:_SHOWN]]
    if len(merged.refused) > _SHOWN:
        words.append(_("{count} files were refused; {file} names all of them.", count=len(merged.refused), file=_LIST))
    if merged.absent:
        codes = ", ".join(each.code for each in merged.absent[:_SHOWN])
        words.append(_("No account came from {count} hospitals, as {codes}", count=len(merged.absent), codes=codes))
    counts = {"count": len(merged.accounts), "issued": merged.total["issued"], "imported": merged.total["imported"]}
    words.append(_("{count} accounts: {issued} numbers issued, {imported} imported.", **counts))
    words.append(_("{folder} holds them as JSON, CSV, XLSX and PDF.", folder=out))
    show(record, as_json=as_json, text="\n".join(words))
    if merged.refused or merged.absent:
        click.get_current_context().exit(4)


def _all(files: tuple[Path, ...]) -> Iterator[Path]:
    """The files, and each *.json of a folder: a command window of Windows knows no stars."""
    for path in files:
        if path.is_dir():
            yield from sorted(path.glob("*.json"))
        else:
            yield path
