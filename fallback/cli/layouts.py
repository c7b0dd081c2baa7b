"""layout: the hospital's own layout files, listed, checked, and shown as PDF and PNG."""

from pathlib import Path

import click

from fallback.cli.data import Data, json_option, show
from fallback.cli.spoken import _, table
from fallback.disk import disk_error, write_file
from fallback.printing.layout import load, names
from fallback.printing.layout.file import BUNDLED, path_of
from fallback.printing.previews import preview
from fallback.printing.raster import rasters

_DPI = 150  # of the pictures: letters of 5 points can be read, a page has 100 kB


@click.group()
def layout() -> None:
    """Lists, checks and shows layouts. Example: python -m fallback layout check layouts/slip-a4.toml"""


@layout.command("list")
@json_option
@click.pass_obj
def layout_list(data: Data, as_json: bool) -> None:
    """Lists the layouts that there are, what each is for, and which are the hospital's own.

    Example: python -m fallback layout list
    """
    hospital, value = data.hospital(), []
    for name in names():
        sheet, file = load(BUNDLED / f"{name}.toml").sheet, path_of(name, hospital)
        value.append({"name": name, "sheet": sheet, "file": str(file)})
    show(value, as_json=as_json, text="\n".join(table(*(list(each.values()) for each in value))))


@layout.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def layout_check(file: Path) -> None:
    """Says whether a layout file can be used; else the line, the key, and what to do.

    Example: python -m fallback layout check layouts/slip-a4.toml
    """
    click.echo(_("{file} is a good layout for {sheet}.", file=file, sheet=load(file).sheet))
    _say_name(file)


@layout.command("preview")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="The folder to write to.")
def layout_preview(file: Path, out: Path) -> None:
    """Draws made-up examples by a layout file, as one PDF and a PNG for each page.

    Example: python -m fallback layout preview layouts/slip-a4.toml --out preview
    """
    pdf = preview(load(file))
    try:
        out.mkdir(parents=True, exist_ok=True)
        write_file(out / f"{file.stem}.pdf", pdf)
        pages = 0
        for pages, picture in enumerate(rasters(pdf, _DPI), 1):
            picture.save(out / f"{file.stem}-{pages}.png")
    except OSError as wrong:
        raise disk_error(wrong, out) from wrong
    click.echo(_("{file}.pdf and {count} pictures were made.", file=out / file.stem, count=pages))
    _say_name(file)


def _say_name(file: Path) -> None:
    if file.stem not in names() or file.suffix != ".toml":
        known = ", ".join(names())
        click.echo(_("It is used under one of these names only, with .toml: {names}.", names=known), err=True)
