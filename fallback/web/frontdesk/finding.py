"""The one box: what was typed, scanned or photographed leads to a slip, to people, or to a form that begins with it."""

from collections.abc import Mapping

from flask import jsonify, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from fallback import names
from fallback.downtime import LookReason
from fallback.errors import FieldWrong, IndexDamaged, LooksUsedUp, ParchiError, PassphraseNeeded, PictureUnread
from fallback.idcards import abha
from fallback.language import say
from fallback.slip import Slip, digits_of
from fallback.web import onebox
from fallback.web.access import clerk, shown_again, takes, upload
from fallback.web.forms import RegistrationForm, blank
from fallback.web.frontdesk.blueprint import blueprint
from fallback.web.frontdesk.cards import LUHN, card_form, card_notice, index_form, of_index
from fallback.web.frontdesk.desk import visit_form
from fallback.web.frontdesk.page import FIRST_EMPTY, desk_page, next_task
from fallback.web.place import _, db, here, language, today

PICTURE_MEGABYTES = 16


def _box_again(typed: Mapping[str, str], error: ParchiError | None) -> ResponseReturnValue:
    return desk_page(typed=onebox.shown_again(typed.get("typed", "")), found_nothing=error)


@blueprint.post("/find")
@clerk
@shown_again(_box_again)
def find() -> ResponseReturnValue:
    """The one box."""
    return _found(request.form.get("typed", ""))


@blueprint.post("/find/picture")
@clerk
@takes(PICTURE_MEGABYTES)
@shown_again(_box_again)
def find_picture() -> ResponseReturnValue:
    """A picture of a code, from the camera of the page or of a phone; it is read and never kept.

    The page's own script gets the text, "" while no code is in the picture; a form sent by hand goes where it leads.
    """
    content = next((b"".join(pieces) for _name, pieces in upload().files()), b"")
    if not content:
        raise FieldWrong(field="typed", why="Take a picture of the code first.")
    text = here().lens.read(content)
    if request.accept_mimetypes.best == "application/json":
        return jsonify(typed=text)
    if not text:
        raise PictureUnread()
    return _found(text)


def _found(typed: str) -> ResponseReturnValue:
    hospital = here().hospital
    looked = onebox.Box(db(), hospital, here().installation.keys(), here().signers).look(typed)
    if looked.keyboard:
        session["keyboard"] = looked.keyboard  # said on the next desk page, wherever this leads
    match looked.found:
        case onebox.Help():
            return redirect(url_for("frontdesk.keys"))
        case onebox.Known(number):
            return redirect(url_for("frontdesk.next_visit", number=number))
        case onebox.Blank(number):
            return redirect(url_for("frontdesk.fill_pad", number=number))
        case onebox.Paper(decoded):
            return desk_page(
                form=_from_paper(decoded.slip, decoded.cut),
                task=next_task(decoded.slip),
                notice=_paper_notice(decoded.cut),
            )
        case onebox.Card(card):
            return desk_page(form=card_form(hospital, card, today()), notice=card_notice(card), at=FIRST_EMPTY)
        case onebox.Candidates(rows):
            return desk_page(typed=typed.strip(), candidates=rows)
        case onebox.Nobody("uhid", value):
            return _of_uhid(value)
        case onebox.Nobody(field, value):
            return desk_page(form=blank(hospital, **{field: value}), notice=_nobody(field, value), at=FIRST_EMPTY)


@blueprint.post("/new")
@clerk
@shown_again(_box_again)
def new() -> ResponseReturnValue:
    """None of the candidates: a new registration that begins with what was looked for."""
    typed = names.normalise(request.form.get("typed", ""))[:200]
    digits = digits_of(typed.removeprefix("+").partition("@")[0])
    if digits is not None:
        field, typed = ("abha", digits) if len(digits) == abha.NUMBER_LENGTH else ("mobile", digits[-10:])
    else:
        field = "name_hindi" if any(map(names.is_devanagari, typed)) else "name"
    return desk_page(form=blank(here().hospital, **{field: typed}), at=FIRST_EMPTY)


def _of_uhid(uhid: str) -> ResponseReturnValue:
    """A UHID that no slip has: what the hospital's own index knows of it, to be confirmed by asking; only a visit."""
    form, told = blank(here().hospital, uhid=uhid), _nobody("uhid", uhid)
    if here().index.here:
        try:
            for patient in of_index(uhid, LookReason.CARD):
                form = index_form(here().hospital, patient, today())
                told = _("From the patient index: ask name and age before you register.")
        except (LooksUsedUp, IndexDamaged, PassphraseNeeded) as error:  # the queue goes on without the index
            told = say(error, language()) + " " + told
    return desk_page(form=form, task=next_task(), notice=told, at=FIRST_EMPTY)


def _from_paper(slip: Slip, cut: tuple[str, ...]) -> RegistrationForm:
    form = visit_form(slip)
    for name in cut:
        if name in form:
            form[name].data = form.typed(name).rstrip("… ")
    return form


def _paper_notice(cut: tuple[str, ...]) -> str:
    notice = _("Genuine slip from another desk: its record comes from the paper. Ask name and age before you register.")
    return notice if not cut else notice + " " + _("Some texts were too long for the code: complete them.")


def _nobody(field: str, value: str) -> str:
    match field:
        case "uhid":
            return (
                _(
                    "This UHID was not seen in this downtime. Ask name and age and fill in the form: "
                    "no new patient number is given."
                )
                + _hidden()
            )
        case "mobile":
            return _("Nobody with this mobile number yet. It is in the form already.") + _hidden()
        case "abha":
            told = _("This looks like an ABHA number. It is in the form already.")
            return told if abha.luhn(value) else told + " " + _(LUHN)
        case "booking":
            return _(
                "No slip and no UHID: it is in the form as the number of an online booking, which nobody can check "
                "now. The slip says so."
            )
        case _:
            return _("Nobody of this name yet. It is in the form already.") + _hidden()


def _hidden() -> str:
    """Said wherever nobody is found: who is confidential is never found so, and may stand at the counter."""
    return " " + _("A confidential patient is found only by the slip: scan it, or type its number.")
