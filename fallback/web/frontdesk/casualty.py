"""Casualty in a browser: one key prints twenty sets for patients whom nobody knows."""

from collections.abc import Mapping

from flask import render_template, request
from flask.typing import ResponseReturnValue

from fallback import frontdesk
from fallback.errors import PageUnknown, ParchiError
from fallback.frontdesk import casualty as sets
from fallback.slip import SlipNumber
from fallback.web.access import clerk, shown_again
from fallback.web.forms import whole_number
from fallback.web.forms.wards import SetsForm
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.slips import pdf
from fallback.web.place import here, open_shift, user


def _page(typed: Mapping[str, str] | None, error: ParchiError | None) -> ResponseReturnValue:
    form = SetsForm(formdata=typed, data={"count": str(sets.SETS)})
    sentence = form.mark(error)
    return render_template("frontdesk/casualty.html", form=form, sentence=sentence, made=None, stickers=sets.STICKERS)


@blueprint.route("/casualty", methods=["GET", "POST"])
@clerk
@shown_again(_page)
def casualty() -> ResponseReturnValue:
    """Sets of blank slip, wristband and stickers: Enter makes them, then each paper is a link."""
    if request.method != "POST":
        return _page(None, None)
    form = SetsForm()
    series = open_shift().series
    made = frontdesk.print_sets(
        here().counter, series=series, count=whole_number(form.typed("count")) or 0, by=user().login
    )
    return render_template("frontdesk/casualty.html", form=form, sentence="", made=made, stickers=sets.STICKERS)


@blueprint.post("/casualty/<name>")
@clerk
def casualty_sheet(name: str) -> ResponseReturnValue:
    """One of the papers of sets that were made, as a PDF; of sets that are filled in by now nothing comes."""
    if name not in sets.SHEETS:
        raise PageUnknown()
    numbers = [SlipNumber.parse(each) for each in request.form.get("numbers", "").split()[: sets.MOST_SETS]]
    made = frontdesk.sets_again(here().counter, numbers)
    if not made.numbers:
        raise PageUnknown()
    return pdf(made.papers[name], f"sets-{name}.pdf")
