"""The records room in a browser: scans accepted, pages that need eyes, the account."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from fallback.web.access import reader

blueprint = Blueprint("recovery", __name__)


@blueprint.get("/records")
@reader
def overview() -> ResponseReturnValue:
    """The records room."""
    return render_template("recovery/overview.html")
