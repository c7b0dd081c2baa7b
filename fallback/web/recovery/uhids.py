"""UHIDs that the system does not know, in a browser: the list, its file for the team, cards that were seen."""

from collections.abc import Mapping

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from fallback.errors import ParchiError
from fallback.recovery import uhids as acts
from fallback.slip import SlipNumber
from fallback.spreadsheet import csv_of
from fallback.web.access import reader, records, shown_again
from fallback.web.forms.after import SeenForm
from fallback.web.place import db, here, user
from fallback.web.recovery.account import target
from fallback.web.recovery.blueprint import blueprint

_MOST = 200  # on one page; the file has all


def _uhids(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, number: SlipNumber | None = None
) -> ResponseReturnValue:
    form = SeenForm(formdata=typed)
    sentence = form.mark(error)
    found = acts.doubted(db(), target(), most=_MOST + 1)
    return render_template(
        "recovery/uhids.html",
        found=found[:_MOST],
        more=len(found) > _MOST,
        target=target(),
        form=form,
        about=number,
        sentence=sentence,
    )


@blueprint.get("/records/uhids")
@reader
def uhids() -> ResponseReturnValue:
    """The slips that are held because the system does not have their UHID, or has it for somebody else."""
    return _uhids()


@blueprint.get("/records/uhids.csv")
@records
def uhids_csv() -> ResponseReturnValue:
    """The same with names, for whoever answers for the hospital's system."""
    content = csv_of(acts.table(acts.doubted(db(), target())))
    response = Response(content, mimetype="text/csv")
    response.headers["Content-Disposition"] = 'attachment; filename="uhids.csv"'
    return response


@blueprint.post("/records/uhids/<slip:number>/seen")
@records
@shown_again(_uhids)
def see_uhid(number: SlipNumber) -> ResponseReturnValue:
    """Writes down which UHID stands on the patient's card."""
    place, uhid = here(), SeenForm().typed("uhid").strip()
    acts.see(place.installation.ledger, place.hospital, number, uhid, by_card=True, by=user().login)
    return redirect(url_for("recovery.uhids"))
