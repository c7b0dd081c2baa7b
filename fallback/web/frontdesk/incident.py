"""The reports that the law asks for after an attack, in a browser: filled in from the journal, as PDF."""

from collections.abc import Callable

from flask import request
from flask.typing import ResponseReturnValue

from fallback import custody
from fallback.frontdesk.clock import right_time
from fallback.web.access import supervisor
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import here


@blueprint.get("/sheets/incident")
@supervisor
def incident_sheet() -> ResponseReturnValue:
    """The report to CERT-In, due six hours after noticing."""
    return pdf(_made(custody.incident_sheet), "incident.pdf")


@blueprint.get("/sheets/personal-data")
@supervisor
def personal_data_sheet() -> ResponseReturnValue:
    """The report to the Data Protection Board, due within 72 hours."""
    return pdf(_made(custody.personal_data_sheet), "personal-data.pdf")


def _made(make: Callable[..., bytes]) -> bytes:
    place, own = here(), here().installation
    noticed = right_time(request.args.get("noticed", "")[:40])
    return make(own.ledger, own.folder, place.hospital, noticed=noticed, now=place.clock(), drill=own.drill)
