"""A system that takes a table, in a browser: the table made and fetched, its return sheet read back row by row."""

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.ehospital.sheet import SheetConnector
from fallback.errors import FieldWrong, NoTableWay, ParchiError, RequestTooLarge
from fallback.hospital import Target
from fallback.ledger.queries import typing as asked
from fallback.spreadsheet import HeldFile
from fallback.web.access import records, shown_again, takes, typed, upload
from fallback.web.forms import whole_number
from fallback.web.forms.imports import TableForm
from fallback.web.place import db, here, user
from fallback.web.recovery.blueprint import blueprint

MEGABYTES = 32
_ROWS_SHOWN = 200
_KINDS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv"}


def _targets() -> list[Target]:
    return [each for each in here().hospital.targets if each.kind == "sheet"]


def _connector(wanted: str) -> SheetConnector:
    """The way that a page is about: the one named, else the first. Raises NoTableWay, and what its file is wrong in."""
    found = next((each for each in _targets() if wanted in ("", each.name)), None)
    if found is None:
        raise NoTableWay(target=wanted or "sheet")
    return SheetConnector(found, here().hospital)


def _page(
    typed: Mapping[str, str] | None = None,
    error: ParchiError | None = None,
    report: recovery.TakenBack | None = None,
) -> ResponseReturnValue:
    values = typed if typed is not None and "to" in typed else request.args
    connector = _connector(values.get("to", ""))
    form = TableForm(formdata=typed)
    name = connector.target.name
    approved, confirmed, _own = asked.counts(db(), name, "", "")
    return render_template(
        "recovery/tables.html",
        target=connector.target,
        targets=_targets(),
        columns=connector.columns,
        form=form,
        sentence=form.mark(error),
        approved=approved,
        confirmed=confirmed,
        open_tables=[(each, datetime.fromisoformat(each.at)) for each in recovery.open_tables(db(), name)],
        report=report,
        shown=_ROWS_SHOWN,
        megabytes=MEGABYTES,
    )


@blueprint.get("/records/tables")
@records
def tables() -> ResponseReturnValue:
    """The tables of a system, and what is not back."""
    return _page()


@blueprint.post("/records/tables/make")
@records
@shown_again(_page)
def make_table() -> ResponseReturnValue:
    """Makes a table of the approved slips; it is fetched after that, as often as it is lost."""
    form = TableForm()
    connector, limit = _connector(request.form.get("to", "")), None
    if told := form.typed("limit").strip():
        limit = whole_number(told)
        if not limit:
            raise FieldWrong(field="limit", why="Write a number, or leave it empty.")
    recovery.hand_over(here().installation.ledger, connector, by=user().login, limit=limit)
    return redirect(url_for("recovery.tables", to=connector.target.name))


@blueprint.get("/records/tables/<run>")
@records
def table_file(run: str) -> ResponseReturnValue:
    """The table, as far as its slips are not back: one file, or a ZIP of several."""
    connector = _connector(request.args.get("to", ""))
    made = recovery.handed_over(here().installation.ledger, connector, run)
    if len(made.files) == 1:
        ((name, content),) = made.files.items()
        kind = _KINDS[name.rpartition(".")[2]]
    else:
        name, content, kind = f"{made.run}.zip", _packed(made.files), "application/zip"
    response = Response(content, mimetype=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/records/tables/back")
@records
@takes(MEGABYTES)
@shown_again(_page)
def take_table_back() -> ResponseReturnValue:
    """Reads a return sheet, held in memory alone, and says what became of each row that is not right."""
    place, connector = here(), _connector(typed().get("to", ""))
    name, pieces = next(upload().files(), ("", iter(())))
    content = bytearray()
    for piece in pieces:
        content += piece
        if len(content) > MEGABYTES << 20:
            raise RequestTooLarge(megabytes=MEGABYTES)
    if not name:
        raise FieldWrong(field="files", why="Choose the return sheet first.")
    report = recovery.take_back(
        place.installation.ledger,
        connector,
        HeldFile(name.rpartition("/")[2][-60:], bytes(content)),
        pattern=place.hospital.uhid_pattern,
        by=user().login,
        index=place.index if place.installation.vault.whole else None,
    )
    return _page({"to": connector.target.name}, None, report)


def _packed(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()
