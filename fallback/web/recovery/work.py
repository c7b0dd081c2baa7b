"""The worklist in a browser: one item at a time, one key for each answer; a machine suggests and decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fallback import recovery
from fallback.errors import FieldWrong, PageNotOpen, ParchiError, SlipNumberWrong
from fallback.language import say
from fallback.printing.labels import Words
from fallback.printing.layout.areas import BLANKS, TICKS
from fallback.recovery import Decision, Item, Known, WorkKind
from fallback.slip import SlipNumber
from fallback.web.access import records, shown_again
from fallback.web.forms import text
from fallback.web.forms.work import DecideForm, answers, box_field, is_comb
from fallback.web.place import db, here, language, user
from fallback.web.recovery import transcribe
from fallback.web.recovery.blueprint import blueprint
from fallback.web.recovery.holding import around, done, held, last
from fallback.web.recovery.pictures import cutouts

_PADS = frozenset({WorkKind.PAD, WorkKind.PAD_SECOND, WorkKind.PAD_DIFFERS, WorkKind.PAD_READY})


@blueprint.get("/records/work")
@records
def next_item() -> ResponseReturnValue:
    """The item that is this person's now, or the next."""
    item = here().worklist.next(user().login)
    if item is None:
        return render_template("recovery/work_done.html", counts=here().worklist.counts(), last=last())
    return redirect(url_for("recovery.item", key=item.key))


def item_page(
    typed: Mapping[str, str] | None = None, error: ParchiError | None = None, key: str = ""
) -> ResponseReturnValue:
    """The page of an item, with what was typed and what is wrong with it. Raises PageNotOpen."""
    item = held(key)
    if item.kind in _PADS:
        return transcribe.page(item, typed, error)
    form = DecideForm(formdata=typed)
    sentence = form.mark(error)
    number = form.typed("number") if typed is not None else request.args.get("number", _of_bars(item))[:40]
    found, wrong = _look(number)
    if "number" in form.wrong:
        wrong = form.wrong["number"]
    return render_template(
        "recovery/work.html",
        item=item,
        form=form,
        sentence=sentence,
        number=number,
        found=found,
        doubt=say(found.doubt, language()) if found and found.doubt else "",
        number_wrong=wrong,
        boxes=_boxes(item),
        outcome_boxes=[(f"outcome.{name}", _spoken(words)) for name, words in TICKS["outcome"].items()],
        sent=dict(typed or {}),
        **around(item),
    )


def _of_bars(item: Item) -> str:
    """The number of a page of which only the bars were read: it is looked up, and waits for its ticks and an Enter."""
    return item.number.text if item.page.outcome == "number_only" and item.number else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A doubtful box, or a comb as a whole: `name` is its field's, `words` what is printed at it, `cut` its cut-out."""

    place: int
    name: str
    words: str
    cut: str
    comb: bool


def _boxes(item: Item) -> list[Asked]:
    found = []
    for place, boxes in item.doubtful.items():
        cuts = cutouts(item.page.picture, place)
        found += [
            Asked(
                place=place,
                name=box_field(place, box),
                words=_words(box),
                cut=box if box in cuts else "",
                comb=is_comb(box),
            )
            for box in boxes
        ]
    return sorted(found, key=lambda asked: asked.comb)  # ticks first: one key each


def _words(box: str) -> str:
    """What is printed at a box: `outcome.not_seen` is Not seen; of a clinic's sheet the token."""
    group, _dot, choice = box.partition(".")
    words = TICKS.get(group, {}).get(choice) or BLANKS.get(group)
    if words:
        return _spoken(words)
    return choice.replace(".", " ") or group


def _spoken(words: Words) -> str:
    return words.hindi if language() == "hi" else words.english


def _look(number: str) -> tuple[Known | None, str]:
    if not number.strip():
        return None, ""
    try:
        return recovery.look_up(db(), number), ""
    except SlipNumberWrong as wrong:
        return None, say(wrong, language())


@blueprint.get("/records/work/page/<picture>")
@records
def take(picture: str) -> ResponseReturnValue:
    """The item of one page, from the list of pages; the next when somebody else has it."""
    found = here().worklist.take(user().login, picture)
    return redirect(url_for("recovery.item", key=found.key) if found else url_for("recovery.next_item"))


@blueprint.get("/records/work/<key>")
@records
def item(key: str) -> ResponseReturnValue:
    """An item; when it is somebody else's by now, the next."""
    try:
        return item_page(key=key)
    except PageNotOpen:
        return redirect(url_for("recovery.next_item"))


@blueprint.post("/records/work/<key>/decide")
@records
@shown_again(item_page)
def decide_item(key: str) -> ResponseReturnValue:
    """What a person says about a page, or about a pad that will not be typed in."""
    item = held(key)
    form = DecideForm()
    try:
        decision = Decision(form.typed("decision"))
    except ValueError as wrong:
        raise FieldWrong(field="decision", why="Choose one from the list.") from wrong
    reason = text("reason", form.typed("reason"), needed=False)
    number = _number(form.typed("number")) if form.typed("number").strip() else item.number
    if decision is Decision.MARKS:
        raise FieldWrong(field="decision", why="Choose one from the list.")
    boxes = (*(f"outcome.{name}" for name in TICKS["outcome"]), "days")
    recovery.decide_page(
        here().installation.ledger,
        item.page.picture,
        decision,
        reason,
        number=number,
        marks=answers(request.form, {0: boxes}) if decision is Decision.BELONGS else None,
        certain=bool(form.certain.data),
        by=user().login,
    )
    return done()


def _number(typed: str) -> SlipNumber:
    try:
        return recovery.look_up(db(), typed[:40]).number
    except SlipNumberWrong as wrong:
        raise FieldWrong(field="number", why="This is no slip number: look at each digit again. It has 11.") from wrong


@blueprint.post("/records/work/<key>/marks")
@records
@shown_again(item_page)
def answer_marks(key: str) -> ResponseReturnValue:
    """What the doubtful boxes of a page say."""
    item = held(key)
    told = answers(request.form, item.doubtful)
    recovery.decide_page(here().installation.ledger, item.page.picture, Decision.MARKS, marks=told, by=user().login)
    return done()


@blueprint.post("/records/work/skip")
@records
def skip() -> ResponseReturnValue:
    """This item later, the next now."""
    here().worklist.skip(user().login)
    return redirect(url_for("recovery.next_item"))


@blueprint.post("/records/work/undo")
@records
def undo() -> ResponseReturnValue:
    """Takes back what this person said last, and shows that item again."""
    found = recovery.last_decisions(db(), user().login, 1)
    if not found:
        raise PageNotOpen()
    recovery.reopen_page(here().installation.ledger, found[0].picture, "undo", by=user().login)
    return redirect(url_for("recovery.take", picture=found[0].picture))


@blueprint.post("/records/work/hold")
@records
def hold() -> ResponseReturnValue:
    """Says that the page is still being looked at."""
    kept = here().worklist.renew(user().login)
    return Response(status=204 if kept else 409)


@blueprint.post("/records/work/leave")
@records
def leave() -> ResponseReturnValue:
    """The page was closed: somebody else may have the item now."""
    here().worklist.release(user().login)
    return Response(status=204)
