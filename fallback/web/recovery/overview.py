"""The records room's first page, and scans handed in: sealed as they arrive, read in the background."""

from collections.abc import Mapping

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.errors import FieldWrong, ParchiError
from fallback.reconcile import PageState
from fallback.web.access import reader, records, shown_again, takes, upload
from fallback.web.forms import text
from fallback.web.forms.small import ScanForm
from fallback.web.place import db, here, user
from fallback.web.recovery.account import target
from fallback.web.recovery.batches import batches
from fallback.web.recovery.blueprint import blueprint

SCAN_MEGABYTES = 1000  # at once; the server itself takes no request of more than 1 GiB
_BATCHES_SHOWN = 6


def _overview(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form = ScanForm(formdata=typed)
    sentence = form.mark(error)
    return render_template(
        "recovery/overview.html",
        form=form,
        sentence=sentence,
        megabytes=SCAN_MEGABYTES,
        batches=batches()[:_BATCHES_SHOWN],
        states=list(PageState),
        counts=here().worklist.counts(),
        account=recovery.account_of(db(), target()),
    )


@blueprint.get("/records")
@reader
def overview() -> ResponseReturnValue:
    """The records room: hand in scans, what is open, where the account stands."""
    return _overview()


@blueprint.post("/records/scans")
@records
@takes(SCAN_MEGABYTES)
@shown_again(_overview)
def hand_in() -> ResponseReturnValue:
    """Takes scan files; they are read in the background. The same page twice changes nothing."""
    sent = upload()
    batch = text("batch", sent.fields.get("batch", ""), needed=False)
    key = here().intake.take(sent.files(), batch=batch, by=user().login)
    if not key:
        raise FieldWrong(field="files", why="Choose one or more files: PDF, TIFF, JPEG, PNG, WebP, HEIC or ZIP.")
    return redirect(url_for("recovery.batch", name=here().intake.state(key).batch))
