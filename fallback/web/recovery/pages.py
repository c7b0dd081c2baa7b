"""The open pages as a plain list, by outcome and batch, each leading into the worklist."""

from collections import Counter

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fallback.ledger import queries
from fallback.web.access import reader
from fallback.web.place import db
from fallback.web.recovery.blueprint import blueprint

_PAGES_SHOWN = 100


@blueprint.get("/records/pages")
@reader
def pages() -> ResponseReturnValue:
    """The pages that need a person."""
    found = queries.pages(db(), open_only=True)
    outcome, batch = request.args.get("outcome", ""), request.args.get("batch", "")
    shown = [page for page in found if outcome in ("", page.outcome) and batch in ("", page.batch)]
    return render_template(
        "recovery/pages.html",
        pages=shown[:_PAGES_SHOWN],
        count=len(shown),
        outcomes=Counter(page.outcome for page in found),
        batches=list(dict.fromkeys(page.batch for page in found)),
        outcome=outcome,
        batch=batch,
    )
