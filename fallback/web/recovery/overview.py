"""The records room's first page, and scans handed in: sealed as they arrive, read in the background."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fallback.ehospital import Abilities
from fallback.errors import FieldWrong, ParchiError
from fallback.language import grouped
from fallback.ledger import queries
from fallback.ledger.queries import after, stages
from fallback.reconcile import PageState
from fallback.recovery import gates
from fallback.recovery.uhids import HOLDS
from fallback.web.access import reader, records, shown_again, takes, upload
from fallback.web.forms import text
from fallback.web.forms.small import ScanForm
from fallback.web.place import _, db, here, user
from fallback.web.recovery.account import target
from fallback.web.recovery.batches import batches
from fallback.web.recovery.blueprint import blueprint

SCAN_MEGABYTES = 1000  # at once; the server itself takes no request of more than 1 GiB
_BATCHES_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Next:
    """What is to be done next, and the page where; "" where it is this one."""

    says: str
    endpoint: str = ""


def _next(pages: int, where: Mapping[str, int], repairs: int, closed: bool) -> Next:
    """The first thing that is not done, in the order of the work."""
    targets = here().hospital.targets
    unsigned = len(gates.open_points(db(), targets[0], Abilities())) if targets else 0
    unseen = targets and gates.canary_left(db(), target()) == 0
    ready, approved = where.get("ready", 0), where.get("approved", 0)
    steps = (
        (pages, _("look at the pages that need eyes: {count}"), "recovery.pages"),
        (where.get("read", 0), _("let the matcher look at the slips: {count}"), "recovery.reviews"),
        (where.get("matched", 0), _("say whose slips these are: {count}"), "recovery.reviews"),
        (ready, _("approve the slips that are ready: {count}"), "recovery.imports"),
        (approved and unsigned, _("sign the check list: {count} points"), "recovery.checklist"),
        (
            approved if unseen else 0,
            _("look at the first slips in the system, before {count} more go"),
            "recovery.imports",
        ),
        (approved, _("send the slips that are approved: {count}"), "recovery.imports"),
        (where.get("held", 0), _("look at the slips that are held: {count}"), "recovery.imports"),
        (where.get("failed", 0), _("look at the slips that were refused: {count}"), "recovery.imports"),
        (repairs, _("finish the repairs: {count}"), "recovery.repairs"),
    )
    for count, says, endpoint in steps:
        if count:
            return Next(says.format(count=grouped(count)), endpoint)
    if not any(where.values()):
        return Next(_("nothing: no slip was handed out"))
    return Next(_("nothing: the account is closed") if closed else _("close the account"), "recovery.closing")


def _overview(typed: Mapping[str, str] | None = None, error: ParchiError | None = None) -> ResponseReturnValue:
    form, counts = ScanForm(formdata=typed), here().worklist.counts()
    sentence = form.mark(error)
    where = here().standings.counts(target(), stages.Filter(), "clinic").value.total
    doubted = stages.counts(
        db(), stages.Standing(target=target()), stages.Filter(stages=frozenset({"held"}), holds=HOLDS), facet="hold"
    ).total
    repairs, look = after.open_repairs(db(), target()), here().standings.account(target())
    account = look.value
    return render_template(
        "recovery/overview.html",
        issued=queries.has_slips(db()),
        form=form,
        sentence=sentence,
        target=target(),
        megabytes=SCAN_MEGABYTES,
        batches=batches()[:_BATCHES_SHOWN],
        states=list(PageState),
        counts=counts,
        account=account,
        seconds=look.seconds,
        stages=where,
        repairs=repairs,
        doubted=doubted.get("held", 0),
        next=_next(counts.total(), where, repairs, account.closed),
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
